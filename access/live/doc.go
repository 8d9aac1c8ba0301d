// Package live keeps a policy that changes while requests ask it: one that
// follows a file, or tables of your own.
//
//	current, err := live.Follow(ctx, live.Config{
//		Read: func(context.Context) ([]byte, error) { return os.ReadFile("policy.json") },
//	})
//	…
//	current.Policy().Decide(ann, access.ViewReport, access.Report("q3"))
//
// # Where to begin
//
//   - a policy in a file: [Follow] and [Config]
//   - a policy of your own tables: [New], [Policy.Edit], [Policy.Replace]
//   - for those who ask: [Policy.Policy], and [Source], which the doors take
//
// # Rules
//
//  1. An access.Policy never changes, so anyone who took one asks the same one to
//     the end. The next request takes the next one.
//  2. One writer at a time makes the next policy from the last, so no Edit is
//     lost to another one. A Replace, and each text that is followed, takes the
//     place of all that was edited before.
//  3. What is wrong changes nothing: the old policy stays, and the error is told.
//
// # Zero values
//
// The zero [Policy] has no policy, which denies everybody as unavailable, and may be
// edited. The
// zero [Config] lacks Read, which Follow requires.
//
// # Concurrency
//
// A Policy may be used by any number of goroutines at once. Readers take no lock
// and never wait for a writer.
//
// # Errors
//
// An Edit that cannot be made returns the error of [access.Edit.Policy]. A text
// that is not a document is a [*document.Error], and goes to Config.OnError. Any
// other error of Follow is about its Config, or what Config.Read failed with.
package live
