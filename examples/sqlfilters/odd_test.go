package sqlfilters

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

// odd is a value of a column that the corpus does not have, mostly because no
// account may have it.
type odd struct {
	column, value string           // SQL: the type, and what is in the row
	form          sqlfilter.Column // of the column x
	want          datagroup.Value  // what it stands for; missing if an account cannot have it
	refused       bool             // whether a condition over the column is an error instead
}

// oddities are the values that are tried on a dialect.
type oddities struct {
	dialect func() sqlfilter.Dialect
	// connect opens an empty database.
	connect  func(t testing.TB) *sql.DB
	numbered bool // its statements have $1 and not ?
	values   []odd
}

// odds are all that are tried. The files of the databases add theirs.
var odds []oddities

var (
	asText   = sqlfilter.Column{Text: "x"}
	asNumber = sqlfilter.Column{Number: "x"}
	asJSON   = sqlfilter.Column{JSON: "x"}
	asArray  = sqlfilter.Column{Array: "x"}
)

// oddFilters are what is asked of an odd value, by the type of the attribute x.
var oddFilters = map[datagroup.Type][]string{
	datagroup.StringType: {
		"x = '5'", "x != '5'", "x = ''", "x in ('5', 'a')", "x not in ('5', 'a')", "x prefix '5'", "x suffix '5'", "x contains 'a'", "x prefix ''", "x = '\u00e9'",
	},
	datagroup.NumberType: {
		"x = 5", "x != 5", "x > 5", "x >= 5", "x < 5", "x <= 5", "x = 0", "x = 1", "x = 0.1", "x = 0.6756783380024886", "x = 0.5",
		"x = 9007199254740992", "x = -9007199254740992", "x <= 9007199254740992", "x >= -9007199254740992", "x < 9007199254740992",
	},
	datagroup.LabelsType: {
		"x has 'a'", "x has 'b'", "x has '5'", "x has 'null'", "x has ''", "x has any ('a', 'b')", "x has all ('a')", "x has all ('a', 'b')",
	},
}

// TestOdd: what no account may have is never shown by a comparison, nor by its
// opposite; what has another type is refused; and every type of numbers is read as
// the same float64.
func TestOdd(t *testing.T) {
	t.Parallel()
	for _, o := range odds {
		d := o.dialect()
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			if err := o.check(t, d); err != nil {
				t.Error(err)
			}
		})
	}
}

// check returns what is wrong with the dialect d.
func (o oddities) check(t testing.TB, d sqlfilter.Dialect) error {
	db := o.connect(t)
	var errs []error
	for i, v := range o.values {
		name := fmt.Sprint("odd", i)
		exec(t, db, "CREATE TABLE "+name+" (x "+v.column+")")
		exec(t, db, "INSERT INTO "+name+" VALUES ("+v.value+")")
		errs = append(errs, v.check(t, db, name, d, o.numbered))
	}
	return errors.Join(errs...)
}

func (o odd) check(t testing.TB, db *sql.DB, name string, d sqlfilter.Dialect, numbered bool) error {
	typ := datagroup.LabelsType
	switch {
	case o.form.Text != "":
		typ = datagroup.StringType
	case o.form.Number != "":
		typ = datagroup.NumberType
	}
	schema, err := datagroup.NewSchema(datagroup.Attribute{Name: "x", Type: typ})
	if err != nil {
		t.Fatal(err)
	}
	account, err := schema.Account("a", "s", map[string]datagroup.Value{"x": o.want})
	if err != nil {
		t.Fatal(err)
	}
	table := table(t, d, map[string]sqlfilter.Column{"x": o.form})
	for _, text := range oddFilters[typ] {
		filter, err := schema.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		p, err := table.Where(filter)
		if err != nil {
			t.Fatal(err)
		}
		where, args, _ := p.ToSql()
		if numbered {
			where, args = p.Numbered(1)
		}
		var got sql.NullBool
		err = db.QueryRowContext(t.Context(), "SELECT "+where+" FROM "+name+" AS a", args...).Scan(&got)
		want := filter.Match(account)
		switch {
		case o.refused && err == nil:
			return fmt.Errorf("%s of %s: %s is not refused, and says %v", o.value, o.column, text, got)
		case o.refused:
		case err != nil:
			return fmt.Errorf("%s of %s: %s: %w", o.value, o.column, text, err)
		case got.Valid != (want != datagroup.Unknown) || got.Bool != (want == datagroup.True):
			return fmt.Errorf("%s of %s: %s must be %v and is %v: %s %q", o.value, o.column, text, want, got, where, args)
		}
	}
	return nil
}
