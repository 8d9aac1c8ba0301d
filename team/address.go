package team

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/ambit-authz/ambit/internal/text"
)

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
// beyond ASCII are refused rather than normalised: each normalisation has made
// two mailboxes one, or one mailbox two, in some product. Nothing is stripped
// either; a+b and a.b are other mailboxes than a and ab. The file
// testdata/addresses.txt has an example of each rule, and the tests run them.
type Address struct {
	text string
}

// ParseAddress reads an address, and keeps it as it is written. The error is an
// [*Error] that wraps [ErrAddress] and says which part is wrong.
func ParseAddress(s string) (Address, error) {
	if wrong := fault(s); wrong != "" {
		return Address{}, &Error{Address: s, Err: fmt.Errorf("%w: %s", ErrAddress, wrong)}
	}
	return Address{s}, nil
}

// MustParseAddress is [ParseAddress] for addresses in the source code, such as
// in tests and examples. It panics if the text is no address.
func MustParseAddress(s string) Address {
	a, err := ParseAddress(s)
	if err != nil {
		panic(err)
	}
	return a
}

// fault says what keeps s from being an address, "" if nothing does.
func fault(s string) string {
	if len(s) > maxAddress {
		return fmt.Sprintf("it is longer than %d bytes", maxAddress)
	}
	local, domain, found := strings.Cut(s, "@")
	switch {
	case !found:
		return "there is no @"
	case !validLocal(local):
		return "the part before the @ is not valid: " + localCure(local)
	case !validDomain(domain):
		return "the domain is not valid: " + domainCure(domain)
	}
	return ""
}

// String returns the address as it was written.
func (a Address) String() string { return a.text }

// IsZero reports whether a is no address.
func (a Address) IsZero() bool { return a.text == "" }

// MarshalText writes a as String does. The zero Address is the empty text,
// which cannot be read back.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.text), nil }

// UnmarshalText reads an address as [ParseAddress] does. If it fails, a becomes
// the zero Address.
func (a *Address) UnmarshalText(data []byte) (err error) {
	*a, err = ParseAddress(string(data))
	return err
}

// Key returns what tells mailboxes apart: the address with its ASCII letters
// in lower case. Letters beyond ASCII are not folded: the Kelvin sign is not
// a k.
func (a Address) Key() string { return text.Lower(a.text) }

// Equal reports whether a and b are one mailbox. The zero Address equals none.
func (a Address) Equal(b Address) bool {
	return !a.IsZero() && a.Key() == b.Key()
}

// localCure says what to do about a local part that is not valid.
func localCure(s string) string {
	switch {
	case s == "":
		return "it is empty"
	case strings.HasPrefix(text.Lower(s), "mailto:"):
		return "leave out mailto:"
	case strings.Contains(s, "<"):
		return "write the address alone, without a name and without < and >"
	case strings.HasPrefix(s, `"`):
		return "an address in which it stands in quotes is not supported"
	case strings.TrimSpace(s) != s:
		return "leave out the spaces around the address"
	case len(s) > maxLocal:
		return fmt.Sprintf("it is longer than %d bytes", maxLocal)
	case strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".") || strings.Contains(s, ".."):
		return "a dot stands at one of its ends, or beside another"
	}
	return "write ASCII letters, digits, dots and !#$%&'*+-/=?^_`{|}~"
}

// domainCure says what to do about a domain that is not valid.
func domainCure(s string) string {
	switch {
	case s == "":
		return "it is empty"
	case strings.TrimSpace(s) != s:
		return "leave out the spaces around the address"
	case strings.HasPrefix(s, "["):
		return "write a name in place of the number of a computer"
	case strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII }):
		return "write it in its ASCII form, in which a label begins with xn--"
	}
	for label := range strings.SplitSeq(text.Lower(s), ".") {
		if strings.HasPrefix(label, "xn--") && (label == "xn--" || strings.HasSuffix(label, "-")) {
			return "what follows xn-- is no encoded name; write a name of plain letters without xn--"
		}
	}
	return "write letters, digits and hyphens, with dots between the parts"
}

// validLocal reports whether s is a dot-atom (RFC 5322 §3.2.3).
func validLocal(s string) bool {
	if len(s) > maxLocal {
		return false
	}
	before := byte('.')
	for i := range len(s) {
		if s[i] == '.' && before == '.' || s[i] != '.' && !inLocal[s[i]] {
			return false
		}
		before = s[i]
	}
	return before != '.'
}

// validDomain reports whether s is a host name of letters, digits and hyphens.
//
// A label that is only xn-- is refused. So is, like any label, one that ends in a
// hyphen. Those two are exactly the encoded labels that decode to plain ASCII,
// and so would be a second name of a mailbox.
func validDomain(s string) bool {
	start := 0 // of the label
	for i := range len(s) {
		if s[i] == '.' {
			if !validLabel(s[start:i]) {
				return false
			}
			start = i + 1
		} else if !inLabel[s[i]] {
			return false
		}
	}
	return validLabel(s[start:])
}

// validLabel reports whether a label of valid characters is one of a host name.
func validLabel(s string) bool {
	return s != "" && len(s) <= maxLabel && s[0] != '-' && s[len(s)-1] != '-'
}

// The characters of a label, and those between the dots of a local part.
const (
	labelCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"
	localCharacters = labelCharacters + "!#$%&'*+/=?^_`{|}~"
)

var inLabel, inLocal = bytesOf(labelCharacters), bytesOf(localCharacters)

// bytesOf returns a table of the bytes that are in s.
func bytesOf(s string) (in [256]bool) {
	for i := range len(s) {
		in[s[i]] = true
	}
	return in
}
