package accesstest

import (
	"fmt"
	"iter"
	"maps"

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

// unknown is the error about a name that is not among the known ones, with the
// nearest of them if one is near.
func unknown(what, name string, known map[string]bool) error {
	names := maps.Keys(known)
	if len(known) > maxSuggest {
		names = func(func(string) bool) {}
	}
	return fmt.Errorf("there is no %s %q%s", what, name, didYouMean(name, names))
}

// didYouMean ends a message about a word that is not known.
func didYouMean(word string, known iter.Seq[string]) string {
	if near := strictjson.Suggest(word, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}
