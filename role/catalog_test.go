package role_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/role"
)

func newCatalog(t testing.TB, roles ...role.Role) *role.Catalog {
	t.Helper()
	c, err := role.NewCatalog(roles, listing(roles)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// listing returns a kind that lists the actions of the host's that roles hold,
// or several if there are many.
func listing(roles []role.Role) []role.Kind {
	held := make(map[role.Action]bool)
	for _, r := range roles {
		for _, a := range r.Capabilities {
			if validName(string(a)) && !slices.Contains(role.BuiltIn(), a) {
				held[a] = true
			}
		}
	}
	var kinds []role.Kind
	for part := range slices.Chunk(slices.Sorted(maps.Keys(held)), 1024) {
		kinds = append(kinds, role.Kind{Name: fmt.Sprint("thing", len(kinds)), In: role.InAccount, Actions: part})
	}
	return kinds
}

// validName reports whether a name is formed like an action.
func validName(name string) bool {
	_, err := role.NewCatalog(rs{{Name: role.Name(name)}})
	return err == nil
}

func TestZeroValues(t *testing.T) {
	known := role.CompanyCatalog()
	for _, tt := range []struct {
		name    string
		catalog *role.Catalog
	}{
		{"nil", nil},
		{"zero", new(role.Catalog)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := tt.catalog
			if n := len(c.Roles()) + len(c.Actions()) + len(c.Difference("admin", "viewer")); n != 0 {
				t.Errorf("it lists %d roles and actions", n)
			}
			if r, ok := c.Role("admin"); ok || r.Name != "" {
				t.Errorf("it knows %q", r.Name)
			}
			if c.Can("admin", "account.view") || c.Can("", "") {
				t.Error("it allows")
			}
			if c.Manages("admin", "viewer") || c.Covers("admin", "viewer") || c.Covers("", "") || c.Manages("", "") {
				t.Error("its roles manage or cover")
			}
			if got := c.Default(); got != "" {
				t.Errorf("Default() = %q", got)
			}
			if !c.Equal(nil) || !c.Equal(new(role.Catalog)) || c.Equal(known) || known.Equal(c) {
				t.Error("it does not equal exactly the nil and the zero catalog")
			}
		})
	}
	if known.Can("", "account.view") || known.Can("admin", "") || known.Manages("admin", "") || known.Covers("admin", "") {
		t.Error("a zero name has a meaning in the company catalog")
	}
	if role.Action("").LevelOnly() {
		t.Error("the zero action comes with a level")
	}
	if got := (&role.Error{}).Error(); got != "role: unknown problem" {
		t.Errorf("the zero Error prints %q", got)
	}
}

func TestScope(t *testing.T) {
	for _, tt := range []struct {
		want  string
		scope role.Scope
	}{
		{"teams", 0},
		{"teams", role.ByTeams},
		{"all", role.AllData},
		{"Scope(2)", 2},
		{"Scope(255)", 255},
	} {
		if got := tt.scope.String(); got != tt.want {
			t.Errorf("Scope(%d).String() = %q, want %q", uint8(tt.scope), got, tt.want)
		}
	}
	if role.ByTeams >= role.AllData {
		t.Error("the wider scope is not the greater value")
	}
}

// full returns a role with every field set.
func full() role.Role {
	return role.Role{
		Name: "r", Title: "T", Summary: "S.", Capabilities: as{"b", "a"}, Scope: role.AllData, Manages: ns{"s", "r"},
		Offered: true, Default: true, MinHolders: 1, MaxHolders: 2,
	}
}

func TestRolesAreCopied(t *testing.T) {
	in := []role.Role{full(), {Name: "s", Capabilities: as{}, Manages: ns{}}}
	c := newCatalog(t, in...)
	want := full()
	want.Capabilities, want.Manages = as{"a", "b"}, ns{"r", "s"}

	in[0].Name, in[0].Capabilities[0], in[0].Manages[0] = "x", "x", "x"
	if diff := cmp.Diff(rs{want, {Name: "s"}}, c.Roles()); diff != "" {
		t.Errorf("after a change to what was handed in (-want +got):\n%s", diff)
	}

	out := c.Roles()
	out[0].Capabilities[0], out[0].Manages[0], out[1].Name = "x", "x", "x"
	_ = append(out[0].Capabilities[:1], "x")
	one, _ := c.Role("r")
	one.Capabilities[1], one.Manages[1] = "x", "x"
	c.Actions()[0] = "x"
	c.Difference("r", "s")[0] = "x"
	if diff := cmp.Diff(rs{want, {Name: "s"}}, c.Roles()); diff != "" {
		t.Errorf("after a change to what was handed out (-want +got):\n%s", diff)
	}
	if !c.Can("r", "a") || !c.Can("r", "b") || c.Can("r", "x") || !c.Manages("r", "s") || c.Manages("r", "x") {
		t.Error("the answers changed with what was handed out")
	}
}

func TestEqual(t *testing.T) {
	s := role.Role{Name: "s"}
	base := newCatalog(t, full(), s)
	change := func(f func(*role.Role)) *role.Catalog {
		r := full()
		f(&r)
		return newCatalog(t, r, s)
	}
	for _, tt := range []struct {
		want  bool
		name  string
		other *role.Catalog
	}{
		{true, "itself", base},
		{true, "made again", newCatalog(t, base.Roles()...)},
		{true, "lists in another order", change(func(r *role.Role) { r.Capabilities, r.Manages = as{"a", "b"}, ns{"r", "s"} })},
		{true, "empty lists for nil", newCatalog(t, full(), role.Role{Name: "s", Capabilities: as{}, Manages: ns{}})},
		{false, "roles in another order", newCatalog(t, s, full())},
		{false, "a role more", newCatalog(t, full(), s, role.Role{Name: "t"})},
		{false, "another name", newCatalog(t, full(), role.Role{Name: "s"}, role.Role{Name: "u"})},
		{false, "name", newCatalog(t, role.Role{Name: "u"}, role.Role{Name: "s"})},
		{false, "title", change(func(r *role.Role) { r.Title = "x" })},
		{false, "summary", change(func(r *role.Role) { r.Summary = "x" })},
		{false, "capabilities", change(func(r *role.Role) { r.Capabilities = as{"a", "c"} })},
		{false, "scope", change(func(r *role.Role) { r.Scope = role.ByTeams })},
		{false, "manages", change(func(r *role.Role) { r.Manages = ns{"s"} })},
		{false, "offered", change(func(r *role.Role) { r.Offered, r.Default = false, false })},
		{false, "default", change(func(r *role.Role) { r.Default = false })},
		{false, "minimum", change(func(r *role.Role) { r.MinHolders = 0 })},
		{false, "maximum", change(func(r *role.Role) { r.MaxHolders = 0 })},
		{false, "nil", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := base.Equal(tt.other); got != tt.want {
				t.Errorf("Equal = %t, want %t", got, tt.want)
			}
			if got := tt.other.Equal(base); got != tt.want {
				t.Errorf("Equal the other way = %t, want %t", got, tt.want)
			}
		})
	}
}

