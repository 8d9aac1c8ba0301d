package growth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/internal/growth"
)

// failing notes that a test failed.
type failing struct {
	testing.TB
	failed bool
}

func (f *failing) Helper()               {}
func (f *failing) Errorf(string, ...any) { f.failed = true }

var kept []string

// TestHundredfold: what grows faster is found, in memory, in allocations and in
// time.
func TestHundredfold(t *testing.T) {
	for name, tt := range map[string]struct {
		want bool
		run  func(n int)
	}{
		"in proportion":     {false, func(n int) { kept = []string{strings.Repeat("x", 5_000*n)} }},
		"nothing":           {false, func(int) {}},
		"memory":            {true, func(n int) { kept = []string{strings.Repeat("x", 50*n*n)} }},
		"many small things": {true, func(n int) { alloc(n * n) }},
		"time":              {true, func(n int) { spend(time.Duration(n*n) * 2 * time.Microsecond) }},
	} {
		t.Run(name, func(t *testing.T) {
			f := &failing{TB: t}
			growth.Hundredfold(f, 2, func(n int) func() { return func() { tt.run(n) } })
			if f.failed != tt.want {
				t.Errorf("fails: %t, want %t", f.failed, tt.want)
			}
		})
	}
}

// TestFlat: what grows at all is found.
func TestFlat(t *testing.T) {
	for name, tt := range map[string]struct {
		want bool
		run  func(n int)
	}{
		"the same":          {false, func(int) { kept = []string{strings.Repeat("x", 20_000)} }},
		"nothing":           {false, func(int) {}},
		"memory":            {true, func(n int) { kept = []string{strings.Repeat("x", 1_000*n)} }},
		"many small things": {true, func(n int) { alloc(10 * n) }},
		"time":              {true, func(n int) { spend(time.Duration(n) * 100 * time.Microsecond) }},
	} {
		t.Run(name, func(t *testing.T) {
			f := &failing{TB: t}
			growth.Flat(f, 10, func(n int) func() { return func() { tt.run(n) } })
			if f.failed != tt.want {
				t.Errorf("fails: %t, want %t", f.failed, tt.want)
			}
		})
	}
}

func alloc(n int) {
	kept = kept[:0]
	for i := range n {
		kept = append(kept[:0], strings.Repeat("x", 8+i%8))
	}
}

// spend is busy for so much of the processor's time.
func spend(d time.Duration) {
	for until := growth.CPUTime() + d; growth.CPUTime() < until; {
	}
}
