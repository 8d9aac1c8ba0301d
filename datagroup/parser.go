package datagroup

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/internal/text"
)

const (
	maxText  = 256 << 10 // bytes, as written and as printed
	maxDepth = 100       // parentheses and not, inside one another
	maxList  = 10_000    // items
)

// Parse returns the filter written as text, in the language of the package
// comment.
//
// The error is the first [*Error], with its position: [ErrSyntax],
// [ErrUnknownAttribute], [ErrBelowAccount], [ErrType], [ErrEmptyList],
// [ErrNumber], [ErrText], [ErrTooDeep] or [ErrTooLong]. Parse takes time in
// proportion to the text, up to the limits.
func (s *Schema) Parse(filter string) (Filter, error) {
	if len(filter) > maxText {
		return Filter{}, &Error{Op: "filter", Text: tooLong, Err: ErrTooLong}
	}
	p := parser{schema: s, scanner: scanner{text: filter}}
	if !utf8.ValidString(filter) {
		return Filter{}, p.fail(token{offset: badByte(filter)}, ErrText, "the text is not valid UTF-8", "")
	}
	p.next()
	root, e := p.filter()
	if e == nil && p.token.kind != endToken {
		e = p.unexpected("and, or, or the end of the filter", "and", "or")
	}
	if e != nil {
		return Filter{}, e
	}
	f := Filter{root}
	// The canonical text is less than eight times as long.
	if len(filter) > maxText/8 && len(f.String()) > maxText {
		return Filter{}, &Error{Op: "filter", Text: tooLong, Err: ErrTooLong}
	}
	return f, nil
}

// badByte returns where a text is not UTF-8.
func badByte(text string) int {
	for offset, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[offset:], "\uFFFD") {
			return offset
		}
	}
	return len(text)
}

const tooLong = "the text is longer than 256 KiB, as written or as printed canonically"

// parser is a recursive descent over the tokens, one of them ahead.
type parser struct {
	schema  *Schema
	scanner scanner
	token   token
	depth   int
}

func (p *parser) next() { p.token = p.scanner.next() }

// accept steps over that word or sign if it is next.
func (p *parser) accept(text string) bool {
	if !p.token.is(text) {
		return false
	}
	p.next()
	return true
}

// filter parses the whole text, but not what trails it.
func (p *parser) filter() (*node, *Error) {
	switch {
	case p.accept("nothing"):
		return nil, p.alone()
	case p.accept("everything"):
		return &node{kind: everything}, p.alone()
	}
	return p.or()
}

const standsAlone = "everything and nothing stand only on their own"

// alone fails unless the text ends.
func (p *parser) alone() *Error {
	if p.token.kind != endToken {
		return p.fail(p.token, ErrSyntax, standsAlone, "")
	}
	return nil
}

func (p *parser) or() (*node, *Error)  { return p.chain(orKind, "or", p.and) }
func (p *parser) and() (*node, *Error) { return p.chain(andKind, "and", p.unary) }

// chain parses operands with word between them. An operand of the same kind,
// from within parentheses, is dissolved: the text printed without them must
// parse to an equal filter.
func (p *parser) chain(k kind, word string, operand func() (*node, *Error)) (*node, *Error) {
	first, e := operand()
	if e != nil || !p.token.is(word) {
		return first, e
	}
	n := &node{kind: k, operands: make([]*node, 0, 2)}
	n.add(first)
	for p.accept(word) {
		o, e := operand()
		if e != nil {
			return nil, e
		}
		n.add(o)
	}
	return n, nil
}

// add gives the and or or node n, still being made, one more operand.
func (n *node) add(o *node) {
	if o.kind == n.kind {
		n.operands = append(n.operands, o.operands...)
	} else {
		n.operands = append(n.operands, o)
	}
}

// unary parses not F, ( F ) or a leaf.
func (p *parser) unary() (*node, *Error) {
	if !p.token.is("not") && !p.token.is("(") {
		return p.leaf()
	}
	if p.depth == maxDepth {
		return nil, p.fail(p.token, ErrTooDeep, "more than "+strconv.Itoa(maxDepth)+" parentheses and not are inside one another", "")
	}
	p.depth++
	defer func() { p.depth-- }()
	if p.accept("not") {
		o, e := p.unary()
		return &node{kind: notKind, operands: []*node{o}}, e
	}
	p.next()
	n, e := p.or()
	if e == nil && !p.accept(")") {
		return nil, p.unexpected("and, or, or )", "and", "or")
	}
	return n, e
}

