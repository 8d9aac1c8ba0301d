package datagroup_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/datagroup"
)

// exampleSchema declares two attributes beside id, source and name.
func exampleSchema() *datagroup.Schema {
	schema, err := datagroup.NewSchema(
		datagroup.Attribute{Name: "country", Type: datagroup.StringType},
		datagroup.Attribute{Name: "labels", Type: datagroup.LabelsType},
	)
	if err != nil {
		panic(err)
	}
	return schema
}

// exampleAccounts has an account with labels and one without.
func exampleAccounts(schema *datagroup.Schema) []datagroup.Account {
	us, err := schema.Account("us-1", "google", map[string]datagroup.Value{
		"country": datagroup.Text("US"), "labels": datagroup.Labels("vip", "retail"),
	})
	unlabelled, err2 := schema.Account("us-2", "google", map[string]datagroup.Value{"country": datagroup.Text("US")})
	if err := errors.Join(err, err2); err != nil {
		panic(err)
	}
	return []datagroup.Account{us, unlabelled}
}

// A filter matches an account only if it is definitely true: us-2 has no
// labels, so they might include test.
func Example() {
	schema := exampleSchema()
	filter, err := schema.Parse(`country in ("US", "CA") and not labels has "test"`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(filter)
	for _, account := range exampleAccounts(schema) {
		fmt.Println(account.ID(), filter.Match(account))
	}
	// Output:
	// country in ('US', 'CA') and not labels has 'test'
	// us-1 true
	// us-2 unknown
}

// An error has a position, and a suggestion for a near miss.
func ExampleSchema_Parse() {
	_, err := exampleSchema().Parse("contry = 'US'")
	fmt.Println(errors.Is(err, datagroup.ErrUnknownAttribute))
	fmt.Println(err)

	_, err = exampleSchema().Parse("country = 'US' and campaign = 'spring'")
	fmt.Println(err)
	// Output:
	// true
	// datagroup: filter at 1:1: attribute "contry": it does not exist; did you mean country?
	// datagroup: filter at 1:20: attribute "campaign": it is finer than an account; data groups work at account level
}

// Explain says of each part of a filter what it makes of an account.
func ExampleFilter_Explain() {
	schema := exampleSchema()
	filter, err := schema.Parse("country in ('US', 'CA') and not labels has 'test'")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, leaf := range filter.Explain(exampleAccounts(schema)[1]) {
		fmt.Printf("%s: %v, missing %v\n", leaf.Text, leaf.Truth, leaf.Missing)
	}
	// Output:
	// country in ('US', 'CA'): true, missing false
	// labels has 'test': unknown, missing true
}

// A preview shows what a filter would match, before it is saved.
func ExampleNewPreview() {
	schema := exampleSchema()
	filter, err := schema.Parse("country = 'US' and labels has 'vip'")
	if err != nil {
		fmt.Println(err)
		return
	}
	preview := datagroup.NewPreview(filter.Truths(slices.Values(exampleAccounts(schema))))
	fmt.Println(preview.Matches, "matches,", preview.Unknown, "unknown")
	fmt.Println(preview.Sources[0].Source, preview.Sources[0].Accounts)
	// Output:
	// 1 matches, 1 unknown
	// google [us-1]
}

// The union of data groups is the or of their filters.
func ExampleAny() {
	schema := exampleSchema()
	us, err := schema.Parse("country = 'US'")
	vip, err2 := schema.Parse("labels has 'vip'")
	fmt.Println(datagroup.Any(us, vip, us), errors.Join(err, err2))
	fmt.Println(datagroup.Any())
	// Output:
	// country = 'US' or labels has 'vip' <nil>
	// nothing
}

// Before a filter is changed: does the change take accounts away only, whatever
// accounts there will be? The second one also gives some: those labelled test.
func ExampleImplies() {
	schema := exampleSchema()
	old, err := schema.Parse("country in ('US', 'CA') and not labels has 'test'")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"country = 'US' and not labels has any ('test', 'old')", "country = 'CA'"} {
		next, err := schema.Parse(text)
		if err != nil {
			fmt.Println(err)
			return
		}
		narrows := datagroup.Implies(next, old, schema)
		fmt.Println(narrows.Answer, maps.Collect(narrows.Counterexample.Values()))
	}

	// A filter that can match nothing implies nothing, the zero Filter.
	never, err := schema.Parse("country = 'US' and country prefix 'C'")
	fmt.Println(datagroup.Implies(never, datagroup.Filter{}, schema).Answer, err)
	// Output:
	// yes map[]
	// no map[country:'CA' labels:('test')]
	// yes <nil>
}

// A filter can be walked, to say it in another language. For SQL there is package
// sqlfilter.
func ExampleFilter_Root() {
	filter, err := exampleSchema().Parse("country in ('US', 'CA') and not labels has 'test'")
	if err != nil {
		fmt.Println(err)
		return
	}
	var english func(n datagroup.Node) string
	english = func(n datagroup.Node) string {
		switch n := n.(type) {
		case datagroup.And:
			return english(n[0]) + ", and " + english(n[1])
		case datagroup.Not:
			return "it is not so that " + english(n.Operand)
		case datagroup.Comparison:
			if n.Operator == datagroup.In {
				return n.Attribute.Name + " is one of " + strings.Join(n.List, ", ")
			}
			return n.Attribute.Name + " " + n.Operator.String() + " " + n.Value.Text()
		default:
			return "what this program has no words for"
		}
	}
	fmt.Println(english(filter.Root()))
	// Output:
	// country is one of US, CA, and it is not so that labels has test
}
