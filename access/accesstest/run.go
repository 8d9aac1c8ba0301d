package accesstest

import (
	"fmt"
	"io/fs"
	"testing"

	"github.com/ambit-authz/ambit/access"
)

// Run asks the policy what the story files in fsys say of it: those of the
// directory and all below it, by name. Each story is a subtest. It fails where
// the policy is not as the story says, with the file, the line and the
// explanation of the policy, and on every mistake in the files.
//
// An assertion costs a decision, or two where no time is said; a sees costs a
// look at every account.
func Run(t *testing.T, policy *access.Policy, fsys fs.FS) {
	t.Helper()
	stories, mistakes := read(fsys)
	check(policy, stories)
	for _, text := range first(mistakes) {
		t.Error(text)
	}
	for _, s := range stories {
		t.Run(s.title, func(t *testing.T) {
			t.Helper()
			for _, text := range s.run(policy) {
				t.Error(text)
			}
		})
	}
}

// maxTold is how many mistakes and failures are told of a story.
const maxTold = 100

// run returns what is wrong with a story, or else how the policy departs from
// it.
func (s *story) run(p *access.Policy) []string {
	if len(s.mistakes) > 0 {
		return first(s.mistakes)
	}
	var failures []mistake
	for _, a := range s.says {
		if !holds(a, p) {
			failures = append(failures, mistake{s.file, a.lineNo(), failure{a, p}})
		}
	}
	return first(failures)
}

// first returns the texts of the first mistakes, and how many there are besides.
// Only these make up their texts, which can cost far more than finding them.
func first(mistakes []mistake) []string {
	var texts []string
	for i, m := range mistakes {
		if i == maxTold {
			return append(texts, fmt.Sprintf("%s: and %d more", m.file, len(mistakes)-i))
		}
		texts = append(texts, m.Error())
	}
	return texts
}
