package model

import (
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/role"
)

// Catalog is an ordered set of roles, and the kinds of the host. A name stands
// for a shipped catalog; without one a document spells them out.
type Catalog struct {
	Name  string
	Roles []role.Role
	Kinds []role.Kind
}

// Role returns the role of a name, by looking at each.
func (c Catalog) Role(name string) (role.Role, bool) {
	for _, r := range c.Roles {
		if string(r.Name) == name {
			return r, true
		}
	}
	return role.Role{}, false
}

// Default returns the role of somebody for whom none was named, "" if there is
// none.
func (c Catalog) Default() string {
	for _, r := range c.Roles {
		if r.Default {
			return string(r.Name)
		}
	}
	return ""
}

// Holds reports whether a role holds an action.
func Holds(r role.Role, action string) bool {
	return slices.Contains(r.Capabilities, role.Action(action))
}

// Manages reports whether a role manages the role of a name.
func Manages(r role.Role, name string) bool { return slices.Contains(r.Manages, role.Name(name)) }

// SeesAll reports whether a role sees all data.
func SeesAll(r role.Role) bool { return r.Scope == role.AllData }

// builtIn says at which kind each built-in action may be asked, "" for those
// that a catalog lists where it wants.
var builtIn = map[string]string{
	"account.view": "account", "source.edit": "account", "source.remove": "account",

	"directory.view": "company",
	"report.create":  "company", "user.invite": "company", "team.create": "company", "datagroup.create": "company",
	"source.add": "company", "metric.create": "company", "metric.edit": "company", "dimension.create": "company",
	"dimension.edit": "company", "segment.create": "company", "segment.edit": "company", "segment.save": "company",
	"audit.read": "company", "review.run": "company", "company.edit": "company", "project.edit": "company",
	"project.delete": "company", "integration.edit": "company", "token.manage": "company",

	"recording.view": "", "heatmap.view": "", "insight.view": "", "session.filter": "", "session.share": "",

	"user.edit": "user", "user.remove": "user", "user.set-role": "user", "user.suspend": "user",
	"user.set-expiry": "user", "owner.transfer": "user", "role.grant": "role",

	"team.edit": "team", "team.delete": "team", "team.set-members": "team", "team.set-datagroups": "team",
	"datagroup.edit": "group", "datagroup.delete": "group",

	"report.view": "report", "report.explore": "report", "report.comment": "report", "report.edit": "report",
	"report.set": "report", "report.unshare": "report", "report.delete": "report", "report.share-creator": "report",
	"report.share-editor": "report", "report.share-explorer": "report", "report.share-viewer": "report",

	"link.revoke": "link",
}

// IsBuiltIn reports whether every company knows the action.
func IsBuiltIn(action string) bool { return has(builtIn, action) }

// Knows reports whether the action is built in or held by a role.
func (c Catalog) Knows(action string) bool {
	return IsBuiltIn(action) || slices.ContainsFunc(c.Roles, func(r role.Role) bool { return Holds(r, action) })
}

// Kind returns the kind that a host declared under a name, by looking at each.
func (c Catalog) Kind(name string) (role.Kind, bool) {
	for _, k := range c.Kinds {
		if k.Name == name {
			return k, true
		}
	}
	return role.Kind{}, false
}

// Row says in which row of the table of kinds r is: that of a built-in kind,
// "item" for a kind that belongs to accounts, "company-item" for one that
// belongs to the company, "unknown" for one that nobody declared, "malformed",
// or "" for no resource at all.
func (c Catalog) Row(r Resource) string {
	k, declared := c.Kind(r.Kind)
	foreign := r.Account != "" && (r.Kind != "account" || r.Account != r.ID)
	switch {
	case r.Kind == "":
		return ""
	case slices.Contains(BuiltInKinds, r.Kind) && (foreign || r.Kind == "company" && r.ID != ""):
		return "malformed"
	case slices.Contains(BuiltInKinds, r.Kind):
		return r.Kind
	case !declared:
		return "unknown"
	case k.In == role.InAccount:
		return "item"
	case r.Account != "":
		return "malformed"
	}
	return "company-item"
}

// Asks reports whether an action may be asked of such a resource.
func (c Catalog) Asks(action string, r Resource) bool {
	k, _ := c.Kind(r.Kind)
	row := c.Row(r)
	switch {
	case row == "" || row == "unknown" || row == "malformed":
		return false
	case builtIn[action] != "" && builtIn[action] == row, slices.Contains(k.Actions, role.Action(action)):
		return true
	case action == "session.share":
		return k.Link != ""
	}
	return action == "account.view" && row == "item"
}

// Actions returns all actions worth a question, among them one that nobody
// knows and the empty one, in byte order.
func (c Catalog) Actions() []string {
	all := []string{"", "nobody.knows"}
	for a := range builtIn {
		all = append(all, a)
	}
	for _, r := range c.Roles {
		for _, a := range r.Capabilities {
			all = append(all, string(a))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// row is a row of a catalog's table: these roles hold these actions.
type row struct{ actions, holders string }

func fill(roles []role.Role, table []row) []role.Role {
	for _, line := range table {
		for i := range roles {
			if !slices.Contains(strings.Fields(line.holders), string(roles[i].Name)) {
				continue
			}
			for _, a := range strings.Fields(line.actions) {
				roles[i].Capabilities = append(roles[i].Capabilities, role.Action(a))
			}
		}
	}
	return roles
}

func names(text string) []role.Name {
	var all []role.Name
	for _, n := range strings.Fields(text) {
		all = append(all, role.Name(n))
	}
	return all
}

// CompanyCatalog is the table of SPEC §3.1.
func CompanyCatalog() Catalog {
	const underAdmin = "data-manager user-manager editor user team-member viewer"
	return Catalog{"company", fill([]role.Role{
		{Name: "admin", Scope: role.AllData, Offered: true, MinHolders: 1, Manages: names("admin " + underAdmin)},
		{Name: "data-manager", Scope: role.AllData, Offered: true},
		{Name: "user-manager", Scope: role.AllData, Offered: true, Manages: names(underAdmin)},
		{Name: "editor", Scope: role.AllData, Offered: true},
		{Name: "user", Scope: role.AllData, Offered: true},
		{Name: "team-member", Offered: true, Default: true},
		{Name: "viewer", Offered: true},
	}, []row{
		{"account.view", "admin data-manager user-manager editor user team-member viewer"},
		{"report.create", "admin data-manager user-manager editor user team-member"},
		{"directory.view", "admin data-manager user-manager"},
		{"user.invite user.edit user.remove user.set-role user.suspend user.set-expiry role.grant", "admin user-manager"},
		{"team.create team.edit team.delete team.set-members team.set-datagroups", "admin user-manager"},
		{"datagroup.create datagroup.edit datagroup.delete", "admin data-manager"},
		{"source.add source.edit", "admin data-manager editor"},
		{"source.remove", "admin data-manager"},
		{"metric.create metric.edit dimension.create dimension.edit segment.create segment.edit", "admin editor"},
		{"audit.read review.run", "admin user-manager"},
		{"company.edit", "admin"},
	}), nil}
}

// ProjectCatalog is the table of SPEC §3.2.
func ProjectCatalog() Catalog {
	return Catalog{"project", fill([]role.Role{
		{Name: "owner", Scope: role.AllData, MinHolders: 1, MaxHolders: 1, Manages: names("admin member")},
		{Name: "admin", Scope: role.AllData, Offered: true, Manages: names("admin member")},
		{Name: "member", Scope: role.AllData, Offered: true, Default: true},
	}, []row{
		{"account.view report.create recording.view heatmap.view insight.view session.filter session.share segment.save", "owner admin member"},
		{"project.edit project.delete integration.edit token.manage source.add source.edit source.remove", "owner admin"},
		{"directory.view user.edit", "owner admin"},
		{"user.invite user.remove user.set-role user.suspend user.set-expiry role.grant audit.read review.run company.edit", "owner admin"},
		{"owner.transfer", "owner"},
	}), []role.Kind{
		{Name: "heatmap", In: role.InAccount, Actions: []role.Action{"heatmap.view"}},
		{Name: "insight", In: role.InAccount, Actions: []role.Action{"insight.view"}},
		{Name: "session", In: role.InAccount, Actions: []role.Action{"recording.view", "session.filter"}, Link: "recording.view"},
	}}
}

// HostCatalog is a catalog as a host might write it: with actions of its own,
// with roles that hold no account.view in either scope, and with bounds on the
// holders in every combination.
func HostCatalog() Catalog {
	return Catalog{"", fill([]role.Role{
		{Name: "chief", Scope: role.AllData, MinHolders: 1, Manages: names("chief deputy pilot blind crew guest")},
		{Name: "deputy", Scope: role.AllData, MinHolders: 1, MaxHolders: 2, Manages: names("blind crew deputy")},
		{Name: "pilot", Scope: role.AllData, MaxHolders: 1},
		{Name: "blind", MinHolders: 2, Manages: names("crew")},
		{Name: "crew", Offered: true, Default: true, MaxHolders: 3},
		{Name: "guest"},
	}, []row{
		{"account.view report.create", "chief deputy crew"},
		{"campaign.pause", "chief pilot blind crew"},
		{"note.pin", "deputy blind"},
		{"recording.view session.share", "chief blind crew"},
		{"source.edit datagroup.edit team.edit team.set-members team.set-datagroups", "chief pilot"},
		{"user.remove user.set-role role.grant", "chief deputy"},
		{"user.suspend user.set-expiry user.edit", "chief deputy blind"},
		{"owner.transfer company.edit audit.read", "deputy"},
	}), []role.Kind{
		{Name: "account", Actions: []role.Action{"campaign.pause"}},
		{Name: "board", In: role.InCompany, Actions: []role.Action{"recording.view", "note.pin"}, Link: "recording.view"},
		{Name: "campaign", In: role.InAccount, Actions: []role.Action{"campaign.pause", "recording.view", "note.pin"}, Link: "campaign.pause"},
		{Name: "company", Actions: []role.Action{"note.pin"}},
		{Name: "report", Actions: []role.Action{"note.pin"}},
	}}
}

// Without returns the catalog without an action, and without bounds on the
// holders of its roles.
func (c Catalog) Without(action string) Catalog {
	roles := slices.Clone(c.Roles)
	for i, r := range roles {
		roles[i].MinHolders, roles[i].MaxHolders = 0, 0
		roles[i].Capabilities = slices.DeleteFunc(slices.Clone(r.Capabilities), func(a role.Action) bool { return string(a) == action })
	}
	kinds := slices.Clone(c.Kinds)
	for i, k := range kinds {
		kinds[i].Actions = slices.DeleteFunc(slices.Clone(k.Actions), func(a role.Action) bool { return string(a) == action })
		if string(k.Link) == action {
			kinds[i].Link = ""
		}
	}
	return Catalog{"", roles, kinds}
}

// Compile returns the catalog as package role knows it. It panics if the
// catalog is not valid.
func (c Catalog) Compile() *role.Catalog {
	switch c.Name {
	case "company":
		return role.CompanyCatalog()
	case "project":
		return role.ProjectCatalog()
	}
	catalog, err := role.NewCatalog(c.Roles, c.Kinds...)
	if err != nil {
		panic(err)
	}
	return catalog
}
