package strictjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Format lays a JSON text out for people, always in the same way. An object or
// array stays on one line, with a space after each comma and colon, if that
// line has at most width characters: indentation, with name and room for a
// comma after it. Otherwise each of its members or items has its own line,
// indented by two more spaces, and is laid out in the same way. A newline ends
// the text. White space of the input does not count; the order of members and
// the spelling of strings and numbers are kept.
//
// Format is for texts the program has made itself: it has no limits. It returns
// ErrSyntax for what is not JSON.
func Format(text []byte, width int) ([]byte, error) {
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	l := layout{rest: compact.Bytes(), width: width}
	l.value(0, 0)
	return append(l.out, '\n'), nil
}

// layout moves a compact text from rest to out.
type layout struct {
	rest, out []byte
	width     int
}

// value moves one value. Its line is indented by indent and has used characters
// that are not the value's.
func (l *layout) value(indent, used int) {
	if c := l.rest[0]; c != '{' && c != '[' {
		l.move(scalarLen(l.rest))
		return
	}
	if n := fits(l.rest, l.width-used); n > 0 {
		l.flat(n)
		return
	}
	for more := true; more; more = l.rest[0] == ',' {
		l.move(1) // the bracket or the comma
		l.newline(indent + 2)
		used := indent + 2 + len(",")
		if n := nameLen(l.rest); n > 0 {
			used += utf8.RuneCount(l.rest[:n]) + len(" ")
			l.flat(n)
		}
		l.value(indent+2, used)
	}
	l.newline(indent)
	l.move(1)
}

// flat moves n bytes on one line.
func (l *layout) flat(n int) {
	for end := len(l.rest) - n; len(l.rest) > end; {
		c := l.rest[0]
		if c == '"' {
			l.move(scalarLen(l.rest))
			continue
		}
		l.move(1)
		if c == ',' || c == ':' {
			l.out = append(l.out, ' ')
		}
	}
}

func (l *layout) move(n int) {
	l.out = append(l.out, l.rest[:n]...)
	l.rest = l.rest[n:]
}

func (l *layout) newline(indent int) {
	l.out = append(l.out, '\n')
	l.out = append(l.out, bytes.Repeat([]byte(" "), indent)...)
}

// fits is the length of the object or array at the start of text if it takes at
// most room characters on one line or has nothing in it to break, otherwise 0.
// It looks no further than room reaches, so trying at every level stays cheap.
func fits(text []byte, room int) int {
	if text[1] == '}' || text[1] == ']' {
		return 2
	}
	depth := 0
	for i := 0; room > 0; {
		n, chars := 1, 1
		switch text[i] {
		case '"':
			n = scalarLen(text[i:])
			chars = utf8.RuneCount(text[i : i+n])
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',', ':':
			chars = 2
		}
		i, room = i+n, room-chars
		if depth == 0 && room >= 0 {
			return i
		}
	}
	return 0
}

// nameLen is the length of a member's name with its colon at the start of text,
// 0 if there is none.
func nameLen(text []byte) int {
	if text[0] != '"' {
		return 0
	}
	if n := scalarLen(text); n < len(text) && text[n] == ':' {
		return n + 1
	}
	return 0
}

// scalarLen is the length of the string, number or word at the start of text.
func scalarLen(text []byte) int {
	if text[0] != '"' {
		if n := bytes.IndexAny(text, ",]} \t\r\n"); n >= 0 {
			return n
		}
		return len(text)
	}
	for i := 1; ; i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}

// Marshal is json.Marshal, but leaves <, > and & as they are, so that filters
// stay readable.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
