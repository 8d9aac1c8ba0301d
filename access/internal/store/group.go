package store

import (
	"iter"
	"slices"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
)

// maxNarrow is how many classes a narrow data group matches at most. Each team
// that has one has a route for each of them, so a new class or filter costs that
// much for each such team. The others are wide, and are asked one by one.
const maxNarrow = 64

func (g *Group) narrow() bool { return !g.loose && g.match.Len() <= maxNarrow }

// Matches reports whether g matches the account.
func (g *Group) Matches(a *Account) bool {
	if g.loose {
		return g.match.Has(a.No)
	}
	return g.match.Has(a.Class)
}

// PutGroup adds a data group, or replaces its name and filter; the teams that
// have it keep it. Its filter must be bound to w.Schema. A new filter costs
// one match for each class, or for each account if it reads more than classes
// tell, and the routes of each team that has the group. Many in a row cost a
// match for each value of what they read, and not for each class.
func (w *Writer) PutGroup(g datagroup.Group) {
	i, old, found := w.Groups.Find(string(g.ID))
	if !found {
		w.match(w.Groups.Add(w.token, string(g.ID), &Group{Group: g}))
		return
	}
	same := old.Filter.Equal(g.Filter)
	next := w.editGroup(i)
	next.Group = g
	if same {
		return
	}
	w.unmatch(i, next)
	w.match(i)
	w.routeTeams(w.Groups.At(i))
}

// RemoveGroup removes a data group from the company and from every team.
func (w *Writer) RemoveGroup(i uint32) {
	g := w.Groups.At(i)
	w.unmatch(i, g)
	w.Groups.Remove(w.token, string(g.ID))
	for t := range g.Teams.All() {
		rec := w.editTeam(t)
		k := slices.Index(rec.GroupNumbers, i)
		rec.GroupNumbers = slices.Delete(slices.Clone(rec.GroupNumbers), k, k+1)
		rec.Groups = slices.Delete(slices.Clone(rec.Groups), k, k+1)
		w.route(t)
	}
}

// match finds all that group i matches, and notes where else it counts.
func (w *Writer) match(i uint32) {
	g := w.editGroup(i)
	if g.loose = w.isLoose(g.Filter); !g.loose {
		g.match = w.matchingClasses(g.Filter)
		w.list(i, g)
		return
	}
	w.loose.Add(w.token, i)
	w.wide.Add(w.token, i)
	for _, name := range g.Filter.Reads() {
		pos, _ := w.Schema.Position(name)
		w.editColumn(pos).readers.Add(w.token, i)
	}
	g.match = w.matchingAccounts(g.Filter)
}

// unmatch forgets where group i, as it was, counts.
func (w *Writer) unmatch(i uint32, g *Group) {
	if g.narrow() {
		for c := range g.match.All() {
			w.editClass(c).groups.Remove(w.token, i)
		}
		return
	}
	w.wide.Remove(w.token, i)
	if g.loose {
		w.loose.Remove(w.token, i)
		for pos, c := range w.columns {
			if c.readers.Has(i) {
				w.editColumn(pos).readers.Remove(w.token, i)
			}
		}
	}
}

// list notes a group that stores classes: with each of them if it is narrow.
func (w *Writer) list(i uint32, g *Group) {
	if !g.narrow() {
		w.wide.Add(w.token, i)
		return
	}
	for c := range g.match.All() {
		w.editClass(c).groups.Add(w.token, i)
	}
}

// addMatch adds a new class to what group i matches.
func (w *Writer) addMatch(i, c uint32) {
	g := w.editGroup(i)
	switch {
	case !g.narrow():
		g.match.Add(w.token, c)
		return
	case g.match.Len() < maxNarrow:
		g.match.Add(w.token, c)
		w.editClass(c).groups.Add(w.token, i)
	default: // it becomes wide
		w.unmatch(i, g)
		g.match.Add(w.token, c)
		w.list(i, g)
	}
	w.routeTeams(g)
}

// GroupsOf yields the data groups that match an account, with their numbers.
// Cost: a look at each narrow group that does, and at each wide group.
func (s *State) GroupsOf(a *Account) iter.Seq2[uint32, *Group] {
	return func(yield func(uint32, *Group) bool) {
		for g := range s.classes.At(a.Class).groups.All() {
			if !yield(g, s.Groups.At(g)) {
				return
			}
		}
		for i := range s.wide.All() {
			if g := s.Groups.At(i); g.Matches(a) && !yield(i, g) {
				return
			}
		}
	}
}

// fewFilters is how many filters are matched one by one before the classes or
// the accounts are prepared for many.
const fewFilters = 8

// prepare counts a filter that is to be matched with what is in all, and reports
// whether b is made of it.
func (b *batch) prepare(s *datagroup.Schema, all iter.Seq[datagroup.Account]) bool {
	if b.filters++; b.Batch == nil && b.filters > fewFilters {
		b.Batch = datagroup.NewBatch(s, all)
	}
	return b.Batch != nil
}

