package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/console"
	"github.com/ambit-authz/ambit/access/document"
)

func TestDone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.do("ann", "user.set-role", in("role", "editor", "reason", "new job"), "user", "tom").
		want(t, http.StatusOK, "Done: Give another role. It is event 2 of the log.", "Editor")
	for _, link := range []string{
		"/person?id=tom&done=user.set-role&event=1", "/person?id=tom&done=user.suspend&event=2", "/person?id=tom&done=user.set-role&event=3",
		"/person?id=tom&done=user.set-role&event=x", "/person?id=tom&done=x&event=2", "/person?id=tom&done=user.set-role&event=0",
	} {
		s.get("ann", link).want(t, http.StatusOK).lacks(t, "Done")
	}
	s.get("uma", "/person?id=tom&done=user.set-role&event=2").want(t, http.StatusOK).lacks(t, "Done")
	s.get("uma", "/person?id=tom&done=user.set-role&event=2").lacks(t, "done=user.set-role")
}

// TestRefused sends forms that are refused. Each comes back with the reason, and
// nothing is recorded.
func TestRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct {
		status   int
		as, form string
		typed    url.Values
		keys     []string
		text     string
	}{
		{422, "uma", "user.suspend", nil, []string{"user", "tom"}, "A reason is required"},
		{403, "uma", "user.set-role", in("role", "admin", "reason", "x"), []string{"user", "tom"}, "The role is not one of those that you manage."},
		{422, "uma", "user.set-role", in("role", "emperor", "reason", "x"), []string{"user", "tom"}, "does not exist"},
		{409, "uma", "user.set-role", in("role", "team-member", "reason", "x"), []string{"user", "tom"}, "Nothing would change"},
		{422, "uma", "user.set-expiry", in("until", "soon", "reason", "x"), []string{"user", "tom"}, "Write the day as 2026-09-30."},
		{409, "uma", "user.remove", in("reason", "x"), []string{"user", "eve"}, "A successor is required"},
		{403, "uma", "team.add-member", in("user", "uma", "reason", "x"), []string{"team", "west"}, "Users may not raise themselves"},
		{422, "uma", "team.add-member", in("user", "tim", "reason", "x"), []string{"team", "east"}, `"tim" does not exist`},
		{422, "uma", "invitation.send", in("address", "nobody", "role", "viewer", "reason", "x"), nil, "This is no e-mail address"},
		{422, "uma", "invitation.send", in("address", "n@example.com", "role", "viewer", "days", "-1", "reason", "x"), nil, "Write a whole number"},
		{422, "uma", "invitation.send", in("address", "n@example.com", "role", "viewer", "days", "9", "until", "2027-01-01", "reason", "x"), nil, "but not both"},
		{409, "uma", "invitation.send", in("address", "tom@example.com", "role", "viewer", "reason", "x"), nil, "taken"},
	} {
		typed := url.Values{"step": {"do"}}
		for k, v := range tt.typed {
			typed[k] = v
		}
		p := s.refused(tt.as, tt.form, typed, tt.keys...)
		if p.status != tt.status || !strings.Contains(p.text, tt.text) {
			t.Errorf("%s %v: %d %q, want %d %q", tt.form, tt.typed, p.status, p.text, tt.status, tt.text)
		}
		for name, values := range tt.typed {
			if name != "role" && !strings.Contains(p.body, values[0]) {
				t.Errorf("%s: %s %q is lost", tt.form, name, values[0])
			}
		}
	}
}

