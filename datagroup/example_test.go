package datagroup_test

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/datagroup"
)

func Example() {
	schema, err := datagroup.NewSchema(
		datagroup.Attribute{Name: "country", Type: datagroup.StringType},
		datagroup.Attribute{Name: "labels", Type: datagroup.LabelsType},
	)
	if err != nil {
		panic(err)
	}
	us, _ := schema.Account("us-1", "google", map[string]datagroup.Value{
		"country": datagroup.Text("US"), "labels": datagroup.Labels("vip", "retail"),
	})
	unlabelled, _ := schema.Account("us-2", "google", map[string]datagroup.Value{"country": datagroup.Text("US")})

	filter, err := schema.Parse(`country in ("US", "CA") and not labels has "test"`)
	if err != nil {
		panic(err)
	}
	fmt.Println(filter)
	fmt.Println(us.ID(), filter.Match(us))
	fmt.Println(unlabelled.ID(), filter.Match(unlabelled)) // its labels might include test
	for _, leaf := range filter.Explain(unlabelled) {
		fmt.Printf("  %s: %v, missing %v\n", leaf.Text, leaf.Truth, leaf.Missing)
	}
	preview := datagroup.NewPreview(filter, slices.Values([]datagroup.Account{us, unlabelled}))
	fmt.Println(preview.Matches, "matches,", preview.Unknown, "unknown")

	_, err = schema.Parse("contry = 'US'")
	fmt.Println(errors.Is(err, datagroup.ErrUnknownAttribute), err)
	// Output:
	// country in ('US', 'CA') and not labels has 'test'
	// us-1 true
	// us-2 unknown
	//   country in ('US', 'CA'): true, missing false
	//   labels has 'test': unknown, missing true
	// 1 matches, 1 unknown
	// true datagroup: filter at 1:1: attribute "contry": it does not exist; did you mean country?
}
