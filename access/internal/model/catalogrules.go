package model

import (
	"slices"

	"github.com/ambit-authz/ambit/role"
)

// Broken returns the first rule of SPEC §2 and §3 about kinds, and about what
// roles hold, that the catalog breaks: "" if it keeps them.
func (c Catalog) Broken() string {
	lists := map[role.Action]bool{}
	for i, k := range c.Kinds {
		if rule := c.brokenKind(i, k); rule != "" {
			return rule
		}
		for _, a := range k.Actions {
			lists[a] = true
		}
	}
	holds := map[role.Action]bool{}
	for _, r := range c.Roles {
		for _, a := range r.Capabilities {
			holds[a] = true
			_, level := LevelActions[string(a)]
			switch {
			case level || a == "link.revoke":
				return "level action"
			case r.Scope == role.ByTeams && slices.Contains([]role.Action{"owner.transfer", "team.set-members",
				"team.set-datagroups", "datagroup.create", "datagroup.edit", "source.add", "source.edit"}, a):
				return "team scope"
			case !IsBuiltIn(string(a)) && !lists[a]:
				return "held, not listed"
			}
		}
		for _, n := range r.Manages {
			if managed, _ := c.Role(string(n)); r.Scope == role.ByTeams && SeesAll(managed) {
				return "team scope"
			}
		}
	}
	for a := range lists {
		if !IsBuiltIn(string(a)) && !holds[a] {
			return "listed, not held"
		}
	}
	return ""
}

func (c Catalog) brokenKind(i int, k role.Kind) string {
	host := !slices.Contains(BuiltInKinds, k.Name)
	switch {
	case slices.Contains([]string{"user", "role", "team", "group", "link", "invitation", "attribute", "review", "catalog"}, k.Name):
		return "reserved"
	case slices.ContainsFunc(c.Kinds[:i], func(o role.Kind) bool { return o.Name == k.Name }):
		return "twice"
	case host != (k.In == role.InAccount || k.In == role.InCompany):
		return "place"
	case k.Link != "" && (!host || !slices.Contains(k.Actions, k.Link)):
		return "link"
	}
	for _, a := range k.Actions {
		viewing := slices.Contains([]role.Action{"recording.view", "heatmap.view", "insight.view", "session.filter"}, a)
		if IsBuiltIn(string(a)) && (!viewing || k.Name == "account" || k.Name == "report") {
			return "listed"
		}
	}
	return ""
}
