// Package journal keeps a state that is the fold of a log of audit events, and
// lets one writer at a time append to that log. It knows the log and its
// faults, and nothing of what an event means.
//
//		j, err := journal.Open(ctx, log, 0, func(p journal.Point[int], e audit.Event) (int, error) {
//			return p.State + len(e.Changes), nil
//		})
//		…
//		e, err := j.Write(ctx, func(p journal.Point[int]) (int, audit.Event, error) {
//			return p.State + 1, event, nil
//		})
//
//	 1. The state is what [Fold] makes of the events of the log, from the first to
//	    the last. An event that breaks a rule of form or is refused by the fold
//	    stops the replay: none is skipped.
//	 2. One [Journal.Write] runs at a time; others wait, until their context ends.
//	    Its event is appended before the state changes. If the append fails,
//	    nothing changed.
//	 3. If another writer appended first, the journal takes in what they wrote and
//	    proposes again on the state that they left.
//	 4. If nobody can say whether an append failed, the event is in doubt, and
//	    nothing else is written until that is settled. To settle it the journal
//	    appends the very same event again: the log stores it, has it, or has
//	    another in its place, and each of the three is an answer.
//	 5. A log that no longer has what it acknowledged is never written to.
//	 6. A state of the past is what the fold makes of the events up to there, from
//	    the first on or from a state that was made so, if the log still has the
//	    event of that state, of a later one, and of the current one.
//
// # Zero values
//
// The zero [Point] with an empty state is where every log begins.
//
// # Concurrency
//
// A [Journal] is safe for any number of goroutines. Reading takes no locks.
//
// # Errors
//
// An error about one event is an [*Error]. It wraps a variable of this package,
// what the log failed with, or what the fold or the proposal returned.
package journal
