package company

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// wantReadings is what the table says that the samples read of their targets,
// and what they hang something on or take it from.
const wantReadings = `
company.found       | nothing
company.found-part  | nothing
company.set-name    | the first
company.set-limits  | the first
catalog.replace     | the first
clock.correct       | nothing
owner.transfer      | each
user.add            | the first
user.edit           | the first
user.change-address | the first
user.set-role       | the first
user.suspend        | the first
user.reinstate      | the first
user.set-expiry     | the first
user.remove         | the first and what hangs on it
team.create         | the first
team.edit           | the first
team.delete         | the first and what hangs on it
team.add-member     | the pair
team.set-member-end | the pair
team.remove-member  | the pair
team.attach-group   | the pair
team.detach-group   | the pair
datagroup.create    | the first
datagroup.edit      | the first
datagroup.delete    | the first and what hangs on it
source.add          | each
source.edit         | each
source.remove       | each
attribute.declare   | the first
attribute.retype    | the first
attribute.drop      | the first and what hangs on it
report.create       | the first, on [user:c]
report.set          | the first
report.name-creator | the pair
report.delete       | the first and what hangs on it
report.share        | the pair
report.unshare      | the pair
link.make           | the first, on [report:q user:m team:t]
link.make           | the first, on [board:b user:m]
link.make           | the first, on [board:b in account:a user:m]
link.revoke         | the first, on [report:q user:m]
invitation.send     | the first
invitation.resend   | the first
invitation.amend    | the first
invitation.delivered | nothing
invitation.redeliver | the first
invitation.revoke   | the first
invitation.accept   | the first
invitation.decline  | the first
review.schedule     | the first
review.open         | the first
review.decide       | the item
review.close        | the first and what hangs on it
`

// TestTableReadings compares what the table says of what each type reads with the
// text above.
func TestTableReadings(t *testing.T) {
	var got []string
	for _, c := range samples {
		a := rowOf(c).about(c)
		reads := []string{"the first", "each", "the pair", "the first and what hangs on it", "the item", "nothing"}[a.reads]
		if len(a.hangsOn) > 0 {
			reads += fmt.Sprint(", on ", a.hangsOn)
		}
		if line := fmt.Sprintf("%-19s | %s", rowOf(c).name, reads); !slices.Contains(got, line) {
			got = append(got, line)
		}
	}
	want := strings.Split(strings.TrimSpace(wantReadings), "\n")
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("line %d is\n%s\nwant\n%s", i+1, strings.Join(got[min(i, len(got)):], "\n"), strings.Join(want[min(i, len(want)):], "\n"))
		}
	}
}

// TestReadsIgnoreOutcomes: what a change reads does not depend on what a caller
// puts into fields that Do fills in.
func TestReadsIgnoreOutcomes(t *testing.T) {
	for _, c := range samples {
		full := WithNonsense(t, c)
		if got, want := rowOf(c).about(full).readKeys(), rowOf(c).about(c).readKeys(); !slices.Equal(got, want) {
			t.Errorf("%T reads %q, with other outcomes %q", c, want, got)
		}
	}
}
