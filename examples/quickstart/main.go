package main

import (
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access"
)

func main() {
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
}

// It prints:
// allow: team americas, data group us
// deny out-of-reach: de-1 is in none of ann's data groups
// [us-1]
