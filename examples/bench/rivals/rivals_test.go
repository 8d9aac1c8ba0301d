package rivals_test

import (
	"testing"

	"github.com/ambit-authz/ambit/examples/bench"
	"github.com/ambit-authz/ambit/examples/bench/rivals"
)

// TestAgree asks every engine what the walk over the tables answers, at the
// smallest size.
func TestAgree(t *testing.T) {
	bench.AgreeUpTo(t, rivals.Engines(), 1000)
}

func BenchmarkRivals(b *testing.B) { bench.Compare(b, append(bench.Engines(), rivals.Engines()...)) }
