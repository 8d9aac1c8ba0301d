package diff

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/story"
)

const policyci = "../../examples/policyci"

// loadPolicyCI returns the document of the example.
func loadPolicyCI(t testing.TB) *document.Document {
	t.Helper()
	text, err := os.ReadFile(policyci + "/policy.json")
	if err != nil {
		t.Fatal(err)
	}
	d, err := document.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// storiesCatch reports whether the stories of the example do not hold of a policy.
func storiesCatch(p *access.Policy) bool {
	suite := story.Read(p, os.DirFS(policyci))
	return len(suite.Failures) > 0 || slices.ContainsFunc(suite.Stories, func(s *story.Story) bool { return len(s.Failures(p)) > 0 })
}

// TestPolicyCIMutants: every single step away from the example's policy that
// changes any answer at any time fails its stories or changes its description,
// and so its lock. A step that does neither changes no answer: all answers are
// compared. Unless AMBIT_LONG is set, it tries the first mutant of each kind and
// every fifth, and compares an eighth.
func TestPolicyCIMutants(t *testing.T) {
	d := loadPolicyCI(t)
	f := &found{policy: compile(t, d), kinds: map[string]int{}}
	f.lock = Describe(f.policy)
	if storiesCatch(f.policy) {
		t.Fatal("the example fails as it is")
	}
	long := os.Getenv("AMBIT_LONG") != ""
	mutants := mutate(t, d)
	tried := map[string]bool{}
	for i, m := range mutants {
		if !long && i%5 != 0 && tried[m.kind] {
			continue
		}
		tried[m.kind] = true
		doc := m.build()
		if !f.unseen(m, doc) || len(f.equal)%8 != 1 && !long { // comparing all answers takes long
			continue
		}
		u := universeOf(d, doc)
		if was, is := u.answers(f.policy), u.answers(compile(t, doc)); !slices.Equal(was, is) {
			t.Errorf("%s: neither the stories nor the lock show that %v gain and %v lose", m.what, u.gained(was, is), u.gained(is, was))
		}
	}
	total := 0
	var counts []string
	for _, k := range slices.Sorted(maps.Keys(f.kinds)) {
		total += f.kinds[k]
		counts = append(counts, fmt.Sprintf("%5d  %s", f.kinds[k], k))
	}
	t.Logf("%d mutants, and %d that do not compile; %d fail the lock, %d the stories, %d give a user more\n%s",
		total, f.refused, f.byLock, f.byStories, f.gaining, strings.Join(counts, "\n"))
	t.Logf("%d change no answer:\n%s", len(f.equal), strings.Join(f.equal, "\n"))
	if len(mutants) < 500 || f.byStories < total/3 {
		t.Error("the search has too few mutants, or the stories catch too few of them")
	}
}

// found is what mutants of a policy led to.
type found struct {
	policy *access.Policy
	lock   []Section

	refused, byStories, byLock, gaining int            // mutants
	kinds                               map[string]int // mutants that compile, by kind
	equal                               []string       // mutants that neither the stories nor the lock show
}

// unseen counts a mutant, and reports whether neither the stories nor the lock
// show it.
func (f *found) unseen(m mutant, doc *document.Document) bool {
	p, err := access.Compile(doc, nil)
	if err != nil {
		f.refused++
		return false
	}
	f.kinds[m.kind]++
	caught, locked := storiesCatch(p), !reflect.DeepEqual(Describe(p), f.lock)
	if caught {
		f.byStories++
	}
	if locked {
		f.byLock++
	}
	for range Compare(f.policy, p).Gains() {
		f.gaining++
		break
	}
	if caught || locked {
		return false
	}
	f.equal = append(f.equal, m.what)
	return true
}