// leaf parses an attribute, an operator and its literals.
func (p *parser) leaf() (*node, *Error) {
	pos, e := p.attribute()
	if e != nil {
		return nil, e
	}
	a := p.schema.At(pos)
	l := leaf{schema: p.schema, pos: uint16(pos), typ: a.Type}
	if l.op, e = p.operator(a); e != nil {
		return nil, e
	}
	switch {
	case l.op == Missing || l.op == Present:
	case l.op.takesList():
		var items []string
		if items, e = p.list(a); e == nil {
			l.list = newList(items)
		}
	case l.typ == NumberType:
		l.number, e = p.number(a)
	default:
		l.text, e = p.string(a)
	}
	return &node{kind: leafKind, leaf: l}, e
}

// attribute parses an attribute's name and returns its position.
func (p *parser) attribute() (int, *Error) {
	t := p.token
	switch {
	case t.is("everything") || t.is("nothing"):
		return 0, p.fail(t, ErrSyntax, standsAlone, "")
	case t.kind != wordToken || isReserved(t.text):
		return 0, p.unexpected("an attribute")
	}
	pos, ok := p.schema.Position(t.text)
	if !ok {
		return 0, p.schema.unknown("filter", t.text, "not", "everything", "nothing").locate(p.scanner.text, t.offset)
	}
	p.next()
	return pos, nil
}

// operator parses an operator that a may have.
func (p *parser) operator(a Attribute) (Operator, *Error) {
	start := p.token
	words := start.text
	switch {
	case p.accept("not"):
		if !p.token.is("in") {
			return 0, p.notOperator("in", "in")
		}
		words = "not in"
	case p.accept("has"):
		if p.token.is("any") || p.token.is("all") {
			words = "has " + p.token.text
			break
		}
		return p.fit(Has, start, a)
	}
	if o := slices.Index(operatorText[1:], words) + 1; o > 0 {
		p.next()
		return p.fit(Operator(o), start, a)
	}
	return 0, p.notOperator("an operator", operatorText[1:]...)
}

// notOperator returns the problem that the next token is no operator, with what
// to write in place of one of another language.
func (p *parser) notOperator(expected string, words ...string) *Error {
	t := p.token
	c, ok := foreign[strings.ToLower(t.text)]
	if !ok || t.kind != wordToken && t.kind != signToken {
		return p.unexpected(expected, words...)
	}
	return p.fail(t, ErrSyntax, text.Quote(t.text)+" is no operator here: "+c.problem, c.suggestion)
}

// foreign is the operators of other languages, in lower case, and what this one
// has in their place.
var foreign = map[string]struct{ problem, suggestion string }{
	"like":       {"% and _ stand for themselves; write prefix, suffix or contains and the text without them", "contains"},
	"ilike":      {"text is compared exactly, upper and lower case too; write prefix, suffix or contains", "contains"},
	"startswith": {"write prefix", "prefix"},
	"endswith":   {"write suffix", "suffix"},
	"is":         {"a value that is not there is asked for by missing or present", "missing"},
	"isnull":     {"a value that is not there is asked for by missing", "missing"},
	"notnull":    {"a value that is there is asked for by present", "present"},
	"exists":     {"a value that is there is asked for by present", "present"},
	"between":    {"write two comparisons, as in spend >= 10 and spend <= 20", ""},
	"matches":    {"there are no regular expressions; write prefix, suffix, contains or in", ""},
	"regexp":     {"there are no regular expressions; write prefix, suffix, contains or in", ""},
	"rlike":      {"there are no regular expressions; write prefix, suffix, contains or in", ""},
	"~":          {"there are no regular expressions; write prefix, suffix, contains or in", ""},
	"eq":         {"write it as a sign", "="},
	"ne":         {"write it as a sign", "!="},
	"gt":         {"write it as a sign", ">"},
	"gte":        {"write it as a sign", ">="},
	"lt":         {"write it as a sign", "<"},
	"lte":        {"write it as a sign", "<="},
}

