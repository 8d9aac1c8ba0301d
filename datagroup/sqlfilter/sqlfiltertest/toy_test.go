package sqlfiltertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
)

// toyDialect is a dialect in which everything that databases differ in is a
// function.
func toyDialect() sqlfilter.Dialect {
	return sqlfilter.Dialect{
		Name: "Toy", Quote: `"`,
		Text: `bytes({column})`, Literal: `bytes(?)`, Plain: `?`,
		Prefix: `prefix({text}, {literal})`, Suffix: `suffix({text}, {literal})`, Contains: `contains({text}, {literal})`,
		Number: `number({column})`, NumberLiteral: `number(?)`,
		InList: `listed({text}, {list})`, PlainInList: `listed({column}, {list})`, ListForm: sqlfilter.JSONList,
		JSON: sqlfilter.LabelTemplates{
			Known: `{column} IS NOT NULL`, From: `each({column}) AS ambit_label`, Value: `ambit_label.value`,
		},
	}
}

// toyColumns keep labels as a list, and tags in a table of their own.
func toyColumns() map[string]sqlfilter.Column {
	columns := map[string]sqlfilter.Column{
		"rate": {Number: "rate"}, "spend": {Number: "spend"}, "labels": {JSON: "labels"},
		"tags": {Rows: &sqlfilter.Rows{Table: "tags", Account: "account", Label: "value", Known: `"a"."tags_known"`}},
	}
	for _, a := range ofType(datagroup.StringType) {
		columns[a.Name] = sqlfilter.Column{Text: a.Name}
	}
	return columns
}

type (
	// collated is a text that compares as most databases have it: without regard to
	// ASCII case and to spaces at the end.
	collated string
	// binary is a text that compares by byte.
	binary string
	// label is a row of labels.
	label struct{ account, value any }
	// row is a row of accounts, and one of labels joined to it.
	row struct {
		columns map[string]any
		tags    []label
		label   label
	}
)

// toy is a database in memory. A flaw is something that it does as some database
// would, or as somebody writes it at first: see flaws_test.go.
type toy struct {
	flaw string
	rows []*row
	last struct {
		sql    string
		args   []any
		values []any
	}
}

func (db *toy) is(flaw string) bool { return db.flaw == flaw }

func (db *toy) store(_ context.Context, a datagroup.Account) error {
	r := &row{columns: map[string]any{"tags_known": !a.Value("tags").IsMissing()}}
	for _, attr := range attributes {
		v := a.Value(attr.Name)
		switch {
		case v.IsMissing():
		case attr.Type == datagroup.NumberType:
			r.columns[attr.Name] = v.Number()
		case attr.Name == "tags":
			for l := range v.Labels() {
				r.tags = append(r.tags, label{collated(a.ID()), collated(l)})
			}
		case attr.Type == datagroup.LabelsType:
			r.columns[attr.Name] = slices.Collect(v.Labels())
			if len(slices.Collect(v.Labels())) == 0 {
				r.columns[attr.Name] = []string{}
			}
		default:
			r.columns[attr.Name] = collated(v.Text())
		}
	}
	return db.put(a, r)
}

func (db *toy) find(_ context.Context, where string, args []any) (ids []datagroup.AccountID, err error) {
	defer func() {
		if wrong := recover(); wrong != nil {
			err = fmt.Errorf("%v", wrong)
		}
	}()
	if db.is("fails") && strings.Contains(where, "contains") {
		return nil, errors.New("it broke")
	}
	if db.is("invents a row") {
		ids = append(ids, "nobody")
	}
	if db.is("forgets a condition") {
		where = strings.Replace(where, "1 = 0 AND ", "", 1)
	}
	inner, outer := where, db.truth
	if sql, ok := strings.CutPrefix(where, "NOT ("); ok {
		inner, outer = strings.TrimSuffix(sql, ")"), db.negated
	} else if sql, ok := strings.CutSuffix(where, ") IS NULL"); ok {
		inner, outer = sql[1:], func(v any) any { return db.isNull(v) }
	}
	if inner != where && db.is("says NULL as well") && strings.Contains(where, "prefix") {
		outer = func(any) any { return true }
	}
	values := db.values(inner, args)
	for i, r := range db.rows {
		for range db.times(r, where) {
			if outer(values[i]) == true {
				id, _ := r.columns["id"].(collated)
				ids = append(ids, datagroup.AccountID(id))
			}
		}
	}
	return ids, nil
}