// TestNotOffered asks by hand for forms that the reader is not offered.
func TestNotOffered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct {
		status   int
		as, form string
		keys     []string
	}{
		{403, "tom", "user.edit", []string{"user", "mia"}},
		{403, "tom", "user.suspend", []string{"user", "mia"}},
		{403, "dan", "team.create", nil},
		{403, "eve", "invitation.send", nil},
		{403, "uma", "user.suspend", []string{"user", "ann"}},
		{403, "uma", "user.set-role", []string{"user", "uma"}},
		{403, "ann", "user.remove", []string{"user", "ann"}},
		{403, "ann", "owner.transfer", []string{"user", "dan"}},
		{404, "uma", "user.suspend", []string{"user", "nobody"}},
		{404, "uma", "user.add-to-team", []string{"user", "nobody"}},
		{404, "uma", "team.edit", []string{"team", "nobody"}},
		{404, "uma", "invitation.revoke", []string{"invitation", "nobody"}},
		{404, "uma", "invitation.resend", []string{"invitation", "nobody"}},
		{403, "tom", "invitation.revoke", []string{"invitation", "nobody"}},
		{403, "tom", "invitation.amend", []string{"invitation", "nobody"}},
	} {
		query := in(append([]string{"do", tt.form}, tt.keys...)...)
		if p := s.get(tt.as, "/change?"+query.Encode()); p.status != tt.status {
			t.Errorf("%s as %s: %d %s, want %d", tt.form, tt.as, p.status, p.text, tt.status)
		}
		for _, step := range []string{"check", "do"} {
			query.Set("step", step)
			query.Set("for", tt.as)
			query.Set("since", "1")
			query.Set("reason", "x")
			if p := s.post(tt.as, "/change", query); p.status != tt.status {
				t.Errorf("%s as %s, sent: %d %s, want %d", tt.form, tt.as, p.status, p.text, tt.status)
			}
		}
	}
	if seq := s.company.Checkpoint().Seq; seq != 1 {
		t.Errorf("%d events", seq)
	}
}

// TestForged sends forms that no page made.
func TestForged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	form := s.fill("ann", "user.suspend", in("reason", "x", "step", "do"), "user", "tom")
	s.post("uma", "/change", form).want(t, http.StatusForbidden, "You are signed in as somebody else")
	s.post("tom", "/change", form).want(t, http.StatusForbidden).lacks(t, "Tom Team</dd>", "signed in as somebody else") // a form is not shown to those it is not offered
	for _, since := range []string{"", "x", "-1", "99999999999999999999"} {
		form.Set("since", since)
		s.post("ann", "/change", form).want(t, http.StatusBadRequest, "Open it again.")
	}
	form.Set("since", "7") // of the future
	if p := s.post("ann", "/change", form); p.status != http.StatusUnprocessableEntity {
		t.Errorf("since of the future: %d %s", p.status, p.text)
	}
	form.Set("since", "1")
	form.Set("reason", strings.Repeat("x", 300<<10))
	s.post("ann", "/change", form).want(t, http.StatusRequestEntityTooLarge)
	if seq := s.company.Checkpoint().Seq; seq != 1 {
		t.Errorf("%d events", seq)
	}
}

// TestStale sends a form after somebody else changed what it reads: it says what
// they did and what there is now, and has kept what was typed.
func TestStale(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	form := s.fill("uma", "team.edit", in("name", "West", "description", "Warm"), "team", "west")
	s.do("ann", "team.edit", in("name", "Wild West", "description", "The west coast"), "team", "west")
	for _, step := range []string{"check", "do"} {
		form.Set("step", step)
		p := s.post("uma", "/change", form).want(t, http.StatusConflict, "Somebody changed this after you opened the form.", "ann@example.com: Change name or description (event 2)", "Now it is: Wild West")
		if !strings.Contains(p.body, `value="Warm"`) || !strings.Contains(p.body, `name="since" value="2"`) {
			t.Errorf("what was typed is lost, or the form is as old as before: %s", p.body)
		}
	}
	form.Set("since", "2")
	s.post("uma", "/change", form).want(t, http.StatusSeeOther)
}

// TestReplay sends a form that was made before once more: nothing is made twice.
func TestReplay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, tt := range []struct {
		form  string
		typed url.Values
		keys  []string
	}{
		{"team.create", in("name", "North"), nil},
		{"invitation.send", in("address", "new@example.com", "role", "viewer", "reason", "x"), nil},
		{"user.suspend", in("reason", "x"), []string{"user", "tom"}},
		{"team.add-member", in("user", "mia", "reason", "x"), []string{"team", "east"}},
	} {
		form := s.fill("ann", tt.form, tt.typed, tt.keys...)
		checked := s.post("ann", "/change", form).want(t, http.StatusOK)
		if n := strings.Count(checked.body, `name="new" value="`+form.Get("new")+`"`); form.Has("new") && n != 2 {
			t.Errorf("%s draws another id when it is checked", tt.form)
		}
		form.Set("step", "do")
		s.post("ann", "/change", form).want(t, http.StatusSeeOther)
		before := s.company.Checkpoint().Seq
		if p := s.post("ann", "/change", form); p.status != http.StatusConflict || !strings.Contains(p.text, "You did this already") || s.company.Checkpoint().Seq != before {
			t.Errorf("%s again: %d %s", tt.form, p.status, p.text)
		}
	}
	if len(s.mailed) != 1 {
		t.Errorf("%d messages", len(s.mailed))
	}
	form := s.fill("ann", "user.remove", in("reason", "x"), "user", "tom")
	form.Set("step", "do")
	s.post("ann", "/change", form).want(t, http.StatusSeeOther)
	s.post("ann", "/change", form).want(t, http.StatusNotFound) // there is nobody left to remove
}

