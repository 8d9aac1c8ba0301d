package sqlfilters

import (
	"database/sql"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/ambit-authz/ambit/examples/testserver"
)

// alike is a collation for which a text equals others in case, accents and more.
const alike = `CREATE COLLATION alike (provider = icu, locale = 'und-u-ks-level1', deterministic = false)`

var postgresqlSetups = []setup{
	{name: "PostgreSQL", dialect: sqlfilter.PostgreSQL, open: serverKind{
		server: sharedPostgreSQL, driver: "pgx", text: "text", number: "float8", set: "text[]", labels: labelsArray, tags: tagsRows}.open},
	{name: "PostgreSQL lib/pq, numeric", dialect: sqlfilter.PostgreSQL, rare: true, open: serverKind{
		server: sharedPostgreSQL, driver: "postgres", text: "varchar(4096)", number: "numeric", set: "varchar[]", labels: labelsRows, tags: tagsArray}.open},
	{name: "PostgreSQL ICU en-US, types by Go", dialect: sqlfilter.PostgreSQL, rare: true, open: serverKind{
		server: sharedPostgreSQL, driver: "pgx", options: []string{"default_query_exec_mode=exec"}, prepare: []string{`CREATE COLLATION english (provider = icu, locale = 'en-US')`},
		text: "text COLLATE english", number: "float8", set: "jsonb", labels: labelsJSON, tags: tagsRows}.open},
	{name: "PostgreSQL nondeterministic ICU", dialect: sqlfilter.PostgreSQL, rare: true, open: serverKind{
		server: sharedPostgreSQL, driver: "pgx", prepare: []string{alike},
		text: "text COLLATE alike", number: "numeric", set: "text[] COLLATE alike", labels: labelsArray, tags: tagsRows}.open},
	{name: "PostgreSQL nondeterministic ICU, lib/pq", dialect: sqlfilter.PostgreSQL, random: true, open: serverKind{
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

func init() {
	setups = append(setups, postgresqlSetups...)
	odds = append(odds, oddities{dialect: sqlfilter.PostgreSQL, connect: postgresqlEmpty, numbered: true, values: postgresqlOdds})
	mutants = append(mutants, mutation{dialect: sqlfilter.PostgreSQL, rare: true, odd: odds[len(odds)-1].check, plan: postgresqlPlan, mutants: postgresqlMutants})
}

func postgresqlEmpty(t testing.TB) *sql.DB {
	t.Helper()
	_, db := testserver.Need(t, sharedPostgreSQL).create(t, "CREATE TYPE mood AS ENUM ('5', 'a')")
	return db
}

var postgresqlOdds = []odd{
	{column: "int2", value: "5", form: asNumber, want: datagroup.Number(5)},
	{column: "int4", value: "5", form: asNumber, want: datagroup.Number(5)},
	{column: "int8", value: "9007199254740992", form: asNumber, want: datagroup.Number(1 << 53)},
	{column: "int8", value: "9007199254740993", form: asNumber},
	{column: "int8", value: "-9007199254740993", form: asNumber},
	{column: "numeric", value: "0.1", form: asNumber, want: datagroup.Number(0.1)},
	{column: "numeric", value: "0.67567833800248855", form: asNumber, want: datagroup.Number(0.6756783380024886)},
	{column: "numeric", value: "9007199254740992.1", form: asNumber},
	{column: "numeric", value: "'NaN'", form: asNumber},
	{column: "float4", value: "0.5", form: asNumber, want: datagroup.Number(0.5)},
	{column: "float8", value: "'NaN'", form: asNumber},
	{column: "float8", value: "'Infinity'", form: asNumber},
	{column: "float8", value: "'-Infinity'", form: asNumber},
	{column: "float8", value: "9007199254740994", form: asNumber},
	{column: "float8", value: "'-0'", form: asNumber, want: datagroup.Number(0)},
	{column: "text", value: "'5'", form: asNumber, refused: true},
	{column: "varchar", value: "'5'", form: asNumber, refused: true},
	{column: "boolean", value: "true", form: asNumber, refused: true},
	{column: "date", value: "'2026-01-01'", form: asNumber, refused: true},
	{column: "money", value: "5", form: asNumber, refused: true},
	{column: "jsonb", value: "'5'", form: asNumber, refused: true},
	{column: "text", value: "'\u00e9'", form: asText, want: datagroup.Text("\u00e9")},
	{column: "name", value: "'5'", form: asText, want: datagroup.Text("5")},
	{column: "int4", value: "5", form: asText, refused: true},
	{column: "boolean", value: "true", form: asText, refused: true},
	{column: "uuid", value: "'12345678-1234-1234-1234-123456789012'", form: asText, refused: true},
	{column: "bytea", value: "'5'", form: asText, refused: true},
	{column: "jsonb", value: "'5'", form: asText, refused: true},
	{column: "mood", value: "'5'", form: asText, refused: true},
	{column: "mood", value: "'5'", form: sqlfilter.Column{Text: "CAST(a.x AS text)", Expression: true}, want: datagroup.Text("5")},
	{column: "text[]", value: "'{a,b,a}'", form: asArray, want: datagroup.Labels("a", "b")},
	{column: "text[]", value: "'[5:6]={a,b}'", form: asArray, want: datagroup.Labels("a", "b")},
	{column: "text[]", value: "'{}'", form: asArray, want: datagroup.Labels()},
	{column: "text[]", value: "'{a,NULL}'", form: asArray},
	{column: "text[]", value: "NULL", form: asArray},
	{column: "text[]", value: "'{{a,b},{a,b}}'", form: asArray, refused: true},
	{column: "int4[]", value: "'{5}'", form: asArray, refused: true},
	{column: "text", value: "'{a}'", form: asArray, refused: true},
	{column: "jsonb", value: `'["a"]'`, form: asArray, refused: true},
	{column: "jsonb", value: `'["a", "b", "a"]'`, form: asJSON, want: datagroup.Labels("a", "b")},
	{column: "json", value: `'["\u0061", "b"]'`, form: asJSON, want: datagroup.Labels("a", "b")},
	{column: "text", value: `'["a", "b"]'`, form: asJSON, want: datagroup.Labels("a", "b")},
	{column: "jsonb", value: "'[]'", form: asJSON, want: datagroup.Labels()},
	{column: "jsonb", value: "NULL", form: asJSON},
	{column: "jsonb", value: "'null'", form: asJSON},
	{column: "jsonb", value: `'"a"'`, form: asJSON},
	{column: "jsonb", value: `'{"a": "a"}'`, form: asJSON},
	{column: "jsonb", value: `'["a", 5]'`, form: asJSON},
	{column: "jsonb", value: `'["a", null]'`, form: asJSON},
	{column: "jsonb", value: `'[["a"]]'`, form: asJSON},
	{column: "jsonb", value: `'[{"type": "string"}]'`, form: asJSON},
	{column: "int4", value: "5", form: asJSON, refused: true},
	{column: "text[]", value: "'{a}'", form: asJSON, refused: true},
	{column: "text", value: `'["a"'`, form: asJSON, refused: true},
}
