package sqllog

import "github.com/ambit-authz/ambit/audit"

var postgresql = dialect{
	title:    "PostgreSQL",
	file:     "postgresql",
	numbered: true,
	longest:  func(map[string]string) int { return longestLine },
	statements: statements{
		insert: insertFirst, insertNext: insertNext, hash: hashOf, head: headOf, page: pageOf,
		entries: entriesOf, entriesEnd: ` ON CONFLICT (entry, log) DO NOTHING`, find: findOf, names: namesOf,
		keep: keepOf, kept: keptOf, version: versionOf, migrated: migratedTo,
		now: `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`,
	},
	columns: `SELECT a.attname::text || CASE WHEN a.attnum = ANY (i.indkey) THEN '*' ELSE '' END
FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = to_regclass(?::text) AND a.attnum > 0 AND NOT a.attisdropped`,
	settings: `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')
UNION ALL SELECT 'recovery', CASE WHEN pg_is_in_recovery() THEN 'on' ELSE 'off' END
UNION ALL SELECT 'unlogged', CASE WHEN EXISTS (SELECT 1 FROM pg_class
	WHERE oid IN (to_regclass('ambit_event'), to_regclass('ambit_key'), to_regclass('ambit_checkpoint')) AND relpersistence <> 'p')
	THEN 'on' ELSE 'off' END`,
	begin:    `BEGIN`,
	lock:     `SELECT CASE WHEN pg_advisory_xact_lock(4703913220) IS NULL THEN 0 ELSE 1 END`,
	commit:   `COMMIT`,
	rollback: `ROLLBACK`,
	rules: []rule{
		// First, as a replica may have other settings.
		{
			setting: "recovery", holds: is("off"), err: ErrReplica,
			advice: "a replica may be behind what was confirmed",
		},
		{
			setting: "fsync", holds: is("on"), err: audit.ErrWeak,
			advice: "it should be on", guard: "current_setting('fsync') = 'on'",
		},
		{
			setting: "full_page_writes", holds: is("on"), err: audit.ErrWeak,
			advice: "it should be on", guard: "current_setting('full_page_writes') = 'on'",
		},
		{
			setting: "synchronous_commit", holds: isNot("off", ""), err: audit.ErrWeak,
			advice: "it should be on; remote_apply or on with synchronous_standby_names if a standby may take over",
			guard:  "current_setting('synchronous_commit') <> 'off'",
		},
		{
			setting: "unlogged", holds: is("off"), err: audit.ErrWeak,
			advice: "a table is unlogged or temporary: ALTER TABLE ... SET LOGGED",
		},
	},
}
