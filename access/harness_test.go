package access_test

import (
	"flag"
	"iter"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/model"
	"pgregory.net/rapid"
)

// TestMain lets garbage pile up: the laws make small worlds by the thousand,
// and a third of their time would go into looking for what is left of them.
//
// Unless the command line says how many, each law is checked in 40 worlds, with
// CI set in 100, and with AMBIT_LONG set in 3000.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	checks := "40"
	switch {
	case os.Getenv("AMBIT_LONG") != "":
		checks = "3000"
	case os.Getenv("CI") != "":
		checks = "100"
	}
	if err := flag.Set("rapid.checks", checks); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// law checks a property of random worlds and their policies.
func law(t *testing.T, check func(t *rapid.T, w *model.World, p *access.Policy)) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		w := model.Draw{T: t}.World()
		check(t, w, w.Compile(t))
	})
}

// lawOfSome is law for one that costs too much to be checked as often as rapid
// would: it checks the same few worlds each time, and many if AMBIT_LONG is
// set.
func lawOfSome(t *testing.T, check func(w *model.World, p *access.Policy, seed int)) {
	t.Helper()
	worlds := 12
	if os.Getenv("AMBIT_LONG") != "" {
		worlds = 1000
	}
	for seed := range worlds {
		w := model.Worlds().Example(seed)
		check(w, w.Compile(t), seed)
	}
}

// some returns what chooses among numbered worlds: one in three from a random one
// on, fewer in a short test, and all with CI or AMBIT_LONG set.
func some(short int) (chosen func(n int) bool) {
	step := 3
	switch {
	case testing.Short():
		step = short
	case os.Getenv("CI") != "" || os.Getenv("AMBIT_LONG") != "":
		step = 1
	}
	first := rand.IntN(step)
	return func(n int) bool { return n%step == first }
}

// seen returns the ids in the view of s, sorted.
func seen(p *access.Policy, s model.Subject) []string { return ids(p.View(s.Access()).Accounts()) }

// rounds yields until all of the branches were hit: once is mostly enough. If ten
// times are not, it fails the test.
func rounds(t *testing.T, hits *model.Branches, branches ...string) iter.Seq[int] {
	t.Helper()
	return func(yield func(int) bool) {
		for n := range 10 {
			if !yield(n) || t.Failed() || testing.Short() || len(hits.Missing(branches...)) == 0 {
				return
			}
		}
		wantBranches(t, hits, branches...)
	}
}

// wantBranches fails the test for each of the branches that was never hit.
func wantBranches(t *testing.T, hits *model.Branches, branches ...string) {
	t.Helper()
	if testing.Short() || t.Failed() {
		return
	}
	for _, branch := range hits.Missing(branches...) {
		t.Errorf("never hit: %s", branch)
	}
}

// ids returns ids as sorted strings.
func ids[ID ~string](seq iter.Seq[ID]) []string {
	var all []string
	for id := range seq {
		all = append(all, string(id))
	}
	slices.Sort(all)
	return all
}

// edited returns p after the given changes.
func edited(t *testing.T, p *access.Policy, change func(*access.Edit)) *access.Policy {
	t.Helper()
	e := p.Edit()
	change(e)
	next, err := e.Policy()
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// mustCompile makes a policy of a document written in a test.
func mustCompile(t *testing.T, d *document.Document) *access.Policy {
	t.Helper()
	p, err := access.Compile(d, &access.Config{Now: func() time.Time { return model.Start }})
	if err != nil {
		t.Fatalf("compile: %v", err)
	}
	return p
}

// subjectCalled reads a subject as Subject.String writes it.
func subjectCalled(text string) access.Subject {
	if id, ok := strings.CutPrefix(text, "link "); ok {
		return access.ViaLink(access.LinkID(id))
	}
	if user, team, ok := strings.Cut(text+" ", " in team "); ok {
		return access.Session(user, strings.TrimSpace(team))
	}
	if text == "nobody" {
		return access.Subject{}
	}
	return access.User(text)
}

func resourceCalled(t *testing.T, text string) access.Resource {
	t.Helper()
	if text == "nothing" {
		return access.Resource{}
	}
	r, err := parseResource(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// listed returns what a sequence yields, sorted and on one line. It first stops
// the sequence early: one that goes on after a break panics.
func listed[T any](s iter.Seq[T], text func(T) string) string {
	for range s {
		break
	}
	var all []string
	for x := range s {
		all = append(all, text(x))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// parseResource reads a resource from its text.
func parseResource(text string) (r access.Resource, err error) {
	err = r.UnmarshalText([]byte(text))
	return r, err
}
