package access_test

import (
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/role"
	"pgregory.net/rapid"
)

// TestCatalogIsTheModel spoils catalogs in one place: role.NewCatalog takes those
// that keep the rules, and no other.
func TestCatalogIsTheModel(t *testing.T) {
	t.Parallel()
	var hits model.Branches
	for range rounds(t, &hits, "", "level action", "team scope", "held, not listed", "listed, not held", "listed", "link", "place") {
		rapid.Check(t, func(t *rapid.T) {
			for range 20 {
				spoil(t, &hits)
			}
		})
	}
}

func spoil(t *rapid.T, hits *model.Branches) {
	actions := []role.Action{"campaign.pause", "note.pin", "recording.view", "account.view", "team.set-members", "source.add",
		"owner.transfer", "report.view", "link.revoke", "nobody.lists"}
	c := model.Draw{T: t}.HostCatalog()
	a := rapid.SampledFrom(actions).Draw(t, "action")
	i, j := rapid.IntRange(0, len(c.Roles)-1).Draw(t, "role"), rapid.IntRange(0, len(c.Kinds)-1).Draw(t, "kind")
	r, k := &c.Roles[i], &c.Kinds[j]
	switch rapid.IntRange(0, 4).Draw(t, "spoil") {
	case 0:
		if !slices.Contains(r.Capabilities, a) {
			r.Capabilities = append(slices.Clone(r.Capabilities), a)
		}
	case 1:
		if !slices.Contains(k.Actions, a) {
			k.Actions = append(slices.Clone(k.Actions), a)
		}
	case 2:
		k.Link = a
	case 3:
		k.In = role.Place(rapid.IntRange(0, 2).Draw(t, "in"))
	case 4:
		k.Name = rapid.SampledFrom([]string{"user", "team", "row", "report", "invitation"}).Draw(t, "name")
	}
	broken := c.Broken()
	if _, err := role.NewCatalog(c.Roles, c.Kinds...); (err == nil) != (broken == "") {
		t.Fatalf("%v, but %q\n%+v", err, broken, c)
	}
	hits.Hit(broken)
}
