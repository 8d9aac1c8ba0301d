// Package sqlfiltertest tests whether package sqlfilter selects from a database
// exactly the accounts that a filter matches. Run it against your own database,
// with your own columns and dialect.
//
//	err := sqlfiltertest.TestDatabase(ctx, sqlfiltertest.Database{Table: table, Store: insert, Select: query}, nil)
//	if err != nil {
//		t.Error(err) // sqlfiltertest: filter country = 'us': account "acc-012" with country 'US': …
//	}
//
// # Where to begin
//
// Write a [Database]: a table with a column for each attribute of [Schema], a
// function that inserts an account and one that selects ids. Give it to
// [TestDatabase].
//
// For tests of your own there is the corpus: [Accounts] and [Filters], as a
// [Config] says.
//
// # Rules
//
//  1. The corpus has what databases are known to get wrong: texts that differ in
//     case, accents, width or spaces only; wildcards, quotes, placeholders and
//     NUL; numbers at the edge of float64; sets that look alike as text; missing
//     values beside empty ones. Each stands in the accounts, in the filters, and
//     close to what the others have. It is the same for the same seed.
//  2. A condition is compared in all its truth values: it must be true, false and
//     NULL for exactly the accounts for which the filter is True, False and
//     Unknown.
//  3. What is refused must be refused with an error of sqlfilter, before the
//     database is asked: what reads an attribute without a column, and what has
//     more than 200 comparisons.
//  4. Filters that differ in their literals only must have the same SQL.
//  5. An error tells of the smallest filter found: mostly one comparison.
//  6. A test that shows nothing is an error as well: each operator over each
//     attribute must have been true, false and unknown of some account.
//
// A table may keep what no account may have, such as a number that is not finite.
// That is not tested here.
//
// The package imports no testing, so that it can run anywhere.
//
// # Zero values
//
// A nil and a zero [Config] are the defaults. A [Database] needs its Table, Store
// and Select.
//
// # Concurrency
//
// The functions may be called from several goroutines. TestDatabase calls Store
// and Select from one, first the one and then the other.
//
// # Errors
//
// TestDatabase returns one [*Error] for each kind of thing that is wrong, joined.
// Store says with [ErrCannotHold] that the columns cannot hold an account.
package sqlfiltertest
