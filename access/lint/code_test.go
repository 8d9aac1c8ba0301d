package lint_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/lint"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

type doc = *document.Document

// extended adds a kind to the company catalog that only data managers may edit.
func extended(d doc) {
	d.Catalog = document.Catalog{
		Extends: "company", Kinds: []role.Kind{{Name: "campaign", In: role.InAccount, Actions: []role.Action{"campaign.edit"}}},
		Grant: map[role.Name][]role.Action{"data-manager": {"campaign.edit"}},
	}
}

// withRole adds a role to the company catalog.
func withRole(d doc) {
	d.Catalog = document.Catalog{Extends: "company", Roles: []role.Role{
		{Name: "intern", Title: "Intern", Summary: "Sees the data of teams.", Capabilities: []role.Action{role.ViewAccount}, Scope: role.ByTeams},
	}}
}

// pair has two roles, of which one must have one holder exactly.
func pair(d doc) {
	d.Catalog = document.Catalog{Roles: []role.Role{
		{Name: "boss", Title: "Boss", Summary: "Sees all.", Capabilities: []role.Action{role.ViewAccount}, Scope: role.AllData, MinHolders: 1, MaxHolders: 1},
		{Name: "hand", Title: "Hand", Summary: "Sees some.", Capabilities: []role.Action{role.ViewAccount}, Scope: role.ByTeams},
	}}
	for i := range d.Users {
		d.Users[i].Role = "hand"
	}
	d.Users[0].Role = "boss"
}

// withBoard has a kind of which a link shows something, and no role of anybody's may.
func withBoard(d doc) {
	pair(d)
	d.Catalog.Kinds = []role.Kind{{Name: "board", In: role.InCompany, Actions: []role.Action{"board.see"}, Link: "board.see"}}
	d.Catalog.Roles = append(d.Catalog.Roles, role.Role{
		Name: "old", Title: "Old", Summary: "Nobody's.", Capabilities: []role.Action{"board.see", role.ShareSession}, Scope: role.AllData,
	})
	d.Links[0].Action, d.Links[0].Resource = "board.see", document.Resource{Kind: "board", ID: "b1"}
}

