package model

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
)

// become is what becomes of a field that is old now.
func become[T any](o company.Optional[T], old T) T {
	if o.IsZero() {
		return old
	}
	v, _ := o.Get()
	return v
}

// orNone is a text as it is recorded: an empty one is none.
func orNone(o company.Optional[string]) company.Optional[string] {
	if text, ok := o.Get(); ok && text == "" {
		return company.None[string]()
	}
	return o
}

// zeroEnd is about an end that is said to be the zero time.
func zeroEnd(o company.Optional[time.Time]) string {
	until, ok := o.Get()
	return when(ok && until.IsZero(), "ErrInvalid")
}

// bounded is a list as it is recorded.
func bounded[T any](all []T) company.Bounded[T] {
	var b company.Bounded[T]
	var lines bytes.Buffer
	lines.Grow(64 * len(all))
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	for _, e := range all {
		if err := encoder.Encode(e); err != nil {
			panic(err)
		}
		if b.Count++; b.Count <= 100 {
			b.First = append(b.First, e)
		}
	}
	if b.Count > 0 {
		sum := sha256.Sum256(lines.Bytes())
		b.Digest = hex.EncodeToString(sum[:])
	}
	return b
}

// endLinks ends the links that a change ends, and returns which they are.
func (p *proposal) endLinks(ends func(Link) bool) []access.LinkID {
	var all []access.LinkID
	for _, id := range Keys(p.Links) {
		if l := p.Links[id]; !l.Ended && ends(l) {
			l.Ended = true
			p.Links[id] = l
			all = append(all, access.LinkID(id))
		}
	}
	return all
}

// everWas is about an id that nothing has or ever had.
func (p *proposal) everWas(kind, id string, exists bool) string {
	return when(!exists && (p.System == "" || !p.Used[kind+" "+id]), "ErrUnknown")
}

// toRemove is about something that is to be removed.
func (p *proposal) toRemove(kind, id string, exists bool) string {
	return first(p.everWas(kind, id, exists), when(!exists, "ErrNoChange"))
}
