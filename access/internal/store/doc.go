// Package store has a company: users, teams, data groups, accounts, reports and
// links, with the indexes that make questions about them cheap.
//
//  1. A [State] never changes. A [Writer] starts from one and makes the next,
//     sharing with it whatever it did not touch; a change costs its own size
//     and not the company's.
//  2. Everything has a small number beside its id. A number is never used again,
//     so a list may go on naming what is gone: anyone who meets a missing
//     record skips it. That is what makes it cheap to delete a team of a
//     hundred thousand members.
//  3. What a decision asks of a user or an account stands beside their id, so
//     that finding them is mostly all there is to it. The rest is in columns.
//  4. Accounts that agree in source and in every attribute with few values form
//     a class, and what they share is kept once. A data group whose filter reads
//     nothing else stores the classes it matches, any other stores accounts.
//  5. A team has a table of its routes, from class to the first data group, for
//     its narrow data groups: those that match few classes. The wide ones are
//     asked one by one.
//
// The package leaves every check to its caller, who gives a Writer only what is
// valid. Breaking a documented precondition breaks the state.
//
// # Zero values
//
// The zero State is an empty company without declared attributes.
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
package store
