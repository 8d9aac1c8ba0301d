package audit

// jsonLength returns how long the value is that b begins with, in JSON without
// white space outside of strings, nested at most maxDepth deep. It is 0 if b does
// not begin with one. Whether strings are UTF-8 is not looked at.
func jsonLength(b []byte) int {
	v := jsonValue{b: b}
	if !v.value(0) {
		return 0
	}
	return v.at
}

// jsonValue is a value in JSON that is being read.
type jsonValue struct {
	b  []byte
	at int
}

// next returns the byte that comes next, 0 at the end: no value has it there.
func (v *jsonValue) next() byte {
	if v.at == len(v.b) {
		return 0
	}
	return v.b[v.at]
}

// skip reads a byte that must come next.
func (v *jsonValue) skip(c byte) bool {
	if v.next() != c {
		return false
	}
	v.at++
	return true
}

// value reads a value that is nested so deep.
func (v *jsonValue) value(depth int) bool {
	switch v.next() {
	case '{':
		return v.list(depth+1, '}', func() bool { return v.text() && v.skip(':') && v.value(depth+1) })
	case '[':
		return v.list(depth+1, ']', func() bool { return v.value(depth + 1) })
	case '"':
		return v.text()
	case 't':
		return v.word("true")
	case 'f':
		return v.word("false")
	case 'n':
		return v.word("null")
	}
	return v.number()
}

// list reads an array or object: items with commas between them, up to its end.
func (v *jsonValue) list(depth int, end byte, item func() bool) bool {
	if v.at++; depth > maxDepth {
		return false
	}
	if v.skip(end) {
		return true
	}
	for item() {
		if v.skip(end) {
			return true
		}
		if !v.skip(',') {
			return false
		}
	}
	return false
}

func (v *jsonValue) word(word string) bool {
	if len(v.b)-v.at < len(word) || string(v.b[v.at:v.at+len(word)]) != word {
		return false
	}
	v.at += len(word)
	return true
}

// text reads a string.
func (v *jsonValue) text() bool {
	if !v.skip('"') {
		return false
	}
	for ; v.at < len(v.b); v.at++ {
		switch c := v.b[v.at]; {
		case c == '"':
			v.at++
			return true
		case c < ' ':
			return false
		case c == '\\':
			if v.at++; !v.escape() {
				return false
			}
		}
	}
	return false
}

// escape reads all but the last byte of what follows a backslash.
func (v *jsonValue) escape() bool {
	switch v.next() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		for range 4 {
			v.at++
			c := v.next() | 0x20 // lower case
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') || v.next() < '0' {
				return false
			}
		}
		return true
	}
	return false
}

// number reads a number.
func (v *jsonValue) number() bool {
	v.skip('-')
	if !v.skip('0') && !v.digits() {
		return false
	}
	if v.skip('.') && !v.digits() {
		return false
	}
	if v.skip('e') || v.skip('E') {
		if !v.skip('+') {
			v.skip('-')
		}
		return v.digits()
	}
	return true
}

// digits reads digits, of which there must be one.
func (v *jsonValue) digits() bool {
	from := v.at
	for c := v.next(); '0' <= c && c <= '9'; c = v.next() {
		v.at++
	}
	return v.at > from
}
