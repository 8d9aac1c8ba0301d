package access_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/role"
)

// kindTable says which actions may be asked of which kind of resource. The last
// row is the item that names neither an account nor the company: whatever may
// be asked of an item may be asked of it, and is denied for want of an account.
const kindTable = `
company      | user.invite team.create datagroup.create source.add report.create VIEWING HOST
company      | metric.create metric.edit dimension.create dimension.edit segment.create segment.edit segment.save
company      | audit.read review.run company.edit project.edit project.delete integration.edit token.manage
account      | account.view source.edit source.remove HOST
user         | user.remove user.set-role user.suspend user.set-expiry owner.transfer
role         | role.grant
team         | team.edit team.delete team.set-members team.set-datagroups
group        | datagroup.edit datagroup.delete
report       | report.view report.explore report.comment report.edit report.set report.unshare report.delete HOST
report       | report.share-creator report.share-editor report.share-explorer report.share-viewer
link         | link.revoke
item         | account.view VIEWING HOST
company item | VIEWING HOST
neither      | account.view VIEWING HOST
`

const (
	viewingActions = "recording.view heatmap.view insight.view session.filter session.share"
	hostAction     = "budget.edit"
)

// kindRows returns the actions of each row of kindTable.
func kindRows() map[string][]access.Action {
	table := make(map[string][]access.Action)
	text := strings.NewReplacer("VIEWING", viewingActions, "HOST", hostAction).Replace(kindTable)
	for line := range strings.Lines(strings.TrimSpace(text)) {
		kind, actions, _ := strings.Cut(line, "|")
		for _, a := range strings.Fields(actions) {
			table[strings.TrimSpace(kind)] = append(table[strings.TrimSpace(kind)], access.Action(a))
		}
	}
	return table
}