func TestShippedCatalogsMadeAgain(t *testing.T) {
	company, project := role.CompanyCatalog(), role.ProjectCatalog()
	for name, c := range map[string]*role.Catalog{"company": company, "project": project} {
		if again, err := role.NewCatalog(c.Roles(), c.Kinds()...); err != nil || !again.Equal(c) {
			t.Errorf("the %s catalog differs from the one made from its roles and kinds: %v", name, err)
		}
	}
	if company.Equal(project) {
		t.Error("the two catalogs are equal")
	}
}

func TestQuestionsDoNotAllocate(t *testing.T) {
	c := role.CompanyCatalog()
	allocs := testing.AllocsPerRun(100, func() {
		if !c.Can("editor", "source.add") || c.Can("nobody", "source.add") || !c.Manages("admin", "viewer") || !c.Covers("admin", "viewer") {
			t.Error("wrong answer")
		}
	})
	if allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
}

// model is a catalog as loops and sets.
type model map[role.Name]role.Role

func (m model) holds(name role.Name, a role.Action) bool {
	return slices.Contains(m[name].Capabilities, a)
}

func (m model) difference(a, b role.Name) []role.Action {
	set := make(map[role.Action]bool)
	for _, action := range m[a].Capabilities {
		if !m.holds(b, action) {
			set[action] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

func (m model) covers(a, b role.Name) bool {
	wide, okA := m[a]
	narrow, okB := m[b]
	scope := wide.Scope == role.AllData || narrow.Scope == role.ByTeams
	return okA && okB && scope && len(m.difference(b, a)) == 0
}

func TestCatalogAgreesWithModel(t *testing.T) {
	names := ns{"r", "s", "t", "unknown"}
	actions := as{"account.view", "source.remove", "host.approve", "host"}
	hits := map[string]int{"covers": 0, "same": 0, "scope alone": 0, "capability alone": 0, "unknown": 0, "manages": 0, "not managed": 0}
	rapid.Check(t, func(t *rapid.T) {
		m := make(model)
		var roles []role.Role
		for _, n := range names[:3] {
			r := role.Role{
				Name:         n,
				Scope:        rapid.SampledFrom([]role.Scope{role.ByTeams, role.AllData}).Draw(t, "scope"),
				Capabilities: rapid.SliceOfNDistinct(rapid.SampledFrom(actions), 0, 3, rapid.ID).Draw(t, "capabilities"),
				Manages:      rapid.SliceOfNDistinct(rapid.SampledFrom(names[:3]), 0, 3, rapid.ID).Draw(t, "manages"),
			}
			m[n] = r
			roles = append(roles, r)
		}
		for i, r := range roles { // a role of teams manages no role that sees all
			roles[i].Manages = slices.DeleteFunc(r.Manages, func(n role.Name) bool { return r.Scope < m[n].Scope })
			m[r.Name] = roles[i]
		}
		c, err := role.NewCatalog(roles, listing(roles)...)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range names {
			for _, action := range actions {
				if got := c.Can(a, action); got != m.holds(a, action) {
					t.Fatalf("Can(%s, %s) = %t", a, action, got)
				}
			}
			for _, b := range names {
				checkPair(t, c, m, a, b, hits)
			}
		}
		if again, err := role.NewCatalog(c.Roles(), c.Kinds()...); err != nil || !again.Equal(c) {
			t.Fatalf("made again from its roles: equal %t, error %v", again.Equal(c), err)
		}
	})
	for branch, n := range hits {
		if n == 0 {
			t.Errorf("never met: %s", branch)
		}
	}
}

// checkPair compares what the catalog and the model say of a and b, and counts
// in hits the cases it met.
func checkPair(t *rapid.T, c *role.Catalog, m model, a, b role.Name, hits map[string]int) {
	lacks, covers, manages := m.difference(b, a), m.covers(a, b), slices.Contains(m[a].Manages, b)
	if got := c.Difference(b, a); !slices.Equal(got, lacks) {
		t.Fatalf("Difference(%s, %s) = %q, want %q", b, a, got, lacks)
	}
	if got := c.Covers(a, b); got != covers {
		t.Fatalf("Covers(%s, %s) = %t, want %t", a, b, got, covers)
	}
	if got := c.Manages(a, b); got != manages {
		t.Fatalf("Manages(%s, %s) = %t, want %t", a, b, got, manages)
	}
	narrower := m[a].Scope < m[b].Scope
	switch {
	case a == "unknown" || b == "unknown":
		hits["unknown"]++
	case a == b:
		hits["same"]++
	case covers:
		hits["covers"]++
	case narrower && len(lacks) == 0:
		hits["scope alone"]++
	case !narrower:
		hits["capability alone"]++
	}
	if manages {
		hits["manages"]++
	} else {
		hits["not managed"]++
	}
}

// TestNamesAndHolders: names and bounds of holders are those of the roles.
func TestNamesAndHolders(t *testing.T) {
	for _, c := range []*role.Catalog{role.CompanyCatalog(), role.ProjectCatalog(), nil} {
		var want []role.Name
		for _, r := range c.Roles() {
			want = append(want, r.Name)
			if least, most := c.Holders(r.Name); least != r.MinHolders || most != r.MaxHolders {
				t.Errorf("%s: %d to %d holders, want %d to %d", r.Name, least, most, r.MinHolders, r.MaxHolders)
			}
		}
		if got := slices.Collect(c.Names()); !slices.Equal(got, want) {
			t.Errorf("names %q, want %q", got, want)
		}
		for range c.Names() {
			break
		}
		if least, most := c.Holders("nobody"); least != 0 || most != 0 {
			t.Errorf("of no role: %d to %d", least, most)
		}
	}
}
