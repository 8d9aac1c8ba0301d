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
	p := compile(t, d)
	lock := Describe(p)
	if storiesCatch(p) {
		t.Fatal("the example fails as it is")
	}
	var refused, byStories, byLock, gaining int
	kinds := map[string]int{}
	var equal []string
	mutants := mutate(t, d)
	tried := map[string]bool{}
	for i, m := range mutants {
		if os.Getenv("AMBIT_LONG") == "" && i%5 != 0 && tried[m.kind] {
			continue
		}
		tried[m.kind] = true
		doc := m.build()
		q, err := access.Compile(doc, nil)
		if err != nil {
			refused++
			continue
		}
		kinds[m.kind]++
		caught, locked := storiesCatch(q), !reflect.DeepEqual(Describe(q), lock)
		if caught {
			byStories++
		}
		if locked {
			byLock++
		}
		for range Compare(p, q).Gains() {
			gaining++
			break
		}
		if caught || locked {
			continue
		}
		equal = append(equal, m.what)
		if len(equal)%8 != 1 && os.Getenv("AMBIT_LONG") == "" {
			continue // comparing all answers takes long
		}
		u := universeOf(d, doc)
		if was, is := u.answers(p), u.answers(q); !slices.Equal(was, is) {
			t.Errorf("%s: neither the stories nor the lock show that %v gain and %v lose", m.what, u.gained(was, is), u.gained(is, was))
		}
	}
	total := 0
	var counts []string
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		total += kinds[k]
		counts = append(counts, fmt.Sprintf("%5d  %s", kinds[k], k))
	}
	t.Logf("%d mutants, and %d that do not compile; %d fail the lock, %d the stories, %d give a user more\n%s",
		total, refused, byLock, byStories, gaining, strings.Join(counts, "\n"))
	t.Logf("%d change no answer:\n%s", len(equal), strings.Join(equal, "\n"))
	if len(mutants) < 500 || byStories < total/3 {
		t.Error("the search has too few mutants, or the stories catch too few of them")
	}
}
