package access_test

import (
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/role"
	"pgregory.net/rapid"
)

// The pools of the law about kinds. The last name of each is in no catalog.
var (
	lawKinds   = []string{"campaign", "Campaign", "campagin", "page", "row", "company", "account", "report", "nowhere"}
	lawActions = []access.Action{"a.a", "a.b", "recording.view", "heatmap.view", "session.share", "account.view", "team.edit", "report.view", "nobody.knows"}
)

// lawCatalog draws a catalog whose first role holds all that its kinds list, and
// says of which kinds what may be asked.
func lawCatalog(t *rapid.T) (document.Catalog, map[string]role.Kind) {
	some := rapid.SliceOfNDistinct(rapid.SampledFrom(lawActions[:4]), 0, 4, rapid.ID)
	var kinds []role.Kind
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(lawKinds[:8]), 0, 8, rapid.ID).Draw(t, "declared") {
		k := role.Kind{Name: name, Actions: some.Draw(t, "listed")}
		switch name {
		case "company":
		case "account", "report":
			k.Actions = slices.DeleteFunc(k.Actions, func(a access.Action) bool { return a == "recording.view" || a == "heatmap.view" })
		default:
			k.In = rapid.SampledFrom([]role.Place{role.InAccount, role.InCompany}).Draw(t, "in")
			if len(k.Actions) > 0 && rapid.Bool().Draw(t, "links") {
				k.Link = k.Actions[0]
			}
		}
		kinds = append(kinds, k)
	}
	holds := []access.Action{"account.view", "recording.view", "heatmap.view", "session.share", "team.edit"}
	declared := make(map[string]role.Kind)
	for _, k := range kinds {
		declared[k.Name] = k
		for _, a := range k.Actions {
			if !slices.Contains(holds, a) {
				holds = append(holds, a)
			}
		}
	}
	return document.Catalog{Roles: []role.Role{{Name: "boss", Scope: role.AllData, Capabilities: holds}}, Kinds: kinds}, declared
}

// TestOnlyWhatAKindListsIsAllowed: who may do everything may do it only at
// the kinds that list it, and only if the resource is where its kind is. A kind
// that is misspelt, that nobody declared, or that is used in the place of
// another, never allows; and Actions offers what Decide allows.
func TestOnlyWhatAKindListsIsAllowed(t *testing.T) {
	var hits model.Branches
	for range rounds(t, &hits, "allowed", "unknown-kind", "malformed-resource", "wrong-kind", "account-required", "link") {
		rapid.Check(t, func(t *rapid.T) {
			catalog, declared := lawCatalog(t)
			p, err := access.Compile(&document.Document{
				Catalog:  catalog,
				Accounts: []document.Account{{ID: "a1", Source: "s"}},
				Users:    []document.User{{ID: "ann", Email: "ann@example.com", Role: "boss"}},
				Reports:  []document.Report{{ID: "x", Grants: []document.Grant{{User: "ann", Level: "creator"}}}},
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, kind := range lawKinds {
				k, ok := declared[kind]
				for _, r := range []access.Resource{access.Kind(kind).Resource("x", ""), access.Kind(kind).Resource("x", "a1"), access.Kind(kind).Resource("", "")} {
					offered := slices.Collect(p.Actions(access.User("ann"), r))
					for _, a := range lawActions {
						d := p.Decide(access.User("ann"), a, r)
						lists := slices.Contains(k.Actions, a) || k.Link != "" && a == "session.share" || k.In == role.InAccount && a == "account.view"
						hosts := kind != "company" && kind != "account" && kind != "report"
						switch {
						case hosts && (!ok || k.In == role.InAccount != (r.Account() != "") || !lists) && d.Allowed,
							!hosts && !lists && slices.Contains(lawActions[:5], a) && d.Allowed:
							t.Fatalf("%v with %+v", d, k)
						case hosts && ok && lists && k.In == role.InAccount == (r.Account() != "") && !d.Allowed:
							t.Fatalf("%v with %+v", d, k)
						case slices.Contains(offered, a) != d.Allowed:
							t.Fatalf("offered: %q, but %v", offered, d)
						case d.Allowed:
							hits.Hit("allowed")
						default:
							hits.Hit(string(d.Reason))
						}
						if k.Link != "" {
							hits.Hit("link")
							checkLinkLaw(t, p, k, a, r)
						}
					}
				}
			}
		})
	}
}

// checkLinkLaw makes a link for an action at a resource of a kind with links: it
// can only be made for the link action, where the kind is, and opens that alone.
func checkLinkLaw(t *rapid.T, p *access.Policy, k role.Kind, a access.Action, r access.Resource) {
	e := p.Edit()
	e.SetLink(access.ShareLink{ID: "l", Maker: "ann", Action: a, Resource: r}.Entry())
	next, err := e.Policy()
	if fits := a == k.Link && k.In == role.InAccount == (r.Account() != "") && r.ID() != ""; fits != (err == nil) {
		t.Fatalf("a link for %s at %v, with %+v: %v", a, r, k, err)
	}
	for _, other := range lawActions {
		if d := next.Decide(access.ViaLink("l"), other, r); err == nil && d.Allowed != (other == a) {
			t.Fatalf("%v, by a link for %s", d, a)
		}
	}
}
