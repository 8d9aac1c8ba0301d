package access_test

import (
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/role"
)

// modelRole is a role as plain data. Capabilities are looked up by walking the
// list: the model has no index that could be wrong.
type modelRole struct {
	name     string
	all      bool // sees all data
	caps     []string
	manages  []string
	offered  bool
	fallback bool // the role meant where one is left out
	min, max int
}

// modelCatalog is an ordered set of roles. A name stands for a shipped catalog;
// without one a document spells the roles out.
type modelCatalog struct {
	name  string
	roles []modelRole
}

func (c modelCatalog) role(name string) (modelRole, bool) {
	for _, r := range c.roles {
		if r.name == name {
			return r, true
		}
	}
	return modelRole{}, false
}

// fallback is the role of somebody for whom none was named.
func (c modelCatalog) fallback() string {
	for _, r := range c.roles {
		if r.fallback {
			return r.name
		}
	}
	return ""
}

func (r modelRole) can(action string) bool       { return slices.Contains(r.caps, action) }
func (r modelRole) managesRole(name string) bool { return slices.Contains(r.manages, name) }

// modelKinds says of which resources each built-in action may be asked. "item"
// is a thing of the host's that belongs to an account, "wide" one that belongs
// to the company.
var modelKinds = map[string]string{
	"account.view": "account item", "source.edit": "account", "source.remove": "account",

	"report.create": "company", "user.invite": "company", "team.create": "company", "datagroup.create": "company",
	"source.add": "company", "metric.create": "company", "metric.edit": "company", "dimension.create": "company",
	"dimension.edit": "company", "segment.create": "company", "segment.edit": "company", "segment.save": "company",
	"audit.read": "company", "review.run": "company", "company.edit": "company", "project.edit": "company",
	"project.delete": "company", "integration.edit": "company", "token.manage": "company",

	"recording.view": "company item wide", "heatmap.view": "company item wide", "insight.view": "company item wide",
	"session.filter": "company item wide", "session.share": "company item wide",

	"user.remove": "user", "user.set-role": "user", "user.suspend": "user", "user.set-expiry": "user",
	"owner.transfer": "user", "role.grant": "role",

	"team.edit": "team", "team.delete": "team", "team.set-members": "team", "team.set-datagroups": "team",
	"datagroup.edit": "group", "datagroup.delete": "group",

	"report.view": "report", "report.explore": "report", "report.comment": "report", "report.edit": "report",
	"report.set": "report", "report.unshare": "report", "report.delete": "report", "report.share-creator": "report",
	"report.share-editor": "report", "report.share-explorer": "report", "report.share-viewer": "report",

	"link.revoke": "link",
}

// askable returns the sorts of resource the action may be asked of, and false
// if nobody knows the action.
func (c modelCatalog) askable(action string) ([]string, bool) {
	if kinds, ok := modelKinds[action]; ok {
		return strings.Fields(kinds), true
	}
	for _, r := range c.roles {
		if r.can(action) {
			return []string{"company", "account", "report", "item", "wide"}, true
		}
	}
	return nil, false
}

// actions returns all actions worth asking about, among them one that nobody
// knows and the empty one.
func (c modelCatalog) actions() []string {
	all := []string{"", "nobody.knows"}
	for a := range modelKinds {
		all = append(all, a)
	}
	for _, r := range c.roles {
		all = append(all, r.caps...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// modelRow is a row of a catalog's table: who holds these actions.
type modelRow struct{ actions, holders string }

func fillCaps(roles []modelRole, table []modelRow) []modelRole {
	for _, row := range table {
		for i := range roles {
			if slices.Contains(strings.Fields(row.holders), roles[i].name) {
				roles[i].caps = append(roles[i].caps, strings.Fields(row.actions)...)
			}
		}
	}
	return roles
}

func companyModel() modelCatalog {
	underAdmin := strings.Fields("data-manager user-manager editor user team-member viewer")
	return modelCatalog{"company", fillCaps([]modelRole{
		{name: "admin", all: true, offered: true, min: 1, manages: append([]string{"admin"}, underAdmin...)},
		{name: "data-manager", all: true, offered: true},
		{name: "user-manager", all: true, offered: true, manages: underAdmin},
		{name: "editor", all: true, offered: true},
		{name: "user", all: true, offered: true},
		{name: "team-member", offered: true, fallback: true},
		{name: "viewer", offered: true},
	}, []modelRow{
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

func projectModel() modelCatalog {
	return modelCatalog{"project", fillCaps([]modelRole{
		{name: "owner", all: true, min: 1, max: 1, manages: []string{"admin", "member"}},
		{name: "admin", all: true, offered: true, manages: []string{"admin", "member"}},
		{name: "member", all: true, offered: true, fallback: true},
	}, []modelRow{
		{"account.view report.create recording.view heatmap.view insight.view session.filter session.share segment.save", "owner admin member"},
		{"project.edit project.delete integration.edit token.manage source.add source.edit source.remove", "owner admin"},
		{"user.invite user.remove user.set-role user.suspend user.set-expiry role.grant audit.read review.run company.edit", "owner admin"},
		{"owner.transfer", "owner"},
	})}
}

// hostModel is a catalog as a host might write it: with actions of its own,
// with roles that hold no account.view in either scope, and with bounds on the
// holders in every combination.
func hostModel() modelCatalog {
	return modelCatalog{"", fillCaps([]modelRole{
		{name: "chief", all: true, min: 1, manages: strings.Fields("chief deputy pilot blind crew guest")},
		{name: "deputy", all: true, min: 1, max: 2, manages: strings.Fields("blind crew deputy")},
		{name: "pilot", all: true, max: 1},
		{name: "blind", min: 2, manages: strings.Fields("crew")},
		{name: "crew", offered: true, fallback: true, max: 3},
		{name: "guest"},
	}, []modelRow{
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

// without returns the catalog without an action, and without bounds on the
// holders of its roles.
func (c modelCatalog) without(action string) modelCatalog {
	roles := slices.Clone(c.roles)
	for i, r := range roles {
		roles[i].min, roles[i].max = 0, 0
		roles[i].caps = slices.DeleteFunc(slices.Clone(r.caps), func(a string) bool { return a == action })
	}
	return modelCatalog{"", roles}
}

// real returns the catalog as the package knows it.
func (c modelCatalog) real() *role.Catalog {
	switch c.name {
	case "company":
		return role.CompanyCatalog()
	case "project":
		return role.ProjectCatalog()
	}
	catalog, err := role.NewCatalog(c.spelled()...)
	if err != nil {
		panic(err)
	}
	return catalog
}

// spelled spells the roles out, as a document brings them.
func (c modelCatalog) spelled() []role.Role {
	var all []role.Role
	for _, r := range c.roles {
		e := role.Role{Name: role.Name(r.name), Offered: r.offered, Default: r.fallback, MinHolders: r.min, MaxHolders: r.max}
		if r.all {
			e.Scope = role.AllData
		}
		for _, a := range r.caps {
			e.Capabilities = append(e.Capabilities, role.Action(a))
		}
		for _, m := range r.manages {
			e.Manages = append(e.Manages, role.Name(m))
		}
		all = append(all, e)
	}
	return all
}
