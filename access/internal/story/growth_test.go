package story

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ambit-authz/ambit/internal/growth"
)

// TestReadGrowth: what story files cost to read and to check grows with them only,
// whatever is in them.
func TestReadGrowth(t *testing.T) {
	p := loadPolicy(t)
	for name, line := range map[string]string{
		"good lines": "deny tom user.invite company", "failing lines": "allow tom user.invite company", "lists": "sees tom us-search us-social",
		"stories": "story S#\ndeny tom user.invite company", "stories of one name": "story S\ndeny tom user.invite company", "the same line": "deny tom user.invite company",
		"unknown users": "deny tim# user.invite company", "unknown actions": "deny tom user.invit# company", "unknown kinds": "deny tom user.invite compani:#",
		"unknown words": "denie tom user.invite company", "comments": "# x#", "spaces": "   ", "quotes": `deny "tom`, "no encoding": "deny \xff",
		"matrices": "matrix\nsubjects tom ann\nactions account.view\nresources account:us-search\nend", "matrices left open": "matrix\nsubjects tom",
		"lists of a team": "team americas sees us-search us-social", "lists at least": "sees tom at least us-search", "unknown teams": "team tim# sees us-search",
		"times": "at 2027-01-01",
	} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 10, func(n int) func() {
				var text strings.Builder
				text.WriteString("story first\n")
				for i := range n {
					text.WriteString(strings.ReplaceAll(line, "#", fmt.Sprint(i)) + "\n")
				}
				files := fstest.MapFS{"s.story": {Data: []byte(text.String())}}
				return func() {
					for _, s := range Read(p, files).Stories {
						Texts(s.Failures(p))
					}
				}
			})
		})
	}
	t.Run("words in a line", func(t *testing.T) {
		growth.Hundredfold(t, 10, func(n int) func() {
			files := fstest.MapFS{"s.story": {Data: []byte("story S\nsees tom" + strings.Repeat(" us-serch", n) + "\n")}}
			return func() {
				for _, s := range Read(p, files).Stories {
					Texts(s.Failures(p))
				}
			}
		})
	})
	for name, line := range map[string]string{"allowed once": "allow # a.b company", "allowed again and again": "allow 1 2 3 4 5 6 7 8 9 10 a.b c.d company kind:x kind:y", "allowed to unknown users": "allow 1 zoe# a.b company", "allowed in unknown places": "allow 1 a.b kind:#"} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 10, func(n int) func() {
				var text strings.Builder
				text.WriteString("story S\nmatrix\nactions a.b c.d\nresources company kind:x kind:y\n")
				for i := range n {
					fmt.Fprintf(&text, "subjects %d\n", i)
				}
				for i := range n {
					text.WriteString(strings.ReplaceAll(line, "#", fmt.Sprint(i)) + "\n")
				}
				return func() {
					stories, _ := parse("s.story", []byte(text.String()))
					Texts(stories[0].mistakes)
				}
			})
		})
	}
	t.Run("files", func(t *testing.T) {
		growth.Hundredfold(t, 5, func(n int) func() {
			files := fstest.MapFS{}
			for i := range n {
				files[fmt.Sprintf("d%d/s.story", i)] = &fstest.MapFile{Data: []byte("story S\ndeny tom user.invite company\n")}
			}
			return func() { Read(p, files) }
		})
	})
}

// TestPeopleAndAccounts: what the same stories cost to read and to compare does not
// depend on how many people, accounts, teams and reports there are. Only the first
// line that lists accounts looks at all of them, and the first that says everything
// counts them.
func TestPeopleAndAccounts(t *testing.T) {
	for name, of := range map[string]func(n int) workload{
		"people":   func(n int) workload { return workload{users: 5 * n, accounts: 2000, groups: 20, teams: 5 * n / 10, stories: 4} },
		"accounts": func(n int) workload { return workload{users: 200, accounts: 50 * n, groups: 20, teams: 20, stories: 4} },
	} {
		t.Run(name, func(t *testing.T) {
			growth.Flat(t, 40, func(n int) func() {
				w := of(n)
				p := w.policy(t)
				files := fstest.MapFS{"s.story": {Data: []byte("story S\nallow u0000000 account.view account:a0000000\ndeny u0000001 user.invite company\n" +
					"sees u0000000 at least a0000003 a0000005\nopens u0000000 at least r0000000\n" +
					"matrix\nsubjects u0000000 u0000010\nactions account.view source.edit\nresources account:a0000001 account:a0000002\n" +
					"allow u0000000 account.view account:a0000001 account:a0000002\nallow u0000010 account.view account:a0000001 account:a0000002\n" +
					"allow u0000000 source.edit account:a0000001 account:a0000002\nallow u0000010 source.edit account:a0000001 account:a0000002\nend\n")}}
				return func() {
					for _, s := range Read(p, files).Stories {
						if texts := Texts(s.Failures(p)); len(texts) > 0 {
							t.Fatal(texts)
						}
					}
				}
			})
		})
	}
}
