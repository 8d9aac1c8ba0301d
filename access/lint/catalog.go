package lint

import (
	"iter"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
)

// checkRoles looks at how many users have each role, and at the kinds that no role
// of theirs opens.
func (k *checker) checkRoles() {
	catalog := k.d.Catalog()
	own := ownOf(catalog)
	used := make(map[role.Name]bool)
	for _, name := range k.Invited {
		used[name] = true
	}
	for name := range catalog.Names() {
		all, lasting := k.d.Holders(name)
		used[name] = used[name] || all > 0
		at := place{nested: roleEntry, at: string(name)}
		least, most := catalog.Holders(name)
		if lasting < least {
			k.add(TooFewHolders, at, sayf("role %s has %s who are not suspended and have no end of access, and needs %d",
				text.Plain(name), plural(lasting, "holder"), least))
		}
		if most > 0 && all > most {
			k.add(TooManyHolders, at, sayf("role %s has %s, and may have %d", text.Plain(name), plural(all, "holder"), most))
		}
		if !used[name] && own(string(name)) {
			k.add(RoleUnused, at, sayf("nobody has the role %s, and no invitation offers it", text.Plain(name)))
		}
	}
	k.checkKinds(used)
}

// checkKinds looks at the kinds, of a company where some roles are used.
func (k *checker) checkKinds(used map[role.Name]bool) {
	catalog := k.d.Catalog()
	shown := make(map[string]bool)
	for l := range k.d.Links() {
		if !l.Ended {
			shown[string(l.Resource.Kind())] = true
		}
	}
	own := ownOf(catalog)
	for _, kind := range catalog.Kinds() {
		open := shown[kind.Name] || slices.ContainsFunc(kind.Actions, func(a role.Action) bool {
			for name := range catalog.Names() {
				if used[name] && catalog.Can(name, a) {
					return true
				}
			}
			return false
		})
		if !open && own("kind "+kind.Name) {
			k.add(KindUnused, place{nested: kindEntry, at: kind.Name}, sayf("nobody has a role that may do anything with the kind %s", text.Plain(kind.Name)))
		}
	}
}

// ownOf returns what reports whether a role, or "kind " and a kind, is the host's
// own: whether it does not come with the shipped catalog that a catalog has all
// roles of, as those cannot be taken out of it.
func ownOf(c *role.Catalog) func(name string) bool {
	came := make(map[string]bool)
	for _, shipped := range shippedCatalogs() {
		if !hasAll(c, shipped) {
			continue
		}
		for name := range shipped.Names() {
			came[string(name)] = true
		}
		for _, kind := range shipped.Kinds() {
			came["kind "+kind.Name] = true
		}
	}
	return func(name string) bool { return !came[name] }
}

// hasAll reports whether a catalog has all roles of another.
func hasAll(c, other *role.Catalog) bool {
	for name := range other.Names() {
		if _, ok := c.Role(name); !ok {
			return false
		}
	}
	return true
}

// checkAsked looks for actions that the host's code asks and there are not.
func (k *checker) checkAsked() {
	known := append(role.BuiltIn(), k.d.Catalog().Actions()...) // some role holds each action of a kind
	asked := slices.Clone(k.Asked)
	slices.Sort(asked)
	for _, a := range slices.Compact(asked) {
		if slices.Contains(known, a) {
			continue
		}
		k.add(ActionUndeclared, place{nested: action, at: string(a)}, func(f *Finding) {
			f.Text = "the action " + text.Quote(string(a)) + " is asked and not in the catalog, so it is always denied"
			if near := text.Nearest(string(a), words(known)); near != "" {
				f.Text += "; did you mean " + near + "?"
			}
		})
	}
}

// words yields actions as texts.
func words(actions []role.Action) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, a := range actions {
			if !yield(string(a)) {
				return
			}
		}
	}
}

// checkCapabilities looks for actions that the host's code never asks.
func (k *checker) checkCapabilities() {
	if k.Asked == nil {
		return
	}
	catalog := k.d.Catalog()
	for _, a := range catalog.Actions() {
		if slices.Contains(k.Asked, a) {
			continue
		}
		var holders []string
		for name := range catalog.Names() {
			if catalog.Can(name, a) {
				holders = append(holders, string(name))
			}
		}
		if len(holders) > 0 {
			k.add(CapabilityUnasked, place{nested: action, at: string(a)}, func(f *Finding) {
				f.Text = "nothing asks " + text.Plain(a) + ", which the roles hold: " + strings.Join(holders, ", ")
				if len(holders) == 1 {
					f.Text = "nothing asks " + text.Plain(a) + ", which the role " + holders[0] + " holds"
				}
				for _, name := range holders[:min(len(holders), maxNamed)] {
					f.Others = append(f.Others, access.Role(name))
				}
			})
		}
	}
}
