package accesstest

import (
	"io/fs"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/story"
)

// Run compares the policy with the story files in fsys, those in directories
// below it included, in the order of their names. Each story is a subtest. It
// fails where the policy departs from the story, with the file, the line and the
// policy's explanation, and on every mistake in the files. If one cause makes
// several lines fail, it is told once. Of each story the first hundred texts are
// reported.
//
// It costs what the lines say, however large the policy is. An allow or deny line
// costs a decision, a matrix one for each of its combinations, and a sees line a
// look-up for each account that it names: twice as much if no time is given. Only
// the first sees line looks at every account.
func Run(t *testing.T, policy *access.Policy, fsys fs.FS) {
	t.Helper()
	suite := story.Read(policy, fsys)
	for _, text := range story.Texts(suite.Failures) {
		t.Error(text)
	}
	for _, s := range suite.Stories {
		t.Run(s.Title, func(t *testing.T) {
			t.Helper()
			for _, text := range story.Texts(s.Failures(policy)) {
				t.Error(text)
			}
		})
	}
}
