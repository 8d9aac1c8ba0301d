package sqllog

import (
	"strconv"
	"strings"

	"github.com/ambit-authz/ambit/audit"
)

// packetRest is what a packet may have besides a line.
const packetRest = 8 << 10

var mariadb = dialect{
	title:  "MariaDB",
	file:   "mariadb",
	binary: true,
	// A driver that writes parameters into the text of the statement makes up to two
	// bytes of one.
	longest: func(settings map[string]string) int {
		packet, _ := strconv.Atoi(settings["max_allowed_packet"])
		return min((packet-packetRest)/2, longestLine)
	},
	statements: statements{
		// Two statements: one that reads and stores would lock what it reads, and block
		// others for the time of a transaction of the host's. The inner one locks
		// nothing.
		free: `SELECT 1 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM ambit_event WHERE log = ? AND seq > ?)`,
		freeNext: `SELECT 1 FROM ambit_event e
WHERE NOT EXISTS (SELECT 1 FROM ambit_event l WHERE l.log = ? AND l.seq > ?)
AND e.log = ? AND e.seq = ? AND e.hash = ? LOCK IN SHARE MODE`,
		insert: `INSERT INTO ambit_event (log, seq, prev, hash, line)
SELECT ?, ?, ?, ?, ? FROM DUAL WHERE {guard}`,
		// Reads what is committed, not what a transaction saw when it began.
		hash: hashOf + ` LOCK IN SHARE MODE`,
		head: headOf, page: pageOf,
		entries: entriesOf, entriesEnd: ` ON DUPLICATE KEY UPDATE entry = VALUES(entry)`, find: findOf, names: namesOf,
		keep: `INSERT INTO ambit_checkpoint (log, seq, hash) SELECT ?, ?, ? FROM DUAL WHERE {guard}
ON DUPLICATE KEY UPDATE hash = IF(VALUES(seq) > seq, VALUES(hash), hash), seq = GREATEST(seq, VALUES(seq))`,
		kept: keptOf, version: versionOf, migrated: migratedTo,
		now: `SELECT CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED)`,
	},
	columns: `SELECT CONCAT(column_name, IF(column_key = 'PRI', '*', ''))
FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?`,
	settings: `SELECT LOWER(variable_name), variable_value FROM information_schema.session_variables WHERE variable_name IN
('version', 'innodb_flush_log_at_trx_commit', 'innodb_doublewrite', 'log_bin', 'read_only', 'autocommit', 'sql_mode', 'max_allowed_packet', 'wsrep_on')
UNION ALL SELECT 'sync_binlog', IF(@@global.log_bin, @@global.sync_binlog, 1)
UNION ALL SELECT 'engine', COALESCE(MAX(engine), 'InnoDB') FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_name IN ('ambit_event', 'ambit_key', 'ambit_checkpoint') AND engine <> 'InnoDB'`,
	// What creates tables here commits by itself, so that a migration that is broken
	// off is gone on with: each of its steps may be done already.
	begin:    `SET @ambit_migrating = 1`,
	lock:     `SELECT GET_LOCK('ambit sqllog migration', 60)`,
	commit:   `DO RELEASE_LOCK('ambit sqllog migration')`,
	rollback: `DO RELEASE_LOCK('ambit sqllog migration')`,
	rules: []rule{
		{
			setting: "version", holds: func(value string) bool { return strings.Contains(value, "MariaDB") && isVersion(10, 6)(value) }, err: ErrUnsuitable,
			advice: "it should be MariaDB 10.6 or later; nobody has tried this package with MySQL",
		},
		{
			setting: "read_only", holds: is("off", "0"), err: ErrReplica,
			advice: "a replica may be behind what was confirmed",
		},
		{
			setting: "wsrep_on", holds: isNot("on", "1"), err: ErrUnsuitable,
			advice: "it should be OFF: a node of Galera may read less than another confirmed",
		},
		{
			setting: "innodb_flush_log_at_trx_commit", holds: is("1"), err: audit.ErrWeak,
			advice: "it should be 1", guard: "@@innodb_flush_log_at_trx_commit = 1",
		},
		{
			setting: "innodb_doublewrite", holds: is("on", "1"), err: audit.ErrWeak,
			advice: "it should be ON",
		},
		{
			setting: "sync_binlog", holds: is("1"), err: audit.ErrWeak,
			advice: "it should be 1 where there is a binary log", guard: "(NOT @@global.log_bin OR @@global.sync_binlog = 1)",
		},
		{
			setting: "engine", holds: is("innodb"), err: audit.ErrWeak,
			advice: "every table should be of InnoDB: ALTER TABLE ... ENGINE = InnoDB",
		},
		{
			setting: "autocommit", holds: is("on", "1"), err: audit.ErrWeak,
			advice: "it should be ON in every connection", guard: "@@autocommit = 1",
		},
		{
			setting: "sql_mode", holds: func(value string) bool { return strings.Contains(value, "STRICT_") }, err: audit.ErrWeak,
			advice: "it should have STRICT_TRANS_TABLES, so that nothing is cut off", guard: "LOCATE('STRICT_', @@sql_mode) > 0",
		},
		{
			setting: "max_allowed_packet", holds: atLeast(1 << 20), err: ErrUnsuitable,
			advice: "it should be 1 MiB or more, as it bounds an event",
		},
	},
}
