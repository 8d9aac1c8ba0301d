package sqllog_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ambit-authz/ambit/audit/sqllog"
)

// database is a database for tests without a server: it knows what the statements
// of a dialect do, by their text. What they really do is tested in the module
// examples/sqllogs.
type database struct {
	dialect sqllog.Dialect
	words   map[string]string // of the statements
	entries string

	tx sync.Mutex // is held by a transaction, and by each statement outside of one

	mu          sync.Mutex
	settings    map[string]string
	columns     map[string][]string // of tables
	versions    [][]driver.Value    // version, kind
	events      map[string][]stored // by log
	keys        map[[2]string]bool  // entry and log
	checkpoints map[string]stored   // by log
	asked       []string            // the words of all statements
	weak        bool                // the connections of appends are set up too weakly
	locked      bool                // somebody else migrates
	now         func() time.Time

	// fault is asked with each statement, and before each row that it returns. It
	// says what goes wrong, "" for nothing:
	//   before     the statement fails and does nothing
	//   after      it fails, and did what it should
	//   null       the first value of the row is NULL
	//   silent     nobody knows how many rows there were
	fault func(word string) string
}

// stored is a row.
type stored struct {
	seq              int64
	prev, hash, line []byte
}

var errInjected = errors.New("the connection broke")

// newDatabase returns an empty database that is set up well.
func newDatabase(dialect sqllog.Dialect, accept ...string) *database {
	return &database{
		dialect: dialect, words: sqllog.Words(dialect, accept...), entries: sqllog.Entries(dialect),
		settings: maps.Clone(good[dialect]), columns: make(map[string][]string), events: make(map[string][]stored),
		keys: make(map[[2]string]bool), checkpoints: make(map[string]stored), now: time.Now,
	}
}

// good are settings that are accepted.
var good = map[sqllog.Dialect]map[string]string{
	sqllog.SQLite: {"sqlite_version": "3.54.1", "journal_mode": "wal", "synchronous": "2", "busy_timeout": "10000", "encoding": "UTF-8"},
	sqllog.PostgreSQL: {
		"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "recovery": "off", "unlogged": "off",
	},
	sqllog.MariaDB: {
		"version": "10.11.6-MariaDB-0+deb12u1", "innodb_flush_log_at_trx_commit": "1", "innodb_doublewrite": "ON", "sync_binlog": "1",
		"read_only": "OFF", "autocommit": "ON", "sql_mode": "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION", "max_allowed_packet": "16777216",
		"engine": "InnoDB",
	},
}

// schemas are the columns of the tables, in another order than they are compared.
var schemas = map[string][]string{
	"ambit_schema":     {"version*", "kind"},
	"ambit_event":      {"log*", "seq*", "prev", "hash", "line"},
	"ambit_key":        {"entry*", "log*"},
	"ambit_checkpoint": {"log*", "seq", "hash"},
}

// open returns a pool of connections.
func (d *database) open() *sql.DB { return sql.OpenDB(connector{d}) }

// count returns how many statements of that word there were.
func (d *database) count(word string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, w := range d.asked {
		if w == word {
			n++
		}
	}
	return n
}

// set changes the database under its lock.
func (d *database) set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

type connector struct{ d *database }

func (c connector) Connect(context.Context) (driver.Conn, error) { return &conn{d: c.d}, nil }
func (c connector) Driver() driver.Driver                        { return nil }

// conn is a connection. undo takes back what its transaction did.
type conn struct {
	d    *database
	inTx bool
	undo []func()
}

func (c *conn) Prepare(string) (driver.Stmt, error) { return nil, errors.New("not prepared") }
func (c *conn) Close() error                        { return nil }
func (c *conn) Begin() (driver.Tx, error)           { return c.BeginTx(context.Background(), driver.TxOptions{}) }

func (c *conn) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) {
	if c.d.breaks("begin tx") != "" {
		return nil, errInjected
	}
	c.d.tx.Lock()
	c.inTx, c.undo = true, nil
	return c, nil
}

