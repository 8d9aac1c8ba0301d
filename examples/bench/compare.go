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

// runner is an engine that takes part.
type runner struct {
	Entrant
	Engine       // nil before it is loaded
	heap   int64 // 0 before it was measured
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

// compareAt measures loading first, with only the tables and what is loaded from
// in memory, as in a service that starts: the more there is beside it, the less
// often the collector runs.
func compareAt(b *testing.B, s Size, entrants []Entrant) {
	w, r := newTables(s)
	runners := choose(s, entrants)
	inTurns(b, "Load", runners, func(r *runner) func(*testing.B) {
		return func(b *testing.B) { measureLoad(b, w, r) }
	})
	w.ask(r)
	for _, r := range runners {
		engine, err := r.Prepare(w)()
		if err != nil {
			b.Fatal(err)
		}
		if c, ok := engine.(Closer); ok {
			defer c.Close()
		}
		Agree(b, w, engine)
		r.Engine = engine
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

// choose returns the engines that take part at a size.
func choose(s Size, entrants []Entrant) []*runner {
	var runners []*runner
	for _, e := range entrants {
		if *engines != "" && !slices.Contains(strings.Split(*engines, ","), e.Name) {
			continue
		}
		if e.Skip != nil {
			if why := e.Skip(s); why != "" {
				fmt.Printf("# %s is not measured at %s: %s\n", e.Name, s.Name, why)
				continue
			}
		}
		runners = append(runners, &runner{Entrant: e})
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

// measureLoad loads an engine, and once more to see what it occupies without
// what it was loaded from.
func measureLoad(b *testing.B, w *Workload, r *runner) {
	one := func(load func() (Engine, error)) Engine {
		e, err := load()
		if err != nil {
			b.Fatal(err)
		}
		return e
	}
	load := r.Prepare(w)
	measure(b, func(m *meter, _ int) {
		if c, ok := one(load).(Closer); ok {
			m.pause(c.Close)
		}
	})
	if load = nil; r.heap == 0 {
		before := liveHeap()
		e := one(r.Prepare(w))
		r.heap = liveHeap() - before
		if c, ok := e.(Closer); ok {
			c.Close()
		}
		runtime.KeepAlive(e)
	}
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
