package sqllog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// Options say how a store is used. Nil and the zero Options are the defaults.
type Options struct {
	// Keys are the keys by which [Store.Find] finds the log of an event. They are
	// stored together with the event, so what was appended before there were any
	// is not found. Nil finds nothing.
	Keys audit.Keys
	// Prefix begins the names of the tables: a lower case letter, then lower case
	// letters, digits and underscores, at most 40 in all. "" is "ambit_".
	Prefix string
	// Poll is how often a watch looks for events that other processes appended.
	// 0 is 100 milliseconds. Each watch asks by itself: with thousands of them choose
	// a longer time, and call [Store.Wake] when the database says that there is more.
	Poll time.Duration
	// Accept has the names of settings that are accepted though they are too weak or
	// unsuitable, as errors name them, such as "synchronous". It is for tests.
	Accept []string
}

// Store has logs in the tables of a database. It is an [audit.Store]. [Open]
// returns one. It keeps nothing of a log in memory.
//
// All methods are safe for concurrent use.
type Store struct {
	db      *sql.DB
	dialect *dialect
	sql     statements
	keys    audit.Keys
	prefix  string
	poll    time.Duration
	accept  []string
	longest int

	mu    sync.Mutex
	waits map[string]*waiting // by the name of the log
}

var goodPrefix = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// newStore returns a store that has not looked at its database yet.
func newStore(db *sql.DB, dialect Dialect, options *Options) (*Store, error) {
	var o Options
	if options != nil {
		o = *options
	}
	if o.Prefix == "" {
		o.Prefix = "ambit_"
	}
	if o.Poll == 0 {
		o.Poll = 100 * time.Millisecond
	}
	d := dialect.dialect()
	switch {
	case d == nil:
		return nil, &Error{Err: audit.ErrMalformed, Text: "the dialect is none of SQLite, PostgreSQL and MariaDB"}
	case !goodPrefix.MatchString(o.Prefix):
		return nil, &Error{Err: audit.ErrMalformed, Text: fmt.Sprintf("the prefix %q is none: write up to 40 lower case letters, digits and underscores, a letter first", o.Prefix)}
	case o.Poll < 0:
		return nil, &Error{Err: audit.ErrMalformed, Text: "Poll is negative"}
	}
	for _, name := range o.Accept {
		if !slices.ContainsFunc(d.rules, func(r rule) bool { return r.setting == name }) {
			return nil, &Error{Err: audit.ErrMalformed, Text: fmt.Sprintf("Accept names %q, which is no setting that is asked", name)}
		}
	}
	return &Store{
		db: db, dialect: d, sql: d.bound(o.Prefix, d.guard(o.Accept)), keys: o.Keys, prefix: o.Prefix, poll: o.Poll,
		accept: slices.Clone(o.Accept), waits: make(map[string]*waiting),
	}, nil
}

