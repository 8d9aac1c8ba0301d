package console_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
)

// TestHistory filters the history.
func TestHistory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.must("uma", memberOf("east", "tom"))
	s.must("ann", company.SetRole{User: "mia", Role: "editor"})
	const joins, role, none = "Tom Team joins team East", "The role of Mia Viewer is now editor, and was viewer", "There is no such event."
	for _, tt := range []struct {
		query       string
		shows, omit string
	}{
		{"", role, none},
		{"target=user:tom", joins, role},
		{"target=user%3Atom&actor=uma", joins, role},
		{"actor=uma", joins, "The company Acme begins"},
		{"actor=mia", none, role},
		{"before=3", joins, role},
		{"after=2", role, joins},
		{"from=2026-09-02", none, role},
		{"to=2026-08-31", none, role},
		{"from=2026-09-01&to=2026-09-01", role, none},
	} {
		p := s.get("ann", "/history?"+tt.query).want(t, 200, tt.shows)
		if strings.Contains(p.text, tt.omit) {
			t.Errorf("%q shows %q: %s", tt.query, tt.omit, p.text)
		}
	}
	for query, field := range map[string]string{"target=mia": "target", "from=x": "from", "to=x": "to", "before=x": "", "after=-1": ""} {
		p := s.get("ann", "/history?"+query).want(t, 400)
		if !strings.Contains(p.body, `role="alert"`) || field != "" && !strings.Contains(p.body, `name="`+field+`" value="`+strings.TrimPrefix(query, field+"=")+`"`) {
			t.Errorf("%s: no error, or what was typed is lost:\n%s", query, p.body)
		}
		s.get("ann", "/history/csv?"+query).want(t, 400)
	}
}

// TestHistoryPages reads a long history from its end to its beginning: each
// event once, in order, and no page looks back over all of it.
func TestHistoryPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 120 {
		as, name := "ann", fmt.Sprintf("Acme %d", i)
		s.must(as, company.SetCompanyName{Name: name})
	}
	want := 121
	for path := "/history"; path != ""; {
		p := s.get("ann", path).want(t, 200)
		for _, link := range strings.Split(p.body, `<th scope="row" class="number"><a href="/admin/event?seq=`)[1:] {
			if seq, _, _ := strings.Cut(link, `"`); seq != fmt.Sprint(want) {
				t.Fatalf("%s shows event %s, want %d", path, seq, want)
			}
			want--
		}
		_, next, _ := strings.Cut(p.body, `<p class="more"><a href="/admin`)
		path, _, _ = strings.Cut(next, `"`)
	}
	if want != 0 {
		t.Errorf("%d events are on no page", want)
	}
}

// TestHistoryReads: a page reads as much of the log as it needs, and links to
// what is before only if it was asked for.
func TestHistoryReads(t *testing.T) {
	t.Parallel()
	log := &brokenLog{Log: audit.NewMemory()}
	s := found(t, log, company.Founding{Document: new(document.Document)})
	for i := range 600 {
		s.must("ann", company.SetCompanyName{Name: fmt.Sprintf("Acme %d", i)})
	}
	log.read = 0
	s.get("ann", "/history").want(t, 200, "Earlier events")
	if log.read > 260 {
		t.Errorf("a page of 50 events reads %d", log.read)
	}
	s.get("ann", "/history?after=590").want(t, 200, "is now Acme 599").lacks(t, "Earlier events", "Acme 588")
	s.get("ann", "/history?target=user%3Anobody").want(t, 200, "There is no such event.")
}

// TestLongFounding: a founding that has many people is told without its name,
// which would take reading all of it.
func TestLongFounding(t *testing.T) {
	t.Parallel()
	s := manySite(t, 5000)
	for _, page := range []string{"/history", "/event?seq=1"} {
		s.get("ann", page).want(t, 200, "The company begins").lacks(t, "The company <bdi>Acme</bdi> begins")
	}
}

// TestEvent shows one event with all that it says.
func TestEvent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.must("uma", memberOf("east", "tom"))
	p := s.get("ann", "/event?seq=2").want(t, 200, "Event 2", "Tom Team joins team East", "team.add-member", "version 1", "2026-09-01 12:00",
		"Uma User", "with the role user-manager then", "uma@example.com", "it is needed", "team:east", "user:tom", `"user": "tom"`,
		s.company.Checkpoint().Hash.String(), "Event before").lacks(t, "Event after")
	if !strings.Contains(p.body, `href="/admin/history?target=user%3Atom"`) {
		t.Errorf("no link to what happened to tom:\n%s", p.body)
	}
	s.get("ann", "/event?seq=1").want(t, 200, "The company Acme begins", "Event after").lacks(t, "Event before")
	for _, seq := range []string{"", "0", "3", "x", "-1", "18446744073709551615", "18446744073709551616"} {
		s.get("ann", "/event?seq="+seq).want(t, 404)
	}
}
