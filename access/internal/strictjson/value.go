package strictjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Kind is the kind of a JSON value.
type Kind int

// The kinds. None is no value: what stands there has been read, or the Reader
// has stopped.
const (
	None Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// String returns the word for the kind in messages.
func (k Kind) String() string {
	switch k {
	case Null:
		return "null"
	case Bool:
		return "boolean"
	case Number:
		return "number"
	case String:
		return "string"
	case Array:
		return "array"
	case Object:
		return "object"
	}
	return "nothing"
}

// Kind returns the kind of what the next read would take, and takes nothing.
func (r *Reader) Kind() Kind {
	if !r.ready || r.dead {
		return None
	}
	switch r.data[r.next()] {
	case '{':
		return Object
	case '[':
		return Array
	case '"':
		return String
	case 't', 'f':
		return Bool
	case 'n':
		return Null
	}
	return Number
}

// Text reads a string. Anything else is a problem and gives "".
func (r *Reader) Text() string {
	if !r.take(String) {
		return ""
	}
	s, whole := r.quoted()
	if !whole {
		r.report(errLone)
		return ""
	}
	return s
}

// Bool reads true or false. Anything else is a problem and gives false.
func (r *Reader) Bool() bool {
	if !r.take(Bool) {
		return false
	}
	return r.token()[0] == 't'
}

// Number reads a number as it is written, of any size and precision. Anything
// else is a problem and gives "".
func (r *Reader) Number() json.Number {
	if !r.take(Number) {
		return ""
	}
	return json.Number(r.token())
}

// Int64 reads an integer. Anything else is a problem and gives 0: a fraction,
// an exponent (also in 1e3) and a value out of range as well.
func (r *Reader) Int64() int64 {
	n := r.Number()
	if n == "" {
		return 0
	}
	i, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil {
		// The cause would quote the number, which may be as long as the text.
		r.report(fmt.Errorf("%w: want integer of 64 bits, found another number", ErrType))
		return 0
	}
	return i
}

// Skip takes a value of any kind. What is wrong inside it, such as a duplicate
// name, is reported all the same.
func (r *Reader) Skip() {
	switch r.Kind() {
	case None:
	case Object:
		for range r.Map() {
		}
	case Array:
		for range r.Array() {
		}
	case String:
		r.Text()
	default:
		r.ready = false
		r.token()
	}
}

// take reports whether the next value is of kind want, and marks it as read. If
// it is not, it reports and skips it.
func (r *Reader) take(want Kind) bool {
	got := r.Kind()
	if got == want {
		r.ready = false
		return true
	}
	r.report(fmt.Errorf("%w: want %v, found %v", ErrType, want, got))
	r.Skip()
	return false
}

// quoted takes a string, which may be a member's name. It is not whole if it
// has a lone surrogate, which encoding/json would replace.
func (r *Reader) quoted() (s string, whole bool) {
	token := r.token()
	if !bytes.Contains(token, []byte(`\`)) {
		return string(token[1 : len(token)-1]), true
	}
	err := json.Unmarshal(token, &s)
	return s, err == nil && !loneSurrogate(token)
}

// loneSurrogate reports whether a quoted string, known to be well formed,
// escapes one half of a surrogate pair without the other.
func loneSurrogate(quoted []byte) bool {
	for {
		_, escape, ok := bytes.Cut(quoted, []byte(`\`))
		if !ok {
			return false
		}
		quoted = escape[1:]
		first := codeUnit(escape)
		if !utf16.IsSurrogate(first) {
			continue
		}
		next, ok := bytes.CutPrefix(escape[5:], []byte(`\`))
		if !ok || utf16.DecodeRune(first, codeUnit(next)) == utf8.RuneError {
			return true
		}
		quoted = next[5:]
	}
}

// codeUnit reads uXXXX, an escape after its backslash. It is 0 for the other
// escapes.
func codeUnit(escape []byte) rune {
	if escape[0] != 'u' {
		return 0
	}
	n, _ := strconv.ParseUint(string(escape[1:5]), 16, 16) // four hexadecimal digits: the syntax has been checked
	return rune(n)
}
