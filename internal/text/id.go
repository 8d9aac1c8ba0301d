package text

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxID is how many bytes an id has at most.
const MaxID = 256

var (
	errEmpty     = errors.New("is empty")
	errControl   = errors.New("has control characters")
	errHost      = errors.New("is not a host name or an address in ASCII")
	errChallenge = errors.New("is not an authentication scheme with parameters in printable ASCII")
)

// ID returns nil if s can be an id: 1 to [MaxID] bytes of UTF-8 without control
// characters.
func ID(s string) error {
	switch {
	case s == "":
		return errEmpty
	case len(s) > MaxID:
		return errLong(MaxID)
	case plainASCII(s):
		return nil
	case !utf8.ValidString(s):
		return errUTF8
	case strings.ContainsFunc(s, unicode.IsControl):
		return errControl
	}
	return nil
}

// Challenge returns nil if s can be the value of a WWW-Authenticate header: an
// authentication scheme and, after a space, anything in printable ASCII.
func Challenge(s string) error {
	scheme, _, _ := strings.Cut(s, " ")
	if scheme == "" || strings.ContainsAny(scheme, `"(),/:;<=>?@[\]{}`) || !plainASCII(s) {
		return errChallenge
	}
	return nil
}

// Host returns nil if s can be the host of a URL, with a port or without: a name
// or an address in ASCII. A URL parser takes placeholders such as <host>, too.
func Host(s string) error {
	if s == "" || strings.HasSuffix(s, ":") || strings.ContainsFunc(s, notHost) {
		return errHost
	}
	return nil
}

// notHost reports whether a character stands in no host, nor in its port.
func notHost(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-._:[]", r))
}
