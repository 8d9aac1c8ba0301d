package filelog

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// disk is where files are. Tests have one that loses power.
type disk interface {
	// open opens a file, and makes it if create is set and it is not there.
	open(path string, write, create bool) (file, error)
	// isAt reports whether a file is the one at a path.
	isAt(path string, f file) (bool, error)
	// rename puts a file in the place of another, or of none.
	rename(from, to string) error
	// syncDir makes the names in a directory survive a crash.
	syncDir(dir string) error
}

// file is an open file.
type file interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
	Sync() error
	Size() (int64, error)
	// Lock returns errLocked if another handle has the lock.
	Lock() error
	Unlock() error
	Close() error
}

var errLocked = errors.New("another process has the lock")

// osDisk is the disk of the operating system.
type osDisk struct{}

func (osDisk) open(path string, write, create bool) (file, error) {
	flags := os.O_RDONLY
	if write {
		flags = os.O_RDWR
	}
	if create {
		flags |= os.O_CREATE
	}
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, ErrNotRegular // to open a device or a pipe may wait for ever
	}
	if err != nil && !(create && errors.Is(err, fs.ErrNotExist)) {
		return nil, err
	}
	if at, linked := os.Lstat(path); linked == nil && at.Mode()&fs.ModeSymlink != 0 {
		if err := syncTarget(path, write); err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() {
		err = ErrNotRegular
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &osFile{File: f}, nil
}

// syncTarget syncs the directory that has the file which a link leads to: whoever
// opens the link knows of its own directory only. A link to nothing is refused.
func syncTarget(path string, write bool) error {
	target, err := filepath.EvalSymlinks(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ErrNotRegular
	case err != nil || !write:
		return err
	}
	return syncDir(dirOf(target))
}

func (osDisk) isAt(path string, f file) (bool, error) {
	now, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	opened, err := f.(*osFile).Stat()
	return err == nil && os.SameFile(now, opened), err
}

func (osDisk) rename(from, to string) error { return os.Rename(from, to) }

func (osDisk) syncDir(dir string) error { return syncDir(dir) }

// osFile is a file of the operating system.
type osFile struct {
	*os.File
	lock lock
}

// Size returns the size of the file.
func (f *osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Lock takes the lock of the file.
func (f *osFile) Lock() error { return f.lock.take(f.File) }

// Unlock gives it back.
func (f *osFile) Unlock() error { return f.lock.release(f.File) }

// dirOf returns the directory of a path.
func dirOf(path string) string { return filepath.Dir(path) }
