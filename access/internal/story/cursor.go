package story

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/internal/text"
)

// cursor reads the words of a line, one by one.
type cursor struct {
	rest []word
}

// wrongForm is the error about a line with too few or too many words.
func wrongForm(usage string) error { return fmt.Errorf("write %s", usage) }

// lacks is the error about a line in which a word is missing.
func lacks(what, usage string) error { return fmt.Errorf("%s is missing: %w", what, wrongForm(usage)) }

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
	case !ok, w.is("because"):
		return access.Subject{}, lacks("the subject", usage)
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
	if !ok || w.is("because") {
		return access.Resource{}, lacks("the resource", usage)
	}
	words := w.text
	if len(c.rest) > 0 && c.rest[0].is("in") {
		in, _ := c.next()
		place, ok := c.next()
		switch {
		case !ok:
			return access.Resource{}, fmt.Errorf("the account is missing: write %s in account:ACCOUNT", w.text)
		case text.Nearest(place.text, slices.Values([]string{"company"})) != "":
			return access.Resource{}, fmt.Errorf(`%s is in the company without saying so: leave out "in company"`, w.text)
		case strings.Contains(w.text, "#"):
			return access.Resource{}, errComment
		case !strings.Contains(w.text, ":"):
			return access.Resource{}, fmt.Errorf("%q is a kind without an id: write %s:ID in %s", w.text, w.text, place.text)
		case w.text == place.text:
			return access.Resource{}, fmt.Errorf("an account is in no account: write %s alone", w.text)
		case !strings.Contains(place.text, ":"):
			return access.Resource{}, fmt.Errorf("%q is not an account: write %s in account:%s", place.text, w.text, place.text)
		case !strings.HasPrefix(place.text, "account:"):
			return access.Resource{}, fmt.Errorf("things are in an account, not in %s: write %s in account:ACCOUNT", place.text, w.text)
		}
		words += " " + in.text + " " + place.text
	}
	var r access.Resource
	if err := r.UnmarshalText([]byte(words)); err != nil {
		return r, notResource(w, c.rest, usage)
	}
	return r, nil
}

// because reads the reason of an answer, "" if there is none.
func (c *cursor) because(allow bool) (access.Reason, error) {
	if len(c.rest) == 0 || !c.rest[0].is("because") {
		return "", nil
	}
	c.next()
	code, ok := c.next()
	if !ok {
		return "", fmt.Errorf(`the reason after "because" is missing: write one, as in because %s`, exampleReason(allow))
	}
	reason, err := parseReason(code.text, allow)
	if n := len(c.rest); err != nil && n > 0 && n < 4 { // a reason in several words
		all := code.text
		for _, w := range c.rest {
			all += "-" + w.text
			if code, err := parseReason(w.text, allow); err == nil {
				return "", fmt.Errorf("a reason is one word: write because %s", code)
			}
		}
		if joined, err := parseReason(all, allow); err == nil {
			return "", fmt.Errorf("a reason is one word: write because %s", joined)
		}
	}
	return reason, err
}

// atLeast reads the two words at least, if they come next.
func (c *cursor) atLeast() (bool, error) {
	if len(c.rest) == 0 || !c.rest[0].is("at") {
		return false, nil
	}
	c.next()
	switch w, ok := c.next(); {
	case ok && w.is("least"):
		return true, nil
	case ok && w.is("most"):
		return false, errors.New(`there is no "at most": list exactly what there is, or some of it with "at least"`)
	}
	return false, errAt
}

// errAt is the error about an at within a list.
var errAt = errors.New(`"at" is no id here: write the time in a line of its own above, "at least" before the ids, or "at" in quotes`)
