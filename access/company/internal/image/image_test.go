package image_test

import (
	"bytes"
	"cmp"
	"errors"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company/internal/image"
	"github.com/ambit-authz/ambit/access/company/internal/ordered"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/audit"
)

// thing has one of each form.
type thing struct {
	n      uint64
	small  uint8
	is     bool
	name   string
	role   string
	at     time.Time
	never  time.Time
	hash   audit.Hash
	object struct{ A, B int }
	list   []string
	ranks  ordered.Set[rank]
	ages   persist.Book[uint64]
	first  *cause
	same   *cause
	none   *cause
	maybe  *uint64
	not    *uint64
	newest *link
}

type rank int

func (r rank) Compare(o rank) int { return cmp.Compare(r, o) }

type cause struct{ by string }

type link struct {
	n      uint64
	before *link
}

func (x *thing) code(c *image.Coder) {
	c.Uint(&x.n)
	image.Number(c, &x.small)
	c.Bool(&x.is)
	image.Text(c, &x.name)
	image.Word(c, &x.role)
	image.Word(c, &x.role)
	c.Time(&x.at)
	c.Time(&x.never)
	image.Marshaled(c, &x.hash)
	image.JSON(c, &x.object)
	image.List(c, &x.list, func(v *string) { image.Word(c, v) })
	image.Set(c, &x.ranks, func(v *rank) { image.Number(c, v) })
	image.Book(c, &x.ages, c.Uint)
	for _, p := range []**cause{&x.first, &x.same, &x.none} {
		image.Shared(c, p, func(v *cause) { image.Text(c, &v.by) })
	}
	image.Optional(c, &x.maybe, c.Uint)
	image.Optional(c, &x.not, c.Uint)
	image.Chain(c, &x.newest, func(l *link) **link { return &l.before }, func(l *link) { c.Uint(&l.n) })
}

func sample() *thing {
	age := uint64(9)
	x := &thing{
		n: 1 << 63, small: 7, is: true, name: "é", role: "admin", at: time.Date(1, 2, 3, 4, 5, 6, 7, time.UTC), hash: audit.Hash{1, 2},
		list: []string{"admin", "", "b"}, ranks: ordered.Of([]rank{1, 5, 9}), first: &cause{"ann"}, maybe: &age,
		newest: &link{3, &link{2, &link{1, nil}}},
	}
	x.same, x.object.B = x.first, 4
	x.ages.Add(persist.NewToken(), "ann", 30)
	x.ages.Add(persist.NewToken(), "bob", 40)
	return x
}

func written(t *testing.T, x *thing) []byte {
	t.Helper()
	var b bytes.Buffer
	c := image.NewWriter(&b)
	x.code(c)
	if err := c.Flush(); err != nil || !c.Writing() {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestThereAndBack: what is read is what was written, and what was shared is.
func TestThereAndBack(t *testing.T) {
	for _, x := range []*thing{sample(), {}} {
		b := written(t, x)
		got := new(thing)
		c := image.NewReader(b, persist.NewToken())
		if got.code(c); c.End() != nil || c.Writing() || c.Token() == nil {
			t.Fatal(c.End())
		}
		if again := written(t, got); !bytes.Equal(again, b) {
			t.Errorf("%q is written again as %q", b, again)
		}
		if got.first != got.same || got.none != nil || got.not != nil || !got.at.Equal(x.at) || !got.never.IsZero() || got.n != x.n || got.hash != x.hash {
			t.Errorf("got %+v", got)
		}
	}
}

// TestNothingElse: what is cut is an error, and so is more; whatever the bytes, there
// is no panic.
func TestNothingElse(t *testing.T) {
	b := written(t, sample())
	read := func(b []byte) error {
		c := image.NewReader(b, persist.NewToken())
		new(thing).code(c)
		return c.End()
	}
	for n := range b {
		if err := read(b[:n]); !errors.Is(err, image.ErrForm) && err == nil {
			t.Errorf("cut at %d: no error", n)
		}
		for bit := range 8 {
			bad := bytes.Clone(b)
			bad[n] ^= 1 << bit
			_ = read(bad)
		}
	}
	if err := read(append(bytes.Clone(b), 0)); !errors.Is(err, image.ErrForm) {
		t.Errorf("more: %v", err)
	}
	for name, code := range map[string]func(*image.Coder){
		"a word that was not read": func(c *image.Coder) { image.Word(c, new(string)) },
		"a pointer that was not":   func(c *image.Coder) { p := new(cause); image.Shared(c, &p, func(*cause) {}) },
		"a long list":              func(c *image.Coder) { image.List(c, new([]string), func(*string) {}) },
		"no order":                 func(c *image.Coder) { image.Set(c, new(ordered.Set[rank]), func(v *rank) { image.Number(c, v) }) },
	} {
		c := image.NewReader([]byte{9, 1, 1, 1}, persist.NewToken())
		if name == "no order" {
			c = image.NewReader([]byte{2, 5, 5}, persist.NewToken())
		}
		if code(c); !errors.Is(c.Err(), image.ErrForm) {
			t.Errorf("%s: %v", name, c.Err())
		}
	}
	c := image.NewReader([]byte{1, 1, 'x', 1}, persist.NewToken())
	var one *cause
	var two *link
	image.Shared(c, &one, func(v *cause) { image.Text(c, &v.by) })
	if image.Shared(c, &two, func(*link) {}); !errors.Is(c.Err(), image.ErrForm) {
		t.Errorf("a pointer to something else: %v", c.Err())
	}
}

type failing struct{}

var errFull = errors.New("full")

func (failing) Write([]byte) (int, error) { return 0, errFull }

// TestWriteFails: the first error stays, that of the caller too.
func TestWriteFails(t *testing.T) {
	c := image.NewWriter(failing{})
	long := string(make([]byte, 100<<10))
	image.Text(c, &long)
	image.Text(c, &long)
	c.Fail(errors.New("another"))
	if err := c.Flush(); !errors.Is(err, errFull) {
		t.Errorf("Flush = %v", err)
	}
	c = image.NewWriter(failing{})
	bad := func() {}
	if image.JSON(c, &bad); c.Err() == nil {
		t.Error("a function has no JSON")
	}
}
