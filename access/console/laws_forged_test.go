package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
)

// everyForm calls f with every form that somebody of the company is offered, as
// they would send it, each time on a company of its own.
func everyForm(t *testing.T, f func(t *testing.T, s *site, as string, form url.Values)) {
	left := few(t, 10, console.FormNames())
	for _, name := range slices.Clone(left) {
		for _, as := range []string{"ann", "abe", "ulf", "zoe"} {
			s := newLawSite(t, "")
			form := s.workingForm(as, name)
			if form == nil {
				continue
			}
			t.Run(name, func(t *testing.T) {
				s.t = t
				f(t, s, as, form)
			})
			left = slices.DeleteFunc(left, func(l string) bool { return l == name })
			break
		}
	}
	// In this company no role is handed over, and a review is open.
	if left = slices.DeleteFunc(left, func(l string) bool { return l == "owner.transfer" || l == "review.open" }); len(left) > 0 {
		t.Errorf("nobody could fill in %v", left)
	}
}

// workingForm returns a form that would be made if it were confirmed, as it is
// sent to be checked; nil if the reader has none.
func (s *site) workingForm(as, name string) url.Values {
	for _, keys := range keysFor(name) {
		p := s.get(as, "/change?do="+name+"&"+keys.Encode())
		if p.status != http.StatusOK {
			continue
		}
		m, err := parse(p.body)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, f := range m.sheets() {
			for n := range 4 {
				form := f.filled(n)
				form.Set("step", "check")
				if f.action == "/admin/change" && s.post(as, "/change", form).status == http.StatusOK {
					return form
				}
			}
		}
	}
	return nil
}

// TestForgedForms: a form that another site sends, that was made for somebody
// else, or that its user may not send any more, changes nothing. The very same
// form, sent by its user from the page, does.
func TestForgedForms(t *testing.T) {
	t.Parallel()
	everyForm(t, func(t *testing.T, s *site, as string, form url.Values) {
		form.Set("step", "do")
		before := s.company.Checkpoint()
		for _, header := range []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Origin: https://evil.example", "Origin: null"} {
			name, value, _ := strings.Cut(header, ": ")
			r := httptest.NewRequest(http.MethodPost, "/admin/change", strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set(name, value)
			s.send(as, r).want(t, http.StatusForbidden)
		}
		if p := s.get(as, "/change?"+form.Encode()); p.status != http.StatusOK && p.status != http.StatusNotFound {
			t.Errorf("as a link it answers %d", p.status)
		}
		s.post("dan", "/change", form) // whatever they may do, it was made for another
		if s.company.Checkpoint() != before {
			t.Fatal("a forged form changed something")
		}
		if p := s.post(as, "/change", form); p.status != http.StatusSeeOther && p.status != http.StatusOK || s.company.Checkpoint() == before {
			t.Errorf("the form itself answers %d: %s", p.status, p.text)
		}
	})
}

// TestReplayedForms: a form that is sent again does nothing again.
func TestReplayedForms(t *testing.T) {
	t.Parallel()
	everyForm(t, func(t *testing.T, s *site, as string, form url.Values) {
		form.Set("step", "do")
		s.post(as, "/change", form)
		before := s.company.Checkpoint()
		for range 2 {
			p := s.post(as, "/change", form)
			if p.status < http.StatusBadRequest || p.status == http.StatusInternalServerError || s.company.Checkpoint() != before {
				t.Errorf("sent again, it answers %d and there are %d events, not %d: %s", p.status, s.company.Checkpoint().Seq, before.Seq, p.text)
			}
			if p.header.Get("Content-Type") != "" {
				if _, err := parse(p.body); err != nil {
					t.Error(err)
				}
			}
		}
	})
}

