package sqlbuilders

import (
	"database/sql"
	"fmt"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/utils/tests"

	"github.com/ambit-authz/ambit/access"
)

// gorm takes the text and the arguments, and numbers them as its database does.
func Example_gorm() {
	db := openGorm(tests.DummyDialector{}, openReports())
	for _, reader := range readers {
		visible, err := accounts.View(policy.View(access.User(reader)))
		if err != nil {
			fmt.Println(err)
			return
		}
		where, args, _ := visible.ToSql()
		var clicks int64
		err = db.Table("visit AS v").Joins("JOIN account AS a ON a.id = v.account").
			Where("v.day >= ?", first).
			Where(where, args...).
			Where("v.day < ?", until).
			Select("COALESCE(SUM(v.clicks), 0)").Scan(&clicks).Error
		fmt.Println(reader, clicks, err)
	}
	// Output:
	// ada 5704 <nil>
	// eve 2524 <nil>
	// tim 0 <nil>
}

// openGorm returns gorm on an open database. For SQLite the tests use gorm's own
// plain dialect, as its drivers for SQLite bring another SQLite with them.
func openGorm(d gorm.Dialector, pool gorm.ConnPool) *gorm.DB {
	db, err := gorm.Open(d, &gorm.Config{ConnPool: pool, Logger: logger.Discard})
	if err != nil {
		panic(err)
	}
	return db
}

func gormSQLite(db *sql.DB) *gorm.DB { return openGorm(tests.DummyDialector{}, db) }

func gormPostgreSQL(db *sql.DB) *gorm.DB {
	return openGorm(postgres.New(postgres.Config{Conn: db}), nil)
}

// inGorm returns the query of a question, with the condition as text and arguments
// or as a clause.
func inGorm(tx *gorm.DB, q question, asClause bool) *gorm.DB {
	text, values, _ := q.visible.ToSql()
	var where any = text
	args := values
	if asClause {
		where, args = clause.Expr{SQL: text, Vars: values}, nil
	}
	group := tx.Session(&gorm.Session{NewDB: true})
	tx = tx.Table("visit AS v").Select("v.id").Order("v.id")
	if q.shape == joined {
		return tx.Joins("JOIN account AS a ON a.id = v.account AND "+text, values...).Where("v.day = 2").Or("v.day = ?", until)
	}
	tx = tx.Joins("JOIN account AS a ON a.id = v.account").Where("v.day >= ?", first)
	switch q.shape {
	case between:
		tx = tx.Where(where, args...)
	case either:
		tx = tx.Where(group.Where("v.day = 2").Or(where, args...))
	case not:
		tx = tx.Not(where, args...)
	}
	return tx.Where("v.day < ?", until)
}

func gormLibraries(db *gorm.DB) []library {
	run := func(q question, asClause bool) ([]int64, string, error) {
		var ids []int64
		sent := inGorm(db.Session(&gorm.Session{DryRun: true}), q, asClause).Find(&ids).Statement.SQL.String()
		err := inGorm(db, q, asClause).Find(&ids).Error
		return ids, sent, err
	}
	return []library{
		{name: "gorm", rows: func(q question) ([]int64, string, error) { return run(q, false) }},
		{name: "gorm clause", rows: func(q question) ([]int64, string, error) { return run(q, true) }},
	}
}

// gormPrinted runs what gorm prints for people, which is right on PostgreSQL and
// for SQLite is not: see TestPrinted.
func gormPrinted(db *gorm.DB) library {
	return library{name: "gorm ToSQL", textual: true, noNUL: true, rows: func(q question) ([]int64, string, error) {
		var ids []int64
		text := db.ToSQL(func(tx *gorm.DB) *gorm.DB { return inGorm(tx, q, false).Find(&ids) })
		err := db.Raw(text).Find(&ids).Error
		return ids, text, err
	}}
}
