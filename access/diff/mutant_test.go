package diff

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// mutant is a document one step away from another.
type mutant struct {
	kind  string
	what  string
	build func() *document.Document
}

// mutator collects the mutants of a document: every single step of every kind.
type mutator struct {
	t       testing.TB
	doc     *document.Document
	mutants []mutant
}

// mutate returns all single-step mutants of a document. Some are refused by
// Compile, and some are equal to it in all they decide.
func mutate(t testing.TB, d *document.Document) []mutant {
	m := &mutator{t: t, doc: d}
	for i := range d.Users {
		m.user(i)
	}
	for i := range d.Teams {
		m.team(i)
	}
	for i := range d.Groups {
		m.group(i)
	}
	for i := range d.Accounts {
		m.account(i)
	}
	for i := range d.Reports {
		m.report(i)
	}
	for i := range d.Links {
		m.link(i)
	}
	for i := range d.Catalog.Roles {
		m.role(i)
	}
	for i := range d.Catalog.Kinds {
		m.kindOfThings(i)
	}
	return m.mutants
}

func clone(t testing.TB, d *document.Document) *document.Document {
	t.Helper()
	text, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	c, err := document.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// add adds the mutant that a change of a copy leads to.
func (m *mutator) add(kind, what string, change func(d *document.Document)) {
	m.mutants = append(m.mutants, mutant{kind, kind + ": " + what, func() *document.Document {
		d := clone(m.t, m.doc)
		change(d)
		return d
	}})
}

// ends adds the mutants of an end.
func (m *mutator) ends(what, was string, set func(d *document.Document, end string)) {
	if was == "" {
		m.add("add an end", what, func(d *document.Document) { set(d, "2027-01-01T00:00:00Z") })
		return
	}
	end := parseTime(was)
	m.add("remove an end", what, func(d *document.Document) { set(d, "") })
	m.add("lengthen an end", what, func(d *document.Document) { set(d, end.AddDate(0, 0, 1).Format(time.RFC3339Nano)) })
	m.add("shorten an end", what, func(d *document.Document) { set(d, end.AddDate(0, 0, -1).Format(time.RFC3339Nano)) })
}

func (m *mutator) roleNames() []string {
	var names []string
	for _, r := range compile(m.t, m.doc).Directory().Catalog().Roles() {
		names = append(names, string(r.Name))
	}
	return names
}

func (m *mutator) user(i int) {
	u := m.doc.Users[i]
	m.add("drop a user", u.ID, func(d *document.Document) { dropUser(d, u.ID) })
	m.add("suspend or reinstate", u.ID, func(d *document.Document) { d.Users[i].Suspended = !u.Suspended })
	m.ends("user "+u.ID, u.Until, func(d *document.Document, end string) { d.Users[i].Until = end })
	for _, r := range m.roleNames() {
		if r != u.Role {
			m.add("change a role", u.ID+" to "+r, func(d *document.Document) { d.Users[i].Role = r })
		}
	}
}

// dropUser removes a user and everything that refers to them.
func dropUser(d *document.Document, id string) {
	d.Users = slices.DeleteFunc(d.Users, func(u document.User) bool { return u.ID == id })
	for i := range d.Teams {
		d.Teams[i].Members = slices.DeleteFunc(d.Teams[i].Members, func(m document.Member) bool { return m.User == id })
	}
	for i := range d.Reports {
		d.Reports[i].Grants = slices.DeleteFunc(d.Reports[i].Grants, func(g document.Grant) bool { return g.User == id })
	}
	for i := range d.Links {
		d.Links[i].Ended = d.Links[i].Ended || d.Links[i].Maker == id
	}
}

func (m *mutator) team(i int) {
	t := m.doc.Teams[i]
	m.add("drop a team", t.ID, func(d *document.Document) {
		d.Teams = slices.Delete(d.Teams, i, i+1)
		for k := range d.Reports {
			d.Reports[k].Grants = slices.DeleteFunc(d.Reports[k].Grants, func(g document.Grant) bool { return g.Team == t.ID })
		}
	})
	for k, g := range t.Groups {
		m.add("drop an assignment", g+" of "+t.ID, func(d *document.Document) { d.Teams[i].Groups = slices.Delete(d.Teams[i].Groups, k, k+1) })
	}
	for _, g := range m.doc.Groups {
		if !slices.Contains(t.Groups, g.ID) {
			m.add("add an assignment", g.ID+" to "+t.ID, func(d *document.Document) { d.Teams[i].Groups = append(d.Teams[i].Groups, g.ID) })
		}
	}
	members := map[string]bool{}
	for k, u := range t.Members {
		members[u.User] = true
		what := u.User + " of " + t.ID
		m.add("drop a member", what, func(d *document.Document) { d.Teams[i].Members = slices.Delete(d.Teams[i].Members, k, k+1) })
		m.ends("member "+what, u.Until, func(d *document.Document, end string) { d.Teams[i].Members[k].Until = end })
	}
	for _, u := range m.doc.Users {
		if !members[u.ID] {
			m.add("add a member", u.ID+" to "+t.ID, func(d *document.Document) {
				d.Teams[i].Members = append(d.Teams[i].Members, document.Member{User: u.ID})
			})
		}
	}
}

var (
	quoted = regexp.MustCompile(`'[^']*'`)
	number = regexp.MustCompile(`\b[0-9]+\b`)
)

func (m *mutator) group(i int) {
	g := m.doc.Groups[i]
	m.add("drop a group", g.ID, func(d *document.Document) {
		d.Groups = slices.Delete(d.Groups, i, i+1)
		for k := range d.Teams {
			d.Teams[k].Groups = slices.DeleteFunc(d.Teams[k].Groups, func(id string) bool { return id == g.ID })
		}
	})
	set := func(kind, filter string) {
		if filter != g.Filter {
			m.add(kind, g.ID+" to "+filter, func(d *document.Document) { d.Groups[i].Filter = filter })
		}
	}
	set("widen a filter to everything", "everything")
	set("narrow a filter to nothing", "nothing")
	if g.Filter != "everything" && g.Filter != "nothing" {
		set("negate a filter", "not ("+g.Filter+")")
	}
	for _, at := range quoted.FindAllStringIndex(g.Filter, -1) {
		for _, v := range append(m.texts(), "elsewhere") {
			set("change a literal", g.Filter[:at[0]]+datagroup.Text(v).String()+g.Filter[at[1]:])
		}
	}
	for _, at := range number.FindAllStringIndex(g.Filter, -1) {
		set("change a literal", g.Filter[:at[0]]+"0"+g.Filter[at[1]:])
		set("change a literal", g.Filter[:at[1]]+"0"+g.Filter[at[1]:])
	}
	for _, swap := range [][2]string{{" = ", " != "}, {" != ", " = "}, {" and ", " or "}, {" or ", " and "}, {" not in ", " in "}, {" in ", " not in "}, {" not ", " "}, {" >= ", " < "}, {" missing", " present"}} {
		for at := 0; ; {
			k := strings.Index(g.Filter[at:], swap[0])
			if k < 0 {
				break
			}
			k += at
			set("change an operator", g.Filter[:k]+swap[1]+g.Filter[k+len(swap[0]):])
			at = k + len(swap[0])
		}
	}
}

// texts returns the strings that accounts have for values, sorted.
func (m *mutator) texts() []string {
	all := map[string]bool{}
	for _, a := range m.doc.Accounts {
		for _, v := range a.Values {
			if v.Type() == datagroup.StringType {
				all[v.Text()] = true
			}
			for l := range v.Labels() {
				all[l] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func (m *mutator) account(i int) {
	a := m.doc.Accounts[i]
	m.add("drop an account", a.ID, func(d *document.Document) { d.Accounts = slices.Delete(d.Accounts, i, i+1) })
	sources := map[string]bool{"elsewhere": true}
	for _, b := range m.doc.Accounts {
		sources[b.Source] = true
	}
	for _, s := range slices.Sorted(maps.Keys(sources)) {
		if s != a.Source {
			m.add("move an account", a.ID+" to source "+s, func(d *document.Document) { d.Accounts[i].Source = s })
		}
	}
	for _, attribute := range slices.Sorted(maps.Keys(m.doc.Attributes)) {
		had := a.Values[attribute]
		if !had.IsMissing() {
			m.add("drop a value", a.ID+" "+attribute, func(d *document.Document) { delete(d.Accounts[i].Values, attribute) })
		}
		values := map[string]datagroup.Value{}
		for _, b := range m.doc.Accounts {
			values[b.Values[attribute].String()] = b.Values[attribute]
		}
		for _, text := range slices.Sorted(maps.Keys(values)) {
			if v := values[text]; !v.IsMissing() && !v.Equal(had) {
				m.add("move an account", fmt.Sprintf("%s to %s = %s", a.ID, attribute, v), func(d *document.Document) {
					if d.Accounts[i].Values == nil {
						d.Accounts[i].Values = map[string]datagroup.Value{}
					}
					d.Accounts[i].Values[attribute] = v
				})
			}
		}
	}
}

func (m *mutator) report(i int) {
	r := m.doc.Reports[i]
	m.add("drop a report", r.ID, func(d *document.Document) {
		d.Reports = slices.Delete(d.Reports, i, i+1)
		for k, l := range d.Links {
			d.Links[k].Ended = l.Ended || l.Resource.Kind == "report" && l.Resource.ID == r.ID
		}
	})
	has := map[document.Grant]bool{}
	for k, g := range r.Grants {
		has[document.Grant{User: g.User, Team: g.Team}] = true
		what := fmt.Sprintf("%s%s of %s", g.User, g.Team, r.ID)
		m.add("drop a grant", what, func(d *document.Document) { d.Reports[i].Grants = slices.Delete(d.Reports[i].Grants, k, k+1) })
		m.ends("grant "+what, g.Until, func(d *document.Document, end string) { d.Reports[i].Grants[k].Until = end })
		for l := access.Viewer; l <= access.Creator; l++ {
			if l.String() != g.Level && (g.Team == "" || l <= access.MaxTeamLevel) {
				m.add("change a level", what+" to "+l.String(), func(d *document.Document) { d.Reports[i].Grants[k].Level = l.String() })
			}
		}
	}
	grant := func(g document.Grant) {
		if !has[g] {
			g.Level = "viewer"
			m.add("add a grant", fmt.Sprintf("%s%s of %s", g.User, g.Team, r.ID), func(d *document.Document) {
				d.Reports[i].Grants = append(d.Reports[i].Grants, g)
			})
		}
	}
	for _, u := range m.doc.Users {
		grant(document.Grant{User: u.ID})
	}
	for _, t := range m.doc.Teams {
		grant(document.Grant{Team: t.ID})
	}
}

func (m *mutator) link(i int) {
	l := m.doc.Links[i]
	m.add("delete a link", l.ID, func(d *document.Document) { d.Links = slices.Delete(d.Links, i, i+1) })
	m.add("end or revive a link", l.ID, func(d *document.Document) { d.Links[i].Ended = !l.Ended })
	m.ends("link "+l.ID, l.Until, func(d *document.Document, end string) { d.Links[i].Until = end })
	for _, u := range m.doc.Users {
		if u.ID != l.Maker {
			m.add("change a link's maker", l.ID+" to "+u.ID, func(d *document.Document) { d.Links[i].Maker = u.ID })
		}
	}
	show := func(of document.Resource) {
		if of != l.Resource {
			m.add("change what a link shows", fmt.Sprintf("%s to %v", l.ID, of), func(d *document.Document) { d.Links[i].Resource = of })
		}
	}
	if l.Resource.Kind == "report" {
		for _, r := range m.doc.Reports {
			show(document.Resource{Kind: "report", ID: r.ID})
		}
	} else {
		for _, id := range []string{"c1", "c2"} {
			show(document.Resource{Kind: l.Resource.Kind, ID: id, Account: l.Resource.Account})
			for _, a := range m.doc.Accounts {
				show(document.Resource{Kind: l.Resource.Kind, ID: id, Account: a.ID})
			}
		}
	}
	scopes := []string{""}
	for _, t := range m.doc.Teams {
		scopes = append(scopes, t.ID)
	}
	for _, t := range scopes {
		if t != l.Session {
			m.add("change a link's scope", l.ID+" to "+t, func(d *document.Document) { d.Links[i].Session = t })
		}
	}
}

func (m *mutator) role(i int) {
	r := m.doc.Catalog.Roles[i]
	for k, a := range r.Capabilities {
		m.add("drop a capability", fmt.Sprintf("%s of %s", a, r.Name), func(d *document.Document) {
			d.Catalog.Roles[i].Capabilities = slices.Delete(d.Catalog.Roles[i].Capabilities, k, k+1)
		})
	}
	for _, a := range append(role.BuiltIn(), "campaign.pause") {
		if !a.LevelOnly() && !slices.Contains(r.Capabilities, a) {
			m.add("add a capability", fmt.Sprintf("%s to %s", a, r.Name), func(d *document.Document) {
				d.Catalog.Roles[i].Capabilities = append(d.Catalog.Roles[i].Capabilities, a)
			})
		}
	}
	for _, other := range m.doc.Catalog.Roles {
		what := fmt.Sprintf("%s by %s", other.Name, r.Name)
		if k := slices.Index(r.Manages, other.Name); k >= 0 {
			m.add("drop a managed role", what, func(d *document.Document) {
				d.Catalog.Roles[i].Manages = slices.Delete(d.Catalog.Roles[i].Manages, k, k+1)
			})
		} else {
			m.add("add a managed role", what, func(d *document.Document) {
				d.Catalog.Roles[i].Manages = append(d.Catalog.Roles[i].Manages, other.Name)
			})
		}
	}
	m.add("change a data scope", string(r.Name), func(d *document.Document) { d.Catalog.Roles[i].Scope = role.AllData - r.Scope })
	m.add("change a minimum", string(r.Name), func(d *document.Document) { d.Catalog.Roles[i].MinHolders = 1 - min(1, r.MinHolders) })
	m.add("change a maximum", string(r.Name), func(d *document.Document) { d.Catalog.Roles[i].MaxHolders = 3 - min(3, r.MaxHolders) })
}

// kindOfThings changes what the catalog declares of a kind.
func (m *mutator) kindOfThings(i int) {
	k := m.doc.Catalog.Kinds[i]
	set := func(what, name string, change func(k *role.Kind)) {
		m.add(what, name, func(d *document.Document) { change(&d.Catalog.Kinds[i]) })
	}
	m.add("drop a kind", k.Name, func(d *document.Document) { d.Catalog.Kinds = slices.Delete(d.Catalog.Kinds, i, i+1) })
	for n, a := range k.Actions {
		what := fmt.Sprintf("%s of %s", a, k.Name)
		if k.Link == a {
			set("drop an action of a kind", what, func(k *role.Kind) { k.Actions, k.Link = slices.Delete(k.Actions, n, n+1), "" })
			set("drop a link action", what, func(k *role.Kind) { k.Link = "" })
			continue
		}
		set("drop an action of a kind", what, func(k *role.Kind) { k.Actions = slices.Delete(k.Actions, n, n+1) })
		if k.In != 0 {
			set("change a link action", k.Name+" to "+string(a), func(k *role.Kind) { k.Link = a })
		}
	}
	for _, a := range []role.Action{"campaign.pause", "insight.view", "recording.view"} {
		if !slices.Contains(k.Actions, a) {
			set("add an action to a kind", fmt.Sprintf("%s to %s", a, k.Name), func(k *role.Kind) { k.Actions = append(k.Actions, a) })
		}
	}
	if k.In != 0 {
		set("change what a kind belongs to", k.Name, func(k *role.Kind) { k.In = role.InAccount + role.InCompany - k.In })
	}
}

func compile(t testing.TB, d *document.Document) *access.Policy {
	t.Helper()
	p, err := access.Compile(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
