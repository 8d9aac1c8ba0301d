package filelog

import (
	"errors"
	"os"
	"syscall"
)

// lock is a file beside the log that one process at a time can have open. The
// system closes it when the process ends.
type lock struct{ handle syscall.Handle }

const canLock = true

const sharingViolation = syscall.Errno(32)

func (l *lock) take(f *os.File) error {
	name, err := syscall.UTF16PtrFromString(f.Name() + ".lock")
	if err != nil {
		return err
	}
	l.handle, err = syscall.CreateFile(name, syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, sharingViolation) {
		return errLocked
	}
	return err
}

func (l *lock) release(*os.File) error { return syscall.CloseHandle(l.handle) }

// syncDir does nothing: Windows has no way to, and writes names by itself.
func syncDir(string) error { return nil }
