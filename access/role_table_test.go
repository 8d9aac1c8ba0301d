package access_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/role"
)

const companyRoleTable = `
| action | admin | data-manager | user-manager | editor | user | team-member | viewer |
|---|---|---|---|---|---|---|---|
| data scope | all | all | all | all | all | teams | teams |
| 'account.view' | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ |
| 'report.create' | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | – |
| 'directory.view' (the lists of users, invitations, teams, data groups) | ✓ | ✓ | ✓ | – | – | – | – |
| 'user.invite' 'user.edit' 'user.remove' 'user.set-role' 'user.suspend' 'user.set-expiry' 'role.grant' | ✓ | – | ✓ | – | – | – | – |
| 'team.create' 'team.edit' 'team.delete' 'team.set-members' 'team.set-datagroups' | ✓ | – | ✓ | – | – | – | – |
| 'datagroup.create' 'datagroup.edit' 'datagroup.delete' | ✓ | ✓ | – | – | – | – | – |
| 'source.add' 'source.edit' (integrated accounts) | ✓ | ✓ | – | ✓ | – | – | – |
| 'source.remove' | ✓ | ✓ | – | – | – | – | – |
| 'metric.create' 'metric.edit' 'dimension.create' 'dimension.edit' 'segment.create' 'segment.edit' | ✓ | – | – | ✓ | – | – | – |
| 'audit.read' 'review.run' | ✓ | – | ✓ | – | – | – | – |
| 'company.edit' (name, limits) | ✓ | – | – | – | – | – | – |
| manages | every role | – | every role but admin | – | – | – | – |
`

const projectRoleTable = `
| action | owner | admin | member |
|---|---|---|---|
| data scope | all | all | all |
| 'account.view' 'report.create' 'recording.view' 'heatmap.view' 'insight.view' 'session.filter' 'session.share' 'segment.save' | ✓ | ✓ | ✓ |
| 'project.edit' 'project.delete' 'integration.edit' 'token.manage' 'source.add' 'source.edit' 'source.remove' | ✓ | ✓ | – |
| 'directory.view' 'user.invite' 'user.edit' 'user.remove' 'user.set-role' 'user.suspend' 'user.set-expiry' 'role.grant' 'audit.read' 'review.run' 'company.edit' | ✓ | ✓ | – |
| 'owner.transfer' | ✓ | – | – |
| manages | admin, member | admin, member | – |
`

// roleWorld has a user called after each role, and one more called target. What
// the teams see is team-1; nobody's team sees other-1.
func roleWorld(catalog, target string, roles []string) *access.Policy {
	var users, members []string
	for _, r := range roles {
		users = append(users, `{"id": "`+r+`", "email": "`+r+`@example.com", "role": "`+r+`"}`)
		members = append(members, `{"user": "`+r+`"}`)
	}
	return access.MustLoad(`{
	  "catalog": ` + catalog + `,
	  "accounts": [{"id": "team-1", "source": "google"}, {"id": "other-1", "source": "google"}],
	  "groups": [{"id": "g", "filter": "id = 'team-1'"}],
	  "teams": [{"id": "t", "groups": ["g"], "members": [` + strings.Join(members, ",") + `]}],
	  "users": [` + strings.Join(users, ",") + `, {"id": "target", "email": "target@example.com", "role": "` + target + `"}]
	}`)
}

func TestRoleTables(t *testing.T) {
	for _, tt := range []struct {
		catalog, table, target string
		cells                  int
	}{
		{"company", companyRoleTable, "viewer", 7 * 41},
		{"project", projectRoleTable, "member", 3 * 41},
	} {
		t.Run(tt.catalog, func(t *testing.T) {
			rows := tableRows(tt.table)
			roles := rows[0][1:]
			p := roleWorld(map[string]string{"company": viewingKinds, "project": `"project"`}[tt.catalog], tt.target, roles)
			fitting := map[string]access.Resource{
				"session": access.Item("session", "s1", "team-1"), "heatmap": access.Item("heatmap", "h1", "team-1"), "insight": access.Item("insight", "i1", "team-1"),
				"company": access.Company(), "account": access.Account("team-1"), "user": access.TargetUser("target"),
				"role": access.Role(tt.target), "team": access.Team("t"), "group": access.Group("g"),
			}
			cells := 0
			for action, marks := range actionMarks(rows) {
				resource := fitting[placeOf(action)]
				for i, r := range roles {
					cells++
					want := "deny no-capability capability"
					if marks[i] == "✓" {
						want = "allow"
					}
					d := p.Decide(access.User(r), action, resource)
					if got := verdictOf(d); got != want {
						t.Errorf("%s %s %s: %s, want %s", r, action, resource, got, want)
					}
					if d.Role != role.Name(r) {
						t.Errorf("%s %s %s: role %q was consulted", r, action, resource, d.Role)
					}
				}
			}
			if cells != tt.cells {
				t.Errorf("looked at %d cells, want %d", cells, tt.cells)
			}
			checkScopes(t, p, roles, rowCalled(rows, "data scope"))
			checkManages(t, p, roles, rowCalled(rows, "manages"))
		})
	}
}

