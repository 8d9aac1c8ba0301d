package sqlfilter

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/ambit-authz/ambit/internal/text"
)

// Dialect is how a database writes the parts of a predicate: a table of templates.
// [SQLite], [PostgreSQL], [MariaDB] and [DuckDB] ship. For another database take
// the nearest, change what differs, and try it with package sqlfiltertest.
//
// A template is SQL with marks. A mark that stands for an argument adds the
// argument each time it is used.
//
//	{column}   the host's column or expression, or the value in the row of a label
//	{text}     the text of that, by the template Text
//	{literal}  a text of the filter as an argument, by the template Literal
//	{list}     a list of texts as one argument, a [List]
//	?          an argument
//
// What a template says must be NULL where the column is NULL, and only there unless
// it is said below. Templates avoid what SQL libraries of Go take for something of
// their own: a ? that is an operator or that a letter or digit follows, and :: for
// a cast.
type Dialect struct {
	// Name is for messages.
	Name string
	// Quote is the sign around an identifier, which is doubled inside.
	Quote string

	// Text is {column} in a form that compares by byte, whatever its collation, and
	// Literal is the argument ? in the same form.
	Text, Literal string
	// Plain is the argument ? in a form, or in several with commas between, for which
	// {column} IN (…) can use an index. That must be true for equal texts, and may be
	// for others. Predicates do without it if it is empty. Where labels are joined to
	// their account, ? is the column of its id.
	Plain string
	// Connection is a condition about the connection: true where arguments reach the
	// database as they are, and an error elsewhere. It stands once in a predicate that
	// has arguments; empty if there is nothing to ask.
	Connection string
	// NoNUL says that the database has no text with a byte 0, not even as an
	// argument.
	NoNUL bool
	// HexArguments says that the argument of a text is its bytes in hexadecimal,
	// because a driver cuts others. Literal makes a text of them.
	HexArguments bool

	// Prefix, Suffix and Contains compare {text} with {literal}, which may be empty.
	Prefix, Suffix, Contains string

	// Number is {column} as a float64, and NULL where it has what no account may
	// have: a number that is not finite or is beyond ±2^53, or something else than a
	// number. A column that cannot have numbers may be an error before a row is read.
	Number string
	// NumberLiteral is the argument ? as a float64.
	NumberLiteral string

	// InList is whether {text} is one of {list}, and PlainInList is to it what Plain
	// is to a single text. ListForm is what the list is written as.
	InList, PlainInList string
	ListForm            ListForm
	// LongestItem is how many bytes an item of a list may have; 0 is any number. If
	// there is a limit, the lists of filters are written as arguments, and only those
	// of ids as a list.
	LongestItem int

	// Uncached is a condition that is always true. It stands in the WHERE of each
	// subquery about an account's labels, so that the database does not take the
	// answer for one account for that of another; empty if it does not.
	Uncached string

	// JSON and Array take apart a column that keeps labels so. The zero value says
	// that the database cannot.
	JSON, Array LabelTemplates
}

// LabelTemplates make rows of the labels in a column. They have no arguments.
type LabelTemplates struct {
	// Known is whether {column} has a set of labels. The labels are unknown where
	// it is not true.
	Known string
	// From and Where give a row for each label, under the alias ambit_label. Where
	// may be empty.
	From, Where string
	// Value is the label in such a row.
	Value string
}

// check returns what is wrong with d, and "" if nothing is.
func (d *Dialect) check() string {
	required := []struct{ name, template string }{
		{"Quote", d.Quote},
		{"Text", d.Text}, {"Literal", d.Literal}, {"Prefix", d.Prefix}, {"Suffix", d.Suffix}, {"Contains", d.Contains},
		{"Number", d.Number}, {"NumberLiteral", d.NumberLiteral}, {"InList", d.InList},
	}
	for _, r := range required {
		if r.template == "" {
			return "the dialect " + text.Quote(d.Name) + " has no template " + r.name
		}
	}
	if d.ListForm < JSONList || d.ListForm > ArrayList {
		return "the dialect " + text.Quote(d.Name) + " has no ListForm"
	}
	for _, template := range []string{
		d.Text, d.Literal, d.Plain, d.Connection, d.Prefix, d.Suffix, d.Contains, d.Number, d.NumberLiteral, d.InList, d.PlainInList, d.Uncached,
		d.JSON.Known, d.JSON.From, d.JSON.Where, d.JSON.Value, d.Array.Known, d.Array.From, d.Array.Where, d.Array.Value,
	} {
		if mark := unknownMark(template); mark != "" {
			return "the dialect " + text.Quote(d.Name) + " has the mark " + mark + ", which does not exist, in the template " + text.Quote(template)
		}
	}
	return ""
}

