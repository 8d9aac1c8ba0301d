package sqlbuilders

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/Masterminds/squirrel"
	"github.com/doug-martin/goqu/v9"
	"github.com/jackc/pgx/v5"
	"github.com/jmoiron/sqlx"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"gorm.io/gorm"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/ambit-authz/ambit/examples/testserver"
)

// trap is a line that looks right and is not, and the one to write instead: the
// visits of days 2 and 3, with a condition.
type trap struct {
	name           string
	wrong, instead func(sqlfilter.Predicate) ([]int64, error)
}

// TestTraps shows that what the README warns of shows rows to somebody who sees
// none, and that what it says instead is right.
func TestTraps(t *testing.T) {
	t.Parallel()
	db := openReports()
	defer db.Close()
	const all = "SELECT v.id FROM visit v JOIN account a ON a.id = v.account WHERE v.day IN (2, 3) ORDER BY v.id"
	want, err := ids(db.Query(all))
	if err != nil {
		t.Fatal(err)
	}
	everything, err := accounts.Where(must(policy.Directory().Schema().Parse("everything")))
	if err != nil {
		t.Fatal(err)
	}
	var nobody sqlfilter.Predicate
	for _, trap := range slices.Concat(builderTraps(db), mapperTraps(db)) {
		if rows, err := trap.wrong(nobody); len(rows) == 0 {
			t.Errorf("%s: no trap any more, %v; correct the README", trap.name, err)
		}
		if rows, err := trap.instead(nobody); len(rows) > 0 || err != nil {
			t.Errorf("%s, instead: rows %v for nobody, %v", trap.name, rows, err)
		}
		if rows, err := trap.instead(everything); !slices.Equal(rows, want) || err != nil {
			t.Errorf("%s, instead: rows %v, want %v, %v", trap.name, rows, want, err)
		}
	}
}

// builderTraps are those of what builds a text.
func builderTraps(db *sql.DB) []trap {
	run := func(text string, args []any, err error) ([]int64, error) {
		if err != nil {
			return nil, err
		}
		return ids(db.Query(text, args...))
	}
	inSquirrel := squirrel.Select("v.id").From("visit v").Join("account a ON a.id = v.account").OrderBy("v.id")
	inGoqu := goqu.Dialect("sqlite3").From(goqu.T("visit").As("v")).Prepared(true).Select("v.id").Order(goqu.I("v.id").Asc()).
		Join(goqu.T("account").As("a"), goqu.On(goqu.I("a.id").Eq(goqu.I("v.account"))))
	literal := func(p sqlfilter.Predicate) goqu.Expression {
		where, args, _ := p.ToSql()
		return goqu.L(where, args...)
	}
	v := entsql.Table("visit").As("v")
	day2, day3 := entsql.EQ(v.C("day"), 2), entsql.EQ(v.C("day"), 3)
	inEnt := func(where func(*entsql.Selector)) ([]int64, error) {
		a := entsql.Table("account").As("a")
		query := entsql.Dialect(dialect.SQLite).Select(v.C("id")).From(v).Join(a).On(v.C("account"), a.C("id")).OrderBy(v.C("id"))
		where(query)
		text, args := query.Query()
		return run(text, args, nil)
	}
	return []trap{
		{"squirrel", func(p sqlfilter.Predicate) ([]int64, error) {
			return run(inSquirrel.Where("v.day = 2 OR v.day = 3").Where(p).ToSql())
		}, func(p sqlfilter.Predicate) ([]int64, error) {
			return run(inSquirrel.Where(squirrel.Or{squirrel.Eq{"v.day": 2}, squirrel.Eq{"v.day": 3}}).Where(p).ToSql())
		}},
		{"goqu", func(p sqlfilter.Predicate) ([]int64, error) {
			return run(inGoqu.Where(goqu.L("v.day = 2 OR v.day = 3"), literal(p)).ToSQL())
		}, func(p sqlfilter.Predicate) ([]int64, error) {
			return run(inGoqu.Where(goqu.Or(goqu.I("v.day").Eq(2), goqu.I("v.day").Eq(3)), literal(p)).ToSQL())
		}},
		{"ent", func(p sqlfilter.Predicate) ([]int64, error) {
			return inEnt(func(s *entsql.Selector) { s.Where(entPredicate(p)).Where(day2).Or().Where(day3) })
		}, func(p sqlfilter.Predicate) ([]int64, error) {
			return inEnt(func(s *entsql.Selector) { s.Where(entsql.And(entPredicate(p), entsql.Or(day2, day3))) })
		}},
	}
}

