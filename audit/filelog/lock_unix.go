//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package filelog

import (
	"errors"
	"os"
	"syscall"
)

// lock is a lock on a file that all processes of a host share, and that ends with
// the process that has it.
type lock struct{}

const canLock = true

func (lock) take(f *os.File) error {
	return retry(f, syscall.LOCK_EX|syscall.LOCK_NB)
}

func (lock) release(f *os.File) error { return retry(f, syscall.LOCK_UN) }

// retry calls flock until no signal interrupts it.
func retry(f *os.File, how int) error {
	for {
		err := syscall.Flock(int(f.Fd()), how)
		switch {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return errLocked
		case errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.EINVAL):
			return errors.Join(ErrNoLock, err) // so say file systems that have none
		default:
			return err
		}
	}
}

// syncDir makes the names in a directory survive a crash.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
