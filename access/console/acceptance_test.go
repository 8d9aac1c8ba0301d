package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// checks fills a form and sends it to be checked, which changes nothing.
func (s *site) checks(as, name string, typed url.Values, keys ...string) page {
	s.t.Helper()
	form := s.fill(as, name, typed, keys...)
	form.Set("step", "check")
	before := s.company.Checkpoint().Seq
	p := s.post(as, "/change", form)
	if s.company.Checkpoint().Seq != before {
		s.t.Errorf("form %s was checked, and made a change", name)
	}
	return p
}

// effectsOf returns what a page that was checked says would happen.
func effectsOf(p page) string {
	_, text, _ := strings.Cut(p.text, "What would happen")
	text, _, _ = strings.Cut(text, " Confirm: ")
	return strings.TrimSpace(text)
}

// TestWhatAnInvitationGives: a sponsor is told what the invited person gains when
// they accept, and it is what they then have.
func TestWhatAnInvitationGives(t *testing.T) {
	s := newSite(t)
	for _, tt := range []struct {
		name, address string
		typed         url.Values
		want          []string
		accounts      int
	}{
		{"a viewer of a team", "a@x.test", in("role", "viewer", "team", "west"), []string{
			"Until they accept, nobody gains or loses access. Gained, if a@x.test accepts now",
			"a@x.test sees 2 accounts: us-1, us-2, through team West", "is viewer of 1 report: Third quarter"}, 2},
		{"for some days", "b@x.test", in("role", "viewer", "team", "east", "days", "30"), []string{"sees 1 account: de-1, through team East (until 2026-10-01 12:00)"}, 1},
		{"who sees all data", "c@x.test", in("role", "editor"), []string{"c@x.test may see accounts, edit accounts (3 accounts: de-1, us-1, us-2)"}, 3},
		{"without a team", "d@x.test", in("role", "viewer"), []string{"They see no accounts, until somebody puts them into a team that does."}, 0},
	} {
		tt.typed.Set("address", tt.address)
		tt.typed.Set("reason", "x")
		text := effectsOf(s.checks("uma", "invitation.send", tt.typed).want(t, http.StatusOK))
		for _, want := range tt.want {
			if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
				t.Errorf("%s: %q is missing in: %s", tt.name, want, text)
			}
		}
		if strings.Contains(text, "They see no accounts") != (tt.accounts == 0) {
			t.Errorf("%s, who see %d accounts: %s", tt.name, tt.accounts, text)
		}
		s.do("uma", "invitation.send", tt.typed)
		last := s.mailed[len(s.mailed)-1]
		proof, err := invite.Verified(last.To, "https://id.example", "", today)
		if err != nil {
			t.Fatal(err)
		}
		who := team.UserID(tt.address[:1])
		if _, err := s.company.Do(t.Context(), company.By{Actor: company.Invitee(proof)},
			company.AcceptInvitation{Invitation: last.Invitation, Secret: last.Secret, User: who}); err != nil {
			t.Fatal(err)
		}
		if n := s.company.Policy().View(access.User(who)).Len(); n != tt.accounts {
			t.Errorf("%s: they see %d accounts, want %d", tt.name, n, tt.accounts)
		}
	}
}

// TestWhatAmendingGives: it is asked of the terms after the change, and ends with
// the sponsor's own access.
func TestWhatAmendingGives(t *testing.T) {
	s := newSite(t)
	s.do("ann", "user.set-expiry", in("until", "2026-10-15", "reason", "x"), "user", "uma")
	s.do("uma", "invitation.send", in("address", "n@x.test", "role", "viewer", "team", "west", "until", "2026-09-20", "reason", "x"))
	i := string(s.mailed[0].Invitation)
	got := effectsOf(s.checks("uma", "invitation.amend", in("role", "viewer", "team", "east", "until", "2026-10-15", "reason", "x"), "invitation", i))
	if !strings.Contains(got, "1 account: de-1") || strings.Contains(got, "us-1") || !strings.Contains(got, "until 2026-10-15, included") {
		t.Errorf("amended: %s", got)
	}
	got = effectsOf(s.checks("uma", "invitation.resend", in("reason", "x"), "invitation", i))
	if !strings.Contains(got, "2 accounts: us-1, us-2") || !strings.Contains(got, "until 2026-09-20, included") {
		t.Errorf("sent again: %s", got)
	}
	s.do("ann", "user.set-expiry", in("until", "2026-09-10", "reason", "x"), "user", "uma")
	s.checks("uma", "invitation.resend", in("reason", "x"), "invitation", i).want(t, http.StatusForbidden)
	if got := effectsOf(s.checks("ann", "invitation.revoke", in("reason", "x"), "invitation", i)); strings.Contains(got, "accepts now") {
		t.Errorf("taken back: %s", got)
	}
}

