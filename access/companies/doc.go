// Package companies keeps many companies of one store in one process: each is
// opened when it is first asked for, those used last are kept, and an address finds
// the companies that it is in.
//
//	all, err := companies.New(store, nil) // an audit.Store, made with company.Keys
//	…
//	acme, err := all.Open(ctx, "acme")
//	decision := acme.Decide(access.User("ann"), access.ViewReport, access.Report("q3"))
//
// # Where to begin
//
//   - open the companies of a store: [New], [Config], [Companies.Open],
//     [Companies.Found]; in the end [Companies.Close]
//   - sign somebody in: [Companies.Find] returns each [Membership] with its
//     [Standing]
//   - guard routes of many companies: [Companies.Source]
//   - for metrics: [Companies.Len]
//
// # Rules
//
//  1. A name is that of a log of the store, which the host chose: as a rule the id
//     of the company. Names are compared byte by byte.
//  2. A company is open once in a process, however many ask for it at once and
//     whatever was let go of: as long as anybody uses it, everybody gets the same.
//     Only what goes through one Companies counts.
//  3. Those used last are kept: at most [Config.Keep], and none for longer than
//     [Config.Idle] without a use. The others are let go of, whatever they are doing;
//     those who use one go on with it. When nobody does any more, the garbage
//     collector frees it, and its log is closed if it is an io.Closer.
//  4. A company with a MaxAge is read again when it is opened and FollowEvery has
//     passed, so its answers are as fresh as with Follow, and an idle company costs
//     the store nothing. Two processes on one store need a MaxAge.
//  5. What fails is not remembered, and a name without a company leaves nothing
//     behind. It costs one question to the store, of which [Config.Opening] are asked
//     at once.
//  6. Finding shows to the holder of an address their own companies, and nothing
//     of others. The index of the store proposes, the company decides: it is opened,
//     and asked. A company that cannot be asked is an error beside what was found.
//
// # Zero values
//
// The zero [Config] has defaults. A [Companies] is made by [New].
//
// # Concurrency
//
// Everything is safe for concurrent use. To open a company that is open takes a
// lock for the time of a look-up; companies that are being opened hold up nobody who
// asks for another one, but for Config.Opening.
//
// # Errors
//
// Each error is an [*Error], with the name of the company. It wraps a variable of
// this package, an error of package company, of the store, or of the context.
package companies