// Open returns the store in a database. It changes nothing there: [Migrate] makes
// the tables. The store does not close db.
//
// Open reads back how the database is set up, and refuses what would lose events:
// the error wraps [audit.ErrWeak], [ErrReplica] or [ErrUnsuitable] and says which
// setting to change. It wraps [ErrNotMigrated], [audit.ErrVersion] or [ErrForeign]
// if the tables are not those of this version of the package.
func Open(ctx context.Context, db *sql.DB, dialect Dialect, options *Options) (*Store, error) {
	s, err := newStore(db, dialect, options)
	if err == nil {
		err = s.open(ctx)
	}
	if err != nil {
		return nil, failed(ctx, Error{Op: "open"}, err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	version, err := s.schema(ctx, s.db)
	if err != nil {
		return err
	}
	if version < schemaVersion {
		return ErrNotMigrated
	}
	settings, err := s.settings(ctx, s.db)
	if err != nil {
		return err
	}
	s.longest = s.dialect.longest(settings)
	return s.allowed(settings)
}

// settings returns how a connection is set up.
func (s *Store) settings(ctx context.Context, q querier) (map[string]string, error) {
	rows, err := q.QueryContext(ctx, s.dialect.bind(s.dialect.settings, s.prefix, ""))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := make(map[string]string)
	for rows.Next() {
		var name string
		var value sql.Null[string]
		if err := rows.Scan(&name, &value); err != nil {
			return nil, err
		}
		all[name] = value.V
	}
	return all, rows.Err()
}

// allowed fails if a setting is refused.
func (s *Store) allowed(settings map[string]string) error {
	for _, r := range s.dialect.rules {
		if value := settings[r.setting]; !r.holds(value) && !slices.Contains(s.accept, r.setting) {
			return &Error{Err: r.err, Text: fmt.Sprintf("%s is %q: %s", r.setting, value, r.advice)}
		}
	}
	return nil
}

// Log implements [audit.Store]. The log is a [*Log] in a SQLite file, and a
// [ServerLog] in a database that has a clock. It costs nothing: the database is
// asked when the log is used.
func (s *Store) Log(_ context.Context, name string) (audit.Log, error) {
	l, err := s.Named(name)
	if err != nil {
		return nil, err
	}
	if s.sql.now != "" {
		return ServerLog{l}, nil
	}
	return l, nil
}

// Named returns the log of a name, for [Log.Tx]. The error is that of
// [audit.CheckName].
func (s *Store) Named(name string) (*Log, error) {
	if err := audit.CheckName(name); err != nil {
		return nil, err
	}
	return &Log{store: s, name: name}, nil
}

// pageOfNames is how many names are read at a time.
const pageOfNames = 256

// Names implements [audit.Store]. It costs a look into the index for each log,
// however many events there are.
func (s *Store) Names(ctx context.Context) iter.Seq2[string, error] {
	return s.list(ctx, "names", func(after string) (*sql.Rows, error) {
		return s.db.QueryContext(ctx, s.sql.names, s.arg(after), pageOfNames)
	})
}

// Find implements [audit.Store].
func (s *Store) Find(ctx context.Context, key string) iter.Seq2[string, error] {
	return s.list(ctx, "find", func(after string) (*sql.Rows, error) {
		return s.db.QueryContext(ctx, s.sql.find, []byte(key), s.arg(after), pageOfNames)
	})
}

// list yields names, a page after the other.
func (s *Store) list(ctx context.Context, op string, page func(after string) (*sql.Rows, error)) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		after := ""
		for {
			var names []string
			rows, err := page(after)
			if err == nil {
				names, err = texts(rows)
			}
			if err != nil {
				yield("", failed(ctx, Error{Op: op}, err))
				return
			}
			for _, name := range names {
				if !yield(name, nil) {
					return
				}
				after = name
			}
			if len(names) < pageOfNames {
				return
			}
		}
	}
}

// arg returns a name of a log as a parameter of a statement.
func (s *Store) arg(name string) any {
	if s.dialect.binary {
		return []byte(name)
	}
	return name
}

// Keeper returns the keeper of the checkpoint of a log. Use a store in another
// database than that of the log, on another disk: one that is restored together
// with the log tells nothing.
func (s *Store) Keeper(name string) audit.Keeper { return keeper{s, name} }

type keeper struct {
	store *Store
	name  string
}

// Kept implements [audit.Keeper].
func (k keeper) Kept(ctx context.Context) (audit.Checkpoint, error) {
	if err := audit.CheckName(k.name); err != nil {
		return audit.Checkpoint{}, err
	}
	var seq int64
	var hash []byte
	err := k.store.db.QueryRowContext(ctx, k.store.sql.kept, k.store.arg(k.name)).Scan(&seq, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return audit.Checkpoint{}, nil
	}
	if err != nil {
		return audit.Checkpoint{}, failed(ctx, Error{Op: "kept", Log: k.name}, err)
	}
	c := audit.Checkpoint{Seq: uint64(seq)}
	if copy(c.Hash[:], hash) < len(c.Hash) || len(hash) > len(c.Hash) || seq < 1 {
		return audit.Checkpoint{}, failed(ctx, Error{Op: "kept", Log: k.name}, audit.ErrDamaged)
	}
	return c, nil
}

// Keep implements [audit.Keeper].
func (k keeper) Keep(ctx context.Context, c audit.Checkpoint) error {
	if err := audit.CheckName(k.name); err != nil {
		return err
	}
	if c == (audit.Checkpoint{}) {
		return nil
	}
	if _, err := audit.ParseCheckpoint(c.String()); err != nil {
		return err
	}
	op := Error{Op: "keep", Log: k.name, Seq: c.Seq}
	_, err := k.store.db.ExecContext(ctx, k.store.sql.keep, k.store.arg(k.name), int64(c.Seq), c.Hash[:])
	if err != nil {
		return failed(ctx, op, err)
	}
	// The statement keeps nothing if it is an older one, or by a connection that is
	// set up too weakly.
	if kept, err := k.Kept(ctx); err != nil || kept.Seq >= c.Seq {
		return err
	}
	return failed(ctx, op, k.store.weak(ctx, k.store.db))
}
