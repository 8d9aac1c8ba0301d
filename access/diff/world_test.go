package diff

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// oddRoles is a catalog whose roles differ in what they hold about accounts, and
// in which roles they manage.
func oddCatalog() document.Catalog {
	return document.Catalog{Roles: []role.Role{
		{Name: "boss", Scope: role.AllData, MinHolders: 1, Manages: []role.Name{"boss", "lead", "member", "blind"}, Capabilities: []role.Action{
			"account.view", "user.invite", "user.remove", "user.suspend", "role.grant", "owner.transfer", "team.edit", "team.set-members",
			"datagroup.edit", "source.edit", "recording.view", "campaign.pause"}},
		{Name: "lead", Manages: []role.Name{"member"}, MaxHolders: 2, Capabilities: []role.Action{
			"account.view", "user.remove", "role.grant", "team.edit", "campaign.pause"}},
		{Name: "member", Default: true, Offered: true, Capabilities: []role.Action{"account.view", "session.share"}},
		{Name: "blind", Capabilities: []role.Action{"recording.view"}},
		{Name: "feeder", Scope: role.AllData, Capabilities: []role.Action{"source.edit"}},
		{Name: "keeper", Capabilities: []role.Action{"team.edit"}},
		{Name: "granter", Manages: []role.Name{"idle"}, Capabilities: []role.Action{"role.grant"}},
		{Name: "warden", Manages: []role.Name{"idle"}, Capabilities: []role.Action{"user.remove"}},
		{Name: "idle"},
	}, Kinds: []role.Kind{
		{Name: "board", In: role.InCompany, Actions: []role.Action{"recording.view"}, Link: "recording.view"},
		{Name: "campaign", In: role.InAccount, Actions: []role.Action{"campaign.pause", "recording.view"}, Link: "campaign.pause"},
		{Name: "report", Actions: []role.Action{"campaign.pause"}},
	}}
}

// worldGen draws small companies, in which ids and ends collide.
type worldGen struct{ *rapid.T }

func (d worldGen) one(label string, pool ...string) string {
	return rapid.SampledFrom(pool).Draw(d.T, label)
}

func (d worldGen) chance(n int, label string) bool {
	return rapid.IntRange(0, n-1).Draw(d.T, label) == n-1
}

func (d worldGen) end() string {
	return d.one("end", "", "", "", "2026-06-01T00:00:00Z", "2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z")
}

func (d worldGen) document() *document.Document {
	doc := &document.Document{Attributes: map[string]string{"country": "string"}}
	switch rapid.IntRange(0, 3).Draw(d.T, "catalog") {
	case 0:
		doc.Catalog = document.CatalogOf(role.CompanyCatalog())
	case 1:
		doc.Catalog = document.CatalogOf(role.ProjectCatalog())
	default:
		doc.Catalog = oddCatalog()
	}
	var names []string
	for _, r := range doc.Catalog.Roles {
		names = append(names, string(r.Name))
	}
	for _, id := range []string{"a1", "a2", "a3"}[:rapid.IntRange(0, 3).Draw(d.T, "accounts")] {
		a := document.Account{ID: id, Source: "s", Values: map[string]datagroup.Value{}}
		if c := d.one("country", "", "US", "DE"); c != "" {
			a.Values["country"] = datagroup.Text(c)
		}
		doc.Accounts = append(doc.Accounts, a)
	}
	for _, id := range []string{"g1", "g2"} {
		filter := d.one("filter", "country = 'US'", "not country = 'US'", "id in ('a1', 'a3')", "everything", "nothing", "country missing or country = 'DE'")
		doc.Groups = append(doc.Groups, document.Group{ID: id, Filter: filter})
	}
	users := []string{"u1", "u2", "u3"}[:rapid.IntRange(1, 3).Draw(d.T, "users")]
	for _, id := range users {
		doc.Users = append(doc.Users, document.User{ID: id, Email: id + "@x.test", Role: d.one("role", names...), Suspended: d.chance(8, "suspended"), Until: d.end()})
	}
	for _, id := range []string{"t1", "t2"} {
		t := document.Team{ID: id}
		for _, g := range []string{"g1", "g2"} {
			if d.chance(2, "holds") {
				t.Groups = append(t.Groups, g)
			}
		}
		for _, u := range users {
			if d.chance(2, "member") {
				t.Members = append(t.Members, document.Member{User: u, Until: d.end()})
			}
		}
		doc.Teams = append(doc.Teams, t)
	}
	d.shared(doc, users)
	return doc
}

// shared draws reports and links.
func (d worldGen) shared(doc *document.Document, users []string) {
	for _, id := range []string{"r1", "r2"}[:rapid.IntRange(0, 2).Draw(d.T, "reports")] {
		r := document.Report{ID: id}
		for _, u := range users {
			if d.chance(2, "granted") {
				r.Grants = append(r.Grants, document.Grant{User: u, Level: d.one("level", "viewer", "explorer", "editor", "creator"), Until: d.end()})
			}
		}
		for _, t := range []string{"t1", "t2"} {
			if d.chance(3, "granted") {
				r.Grants = append(r.Grants, document.Grant{Team: t, Level: d.one("level", "viewer", "explorer"), Until: d.end()})
			}
		}
		doc.Reports = append(doc.Reports, r)
	}
	for _, id := range []string{"l1", "l2"}[:rapid.IntRange(0, 2).Draw(d.T, "links")] {
		l := document.Link{ID: id, Maker: d.one("maker", users...), Session: d.one("scope", "", "t1", "t2"), Until: d.end(), Ended: d.chance(8, "ended")}
		if len(doc.Reports) > 0 && d.chance(2, "report") {
			l.Action, l.Resource = "report.view", document.Resource{Kind: "report", ID: d.one("shows", doc.Reports[0].ID, doc.Reports[len(doc.Reports)-1].ID)}
		} else {
			linked := slices.DeleteFunc(slices.Clone(doc.Catalog.Kinds), func(k role.Kind) bool { return k.Link == "" })
			if len(linked) == 0 {
				continue
			}
			k := rapid.SampledFrom(linked).Draw(d.T, "kind")
			l.Action, l.Resource = string(k.Link), document.Resource{Kind: k.Name, ID: "c1"}
			if k.In == role.InAccount {
				l.Resource.Account = d.one("in", "a1", "a2")
			}
		}
		doc.Links = append(doc.Links, l)
	}
}

