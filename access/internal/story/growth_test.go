package story

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
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
		"lists of a team": "team americas sees us-search us-social", "lists at least": "sees tom at least us-search", "pairs that do not go together": "deny tom user.invite campaign:c# in account:us-search", "unknown reasons": "deny tom user.invite company because x#",
		"extra words": "deny tom user.invite company x#", "bad times": "at 2027-13-0#", "unknown verbs": "x# tom", "unknown teams": "team tim# sees us-search",
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

// manyQuestions is a story with lines of every sort about a few people.
const manyQuestions = `story S
allow u0000000 account.view account:a0000000
deny u0000001 user.invite company
sees few a0000003 a0000005
sees u0000000 everything
sees u0000010 at least a0000003 a0000005
team few sees a0000003 a0000005
opens u0000000 at least r0000000
team few
sees few at least a0000003
company
matrix
subjects u0000000 few
actions account.view source.edit
resources account:a0000001 account:a0000003
allow u0000000 account.view account:a0000001 account:a0000003
allow few account.view account:a0000003
`

// TestPeopleAndAccounts: what the same stories cost to read and to compare does not
// depend on how many people, accounts, teams and reports there are. The first line
// that lists accounts looks at all of them, and so does the first that says
// everything.
func TestPeopleAndAccounts(t *testing.T) {
	for name, of := range map[string]func(n int) workload{
		"people":   func(n int) workload { return workload{users: 5 * n, accounts: 2000, groups: 20, teams: n / 2} },
		"accounts": func(n int) workload { return workload{users: 200, accounts: 50 * n, groups: 20, teams: 20} },
	} {
		t.Run(name, func(t *testing.T) {
			growth.Flat(t, 40, func(n int) func() {
				e := of(n).policy(t).Edit()
				e.SetGroup(document.Group{ID: "few", Filter: "id in ('a0000003', 'a0000005')"})
				e.SetTeam(document.Team{ID: "few", Groups: []string{"few"}})
				e.SetUser(document.User{ID: "few", Email: "few@example.com", Role: "viewer"})
				e.SetMember("few", document.Member{User: "few"})
				p, err := e.Policy()
				if err != nil {
					t.Fatal(err)
				}
				text := manyQuestions
				if p.View(access.User("few")).Len(); name == "accounts" {
					text = strings.Replace(text, "sees u0000000 everything\n", "", 1)
				}
				files := fstest.MapFS{"s.story": {Data: []byte(text + "allow u0000000 source.edit account:a0000001 account:a0000003\nend\n")}}
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

// TestCoverGrowth: what coverage costs grows with the lines, and with the policy.
func TestCoverGrowth(t *testing.T) {
	t.Run("lines", func(t *testing.T) {
		w := workload{users: 200, accounts: 200, groups: 40, teams: 20, stories: 100}
		p := w.policy(t)
		files := w.files(p)
		growth.Hundredfold(t, 1, func(n int) func() {
			some := fstest.MapFS{}
			for i := range n {
				name := fmt.Sprintf("%03d.story", i)
				some[name] = files[name]
			}
			return coverRun(t, p, some)
		})
	})
	for name, of := range map[string]func(n int) workload{
		"people": func(n int) workload {
			return workload{users: 10 * n, accounts: 100, groups: 40, teams: 2 * n, stories: 4}
		},
		"accounts": func(n int) workload { return workload{users: 50, accounts: 20 * n, groups: 400, teams: 10, stories: 4} },
		"groups":   func(n int) workload { return workload{users: 50, accounts: 100, groups: 20 * n, teams: 10, stories: 4} },
	} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 2, func(n int) func() {
				p := of(n).policy(t)
				return coverRun(t, p, of(n).files(p))
			})
		})
	}
}

// coverRun returns a function that covers a policy by stories.
func coverRun(t *testing.T, p *access.Policy, files fstest.MapFS) func() {
	suite := Read(p, files)
	return func() {
		if c := Cover(p, suite); c.Failed != "" {
			t.Fatal(c.Failed)
		}
	}
}
