package console_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
)

// openQ3 opens a review as ann.
func openQ3(t testing.TB, s *site) {
	t.Helper()
	p := s.do("ann", "review.open", in("review", "q3", "due", "2026-09-30", "reason", "the third quarter"))
	p.want(t, 200, "Review q3", "Open: 7")
}

// decision is the form of an item, as a page sends it to somebody who saw the
// company as it is now.
func (s *site) decision(as, row, decision, reason string) url.Values {
	return in("do", "review.decide", "for", as, "since", fmt.Sprint(s.company.Checkpoint().Seq), "step", "do",
		"review", "q3", "row", row, "after", "", "decision", decision, "reason", reason)
}

// TestReview opens a review, decides as two reviewers, carries something out,
// closes the review and saves the evidence.
func TestReview(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.get("ann", "/reviews").want(t, 200, "There was no review yet.", "Open a review")
	openQ3(t, s)
	s.get("ann", "/review?id=q3").want(t, 200, "Open: 7", "All: 7", "by Ann Admin: the third quarter", "Due 2026-09-30", "7 of 7 are not decided")
	p := s.get("ann", "/reviews").want(t, 200, "To open another, close the one that is open.")
	if !strings.Contains(p.body, `href="/admin/review?id=q3"`) || strings.Contains(p.body, "do=review.open") {
		t.Errorf("no link to the review, or one to open another:\n%s", p.body)
	}
	for row, decision := range map[string]string{"user:mia": "keep", "user:tom": "reduce", "user:eve": "revoke"} {
		p := s.post("ann", "/change", s.decision("ann", row, decision, "as agreed")).want(t, 303)
		to := p.header.Get("Location")
		if !strings.HasPrefix(to, "/admin/review?") || !strings.HasSuffix(to, "#done") {
			t.Errorf("%s leads to %s", row, to)
		}
		s.get("ann", pathOf(to)).want(t, 200, "Done: ")
	}
	p = s.get("ann", "/review?id=q3").want(t, 200, "Open: 4", "What was decided is not carried out")
	if strings.Contains(p.body, "mia@example.com") || strings.Contains(p.body, "Nobody decided") || !strings.Contains(p.body, `href="/admin/access?id=eve"`) {
		t.Errorf("what is open shows what is decided, or that it is open:\n%s", p.body)
	}
	p = s.get("ann", "/review?id=q3&all=1").want(t, 200, "by Ann Admin: as agreed", "mia@example.com")
	if !strings.Contains(p.body, `class="state revoke"`) {
		t.Errorf("no decision is shown:\n%s", p.body)
	}
	s.must("uma", company.RemoveUser{User: "eve", Successor: "dan"})
	s.get("ann", "/review?id=q3&all=1").want(t, 200, "Carried out event 6")
	reviewByAnother(t, s)
	closeQ3(t, s)
}

// reviewByAnother decides about ann as uma, who tries it for herself, too.
func reviewByAnother(t *testing.T, s *site) {
	t.Helper()
	p := s.get("uma", "/review?id=q3").want(t, 200, "This is about you. Somebody else decides about it.")
	if !strings.Contains(p.body, `name="row" value="user:ann"`) || strings.Contains(p.body, `name="row" value="user:uma"`) {
		t.Errorf("uma is offered the wrong forms:\n%s", p.body)
	}
	s.post("uma", "/change", s.decision("uma", "user:uma", "keep", "the one and only")).want(t, 403, "the one and only", "Nobody may decide about their own access.")
	s.post("uma", "/change", s.decision("uma", "user:ann", "keep", "the administrator")).want(t, 303)
}

