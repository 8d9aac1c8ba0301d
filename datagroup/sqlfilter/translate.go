package sqlfilter

import (
	"iter"
	"slices"
	"strconv"

	"github.com/ambit-authz/ambit/datagroup"
)

const (
	// maxComparisons is the size up to which databases are quick to read and to plan
	// a condition; PostgreSQL needs minutes for some thousands.
	maxComparisons = 200
	// maxItems is the length up to which a list is written as that many arguments.
	// With maxComparisons it keeps a statement below 32,766 arguments, which is the
	// limit of SQLite.
	maxItems = 40
	// maxPlain is the length up to which a plain comparison with a list is worth its
	// price: an index finds so few accounts faster than a look at each row.
	maxPlain = 1000
)

// maxArguments is how many arguments a statement may have in PostgreSQL and MariaDB,
// which both count them in two bytes.
const maxArguments = 65_535

func noColumn(attribute string) error {
	if attribute == "id" { // needed for a list of ids, so no list can take its place
		return &Error{Op: "where", Attribute: attribute, Err: ErrNoColumn, Text: "no column is described for it: add it to the table"}
	}
	return &Error{
		Op: "where", Attribute: attribute, Err: ErrNoColumn,
		Text: "no column is described for it: add it to the table, or select the accounts by their ids",
	}
}

func tooLarge(size int, of string, most int) error {
	return &Error{
		Op: "where", Err: ErrTooLarge,
		Text: "the filter has " + strconv.Itoa(size) + " " + of + ", more than the " + strconv.Itoa(most) + " allowed: select the accounts by their ids",
	}
}

// check returns why c cannot be said, nil if it can.
func (t *Table) check(c datagroup.Comparison) error {
	column, ok := t.columns[c.Attribute.Name]
	switch {
	case !ok:
		return noColumn(c.Attribute.Name)
	case c.Attribute.Type != column.typ:
		return &Error{
			Op: "where", Attribute: c.Attribute.Name, Err: ErrType,
			Text: "the filter compares it as " + c.Attribute.Type.String() + ", and its column is described as " + column.typ.String() + ": describe it again, or change the attribute",
		}
	}
	return nil
}

// comparisons yields the comparisons of n in order.
func comparisons(n datagroup.Node) iter.Seq[datagroup.Comparison] {
	return func(yield func(datagroup.Comparison) bool) {
		var walk func(n datagroup.Node) bool
		walk = func(n datagroup.Node) bool {
			switch n := n.(type) {
			case datagroup.Comparison:
				return yield(n)
			case datagroup.Not:
				return walk(n.Operand)
			case datagroup.And:
				return !slices.ContainsFunc(n, func(o datagroup.Node) bool { return !walk(o) })
			case datagroup.Or:
				return !slices.ContainsFunc(n, func(o datagroup.Node) bool { return !walk(o) })
			}
			return true
		}
		walk(n)
	}
}

// ofNone returns what n says of a row in which all is missing.
func ofNone(n datagroup.Node) datagroup.Truth {
	switch n := n.(type) {
	case datagroup.Constant:
		if n {
			return datagroup.True
		}
		return datagroup.False
	case datagroup.Comparison:
		switch n.Operator {
		case datagroup.Missing:
			return datagroup.True
		case datagroup.Present:
			return datagroup.False
		}
	case datagroup.Not:
		return ofNone(n.Operand).Not()
	case datagroup.And:
		t := datagroup.True
		for _, o := range n {
			t = t.And(ofNone(o))
		}
		return t
	case datagroup.Or:
		t := datagroup.False
		for _, o := range n {
			t = t.Or(ofNone(o))
		}
		return t
	}
	return datagroup.Unknown
}

// node writes n so that it can stand as an operand of anything.
func (t *Table) node(w *writer, n datagroup.Node) {
	switch n := n.(type) {
	case datagroup.Constant:
		if n {
			w.sql.WriteString(everything)
		} else {
			w.sql.WriteString(nothing)
		}
	case datagroup.Comparison:
		t.comparison(w, n)
	case datagroup.Not:
		w.sql.WriteString("(NOT ")
		w.negated = !w.negated
		t.node(w, n.Operand)
		w.negated = !w.negated
		w.sql.WriteString(")")
	case datagroup.And:
		t.operands(w, n, " AND ")
	case datagroup.Or:
		t.operands(w, n, " OR ")
	}
}

func (t *Table) operands(w *writer, nodes []datagroup.Node, word string) {
	w.sql.WriteString("(")
	for i, n := range nodes {
		if i > 0 {
			w.sql.WriteString(word)
		}
		t.node(w, n)
	}
	w.sql.WriteString(")")
}

// comparison writes c: NULL where the value is missing, but for Missing and Present.
func (t *Table) comparison(w *writer, c datagroup.Comparison) {
	column := t.columns[c.Attribute.Name]
	w.sql.WriteString("(")
	switch {
	case c.Operator == datagroup.Missing || c.Operator == datagroup.Present:
		column.presence(w, c.Operator)
	case column.typ == datagroup.LabelsType:
		t.compareLabels(w, column, c)
	case column.typ == datagroup.NumberType:
		w.write(t.dialect.Number+" "+compare[c.Operator]+" "+t.dialect.NumberLiteral, marks{column: column.sql, argument: c.Value.Number()})
	default:
		t.compareText(w, column, c)
	}
	w.sql.WriteString(")")
}

