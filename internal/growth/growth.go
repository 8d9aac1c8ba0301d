// Package growth measures in tests whether the cost of something grows with what
// it is given, and no faster.
package growth

import (
	"runtime"
	"testing"
	"time"
)

// Hundredfold fails the test if a hundred times as much costs more than two
// hundred times the allocations, or 250 times the memory, as sets of bits are
// short at first. The time of the processor is too noisy to be held to that: it
// may be two thousand times as long, which what grows with the square exceeds
// five times over. It asks of for what is to be measured with small and with a
// hundred times small, and measures again if it seems too much: only the least of
// each counts.
//
// It skips the test if tests are short: the race detector, which runs them so,
// costs more than what is measured.
func Hundredfold(t testing.TB, small int, of func(n int) (run func())) {
	t.Helper()
	notIfShort(t)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	least := leastOf(of, [2]int{small, 100 * small}, cost.within)
	if !least[1].within(least[0]) {
		t.Errorf("%d cost %+v, and %d cost %+v", small, least[0], 100*small, least[1])
	}
}

func notIfShort(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("what it costs is measured without -short")
	}
}

// leastOf measures with each of two sizes, and again if it seems too much. It
// returns the least of each.
func leastOf(of func(n int) (run func()), sizes [2]int, fine func(large, small cost) bool) (least [2]cost) {
	for try := range 4 {
		for i, n := range sizes {
			c := measure(of(n))
			if try > 0 {
				c = cost{min(c.bytes, least[i].bytes), min(c.allocations, least[i].allocations), min(c.time, least[i].time)}
			}
			least[i] = c
		}
		if fine(least[1], least[0]) {
			break
		}
	}
	return least
}

// cost is what it takes to run something.
type cost struct {
	bytes, allocations uint64
	time               time.Duration
}

// within reports whether c is in proportion to what a hundredth costs, of which
// a little is always allowed.
func (c cost) within(part cost) bool {
	return c.bytes <= mostMemory*max(part.bytes, 1<<10) && c.allocations <= 200*max(part.allocations, 10) && c.time <= 2000*max(part.time, 5*time.Microsecond)
}

func measure(run func()) cost {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := CPUTime()
	run()
	took := CPUTime() - began
	runtime.ReadMemStats(&after)
	return cost{after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs, took}
}
