package store

import (
	"iter"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
)

// Account is what stands beside the id of an account.
type Account struct {
	No    uint32
	Class uint32
}

// class is accounts that agree in source and in all classed attributes. One that
// is left without accounts is kept, since its tuple may come back, until there
// are more such classes than accounts.
type class struct {
	owner    *persist.Token
	like     datagroup.Account // an account of the class, without what tells no classes apart
	accounts persist.Set
	groups   persist.Set // the narrow data groups that match it
}

// Account returns an account. There must be one with that number. It is put
// together from its class and its own values.
func (s *State) Account(no uint32) datagroup.Account {
	like := &s.classes.At(s.ofClass.Get(no)).like
	return like.With(datagroup.AccountID(s.Accounts.ID(no)), s.ownValues(no, like))
}

// ownValues returns the values of an account from the name on, nil if all of them
// are those of its class.
func (s *State) ownValues(no uint32, like *datagroup.Account) (values []datagroup.Value) {
	own := false
	for pos := len(s.columns) - 1; pos >= namePosition; pos-- {
		v := like.At(pos)
		if c := s.columns[pos]; !c.classed {
			v = c.value(no)
			own = own || !v.IsMissing()
		}
		if values == nil && !v.IsMissing() {
			values = make([]datagroup.Value, pos-namePosition+1)
		}
		if values != nil {
			values[pos-namePosition] = v
		}
	}
	if !own {
		return nil
	}
	return values
}

// AllAccounts yields all accounts with their numbers, in the order of these.
func (s *State) AllAccounts() iter.Seq2[uint32, datagroup.Account] {
	return func(yield func(uint32, datagroup.Account) bool) {
		for no := range persist.IDs(&s.Accounts) {
			if !yield(no, s.Account(no)) {
				return
			}
		}
	}
}

// row is the values of an account of the Writer's schema by position, as
// [datagroup.Schema.Row] gives them.
type row []datagroup.Value

func (r row) at(pos int) (v datagroup.Value) {
	if pos < len(r) {
		v = r[pos]
	}
	return v
}

func (r row) id() string { return r[idPosition].Text() }

// account returns the account that a row says. It keeps the row.
func (w *Writer) account(r row) datagroup.Account {
	a, _ := w.Schema.Account(datagroup.AccountID(r.id()), r[sourcePosition].Text(), nil)
	return a.With(a.ID(), r[namePosition:])
}

// PutAccount connects an account or replaces its attributes, as a row of
// w.Schema says. It does not keep the row. It costs what the groups cost that
// read a changed attribute, and for a tuple never seen before one match of every
// group.
func (w *Writer) PutAccount(r []datagroup.Value) {
	rec := w.Accounts.Get(row(r).id())
	if rec == nil {
		w.AddAccount(r)
		return
	}
	now := w.classOf(r)
	w.accountBatch = batch{} // also if that prepared the accounts as they were
	no, before := rec.No, w.Account(rec.No)
	if old := w.ofClass.Get(no); old != now {
		w.editClass(old).accounts.Remove(w.token, no)
		w.editClass(now).accounts.Add(w.token, no)
		w.ofClass.Put(w.token, no, now)
		w.Accounts.Edit(w.token, row(r).id()).Class = now
	}
	for pos, c := range w.columns {
		if before.At(pos).Equal(row(r).at(pos)) {
			continue
		}
		if !c.classed {
			w.editColumn(pos).set(w.token, no, row(r).at(pos))
		}
		for g := range c.readers.All() {
			w.mark(g, no, w.Groups.At(g).Filter.Match(w.account(r)) == datagroup.True)
		}
	}
}

// AddAccount is PutAccount for an account that is not connected.
func (w *Writer) AddAccount(r []datagroup.Value) {
	c, no := w.classOf(r), w.Accounts.Next()
	w.accountBatch = batch{} // also if that prepared the accounts as they were
	w.Accounts.Enroll(w.token, no, row(r).id(), Account{no, c})
	w.keep(no, c, r)
	for g := range w.loose.All() {
		w.mark(g, no, w.Groups.At(g).Filter.Match(w.account(r)) == datagroup.True)
	}
}

// keep puts an account into its class, and its own values into the columns.
func (w *Writer) keep(no, c uint32, r row) {
	w.ofClass.Put(w.token, no, c)
	w.editClass(c).accounts.Add(w.token, no)
	for pos := namePosition; pos < len(r); pos++ {
		if !w.columns[pos].classed && !r[pos].IsMissing() {
			w.editColumn(pos).set(w.token, no, r[pos])
		}
	}
}

// RemoveAccount disconnects an account.
func (w *Writer) RemoveAccount(no uint32) {
	w.accountBatch = batch{}
	for g := range w.loose.All() {
		w.mark(g, no, false)
	}
	w.editClass(w.ofClass.Get(no)).accounts.Remove(w.token, no)
	for pos, c := range w.columns {
		if pos >= namePosition && !c.classed && !c.value(no).IsMissing() {
			w.editColumn(pos).set(w.token, no, datagroup.Value{})
		}
	}
	w.Accounts.Strike(w.token, no)
}

// mark says whether loose group g matches an account.
func (w *Writer) mark(g, account uint32, matches bool) {
	if w.Groups.At(g).match.Has(account) == matches {
		return
	}
	if rec := w.editGroup(g); matches {
		rec.match.Add(w.token, account)
	} else {
		rec.match.Remove(w.token, account)
	}
}

// classOf returns the class of a row, making it if its tuple is new.
func (w *Writer) classOf(r row) uint32 {
	w.tuple = w.appendTuple(w.tuple[:0], r)
	if c, _, found := w.classes.Find(string(w.tuple)); found {
		return c
	}
	if w.classes.Len() > 2*w.Accounts.Len()+maxDistinct {
		w.rebuild(w.allRows()) // most classes are of accounts that were, and each costs every filter a match
		w.tuple = w.appendTuple(w.tuple[:0], r)
	}
	if w.widens(r) {
		all := w.allRows() // as the columns are now
		w.widen(r)
		w.rebuild(all)
		return w.classOf(r)
	}
	w.widen(r)
	c := w.addClass(string(w.tuple), r)
	like := w.classes.At(c).like
	for g, rec := range persist.All(&w.Groups) {
		if !rec.loose && rec.Filter.Match(like) == datagroup.True {
			w.addMatch(g, c)
		}
	}
	return c
}

// allRows returns the accounts as rows, by number, those that were removed as
// nil.
func (w *Writer) allRows() []row {
	all := make([]row, w.Accounts.Next())
	for no, a := range w.AllAccounts() {
		all[no] = rowOf(a, len(w.columns))
	}
	return all
}

// rowOf returns an account of a schema with some positions as a row.
func rowOf(a datagroup.Account, positions int) row {
	r := make(row, positions)
	for pos := range r {
		r[pos] = a.At(pos)
	}
	return r
}
