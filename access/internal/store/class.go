package store

import (
	"slices"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
)

// addClass makes a class of accounts like that of a row.
func (w *Writer) addClass(tuple string, r row) uint32 {
	w.classBatch = batch{}
	shared := slices.Clone(r)
	for pos := range shared {
		if pos >= namePosition && !w.columns[pos].classed {
			shared[pos] = datagroup.Value{}
		}
	}
	for len(shared) > namePosition && shared[len(shared)-1].IsMissing() {
		shared = shared[:len(shared)-1]
	}
	return w.classes.Add(w.token, tuple, &class{owner: w.token, like: w.account(shared)})
}

// PutSchema replaces the declared attributes. Those that filters read must stay
// as they are. It costs the size of the company. If an account does not fit,
// the error says why, and the Writer is of no more use.
func (w *Writer) PutSchema(s *datagroup.Schema) error {
	all := make([]row, w.Accounts.Next())
	for no, a := range w.AllAccounts() {
		bound, err := a.Rebind(s)
		if err != nil {
			return err
		}
		all[no] = rowOf(bound, s.Len())
	}
	for i, g := range persist.All(&w.Groups) {
		// Nothing it reads changed, so this cannot fail; and if it did, the
		// filter would be the zero one, which matches nothing.
		w.editGroup(i).Filter, _ = g.Filter.Bind(s)
	}
	w.Schema, w.columns, w.ownsColumns, w.accountBatch = s, newColumns(s), true, batch{}
	w.rebuild(all)
	return nil
}

// rebuild makes classes, matches and routes again after other attributes are
// classed. It needs the accounts as they were before.
func (w *Writer) rebuild(all []row) {
	for !w.rebuildClasses(all) {
	}
	w.loose, w.wide = persist.Set{}, persist.Set{}
	for i := range persist.All(&w.Groups) {
		w.match(i)
	}
	for i := range persist.All(&w.Teams) {
		w.route(i)
	}
}

// rebuildClasses makes the classes again. It reports whether it came to the
// end; if not, an attribute turned out too wide, and the next try goes without
// it.
func (w *Writer) rebuildClasses(all []row) bool {
	w.classes, w.classBatch, w.accountBatch = persist.Book[*class]{}, batch{}, batch{}
	for pos := range w.columns {
		c := w.editColumn(pos)
		c.values, c.readers, c.text, c.other = persist.Index[none]{}, persist.Set{}, persist.Table[string]{}, persist.Table[datagroup.Value]{}
	}
	for no, r := range all {
		if r == nil {
			continue
		}
		w.tuple = w.appendTuple(w.tuple[:0], r)
		c, _, found := w.classes.Find(string(w.tuple))
		if !found {
			if w.widen(r) {
				return false
			}
			c = w.addClass(string(w.tuple), r)
		}
		w.keep(uint32(no), c, r)
		w.Accounts.Edit(w.token, r.id()).Class = c
	}
	return true
}