// oddDocument is a company in which roles differ in everything that a description
// tells apart.
func oddDocument() *document.Document {
	return &document.Document{
		Catalog:    oddCatalog(),
		Attributes: map[string]string{"country": "string"},
		Accounts: []document.Account{
			{ID: "us 1", Source: "s", Values: map[string]datagroup.Value{"country": datagroup.Text("US")}},
			{ID: "a1", Source: "s", Values: map[string]datagroup.Value{"country": datagroup.Text("DE")}}},
		Groups: []document.Group{{ID: "us", Filter: "country = 'US'"}, {ID: "#all", Filter: "everything"}},
		Teams: []document.Team{
			{ID: "t1", Groups: []string{"us"}, Members: []document.Member{{User: "blind"}, {User: "lea", Until: "2027-01-01T00:00:00Z"}, {User: "idle"}}},
			{ID: "t2", Groups: []string{"#all"}, Members: []document.Member{{User: "lea", Until: "2026-06-01T12:00:00Z"}}}},
		Users: []document.User{
			{ID: "bo", Email: "bo@x.test", Role: "boss"}, {ID: "bea", Email: "bea@x.test", Role: "boss", Until: "2027-01-01T00:00:00Z"},
			{ID: "lea", Email: "lea@x.test", Role: "lead"}, {ID: "sam", Email: "sam@x.test", Role: "member", Suspended: true},
			{ID: "blind", Email: "blind@x.test", Role: "blind"}, {ID: "feeder", Email: "feeder@x.test", Role: "feeder"},
			{ID: "idle", Email: "idle@x.test", Role: "idle"}},
		Reports: []document.Report{{ID: "q3", Grants: []document.Grant{
			{User: "lea", Level: "creator", Until: "2026-03-01T00:00:00Z"}, {User: "bo", Level: "viewer"}, {Team: "t1", Level: "explorer"}}}},
		Links: []document.Link{
			{ID: "l1", Maker: "lea", Session: "t1", Action: "campaign.pause", Resource: document.Resource{Kind: "campaign", ID: "c1", Account: "us 1"}},
			{ID: "l2", Maker: "lea", Action: "report.view", Resource: document.Resource{Kind: "report", ID: "q3"}, Until: "2026-02-01T00:00:00Z"},
			{ID: "l3", Maker: "bo", Action: "recording.view", Resource: document.Resource{Kind: "board", ID: "b1"}},
			{ID: "l4", Maker: "gone", Action: "report.view", Resource: document.Resource{Kind: "report", ID: "gone"}, Ended: true}},
	}
}

// large is a company of so many users, each in one to three of so many teams, and
// of so many accounts.
func large(users, accounts, groups, teams int) *document.Document {
	d := &document.Document{Attributes: map[string]string{"segment": "string", "region": "string"}}
	for i := range accounts {
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprintf("account-%012d", i), Source: "google", Values: map[string]datagroup.Value{
			"segment": datagroup.Text(fmt.Sprint("s", i*7919%2000)), "region": datagroup.Text(fmt.Sprint("r", i*31%25))}})
	}
	for i := range groups {
		filter := fmt.Sprintf("segment = 's%d'", i*37%2000)
		if i%20 == 0 {
			filter = fmt.Sprintf("region = 'r%d'", i%25)
		}
		d.Groups = append(d.Groups, document.Group{ID: fmt.Sprintf("group-%014d", i), Filter: filter})
	}
	for i := range teams {
		t := document.Team{ID: fmt.Sprintf("team-%015d", i)}
		for k := range 1 + i%5 {
			t.Groups = append(t.Groups, fmt.Sprintf("group-%014d", (i*7+k*131)%groups))
		}
		d.Teams = append(d.Teams, t)
	}
	for i := range users {
		u := document.User{ID: fmt.Sprintf("user-%015d", i), Email: fmt.Sprintf("user-%d@example.com", i), Role: "team-member"}
		if i%100 == 0 {
			u.Role = "admin"
		}
		d.Users = append(d.Users, u)
		for k := range 1 + i%3 {
			t := &d.Teams[(i*13+k*(1+i%17))%teams]
			if n := len(t.Members); n == 0 || t.Members[n-1].User != u.ID {
				t.Members = append(t.Members, document.Member{User: u.ID})
			}
		}
	}
	return d
}

func edited(t testing.TB, p *access.Policy, change func(e *access.Edit)) *access.Policy {
	t.Helper()
	e := p.Edit()
	change(e)
	next, err := e.Policy()
	if err != nil {
		t.Fatal(err)
	}
	return next
}
