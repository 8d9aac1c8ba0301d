package sqlbuilders

import (
	"database/sql"
	"fmt"

	"github.com/Masterminds/squirrel"

	"github.com/ambit-authz/ambit/access"
)

// squirrel takes the condition as it is, and numbers all arguments if it is told
// to: PlaceholderFormat(squirrel.Dollar).
func Example_squirrel() {
	db := openReports()
	defer db.Close()
	for _, reader := range readers {
		visible, err := accounts.View(policy.View(access.User(reader)))
		if err != nil {
			fmt.Println(err)
			return
		}
		query := squirrel.Select("COALESCE(SUM(v.clicks), 0)").
			From("visit v").Join("account a ON a.id = v.account").
			Where(squirrel.GtOrEq{"v.day": first}).
			Where(visible).
			Where(squirrel.Lt{"v.day": until})
		var clicks int64
		err = query.RunWith(db).QueryRow().Scan(&clicks)
		fmt.Println(reader, clicks, err)
	}
	// Output:
	// ada 5704 <nil>
	// eve 2524 <nil>
	// tim 0 <nil>
}

func squirrelLibrary(db *sql.DB, format squirrel.PlaceholderFormat) library {
	return library{name: "squirrel", rows: func(q question) ([]int64, string, error) {
		query := squirrel.Select("v.id").From("visit v").OrderBy("v.id").PlaceholderFormat(format)
		after, before := squirrel.GtOrEq{"v.day": first}, squirrel.Lt{"v.day": until}
		if q.shape == joined {
			query = query.JoinClause(squirrel.Expr("JOIN account a ON a.id = v.account AND ?", q.visible)).Where("v.day = 2 OR v.day = ?", until)
		} else {
			query = query.Join("account a ON a.id = v.account")
		}
		switch q.shape {
		case between:
			query = query.Where(after).Where(q.visible).Where(before)
		case either:
			query = query.Where(after).Where(squirrel.Or{squirrel.Eq{"v.day": first}, q.visible}).Where(before)
		case not:
			query = query.Where(after).Where(squirrel.Expr("NOT ?", q.visible)).Where(before)
		}
		text, args, err := query.ToSql()
		if err != nil {
			return nil, "", err
		}
		rows, err := ids(db.Query(text, args...))
		return rows, text, err
	}}
}
