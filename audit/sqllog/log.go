package sqllog

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/audit"
)

// Log is one log of a [Store]. It is an [audit.Watcher] and an [audit.Limited], and
// needs no closing.
type Log struct {
	store *Store
	name  string
}

// ServerLog is a [Log] in a database that has a clock. It is an [audit.Clock].
type ServerLog struct{ *Log }

// Now implements [audit.Clock]: it returns the time of the server.
func (l ServerLog) Now(ctx context.Context) (time.Time, error) { return l.now(ctx, l.store.db) }

func (l *Log) now(ctx context.Context, q querier) (time.Time, error) {
	var micros int64
	if err := q.QueryRowContext(ctx, l.store.sql.now).Scan(&micros); err != nil {
		return time.Time{}, failed(ctx, Error{Op: "now", Log: l.name}, err)
	}
	return time.UnixMicro(micros).UTC(), nil
}

// LongestLine implements [audit.Limited]. In MariaDB it is half of what the server
// said was its max_allowed_packet when the store was opened.
func (l *Log) LongestLine() int { return l.store.longest }

// Append implements [audit.Log]. It costs one statement, two in MariaDB, and if
// the event has keys a transaction.
func (l *Log) Append(ctx context.Context, e audit.Event) error {
	err := l.append(ctx, l.store.db, e)
	if err == nil {
		l.store.Wake(l.name)
	}
	return err
}

// Tx returns the log as part of a transaction of yours. An event that is appended
// to it is stored if and only if tx is committed, together with your own rows; see
// company.Company.DoIn. Events reads what tx sees. In a database that has a clock it
// is an [audit.Clock].
//
// Append returns an error that wraps [audit.ErrConflict] if the place is taken, by
// an event that tx can see or one that was committed meanwhile. If another
// transaction has the place and has not ended, Append waits for it. After any other
// error roll back: tx may have ended by itself, or have a part of what belongs
// together. Nothing is in doubt but the commit.
//
// Until tx ends, nobody else can append to this log, and in SQLite to any log: keep
// it short. SQLite refuses to write in a transaction that has read before another
// one wrote: begin it with _txlock=immediate in the data source name. An isolation
// level above READ COMMITTED fails in PostgreSQL where it would have to wait.
func (l *Log) Tx(tx *sql.Tx) audit.Log {
	if l.store.sql.now != "" {
		return serverTxLog{txLog{l, tx}}
	}
	return txLog{l, tx}
}

// txLog is no Watcher: what others append may not be seen in a transaction.
type txLog struct {
	log *Log
	tx  *sql.Tx
}

// serverTxLog asks for the time in its transaction: another connection may not be
// had before that ends.
type serverTxLog struct{ txLog }

// Now implements [audit.Clock].
func (l serverTxLog) Now(ctx context.Context) (time.Time, error) { return l.log.now(ctx, l.tx) }

// LongestLine implements [audit.Limited].
func (l txLog) LongestLine() int { return l.log.store.longest }

// Append implements [audit.Log].
func (l txLog) Append(ctx context.Context, e audit.Event) error { return l.log.append(ctx, l.tx, e) }

// append appends e through a pool or a transaction.
func (l *Log) append(ctx context.Context, q querier, e audit.Event) error {
	op := Error{Op: "append", Log: l.name, Seq: e.Seq}
	if err := ctx.Err(); err != nil {
		return failed(ctx, op, err)
	}
	// What is wrong with the event alone is known without the database.
	if err := e.Follows(audit.Checkpoint{Seq: e.Seq - 1, Hash: e.Prev}); err != nil {
		return err
	}
	if e.Seq == 1 && !e.Prev.IsZero() {
		return failed(ctx, op, fmt.Errorf("%w: it continues an event that is not there", audit.ErrConflict))
	}
	line, err := audit.Encode(e)
	if err != nil {
		return err
	}
	if len(line) > l.store.longest {
		return failed(ctx, op, fmt.Errorf("%w: its line has %d bytes, at most %d fit", audit.ErrTooLarge, len(line), l.store.longest))
	}
	keys, err := l.store.keysOf(e)
	if err != nil {
		return failed(ctx, op, err)
	}
	if err := l.settle(ctx, q, insertion{e, line, keys}); err != nil {
		return failed(ctx, op, err)
	}
	return nil
}

// keysOf returns the keys of e, each once, in order.
func (s *Store) keysOf(e audit.Event) ([]string, error) {
	if s.keys == nil {
		return nil, nil
	}
	keys := slices.Clone(s.keys(e))
	slices.Sort(keys)
	keys = slices.Compact(keys)
	for _, key := range keys {
		if key == "" || len(key) > 500 || !utf8.ValidString(key) {
			return nil, fmt.Errorf("%w: the key %q has not 1 to 500 bytes of UTF-8", audit.ErrMalformed, key)
		}
	}
	return keys, nil
}

// insertion is an event on its way into the database.
type insertion struct {
	event audit.Event
	line  []byte
	keys  []string
}

