package sqlfilter

import (
	"database/sql/driver"
	"errors"
	"slices"
)

// Predicate is a condition for a WHERE clause: SQL and its arguments. It stands in
// parentheses if it needs them, so that it can be joined with other conditions.
// The zero Predicate selects nothing.
//
// The text depends on the operators of the filter and on the lengths of its lists,
// never on what it compares with: that is in the arguments. All are strings,
// float64, int64 and [List].
type Predicate struct {
	sql  string
	args []any
}

// ToSql returns the condition with a ? for each argument, in order. The error is
// always nil. The caller owns the slice.
//
// The method has the name and form that squirrel and libraries like it ask for.
func (p Predicate) ToSql() (string, []any, error) {
	if p.sql == "" {
		return nothing, nil, nil
	}
	return p.sql, slices.Clone(p.args), nil
}

// Numbered returns the condition with $1, $2 and so on in the place of each ?,
// where the first has the number from. The caller owns the slice.
func (p Predicate) Numbered(from int) (string, []any) {
	sql, args, _ := p.ToSql()
	return numbered(sql, from), args
}

// Value always fails. It makes an error of a predicate that is taken for a value,
// by gorm's Where above all, which would leave the condition out.
func (p Predicate) Value() (driver.Value, error) {
	return nil, errors.New("sqlfilter: a predicate is a condition, not the value of a column: give its ToSql")
}

// String returns the SQL without the arguments, as [Predicate.ToSql] does.
func (p Predicate) String() string {
	sql, _, _ := p.ToSql()
	return sql
}

const (
	everything = "1 = 1"
	nothing    = "1 = 0"
)