// values returns the value of an expression for each row. The last ones are kept,
// since the same expression is asked for three times.
func (db *toy) values(sql string, args []any) []any {
	if db.last.sql != sql || !slices.Equal(db.last.args, args) {
		e := db.parse(sql, args)
		db.last.sql, db.last.args = sql, args
		db.last.values = make([]any, len(db.rows))
		for i, r := range db.rows {
			db.last.values[i] = e(r)
		}
	}
	return db.last.values
}

// bind returns an argument as a value.
func (db *toy) bind(arg any) any {
	switch v := arg.(type) {
	case string:
		return collated(db.sent(v))
	case float64:
		return v
	case int64:
		return float64(v)
	case sqlfilter.List:
		text, _ := v.Value()
		var list []string
		if err := json.Unmarshal([]byte(text.(string)), &list); err != nil {
			panic(err)
		}
		has := make(map[string]bool, len(list))
		for _, s := range list {
			has[s] = true
		}
		return has
	}
	panic(fmt.Sprintf("a %T as an argument", arg))
}

// folded is a text as a collation compares it.
func folded(s collated) string { return strings.TrimRight(strings.ToLower(string(s)), " ") }

// equal compares two values of one type. A text with a collation decides.
func (db *toy) equal(a, b any) bool {
	x, isText := a.(collated)
	y, isText2 := b.(collated)
	if isText && isText2 {
		return folded(x) == folded(y)
	}
	return a == b
}

func (db *toy) compare(op string, a, b any) any {
	if a == nil || b == nil {
		return db.nullCompared(op, a, b)
	}
	x, isNumber := a.(float64)
	y, isNumber2 := b.(float64)
	if isNumber && isNumber2 && db.is("compares numbers as texts") {
		order := strings.Compare(fmt.Sprint(x), fmt.Sprint(y))
		return map[string]bool{"=": order == 0, "<>": order != 0, "<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[op]
	}
	switch {
	case op == "=":
		return db.equal(a, b)
	case op == "<>":
		return !db.equal(a, b)
	case !isNumber || !isNumber2:
		panic(fmt.Sprintf("%v %s %v", a, op, b))
	case op == "<":
		return x < y
	case op == "<=":
		return x <= y || db.is("compares numbers with a tolerance") && x-y < 1e-9
	case op == ">":
		return x > y
	default:
		return x >= y
	}
}

// functions are what the templates call. No argument is NULL.
var functions = map[string]func(db *toy, args []any) any{
	"bytes":    func(db *toy, args []any) any { return db.bytes(string(args[0].(collated))) },
	"number":   func(db *toy, args []any) any { return db.number(args[0].(float64)) },
	"same":     func(_ *toy, args []any) any { return args[0] },
	"filled":   func(_ *toy, args []any) any { return args[0] },
	"prefix":   func(db *toy, args []any) any { return db.affix(strings.HasPrefix, args) },
	"suffix":   func(db *toy, args []any) any { return db.affix(strings.HasSuffix, args) },
	"contains": func(db *toy, args []any) any { return db.affix(strings.Contains, args) },
	"like":     func(_ *toy, args []any) any { return like(textOf(args[0]), textOf(args[1])+"%") },
	"listed":   func(db *toy, args []any) any { return db.listed(args[0], args[1].(map[string]bool)) },
	"escaped":  func(_ *toy, args []any) any { return collated(strings.ReplaceAll(textOf(args[0]), `\`, `\\`)) },
	"lower":    func(_ *toy, args []any) any { return binary(strings.ToLower(textOf(args[0]))) },
	"trim":     func(_ *toy, args []any) any { return binary(strings.TrimRight(textOf(args[0]), " ")) },
	"float32":  func(_ *toy, args []any) any { return float64(float32(args[0].(float64))) },
	"round":    func(_ *toy, args []any) any { return math.Round(args[0].(float64)*1e6) / 1e6 },
	"true":     func(_ *toy, _ []any) any { return true },
	"known":    func(_ *toy, args []any) any { set, _ := args[0].([]string); return len(set) > 0 },
}

func textOf(v any) string {
	if s, ok := v.(collated); ok {
		return string(s)
	}
	return string(v.(binary))
}

// like is LIKE: % is any text and _ any character.
func like(s, pattern string) bool {
	if pattern == "" {
		return s == ""
	}
	if pattern[0] == '%' {
		return like(s, pattern[1:]) || s != "" && like(s[1:], pattern)
	}
	return s != "" && (pattern[0] == '_' || pattern[0] == s[0]) && like(s[1:], pattern[1:])
}
