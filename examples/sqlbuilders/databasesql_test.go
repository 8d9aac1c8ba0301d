package sqlbuilders

import (
	"database/sql"
	"fmt"
	"strings"

	"github.com/ambit-authz/ambit/access"
)

// In a text of SQL the condition stands where a condition may stand, and its
// arguments stand where they belong among the others.
func Example_databaseSQL() {
	db := openReports()
	defer db.Close()
	for _, reader := range readers {
		visible, err := accounts.View(policy.View(access.User(reader)))
		if err != nil {
			fmt.Println(err)
			return
		}
		where, args, _ := visible.ToSql()
		query := `SELECT COALESCE(SUM(v.clicks), 0)
			FROM visit v JOIN account a ON a.id = v.account
			WHERE v.day >= ? AND ` + where + ` AND v.day < ?`
		args = append([]any{first}, append(args, until)...)
		var clicks int64
		err = db.QueryRow(query, args...).Scan(&clicks)
		fmt.Println(reader, clicks, err)
	}
	// Output:
	// ada 5704 <nil>
	// eve 2524 <nil>
	// tim 0 <nil>
}

// A list of ids is one argument, however long it is. It needs no columns but that
// of the id, which may be one of the rows themselves: without a JOIN.
func Example_list() {
	db := openReports()
	defer db.Close()
	for _, reader := range readers {
		visible, err := visitsByAccount.IDs(policy.View(access.User(reader)).Accounts())
		if err != nil {
			fmt.Println(err)
			return
		}
		where, args, _ := visible.ToSql()
		var clicks int64
		err = db.QueryRow("SELECT COALESCE(SUM(v.clicks), 0) FROM visit v WHERE v.day >= ? AND "+where+" AND v.day < ?", append([]any{first}, append(args, until)...)...).Scan(&clicks)
		fmt.Println(reader, clicks, err)
	}
	// Output:
	// ada 5704 <nil>
	// eve 2524 <nil>
	// tim 0 <nil>
}

// databaseSQL runs the text of a query, with ? or with numbers.
func databaseSQL(db *sql.DB) library {
	return library{name: "database/sql", rows: func(q question) ([]int64, string, error) {
		text, args := q.text()
		rows, err := ids(db.Query(text, args...))
		return rows, text, err
	}}
}

// text returns the query in SQL with ?, and its arguments.
func (q question) text() (string, []any) {
	where, args, _ := q.visible.ToSql()
	return strings.Replace(q.shape.query(), "%s", where, 1), append([]any{first}, append(args, until)...)
}

// numbered returns the query in SQL with $1, $2 and so on, and its arguments.
func (q question) numbered() (string, []any) {
	where, args := q.visible.Numbered(2)
	text := strings.Replace(q.shape.query(), "?", "$1", 1)
	before, after, _ := strings.Cut(text, "%s")
	return before + where + strings.Replace(after, "?", fmt.Sprint("$", 2+len(args)), 1), append([]any{first}, append(args, until)...)
}

func databaseSQLNumbered(db *sql.DB) library {
	return library{name: "database/sql", rows: func(q question) ([]int64, string, error) {
		text, args := q.numbered()
		rows, err := ids(db.Query(text, args...))
		return rows, text, err
	}}
}
