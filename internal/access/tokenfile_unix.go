//go:build unix

package access

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// sameOwner has file belong to whom old belongs to.
func sameOwner(file *os.File, old os.FileInfo) error {
	made, err := file.Stat()
	if err != nil {
		return err
	}
	is, _ := made.Sys().(*syscall.Stat_t)
	was, ok := old.Sys().(*syscall.Stat_t)
	if !ok || is != nil && is.Uid == was.Uid && is.Gid == was.Gid {
		return nil
	}
	if err := file.Chown(int(was.Uid), int(was.Gid)); err != nil {
		return fmt.Errorf("it belongs to the user with the id %d: do this as that user (%w)", was.Uid, err)
	}
	return nil
}

// onlyName refuses a file that has more names than one (hard links): a change
// takes the place of one of them, and the others would go on with the old list.
func onlyName(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if file, ok := info.Sys().(*syscall.Stat_t); ok && file.Nlink > 1 && info.Mode().IsRegular() {
		return fmt.Errorf("%d names are hard links to it, and a change would reach one of them only: keep one name, and make the others symbolic links", file.Nlink)
	}
	return nil
}

// syncFolder has a rename last when the machine ends.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
