package role

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/internal/text"
)

// Place is what the things of a kind belong to: an account, or the company as a
// whole.
type Place uint8

const (
	InAccount Place = iota + 1 // an account: anyone who sees the account reaches the thing
	InCompany                  // the company: the thing is within everybody's reach
)

// String returns "account" or "company", and "Place(n)" for any other value.
func (p Place) String() string {
	switch p {
	case InAccount:
		return "account"
	case InCompany:
		return "company"
	}
	return fmt.Sprintf("Place(%d)", uint8(p))
}

// MarshalText writes the place as String does. It fails with [ErrPlace] for a
// value that is no place.
func (p Place) MarshalText() ([]byte, error) {
	if p != InAccount && p != InCompany {
		return nil, &Error{Err: fmt.Errorf("%w: this one is %v", ErrPlace, p)}
	}
	return []byte(p.String()), nil
}

// UnmarshalText reads "account" or "company". Anything else is [ErrPlace], and
// p stays as it is.
func (p *Place) UnmarshalText(name []byte) error {
	for _, known := range []Place{InAccount, InCompany} {
		if known.String() == string(name) {
			*p = known
			return nil
		}
	}
	return &Error{Err: fmt.Errorf("%w: this one is %s", ErrPlace, text.Quote(string(name)))}
}

// Kind declares a sort of resource of the host's: what its things belong to,
// and which actions may be asked of them. Whatever a catalog does not declare
// is denied to everybody, so that a misspelt name opens nothing. Like [Role] it
// is plain data.
//
// Three kinds are there already, and may list actions of the host's as well:
// "company", "account" and "report". The names of the other built-in kinds are
// not free: "user", "role", "team", "group", "link", "invitation", "attribute",
// "review" and "catalog".
type Kind struct {
	Name string `json:"name"` // formed like an [Action]

	// In is what the things of the kind belong to. It is zero for the built-in
	// kinds, and required for the others.
	In Place `json:"in,omitempty"`

	// Actions are the actions that may be asked of the kind, each listed once:
	// actions of the host's and, except at "account" and "report", the viewing
	// actions [ViewRecording], [ViewHeatmap], [ViewInsight] and
	// [FilterSession]. An action may be listed at several kinds. [ViewAccount]
	// may be asked of everything in an account without being listed. The order
	// means nothing; a catalog returns them in byte order.
	Actions []Action `json:"actions,omitempty"`

	// Link is the one of Actions that a share link to such a thing allows, to
	// anyone who has the link; choose one that only looks. "" means that the
	// kind has no links. Where there is one, [ShareSession] may be asked of the
	// kind as well. It is "" for the built-in kinds: a link to a report allows
	// [ViewReport], and the other two have none.
	Link Action `json:"link,omitempty"`
}

// builtInKinds says of each name that is not the host's to declare whether
// actions of the host's may be listed there.
var builtInKinds = map[string]bool{
	"company": true, "account": true, "report": true,
	"user": false, "role": false, "team": false, "group": false, "link": false,
	"invitation": false, "attribute": false, "review": false, "catalog": false,
}

// clone returns k with a slice of its own.
func (k Kind) clone() Kind {
	k.Actions = slices.Clone(k.Actions)
	return k
}

// canonical returns k with a slice of its own, in byte order, nil if empty.
func (k Kind) canonical() Kind {
	k.Actions = slices.Sorted(slices.Values(k.Actions))
	return k
}

// equal reports whether two canonical kinds are the same in every field.
func (k Kind) equal(l Kind) bool {
	return k.Name == l.Name && k.In == l.In && k.Link == l.Link && slices.Equal(k.Actions, l.Actions)
}

// declared returns the kinds of c, which may be nil.
func (c *Catalog) declared() []Kind {
	if c == nil {
		return nil
	}
	return c.kinds
}

// Kinds returns the kinds that were declared, in byte order of their names, each
// with its actions in byte order. The slice and all in it are the caller's.
// NewCatalog(c.Roles(), c.Kinds()...) equals c.
func (c *Catalog) Kinds() []Kind {
	kinds := make([]Kind, 0, len(c.declared()))
	for _, k := range c.declared() {
		kinds = append(kinds, k.clone())
	}
	return kinds
}

// Kind returns a copy of the named kind, and whether the catalog declares it.
// Of the built-in kinds it has those that list an action of the host's.
func (c *Catalog) Kind(name string) (Kind, bool) {
	i, ok := slices.BinarySearchFunc(c.declared(), name, func(k Kind, name string) int { return strings.Compare(k.Name, name) })
	if !ok {
		return Kind{}, false
	}
	return c.kinds[i].clone(), true
}
