package snapshot

import (
	"encoding/binary"
	"iter"
	"math/bits"
	"slices"

	"github.com/ambit-authz/ambit/datagroup"
)

// maxDistinct is how many values an attribute may have and still tell classes
// apart. Beyond it classes would be about as many as accounts, and each new
// one costs a look at every group.
const maxDistinct = 5000

// column is what is kept for one attribute of the schema.
type column struct {
	classed bool
	values  Index // the values that classes have had of it
	readers Set   // the loose groups whose filter reads it
}

// newColumns returns columns for an empty company under s. Text and labels are
// classed until they show too many values, numbers never; id and name differ
// from account to account.
func newColumns(s *datagroup.Schema) []column {
	columns := make([]column, s.Len())
	for i := range columns {
		a := s.At(i)
		columns[i].classed = a.Name != "id" && a.Name != "name" && a.Type != datagroup.NumberType
	}
	return columns
}

// PutAccount connects an account or replaces its attributes. It must be of
// w.Schema. It costs what the groups cost that read a changed attribute, and
// for a tuple never seen before one match of every group.
func (w *Writer) PutAccount(a datagroup.Account) {
	w.accountBatch, w.byClass = batch{}, nil
	next := Account{Account: &a, class: w.classOf(a)}
	i, old, found := w.Accounts.Find(string(a.ID()))
	if !found {
		i = w.Accounts.Add(w.token, string(a.ID()), next)
		for g := range w.loose.All() {
			w.rematch(g, i, a)
		}
		return
	}
	w.Accounts.Set(w.token, i, next)
	for pos := range w.columns {
		if w.columns[pos].readers.Len() == 0 || old.At(pos).Equal(a.At(pos)) {
			continue
		}
		for g := range w.columns[pos].readers.All() {
			w.rematch(g, i, a)
		}
	}
}

// RemoveAccount disconnects an account.
func (w *Writer) RemoveAccount(i uint32) {
	w.accountBatch, w.byClass = batch{}, nil
	for g := range w.loose.All() {
		w.mark(g, i, false)
	}
	w.Accounts.Remove(w.token, string(w.Accounts.At(i).ID()))
}

// rematch brings up to date whether a loose group and its teams see account i.
func (w *Writer) rematch(g, i uint32, a datagroup.Account) {
	w.mark(g, i, w.Groups.At(g).Filter.Match(a) == datagroup.True)
}

// mark says whether loose group g matches account i.
func (w *Writer) mark(g, i uint32, matches bool) {
	if w.Groups.At(g).match.Has(i) == matches {
		return
	}
	rec := w.editGroup(g)
	if matches {
		rec.match.Add(w.token, i)
	} else {
		rec.match.Remove(w.token, i)
	}
	for t := range rec.Teams.All() {
		rec := w.editTeam(t)
		if matches {
			rec.accounts.Add(w.token, i)
		} else if !slices.ContainsFunc(rec.GroupIndexes, func(g uint32) bool {
			other := w.Groups.At(g)
			return other.loose && other.match.Has(i)
		}) {
			rec.accounts.Remove(w.token, i)
		}
	}
}

// classOf returns the class of a, making it if its tuple is new.
func (w *Writer) classOf(a datagroup.Account) uint32 {
	key := w.tuple(a)
	if c, _, found := w.classes.Find(key); found {
		return c
	}
	if w.classes.Len() > 2*w.Accounts.Len()+maxDistinct {
		w.rebuild() // most classes are of accounts that were, and each costs every filter a match
	}
	if w.widen(a) {
		w.rebuild()
		return w.classOf(a)
	}
	c := w.addClass(key, a)
	for g, rec := range All(&w.Groups) {
		if rec.loose || rec.Filter.Match(a) != datagroup.True {
			continue
		}
		w.editGroup(g).match.Add(w.token, c)
		for t := range rec.Teams.All() {
			w.editTeam(t).classes.Add(w.token, c)
		}
	}
	return c
}

