package sqlfilter

import (
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
)

// Column says where a table keeps an attribute of accounts. Exactly one of Text,
// Number, JSON, Array and Rows is given. The first four name a column, or are an
// expression if Expression is set.
type Column struct {
	Text   string // the column of a string
	Number string // the column of a number
	JSON   string // of labels, as an array of JSON with strings
	Array  string // of labels, as an array of strings
	Rows   *Rows  // of labels, in a table of their own

	// Expression says that the name is an expression of SQL instead, complete and
	// with its columns qualified, such as lower(a.country). It is copied as it is, and
	// nothing in it is checked: never make one of what comes from outside. It cannot
	// have a ?.
	Expression bool
}

// Rows says where a table keeps labels that has a row for each label of an account.
// Such a table does not tell accounts without a value from those with the empty
// set: Known does. The columns Account and id have the same collation, or PostgreSQL
// and MariaDB compare them with an error. An index on Account and Label pays.
type Rows struct {
	Table   string // the name of the table
	Account string // its column with the account's id, as text equal to the attribute id
	Label   string // its column with the label
	// Known is an expression of SQL over the table of accounts that is true for
	// accounts whose labels are known, and not NULL: a.labels_known, or 1 = 1 if
	// they always are. As for [Column.Expression], it is copied as it is.
	Known string
}

// Table is a table of the host's with accounts: where it keeps their attributes,
// and the dialect of its database. It is safe for concurrent use, and the zero
// Table knows no column.
type Table struct {
	dialect Dialect
	columns map[string]column
}

// column is a Column as it is written.
type column struct {
	typ    datagroup.Type
	sql    string
	labels LabelTemplates // of labels, with the column in them: no templates any more
	known  string         // of labels in rows of their own: instead of sql
	plain  bool           // whether the plain comparison is of use
}

// alias is what the templates call the row of a label.
const alias = "ambit_label"

