package sqllog

import (
	"slices"
	"strconv"
	"strings"
)

// Dialect is the kind of a database. The zero Dialect is none.
type Dialect int

// The databases that this package was run on.
const (
	SQLite     Dialect = iota + 1 // 3.51.3 or later
	PostgreSQL                    // 12 or later; 15 was run
	MariaDB                       // 10.6 or later; 10.11 was run
)

// String returns the name of the database, as it is written by those who make it.
func (d Dialect) String() string {
	if known := d.dialect(); known != nil {
		return known.title
	}
	return "no dialect"
}

// dialect returns what is known of the database, nil for none.
func (d Dialect) dialect() *dialect {
	switch d {
	case SQLite:
		return &sqlite
	case PostgreSQL:
		return &postgresql
	case MariaDB:
		return &mariadb
	}
	return nil
}

// dialect is what distinguishes one database from the others. Its statements name
// tables with the usual prefix, and have ? for parameters.
type dialect struct {
	title    string
	file     string // the beginning of the names of its migrations
	numbered bool   // parameters are written $1, $2
	binary   bool   // names are columns of bytes, not of text
	longest  func(settings map[string]string) int
	rules    []rule

	statements statements

	// columns lists the columns of a table of the database, each of the primary key
	// with a star; none if there is no such table.
	columns  string
	settings string // rows of a name and a value
	prepare  string // sets the journal mode, outside of a transaction; empty if there is none
	begin    string // begins what migrates, alone
	lock     string // returns 1 once nobody else migrates; empty if begin sees to that
	commit   string
	rollback string
}

// statements are what a log asks of its database. Their parameters are the same in
// every dialect.
type statements struct {
	// insert stores event 1 in a free place: log, seq, prev, hash, line; then log, seq
	// of the place, after which there must be none. It stores nothing if a rule of the
	// settings is broken in its connection.
	insert string
	// insertNext stores another event: the same, then log, seq, hash of the event
	// before, which must be there.
	insertNext string
	// free and freeNext are 1 if the place is free: what insert and insertNext have
	// after the line. Where they are not empty, they are asked first, and insert stores
	// any event without what they ask.
	free, freeNext string

	hash       string // of an event: log, seq
	head       string // the last seq, or NULL: log
	page       string // seq, prev, hash, line: log, after, to, how many
	entries    string // stores keys, up to the values, which are entry, log
	entriesEnd string
	find       string // logs: entry, after, how many
	names      string // logs: after, how many
	keep       string // log, seq, hash
	kept       string // seq, hash: log
	now        string // microseconds since 1970; empty if the database has no clock
	version    string // of the schema, and its kind, the newest first
	migrated   string // records a version: version, kind
}

// rule is one about a setting of the database.
type rule struct {
	setting string
	holds   func(value string) bool
	err     error  // what the error wraps if it does not hold
	advice  string // what to do then
	guard   string // the same, as a condition that each append asks; empty if it need not
}

// is returns a condition: to be one of some values, in any case.
func is(values ...string) func(string) bool {
	return func(value string) bool { return slices.Contains(values, strings.ToLower(value)) }
}

// isNot is the opposite of is.
func isNot(values ...string) func(string) bool {
	return func(value string) bool { return !is(values...)(value) }
}

// atLeast returns a condition: to be a number of at least n.
func atLeast(n int) func(string) bool {
	return func(value string) bool {
		got, err := strconv.Atoi(value)
		return err == nil && got >= n
	}
}

// isVersion returns a condition: to be a version of at least that with those
// numbers. What follows the numbers does not matter.
func isVersion(least ...int) func(string) bool {
	return func(value string) bool {
		got := strings.FieldsFunc(value, func(r rune) bool { return r == '.' || r == '-' || r == ' ' })
		for i, want := range least {
			if i == len(got) {
				return false
			}
			n, err := strconv.Atoi(got[i])
			if err != nil || n != want {
				return err == nil && n > want
			}
		}
		return true
	}
}

// longestLine is the length of the longest line of an event in order. What bounds
// the lines in SQLite and PostgreSQL is far above.
const longestLine = 6 * 16 << 20

// bind returns s with the tables of a store and the parameters of the dialect.
// guard is a condition on the settings.
func (d *dialect) bind(s, prefix, guard string) string {
	s = strings.NewReplacer("ambit_", prefix, "{guard}", guard).Replace(s)
	if !d.numbered {
		return s
	}
	parts := strings.Split(s, "?")
	for i := range parts[1:] {
		parts[i] += "$" + strconv.Itoa(i+1)
	}
	return strings.Join(parts, "")
}

// bound returns the statements for a store.
func (d *dialect) bound(prefix, guard string) statements {
	s := d.statements
	for _, text := range []*string{
		&s.insert, &s.insertNext, &s.free, &s.freeNext, &s.hash, &s.head, &s.page, &s.find, &s.names, &s.keep, &s.kept, &s.version, &s.migrated,
		&s.entries, &s.entriesEnd,
	} {
		*text = d.bind(*text, prefix, guard)
	}
	return s
}

// guard returns the conditions that each append asks, without those of the
// settings that are accepted as they are.
func (d *dialect) guard(accept []string) string {
	all := []string{"1 = 1"}
	for _, r := range d.rules {
		if r.guard != "" && !slices.Contains(accept, r.setting) {
			all = append(all, r.guard)
		}
	}
	return strings.Join(all, " AND ")
}