// tableRows returns the cells of a table, without the line below its head.
func tableRows(text string) [][]string {
	var rows [][]string
	for line := range strings.Lines(strings.TrimSpace(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if cells[0] != "---" {
			rows = append(rows, cells)
		}
	}
	return rows
}

func rowCalled(rows [][]string, head string) []string {
	i := slices.IndexFunc(rows, func(row []string) bool { return row[0] == head })
	return rows[i][1:]
}

var quotedName = regexp.MustCompile(`'([^']+)'`)

// actionMarks returns the marks of every action a role can hold. An action that
// the table does not have is held by nobody.
func actionMarks(rows [][]string) map[access.Action][]string {
	marks := make(map[access.Action][]string)
	for _, a := range knownActions() {
		if !levelOnly(a) && a != hostAction {
			marks[a] = slices.Repeat([]string{"–"}, len(rows[0])-1)
		}
	}
	for _, row := range rows {
		for _, m := range quotedName.FindAllStringSubmatch(row[0], -1) {
			marks[access.Action(m[1])] = row[1:]
		}
	}
	return marks
}

// viewingKinds is the company catalog with the kinds of the project catalog.
const viewingKinds = `{"extends": "company", "kinds": [
  {"name": "session", "in": "account", "actions": ["recording.view", "session.filter"], "link": "recording.view"},
  {"name": "heatmap", "in": "account", "actions": ["heatmap.view"]},
  {"name": "insight", "in": "account", "actions": ["insight.view"]}]}`

// placeOf returns the kind of which an action is asked: one of the project
// catalog, or the first built-in one that kindTable has it in.
func placeOf(a access.Action) string {
	switch a {
	case "recording.view", "session.filter", "session.share":
		return "session"
	case "heatmap.view":
		return "heatmap"
	case "insight.view":
		return "insight"
	}
	table := kindRows()
	for _, kind := range []string{"company", "account", "user", "role", "team", "group"} {
		if slices.Contains(table[kind], a) {
			return kind
		}
	}
	return ""
}

// checkScopes asks for the account of the team and for the one that no team
// sees, at company level and in a session.
func checkScopes(t *testing.T, p *access.Policy, roles, scopes []string) {
	t.Helper()
	want := map[string][3]string{"all": {"allow role", "allow role", "deny out-of-reach"}, "teams": {"allow team", "deny out-of-reach", "deny out-of-reach"}}
	for i, r := range roles {
		expected, ok := want[scopes[i]]
		if !ok {
			t.Fatalf("cannot read the scope %q", scopes[i])
		}
		for k, q := range []struct {
			s access.Subject
			r access.Resource
		}{
			{access.User(r), access.Account("team-1")},
			{access.User(r), access.Account("other-1")},
			{access.Session(r, "t"), access.Account("other-1")},
		} {
			d := p.Decide(q.s, "account.view", q.r)
			if got := strings.Fields(d.String())[0]; strings.TrimSuffix(got, ":")+" "+string(d.Reason) != expected[k] {
				t.Errorf("%s account.view %s: %s, want %s", q.s, q.r, d, expected[k])
			}
		}
		if d := p.Decide(access.Session(r, "t"), "account.view", access.Account("team-1")); d.Reason != "team" {
			t.Errorf("%s in team t account.view account:team-1: %s, want allow by team", r, d)
		}
	}
}

// checkManages asks for the granting of every role, and for a change of a user
// of every role.
func checkManages(t *testing.T, p *access.Policy, roles, manages []string) {
	t.Helper()
	for i, actor := range roles {
		for _, r := range roles {
			managed := manages[i] == "every role" || manages[i] == "every role but admin" && r != "admin" ||
				slices.Contains(strings.Split(manages[i], ", "), r)
			grant, change := "allow", "allow"
			switch {
			case manages[i] == "–":
				grant, change = "deny no-capability capability", "deny no-capability capability"
			case !managed:
				grant, change = "deny above-ceiling reach", "deny above-ceiling guard"
			}
			if r == actor && change != "deny no-capability capability" {
				change = "deny self guard"
			}
			if got := verdictOf(p.Decide(access.User(actor), "role.grant", access.Role(r))); got != grant {
				t.Errorf("%s role.grant role:%s: %s, want %s", actor, r, got, grant)
			}
			if got := verdictOf(p.Decide(access.User(actor), "user.set-role", access.TargetUser(r))); got != change {
				t.Errorf("%s user.set-role user:%s: %s, want %s", actor, r, got, change)
			}
		}
	}
}