func (c *conn) Commit() error {
	fault := c.d.breaks("commit")
	if fault == "before" {
		c.Rollback()
		return errInjected
	}
	c.undo = nil
	c.Rollback()
	if fault != "" {
		return errInjected
	}
	return nil
}

func (c *conn) Rollback() error {
	c.d.set(func() {
		for _, undo := range slices.Backward(c.undo) {
			undo()
		}
	})
	c.undo, c.inTx = nil, false
	c.d.tx.Unlock()
	return nil
}

// breaks notes a statement and returns what is to go wrong with it.
func (d *database) breaks(word string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, word)
	if d.fault == nil {
		return ""
	}
	return d.fault(word)
}

// word returns what a statement does.
func (d *database) word(query string) string {
	switch {
	case strings.HasPrefix(query, "CREATE TABLE"):
		return "create"
	case strings.HasPrefix(query, d.entries):
		return "keys"
	}
	return d.words[query]
}

func (c *conn) ExecContext(_ context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	word := c.d.word(query)
	fault := c.d.breaks(word)
	if fault == "before" || fault == "null" {
		return nil, errInjected
	}
	if !c.inTx {
		c.d.tx.Lock()
		defer c.d.tx.Unlock()
	}
	n, err := c.exec(word, query, args)
	switch {
	case err != nil:
		return nil, err
	case fault == "after":
		return nil, errInjected
	case fault == "silent":
		return driver.ResultNoRows, nil
	}
	return driver.RowsAffected(n), nil
}

func text(v driver.NamedValue) string {
	if b, ok := v.Value.([]byte); ok {
		return string(b)
	}
	return v.Value.(string)
}

func (c *conn) exec(word, query string, args []driver.NamedValue) (int64, error) {
	d := c.d
	d.mu.Lock()
	defer d.mu.Unlock()
	switch word {
	case "create":
		name := strings.Fields(query)[5]
		if d.columns[name] == nil {
			d.columns[name] = schemas[name]
		}
	case "migrated":
		d.versions = slices.Insert(d.versions, 0, []driver.Value{args[0].Value, args[1].Value})
	case "insert":
		return c.insert(args)
	case "keys":
		for pair := range slices.Chunk(args, 2) {
			key := [2]string{text(pair[0]), text(pair[1])}
			if !d.keys[key] {
				d.keys[key] = true
				c.undo = append(c.undo, func() { delete(d.keys, key) })
			}
		}
	case "keep":
		log, at := text(args[0]), stored{seq: args[1].Value.(int64), hash: args[2].Value.([]byte)}
		if at.seq <= d.checkpoints[log].seq || d.weak {
			return 0, nil
		}
		d.checkpoints[log] = at
	case "prepare":
		d.settings["journal_mode"] = "wal"
	case "begin", "end":
	default:
		return 0, fmt.Errorf("no statement is %q", query)
	}
	return 1, nil
}

// insert stores an event. Without ON CONFLICT the statement fails if the place is
// taken.
func (c *conn) insert(args []driver.NamedValue) (int64, error) {
	d, log := c.d, text(args[0])
	row := stored{args[1].Value.(int64), args[2].Value.([]byte), args[3].Value.([]byte), args[4].Value.([]byte)}
	switch {
	case d.weak, len(args) > 5 && !d.free(args[5:]):
		return 0, nil
	case d.at(log, row.seq) != nil && d.dialect == sqllog.MariaDB:
		return 0, errors.New("duplicate key")
	case d.at(log, row.seq) != nil:
		return 0, nil
	}
	events := d.events[log]
	d.events[log] = append(events, row)
	c.undo = append(c.undo, func() { d.events[log] = d.events[log][:row.seq-1] })
	return 1, nil
}

// at returns the event at a place, nil for none.
func (d *database) at(log string, seq int64) *stored {
	for i := range d.events[log] {
		if e := &d.events[log][i]; e.seq == seq {
			return e
		}
	}
	return nil
}

