package role_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/role"
)

// The two tables are the specification of the shipped catalogs. The last rows of
// the first write in the form of the second what the specification says in words:
// every role may be offered, and team-member is the default.
const companyTable = "" +
	"| action | admin | data-manager | user-manager | editor | user | team-member | viewer |\n" +
	"|---|---|---|---|---|---|---|---|\n" +
	"| data scope | all | all | all | all | all | teams | teams |\n" +
	"| `account.view` | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ |\n" +
	"| `report.create` | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | – |\n" +
	"| `directory.view` (the lists of users, invitations, teams, data groups) | ✓ | ✓ | ✓ | – | – | – | – |\n" +
	"| `user.invite` `user.edit` `user.remove` `user.set-role` `user.suspend` `user.set-expiry` `role.grant` | ✓ | – | ✓ | – | – | – | – |\n" +
	"| `team.create` `team.edit` `team.delete` `team.set-members` `team.set-datagroups` | ✓ | – | ✓ | – | – | – | – |\n" +
	"| `datagroup.create` `datagroup.edit` `datagroup.delete` | ✓ | ✓ | – | – | – | – | – |\n" +
	"| `source.add` `source.edit` (integrated accounts) | ✓ | ✓ | – | ✓ | – | – | – |\n" +
	"| `source.remove` | ✓ | ✓ | – | – | – | – | – |\n" +
	"| `metric.create` `metric.edit` `dimension.create` `dimension.edit` `segment.create` `segment.edit` | ✓ | – | – | ✓ | – | – | – |\n" +
	"| `audit.read` `review.run` | ✓ | – | ✓ | – | – | – | – |\n" +
	"| `company.edit` (name, limits) | ✓ | – | – | – | – | – | – |\n" +
	"| manages | every role | – | every role but admin | – | – | – | – |\n" +
	"| holders | min 1 | | | | | | |\n" +
	"| offered in an invitation | yes | yes | yes | yes | yes | yes (the default) | yes |\n"

const projectTable = "" +
	"| action | owner | admin | member |\n" +
	"|---|---|---|---|\n" +
	"| data scope | all | all | all |\n" +
	"| `account.view` `report.create` `recording.view` `heatmap.view` `insight.view` `session.filter` `session.share` `segment.save` | ✓ | ✓ | ✓ |\n" +
	"| `project.edit` `project.delete` `integration.edit` `token.manage` `source.add` `source.edit` `source.remove` | ✓ | ✓ | – |\n" +
	"| `directory.view` `user.invite` `user.edit` `user.remove` `user.set-role` `user.suspend` `user.set-expiry` `role.grant` `audit.read` `review.run` `company.edit` | ✓ | ✓ | – |\n" +
	"| `owner.transfer` | ✓ | – | – |\n" +
	"| manages | admin, member | admin, member | – |\n" +
	"| offered in an invitation | no | yes | yes (the default) |\n" +
	"| holders | exactly 1 | | |\n"

func TestShippedCatalogs(t *testing.T) {
	for _, tt := range []struct {
		name    string
		table   string
		catalog *role.Catalog
		cells   int
	}{
		{"company", companyTable, role.CompanyCatalog(), 7 * 15},
		{"project", projectTable, role.ProjectCatalog(), 3 * 8},
	} {
		t.Run(tt.name, func(t *testing.T) { checkTable(t, tt.table, tt.catalog, tt.cells) })
	}
}

// checkTable compares every cell of the table with the catalog, and fails
// unless it met the given number of cells.
func checkTable(t *testing.T, table string, c *role.Catalog, want int) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(table), "\n")
	names := splitRow(lines[0])[1:]
	if got := roleNames(c); !slices.Equal(got, names) {
		t.Fatalf("roles = %q, want %q", got, names)
	}
	inTable := make(map[role.Action]bool)
	cells := 0
	for _, line := range lines[2:] {
		row := splitRow(line)
		if len(row) != len(names)+1 {
			t.Fatalf("%d cells in %q, want %d", len(row), line, len(names)+1)
		}
		for i, cell := range row[1:] {
			r, ok := c.Role(role.Name(names[i]))
			if !ok {
				t.Fatalf("Role(%q) is unknown", names[i])
			}
			checkCell(t, c, r, names, row[0], cell)
			cells++
		}
		for _, a := range quoted(row[0]) {
			inTable[a] = true
		}
	}
	if cells != want {
		t.Errorf("compared %d cells, want %d", cells, want)
	}
	if got, want := c.Actions(), slices.Sorted(maps.Keys(inTable)); !slices.Equal(got, want) {
		t.Errorf("Actions() = %q, want those of the table, %q", got, want)
	}
	for _, a := range role.BuiltIn() {
		for _, name := range names {
			if !inTable[a] && c.Can(role.Name(name), a) {
				t.Errorf("%s holds %s, which is not in the table", name, a)
			}
		}
	}
}

