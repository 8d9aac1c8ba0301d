package sqlfilters

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter/sqlfiltertest"
	"github.com/ambit-authz/ambit/examples/testserver"
)

// serverKind is how a table in a database with a server keeps accounts, and how the
// conditions get there.
type serverKind struct {
	server  func() (server, error)
	driver  string
	options []string // of the connection
	prepare []string // statements before the tables are made

	text, key    string // the types of columns: key is for id and source, and text if it is empty
	number       string
	set          string // the type of both columns with labels
	ascii        bool   // JSON is written in ASCII, with escapes for the rest
	labels, tags sqlfilter.Column
}

func (k serverKind) open(t testing.TB, d sqlfilter.Dialect) sqlfiltertest.Database {
	t.Helper()
	s := testserver.Need(t, k.server)
	name, admin := s.create(t, append(k.prepare, k.tables()...)...)
	db := connect(t, k.driver, s.dsn(k.driver, name, k.options...))
	id := "a.id"
	if s.Kind() == testserver.MariaDB { // which writes ids in the character set of the connection
		id = "CAST(CONVERT(a.id USING utf8mb4) AS BINARY)"
	}
	return sqlfiltertest.Database{
		Table:    table(t, d, withLabels(k.labels, k.tags)),
		Numbered: s.Kind() == testserver.PostgreSQL,
		Select:   selector(db, id),
		Store:    func(ctx context.Context, a datagroup.Account) error { return k.insert(ctx, admin, s.Kind(), rowOf(a)) },
	}
}

// tables returns the statements that make the tables.
func (k serverKind) tables() []string {
	types := strings.NewReplacer("text", k.text, "key", cmp.Or(k.key, k.text), "number", k.number, "set", k.set)
	var statements []string
	for _, statement := range []string{
		"CREATE TABLE accounts (id key, source key, name text, country text, note text, rate number, spend number, " +
			"labels set, tags set, labels_known boolean, tags_known boolean)",
		"CREATE TABLE account_labels (account key, label text)",
		"CREATE TABLE account_tags (account key, label text)",
		"CREATE INDEX by_id ON accounts (id)",
		"CREATE INDEX labels_by_account ON account_labels (account)",
		"CREATE INDEX tags_by_account ON account_tags (account)",
	} {
		statements = append(statements, types.Replace(statement))
	}
	return statements
}

// insert stores an account.
func (k serverKind) insert(ctx context.Context, db *sql.DB, kind testserver.Kind, r row) error {
	if kind == testserver.PostgreSQL && r.hasNUL() {
		return fmt.Errorf("PostgreSQL: %w", sqlfiltertest.ErrCannotHold)
	}
	var args []any
	for _, v := range r.values {
		args = append(args, scalar(v))
	}
	args = append(args, k.written(r.labels), k.written(r.tags), r.labels != nil, r.tags != nil)
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "INSERT INTO accounts VALUES "+places(kind, 1, len(args)), args...); err != nil {
		return err
	}
	for name, set := range map[string][]string{"account_labels": r.labels, "account_tags": r.tags} {
		if len(set) == 0 {
			continue
		}
		var pairs []any
		for _, label := range set {
			pairs = append(pairs, args[0], label)
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO "+name+" VALUES "+places(kind, len(set), 2), pairs...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// hasNUL reports whether a text has the character NUL. A column of type json would
// take it, and be an error when it is read.
func (r row) hasNUL() bool {
	var all []string
	for _, v := range r.values {
		all = append(all, v.Text())
	}
	all = append(append(all, r.labels...), r.tags...)
	return strings.Contains(strings.Join(all, ""), "\x00")
}

// scalar returns a text or a number as an argument. A number goes as the text that
// reads back as it.
func scalar(v datagroup.Value) any {
	switch {
	case v.IsMissing():
		return nil
	case v.Type() == datagroup.NumberType:
		return strconv.FormatFloat(v.Number(), 'g', -1, 64)
	}
	return v.Text()
}

// written returns labels as the columns have them, nil for missing ones.
func (k serverKind) written(set []string) any {
	switch {
	case set == nil:
		return nil
	case strings.Contains(k.set, "[]"):
		return arrayText(set)
	case k.ascii:
		return inASCII(inJSON(set).(string))
	}
	return inJSON(set)
}

// arrayText returns texts as PostgreSQL writes an array.
func arrayText(set []string) string {
	quoted := make([]string, len(set))
	for i, s := range set {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}

// inASCII returns JSON with escapes for what is not in ASCII.
func inASCII(json string) string {
	var b strings.Builder
	for _, r := range json {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04X\u%04X`, high, low)
		}
	}
	return b.String()
}

// places returns the places of the values of so many rows.
func places(kind testserver.Kind, rows, values int) string {
	var b strings.Builder
	for i := range rows * values {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%values == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		if kind == testserver.PostgreSQL {
			fmt.Fprintf(&b, "$%d", i+1)
		} else {
			b.WriteString("?")
		}
	}
	b.WriteString(")")
	return b.String()
}
