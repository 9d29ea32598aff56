//go:build unix

package access

import (
	"errors"
	"fmt"
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

// syncFolder has a rename last when the machine ends.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
