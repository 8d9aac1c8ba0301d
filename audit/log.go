package audit

import (
	"context"
	"iter"
	"time"
)

// Log stores the events of one company. [NewMemory] returns one; package
// audittest checks that another keeps this contract, by these numbers. The head
// is the last event stored; it has Seq 0 and a zero Hash while there is none.
//
// Append:
//
//  1. An event is stored if and only if its form is valid ([Event.Check]), its
//     Hash is its Sum, its Seq is one more than the head's, and its Prev is the
//     head's Hash. Then Append returns nil. [Event.Follows] asks all this.
//  2. An event that is stored already, at the head or before it, is not stored
//     again. Append returns nil.
//  3. Every other event is refused: with an error that wraps [ErrConflict], or,
//     if that is what is wrong with it, [ErrMalformed], [ErrEdited] or
//     [ErrTooLarge]. That call does not store it, then or later.
//  4. Of events appended at the same time for the same Seq exactly one is
//     stored, and the others are refused.
//  5. Any other error leaves open whether the event is stored, will be stored
//     after Append returned, or will not. It is stored wholly or not at all,
//     and whenever it lands, it does so by the rules above. So the caller
//     repeats the call until it returns nil or a refusal. A context that ended,
//     before the call or in it, gives such an error, which wraps the context's.
//  6. What Append answered with nil stays: every later Events yields it, in the
//     same place, with the same content.
//  7. The log shares no memory with its callers. They may write to the slices
//     of an event they appended or got.
//
// Events:
//
//  8. It yields the events with a Seq above after, in the order of Seq, without
//     gaps. A number at or beyond the head's yields none.
//  9. An event comes out as it went in, to the nanosecond and the byte; data is
//     not reformatted. Only nil and empty may be exchanged.
//  10. It ends at the head of the moment the loop began. An event is in it if
//     Append returned nil before, and not if Append was called after.
//  11. An error comes as the last pair, with the zero Event. The events before
//     it are good. If the context ended before the loop began, its error is the
//     only pair. If it ends in the loop, the log may still come to the proper
//     end.
//  12. Leaving the loop early releases everything the log holds for it. The log
//     calls yield no more.
//  13. Each loop over the sequence reads again.
//  14. A loop does not hold up Append, even if called from inside the loop.
//
// All methods are safe for concurrent use.
type Log interface {
	Append(ctx context.Context, e Event) error
	Events(ctx context.Context, after uint64) iter.Seq2[Event, error]
}

// Watcher is a [Log] that can wait for events.
//
//  15. Watch yields as Events does, but at the head it waits for events that
//     anyone appends, and yields them. It ends by an error, as the last pair
//     with the zero Event. It always ends when ctx does, with an error that
//     wraps the context's.
type Watcher interface {
	Log
	Watch(ctx context.Context, after uint64) iter.Seq2[Event, error]
}

// Clock is a [Log] whose store has a clock. A writer whose own clock differs from
// it too much does not write, as the times of events would be wrong.
//
//  16. Now returns the time of the store. It does not have to be exact to more
//     than the time that the call takes. An error is one of the store.
type Clock interface {
	Log
	Now(ctx context.Context) (time.Time, error)
}

// Limited is a [Log] whose store cannot keep every event that is in order.
//
//  17. LongestLine returns the most bytes that the line of an event may have
//     ([Encode], without a line feed), as the store said when the log was
//     opened. Append refuses a longer one with [ErrTooLarge] before it sends
//     anything to the store: such an event is never in doubt. It is at least
//     64 KiB, and stays the same.
type Limited interface {
	Log
	LongestLine() int
}

// Keeper keeps the last known [Checkpoint] of one log, in a place that does not
// get lost together with the end of that log: any store may lose its end without
// a word, when an old copy is restored or a file is cut, and only a checkpoint
// from elsewhere tells.
//
//  22. Kept returns what Keep was given last, the zero Checkpoint if nothing was.
//     When Keep returns nil, it survives a crash. One with a lower Seq than that
//     which is kept is passed over.
//
// All methods are safe for concurrent use.
type Keeper interface {
	Kept(ctx context.Context) (Checkpoint, error)
	Keep(ctx context.Context, c Checkpoint) error
}
