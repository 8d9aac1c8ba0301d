package team

import (
	"errors"
	"fmt"
	"strings"
)

// ErrAddress is wrapped by every error of [ParseAddress].
var ErrAddress = errors.New("not a bare e-mail address")

// The limits of RFC 5321 §4.5.3.1 and RFC 1035 §2.3.4, in bytes.
const (
	maxAddress = 254
	maxLocal   = 64
	maxLabel   = 63
)

// Address is an e-mail address as somebody wrote it, known to be well formed.
//
// It is bare (local@domain), ASCII, and at most 254 bytes. Display names,
// comments, quoted local parts, address literals, trailing dots and anything
// beyond ASCII are refused rather than normalised: every cleverness here has
// made two mailboxes one, or one mailbox two, in somebody's product. Nothing
// is stripped either; a+b and a.b are other mailboxes than a and ab.
type Address struct {
	text string
}

// ParseAddress reads an address. The error wraps [ErrAddress] and says which
// part is wrong.
func ParseAddress(text string) (Address, error) {
	if len(text) > maxAddress {
		return Address{}, fmt.Errorf("team: %w: longer than %d bytes", ErrAddress, maxAddress)
	}
	local, domain, found := strings.Cut(text, "@")
	switch {
	case !found:
		return Address{}, fmt.Errorf("team: %q: %w: there is no @", text, ErrAddress)
	case !validLocal(local):
		return Address{}, fmt.Errorf("team: %q: %w: bad local part", text, ErrAddress)
	case !validDomain(domain):
		return Address{}, fmt.Errorf("team: %q: %w: bad domain", text, ErrAddress)
	}
	return Address{text}, nil
}

// String returns the address as it was written.
func (a Address) String() string { return a.text }

// IsZero reports whether a is no address.
func (a Address) IsZero() bool { return a.text == "" }

// MarshalText writes a as String does. The zero Address is the empty text, which
// cannot be read back.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.text), nil }

// UnmarshalText reads an address as [ParseAddress] does.
func (a *Address) UnmarshalText(text []byte) (err error) {
	*a, err = ParseAddress(string(text))
	return err
}

// Key returns what tells mailboxes apart: the address with its ASCII letters
// in lower case. Unicode folding has no part in it; the Kelvin sign is no k.
func (a Address) Key() string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, a.text)
}

// Equal reports whether a and b are one mailbox. The zero Address equals none.
func (a Address) Equal(b Address) bool {
	return !a.IsZero() && a.Key() == b.Key()
}

// validLocal reports whether s is a dot-atom (RFC 5322 §3.2.3).
func validLocal(s string) bool {
	if s == "" || len(s) > maxLocal {
		return false
	}
	for atom := range strings.SplitSeq(s, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool {
			return !isAlnum(r) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
		}) {
			return false
		}
	}
	return true
}

// validDomain reports whether s is a host name of letters, digits and hyphens.
//
// A label that starts with xn-- and has nothing behind it is refused. So is,
// like any label, one that ends in a hyphen: those two are just the encoded
// labels that decode to plain ASCII, and would be a second name of a mailbox.
func validDomain(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if strings.ContainsFunc(label, func(r rune) bool { return !isAlnum(r) && r != '-' }) {
			return false
		}
	}
	return true
}

func isAlnum(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}
