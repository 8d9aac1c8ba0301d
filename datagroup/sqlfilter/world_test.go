package sqlfilter_test

import (
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

// dialects are those that ship.
var dialects = []sqlfilter.Dialect{sqlfilter.SQLite(), sqlfilter.PostgreSQL(), sqlfilter.MariaDB(), sqlfilter.DuckDB()}

// columns has an attribute of every type, and labels kept in every way that d has.
func columns(d sqlfilter.Dialect) map[string]sqlfilter.Column {
	c := map[string]sqlfilter.Column{
		"id":      {Text: "id"},
		"country": {Text: "country"},
		"upper":   {Text: "upper(a.country)", Expression: true},
		"spend":   {Number: "spend"},
		"json":    {JSON: "labels"},
		"rows":    {Rows: &sqlfilter.Rows{Table: "account_labels", Account: "account", Label: "label", Known: "a.labelled"}},
	}
	if d.Array.From != "" {
		c["array"] = sqlfilter.Column{Array: "labels"}
	}
	return c
}

func table(t testing.TB, d sqlfilter.Dialect) *sqlfilter.Table {
	t.Helper()
	table, err := sqlfilter.NewTable(d, "a", columns(d))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// schema is that of columns, and has two attributes without a column.
func schema(t testing.TB) *datagroup.Schema {
	t.Helper()
	var attributes []datagroup.Attribute
	for name, typ := range map[string]datagroup.Type{
		"country": datagroup.StringType, "upper": datagroup.StringType, "spend": datagroup.NumberType,
		"json": datagroup.LabelsType, "rows": datagroup.LabelsType, "array": datagroup.LabelsType,
		"city": datagroup.StringType, "size": datagroup.NumberType,
	} {
		attributes = append(attributes, datagroup.Attribute{Name: name, Type: typ})
	}
	s, err := datagroup.NewSchema(attributes...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parse(t testing.TB, filter string) datagroup.Filter {
	t.Helper()
	f, err := schema(t).Parse(filter)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
