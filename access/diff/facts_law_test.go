package diff

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
)

// TestFactsLaw: over small companies and one or two steps away from them, the
// description changes whenever any answer does, at any time; gains and losses
// cover exactly the questions whose answers differ, at exactly those times; and
// they swap places when the policies do.
func TestFactsLaw(t *testing.T) {
	hits := map[string]int{}
	for round := 0; round == 0 || !testing.Short() && round < 50 && len(neverHit(hits)) > 0; round++ {
		rapid.Check(t, func(rt *rapid.T) {
			old := worldGen{rt}.document()
			steps := rapid.IntRange(0, 1).Draw(rt, "more steps")
			next := old
			for range 1 + steps {
				m := oneOf(mutate(t, next), rapid.Uint64().Draw(rt, "mutant"))
				if doc := m.build(); valid(doc) {
					next = doc
					hits[m.kind]++
				}
			}
			if rapid.IntRange(0, 9).Draw(rt, "unrelated") == 9 {
				next = worldGen{rt}.document()
			}
			compareAnswers(t, rt, hits, old, next)
		})
	}
	if absent := neverHit(hits); len(absent) > 0 && !testing.Short() {
		t.Errorf("branches never taken: %s", absent)
	}
	t.Logf("%v", hits)
}

// oneOf returns one mutant, of each kind as often.
func oneOf(mutants []mutant, seed uint64) mutant {
	r := rand.New(rand.NewPCG(seed, 2))
	kind := mutants[r.IntN(len(mutants))].kind
	if r.IntN(2) == 0 {
		kinds := map[string]bool{}
		for _, m := range mutants {
			kinds[m.kind] = true
		}
		all := slices.Sorted(maps.Keys(kinds))
		kind = all[r.IntN(len(all))]
	}
	mutants = slices.DeleteFunc(slices.Clone(mutants), func(m mutant) bool { return m.kind != kind })
	return mutants[r.IntN(len(mutants))]
}

func valid(d *document.Document) bool {
	_, err := access.Compile(d, nil)
	return err == nil
}

// factBranches are the branches that a search must take.
var factBranches = []string{
	"gain", "loss", "neither", "same description", "gain in a session only", "gain of a link only", "suspend or reinstate", "lengthen an end", "change a minimum",
	"drop an action of a kind", "change what a kind belongs to",
	"role-actions", "account-reach", "report-level", "link-revocation", "team-session", "link-use",
	"longer role-actions", "longer account-reach", "longer report-level", "longer link-revocation", "longer team-session", "longer link-use",
}

func neverHit(hits map[string]int) (absent []string) {
	for _, b := range factBranches {
		if hits[b] == 0 {
			absent = append(absent, b)
		}
	}
	return absent
}

func compareAnswers(t *testing.T, rt *rapid.T, hits map[string]int, old, next *document.Document) {
	p, q := compile(t, old), compile(t, next)
	u := universeOf(old, next)
	was, is := u.answers(p), u.answers(q)
	same := reflect.DeepEqual(Describe(p), Describe(q))
	if same {
		hits["same description"]++
	}
	if same && !slices.Equal(was, is) {
		rt.Fatalf("the descriptions are the same, the answers are not: gained %v lost %v\n%s", u.gained(was, is), u.gained(is, was), printed(t, old, next))
	}
	d := Compare(p, q)
	if empty := slices.Equal(was, is); d.IsEmpty() != empty || (d.String() == "no difference") != empty {
		rt.Fatalf("the answers are equal: %v, the difference is\n%v\n%s", empty, d, printed(t, old, next))
	}
	gains, losses := slices.Collect(d.Gains()), slices.Collect(d.Losses())
	back := Compare(q, p)
	if !reflect.DeepEqual(gains, slices.Collect(back.Losses())) || !reflect.DeepEqual(losses, slices.Collect(back.Gains())) {
		rt.Fatalf("swapped, gains and losses are not\n%v\nbut\n%v\n%s", d, back, printed(t, old, next))
	}
	u.compareRights(rt, hits, was, is, gains, func() string { return printed(t, old, next) })
	u.compareRights(rt, hits, is, was, losses, func() string { return printed(t, next, old) })
}

