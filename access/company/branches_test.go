package company_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// branches counts what a random test came by, so that a test which never gets
// somewhere fails instead of passing.
type branches struct {
	mu    sync.Mutex
	count map[string]int
}

func (b *branches) hit(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.count == nil {
		b.count = map[string]int{}
	}
	b.count[name]++
}

// missing returns those of the names that were never hit.
func (b *branches) missing(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return b.count[name] > 0 })
}

// scenario goes to branches on purpose, which random steps come by too seldom. It
// must reach each of them by itself, and is repeated until it did.
type scenario struct {
	hits string // names of branches, with "|" between them
	run  func(*rapid.T, *branches)
}

// search looks for a change that goes wrong.
type search struct {
	branches  []string                             // all must be hit
	walks     map[string]func(*rapid.T, *branches) // at random, by the name of the subtest
	checks    int                                  // of each walk in the plain run
	scenarios []scenario
}

// run makes the walks, then the scenarios. It fails if a branch was not hit,
// unless the test is short.
func (s search) run(t *testing.T) {
	t.Helper()
	var hits branches
	checks, rounds := s.checks, 1
	if long {
		checks, rounds = 0, 50
	}
	for range rounds {
		for _, name := range sortedKeys(s.walks) {
			t.Run(name, func(t *testing.T) { check(t, checks, func(t *rapid.T) { s.walks[name](t, &hits) }) })
		}
	}
	for _, sc := range s.scenarios {
		name, _, _ := strings.Cut(sc.hits, "|")
		t.Run(name, func(t *testing.T) {
			for name := range sc.reach(t).count {
				hits.hit(name)
			}
		})
	}
	if testing.Short() || t.Failed() {
		return
	}
	for _, name := range hits.missing(s.branches) {
		t.Errorf("never hit: %s", name)
	}
}

// reach repeats a scenario until it has hit all its branches.
func (sc scenario) reach(t *testing.T) *branches {
	t.Helper()
	var own branches
	missing := func() []string { return own.missing(strings.Split(sc.hits, "|")) }
	checks := 1
	if long {
		checks = 100
	}
	for range 60 {
		check(t, checks, func(t *rapid.T) { sc.run(t, &own) })
		if len(missing()) == 0 {
			return &own
		}
	}
	t.Errorf("the scenario never hit: %q", missing())
	return &own
}

// check is [rapid.Check] with at most so many checks; zero is as many as rapid
// makes. The seed of a failure is printed by rapid.
func check(t *testing.T, most int, prop func(*rapid.T)) {
	t.Helper()
	n, failed := 0, false
	rapid.Check(t, func(t *rapid.T) {
		if most > 0 && n >= most && !failed {
			return
		}
		n++
		done := false
		defer func() { failed = failed || !done }() // then rapid repeats it with less
		prop(t)
		done = true
	})
}
