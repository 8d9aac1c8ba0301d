package console_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
)

// TestWhatIsOver: what somebody once had tells them nothing of how it is now.
func TestWhatIsOver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.must("eve", company.ShareReport{Report: "q3", User: "dan", Until: company.To(today.Add(24 * time.Hour))})
	s.get("dan", "/change?do=report.unshare&report=q3&user=dan").want(t, http.StatusOK, "Third quarter")
	s.must("uma", company.AddMember{Team: "east", User: "tom", Until: today.Add(24 * time.Hour)})
	s.get("tom", "/").want(t, http.StatusOK, "East")
	s.later = 48 * time.Hour
	s.must("eve", company.RenameReport{Report: "q3", Name: company.To("The merger")})
	s.must("ann", company.EditTeam{Team: "east", Name: company.To("Layoffs")})
	s.get("dan", "/change?do=report.unshare&report=q3&user=dan").lacks(t, "merger")
	form := in("do", "report.unshare", "report", "q3", "user", "dan", "for", "dan", "since", "1", "reason", "x", "step", "check")
	s.post("dan", "/change", form).lacks(t, "merger")
	s.get("tom", "/").want(t, http.StatusOK).lacks(t, "Layoffs")
	s.get("ann", "/person?id=tom").want(t, http.StatusOK, "Layoffs")
	s.get("ann", "/view-as?user=tom").want(t, http.StatusOK, "Layoffs")
}

// TestRowsOfAReview: a form about an item of a review names nobody who is no item
// of it.
func TestRowsOfAReview(t *testing.T) {
	t.Parallel()
	s := newRolesSite(t)
	s.must("ann", company.Invite{Invitation: "i2", Terms: s.terms("later@example.com")})
	as := oddUser("reviewer")
	s.get(as, "/change?do=review.decide&review=may&row=user:tom").want(t, http.StatusOK, "Tom Team")
	s.get(as, "/change?do=review.decide&review=may&row=invitation:i1").want(t, http.StatusOK, "new@example.com")
	there := s.get(as, "/change?do=review.decide&review=may&row=invitation:i2").want(t, http.StatusNotFound).lacks(t, "later@example.com")
	if absent := s.get(as, "/change?do=review.decide&review=may&row=invitation:i3"); absent.body != there.body {
		t.Errorf("an invitation that is no item is told from none: %s, and %s", there.text, absent.text)
	}
	for _, row := range []string{"", "user:", "nothing", "user:tom\x00", "invitation:i2&row=user:tom"} {
		s.get(as, "/change?"+in("do", "review.decide", "review", "may", "row", row).Encode()).want(t, http.StatusNotFound)
	}
}

// TestBetweenTheSteps: somebody who loses their right between the form and its
// what-if, or between the what-if and the confirmation, is refused and told
// nothing that they may not know any more.
func TestBetweenTheSteps(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]company.Change{
		"suspended": company.SuspendUser{User: "uma"}, "removed": company.RemoveUser{User: "uma"}, "demoted": company.SetRole{User: "uma", Role: "viewer"},
		"ended": company.SetEnd{User: "uma", Until: company.To(today.Add(time.Hour))},
	} {
		for _, step := range []string{"check", "do"} {
			s := newSite(t)
			form := s.fill("uma", "team.add-member", in("user", "dan", "reason", "x"), "team", "east")
			form.Set("step", "check")
			if step == "do" {
				s.post("uma", "/change", form).want(t, http.StatusOK, "What would happen")
			}
			s.must("ann", change)
			if name == "ended" {
				s.later = 2 * time.Hour
			}
			before := s.company.Checkpoint()
			form.Set("step", step)
			s.post("uma", "/change", form).want(t, http.StatusForbidden).lacks(t, "Dan Data", "East", "de-1", "ann")
			if s.company.Checkpoint() != before {
				t.Errorf("%s: something was changed", name)
			}
		}
	}
}

// TestRightLostAtOnce: a right that only Do asks about, as it depends on what was
// typed, is asked again when the form is confirmed.
func TestRightLostAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	form := s.fill("eve", "report.share", in("user", "dan", "level", "creator"), "report", "q3")
	s.must("eve", company.ShareReport{Report: "q3", User: "ann", Level: access.Creator})
	form.Set("step", "check")
	s.post("eve", "/change", form).want(t, http.StatusOK)
	s.must("ann", company.UnshareReport{Report: "q3", User: "eve"}, company.ShareReport{Report: "q3", User: "eve", Level: access.Explorer})
	form.Set("step", "do")
	s.post("eve", "/change", form).want(t, http.StatusNotFound)
	s.must("ann", company.UnshareReport{Report: "q3", User: "eve"})
	gone, never := s.post("eve", "/change", form), in()
	for name, values := range form {
		never[name] = values
	}
	never.Set("report", "nothing")
	if absent := s.post("eve", "/change", never); gone.status != http.StatusNotFound || gone.body != absent.body {
		t.Errorf("a report that is not theirs any more is told from none: %d %s, and %d %s", gone.status, gone.text, absent.status, absent.text)
	}
}

// TestWhoTypesATeam: whoever shares a report with a team by its id learns whether
// there is one, and not which one there is. SPEC §7 has it so: the share either
// comes about or not.
func TestWhoTypesATeam(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.refused("eve", "report.share-team", in("team", "eas", "level", "viewer"), "report", "q3")
	p.want(t, http.StatusUnprocessableEntity, `Team "eas" does not exist.`).lacks(t, "East", "did you mean")
	p = s.refused("eve", "report.share", in("user", "to", "level", "viewer"), "report", "q3")
	p.want(t, http.StatusUnprocessableEntity, `User "to" does not exist.`).lacks(t, "Tom", "did you mean")
	s.do("eve", "report.share-team", in("team", "east", "level", "viewer"), "report", "q3").want(t, http.StatusOK, "east").lacks(t, "East")
	s.do("eve", "report.share", in("user", "dan@example.com", "level", "viewer"), "report", "q3").want(t, http.StatusOK, "dan").lacks(t, "Dan Data")
}

// TestTakenNames: a name that is taken does not say by which report, and nothing
// tells one report that is not for the reader from another.
func TestTakenNames(t *testing.T) {
	t.Parallel()
	s := newLawSite(t, "")
	p := s.refused("ulf", "report.create", in("name", "First quarter"))
	p.want(t, http.StatusConflict, "taken").lacks(t, "q1", "Abe")
}

// TestNothingToGiveUp: who has no grant of a report gives none up, and is not told
// by the form whether there is such a report.
func TestNothingToGiveUp(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, as := range []string{"dan", "mia"} { // mia reads it through their team
		there := s.get(as, "/change?do=report.unshare&report=q3&user="+as).want(t, http.StatusNotFound)
		if absent := s.get(as, "/change?do=report.unshare&report=nothing&user="+as); there.body != absent.body {
			t.Errorf("it is told from none: %s, and %s", there.text, absent.text)
		}
	}
}
