package story

import (
	"fmt"
	"iter"
	"strings"
	"unicode"

	"github.com/ambit-authz/ambit/internal/text"
)

// Failure is a mistake in a story file, or a line that does not hold of a
// policy.
type Failure struct {
	File string
	Line int // from 1; 0 is the file as a whole
	err  error
}

// Error returns the place and the text.
func (f Failure) Error() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %v", f.File, f.err)
	}
	return fmt.Sprintf("%s:%d: %v", f.File, f.Line, f.err)
}

// Text returns what is wrong, without the place. If a line does not hold of a
// policy, further lines explain why. Each call makes the text again, which can
// cost a look at thousands of ids of the policy.
func (f Failure) Text() string { return f.err.Error() }

// Unwrap returns the cause.
func (f Failure) Unwrap() error { return f.err }

// didYouMean ends a message about an unknown word. A near word that differs in
// letters beyond ASCII may look the same, so it is spelled out.
func didYouMean(word string, known iter.Seq[string]) string {
	switch near := text.Nearest(word, known); {
	case near == "":
		return ""
	case beyondASCII(near) != beyondASCII(word):
		return fmt.Sprintf("; did you mean %+q instead of %+q?", near, word)
	default:
		return fmt.Sprintf("; did you mean %q?", near)
	}
}

// beyondASCII returns a text without its ASCII characters.
func beyondASCII(text string) string {
	return strings.Map(func(r rune) rune {
		if r <= unicode.MaxASCII {
			return -1
		}
		return r
	}, text)
}
