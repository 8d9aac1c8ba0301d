package accesstest

import (
	"fmt"
	"iter"
	"maps"
	"strings"
	"unicode"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
)

// mistake is something wrong with a story file. That a policy is not as a story
// says is no mistake.
type mistake struct {
	file string
	line int // from 1; 0 is the file as a whole
	err  error
}

// Error returns the place and the cause.
func (m mistake) Error() string {
	if m.line == 0 {
		return fmt.Sprintf("%s: %v", m.file, m.err)
	}
	return fmt.Sprintf("%s:%d: %v", m.file, m.line, m.err)
}

// Unwrap returns the cause.
func (m mistake) Unwrap() error { return m.err }

// maxSuggest is how many names are looked through for one that was meant.
const maxSuggest = 10_000

// unknown is the error about a name that is not among the known ones.
type unknown struct {
	what, name string
	known      map[string]bool
}

// Error looks for the name that was meant, which costs a look at every known one.
func (u unknown) Error() string {
	names := maps.Keys(u.known)
	if len(u.known) > maxSuggest {
		names = func(func(string) bool) {}
	}
	return fmt.Sprintf("there is no %s %q%s", u.what, u.name, didYouMean(u.name, names))
}

// didYouMean ends a message about a word that is not known. What differs from it
// in other letters than those of ASCII may look the same, and is spelt out.
func didYouMean(word string, known iter.Seq[string]) string {
	switch near := strictjson.Suggest(word, known); {
	case near == "":
		return ""
	case beyondASCII(near) != beyondASCII(word):
		return fmt.Sprintf("; did you mean %+q in place of %+q?", near, word)
	default:
		return fmt.Sprintf("; did you mean %q?", near)
	}
}

// beyondASCII returns a text without the characters of ASCII.
func beyondASCII(text string) string {
	return strings.Map(func(r rune) rune {
		if r <= unicode.MaxASCII {
			return -1
		}
		return r
	}, text)
}
