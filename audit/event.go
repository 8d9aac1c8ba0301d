package audit

import (
	"slices"
	"time"
)

// The kinds of an [Actor].
const (
	KindUser    = "user"    // a user of the company
	KindSystem  = "system"  // a program the host trusts, such as a directory sync
	KindInvitee = "invitee" // a person who answers an invitation, and is no user before
)

// Change is one change of an event. Type and Version say which package made
// Data and how it is to be read; to this one, Data is bytes.
type Change struct {
	Type    string // not empty
	Version int    // of Data's form within Type, from 1
	Data    []byte // one JSON value without spaces between its tokens
}

// Actor is who made an event, as known at that moment: addresses and roles
// change, the record of them does not.
type Actor struct {
	Kind  string // KindUser, KindSystem or KindInvitee
	ID    string // not empty, except for an invitee, who may have none yet
	Email string // empty for one who has none; an invitee has one
	Role  string // empty for one who has none
}

// Event is one step of a company's history.
type Event struct {
	Seq         uint64    // the place in the log, from 1
	ID          string    // the event's own name, for references from outside; whether it is unique is the writer's concern
	Time        time.Time // UTC
	Company     string
	Actor       Actor
	Changes     []Change // at least one, in the order they were made
	Targets     []string // what the changes concern, in an order of the writer's
	Reason      string   // empty if none was given; so for the next two
	Approval    string   // a reference to who or what allowed it
	Correlation string   // a reference to the request it came from
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

// Clone returns a copy of e that shares no memory with it which anyone could
// write to.
func (e Event) Clone() Event {
	e.Changes = slices.Clone(e.Changes)
	for i := range e.Changes {
		e.Changes[i].Data = slices.Clone(e.Changes[i].Data)
	}
	e.Targets = slices.Clone(e.Targets)
	return e
}

// Follows reports as an error why a log that ends at head may not store e as
// its next event: [ErrMalformed] as for [Event.Check], [ErrEdited] if the Hash
// of e is not its Sum, [ErrConflict] if it has another Seq or Prev than comes
// next.
//
// This is what every [Log] has to ask in the moment it stores. One thing is
// left to it: an event it has already is no conflict.
func (e Event) Follows(head Checkpoint) error {
	if text := e.flaw(); text != "" {
		return &Error{Op: "append", Seq: e.Seq, Text: text, Err: ErrMalformed}
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
