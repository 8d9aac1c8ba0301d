package console

import (
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// TestKindsInWords: every kind of piece, of what is due and of finding has words
// of its own, and one that is unknown is shown by its name.
func TestKindsInWords(t *testing.T) {
	t.Parallel()
	v := &visit{policy: new(access.Policy)}
	seen := make(map[string]string)
	check := func(kind string, got phrase) {
		t.Helper()
		if got.English == "%s" || seen[got.English] != "" {
			t.Errorf("%s is told as %q, like %q", kind, got.English, seen[got.English])
		}
		seen[got.English] = kind
	}
	for _, kind := range []string{
		audit.PieceRole, audit.PieceCatalog, audit.PieceTeam, audit.PieceData, audit.PieceLost, audit.PieceFilter, audit.PieceGained,
		audit.PieceGone, audit.PieceReport, audit.PieceTeamReport, audit.PieceLink,
	} {
		check(kind, v.describePiece(audit.Piece{Kind: kind}))
	}
	for _, kind := range []string{
		audit.DueEnd, audit.DueMembership, audit.DueGrant, audit.DueReviewBy, audit.DueReview, audit.DueOpenReview, audit.DueUnanswered,
		audit.DueUndelivered, audit.DueNoData, audit.DueNoCreator,
	} {
		check(kind, v.describeDue(audit.DueRow{Kind: kind}))
	}
	check("a grant of somebody's", v.describeDue(audit.DueRow{Kind: audit.DueGrant, User: "mia"}))
	for _, kind := range []string{audit.FindingOpen, audit.FindingDrift, audit.FindingUnmatched, audit.FindingOverdue} {
		check(kind, describeFinding(audit.Finding{Kind: kind}))
	}
	for _, p := range []phrase{
		v.describePiece(audit.Piece{Kind: "new"}), v.describeDue(audit.DueRow{Kind: "new"}), describeFinding(audit.Finding{Kind: "new"}),
	} {
		if p.English != "%s" || p.args[0] != "new" {
			t.Errorf("a new kind is told as %q", p.English)
		}
	}
	if p := decisionText("new"); p.is() {
		t.Errorf("no decision is told as %q", p.English)
	}
	if p := v.sentence(nil); p.args[0] != "<nil>" {
		t.Errorf("no change is told as %q", p.args)
	}
}

// TestEndsInWords tells edits that end something, and those that lift an end.
func TestEndsInWords(t *testing.T) {
	t.Parallel()
	v := &visit{policy: new(access.Policy)}
	for _, tt := range []struct {
		c    company.Change
		want string
	}{
		{company.SetEnd{User: "mia"}, "The access of mia now lasts for good"},
		{company.SetMemberEnd{User: "mia", Team: "west"}, "The membership of mia in team west now lasts for good"},
		{company.EditTeam{Team: "west", Name: company.None[string](), Description: company.None[string]()}, "Team west is edited, it has no name any more, it has no description any more"},
		{company.EditUser{User: "mia", Name: company.None[string]()}, "User mia has no name any more"},
		{company.SetLimits{Seats: company.None[int]()}, "The seats of the company have no limit"},
		{company.FoundedPart{Part: 2}, "The company begins, part 2"},
	} {
		if got := (texts{}).plain(v.sentence(tt.c)); got != tt.want {
			t.Errorf("%T: %s, want %s", tt.c, got, tt.want)
		}
	}
}
