package access_test

import (
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
)

// A host declares the kinds of its own things, and what may be asked of them.
// Whatever is misspelt, or missing, is denied to everybody.
func ExampleItem() {
	policy := access.MustLoad(`{
	  "catalog": {
	    "extends": "company",
	    "kinds":   [{"name": "campaign", "in": "account", "actions": ["campaign.pause"]}],
	    "grant":   {"editor": ["campaign.pause"]}
	  },
	  "accounts": [{"id": "us-1", "source": "google"}],
	  "users":    [{"id": "eve", "email": "eve@example.com", "role": "editor"},
	               {"id": "ulf", "email": "ulf@example.com", "role": "user"}]
	}`)
	eve, ulf := access.User("eve"), access.User("ulf")
	spring := access.Item("campaign", "spring", "us-1")
	fmt.Println(policy.Decide(eve, "campaign.pause", spring))
	fmt.Println(policy.Decide(ulf, "campaign.pause", spring))
	fmt.Println(policy.Decide(eve, "campaign.pause", access.Item("campain", "spring", "us-1")))
	fmt.Println(policy.Decide(eve, "campaign.pause", access.Item("campaign", "spring", "")))
	fmt.Println(policy.Decide(eve, "campaign.pause", access.Account("us-1")))
	fmt.Println(slices.Collect(policy.Actions(eve, spring)))
	// Output:
	// allow: role editor
	// deny no-capability: role user does not hold campaign.pause
	// deny unknown-kind: the catalog declares no kind "campain"
	// deny account-required: campaign:spring names no account
	// deny wrong-kind: campaign.pause cannot be asked of account:us-1
	// [account.view campaign.pause]
}

// A host that loads from tables goes on without the rows that have mistakes. To
// leave an entry out never grants anything, since nothing in a policy denies.
func ExampleConfig_partial() {
	text := []byte(`{
	  "accounts": [{"id": "us-1", "source": "google"}],
	  "groups":   [{"id": "all", "filter": "everything"}, {"id": "us", "filter": "contry = 'US'"}],
	  "teams":    [{"id": "west", "groups": ["us"], "members": [{"user": "ann"}]},
	               {"id": "world", "groups": ["all"], "members": [{"user": "ann"}, {"user": "bbo"}]}],
	  "users":    [{"id": "ann", "email": "ann@example.com", "role": "viewer"}]
	}`)
	policy, err := access.Load(text, &access.Config{Partial: func(e *document.Error) {
		for _, problem := range e.Problems {
			fmt.Println(problem)
		}
		for _, entry := range e.LeftOut {
			fmt.Println("left out:", entry.Path, entry.ID)
		}
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(policy.Decide(access.User("ann"), access.ViewAccount, access.Account("us-1")))
	// Output:
	// line 3: groups[1] "us".filter: filter at 1:1: attribute "contry": it does not exist
	// line 5: teams[1] "world".members[1].user: user "bbo" does not exist
	// left out: groups[1] us
	// left out: teams[0] west
	// left out: teams[1].members[1] world/bbo
	// allow: team world, data group all
}