// widen notes the values of a new tuple, and reports whether that made an
// attribute one too wide to be classed.
func (w *Writer) widen(a datagroup.Account) bool {
	wider := false
	for pos := range w.columns {
		c := &w.columns[pos]
		if !c.classed {
			continue
		}
		c.values.Put(w.token, string(appendValue(nil, a.At(pos))), 0)
		if c.values.Len() > maxDistinct {
			c.classed, c.values, wider = false, Index{}, true
		}
	}
	return wider
}

// tuple encodes the classed attributes of a, each so that no two tuples have
// one encoding.
func (w *Writer) tuple(a datagroup.Account) string {
	var b []byte
	for pos := range w.columns {
		if w.columns[pos].classed {
			b = appendValue(b, a.At(pos))
		}
	}
	return string(b)
}

func appendValue(b []byte, v datagroup.Value) []byte {
	switch v.Type() {
	case datagroup.StringType:
		b = append(b, 's')
		return appendText(b, v.Text())
	case datagroup.LabelsType:
		for l := range v.Labels() {
			b = append(b, 'l')
			b = appendText(b, l)
		}
		return append(b, '.')
	}
	return append(b, '-')
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// PutGroup adds a data group, or replaces its name and filter; the teams that
// have it keep it. Its filter must be bound to w.Schema. A new filter costs
// one match for each class, or for each account if it reads more than classes
// tell, and one union for each team that has the group. Many in a row cost a
// match for each value of what they read, and not for each class.
func (w *Writer) PutGroup(g datagroup.Group) {
	i, old, found := w.Groups.Find(string(g.ID))
	next := &Group{Group: g}
	if !found {
		i = w.Groups.Add(w.token, string(g.ID), next)
		w.match(i, next)
		return
	}
	next.Teams, next.loose, next.match = old.Teams, old.loose, old.match
	w.Groups.Set(w.token, i, next)
	if old.Filter.Equal(g.Filter) {
		return
	}
	w.unread(i, old)
	w.match(i, next)
	for t := range next.Teams.All() {
		w.unite(w.editTeam(t))
	}
}

// RemoveGroup removes a data group from the company and from every team.
func (w *Writer) RemoveGroup(i uint32) {
	g := w.Groups.At(i)
	w.unread(i, g)
	for t := range g.Teams.All() {
		rec := w.editTeam(t)
		k := slices.Index(rec.GroupIndexes, i)
		rec.GroupIndexes = slices.Delete(slices.Clone(rec.GroupIndexes), k, k+1)
		rec.Groups = slices.Delete(slices.Clone(rec.Groups), k, k+1)
		w.unite(rec)
	}
	w.Groups.Remove(w.token, string(g.ID))
}

// match finds all that g matches and notes what it reads. The record must be
// the Writer's own.
func (w *Writer) match(i uint32, g *Group) {
	g.match = Set{}
	var reads []int
	g.loose = false
	for _, name := range g.Filter.Reads() {
		pos, _ := w.Schema.Position(name)
		reads = append(reads, pos)
		g.loose = g.loose || !w.columns[pos].classed
	}
	if !g.loose {
		g.match = w.matchingClasses(g.Filter)
		return
	}
	w.loose.Add(w.token, i)
	for _, pos := range reads {
		w.columns[pos].readers.Add(w.token, i)
	}
	g.match = w.matchingAccounts(g.Filter)
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
func (w *Writer) matchingClasses(f datagroup.Filter) (s Set) {
	classes := func(yield func(datagroup.Account) bool) {
		for _, like := range All(&w.classes) { // none is ever removed, so a class is its place
			if !yield(like) {
				return
			}
		}
	}
	if w.classBatch.prepare(w.Schema, classes) {
		return bitSet(w.token, w.classBatch.Bits(f))
	}
	for c, like := range All(&w.classes) {
		if f.Match(like) == datagroup.True {
			s.Add(w.token, c)
		}
	}
	return s
}

// matchingAccounts returns the accounts that a filter matches.
func (w *Writer) matchingAccounts(f datagroup.Filter) (s Set) {
	accounts := func(yield func(datagroup.Account) bool) {
		for i := range w.Accounts.Next() {
			a := w.Accounts.At(i)
			if a.Account == nil { // it was removed; its place is kept
				a.Account = new(datagroup.Account)
			}
			if !yield(*a.Account) {
				return
			}
		}
	}
	if w.accountBatch.prepare(w.Schema, accounts) {
		words := w.accountBatch.Bits(f)
		w.keepAccounts(words)
		return bitSet(w.token, words)
	}
	for a, rec := range All(&w.Accounts) {
		if f.Match(*rec.Account) == datagroup.True {
			s.Add(w.token, a)
		}
	}
	return s
}

// keepAccounts takes from a set the accounts that were removed.
func (w *Writer) keepAccounts(words []uint64) {
	if int(w.Accounts.Next()) == w.Accounts.Len() {
		return
	}
	for i := range words {
		for rest := words[i]; rest != 0; rest &= rest - 1 {
			if bit := bits.TrailingZeros64(rest); w.Accounts.At(uint32(i*64+bit)).Account == nil {
				words[i] &^= 1 << bit
			}
		}
	}
}

// addClass makes a class of accounts like a.
func (w *Writer) addClass(key string, a datagroup.Account) uint32 {
	w.classBatch = batch{}
	return w.classes.Add(w.token, key, a)
}

// unread forgets what g reads.
func (w *Writer) unread(i uint32, g *Group) {
	if !g.loose {
		return
	}
	w.loose.Remove(w.token, i)
	for pos := range w.columns {
		w.columns[pos].readers.Remove(w.token, i)
	}
}

// unite makes t's unions from its groups. The record must be the Writer's own.
func (w *Writer) unite(t *Team) {
	var classes, accounts []Set
	for _, g := range t.GroupIndexes {
		if rec := w.Groups.At(g); rec.loose {
			accounts = append(accounts, rec.match)
		} else {
			classes = append(classes, rec.match)
		}
	}
	t.classes = Union(w.token, classes...)
	t.accounts = Union(w.token, accounts...)
}

// PutSchema replaces the declared attributes. Those that filters read must stay
// as they are. It costs the size of the company. If an account does not fit,
// the error says why, and the Writer is of no more use.
func (w *Writer) PutSchema(s *datagroup.Schema) error {
	for i, a := range All(&w.Accounts) {
		bound, err := a.Rebind(s)
		if err != nil {
			return err
		}
		w.Accounts.Set(w.token, i, Account{Account: &bound})
	}
	for i, g := range All(&w.Groups) {
		// Nothing it reads changed, so this cannot fail; and if it did, the
		// filter would be the zero one, which matches nothing.
		w.editGroup(i).Filter, _ = g.Filter.Bind(s)
	}
	w.Schema, w.columns, w.accountBatch, w.byClass = s, newColumns(s), batch{}, nil
	w.rebuild()
	return nil
}

// rebuild makes classes, matches and unions again after other attributes are
// classed.
func (w *Writer) rebuild() {
	for !w.rebuildClasses() {
	}
	w.loose = Set{}
	for i := range All(&w.Groups) {
		w.match(i, w.editGroup(i))
	}
	for i := range All(&w.Teams) {
		w.unite(w.editTeam(i))
	}
}

// rebuildClasses makes the classes again. It reports whether it came to the
// end; if not, an attribute turned out too wide, and the next try goes without
// it.
func (w *Writer) rebuildClasses() bool {
	w.classes, w.classBatch = Book[datagroup.Account]{}, batch{}
	for pos := range w.columns {
		w.columns[pos].values = Index{}
	}
	for i, a := range All(&w.Accounts) {
		key := w.tuple(*a.Account)
		c, _, found := w.classes.Find(key)
		if !found {
			if w.widen(*a.Account) {
				return false
			}
			c = w.addClass(key, *a.Account)
		}
		a.class = c
		w.Accounts.Set(w.token, i, a)
	}
	return true
}
