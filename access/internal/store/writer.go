package store

import (
	"slices"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
)

// Writer makes the next State from one, change by change. Its embedded State is
// the one made so far; of users it is out of date until Freeze.
type Writer struct {
	*State
	token *persist.Token

	ownsRoles, ownsColumns bool // no other State has them
	owned                  map[list]bool
	spreads                map[uint32]*spread // users of whom something changes that few have
	classBatch             batch
	accountBatch           batch
	tuple                  []byte // for classOf
}

// batch is the classes or the accounts as they are, prepared for many filters.
type batch struct {
	*datagroup.Batch     // nil until many filters are matched
	filters          int // matched since anything changed
}

// list is a list of links, with the number of the team or the item that has it.
type list struct {
	of     listOf
	number uint32
}

type listOf uint8

const (
	linksOfTeam listOf = iota
	linksOfItem
)

// owns reports whether the Writer may change a list in place, and lets it from
// now on, as the caller makes a copy if it may not: so a list is copied once and
// not for each thing that comes to it.
func (w *Writer) owns(of listOf, number uint32) bool {
	if w.owned == nil {
		w.owned = make(map[list]bool)
	}
	l := list{of, number}
	owns := w.owned[l]
	w.owned[l] = true
	return owns
}

// NewWriter returns a Writer that starts from base, which it leaves as it is.
func NewWriter(base *State) *Writer {
	next := *base
	w := &Writer{State: &next, token: persist.NewToken()}
	if w.Schema == nil {
		w.Schema = new(datagroup.Schema)
	}
	if w.Sharing == nil {
		w.Sharing = new(Sharing)
	}
	if w.columns == nil {
		w.columns, w.ownsColumns = newColumns(w.Schema), true
	}
	return w
}

// Grow makes an empty company ready for some users and accounts.
func (w *Writer) Grow(users, accounts int) {
	w.Users.Grow(users)
	w.Emails.Grow(users)
	w.Accounts.Grow(accounts)
}

// Freeze returns the State that was made. The Writer is of no more use: it
// panics at the next change.
func (w *Writer) Freeze() *State {
	w.settle()
	made := w.State
	*w = Writer{}
	return made
}

// editRole returns the record of a role for changes.
func (w *Writer) editRole(number uint16) *Role {
	if !w.ownsRoles {
		w.Roles, w.ownsRoles = slices.Clone(w.Roles), true
	}
	if r := w.Roles[number]; r.owner != w.token {
		next := *r
		next.owner = w.token
		w.Roles[number] = &next
	}
	return w.Roles[number]
}

// editColumn returns what is kept for an attribute, for changes.
func (w *Writer) editColumn(pos int) *column {
	if !w.ownsColumns {
		w.columns, w.ownsColumns = slices.Clone(w.columns), true
	}
	if c := w.columns[pos]; c.owner != w.token {
		next := *c
		next.owner = w.token
		w.columns[pos] = &next
	}
	return w.columns[pos]
}

// editSharing returns the reports and links, for changes.
func (w *Writer) editSharing() *Sharing {
	if w.Sharing.owner != w.token {
		next := *w.Sharing
		next.owner = w.token
		w.Sharing = &next
	}
	return w.Sharing
}

// editTeam returns the record of a team, for changes.
func (w *Writer) editTeam(i uint32) *Team {
	return edit(&w.Teams, w.token, i, func(t *Team) **persist.Token { return &t.owner })
}

// editGroup is editTeam for data groups.
func (w *Writer) editGroup(i uint32) *Group {
	return edit(&w.Groups, w.token, i, func(g *Group) **persist.Token { return &g.owner })
}

// editReport is editTeam for reports.
func (w *Writer) editReport(i uint32) *Report {
	return edit(&w.editSharing().Reports, w.token, i, func(r *Report) **persist.Token { return &r.owner })
}

// editClass is editTeam for classes.
func (w *Writer) editClass(i uint32) *class {
	return edit(&w.classes, w.token, i, func(c *class) **persist.Token { return &c.owner })
}

// edit returns a record for t to change in place: if t has not made it, a copy
// that is there from now on.
func edit[T any](b *persist.Book[*T], t *persist.Token, i uint32, owner func(*T) **persist.Token) *T {
	rec := b.At(i)
	if *owner(rec) != t {
		next := *rec
		rec = &next
		*owner(rec) = t
		b.Set(t, i, rec)
	}
	return rec
}
