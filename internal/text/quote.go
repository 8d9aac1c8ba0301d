package text

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxQuote is how many bytes of outside text a message repeats.
const maxQuote = 80

// Quote returns s in double quotes for a message, with escapes for what cannot
// be seen. Text of more than 80 bytes is cut, and an ellipsis follows, so that
// nobody can flood a log.
func Quote[S ~string](s S) string {
	if len(s) <= maxQuote {
		return strconv.Quote(string(s))
	}
	cut := maxQuote
	for cut > maxQuote-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strconv.Quote(string(s[:cut])) + "…"
}

// Plain returns s as it is, to be read in a sentence. What could break the
// sentence or mislead its reader, and what is longer than an id, is returned as
// [Quote] does.
func Plain[S ~string](s S) string {
	if len(s) > MaxID || !utf8.ValidString(string(s)) ||
		strings.ContainsFunc(string(s), func(r rune) bool { return !unicode.IsPrint(r) }) {
		return Quote(s)
	}
	return string(s)
}
