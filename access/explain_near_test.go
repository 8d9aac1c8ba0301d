package access_test

import (
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
)

// TestExplainMeant: what nothing is hidden about is suggested where its id is
// nearly right; what may be out of reach is not.
func TestExplainMeant(t *testing.T) {
	p := access.MustLoad(`{
	  "catalog": {"extends": "company", "grant": {"admin": ["campaign.pause"]},
	              "kinds": [{"name": "campaign", "in": "account", "actions": ["campaign.pause"]}]},
	  "accounts": [{"id": "us-1", "source": "google"}],
	  "groups":   [{"id": "everything-us", "filter": "everything"}],
	  "teams":    [{"id": "americas"}],
	  "users":    [{"id": "ann", "email": "ann@x.test", "role": "admin"}, {"id": "robert", "role": "viewer"}],
	  "reports":  [{"id": "quarter"}]
	}`)
	for _, tt := range []struct {
		want     string
		action   access.Action
		resource access.Resource
	}{
		{"robert", access.RemoveUser, access.TargetUser("robrt")},
		{"americas", access.EditTeam, access.Team("america")},
		{"everything-us", access.EditGroup, access.Group("everything-uk")},
		{"editor", access.GrantRole, access.Role("edtor")},
		{"", access.RemoveUser, access.TargetUser("somebody")},
		{"", access.RemoveUser, access.TargetUser("robert")},
		{"", access.ViewAccount, access.Account("us-2")},
		{"", access.ViewReport, access.Report("quartr")},
		{"account.view", "account.veiw", access.Account("us-1")},
		{"report.view", "Report.View", access.Report("quarter")},
		{"campaign.pause", "campain.pause", access.Item("campaign", "c1", "us-1")},
		{"", "everything", access.Company()},
		{"", "", access.Company()},
		{"account", access.ViewAccount, access.Kind("acount").Resource("us-1", "")},
		{"campaign", "campaign.pause", access.Item("campain", "c1", "us-1")},
		{"", access.ViewAccount, access.Kind("galaxy").Resource("us-1", "")},
	} {
		e := p.Explain(access.User("ann"), tt.action, tt.resource)
		if e.Meant != tt.want || strings.Contains(e.String(), "did you mean") != (tt.want != "") {
			t.Errorf("%s at %s: meant is %q, want %q; %s", tt.action, tt.resource, e.Meant, tt.want, e)
		}
	}
	if e := p.Explain(access.User("robert"), access.RemoveUser, access.TargetUser("an")); e.Meant != "" {
		t.Errorf("to somebody who may not remove anybody: %s", e)
	}
	for _, tt := range []struct {
		want string
		who  access.Subject
	}{
		{"robert", access.User("robrt")},
		{"americas", access.Session("ann", "america")},
		{"", access.User("somebody")},
		{"", access.User("")},
		{"", access.Session("ann", "team")},
	} {
		if e := p.Explain(tt.who, access.ViewAccount, access.Account("us-1")); e.Meant != tt.want {
			t.Errorf("asked by %v: meant is %q, want %q; %s", tt.who, e.Meant, tt.want, e)
		}
	}
}
