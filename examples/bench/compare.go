package bench

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var (
	turns   = flag.Int("turns", 1, "how often each engine is measured, one after another")
	sizes   = flag.String("sizes", "M", "names of sizes, separated by commas: S, M or L, with -uuid or -ends; T")
	engines = flag.String("engines", "", "names of engines, separated by commas; all if empty")
)

// runner is an engine that is loaded.
type runner struct {
	Entrant
	Engine
	load func() (Engine, error) // from what was prepared
	heap int64
}

// Compare measures engines side by side, in turns and in one process: as
// size/measure/engine. A measure that an engine does not know is left out, an
// engine that skips a size is noted.
func Compare(b *testing.B, entrants []Entrant) {
	for _, name := range strings.Split(*sizes, ",") {
		i := slices.IndexFunc(Sizes, func(s Size) bool { return s.Name == name })
		if i < 0 {
			b.Fatalf("no size is called %q", name)
		}
		b.Run(name, func(b *testing.B) { compareAt(b, Sizes[i], entrants) })
	}
}

func compareAt(b *testing.B, s Size, entrants []Entrant) {
	w := NewWorkload(s)
	runners := load(b, w, entrants)
	for _, r := range runners {
		Agree(b, w, r.Engine)
		if c, ok := r.Engine.(Closer); ok {
			defer c.Close()
		}
	}
	inTurns(b, "Load", runners, func(r *runner) func(*testing.B) {
		if _, ok := r.Engine.(Lister); !ok {
			return nil
		}
		return func(b *testing.B) { measureLoad(b, w, r) }
	})
	for _, r := range runners {
		r.load = nil // a document at each would be work for the collector
	}
	for _, m := range Measures {
		inTurns(b, m.Name, runners, func(r *runner) func(*testing.B) {
			if op := m.Bind(w, r.Engine); op != nil {
				return func(b *testing.B) { measure(b, op) }
			}
			return nil
		})
	}
	for _, writing := range []bool{false, true} {
		name := map[bool]string{false: "Readers", true: "ReadersWriter"}[writing]
		inTurns(b, name, runners, func(r *runner) func(*testing.B) {
			if l, ok := r.Engine.(Lister); ok {
				return func(b *testing.B) { readers(b, w, l, writing) }
			}
			return nil
		})
	}
}

// load makes the engines that are to be measured at a size, and takes their
// live heap.
func load(b *testing.B, w *Workload, entrants []Entrant) []*runner {
	var runners []*runner
	for _, e := range entrants {
		if *engines != "" && !slices.Contains(strings.Split(*engines, ","), e.Name) {
			continue
		}
		if e.Skip != nil {
			if why := e.Skip(w.Size); why != "" {
				fmt.Printf("# %s is not measured at %s: %s\n", e.Name, w.Name, why)
				continue
			}
		}
		before := liveHeap()
		engine, err := e.Prepare(w)()
		if err != nil {
			b.Fatal(err)
		}
		runners = append(runners, &runner{Entrant: e, Engine: engine, heap: liveHeap() - before})
	}
	return runners
}

// liveHeap is what is in use after collecting garbage twice.
func liveHeap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// measureLoad loads further engines and reports the heap of the first.
func measureLoad(b *testing.B, w *Workload, r *runner) {
	if r.load == nil {
		r.load = r.Prepare(w)
	}
	measure(b, func(m *meter, _ int) {
		e, err := r.load()
		if err != nil {
			m.Fatal(err)
		}
		if c, ok := e.(Closer); ok {
			m.pause(c.Close)
		}
	})
	b.ReportMetric(float64(r.heap), "heap-B")
}

// inTurns runs a measure on each engine, and again, as often as -turns says. An
// engine for which bind is nil is left out.
func inTurns(b *testing.B, name string, runners []*runner, bind func(*runner) func(*testing.B)) {
	b.Run(name, func(b *testing.B) {
		bound := make([]func(*testing.B), len(runners))
		for i, r := range runners {
			bound[i] = bind(r)
		}
		for range *turns {
			for i, r := range runners {
				if bound[i] != nil {
					b.Run(r.Name, bound[i])
				}
			}
		}
	})
}
