package role

import (
	"errors"
	"fmt"
	"strings"
)

// What [NewCatalog] refuses. It never returns one of these bare: compare with
// [errors.Is], and use [errors.As] for the [*Error] that says where.
var (
	ErrEmpty         = errors.New("no roles")
	ErrLimit         = errors.New("too many")
	ErrInvalidName   = errors.New("invalid role name")
	ErrInvalidAction = errors.New("invalid action name")
	ErrDuplicate     = errors.New("listed twice")
	ErrLevelAction   = errors.New("no role may hold an action of a report level or a link")
	ErrTeamScope     = errors.New("only a role that sees all data may hold this action")
	ErrUnknownRole   = errors.New("unknown role")
	ErrUnknownScope  = errors.New("unknown scope")
	ErrDefault       = errors.New("invalid default role")
	ErrHolders       = errors.New("invalid bounds on holders")
	ErrText          = errors.New("invalid text")
)

// Error is one problem of a catalog.
type Error struct {
	Role   Name   // the role at fault as given; "" if it has no name, or if it is the catalog's fault
	Action Action // the action at fault as given; "" if none is, or if it is the empty one
	Err    error  // wraps one of the sentinels of this package; never nil from NewCatalog
}

// Error returns one line that begins with "role: ". Names are quoted, and long
// ones cut, as they may come from outside.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("role: ")
	if e.Role != "" {
		fmt.Fprintf(&b, "%.64q: ", string(e.Role))
	}
	if e.Action != "" {
		fmt.Fprintf(&b, "action %.64q: ", string(e.Action))
	}
	fmt.Fprintf(&b, "%v", e.Err)
	return b.String()
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }
