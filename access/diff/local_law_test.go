package diff

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// TestLocalLaw: what is found in the part in which two policies differ is what is
// found in the whole of them, whether one came from the other or both were loaded.
func TestLocalLaw(t *testing.T) {
	t.Parallel()
	hits := map[string]int{}
	wanted := []string{"a filter", "an account", "groups of a team", "a membership", "an end of a membership", "a grant to a user", "a grant to a team",
		"a user", "a removal", "a role", "a suspension", "an end of access", "a team", "a deleted team", "a data group", "a deleted data group", "everyone", "anywhere", "gain", "loss", "gain of a link", "gain in a session", "gain of a level", "revocation", "gain of a session"}
	absent := func() []string {
		return slices.DeleteFunc(slices.Clone(wanted), func(w string) bool { return hits[w] > 0 })
	}
	for round := 0; round == 0 || !testing.Short() && round < 50 && len(absent()) > 0; round++ {
		rapid.Check(t, func(rt *rapid.T) {
			g := worldGen{rt}
			doc := g.document()
			g.crowd(doc)
			old := compile(t, doc)
			var made []string
			next := edited(t, old, func(e *access.Edit) {
				for range rapid.IntRange(1, 3).Draw(rt, "edits") {
					made = append(made, g.localEdit(doc, e))
					if last := made[len(made)-1]; last == "a removal" || strings.HasPrefix(last, "a deleted") {
						break // a later one may be about what is gone
					}
				}
			})
			for _, pair := range [][2]*access.Policy{{old, next}, {old, compile(t, next.Document())}} {
				part := localTo(pair[0], pair[1])
				if part == nil {
					hits["anywhere"]++
					continue
				}
				if part.everyone {
					hits["everyone"]++
				}
				for _, edit := range made {
					hits[edit]++
				}
				got, want := compareIn(pair[0], pair[1], part), compareIn(pair[0], pair[1], nil)
				gains, losses := slices.Collect(got.Gains()), slices.Collect(got.Losses())
				if !reflect.DeepEqual(gains, slices.Collect(want.Gains())) || !reflect.DeepEqual(losses, slices.Collect(want.Losses())) {
					rt.Fatalf("in the part the difference is\n%v\nin the whole it is\n%v\n%s", got, want, printed(t, doc, next.Document()))
				}
				hits["gain"] += len(gains)
				hits["loss"] += len(losses)
				for _, r := range gains {
					_, session := r.Subject.Team()
					switch {
					case r.Kind == LinkUse:
						hits["gain of a link"]++
					case r.Kind == AccountReach && session:
						hits["gain in a session"]++
					case r.Kind == ReportLevel:
						hits["gain of a level"]++
					case r.Kind == LinkRevocation:
						hits["revocation"]++
					case r.Kind == TeamSession:
						hits["gain of a session"]++
					}
				}
			}
		})
	}
	if len(absent()) > 0 && !testing.Short() {
		t.Errorf("never taken: %q", absent())
	}
}

// crowd adds users, so that a part is not the whole, and roles whose holders are
// counted and may do nothing.
func (d worldGen) crowd(doc *document.Document) {
	if doc.Catalog.Roles[0].Name == "boss" {
		doc.Catalog.Roles = append(doc.Catalog.Roles, role.Role{Name: "anchor", MinHolders: 3}, role.Role{Name: "seat", MaxHolders: 1})
		for i, r := range doc.Catalog.Roles {
			if r.Name == "boss" || r.Name == "granter" || r.Name == "warden" {
				doc.Catalog.Roles[i].Manages = append(r.Manages, "anchor", "seat")
			}
		}
	}
	for _, id := range []string{"v1", "v2", "v3", "v4", "v5", "v6"}[:rapid.IntRange(0, 6).Draw(d.T, "others")] {
		r := rapid.SampledFrom(doc.Catalog.Roles).Draw(d.T, "role of another")
		doc.Users = append(doc.Users, document.User{ID: id, Email: id + "@x.test", Role: string(r.Name), Suspended: d.chance(8, "suspended")})
	}
}

