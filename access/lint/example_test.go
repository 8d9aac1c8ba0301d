package lint_test

import (
	"fmt"
	"log"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/lint"
)

// A file of a policy is checked, as before a merge.
func Example() {
	file := []byte(`{
	  "attributes": {"country": "string"},
	  "accounts": [
	    {"id": "us-1", "source": "google", "country": "US"},
	    {"id": "de-1", "source": "google", "country": "DE"}
	  ],
	  "groups": [{"id": "us", "filter": "country = 'USA'"}],
	  "teams": [
	    {"id": "west", "groups": ["us"], "members": [{"user": "ann"}]},
	    {"id": "east", "members": [{"user": "ann"}]}
	  ],
	  "users": [{"id": "ann", "role": "team-member"}]
	}`)
	policy, err := access.Load(file, nil)
	if err != nil {
		log.Fatal(err)
	}
	result := lint.Check(policy, nil)
	if err := result.Locate(file); err != nil {
		log.Fatal(err)
	}
	fmt.Println(result)
	fmt.Println("worst:", result.Worst())
	// Output:
	// error: role admin has 0 holders who are not suspended and have no end of access, and needs 1 (too-few-holders)
	// line 7: warning: data group "us" matches no account today: "country = 'USA'" (filter-matches-none)
	// line 7: warning: filter of data group "us" names what no account has: "USA" as country (did you mean "US"?) (value-unseen)
	// line 10: warning: team "east" has no data group, so its members see nothing by it (team-without-groups)
	// worst: error
}
