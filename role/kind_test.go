package role_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ambit-authz/ambit/role"
)

type ks = []role.Kind

// pilot holds two actions of the host's, and a viewing action.
var pilot = role.Role{Name: "pilot", Capabilities: as{"campaign.pause", "note.pin", "recording.view"}}

// TestNewCatalogRefusesKinds has for each rule about kinds what breaks it alone.
func TestNewCatalogRefusesKinds(t *testing.T) {
	all := role.Kind{Name: "all", In: role.InAccount, Actions: as{"campaign.pause", "note.pin"}}
	many1024 := append(many[role.Action]("a", 1023), "campaign.pause", "note.pin")
	for _, tt := range []struct {
		want   error
		kind   string
		action role.Action
		name   string
		kinds  []role.Kind
	}{
		{role.ErrLimit, "", "", "257 kinds", slices.Repeat(ks{all}, 257)},
		{role.ErrLimit, "k", "", "1,025 actions at one kind", ks{all, {Name: "k", In: role.InAccount, Actions: many1024}}},
		{role.ErrInvalidName, "", "", "no name", ks{all, {In: role.InAccount}}},
		{role.ErrInvalidName, "ad group", "", "name with a space", ks{all, {Name: "ad group", In: role.InAccount}}},
		{role.ErrInvalidName, "*", "", "star", ks{all, {Name: "*", In: role.InAccount}}},
		{role.ErrDuplicate, "all", "", "two kinds of one name", ks{all, all}},
		{role.ErrReserved, "user", "", "user", ks{all, {Name: "user"}}},
		{role.ErrReserved, "role", "", "role", ks{all, {Name: "role"}}},
		{role.ErrReserved, "team", "", "team", ks{all, {Name: "team"}}},
		{role.ErrReserved, "group", "", "group", ks{all, {Name: "group"}}},
		{role.ErrReserved, "link", "", "link", ks{all, {Name: "link"}}},
		{role.ErrReserved, "invitation", "", "invitation", ks{all, {Name: "invitation"}}},
		{role.ErrReserved, "attribute", "", "attribute", ks{all, {Name: "attribute"}}},
		{role.ErrReserved, "review", "", "review", ks{all, {Name: "review"}}},
		{role.ErrReserved, "catalog", "", "catalog", ks{all, {Name: "catalog"}}},
		{role.ErrPlace, "page", "", "no place", ks{all, {Name: "page"}}},
		{role.ErrPlace, "page", "", "an unknown place", ks{all, {Name: "page", In: 3}}},
		{role.ErrPlace, "company", "", "the company in the company", ks{all, {Name: "company", In: role.InCompany}}},
		{role.ErrPlace, "account", "", "an account in an account", ks{all, {Name: "account", In: role.InAccount}}},
		{role.ErrPlace, "report", "", "a report in the company", ks{all, {Name: "report", In: role.InCompany}}},
		{role.ErrInvalidAction, "page", "*", "star as an action", ks{all, {Name: "page", In: role.InCompany, Actions: as{"*"}}}},
		{role.ErrInvalidAction, "page", "", "empty action", ks{all, {Name: "page", In: role.InCompany, Actions: as{""}}}},
		{role.ErrDuplicate, "page", "note.pin", "action twice", ks{all, {Name: "page", In: role.InCompany, Actions: as{"note.pin", "note.pin"}}}},
		{role.ErrKindAction, "page", "account.view", "account.view, which needs no listing", ks{all, {Name: "page", In: role.InAccount, Actions: as{"account.view"}}}},
		{role.ErrKindAction, "page", "session.share", "session.share, which comes with a link action", ks{all, {Name: "page", In: role.InAccount, Actions: as{"session.share"}}}},
		{role.ErrKindAction, "page", "company.edit", "an action of the company", ks{all, {Name: "page", In: role.InCompany, Actions: as{"company.edit"}}}},
		{role.ErrKindAction, "company", "segment.edit", "what the company has already", ks{all, {Name: "company", Actions: as{"segment.edit"}}}},
		{role.ErrKindAction, "page", "report.view", "an action of a level", ks{all, {Name: "page", In: role.InCompany, Actions: as{"report.view"}}}},
		{role.ErrKindAction, "account", "recording.view", "a viewing action at accounts", ks{all, {Name: "account", Actions: as{"recording.view"}}}},
		{role.ErrKindAction, "report", "heatmap.view", "a viewing action at reports", ks{all, {Name: "report", Actions: as{"heatmap.view"}}}},
		{role.ErrLink, "page", "recording.view", "link action that is not listed", ks{all, {Name: "page", In: role.InCompany, Actions: as{"note.pin"}, Link: "recording.view"}}},
		{role.ErrLink, "page", "account.view", "account.view as the link action", ks{all, {Name: "page", In: role.InAccount, Link: "account.view"}}},
		{role.ErrLink, "company", "note.pin", "links to the company", ks{all, {Name: "company", Actions: as{"note.pin"}, Link: "note.pin"}}},
		{role.ErrLink, "account", "note.pin", "links to accounts", ks{all, {Name: "account", Actions: as{"note.pin"}, Link: "note.pin"}}},
		{role.ErrLink, "report", "note.pin", "another link to reports", ks{all, {Name: "report", Actions: as{"note.pin"}, Link: "note.pin"}}},
		{role.ErrUnheld, "page", "note.pni", "a misspelt action", ks{all, {Name: "page", In: role.InCompany, Actions: as{"note.pni"}}}},
		{role.ErrUnlisted, "", "note.pin", "an action that no kind lists", ks{{Name: "page", In: role.InCompany, Actions: as{"campaign.pause"}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := role.NewCatalog(rs{pilot}, tt.kinds...)
			if c != nil {
				t.Error("a refused catalog is not nil")
			}
			var got []*role.Error
			for _, e := range unjoin(t, err) { // the many actions have the problem of their own that no role holds them
				if !errors.Is(e, role.ErrUnheld) || tt.want == role.ErrUnheld {
					got = append(got, e)
				}
			}
			if len(got) != 1 || !errors.Is(got[0], tt.want) || got[0].Kind != tt.kind || got[0].Action != tt.action {
				t.Fatalf("%v, want one problem: kind %q, action %q: %v", err, tt.kind, tt.action, tt.want)
			}
			if msg := got[0].Error(); !strings.HasPrefix(msg, "role: ") || strings.ContainsAny(msg, "\n\r") || len(msg) > 300 {
				t.Errorf("message %q: want a short line that begins with the package", msg)
			}
		})
	}
}

// TestTeamScope: a role that sees its teams' data hands out no role that sees
// all of it.
func TestTeamScope(t *testing.T) {
	wide := role.Role{Name: "wide", Scope: role.AllData}
	for _, tt := range []struct {
		want  error
		name  string
		roles []role.Role
	}{
		{role.ErrTeamScope, "manages all data", rs{wide, {Name: "r", Manages: ns{"wide"}}}},
		{role.ErrTeamScope, "manages all data, listed later", rs{{Name: "r", Manages: ns{"r", "wide"}}, wide}},
		{role.ErrTeamScope, "transfers the ownership", rs{{Name: "r", Capabilities: as{"owner.transfer"}}}},
		{nil, "manages roles of teams", rs{wide, {Name: "r", Manages: ns{"r", "s"}}, {Name: "s"}}},
		{nil, "all data manages all", rs{wide, {Name: "r", Scope: role.AllData, Manages: ns{"r", "wide"}, Capabilities: as{"owner.transfer"}}}},
	} {
		if _, err := role.NewCatalog(tt.roles); !errors.Is(err, tt.want) || err != nil && len(unjoin(t, err)) != 1 {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestNewCatalogAcceptsKinds(t *testing.T) {
	for name, kinds := range map[string]ks{
		"one action at several kinds": {{Name: "page", In: role.InCompany, Actions: as{"note.pin", "campaign.pause"}}, {Name: "row", In: role.InAccount, Actions: as{"note.pin"}}},
		"at every built-in kind":      {{Name: "company", Actions: as{"note.pin", "recording.view"}}, {Name: "account", Actions: as{"note.pin"}}, {Name: "report", Actions: as{"campaign.pause"}}},
		"a viewing action unheld":     {{Name: "page", In: role.InCompany, Actions: as{"note.pin", "campaign.pause", "heatmap.view"}, Link: "heatmap.view"}},
		"a kind without actions":      {{Name: "row", In: role.InAccount}, {Name: "page", In: role.InCompany, Actions: as{"note.pin", "campaign.pause"}}},
		"names that differ in case":   {{Name: "Page", In: role.InCompany, Actions: as{"note.pin"}}, {Name: "page", In: role.InAccount, Actions: as{"campaign.pause"}}, {Name: "Company", In: role.InAccount}},
	} {
		c, err := role.NewCatalog(rs{pilot}, kinds...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := c.Kinds(); len(got) != len(kinds) || !slices.IsSortedFunc(got, func(a, b role.Kind) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("%s: kinds %v", name, got)
		}
		if again, err := role.NewCatalog(c.Roles(), c.Kinds()...); err != nil || !again.Equal(c) {
			t.Errorf("%s: made again: %v", name, err)
		}
	}
}

// TestKindsAreCopied changes what goes in and what comes out.
func TestKindsAreCopied(t *testing.T) {
	in := ks{{Name: "page", In: role.InCompany, Actions: as{"note.pin", "campaign.pause"}}}
	c, err := role.NewCatalog(rs{pilot}, in...)
	if err != nil {
		t.Fatal(err)
	}
	in[0].Actions[0] = "x"
	c.Kinds()[0].Actions[0] = "x"
	one, _ := c.Kind("page")
	one.Actions[0] = "x"
	want := ks{{Name: "page", In: role.InCompany, Actions: as{"campaign.pause", "note.pin"}}}
	if diff := cmp.Diff(want, c.Kinds()); diff != "" {
		t.Errorf("the catalog changed (-want +got):\n%s", diff)
	}
	if k, ok := c.Kind("pag"); ok || k.Name != "" {
		t.Errorf("a kind that nobody declared is %v", k)
	}
	for name, c := range map[string]*role.Catalog{"nil": nil, "zero": {}} {
		if _, ok := c.Kind("page"); ok || len(c.Kinds()) != 0 {
			t.Errorf("the %s catalog has kinds", name)
		}
	}
}

// TestEqualComparesKinds changes one field at a time.
func TestEqualComparesKinds(t *testing.T) {
	base := role.Kind{Name: "page", In: role.InCompany, Actions: as{"note.pin", "campaign.pause"}, Link: "note.pin"}
	other := role.Kind{Name: "row", In: role.InAccount, Actions: as{"note.pin"}}
	catalog := func(kinds ...role.Kind) *role.Catalog {
		c, err := role.NewCatalog(rs{pilot}, kinds...)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	changed := func(f func(*role.Kind)) *role.Catalog {
		k := base
		f(&k)
		return catalog(k, other)
	}
	for name, tt := range map[string]struct {
		want  bool
		other *role.Catalog
	}{
		"kinds in another order":   {true, catalog(other, base)},
		"actions in another order": {true, changed(func(k *role.Kind) { k.Actions = as{"campaign.pause", "note.pin"} })},
		"name":                     {false, changed(func(k *role.Kind) { k.Name = "leaf" })},
		"place":                    {false, changed(func(k *role.Kind) { k.In = role.InAccount })},
		"actions":                  {false, changed(func(k *role.Kind) { k.Actions = append(k.Actions, "recording.view") })},
		"link":                     {false, changed(func(k *role.Kind) { k.Link = "" })},
		"a kind less":              {false, catalog(base)},
	} {
		if c := catalog(base, other); c.Equal(tt.other) != tt.want || tt.other.Equal(c) != tt.want {
			t.Errorf("%s: equal is not %t", name, tt.want)
		}
	}
}

// TestPlaceText writes places as text and reads them back, in a kind as well.
func TestPlaceText(t *testing.T) {
	for text, place := range map[string]role.Place{"account": role.InAccount, "company": role.InCompany} {
		got, err := place.MarshalText()
		if err != nil || string(got) != text || place.String() != text {
			t.Errorf("%v is written as %q, %v", place, got, err)
		}
		var back role.Place
		if err := back.UnmarshalText([]byte(text)); err != nil || back != place {
			t.Errorf("%q is read as %v, %v", text, back, err)
		}
	}
	for _, place := range []role.Place{0, 3} {
		if _, err := place.MarshalText(); !errors.Is(err, role.ErrPlace) {
			t.Errorf("%v is written, %v", place, err)
		}
	}
	place := role.InCompany
	for _, text := range []string{"", "Account", "report", "Place(1)"} {
		if err := place.UnmarshalText([]byte(text)); !errors.Is(err, role.ErrPlace) || place != role.InCompany {
			t.Errorf("%q is read as %v, %v", text, place, err)
		}
	}
	for want, k := range map[string]role.Kind{
		`{"name":"company","actions":["a"]}`:                            {Name: "company", Actions: as{"a"}},
		`{"name":"page","in":"account","actions":["a","b"],"link":"a"}`: {Name: "page", In: role.InAccount, Actions: as{"a", "b"}, Link: "a"},
	} {
		text, err := json.Marshal(k)
		var back role.Kind
		if err != nil || string(text) != want || json.Unmarshal(text, &back) != nil || !cmp.Equal(back, k) {
			t.Errorf("%+v is written as %s, %v, and read as %+v", k, text, err, back)
		}
	}
}
