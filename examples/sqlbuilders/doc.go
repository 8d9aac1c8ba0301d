// Package sqlbuilders has Examples of how the accounts that somebody sees become
// a condition of a query, in each of the libraries that Go services build their
// SQL with. The README has the line to write for each, and their traps.
package sqlbuilders
