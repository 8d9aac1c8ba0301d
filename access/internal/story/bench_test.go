package story

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
)

// company returns a policy of 200 users in 20 teams, with 20 data groups and 400
// accounts, and a story of two lines for each user.
func company(b *testing.B) (*access.Policy, *Suite) {
	b.Helper()
	d := &document.Document{Catalog: document.Catalog{Extends: "company"}, Attributes: map[string]string{"country": "string"}}
	text := "story Everybody\n"
	for i := range 400 {
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprintf("a%d", i), Source: fmt.Sprintf("s%d", i%20)})
	}
	for i := range 20 {
		group := fmt.Sprintf("g%d", i)
		d.Groups = append(d.Groups, document.Group{ID: group, Filter: fmt.Sprintf("source = 's%d' and country missing", i)})
		t := document.Team{ID: fmt.Sprintf("t%d", i), Groups: []string{group}}
		for j := range 10 {
			user := fmt.Sprintf("u%d", 10*i+j)
			d.Users = append(d.Users, document.User{ID: user, Email: user + "@example.com", Role: "viewer"})
			t.Members = append(t.Members, document.Member{User: user})
			text += fmt.Sprintf("allow %s account.view account:a%d\n", user, i)
			var seen strings.Builder
			for k := range 20 {
				fmt.Fprintf(&seen, " a%d", 20*k+i)
			}
			text += fmt.Sprintf("sees %s%s\n", user, &seen)
		}
		d.Teams = append(d.Teams, t)
	}
	p, err := access.Compile(d, nil)
	if err != nil {
		b.Fatal(err)
	}
	stories, mistakes := parse("s.story", []byte(text))
	check(p, stories)
	if len(mistakes)+len(stories[0].mistakes) > 0 {
		b.Fatal(mistakes, stories[0].mistakes)
	}
	return p, &Suite{Stories: stories}
}

func BenchmarkFailures(b *testing.B) {
	p, suite := company(b)
	for b.Loop() {
		if failures := suite.Stories[0].Failures(p); len(failures) > 0 {
			b.Fatal(failures[0])
		}
	}
	b.ReportMetric(float64(len(suite.Stories[0].assertions)), "lines")
}

func BenchmarkCover(b *testing.B) {
	p, suite := company(b)
	for b.Loop() {
		if c := Cover(p, suite); !c.Reaches(100) {
			b.Fatal(c)
		}
	}
	b.ReportMetric(float64(len(partsOf(p))), "parts")
}

// BenchmarkPolicyTests is what accesstest.Run and accesstest.Coverage cost with
// 200 stories, of 7,450 lines and cells of matrices, about 10,000 users and 20,000
// accounts: 0.7 s on two cores.
//
//	go test ./access/internal/story -run - -bench PolicyTests -benchtime 3x
func BenchmarkPolicyTests(b *testing.B) {
	w := workload{users: 10_000, accounts: 20_000, groups: 1_000, teams: 500, stories: 200}
	p := w.policy(b)
	files := w.files(p)
	lines := 0
	for b.Loop() {
		suite := Read(p, files)
		for _, s := range suite.Stories {
			if failures := s.Failures(p); len(failures) > 0 {
				b.Fatal(Texts(failures))
			}
			lines += len(s.assertions)
		}
		if c := Cover(p, Read(p, files)); c.Failed != "" {
			b.Fatal(c.Failed)
		}
	}
	b.ReportMetric(float64(lines)/float64(b.N), "lines")
}
