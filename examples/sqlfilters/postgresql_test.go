package sqlfilters

import "github.com/ambit-authz/ambit/datagroup/sqlfilter"

// alike is a collation for which a text equals others in case, accents and more.
const alike = `CREATE COLLATION alike (provider = icu, locale = 'und-u-ks-level1', deterministic = false)`

var postgresqlSetups = []setup{
	{name: "PostgreSQL", dialect: sqlfilter.PostgreSQL, open: serverKind{
		server: sharedPostgreSQL, driver: "pgx", text: "text", number: "float8", set: "text[]", labels: labelsArray, tags: tagsRows}.open},
	{name: "PostgreSQL lib/pq, numeric", dialect: sqlfilter.PostgreSQL, rare: true, open: serverKind{
		server: sharedPostgreSQL, driver: "postgres", text: "varchar(4096)", number: "numeric", set: "varchar[]", labels: labelsRows, tags: tagsArray}.open},
	{name: "PostgreSQL ICU en-US", dialect: sqlfilter.PostgreSQL, rare: true, open: serverKind{
		server: sharedPostgreSQL, driver: "pgx", prepare: []string{`CREATE COLLATION english (provider = icu, locale = 'en-US')`},
		text: "text COLLATE english", number: "float8", set: "jsonb", labels: labelsJSON, tags: tagsRows}.open},
	{name: "PostgreSQL nondeterministic ICU", dialect: sqlfilter.PostgreSQL, rare: true, open: serverKind{
		server: sharedPostgreSQL, driver: "pgx", prepare: []string{alike},
		text: "text COLLATE alike", number: "numeric", set: "text[] COLLATE alike", labels: labelsArray, tags: tagsRows}.open},
	{name: "PostgreSQL nondeterministic ICU, lib/pq", dialect: sqlfilter.PostgreSQL, random: 2000, open: serverKind{
		server: sharedPostgreSQL, driver: "postgres", prepare: []string{alike},
		text: "varchar COLLATE alike", number: "float8", set: "jsonb", labels: labelsRows, tags: tagsJSON}.open},
	{name: "PostgreSQL citext", dialect: sqlfilter.PostgreSQL, rare: true, open: serverKind{
		server: sharedPostgreSQL, driver: "pgx", prepare: []string{`CREATE EXTENSION citext`},
		text: "citext", number: "numeric", set: "citext[]", labels: labelsArray, tags: tagsRows}.open},
	{name: "PostgreSQL domains, simple protocol", dialect: sqlfilter.PostgreSQL, rare: true, open: serverKind{
		server: sharedPostgreSQL, driver: "pgx", options: []string{"default_query_exec_mode=simple_protocol"},
		prepare: []string{`CREATE DOMAIN words AS text`, `CREATE DOMAIN amount AS numeric`},
		text:    "words", number: "amount", set: "json", ascii: true, labels: labelsJSON, tags: tagsRows}.open},
}

func init() { setups = append(setups, postgresqlSetups...) }