func checkCell(t *testing.T, c *role.Catalog, r role.Role, names []string, head, cell string) {
	t.Helper()
	switch head {
	case "data scope":
		if got := r.Scope.String(); got != cell {
			t.Errorf("%s: scope = %s, want %s", r.Name, got, cell)
		}
	case "manages":
		managed := map[string][]string{
			"–":                    nil,
			"every role":           names,
			"every role but admin": slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == "admin" }),
			"admin, member":        {"admin", "member"},
		}
		want, ok := managed[cell]
		if !ok {
			t.Fatalf("%s: cannot read manages %q", r.Name, cell)
		}
		if len(r.Manages) != len(want) {
			t.Errorf("%s: Manages = %q, want %q", r.Name, r.Manages, want)
		}
		for _, n := range names {
			if got := c.Manages(r.Name, role.Name(n)); got != slices.Contains(want, n) {
				t.Errorf("Manages(%s, %s) = %t", r.Name, n, got)
			}
		}
	case "offered in an invitation":
		offered := map[string][2]bool{"no": {}, "yes": {true, false}, "yes (the default)": {true, true}}
		want, ok := offered[cell]
		if got := [2]bool{r.Offered, r.Default}; !ok || got != want {
			t.Errorf("%s: offered, default = %t, want %q", r.Name, got, cell)
		}
		if got := c.Default() == r.Name; got != want[1] {
			t.Errorf("%s is the default: %t, want %q", r.Name, got, cell)
		}
	case "holders":
		bounds := map[string][2]int{"": {}, "min 1": {1, 0}, "exactly 1": {1, 1}}
		want, ok := bounds[cell]
		if got := [2]int{r.MinHolders, r.MaxHolders}; !ok || got != want {
			t.Errorf("%s: holders = %d, want %q", r.Name, got, cell)
		}
	default:
		actions := quoted(head)
		if len(actions) == 0 || cell != "✓" && cell != "–" {
			t.Fatalf("cannot read cell %q of row %q", cell, head)
		}
		for _, a := range actions {
			if got := c.Can(r.Name, a); got != (cell == "✓") {
				t.Errorf("Can(%s, %s) = %t, want %s", r.Name, a, got, cell)
			}
		}
	}
}

