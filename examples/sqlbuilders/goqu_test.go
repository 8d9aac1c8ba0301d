package sqlbuilders

import (
	"database/sql"
	"fmt"

	"github.com/doug-martin/goqu/v9"
	_ "github.com/doug-martin/goqu/v9/dialect/postgres"
	_ "github.com/doug-martin/goqu/v9/dialect/sqlite3"

	"github.com/ambit-authz/ambit/access"
)

// goqu takes the condition as a literal with arguments. Prepared(true) keeps the
// values out of the SQL.
func Example_goqu() {
	db := goqu.New("sqlite3", openReports())
	for _, reader := range readers {
		visible, err := accounts.View(policy.View(access.User(reader)))
		if err != nil {
			fmt.Println(err)
			return
		}
		where, args, _ := visible.ToSql()
		query := db.From(goqu.T("visit").As("v")).Prepared(true).
			Select(goqu.COALESCE(goqu.SUM("v.clicks"), 0)).
			Join(goqu.T("account").As("a"), goqu.On(goqu.I("a.id").Eq(goqu.I("v.account")))).
			Where(goqu.I("v.day").Gte(first), goqu.L(where, args...), goqu.I("v.day").Lt(until))
		var clicks int64
		_, err = query.ScanVal(&clicks)
		fmt.Println(reader, clicks, err)
	}
	// Output:
	// ada 5704 <nil>
	// eve 2524 <nil>
	// tim 0 <nil>
}

// goquLibraries returns goqu with arguments, and as it is by default: with the
// values in the text.
func goquLibraries(db *sql.DB, dialect string) []library {
	run := func(q question, prepared bool) ([]int64, string, error) {
		where, args, _ := q.visible.ToSql()
		visible := goqu.L(where, args...)
		on := goqu.I("a.id").Eq(goqu.I("v.account"))
		day := goqu.I("v.day")
		query := goqu.Dialect(dialect).From(goqu.T("visit").As("v")).Prepared(prepared).Select("v.id").Order(goqu.I("v.id").Asc())
		if q.shape == joined {
			query = query.Join(goqu.T("account").As("a"), goqu.On(on, visible)).Where(goqu.L("v.day = 2 OR v.day = ?", until))
		} else {
			query = query.Join(goqu.T("account").As("a"), goqu.On(on))
		}
		switch q.shape {
		case between:
			query = query.Where(day.Gte(first), visible, day.Lt(until))
		case either:
			query = query.Where(day.Gte(first), goqu.Or(day.Eq(first), visible), day.Lt(until))
		case not:
			query = query.Where(day.Gte(first), goqu.L("NOT ?", visible), day.Lt(until))
		}
		text, args, err := query.ToSQL()
		if err != nil {
			return nil, "", err
		}
		rows, err := ids(db.Query(text, args...))
		return rows, text, err
	}
	return []library{
		{name: "goqu", rows: func(q question) ([]int64, string, error) { return run(q, true) }},
		{name: "goqu with values in the text", textual: true, noNUL: true, rows: func(q question) ([]int64, string, error) { return run(q, false) }},
	}
}
