package sqlfiltertest

import (
	"slices"

	"github.com/ambit-authz/ambit/datagroup"
)

// attributes are what the corpus has, two of each type beside the built-in ones,
// so that a column that is taken for another one is noticed.
var attributes = []datagroup.Attribute{
	{Name: "id", Type: datagroup.StringType},
	{Name: "source", Type: datagroup.StringType},
	{Name: "name", Type: datagroup.StringType},
	{Name: "country", Type: datagroup.StringType},
	{Name: "labels", Type: datagroup.LabelsType},
	{Name: "note", Type: datagroup.StringType},
	{Name: "rate", Type: datagroup.NumberType},
	{Name: "spend", Type: datagroup.NumberType},
	{Name: "tags", Type: datagroup.LabelsType},
}

const builtIn = 3 // the first attributes, which no schema declares

// always reports whether every account has a value for the attribute.
func always(a datagroup.Attribute) bool { return a.Name == "id" || a.Name == "source" }

// ofType returns the attributes of a type.
func ofType(t datagroup.Type) []datagroup.Attribute {
	var list []datagroup.Attribute
	for _, a := range attributes {
		if a.Type == t {
			list = append(list, a)
		}
	}
	return list
}

// Schema returns the schema of the corpus. Beside id, source and name it declares
// the strings country and note, the numbers rate and spend, and the sets of
// labels labels and tags.
func Schema() *datagroup.Schema {
	schema, err := datagroup.NewSchema(attributes[builtIn:]...)
	if err != nil {
		panic(err) // the attributes do not depend on anything
	}
	return schema
}

// attribute returns the attribute of that name.
func attribute(name string) datagroup.Attribute {
	i := slices.IndexFunc(attributes, func(a datagroup.Attribute) bool { return a.Name == name })
	return attributes[i]
}
