package access_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// TestRemove removes what the rows of TestBadEdits cannot.
func TestRemove(t *testing.T) {
	e := access.MustLoad(editBase).Edit()
	e.RemoveMember("emea", "ann")
	e.RemoveGrant("q3", access.Grant{User: "ann"}.Entry())
	e.RemoveGrant("q3", access.Grant{Team: "emea"}.Entry())
	e.RemoveLink("l1")
	p, err := e.Policy()
	if err != nil {
		t.Fatal(err)
	}
	if got := listed(p.Directory().Members("emea"), memberText) + listed(p.Directory().Grants("q3"), grantText) + listed(p.Directory().Links(), linkText); got != "l2" {
		t.Errorf("left are %s", got)
	}
}

// TestReplace replaces records. What is not part of a record, such as the
// members of a team, stays.
func TestReplace(t *testing.T) {
	p := access.MustLoad(editBase)
	ann, _ := p.Directory().User("ann")
	ann.Name = "Ann"
	e := p.Edit()
	e.SetUser(document.UserOf(ann))
	e.SetReport(document.Report{ID: "q3", Name: "Quarter"})
	e.SetTeam(document.Team{ID: "emea", Name: "EMEA"})
	q, err := e.Policy()
	if err != nil {
		t.Fatal(err)
	}
	if u, _ := q.Directory().User("ann"); u != ann {
		t.Errorf("ann is %v, want %v", u, ann)
	}
	if got, want := listed(q.Directory().Members("emea"), memberText)+listed(q.Directory().Grants("q3"), grantText), "emea/ann:1q3:ann:creator:1 q3:emea:viewer:1"; got != want {
		t.Errorf("left are %s, want %s", got, want)
	}
}

func TestSetCatalog(t *testing.T) {
	p := access.MustLoad(`{"catalog": {"roles": [{"name": "boss", "data": "all", "capabilities": ["budget.edit"]}, {"name": "idle"}],
	                           "kinds": [{"name": "company", "actions": ["budget.edit"]}]},
	  "users": [{"id": "ann", "email": "ann@example.com", "role": "boss"}]}`)
	next, err := role.NewCatalog([]role.Role{{Name: "new"}, {Name: "boss", Capabilities: []role.Action{"team.edit"}}})
	if err != nil {
		t.Fatal(err)
	}
	e := p.Edit()
	e.SetCatalog(next)
	q, err := e.Policy()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		p    *access.Policy
		a    access.Action
		want string
	}{
		{p, "budget.edit", "allow"}, {q, "budget.edit", "deny unknown-action kind"},
		{p, "team.create", "deny no-capability capability"}, {q, "team.create", "deny no-capability capability"},
	} {
		if got := verdictOf(tt.p.Decide(access.User("ann"), tt.a, access.Company())); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.a, got, tt.want)
		}
	}
	if all, lasting := q.Directory().Holders("boss"); all != 1 || lasting != 1 || !q.Directory().Catalog().Equal(next) {
		t.Errorf("%d hold the role boss, %d for good", all, lasting)
	}
	for _, tt := range []struct {
		name string
		c    *role.Catalog
		is   error
		text string
	}{
		{"company", role.CompanyCatalog(), access.ErrUnknown, `"boss"`},
		{"nil", nil, access.ErrInvalid, "without roles"},
	} {
		e := p.Edit()
		e.SetCatalog(tt.c)
		if q, err := e.Policy(); q != nil || !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.text) {
			t.Errorf("SetCatalog(%s): %v, want %v of %s", tt.name, err, tt.is, tt.text)
		}
	}
}

// TestLinksOfTwoEdits adds links in two edits of one policy, whose lists of
// three have room for a fourth.
func TestLinksOfTwoEdits(t *testing.T) {
	link := func(id access.LinkID, maker team.UserID, report access.ReportID) access.ShareLink {
		return access.ShareLink{ID: id, Maker: maker, Action: access.ViewReport, Resource: access.Report(report)}
	}
	base := edited(t, access.MustLoad(editBase), func(e *access.Edit) {
		e.SetReport(document.Report{ID: "q4"})
		e.SetLink(link("l3", "ann", "q3").Entry())
	})
	first := edited(t, base, func(e *access.Edit) { e.SetLink(link("l4", "ann", "q3").Entry()) })
	edited(t, base, func(e *access.Edit) {
		e.SetLink(link("other", "bob", "q4").Entry())
		e.SetLink(link("l5", "ann", "q3").Entry())
	})
	if got := listed(first.Directory().LinksOf("ann"), linkText); got != "l1 l3 l4" {
		t.Errorf("the links of ann are %s", got)
	}
	for _, row := range []struct {
		without string
		remove  func(*access.Edit)
	}{
		{"maker", func(e *access.Edit) { e.RemoveUser("ann") }},
		{"report", func(e *access.Edit) { e.RemoveReport("q3") }},
	} {
		t.Run(row.without, func(t *testing.T) {
			for l := range edited(t, first, row.remove).Directory().Links() {
				if l.Resource == access.Report("q3") && !l.Ended {
					t.Errorf("without its %s, link %s has not ended", row.without, l.ID)
				}
			}
		})
	}
}

// TestNamesAreFreed: an address and a report name that nobody has any more may
// be taken, and links to a report that is gone do not come back with its id.
func TestNamesAreFreed(t *testing.T) {
	p := access.MustLoad(editBase)
	ann, _ := p.Directory().User("ann")
	old := ann.Email
	ann.Email, _ = team.ParseAddress("ann@example.org")
	p = edited(t, p, func(e *access.Edit) { e.SetUser(document.UserOf(ann)) })
	if u, ok := p.Directory().UserByAddress(old); ok {
		t.Errorf("%s is still the address of %s", old, u.ID)
	}
	p = edited(t, p, func(e *access.Edit) { e.SetUser(newUser(func(u *document.User) { u.Email = old.String() })) })
	if u, _ := p.Directory().UserByAddress(old); u.ID != "new" {
		t.Errorf("%s is the address of %q, want new", old, u.ID)
	}
	p = edited(t, p, func(e *access.Edit) {
		e.RemoveReport("q3")
		e.SetReport(document.Report{ID: "q4", Name: "Quarter"})
		e.SetReport(document.Report{ID: "q3"})
		e.SetGrant("q3", document.Grant{User: "ann", Level: "creator"})
	})
	if d := p.Decide(access.ViaLink("l1"), access.ViewReport, access.Report("q3")); d.Reason != access.ReasonLinkEnded {
		t.Errorf("a link to a report that was removed: %v", d)
	}
}
