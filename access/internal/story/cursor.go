package story

import (
	"errors"
	"fmt"
	"strings"

	"github.com/ambit-authz/ambit/access"
)

// cursor reads the words of a line, one by one.
type cursor struct {
	rest []word
}

// wrongForm is the error about a line with too few or too many words.
func wrongForm(usage string) error { return fmt.Errorf("write %s", usage) }

func (c *cursor) next() (w word, ok bool) {
	if len(c.rest) == 0 {
		return word{}, false
	}
	w, c.rest = c.rest[0], c.rest[1:]
	return w, true
}

// done refuses words that are left over.
func (c *cursor) done(usage string) error {
	if len(c.rest) == 0 {
		return nil
	}
	return fmt.Errorf("%q is one word too many: %w", c.rest[0].text, wrongForm(usage))
}

// subject reads who asks, within a team if there is one.
func (c *cursor) subject(scope *string, usage string) (access.Subject, error) {
	w, ok := c.next()
	if w.is("link") {
		w, ok = c.next()
		if ok && scope != nil {
			return access.Subject{}, fmt.Errorf(`link %s is always asked in the scope it was made in: write "company" above this line`, w.text)
		}
		if ok {
			return access.ViaLink(access.LinkID(w.text)), nil
		}
	}
	switch {
	case !ok:
		return access.Subject{}, wrongForm(usage)
	case w.is("nobody"):
		return access.Subject{}, nil
	case scope != nil:
		return access.Session(w.text, *scope), nil
	}
	return access.User(w.text), nil
}

// resource reads what an action is asked of: one word, or three words of which
// the second is in.
func (c *cursor) resource(usage string) (access.Resource, error) {
	w, ok := c.next()
	if !ok {
		return access.Resource{}, wrongForm(usage)
	}
	text := []string{w.text}
	if len(c.rest) > 0 && c.rest[0].is("in") {
		in, _ := c.next()
		place, ok := c.next()
		if !ok || !strings.HasPrefix(place.text, "account:") {
			return access.Resource{}, wrongForm(w.text + " in account:ACCOUNT")
		}
		text = append(text, in.text, place.text)
	}
	return access.ParseResource(strings.Join(text, " "))
}

// because reads the reason of an answer, "" if there is none.
func (c *cursor) because(allow bool, usage string) (access.Reason, error) {
	if len(c.rest) == 0 || !c.rest[0].is("because") {
		return "", nil
	}
	c.next()
	code, ok := c.next()
	if !ok {
		return "", wrongForm(usage)
	}
	return parseReason(code.text, allow)
}

// atLeast reads the two words at least, if they come next.
func (c *cursor) atLeast() (bool, error) {
	if len(c.rest) == 0 || !c.rest[0].is("at") {
		return false, nil
	}
	c.next()
	if w, ok := c.next(); !ok || !w.is("least") {
		return false, errors.New(`"at" is the beginning of "at least": put it in quotes if it is an id, and the time in a line of its own above`)
	}
	return true, nil
}
