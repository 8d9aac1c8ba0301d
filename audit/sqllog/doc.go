// Package sqllog keeps the logs of companies in the tables of a database: SQLite,
// PostgreSQL or MariaDB. It uses database/sql and no driver; you choose one.
//
//	db, err := sql.Open("sqlite", "file:/var/lib/acme/acme.db?_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)")
//	…
//	err = sqllog.Migrate(ctx, db, sqllog.SQLite, nil)
//	…
//	store, err := sqllog.Open(ctx, db, sqllog.SQLite, nil)
//	…
//	log, err := store.Log(ctx, "acme")
//	…
//	acme, err := company.Open(ctx, log, &company.Config{Keeper: elsewhere.Keeper("acme")})
//
// # Where to begin
//
// Most programs call [Migrate] and [Open] when they start, then [Store.Log] for each
// company. In groups:
//
//   - one table for many logs: [Dialect], [Options], [Store], [Store.Names],
//     [Store.Find]
//   - a log: [Log], [ServerLog]; in a transaction of yours: [Store.Named], [Log.Tx]
//   - what tells others that there is more: [Store.Wake]
//   - a checkpoint kept outside the log: [Store.Keeper]
//
// The module examples/sqllogs has drivers, data source names, backup and restore,
// and the tests with real databases.
//
// # Rules
//
//  1. A row is an event: the name of the log, Seq, Prev, Hash, and the line of package
//     audit. Rows are never changed or removed, so that a role that may only read and
//     insert is enough, and better.
//  2. An append is one statement that stores the event if the event before is there
//     and the place is free. The primary key and the database decide between writers,
//     on any number of hosts. In SQLite they must be on one host.
//  3. After anything but success the database is asked what is at the place: this
//     event, another, or none. No error of a driver is trusted, as an event may be
//     stored all the same. Only if there is none, the error is returned, and the
//     event is in doubt.
//  4. [Open] reads back how the database is set up, and refuses what would lose
//     confirmed events when the power fails: [audit.ErrWeak]. Settings that belong to
//     a connection are asked by each append again, as a condition of its statement.
//  5. The keys of an event are stored in the transaction of its append.
//  6. Reading asks for the head first and then for pages, and holds no connection in
//     the loop's body: one connection is enough. A row that has another event than it
//     says, and a gap, are [audit.ErrDamaged].
//  7. The schema has a version, and its migrations are numbered files in package
//     directory schema. Open changes nothing; tables of another version are refused.
//
// # What it does not promise
//
// An old copy of the database is a log in order, and so is a SQLite file without
// what was in its write-ahead log, which SQLite reads up to the first page that is
// damaged, without a word. Only a checkpoint elsewhere tells: [Store.Keeper], or that
// of package filelog. A replica that takes over keeps what was confirmed only if
// commits wait for it. Nobody has tried MySQL, Galera, a SQLite file over a network.
//
// # Zero values
//
// The zero [Dialect] is none, and refused. The zero [Options] are the defaults. The
// zero [Store], [Log] and [ServerLog] are not ready.
//
// # Concurrency
//
// All methods are safe for concurrent use, by other processes too. What [Log.Tx]
// returns is as safe as its transaction.
//
// # Errors
//
// Errors are an [*Error], which wraps the driver's, or an [*audit.Error] where that
// package found what is wrong with an event. If a context ended they wrap its error
// as well, whatever the driver returned.
package sqllog