// fit returns o, or the problem at start that a is of a type without it.
func (p *parser) fit(o Operator, start token, a Attribute) (Operator, *Error) {
	if o.takes(a.Type) {
		return o, nil
	}
	var fitting []string
	for o := Equal; o <= Present; o++ {
		if o.takes(a.Type) {
			fitting = append(fitting, o.String())
		}
	}
	suggestion := ""
	switch {
	case a.Type == LabelsType && o == In:
		suggestion = "has any"
	case a.Type == LabelsType && (o == Equal || o == Contains):
		suggestion = "has"
	}
	problem := a.Name + " is of type " + a.Type.String() + "; its operators are " + strings.Join(fitting, ", ")
	return 0, p.fail(start, ErrType, problem, suggestion)
}

// list parses a list of strings.
func (p *parser) list(a Attribute) ([]string, *Error) {
	open := p.token
	if !p.accept("(") {
		return nil, p.unexpected("( and a list")
	}
	if p.token.is(")") {
		return nil, p.fail(open, ErrEmptyList, "the list is empty", "")
	}
	var list []string
	for {
		if len(list) == maxList {
			return nil, p.fail(p.token, ErrTooLong, "the list has more than "+strconv.Itoa(maxList)+" items", "")
		}
		s, e := p.string(a)
		if e != nil {
			return nil, e
		}
		list = append(list, s)
		if p.accept(")") {
			return list, nil
		}
		if !p.accept(",") {
			return nil, p.unexpected(", or )")
		}
	}
}

// string parses a string to compare a with.
func (p *parser) string(a Attribute) (string, *Error) {
	t := p.token
	switch {
	case t.kind == stringToken:
		p.next()
		return t.value(), nil
	case t.is("null"):
		return "", p.fail(t, ErrSyntax, "null is no value; a missing one is asked for without =", a.Name+" missing")
	case t.kind == numberToken:
		return "", p.fail(t, ErrType, a.Name+" is compared with a string", Text(t.text).String())
	case t.kind == wordToken:
		return "", p.fail(t, ErrSyntax, "expected a string in quotes, found "+text.Quote(t.text), Text(t.text).String())
	}
	return "", p.unexpected("a string in quotes")
}

// number parses a number to compare a with.
func (p *parser) number(a Attribute) (float64, *Error) {
	t := p.token
	switch {
	case t.kind == numberToken:
		f, problem := parseNumber(t.text)
		if problem != "" {
			return 0, p.fail(t, ErrNumber, text.Quote(t.text)+" "+problem, "")
		}
		p.next()
		return f, nil
	case t.is("null"):
		return 0, p.fail(t, ErrSyntax, "null is no value; a missing one is asked for without =", a.Name+" missing")
	case t.kind == stringToken:
		return 0, p.fail(t, ErrType, a.Name+" is compared with a number", "")
	case t.kind == wordToken && slices.Contains([]string{"nan", "inf", "infinity"}, strings.ToLower(t.text)):
		return 0, p.fail(t, ErrNumber, text.Quote(t.text)+" is not a finite number", "")
	}
	return 0, p.unexpected("a number")
}

// fail returns the problem at t.
func (p *parser) fail(t token, err error, problem, suggestion string) *Error {
	e := &Error{Op: "filter", Text: problem, Suggestion: suggestion, Err: err}
	return e.locate(p.scanner.text, t.offset)
}

// unexpected returns the problem that the next token is not what was expected,
// and suggests one of words if it is near one.
func (p *parser) unexpected(expected string, words ...string) *Error {
	t := p.token
	switch t.kind {
	case openToken:
		return p.fail(t, ErrSyntax, "the string is not closed with "+t.text[:1], "")
	case endToken:
		return p.fail(t, ErrSyntax, "expected "+expected+", found the end", "")
	}
	suggestion := ""
	switch t.text {
	case "==":
		suggestion = "="
	case "<>":
		suggestion = "!="
	case "=<":
		suggestion = "<="
	case "=>":
		suggestion = ">="
	case "&", "&&":
		suggestion = "and"
	case "|", "||":
		suggestion = "or"
	case "!":
		suggestion = "not"
	case "‘", "’", "“", "”", "„", "‚", "`", "´", "«", "»", "「", "」", "＇", "＂":
		suggestion = "'"
	case "（":
		suggestion = "("
	case "）":
		suggestion = ")"
	case "，", "、", "；", ";":
		suggestion = ","
	case "＝":
		suggestion = "="
	case "！":
		suggestion = "!="
	case "＜":
		suggestion = "<"
	case "＞":
		suggestion = ">"
	default:
		suggestion = text.Nearest(t.text, slices.Values(words))
	}
	return p.fail(t, ErrSyntax, "expected "+expected+", found "+text.Quote(t.text), suggestion)
}
