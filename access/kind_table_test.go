package access_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/role"
)

// kindTable says which actions may be asked of which kind of resource, as far as
// the kinds of kindCatalog list what SPEC lets them list. The last three rows
// are of resources that do not name what their kind belongs to, or name what it
// does not, and of a kind that nobody declared.
const kindTable = `
company      | directory.view user.invite team.create datagroup.create source.add report.create VIEWING HOST
company      | metric.create metric.edit dimension.create dimension.edit segment.create segment.edit segment.save
company      | audit.read review.run company.edit project.edit project.delete integration.edit token.manage
account      | account.view source.edit source.remove HOST
user         | user.edit user.remove user.set-role user.suspend user.set-expiry owner.transfer
role         | role.grant
team         | team.edit team.delete team.set-members team.set-datagroups
group        | datagroup.edit datagroup.delete
report       | report.view report.explore report.comment report.edit report.set report.unshare report.delete HOST
report       | report.share-creator report.share-editor report.share-explorer report.share-viewer
link         | link.revoke
item         | account.view VIEWING HOST session.share
item: bare   | account.view
item: one    | account.view budget.edit
page         | VIEWING HOST session.share
page: bare   |
page: one    | recording.view
neither      | account.view VIEWING HOST session.share
misplaced    |
undeclared   |
`

// kindCatalog has for each place a kind that lists everything, one that lists
// nothing, and one that lists an action but has no links. The built-in kinds
// list all they may.
const kindCatalog = `"kinds": [
  {"name": "campaign", "in": "account", "actions": [VIEWING, HOST], "link": "recording.view"},
  {"name": "ad", "in": "account"},
  {"name": "row", "in": "account", "actions": ["budget.edit"]},
  {"name": "page", "in": "company", "actions": [VIEWING, HOST], "link": "budget.edit"},
  {"name": "bare", "in": "company"},
  {"name": "one", "in": "company", "actions": ["recording.view"]},
  {"name": "company", "actions": [VIEWING, HOST]},
  {"name": "account", "actions": [HOST]},
  {"name": "report", "actions": [HOST]}]`

const (
	viewingActions = "recording.view heatmap.view insight.view session.filter"
	hostAction     = "budget.edit"
)

// kindRows returns the actions of each row of kindTable.
func kindRows() map[string][]access.Action {
	table := make(map[string][]access.Action)
	text := strings.NewReplacer("VIEWING", viewingActions, "HOST", hostAction).Replace(kindTable)
	for line := range strings.Lines(strings.TrimSpace(text)) {
		row, actions, _ := strings.Cut(line, "|")
		row = strings.TrimSpace(row)
		table[row] = append(table[row], []access.Action{}...) // also a row without any
		for _, a := range strings.Fields(actions) {
			table[row] = append(table[row], access.Action(a))
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
	kinds := strings.NewReplacer("VIEWING", `"`+strings.ReplaceAll(viewingActions, " ", `", "`)+`"`, "HOST", `"`+hostAction+`"`).Replace(kindCatalog)
	return access.MustLoad(`{
	  "catalog": {"roles": [{"name": "root", "data": "all", "capabilities": [` + strings.Join(held, ",") + `], "manages": ["root", "idle"]},
	            {"name": "idle"}], ` + kinds + `},
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
		{"item: bare", access.Item("ad", "c1", "us-1")},
		{"item: one", access.Item("row", "c1", "us-1")},
		{"page", access.CompanyItem("page", "b1")},
		{"page: bare", access.CompanyItem("bare", "b1")},
		{"page: one", access.CompanyItem("one", "b1")},
		{"neither", access.Item("campaign", "c1", "")},
		{"misplaced", access.Item("page", "b1", "us-1")},
		{"undeclared", access.Item("campagin", "c1", "us-1")},
	}
	table, p := kindRows(), kindWorld()
	if got, want := len(table), len(places); got != want {
		t.Fatalf("the table has %d kinds, want %d", got, want)
	}
	cells, fit := 0, 0
	for _, place := range places {
		for _, action := range knownActions() {
			cells++
			want, ok := map[string]string{"misplaced": "deny malformed-resource kind", "undeclared": "deny unknown-kind kind"}[place.row]
			if !ok {
				want = "deny wrong-kind kind"
			}
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
			if !strings.HasSuffix(want, " kind") {
				want = idleVerdict(action)
			}
			if got := verdictOf(p.Decide(access.User("idle"), action, place.resource)); got != want {
				t.Errorf("idle %s %s: %s, want %s", action, place.row, got, want)
			}
		}
	}
	if cells != 54*17 || fit != 79 {
		t.Errorf("looked at %d cells, %d of them askable; want %d and 79", cells, fit, 54*17)
	}
}

// idleVerdict is the verdict on a user without any right, wherever an action
// may be asked.
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
