// Package persist has collections that never change for those who read them: a
// table by number, an index by id, a set of numbers, and of these a roll of
// numbered ids and a book of records.
//
//  1. Copying the struct of a collection copies the collection, in constant
//     time. Later changes to the copy and to the original never show in each
//     other.
//  2. A change copies the few nodes on the way to it. Which nodes may be
//     changed in place instead, since nobody else has them yet, is known by a
//     [Token].
//  3. Nothing is ever rebuilt as a whole, so no single change pays for the size
//     of the collection.
//
// # Zero values
//
// The zero [Table], [Index], [Set], [Roll] and [Book] are empty.
//
// # Concurrency
//
// Reads are safe for any number of goroutines. See [Token] for who may write.
package persist
