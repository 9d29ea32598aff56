package access

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofrs/flock"
)

const (
	tokenFileVersion = 1
	tokenFileMost    = 16 << 20            // bytes
	tokenLockMost    = 10 * time.Second    // to wait for other processes
	keepOver         = 30 * 24 * time.Hour // how long tokens that are over stay listed
)

// TokenFile is the list of issued tokens. Several processes may read and change
// the same file: a change waits for the others and takes the file's place at
// once, so that a reader has the old list or the new one.
type TokenFile struct {
	path string
	now  func() time.Time
}

// NewTokenFile returns the list at path, which is empty until there is a file.
func NewTokenFile(path string, now func() time.Time) *TokenFile {
	return &TokenFile{path, now}
}

// tokenList is what stands in the file.
type tokenList struct {
	Version int      `json:"version"`
	Tokens  []issued `json:"tokens"`
}

// parseTokens reads a list. What it does not know may restrict a token, and is
// refused like anything else that is wrong.
func parseTokens(raw []byte) ([]issued, error) {
	var list tokenList
	if err := json.Unmarshal(raw, &list, json.RejectUnknownMembers(true)); err != nil {
		if len(bytes.TrimSpace(raw)) == 0 {
			err = errors.New("it is empty")
		}
		return nil, err
	}
	if list.Version != tokenFileVersion {
		return nil, fmt.Errorf("it is of version %d, and this program knows version %d", list.Version, tokenFileVersion)
	}
	ids := map[string]bool{}
	for i := range list.Tokens {
		t := &list.Tokens[i]
		err := t.check()
		if err == nil && ids[t.ID] {
			err = errors.New("its id is there twice")
		}
		if err != nil {
			return nil, fmt.Errorf("token %d, %q: %w", i+1, t.ID, err)
		}
		ids[t.ID] = true
	}
	return list.Tokens, nil
}

// writeTokens writes a list as parseTokens reads it.
func writeTokens(list []issued) ([]byte, error) {
	raw, err := json.Marshal(tokenList{tokenFileVersion, list}, jsontext.WithIndent("  "))
	if err == nil && len(raw) >= tokenFileMost {
		err = fmt.Errorf("it would have more than %d MB", tokenFileMost>>20)
	}
	return append(raw, '\n'), err
}

// raw reads the file as it is.
func (f *TokenFile) raw() ([]byte, error) {
	info, err := os.Stat(f.path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no file of the usual kind")
	case info.Size() > tokenFileMost:
		return nil, fmt.Errorf("it has more than %d MB", tokenFileMost>>20)
	}
	return os.ReadFile(f.path)
}

// read reads the list, which is empty when there is no file.
func (f *TokenFile) read() ([]issued, error) {
	raw, err := f.raw()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var list []issued
	if err == nil {
		list, err = parseTokens(raw)
	}
	if err != nil {
		return nil, f.fault(err)
	}
	return list, nil
}

func (f *TokenFile) fault(err error) error {
	return fmt.Errorf("the token file %s: %w", f.path, err)
}

// change puts what do makes of the list in its place, while no other process
// does. Tokens that were over long ago are left out.
func (f *TokenFile) change(ctx context.Context, do func(list []issued) ([]issued, error)) error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return f.fault(err)
	}
	ctx, cancel := context.WithTimeout(ctx, tokenLockMost)
	defer cancel()
	lock := flock.New(f.path+".lock", flock.SetFlag(os.O_CREATE|os.O_RDWR))
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("another process has been changing it for %s", tokenLockMost)
		}
		return f.fault(err)
	}
	list, err := f.read()
	if err == nil {
		list, err = do(list)
	}
	if err == nil {
		if err = f.replace(slices.DeleteFunc(list, f.longOver)); err != nil {
			err = f.fault(err)
		}
	}
	return errors.Join(err, lock.Unlock())
}

// longOver reports whether a token was over so long ago that nobody asks for it
// any more.
func (f *TokenFile) longOver(t issued) bool {
	over, since := t.over(f.now())
	return over != "" && f.now().Sub(since) > keepOver
}

// replace puts a list in the file's place. Whoever ends the process or the
// machine meanwhile leaves the old one.
func (f *TokenFile) replace(list []issued) error {
	raw, err := writeTokens(list)
	if err != nil {
		return err
	}
	path := f.path
	if followed, err := filepath.EvalSymlinks(path); err == nil {
		path = followed // the link stays
	}
	next := path + ".new" // whoever holds the lock has it alone
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err = file.Write(raw); err == nil {
		err = sameReaders(file, path)
	}
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(next, path)
	}
	if err != nil {
		if errors.Is(err, syscall.EBUSY) {
			err = fmt.Errorf("%w (it is mounted by itself; mount the folder that it is in)", err)
		}
		return errors.Join(err, os.Remove(next))
	}
	return syncFolder(filepath.Dir(path))
}

// sameReaders lets those read a new file who could read the one at path: root
// may revoke a token for a server that runs as somebody else.
func sameReaders(file *os.File, path string) error {
	old, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = sameOwner(file, old)
	}
	if err == nil {
		err = file.Chmod(old.Mode().Perm())
	}
	return err
}
