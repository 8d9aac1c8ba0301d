package sqllog

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// What a caller may branch on, besides the errors of package audit.
var (
	// ErrNotMigrated: the tables are not there, or are of an older version.
	ErrNotMigrated = errors.New("the tables are not there in this version: call Migrate, with a role that may create tables")
	// ErrForeign: a table of that name is there, and is not of this package.
	ErrForeign = errors.New("a table of this name is not of this package: choose another Options.Prefix or another database")
	// ErrReplica: the database is a copy of another, and may be behind it.
	ErrReplica = errors.New("the database is a replica, or read-only: connect to the primary")
	// ErrUnsuitable: the database is set up so that a log in it cannot work.
	ErrUnsuitable = errors.New("the log cannot work in this database")
)

// Error is what went wrong with a store or with one of its logs.
type Error struct {
	Op   string // "migrate", "open", "append", "events", "watch", "now", "names", "find", "kept" or "keep"
	Log  string // the name of the log, empty if it is about the store
	Seq  uint64 // of the event in question, 0 for none
	Text string // says more; it may be empty
	Err  error  // never nil; often the error of the driver
}

// Error returns one line that begins with "sqllog: ", unless the driver's error
// has more.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("sqllog: " + e.Op)
	if e.Log != "" {
		fmt.Fprintf(&b, " %q", e.Log)
	}
	b.WriteString(": ")
	if e.Seq > 0 {
		fmt.Fprintf(&b, "event %d: ", e.Seq)
	}
	b.WriteString(e.Err.Error())
	if e.Text != "" {
		b.WriteString(": " + e.Text)
	}
	return b.String()
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }

// failed returns err as an error of what was attempted. If ctx has ended, it wraps
// the error of ctx as well, which not every driver does.
func failed(ctx context.Context, e Error, err error) error {
	if own, ok := errors.AsType[*Error](err); ok {
		e.Text, err = own.Text, own.Err
	}
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	e.Err = err
	return &e
}
