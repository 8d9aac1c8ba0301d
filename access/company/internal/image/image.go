// Package image writes values as bytes and reads them again, by one description of
// their form for both ways, so that the two cannot differ:
//
//	func point(c *image.Coder, p *Point) {
//		c.Uint(&p.X)
//		image.Text(c, &p.Name)
//	}
//
// What is read is not trusted: bytes in another form are an error, and make no more
// memory than they have bytes for.
//
// A [Coder] is for one goroutine. After its first error it does nothing more, and
// leaves what it was to read as it is.
package image

import (
	"encoding"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/company/internal/ordered"
	"github.com/ambit-authz/ambit/access/internal/persist"
)

// Coder writes values, or reads them.
type Coder struct {
	writing bool
	w       io.Writer
	b       []byte // what was written, or what is left to be read
	err     error

	token  *persist.Token // of everything that is read
	words  []string       // texts that come again and again, by number
	wordNo map[string]uint64

	pointers  []any // what several may point to, by number
	pointerNo map[any]uint64
}

// ErrForm: what is read is not in the form that was written.
var ErrForm = errors.New("it is not in its form")

// NewWriter returns a Coder that writes to w; see [Coder.Flush].
func NewWriter(w io.Writer) *Coder {
	return &Coder{writing: true, w: w, wordNo: make(map[string]uint64), pointerNo: make(map[any]uint64)}
}

// NewReader returns a Coder that reads b. Token is for everything that is made: it
// must be new, and not be used once reading has ended.
func NewReader(b []byte, token *persist.Token) *Coder { return &Coder{b: b, token: token} }

// Writing reports whether c writes.
func (c *Coder) Writing() bool { return c.writing }

// Token is for what the caller makes of what was read.
func (c *Coder) Token() *persist.Token { return c.token }

// Flush writes what is left, and returns the first error.
func (c *Coder) Flush() error {
	c.flush(0)
	return c.err
}

// flush writes what there is if it is long.
func (c *Coder) flush(long int) {
	if c.err == nil && len(c.b) > long {
		_, err := c.w.Write(c.b)
		c.b = c.b[:0]
		c.fail(err)
	}
}

// Err returns the first error.
func (c *Coder) Err() error { return c.err }

// End is the end of what is read: nothing may come after it.
func (c *Coder) End() error {
	if c.err == nil && !c.writing && len(c.b) > 0 {
		c.fail(ErrForm)
	}
	return c.err
}

// Fail notes an error of the caller's.
func (c *Coder) Fail(err error) { c.fail(err) }

// fail notes the first error.
func (c *Coder) fail(err error) {
	if c.err == nil && err != nil {
		c.err = err
		c.b = nil
	}
}

// Uint is a number.
func (c *Coder) Uint(v *uint64) {
	switch {
	case c.err != nil:
	case c.writing:
		c.b = binary.AppendUvarint(c.b, *v)
	default:
		n, size := binary.Uvarint(c.b)
		if size <= 0 {
			c.fail(ErrForm)
			return
		}
		*v, c.b = n, c.b[size:]
	}
}

// count is how many of something follow, each of which has a byte at least.
func (c *Coder) count(n int) int {
	v := uint64(n)
	c.Uint(&v)
	if !c.writing && v > uint64(len(c.b)) {
		c.fail(ErrForm)
		return 0
	}
	return int(v)
}

// Number is any kind of number that is not negative.
func Number[N ~int | ~uint8 | ~uint32](c *Coder, v *N) {
	n := uint64(*v)
	if c.Uint(&n); !c.writing { // others may read what is written
		*v = N(n)
	}
}

// Text is a text.
func Text[S ~string](c *Coder, v *S) {
	n := c.count(len(*v))
	switch {
	case c.err != nil:
	case c.writing:
		c.b = append(c.b, *v...)
		c.flush(64 << 10)
	default:
		*v, c.b = S(c.b[:n]), c.b[n:]
	}
}

// Word is a text that comes often, and is written once.
func Word[S ~string](c *Coder, v *S) {
	if c.writing {
		no, known := c.wordNo[string(*v)]
		if !known {
			no = uint64(len(c.wordNo) + 1)
			c.wordNo[string(*v)] = no
		}
		c.Uint(&no)
		if !known {
			Text(c, v)
		}
		return
	}
	var no uint64
	c.Uint(&no)
	switch n := uint64(len(c.words)); {
	case c.err != nil:
	case no == n+1:
		Text(c, v)
		c.words = append(c.words, string(*v))
	case no == 0 || no > n:
		c.fail(ErrForm)
	default:
		*v = S(c.words[no-1])
	}
}

// Time is an instant, in UTC.
func (c *Coder) Time(v *time.Time) {
	var is, nanos uint64
	if !v.IsZero() {
		is, nanos = uint64(v.Unix()-epoch), uint64(v.Nanosecond())+1
	}
	if c.Uint(&nanos); nanos > 0 {
		c.Uint(&is)
	}
	switch {
	case c.writing || c.err != nil:
	case nanos == 0:
		*v = time.Time{}
	default:
		*v = time.Unix(int64(is)+epoch, int64(nanos-1)).UTC()
	}
}

