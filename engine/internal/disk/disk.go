// Package disk puts files in their place: wholly or not at all, and so that they
// last. It imports the standard library only, and exists so that this is written
// once.
package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace puts data at name, in the place of the file that is there. When it
// returns, the new file is on disk; until then a crash leaves the old one.
func Replace(name string, data []byte, mode fs.FileMode) error {
	err := put(name, mode, func(f *os.File) error {
		_, err := f.Write(data)
		return errors.Join(err, f.Sync())
	})
	if err != nil {
		return err
	}
	return SyncDir(filepath.Dir(name))
}

// ReplaceBy puts at name what write writes, and leaves the old file where that
// fails. It does not wait for the disk: it is for what can be made again.
func ReplaceBy(name string, mode fs.FileMode, write func(io.Writer) error) error {
	return put(name, mode, func(f *os.File) error { return write(f) })
}

// put fills a file beside the old one, then gives it its name.
func put(name string, mode fs.FileMode, fill func(*os.File) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+"-*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err := errors.Join(f.Chmod(mode), fill(f), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// SyncDir makes new, renamed and removed names of a folder last. Where a folder
// cannot be synced (Windows) the system does it by itself.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && os.PathSeparator == '/' {
		return err
	}
	return nil
}
