package company_test

import (
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
	"github.com/google/go-cmp/cmp"
)

// registerOf returns all rows of a moment, and the pieces of every user.
func registerOf(m company.Moment) (rows []audit.RegisterRow, pieces map[string][]audit.Piece) {
	rows = slices.Collect(m.Register(company.RowQuery{Removed: true}))
	pieces = make(map[string][]audit.Piece)
	for _, r := range rows {
		pieces[r.User], _ = m.Pieces(team.UserID(r.User))
	}
	return rows, pieces
}

// TestRegisterComesOutAlike compares the register that was kept up to date with
// that of a company opened from the log, and with that of the past.
func TestRegisterComesOutAlike(t *testing.T) {
	t.Parallel()
	x := playStory(t)
	rows, pieces := registerOf(x.company.Now())
	past, err := x.company.At(t.Context(), x.company.Checkpoint().Seq)
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]company.Moment{"opened": openStory(t, x.log, x.host).Now(), "past": past} {
		r, p := registerOf(m)
		if diff := cmp.Diff(rows, r); diff != "" {
			t.Errorf("%s (-kept +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(pieces, p); diff != "" {
			t.Errorf("%s (-kept +got):\n%s", name, diff)
		}
	}
}

func TestRegisterPages(t *testing.T) {
	t.Parallel()
	m := playStory(t).company.Now()
	all, _ := registerOf(m)
	for limit := 1; limit <= len(all)+1; limit++ {
		var joined []audit.RegisterRow
		for after := ""; ; after = joined[len(joined)-1].Key() {
			page := slices.Collect(m.Register(company.RowQuery{After: after, Limit: limit, Removed: true}))
			if joined = append(joined, page...); len(page) < limit {
				break
			}
		}
		if diff := cmp.Diff(all, joined); diff != "" {
			t.Errorf("pages of %d (-all +joined):\n%s", limit, diff)
		}
	}
	for _, after := range []string{"invitation;", "user:zzz", "user;", "z"} {
		want := slices.DeleteFunc(slices.Clone(all), func(r audit.RegisterRow) bool { return r.Key() <= after })
		got := slices.Collect(m.Register(company.RowQuery{After: after, Removed: true}))
		if len(got) != len(want) || len(got) > 0 && got[0].Key() != want[0].Key() {
			t.Errorf("after %q: %d rows, want %d", after, len(got), len(want))
		}
	}
	var zero company.Moment
	if rows, _ := registerOf(zero); len(rows) > 0 {
		t.Errorf("the zero Moment has %d rows", len(rows))
	}
}
