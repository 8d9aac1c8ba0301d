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

	batch   *datagroup.Batch // of the classes as they are; nil until many filters are matched
	filters int              // matched since the classes were last added to
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
	w.token = NewToken()
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
