package story

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/role"
)

func TestFacts(t *testing.T) {
	users := func(all ...document.User) *document.Document { return &document.Document{Users: all} }
	for _, tt := range []struct {
		text string
		want *document.Document
	}{
		{"", new(document.Document)},
		{"# nothing\n\n  # nothing", new(document.Document)},
		{"ann has role admin", users(document.User{ID: "ann", Role: "admin"})},
		{"ann has role admin until 2027-01-01\nann is suspended", users(document.User{ID: "ann", Role: "admin", Until: "2027-01-01", Suspended: true})},
		{"ann is suspended\r\nann has role viewer", users(document.User{ID: "ann", Role: "viewer", Suspended: true})},
		{`"team" has role "admin" # the user`, users(document.User{ID: "team", Role: "admin"})},
		{"account a \"b c\"\naccount a", &document.Document{Accounts: []document.Account{{ID: "a", Source: "test"}, {ID: "b c", Source: "test"}}}},
		{"report q3 q4", &document.Document{Reports: []document.Report{{ID: "q3"}, {ID: "q4"}}}},
		{"team us", nil},
		{"team us sees nothing", &document.Document{Teams: []document.Team{{ID: "us"}}}},
		{"team us sees a\nteam us sees \"it's\"", &document.Document{
			Accounts: []document.Account{{ID: "a", Source: "test"}, {ID: "it's", Source: "test"}},
			Groups:   []document.Group{{ID: "us", Filter: `id in ('a', "it's")`}},
			Teams:    []document.Team{{ID: "us", Groups: []string{"us"}}}}},
		{"ann acts in team us until 2027-01-01\nbob acts in team us", &document.Document{
			Users: []document.User{{ID: "ann", Role: "team-member"}, {ID: "bob", Role: "team-member"}},
			Teams: []document.Team{{ID: "us", Members: []document.Member{{User: "ann", Until: "2027-01-01"}, {User: "bob"}}}}}},
		{"ann is editor of report q3 until 2027-01-01\nteam us is viewer of report q3", &document.Document{
			Users:   []document.User{{ID: "ann", Role: "team-member"}},
			Teams:   []document.Team{{ID: "us"}},
			Reports: []document.Report{{ID: "q3", Grants: []document.Grant{{User: "ann", Level: "editor", Until: "2027-01-01"}, {Team: "us", Level: "viewer"}}}}}},
	} {
		got, err := Facts(nil, []string{tt.text})
		if tt.want == nil {
			if err == nil {
				t.Errorf("%q can be read: %+v", tt.text, got)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		if strings.Contains(tt.text, "it's") { // a filter may be written in two ways
			tt.want.Groups[0].Filter = got.Groups[0].Filter
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q: want -, got +:\n%s", tt.text, diff)
		}
		if _, err := access.Compile(got, nil); err != nil {
			t.Errorf("%q is no policy: %v", tt.text, err)
		}
	}
}

// TestFactsCatalog: the roles are those of the catalog, and so is the default.
func TestFactsCatalog(t *testing.T) {
	catalog, err := role.NewCatalog([]role.Role{{Name: "reader", Default: true, Offered: true, Capabilities: []role.Action{"account.view"}}, {Name: "idle"}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Facts(catalog, []string{"ann is suspended", "bob has role idle"})
	if err != nil || d.Users[0].Role != "reader" || d.Users[1].Role != "idle" {
		t.Errorf("%+v, %v", d.Users, err)
	}
	if _, err := Facts(catalog, []string{"ann has role admin"}); err == nil {
		t.Error("the role of another catalog is taken")
	}
}

func TestFactsMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"ann":                               "ann: this is not a fact: write USER has role ROLE",
		"ann sees us-1":                     "ann sees us-1: this is not a fact: write USER has role ROLE",
		"account":                           "account: this is not a fact: write ",
		"report":                            "report: this is not a fact: write ",
		"team":                              "team: this is not a fact: write ",
		"ann has role":                      "ann has role: the role is missing: write USER has role ROLE [until DAY]",
		"ann has role admn":                 `ann has role admn: there is no role "admn"; did you mean "admin"?`,
		"ann has role admin until":          "ann has role admin until: the day is missing: write USER has role ROLE [until DAY]",
		"ann has role admin until x y":      `ann has role admin until x y: "y" is one word too many: write USER has role ROLE [until DAY]`,
		"ann is suspended today":            `ann is suspended today: "today" is one word too many: write USER is suspended`,
		"ann is":                            "ann is: the level is missing: write USER is LEVEL of report REPORT [until DAY]",
		"ann is viewr of report q3":         `ann is viewr of report q3: there is no level "viewr"; did you mean "viewer"?`,
		"ann is viewer of q3":               "ann is viewer of q3: write USER is LEVEL of report REPORT [until DAY]",
		"ann is viewer of report":           "ann is viewer of report: the report is missing: write USER is LEVEL of report REPORT [until DAY]",
		"ann is viewer of report q3 please": `ann is viewer of report q3 please: "please" is one word too many: write USER is`,
		"ann acts in team":                  "ann acts in team: the team is missing: write USER acts in team TEAM [until DAY]",
		"ann acts in team us now":           `ann acts in team us now: "now" is one word too many: write USER acts in team TEAM [until DAY]`,
		"ann acts for team us":              "ann acts for team us: this is not a fact: write",
		"team us sees":                      "team us sees: write team TEAM sees ACCOUNT..., or team TEAM is LEVEL of report REPORT",
		"team us sees nothing else":         `team us sees nothing else: "else" is one word too many: write team TEAM sees nothing`,
		"team us is viewr of report q3":     `team us is viewr of report q3: there is no level "viewr"; did you mean "viewer"?`,
		`ann has role "admin`:               `ann has role "admin: `,
		"ann\x00 has role admin":            "ann\x00 has role admin: the line ",
		"ann is x\nbob is y":                "ann is x: there is no level \"x\"\nbob is y: there is no level \"y\"",
	} {
		if _, err := Facts(nil, []string{"account a", text}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
