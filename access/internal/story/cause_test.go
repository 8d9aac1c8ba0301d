package story

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/role"
)

// change changes one user of a policy.
func change(p *access.Policy, id string, change func(*document.User)) func(*access.Edit) {
	return func(e *access.Edit) {
		user, _ := p.Directory().User(access.User(id).User())
		entry := document.UserOf(user)
		change(&entry)
		e.SetUser(entry)
	}
}

// causes are changes of the example policy, of which each makes many lines of the
// example stories fail.
func causes(p *access.Policy) map[string]func(*access.Edit) {
	return map[string]func(*access.Edit){
		"suspended":   change(p, "tom", func(u *document.User) { u.Suspended = true }),
		"will-end":    change(p, "tom", func(u *document.User) { u.Until = "2028-01-01" }),
		"ended":       change(p, "mia", func(u *document.User) { u.Until = "2020-01-01" }),
		"no-user":     func(e *access.Edit) { e.RemoveUser("tom") },
		"no-team":     func(e *access.Edit) { e.RemoveTeam("americas") },
		"no-member":   func(e *access.Edit) { e.RemoveMember("americas", "mia") },
		"no-account":  func(e *access.Edit) { e.RemoveAccount("us-search") },
		"no-link":     func(e *access.Edit) { e.RemoveLink("l1") },
		"no-report":   func(e *access.Edit) { e.RemoveReport("q3") },
		"capability":  func(e *access.Edit) { e.SetCatalog(withoutCapability(p.Directory().Catalog(), 1, role.ViewAccount)) },
		"campaigning": func(e *access.Edit) { e.SetCatalog(withoutCapability(p.Directory().Catalog(), 1, "campaign.edit")) },
	}
}

// TestCauses keeps what is told when one cause makes many lines fail: the cause
// once, with the lines that it explains.
func TestCauses(t *testing.T) {
	base := loadPolicy(t)
	text, err := os.ReadFile(filepath.Join("testdata", "cause.story"))
	if err != nil {
		t.Fatal(err)
	}
	if titles := failing(base, string(text)); titles != nil {
		t.Fatalf("the stories %q fail of the policy as it is", titles)
	}
	for name, change := range causes(base) {
		t.Run(name, func(t *testing.T) {
			e := base.Edit()
			change(e)
			p, err := e.Policy()
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", "causes", name+".golden"), report(p, "cause.story", string(text)))
		})
	}
}

// TestTogether: whatever fails, each failure is in one text, and in that of its
// cause. Of a group the first is explained.
func TestTogether(t *testing.T) {
	base, seen := loadPolicy(t), branches{}
	seen.until(t, func(t *rapid.T) {
		text := strings.ReplaceAll(strings.ReplaceAll(titled(drawAssertions(t, drawPolicy(t, base))), "story ", "# "), "# 0", "story S")
		stories := Read(drawPolicy(t, base), fstest.MapFS{"s.story": {Data: []byte(text)}}).Stories
		if len(stories) == 0 {
			return
		}
		failures := stories[0].Failures(base)
		groups := together(failures)
		var again []Failure
		for i, g := range groups {
			again = append(again, g.failures...)
			if i > 0 && min(len(groups[i-1].failures), 2) < min(len(g.failures), 2) {
				t.Fatalf("a cause of one failure comes before one of %d", len(g.failures))
			}
			if len(g.failures) > 1 {
				seen["shared"]++
			} else {
				seen["alone"]++
			}
			for _, f := range g.failures {
				if causeOf(f) != causeOf(g.first()) || len(g.failures) > 1 && causeOf(f).what == "" {
					t.Fatalf("%v is told with %v", f, g.first())
				}
			}
			if told := g.text(); !strings.HasPrefix(told, fmt.Sprintf("s.story:%d: ", g.first().Line)) || !strings.Contains(told, strings.SplitN(g.first().Text(), "\n", 2)[0]) {
				t.Fatalf("the first is not told: %s", told)
			}
		}
		byLine := func(a, b Failure) int { return a.Line - b.Line }
		slices.SortStableFunc(again, byLine)
		if fmt.Sprint(again) != fmt.Sprint(failures) {
			t.Fatalf("of\n%v\nthere are\n%v", failures, again)
		}
	}, "shared", "alone")
}
