package company_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/diff"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// TestWhatIfTellsWhoGains: the difference of the two policies of a WhatIf covers
// exactly the questions that the company answers in another way once the changes
// are made, by brute force over users, actions and resources.
func TestWhatIfTellsWhoGains(t *testing.T) {
	t.Parallel()
	names := []string{"gained role-actions", "gained account-reach", "gained report-level", "lost role-actions", "lost account-reach", "lost report-level", "nothing gained or lost"}
	s := search{branches: names, checks: 6, walks: map[string]func(*rapid.T, *branches){}}
	for _, name := range catalogNames {
		s.walks[name] = func(t *rapid.T, hits *branches) {
			m := newCompanyMachine(t, hits, name, law{made: whoGains})
			t.Repeat(map[string]func(*rapid.T){"do": m.request, "time": m.pass, "": func(*rapid.T) {}})
		}
	}
	s.run(t)
}

// whoGains compares the difference that was foreseen with all answers before and
// after.
func whoGains(t *rapid.T, m *machine, s step) {
	before, after, at := s.before.policy.At(m.now()), m.company.Policy().At(m.now()), m.now()
	var gained, lost []question
	for _, q := range questionsAbout(before, after) {
		was, is := before.Decide(access.User(q.user), q.action, q.resource).Allowed, after.Decide(access.User(q.user), q.action, q.resource).Allowed
		switch {
		case is && !was:
			gained = append(gained, q)
		case was && !is:
			lost = append(lost, q)
		}
	}
	d := diff.Compare(s.foreseen.Before, s.foreseen.After)
	covered(t, m, "gained", gained, slices.Collect(d.Gains()), at)
	covered(t, m, "lost", lost, slices.Collect(d.Losses()), at)
	if len(gained)+len(lost) == 0 {
		m.hits.Hit("nothing gained or lost")
	}
}

// covered checks that rights cover all of some questions, and that none of them
// covers no question, of those that a user has at company level at an instant.
func covered(t *rapid.T, m *machine, which string, want []question, rights []diff.Right, at time.Time) {
	of := make([]int, len(rights))
	for _, q := range want {
		found := false
		for i, r := range rights {
			if holdsAt(r, at) && q.isPartOf(r) {
				found = true
				of[i]++
				m.hits.Hit(which + " " + r.Kind.String())
			}
		}
		if !found {
			t.Fatalf("%v is %s, and not foreseen in\n%v", q, which, rights)
		}
	}
	for i, r := range rights {
		if holdsAt(r, at) && of[i] == 0 {
			t.Fatalf("foreseen as %s, and it is not: %v", which, r)
		}
	}
}

// holdsAt reports whether a right is one of a user at company level, at an
// instant.
func holdsAt(r diff.Right, at time.Time) bool {
	_, session := r.Subject.Team()
	return r.Subject.User() != "" && !session && r.Subject.Link() == "" && !at.Before(r.From) && (r.Until.IsZero() || at.Before(r.Until))
}

// question is one that a user may ask at company level.
type question struct {
	user     team.UserID
	action   access.Action
	resource access.Resource
}

// isPartOf reports whether a right covers a question.
func (q question) isPartOf(r diff.Right) bool {
	if team.UserID(r.Subject.User()) != q.user || r.Kind != diff.ReportLevel && !slices.Contains(r.Actions, q.action) {
		return false
	}
	return slices.ContainsFunc(r.Resources, func(of access.Resource) bool {
		return of == q.resource || r.Kind != diff.ReportLevel && of.Kind() == access.KindAccount && of.Account() == q.resource.Account() ||
			of.ID() == "" && of.Kind() == q.resource.Kind() && of.Account() == q.resource.Account()
	})
}

// questionsAbout returns the questions about all that two policies have which
// either of them lets anybody ask.
func questionsAbout(policies ...*access.Policy) []question {
	users, actions, resources := map[team.UserID]bool{}, map[access.Action]bool{}, map[access.Resource]bool{access.Company(): true}
	for _, a := range role.BuiltIn() {
		actions[a] = true
	}
	for _, p := range policies {
		d := p.Directory()
		for _, r := range d.Catalog().Roles() {
			resources[access.Role(r.Name)] = true
			for _, a := range r.Capabilities {
				actions[a] = true
			}
		}
		for u := range d.Users() {
			users[u.ID], resources[access.TargetUser(u.ID)] = true, true
		}
		addThings(d, resources)
	}
	var all []question
	for r := range resources {
		for a := range actions {
			if !slices.ContainsFunc(policies, func(p *access.Policy) bool { return p.Applies(a, r).Allowed }) {
				continue
			}
			for u := range users {
				all = append(all, question{u, a, r})
			}
		}
	}
	return all
}

// addThings adds the things of a company other than its people.
func addThings(d access.Directory, resources map[access.Resource]bool) {
	for t := range d.Teams() {
		resources[access.Team(t.ID)] = true
	}
	for g := range d.Groups() {
		resources[access.Group(g.ID)] = true
	}
	for id := range d.Reports() {
		resources[access.Report(id)] = true
	}
	for l := range d.Links() {
		resources[access.Link(l.ID)] = true
	}
	accounts := map[string]bool{}
	for a := range d.Accounts() {
		accounts[string(a.ID())] = true
		resources[access.Account(a.ID())] = true
	}
	for _, k := range d.Catalog().Kinds() {
		if k.In == role.InCompany {
			resources[access.CompanyItem(access.Kind(k.Name), "c1")] = true
			continue
		}
		for id := range maps.Keys(accounts) {
			resources[access.Item(access.Kind(k.Name), "c1", id)] = true
		}
	}
}
