package bench_test

import (
	"testing"

	"github.com/ambit-authz/ambit/examples/bench"
)

// TestAgree asks every engine what the walk over the tables answers, at the
// smaller two sizes of each kind.
func TestAgree(t *testing.T) {
	for _, s := range bench.Sizes {
		if s.Users > 200_000 || testing.Short() && s.Users > 1000 {
			continue
		}
		w := bench.NewWorkload(s)
		for _, e := range bench.Engines() {
			if e.Skip != nil && e.Skip(s) != "" {
				continue
			}
			t.Run(s.Name+"/"+e.Name, func(t *testing.T) {
				engine, err := e.Prepare(w)()
				if err != nil {
					t.Fatal(err)
				}
				bench.Agree(t, w, engine)
			})
		}
	}
}

func Benchmark(b *testing.B) { bench.Compare(b, bench.Engines()) }
