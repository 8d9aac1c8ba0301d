package sqlfiltertest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter/sqlfiltertest"
)

// Your test inserts into your database and selects from it. Here there is none.
func ExampleTestDatabase() {
	table, err := sqlfilter.NewTable(sqlfilter.PostgreSQL(), "a", map[string]sqlfilter.Column{
		"id": {Text: "id"}, "source": {Text: "source"}, "name": {Text: "name"},
		"country": {Text: "country"}, "note": {Text: "note"}, "rate": {Number: "rate"}, "spend": {Number: "spend"},
		"labels": {JSON: "labels"}, "tags": {Array: "tags"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = sqlfiltertest.TestDatabase(context.Background(), sqlfiltertest.Database{
		Table:    table,
		Numbered: true,
		Store: func(ctx context.Context, a datagroup.Account) error {
			return nil // INSERT INTO accounts …
		},
		Select: func(ctx context.Context, where string, args []any) ([]datagroup.AccountID, error) {
			return nil, errors.New("there is no database") // SELECT a.id FROM accounts AS a WHERE …
		},
	}, &sqlfiltertest.Config{MostErrors: 1})
	fmt.Println(err)
	// Output:
	// sqlfiltertest: store: there is no database: NOT (1 = 1)
}
