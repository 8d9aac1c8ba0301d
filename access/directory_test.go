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
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

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
		{"links in sessions of nothing", listed(p.Directory().LinksIn("x"), linkText), ""},
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
	if r, ok := p.Directory().Report("q3"); r.ID != "q3" || r.Name != "" || !ok {
		t.Errorf("the report is %+v, %t", r, ok)
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
		{"who views", listed(p.Who("report.view", access.Report("q3")).All(), plain), "ann root"},
		{"who edits", listed(p.Who("team.edit", access.Team("emea")).All(), plain), "root uma"},
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
		{"who sees all data", fmt.Sprint(p.View(access.User("uma")).SeesAll(), p.View(access.Session("uma", "emea")).SeesAll(), p.View(access.User("ann")).SeesAll()), "true false false"},
		{"size of ann's filter", fmt.Sprint(p.View(access.User("ann")).FilterSize()), "1"},
		{"size of uma's filter", fmt.Sprint(p.View(access.User("uma")).FilterSize()), "1"},
		{"size of sue's filter", fmt.Sprint(p.View(access.User("sue")).FilterSize()), "0"},
		{"accounts of a team", listed(p.Directory().ViewOfTeam("emea").Accounts(), plain), "de-1"},
		{"accounts of no team", listed(p.Directory().ViewOfTeam("gone").Accounts(), plain), ""},
		{"number of uma's", fmt.Sprint(p.View(access.User("uma")).Len()), "4"},
		{"number of ann's", fmt.Sprint(p.View(access.User("ann")).Len()), "1"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, tt.got, tt.want)
		}
	}
}

// TestGrantOfOne asks for the grant of a user and of a team by itself.
func TestGrantOfOne(t *testing.T) {
	d := access.MustLoad(`{
		"teams": [{"id": "emea"}, {"id": "apac"}],
		"users": [{"id": "ann", "email": "ann@example.com"}, {"id": "bob", "email": "bob@example.com"}],
		"reports": [{"id": "q3", "grants": [{"user": "ann", "level": "editor"}, {"team": "emea", "level": "viewer"}]}, {"id": "q4"}]
	}`).Directory()
	for _, tt := range []struct {
		report, user, team string
		want               access.Level // 0 is none
	}{
		{"q3", "ann", "", access.Editor}, {"q3", "bob", "", 0}, {"q3", "zoe", "", 0}, {"q4", "ann", "", 0}, {"q9", "ann", "", 0},
		{"q3", "", "emea", access.Viewer}, {"q3", "", "apac", 0}, {"q3", "", "zzz", 0}, {"q4", "", "emea", 0}, {"q9", "", "emea", 0},
	} {
		g, ok := d.UserGrant(access.ReportID(tt.report), team.UserID(tt.user))
		if tt.team != "" {
			g, ok = d.TeamGrant(access.ReportID(tt.report), team.ID(tt.team))
		}
		want := access.Grant{Report: access.ReportID(tt.report), User: team.UserID(tt.user), Team: team.ID(tt.team), Level: tt.want}
		if tt.want == 0 {
			want = access.Grant{}
		}
		if g != want || ok != (tt.want != 0) {
			t.Errorf("%v: %v, %t", tt, g, ok)
		}
	}
	for range d.Reports() {
		break // it stops when asked to
	}
}

// TestGrantSetAgain: a grant that is set again at another level is one grant,
// in every list.
func TestGrantSetAgain(t *testing.T) {
	p := access.MustLoad(`{
		"teams": [{"id": "emea"}],
		"users": [{"id": "ann", "email": "ann@example.com"}],
		"reports": [{"id": "q3"}, {"id": "q4", "grants": [{"user": "ann", "level": "viewer"}]}]
	}`)
	for _, level := range []string{"viewer", "explorer", "viewer"} {
		p = edited(t, p, func(e *access.Edit) {
			e.SetGrant("q3", document.Grant{User: "ann", Level: level})
			e.SetGrant("q3", document.Grant{Team: "emea", Level: level})
		})
		d := p.Directory()
		if got, want := listed(d.Grants("q3"), grantText), "q3:ann:"+level+":1 q3:emea:"+level+":1"; got != want {
			t.Errorf("grants of the report: %s, want %s", got, want)
		}
		if got, want := listed(d.GrantsOf("ann"), grantText), "q3:ann:"+level+":1 q4:ann:viewer:1"; got != want {
			t.Errorf("grants of ann: %s, want %s", got, want)
		}
		if g, _ := d.TeamGrant("q3", "emea"); g.Level.String() != level {
			t.Errorf("the team is %v, want %s", g.Level, level)
		}
	}
	p = edited(t, p, func(e *access.Edit) { e.RemoveGrant("q3", document.Grant{User: "ann"}) })
	if got := listed(p.Directory().GrantsOf("ann"), grantText); got != "q4:ann:viewer:1" {
		t.Errorf("grants of ann after one was removed: %s", got)
	}
}