// mapperTraps are those of gorm and bun.
func mapperTraps(db *sql.DB) []trap {
	mapper := gormSQLite(db)
	runGorm := func(where func(tx *gorm.DB) *gorm.DB) (ids []int64, err error) {
		tx := mapper.Table("visit AS v").Select("v.id").Joins("JOIN account AS a ON a.id = v.account").Order("v.id")
		return ids, where(tx).Find(&ids).Error
	}
	twoDays := mapper.Where("v.day = 2").Or("v.day = 3")
	inBun := func(where func(*bun.SelectQuery) *bun.SelectQuery) (ids []int64, err error) {
		query := bun.NewDB(db, sqlitedialect.New()).NewSelect().TableExpr("visit AS v").ColumnExpr("v.id").Join("JOIN account AS a ON a.id = v.account").OrderExpr("v.id")
		return ids, where(query).Scan(context.Background(), &ids)
	}
	return []trap{
		{"gorm", func(p sqlfilter.Predicate) ([]int64, error) {
			where, args, _ := p.ToSql()
			return runGorm(func(tx *gorm.DB) *gorm.DB { return tx.Where("v.day = 2").Or("v.day = 3").Where(where, args...) })
		}, func(p sqlfilter.Predicate) ([]int64, error) {
			where, args, _ := p.ToSql()
			return runGorm(func(tx *gorm.DB) *gorm.DB { return tx.Where(twoDays).Where(where, args...) })
		}},
		{"bun", func(p sqlfilter.Predicate) ([]int64, error) {
			where, args, _ := p.ToSql()
			return inBun(func(q *bun.SelectQuery) *bun.SelectQuery {
				return q.Where("v.day = 2").WhereOr("v.day = 3").Where(where, args...)
			})
		}, func(p sqlfilter.Predicate) ([]int64, error) {
			where, args, _ := p.ToSql()
			return inBun(func(q *bun.SelectQuery) *bun.SelectQuery {
				return q.WhereGroup(" AND ", func(g *bun.SelectQuery) *bun.SelectQuery { return g.Where("v.day = 2").WhereOr("v.day = 3") }).Where(where, args...)
			})
		}},
	}
}

// TestValue: what takes the condition itself for a value is an error. gorm's Where
// would leave out a struct that has nothing to compare.
func TestValue(t *testing.T) {
	t.Parallel()
	db := openReports()
	defer db.Close()
	for _, visible := range []any{sqlfilter.Predicate{}, &sqlfilter.Predicate{}} {
		var rows []int64
		for name, query := range map[string]func(*gorm.DB) *gorm.DB{
			"Where": func(tx *gorm.DB) *gorm.DB { return tx.Where(visible).Find(&rows) },
			"Not":   func(tx *gorm.DB) *gorm.DB { return tx.Not(visible).Find(&rows) },
			"Or":    func(tx *gorm.DB) *gorm.DB { return tx.Where("id = 0").Or(visible).Find(&rows) },
			"Find":  func(tx *gorm.DB) *gorm.DB { return tx.Find(&rows, visible) },
			"?":     func(tx *gorm.DB) *gorm.DB { return tx.Where("?", visible).Find(&rows) },
		} {
			if err := query(gormSQLite(db).Table("visit").Select("id")).Error; err == nil || len(rows) > 0 {
				t.Errorf("gorm %s: rows %v, %v", name, rows, err)
			}
		}
		if rows, err := ids(db.Query("SELECT id FROM visit WHERE ?", visible)); err == nil || len(rows) > 0 {
			t.Errorf("an argument: rows %v, %v", rows, err)
		}
	}
}

