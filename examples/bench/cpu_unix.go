//go:build unix

package bench

import (
	"syscall"
	"time"
)

// cpuTime is what the process has used so far, collecting garbage included.
func cpuTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
