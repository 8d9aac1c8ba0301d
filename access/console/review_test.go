package console_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
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
		if !strings.HasPrefix(to, "/admin/review?") {
			t.Errorf("%s leads to %s", row, to)
		}
		s.get("ann", strings.TrimPrefix(to, "/admin")).want(t, 200, "Done: ")
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
