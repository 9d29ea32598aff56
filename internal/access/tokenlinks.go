package access

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

const linksMost = 40 // that one name may lead through, as on Linux

// followLinks returns the name of the file that path leads to through links, be
// they of files or folders, so that all its names give the same one. The file
// need not be there; its folder is made if it is not.
func followLinks(path string) (string, error) {
	for range linksMost {
		folder, name := filepath.Split(path) // which leaves link/.. to those who follow the link
		if folder == "" {
			folder = "."
		}
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return "", err
		}
		folder, err := filepath.EvalSymlinks(folder)
		if err != nil {
			return "", err
		}
		path = filepath.Join(folder, name)
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().Type() != fs.ModeSymlink {
			return path, nil
		}
		if err != nil {
			return "", err
		}
		to, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if path = to; !filepath.IsAbs(to) {
			path = folder + string(filepath.Separator) + to
		}
	}
	return "", errors.New("its name leads through too many links, or in a circle")
}
