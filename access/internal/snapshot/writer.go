package snapshot

import (
	"slices"

	"github.com/ambit-authz/ambit/datagroup"
)

// Writer makes the next State from one, change by change. Its embedded State is
// the one made so far.
type Writer struct {
	State
	token *Token

	classBatch, accountBatch batch
	owned                    map[list]bool // made since the last Freeze, so that no State has them
	unsorted                 []uint32      // users whose memberships are in no order
}

// batch is the classes or the accounts as they are, prepared for many filters.
type batch struct {
	*datagroup.Batch     // nil until many filters are matched
	filters          int // matched since anything changed
}

// list is a list that a user, a team or a report has, with the index of it.
type list struct {
	of    listOf
	index uint32
}

type listOf uint8

const (
	membershipsOfUser listOf = iota
	linksOfUser
	linksOfTeam
	linksOfReport
)

// owns reports whether the Writer may change a list in place, and lets it from
// now on, as the caller makes a copy if it may not: so a list is copied once and
// not for each thing that comes to it.
func (w *Writer) owns(of listOf, index uint32) bool {
	if w.owned == nil {
		w.owned = make(map[list]bool)
	}
	l := list{of, index}
	owns := w.owned[l]
	w.owned[l] = true
	return owns
}

// NewWriter returns a Writer that starts from base, which it leaves as it is.
func NewWriter(base *State) *Writer {
	w := &Writer{State: *base, token: NewToken()}
	if w.Schema == nil {
		w.Schema = new(datagroup.Schema)
	}
	if w.columns == nil {
		w.columns = newColumns(w.Schema)
	}
	w.Holders = slices.Clone(w.Holders)
	w.columns = slices.Clone(w.columns)
	return w
}

// Freeze returns the State made so far. The Writer may go on: what it changes
// from then on is not in that State.
func (w *Writer) Freeze() *State {
	w.sortMemberships()
	w.token, w.owned = NewToken(), nil
	if w.byClass == nil {
		w.byClass = new(byClass)
	}
	frozen := w.State
	frozen.Holders = slices.Clone(w.Holders)
	frozen.columns = slices.Clone(w.columns)
	return &frozen
}

// editUser returns a copy of the record that is in place of it from now on.
func (w *Writer) editUser(i uint32) *User { return edit(&w.Users, w.token, i) }

// editTeam is editUser for teams.
func (w *Writer) editTeam(i uint32) *Team { return edit(&w.Teams, w.token, i) }

// editGroup is editUser for groups.
func (w *Writer) editGroup(i uint32) *Group { return edit(&w.Groups, w.token, i) }

// editReport is editUser for reports.
func (w *Writer) editReport(i uint32) *Report { return edit(&w.Reports, w.token, i) }

func edit[T any](b *Book[*T], t *Token, i uint32) *T {
	next := *b.At(i)
	b.Set(t, i, &next)
	return &next
}
