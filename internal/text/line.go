package text

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	errUTF8     = errors.New("is not valid UTF-8")
	errEnds     = errors.New("begins or ends with a space")
	errOnly     = errors.New("has only spaces")
	errSelector = errors.New("has a variation selector that follows no visible character")
)

func errLong(most int) error { return fmt.Errorf("is longer than %d bytes", most) }

// Line returns nil if s is one line of text for people to read, of at most so
// many bytes: rules 1 and 2 of the package. The empty line is one.
func Line(s string, most int) error {
	if len(s) <= most && tidy(s) {
		return nil
	}
	if err := check(s, most); err != nil {
		return err
	}
	if first, last := ends(s); isSpace(first) || isSpace(last) {
		return errEnds
	}
	return nil
}

// Lines is [Line] for text of several lines: it may have line breaks ("\n" or
// "\r\n") and spaces at the ends, but not only those.
func Lines(s string, most int) error {
	if len(s) > most {
		return errLong(most) // also if what is replaced would make it shorter
	}
	if tidy(s) {
		return nil
	}
	flat := strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", " "), "\n", " ")
	if err := check(flat, most); err != nil {
		return err
	}
	if s != "" && strings.TrimFunc(flat, isSpace) == "" {
		return errOnly
	}
	return nil
}

// check is the part of [Line] without its ends.
func check(s string, most int) error {
	if len(s) > most {
		return errLong(most)
	}
	return Visible(s)
}

// Visible returns nil if s means what it looks like: rule 1 of the package.
func Visible(s string) error {
	switch {
	case plainASCII(s):
		return nil
	case !utf8.ValidString(s):
		return errUTF8
	}
	visible := false // whether the character before can have a selector
	for _, r := range s {
		if err := unseen(r, visible); err != nil {
			return err
		}
		visible = takesSelector(r)
	}
	return nil
}

// unseen returns nil if r means what it looks like. A selector does if the
// character before it takes one, which visible says.
func unseen(r rune, visible bool) error {
	switch {
	case unicode.IsControl(r):
		return fmt.Errorf("has the control character %U", r)
	case r == '\u2028' || r == '\u2029':
		return fmt.Errorf("has %U, which breaks the line", r)
	case unicode.Is(unicode.Variation_Selector, r):
		if !visible {
			return errSelector
		}
	case hidden(r):
		return fmt.Errorf("has %U, which is invisible or changes the direction of text", r)
	}
	return nil
}

// takesSelector reports whether a variation selector may follow r.
func takesSelector(r rune) bool { return !isSpace(r) && !unicode.Is(unicode.Variation_Selector, r) }

// Shown returns s with an escape of Go, such as \n or \u202e, in the place of
// each character that [Visible] refuses, and \xff in the place of a byte that is
// no UTF-8. What Visible accepts is returned as it is, backslashes too.
func Shown(s string) string {
	if Visible(s) == nil {
		return s
	}
	b := make([]byte, 0, len(s)+16)
	visible := false
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			b = fmt.Appendf(b, `\x%02x`, s[0])
			visible = false
		case unseen(r, visible) != nil:
			quoted := strconv.QuoteRuneToASCII(r)
			b = append(b, quoted[1:len(quoted)-1]...)
			visible = false
		default:
			b = append(b, s[:n]...)
			visible = takesSelector(r)
		}
		s = s[n:]
	}
	return string(b)
}

// plainASCII reports whether s is printable ASCII, which most text is.
func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// tidy reports whether s is printable ASCII without a space at either end or
// beside another, as most names are: such text keeps all rules, and a look at
// each byte tells.
func tidy(s string) bool {
	before := byte(' ')
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == ' ' && before == ' ' {
			return false
		}
		before = s[i]
	}
	return s == "" || before != ' '
}

// hidden reports whether r only changes how its neighbours look: Unicode's
// format characters, without the few that are visible signs, and what else
// Unicode says to ignore in display, such as the Hangul fillers.
func hidden(r rune) bool {
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

// isSpace reports whether r looks like a space. The empty Braille pattern does,
// but is no space to Unicode.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r == '\u2800' }

// ends returns the first and the last character of s, and utf8.RuneError if
// there are none.
func ends(s string) (first, last rune) {
	first, _ = utf8.DecodeRuneInString(s)
	last, _ = utf8.DecodeLastRuneInString(s)
	return first, last
}

// Lower returns s with its ASCII letters in lower case. Unicode folding has no
// part in it: it would make one word of words that differ, such as those with a
// Kelvin sign and with a k. Bytes that are no UTF-8 become U+FFFD.
func Lower(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return strings.Map(lower, s)
		}
	}
	return strings.ToLower(s) // which makes of ASCII what lower does, and costs less
}

func lower(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + ('a' - 'A')
	}
	return r
}

// Fold returns what two names have in common that must not both be given: s
// with its ASCII letters in lower case, and each run of spaces as one.
func Fold(s string) string {
	s = Lower(s)
	if tidy(s) {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, isSpace), " ")
}