// splitRow returns the cells of one line of a table.
func splitRow(line string) []string {
	cells := strings.Split(strings.Trim(line, "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// quoted returns the actions between backquotes.
func quoted(cell string) []role.Action {
	var actions []role.Action
	for i, part := range strings.Split(cell, "`") {
		if i%2 == 1 {
			actions = append(actions, role.Action(part))
		}
	}
	return actions
}

func roleNames(c *role.Catalog) []string {
	var names []string
	for _, r := range c.Roles() {
		names = append(names, string(r.Name))
	}
	return names
}

func TestShippedDifference(t *testing.T) {
	company, project := role.CompanyCatalog(), role.ProjectCatalog()
	const (
		groups   = "datagroup.create datagroup.delete datagroup.edit"
		define   = "dimension.create dimension.edit metric.create metric.edit"
		segments = "segment.create segment.edit"
		add      = "source.add source.edit"
		teams    = "team.create team.delete team.edit team.set-datagroups team.set-members"
		users    = "user.edit user.invite user.remove user.set-expiry user.set-role user.suspend"
	)
	for _, tt := range []struct {
		want    string
		name    string
		catalog *role.Catalog
		a, b    role.Name
	}{
		{"account.view", "viewer over unknown", company, "viewer", "nobody"},
		{"", "unknown over viewer", company, "nobody", "viewer"},
		{"", "viewer over team-member", company, "viewer", "team-member"},
		{"report.create", "team-member over viewer", company, "team-member", "viewer"},
		{"", "user over team-member", company, "user", "team-member"},
		{"", "team-member over user", company, "team-member", "user"},
		{define + " " + segments + " " + add, "editor over user", company, "editor", "user"},
		{groups + " directory.view " + add + " source.remove", "data-manager over user", company, "data-manager", "user"},
		{groups + " directory.view source.remove", "data-manager over editor", company, "data-manager", "editor"},
		{define + " " + segments, "editor over data-manager", company, "editor", "data-manager"},
		{"audit.read directory.view review.run role.grant " + teams + " " + users, "user-manager over user", company, "user-manager", "user"},
		{"", "user over user-manager", company, "user", "user-manager"},
		{"audit.read company.edit " + define + " review.run role.grant " + segments + " " + teams + " " + users, "admin over data-manager", company, "admin", "data-manager"},
		{"company.edit " + groups + " " + define + " " + segments + " " + add + " source.remove", "admin over user-manager", company, "admin", "user-manager"},
		{"", "user-manager over admin", company, "user-manager", "admin"},
		{"owner.transfer", "owner over admin", project, "owner", "admin"},
		{"", "admin over owner", project, "admin", "owner"},
		{"audit.read company.edit directory.view integration.edit project.delete project.edit review.run role.grant " + add + " source.remove token.manage " + users, "admin over member", project, "admin", "member"},
		{"", "member over admin", project, "member", "admin"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, a := range tt.catalog.Difference(tt.a, tt.b) {
				got = append(got, string(a))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("Difference(%s, %s) = %s, want %s", tt.a, tt.b, strings.Join(got, " "), tt.want)
			}
		})
	}
}

func TestShippedCovers(t *testing.T) {
	for _, tt := range []struct {
		covers  string // all that the role covers, in catalog order
		name    string
		catalog *role.Catalog
		role    role.Name
	}{
		{"admin data-manager user-manager editor user team-member viewer", "company admin", role.CompanyCatalog(), "admin"},
		{"data-manager user team-member viewer", "company data-manager", role.CompanyCatalog(), "data-manager"},
		{"user-manager user team-member viewer", "company user-manager", role.CompanyCatalog(), "user-manager"},
		{"editor user team-member viewer", "company editor", role.CompanyCatalog(), "editor"},
		{"user team-member viewer", "company user", role.CompanyCatalog(), "user"},
		{"team-member viewer", "company team-member", role.CompanyCatalog(), "team-member"},
		{"viewer", "company viewer", role.CompanyCatalog(), "viewer"},
		{"", "company unknown", role.CompanyCatalog(), "nobody"},
		{"owner admin member", "project owner", role.ProjectCatalog(), "owner"},
		{"admin member", "project admin", role.ProjectCatalog(), "admin"},
		{"member", "project member", role.ProjectCatalog(), "member"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, n := range append(roleNames(tt.catalog), "nobody") {
				if tt.catalog.Covers(tt.role, role.Name(n)) {
					got = append(got, n)
				}
			}
			if strings.Join(got, " ") != tt.covers {
				t.Errorf("%s covers %q, want %q", tt.role, got, tt.covers)
			}
		})
	}
}

// To have no ceiling on user managers, a host changes one field.
func TestUserManagerMayManageAdmins(t *testing.T) {
	shipped := role.CompanyCatalog()
	roles := shipped.Roles()
	i := slices.IndexFunc(roles, func(r role.Role) bool { return r.Name == "user-manager" })
	roles[i].Manages = append(roles[i].Manages, "admin")
	literal, err := role.NewCatalog(roles)
	if err != nil {
		t.Fatal(err)
	}
	if !literal.Manages("user-manager", "admin") || shipped.Manages("user-manager", "admin") {
		t.Errorf("user-manager manages admin: %t in the literal catalog, %t in the shipped one, want true and false",
			literal.Manages("user-manager", "admin"), shipped.Manages("user-manager", "admin"))
	}
	if literal.Equal(shipped) {
		t.Error("the two catalogs are equal")
	}
	roles[i].Manages = shipped.Roles()[i].Manages
	if back, err := role.NewCatalog(roles); err != nil || !back.Equal(shipped) {
		t.Errorf("with the field restored: equal to the shipped catalog: %t, error %v", back.Equal(shipped), err)
	}
}

func TestShippedTexts(t *testing.T) {
	for _, c := range []*role.Catalog{role.CompanyCatalog(), role.ProjectCatalog()} {
		seen := make(map[string]role.Name)
		for _, r := range c.Roles() {
			if r.Title == "" || !strings.HasSuffix(r.Summary, ".") || len(r.Summary) > 120 {
				t.Errorf("%s: title %q, summary %q: want a title and one short sentence", r.Name, r.Title, r.Summary)
			}
			for _, text := range []string{r.Title, r.Summary} {
				if other, ok := seen[text]; ok {
					t.Errorf("%s and %s are both described as %q", other, r.Name, text)
				}
				seen[text] = r.Name
			}
		}
	}
}
