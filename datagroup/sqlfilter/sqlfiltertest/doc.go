// Package sqlfiltertest has accounts and filters that show whether a database
// selects what a filter matches.
//
//	for _, filter := range sqlfiltertest.Filters(nil) {
//		for _, account := range sqlfiltertest.Accounts(nil) {
//			filter.Match(account) // what the database must say, too
//		}
//	}
//
// # Where to begin
//
// [Accounts] and [Filters], over the attributes of [Schema], depend on a [Config].
//
// # Rules
//
//  1. The corpus has what databases are known to get wrong: texts that differ in
//     case, accents, width or spaces only, wildcards, quotes, placeholders, NUL,
//     numbers at the edge of float64, missing values beside empty ones.
//  2. It is the same for the same seed.
//
// The package imports no testing, so that it can run anywhere.
//
// # Zero values
//
// A nil and a zero [Config] are the defaults.
//
// # Concurrency
//
// The functions may be called from several goroutines.
package sqlfiltertest