// settle stores an event, or finds out why it is not stored. It asks the database,
// and never trusts an error: one of a connection that broke may be that of an event
// that is stored. The second attempt settles what was only in the way, such as a
// transaction that could not be serialized, or what others stored in between two
// statements.
func (l *Log) settle(ctx context.Context, q querier, in insertion) error {
	_, inTx := q.(*sql.Tx)
	for try := 1; ; try++ {
		stored, err := l.insert(ctx, q, in)
		if stored && err == nil {
			return nil
		}
		if stored && inTx {
			return err // the event would be there, and its keys not
		}
		answer := l.ask(ctx, q, in.event, err)
		switch {
		case answer == nil, errors.Is(answer, audit.ErrConflict):
			return answer
		case try == 2 || inTx && err != nil || ctx.Err() != nil:
			return answer
		}
	}
}

// ask returns nil if the event is stored, a conflict if it never will be, and
// otherwise why it was not stored, which for an attempt that failed is err.
func (l *Log) ask(ctx context.Context, q querier, e audit.Event, err error) error {
	hash, there, failure := l.hash(ctx, q, e.Seq)
	switch {
	case failure != nil && err != nil:
		return err
	case failure != nil:
		return failure
	case there && bytes.Equal(hash, e.Hash[:]):
		return nil
	case there:
		return fmt.Errorf("%w: the place is taken", audit.ErrConflict)
	case err != nil:
		return err
	}
	// Nothing was in the way. So it was an event after it, the event before, or a
	// setting.
	var head sql.Null[int64]
	if err := q.QueryRowContext(ctx, l.store.sql.head, l.arg()).Scan(&head); err != nil {
		return err
	}
	if uint64(head.V) > e.Seq {
		return fmt.Errorf("%w: event %d is missing, and event %d is there", audit.ErrDamaged, e.Seq, head.V)
	}
	if e.Seq > 1 {
		hash, there, failure := l.hash(ctx, q, e.Seq-1)
		switch {
		case failure != nil:
			return failure
		case !there:
			return fmt.Errorf("%w: it leaves a gap", audit.ErrConflict)
		case !bytes.Equal(hash, e.Prev[:]):
			return fmt.Errorf("%w: it continues another event", audit.ErrConflict)
		}
	}
	return l.store.weak(ctx, q)
}

// weak says which setting of a connection made it store nothing.
func (s *Store) weak(ctx context.Context, q querier) error {
	settings, err := s.settings(ctx, q)
	if err == nil {
		err = s.allowed(settings)
	}
	if err == nil {
		err = &Error{Err: audit.ErrWeak, Text: "a connection of the pool is set up in another way than the others: set it up in the data source name"}
	}
	return err
}

// hash returns the hash of the event at a place.
func (l *Log) hash(ctx context.Context, q querier, seq uint64) (hash []byte, there bool, err error) {
	err = q.QueryRowContext(ctx, l.store.sql.hash, l.arg(), int64(seq)).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return hash, err == nil, err
}

// arg returns the name of the log as a parameter.
func (l *Log) arg() any { return l.store.arg(l.name) }

// insert stores an event with its keys, in a transaction if that takes more than
// one statement. It reports whether the place was free, the event before there,
// and the connection set up well.
func (l *Log) insert(ctx context.Context, q querier, in insertion) (bool, error) {
	db, ok := q.(*sql.DB)
	if !ok || len(in.keys) == 0 {
		return l.insertIn(ctx, q, in)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	stored, err := l.insertIn(ctx, tx, in)
	if err != nil || !stored {
		tx.Rollback()
		return false, err
	}
	return true, tx.Commit()
}

func (l *Log) insertIn(ctx context.Context, q querier, in insertion) (bool, error) {
	e, s := in.event, l.store
	statement, free := s.sql.insert, s.sql.free
	row := []any{l.arg(), int64(e.Seq), e.Prev[:], e.Hash[:], in.line}
	place := []any{l.arg(), int64(e.Seq)}
	if e.Seq > 1 {
		statement, free = cmp.Or(s.sql.insertNext, statement), s.sql.freeNext
		place = append(place, l.arg(), int64(e.Seq)-1, e.Prev[:])
	}
	if free == "" {
		row = append(row, place...)
	} else {
		var one int
		if err := q.QueryRowContext(ctx, free, place...).Scan(&one); errors.Is(err, sql.ErrNoRows) {
			return false, nil
		} else if err != nil {
			return false, err
		}
	}
	result, err := q.ExecContext(ctx, statement, row...)
	if err != nil {
		return false, err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return err != nil, err // it may be stored
	}
	for keys := range slices.Chunk(in.keys, 100) {
		if err := l.insertKeys(ctx, q, keys); err != nil {
			return true, err
		}
	}
	return true, nil
}

func (l *Log) insertKeys(ctx context.Context, q querier, keys []string) error {
	s := l.store
	values := strings.TrimSuffix(strings.Repeat("(?, ?), ", len(keys)), ", ")
	var args []any
	for _, key := range keys {
		args = append(args, []byte(key), l.arg())
	}
	_, err := q.ExecContext(ctx, s.dialect.bind(s.sql.entries+values+s.sql.entriesEnd, s.prefix, ""), args...)
	return err
}
