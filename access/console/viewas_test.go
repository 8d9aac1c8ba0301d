package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
)

// TestViewAs shows exactly the accounts that Decide allows.
func TestViewAs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.do("ann", "team.add-member", in("user", "tom", "reason", "x"), "team", "east")
	s.get("uma", "/view-as?user=tom").want(t, http.StatusOK, "What Tom Team sees", "3 accounts, by source", "google 2", "Third quarter viewer", "make reports")
	s.get("uma", "/view-as?user=tom&team=east").want(t, http.StatusOK, "1 account, by source", "de-1").lacks(t, "us-1")
	s.get("uma", "/view-as?user=tom&team=north").want(t, http.StatusOK, "They may do nothing: deny unknown-session-team", "None.")
	s.get("uma", "/view-as?user=sam").want(t, http.StatusOK, "They may do nothing: deny suspended", "None.").lacks(t, "us-1", "make reports")
	s.get("uma", "/view-as?user=nobody").want(t, http.StatusNotFound)
	for _, as := range []string{"dan", "eve", "tom"} {
		s.get(as, "/view-as?user=tom").want(t, http.StatusForbidden)
	}
	for _, user := range []string{"ann", "tom", "mia", "sam"} {
		p := s.get("ann", "/view-as?user="+user)
		for _, id := range []datagroup.AccountID{"us-1", "us-2", "de-1"} {
			shown := strings.Contains(p.body, "/account?id="+string(id)+`"`)
			if d := s.company.Decide(access.User(user), access.ViewAccount, access.Account(id)); shown != d.Allowed {
				t.Errorf("%s and %s: shown %v, %v", user, id, shown, d)
			}
		}
	}
}

// TestWhy asks questions by hand.
func TestWhy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ask := func(as string, pairs ...string) page { return s.get(as, "/why?"+in(pairs...).Encode()) }
	ask("uma").want(t, http.StatusOK, "Explain").lacks(t, "id=\"answer\"")
	ask("uma", "user", "tom", "action", "account.view", "kind", "account", "id", "us-1").
		want(t, http.StatusOK, "allowed Allow: team west, data group us", "open", "Who may", "Mia Viewer", "Tom Team")
	ask("uma", "user", "tom@example.com", "action", "account.view", "kind", "account", "id", "de-1").
		want(t, http.StatusOK, "denied Deny out-of-reach", "closed", "country = 'US' : does not match", "What would help", "Add tom to team east", "Do it")
	help := ask("uma", "user", "tom", "action", "account.view", "kind", "account", "id", "de-1")
	if !strings.Contains(help.body, `href="/admin/change?do=team.add-member&amp;team=east&amp;user=tom"`) || strings.Contains(help.body, "do=datagroup.create") {
		t.Errorf("the way to help is not linked: %s", help.body)
	}
	if link := "do=team.attach-group&amp;group=de&amp;team=west"; !strings.Contains(help.body, link) {
		t.Errorf("%s is not linked: %s", link, help.body)
	}
	if form := s.get("uma", "/change?do=team.attach-group&group=de&team=west"); !strings.Contains(form.body, `value="de" selected`) {
		t.Errorf("the data group is not chosen: %s", form.body)
	}
	s.get("uma", "/change?do=team.add-member&team=east&user=tom").want(t, http.StatusOK, "Add a member")
	ask("uma", "user", "sam", "action", "account.view", "kind", "account", "id", "us-1").want(t, http.StatusOK, "Reinstate sam", "Do it")
	ask("uma", "user", "mia", "action", "report.create", "kind", "company").want(t, http.StatusOK, "the role", "Do it")
	ask("uma", "user", "uma", "action", "datagroup.create", "kind", "company").want(t, http.StatusOK, "What would help").lacks(t, "Do it")
	ask("uma", "user", "mia", "team", "east", "action", "account.view", "kind", "account", "id", "de-1").want(t, http.StatusOK, "not-a-member")
	ask("uma", "user", "tom", "action", "team.edit", "kind", "team", "id", "wst").want(t, http.StatusOK, "denied")
	ask("uma", "user", "ann", "action", "team.edit", "kind", "team", "id", "wst").want(t, http.StatusOK, "Did you mean west?", "Nobody.")
	ask("uma", "user", "tom", "action", "", "kind", "team").want(t, http.StatusOK, "Say who, what, and at what kind of thing.")
	ask("uma", "user", "<b>", "action", "\"'", "kind", "\u202e", "id", "</p>").want(t, http.StatusOK, "denied").lacks(t, "<b>", "</p></")
	for _, as := range []string{"dan", "eve", "tom"} {
		ask(as, "user", as, "action", "account.view", "kind", "account", "id", "us-1").want(t, http.StatusForbidden)
	}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.get("tom", "/accounts").want(t, http.StatusOK, "us-1", "us-2").lacks(t, "de-1")
	s.get("tom", "/accounts?find=2").want(t, http.StatusOK, "us-2").lacks(t, "us-1")
	s.get("sam", "/accounts").want(t, http.StatusForbidden)
	s.get("tom", "/account?id=us-1").want(t, http.StatusOK, "Account us-1", "country US", "google").lacks(t, "Who sees it")
	unknown, unseen := s.get("tom", "/account?id=xx-1"), s.get("tom", "/account?id=de-1")
	if unknown.status != http.StatusNotFound || unknown.body != unseen.body {
		t.Errorf("an account that is not seen is told from one that is not there: %s / %s", unknown.text, unseen.text)
	}
	s.get("ann", "/account?id=us-1").want(t, http.StatusOK, "Data groups United States", "Who sees it", "Tom Team").lacks(t, "Germany")
	s.get("dan", "/account?id=us-1").want(t, http.StatusOK, "Data groups United States").lacks(t, "Who sees it", "Tom Team")
	s.get("tom", "/account?id=us-1").lacks(t, "United States")
	s.get("ann", "/account?id=xx").want(t, http.StatusNotFound)
}

func TestPicture(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.get("uma", "/picture?team=west").want(t, http.StatusOK, "What team West sees", "United States 2 2 0 google, meta", "2 accounts by 1 data group.")
	if !strings.Contains(p.body, `src="/admin/picture.svg?team=west"`) {
		t.Error("the picture is not in the page")
	}
	s.get("uma", "/picture").want(t, http.StatusOK, "Teams and what they see", "West 2 1", "East 1 1")
	for _, path := range []string{"/picture.svg", "/picture.svg?team=west"} {
		drawn := s.get("uma", path)
		if drawn.status != http.StatusOK || drawn.header.Get("Content-Type") != "image/svg+xml" || !strings.HasPrefix(drawn.body, "<svg") || !strings.Contains(drawn.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %d %v", path, drawn.status, drawn.header)
		}
		s.get("tom", path).want(t, http.StatusForbidden)
	}
	for _, path := range []string{"/picture?team=", "/picture.svg?team="} {
		s.get("uma", path+url.QueryEscape("no such")).want(t, http.StatusNotFound)
	}
}

// TestQuestions: the page of questions offers what somebody may be allowed here,
// by a role or at a report, and no action that no role of the company has.
func TestQuestions(t *testing.T) {
	p := newSite(t).get("ann", "/why")
	for action, offered := range map[string]bool{
		"account.view": true, "metric.edit": true, "user.set-role": true, "report.view": true, "report.share-creator": true, "link.revoke": true,
		"heatmap.view": false, "project.delete": false, "owner.transfer": false,
	} {
		if got := strings.Contains(p.body, `<option value="`+action+`"`); got != offered {
			t.Errorf("%s is offered: %t", action, got)
		}
	}
}
