package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/console"
)

// TestReports follows a report from its making to its end.
func TestReports(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.get("tom", "/reports").want(t, http.StatusOK, "Third quarter", "Make a report").lacks(t, `name="all"`)
	s.get("mia", "/reports").want(t, http.StatusOK, "Third quarter").lacks(t, "Make a report")
	s.get("ann", "/reports").want(t, http.StatusOK, "No report is found.")
	s.get("ann", "/reports?all=1&find=QUARTER").want(t, http.StatusOK, "Third quarter")
	s.get("dan", "/reports?all=1").want(t, http.StatusOK, "No report is found.")
	s.get("ann", "/report?id=q3").want(t, http.StatusOK, "Eve Editor: creator", "West: viewer", "Your level –")
	s.get("tom", "/report?id=q3").want(t, http.StatusOK, "Your level viewer").lacks(t, "Eve", "Shared with", "do=report")
	unknown, unread := s.get("dan", "/report?id=q9"), s.get("dan", "/report?id=q3")
	if unknown.status != http.StatusNotFound || unknown.body != unread.body {
		t.Errorf("a report that is not read is told from one that is not there: %s / %s", unknown.text, unread.text)
	}
	s.get("ann", "/report?id=q9").want(t, http.StatusNotFound)

	made := s.do("eve", "report.create", in("name", "Fourth quarter")).want(t, http.StatusOK, "Done", "Report Fourth quarter", "Your level creator", "Eve Editor: creator")
	_, id, _ := strings.Cut(made.body, "&amp;report=")
	id, _, _ = strings.Cut(id, `"`)
	key := []string{"report", id}
	s.do("eve", "report.share", in("user", "tom@example.com", "level", "editor", "until", "2026-10-01"), key...).want(t, http.StatusOK, "tom: editor until 2026-10-01, included")
	s.do("eve", "report.share-team", in("team", "west", "level", "viewer"), key...).want(t, http.StatusOK, "west: viewer")
	s.get("eve", "/change?do=report.share-team&report="+id).want(t, http.StatusOK, "explores").lacks(t, "also edits it")
	s.refused("eve", "report.share", in("user", "mia", "level", "owner"), key...).want(t, http.StatusUnprocessableEntity, "Choose one of them.")
	s.refused("eve", "report.share", in("user", "mia", "level", "viewer", "until", "x"), key...).want(t, http.StatusUnprocessableEntity, "Write the day")
	s.get("tom", "/change?do=report.share&report="+id).want(t, http.StatusOK, "also edits it").lacks(t, "as creator", "West", "Mia")
	s.do("eve", "report.set", in("name", "Q4"), key...).want(t, http.StatusOK, "Report Q4")
	s.get("tom", "/change?do=report.set&report="+id).want(t, http.StatusNotFound)
	s.get("ann", "/change?do=report.share&report="+id).want(t, http.StatusNotFound)
	s.do("eve", "report.unshare-team", nil, "report", id, "team", "west").want(t, http.StatusOK).lacks(t, "west: viewer")
	s.do("tom", "report.unshare", nil, "report", id, "user", "tom").want(t, http.StatusOK, "Reports").lacks(t, "Q4")
	s.refused("eve", "report.unshare", nil, "report", id, "user", "eve").want(t, http.StatusConflict)
	s.do("eve", "report.delete", nil, key...).want(t, http.StatusOK, "Done", "Reports").lacks(t, "Q4")
}

// TestLinks makes a share link, of which the secret is shown once.
func TestLinks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	form := s.fill("eve", "link.make", nil, "report", "q3")
	form.Set("step", "do")
	p := s.post("eve", "/change", form).want(t, http.StatusOK, "The link is made", "it is shown once")
	secret := p.text[strings.Index(p.text, "Secret ")+len("Secret "):]
	secret, _, _ = strings.Cut(secret, " ")
	if len(secret) < 40 {
		t.Errorf("no secret: %s", p.text)
	}
	id := form.Get("new")
	s.post("eve", "/change", form).want(t, http.StatusConflict)
	for _, page := range []page{s.get("eve", "/links").want(t, http.StatusOK, id, "active", "made by Eve Editor"), s.get("eve", "/report?id=q3").want(t, http.StatusOK, id, "Revoke the link"),
		s.get("eve", "/link?id="+id).want(t, http.StatusOK, "report q3"), s.get("ann", "/links?all=1").want(t, http.StatusOK, id)} {
		page.lacks(t, secret)
	}
	s.get("dan", "/links?all=1").want(t, http.StatusOK, "There is no link.")
	s.get("dan", "/link?id="+id).want(t, http.StatusNotFound)
	s.get("tom", "/report?id=q3").want(t, http.StatusOK).lacks(t, id)
	s.get("dan", "/change?do=link.revoke&link="+id).want(t, http.StatusNotFound)
	s.do("ann", "user.suspend", in("reason", "x"), "user", "eve")
	s.get("ann", "/link?id="+id).want(t, http.StatusOK, "paused")
	s.later = 31 * 24 * 3600 * 1e9
	s.get("ann", "/link?id="+id).want(t, http.StatusOK, "expired")
	s.later = 0
	s.do("ann", "link.revoke", in("reason", "x"), "link", id).want(t, http.StatusOK, "Done")
	s.get("ann", "/link?id="+id).want(t, http.StatusOK, "ended")
}

// TestNameCreator: those who remove people name the creator of a report that has
// none.
func TestNameCreator(t *testing.T) {
	t.Parallel()
	s := newLawSite(t, "")
	s.get("ann", "/report?id=q4").want(t, http.StatusOK).lacks(t, "do=report.name-creator")
	s.get("ann", "/report?id=q0").want(t, http.StatusOK, "Nobody.", "Name a creator")
	s.get("dan", "/change?do=report.name-creator&report=q0").want(t, http.StatusForbidden)
	s.refused("ann", "report.name-creator", in("user", "ann"), "report", "q0").want(t, http.StatusForbidden)
	s.refused("ann", "report.name-creator", in("user", "sam"), "report", "q0").want(t, http.StatusConflict)
	s.do("ann", "report.name-creator", in("user", "mia@example.com"), "report", "q0").want(t, http.StatusOK, "Done: Name a creator", "Mia Viewer: creator").lacks(t, "do=report.name-creator")
	s.refused("ann", "report.name-creator", in("user", "tom"), "report", "q0").want(t, http.StatusUnprocessableEntity, "it has one")
}

// TestShareLink shows the address of the host's that opens a link, and what a
// person calls their own by its name.
func TestShareLink(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *console.Config) {
		c.ShareLink = func(id access.LinkID, secret string) string {
			return "https://app.example.com/s/" + string(id) + "#" + secret
		}
	})
	form := s.fill("eve", "link.make", nil, "report", "q3")
	form.Set("step", "do")
	s.post("eve", "/change", form).want(t, http.StatusOK, "https://app.example.com/s/"+form.Get("new")+"#", "Anyone who has this address").lacks(t, "Ask those who run it")

	s.do("eve", "report.share", in("user", "tom", "level", "creator"), "report", "q3")
	s.get("tom", "/report?id=q3").want(t, http.StatusOK, "Tom Team: creator", "Give up this report", "eve: creator", "West: viewer")
	s.get("tom", "/change?do=report.unshare-team&report=q3&team=west").want(t, http.StatusOK, "Team West")
	s.get("tom", "/change?do=report.unshare&report=q3&user=eve").want(t, http.StatusOK, "Of eve")
	s.do("tom", "report.unshare", nil, "report", "q3", "user", "tom").want(t, http.StatusOK, "Done")
}
