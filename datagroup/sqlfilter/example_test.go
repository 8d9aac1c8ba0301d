package sqlfilter_test

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

// accounts describes where a table of accounts keeps their attributes.
func accounts(d sqlfilter.Dialect) *sqlfilter.Table {
	table, err := sqlfilter.NewTable(d, "a", map[string]sqlfilter.Column{
		"id":      {Text: "id"},
		"country": {Text: "country"},
		"labels":  {Rows: &sqlfilter.Rows{Table: "account_labels", Account: "account_id", Label: "label", Known: "a.labels_known"}},
	})
	if err != nil {
		panic(err)
	}
	return table
}

func filter(text string) datagroup.Filter {
	schema, err := datagroup.NewSchema(
		datagroup.Attribute{Name: "country", Type: datagroup.StringType},
		datagroup.Attribute{Name: "labels", Type: datagroup.LabelsType},
		datagroup.Attribute{Name: "spend", Type: datagroup.NumberType},
	)
	if err != nil {
		panic(err)
	}
	f, err := schema.Parse(text)
	if err != nil {
		panic(err)
	}
	return f
}

// A filter becomes a condition on the table of accounts. Rows that belong to
// accounts are those of the accounts selected.
func Example() {
	where, err := accounts(sqlfilter.PostgreSQL()).Where(filter("country in ('US', 'CA')"))
	if err != nil {
		fmt.Println(err)
		return
	}
	sql, args := where.Numbered(2) // $1 is an argument of the statement's own
	fmt.Println("SELECT sum(r.clicks) FROM rows AS r WHERE r.day = $1 AND r.account_id IN")
	fmt.Println("  (SELECT a.id FROM accounts AS a WHERE " + sql + ")")
	fmt.Println(args)
	// Output:
	// SELECT sum(r.clicks) FROM rows AS r WHERE r.day = $1 AND r.account_id IN
	//   (SELECT a.id FROM accounts AS a WHERE (CAST("a"."country" COLLATE "C" AS text) IN ($2, $3) AND "a"."country" IN ($4, $5)))
	// [US CA US CA]
}

// A view says which way is cheaper: ann sees more accounts by one comparison than a
// list should have. What she sees is package access's to say; any View will do.
func ExampleTable_View() {
	ann := view{length: 2000, size: 1, filter: filter("country = 'US'")} // as policy.View(access.User("ann")) is
	visible, err := accounts(sqlfilter.DuckDB()).View(ann)
	fmt.Println(sqlfilter.ShapeOf(ann), err)
	fmt.Println(visible)
	// Output:
	// by filter <nil>
	// (encode("a"."country") = unhex(?))
}

// What cannot be said is an error, before anything is asked of the database. The
// accounts can be selected by their ids then.
func ExampleTable_Where() {
	_, err := accounts(sqlfilter.SQLite()).Where(filter("spend > 1000"))
	fmt.Println(err)
	// Output:
	// sqlfilter: where: attribute "spend": no column is described for it: add it to the table, or select the accounts by their ids
}

// A list of ids is one argument, for a table that has the ids of accounts only.
func ExampleTable_IDs() {
	rows, err := sqlfilter.NewTable(sqlfilter.DuckDB(), "r", map[string]sqlfilter.Column{"id": {Text: "account_id"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	visible, err := rows.IDs(slices.Values([]datagroup.AccountID{"us-1", "ca-1"}))
	sql, args, _ := visible.ToSql()
	fmt.Println(sql)
	fmt.Println(args, err)
	// Output:
	// (encode("r"."account_id") IN (SELECT encode(unnest(from_json(?, '["VARCHAR"]')))))
	// [["us-1","ca-1"]] <nil>
}

// A list for SQL of one's own, such as that which sqlc reads.
func ExampleDialect_List() {
	list, err := sqlfilter.PostgreSQL().List(slices.Values([]datagroup.AccountID{"us-1", "ca-1"}))
	fmt.Println("SELECT … WHERE account_id IN (SELECT unnest(CAST(CAST($1 AS text) AS text[])))")
	fmt.Println(list, err)
	// Output:
	// SELECT … WHERE account_id IN (SELECT unnest(CAST(CAST($1 AS text) AS text[])))
	// {"us-1","ca-1"} <nil>
}

// A warehouse that takes no arguments gets the ids in hexadecimal: there is nothing
// in it that could need quotes. Its function may be TO_HEX or HEX_ENCODE, and give
// letters in the other case.
func Example_textOnly() {
	ids := []datagroup.AccountID{"us-1", "it's"}
	var list []string
	for _, id := range ids {
		list = append(list, "'"+strings.ToUpper(hex.EncodeToString([]byte(id)))+"'")
	}
	fmt.Println("SELECT … WHERE hex(account_id) IN (" + strings.Join(list, ", ") + ")")
	// Output:
	// SELECT … WHERE hex(account_id) IN ('75732D31', '69742773')
}

// A database that is like another but for a template: PostgreSQL 10 had no
// starts_with. Package sqlfiltertest tries whether that is right.
func ExampleDialect() {
	old := sqlfilter.PostgreSQL()
	old.Name = "PostgreSQL 10"
	old.Prefix = "left({text}, char_length({literal})) = {literal}"
	where, err := accounts(old).Where(filter("country prefix 'U'"))
	fmt.Println(where, err)
	// Output:
	// (left(CAST("a"."country" COLLATE "C" AS text), char_length(?)) = ?) <nil>
}
