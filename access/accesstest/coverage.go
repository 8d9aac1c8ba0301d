package accesstest

import (
	"io/fs"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/story"
)

// Coverage lists the parts of the policy that no story in fsys would miss. It
// fails if the stories would miss less than the given percentage of all parts.
// Parts are
//
//   - memberships: a user in a team;
//   - assignments: a data group that a team has;
//   - capabilities: an action that a role holds;
//   - kinds: an action that the catalog lists for a kind, if a role holds it;
//   - grants: a report shared with a user or team;
//   - filters: each result of each comparison of a data group's filter: true,
//     false or unknown.
//
// The stories would miss one of the first five if some line no longer holds of
// the policy without it. A result of a comparison is a part if some account of
// the policy gives it. A story covers it by asking about such an account for a
// subject whose teams have the data group.
//
// Parts that concern no user are not counted, for example what a role holds that
// no user has. Only lines that hold count. If one does not, Coverage fails as
// well, and [Run] says why.
//
// The list comes first, then the figures, as an error or in the log. Percentages
// are rounded down. It costs a look at everything in the policy, and for each part
// a run of the lines about the users concerned.
func Coverage(t testing.TB, policy *access.Policy, fsys fs.FS, percent int) {
	t.Helper()
	if percent < 0 || percent > 100 {
		t.Errorf("a coverage of %d %% is not possible: ask for 0 to 100 %%", percent)
		return
	}
	suite := story.Read(policy, fsys)
	for _, text := range story.Texts(suite.Failures) {
		t.Error(text)
	}
	c := story.Cover(policy, suite)
	if c.Failed != "" {
		t.Errorf("%s: the story does not hold, and maybe others do not: only lines that hold are counted", c.Failed)
	}
	if c.Reaches(percent) {
		t.Log(c.String())
		return
	}
	t.Errorf("%v, want %d %%", c, percent)
}
