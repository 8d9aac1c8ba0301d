package story

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/internal/text"
)

// meant are the verbs that people write in other words.
var meant = map[string]string{
	"can": "allow", "may": "allow", "permit": "allow", "grant": "allow",
	"cannot": "deny", "can't": "deny", "forbid": "deny", "reject": "deny", "refuse": "deny", "never": "deny", "not": "deny", "no": "deny",
	"view": "sees", "views": "sees", "open": "opens", "reads": "opens",
	"session": "team", "within": "team", "on": "at", "when": "at", "from": "at", "since": "at", "after": "at", "before": "at", "time": "at", "date": "at",
	"users": "subjects", "user": "subjects", "people": "subjects", "who": "subjects", "accounts": "resources", "account": "resources", "what": "resources", "verbs": "actions",
	"scenario": "story", "feature": "story", "test": "story", "title": "story", "table": "matrix",
}

// fillers are what people write before a verb.
var fillers = []string{"-", "*", "•", "|", "and", "then", "also", "but", "or", "given", "if", "please", "so"}

// unknownVerb is the error about a line that begins with another word than those
// known where it is: what was meant, or else what there is.
func unknownVerb(verb word, c *cursor, where string, known []string) error {
	begin := strings.ToLower(strings.TrimRight(verb.text, ":.,"))
	switch first, _, _ := strings.Cut(verb.text, " "); {
	case verb.quoted && slices.Contains(known, first):
		return fmt.Errorf("%s begins with a word in quotes: write %s without", where, first)
	case strings.HasPrefix(verb.text, "//"), strings.HasPrefix(verb.text, "--"), strings.HasPrefix(verb.text, "/*"):
		return fmt.Errorf("%s cannot begin with %q: a comment begins with #", where, verb.text)
	case strings.HasPrefix(verb.text, "<<<<<<<"), strings.HasPrefix(verb.text, "======="), strings.HasPrefix(verb.text, ">>>>>>>"):
		return fmt.Errorf("a merge has left %s here: keep one of the two versions, and remove this line", verb.text[:7])
	case verb.is("because"):
		return errors.New(`a line cannot begin with "because": write it at the end of the line above`)
	case slices.Contains(fillers, begin) && len(c.rest) > 0 && verbOf(c.rest[0], known) != "":
		return fmt.Errorf("%s cannot begin with %q: write it without", where, verb.text)
	case slices.Contains(known, meant[begin]):
		return fmt.Errorf("%s cannot begin with %q; did you mean %q?", where, verb.text, meant[begin])
	}
	if near := text.Nearest(verb.text, slices.Values(known)); near != "" {
		return fmt.Errorf("%s cannot begin with %q%s", where, verb.text, didYouMean(verb.text, slices.Values(known)))
	}
	for i, w := range c.rest[:min(2, len(c.rest))] {
		if of := verbOf(w, known); of != "" {
			who := append([]word{verb}, c.rest[:i]...)
			return fmt.Errorf(`%s cannot begin with %q: write "%s %s" and the rest`, where, verb.text, of, who[len(who)-1].text)
		}
	}
	return fmt.Errorf("%s cannot begin with %q: it begins with %s", where, verb.text, oneOf(known))
}

// verbOf returns the verb that a word is or means, "" if none.
func verbOf(w word, known []string) string {
	for _, v := range []string{w.text, meant[w.text]} {
		if !w.quoted && slices.Contains(known, v) {
			return v
		}
	}
	return ""
}

