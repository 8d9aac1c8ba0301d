package sqllog

import "github.com/ambit-authz/ambit/audit"

// Statements that are the same in SQLite and PostgreSQL. One statement looks for
// the event before and stores the next: that is enough, as events are never
// changed or removed, and as the primary key has one event for each place. That
// there is none after the place matters only where somebody removed one.
const (
	insertFirst = `INSERT INTO ambit_event (log, seq, prev, hash, line)
SELECT ?, ?, ?, ?, ? WHERE {guard}
AND NOT EXISTS (SELECT 1 FROM ambit_event WHERE log = ? AND seq > ?)
ON CONFLICT (log, seq) DO NOTHING`
	insertNext = `INSERT INTO ambit_event (log, seq, prev, hash, line)
SELECT ?, ?, ?, ?, ? WHERE {guard}
AND NOT EXISTS (SELECT 1 FROM ambit_event WHERE log = ? AND seq > ?)
AND EXISTS (SELECT 1 FROM ambit_event WHERE log = ? AND seq = ? AND hash = ?)
ON CONFLICT (log, seq) DO NOTHING`
	hashOf    = `SELECT hash FROM ambit_event WHERE log = ? AND seq = ?`
	headOf    = `SELECT max(seq) FROM ambit_event WHERE log = ?`
	pageOf    = `SELECT seq, prev, hash, line FROM ambit_event WHERE log = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?`
	entriesOf = `INSERT INTO ambit_key (entry, log) VALUES `
	findOf    = `SELECT log FROM ambit_key WHERE entry = ? AND log > ? ORDER BY log LIMIT ?`
	// A step for each log, through the index, whatever the number of events.
	namesOf = `WITH RECURSIVE names (log, n) AS (
SELECT (SELECT min(log) FROM ambit_event WHERE log > ?), 1
UNION ALL
SELECT (SELECT min(e.log) FROM ambit_event e WHERE e.log > names.log), n + 1 FROM names WHERE log IS NOT NULL AND n < ?
) SELECT log FROM names WHERE log IS NOT NULL`
	keepOf = `INSERT INTO ambit_checkpoint (log, seq, hash) SELECT ?, ?, ? WHERE {guard}
ON CONFLICT (log) DO UPDATE SET seq = excluded.seq, hash = excluded.hash WHERE excluded.seq > ambit_checkpoint.seq`
	keptOf     = `SELECT seq, hash FROM ambit_checkpoint WHERE log = ?`
	versionOf  = `SELECT version, kind FROM ambit_schema ORDER BY version DESC`
	migratedTo = `INSERT INTO ambit_schema (version, kind) VALUES (?, ?)`
)

var sqlite = dialect{
	title:   "SQLite",
	file:    "sqlite",
	longest: func(map[string]string) int { return longestLine },
	statements: statements{
		insert: insertFirst, insertNext: insertNext, hash: hashOf, head: headOf, page: pageOf,
		entries: entriesOf, entriesEnd: ` ON CONFLICT (entry, log) DO NOTHING`, find: findOf, names: namesOf,
		keep: keepOf, kept: keptOf, version: versionOf, migrated: migratedTo,
	},
	columns: `SELECT name || CASE WHEN pk > 0 THEN '*' ELSE '' END FROM pragma_table_info(?)`,
	settings: `SELECT 'sqlite_version', sqlite_version()
UNION ALL SELECT 'journal_mode', journal_mode FROM pragma_journal_mode
UNION ALL SELECT 'synchronous', CAST(synchronous AS TEXT) FROM pragma_synchronous
UNION ALL SELECT 'busy_timeout', CAST(timeout AS TEXT) FROM pragma_busy_timeout
UNION ALL SELECT 'encoding', encoding FROM pragma_encoding`,
	// Kept in the file: to be set once, not for each connection.
	prepare: `PRAGMA journal_mode = WAL`,
	// Immediate: one that reads first and writes later may be refused at once,
	// whatever the busy_timeout.
	begin:    `BEGIN IMMEDIATE`,
	commit:   `COMMIT`,
	rollback: `ROLLBACK`,
	rules: []rule{
		{
			setting: "sqlite_version", holds: isVersion(3, 51, 3), err: audit.ErrWeak,
			advice: "versions before 3.51.3 may damage a file when two connections write and checkpoint at once: use a newer driver",
		},
		{
			setting: "journal_mode", holds: is("wal"), err: audit.ErrWeak,
			advice: "it should be WAL, which Migrate sets in a new file",
		},
		// The settings of a connection. A pool opens connections at any time, so each
		// append asks again.
		{
			setting: "synchronous", holds: is("2", "3"), err: audit.ErrWeak,
			advice: "it should be FULL (2) or EXTRA (3) in every connection: set it in the data source name",
			guard:  "(SELECT synchronous FROM pragma_synchronous) >= 2",
		},
		{
			setting: "busy_timeout", holds: atLeast(1000), err: ErrUnsuitable,
			advice: "it should be 1000 milliseconds or more in every connection, better 10000: set it in the data source name",
		},
		{
			setting: "encoding", holds: is("utf-8"), err: ErrUnsuitable,
			advice: "it should be UTF-8, as names are listed in the order of their bytes",
		},
	},
}
