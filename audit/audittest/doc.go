// Package audittest tests an [audit.Log], and code that uses one.
//
//  1. [TestLog] checks that a log keeps the contract of [audit.Log], and of
//     [audit.Watcher] if it is one.
//  2. [Faulty] is a log that fails as told: before or after it stored an event,
//     at once or when the context ends, or with the event landing later. It
//     shows what the code that appends makes of that.
//
// The package imports no testing, so that it can run anywhere.
//
// # Zero values
//
// The zero [Mode] is [Pass], the zero [Plan] has no faults. The zero [Faulty]
// is of no use; see [NewFaulty].
//
// # Concurrency
//
// TestLog calls the logs it tests from several goroutines. A Faulty is as safe
// for concurrent use as the log it wraps.
//
// # Errors
//
// TestLog returns one [*Error] for each check that failed, joined. A Faulty
// returns what the log it wraps returns, [ErrInjected], the error of the
// context, or, where it is told to lie, nil or [audit.ErrConflict].
package audittest