// closeQ3 closes the review, and looks at what is left of it.
func closeQ3(t *testing.T, s *site) {
	t.Helper()
	s.do("ann", "review.close", in(), "review", "q3").want(t, 200, "Nobody decided about it", "Download the evidence", "What was decided is not carried out").lacks(t, "<textarea")
	form := in("do", "review.close", "for", "ann", "since", fmt.Sprint(s.company.Checkpoint().Seq), "step", "do", "review", "q3", "reason", "once more")
	p := s.post("ann", "/change", form).want(t, 409, "once more")
	if !strings.Contains(p.body, `role="alert"`) {
		t.Errorf("closing again: %s", p.text)
	}
	p = s.get("ann", "/review/evidence?id=q3").want(t, 200)
	if kind, name := p.header.Get("Content-Type"), p.header.Get("Content-Disposition"); kind != "application/zip" || name != "attachment; filename=evidence-q3.zip" {
		t.Errorf("%s, %s", kind, name)
	}
	archive, err := zip.NewReader(bytes.NewReader([]byte(p.body)), int64(len(p.body)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := company.CheckEvidence(t.Context(), archive, s.company.Checkpoint()); err != nil {
		t.Error(err)
	}
	s.get("ann", "/register").want(t, 200, "last 2026-09-01")
	s.get("ann", "/reviews").want(t, 200, "closed", "Open a review")
}

// TestReviewErrors sends forms that are refused: each is answered with the reason
// and what was typed, and nothing comes of it.
func TestReviewErrors(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	openQ3(t, s)
	stale, changed := s.decision("ann", "user:tom", "keep", "seen before"), s.decision("ann", "user:mia", "keep", "as I saw it")
	s.must("uma", company.SetRole{User: "mia", Role: "editor"})
	s.post("ann", "/change", s.decision("ann", "user:tom", "keep", "first")).want(t, 303)
	s.post("ann", "/change", changed).want(t, 409).lacks(t, "Now it is") // a decision is nothing that was there
	with := func(form url.Values, name, value string) url.Values {
		if form.Set(name, value); value == "" {
			form.Del(name)
		}
		return form
	}
	for name, tt := range map[string]struct {
		form  url.Values
		want  int
		texts []string
	}{
		"oneself":                {s.decision("ann", "user:ann", "keep", "I <am> needed"), 403, []string{`role="alert"`, ">I &lt;am&gt; needed</textarea>"}},
		"without a reason":       {s.decision("ann", "user:mia", "revoke", ""), 422, []string{`role="alert"`, "reason is required", `value="revoke" checked`}},
		"without a decision":     {s.decision("ann", "user:mia", "", "because"), 422, []string{`role="alert"`, ">because</textarea>"}},
		"another decision":       {s.decision("ann", "user:mia", "forget", "because"), 422, []string{`role="alert"`, ">because</textarea>"}},
		"nobody":                 {s.decision("ann", "user:none", "keep", "because"), 404, nil},
		"what is decided":        {s.decision("ann", "user:tom", "revoke", "second"), 409, []string{`role="alert"`, ">second</textarea>"}},
		"what was decided since": {stale, 409, []string{`role="alert"`, "You did this already", ">seen before</textarea>"}},
		"what was changed since": {changed, 409, []string{`role="alert"`, "Somebody changed this", ">as I saw it</textarea>", "uma@example.com"}},
		"no review":              {with(s.decision("ann", "user:tom", "keep", "x"), "review", "none"), 404, nil},
		"without the event":      {with(s.decision("ann", "user:mia", "keep", "x"), "since", ""), 400, []string{"cannot be understood"}},
		"as somebody else":       {s.decision("uma", "user:mia", "keep", "x"), 403, []string{"You are signed in as somebody else"}},
		"a second review":        {in("do", "review.open", "for", "ann", "since", "2", "step", "do", "review", "q4", "reason", "early"), 409, []string{`role="alert"`, `value="q4"`, ">early</textarea>"}},
		"a wrong day":            {in("do", "review.open", "for", "ann", "since", "2", "step", "do", "review", "q4", "due", "soon", "reason", "early"), 422, []string{"Write the day as 2026-09-30.", `value="soon"`}},
		"to close none":          {in("do", "review.close", "for", "ann", "since", "2", "step", "do", "review", "none"), 404, nil},
		"too large":              {in("do", "review.close", "for", "ann", "since", "2", "step", "do", "review", "q3", "reason", strings.Repeat("x", 300_000)), 413, nil},
	} {
		before := s.company.Checkpoint()
		p := s.post("ann", "/change", tt.form)
		for _, text := range tt.texts {
			if !strings.Contains(p.body, text) {
				t.Errorf("%s is answered without %q:\n%s", name, text, p.body)
			}
		}
		if p.status != tt.want || s.company.Checkpoint() != before {
			t.Errorf("%s: %d, want %d and no event", name, p.status, tt.want)
		}
	}
	s.get("ann", "/review?id=none").want(t, 404)
	s.get("ann", "/review?id=q3&all=1").want(t, 200, "Changed since event 3", "by Ann Admin: first")
	for _, id := range []string{"none", "q3"} {
		s.get("ann", "/review/evidence?id="+id).want(t, 404)
	}
}

// TestReviewGuards sends every form as somebody who may not, as nobody, and from
// another origin: nothing comes of it.
func TestReviewGuards(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	openQ3(t, s)
	before := s.company.Checkpoint()
	for name, form := range map[string]url.Values{
		"open":   in("do", "review.open", "since", "2", "step", "do", "review", "q4", "reason", "typed with care"),
		"decide": s.decision("", "user:tom", "keep", "typed with care"),
		"close":  in("do", "review.close", "since", "2", "step", "do", "review", "q3", "reason", "typed with care"),
	} {
		for _, as := range []string{"mia", "tom", "eve", "dan", "sam"} {
			form.Set("for", as)
			s.post(as, "/change", form).want(t, 403).lacks(t, "@example.com", "typed with care")
		}
		s.post("", "/change", form).want(t, 401)
		form.Set("for", "ann")
		r := httptest.NewRequest("POST", "/admin/change", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		if p := s.send("ann", r); p.status != 403 {
			t.Errorf("%s from another origin: %d", name, p.status)
		}
	}
	if s.company.Checkpoint() != before {
		t.Error("there is an event")
	}
}

// TestReviewerOnly: whoever runs reviews and may not read the log sees no page
// that is made from it, is led to none, and saves no evidence.
func TestReviewerOnly(t *testing.T) {
	t.Parallel()
	doc, err := document.Parse([]byte(`{"catalog": {"extends": "company", "roles": [{"name": "reviewer", "capabilities": ["review.run"], "data": "teams"}]},
		"users": [{"id": "rae", "role": "reviewer"}, {"id": "tom", "role": "viewer"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	s := newSiteOf(t, doc)
	s.do("ann", "review.open", in("review", "q3"))
	s.post("rae", "/change", s.decision("rae", "user:tom", "revoke", "left")).want(t, 303)
	s.must("ann", removalOf("tom"))
	p := s.get("rae", "/").want(t, 200)
	if !strings.Contains(p.body, `href="/admin/reviews"`) || strings.Contains(p.body, `href="/admin/register"`) {
		t.Errorf("the menu offers the wrong pages:\n%s", p.body)
	}
	s.get("rae", "/review?id=q3").want(t, 200, "Open: 2").lacks(t, "/admin/event", "/admin/access")
	s.get("rae", "/review?id=q3&all=1").want(t, 200, "Carried out event 4").lacks(t, "/admin/event", "/admin/access")
	s.must("ann", company.CloseReview{Review: "q3"})
	s.get("rae", "/review?id=q3").want(t, 200, "Evidence").lacks(t, "/admin/review/evidence", "/admin/event", "/admin/access")
	for _, page := range []string{"/register", "/access?id=tom", "/due", "/history", "/event?seq=1", "/settings", "/review/evidence?id=q3", "/register/csv"} {
		s.get("rae", page).want(t, 403, "Your role does not let you do this.")
	}
}

// TestReviewInPages works through a review of more items than a page has.
func TestReviewInPages(t *testing.T) {
	t.Parallel()
	s := manySite(t, 60)
	s.do("ann", "review.open", in("review", "q3"))
	p := s.get("ann", "/review?id=q3").want(t, 200, "Open: 61", "Next page")
	if !strings.Contains(p.body, `href="/admin/review?after=user%3Au018&amp;id=q3"`) || !strings.Contains(p.body, `name="row" value="user:u018"`) || strings.Contains(p.body, `name="row" value="user:u019"`) {
		t.Errorf("the first page:\n%s", p.body)
	}
	p = s.get("ann", "/review?after=user%3Au018&id=q3").want(t, 200)
	if !strings.Contains(p.body, `name="row" value="user:u019"`) || strings.Contains(p.body, `name="row" value="user:u018"`) {
		t.Errorf("the second page:\n%s", p.body)
	}
	form := s.decision("ann", "user:u019", "keep", "needed")
	form.Set("after", "user:u018")
	to := s.post("ann", "/change", form).want(t, 303).header.Get("Location")
	if !strings.HasPrefix(to, "/admin/review?after=user%3Au018&") {
		t.Errorf("after a decision on the second page: %s", to)
	}
	p = s.get("ann", "/review?after=user%3Au054&id=q3").want(t, 200).lacks(t, "Next page")
	s.do("ann", "review.close", in(), "review", "q3").want(t, 200, "There are 10 more. The evidence has all of them.")
}
