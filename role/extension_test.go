package role_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/internal/growth"
	"github.com/ambit-authz/ambit/role"
)

// TestExtend adds a kind, a role and a grant to a shipped catalog.
func TestExtend(t *testing.T) {
	project := role.ProjectCatalog()
	c, err := project.Extend(role.Extension{
		Kinds: ks{
			{Name: "campaign", In: role.InAccount, Actions: as{"campaign.pause"}, Link: "campaign.pause"},
			{Name: "session", Actions: as{"session.erase"}},
			{Name: "heatmap", In: role.InAccount, Link: "heatmap.view"},
		},
		Roles: rs{{Name: "lead", Manages: ns{"pilot", "lead"}}, {Name: "pilot", Capabilities: as{"campaign.pause", "user.invite"}, Offered: true}},
		Grant: map[role.Name][]role.Action{"member": {"campaign.pause"}, "owner": {"session.erase"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := ks{
		{Name: "campaign", In: role.InAccount, Actions: as{"campaign.pause"}, Link: "campaign.pause"},
		{Name: "heatmap", In: role.InAccount, Actions: as{"heatmap.view"}, Link: "heatmap.view"},
		{Name: "insight", In: role.InAccount, Actions: as{"insight.view"}},
		{Name: "session", In: role.InAccount, Actions: as{"recording.view", "session.erase", "session.filter"}, Link: "recording.view"},
	}
	if diff := cmp.Diff(want, c.Kinds()); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
	if got, want := roleNames(c), []string{"owner", "admin", "member", "lead", "pilot"}; !slices.Equal(got, want) {
		t.Errorf("roles %q, want %q", got, want)
	}
	for _, tt := range []struct {
		want          bool
		actor, target role.Name
	}{
		{true, "owner", "lead"}, {true, "owner", "pilot"}, {true, "owner", "member"}, {false, "owner", "owner"},
		{false, "admin", "lead"}, {false, "admin", "pilot"}, {true, "admin", "member"}, {true, "lead", "pilot"}, {false, "pilot", "lead"},
	} {
		if got := c.Manages(tt.actor, tt.target); got != tt.want {
			t.Errorf("%s manages %s: %t", tt.actor, tt.target, got)
		}
	}
	for _, tt := range []struct {
		want   bool
		role   role.Name
		action role.Action
	}{
		{true, "member", "campaign.pause"}, {false, "admin", "campaign.pause"}, {true, "owner", "session.erase"}, {false, "member", "session.erase"},
		{true, "pilot", "user.invite"},
	} {
		if got := c.Can(tt.role, tt.action); got != tt.want {
			t.Errorf("%s holds %s: %t", tt.role, tt.action, got)
		}
	}
	if !project.Equal(role.ProjectCatalog()) {
		t.Error("the catalog that was extended changed")
	}
	if same, err := project.Extend(role.Extension{}); err != nil || !same.Equal(project) {
		t.Errorf("extended by nothing it is another, %v", err)
	}
}

// TestExtendRefuses has for each rule of an extension what breaks it alone.
func TestExtendRefuses(t *testing.T) {
	listed := ks{{Name: "account", Actions: as{"note.pin"}}}
	for _, tt := range []struct {
		want   error
		role   role.Name
		kind   string
		action role.Action
		name   string
		e      role.Extension
	}{
		{role.ErrBuiltIn, "member", "", "project.edit", "grants a built-in action", role.Extension{Grant: map[role.Name][]role.Action{"member": {"project.edit"}}}},
		{role.ErrBuiltIn, "member", "", "report.view", "grants an action of a level", role.Extension{Grant: map[role.Name][]role.Action{"member": {"report.view"}}}},
		{role.ErrBuiltIn, "member", "", "recording.view", "grants what is held already", role.Extension{Grant: map[role.Name][]role.Action{"member": {"recording.view"}}}},
		{role.ErrUnknownRole, "king", "", "", "grants to nobody", role.Extension{Grant: map[role.Name][]role.Action{"king": {"note.pin"}}}},
		{role.ErrUnknownRole, "king", "", "", "grants what a kind lists to nobody", role.Extension{Kinds: listed, Grant: map[role.Name][]role.Action{"king": {"note.pin"}}}},
		{role.ErrUnlisted, "member", "", "note.pin", "grants what no kind lists", role.Extension{Grant: map[role.Name][]role.Action{"member": {"note.pin"}}}},
		{role.ErrDuplicate, "member", "", "note.pin", "grants twice", role.Extension{Kinds: listed, Grant: map[role.Name][]role.Action{"member": {"note.pin", "note.pin"}}}},
		{role.ErrUnheld, "", "account", "note.pin", "lists what no role holds", role.Extension{Kinds: listed}},
		{role.ErrDuplicate, "member", "", "", "a role that is there", role.Extension{Roles: rs{{Name: "member"}}}},
		{role.ErrDefault, "guest", "", "", "another default", role.Extension{Roles: rs{{Name: "guest", Offered: true, Default: true}}}},
		{role.ErrPlace, "", "session", "", "a kind that is there in another place", role.Extension{Kinds: ks{{Name: "session", In: role.InCompany}}}},
		{role.ErrLink, "", "session", "session.filter", "another link action", role.Extension{Kinds: ks{{Name: "session", Link: "session.filter"}}}},
		{role.ErrDuplicate, "", "session", "session.filter", "an action that is listed", role.Extension{Kinds: ks{{Name: "session", Actions: as{"session.filter"}}}}},
		{role.ErrTeamScope, "guest", "", "", "a role of teams that manages all data", role.Extension{Roles: rs{{Name: "guest", Manages: ns{"member"}}}}},
		{role.ErrDuplicate, "", "session", "", "a kind that is there twice", role.Extension{Kinds: ks{{Name: "session"}, {Name: "session"}}}},
		{role.ErrLimit, "", "", "", "a great many roles", role.Extension{Roles: manyRoles(10_000)}},
		{role.ErrLimit, "", "", "", "a great many kinds", role.Extension{Kinds: manyKinds(10_000)}},
		{role.ErrDuplicate, "", "page", "", "one new kind twice", role.Extension{Kinds: ks{{Name: "page", In: role.InCompany}, {Name: "page", In: role.InCompany}}}},
	} {
		c, err := role.ProjectCatalog().Extend(tt.e)
		if c != nil || err == nil {
			t.Errorf("%s: it is accepted", tt.name)
			continue
		}
		got := unjoin(t, err)
		if len(got) != 1 || !errors.Is(err, tt.want) || got[0].Role != tt.role || got[0].Kind != tt.kind || got[0].Action != tt.action {
			t.Errorf("%s: %v, want role %q, kind %q, action %q: %v", tt.name, err, tt.role, tt.kind, tt.action, tt.want)
		}
	}
	if _, err := (*role.Catalog)(nil).Extend(role.Extension{}); !errors.Is(err, role.ErrEmpty) {
		t.Errorf("a nil catalog extended by nothing: %v", err)
	}
}

// TestExtendGrowth: an extension with far too much in it is refused at the cost
// of reading it.
func TestExtendGrowth(t *testing.T) {
	for name, of := range map[string]func(n int) role.Extension{
		"roles":      func(n int) role.Extension { return role.Extension{Roles: manyRoles(n)} },
		"kinds":      func(n int) role.Extension { return role.Extension{Kinds: manyKinds(n)} },
		"one role":   func(n int) role.Extension { return role.Extension{Roles: slices.Repeat(manyRoles(1), n)} },
		"known role": func(n int) role.Extension { return role.Extension{Roles: slices.Repeat(rs{{Name: "member"}}, n)} },
		"known kind": func(n int) role.Extension { return role.Extension{Kinds: slices.Repeat(ks{{Name: "session"}}, n)} },
	} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 500, func(n int) func() {
				e := of(n)
				return func() {
					if _, err := role.ProjectCatalog().Extend(e); err == nil {
						t.Error("it is accepted")
					}
				}
			})
		})
	}
}

