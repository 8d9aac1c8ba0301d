package access_test

import (
	"fmt"
	"log"
	"slices"

	"github.com/ambit-authz/ambit/access"
)

// policyText is a policy as you keep it in a file. The roles are those of
// role.CompanyCatalog.
const policyText = `{
  "attributes": {"country": "string"},
  "accounts": [
    {"id": "us-search", "source": "google", "country": "US"},
    {"id": "us-social", "source": "meta",   "country": "US"},
    {"id": "de-search", "source": "google", "country": "DE"}
  ],
  "groups": [
    {"id": "us", "filter": "country = 'US'"},
    {"id": "de", "filter": "country = 'DE'"}
  ],
  "teams": [
    {"id": "americas", "groups": ["us"], "members": [{"user": "ann"}, {"user": "bob"}]},
    {"id": "europe",   "groups": ["de"], "members": [{"user": "bob"}]}
  ],
  "users": [
    {"id": "ada", "email": "ada@example.com", "role": "admin"},
    {"id": "ann", "email": "ann@example.com", "role": "team-member"},
    {"id": "bob", "email": "bob@example.com", "role": "team-member"}
  ],
  "reports": [
    {"id": "q3", "name": "Third quarter", "grants": [{"user": "ann", "level": "editor"}, {"team": "europe", "level": "viewer"}]}
  ]
}`

// Load a policy, decide, explain a denial, and list. This is a whole program:
// paste it into a main.go, and call its package and its function main.
func Example_program() {
	policy, err := access.Load([]byte(policyText), nil) // or what os.ReadFile returns
	if err != nil {
		log.Fatal(err) // every mistake, with its line
	}
	ann, bob := access.User("ann"), access.User("bob")
	german := access.Account("de-search")

	fmt.Println("decide")
	fmt.Println(" ", policy.Decide(bob, access.ViewAccount, german))
	fmt.Println(" ", policy.Decide(ann, access.ViewAccount, german))
	fmt.Println(" ", policy.Decide(ann, access.EditReport, access.Report("q3")))
	fmt.Println("decide for Bob in a session within one team")
	fmt.Println(" ", policy.Decide(access.Session("bob", "europe"), access.ViewAccount, german))
	fmt.Println(" ", policy.Decide(access.Session("bob", "americas"), access.ViewAccount, german))

	fmt.Println("answer the person who asked, who may not learn what there is")
	if err := policy.Decide(ann, access.ViewAccount, german).Err(); err != nil {
		fmt.Println(" ", err)
	}
	fmt.Println("explain to an administrator")
	fmt.Println(policy.Explain(ann, access.ViewAccount, german))

	fmt.Println("list")
	fmt.Println("  Ann sees", slices.Sorted(policy.View(ann).Accounts()))
	fmt.Println("  the German account is seen by", slices.Sorted(policy.Who(access.ViewAccount, german).All()))
	fmt.Println("  Bob may, at the report,", slices.Collect(policy.Actions(bob, access.Report("q3"))))
	fmt.Println("  Bob may view the reports", slices.Sorted(policy.Reports(bob, access.ViewReport)))
	// Output:
	// decide
	//   allow: team europe, data group de
	//   deny out-of-reach: de-search is in none of ann's data groups
	//   allow: editor of the report
	// decide for Bob in a session within one team
	//   allow: team europe, data group de
	//   deny out-of-reach: de-search is in none of the data groups of team americas
	// answer the person who asked, who may not learn what there is
	//   access: denied: out-of-reach
	// explain to an administrator
	// deny out-of-reach: de-search is in none of ann's data groups
	//   routes
	//     role team-member: it sees only the data of the user's teams
	//     team americas, data group us: the filter country = 'US' is false for it
	//   what would help
	//     add ann to team europe, which sees it: ada may
	//     attach data group de, which matches it, to team americas: ada may
	// list
	//   Ann sees [us-search us-social]
	//   the German account is seen by [ada bob]
	//   Bob may, at the report, [report.view]
	//   Bob may view the reports [q3]
}
