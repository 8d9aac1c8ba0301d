package sqlbuilders

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

// entPredicate returns a condition for ent, which numbers its arguments among those
// of the whole query. Where takes it in the code that ent generates as well: a
// predicate there is a func(*sql.Selector), see [visibleVisits].
func entPredicate(p sqlfilter.Predicate) *entsql.Predicate {
	return entsql.P(func(b *entsql.Builder) {
		text, args, _ := p.ToSql()
		for _, arg := range args {
			before, after, _ := strings.Cut(text, "?")
			b.WriteString(before).Arg(arg)
			text = after
		}
		b.WriteString(text)
	})
}

// visibleVisits is what a generated client takes: client.Visit.Query().Where(…).
func visibleVisits(p sqlfilter.Predicate) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		a := entsql.Dialect(s.Dialect()).Table("account").As("a")
		s.Join(a).On(s.C("account"), a.C("id"))
		s.Where(entPredicate(p))
	}
}

// ent takes the condition by a function of ten lines, entPredicate above.
func Example_ent() {
	db := entsql.OpenDB(dialect.SQLite, openReports())
	defer db.Close()
	for _, reader := range readers {
		visible, err := accounts.View(policy.View(access.User(reader)))
		if err != nil {
			fmt.Println(err)
			return
		}
		v := entsql.Table("visit").As("v")
		query := entsql.Dialect(dialect.SQLite).SelectExpr(entsql.Expr("COALESCE(SUM(v.clicks), 0)")).From(v).
			Where(entsql.GTE(v.C("day"), first))
		visibleVisits(visible)(query)
		text, args := query.Where(entsql.LT(v.C("day"), until)).Query()
		var rows entsql.Rows
		if err := db.Query(context.Background(), text, args, &rows); err != nil {
			fmt.Println(err)
			return
		}
		clicks, err := entsql.ScanInt64(rows)
		fmt.Println(reader, clicks, err)
	}
	// Output:
	// ada 5704 <nil>
	// eve 2524 <nil>
	// tim 0 <nil>
}

func entLibrary(db *sql.DB, name string) library {
	return library{name: "ent", rows: func(q question) ([]int64, string, error) {
		build := entsql.Dialect(name)
		v, a := build.Table("visit").As("v"), build.Table("account").As("a")
		query := build.Select(v.C("id")).From(v).OrderBy(v.C("id"))
		after, before, visible := entsql.GTE(v.C("day"), first), entsql.LT(v.C("day"), until), entPredicate(q.visible)
		switch q.shape {
		case between:
			query.Where(after)
			visibleVisits(q.visible)(query)
			query.Where(before)
		case either:
			query.Join(a).On(v.C("account"), a.C("id")).Where(entsql.And(after, entsql.Or(entsql.EQ(v.C("day"), first), visible), before))
		case not:
			query.Join(a).On(v.C("account"), a.C("id")).Where(after).Where(entsql.Not(visible)).Where(before)
		case joined:
			query.Join(a).OnP(entsql.And(entsql.ColumnsEQ(v.C("account"), a.C("id")), visible)).
				Where(entsql.EQ(v.C("day"), first)).Or().Where(entsql.EQ(v.C("day"), until))
		}
		text, args := query.Query()
		rows, err := ids(db.Query(text, args...))
		return rows, text, err
	}}
}