// compare is the operators between two values, as SQL writes them.
var compare = map[datagroup.Operator]string{
	datagroup.Equal: "=", datagroup.NotEqual: "<>", datagroup.Less: "<", datagroup.AtMost: "<=", datagroup.Greater: ">", datagroup.AtLeast: ">=",
}

func (c column) presence(w *writer, o datagroup.Operator) {
	missing, present := " IS NULL", " IS NOT NULL"
	sql := c.sql
	if c.known != "" {
		sql, missing, present = "CASE WHEN "+c.known+" THEN ", "1 END IS NULL", "1 END IS NOT NULL"
	}
	if o == datagroup.Missing {
		w.sql.WriteString(sql + missing)
	} else {
		w.sql.WriteString(sql + present)
	}
}

// compareText writes a comparison of a string.
func (t *Table) compareText(w *writer, column column, c datagroup.Comparison) {
	m := marks{column: column.sql, argument: t.dialect.literal(c.Value.Text())}
	switch c.Operator {
	case datagroup.Equal:
		t.equal(w, m, column.plain)
	case datagroup.NotEqual:
		w.write("{text} <> {literal}", m)
	case datagroup.In:
		t.in(w, column.sql, column.plain, c.List)
	case datagroup.NotIn:
		w.sql.WriteString("NOT (")
		t.in(w, column.sql, false, c.List)
		w.sql.WriteString(")")
	case datagroup.Prefix:
		w.write(t.dialect.Prefix, m)
	case datagroup.Suffix:
		w.write(t.dialect.Suffix, m)
	case datagroup.Contains:
		w.write(t.dialect.Contains, m)
	}
}

// equal compares a text with one. The plain comparison lets the database use an
// index.
func (t *Table) equal(w *writer, m marks, plain bool) {
	w.write("{text} = {literal}", m)
	if plain && t.dialect.Plain != "" {
		w.plain(func() { w.write("{column} IN ("+t.dialect.Plain+")", m) })
	}
}

// plain adds a plain comparison. Below a NOT there is none: what is wrong with one
// could show an account there, and can only hide one elsewhere.
func (w *writer) plain(comparison func()) {
	if !w.negated {
		w.sql.WriteString(" AND ")
		comparison()
	}
}

// in compares a text with a list of the filter's.
func (t *Table) in(w *writer, column string, plain bool, list []string) {
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = t.dialect.literal(s)
	}
	if len(texts) > maxItems && t.dialect.LongestItem == 0 {
		list, _ := t.dialect.list(texts) // fails only where items may be too long
		t.inList(w, column, plain, list)
		return
	}
	t.oneOf(w, "{text}", t.dialect.Literal, column, texts)
	if plain && t.dialect.Plain != "" {
		w.plain(func() { t.oneOf(w, "{column}", t.dialect.Plain, column, texts) })
	}
}

// oneOf writes a list as arguments.
func (t *Table) oneOf(w *writer, value, literal, column string, list []string) {
	w.write(value+" IN (", marks{column: column})
	for i, s := range list {
		if i > 0 {
			w.sql.WriteString(", ")
		}
		w.write(literal, marks{argument: s})
	}
	w.sql.WriteString(")")
}

// inList writes a list as one argument.
func (t *Table) inList(w *writer, column string, plain bool, list List) {
	m := marks{column: column, list: list}
	w.write(t.dialect.InList, m)
	if plain && t.dialect.PlainInList != "" && list.length <= maxPlain {
		w.plain(func() { w.write(t.dialect.PlainInList, m) })
	}
}

// compareLabels writes a comparison of labels, by a row for each of them.
func (t *Table) compareLabels(w *writer, column column, c datagroup.Comparison) {
	w.sql.WriteString("CASE WHEN " + column.labels.Known + " THEN ")
	if c.Operator == datagroup.HasAll {
		w.write("(SELECT COUNT(DISTINCT {text}) FROM ", marks{column: column.labels.Value})
	} else {
		w.sql.WriteString("EXISTS (SELECT 1 FROM ")
	}
	w.sql.WriteString(column.labels.From + " WHERE ")
	for _, where := range []string{t.dialect.Uncached, column.labels.Where} {
		if where != "" {
			w.sql.WriteString(where + " AND ")
		}
	}
	// Without CASE databases make a join with the list of it, again for each row. IS
	// TRUE would mean a column of that name in SQLite.
	w.sql.WriteString("CASE WHEN ")
	label := column.labels.Value
	if c.Operator == datagroup.Has {
		t.equal(w, marks{column: label, argument: t.dialect.literal(c.Value.Text())}, column.plain)
	} else {
		t.in(w, label, column.plain, c.List)
	}
	w.sql.WriteString(" THEN 1 ELSE 0 END = 1)")
	if c.Operator == datagroup.HasAll {
		different := slices.Compact(slices.Sorted(slices.Values(c.List)))
		w.write(" = ?", marks{argument: int64(len(different))})
	}
	w.sql.WriteString(" END")
}
