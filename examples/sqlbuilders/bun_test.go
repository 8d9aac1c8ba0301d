package sqlbuilders

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"

	"github.com/ambit-authz/ambit/access"
)

// bun takes the text and the arguments. It writes the values into the SQL, as it
// does with all values.
func Example_bun() {
	db := bun.NewDB(openReports(), sqlitedialect.New())
	defer db.Close()
	for _, reader := range readers {
		visible, err := accounts.View(policy.View(access.User(reader)))
		if err != nil {
			fmt.Println(err)
			return
		}
		where, args, _ := visible.ToSql()
		var clicks int64
		err = db.NewSelect().ColumnExpr("COALESCE(SUM(v.clicks), 0)").
			TableExpr("visit AS v").Join("JOIN account AS a ON a.id = v.account").
			Where("v.day >= ?", first).
			Where(where, args...).
			Where("v.day < ?", until).
			Scan(context.Background(), &clicks)
		fmt.Println(reader, clicks, err)
	}
	// Output:
	// ada 5704 <nil>
	// eve 2524 <nil>
	// tim 0 <nil>
}

func bunLibrary(plain *sql.DB, dialect schema.Dialect) library {
	db := bun.NewDB(plain, dialect)
	return library{name: "bun", textual: true, noNUL: true, rows: func(q question) ([]int64, string, error) {
		where, args, _ := q.visible.ToSql()
		query := db.NewSelect().ColumnExpr("v.id").TableExpr("visit AS v").OrderExpr("v.id")
		if q.shape == joined {
			query = query.Join("JOIN account AS a ON a.id = v.account AND "+where, args...).Where("v.day = 2").WhereOr("v.day = ?", until)
		} else {
			query = query.Join("JOIN account AS a ON a.id = v.account").Where("v.day >= ?", first)
		}
		switch q.shape {
		case between:
			query = query.Where(where, args...).Where("v.day < ?", until)
		case either:
			query = query.WhereGroup(" AND ", func(g *bun.SelectQuery) *bun.SelectQuery {
				return g.Where("v.day = 2").WhereOr(where, args...)
			}).Where("v.day < ?", until)
		case not:
			query = query.Where("NOT "+where, args...).Where("v.day < ?", until)
		}
		var ids []int64
		err := query.Scan(context.Background(), &ids)
		return ids, query.String(), err
	}}
}
