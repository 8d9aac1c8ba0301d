package authzen_test

import (
	"net/http"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/authzen"
	"github.com/ambit-authz/ambit/access/live"
)

func TestZeroValues(t *testing.T) {
	if (authzen.Decision{}).Allowed {
		t.Error("the zero Decision allows")
	}
	config := authzen.PolicyConfig{Source: live.New(access.MustLoad(acme))}
	e, err := authzen.ForPolicy(config)(nil)
	if err != nil {
		t.Fatal(err)
	}
	if d, err := e.Evaluate(t.Context(), authzen.Request{}); d.Allowed || d.Reason != "no-subject" || err != nil {
		t.Errorf("the zero Request: %v, %v", d, err)
	}
	s := authzen.SearchPolicy(config)
	for name, find := range map[string]func(*http.Request, authzen.Search) (authzen.Results, error){
		"subjects": s.Subjects, "resources": s.Resources, "actions": s.Actions,
	} {
		if found, err := find(request("", ""), authzen.Search{}); len(found.IDs) > 0 || err != nil {
			t.Errorf("the zero Search for %s: %v, %v", name, found, err)
		}
	}
	body := longhand(t, `user:mia, account.view, account:us-1`)
	h := handle(t, byPolicy(config), authzen.Config{})
	for endpoint, want := range map[string]string{
		"evaluation":      `{"decision":true}`,
		"search/subject":  `{"results":[{"type":"user","id":"dan"},{"type":"user","id":"mia"}]}`,
		"search/resource": `{"results":[{"type":"account","id":"de-1"},{"type":"account","id":"us-1"},{"type":"account","id":"us-2"}]}`,
	} {
		if status, answer := post(t, h, endpoint, body); status != 200 || answer != want {
			t.Errorf("with no optional field, %s: %d %s", endpoint, status, answer)
		}
	}
	if status, answer := post(t, h, "evaluations", body[:len(body)-1]+`,"evaluations":[{}]}`); status != 200 || answer != `{"evaluations":[{"decision":true}]}` {
		t.Errorf("with no optional field: %d %s", status, answer)
	}
	if h, err := authzen.New(authzen.Config{}); h != nil || err == nil {
		t.Errorf("the zero Config makes %v, %v", h, err)
	}
}
