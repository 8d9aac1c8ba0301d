package access_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// edited returns p after the given changes.
func edited(t *testing.T, p *access.Policy, change func(*access.Edit)) *access.Policy {
	t.Helper()
	e := p.Edit()
	change(e)
	next, err := e.Policy()
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// keptBase has a group that reads a number, which accounts are not classed by.
// Its accounts are of classes DE, DE and US, so that number 1 is a DE account
// and the US class.
const keptBase = `{
  "attributes": {"country": "string", "spend": "number", "clicks": "number"},
  "accounts": [{"id": "de-1", "source": "google", "country": "DE", "spend": 20, "clicks": 20},
               {"id": "de-2", "source": "google", "country": "DE", "spend": 1, "clicks": 20},
               {"id": "us-1", "source": "google", "country": "US", "spend": 1, "clicks": 1}],
  "groups": [{"id": "big", "filter": "spend >= 10"}, {"id": "busy", "filter": "clicks >= 10"}],
  "teams": [{"id": "t1", "groups": ["big"], "members": [{"user": "ann"}]}, {"id": "t2", "groups": ["big", "busy"]}],
  "users": [{"id": "ann", "email": "ann@example.com", "role": "viewer"}]
}`

// keptAccount returns an account with the three attributes of keptBase.
func keptAccount(id, country string, spend, clicks float64) datagroup.Account {
	a, err := access.MustLoad(keptBase).Directory().Schema().Account(datagroup.AccountID(id), "google", map[string]datagroup.Value{
		"country": datagroup.Text(country), "spend": datagroup.Number(spend), "clicks": datagroup.Number(clicks)})
	if err != nil {
		panic(err)
	}
	return a
}

// keptGroup returns a group with a filter under the schema of keptBase.
func keptGroup(id, filter string) datagroup.Group {
	f, err := access.MustLoad(keptBase).Directory().Schema().Parse(filter)
	if err != nil {
		panic(err)
	}
	return datagroup.Group{ID: datagroup.ID(id), Filter: f}
}

// TestReachIsKept: what groups match stays in step with every order of changes
// to accounts, filters and teams.
func TestReachIsKept(t *testing.T) {
	inT2 := func(e *access.Edit) { e.SetMember(team.Member{Team: "t2", User: "ann"}) }
	for _, row := range []struct {
		sees, name string
		changes    []func(*access.Edit)
	}{
		{"de-1", "nothing changed", nil},
		{"de-1 fr-1", "account that is new to a number filter", []func(*access.Edit){
			func(e *access.Edit) { e.SetAccount(keptAccount("fr-1", "FR", 30, 1)) }}},
		{"de-1 de-2", "account that leaves one of two groups", []func(*access.Edit){inT2,
			func(e *access.Edit) { e.SetAccount(keptAccount("de-1", "DE", 1, 20)) }}},
		{"de-2", "account that leaves both", []func(*access.Edit){inT2,
			func(e *access.Edit) { e.SetAccount(keptAccount("de-1", "DE", 1, 1)) }}},
		{"us-1", "filter that no longer reads a number", []func(*access.Edit){
			func(e *access.Edit) { e.SetGroup(keptGroup("big", "country = 'US'")) },
			func(e *access.Edit) { e.SetAccount(keptAccount("de-2", "DE", 2, 20)) }}},
		{"", "group that is gone", []func(*access.Edit){
			func(e *access.Edit) { e.RemoveGroup("big") },
			func(e *access.Edit) { e.SetAccount(keptAccount("fr-1", "FR", 30, 1)) }}},
		{"", "filter of two numbers, and the first changes", []func(*access.Edit){
			func(e *access.Edit) { e.SetGroup(keptGroup("big", "clicks >= 10 and spend >= 10")) },
			func(e *access.Edit) { e.SetAccount(keptAccount("de-1", "DE", 20, 1)) }}},
		{"", "filter of two numbers, and the second changes", []func(*access.Edit){
			func(e *access.Edit) { e.SetGroup(keptGroup("big", "clicks >= 10 and spend >= 10")) },
			func(e *access.Edit) { e.SetAccount(keptAccount("de-1", "DE", 1, 20)) }}},
		{"de-1 de-2", "member of a team after his other one is gone", []func(*access.Edit){
			func(e *access.Edit) { e.RemoveTeam("t1") }, inT2}},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := access.MustLoad(keptBase)
			for _, change := range row.changes {
				p = edited(t, p, change)
			}
			checkSees(t, p, row.sees)
		})
	}
}