// localEdit makes a change that mostly concerns few, and names it.
func (d worldGen) localEdit(doc *document.Document, e *access.Edit) string {
	was := rapid.SampledFrom(doc.Users).Draw(d.T, "user")
	user := was.ID
	var roles []string
	for _, r := range doc.Catalog.Roles {
		roles = append(roles, string(r.Name))
	}
	t := rapid.SampledFrom(doc.Teams).Draw(d.T, "team")
	switch rapid.IntRange(0, 14).Draw(d.T, "edit") {
	case 0:
		e.SetGroup(document.Group{ID: d.one("group", "g1", "g2"), Filter: d.one("filter", "country = 'US'", "everything", "nothing", "id in ('a1', 'a2')")})
		return "a filter"
	case 1:
		if len(doc.Accounts) == 0 {
			return ""
		}
		a := rapid.SampledFrom(doc.Accounts).Draw(d.T, "account")
		e.SetAccount(document.Account{ID: a.ID, Source: "s", Values: map[string]datagroup.Value{"country": datagroup.Text(d.one("country", "US", "DE"))}})
		return "an account"
	case 2:
		e.SetTeam(document.Team{ID: t.ID, Groups: [][]string{nil, {"g1"}, {"g2"}, {"g1", "g2"}}[rapid.IntRange(0, 3).Draw(d.T, "groups")]})
		return "groups of a team"
	case 3:
		if i := slices.IndexFunc(t.Members, func(m document.Member) bool { return m.User == user }); i >= 0 && d.chance(2, "remove") {
			e.SetMember(team.ID(t.ID), document.Member{User: user, Until: d.end()})
			return "an end of a membership"
		}
		e.SetMember(team.ID(t.ID), document.Member{User: user, Until: d.end()})
		return "a membership"
	case 4:
		if len(doc.Reports) == 0 {
			return ""
		}
		e.SetGrant(access.ReportID(doc.Reports[0].ID), document.Grant{User: user, Level: d.one("level", "viewer", "explorer", "creator"), Until: d.end()})
		return "a grant to a user"
	case 5:
		if len(doc.Reports) == 0 {
			return ""
		}
		e.SetGrant(access.ReportID(doc.Reports[0].ID), document.Grant{Team: t.ID, Level: d.one("level", "viewer", "explorer"), Until: d.end()})
		return "a grant to a team"
	case 6:
		e.SetUser(document.User{ID: "new", Role: d.one("role", roles...)})
		return "a user"
	case 7:
		e.RemoveUser(team.UserID(user))
		return "a removal"
	case 8:
		e.SetTeam(document.Team{ID: "new", Groups: []string{"g1"}})
		return "a team"
	case 9:
		e.RemoveTeam(team.ID(t.ID))
		return "a deleted team"
	case 10:
		e.SetGroup(document.Group{ID: "new", Filter: "everything"})
		return "a data group"
	case 11:
		e.RemoveGroup(datagroup.ID(d.one("group", "g1", "g2")))
		return "a deleted data group"
	}
	changed := document.User{ID: user, Name: "Another Name", Role: was.Role, Suspended: was.Suspended, Until: was.Until}
	switch rapid.IntRange(0, 2).Draw(d.T, "of the user") {
	case 0:
		changed.Role = d.one("role", roles...)
		e.SetUser(changed)
		return "a role"
	case 1:
		changed.Suspended = !was.Suspended
		e.SetUser(changed)
		return "a suspension"
	}
	changed.Until = d.end()
	e.SetUser(changed)
	return "an end of access"
}

// TestLocalActors: who takes a role with a maximum or a minimum, changes what others
// may do to the role, to its holders and to their links.
func TestLocalActors(t *testing.T) {
	t.Parallel()
	catalog := oddCatalog()
	catalog.Roles = append(catalog.Roles, role.Role{Name: "seat", MaxHolders: 1}, role.Role{Name: "anchor", MinHolders: 1})
	for i, r := range catalog.Roles {
		if r.Name == "granter" || r.Name == "warden" {
			catalog.Roles[i].Manages = append(r.Manages, "seat", "anchor")
		}
	}
	doc := &document.Document{Catalog: catalog}
	for _, name := range []string{"boss", "granter", "warden", "seat", "anchor", "idle"} {
		doc.Users = append(doc.Users, document.User{ID: "a " + name, Role: name})
	}
	doc.Links = []document.Link{{ID: "l1", Maker: "a anchor", Action: "recording.view", Resource: document.Resource{Kind: "board", ID: "b1"}}}
	old := compile(t, doc)
	for _, tt := range []struct{ user, role, gain string }{
		{"a seat", "idle", "a granter may role.grant at role seat (role granter)"},
		{"a idle", "anchor", "a warden may user.remove at user a anchor (role warden)"},
		{"a idle", "anchor", "a warden may link.revoke at link l1 (role warden)"},
	} {
		next := edited(t, old, func(e *access.Edit) { e.SetUser(document.User{ID: tt.user, Role: tt.role}) })
		if part := localTo(old, next); part == nil || !part.everyone {
			t.Errorf("%s as %s: part %+v", tt.user, tt.role, part)
		}
		var lines []string
		for r := range Compare(old, next).Gains() {
			lines = append(lines, strings.ReplaceAll(r.String(), `"`, ""))
		}
		if !slices.Contains(lines, tt.gain) {
			t.Errorf("%s as %s: no %q in\n%s", tt.user, tt.role, tt.gain, strings.Join(lines, "\n"))
		}
	}
}