// TestDemotedInTheMiddle: what somebody opened while they had the right, they
// cannot send once it is gone.
func TestDemotedInTheMiddle(t *testing.T) {
	t.Parallel()
	changes := map[string]company.Change{"Your access is suspended.": company.SuspendUser{User: "ann"}, "You are not a user here.": company.RemoveUser{User: "ann"}}
	everyForm(t, func(t *testing.T, _ *site, as string, form url.Values) {
		if as != "ann" {
			return
		}
		for words, change := range changes {
			s := newLawSite(t, "")
			s.meanwhile("abe", change)
			before := s.company.Checkpoint()
			for _, step := range []string{"check", "do"} {
				form.Set("step", step)
				s.post(as, "/change", form).want(t, http.StatusForbidden, words).lacks(t, "Acme", "Uma", "West")
			}
			if s.company.Checkpoint() != before {
				t.Error("somebody without access changed something")
			}
		}
		s := newLawSite(t, "")
		s.meanwhile("abe", company.SetRole{User: "ann", Role: "viewer"})
		before := s.company.Checkpoint()
		form.Set("step", "do")
		if p := s.post(as, "/change", form); p.status != http.StatusForbidden && p.status != http.StatusNotFound && !(form.Get("user") == "ann" || strings.HasPrefix(form.Get("do"), "report.") || strings.HasPrefix(form.Get("do"), "link.")) || s.company.Checkpoint() != before && !made(p, form) {
			t.Errorf("demoted, it answers %d: %s", p.status, p.text)
		}
	})
}

// made reports whether the change of a form was made: it leads to another page,
// but for a link, whose secret is shown once.
func made(p page, form url.Values) bool {
	return p.status == http.StatusSeeOther || form.Get("do") == "link.make" && strings.Contains(p.text, "it is shown once")
}

// meanwhile makes changes that are not made by the pages.
func (s *site) meanwhile(as string, changes ...company.Change) {
	s.t.Helper()
	by := company.By{Actor: company.User(as), Reason: "meanwhile"}
	if _, err := s.company.Do(s.t.Context(), by, changes...); err != nil {
		s.t.Fatal(err)
	}
}

// TestStaleForms: a form of which somebody changed meanwhile what it reads is
// refused, shows what was changed, and keeps what was typed.
func TestStaleForms(t *testing.T) {
	t.Parallel()
	meanwhile := map[string]company.Change{
		"user": company.SetEnd{User: "mia", Until: company.To(today.AddDate(0, 2, 0))}, "team": company.EditTeam{Team: "west", Name: company.To("Wild West")},
		"group": company.EditGroup{Group: "us", Name: company.To("The States")}, "report": company.RenameReport{Report: "q4", Name: company.To("Q4")},
		"account": company.UpdateAccounts{Accounts: []company.AccountEdit{{ID: "us-1", Source: "yahoo"}}}, "attribute": company.RetypeAttribute{Attribute: "channel", Type: "labels"},
	}
	tried := 0
	everyForm(t, func(t *testing.T, s *site, as string, form url.Values) {
		keys := console.KeysOf(form.Get("do"))
		if len(keys) != 1 || meanwhile[keys[0]] == nil || form.Get("user") != "" && form.Get("user") != "mia" || strings.HasPrefix(form.Get("do"), "team.add") || form.Get("do") == "user.add-to-team" {
			return
		}
		s.meanwhile("abe", meanwhile[keys[0]])
		form.Set("step", "do")
		form.Set("reason", "typed <here> & kept")
		before := s.company.Checkpoint()
		p := s.post(as, "/change", form)
		if strings.Contains(p.text, "Somebody changed this") {
			tried++
			p.want(t, http.StatusConflict, "What was changed meanwhile", "event "+strconv.FormatUint(before.Seq, 10), "abe@example.com", "typed <here> & kept")
		} else if !made(p, form) {
			t.Errorf("it answers %d: %s", p.status, p.text)
		}
		if again, err := parse(p.body); err == nil && p.status == http.StatusConflict {
			s.resent(again, as)
		}
	})
	if tried < 6 && !testing.Short() { // too few forms to count on it
		t.Errorf("%d forms met a change", tried)
	}
}

// resent sends a form again as it came back.
func (s *site) resent(m markup, as string) {
	s.t.Helper()
	for _, f := range m.sheets() {
		if f.action == "/admin/change" {
			f.values.Set("step", "check")
			if p := s.post(as, "/change", f.values); p.status != http.StatusOK && p.status != http.StatusConflict {
				s.t.Errorf("sent again as it came back, it answers %d: %s", p.status, p.text)
			}
		}
	}
}