// oneOf lists words.
func oneOf(words []string) string {
	last := len(words) - 1
	switch last {
	case -1:
		return "nothing"
	case 0:
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// notResource is the error about a word where a resource should be: how it would
// be one, as far as the words tell.
func notResource(w word, next []word, usage string) error {
	kind, id, found := strings.Cut(strings.NewReplacer("=", ":", "/", ":").Replace(w.text), ":")
	switch {
	case w.quoted:
	case words[w.text] == everything || w.text == "nothing":
		return fmt.Errorf("%q is not a resource: write a line for each, or a matrix", w.text)
	case found && id == "" && len(next) > 0:
		return fmt.Errorf("%q is not a resource: write %s%s without a space", w.text, w.text, next[0].text)
	case found && !strings.Contains(w.text, ":"):
		return fmt.Errorf("%q is not a resource: write %s:%s", w.text, kind, id)
	case strings.Contains(w.text, "."):
		return fmt.Errorf("%q is where the resource should be, and is none: %w", w.text, wrongForm(usage))
	case len(next) > 0 && strings.Contains(next[0].text, ":"):
		return fmt.Errorf("%q is one word too many: write %s alone", w.text, next[0].text)
	case len(next) > 0 && !next[0].is("because") && isKind(w.text):
		return fmt.Errorf("%q is not a resource: write %s:%s", w.text, w.text, next[0].text)
	case !found:
		return fmt.Errorf("%q is not a resource: write its kind before it, as in account:%s", w.text, w.text)
	}
	return fmt.Errorf("%q is not a resource: write kind:id, as in account:us-1 or report:q3", w.text)
}

// isKind reports whether a word is a kind that every policy has.
func isKind(name string) bool {
	return slices.Contains([]access.Kind{access.KindUser, access.KindAccount, access.KindGroup, access.KindTeam, access.KindReport, access.KindLink, access.KindRole}, access.Kind(name))
}

// shapes are what people write for a day or a time, and what is wrong with it. The
// first that fits is told.
var shapes = []struct {
	shape func() *regexp.Regexp
	wrong string
}{
	{shape(`\d{4}-\d\d-\d\d`), "%q is not in the calendar: write a day that there is, as in 2027-01-31"},
	{shape(`\d{1,4}[/.]\d{1,2}[/.]\d{1,4}\.?`), "%q can be read in two ways: write the year, the month and the day, as in 2027-01-31"},
	{shape(`\d{1,4}-\d{1,2}-\d{1,2}`), "%q lacks digits: write four for the year, two for the month and two for the day, as in 2027-01-31"},
	{shape(`\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?`), "%q has no time zone: write Z at its end for UTC, or an offset, as in 2027-01-31T09:00:00+01:00"},
	{shape(`\d{4}-\d\d-\d\dT\d\d:\d\d(Z|[+-]\d\d:\d\d)`), "%q has no seconds: write them, as in 2027-01-31T09:00:00Z"},
	{shape(`(?i:(to|yester)day|tomorrow|now|\w+day|soon)`), "%q is another day tomorrow: write one that stays, as in 2027-01-31"},
}

// shape returns what compiles a pattern of a whole word, once it is needed: a file
// may have many lines with a broken time.
func shape(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^(" + pattern + ")$") })
}

// notTime is the error about a word that is no time.
func notTime(word string) error {
	for _, s := range shapes {
		if s.shape().MatchString(word) {
			return fmt.Errorf(s.wrong, word)
		}
	}
	return fmt.Errorf("%q is neither a day nor a time: write one as in 2027-01-31 or 2027-01-31T09:00:00Z", word)
}

// parseDay reads a day, which begins in UTC, or an instant.
func parseDay(word string) (time.Time, error) {
	at, err := text.ParseEnd(word)
	if err != nil || !at.After(beginning()) {
		return time.Time{}, notTime(word)
	}
	return at, nil
}

// errComment is the error about a comment that is read as a part of a word.
var errComment = errors.New("a comment needs a space before its #, or an id quotes around it")

// extra is the error about a word that follows a complete line.
func extra(w word, before word, usage string) error {
	reasons := append(allowReasons(), denyReasons()...)
	switch {
	case w.quoted:
	case slices.Contains(reasons, access.Reason(w.text)):
		return fmt.Errorf("a word is missing before %s: write \"because %s\"", w.text, w.text)
	case text.Nearest(w.text, slices.Values([]string{"because"})) != "":
		return fmt.Errorf(`%q is one word too many; did you mean "because"?`, w.text)
	case strings.Contains(before.text, "#"):
		return errComment
	case w.text == `\`:
		return errors.New("a line does not go on in the next one: write it in one line")
	case w.text == "at" || w.text == "on":
		return fmt.Errorf("the time is not in this line: write it above, as in at 2027-01-31")
	case w.text == "since" || w.text == "as" || w.text == "for" || w.text == "why":
		return fmt.Errorf(`%q is one word too many; did you mean "because"?`, w.text)
	case strings.Contains(w.text, ":") && strings.Contains(before.text, ":"):
		return fmt.Errorf("%s is one resource too many: write a line for each, or a matrix", w.text)
	case strings.Contains(before.text, ":"):
		return fmt.Errorf("%q is one word too many: remove it, or if the id has a space, write %q in quotes", w.text, strings.Trim(before.text, `\`)+" "+w.text)
	}
	return fmt.Errorf("%q is one word too many: %w", w.text, wrongForm(usage))
}

// likely reports whether a word is another, but for capitals and a colon.
func likely(w word, keyword string) bool {
	return strings.EqualFold(strings.TrimRight(w.text, ":.,"), keyword)
}
