package accesstest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/diff"
)

// maxGains is how many gains are reported one by one.
const maxGains = 50

// NoNewAccess fails if the next policy allows anything that the old one denies,
// at any time: at company level or within a team, by a role, a data group, a
// report level or a share link, and also by lasting longer. It reports who gains
// what, and by which route. Losing access passes. [diff.Compare] has the same as
// data.
//
// Only ids are compared, so a new team is a gain of everybody who may edit teams,
// and new users gain all they may do. Ends count whether or not they are past.
//
// A test that reads the old policy from outside its module, as in a CI, must run
// with -count=1: go test repeats a result as long as nothing in the module
// changes.
//
// It costs a look at every account for each team and end, and for each user whose
// role manages users a look at every user. The first fifty gains are reported,
// and the others are counted. It fails if a policy is nil.
func NoNewAccess(t testing.TB, old, next *access.Policy) {
	t.Helper()
	if old == nil || next == nil {
		t.Fatal("a policy is nil: there is nothing to compare")
	}
	var lines []string
	more := 0
	for gain := range diff.Compare(old, next).Gains() {
		if len(lines) < maxGains {
			lines = append(lines, gain.String())
		} else {
			more++
		}
	}
	if len(lines) == 0 {
		return
	}
	slices.Sort(lines)
	text := "the new policy allows what the old one denies:\n  " + strings.Join(lines, "\n  ")
	if more > 0 {
		text += fmt.Sprintf("\n  and %d more", more)
	}
	t.Error(text)
}
