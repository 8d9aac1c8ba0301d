// Package snapshot stores a company: users, teams, data groups, accounts,
// reports and links, with the indexes that make questions about them cheap.
//
//  1. A [State] never changes. A [Writer] starts from one and makes the next,
//     sharing with it whatever it did not touch; a change costs its own size
//     and not the company's.
//  2. Everything has a small index beside its id. An index is never used again,
//     so a list may go on naming what is gone: anyone who meets a missing
//     record skips it. That is what makes it cheap to delete a team of a
//     hundred thousand members.
//  3. Accounts that no filter of the common sort can tell apart, because they
//     agree in source and in every attribute with few values, form a class. A
//     data group whose filter reads nothing else stores the classes it
//     matches, any other stores accounts.
//  4. A team keeps the union of its groups' matches, so that the question
//     whether it sees an account is one look-up, however many groups it has.
//
// The package leaves every check to its caller, who gives a Writer only what is
// valid. Breaking a documented precondition breaks the state.
//
// # Zero values
//
// The zero State is an empty company without declared attributes, and the zero
// [Table], [Index], [Set] and [Book] are empty.
//
// # Concurrency
//
// A State may be read by any number of goroutines, also while Writers derive
// others from it. A Writer belongs to one goroutine.
//
// # Errors
//
// PutSchema alone returns one. Everything else that can be wrong is for the
// caller to refuse.
package snapshot