// checkSees compares what ann sees with a list, asked in both ways.
func checkSees(t *testing.T, p *access.Policy, want string) {
	t.Helper()
	var decided, viewed []string
	view := p.View(access.User("ann"))
	for a := range p.Directory().Accounts() {
		if p.Decide(access.User("ann"), access.ViewAccount, access.Account(a.ID())).Allowed {
			decided = append(decided, string(a.ID()))
		}
		if view.Sees(a.ID()) {
			viewed = append(viewed, string(a.ID()))
		}
	}
	if got := strings.Join(decided, " "); got != want {
		t.Errorf("allowed are %q, want %q", got, want)
	}
	if got := strings.Join(viewed, " "); got != want {
		t.Errorf("in the view are %q, want %q", got, want)
	}
}

// TestAccountsAreToldApart has pairs of accounts whose values, written one
// behind the other, are easily taken for each other's.
func TestAccountsAreToldApart(t *testing.T) {
	u44, v33 := strings.Repeat("u", 44), strings.Repeat("v", 33)
	type values = map[string]datagroup.Value
	for _, row := range []struct {
		name     string
		one, two values
		filter   string // that matches one only
	}{
		{"texts that end elsewhere", values{"a": datagroup.Text("x"), "b": datagroup.Text("ysz")},
			values{"a": datagroup.Text("xsy"), "b": datagroup.Text("z")}, "a = 'x'"},
		{"a text of another attribute", values{"a": datagroup.Text("x")}, values{"b": datagroup.Text("x")}, "a = 'x'"},
		{"a text that begins like none", values{"b": datagroup.Text(u44 + "!" + v33)},
			values{"a": datagroup.Text("N" + u44), "b": datagroup.Text(v33)}, "a missing"},
		{"a label of another attribute", values{"x": datagroup.Labels("k"), "y": datagroup.Labels("l")},
			values{"x": datagroup.Labels("k", "l"), "y": datagroup.Labels()}, "y has 'l'"},
		{"a label that begins like none", values{"x": datagroup.Labels(), "y": datagroup.Labels(u44 + "u.")},
			values{"x": datagroup.Labels("." + u44 + "u"), "y": datagroup.Labels()}, "y has '" + u44 + "u.'"},
		{"no labels and a missing list", values{"x": datagroup.Labels()}, values{}, "x present"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, err := access.Compile(&document.Document{
				Attributes: map[string]string{"a": "string", "b": "string", "x": "labels", "y": "labels"},
				Accounts:   []document.Account{{ID: "one", Source: "google", Values: row.one}, {ID: "two", Source: "google", Values: row.two}},
				Groups:     []document.Group{{ID: "g", Filter: row.filter}},
				Teams:      []document.Team{{ID: "t", Groups: []string{"g"}, Members: []document.Member{{User: "ann"}}}},
				Users:      []document.User{{ID: "ann", Email: "ann@example.com", Role: "viewer"}},
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkSees(t, p, "one")
		})
	}
}

// TestEditsDoNotMeet makes two policies of one and changes the second: neither
// the base nor the first may notice.
func TestEditsDoNotMeet(t *testing.T) {
	base := access.MustLoad(keptBase)
	edited(t, base, func(e *access.Edit) { e.SetGroup(keptGroup("rich", "spend >= 15")) })
	second := edited(t, base, func(e *access.Edit) { e.SetAccount(keptAccount("de-2", "DE", 30, 20)) })
	checkSees(t, second, "de-1 de-2")
	checkSees(t, base, "de-1")
}

// TestLinksOfTwoEdits adds links in two edits of one policy, whose lists of
// three have room for a fourth.
func TestLinksOfTwoEdits(t *testing.T) {
	link := func(id access.LinkID, maker team.UserID, report access.ReportID) access.ShareLink {
		return access.ShareLink{ID: id, Maker: maker, Action: access.ViewReport, Resource: access.Report(report)}
	}
	base := edited(t, access.MustLoad(editBase), func(e *access.Edit) {
		e.SetReport("q4", "")
		e.SetLink(link("l3", "ann", "q3"))
	})
	first := edited(t, base, func(e *access.Edit) { e.SetLink(link("l4", "ann", "q3")) })
	edited(t, base, func(e *access.Edit) {
		e.SetLink(link("other", "bob", "q4"))
		e.SetLink(link("l5", "ann", "q3"))
	})
	if got := listed(first.Directory().LinksOf("ann"), linkText); got != "l1 l2 l3 l4" {
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
			for l := range edited(t, first, row.remove).Directory().LinksTo(access.Report("q3")) {
				if !l.Ended {
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
	p = edited(t, p, func(e *access.Edit) { e.SetUser(ann) })
	if u, ok := p.Directory().UserByAddress(old); ok {
		t.Errorf("%s is still the address of %s", old, u.ID)
	}
	p = edited(t, p, func(e *access.Edit) { e.SetUser(newUser(func(u *team.User) { u.Email = old })) })
	if u, _ := p.Directory().UserByAddress(old); u.ID != "new" {
		t.Errorf("%s is the address of %q, want new", old, u.ID)
	}
	p = edited(t, p, func(e *access.Edit) {
		e.RemoveReport("q3")
		e.SetReport("q4", "Quarter")
		e.SetReport("q3", "")
		e.SetGrant(access.Grant{Report: "q3", User: "ann", Level: access.Creator})
	})
	if d := p.Decide(access.ViaLink("l1"), access.ViewReport, access.Report("q3")); d.Reason != access.ReasonLinkEnded {
		t.Errorf("a link to a report that was removed: %v", d)
	}
}

// TestCreatorOfTheSameID: who is creator of a report may not end links to
// something else that happens to have the id of the report.
func TestCreatorOfTheSameID(t *testing.T) {
	p := access.MustLoad(`{
	  "roles": [{"name": "maker", "capabilities": ["board.view"]}, {"name": "idle"}],
	  "users": [{"id": "ann", "email": "ann@example.com", "role": "maker"}, {"id": "bob", "email": "bob@example.com", "role": "idle"}],
	  "reports": [{"id": "q3", "grants": [{"user": "bob", "level": "creator"}, {"user": "ann", "level": "viewer"}]}],
	  "links": [{"id": "board", "maker": "ann", "action": "board.view", "resource": {"kind": "board", "id": "q3", "company": true}},
	            {"id": "report", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}}]
	}`)
	for _, row := range []struct {
		want access.Reason
		link access.LinkID
	}{{"out-of-reach", "board"}, {"grant", "report"}} {
		if d := p.Decide(access.User("bob"), access.RevokeLink, access.Link(row.link)); d.Reason != row.want {
			t.Errorf("link %s: %v, want %s", row.link, d, row.want)
		}
	}
}

// endingBase has one user for each thing that ends.
const endingBase = `{
  "roles": [{"name": "boss", "data": "all", "capabilities": ["account.view", "play.see"]}, {"name": "viewer", "capabilities": ["account.view"]}],
  "accounts": [{"id": "a1", "source": "google"}],
  "groups": [{"id": "all", "filter": "everything"}],
  "teams": [{"id": "t1", "groups": ["all"], "members": [{"user": "ann"}, {"user": "bob", "until": "2027-01-01T00:00:00Z"}]}],
  "users": [{"id": "ann", "email": "ann@example.com", "role": "viewer"}, {"id": "bob", "email": "bob@example.com", "role": "viewer"},
            {"id": "eve", "email": "eve@example.com", "role": "boss", "until": "2027-01-01T00:00:00Z"}],
  "reports": [{"id": "q3", "grants": [{"user": "ann", "level": "viewer"}, {"user": "bob", "level": "viewer", "until": "2027-01-01T00:00:00Z"}]}],
  "links": [{"id": "l1", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}, "until": "2027-01-01T00:00:00Z"},
            {"id": "l2", "maker": "eve", "action": "play.see", "resource": {"kind": "play", "id": "p", "account": "a1"}, "until": "2027-01-01T00:00:00Z"},
            {"id": "l3", "maker": "eve", "action": "play.see", "resource": {"kind": "play", "id": "p", "company": true}, "until": "2027-01-01T00:00:00Z"}]
}`

// TestNoTimeIsPastEveryEnd: at the zero time whatever has an end is over.
func TestNoTimeIsPastEveryEnd(t *testing.T) {
	p := access.MustLoad(endingBase).At(time.Time{})
	for _, row := range []struct {
		want, name string
		s          access.Subject
		a          access.Action
		r          access.Resource
	}{
		{"team", "nothing that ends", access.User("ann"), access.ViewAccount, access.Account("a1")},
		{"ended", "access", access.User("eve"), access.ViewAccount, access.Account("a1")},
		{"out-of-reach", "membership", access.User("bob"), access.ViewAccount, access.Account("a1")},
		{"not-a-member", "membership in a session", access.Session("bob", "t1"), access.ViewAccount, access.Account("a1")},
		{"no-level", "grant", access.User("bob"), access.ViewReport, access.Report("q3")},
		{"link-expired", "link", access.ViaLink("l1"), access.ViewReport, access.Report("q3")},
	} {
		t.Run(row.name, func(t *testing.T) {
			if d := p.Decide(row.s, row.a, row.r); string(d.Reason) != row.want {
				t.Errorf("%v, want %s", d, row.want)
			}
		})
	}
}

// TestViewIsOfOneInstant: to make a view reads the clock once, also through a
// link that ends, of a maker who does.
func TestViewIsOfOneInstant(t *testing.T) {
	reads := 0
	p, err := access.Load([]byte(endingBase), &access.Config{Now: func() time.Time {
		reads++
		return time.Date(2026, 12, 31, 0, 0, reads-1, 0, time.UTC)
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		s   access.Subject
		len int
	}{{access.User("eve"), 1}, {access.User("bob"), 1}, {access.ViaLink("l2"), 1}, {access.ViaLink("l3"), 1}} {
		t.Run(fmt.Sprint(row.s), func(t *testing.T) {
			reads = 0
			if n := p.View(row.s).Len(); n != row.len || reads != 1 {
				t.Errorf("%d accounts after %d reads of the clock, want %d after one", n, reads, row.len)
			}
		})
	}
}

// TestOneProblemEach: what follows from another problem of a document is no
// further problem.
func TestOneProblemEach(t *testing.T) {
	const users = `"users": [{"id": "ann", "email": "ann@example.com"}]`
	for _, row := range []struct{ path, name, text string }{
		{"teams[1].id", "members of a team that is there twice",
			`{"teams": [{"id": "t1", "members": [{"user": "ann"}]}, {"id": "t1", "members": [{"user": "ann"}]}], ` + users + `}`},
		{"teams[0].groups[0]", "grant to a team that is broken", `{"teams": [{"id": "t1", "groups": ["ghost"]}], ` + users + `,
			"reports": [{"id": "q3", "grants": [{"team": "t1", "level": "viewer"}]}]}`},
		{"teams[0]", "grant to a team with too long a name", `{"teams": [{"id": "t1", "name": "` + strings.Repeat("n", 4097) + `"}], ` + users + `,
			"reports": [{"id": "q3", "grants": [{"team": "t1", "level": "viewer"}]}]}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := access.Load([]byte(row.text), nil)
			var all *document.Error
			if !errors.As(err, &all) || len(all.Problems) != 1 || all.Problems[0].Path != row.path {
				t.Errorf("problems are %v, want one at %s", err, row.path)
			}
		})
	}
}

// TestLinkToNoKind: a link to something of no kind could never open.
func TestLinkToNoKind(t *testing.T) {
	for _, r := range []access.Resource{access.Item("", "c1", "us-1"), access.CompanyItem("", "c1")} {
		e := access.MustLoad(editBase).Edit()
		e.SetLink(newLink(func(l *access.ShareLink) { l.Action, l.Resource = access.ViewRecording, r }))
		if _, err := e.Policy(); !errors.Is(err, access.ErrInvalid) {
			t.Errorf("%v: %v", r, err)
		}
	}
}