// free reports whether no event comes after a place, and the one before it is
// there.
func (d *database) free(args []driver.NamedValue) bool {
	for _, e := range d.events[text(args[0])] {
		if e.seq > args[1].Value.(int64) {
			return false
		}
	}
	if len(args) == 2 {
		return true
	}
	before := d.at(text(args[2]), args[3].Value.(int64))
	return before != nil && string(before.hash) == string(args[4].Value.([]byte))
}

func (c *conn) QueryContext(_ context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	word := c.d.word(query)
	if fault := c.d.breaks(word); fault != "" && fault != "null" {
		return nil, errInjected
	}
	values, err := c.d.query(word, query, args)
	if err != nil {
		return nil, err
	}
	return &rows{d: c.d, word: word, values: values}, nil
}

func (d *database) query(word, query string, args []driver.NamedValue) ([][]driver.Value, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all [][]driver.Value
	add := func(values ...driver.Value) { all = append(all, values) }
	switch word {
	case "columns":
		for _, column := range d.columns[text(args[0])] {
			add(column)
		}
	case "version":
		return d.versions, nil
	case "settings":
		for name, value := range d.settings {
			add(name, value)
		}
	case "lock":
		add(map[bool]int64{false: 1}[d.locked])
	case "now":
		add(d.now().UnixMicro())
	case "kept":
		if at, ok := d.checkpoints[text(args[0])]; ok {
			add(at.seq, at.hash)
		}
	case "find":
		for key := range d.keys {
			if key[0] == text(args[0]) && key[1] > text(args[1]) {
				add(key[1])
			}
		}
		return first(all, args[2]), nil
	case "names":
		for log, events := range d.events {
			if log > text(args[0]) && len(events) > 0 {
				add(log)
			}
		}
		return first(all, args[1]), nil
	default:
		return d.queryEvents(word, query, args)
	}
	return all, nil
}

// first returns the first of names in order.
func first(all [][]driver.Value, most driver.NamedValue) [][]driver.Value {
	slices.SortFunc(all, func(a, b []driver.Value) int { return strings.Compare(a[0].(string), b[0].(string)) })
	return all[:min(len(all), int(most.Value.(int64)))]
}

func (d *database) queryEvents(word, query string, args []driver.NamedValue) ([][]driver.Value, error) {
	if word == "" {
		return nil, fmt.Errorf("no statement is %q", query)
	}
	events := d.events[text(args[0])]
	at := func(i int) int64 { return args[i].Value.(int64) }
	switch word {
	case "head":
		if len(events) == 0 {
			return [][]driver.Value{{nil}}, nil
		}
		return [][]driver.Value{{events[len(events)-1].seq}}, nil
	case "hash":
		if e := d.at(text(args[0]), at(1)); e != nil {
			return [][]driver.Value{{e.hash}}, nil
		}
	case "free":
		if d.free(args) {
			return [][]driver.Value{{int64(1)}}, nil
		}
	case "page":
		var all [][]driver.Value
		for _, e := range events {
			if e.seq > at(1) && e.seq <= at(2) && int64(len(all)) < at(3) {
				all = append(all, []driver.Value{e.seq, e.prev, e.hash, e.line})
			}
		}
		return all, nil
	}
	return nil, nil
}

// rows are those of a query.
type rows struct {
	d      *database
	word   string
	values [][]driver.Value
}

func (r *rows) Columns() []string {
	n := map[string]int{"version": 2, "settings": 2, "kept": 2, "page": 4}[r.word]
	return slices.Repeat([]string{"c"}, max(n, 1))
}

func (r *rows) Close() error { return nil }

func (r *rows) Next(to []driver.Value) error {
	if len(r.values) == 0 {
		return io.EOF
	}
	fault := r.d.breaks("row of " + r.word)
	if fault != "" && fault != "null" {
		return errInjected
	}
	copy(to, r.values[0])
	if fault == "null" {
		to[0] = nil
	}
	r.values = r.values[1:]
	return nil
}
