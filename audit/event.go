package audit

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/internal/text"
)

// The kinds of an [Actor].
const (
	KindUser    = "user"    // a user of the company
	KindSystem  = "system"  // a program the host trusts, such as a directory sync
	KindInvitee = "invitee" // a person who answers an invitation, and is not a user yet
)

// Change is one change of an event. Type and Version say which package wrote
// Data and how to read it; to this package, Data is bytes.
type Change struct {
	Type    string // not empty
	Version int    // of Data's form within Type, from 1
	Data    []byte // one JSON value without spaces between its tokens
}

// Actor is who made an event, as known at that moment: addresses and roles
// change later, the record of them does not.
type Actor struct {
	Kind  string `json:"kind"`            // KindUser, KindSystem or KindInvitee
	ID    string `json:"id,omitempty"`    // not empty, except for an invitee who has none yet
	Email string `json:"email,omitempty"` // empty for one who has none; an invitee has one
	Role  string `json:"role,omitempty"`  // empty for one who has none
}

// String returns the id of a user, "system scim" for a system, and "invitee
// bob@example.com" for an invitee. It is "nobody" for the zero Actor. An id that
// would read like one of the others is in quotes.
func (a Actor) String() string {
	switch {
	case a == Actor{}:
		return "nobody"
	case a.Kind == KindUser:
		return text.Actor(a.ID)
	case a.Kind == KindInvitee:
		return a.Kind + " " + a.Email
	}
	return a.Kind + " " + a.ID
}

// Event is one step of a company's history.
type Event struct {
	Seq         uint64    // the place in the log, from 1
	ID          string    // for references from outside; the writer sees to it that it is unique
	Time        time.Time // UTC
	Company     string
	Actor       Actor
	Changes     []Change // at least one, in the order they happened
	Targets     []string // what the changes concern; the writer chooses the order
	Reason      string   // empty if none was given; so for the next three
	Approval    string   // a reference to who or what allowed it
	Correlation string   // a reference to the request it came from
	Via         string   // who or what acted in the actor's name: a support engineer, a token
	Prev        Hash     // the Hash of event Seq-1, zero if that is 0
	Hash        Hash     // Sum
}

// Chain returns e as the event that follows head, with Seq, Prev and Hash set
// accordingly. The zero head is that of an empty log. The slices remain shared
// with e.
func (e Event) Chain(head Checkpoint) Event {
	e.Seq, e.Prev = head.Seq+1, head.Hash
	e.Hash = e.Sum()
	return e
}

// Checkpoint returns the state of a log that ends with e.
func (e Event) Checkpoint() Checkpoint { return Checkpoint{Seq: e.Seq, Hash: e.Hash} }

// Clone returns a copy of e. You may write to its slices without changing e.
func (e Event) Clone() Event {
	e.Changes = slices.Clone(e.Changes)
	for i := range e.Changes {
		e.Changes[i].Data = slices.Clone(e.Changes[i].Data)
	}
	e.Targets = slices.Clone(e.Targets)
	return e
}

// Follows returns nil if a log that ends at head may store e as its next event.
// Otherwise the error wraps [ErrMalformed] as for [Event.Check], [ErrEdited] if
// the Hash of e is not its Sum, or [ErrConflict] if its Seq or Prev is not the
// next.
//
// Every [Log] must call this at the moment it stores. One case is left to it:
// an event that it has stored already is no conflict.
func (e Event) Follows(head Checkpoint) error {
	if flaw := e.flaw(); flaw != "" {
		return &Error{Op: "append", Seq: e.Seq, Text: flaw, Err: ErrMalformed}
	}
	switch {
	case e.Hash != e.Sum():
		return &Error{Op: "append", Seq: e.Seq, Text: "its hash does not fit its fields", Err: ErrEdited}
	case e.Seq <= head.Seq:
		return &Error{Op: "append", Seq: e.Seq, Text: "the place is taken", Err: ErrConflict}
	case e.Seq != head.Seq+1:
		return &Error{Op: "append", Seq: e.Seq, Text: "it leaves a gap", Err: ErrConflict}
	case e.Prev != head.Hash:
		return &Error{Op: "append", Seq: e.Seq, Text: "it continues another event", Err: ErrConflict}
	}
	return nil
}
