package role

import (
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/internal/text"
)

// Name identifies a role within its catalog. A valid name is formed like an
// [Action]; names are equal when their bytes are.
type Name string

// Scope is how much data the holders of a role see. A wider scope is the
// greater value.
type Scope uint8

const (
	ByTeams Scope = iota // the accounts of the teams the holder belongs to
	AllData              // every account of the company
)

// String returns "teams" or "all", and "Scope(n)" for any other value.
func (s Scope) String() string {
	switch s {
	case ByTeams:
		return "teams"
	case AllData:
		return "all"
	}
	return fmt.Sprintf("Scope(%d)", uint8(s))
}

// MarshalText writes the scope as String does. It fails with [ErrUnknownScope]
// for a value that is no scope.
func (s Scope) MarshalText() ([]byte, error) {
	if s > AllData {
		return nil, &Error{Err: fmt.Errorf("%w: this one is %v", ErrUnknownScope, s)}
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads "teams" or "all". Anything else is [ErrUnknownScope], and
// s stays as it is.
func (s *Scope) UnmarshalText(name []byte) error {
	for _, known := range []Scope{ByTeams, AllData} {
		if known.String() == string(name) {
			*s = known
			return nil
		}
	}
	return &Error{Err: fmt.Errorf("%w: this one is %s", ErrUnknownScope, text.Quote(string(name)))}
}

// Role describes one role. It is plain data: [NewCatalog] checks it and keeps
// a copy, and a [Catalog] hands out copies, so changing a Role never changes a
// catalog. To vary a shipped catalog, change what [Catalog.Roles] returned and
// call NewCatalog again.
type Role struct {
	Name Name `json:"name"`

	// Title and Summary are shown to people, at most 128 and 512 bytes each:
	// one line of UTF-8 without control characters, invisible characters,
	// characters that change the direction of text, and spaces at either end.
	// Either may be empty.
	Title   string `json:"title,omitempty"`
	Summary string `json:"summary,omitempty"`

	// Capabilities are the actions a holder may take, each listed once. The
	// order means nothing; a catalog returns them in byte order. A role
	// without any is allowed.
	Capabilities []Action `json:"capabilities,omitempty"`

	// Scope is how much data a holder sees, given that the role holds
	// [ViewAccount].
	Scope Scope `json:"data,omitempty"`

	// Manages are the roles a holder may grant and take away, each listed
	// once; it gives no right unless the role also holds [GrantRole] or one of
	// the user actions. The order means nothing; a catalog returns them in
	// byte order.
	Manages []Name `json:"manages,omitempty"`

	// Offered says whether an invitation may offer the role.
	Offered bool `json:"offered,omitempty"`

	// Default says that the role is meant where one may be left out. At most
	// one role of a catalog is the default, and it is Offered.
	Default bool `json:"default,omitempty"`

	// MinHolders is how many active holders without an end of access must
	// remain. MaxHolders is how many users not removed, suspended and ended
	// ones included, may hold the role. Zero means no such bound.
	MinHolders int `json:"minHolders,omitempty"`
	MaxHolders int `json:"maxHolders,omitempty"`
}

// clone returns r with slices of its own.
func (r Role) clone() Role {
	r.Capabilities = slices.Clone(r.Capabilities)
	r.Manages = slices.Clone(r.Manages)
	return r
}

// canonical returns r with slices of its own, in byte order, nil if empty. Two
// roles that mean the same have the same canonical form.
func (r Role) canonical() Role {
	r.Capabilities = slices.Sorted(slices.Values(r.Capabilities))
	r.Manages = slices.Sorted(slices.Values(r.Manages))
	return r
}

// equal reports whether two canonical roles are the same in every field.
func (r Role) equal(s Role) bool {
	return r.Name == s.Name &&
		r.Title == s.Title &&
		r.Summary == s.Summary &&
		slices.Equal(r.Capabilities, s.Capabilities) &&
		r.Scope == s.Scope &&
		slices.Equal(r.Manages, s.Manages) &&
		r.Offered == s.Offered &&
		r.Default == s.Default &&
		r.MinHolders == s.MinHolders &&
		r.MaxHolders == s.MaxHolders
}
