package access_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"pgregory.net/rapid"
)

// TestShortWayIsTheGeneralWay: whatever the short way of Decide decides, the steps
// decide as well, in every field; and it decides all that is its own.
func TestShortWayIsTheGeneralWay(t *testing.T) {
	t.Parallel()
	var hits model.Branches
	for range rounds(t, &hits, "decided: role", "decided: team", "decided: out-of-reach", "left") {
		law(t, func(t *rapid.T, w *model.World, p *access.Policy) {
			questions := w.Questions()
			for _, s := range w.Subjects() {
				for _, q := range questions {
					bothWays(t, p, s.Access(), access.Action(q.Action), q.Resource.Access(), &hits)
				}
			}
		})
	}
}

// bothWays fails the test unless the ways of Decide agree about a question.
func bothWays(t model.TB, p *access.Policy, s access.Subject, a access.Action, r access.Resource, hits *model.Branches) access.Decision {
	t.Helper()
	want := access.DecideGenerally(p, s, a, r)
	if d := p.Decide(s, a, r); d != want {
		t.Fatalf("%v; by the steps alone %v", d, want)
	}
	switch d, decides := access.DecideShortly(p, s, a, r); {
	case !decides:
		hits.Hit("left")
	case d != want:
		t.Fatalf("%v by the short way; by the steps alone %v", d, want)
	default:
		hits.Hit("decided: " + string(d.Reason))
	}
	return want
}

// standings are the ways in which a user of the company of standingDocument may
// stand, and whether they see at company level what team t1 sees.
var standings = []struct {
	name  string
	plain bool
	sees  bool
	user  document.User
	in    document.Member // of t1
	teams int             // that they are in besides
}{
	{name: "plain", plain: true, sees: true},
	{name: "plain-8", plain: true, sees: true, teams: 7},
	{name: "nine-teams", sees: true, teams: 8},
	{name: "note-of-theirs", plain: true, sees: true, user: document.User{Note: "a note"}},
	{name: "suspended", user: document.User{Suspended: true}},
	{name: "ended", user: document.User{Until: model.EndText(model.Start)}},
	{name: "ends", sees: true, user: document.User{Until: model.EndText(model.Start.Add(1))}},
	{name: "membership-ended", in: document.Member{Until: model.EndText(model.Start)}},
	{name: "membership-ends", sees: true, in: document.Member{Until: model.EndText(model.Start.Add(1))}},
	{name: "membership-note", sees: true, in: document.Member{Note: "a note"}},
	{name: "nine-teams-ended", teams: 8, in: document.Member{Until: model.EndText(model.Start)}},
}

// standingDocument is a company with a user of every standing in every role. Team
// t1 sees accounts by a narrow, a wide and a loose data group, and others by none.
func standingDocument() *document.Document {
	d := &document.Document{Attributes: map[string]string{"x": "string", "n": "number"},
		Groups:  []document.Group{{ID: "loose", Filter: "n > 5"}, {ID: "narrow", Filter: "x in ('narrow', 'both')"}, {ID: "wide", Filter: "x prefix 'w' or x = 'both'"}},
		Teams:   []document.Team{{ID: "t1", Groups: []string{"wide", "narrow", "loose"}}},
		Reports: []document.Report{{ID: "direct"}, {ID: "through-team", Grants: []document.Grant{{Team: "t1", Level: "explorer"}}}},
	}
	account := func(id, x string, n float64) {
		d.Accounts = append(d.Accounts, document.Account{ID: id, Source: "s", Values: map[string]datagroup.Value{"x": datagroup.Text(x), "n": datagroup.Number(n)}})
	}
	for i := range 66 {
		account(fmt.Sprint("w", i), fmt.Sprint("w", i), float64(i%8))
	}
	account("narrow", "narrow", 1)
	account("both", "both", 1)
	account("loose", "else", 6)
	account("none", "else", 5)
	for i := range 8 {
		d.Teams = append(d.Teams, document.Team{ID: fmt.Sprint("more", i), Groups: []string{"narrow"}[:i%2]})
	}
	for _, name := range worldRoles {
		for _, s := range standings {
			u, in := s.user, s.in
			u.ID, u.Role = s.name+"-"+name, name
			in.User = u.ID
			d.Users = append(d.Users, u)
			d.Teams[0].Members = append(d.Teams[0].Members, in)
			for i := range s.teams {
				t := &d.Teams[1+i]
				t.Members = append(t.Members, document.Member{User: u.ID})
			}
			d.Reports[0].Grants = append(d.Reports[0].Grants, document.Grant{User: u.ID, Level: "viewer"})
		}
	}
	return d
}

// TestEveryStanding asks about every account for every user of standingDocument, in
// every way there is to ask.
func TestEveryStanding(t *testing.T) {
	t.Parallel()
	var hits model.Branches
	p, err := access.Compile(standingDocument(), &access.Config{Catalog: worldCatalog(t), Now: func() time.Time { return model.Start }})
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string][]string) // account -> those who see it
	for i, name := range worldRoles {
		for _, s := range standings {
			id := s.name + "-" + name
			active := !s.user.Suspended && s.name != "ended"
			n := 0
			for a := range p.Directory().Accounts() {
				r := access.Account(a.ID())
				inTeam := a.ID() != "none" && (s.sees || s.teams > 1 && (a.ID() == "narrow" || a.ID() == "both"))
				may := i == 1 && active && inTeam || i == 2 && active
				if d := bothWays(t, p, access.User(id), access.ViewAccount, r, &hits); d.Allowed != may {
					t.Fatalf("%v: want %t", d, may)
				}
				if _, decides := access.DecideShortly(p, access.User(id), access.ViewAccount, r); decides != (s.plain && i > 0) {
					t.Fatalf("%s at %v: the short way decides: %t", id, r, decides)
				}
				bothWays(t, p, access.Session(id, "t1"), access.ViewAccount, r, &hits)
				if may {
					want[string(a.ID())] = append(want[string(a.ID())], id)
					n++
				}
			}
			v := p.View(access.User(id))
			if v.Len() != n || len(ids(v.Accounts())) != n || v.Empty() != (n == 0) {
				t.Errorf("%s sees %d accounts, lists %d, none %t; want %d", id, v.Len(), len(ids(v.Accounts())), v.Empty(), n)
			}
		}
	}
	for _, kind := range []access.Kind{access.KindUser, access.KindRole, access.KindTeam, access.KindGroup, access.KindReport, access.KindLink, "campaign"} {
		for _, in := range []string{"", "narrow"} { // only an account is one, whatever the id
			bothWays(t, p, access.User("plain-by-teams"), access.ViewAccount, kind.Resource("narrow", in), &hits)
		}
	}
	bothWays(t, p, access.User("plain-by-teams"), access.ViewAccount, access.KindAccount.Resource("narrow", "narrow"), &hits)
	for a := range p.Directory().Accounts() {
		whoIs(t, p, access.ViewAccount, access.Account(a.ID()), want[string(a.ID())])
	}
	for _, id := range []string{"direct", "through-team"} {
		var may []string
		for u := range p.Directory().Users() {
			if p.Decide(access.User(u.ID), access.ViewReport, access.Report(id)).Allowed {
				may = append(may, string(u.ID))
			}
		}
		whoIs(t, p, access.ViewReport, access.Report(id), may)
	}
	wantBranches(t, &hits, "decided: role", "decided: team", "decided: out-of-reach", "left")
}

// whoIs fails the test unless those who may do something are these, each once and
// as many as Len says.
func whoIs(t model.TB, p *access.Policy, a access.Action, r access.Resource, want []string) {
	t.Helper()
	users := p.Who(a, r)
	slices.Sort(want)
	if got := ids(users.All()); !slices.Equal(got, want) || users.Len() != len(want) {
		t.Fatalf("%d may %s at %v: %v, want %v", users.Len(), a, r, got, want)
	}
	for range users.All() {
		break // which may be done at any user
	}
}

// TestWhoOfEachReason asks who may do anything at all in the world of the table of
// reasons. The clock is read once for all of them.
func TestWhoOfEachReason(t *testing.T) {
	t.Parallel()
	now, reads := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), 0
	p, err := access.Load([]byte(reasonWorld), &access.Config{Now: func() time.Time { reads++; return now }})
	if err != nil {
		t.Fatal(err)
	}
	resources := []access.Resource{access.Company(), access.Kind("campaign").Resource("c1", "us-1"), access.Kind("page").Resource("p1", "")}
	d := p.Document()
	for kind, all := range map[access.Kind][]string{
		access.KindAccount: idsOf(d.Accounts, func(a document.Account) string { return a.ID }), access.KindTeam: idsOf(d.Teams, func(t document.Team) string { return t.ID }),
		access.KindUser: idsOf(d.Users, func(u document.User) string { return u.ID }), access.KindReport: idsOf(d.Reports, func(r document.Report) string { return r.ID }),
		access.KindLink: idsOf(d.Links, func(l document.Link) string { return l.ID }), access.KindGroup: {"us", "all"}, access.KindRole: {"boss", "single", "clerk"},
	} {
		for _, id := range append(all, "ghost") {
			resources = append(resources, kind.Resource(id, ""))
		}
	}
	some := 0
	for _, r := range resources {
		for _, a := range append(role.BuiltIn(), "budget.edit", "nobody.knows") {
			var want []string
			for _, u := range d.Users {
				if p.Decide(access.User(u.ID), a, r).Allowed {
					want = append(want, u.ID)
				}
			}
			if len(want) > 1 {
				some++
			}
			if reads = 0; p.Who(a, r).Len() != len(want) || reads > 1 {
				t.Fatalf("%s at %v: the clock was read %d times", a, r, reads)
			}
			whoIs(t, p, a, r, want)
		}
	}
	if some < 20 {
		t.Errorf("of all questions only %d have several who may", some)
	}
}

func idsOf[T any](all []T, id func(T) string) []string {
	ids := make([]string, len(all))
	for i, e := range all {
		ids[i] = id(e)
	}
	return ids
}