// epoch is the second of the first year.
var epoch = time.Time{}.Unix()

// Marshaled is what has a text of its own.
func Marshaled[T encoding.TextMarshaler, P interface {
	*T
	encoding.TextUnmarshaler
}](c *Coder, v *T) {
	var b []byte
	if c.writing {
		var err error
		if b, err = (*v).MarshalText(); err != nil {
			c.fail(err)
		}
	}
	s := string(b)
	if Text(c, &s); !c.writing && c.err == nil && s != "" {
		c.fail(P(v).UnmarshalText([]byte(s)))
	}
}

// JSON is a value by its JSON: for what there is little of.
func JSON[T any](c *Coder, v *T) {
	var s string
	if c.writing {
		b, err := json.Marshal(v)
		c.fail(err)
		s = string(b)
	}
	if Text(c, &s); !c.writing && c.err == nil {
		c.fail(json.Unmarshal([]byte(s), v))
	}
}

// List is a list of items.
func List[T any](c *Coder, all *[]T, item func(*T)) {
	n := c.count(len(*all))
	if !c.writing && n > 0 {
		*all = make([]T, 0, min(n, 1<<16))
	}
	for i := 0; i < n && c.err == nil; i++ {
		if !c.writing {
			var none T
			*all = append(*all, none)
		}
		item(&(*all)[i])
	}
}

// Book is the records of a book, in byte order of their ids: in which order they
// came into the book is forgotten.
func Book[T any](c *Coder, b *persist.Book[T], record func(*T)) {
	n := c.count(b.Len())
	if c.writing {
		ids := make([]string, 0, b.Len())
		for id := range persist.Items(b) {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		for _, id := range ids {
			_, rec, _ := b.Find(id)
			Text(c, &id)
			record(&rec)
		}
		return
	}
	for i := 0; i < n && c.err == nil; i++ {
		var id string
		var rec T
		Text(c, &id)
		if record(&rec); c.err == nil {
			b.Add(c.token, id, rec)
		}
	}
}

// Set is the members of an ordered set, of a type whose zero value comes before
// all others.
func Set[M ordered.Member[M]](c *Coder, s *ordered.Set[M], member func(*M)) {
	var all []M
	if c.writing {
		var least M // that no member comes before
		for m := range s.From(least) {
			all = append(all, m)
		}
	}
	List(c, &all, member)
	for i := 1; i < len(all); i++ {
		if !c.writing && all[i-1].Compare(all[i]) >= 0 {
			c.fail(ErrForm)
			return
		}
	}
	if !c.writing {
		*s = ordered.Of(all)
	}
}

// Optional is what a pointer is to, or nil.
func Optional[T any](c *Coder, p **T, value func(*T)) {
	var is uint64
	if *p != nil {
		is = 1
	}
	c.Uint(&is)
	if !c.writing && c.err == nil && is > 0 {
		*p = new(T)
	}
	if *p != nil && c.err == nil {
		value(*p)
	}
}

// Chain is a list of which the newest is known, and each knows the one before.
func Chain[T any](c *Coder, newest **T, before func(*T) **T, value func(*T)) {
	var all []*T
	if c.writing {
		for v := *newest; v != nil; v = *before(v) {
			all = append(all, v)
		}
	}
	List(c, &all, func(v **T) {
		if !c.writing {
			*v = new(T)
		}
		value(*v)
	})
	if c.writing || c.err != nil || len(all) == 0 {
		return
	}
	*newest = all[0]
	for i, v := range all[1:] {
		*before(all[i]) = v
	}
}

// Shared is what several pointers may be to: it is written once, and read as one.
func Shared[T any](c *Coder, p **T, value func(*T)) {
	if c.writing {
		no, known := c.pointerNo[*p]
		if *p == nil {
			no, known = 0, true
		}
		if !known {
			no = uint64(len(c.pointerNo) + 1)
			c.pointerNo[*p] = no
		}
		if c.Uint(&no); !known {
			value(*p)
		}
		return
	}
	var no uint64
	c.Uint(&no)
	switch n := uint64(len(c.pointers)); {
	case c.err != nil || no == 0:
	case no == n+1:
		*p = new(T)
		c.pointers = append(c.pointers, *p)
		value(*p)
	case no > n:
		c.fail(ErrForm)
	default:
		read, ok := c.pointers[no-1].(*T)
		if !ok {
			c.fail(ErrForm)
			return
		}
		*p = read
	}
}

// Bool is a truth value.
func (c *Coder) Bool(v *bool) {
	var n uint64
	if *v {
		n = 1
	}
	if c.Uint(&n); !c.writing {
		*v = n > 0
	}
}
