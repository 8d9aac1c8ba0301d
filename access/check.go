package access

import (
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
	"github.com/ambit-authz/ambit/internal/text"
)

// check looks at one entry on its way into an Edit, and knows where to say what
// is wrong with it: in the Edit, for a change, or at a path of the document
// that is loaded.
type check struct {
	edit   *Edit
	failed bool

	op, id string // of a change: "set user" and the id of the user; in a document only the id

	loader *loader // of a document; nil for a change
	list   string  // "teams"
	index  int     // noIndex if the list is an object
	nested string  // "members", for an entry within an entry
	at     int
}

const noIndex = -1

// fail notes what is wrong with a field, if anything is, and reports that. The
// field is "" for the entry as a whole. Of a change the first thing counts, of
// a document all do.
func (c *check) fail(field string, err error) bool {
	if err == nil {
		return false
	}
	if c.loader != nil && c.loader.follows(err) {
		c.failed, c.loader.failed.places[c.place()] = true, true
		return true
	}
	if c.told() {
		err = suggest(err, &c.edit.steps)
	}
	err = text.Cause(err)
	switch {
	case c.loader != nil && c.index == noIndex:
		c.loader.refuse(c.path(field), err)
	case c.loader != nil:
		c.loader.failed.places[c.place()] = true
		c.loader.problem(c.path(field), c.id, err)
	case !c.failed:
		c.edit.errs = append(c.edit.errs, &Error{Op: c.op, ID: c.id, Field: field, Err: err})
	}
	c.failed = true
	return true
}

// told reports whether what is wrong now will be told.
func (c *check) told() bool {
	if c.loader != nil {
		return c.loader.tells()
	}
	return !c.failed
}

// path returns where in the document a field is.
func (c *check) path(field string) string {
	if c.index == noIndex {
		return strictjson.Member(c.list, field)
	}
	p := fmt.Sprintf("%s[%d]", c.list, c.index)
	if c.nested != "" {
		p += fmt.Sprintf(".%s[%d]", c.nested, c.at)
	}
	if field != "" {
		p += "." + field
	}
	return p
}

// within turns to an entry within the entry, and reports whether it is to be set.
func (c *check) within(list string, i int) bool {
	c.nested, c.at, c.failed = list, i, false
	return c.begin()
}

// named checks the id of an entry. In a document no earlier entry may have it,
// sound or not.
func (c *check) named(what, id string, taken bool) bool {
	c.id = id
	if c.loader != nil && (taken || c.loader.isBroken(what, id)) {
		c.loader.share(c, id)
		return !c.fail("id", fmt.Errorf("id %s %w by an earlier entry", text.Quote(id), ErrTaken))
	}
	return !c.fail("id", validID("id", id))
}

// stops reports whether an entry cannot be set. Naming it elsewhere in the
// document is then no further problem.
func (c *check) stops(what, id string) bool {
	if c.failed && c.loader != nil {
		c.loader.broken[what+" "+id] = true
	}
	return c.failed
}

// namesBroken reports whether a name is that of an entry of the document that
// could not be set: what is wrong was said there.
func (c *check) namesBroken(what, id string) bool {
	if c.loader == nil || !c.loader.isBroken(what, id) {
		return false
	}
	c.failed = true
	return true
}

// end reads the end of an entry; "" is none. An end that time.Time would take
// for none is refused.
func (c *check) end(s string) time.Time {
	t, err := text.ParseEnd(s)
	if err != nil {
		c.fail("until", fmt.Errorf("end %s %w: it %w", text.Quote(s), ErrInvalid, err))
	}
	return t
}

// maxText is how many bytes a name or a description has at most.
const maxText = 4096

// name checks a name for people to read.
func (c *check) name(s string) {
	if err := text.Line(s, maxText); err != nil {
		c.fail("name", fmt.Errorf("name %w: it %w", ErrInvalid, err))
	}
}

// description checks a text of several lines.
func (c *check) description(s string) {
	if err := text.Lines(s, maxText); err != nil {
		c.fail("description", fmt.Errorf("description %w: it %w", ErrInvalid, err))
	}
}

// maxNote is how many bytes a note has at most.
const maxNote = 500

// note checks a remark.
func (c *check) note(s string) {
	if err := text.Line(s, maxNote); err != nil {
		c.fail("note", fmt.Errorf("note %w: it %w", ErrInvalid, err))
	}
}

// validID returns why an id is none, nil if it is one.
func validID(what, id string) error {
	if err := text.ID(id); err != nil {
		return fmt.Errorf("%s %s %w: it %w", what, text.Quote(id), ErrInvalid, err)
	}
	return nil
}

// sharedWith says that another entry of the list has what this one must have to
// itself.
func (c *check) sharedWith(id string) {
	if c.loader != nil {
		c.loader.share(c, id)
	}
}

// twice says that an entry within the entry is there twice.
func (c *check) twice(what, id string) error {
	shared := id
	if c.nested == "grants" {
		shared = what + " " + id
	}
	c.loader.share(c, shared)
	return listedTwice(what, id)
}

// listedTwice is the error of a list that names one thing twice.
func listedTwice(what, id string) error {
	return fmt.Errorf("%s %s %w: it is listed twice", what, text.Quote(id), ErrTaken)
}
