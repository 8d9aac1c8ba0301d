package store

import (
	"iter"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
)

// accounts compares accounts, by the names of their attributes.
func (c *comparison) accounts() []string {
	old, next := c.old, c.next
	m := newMarks(max(old.Accounts.Next(), next.Accounts.Next()))
	markLeaves(m, &old.Accounts, &next.Accounts)
	markUnshared(m, &old.ofClass, &next.ofClass)
	for pos := namePosition; pos < max(len(old.columns), len(next.columns)); pos++ {
		// Where the schemas differ, all accounts were written again.
		was, is := old.column(pos), next.column(pos)
		markUnshared(m, &was.text, &is.text)
		markUnshared(m, &was.other, &is.other)
	}
	a := accountComparison{old: old, next: next, like: map[[2]uint32]bool{}}
	a.pair()
	return changed(m, &old.Accounts, &next.Accounts, a.same, func(no uint32) bool {
		return a.same(&Account{no, old.ofClass.Get(no)}, &Account{no, next.ofClass.Get(no)})
	})
}

// column returns the column of a position, an empty one if there is none.
func (s *State) column(pos int) *column {
	if pos < len(s.columns) {
		return s.columns[pos]
	}
	return new(column)
}

// accountComparison compares accounts of two States.
type accountComparison struct {
	old, next    *State
	classed, own [][2]int           // the positions of one attribute in both, -1 for none: those of which classes tell all, and others
	like         map[[2]uint32]bool // whether two classes agree in what they tell
}

// pair finds the positions of each attribute.
func (a *accountComparison) pair() {
	add := func(was, is int) {
		if a.old.tells(was) && a.next.tells(is) {
			a.classed = append(a.classed, [2]int{was, is})
		} else {
			a.own = append(a.own, [2]int{was, is})
		}
	}
	for pos := sourcePosition; pos < a.old.Schema.Len(); pos++ {
		is, ok := a.next.Schema.Position(a.old.Schema.At(pos).Name)
		if !ok {
			is = -1
		}
		add(pos, is)
	}
	for pos := namePosition + 1; pos < a.next.Schema.Len(); pos++ {
		if _, ok := a.old.Schema.Position(a.next.Schema.At(pos).Name); !ok {
			add(-1, pos)
		}
	}
}

// tells reports whether classes tell the attribute of a position apart.
func (s *State) tells(pos int) bool {
	return pos >= 0 && pos < len(s.columns) && s.columns[pos].classed
}

func (a *accountComparison) same(was, is *Account) bool {
	key := [2]uint32{was.Class, is.Class}
	like, known := a.like[key]
	if !known {
		x, y := &a.old.classes.At(was.Class).like, &a.next.classes.At(is.Class).like
		like = true
		for _, p := range a.classed {
			like = like && x.At(p[0]).Equal(y.At(p[1]))
		}
		a.like[key] = like
	}
	if !like {
		return false
	}
	for _, p := range a.own {
		if !a.old.valueAt(was, p[0]).Equal(a.next.valueAt(is, p[1])) {
			return false
		}
	}
	return true
}

// valueAt returns what an account has at a position, missing at -1.
func (s *State) valueAt(a *Account, pos int) datagroup.Value {
	switch {
	case pos < 0 || pos >= len(s.columns):
		return datagroup.Value{}
	case s.columns[pos].classed:
		return s.classes.At(a.Class).like.At(pos)
	}
	return s.columns[pos].value(a.No)
}

// MatchedOnlyIn yields the ids of the accounts that a data group of s matches, and
// that g of another State does not match or that the other does not have; of all
// that it matches if g is nil. It costs a look at each account that the group
// matches, but for those that stand in both States as they were.
func (s *State) MatchedOnlyIn(group *Group, other *State, g *Group) iter.Seq[string] {
	return func(yield func(string) bool) {
		differs := func(no uint32) bool {
			id := s.Accounts.ID(no)
			if g != nil {
				if there := other.Accounts.Get(id); there != nil && g.Matches(there) {
					return true
				}
			}
			return yield(id)
		}
		for i := range group.match.All() {
			if group.loose {
				if !differs(i) {
					return
				}
				continue
			}
			c := s.classes.At(i)
			if g != nil && !g.loose && g.match.Has(i) && c.accounts.Shares(&other.classes.At(i).accounts) {
				continue
			}
			for no := range c.accounts.All() {
				if !differs(no) {
					return
				}
			}
		}
	}
}

// Holding yields the users who have a role, the plain ones first.
func (s *State) Holding(r *Role) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for _, set := range []persist.Set{r.Plain, r.Others} {
			for no := range set.All() {
				if !yield(no) {
					return
				}
			}
		}
	}
}
