package story

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// workload is a company of some size, and what its size is.
type workload struct{ users, accounts, groups, teams, stories int }

// policy returns the company. A user in ten sees all data, and the others are in
// one to three teams of three to seven data groups; a fifth of the memberships
// end. Each data group matches the accounts of one country and one channel. A
// report for every fifth user is shared with two users and a team, and every
// tenth has a link.
func (w workload) policy(t testing.TB) *access.Policy {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 7))
	d := &document.Document{Catalog: document.Catalog{Extends: "company"}, Attributes: map[string]string{"country": "string", "channel": "string"}}
	const channels = 20
	countries := max(1, w.groups/2/channels)
	for i := range w.accounts {
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprintf("a%07d", i), Source: "s", Values: map[string]datagroup.Value{
			"country": datagroup.Text(fmt.Sprintf("c%03d", r.IntN(countries))), "channel": datagroup.Text(fmt.Sprintf("k%02d", r.IntN(channels)))}})
	}
	for i := range w.groups {
		d.Groups = append(d.Groups, document.Group{ID: fmt.Sprintf("g%07d", i), Filter: fmt.Sprintf("country = 'c%03d' and channel = 'k%02d'", i%countries, i/countries%channels)})
	}
	for i := range w.teams {
		t := document.Team{ID: fmt.Sprintf("t%07d", i)}
		for _, g := range r.Perm(w.groups)[:3+r.IntN(5)] {
			t.Groups = append(t.Groups, d.Groups[g].ID)
		}
		d.Teams = append(d.Teams, t)
	}
	for i := range w.users {
		u := document.User{ID: fmt.Sprintf("u%07d", i), Email: fmt.Sprintf("u%d@example.com", i), Role: "viewer"}
		if i%10 == 0 {
			u.Role = "admin"
		}
		d.Users = append(d.Users, u)
		first := r.IntN(w.teams)
		for k := range 1 + r.IntN(3) {
			m := document.Member{User: u.ID}
			if r.IntN(5) == 0 {
				m.Until = "2027-01-01T00:00:00Z"
			}
			t := &d.Teams[(first+k*7)%w.teams]
			t.Members = append(t.Members, m)
		}
	}
	for i := 0; i < w.users; i += 5 {
		shown := document.Report{ID: fmt.Sprintf("r%07d", i), Grants: []document.Grant{{User: d.Users[i].ID, Level: "creator"},
			{User: d.Users[(i+1)%w.users].ID, Level: "viewer"}, {Team: d.Teams[i%w.teams].ID, Level: "viewer"}}}
		d.Reports = append(d.Reports, shown)
		if i%50 == 0 {
			d.Links = append(d.Links, document.Link{ID: fmt.Sprintf("l%07d", i), Maker: d.Users[i].ID, Action: "report.view", Resource: document.Resource{Kind: "report", ID: shown.ID}})
		}
	}
	return compile(t, d)
}

// files returns stories of which every line holds of the policy.
func (w workload) files(p *access.Policy) fstest.MapFS {
	files := fstest.MapFS{}
	for i := range w.stories {
		var b strings.Builder
		fmt.Fprintf(&b, "story Person %d\n", i)
		w.story(&b, p, i)
		files[fmt.Sprintf("%03d.story", i)] = &fstest.MapFile{Data: []byte(b.String())}
	}
	return files
}

// story writes what one user may do, and every fourth time a matrix of five users
// and ten accounts.
func (w workload) story(b *strings.Builder, p *access.Policy, i int) {
	const day = "2026-06-01"
	at, _ := parseDay(day)
	p = p.At(at)
	fmt.Fprintf(b, "at %s\n", day)
	step := max(10, w.users/w.stories/10*10)
	user := func(k int) string { return fmt.Sprintf("u%07d", (i*step+k)%w.users) }
	account := func(k int) string { return fmt.Sprintf("a%07d", (i*97+k*31)%w.accounts) }
	who := access.User(user(1))
	for k := range 4 {
		line(b, p, who, access.ViewAccount, access.Account(datagroup.AccountID(account(k))))
	}
	line(b, p, who, access.InviteUser, access.Company())
	line(b, p, access.User(user(0)), access.InviteUser, access.Company())
	list := func(verb string, s access.Subject, ids []string) {
		if len(ids) == 0 {
			ids = []string{"nothing"}
		}
		fmt.Fprintf(b, "%s %s %s\n", verb, s.User(), strings.Join(ids, " "))
	}
	list("sees", who, slices.Sorted(texts(p.View(who).Accounts())))
	list("opens", who, slices.Sorted(texts(p.Reports(who, access.ViewReport))))
	if i%4 == 0 {
		fmt.Fprintf(b, "sees %s everything\n", user(10))
		w.matrix(b, p, user, account)
	}
	for m := range p.Directory().Memberships(who.User()) {
		fmt.Fprintf(b, "team %s\n", m.Team)
		line(b, p, access.Session(who.User(), m.Team), access.ViewAccount, access.Account(datagroup.AccountID(account(0))))
		list("sees", who, slices.Sorted(texts(p.View(access.Session(who.User(), m.Team)).Accounts())))
	}
}

// line writes a line as the policy answers it.
func line(b *strings.Builder, p *access.Policy, s access.Subject, a access.Action, r access.Resource) {
	d := p.Decide(s, a, r)
	fmt.Fprintf(b, "%s %s %s %v because %s\n", verdictText(d.Allowed, ""), s.User(), a, r, d.Reason)
}

func (w workload) matrix(b *strings.Builder, p *access.Policy, user, account func(int) string) {
	b.WriteString("matrix\nsubjects")
	for k := range 5 {
		b.WriteString(" " + user(20+k))
	}
	b.WriteString("\nactions account.view source.edit\nresources")
	for k := range 10 {
		b.WriteString(" account:" + account(k))
	}
	b.WriteString("\n")
	for k := range 5 {
		for _, a := range []access.Action{access.ViewAccount, access.EditSource} {
			var may []string
			for j := range 10 {
				if of := access.Account(datagroup.AccountID(account(j))); p.Decide(access.User(user(20+k)), a, of).Allowed {
					may = append(may, of.String())
				}
			}
			if len(may) > 0 {
				fmt.Fprintf(b, "allow %s %s %s\n", user(20+k), a, strings.Join(may, " "))
			}
		}
	}
	b.WriteString("end\n")
}