// NewTable returns the description of a table. Its name is that by which the
// statement calls it: FROM accounts AS a is called a. It qualifies every column. The
// columns are by the name of the attribute, also of the built-in id, source and name,
// and are not kept. Attributes may be left out, or misspelt: what reads them is then
// refused, and [Table.View] goes by ids.
//
// The error joins an [*Error] for every problem, in the order of attributes:
// [ErrDialect] or [ErrColumn].
func NewTable(d Dialect, name string, columns map[string]Column) (*Table, error) {
	if problem := d.check(); problem != "" {
		return nil, &Error{Op: "table", Text: problem, Err: ErrDialect}
	}
	t := &Table{dialect: d, columns: make(map[string]column, len(columns))}
	quoted, problem := d.identifier(name)
	if problem == "" && strings.EqualFold(name, alias) {
		problem = "the name " + alias + " is that of rows of labels: give the table another alias"
	}
	if problem != "" {
		return nil, &Error{Op: "table", Text: problem, Err: ErrColumn}
	}
	var problems []error
	for _, attribute := range slices.Sorted(maps.Keys(columns)) {
		c, problem := t.column(quoted, columns[attribute])
		if problem == "" {
			problem = checkAttribute(attribute, c.typ)
		}
		if problem != "" {
			problems = append(problems, &Error{Op: "table", Attribute: attribute, Text: problem, Err: ErrColumn})
			continue
		}
		c.labels = c.labels.fill(&t.dialect, c.sql)
		t.columns[attribute] = c
	}
	for _, attribute := range slices.Sorted(maps.Keys(columns)) {
		if rows := columns[attribute].Rows; rows != nil && len(problems) == 0 {
			if problem := t.joinRows(attribute, rows); problem != "" {
				problems = append(problems, &Error{Op: "table", Attribute: attribute, Text: problem, Err: ErrColumn})
			}
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return t, nil
}

// checkAttribute returns why no account can have an attribute, "" if one can.
func checkAttribute(name string, typ datagroup.Type) string {
	if name == "id" || name == "source" || name == "name" {
		if typ != datagroup.StringType {
			return "it is a string for every account: describe it as Text"
		}
		return ""
	}
	if _, err := datagroup.NewSchema(datagroup.Attribute{Name: name, Type: typ}); err != nil {
		return "no account can have it: " + text.Cause(err).Error()
	}
	return ""
}

// column returns c as it is written, or what is wrong with it.
func (t *Table) column(table string, c Column) (written column, problem string) {
	given := 0
	name := ""
	for _, form := range []struct {
		name   string
		column column
	}{
		{c.Text, column{typ: datagroup.StringType, plain: !c.Expression}},
		{c.Number, column{typ: datagroup.NumberType}},
		{c.JSON, column{typ: datagroup.LabelsType, labels: t.dialect.JSON}},
		{c.Array, column{typ: datagroup.LabelsType, labels: t.dialect.Array}},
	} {
		if form.name != "" {
			given++
			name, written = form.name, form.column
		}
	}
	switch {
	case c.Rows != nil && given == 0:
		return column{typ: datagroup.LabelsType, plain: true}, ""
	case c.Rows != nil || given != 1:
		return column{}, "describe it by exactly one of Text, Number, JSON, Array and Rows"
	case written.typ == datagroup.LabelsType && written.labels == LabelTemplates{}:
		return column{}, t.dialect.Name + " cannot keep labels so: use JSON or Rows, and change how they are kept"
	case c.Expression:
		written.sql = "(" + name + ")"
		return written, checkExpression(name)
	}
	quoted, problem := t.dialect.identifier(name)
	written.sql = table + "." + quoted
	return written, problem
}

// joinRows completes the column of labels that have a table of their own.
func (t *Table) joinRows(attribute string, r *Rows) (problem string) {
	id, ok := t.columns["id"]
	if !ok {
		return "its table refers to the account's id: describe the column of id as well"
	}
	if r.Known == "" {
		return "Rows.Known is empty: write what is true where the labels of an account are known, or 1 = 1 if they always are"
	}
	if problem := checkExpression(r.Known); problem != "" {
		return problem
	}
	var quoted [3]string
	for i, name := range []string{r.Table, r.Account, r.Label} {
		if quoted[i], problem = t.dialect.identifier(name); problem != "" {
			return "its " + [...]string{"Table", "Account", "Label"}[i] + ": " + problem
		}
	}
	account := alias + "." + quoted[1]
	where := t.dialect.fill("{text}", account) + " = " + t.dialect.fill("{text}", id.sql)
	if id.plain && t.dialect.Plain != "" {
		where += " AND " + account + " IN (" + strings.ReplaceAll(t.dialect.Plain, "?", id.sql) + ")"
	}
	c := t.columns[attribute]
	c.known = "(" + r.Known + ")"
	c.labels = LabelTemplates{Known: c.known, From: quoted[0] + " AS " + alias, Where: where, Value: alias + "." + quoted[2]}
	t.columns[attribute] = c
	return ""
}

// fill returns a template without arguments as it is for a column.
func (d *Dialect) fill(template, column string) string {
	w := writer{dialect: d}
	w.write(template, marks{column: column})
	return w.sql.String()
}

// fill returns the templates as they are for a column.
func (l LabelTemplates) fill(d *Dialect, column string) LabelTemplates {
	return LabelTemplates{Known: d.fill(l.Known, column), From: d.fill(l.From, column), Where: d.fill(l.Where, column), Value: d.fill(l.Value, column)}
}

// checkExpression returns what is wrong with SQL of the host's.
func checkExpression(sql string) string {
	switch {
	case strings.TrimSpace(sql) == "":
		return "an expression is empty"
	case strings.ContainsAny(sql, "?\x00"):
		return "the expression " + text.Quote(sql) + " has a ?, which SQL libraries take for an argument: write it in another way"
	}
	return ""
}

// Where returns the condition that selects exactly the accounts that match f: those
// for which [datagroup.Filter.Match] is True. It is NULL for those for which that is
// Unknown. A row stands for the account whose values its columns have. If id is
// described, a row without one is no account, and is not selected: one that a LEFT
// JOIN adds, or that lacks its account.
//
// The error joins an [*Error] for every problem: [ErrNoColumn], [ErrType] or
// [ErrTooLarge]. Where takes time in proportion to f.
func (t *Table) Where(f datagroup.Filter) (Predicate, error) {
	root := merge(f.Root())
	size := 0
	var problems []error
	for c := range comparisons(root) {
		size++
		if err := t.check(c); err != nil {
			problems = append(problems, err)
		}
	}
	if size > maxComparisons {
		problems = append(problems, tooLarge(size, "comparisons", maxComparisons))
	}
	if len(problems) > 0 {
		return Predicate{}, errors.Join(problems...)
	}
	w := &writer{dialect: &t.dialect}
	if id, ok := t.columns["id"]; ok && ofNone(root) == datagroup.True {
		w.sql.WriteString("(" + id.sql + " IS NOT NULL AND ")
		t.node(w, root)
		w.sql.WriteString(")")
	} else {
		t.node(w, root)
	}
	if n := len(w.args); n > maxArguments {
		return Predicate{}, tooLarge(n, "arguments", maxArguments)
	}
	return w.predicate(), nil
}

// IDs returns the condition that selects exactly the accounts with these ids. They
// are one argument, however many; up to 1,000 of them are as many arguments where the
// database cannot use its index for a list. A nil sequence selects nothing.
//
// The error is an [*Error]: [ErrNoColumn] if no column is described for id, and
// [ErrTooLarge] as for [Dialect.List].
func (t *Table) IDs(ids iter.Seq[datagroup.AccountID]) (Predicate, error) {
	c, ok := t.columns["id"]
	if !ok {
		return Predicate{}, noColumn("id")
	}
	items := t.dialect.items(ids)
	w := &writer{dialect: &t.dialect}
	w.sql.WriteString("(")
	if t.dialect.Plain != "" && t.dialect.PlainInList == "" && 0 < len(items) && len(items) <= maxPlain {
		t.in(w, c.sql, c.plain, items)
	} else if list, err := t.dialect.list(items); err != nil {
		return Predicate{}, err
	} else {
		t.inList(w, c.sql, c.plain, list)
	}
	w.sql.WriteString(")")
	return w.predicate(), nil
}