var codeRows = []struct {
	name   string
	want   string // code, path, id: text
	bad    []func(doc)
	config lint.Config
}{
	{name: "the last admin is suspended",
		want: `too-few-holders catalog admin: role admin has 0 holders who are not suspended and have no end of access, and needs 1`,
		bad:  []func(doc){func(d doc) { d.Users[0].Suspended = true }}},
	{name: "the last admin has an end far away",
		want: `too-few-holders catalog admin: role admin has 0 holders who are not suspended and have no end of access, and needs 1`,
		bad:  []func(doc){func(d doc) { d.Users[0].Until = "2031-01-01" }}},
	{name: "two of a role for one",
		want: `too-many-holders catalog.roles[0] boss: role boss has 2 holders, and may have 1`,
		bad:  []func(doc){pair, addUser("eve", "boss", "", "")}},
	{name: "no creator",
		want: `report-without-creator reports[0] q3: no user is creator of report "q3" without an end`,
		bad:  []func(doc){func(d doc) { d.Reports[0].Grants[0].Level = "editor" }}},
	{name: "no grant at all",
		want: `report-without-creator reports[1] q4: no user is creator of report "q4" without an end`,
		bad:  []func(doc){func(d doc) { d.Reports = append(d.Reports, document.Report{ID: "q4"}) }}},
	{name: "the creator's grant has an end far away",
		want: `report-without-creator reports[0] q3: no user is creator of report "q3" without an end`,
		bad:  []func(doc){func(d doc) { d.Reports[0].Grants[0].Until = "2031-01-01" }}},
	{name: "contradiction",
		want: `filter-impossible groups[1].filter no: data group "no" can match no account: "country = 'US' and country = 'DE'"`,
		bad:  []func(doc){addGroup("no", "country = 'US' and country = 'DE'", "west")}},
	{name: "nothing, written out",
		want: `filter-impossible groups[1].filter no: data group "no" can match no account: "nothing"`,
		bad:  []func(doc){addGroup("no", "nothing", "west")}},
	{name: "no account today",
		want: `filter-matches-none groups[1].filter rich: data group "rich" matches no account today: "spend > 100"`,
		bad:  []func(doc){addGroup("rich", "spend > 100", "west")}},
	{name: "everything, written out",
		want: `filter-everything groups[0].filter all: data group "all" is everything: all accounts, and those to come`,
		bad:  []func(doc){addGroup("all", "everything", "all"), addTeam("all", "all")}},
	{name: "everything, by meaning",
		want: `filter-everything groups[0].filter all: data group "all" can leave out no account, as everything: "country missing or country present"`,
		bad:  []func(doc){addGroup("all", "country missing or country present", "all"), addTeam("all", "all")}},
	{name: "misspelt value",
		want: `value-unseen groups[2].filter x: filter of data group "x" names what no account has: "us" as country (did you mean "US"?)`,
		bad:  []func(doc){addGroup("x", "country in ('us', 'US') and market = 'shop'", "east")}},
	{name: "a label, an id and a value of no account",
		want: `value-unseen groups[2].filter x: filter of data group "x" names what no account has: "gold" as labels, "us-9" as id (did you mean "us-1"?), "FR" as country and 2 more`,
		bad: []func(doc){addGroup("x", "market = 'shop' and not labels has 'gold' and id != 'us-9' and country not in ('FR', 'FR', 'DE', 'IT') "+
			"and not labels has any ('gold', 'silver')", "east")}},
	{name: "a missing attribute",
		want: `hidden-by-missing groups[1].filter us: data group "us" leaves out 1 account only because an attribute is missing (country): "us-2"`,
		bad:  []func(doc){setValue(1, "country", datagroup.Value{}), func(d doc) { d.Groups[0].Filter = "market = 'shop' and id prefix 'de'" }}},
	{name: "a missing name and a missing number, of several accounts",
		want: `hidden-by-missing groups[2].filter x: data group "x" leaves out 4 accounts only because an attribute is missing (name, spend): "de-1", "de-2", "us-1" and 1 more`,
		bad: []func(doc){addGroup("x", "name = 'Account us-1' or spend = 4 or id = 'ad-1'", "west"), func(d doc) {
			for i := range d.Accounts {
				name := []string{"name", "spend"}[i%2]
				d.Accounts[i].Values = map[string]datagroup.Value{"country": d.Accounts[i].Values["country"], name: d.Accounts[i].Values[name]}
			}
			d.Accounts = append(d.Accounts, document.Account{ID: "ad-1", Source: "ad", Values: map[string]datagroup.Value{
				"country": datagroup.Text("FR"), "name": datagroup.Text("Account us-1"), "spend": datagroup.Number(4),
			}})
			d.Accounts[1].Values["spend"], d.Accounts[3].Values["spend"] = datagroup.Number(7), datagroup.Number(8)
			d.Accounts[0].Values["name"], d.Accounts[2].Values["name"] = datagroup.Text("x"), datagroup.Text("y")
		}}},
	{name: "an empty text",
		want: `empty-value accounts[2].market us-1: account "us-1" has the empty text as market, which is a value and not a missing one`,
		bad:  []func(doc){setValue(0, "market", datagroup.Text(""))}},
	{name: "an empty set",
		want: `empty-value accounts[0].labels de-1: account "de-1" has the empty set of labels as labels, which is a value and not a missing one`,
		bad:  []func(doc){setValue(2, "labels", datagroup.Labels())}},
	{name: "the same text",
		want: `group-duplicate groups[2].filter us2: data group "us2" has the filter of data group "us": "country = 'US'"`,
		bad:  []func(doc){addGroup("us2", "country  =  'US'", "west")}},
	{name: "the same meaning",
		want: `group-duplicate groups[1].filter uk: data group "uk" matches, whatever accounts there are, the same as data group "de": "not country != 'DE'"`,
		bad:  []func(doc){addGroup("uk", "not country != 'DE'", "west")}},
	{name: "no data group",
		want: `team-without-groups teams[1] lab: team "lab" has no data group, so its members see nothing by it`,
		bad:  []func(doc){addTeam("lab")}},
	{name: "no data group, and a report",
		want: `team-without-groups teams[1] lab: team "lab" has no data group, so its members see nothing by it but the reports shared with it`,
		bad: []func(doc){addTeam("lab"), func(d doc) {
			d.Reports[0].Grants = append(d.Reports[0].Grants, document.Grant{Team: "lab", Level: "viewer"})
		}}},
	{name: "no team",
		want: `user-without-team users[3] tim: user "tim" sees the data of teams by the role viewer, and is in none`,
		bad:  []func(doc){addUser("tim", "viewer", "", "")}},
	{name: "no team any more",
		want:   `user-without-team users[3] tim: user "tim" sees the data of teams by the role viewer, and every membership has ended`,
		bad:    []func(doc){addUser("tim", "viewer", "west", "2026-06-01")},
		config: lint.Config{Ignore: []lint.Code{lint.Ended}}},
	{name: "the creator is suspended",
		want: `report-creator-inactive reports[0] q3: all creators of report "q3" without an end are suspended, or their access has ended: "ann"`,
		bad:  []func(doc){func(d doc) { d.Users[1].Suspended = true }}},
	{name: "one creator is suspended, the other one's access has ended",
		want: `report-creator-inactive reports[0] q3: all creators of report "q3" without an end are suspended, or their access has ended: "ann", "bob"`,
		bad: []func(doc){func(d doc) {
			d.Users[1].Suspended, d.Users[2].Until = true, "2026-06-01"
			d.Reports[0].Grants = append(d.Reports[0].Grants, document.Grant{User: "bob", Level: "creator"})
		}},
		config: lint.Config{Ignore: []lint.Code{lint.Ended}}},
	{name: "all accounts today",
		want: `filter-matches-all groups[0].filter all: data group "all" matches all accounts today, 4: "spend > 0"`,
		bad:  []func(doc){addGroup("all", "spend > 0", "all"), addTeam("all", "all")}},
	{name: "the same accounts today",
		want: `group-same-accounts groups[2].filter x: data group "x" matches the same 2 accounts as data group "us" today, by another filter: "spend < 3" and "country = 'US'"`,
		bad:  []func(doc){addGroup("x", "spend < 3", "east")}},
	{name: "the same accounts today, by a filter that could match fewer",
		want: `group-same-accounts groups[2].filter x: data group "x" matches the same 2 accounts as data group "us" today, by another filter: "country = 'US' and spend < 100" and "country = 'US'"`,
		bad:  []func(doc){addGroup("x", "country = 'US' and spend < 100", "east")}},
	{name: "a part of two others",
		want: `group-subsumed teams[1].groups[1] west/x: data group "x" gives team "west" nothing: data group "us" of the team matches all that it can match`,
		bad:  []func(doc){addGroup("x", "country = 'US' and spend = 1", "west"), addGroup("z", "spend = 1 or market = 'shop'", "west")}},
	{name: "a part of another one",
		want: `group-subsumed teams[1].groups[1] west/us-shop: data group "us-shop" gives team "west" nothing: data group "us" of the team matches all that it can match`,
		bad:  []func(doc){addGroup("us-shop", "country = 'US' and market = 'shop'", "west")}},
	{name: "in no team",
		want: `group-without-teams groups[0] cheap: no team has data group "cheap", so nobody sees anything by it`,
		bad:  []func(doc){addGroup("cheap", "spend in-between", ""), func(d doc) { d.Groups[2].Filter = "spend > 1 and spend < 4" }}},
	{name: "an admin in a team",
		want: `all-data-member teams[1].members[0] west/adm: user "adm" sees all data by the role admin, so the membership in team "west" adds none`,
		bad:  []func(doc){func(d doc) { d.Teams[1].Members = append(d.Teams[1].Members, document.Member{User: "adm"}) }}},
	{name: "access has ended",
		want: `ended users[2] bob: access of user "bob" has ended: 2026-06-01 12:00 UTC`,
		bad:  []func(doc){func(d doc) { d.Users[2].Until = "2026-06-01T12:00:00Z" }}},
	{name: "a membership has ended",
		want: `ended teams[1].members[1] west/bob: membership of user "bob" in team "west" has ended: last full day 2024-12-31`,
		bad:  []func(doc){func(d doc) { d.Teams[1].Members[1].Until = "2025-01-01" }}},
	{name: "a grant to a team has ended",
		want: `ended reports[0].grants[1] q3/team west: grant of report "q3" to team "west" has ended: last full day 2024-12-31`,
		bad:  []func(doc){func(d doc) { d.Reports[0].Grants[1].Until = "2025-01-01" }}},
	{name: "a link has ended",
		want: `ended links[0] l1: share link "l1" has ended: last full day 2024-12-31`,
		bad:  []func(doc){func(d doc) { d.Links[0].Until = "2025-01-01" }}},
	{name: "access ends in thirty days",
		want: `ends-soon users[2] bob: access of user "bob" ends soon: 2026-07-01 12:00 UTC`,
		bad:  []func(doc){func(d doc) { d.Users[2].Until = "2026-07-01T12:00:00Z" }}},
	{name: "a grant to a user ends in the third of three days",
		want: `ends-soon reports[0].grants[1] q3/bob: grant of report "q3" to user "bob" ends soon: last full day 2026-06-03`,
		bad: []func(doc){func(d doc) {
			d.Reports[0].Grants = append(d.Reports[0].Grants, document.Grant{User: "bob", Level: "viewer", Until: "2026-06-04"})
		}},
		config: lint.Config{Days: 3}},
	{name: "a misspelt action is asked",
		want:   `action-undeclared catalog source.remvoe: the action "source.remvoe" is asked and not in the catalog, so it is always denied; did you mean source.remove?`,
		config: lint.Config{Asked: append(role.BuiltIn(), "source.remvoe", "source.remvoe")}},
	{name: "an action of nothing is asked",
		want:   `action-undeclared catalog : the action "" is asked and not in the catalog, so it is always denied`,
		config: lint.Config{Asked: append(role.BuiltIn(), "")}},
	{name: "a role without holders",
		want: `role-unused catalog.roles[7] intern: nobody has the role intern, and no invitation offers it`,
		bad:  []func(doc){withRole}},
	{name: "a kind that nobody may touch",
		want: `kind-unused catalog.kinds[0] campaign: nobody has a role that may do anything with the kind campaign`,
		bad:  []func(doc){extended}},
	{name: "a kind of which only an ended link shows something",
		want: `kind-unused catalog.kinds[0] board: nobody has a role that may do anything with the kind board`,
		bad:  []func(doc){withBoard, func(d doc) { d.Links[0].Ended = true }}, config: lint.Config{Ignore: []lint.Code{lint.RoleUnused}}},
	{name: "one capability that nothing asks",
		want:   `capability-unasked catalog campaign.edit: nothing asks campaign.edit, which the role data-manager holds`,
		bad:    []func(doc){extended, addUser("dan", "data-manager", "", "")},
		config: lint.Config{Asked: role.BuiltIn()}},
	{name: "a capability that several roles hold",
		want:   `capability-unasked catalog source.remove: nothing asks source.remove, which the roles hold: admin, data-manager`,
		config: lint.Config{Asked: slices.DeleteFunc(role.BuiltIn(), func(a role.Action) bool { return a == role.RemoveSource })}},
}

