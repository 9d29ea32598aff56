package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
)

// Log is where records are written. A nil Log keeps none.
type Log struct {
	failed func(error)

	mu   sync.Mutex
	out  io.Writer
	torn bool // the last line was not written whole

	path string // "" where nothing is opened again
	file os.FileInfo
}

// New returns a log on out. Every failure to write is told to failed.
func New(out io.Writer, failed func(error)) *Log { return &Log{out: out, failed: failed} }

// Open returns a log that is appended to the file at path, for its owner's eyes
// only. Once the file is renamed or deleted, another is made in its place.
func Open(path string, failed func(error)) (*Log, error) {
	l := &Log{path: path, failed: failed}
	if err := l.open(); err != nil {
		return nil, fmt.Errorf("open the audit log: %w", err)
	}
	return l, nil
}

// Start returns the record of a call that begins.
func (l *Log) Start(who, tool string) *Record {
	if who == "" {
		who = "local"
	}
	return &Record{Time: time.Now().UTC().Truncate(time.Millisecond), Who: who, Tool: tool, Decision: Allowed, log: l}
}

func (l *Log) write(r Record) error {
	if l == nil {
		return nil
	}
	r.Things = r.wellFormed()
	line, err := json.Marshal(r)
	if err == nil {
		err = l.append(append(line, '\n'))
	}
	if err != nil {
		err = fmt.Errorf("write the audit log: %w", err)
		l.failed(err)
	}
	return err
}

// append writes a line at once, so that several processes may share a file.
func (l *Log) append(line []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.follow(); err != nil {
		return err
	}
	if l.torn {
		line = append([]byte{'\n'}, line...)
	}
	n, err := l.out.Write(line)
	if n > 0 {
		l.torn = n < len(line)
	}
	return err
}

// follow opens the file anew where it is no longer the one at path.
func (l *Log) follow() error {
	if l.path == "" {
		return nil
	}
	if there, err := os.Stat(l.path); err == nil && os.SameFile(there, l.file) {
		return nil
	}
	before := l.out.(*os.File)
	if err := l.open(); err != nil {
		return err
	}
	return before.Close()
}

func (l *Log) open() error {
	if there, err := os.Stat(l.path); err == nil && !there.Mode().IsRegular() {
		return fmt.Errorf("%s is no file", l.path) // to open a pipe would wait for its reader
	}
	file, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = file.Chmod(0o600)
	}
	torn := false
	if err == nil && info.Size() > 0 {
		last := make([]byte, 1)
		_, err = file.ReadAt(last, info.Size()-1)
		torn = last[0] != '\n'
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	l.out, l.file, l.torn = file, info, torn
	return nil
}

// Close closes the file.
func (l *Log) Close() error {
	if l == nil || l.path == "" {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.(*os.File).Close()
}