// TestDirectoryHasTwoSides: whatever edits were made, a fact that is listed of
// one side of it is listed of the other, once.
func TestDirectoryHasTwoSides(t *testing.T) {
	t.Parallel()
	var hits model.Branches
	for range rounds(t, &hits, "members", "grants of users", "grants of teams", "groups of teams", "links", "holders", "all members", "all grants") {
		law(t, func(t *rapid.T, w *model.World, p *access.Policy) {
			d := model.Draw{T: t}
			for range rapid.IntRange(20, 50).Draw(t, "edits") {
				change := d.Change(w)
				next, ok := w.Apply(change)
				if !ok {
					continue
				}
				var err error
				if p, err = model.Edit(p, change); err != nil {
					t.Fatalf("%s: %v", change.Kind(), err)
				}
				w = next
				hits.Hit(change.Kind())
			}
			one, other := twoSides(p.Directory())
			for name := range one {
				slices.Sort(one[name])
				slices.Sort(other[name])
				if !slices.Equal(one[name], other[name]) {
					t.Fatalf("%s: of one side %v, of the other %v", name, one[name], other[name])
				}
				if len(one[name]) > 0 {
					hits.Hit(name)
				}
			}
		})
	}
}

// inOrder numbers facts, so that they can be compared in their order as well.
func inOrder(side map[string][]string, name string) {
	for i := range side[name] {
		side[name][i] = fmt.Sprintf("%06d %s", i, side[name][i])
	}
}

// twoSides returns the facts of a directory twice, by name: as its one list has
// them, and as the other.
func twoSides(d access.Directory) (one, other map[string][]string) {
	one, other = map[string][]string{}, map[string][]string{}
	put := func(side map[string][]string, name string, fact any) {
		side[name] = append(side[name], fmt.Sprint(fact))
	}
	for t := range d.Teams() {
		for m := range d.Members(t.ID) {
			put(one, "members", m)
		}
		for _, g := range t.Groups {
			put(one, "groups of teams", [2]any{t.ID, g})
		}
		for r := range d.Reports() {
			if g, ok := d.TeamGrant(r, t.ID); ok {
				put(other, "grants of teams", g)
			}
		}
	}
	for u := range d.Users() {
		for m := range d.Memberships(u.ID) {
			put(other, "members", m)
			put(one, "all members", m)
		}
		for g := range d.GrantsOf(u.ID) {
			put(other, "grants of users", g)
			if single, ok := d.UserGrant(g.Report, u.ID); !ok || single != g {
				put(other, "grants of users", single)
			}
		}
		for l := range d.LinksOf(u.ID) {
			put(other, "links", l)
		}
		put(one, "holders", u.Role)
	}
	for g := range d.Groups() {
		for t := range d.TeamsWith(g.ID) {
			put(other, "groups of teams", [2]any{t, g.ID})
		}
	}
	for r := range d.Reports() {
		for g := range d.Grants(r) {
			put(one, "all grants", g)
			if g.User != "" {
				put(one, "grants of users", g)
			} else {
				put(one, "grants of teams", g)
			}
		}
	}
	for l := range d.Links() {
		if !l.Ended {
			put(one, "links", l)
		}
	}
	for _, r := range d.Catalog().Roles() {
		all, _ := d.Holders(r.Name)
		for range all {
			put(other, "holders", r.Name)
		}
	}
	for m := range d.AllMembers() {
		put(other, "all members", m)
	}
	for g := range d.AllGrants() {
		put(other, "all grants", g)
	}
	for _, name := range []string{"all members", "all grants"} {
		inOrder(one, name)
		inOrder(other, name)
	}
	return one, other
}

// A data group that two teams have counts once in the size of a filter.
func TestFilterSize(t *testing.T) {
	p := access.MustLoad(`{
	  "attributes": {"country": "string"},
	  "groups": [{"id": "us", "filter": "country in ('US', 'PR')"}, {"id": "ca", "filter": "country = 'CA'"}],
	  "teams":  [{"id": "a", "groups": ["us"], "members": [{"user": "ann"}]}, {"id": "b", "groups": ["us", "ca"], "members": [{"user": "ann"}]}],
	  "users":  [{"id": "ann", "email": "ann@example.com", "role": "team-member"}]
	}`)
	v := p.View(access.User("ann"))
	if v.FilterSize() != 3 || v.Filter().Size() != 3 {
		t.Errorf("the size of %v is %d, at most %d", v.Filter(), v.Filter().Size(), v.FilterSize())
	}
}
