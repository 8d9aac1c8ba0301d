package company_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	rules "github.com/ambit-authz/ambit/access/internal/model"

	"pgregory.net/rapid"
)

// branches counts what a random test came by.
type branches = rules.Branches

// scenario goes to branches on purpose, which random steps come by too seldom. It is
// repeated until it reached each of them that no walk did, and with AMBIT_LONG set
// until it reached all by itself.
type scenario struct {
	hits string // names of branches, with "|" between them
	run  func(*rapid.T, *branches)
}

// search looks for a change that goes wrong.
type search struct {
	branches  []string                             // all must be hit
	walks     map[string]func(*rapid.T, *branches) // at random, by the name of the subtest
	checks    int                                  // of each walk, and a third of it in the plain run
	aims      []scenario                           // each towards a branch, made only if no walk hit it, or with AMBIT_LONG set
	scenarios []scenario
}

// run makes the walks, then the scenarios. It fails if a branch was not hit,
// unless the test is short.
func (s search) run(t *testing.T) {
	t.Helper()
	var hits branches
	plain := os.Getenv("CI") == "" && !long
	checks, rounds := s.checks, 1
	switch {
	case long:
		checks, rounds = 0, 50
	case plain || testing.Short():
		checks = (checks + 2) / 3
	}
	walk := func() {
		for _, name := range keysOf(s.walks) {
			t.Run(name, func(t *testing.T) { check(t, checks, func(t *rapid.T) { s.walks[name](t, &hits) }) })
		}
	}
	for range rounds {
		walk()
	}
	if t.Failed() {
		return // the scenarios would fail too
	}
	aims := slices.DeleteFunc(slices.Clone(s.aims), func(sc scenario) bool {
		return !long && len(hits.Missing(strings.Split(sc.hits, "|")...)) == 0
	})
	for _, sc := range slices.Concat(aims, s.scenarios) {
		name, _, _ := strings.Cut(sc.hits, "|")
		t.Run(name, func(t *testing.T) {
			sc.reach(t, &hits)
		})
	}
	for range 49 { // as the checks may have been too few: a round may hit a branch once in three times
		if testing.Short() || t.Failed() || len(hits.Missing(s.branches...)) == 0 {
			break
		}
		walk()
	}
	if testing.Short() || t.Failed() {
		return
	}
	for _, name := range hits.Missing(s.branches...) {
		t.Errorf("never hit: %s", name)
	}
}

// reach repeats a scenario until it has hit those of its branches that were not hit
// before, and adds them. If the test is short, it is made once: nobody counts what it
// hits.
func (sc scenario) reach(t *testing.T, hits *branches) {
	t.Helper()
	names := strings.Split(sc.hits, "|")
	if !long {
		names = hits.Missing(names...)
	}
	var own branches
	if testing.Short() {
		check(t, 1, func(t *rapid.T) { sc.run(t, &own) })
		return
	}
	checks := 1
	if long {
		checks = 20
	}
	for range 600 { // most need a few
		check(t, checks, func(t *rapid.T) { sc.run(t, &own) })
		if len(own.Missing(names...)) == 0 {
			for _, name := range names {
				hits.Hit(name)
			}
			return
		}
	}
	t.Errorf("the scenario never hit: %q", own.Missing(names...))
}

// few returns one in so many of all, from a random one on: a plain run tries these,
// a short one fewer, and one with CI or AMBIT_LONG set all.
func few[T any](plain, short int, all []T) []T {
	step := plain
	switch {
	case testing.Short():
		step = short
	case os.Getenv("CI") != "" || long:
		return all
	}
	var some []T
	for i := rand.IntN(step); i < len(all); i += step {
		some = append(some, all[i])
	}
	return some
}

// upTo returns the numbers below n.
func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
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
