package strictjson

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Config sets the limits of a [Reader]. Negative limits are as zero.
type Config struct {
	MaxBytes     int  // size of the text; 0 = any, since it is in memory already
	MaxDepth     int  // objects and arrays open at once, at most 10,000; 0 = 100
	MaxProblems  int  // problems kept before reading stops with ErrTooMany; 0 = 100
	Brief        bool // read on after MaxProblems, and report only which items of lists have more
	AllowUnknown bool // skip members not asked for instead of reporting them
}

// A Reader gives out the values of one JSON text from front to back. See the
// package comment for the rules.
//
// Each read method takes exactly one value: the whole text at first, then,
// within a loop over [Reader.Object], [Reader.Map] or [Reader.Array], the value
// of that member or item. A value the loop's body leaves unread is skipped.
// Reading where no value is left is a wrong type, so a slip in the caller
// cannot shift the values after it.
type Reader struct {
	data   []byte
	at     int // everything before it has been read
	config Config
	ready  bool // the value at the current place has not been read
	dead   bool // after a fatal problem and after Close
	found  []finding
	frames []frame // the whole text, then the current member or item of each open object and array
}

// deepest is the limit of encoding/json; beyond it, skipping would use up the
// stack.
const deepest = 10_000

// frame is a place in the text: a member or an item.
type frame struct {
	at    int    // where it starts
	key   string // of a member
	index int    // of an item, -1 for a member
}

// NewReader starts on data, which it keeps and which must not change until
// Close. Size, encoding and syntax are checked here, so that a text broken at
// its end is not read from its beginning; [Reader.Close] returns what is wrong.
func NewReader(data []byte, c Config) *Reader {
	c.MaxDepth = min(cmp.Or(max(c.MaxDepth, 0), 100), deepest)
	c.MaxProblems = cmp.Or(max(c.MaxProblems, 0), 100)
	r := &Reader{data: data, config: c, ready: true}
	switch {
	case c.MaxBytes > 0 && len(data) > c.MaxBytes:
		r.stop(0, ErrSize)
	case !utf8.Valid(data):
		r.stop(firstInvalid(data), ErrUnicode)
	case !json.Valid(data):
		r.stop(syntaxError(data))
	}
	r.frames = append(r.frames, frame{at: r.next()})
	return r
}

// Fail reports err, which must not be nil, about the current place: within a
// loop the member or item at hand, whether already read or not, otherwise the
// whole text.
func (r *Reader) Fail(err error) {
	r.report(err)
}

// Problems returns how many problems there are so far. A read that adds none took
// a value of its type.
func (r *Reader) Problems() int { return len(r.found) }

// Close returns every problem in order of position, nil if there is none. A
// text that was not read at all is skipped. Close must not be called within a
// loop. Calling it again gives the same.
func (r *Reader) Close() []Problem {
	r.Skip()
	r.dead = true
	return inOrder(r.data, r.found)
}

// next moves to the next token and returns its offset, or that of the end. The
// separators before it have been checked.
func (r *Reader) next() int {
	for ; r.at < len(r.data); r.at++ {
		switch r.data[r.at] {
		case ' ', '\t', '\r', '\n', ',', ':':
		default:
			return r.at
		}
	}
	return r.at
}

// token takes the next token, which is no bracket.
func (r *Reader) token() []byte {
	start := r.next()
	r.at += scalarLen(r.data[start:])
	return r.data[start:r.at]
}

// report adds a problem at the current place.
func (r *Reader) report(err error) {
	if r.dead {
		return
	}
	if len(r.found) >= r.config.MaxProblems {
		if r.config.Brief {
			r.reportItem()
		} else {
			r.stop(r.next(), ErrTooMany)
		}
		return
	}
	r.found = append(r.found, finding{path: r.path(), at: r.frames[len(r.frames)-1].at, err: err})
}

// reportItem adds a problem of the item that the current place is in, unless the
// one before was of it, too. A path that is short for each keeps the cost of all
// problems within that of the text.
func (r *Reader) reportItem() {
	depth := min(len(r.frames), 3)
	if len(r.frames) > 4 && r.frames[4].index >= 0 && len(r.frames[3].key) < maxListName {
		depth = 5
	}
	path := pathOf(r.frames[1:depth])
	if last := r.found[len(r.found)-1]; last.path != path {
		r.found = append(r.found, finding{path: path, at: r.frames[depth-1].at, err: ErrTooMany})
	}
}

// maxListName is the length of the name of a list within an item.
const maxListName = 16

// stop adds a fatal problem.
func (r *Reader) stop(at int, err error) {
	r.found = append(r.found, finding{at: at, err: err})
	r.dead = true
}

// firstInvalid is the offset of the first byte that is not UTF-8.
func firstInvalid(data []byte) int {
	at := 0
	for at < len(data) {
		c, size := utf8.DecodeRune(data[at:])
		if c == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}

// syntaxError returns what is wrong with a text that is not JSON, and where.
func syntaxError(data []byte) (at int, err error) {
	if len(bytes.TrimLeft(data, " \t\r\n")) == 0 {
		return max(len(data)-1, 0), fmt.Errorf("%w: it is empty", ErrSyntax)
	}
	err = json.Unmarshal(data, new(json.RawMessage))
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok && syntax.Offset > 0 {
		at = int(syntax.Offset) - 1 // it counts the offending byte as read
	}
	return at, fmt.Errorf("%w: %w", ErrSyntax, err)
}
