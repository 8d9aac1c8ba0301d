package access_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// listed returns what a sequence yields, sorted and on one line. It first stops
// the sequence early: one that goes on after a break panics.
func listed[T any](s iter.Seq[T], text func(T) string) string {
	for range s {
		break
	}
	var all []string
	for x := range s {
		all = append(all, text(x))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func plain[T ~string](x T) string { return string(x) }

func grantText(g access.Grant) string {
	return fmt.Sprintf("%s:%s%s:%v:%d", g.Report, g.User, g.Team, g.Level, g.Until.Year())
}

func memberText(m team.Member) string {
	return fmt.Sprintf("%s/%s:%d", m.Team, m.User, m.Until.Year())
}

func linkText(l access.ShareLink) string { return string(l.ID) }

func TestRecords(t *testing.T) {
	p := access.MustLoad(routesWorld)
	for _, tt := range []struct{ name, got, want string }{
		{"users", listed(p.Directory().Users(), func(u team.User) string { return string(u.ID) + ":" + string(u.Role) }), "ann:team-member end:team-member old:team-member root:admin sue:team-member uma:user-manager"},
		{"teams", listed(p.Directory().Teams(), func(t team.Team) string { return fmt.Sprint(t.ID, t.Groups) }), "americas[us] emea[de] empty[]"},
		{"groups", listed(p.Directory().Groups(), func(g datagroup.Group) string { return fmt.Sprintf("%s(%s)", g.ID, g.Filter) }), "de(country = 'DE') us(country = 'US')"},
		{"accounts", listed(p.Directory().Accounts(), func(a datagroup.Account) string { return string(a.ID()) }), "de-1 fr-1 us-1 xx-1"},
		{"members", listed(p.Directory().Members("americas"), memberText), "americas/ann:2027 americas/old:2026"},
		{"members of nothing", listed(p.Directory().Members("x"), memberText), ""},
		{"memberships", listed(p.Directory().Memberships("ann"), memberText), "americas/ann:2027 empty/ann:1"},
		{"memberships of nobody", listed(p.Directory().Memberships("x"), memberText), ""},
		{"holding", listed(p.Directory().TeamsWith("us"), plain), "americas"},
		{"holding nothing", listed(p.Directory().TeamsWith("x"), plain), ""},
		{"grants", listed(p.Directory().Grants("q3"), grantText), "q3:americas:explorer:1 q3:ann:viewer:2028 q3:empty:viewer:1 q3:old:editor:2026 q3:root:creator:1"},
		{"grants of nothing", listed(p.Directory().Grants("x"), grantText), ""},
		{"grants of a team", listed(access.MustLoad(`{"teams": [{"id": "t"}], "reports": [{"id": "r", "grants": [{"team": "t", "level": "viewer"}]}]}`).Directory().Grants("r"), grantText), "r:t:viewer:1"},
		{"grants of ann", listed(p.Directory().GrantsOf("ann"), grantText), "q3:ann:viewer:2028"},
		{"grants of nobody", listed(p.Directory().GrantsOf("x"), grantText), ""},
		{"links of ann", listed(p.Directory().LinksOf("ann"), linkText), "l1 l5"},
		{"links of nobody", listed(p.Directory().LinksOf("x"), linkText), ""},
		{"links to the report", listed(p.Directory().LinksTo(access.Report("q3")), linkText), "l1 l2 l3 l4 l5"},
		{"links to another", listed(p.Directory().LinksTo(access.Report("q4")), linkText), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, tt.got, tt.want)
		}
	}
	checkRecord(t, p)
}

// checkRecord looks up one record of each sort, and one that does not exist.
func checkRecord(t *testing.T, p *access.Policy) {
	t.Helper()
	address, _ := team.ParseAddress("UMA@example.com")
	stranger, _ := team.ParseAddress("nobody@example.com")
	u, found := p.Directory().User("uma")
	byAddress, foundByAddress := p.Directory().UserByAddress(address)
	if !found || !foundByAddress || u != byAddress || u.Role != "user-manager" {
		t.Errorf("uma is %v and %v", u, byAddress)
	}
	g, foundGroup := p.Directory().Group("us")
	a, foundAccount := p.Directory().Account("us-1")
	one, foundTeam := p.Directory().Team("emea")
	if !foundGroup || !foundAccount || !foundTeam || g.Filter.Match(a) != datagroup.True || !slices.Equal(one.Groups, []datagroup.ID{"de"}) {
		t.Errorf("found %v, %v and %v", g, a, one)
	}
	if name, ok := p.Directory().Report("q3"); name != "" || !ok {
		t.Errorf("the report is called %q, %t", name, ok)
	}
	_, missing1 := p.Directory().User("x")
	_, missing2 := p.Directory().UserByAddress(stranger)
	_, missing3 := p.Directory().Group("x")
	_, missing4 := p.Directory().Account("x")
	_, missing5 := p.Directory().Team("x")
	_, missing6 := p.Directory().Report("x")
	if missing1 || missing2 || missing3 || missing4 || missing5 || missing6 {
		t.Error("something was found that does not exist")
	}
	for name, want := range map[role.Name][2]int{"admin": {1, 1}, "team-member": {4, 2}, "viewer": {}, "king": {}} {
		if all, lasting := p.Directory().Holders(name); all != want[0] || lasting != want[1] {
			t.Errorf("%d hold the role %s, %d of them for good, want %v", all, name, lasting, want)
		}
	}
}

func TestLists(t *testing.T) {
	p := access.MustLoad(routesWorld).At(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	for _, tt := range []struct{ name, got, want string }{
		{"who views", listed(p.Who("report.view", access.Report("q3")), plain), "ann root"},
		{"who edits", listed(p.Who("team.edit", access.Team("emea")), plain), "root uma"},
		{"actions of ann", listed(p.Actions(access.User("ann"), access.Report("q3")), plain), "report.comment report.explore report.share-explorer report.share-viewer report.view"},
		{"reports of ann", listed(p.Reports(access.User("ann"), "report.explore"), plain), "q3"},
		{"reports of ann in a team", listed(p.Reports(access.Session("ann", "empty"), "report.explore"), plain), ""},
		{"reports of a link", listed(p.Reports(access.ViaLink("l1"), "report.view"), plain), "q3"},
		{"reports of a paused link", listed(p.Reports(access.ViaLink("l2"), "report.view"), plain), ""},
		{"accounts of ann", listed(p.View(access.User("ann")).Accounts(), plain), "us-1"},
		{"accounts of a link", listed(p.View(access.ViaLink("l1")).Accounts(), plain), "us-1"},
		{"accounts of a link in a team", listed(p.View(access.ViaLink("l5")).Accounts(), plain), ""},
		{"accounts of a link to what its maker may not open", listed(p.View(access.ViaLink("l2")).Accounts(), plain), ""},
		{"accounts of a paused link", listed(p.View(access.ViaLink("l3")).Accounts(), plain), ""},
		{"accounts of uma", listed(p.View(access.User("uma")).Accounts(), plain), "de-1 fr-1 us-1 xx-1"},
		{"accounts of uma in a team", listed(p.View(access.Session("uma", "emea")).Accounts(), plain), "de-1"},
		{"filter of ann", p.View(access.User("ann")).Filter().String(), "country = 'US'"},
		{"filter of uma", p.View(access.User("uma")).Filter().String(), "everything"},
		{"filter of sue", p.View(access.User("sue")).Filter().String(), "nothing"},
		{"number of uma's", fmt.Sprint(p.View(access.User("uma")).Len()), "4"},
		{"number of ann's", fmt.Sprint(p.View(access.User("ann")).Len()), "1"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, tt.got, tt.want)
		}
	}
}

// TestRemove removes what the rows of TestBadEdits could not.
func TestRemove(t *testing.T) {
	e := access.MustLoad(editBase).Edit()
	e.RemoveMember("emea", "ann")
	e.RemoveGrant(access.Grant{Report: "q3", User: "ann"})
	e.RemoveGrant(access.Grant{Report: "q3", Team: "emea"})
	e.RemoveLink("l1")
	p, err := e.Policy()
	if err != nil {
		t.Fatal(err)
	}
	if got := listed(p.Directory().Members("emea"), memberText) + listed(p.Directory().Grants("q3"), grantText) + listed(p.Directory().LinksOf("ann"), linkText); got != "l2" {
		t.Errorf("left are %s", got)
	}
}

// TestReplace says of what exists something else, and leaves what is its own.
func TestReplace(t *testing.T) {
	p := access.MustLoad(editBase)
	ann, _ := p.Directory().User("ann")
	ann.Name = "Ann"
	e := p.Edit()
	e.SetUser(ann)
	e.SetReport("q3", "Quarter")
	e.SetTeam(team.Team{ID: "emea", Name: "EMEA"})
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
	p := access.MustLoad(`{"roles": [{"name": "boss", "data": "all", "capabilities": ["budget.edit"]}, {"name": "idle"}],
	  "users": [{"id": "ann", "email": "ann@example.com", "role": "boss"}]}`)
	next, err := role.NewCatalog(role.Role{Name: "new"}, role.Role{Name: "boss", Capabilities: []role.Action{"team.edit"}})
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

func TestParse(t *testing.T) {
	d, err := document.Parse([]byte(routesWorld))
	if err != nil || len(d.Users) != 6 || d.Attributes["country"] != "string" {
		t.Fatalf("Parse = %v, %v", d, err)
	}
	p, err := access.Compile(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := p.Document().JSON()
	want, _ := access.MustLoad(routesWorld).Document().JSON()
	if !bytes.Equal(got, want) {
		t.Errorf("Parse and Compile give\n%s\nLoad gives\n%s", got, want)
	}
	if d, err := document.Parse([]byte(`{"users": [{"id": "ann", "email": 1}]}`)); d == nil || len(d.Users) != 1 || d.Users[0].ID != "ann" ||
		err == nil || !strings.Contains(err.Error(), "line 1: users[0].email") {
		t.Errorf("Parse = %v, %v", d, err)
	}
}

func TestAccountEntryJSON(t *testing.T) {
	const text = `{"id":"a","source":"s","country":"<US>","labels":["a","b"],"none":[],"spend":0.5}`
	var e document.Account
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	e.Values["missing"] = datagroup.Value{}
	if got, err := e.MarshalJSON(); string(got) != text || err != nil {
		t.Errorf("MarshalJSON = %s, %v", got, err)
	}
	for _, bad := range []string{`null`, `[]`, `{"id": 1}`, `{"id": "a", "x": null}`, `{"id": "a", "x": true}`, `{"id": "\ud800"}`, `{"id": "a", "id": "b"}`} {
		before := e
		if err := json.Unmarshal([]byte(bad), &e); bad != `null` && err == nil {
			t.Errorf("%s was read as %v", bad, e)
		}
		if e.ID != before.ID {
			t.Errorf("%s changed the entry", bad)
		}
	}
}

func TestLevelText(t *testing.T) {
	text, err := json.Marshal(map[string]access.Level{"a": access.Viewer})
	if string(text) != `{"a":"viewer"}` || err != nil {
		t.Errorf("Marshal = %s, %v", text, err)
	}
	l := access.Editor
	for _, bad := range []string{"", "none", "Viewer", "admin"} {
		if err := l.UnmarshalText([]byte(bad)); !errors.Is(err, access.ErrInvalid) || l != access.Editor {
			t.Errorf("UnmarshalText(%q) = %v, %v", bad, l, err)
		}
	}
	if err := l.UnmarshalText([]byte("creator")); err != nil || l != access.Creator {
		t.Errorf("UnmarshalText(creator) = %v, %v", l, err)
	}
	for _, bad := range []access.Level{0, 5} {
		if _, err := bad.MarshalText(); !errors.Is(err, access.ErrInvalid) {
			t.Errorf("MarshalText of %v: %v", bad, err)
		}
	}
}

func TestSubjectParts(t *testing.T) {
	for _, tt := range []struct {
		s                      access.Subject
		text, user, link, team string
		scoped                 bool
	}{
		{access.User("ann"), "ann", "ann", "", "", false},
		{access.Session("ann", "emea"), "ann in team emea", "ann", "", "emea", true},
		{access.Session("ann", ""), "ann in team ", "ann", "", "", true},
		{access.ViaLink("l1"), "link l1", "", "l1", "", false},
	} {
		scope, scoped := tt.s.Team()
		if tt.s.String() != tt.text || string(tt.s.User()) != tt.user || string(tt.s.Link()) != tt.link || string(scope) != tt.team || scoped != tt.scoped || tt.s.IsZero() {
			t.Errorf("%q: user %q, link %q, team %q, %t", tt.s, tt.s.User(), tt.s.Link(), scope, scoped)
		}
	}
}

func TestLogDecisions(t *testing.T) {
	p := access.MustLoad(routesWorld)
	allow := p.Decide(access.User("uma"), "account.view", access.Account("us-1"))
	deny := p.Decide(access.User("uma"), "account.view", access.Account("zz"))
	for _, tt := range []struct {
		name  string
		opts  *access.LogOptions
		level slog.Level
		want  string // of three allowances, a denial, and another allowance
	}{
		{"all", nil, slog.LevelDebug, "role role role unknown-resource role"},
		{"denials", &access.LogOptions{DenialsOnly: true}, slog.LevelDebug, "unknown-resource"},
		{"every second", &access.LogOptions{Every: 2}, slog.LevelDebug, "role role unknown-resource"},
		{"by level", nil, slog.LevelInfo, "unknown-resource"},
		{"nothing", nil, slog.LevelError, ""},
	} {
		var out bytes.Buffer
		observe := access.LogDecisions(slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: tt.level})), tt.opts)
		for _, d := range []access.Decision{allow, allow, allow, deny, allow} {
			observe(d)
		}
		var got []string
		for line := range strings.Lines(out.String()) {
			var entry struct{ Reason, Subject, Resource string }
			if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Subject != "uma" || !strings.HasPrefix(entry.Resource, "account:") {
				t.Errorf("%s: logged %s, %v", tt.name, line, err)
			}
			got = append(got, entry.Reason)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: logged %q, want %q", tt.name, got, tt.want)
		}
	}
}