// longMarks are the marks but ?.
var longMarks = [...]string{"{column}", "{text}", "{literal}", "{list}"}

// unknownMark returns the first word in braces that is no mark, and "" if there is
// none.
func unknownMark(template string) string {
	for {
		_, rest, found := strings.Cut(template, "{")
		if !found {
			return ""
		}
		template = rest
		word, _, closed := strings.Cut(rest, "}")
		if mark := "{" + word + "}"; closed && word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") == "" && !slices.Contains(longMarks[:], mark) {
			return mark
		}
	}
}

// identifier returns a name as the database quotes it, or what is wrong with it.
func (d *Dialect) identifier(name string) (quoted, problem string) {
	if name == "" {
		return "", "a name is empty"
	}
	if err := text.Line(name, maxName); err != nil {
		return "", "the name " + text.Quote(name) + " " + err.Error()
	}
	if strings.Contains(name, ".") {
		return "", "the name " + text.Quote(name) + " has a dot: give a column without its table, which is added, and a table by its alias, or use an expression"
	}
	if strings.Contains(name, "?") {
		return "", "the name " + text.Quote(name) + " has a ?, which SQL libraries take for an argument: give the column another name"
	}
	return d.Quote + strings.ReplaceAll(name, d.Quote, d.Quote+d.Quote) + d.Quote, ""
}

// maxName is how many bytes a name may have. Databases cut longer ones, or refuse
// them, from 63 on.
const maxName = 128

// literal returns s as an argument. A text that the database cannot have is equal
// to none, and part of none: one that is longer than an account may have says that
// as well.
func (d *Dialect) literal(s string) string {
	if d.NoNUL && strings.ContainsRune(s, 0) {
		return tooLong
	}
	return s
}

// tooLong is longer than a string of an account may be.
var tooLong = strings.Repeat("\u2400", 4096/3+1)

// writer makes a predicate: SQL in which each ? stands for the next argument.
type writer struct {
	dialect *Dialect
	sql     strings.Builder
	args    []any
	negated bool // whether what is written stands below an odd number of NOTs
}

// marks is what the marks of a template stand for.
type marks struct {
	column   string // SQL without arguments
	argument any    // for {literal} and ?
	list     List
}

// predicate returns what was written.
func (w *writer) predicate() Predicate {
	sql := w.sql.String()
	if w.dialect.Connection != "" && len(w.args) > 0 {
		sql = "(" + w.dialect.Connection + " AND " + sql + ")"
	}
	return Predicate{sql, w.args}
}

// write writes a template. What a mark stands for is not searched for marks again.
func (w *writer) write(template string, m marks) {
	for {
		i := strings.IndexAny(template, "{?")
		if i < 0 {
			break
		}
		w.sql.WriteString(template[:i])
		template = w.mark(template[i:], m)
	}
	w.sql.WriteString(template)
}

// mark writes what the mark at the beginning of rest stands for, and returns the
// text after it.
func (w *writer) mark(rest string, m marks) string {
	name := rest[:1]
	for _, long := range longMarks {
		if strings.HasPrefix(rest, long) {
			name = long
		}
	}
	switch name {
	case "?":
		w.add(m.argument)
	case "{column}":
		w.sql.WriteString(m.column)
	case "{text}":
		w.write(w.dialect.Text, m)
	case "{literal}":
		w.write(w.dialect.Literal, m)
	case "{list}":
		w.add(m.list)
	default: // a brace that means something to the database
		w.sql.WriteString(name)
	}
	return rest[len(name):]
}

func (w *writer) add(argument any) {
	if s, ok := argument.(string); ok && w.dialect.HexArguments {
		argument = hex.EncodeToString([]byte(s))
	}
	w.sql.WriteByte('?')
	w.args = append(w.args, argument)
}

// numbered returns SQL with $1 for the first ?, if from is 1, and so on.
func numbered(sql string, from int) string {
	b := make([]byte, 0, len(sql)+len(sql)/8)
	for {
		before, after, found := strings.Cut(sql, "?")
		b = append(b, before...)
		if !found {
			return string(b)
		}
		b = strconv.AppendInt(append(b, '$'), int64(from), 10)
		from++
		sql = after
	}
}
