package sqlfiltertest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// expr is an expression of the toy's SQL: its value for a row, nil for NULL. A
// truth is a bool, a text a collated or a binary, a number a float64.
type expr func(r *row) any

// parser reads the SQL that package sqlfilter writes around the templates, and
// functions in place of all operators that databases differ in.
type parser struct {
	db     *toy
	tokens []string
	args   []any
	next   int // argument
}

var lexer = regexp.MustCompile(`"[^"]*"|\$\d+|\w+|<>|<=|>=|[^\s\w]`)

func (db *toy) parse(sql string, args []any) expr {
	p := &parser{db: db, tokens: lexer.FindAllString(sql, -1), args: args}
	e := p.or()
	if len(p.tokens) > 0 {
		panic(fmt.Sprintf("trailing %v", p.tokens))
	}
	return e
}

// accept steps over the words if they are next.
func (p *parser) accept(words ...string) bool {
	for i, w := range words {
		if i >= len(p.tokens) || p.tokens[i] != w {
			return false
		}
	}
	p.tokens = p.tokens[len(words):]
	return true
}

func (p *parser) expect(words ...string) {
	if !p.accept(words...) {
		panic(fmt.Sprintf("expected %v, found %.5q", words, p.tokens))
	}
}

func (p *parser) take() string {
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t
}

func (p *parser) or() expr  { return p.chain("OR", true, p.and) }
func (p *parser) and() expr { return p.chain("AND", false, p.not) }

// chain is the operands with a word between them, which one of a value decides.
func (p *parser) chain(word string, decides bool, operand func() expr) expr {
	operands := []expr{operand()}
	for p.accept(word) {
		operands = append(operands, operand())
	}
	if len(operands) == 1 {
		return operands[0]
	}
	return func(r *row) any {
		var result any = !decides
		for _, o := range operands {
			switch p.db.truth(o(r)) {
			case decides:
				return decides
			case nil:
				result = nil
			}
		}
		return result
	}
}

func (p *parser) not() expr {
	if !p.accept("NOT") {
		return p.comparison()
	}
	e := p.not()
	return func(r *row) any { return p.db.negated(e(r)) }
}

func (p *parser) comparison() expr {
	left := p.primary()
	switch {
	case p.accept("IS", "NULL"):
		return func(r *row) any { return p.db.isNull(left(r)) }
	case p.accept("IS", "NOT", "NULL"):
		return func(r *row) any { return !p.db.isNull(left(r)) }
	case p.accept("IS", "TRUE"):
		return func(r *row) any { return p.db.truth(left(r)) == true }
	case p.accept("IN", "(", `"a"`): // the id that a row of labels belongs to
		p.tokens = append([]string{`"a"`}, p.tokens...)
		right := p.primary()
		p.expect(")")
		return func(r *row) any { return p.db.compare("=", left(r), right(r)) }
	case p.accept("IN", "("):
		var list []any
		for {
			list = append(list, p.primary()(nil))
			if p.accept(")") {
				break
			}
			p.expect(",")
		}
		return func(r *row) any { return p.db.in(left(r), list) }
	}
	for _, op := range []string{"=", "<>", "<", "<=", ">", ">="} {
		if p.accept(op) {
			right := p.primary()
			return func(r *row) any { return p.db.compare(op, left(r), right(r)) }
		}
	}
	return left
}

func (p *parser) primary() expr {
	switch {
	case p.accept("(", "SELECT"):
		return p.subquery()
	case p.accept("EXISTS", "(", "SELECT"):
		count := p.subquery()
		return func(r *row) any { return count(r) != float64(0) }
	case p.accept("("):
		e := p.or()
		p.expect(")")
		return e
	case p.accept("CASE", "WHEN"):
		when := p.or()
		p.expect("THEN")
		then, otherwise := p.or(), constant(nil)
		if p.accept("ELSE") {
			otherwise = p.or()
		}
		p.expect("END")
		return func(r *row) any {
			if p.db.truth(when(r)) == true {
				return then(r)
			}
			return otherwise(r)
		}
	case p.accept("?"):
		p.next++
		return constant(p.db.bind(p.args[p.next-1]))
	}
	word := p.take()
	if n, found := strings.CutPrefix(word, "$"); found {
		i, _ := strconv.Atoi(n)
		return constant(p.db.bind(p.args[i-1]))
	}
	if f, err := strconv.ParseFloat(word, 64); err == nil {
		return constant(f)
	}
	if p.accept(".") {
		column := strings.Trim(p.take(), `"`)
		if word == "ambit_label" {
			if column == "account" {
				return func(r *row) any { return r.label.account }
			}
			return func(r *row) any { return r.label.value }
		}
		return func(r *row) any { return r.columns[column] }
	}
	return p.function(word)
}

func constant(v any) expr { return func(*row) any { return v } }

// function is a call of a function.
func (p *parser) function(name string) expr {
	p.expect("(")
	var args []expr
	fixed := p.tokens[0] == "?" || p.tokens[0][0] == '$'
	for {
		args = append(args, p.primary())
		if p.accept(")") {
			break
		}
		p.expect(",")
	}
	f := functions[name]
	values := make([]any, len(args))
	if len(args) == 1 && fixed {
		if v := args[0](nil); v != nil {
			return constant(f(p.db, []any{v}))
		}
	}
	return func(r *row) any {
		for i, a := range args {
			if values[i] = a(r); values[i] == nil {
				return p.db.nullIn(name, i)
			}
		}
		return f(p.db, values)
	}
}

// subquery is the number of rows that a SELECT yields, after that word.
func (p *parser) subquery() expr {
	var distinct expr
	if !p.accept("1") {
		p.expect("COUNT", "(", "DISTINCT")
		distinct = p.primary()
		p.expect(")")
	}
	p.expect("FROM")
	rows := func(r *row) []label { return r.tags }
	if p.accept("each", "(") {
		column := p.primary()
		p.expect(")")
		rows = func(r *row) []label { return p.db.each(column(r)) }
	} else {
		p.expect(`"tags"`)
	}
	p.expect("AS", "ambit_label", "WHERE")
	where := p.or()
	p.expect(")")
	return func(r *row) any {
		seen := make(map[any]bool)
		inner := *r
		n := 0
		for _, l := range rows(r) {
			inner.label = l
			if p.db.truth(where(&inner)) == true {
				n++
				if distinct != nil {
					seen[distinct(&inner)] = true
				}
			}
		}
		if distinct != nil {
			n = len(seen)
		}
		return float64(n)
	}
}
