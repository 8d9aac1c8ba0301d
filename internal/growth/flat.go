package growth

import (
	"runtime"
	"testing"
	"time"
)

// Flat fails the test if ten times as much of something that run does not ask for
// costs run more than half as many allocations and as much memory again, or five
// times the time of the processor, which is noisy. It asks of for what is to be
// measured with small and with ten times small, as [Hundredfold] does.
func Flat(t testing.TB, small int, of func(n int) (run func())) {
	t.Helper()
	notIfShort(t)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	least := leastOf(of, [2]int{small, 10 * small}, cost.about)
	if !least[1].about(least[0]) {
		t.Errorf("%d cost %+v, and %d cost %+v", small, least[0], 10*small, least[1])
	}
}

// about reports whether c is hardly more than another cost, of which a little is
// always allowed.
func (c cost) about(other cost) bool {
	return 2*c.bytes <= 3*max(other.bytes, 4<<10) && 2*c.allocations <= 3*max(other.allocations, 40) && c.time <= 5*max(other.time, 100*time.Microsecond)
}
