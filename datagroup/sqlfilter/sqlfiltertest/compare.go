package sqlfiltertest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/ambit-authz/ambit/internal/text"
)

// checkFilters compares each filter. One that has a comparison of a kind that is
// wrong is left out, as it would be wrong, too.
func (t *tester) checkFilters(nodes []datagroup.Node) {
	for _, n := range nodes {
		if t.done() {
			return
		}
		leaf, isLeaf := n.(datagroup.Comparison)
		if !isLeaf && t.hasWrong(n) {
			continue
		}
		e := t.compareNode(n)
		if e == nil {
			continue
		}
		first := t.found[shape(leaf)]
		if isLeaf && first != nil {
			first.More++
			continue
		}
		t.shrunk++
		n, e = t.shrink(n, e)
		if first = t.found[shape(n)]; first != nil {
			first.More++
			continue
		}
		t.found[shape(n)] = e
		t.add(e)
	}
}

// hasWrong reports whether n has a comparison of a kind that is wrong.
func (t *tester) hasWrong(n datagroup.Node) bool {
	for c := range comparisons(n) {
		if t.found[shape(c)] != nil {
			return true
		}
	}
	return false
}

// shape is what kinds of wrong filters are told apart by: the operators and
// attributes.
func shape(n datagroup.Node) string {
	return written(blanked(n, func(datagroup.Comparison) int { return 1 }))
}

// blanked returns n without its literals, each list with so many items.
func blanked(n datagroup.Node, items func(datagroup.Comparison) int) datagroup.Node {
	return edited(n, func(c datagroup.Comparison) datagroup.Comparison {
		switch {
		case c.List != nil:
			c.List = make([]string, items(c))
		case c.Value.Type() == datagroup.NumberType:
			c.Value = datagroup.Number(0)
		case !c.Value.IsMissing():
			c.Value = datagroup.Text("")
		}
		return c
	})
}

// filter returns n as a filter.
func (t *tester) filter(n datagroup.Node) datagroup.Filter {
	f, err := t.schema.Parse(written(n))
	if err != nil {
		panic(err) // as for Filters; a part of a filter is one, too
	}
	return f
}

// compareNode returns what is wrong with the condition for a filter, or nil.
func (t *tester) compareNode(n datagroup.Node) *Error {
	f := t.filter(n)
	truths := make([]datagroup.Truth, len(t.accounts))
	for i, a := range t.accounts {
		truths[i] = f.Match(a)
	}
	t.covered.count(n, truths)
	p, err := t.db.Table.Where(f)
	e := t.refusal(n, p, err)
	if e == nil && err == nil {
		e = t.comparePredicate(p, truths)
	}
	if e == nil && err == nil {
		e = t.sameText(n, p)
	}
	if e != nil {
		e.Check, e.Filter = "filter", f.String()
	}
	return e
}

// refusal returns what is wrong with the error that a filter gets, or with its
// getting none.
func (t *tester) refusal(n datagroup.Node, p sqlfilter.Predicate, err error) *Error {
	without := reads(n, t.db.Without)
	var typed *sqlfilter.Error
	switch {
	case err == nil && without:
		return t.wrong(p, errors.New("it reads an attribute that has no column, and is not refused"))
	case err == nil:
		return nil
	case !errors.As(err, &typed):
		return &Error{Err: fmt.Errorf("it is refused without a *sqlfilter.Error: %w", err)}
	case p.String() != sqlfilter.Predicate{}.String():
		return t.wrong(p, fmt.Errorf("it is refused, and there is a predicate: %w", err))
	case errors.Is(err, sqlfilter.ErrNoColumn) && without, errors.Is(err, sqlfilter.ErrTooLarge) && count(n) > mostComparisons:
		return nil
	}
	return &Error{Err: fmt.Errorf("it is refused: %w", err)}
}

// wrong returns an error about a predicate.
func (t *tester) wrong(p sqlfilter.Predicate, err error) *Error {
	sql, args, _ := p.ToSql()
	return &Error{SQL: sql, Args: args, Err: err}
}

// sameText looks whether filters that differ in their literals only have the same
// SQL.
func (t *tester) sameText(n datagroup.Node, p sqlfilter.Predicate) *Error {
	key := written(blanked(n, func(c datagroup.Comparison) int { return len(c.List) }))
	before, again := t.texts[key]
	t.texts[key] = p.String()
	if again && before != p.String() {
		return t.wrong(p, fmt.Errorf("a filter with other literals has other SQL: %s", short(before, 800)))
	}
	return nil
}