// addTeam adds a team of bob.
func addTeam(id string, groups ...string) func(doc) {
	return func(d doc) {
		d.Teams = append(d.Teams, document.Team{ID: id, Groups: groups, Members: []document.Member{{User: "bob"}}})
	}
}

// quietRows are near to what is found, and are as they should be.
var quietRows = []struct {
	name   string
	change []func(doc)
	config lint.Config
}{
	{name: "clean"},
	{name: "an admin to come, in a team without data", config: lint.Config{Ignore: []lint.Code{lint.TeamWithoutGroups}},
		change: []func(doc){addTeam("lab"), func(d doc) { d.Teams[2].Members = append(d.Teams[2].Members, document.Member{User: "adm"}) }}},
	{name: "a suspended user without a team", change: []func(doc){addUser("tim", "viewer", "", ""), func(d doc) { d.Users[3].Suspended = true }}},
	{name: "somebody who sees all without a team", change: []func(doc){addUser("tim", "user", "", "")}},
	{name: "an unused role of the shipped catalog", change: []func(doc){extended, addUser("dan", "data-manager", "", "")}},
	{name: "an invited role", change: []func(doc){withRole}, config: lint.Config{Invited: []role.Name{"intern"}}},
	{name: "an invited role that opens a kind", change: []func(doc){extended}, config: lint.Config{Invited: []role.Name{"data-manager"}}},
	{name: "a role with a holder", change: []func(doc){withRole, addUser("tim", "intern", "west", "")}},
	{name: "a role with as many as it may have", change: []func(doc){pair}},
	{name: "all is asked", change: []func(doc){}, config: lint.Config{Asked: role.BuiltIn()}},
	{name: "an action of the host is asked", change: []func(doc){extended, addUser("dan", "data-manager", "", "")},
		config: lint.Config{Asked: append(role.BuiltIn(), "campaign.edit")}},
	{name: "an end after thirty days", change: []func(doc){func(d doc) { d.Users[2].Until = "2026-07-01T12:00:00.000000001Z" }}},
	{name: "an end soon that is not asked for", change: []func(doc){func(d doc) { d.Users[2].Until = "2026-06-02" }}, config: lint.Config{Days: -1}},
	{name: "a link that was ended for good", change: []func(doc){func(d doc) { d.Links[0].Until, d.Links[0].Ended = "2025-01-01", true }}},
	{name: "a second creator is active", change: []func(doc){func(d doc) {
		d.Users[1].Suspended = true
		d.Reports[0].Grants = append(d.Reports[0].Grants, document.Grant{User: "adm", Level: "creator"})
	}}},
	{name: "overlapping data groups", change: []func(doc){addGroup("x", "market = 'shop'", "west")}},
	{name: "a part in another team", change: []func(doc){addGroup("x", "country = 'US' and market = 'shop'", "east")}},
	{name: "a number and parts of text that nobody has", change: []func(doc){addGroup("x",
		"market = 'shop' and not (spend = 77 or name contains 'Nowhere' or name prefix 'No' or name suffix 'No')", "west")}},
	{name: "an attribute that no filter reads is missing", change: []func(doc){setValue(0, "market", datagroup.Value{})}},
	{name: "what is missing decides nothing", change: []func(doc){setValue(0, "market", datagroup.Value{}), addGroup("x", "market = 'shop' and spend > 1", "west")}},
	{name: "no accounts", change: []func(doc){addGroup("x", "market = 'moon'", "west"), func(d doc) { d.Accounts = nil }}},
	{name: "a kind of which a link shows something", config: lint.Config{Ignore: []lint.Code{lint.RoleUnused}}, change: []func(doc){withBoard}},
	{name: "an admin was in a team", config: lint.Config{Ignore: []lint.Code{lint.Ended}}, change: []func(doc){addUser("eve", "admin", "west", "2025-01-01")}},
	{name: "the same meaning, of filters that match none", config: lint.Config{Ignore: []lint.Code{lint.FilterMatchesNone}},
		change: []func(doc){addGroup("x", "spend > 100", "west"), addGroup("y", "not spend <= 100", "west")}},
	{name: "two filters that match all", config: lint.Config{Ignore: []lint.Code{lint.FilterMatchesAll, lint.GroupSubsumed}},
		change: []func(doc){addGroup("x", "spend > 0", "west"), addGroup("y", "spend < 100", "west")}},
	{name: "all is ignored", change: []func(doc){func(d doc) { *d = document.Document{Users: d.Users[1:]} }}, config: lint.Config{Ignore: allCodes()}},
	{name: "an unknown code is ignored", config: lint.Config{Ignore: []lint.Code{"no-such-code"}}},
}