// knownActions returns every action of kindTable, sorted.
func knownActions() []access.Action {
	var all []access.Action
	for _, actions := range kindRows() {
		all = append(all, actions...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// levelOnly are the actions that no role can hold.
func levelOnly(a access.Action) bool {
	return a == "link.revoke" || strings.HasPrefix(string(a), "report.") && a != "report.create"
}

// kindWorld has root, who holds every action a role can hold, is creator of the
// report and maker of the link, and idle, whose role holds none.
func kindWorld() *access.Policy {
	var held []string
	for _, a := range knownActions() {
		if !levelOnly(a) {
			held = append(held, `"`+string(a)+`"`)
		}
	}
	return access.MustLoad(`{
	  "roles": [{"name": "root", "data": "all", "capabilities": [` + strings.Join(held, ",") + `], "manages": ["root", "idle"]},
	            {"name": "idle"}],
	  "accounts": [{"id": "us-1", "source": "google"}],
	  "groups": [{"id": "us", "filter": "everything"}],
	  "teams": [{"id": "emea"}],
	  "users": [{"id": "root", "email": "root@example.com", "role": "root"},
	            {"id": "idle", "email": "idle@example.com", "role": "idle"},
	            {"id": "bob", "email": "bob@example.com", "role": "idle"}],
	  "reports": [{"id": "q3", "grants": [{"user": "root", "level": "creator"}]}],
	  "links": [{"id": "l1", "maker": "root", "action": "report.view", "resource": {"kind": "report", "id": "q3"}}]
	}`)
}

func TestKindTable(t *testing.T) {
	places := []struct {
		row      string
		resource access.Resource
	}{
		{"company", access.Company()},
		{"account", access.Account("us-1")},
		{"user", access.TargetUser("bob")},
		{"role", access.Role("idle")},
		{"team", access.Team("emea")},
		{"group", access.Group("us")},
		{"report", access.Report("q3")},
		{"link", access.Link("l1")},
		{"item", access.Item("campaign", "c1", "us-1")},
		{"company item", access.CompanyItem("budget", "b1")},
		{"neither", access.Item("campaign", "c1", "")},
	}
	table, p := kindRows(), kindWorld()
	if got, want := len(table), len(places); got != want {
		t.Fatalf("the table has %d kinds, want %d", got, want)
	}
	cells, fit := 0, 0
	for _, place := range places {
		for _, action := range knownActions() {
			cells++
			want := "deny wrong-kind kind"
			if slices.Contains(table[place.row], action) {
				fit++
				want = "allow"
				if place.row == "neither" {
					want = "deny account-required reach"
				}
			}
			if got := verdictOf(p.Decide(access.User("root"), action, place.resource)); got != want {
				t.Errorf("root %s %s: %s, want %s", action, place.row, got, want)
			}
			if want != "deny wrong-kind kind" {
				want = idleVerdict(action)
			}
			if got := verdictOf(p.Decide(access.User("idle"), action, place.resource)); got != want {
				t.Errorf("idle %s %s: %s, want %s", action, place.row, got, want)
			}
		}
	}
	if cells != 52*11 || fit != 74 {
		t.Errorf("looked at %d cells, %d of them askable; want %d and 74", cells, fit, 52*11)
	}
}

// idleVerdict is what somebody without any right hears wherever an action may
// be asked.
func idleVerdict(a access.Action) string {
	switch {
	case a == "link.revoke":
		return "deny out-of-reach reach"
	case levelOnly(a):
		return "deny no-level capability"
	}
	return "deny no-capability capability"
}

// verdictOf returns "allow", or "deny" with reason and step.
func verdictOf(d access.Decision) string {
	if d.Allowed {
		return "allow"
	}
	return "deny " + string(d.Reason) + " " + d.Step.String()
}

// TestKindTableIsWhole fails when an action is built in and not in the table.
func TestKindTableIsWhole(t *testing.T) {
	var builtIn []access.Action
	for _, a := range knownActions() {
		if a != hostAction {
			builtIn = append(builtIn, a)
		}
	}
	if got := role.BuiltIn(); !slices.Equal(got, builtIn) {
		t.Errorf("built in are %q, the table has %q", got, builtIn)
	}
}

const companyRoleTable = `
| action | admin | data-manager | user-manager | editor | user | team-member | viewer |
|---|---|---|---|---|---|---|---|
| data scope | all | all | all | all | all | teams | teams |
| 'account.view' | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ |
| 'report.create' | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | – |
| 'user.invite' 'user.remove' 'user.set-role' 'user.suspend' 'user.set-expiry' 'role.grant' | ✓ | – | ✓ | – | – | – | – |
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
| 'user.invite' 'user.remove' 'user.set-role' 'user.suspend' 'user.set-expiry' 'role.grant' 'audit.read' 'review.run' 'company.edit' | ✓ | ✓ | – |
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
	  "catalog": "` + catalog + `",
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
		{"company", companyRoleTable, "viewer", 7 * 39},
		{"project", projectRoleTable, "member", 3 * 39},
	} {
		t.Run(tt.catalog, func(t *testing.T) {
			rows := tableRows(tt.table)
			roles := rows[0][1:]
			p := roleWorld(tt.catalog, tt.target, roles)
			fitting := map[string]access.Resource{
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

// placeOf returns the first built-in kind that kindTable has the action in.
func placeOf(a access.Action) string {
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

const levelTable = `
| level | 'report.view' | 'report.explore' 'report.comment' | 'report.edit' (tabs, widgets) | 'report.set' (name, settings) 'report.unshare' 'report.delete' | report.share-… |
|---|---|---|---|---|---|
| creator | ✓ | ✓ | ✓ | ✓ | '-creator' '-editor' '-explorer' '-viewer' |
| editor | ✓ | ✓ | ✓ | – | '-editor' '-explorer' '-viewer' |
| explorer | ✓ | ✓ | – | – | '-explorer' '-viewer' |
| viewer | ✓ | – | – | – | – |
`

// levelRows returns the actions that levelTable gives each level.
func levelRows() map[string][]access.Action {
	held := make(map[string][]access.Action)
	rows := tableRows(levelTable)
	for _, row := range rows[1:] {
		for i, cell := range row[1:] {
			if cell == "✓" {
				for _, m := range quotedName.FindAllStringSubmatch(rows[0][i+1], -1) {
					held[row[0]] = append(held[row[0]], access.Action(m[1]))
				}
			}
			for _, m := range quotedName.FindAllStringSubmatch(cell, -1) {
				held[row[0]] = append(held[row[0]], access.Action("report.share"+m[1]))
			}
		}
	}
	return held
}

func TestLevelTable(t *testing.T) {
	p := access.MustLoad(`{
	  "teams": [{"id": "explorers", "members": [{"user": "by-team-explorer"}]}, {"id": "viewers", "members": [{"user": "by-team-viewer"}]}],
	  "users": [{"id": "creator", "email": "a@example.com", "role": "viewer"}, {"id": "editor", "email": "b@example.com", "role": "viewer"},
	            {"id": "explorer", "email": "c@example.com", "role": "viewer"}, {"id": "viewer", "email": "d@example.com", "role": "viewer"},
	            {"id": "by-team-explorer", "email": "e@example.com", "role": "viewer"}, {"id": "by-team-viewer", "email": "f@example.com", "role": "viewer"},
	            {"id": "admin", "email": "g@example.com", "role": "admin"}],
	  "reports": [{"id": "q3", "grants": [
	    {"user": "creator", "level": "creator"}, {"user": "editor", "level": "editor"}, {"user": "explorer", "level": "explorer"},
	    {"user": "viewer", "level": "viewer"}, {"team": "explorers", "level": "explorer"}, {"team": "viewers", "level": "viewer"}]}]
	}`)
	held := levelRows()
	for level, n := range map[string]int{"creator": 11, "editor": 7, "explorer": 5, "viewer": 1} {
		if len(held[level]) != n {
			t.Errorf("read %d actions of level %s, want %d", len(held[level]), level, n)
		}
	}
	asked := 0
	for _, tt := range []struct{ user, level, team string }{
		{"creator", "creator", ""}, {"editor", "editor", ""}, {"explorer", "explorer", ""}, {"viewer", "viewer", ""},
		{"by-team-explorer", "explorer", "explorers"}, {"by-team-viewer", "viewer", "viewers"}, {"admin", "none", ""},
	} {
		for _, action := range kindRows()["report"] {
			if action == hostAction {
				continue
			}
			asked++
			want := "deny level-too-low capability"
			switch {
			case slices.Contains(held[tt.level], action):
				want = "allow"
			case tt.level == "none":
				want = "deny no-level capability"
			}
			d := p.Decide(access.User(tt.user), action, access.Report("q3"))
			if got := verdictOf(d); got != want {
				t.Errorf("%s %s: %s, want %s", tt.user, action, got, want)
			}
			if d.Allowed && d.Reason != "grant" || d.Level.String() != tt.level || string(d.Team) != tt.team || d.Role != "" {
				t.Errorf("%s %s: by %s, level %s, team %q, role %q", tt.user, action, d.Reason, d.Level, d.Team, d.Role)
			}
		}
	}
	if asked != 7*11 {
		t.Errorf("asked %d questions, want %d", asked, 7*11)
	}
}

func TestLevels(t *testing.T) {
	for i, name := range []string{"viewer", "explorer", "editor", "creator"} {
		l := access.Level(i + 1)
		if got, err := access.ParseLevel(name); got != l || err != nil {
			t.Errorf("ParseLevel(%q) = %v, %v", name, got, err)
		}
		if got, want := l.ShareAction(), access.Action("report.share-"+name); got != want || l.String() != name || !l.Valid() {
			t.Errorf("level %d is %q, valid %t, shared by %s, want %q and %s", l, l, l.Valid(), got, name, want)
		}
	}
	if l := access.Level(5); l.Valid() || l.ShareAction() != "" || l.String() != "Level(5)" {
		t.Errorf("level 5 is %q, valid %t, shared by %q", l, l.Valid(), l.ShareAction())
	}
}
