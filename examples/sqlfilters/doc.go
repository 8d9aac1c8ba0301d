// Package sqlfilters tries package sqlfilter on the databases it has a dialect for:
// its tests keep accounts in them in every way that is known to go wrong, and
// compare what is selected with what the filters match. README.md has what was
// tried, and what a database of your own would have to show.
package sqlfilters