func allCodes() (codes []lint.Code) {
	for _, r := range lint.Rules() {
		codes = append(codes, r.Code)
	}
	return codes
}

// lines returns the findings of a result as the rows write them.
func lines(r lint.Result) (all []string) {
	for _, f := range r.Findings {
		all = append(all, string(f.Code)+" "+f.Path+" "+f.ID+": "+f.Text)
	}
	return all
}

// TestCodes: each row has exactly its finding, and the same company without the
// change has none.
func TestCodes(t *testing.T) {
	t.Parallel()
	found := make(map[lint.Code]bool)
	for _, tt := range codeRows {
		r := lint.Check(policyOf(t, edited(tt.bad...)), &tt.config)
		if diff := cmp.Diff([]string{tt.want}, lines(r)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			continue
		}
		f := r.Findings[0]
		found[f.Code] = true
		i := slices.IndexFunc(lint.Rules(), func(rule lint.Rule) bool { return rule.Code == f.Code })
		if severity := lint.Rules()[i].Severity; f.Severity != severity || r.Worst() != severity || f.Resource.IsZero() {
			t.Errorf("%s: severity %v, worst %v, resource %v", tt.name, f.Severity, r.Worst(), f.Resource)
		}
	}
	for _, code := range allCodes() {
		if !found[code] {
			t.Errorf("no row has a finding of the code %s", code)
		}
	}
	for _, tt := range quietRows {
		r := lint.Check(policyOf(t, edited(tt.change...)), &tt.config)
		if len(r.Findings) > 0 || len(r.Counts) > 0 || r.Worst() != 0 {
			t.Errorf("%s: %v", tt.name, r)
		}
	}
}

