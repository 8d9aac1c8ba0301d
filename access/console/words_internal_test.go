package console

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/diff"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
)

// TestEveryReason has words of its own for each denial of a person who asks for
// a page or a change; the others cannot come about there.
func TestEveryReason(t *testing.T) {
	t.Parallel()
	other := denialText("other").English
	var without []access.Reason
	for step := access.StepSubject; step <= access.StepGuard; step++ {
		for _, reason := range step.Reasons() {
			if denialText(reason).English == other {
				without = append(without, reason)
			}
		}
	}
	want := []access.Reason{
		"unavailable", "unknown-session-team", "not-a-member", "unknown-link", "link-ended", "link-expired", "link-scope", "link-paused",
		"unknown-action", "no-resource", "unknown-kind", "malformed-resource", "wrong-kind", "account-required",
	}
	if !slices.Equal(without, want) {
		t.Errorf("without words: %v", without)
	}
}

// TestEveryAction has words for each built-in action, and each its own.
func TestEveryAction(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, a := range role.BuiltIn() {
		text := actionText(a)
		if text.English == "%s" || seen[text.English] {
			t.Errorf("%s has no words of its own: %q", a, text.English)
		}
		seen[text.English] = true
	}
	if got := texts(nil).plain(actionText("budget.set")); got != "budget.set" {
		t.Errorf("an action of the host's: %q", got)
	}
	got := texts(nil).plain(actionsText([]access.Action{"budget.set", access.EditTeam, access.InviteUser}))
	if got != "invite people, edit teams, budget.set" {
		t.Errorf("%q", got)
	}
	if got := texts(nil).plain(actionsText(role.BuiltIn())); !strings.HasSuffix(got, " more") {
		t.Errorf("%q", got)
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	for s := invite.None; s <= invite.Revoked; s++ {
		want := s.String()
		if s == invite.None {
			want = "unknown"
		}
		if got := invitationState(s).English; got != want {
			t.Errorf("%v: %q", s, got)
		}
	}
	if got := texts(nil).plain(stateText("gone")); got != "gone" {
		t.Errorf("%q", got)
	}
}

// TestRights says in words what each kind of right is.
func TestRights(t *testing.T) {
	t.Parallel()
	policy := access.MustLoad(`{
		"accounts": [{"id": "a1", "source": "x"}, {"id": "a2", "source": "x"}],
		"groups": [{"id": "all", "filter": "everything"}, {"id": "none", "name": "Nothing", "filter": "nothing"}],
		"teams": [{"id": "west", "name": "West"}],
		"reports": [{"id": "q3", "name": "Quarter", "grants": [{"user": "ann", "level": "creator"}]}, {"id": "q4", "grants": [{"user": "bob", "level": "creator"}]}],
		"users": [{"id": "ann", "name": "Ann", "role": "admin"}, {"id": "bob", "role": "viewer"}]
	}`)
	all := sight{directory: true, views: []access.View{policy.View(access.User("ann"))}, policies: []*access.Policy{policy}, self: access.User("ann")}
	audit := all
	audit.audit = true
	june := time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC)
	resources := func(all ...access.Resource) []access.Resource { return all }
	for _, tt := range []struct {
		want  string
		sees  sight
		right diff.Right
	}{
		{"sees 1 account: a1", all, diff.Right{Kind: diff.AccountReach, Resources: resources(access.Account("a1"))}},
		{"sees 1 account", sight{}, diff.Right{Kind: diff.AccountReach, Resources: resources(access.Account("a1"))}},
		{"sees 2 accounts: a1, a2, through team West", all, diff.Right{Kind: diff.AccountReach, Resources: resources(access.Account("a1"), access.Account("a2")), Route: diff.Route{Team: "west"}}},
		{"sees 3 accounts: a1 and 2 more", all, diff.Right{Kind: diff.AccountReach, Resources: resources(access.Account("a1"), access.Account("b1"), access.Account("b2"))}},
		{"is viewer of 2 reports: Quarter and 1 more", all, diff.Right{Kind: diff.ReportLevel, Level: access.Viewer, Resources: resources(access.Report("q3"), access.Report("q4"))}},
		{"is viewer of 2 reports: Quarter, q4", audit, diff.Right{Kind: diff.ReportLevel, Level: access.Viewer, Resources: resources(access.Report("q3"), access.Report("q4"))}},
		{"is creator of 1 report", all, diff.Right{Kind: diff.ReportLevel, Level: access.Creator, Resources: resources(access.Report("q4"))}},
		{"may revoke 1 share link", all, diff.Right{Kind: diff.LinkRevocation, Resources: resources(access.Link("l1"))}},
		{"may revoke 2 share links: l1, l2", audit, diff.Right{Kind: diff.LinkRevocation, Resources: resources(access.Link("l1"), access.Link("l2"))}},
		{"may act in the team (until 2027-05-31, included)", all, diff.Right{Kind: diff.TeamSession, Until: june}},
		{"sees 1 report: Quarter by it, from 2027-06-01 00:00 on", all, diff.Right{Kind: diff.LinkUse, Resources: resources(access.Report("q3")), From: june}},
		{"may invite people, from 2027-06-01 00:00 until 2027-06-02 00:00", all, diff.Right{Kind: diff.RoleActions, Actions: []access.Action{access.InviteUser}, Resources: resources(access.Company()), From: june, Until: june.AddDate(0, 0, 1)}},
		{"may edit teams (1 team: West)", all, diff.Right{Kind: diff.RoleActions, Actions: []access.Action{access.EditTeam}, Resources: resources(access.Team("west"))}},
		{"may edit teams (2 teams: West, new)", all, diff.Right{Kind: diff.RoleActions, Actions: []access.Action{access.EditTeam}, Resources: resources(access.Team("west"), access.Team("new"))}},
		{"may edit data groups (1 data group: Nothing)", all, diff.Right{Kind: diff.RoleActions, Actions: []access.Action{access.EditGroup}, Resources: resources(access.Group("none"))}},
		{"may edit data groups (2 data groups: all, Nothing)", all, diff.Right{Kind: diff.RoleActions, Actions: []access.Action{access.EditGroup}, Resources: resources(access.Group("all"), access.Group("none"))}},
		{"may grant roles (1 role: Viewer)", all, diff.Right{Kind: diff.RoleActions, Actions: []access.Action{access.GrantRole}, Resources: resources(access.Role("viewer"))}},
		{"may grant roles (2 roles: Viewer, Editor)", all, diff.Right{Kind: diff.RoleActions, Actions: []access.Action{access.GrantRole}, Resources: resources(access.Role("viewer"), access.Role("editor"))}},
		{"may remove people (1 person: Ann)", all, diff.Right{Kind: diff.RoleActions, Actions: []access.Action{access.RemoveUser}, Resources: resources(access.TargetUser("ann"))}},
		{"may remove people (2 people: Ann, bob)", all, diff.Right{Kind: diff.RoleActions, Actions: []access.Action{access.RemoveUser}, Resources: resources(access.TargetUser("ann"), access.TargetUser("bob"))}},
		{"may board.open (1 of kind board: b)", all, diff.Right{Kind: diff.RoleActions, Actions: []access.Action{"board.open"}, Resources: resources(access.CompanyItem("board", "b"))}},
	} {
		if got := texts(nil).plain(tt.sees.gainText(tt.right)); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
		want := strings.NewReplacer("sees ", "no longer sees ", "is ", "is no longer ", "may ", "may no longer ").Replace(tt.want)
		want, _, _ = strings.Cut(strings.Replace(want, " (until", " (they had it until", 1), " until 2027-06-02")
		if got := texts(nil).plain(tt.sees.lossText(tt.right)); strings.TrimSuffix(got, " on") != strings.TrimSuffix(want, " on") {
			t.Errorf("lost: %q, want %q", got, want)
		}
	}
	for want, who := range map[string]access.Subject{
		"Ann": access.User("ann"), "Ann, acting in team West": access.Session("ann", "west"), "Anyone with a share link": access.ViaLink("l1"), "new": access.User("new"),
	} {
		if got := texts(nil).plain(all.subjectName(who)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestPhrases puts names, times and numbers into texts.
func TestPhrases(t *testing.T) {
	t.Parallel()
	words := texts{"of %s and %s": "%[2]s vor %[1]s"}
	at := time.Date(2026, 9, 1, 12, 30, 0, 0, time.FixedZone("", 3600))
	p := say("of %s and %s", "<b>", say("until %s", at))
	if got := words.plain(p); got != "until 2026-09-01 11:30 vor <b>" {
		t.Errorf("%q", got)
	}
	if got := words.html(p); got != "until 2026-09-01 11:30 vor <bdi>&lt;b&gt;</bdi>" {
		t.Errorf("%q", got)
	}
	if got := words.plain(say("of %s and %s", 7, true)); got != "true vor 7" {
		t.Errorf("%q", got)
	}
	for text, want := range map[string]string{"": "", "it is so": "It is so.", "is it?": "Is it?", "It is.": "It is."} {
		if got := sentence(text); got != want {
			t.Errorf("%q", got)
		}
	}
	if got := minute(time.Time{}) + day(time.Time{}) + lastDay(time.Time{}); got != "" {
		t.Errorf("%q", got)
	}
}

// TestAnchor gives each id a place of its own, whatever is in it.
func TestAnchor(t *testing.T) {
	t.Parallel()
	if a, b := anchor("user:ä b"), anchor("user:ä c"); a == b || strings.ContainsAny(a, " ä:") {
		t.Error(a, b)
	}
	if got := disposition(`a"b ü.csv`); !strings.HasPrefix(got, "attachment; filename*=utf-8''") {
		t.Error(got)
	}
}

// TestSmallest keeps a page and one more, in order.
func TestSmallest(t *testing.T) {
	t.Parallel()
	var s smallest[int]
	for i := range 500 {
		n := i * 7 % 500
		s.add(string(rune('一'+n)), n)
	}
	got := s.values()
	if len(got) != pageSize+1 {
		t.Fatal(len(got))
	}
	for i, n := range got {
		if i != n {
			t.Errorf("%d is %d", i, n)
		}
	}
}

// TestSentence: the first letter is a capital, whatever alphabet it is of.
func TestSentence(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "deny self": "Deny self.", "did you mean it?": "Did you mean it?", "3 are left.": "3 are left.",
		"éva is not here": "Éva is not here.", "漢 is not here": "漢 is not here.",
	} {
		if got := sentence(text); got != want {
			t.Errorf("sentence(%q) = %q, want %q", text, got, want)
		}
	}
}
