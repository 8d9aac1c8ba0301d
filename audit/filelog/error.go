package filelog

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ambit-authz/ambit/audit"
)

// What a caller may branch on, besides the errors of package audit.
var (
	// ErrNoLock: this system, or this file system, has no lock that processes can
	// share, so a log can only be opened for reading.
	ErrNoLock = errors.New("there is no lock for files here: open it for reading only")
	// ErrReadOnly: the log was opened for reading.
	ErrReadOnly = errors.New("the log was opened for reading only")
	// ErrReplaced: the path has another file than the one that was opened, or none.
	ErrReplaced = errors.New("another file is at the path now: open the log again")
	// ErrClosed: the log was closed.
	ErrClosed = errors.New("the log is closed")
	// ErrNotRegular: the path is a directory, a device, a link to nothing or something
	// else that is no file.
	ErrNotRegular = errors.New("it is no regular file")
)

// Error is what went wrong with a file.
type Error struct {
	Op   string // "open", "append", "events", "watch", "inspect", "cut", "keep", "find" or "names"
	Path string
	Seq  uint64 // of the event in question, 0 for none
	Byte int64  // where in the file it is, if Err wraps [audit.ErrDamaged] or [audit.ErrVersion]
	Text string // says more; it may be empty
	Err  error  // never nil
}

// Error returns one line that begins with "filelog: ".
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "filelog: %s %s: ", e.Op, e.Path)
	switch {
	case e.Seq > 0:
		fmt.Fprintf(&b, "event %d, byte %d: ", e.Seq, e.Byte)
	case errors.Is(e.Err, audit.ErrDamaged):
		fmt.Fprintf(&b, "byte %d: ", e.Byte)
	}
	b.WriteString(e.Err.Error())
	if e.Text != "" {
		b.WriteString(": " + e.Text)
	}
	return b.String()
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }
