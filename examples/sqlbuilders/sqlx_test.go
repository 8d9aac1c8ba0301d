package sqlbuilders

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/ambit-authz/ambit/access"
)

// sqlx is database/sql: write ?, and Rebind numbers all of them.
func Example_sqlx() {
	db := sqlx.NewDb(openReports(), "sqlite")
	defer db.Close()
	for _, reader := range readers {
		visible, err := accounts.View(policy.View(access.User(reader)))
		if err != nil {
			fmt.Println(err)
			return
		}
		where, args, _ := visible.ToSql()
		query := db.Rebind(`SELECT COALESCE(SUM(v.clicks), 0)
			FROM visit v JOIN account a ON a.id = v.account
			WHERE v.day >= ? AND ` + where + ` AND v.day < ?`)
		args = append([]any{first}, append(args, until)...)
		var clicks int64
		err = db.Get(&clicks, query, args...)
		fmt.Println(reader, clicks, err)
	}
	// Output:
	// ada 5704 <nil>
	// eve 2524 <nil>
	// tim 0 <nil>
}

// sqlxLibraries returns sqlx as it is, with sqlx.In, and with named arguments in
// the host's own parts of the query.
func sqlxLibraries(plain *sql.DB, driver string) []library {
	db := sqlx.NewDb(plain, driver)
	run := func(text string, args []any) (all []int64, _ string, err error) {
		text = db.Rebind(text)
		err = db.Select(&all, text, args...)
		return all, text, err
	}
	return []library{
		{name: "sqlx", rows: func(q question) ([]int64, string, error) { return run(q.text()) }},
		{name: "sqlx.In", rows: func(q question) ([]int64, string, error) {
			text, args := q.text()
			text, args, err := sqlx.In(text, args...)
			if err != nil {
				return nil, text, err
			}
			return run(text, args)
		}},
		{name: "sqlx.Named", rows: func(q question) ([]int64, string, error) {
			where, args, _ := q.visible.ToSql()
			host := map[string]any{"first": first, "until": until}
			before, after, _ := strings.Cut(q.shape.query(), "%s")
			before, head, err := sqlx.Named(strings.Replace(before, "?", ":first", 1), host)
			if err != nil {
				return nil, before, err
			}
			after, tail, err := sqlx.Named(strings.Replace(after, "?", ":until", 1), host)
			if err != nil {
				return nil, after, err
			}
			return run(before+where+after, slices.Concat(head, args, tail))
		}},
	}
}