// TestTyped names people by what is typed, where there are too many for a list.
func TestTyped(t *testing.T) {
	t.Parallel()
	doc, err := document.Parse([]byte(acme))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 250 {
		doc.Users = append(doc.Users, document.User{ID: fmt.Sprint("z", i), Role: "viewer"})
		doc.Teams = append(doc.Teams, document.Team{ID: fmt.Sprint("t", i)})
		doc.Groups = append(doc.Groups, document.Group{ID: fmt.Sprint("g", i), Filter: "nothing"})
	}
	s := newSiteOf(t, doc)
	for _, form := range []string{"team.add-member&team=west", "user.add-to-team&user=tom", "team.attach-group&team=west"} {
		p := s.get("uma", "/change?do="+form)
		_, link, ok := strings.Cut(p.body, `data-suggest="/admin`)
		link, _, _ = strings.Cut(link, `"`)
		if !ok || len(regexp.MustCompile("<option").FindAllString(s.get("uma", link+"&find=t").body, -1)) == 0 {
			t.Errorf("%s suggests nothing: %s", form, link)
		}
		s.get("eve", link+"&find=t").want(t, http.StatusForbidden)
	}
	s.get("uma", "/suggest?of=user&find=DAN").want(t, http.StatusOK, "Dan Data").lacks(t, "Tom")
	s.get("uma", "/suggest?of=group&find=germ").want(t, http.StatusOK, "Germany").lacks(t, "States")
	s.refused("uma", "team.add-member", in("reason", "x", "user", "dam"), "team", "east").want(t, http.StatusUnprocessableEntity, `did you mean "dan"?`)
	s.do("uma", "user.remove", in("reason", "x", "successor", "dan@example.com"), "user", "eve").want(t, http.StatusOK, "Done")
	s.refused("uma", "team.attach-group", in("group", "dee"), "team", "west").want(t, http.StatusUnprocessableEntity, `did you mean "de"?`)
	s.do("uma", "user.add-to-team", in("reason", "x", "team", "east"), "user", "tom").want(t, http.StatusOK, "East")
	s.do("uma", "invitation.send", in("reason", "x", "address", "n@example.com", "role", "viewer", "team", "east\nwest\n"), nil...).want(t, http.StatusOK, "East", "West")
}

// TestDemoted opens a form as somebody who is demoted before they send it.
func TestDemoted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	form := s.fill("uma", "user.suspend", in("reason", "x", "step", "do"), "user", "tom")
	s.do("ann", "user.set-role", in("role", "viewer", "reason", "x"), "user", "uma")
	s.post("uma", "/change", form).want(t, http.StatusForbidden, "Your role does not let you do this.")
	s.get("uma", "/people").want(t, http.StatusForbidden)
	s.do("ann", "user.suspend", in("reason", "x"), "user", "uma")
	s.post("uma", "/change", form).want(t, http.StatusForbidden, "Your access is suspended.")
}

// TestBy has the host say more about who makes a change.
func TestBy(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *console.Config) {
		c.By = func(r *http.Request, by *company.By) { by.Via, by.Correlation = "support", r.Method }
	})
	s.do("ann", "user.suspend", in("reason", " because \r\n"), "user", "tom")
	for e, err := range s.company.History(t.Context(), company.HistoryQuery{After: 1}) {
		if err != nil || e.Via != "support" || e.Correlation != "POST" || e.Reason != "because" {
			t.Errorf("%+v %v", e.Event, err)
		}
	}
}

