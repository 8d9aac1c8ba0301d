package console_test

import (
	"net/http"
	"net/url"
	"testing"
)

// TestForms makes every change of the frame once, by what people type.
func TestForms(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		as, form string
		typed    url.Values
		keys     []string
		shows    string // on the page after it
	}{
		{"tom", "user.edit", in("name", "Thomas", "reason", "x"), []string{"user", "tom"}, "Thomas"},
		{"uma", "user.edit", in("name", "", "reason", "x"), []string{"user", "tom"}, "tom"},
		{"uma", "user.set-role", in("role", "editor", "reason", "x"), []string{"user", "tom"}, "Editor"},
		{"uma", "user.set-expiry", in("until", "2026-12-31", "reason", "x"), []string{"user", "tom"}, "until 2026-12-31, included"},
		{"uma", "user.suspend", in("reason", "x"), []string{"user", "tom"}, "suspended"},
		{"uma", "user.reinstate", in("reason", "x"), []string{"user", "sam"}, "active"},
		{"uma", "user.remove", in("reason", "x"), []string{"user", "tom"}, "People"},
		{"uma", "user.remove", in("reason", "x", "successor", "dan"), []string{"user", "eve"}, "People"},
		{"uma", "user.remove", in("reason", "x", "successor", "dan@example.com"), []string{"user", "eve"}, "People"},
		{"uma", "user.add-to-team", in("team", "east", "reason", "x"), []string{"user", "tom"}, "East"},
		{"uma", "team.add-member", in("user", "sam", "until", "2026-10-01", "reason", "x"), []string{"team", "east"}, "Sam Suspended"},
		{"uma", "team.set-member-end", in("until", "2026-12-24", "reason", "x"), []string{"team", "west", "user", "mia"}, "until 2026-12-24, included"},
		{"uma", "team.set-member-end", in("reason", "x"), []string{"team", "west", "user", "mia"}, "Mia Viewer"},
		{"uma", "team.remove-member", in("reason", "x"), []string{"team", "west", "user", "mia"}, "Tom Team"},
		{"uma", "team.create", in("name", "North", "description", "Cold"), nil, "Cold"},
		{"uma", "team.edit", in("name", "West", "description", "Warm"), []string{"team", "west"}, "Warm"},
		{"uma", "team.attach-group", in("group", "de"), []string{"team", "west"}, "Germany"},
		{"uma", "team.detach-group", nil, []string{"team", "west", "group", "us"}, "It has no data groups"},
		{"uma", "team.delete", nil, []string{"team", "west"}, "Teams"},
		{"uma", "invitation.send", in("address", "new@example.com", "name", "New", "role", "viewer", "team", "west", "days", "30", "review", "60", "note", "Welcome", "reason", "x"), nil, "after 60 days"},
	} {
		t.Run(tt.form+" "+tt.shows, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.do(tt.as, tt.form, tt.typed, tt.keys...).want(t, http.StatusOK, "Done: ", tt.shows)
		})
	}
}

// TestInvitationForms sends an invitation, and then does all that can be done
// with it.
func TestInvitationForms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.do("uma", "invitation.send", in("address", "new@example.com", "role", "viewer", "reason", "x"), nil...).
		want(t, http.StatusOK, "Invitation of new@example.com", "pending", "Uma User")
	var id string
	for i := range s.company.Invitations() {
		id = string(i.ID)
	}
	key := []string{"invitation", id}
	s.do("ann", "invitation.resend", in("reason", "x"), key...).want(t, http.StatusOK, "Ann Admin")
	s.do("ann", "invitation.amend", in("role", "editor", "days", "10", "reason", "x"), key...).want(t, http.StatusOK, "Editor", "For how many days 10")
	s.do("ann", "invitation.amend", in("role", "editor", "until", "2026-12-31", "reason", "x"), key...).want(t, http.StatusOK, "Last day 2026-12-31")
	s.do("ann", "invitation.amend", in("role", "editor", "until", "", "days", "20", "reason", "x"), key...).want(t, http.StatusOK, "For how many days 20").lacks(t, "Last day")
	s.do("ann", "invitation.amend", in("role", "editor", "until", "2026-11-30", "days", "", "reason", "x"), key...).want(t, http.StatusOK, "Last day 2026-11-30")
	s.do("ann", "invitation.amend", in("role", "editor", "team", "west", "until", "", "review", "30", "reason", "x"), key...).want(t, http.StatusOK, "West", "after 30 days").lacks(t, "Last day")
	s.get("ann", "/invitations").want(t, http.StatusOK, "new@example.com")
	s.do("ann", "invitation.revoke", in("reason", "x"), key...).want(t, http.StatusOK, "revoked")
	s.get("ann", "/invitations").want(t, http.StatusOK, "No invitation is found")
	s.get("ann", "/invitations?state=closed").want(t, http.StatusOK, "new@example.com")
	if len(s.mailed) != 7 {
		t.Errorf("%d messages were sent", len(s.mailed))
	}
}
