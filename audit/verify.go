package audit

import (
	"context"
	"iter"
	"strconv"
)

// Verify checks the events of a whole log, from the first on, as [Log.Events]
// or [ReadLines] yield them, and that they contain the state cp. It reads them
// once and keeps none. With the zero Checkpoint it checks the chain alone: then
// it accepts a log whose end was cut off, and one that was rewritten from some
// event on with new hashes.
//
// It returns nil or an [*Error] with the cause, and as Seq the place where it
// was found: the number of the good events before, plus one. At that place, and
// in this order,
//
//   - [ErrEdited]: the Hash of the event is not its Sum;
//   - [ErrReordered]: an event with the Seq of an earlier place is here, or one
//     with a later Seq while the one that belongs here comes after it, with a
//     Hash that is its Sum;
//   - [ErrMissing]: an event with a later Seq is here, and the one that belongs
//     here does not come at all;
//   - [ErrEdited]: Hash and Seq are right, but Prev is not the Hash of the
//     event before. One of the two was replaced;
//   - [ErrRewritten]: the event is good, and so are all before, but cp has
//     another Hash at this Seq;
//   - [ErrTruncated]: the events end, and cp has a greater Seq.
//
// A checkpoint that no log can have is [ErrMalformed]. An error of events is
// returned as it is, whatever was found before, since Verify could not finish.
// The form of the events is not checked.
func Verify(events iter.Seq2[Event, error], cp Checkpoint) error {
	for _, err := range verified(events, Checkpoint{}, cp) {
		if err != nil {
			return err
		}
	}
	return nil
}

// Replay yields the events of log after the state from, up to the head. It
// checks each first, as [Verify] does. Use it to rebuild a state from a log,
// and with a later from, to bring a state up to date: the loop's body sees good
// events only, and the first problem ends the loop as an error, the last pair.
//
// You must trust the state from: it was reached by Replay before, or is kept
// safe. Replay reads the event at from again, and reports a log that has lost
// or replaced it, as ErrTruncated or ErrRewritten. The zero from is the
// beginning. A checkpoint before from is not compared.
func Replay(ctx context.Context, log Log, from, cp Checkpoint) iter.Seq2[Event, error] {
	return verified(log.Events(ctx, max(from.Seq, 1)-1), from, cp)
}

// verified yields the events after from, each checked. Unless from is zero,
// events must begin with the one at from.
func verified(events iter.Seq2[Event, error], from, cp Checkpoint) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		v := verifier{from: from, cp: cp, head: Checkpoint{Seq: max(from.Seq, 1) - 1}}
		for _, c := range []Checkpoint{from, cp} {
			if err := c.check(); err != nil {
				yield(Event{}, err)
				return
			}
		}
		for e, err := range events {
			if err == nil {
				err = v.next(e)
			}
			if err != nil {
				yield(Event{}, err)
				return
			}
			if !v.gap && e.Seq > from.Seq && !yield(e, nil) {
				return
			}
		}
		if err := v.end(); err != nil {
			yield(Event{}, err)
		}
	}
}

// verifier is the state of a verification.
type verifier struct {
	from, cp Checkpoint
	head     Checkpoint // the last good event; if from is not zero, at first the one before it, whose hash is not known
	gap      bool       // an event with a later Seq came; what comes is only searched for the one that belongs there
}

// next takes the next event and returns what is wrong with it.
func (v *verifier) next(e Event) error {
	want := v.head.Seq + 1
	if v.gap {
		if e.Seq == want && e.Hash == e.Sum() {
			return v.fail(ErrReordered, "it comes after a later event")
		}
		return nil
	}
	switch {
	case e.Hash != e.Sum():
		return v.fail(ErrEdited, "its hash does not fit its fields")
	case e.Seq < want:
		return v.fail(ErrReordered, "an earlier event is in its place")
	case e.Seq > want:
		v.gap = true
		return nil
	case e.Seq != v.from.Seq && e.Prev != v.head.Hash:
		return v.fail(ErrEdited, "it does not continue the event before")
	}
	for _, c := range []Checkpoint{v.from, v.cp} {
		if c.Seq == e.Seq && c.Hash != e.Hash {
			return v.fail(ErrRewritten, "the event at the checkpoint has another hash")
		}
	}
	v.head = e.Checkpoint()
	return nil
}

// end returns what is wrong if no further event comes.
func (v *verifier) end() error {
	switch last := max(v.from.Seq, v.cp.Seq); {
	case v.gap:
		return v.fail(ErrMissing, "a later event is in its place")
	case v.head.Seq < last:
		return v.fail(ErrTruncated, "the checkpoint is at "+strconv.FormatUint(last, 10))
	}
	return nil
}

// fail returns err, found at the place after the head.
func (v *verifier) fail(err error, text string) error {
	return &Error{Op: "verify", Seq: v.head.Seq + 1, Text: text, Err: err}
}
