package picture_test

import (
	"fmt"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/picture"
)

func Example() {
	policy := access.MustLoad(`{
		"attributes": {"country": "string"},
		"accounts": [
			{"id": "us-search", "source": "google-ads", "country": "US"},
			{"id": "us-social", "source": "meta-ads", "country": "US"},
			{"id": "ca-search", "source": "google-ads", "country": "Canada"}
		],
		"groups": [
			{"id": "us", "name": "United States", "filter": "country = 'US'"},
			{"id": "america", "name": "North America", "filter": "country in ('US', 'Canada')"}
		],
		"teams": [{"id": "americas", "name": "Americas", "groups": ["us", "america"]}]
	}`)
	drawing, ok := picture.Team(policy, "americas", nil)
	if !ok {
		return // there is no such team
	}
	for _, g := range drawing.Groups {
		fmt.Printf("%s: %d accounts, %d of them only here\n", g.Name, g.Accounts, g.Only)
	}
	// drawing.WriteSVG(w) writes the picture.

	// Output:
	// North America: 3 accounts, 1 of them only here
	// United States: 2 accounts, 0 of them only here
}
