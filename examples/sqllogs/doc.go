// Package sqllogs shows package sqllog with drivers: what to open a database with,
// and how PostgreSQL can tell the processes that follow a log that there is more.
// Its tests run the logs in real databases; README.md has backup and restore.
package sqllogs

import "net/url"

// SQLiteDSN returns the data source name of a file for modernc.org/sqlite.
// What is set for a connection belongs here and not into a statement: a pool opens
// connections at any time. Transactions take the lock when they begin, so that one
// that has read is never refused when it writes.
func SQLiteDSN(path string) string {
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	return name.String() + "?_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)&_txlock=immediate"
}