func must(f datagroup.Filter, err error) datagroup.Filter {
	if err != nil {
		panic(err)
	}
	return f
}

// TestEverything: who sees all gets the rows of accounts that the company does not
// have as well, if the query has no JOIN with the accounts.
func TestEverything(t *testing.T) {
	t.Parallel()
	db := openReports()
	defer db.Close()
	view := policy.View(access.User("ada"))
	everything, err := visitsByAccount.View(view)
	if err != nil {
		t.Fatal(err)
	}
	listed, err := visitsByAccount.IDs(view.Accounts())
	if err != nil {
		t.Fatal(err)
	}
	for p, want := range map[*sqlfilter.Predicate]int{&everything: 36, &listed: 32} {
		where, args, _ := p.ToSql()
		if rows, err := ids(db.Query("SELECT v.id FROM visit v WHERE "+where, args...)); len(rows) != want || err != nil {
			t.Errorf("%s: %d rows, want %d, %v", where, len(rows), want, err)
		}
	}
}

// TestPrinted shows why nobody should run what a library prints for people: here
// for a filter that no account matches.
func TestPrinted(t *testing.T) {
	t.Parallel()
	db := openReports()
	defer db.Close()
	for literal, print := range map[string]func(sqlfilter.Predicate) string{
		"' AS BLOB) OR 1 = 1) --": func(p sqlfilter.Predicate) string {
			return squirrel.DebugSqlizer(squirrel.Select("1").From("account a").Where(p))
		},
		"name": func(p sqlfilter.Predicate) string {
			return gormSQLite(db).ToSQL(func(tx *gorm.DB) *gorm.DB {
				where, args, _ := p.ToSql()
				return tx.Table("account AS a").Select("1").Where(where, args...).Find(&[]string{})
			})
		},
	} {
		visible, err := accounts.Where(must(policy.Directory().Schema().Parse("name = " + datagroup.Text(literal).String())))
		if err != nil {
			t.Fatal(err)
		}
		if rows, err := ids(db.Query(print(visible))); len(rows) == 0 {
			t.Errorf("%q: no account is shown, %v: correct the README", literal, err)
		}
	}
}

// TestNumbers shows that ent numbers nothing in an expression, and what sqlx.Named
// does to a cast.
func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a.name = ?", "a.name = $1"} {
		got, _ := entsql.Dialect(dialect.Postgres).Select("v.id").From(entsql.Table("visit").As("v")).
			Where(entsql.And(entsql.GTE("v.day", first), entsql.ExprP(text, "x"))).Query()
		if !strings.Contains(got, "$1 AND "+text) {
			t.Errorf("ent numbers an expression: %s", got)
		}
	}
	if got, _, err := sqlx.Named("a.spend::float8 > :spend", map[string]any{"spend": 1}); got != "a.spend:float8 > ?" || err != nil {
		t.Errorf("sqlx.Named: %s, %v", got, err)
	}
}

// TestBytes shows why no argument is a []byte: pgx takes it for a bytea unless it
// knows better, and gorm takes it apart.
func TestBytes(t *testing.T) {
	t.Parallel()
	statement := gormSQLite(openReports()).Session(&gorm.Session{DryRun: true}).Table("account").Where("country IN (?)", []byte("US")).Find(&[]int64{}).Statement
	if len(statement.Vars) != 2 || statement.Vars[0] != uint8('U') {
		t.Errorf("gorm sends %v", statement.Vars)
	}
	conn, err := pgx.Connect(t.Context(), dsn(testserver.Need(t, postgreSQL), "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, mode := range pgxModes {
		want := "US"
		if mode == pgx.QueryExecModeExec || mode == pgx.QueryExecModeSimpleProtocol {
			want = `\x5553`
		}
		var got string
		if err := conn.QueryRow(t.Context(), "SELECT CAST($1 AS text)", mode, []byte("US")).Scan(&got); err != nil || got != want {
			t.Errorf("%v: %q, %v", mode, got, err)
		}
	}
}