// comparePredicate returns what is wrong with a predicate that must be so for each
// of the accounts.
func (t *tester) comparePredicate(p sqlfilter.Predicate, truths []datagroup.Truth) *Error {
	sql, args, err := p.ToSql()
	const from = 7
	if numbered, same := p.Numbered(from); err == nil {
		err = placeholders(sql, args, from, numbered, same)
	}
	if err != nil {
		return t.wrong(p, err)
	}
	if t.db.Numbered {
		sql, args = p.Numbered(1)
	}
	return t.compare(sql, args, truths)
}

// placeholders returns what is wrong with the placeholders of SQL, as it is and
// numbered, nil if nothing is.
func placeholders(sql string, args []any, from int, numbered string, same []any) error {
	if n := strings.Count(sql, "?"); n != len(args) {
		return fmt.Errorf("it has %d placeholders and %d arguments", n, len(args))
	}
	if numbered != renumbered(sql, from) || len(same) != len(args) {
		return fmt.Errorf("numbered from %d it is %s with %d arguments", from, short(numbered, 800), len(same))
	}
	return nil
}

// renumbered returns SQL with numbers in the place of each ?.
func renumbered(sql string, from int) string {
	var b strings.Builder
	for i, part := range strings.Split(sql, "?") {
		if i > 0 {
			b.WriteString("$" + strconv.Itoa(from+i-1))
		}
		b.WriteString(part)
	}
	return b.String()
}

// answers is what a database said of an account: a bit for each truth.
type answers uint8

// String returns what was said as part of a sentence.
func (a answers) String() string {
	var parts []string
	for truth, word := range [...]string{"false", "NULL", "true"} {
		if a&(1<<truth) != 0 {
			parts = append(parts, word)
		}
	}
	if parts == nil {
		return "neither true, nor false, nor NULL"
	}
	return strings.Join(parts, " and ")
}

// compare returns what is wrong with a condition that must be so for each of the
// accounts.
func (t *tester) compare(sql string, args []any, truths []datagroup.Truth) *Error {
	said := make([]answers, len(t.accounts))
	for truth, form := range [...]string{"NOT (%s)", "(%s) IS NULL", "%s"} {
		where := fmt.Sprintf(form, sql)
		ids, err := t.db.Select(t.ctx, where, args)
		if err != nil {
			return &Error{SQL: where, Args: args, Err: err}
		}
		for _, id := range ids {
			i, stored := t.index[id]
			if !stored {
				return &Error{SQL: where, Args: args, Err: fmt.Errorf("it selects %s, which was not stored", text.Quote(id))}
			}
			if said[i]&(1<<truth) != 0 {
				return &Error{SQL: where, Args: args, Account: t.accounts[i], Err: errors.New("it is selected twice")}
			}
			said[i] |= 1 << truth
		}
	}
	var first *Error
	for i, a := range t.accounts {
		if said[i] == 1<<truths[i] {
			continue
		}
		if first == nil || size(a) < size(first.Account) {
			first = &Error{SQL: sql, Args: args, Account: a, Err: fmt.Errorf("it must be %v, and the database says %v", truths[i], said[i])}
		}
	}
	return first
}

// size returns how long an account is to read.
func size(a datagroup.Account) int {
	n := len(a.ID()) + len(a.Source())
	for _, v := range a.Values() {
		n += len(v.String())
	}
	return n
}

// checkBeside looks whether predicates keep their meaning among other conditions.
func (t *tester) checkBeside() {
	source, no := attribute("source"), asked(attribute("source"), datagroup.Missing)
	yes := asked(source, datagroup.Present)
	for _, n := range []datagroup.Node{
		datagroup.Constant(true), datagroup.Constant(false), yes, negated(no), anyOf(no, yes, no), allOf(yes, no, yes), negated(anyOf(no, yes)),
		compared(source, datagroup.Equal, "US"), compared(source, datagroup.NotEqual, "US"),
		listed(source, datagroup.In, "US", "us"), listed(source, datagroup.NotIn, "US", "us"),
	} {
		p, err := t.db.Table.Where(t.filter(n))
		if err != nil || t.done() {
			continue // it is looked at among the filters
		}
		sql, args, _ := p.ToSql()
		if t.db.Numbered {
			sql, args = p.Numbered(1)
		}
		e := t.compare("1 = 0 AND "+sql, args, t.all(datagroup.False))
		if e == nil {
			e = t.compare("1 = 1 OR "+sql, args, t.all(datagroup.True))
		}
		if e != nil {
			e.Check, e.Filter = "beside another condition: filter", written(n)
			t.add(e)
		}
	}
}