// TestUndelivered sends an invitation whose message is lost.
func TestUndelivered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.lost = true
	s.do("uma", "invitation.send", in("address", "new@example.com", "role", "viewer", "reason", "x")).
		want(t, http.StatusOK, "Done: ", "Its message was not delivered.")
	s.get("uma", "/invitations?state=undelivered").want(t, http.StatusOK, "new@example.com")
	s.do("ann", "user.suspend", in("reason", "x"), "user", "uma")
	s.get("ann", "/invitations").want(t, http.StatusOK, "On hold: who answers for it could not send it now (suspended).")
}

// TestPaging walks through more people than a page shows.
func TestPaging(t *testing.T) {
	t.Parallel()
	doc, err := document.Parse([]byte(acme))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 120 {
		id := fmt.Sprintf("z%03d", i)
		doc.Users = append(doc.Users, document.User{ID: id, Name: "Zed", Role: "viewer"})
		doc.Teams[1].Members = append(doc.Teams[1].Members, document.Member{User: id})
		doc.Teams = append(doc.Teams, document.Team{ID: "t" + id, Name: "Team " + id})
	}
	s := newSiteOf(t, doc)
	for path, want := range map[string]string{"/people?find=zed": "z", "/team?id=east": "z", "/teams?find=Team": "tz"} {
		var seen []string
		for range 4 {
			p := s.get("ann", path).want(t, http.StatusOK)
			for i := range 120 {
				if id := fmt.Sprintf("%s%03d", want, i); strings.Contains(p.body, "id="+id+`"`) {
					seen = append(seen, id)
				}
			}
			_, next, more := strings.Cut(p.body, `<p class="more"><a href="/admin`)
			if !more {
				break
			}
			next, _, _ = strings.Cut(next, `"`)
			path = strings.ReplaceAll(next, "&amp;", "&")
		}
		if len(seen) != 120 || seen[0] != want+"000" || seen[119] != want+"119" {
			t.Errorf("%s: saw %d", path, len(seen))
		}
	}
	s.get("ann", "/people?role=editor").want(t, http.StatusOK, "Eve Editor").lacks(t, "Zed", "Dan Data")
	s.get("ann", "/people?state=suspended").want(t, http.StatusOK, "Sam Suspended").lacks(t, "Zed")
	s.get("ann", "/people?state=ended").want(t, http.StatusOK, "Nobody is found.")
	s.get("ann", "/team?id=west&find=mia").want(t, http.StatusOK, "Mia Viewer").lacks(t, "Tom Team")
}

// hostile are names that markup, direction marks in all but name, and length
// could break a page with.
var hostile = []string{
	`</title><script>alert(1)</script>`, `" onmouseover="alert(1)`, `{{.}} &amp; <b>`, strings.Repeat("W", 120), `שלום -->`, `'; DROP TABLE users --`,
}

// TestHostileNames shows names that would break a page, on every page that has
// them.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	for _, name := range hostile {
		doc, err := document.Parse([]byte(acme))
		if err != nil {
			t.Fatal(err)
		}
		doc.Users[3].Name, doc.Teams[0].Name, doc.Teams[0].Description, doc.Groups[0].Name, doc.Reports[0].Name = name, name, name, name, name
		s := newSiteOf(t, doc)
		for _, path := range append(pagesOfLists, "/", "/lint", "/change?do=user.remove&user=eve", "/change?do=team.edit&team=west", "/people?find="+url.QueryEscape(name), "/person?id="+url.QueryEscape(name)) {
			for _, as := range []string{"ann", "tom"} {
				s.get(as, path).lacks(t, "<script>", `onmouseover="`, "<b>", "ZgotmplZ")
			}
		}
		form := s.fill("ann", "team.detach-group", nil, "team", "west", "group", "us")
		s.post("ann", "/change", form).want(t, http.StatusOK).lacks(t, "<script>", `onmouseover="`, "<b>")
		form = s.fill("ann", "user.suspend", in("reason", name), "user", "tom")
		s.post("ann", "/change", form).lacks(t, "<script>", `onmouseover="`, "<b>")
		query := in("do", name, "user", name)
		s.get("ann", "/change?"+query.Encode()).want(t, http.StatusNotFound).lacks(t, "<script>")
	}
}
