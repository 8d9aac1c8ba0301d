// Package audittest tests an [audit.Log], and code that uses one.
//
//	if err := audittest.TestLog(ctx, func() (audit.Log, error) { return newLog(), nil }); err != nil {
//		t.Error(err) // rule 4: a race: …
//	}
//
// # Where to begin
//
// To test a log of your own, use [TestLog], and for a store of logs [TestStore]
// ([StoreTest], [Damage], [TargetKeys]), for what keeps a checkpoint [TestKeeper].
// To test code that appends to a log, give it a [Faulty] ([NewFaulty], [Plan],
// [Mode], [Modes]).
//
// # Rules
//
//  1. [TestLog] checks that a log keeps the contract of [audit.Log], and of
//     [audit.Watcher], [audit.Clock] and [audit.Limited] if it is one.
//  2. [TestStore] checks that a store keeps the contract of [audit.Store], opened
//     again and by two handles at once, and that a log with a [Damage] is an error.
//     What two processes do, a kill, and what is not synced it cannot see.
//     [TestKeeper] checks an [audit.Keeper].
//  3. [Faulty] is a log that fails as planned: before or after it stored an
//     event, at once or when the context ends, or with the event landing later.
//     It shows how the code that appends copes.
//
// The package imports no testing, so that it can run anywhere.
//
// # Zero values
//
// The zero [Mode] is [Pass], the zero [Plan] has no faults. The zero [Faulty]
// is not ready; use [NewFaulty]. A [StoreTest] needs its Open, a [Damage] its Name
// and Do.
//
// # Concurrency
//
// The tests call what they test from several goroutines. A Faulty is as safe
// for concurrent use as the log it wraps.
//
// # Errors
//
// The tests return one [*Error] for each check that failed, joined. A Faulty
// returns what the log it wraps returns, [ErrInjected], the error of the
// context, or, where the plan says to lie, nil or [audit.ErrConflict].
package audittest
