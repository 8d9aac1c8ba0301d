package role

import (
	"errors"
	"strings"

	"github.com/ambit-authz/ambit/internal/text"
)

// The causes of an [*Error], for [errors.Is]. None is ever returned without an
// Error around it.
var (
	ErrEmpty         = errors.New("a catalog needs a role")
	ErrLimit         = errors.New("there are too many")
	ErrInvalidName   = errors.New("a name has 1 to 64 ASCII letters, digits and . - _ : and begins with a letter")
	ErrInvalidAction = errors.New("an action has 1 to 64 ASCII letters, digits and . - _ : and begins with a letter")
	ErrDuplicate     = errors.New("it is listed twice")
	ErrLevelAction   = errors.New("no role may hold an action of a report level or a link")
	ErrTeamScope     = errors.New("only a role that sees all data may hold this action or manage such a role")
	ErrUnknownRole   = errors.New("the catalog has no such role")
	ErrUnknownScope  = errors.New(`a scope is "teams" or "all"`)
	ErrDefault       = errors.New("only one role may be the default, and it must be offered")
	ErrHolders       = errors.New("the bounds on holders are not valid")
	ErrText          = errors.New("a text cannot be shown")
	ErrReserved      = errors.New("a built-in kind of this name lists no other actions: choose another name")
	ErrPlace         = errors.New(`a kind belongs to an "account" or to the "company", and a built-in kind says neither`)
	ErrKindAction    = errors.New("a kind does not list this built-in action")
	ErrLink          = errors.New("the link action is one of those that the kind lists, and a built-in kind has none")
	ErrUnlisted      = errors.New("no kind lists it: say of which kinds it may be asked")
	ErrUnheld        = errors.New("no role holds it")
	ErrBuiltIn       = errors.New("only actions of the host's own are granted to a role that is there")
)

// Error is one problem of a catalog.
type Error struct {
	Role   Name   // the role at fault as given; "" if it has no name, or if it is the catalog's fault
	Kind   string // the kind at fault as given; "" if it is not the fault of a kind, or if that has no name
	Action Action // the action at fault as given; "" if none is, or if it is the empty one
	Err    error  // wraps one of the sentinels of this package; never nil from this package
}

// Error returns one line that begins with "role: ". Names are quoted, and long
// ones cut, as they may come from outside.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("role: ")
	if e.Role != "" {
		b.WriteString("role " + text.Quote(e.Role) + ": ")
	}
	if e.Kind != "" {
		b.WriteString("kind " + text.Quote(e.Kind) + ": ")
	}
	if e.Action != "" {
		b.WriteString("action " + text.Quote(e.Action) + ": ")
	}
	if e.Err == nil {
		return b.String() + "unknown problem"
	}
	return b.String() + e.Err.Error()
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }
