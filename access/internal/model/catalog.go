package model

import (
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/role"
)

// Catalog is an ordered set of roles. A name stands for a shipped catalog;
// without one a document spells the roles out.
type Catalog struct {
	Name  string
	Roles []role.Role
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

// builtIn says in which rows of the table of kinds each built-in action
// stands, as [Resource.Row] names them.
var builtIn = map[string]string{
	"account.view": "account item", "source.edit": "account", "source.remove": "account",

	"report.create": "company", "user.invite": "company", "team.create": "company", "datagroup.create": "company",
	"source.add": "company", "metric.create": "company", "metric.edit": "company", "dimension.create": "company",
	"dimension.edit": "company", "segment.create": "company", "segment.edit": "company", "segment.save": "company",
	"audit.read": "company", "review.run": "company", "company.edit": "company", "project.edit": "company",
	"project.delete": "company", "integration.edit": "company", "token.manage": "company",

	"recording.view": viewing, "heatmap.view": viewing, "insight.view": viewing,
	"session.filter": viewing, "session.share": viewing,

	"user.remove": "user", "user.set-role": "user", "user.suspend": "user", "user.set-expiry": "user",
	"owner.transfer": "user", "role.grant": "role",

	"team.edit": "team", "team.delete": "team", "team.set-members": "team", "team.set-datagroups": "team",
	"datagroup.edit": "group", "datagroup.delete": "group",

	"report.view": "report", "report.explore": "report", "report.comment": "report", "report.edit": "report",
	"report.set": "report", "report.unshare": "report", "report.delete": "report", "report.share-creator": "report",
	"report.share-editor": "report", "report.share-explorer": "report", "report.share-viewer": "report",

	"link.revoke": "link",
}

const viewing = "company item company-item"

// IsBuiltIn reports whether every company knows the action.
func IsBuiltIn(action string) bool { return builtIn[action] != "" }

// Askable returns the rows of the table of kinds in which the action stands,
// and false if neither the table nor a role has it.
func (c Catalog) Askable(action string) (rows []string, known bool) {
	if text, ok := builtIn[action]; ok {
		return strings.Fields(text), true
	}
	for _, r := range c.Roles {
		if Holds(r, action) {
			return []string{"company", "account", "report", "item", "company-item"}, true
		}
	}
	return nil, false
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
		{"user.invite user.remove user.set-role user.suspend user.set-expiry role.grant", "admin user-manager"},
		{"team.create team.edit team.delete team.set-members team.set-datagroups", "admin user-manager"},
		{"datagroup.create datagroup.edit datagroup.delete", "admin data-manager"},
		{"source.add source.edit", "admin data-manager editor"},
		{"source.remove", "admin data-manager"},
		{"metric.create metric.edit dimension.create dimension.edit segment.create segment.edit", "admin editor"},
		{"audit.read review.run", "admin user-manager"},
		{"company.edit", "admin"},
	})}
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
		{"user.invite user.remove user.set-role user.suspend user.set-expiry role.grant audit.read review.run company.edit", "owner admin"},
		{"owner.transfer", "owner"},
	})}
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
		{"user.suspend user.set-expiry", "chief deputy blind"},
		{"owner.transfer company.edit audit.read", "deputy"},
	})}
}

// Without returns the catalog without an action, and without bounds on the
// holders of its roles.
func (c Catalog) Without(action string) Catalog {
	roles := slices.Clone(c.Roles)
	for i, r := range roles {
		roles[i].MinHolders, roles[i].MaxHolders = 0, 0
		roles[i].Capabilities = slices.DeleteFunc(slices.Clone(r.Capabilities), func(a role.Action) bool { return string(a) == action })
	}
	return Catalog{"", roles}
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
	catalog, err := role.NewCatalog(c.Roles...)
	if err != nil {
		panic(err)
	}
	return catalog
}
