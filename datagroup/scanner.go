package datagroup

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// tokenKind is what a token is.
type tokenKind uint8

const (
	endToken    tokenKind = iota
	wordToken             // an attribute, or a word of the language
	stringToken           // value is the string without quotes
	numberToken
	signToken // ( ) , or an operator in signs; also a character that belongs to no filter
	openToken // a string that is not closed
)

type token struct {
	kind   tokenKind
	offset int
	text   string // as written
}

// is reports whether t is that word or sign.
func (t token) is(text string) bool {
	return t.text == text && (t.kind == wordToken || t.kind == signToken)
}

// scanner cuts a text of valid UTF-8 into tokens.
type scanner struct {
	text   string
	offset int
}

// next returns the next token, and an endToken at the end, again and again.
func (s *scanner) next() token {
	for s.offset < len(s.text) && isBlank(s.text[s.offset]) {
		s.offset++
	}
	rest := s.text[s.offset:]
	if rest == "" {
		return token{offset: s.offset}
	}
	var t token
	switch c := rest[0]; {
	case isNameByte(c, true):
		t = token{kind: wordToken, text: rest[:span(rest, func(c byte) bool { return isNameByte(c, false) })]}
	case c == '\'' || c == '"':
		t = scanString(rest)
	case c == '-' || '0' <= c && c <= '9':
		t = scanNumber(rest)
	case strings.IndexByte("=!<>&|", c) >= 0:
		t = token{kind: signToken, text: rest[:span(rest, func(c byte) bool { return strings.IndexByte("=!<>&|", c) >= 0 })]}
	default:
		_, size := utf8.DecodeRuneInString(rest)
		t = token{kind: signToken, text: rest[:size]}
	}
	t.offset = s.offset
	s.offset += len(t.text)
	return t
}

// span returns how many bytes text has before the first one that is not in the
// class.
func span(text string, in func(byte) bool) int {
	for i := range len(text) {
		if !in(text[i]) {
			return i
		}
	}
	return len(text)
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// scanString scans the string that text begins with.
func scanString(text string) token {
	quote := text[0]
	for end := 1; ; {
		i := strings.IndexByte(text[end:], quote)
		if i < 0 {
			return token{kind: openToken, text: text}
		}
		if end += i + 1; end == len(text) || text[end] != quote {
			return token{kind: stringToken, text: text[:end]}
		}
		end++
	}
}

// value returns what a stringToken stands for.
func (t token) value() string {
	quote := t.text[:1]
	return strings.ReplaceAll(t.text[1:len(t.text)-1], quote+quote, quote)
}

// scanNumber scans the number that text begins with, and whatever is stuck to
// it, so that 12abc is one mistake.
func scanNumber(text string) token {
	end := 1
	for end < len(text) {
		c, before := text[end], text[end-1]
		exponent := (c == '-' || c == '+') && (before == 'e' || before == 'E')
		if !exponent && c != '.' && !isNameByte(c, true) && !('0' <= c && c <= '9') {
			break
		}
		end++
	}
	return token{kind: numberToken, text: text[:end]}
}

// parseNumber returns the number written as text, or why it is none.
func parseNumber(text string) (f float64, problem string) {
	const digits = "0123456789"
	f, err := strconv.ParseFloat(text, 64)
	switch {
	case strings.Trim(text, digits+"-+.eE") != "" || err != nil && f == 0:
		return 0, "is not a number"
	case f > maxInteger || f < -maxInteger || f == maxInteger && text != "9007199254740992" || f == -maxInteger && text != "-9007199254740992":
		// A text just beyond 2^53 rounds to it, so 2^53 itself is taken only as
		// written canonically.
		return 0, "is beyond ±2^53; declare long ids as strings"
	}
	return f + 0, "" // -0 is 0
}
