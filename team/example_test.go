package team_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

func Example() {
	schema, _ := datagroup.NewSchema(datagroup.Attribute{Name: "country", Type: datagroup.StringType})
	groups := make(map[datagroup.ID]datagroup.Group)
	for id, text := range map[datagroup.ID]string{"us": "country = 'US'", "ca": "country = 'CA'", "uk": "country = 'UK'"} {
		filter, _ := schema.Parse(text)
		groups[id] = datagroup.Group{ID: id, Filter: filter}
	}
	americas := team.Team{ID: "americas", Groups: []datagroup.ID{"us", "ca"}}
	europe := team.Team{ID: "europe", Groups: []datagroup.ID{"uk"}}
	group := func(id datagroup.ID) (datagroup.Group, bool) { g, ok := groups[id]; return g, ok }

	fmt.Println(americas.Filter(group))
	fmt.Println(team.Union(slices.Values([]team.Team{americas, europe}), group))
	// Output:
	// country = 'US' or country = 'CA'
	// country = 'US' or country = 'CA' or country = 'UK'
}

// Two texts are one mailbox if they differ in the case of ASCII letters only.
func ExampleParseAddress() {
	ann, err := team.ParseAddress("Ann@Example.com")
	fmt.Println(ann, err)
	fmt.Println(ann.Equal(team.MustParseAddress("ann@example.com")))
	fmt.Println(ann.Equal(team.MustParseAddress("ann+us@example.com")))

	_, err = team.ParseAddress("Ann <ann@example.com>")
	fmt.Println(err)
	// Output:
	// Ann@Example.com <nil>
	// true
	// false
	// team: address "Ann <ann@example.com>": it is not a bare e-mail address: the part before the @ is not valid: write the address alone, without a name and without < and >
}

// At the end itself, the membership has ended.
func ExampleEnd() {
	march := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	member := team.Member{Team: "americas", User: "ann", Until: march}
	fmt.Println(team.End(member.Until).Ended(march.Add(-1)))
	fmt.Println(team.End(member.Until).Ended(march))
	fmt.Println(team.End{}.Ended(march))
	// Output:
	// false
	// true
	// false
}