// compareRights compares rights with all answers. A question is gained at a time
// only if some right covers it then. And at every time of its span, a right covers
// some question that is gained.
func (u *universe) compareRights(rt *rapid.T, hits map[string]int, old, next []bool, rights []Right, printed func() string) {
	type use struct {
		right int
		at    time.Time
	}
	used := map[use]bool{}
	for i := range next {
		if !next[i] || old[i] {
			continue
		}
		q, at := u.question(i)
		covered := false
		for k, r := range rights {
			if covers(r, q) && holdsThen(r, at) {
				covered, used[use{k, at}] = true, true
			}
		}
		if !covered {
			rt.Fatalf("%v gained at %v is not in\n%v\n%s", q, at, texts(rights), printed())
		}
	}
	for k, r := range rights {
		uses := 0
		for _, at := range u.times {
			switch {
			case used[use{k, at}]:
				uses++
			case holdsThen(r, at) && r.Kind != TeamSession: // all that is done in a session may end before it
				rt.Fatalf("nothing is gained by %q at %v\n%s", r, at, printed())
			}
		}
		if uses == 0 {
			rt.Fatalf("nothing is gained by %q\n%s", r, printed())
		}
		if k > 0 && before(rights[k-1], r) != -1 {
			rt.Fatalf("%q comes after %q\n%s", r, rights[k-1], printed())
		}
	}
	count(hits, u.gained(old, next), rights)
}

// holdsThen reports whether a time is in the span of a right.
func holdsThen(r Right, at time.Time) bool {
	return !at.Before(r.From) && (r.Until.IsZero() || at.Before(r.Until))
}

// covers reports whether a question is part of a right.
func covers(r Right, q asked) bool {
	scope, inTeam := r.Subject.Team()
	asking, _ := q.subject.Team()
	if gainerOf(r.Subject) != gainerOf(q.subject) || inTeam && scope != asking {
		return false
	}
	switch r.Kind {
	case TeamSession:
		return true
	case ReportLevel:
		return slices.Contains(r.Resources, q.resource)
	}
	return slices.Contains(r.Actions, q.action) && slices.ContainsFunc(r.Resources, func(of access.Resource) bool {
		return of == q.resource || of.Kind() == access.KindAccount && of.Account() == q.resource.Account() ||
			of.ID() == "" && of.Kind() == q.resource.Kind() && of.Account() == q.resource.Account()
	})
}

// before compares two rights of a list, from its documented order.
func before(a, b Right) int {
	if links := cmp.Compare(a.Subject.Link(), b.Subject.Link()); links != 0 {
		return links // those of users, whose link is "", come first
	}
	return cmp.Or(cmp.Compare(a.Subject.User(), b.Subject.User()), a.compare(b))
}

func texts(rights []Right) string {
	return strings.Join(mapped(rights, Right.String), "\n")
}

// count counts the branches.
func count(hits map[string]int, want map[string]asked, rights []Right) {
	if len(want) == 0 {
		hits["neither"]++
		return
	}
	hits["gain"]++
	hits["loss"]++ // the other way round
	_, inTeam := rights[0].Subject.Team()
	if len(rights) == 1 && inTeam {
		hits["gain in a session only"]++
	}
	if len(rights) == 1 && rights[0].Kind == LinkUse {
		hits["gain of a link only"]++
	}
	for _, r := range rights {
		hits[r.Kind.String()]++
		if !r.From.IsZero() {
			hits["longer "+r.Kind.String()]++
		}
	}
}

func printed(t *testing.T, docs ...*document.Document) string {
	var b strings.Builder
	for _, d := range docs {
		text, err := compile(t, d).Document().JSON()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n", text)
	}
	return b.String()
}

// TestFactsLawLong compares every mutant of many companies, and every pair of
// neighbours.
func TestFactsLawLong(t *testing.T) {
	if os.Getenv("AMBIT_LONG") == "" {
		t.Skip("set AMBIT_LONG=1 for the long search")
	}
	rapid.Check(t, func(rt *rapid.T) {
		old := worldGen{rt}.document()
		for _, m := range mutate(t, old) {
			if doc := m.build(); valid(doc) {
				compareAnswers(t, rt, map[string]int{}, old, doc)
			}
		}
	})
}
