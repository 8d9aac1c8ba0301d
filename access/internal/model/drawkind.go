package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/role"
	"pgregory.net/rapid"
)

// HostKinds are the names that drawn catalogs give to kinds. OddKinds are names
// that none gives: misspelt, in another case, and those that are reserved.
var (
	HostKinds = []string{"campaign", "board", "session", "row"}
	OddKinds  = []string{"campagin", "Campaign", "data group", "invitation", "attribute", "review", "catalog", "datagroup"}
)

// listed are the actions that drawn kinds list, those of the host first.
var listed = []role.Action{"campaign.pause", "note.pin", "recording.view", "heatmap.view"}

// hosts are how many of listed are the host's own.
const hosts = 2

// HostCatalog draws a catalog with the roles of [HostCatalog] and any kinds, so
// that one replaces another: kinds come, go, move and list something else.
func (d Draw) HostCatalog() Catalog {
	c := HostCatalog()
	c.Kinds = nil
	for _, name := range HostKinds {
		k := role.Kind{Name: name, Actions: d.some(name, listed)}
		how := rapid.IntRange(0, 7).Draw(d.T, "how "+name)
		if how == 0 || how == 7 {
			continue // nobody declares it
		}
		k.In = role.InAccount
		if how > 3 {
			k.In = role.InCompany
		}
		if n := len(k.Actions); n > 0 && how != 1 && how != 4 {
			k.Link = k.Actions[how%n]
		}
		c.Kinds = append(c.Kinds, k)
	}
	c.Kinds = append(c.Kinds, role.Kind{Name: "company", Actions: d.some("company", listed)},
		role.Kind{Name: "account", Actions: d.some("account", listed[:hosts])},
		role.Kind{Name: "report", Actions: d.some("report", listed[:hosts])})
	slices.SortFunc(c.Kinds, func(a, b role.Kind) int { return strings.Compare(a.Name, b.Name) })
	for _, a := range listed[:hosts] {
		if !slices.ContainsFunc(c.Kinds, func(k role.Kind) bool { return slices.Contains(k.Actions, a) }) {
			for i, r := range c.Roles {
				c.Roles[i].Capabilities = slices.DeleteFunc(r.Capabilities, func(held role.Action) bool { return held == a })
			}
		}
	}
	return c
}

// SetKinds draws a catalog with the roles of w and any kinds. Roles that hold an
// action of the host's are taken to be those of [HostCatalog].
func (d Draw) SetKinds(w *World) Change {
	for _, r := range w.Catalog.Roles {
		if r.Name == "chief" {
			return SetCatalog(d.HostCatalog())
		}
	}
	return SetCatalog(Catalog{"", w.Catalog.Roles, d.viewing()})
}

// removeTeam draws a team, half of the time one in whose session a link was
// made.
func (d Draw) removeTeam(w *World) Change {
	var all []string
	for _, id := range SortedKeys(w.Links) {
		if l := w.Links[id]; !l.Ended && l.Session != "" {
			all = append(all, l.Session)
		}
	}
	if len(all) == 0 || d.Chance(2, "any team") {
		return RemoveTeam(d.ID(TeamIDs))
	}
	return RemoveTeam(d.One("of a link", all...))
}

// listing draws a question about an action that a kind lists, or session.share, at a resource of
// that kind or, now and then, of another. It returns false if no kind lists any.
func (d Draw) listing(w *World) (Question, bool) {
	var all []role.Kind
	for _, k := range w.Catalog.Kinds {
		if len(k.Actions) > 0 {
			all = append(all, k)
		}
	}
	if len(all) == 0 {
		return Question{}, false
	}
	k := all[rapid.IntRange(0, len(all)-1).Draw(d.T, "listing")]
	if d.Chance(6, "of another") {
		k.Name = d.One("kind", append([]string{"company", "account", "report"}, HostKinds...)...)
	}
	r := Resource{Kind: k.Name, ID: "c1"}
	switch k.Name {
	case "company":
		r.ID = ""
	case "account":
		r.ID = d.ID(AccountIDs)
	case "report":
		r.ID = d.ID(ReportIDs)
	default:
		if k.In == role.InAccount {
			r.Account = d.ID(AccountIDs)
		}
	}
	its := append(slices.Clone(k.Actions), "session.share")
	return Question{string(its[rapid.IntRange(0, len(its)-1).Draw(d.T, "its action")]), r}, true
}

// viewing draws kinds for the roles of a shipped catalog, which hold no action
// of the host's.
func (d Draw) viewing() []role.Kind {
	kinds := d.HostCatalog().Kinds
	for i, k := range kinds {
		kinds[i].Actions = slices.DeleteFunc(k.Actions, func(a role.Action) bool { return slices.Contains(listed[:hosts], a) })
		if !slices.Contains(kinds[i].Actions, k.Link) {
			kinds[i].Link = ""
		}
	}
	return kinds
}

// some draws any of the actions.
func (d Draw) some(label string, pool []role.Action) []role.Action {
	var all []role.Action
	n := rapid.IntRange(0, 1<<len(pool)-1).Draw(d.T, "lists "+label)
	for i, a := range pool {
		if n>>i&1 == 1 {
			all = append(all, a)
		}
	}
	return all
}

// item draws something of the host's: mostly of a kind that the catalog has, in
// an account where it is in one; else misspelt, or out of place.
func (d Draw) item(w *World) Resource {
	var kinds []string
	for _, k := range w.Catalog.Kinds {
		if k.In != 0 {
			kinds = append(kinds, k.Name)
		}
	}
	if len(kinds) == 0 || d.Chance(8, "any kind") {
		kinds = append(slices.Clone(HostKinds), OddKinds...)
	}
	r := Resource{Kind: d.One("kind", kinds...), ID: "c1"}
	k, ok := w.Catalog.Kind(r.Kind)
	if in := !ok || k.In == role.InAccount; in != d.Chance(10, "out of place") {
		r.Account = d.ID(AccountIDs)
	}
	return r
}

// linkTo draws something to which there can be links, and the action of such a
// link: a report, or an item, half of the time of a kind with a link action.
func (d Draw) linkTo(w *World) (Resource, string) {
	var kinds []role.Kind
	for _, k := range w.Catalog.Kinds {
		if k.Link != "" {
			kinds = append(kinds, k)
		}
	}
	if len(kinds) == 0 || d.Chance(3, "a report") {
		return OfReport(d.ID(ReportIDs)), "report.view"
	}
	k := kinds[rapid.IntRange(0, len(kinds)-1).Draw(d.T, "of kind")]
	r := Resource{Kind: k.Name, ID: "c1"}
	if (k.In == role.InAccount) != d.Chance(25, "out of place") {
		r.Account = d.ID(AccountIDs)
	}
	return r, string(k.Link)
}

// Sort says what sort of question an action at a resource is, for a test that
// counts them: the row of the table, whether the resource names an account, and
// whether the kind lists the action and has links.
func (c Catalog) Sort(action string, r Resource) string {
	k, _ := c.Kind(r.Kind)
	row := c.Row(r)
	if slices.Contains(OddKinds, r.Kind) {
		row = "odd"
	}
	what := "other"
	switch {
	case slices.Contains(k.Actions, role.Action(action)) && !IsBuiltIn(action):
		what = "host"
	case slices.Contains(k.Actions, role.Action(action)):
		what = "viewing"
	case action == "session.share", action == "account.view":
		what = action
	}
	return fmt.Sprintf("%s: %s, account %t, links %t", row, what, r.Account != "", k.Link != "")
}