// matchingClasses returns the classes that a filter matches.
func (w *Writer) matchingClasses(f datagroup.Filter) persist.Set {
	classes := func(yield func(datagroup.Account) bool) {
		for _, c := range persist.All(&w.classes) { // none is ever removed, so a class is its place
			if !yield(c.like) {
				return
			}
		}
	}
	if w.classBatch.prepare(w.Schema, classes) {
		return persist.OfBits(w.token, w.classBatch.Bits(f))
	}
	var all []uint32
	for i, c := range persist.All(&w.classes) {
		if f.Match(c.like) == datagroup.True {
			all = append(all, i)
		}
	}
	return persist.Union(w.token, all)
}

// matchingAccounts returns the accounts that a filter matches.
func (w *Writer) matchingAccounts(f datagroup.Filter) persist.Set {
	accounts := func(yield func(datagroup.Account) bool) {
		next := uint32(0)
		for no, a := range w.AllAccounts() {
			for ; next < no; next++ { // was removed; its place is kept
				if !yield(datagroup.Account{}) {
					return
				}
			}
			if next++; !yield(a) {
				return
			}
		}
	}
	if w.accountBatch.prepare(w.Schema, accounts) {
		words := w.accountBatch.Bits(f)
		w.keepAccounts(words)
		return persist.OfBits(w.token, words)
	}
	words := make([]uint64, (w.Accounts.Next()+63)/64)
	w.accountTruths(f, false, func(no uint32, _ datagroup.Account, t datagroup.Truth) bool {
		if t == datagroup.True {
			words[no/64] |= 1 << (no % 64)
		}
		return true
	})
	return persist.OfBits(w.token, words)
}

// keepAccounts takes from a set the accounts that were removed: a filter such as
// everything matches them too.
func (w *Writer) keepAccounts(words []uint64) {
	if int(w.Accounts.Next()) == w.Accounts.Len() {
		return
	}
	last := uint32(0)
	for no := range persist.IDs(&w.Accounts) {
		clearBits(words, last, no)
		last = no + 1
	}
	clearBits(words, last, uint32(len(words)*64))
}

func clearBits(words []uint64, from, to uint32) {
	for no := from; no < to && int(no/64) < len(words); no++ {
		words[no/64] &^= 1 << (no % 64)
	}
}

// Truths yields the accounts that a filter matches or might match, with which of
// the two, each with its id, its source and what the filter reads; they are good
// until the next one. The filter must be bound to the schema. Cost: one match for
// each account, or if the filter reads no more than classes tell, one for each
// class and a look at each account that is yielded.
func (s *State) Truths(f datagroup.Filter) iter.Seq2[datagroup.Account, datagroup.Truth] {
	return func(yield func(datagroup.Account, datagroup.Truth) bool) {
		some := func(_ uint32, a datagroup.Account, t datagroup.Truth) bool {
			return t == datagroup.False || yield(a, t)
		}
		if s.isLoose(f) {
			s.accountTruths(f, true, some)
		} else {
			s.classTruths(f, some)
		}
	}
}

// isLoose reports whether a filter reads more than classes tell.
func (s *State) isLoose(f datagroup.Filter) bool {
	return slices.ContainsFunc(f.Reads(), func(name string) bool {
		pos, known := s.Schema.Position(name)
		return !known || !s.columns[pos].classed
	})
}

// classTruths is Truths by classes.
func (s *State) classTruths(f datagroup.Filter, yield func(uint32, datagroup.Account, datagroup.Truth) bool) {
	for _, c := range persist.All(&s.classes) {
		if c.accounts.Len() == 0 {
			continue
		}
		t := f.Match(c.like)
		if t == datagroup.False {
			continue
		}
		for no := range c.accounts.All() {
			if !yield(no, c.like.With(datagroup.AccountID(s.Accounts.ID(no)), nil), t) {
				return
			}
		}
	}
}

// accountTruths is Truths by accounts. It makes of each no more than what f reads,
// and if sources is set, its source.
func (s *State) accountTruths(f datagroup.Filter, sources bool, yield func(uint32, datagroup.Account, datagroup.Truth) bool) {
	var own, classed []int
	last := namePosition - 1
	for _, name := range f.Reads() {
		switch pos, known := s.Schema.Position(name); {
		case pos == sourcePosition:
			sources = true
		case !known || pos == idPosition:
		case s.columns[pos].classed:
			last, classed = max(last, pos), append(classed, pos)
		default:
			last, own = max(last, pos), append(own, pos)
		}
	}
	values := make([]datagroup.Value, last-namePosition+1)
	of, like := uint32(none32), new(datagroup.Account)
	for no, id := range persist.IDs(&s.Accounts) {
		if of != none32 && !sources && len(classed) == 0 {
			// What is not read may be that of any account.
		} else if c := s.ofClass.Get(no); c != of {
			of, like = c, &s.classes.At(c).like
			for _, pos := range classed {
				values[pos-namePosition] = like.At(pos)
			}
		}
		for _, pos := range own {
			values[pos-namePosition] = s.columns[pos].value(no)
		}
		a := like.With(datagroup.AccountID(id), values)
		if !yield(no, a, f.Match(a)) {
			return
		}
	}
}