// TestWhatSharingDoes: a reader who may not know who there is, is told what they
// do, in the words that they typed, and nothing of the others.
func TestWhatSharingDoes(t *testing.T) {
	s := newSite(t)
	s.checks("eve", "report.share", in("user", "dan@example.com", "level", "editor", "until", "2026-12-31"), "report", "q3").
		want(t, http.StatusOK, "Report Third quarter is shared with dan@example.com as editor, until 2026-12-31, included", "You gain and lose nothing.").
		lacks(t, "Dan Data", "Nobody gains")
	s.checks("eve", "report.share-team", in("team", "east", "level", "explorer"), "report", "q3").
		want(t, http.StatusOK, "Report Third quarter is shared with team east as explorer").lacks(t, "East")
	s.checks("eve", "report.unshare-team", nil, "report", "q3", "team", "west").
		want(t, http.StatusOK, "Report Third quarter is no longer shared with team west").lacks(t, "West", "Tom", "Mia")
	s.do("eve", "report.share", in("user", "ann", "level", "creator"), "report", "q3")
	s.checks("ann", "report.share", in("user", "tom", "level", "editor"), "report", "q3").
		want(t, http.StatusOK, "Tom Team is editor of 1 report: Third quarter").lacks(t, "You gain", "is shared with")
}

// TestPastDays: where an end in the past is refused, its field says so, and where
// it ends something at once, what would happen says so.
func TestPastDays(t *testing.T) {
	s := newSite(t)
	past := "The last day is past, so the end counts at once."
	for _, tt := range []struct {
		day string
		now bool
	}{{"2026-08-31", true}, {"2026-01-01", true}, {"2026-09-01", false}} {
		for _, form := range [][]string{{"user.set-expiry", "user", "tom"}, {"team.set-member-end", "team", "west", "user", "tom"}} {
			p := s.checks("uma", form[0], in("until", tt.day, "reason", "x"), form[1:]...).want(t, http.StatusOK, "Tom Team no longer sees 2 accounts")
			if got := strings.Contains(p.text, past); got != tt.now {
				t.Errorf("%s until %s: says that it is past: %t", form[0], tt.day, got)
			}
			if got := strings.Contains(effectsOf(p), ", from 2026"); got == tt.now {
				t.Errorf("%s until %s: says from when on: %t: %s", form[0], tt.day, got, effectsOf(p))
			}
		}
	}
	for _, form := range []struct {
		as, name string
		typed    url.Values
		keys     []string
	}{
		{"uma", "invitation.send", in("address", "n@x.test", "role", "viewer", "until", "2026-08-31", "reason", "x"), nil},
		{"uma", "user.add-to-team", in("team", "east", "until", "2026-08-31", "reason", "x"), []string{"user", "tom"}},
		{"eve", "report.share", in("user", "tom", "level", "viewer", "until", "2026-08-31"), []string{"report", "q3"}},
		{"eve", "link.make", in("until", "2026-08-31"), []string{"report", "q3"}},
		{"uma", "review.open", in("due", "2026-08-31", "reason", "x"), nil},
	} {
		p := s.checks(form.as, form.name, form.typed, form.keys...).want(t, http.StatusUnprocessableEntity, "This day is past.")
		if !strings.Contains(p.body, `aria-invalid="true"`) {
			t.Errorf("%s: no field is marked", form.name)
		}
	}
	s.later = 30 * 24 * time.Hour
	s.checks("uma", "user.set-expiry", in("until", "2026-09-29", "reason", "x"), "user", "tom").want(t, http.StatusOK, past)
}
