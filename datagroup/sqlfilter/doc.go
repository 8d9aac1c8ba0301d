// Package sqlfilter translates filters over accounts into SQL: into conditions that
// select exactly the accounts that match, on SQLite, PostgreSQL, MariaDB and DuckDB.
//
//	accounts, err := sqlfilter.NewTable(sqlfilter.PostgreSQL(), "a", map[string]sqlfilter.Column{
//		"id":      {Text: "id"},
//		"country": {Text: "country"},
//		"spend":   {Number: "spend"},
//		"labels":  {JSON: "labels"},
//	})
//	…
//	visible, err := accounts.View(policy.View(access.User("ann")))
//	…
//	where, args := visible.Numbered(1) // where arguments are ?: visible.ToSql()
//	rows, err := db.Query("SELECT … FROM accounts AS a WHERE "+where, args...)
//
// The accounts stand twice: in the policy, which decides, and in your table, which
// answers. You keep the two in step.
//
// # Where to begin
//
// Most programs make a [Table] when they start, and ask [Table.View] in each
// request. In groups:
//
//   - where a table keeps attributes: [NewTable], [Column], [Rows]
//   - conditions: [Table.View], [Table.Where] for a filter, [Table.IDs] for a list,
//     and what they return: [Predicate]
//   - which way is cheaper: [ShapeOf], [Shape], [View]
//   - a list of ids for SQL of your own: [Dialect.List], [List]
//   - databases: [SQLite], [PostgreSQL], [MariaDB], [DuckDB]; others: [Dialect],
//     tried with package sqlfiltertest
//
// The module examples/sqlfilters tries all this on the databases, and
// examples/sqlbuilders has a line for each of the SQL libraries of Go.
//
// # Rules
//
//  1. A condition is true for the rows whose account matches the filter, false for
//     those it does not match, and NULL where that is unknown, as
//     [datagroup.Filter.Match] says. So it stays right below NOT, and joined with
//     conditions of yours.
//  2. A row stands for the account whose values its columns have; NULL is a missing
//     value. The columns must have what the company's policy has. A condition may also
//     select rows of accounts that the policy does not have: of another company, which
//     may have the same ids, and of accounts that were disconnected, that are newer
//     than the policy, or that it was loaded without. Leave them out by a condition of
//     your own. Of these, [Table.IDs] selects the ones with the same id only. A row
//     without an id is never selected: describe the column of id.
//  3. Text compares by byte, whatever the collation of the column: cases, accents and
//     spaces at the end count.
//  4. What an account cannot have is unknown to every comparison, so that it is
//     never shown by one: a number that is not finite or is beyond ±2^53, JSON that is
//     no array of strings. Only the operators missing and present see a value there.
//     A column that cannot have the attribute's type is an error of the database.
//  5. What filters compare with is in the arguments, and never in the text. Filters
//     that differ in nothing else have one text, which can be prepared once.
//  6. A comparison with = or in is joined with a plain one, which may use an index
//     and decides nothing.
//  7. A filter with more than 200 comparisons is refused: databases take seconds to
//     plan such conditions, and more. Comparisons of one attribute by = or in count
//     as one. Lists of more than 40 items are one argument, but on MariaDB, where
//     lists of filters and up to 1,000 ids are as many arguments.
//
// # Recipes
//
// Rows that belong to accounts, by the columns of the accounts: r.account_id IN
// (SELECT a.id FROM accounts AS a WHERE …). By ids: a [Table] that describes the id
// of the rows, and [Table.IDs]. [ShapeOf] chooses by measurement.
//
//   - SQLite: a list is an array of JSON. An index serves up to some thousand ids.
//   - PostgreSQL: a list is an array. SET LOCAL jit = off before a condition with
//     labels, or most of the time is spent on compiling it.
//   - MariaDB: a thousand ids are found by the index; more cost a look at each row. For
//     many ids and many rows, insert them into a temporary table with a primary key
//     in COLLATE utf8mb4_nopad_bin, and join it.
//   - DuckDB: a list is an array of JSON. It needs no index.
//   - A warehouse that takes only text: the ids in hexadecimal, see the example; or
//     load them into a table. Never write a text of yours between quotes.
//
// # What the columns must be
//
// A string is in a column of text; not in CHAR(n) of PostgreSQL, which forgets the
// spaces at the end, nor in FLOAT of MariaDB. A number is in a column of numbers,
// which in SQLite may also have text in a row: it is unknown there. Dates, uuids and
// enums need a [Column.Expression] that makes text of them, such as
// CAST(a.id AS text). In MariaDB a column whose character set lacks a text of the
// filter is an error, unless it is the expression CONVERT(a.name USING utf8mb4);
// and a connection that is not in utf8mb4, the default of its driver, is one that says
// "Subquery returns more than 1 row". A database of PostgreSQL is in UTF8, and one of
// SQLite best too: in UTF-16 it takes the text U+FFFF for U+FFFD with some drivers.
// Oracle, where the empty string is NULL, cannot be right. SQL Server, BigQuery,
// Snowflake, ClickHouse and MySQL are not shipped, as nobody has run them.
//
// # Zero values
//
// The zero [Predicate] selects nothing. The zero [Table] and [Dialect] are not
// ready: the former refuses every filter that reads an attribute, the latter is
// refused. The zero [Shape] is [Nothing], and so is a nil [View].
//
// # Concurrency
//
// Every value is immutable and safe for concurrent use, but for a Dialect that you
// change: [NewTable] takes a copy.
//
// # Errors
//
// Every error is an [*Error], or several joined. It wraps one of the sentinels of
// this package, and comes before anything is asked of the database.
package sqlfilter