// TestExtensionGivesNoBuiltInAction: whatever is added to a shipped catalog, its
// own roles hold the built-in actions they had, and manage the roles they did;
// only the first manages the new ones.
func TestExtensionGivesNoBuiltInAction(t *testing.T) {
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.SampledFrom([]*role.Catalog{role.CompanyCatalog(), role.ProjectCatalog()}).Draw(t, "base")
		e := role.Extension{Grant: map[role.Name][]role.Action{}}
		for _, r := range base.Roles() {
			e.Grant[r.Name] = rapid.SliceOfNDistinct(rapid.SampledFrom(as{"a.a", "a.b"}), 0, 2, rapid.ID).Draw(t, "grant")
		}
		builtIn := rapid.IntRange(0, 2).Draw(t, "built in") == 0
		if name := base.Roles()[rapid.IntRange(0, 2).Draw(t, "to")].Name; builtIn {
			e.Grant[name] = append(e.Grant[name], rapid.SampledFrom(role.BuiltIn()).Draw(t, "granted"))
		}
		e.Roles = rs{{Name: "extra", Capabilities: as{"a.a", "a.b"}, Manages: rapid.SliceOfNDistinct(rapid.SampledFrom(ns{"extra"}), 0, 1, rapid.ID).Draw(t, "manages")}}
		e.Kinds = ks{{Name: "page", In: role.InCompany, Actions: as{"a.a", "a.b"}}}
		c, err := base.Extend(e)
		if builtIn != errors.Is(err, role.ErrBuiltIn) || !builtIn && err != nil {
			t.Fatalf("grants a built-in action: %t, and Extend says %v", builtIn, err)
		}
		if err != nil {
			return
		}
		accepted++
		for i, r := range base.Roles() {
			for _, a := range role.BuiltIn() {
				if c.Can(r.Name, a) != base.Can(r.Name, a) {
					t.Fatalf("%s: %s changed", r.Name, a)
				}
			}
			for _, to := range base.Roles() {
				if c.Manages(r.Name, to.Name) != base.Manages(r.Name, to.Name) {
					t.Fatalf("%s manages %s: it changed", r.Name, to.Name)
				}
			}
			if c.Manages(r.Name, "extra") != (i == 0) {
				t.Fatalf("%s manages the added role: %t", r.Name, i != 0)
			}
		}
	})
	if accepted == 0 {
		t.Error("no extension was accepted")
	}
}

// manyKinds returns so many kinds of names that differ.
func manyKinds(n int) (all ks) {
	for i := range n {
		all = append(all, role.Kind{Name: fmt.Sprint("k", i), In: role.InCompany})
	}
	return all
}
