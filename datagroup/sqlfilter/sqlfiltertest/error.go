package sqlfiltertest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
)

// ErrCannotHold: the columns cannot hold a value of an account, such as the
// character NUL in PostgreSQL. [Database.Store] wraps it.
var ErrCannotHold = errors.New("the columns cannot hold the account")

// Error is one thing that is wrong.
type Error struct {
	// Check is what was looked at, in a few words: "filter", "ids: …", "zero
	// predicate", "beside another condition: filter", "database", "store", and
	// "strength" of the test itself.
	Check string
	// Filter is the smallest filter found that shows it, as text; empty if it is
	// not about a filter.
	Filter string
	// SQL and Args are the condition; empty if there is none.
	SQL  string
	Args []any
	// Account is one for which the condition is wrong; zero if it is not about one.
	Account datagroup.Account
	// More is how many further filters of the same kind were wrong.
	More int
	// Err is what was seen; never nil.
	Err error
}

// Error returns all of it in one line, unless an error of the database has more.
// Long texts are cut.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("sqlfiltertest: " + e.Check)
	if e.Filter != "" {
		b.WriteString(" " + short(e.Filter, 400))
	}
	if e.Account.ID() != "" {
		b.WriteString(": account " + text.Quote(e.Account.ID()) + " with " + e.values())
	}
	fmt.Fprintf(&b, ": %v", e.Err)
	if e.SQL != "" {
		b.WriteString(": " + short(e.SQL, 800))
	}
	if len(e.Args) > 0 {
		b.WriteString(" with " + e.arguments())
	}
	if e.More > 0 {
		fmt.Fprintf(&b, " (and %d more of this kind)", e.More)
	}
	return b.String()
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }

// values returns what the account has for the attributes that the filter reads.
func (e *Error) values() string {
	f, err := Schema().Parse(e.Filter)
	if err != nil {
		return "source " + text.Quote(e.Account.Source())
	}
	var parts []string
	for _, name := range f.Reads() {
		parts = append(parts, name+" "+short(e.Account.Value(name).String(), 200))
	}
	return strings.Join(parts, ", ")
}

// arguments returns the first arguments.
func (e *Error) arguments() string {
	const most = 10
	parts := make([]string, 0, most+1)
	for i, a := range e.Args {
		if i == most {
			parts = append(parts, fmt.Sprintf("… %d arguments", len(e.Args)))
			break
		}
		parts = append(parts, argument(a))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func argument(a any) string {
	switch a := a.(type) {
	case string:
		return text.Quote(a)
	case []byte:
		return "bytes " + text.Quote(string(a))
	case float64:
		return strconv.FormatFloat(a, 'g', -1, 64)
	}
	return short(fmt.Sprint(a), 80)
}

// short returns s without what cannot be seen, cut to about a number of bytes.
func short(s string, most int) string {
	if len(s) > most {
		return text.Shown(s[:charStart(s, most)]) + "…"
	}
	return text.Shown(s)
}
