package access_test

import (
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
)

func Example() {
	policy := access.MustLoad(`{
	  "attributes": {"country": "string"},
	  "accounts":   [{"id": "us-1", "source": "google", "country": "US"},
	                 {"id": "de-1", "source": "google", "country": "DE"}],
	  "groups":     [{"id": "us", "filter": "country = 'US'"}],
	  "teams":      [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
	  "users":      [{"id": "ann", "email": "ann@example.com", "role": "team-member"}]
	}`)
	ann := access.User("ann")
	fmt.Println(policy.Decide(ann, access.ViewAccount, access.Account("us-1")))
	fmt.Println(policy.Decide(ann, access.ViewAccount, access.Account("de-1")))
	fmt.Println(slices.Collect(policy.View(ann).Accounts()))
	// Output:
	// allow: team americas, data group us
	// deny out-of-reach: de-1 is in none of ann's data groups
	// [us-1]
}

// A change leaves the policy as it is and makes the next one, so those who still
// ask the old one are not disturbed. Package live keeps the policy of now.
func ExamplePolicy_Edit() {
	before := access.MustLoad(`{
	  "accounts": [{"id": "us-1", "source": "google"}],
	  "users":    [{"id": "ann", "email": "ann@example.com", "role": "viewer"}]
	}`)
	ann, _ := before.Directory().User("ann")
	entry := document.UserOf(ann)
	entry.Role = "user"
	edit := before.Edit()
	edit.SetUser(entry)
	after, err := edit.Policy()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(before.Decide(access.User("ann"), access.ViewAccount, access.Account("us-1")))
	fmt.Println(after.Decide(access.User("ann"), access.ViewAccount, access.Account("us-1")))
	// Output:
	// deny out-of-reach: us-1 is in none of ann's data groups
	// allow: role user
}

// An explanation says what was tried, what each route lacked, and what would
// help.
func ExamplePolicy_Explain() {
	policy := access.MustLoad(`{
	  "attributes": {"country": "string"},
	  "accounts":   [{"id": "us-1", "source": "google", "country": "US"},
	                 {"id": "xx-1", "source": "google"}],
	  "groups":     [{"id": "us", "filter": "country = 'US'"}],
	  "teams":      [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
	  "users":      [{"id": "ann", "email": "ann@example.com", "role": "team-member"},
	                 {"id": "ada", "email": "ada@example.com", "role": "admin"}]
	}`)
	fmt.Println(policy.Explain(access.User("ann"), access.ViewAccount, access.Account("xx-1")))
	// Output:
	// deny out-of-reach: xx-1 is in none of ann's data groups
	//   routes
	//     role team-member: it sees only the data of the user's teams
	//     team americas, data group us: the filter country = 'US' is unknown for it
	//   what would help
	//     fill in country of account xx-1, if you know it: ada may
	//     define a data group that matches it, and attach it to a team: ada may
}

// A reader's view is made once for a request and asked for each row.
func ExampleView() {
	policy := access.MustLoad(`{
	  "attributes": {"country": "string"},
	  "accounts":   [{"id": "us-1", "source": "google", "country": "US"},
	                 {"id": "de-1", "source": "google", "country": "DE"}],
	  "groups":     [{"id": "us", "filter": "country = 'US'"}],
	  "teams":      [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
	  "users":      [{"id": "ann", "email": "ann@example.com", "role": "team-member"}]
	}`)
	view := policy.View(access.User("ann"))
	fmt.Println(view.Sees("us-1"), view.Sees("de-1"), view.Len(), view.Filter())
	// Output: true false 1 country = 'US'
}

// The error of a document lists everything that is wrong with it.
func ExampleLoad() {
	_, err := access.Load([]byte(`{
	  "groups": [{"id": "us", "filter": "contry = 'US'"}],
	  "users":  [{"id": "ann", "email": "ann@example.com", "role": "veiwer"}]
	}`), nil)
	fmt.Println(err)
	// Output:
	// document: 2 problems
	// line 2: groups[0] "us".filter: filter at 1:1: attribute "contry": it does not exist
	// line 3: users[0] "ann".role: role "veiwer" does not exist; did you mean "viewer"?
}

// Who may do something: the people to ask, or to list beside a resource.
func ExamplePolicy_Who() {
	policy := access.MustLoad(`{
	  "teams": [{"id": "americas"}],
	  "users": [{"id": "ada", "email": "ada@example.com", "role": "admin"},
	            {"id": "uma", "email": "uma@example.com", "role": "user-manager"},
	            {"id": "ann", "email": "ann@example.com", "role": "team-member"}]
	}`)
	who := policy.Who(access.SetTeamMembers, access.Team("americas")).All()
	fmt.Println(slices.Sorted(who)) // the order of Who means nothing
	// Output: [ada uma]
}

// What a subject may do at a resource: the buttons of a page.
func ExamplePolicy_Actions() {
	policy := access.MustLoad(`{
	  "users":   [{"id": "ann", "email": "ann@example.com", "role": "viewer"}],
	  "reports": [{"id": "q3", "grants": [{"user": "ann", "level": "explorer"}]}]
	}`)
	for action := range policy.Actions(access.User("ann"), access.Report("q3")) {
		fmt.Println(action)
	}
	// Output:
	// report.comment
	// report.explore
	// report.share-explorer
	// report.share-viewer
	// report.view
}

// The reports that a subject may open, with their names.
func ExamplePolicy_Reports() {
	policy := access.MustLoad(`{
	  "users":   [{"id": "ann", "email": "ann@example.com", "role": "viewer"}],
	  "reports": [{"id": "q3", "name": "Third quarter", "grants": [{"user": "ann", "level": "viewer"}]},
	              {"id": "q4", "name": "Fourth quarter"}]
	}`)
	for id := range policy.Reports(access.User("ann"), access.ViewReport) {
		report, _ := policy.Directory().Report(id)
		fmt.Println(id, report.Name)
	}
	// Output: q3 Third quarter
}

// What a data group would match, before there is one.
func ExamplePolicy_Preview() {
	policy := access.MustLoad(`{
	  "attributes": {"country": "string"},
	  "accounts":   [{"id": "us-1", "source": "google", "country": "US"},
	                 {"id": "us-2", "source": "meta", "country": "US"},
	                 {"id": "xx-1", "source": "meta"}]
	}`)
	filter, err := policy.Directory().Schema().Parse("country = 'US'")
	if err != nil {
		fmt.Println(err)
	}
	preview := policy.Preview(filter)
	fmt.Println(preview.Matches, "match,", preview.Unknown, "unknown")
	// Output: 2 match, 1 unknown
}

// The records of a policy, for pages that list users, teams and grants.
func ExampleDirectory() {
	directory := access.MustLoad(`{
	  "teams":   [{"id": "americas", "members": [{"user": "ann", "until": "2027-01-01T00:00:00Z"}]}],
	  "users":   [{"id": "ann", "email": "ann@example.com", "role": "viewer"}],
	  "reports": [{"id": "q3", "grants": [{"team": "americas", "level": "viewer"}]}]
	}`).Directory()
	for member := range directory.Members("americas") {
		user, _ := directory.User(member.User)
		fmt.Println(user.Email, "until", member.Until.Year())
	}
	for grant := range directory.Grants("q3") {
		fmt.Println(grant.Team, grant.Level)
	}
	// Output:
	// ann@example.com until 2027
	// americas viewer
}

// A host that keeps its company in tables of its own builds the document in Go.
func ExampleCompile() {
	policy, err := access.Compile(&document.Document{
		Accounts: []document.Account{{ID: "us-1", Source: "google"}},
		Groups:   []document.Group{{ID: "all", Filter: "everything"}},
		Teams:    []document.Team{{ID: "t1", Groups: []string{"all"}, Members: []document.Member{{User: "ann"}}}},
		Users:    []document.User{{ID: "ann", Email: "ann@example.com", Role: "viewer"}},
	}, nil)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(policy.Decide(access.User("ann"), access.ViewAccount, access.Account("us-1")))
	// Output: allow: team t1, data group all
}

// Within a team a user sees the data of that team only, whatever the role.
func ExampleSession() {
	policy := access.MustLoad(`{
	  "accounts": [{"id": "us-1", "source": "google"}, {"id": "de-1", "source": "google"}],
	  "groups":   [{"id": "us", "filter": "id = 'us-1'"}],
	  "teams":    [{"id": "americas", "groups": ["us"], "members": [{"user": "ada"}]}],
	  "users":    [{"id": "ada", "email": "ada@example.com", "role": "admin"}]
	}`)
	fmt.Println(policy.View(access.User("ada")).Len())
	fmt.Println(policy.View(access.Session("ada", "americas")).Len())
	fmt.Println(policy.Decide(access.Session("ada", "americas"), access.ViewAccount, access.Account("de-1")))
	// Output:
	// 2
	// 1
	// deny out-of-reach: de-1 is in none of the data groups of team americas
}

// Anyone who has a link may do one thing, as long as its maker may.
func ExampleViaLink() {
	policy := access.MustLoad(`{
	  "users":   [{"id": "ann", "email": "ann@example.com", "role": "viewer"}],
	  "reports": [{"id": "q3", "grants": [{"user": "ann", "level": "viewer"}]}],
	  "links":   [{"id": "l1", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q3"}}]
	}`)
	link := access.ViaLink("l1")
	fmt.Println(policy.Decide(link, access.ViewReport, access.Report("q3")))
	fmt.Println(policy.Decide(link, access.EditReport, access.Report("q3")))
	// Output:
	// allow: link l1 is live
	// deny link-scope: link l1 is for another action or another resource
}