// TestRules: every constant has a rule, the rules are complete, and the table of
// the package comment says the same.
func TestRules(t *testing.T) {
	t.Parallel()
	code, err := os.ReadFile("code.go")
	if err != nil {
		t.Fatal(err)
	}
	var constants []string
	for _, m := range regexp.MustCompile(`Code = "([^"]+)"`).FindAllStringSubmatch(string(code), -1) {
		constants = append(constants, m[1])
	}
	comment, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	severity := lint.Error
	for _, r := range lint.Rules() {
		codes = append(codes, string(r.Code))
		for _, s := range []string{r.Means, r.Matters, r.Remedy} {
			if !strings.HasSuffix(s, ".") {
				t.Errorf("%s: %q is no sentence", r.Code, s)
			}
		}
		row := regexp.MustCompile(`//\t` + regexp.QuoteMeta(string(r.Code)) + ` +` + regexp.QuoteMeta(r.Means) + "\n")
		if !row.Match(comment) {
			t.Errorf("%s: the package comment does not say %q", r.Code, r.Means)
		}
		if r.Severity > severity || r.Severity == 0 {
			t.Errorf("%s: the severity %v comes after %v", r.Code, r.Severity, severity)
		}
		severity = r.Severity
	}
	if diff := cmp.Diff(constants, codes); diff != "" {
		t.Errorf("constants and rules (-constants +rules):\n%s", diff)
	}
	if lint.Rules()[0].Code = "x"; lint.Rules()[0].Code == "x" {
		t.Error("the rules can be changed")
	}
}
