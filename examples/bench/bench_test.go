package bench_test

import (
	"testing"

	"github.com/ambit-authz/ambit/examples/bench"
)

// TestAgree asks every engine what the walk over the tables answers, at the
// smaller two sizes of each kind.
func TestAgree(t *testing.T) {
	users := 200_000
	if testing.Short() {
		users = 1000
	}
	bench.AgreeUpTo(t, bench.Engines(), users)
}

func Benchmark(b *testing.B) { bench.Compare(b, bench.Engines()) }

func BenchmarkWorst(b *testing.B) { bench.CompareWorst(b) }
