package authzen_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/authzen"
	"github.com/ambit-authz/ambit/access/live"
)

// acme is a company in which mia sees US accounts through team west, dan is an
// admin, and every role may edit campaigns.
const acme = `{
  "catalog": {"roles": [
    {"name": "admin", "data": "all", "manages": ["admin", "member"], "capabilities":
      ["account.view", "report.create", "team.edit", "team.create", "datagroup.edit", "user.remove", "role.grant", "source.edit", "campaign.edit"]},
    {"name": "member", "data": "teams", "default": true, "offered": true, "capabilities": ["account.view", "report.create", "campaign.edit"]}
  ], "kinds": [
    {"name": "account", "actions": ["campaign.edit"]}, {"name": "campaign", "in": "account", "actions": ["campaign.edit"]},
    {"name": "company", "actions": ["campaign.edit"]}, {"name": "brand", "in": "company", "actions": ["campaign.edit"]},
    {"name": "budget", "in": "company", "actions": ["campaign.edit"]}
  ]},
  "attributes": {"country": "string"},
  "accounts":   [{"id": "us-2", "source": "google", "country": "US"}, {"id": "us-1", "source": "google", "country": "US"},
                 {"id": "de-1", "source": "google", "country": "DE"}],
  "groups":     [{"id": "us", "filter": "country = 'US'"}, {"id": "de", "filter": "country = 'DE'"}],
  "teams":      [{"id": "west", "groups": ["us"], "members": [{"user": "mia"}]},
                 {"id": "east", "groups": ["de"], "members": [{"user": "mia"}]}],
  "users":      [{"id": "mia", "email": "mia@acme.test", "role": "member"}, {"id": "dan", "email": "dan@acme.test", "role": "admin"}],
  "reports":    [{"id": "q1", "grants": [{"user": "mia", "level": "creator"}]}, {"id": "q2", "grants": [{"team": "west", "level": "viewer"}]}],
  "links":      [{"id": "l1", "maker": "mia", "action": "report.view", "resource": {"kind": "report", "id": "q1"}}]
}`

// runPolicy asks a policy, with reasons. A case is the answer and the question:
// subject, action and resource in a shorthand for their JSON: type:id, then
// properties.
func runPolicy(t *testing.T, c authzen.PolicyConfig, endpoint string, cases [][2]string) {
	t.Helper()
	c.Source = live.New(access.MustLoad(acme))
	h := handle(t, byPolicy(c), authzen.Config{Reasons: true})
	asked := make(map[string]bool)
	for _, c := range cases {
		status, answer := post(t, h, endpoint, longhand(t, c[1]))
		answer = strings.NewReplacer(`{"decision":true}`, "allow", `{"decision":false,"context":{"reason":"`, "deny ", `"}}`, "",
			`{"results":[`, "", `]}`, "", `"type":`, "", `"id":`, "", `"name":`, "", `{`, "", `}`, "", `"`, "").Replace(answer)
		if status != 200 || answer != c[0] || asked[c[1]] {
			t.Errorf("%s: %d %s, want %s once", c[1], status, answer, c[0])
		}
		asked[c[1]] = true
	}
}

// longhand writes "user:mia, report.view, report:q1 {…}" as JSON.
func longhand(t *testing.T, short string) string {
	entity := func(text string) string {
		text, properties, more := strings.Cut(text, " ")
		kind, id, ok := strings.Cut(text, ":")
		if !ok {
			t.Fatal(short)
		}
		if !more {
			return fmt.Sprintf(`{"type":%q,"id":%q}`, kind, id)
		}
		return fmt.Sprintf(`{"type":%q,"id":%q,"properties":%s}`, kind, id, properties)
	}
	parts := strings.SplitN(short, ", ", 3)
	return fmt.Sprintf(`{"subject":%s,"action":{"name":%q},"resource":%s}`, entity(parts[0]), parts[1], entity(parts[2]))
}

func TestForPolicy(t *testing.T) {
	runPolicy(t, authzen.PolicyConfig{}, "evaluation", [][2]string{
		{"allow", `user:mia, account.view, account:us-1`},
		{"allow", `user:mia {"team":"west"}, account.view, account:us-1`},
		{"allow", `user:mia {"Team":"east","department":7}, account.view, account:us-1`},
		{"allow", `user:mia, campaign.edit, account:us-1 {"account":"us-1"}`},
		{"allow", `user:mia, campaign.edit, campaign:c1 {"account":"us-1","status":"on"}`},
		{"allow", `user:mia, campaign.edit, brand:b1`},
		{"allow", `user:mia, campaign.edit, brand:b1 {"status":"on"}`},
		{"allow", `user:mia, report.view, report:q2`},
		{"allow", `user:mia, report.create, company:company`},
		{"allow", `user:mia, link.revoke, link:l1`},
		{"allow", `user:dan, user.remove, user:mia`},
		{"allow", `user:dan, role.grant, role:member`},
		{"allow", `user:dan, team.edit, team:west`},
		{"allow", `user:dan, datagroup.edit, group:us`},

		{"deny out-of-reach", `user:mia {"team":"east"}, account.view, account:us-1`},
		{"deny not-a-member", `user:mia {"team":"north"}, account.view, account:us-1`},
		{"deny no-subject", `user:mia {"team":""}, account.view, account:us-1`},
		{"deny no-subject", `user:mia {"team":null}, account.view, account:us-1`},
		{"deny no-subject", `user:mia {"team":7}, account.view, account:us-1`},
		{"deny no-subject", `user:mia {"team":["west"]}, account.view, account:us-1`},
		{"deny no-subject", `user:mia {"team":{"id":"west"}}, account.view, account:us-1`},
		{"deny no-subject", `user:, account.view, account:us-1`},
		{"deny no-subject", `:mia, account.view, account:us-1`},
		{"deny no-subject", `User:mia, account.view, account:us-1`},
		{"deny no-subject", `robot:mia, account.view, account:us-1`},
		{"deny no-subject", `link:l1, report.view, report:q1`},
		{"deny unknown-user", `user:eve, account.view, account:us-1`},

		{"deny unknown-action", `user:mia, fly, account:us-1`},
		{"deny unknown-action", `user:mia, Account.View, account:us-1`},
		{"deny unknown-action", `user:mia, , account:us-1`},
		{"deny no-resource", `user:dan, account.view, :us-1`},
		{"deny no-resource", `user:dan, account.view, : {"account":"us-1"}`},
		{"deny no-resource", `user:dan, account.view, account:`},
		{"deny out-of-reach", `user:dan, campaign.edit, campaign:c1`},
		{"deny out-of-reach", `user:mia, campaign.edit, campaign:c1 {"account":"zz-1"}`},
		{"deny no-resource", `user:mia, campaign.edit, campaign: {"account":"us-1"}`},
		{"deny no-resource", `user:mia, campaign.edit, brand:`},
		{"deny no-resource", `user:dan, campaign.edit, campaign:c1 {"account":""}`},
		{"deny no-resource", `user:dan, campaign.edit, campaign:c1 {"account":null}`},
		{"deny no-resource", `user:dan, campaign.edit, campaign:c1 {"account":["us-1"]}`},
		{"deny out-of-reach", `user:dan, campaign.edit, campaign:c1 {"company":true}`},
		{"deny malformed-resource", `user:dan, campaign.edit, brand:b1 {"account":"us-1"}`},
		{"deny no-resource", `user:dan, campaign.edit, brand:b1 {"account":""}`},
		{"deny unknown-kind", `user:dan, campaign.edit, bramd:b1`},
		{"deny unknown-kind", `user:dan, account.view, Campaign:c1 {"account":"us-1"}`},
		{"deny unknown-action", `user:dan, campaign.edt, bramd:b1`},
		{"deny wrong-kind", `user:dan, team.edit, brand:b1`},
		{"deny malformed-resource", `user:mia, account.view, account:us-1 {"account":"de-1"}`},
		{"deny no-resource", `user:mia, account.view, account:us-1 {"account":""}`},
		{"deny malformed-resource", `user:mia, report.view, report:q1 {"account":"us-1"}`},
		{"deny no-resource", `user:mia, report.view, report:q1 {"account":""}`},
		{"deny no-resource", `user:mia, report.create, company:acme`},
		{"deny no-resource", `user:mia, report.create, company:`},
		{"deny no-resource", `user:mia, report.create, company:company {"account":"us-1"}`},
		{"deny wrong-kind", `user:mia, report.view, account:us-1`},
		{"deny no-capability", `user:mia, team.edit, team:west`},
	})
	runPolicy(t, authzen.PolicyConfig{Company: "acme", Links: true}, "evaluation", [][2]string{
		{"allow", `user:mia, report.create, company:acme`},
		{"deny no-resource", `user:mia, report.create, company:company`},
		{"allow", `link:l1, report.view, report:q1`},
		{"deny link-scope", `link:l1, report.edit, report:q1`},
		{"deny link-ended", `link:ghost, report.view, report:q1`},
		{"deny no-subject", `link:l1 {"team":"west"}, report.view, report:q1`},
		{"deny no-subject", `link:, report.view, report:q1`},
	})
}

func TestForPolicySearches(t *testing.T) {
	links := authzen.PolicyConfig{Company: "acme", Links: true}
	runPolicy(t, authzen.PolicyConfig{}, "search/subject", [][2]string{
		{"user,dan,user,mia", `user:, account.view, account:us-1`},
		{"user,mia", `user: {"team":"west"}, account.view, account:us-1`},
		{"", `user: {"team":"east"}, account.view, account:us-1`},
		{"", `user: {"team":7}, account.view, account:us-1`},
		{"user,mia", `user:, report.edit, report:q1`},
		{"", `user:, report.edit, report:ghost`},
		{"", `link:, report.view, report:q1`},
		{"", `robot:, account.view, account:us-1`},
	})
	runPolicy(t, links, "search/subject", [][2]string{
		{"link,l1", `link:, report.view, report:q1`},
		{"", `link: {"team":"west"}, report.view, report:q1`},
		{"", `link:, report.edit, report:q1`},
		{"", `link:, report.view, :`},
	})
	runPolicy(t, links, "search/resource", [][2]string{
		{"account,de-1,account,us-1,account,us-2", `user:mia, account.view, account:`},
		{"account,us-1,account,us-2", `user:mia {"team":"west"}, account.view, account:`},
		{"", `user:mia {"team":7}, account.view, account:`},
		{"account,de-1,account,us-1,account,us-2", `user:mia, campaign.edit, account:`},
		{"account,us-1", `user:mia, account.view, account: {"account":"us-1"}`},
		{"", `user:mia, account.view, account: {"account":1}`},
		{"", `user:mia, source.edit, account:`},
		{"", `link:l1, account.view, account:`},
		{"report,q1", `link:l1, report.view, report:`},
		{"report,q1,report,q2", `user:mia, report.view, report:`},
		{"report,q1", `user:mia {"team":"east"}, report.view, report:`},
		{"", `user:mia, report.view, report: {"account":"us-1"}`},
		{"", `user:dan, report.view, report:`},
		{"company,acme", `user:mia, report.create, company:`},
		{"", `user:mia, team.create, company:`},
		{"user,mia", `user:dan, user.remove, user:`},
		{"role,admin,role,member", `user:dan, role.grant, role:`},
		{"team,east,team,west", `user:dan, team.edit, team:`},
		{"group,de,group,us", `user:dan, datagroup.edit, group:`},
		{"link,l1", `user:mia, link.revoke, link:`},
		{"", `user:mia, campaign.edit, campaign: {"account":"us-1"}`},
	})
	runPolicy(t, authzen.PolicyConfig{}, "search/action", [][2]string{
		{"account.view,campaign.edit", `user:mia, , account:us-1`},
		{"", `user:mia {"team":"east"}, , account:us-1`},
		{"account.view,campaign.edit", `user:mia, , campaign:c1 {"account":"us-1"}`},
		{"", `user:mia, , campaign:c1`},
		{"campaign.edit,report.create", `user:mia, , company:company`},
		{"", `user:eve, , account:us-1`},
	})
}

// TestObserver checks that decisions are observed, and searches are not.
func TestObserver(t *testing.T) {
	var seen []access.Decision
	policy := access.MustLoad(acme)
	h := handle(t, byPolicy(authzen.PolicyConfig{
		Source:   live.New(policy),
		Observer: func(_ context.Context, d access.Decision) { seen = append(seen, d) },
	}), authzen.Config{})
	body := longhand(t, `user:mia, account.view, account:us-1`)
	post(t, h, "evaluation", body)
	post(t, h, "evaluations", body[:len(body)-1]+`,"evaluations":[{},{"subject":{"type":"user","id":"eve"}},{"action":{}}]}`)
	for _, endpoint := range []string{"search/subject", "search/resource", "search/action"} {
		post(t, h, endpoint, body)
	}
	allowed := policy.Decide(access.User("mia"), access.ViewAccount, access.Account("us-1"))
	denied := policy.Decide(access.User("eve"), access.ViewAccount, access.Account("us-1"))
	if want := fmt.Sprint([]access.Decision{allowed, allowed, denied}); fmt.Sprint(seen) != want || !allowed.Allowed {
		t.Errorf("observed %v, want %s", seen, want)
	}
}

// TestReasonsArePublic compares the answers about something out of reach and
// about something that does not exist.
func TestReasonsArePublic(t *testing.T) {
	runPolicy(t, authzen.PolicyConfig{}, "evaluation", [][2]string{
		{"deny out-of-reach", `user:mia {"team":"west"}, account.view, account:de-1`},
		{"deny out-of-reach", `user:mia {"team":"west"}, account.view, account:ghost`},
		{"deny out-of-reach", `user:dan, report.view, report:q1`},
		{"deny out-of-reach", `user:dan, report.view, report:ghost`},
		{"deny not-a-member", `user:dan {"team":"west"}, account.view, account:us-1`},
		{"deny not-a-member", `user:dan {"team":"ghost"}, account.view, account:us-1`},
	})
}

// TestPolicyFails wants no answer without a policy.
func TestPolicyFails(t *testing.T) {
	acmePolicy := live.New(access.MustLoad(acme))
	none := authzen.PolicyConfig{SourceOf: func(*http.Request) (live.Source, error) { return acmePolicy, errBroken }}
	body := longhand(t, `user:mia, account.view, account:us-1`)
	batch := body[:len(body)-1] + `,"evaluations":[{},{}]}`
	for _, c := range []struct {
		name   string
		config authzen.PolicyConfig
		want   string
		status int
	}{
		{"an error", none, errBroken.Error(), 500},
		{"a source without a policy", authzen.PolicyConfig{Source: live.New(nil)}, "authzen: temporarily unavailable: the Source has no policy", 503},
		{"a source with the zero policy", authzen.PolicyConfig{Source: live.New(new(access.Policy))}, "authzen: temporarily unavailable: the Source has no policy", 503},
		{"no source", authzen.PolicyConfig{SourceOf: func(*http.Request) (live.Source, error) { return nil, nil }}, "authzen: PolicyConfig.SourceOf returned no Source", 500},
	} {
		var reported []string
		h := handle(t, byPolicy(c.config), authzen.Config{OnError: func(_ context.Context, err error) { reported = append(reported, err.Error()) }})
		for _, endpoint := range endpoints {
			reported = nil
			if status, answer := post(t, h, endpoint, batch); status != c.status || !slices.Equal(reported, []string{c.want}) {
				t.Errorf("%s, %s: %d %s, reported %v", c.name, endpoint, status, answer, reported)
			}
		}
	}
}

// TestEvaluatorHasNoPolicy asks an Evaluator of the host's that denies for want of
// a policy: that is no answer, alone or in a batch, and says when to ask again.
func TestEvaluatorHasNoPolicy(t *testing.T) {
	behind := library()
	behind.decide = func(r authzen.Request) (authzen.Decision, error) {
		d := (*access.Policy)(nil).Decide(access.User(r.Subject.ID), access.ViewAccount, access.Account(r.Resource.ID))
		return authzen.Decision{Allowed: d.Allowed, Reason: string(d.Public().Reason)}, nil
	}
	for name, reasons := range map[string]bool{"with reasons": true, "without": false} {
		reported := 0
		h := handle(t, behind.both(), authzen.Config{Reasons: reasons, OnError: func(_ context.Context, err error) {
			if reported++; !errors.Is(err, authzen.ErrUnavailable) {
				t.Errorf("%s: reported %v", name, err)
			}
		}})
		body := longhand(t, `user:mia, account.view, account:us-1`)
		for endpoint, body := range map[string]string{"evaluation": body, "evaluations": body[:len(body)-1] + `,"evaluations":[{},{}]}`} {
			reported = 0
			w := serve(h, request(endpoint, body))
			if w.Code != 503 || w.Header().Get("Retry-After") != admission.RetryAfter || strings.Contains(w.Body.String(), "decision") || reported != 1 {
				t.Errorf("%s, %s: %d %v %s, reported %d", name, endpoint, w.Code, w.Header(), w.Body, reported)
			}
		}
	}
}

// TestSourceOf answers each request from the policy of its company, and of its
// beginning.
func TestSourceOf(t *testing.T) {
	current := live.New(access.MustLoad(acme))
	companies := map[string]live.Source{"acme": current, "empty": live.New(access.MustLoad(`{}`))}
	h := handle(t, byPolicy(authzen.PolicyConfig{
		// The first question of the batch takes the policy away.
		Observer: func(context.Context, access.Decision) { current.Replace(access.MustLoad(`{}`)) },
		SourceOf: func(r *http.Request) (live.Source, error) {
			if source := companies[r.Header.Get("Company")]; source != nil {
				return source, nil
			}
			return nil, authzen.ErrForbidden
		},
	}), authzen.Config{})
	body := longhand(t, `user:mia, account.view, account:us-1`)
	batch := body[:len(body)-1] + `,"evaluations":[{},{}]}`
	const found = `{"results":[{"type":"account","id":"de-1"},{"type":"account","id":"us-1"},{"type":"account","id":"us-2"}]}`
	for _, c := range []struct {
		status                        int
		company, endpoint, body, want string
	}{
		{200, "acme", "search/resource", body, found},
		{200, "empty", "search/resource", body, `{"results":[]}`},
		{403, "other", "search/resource", body, "the caller may not ask this\n"},
		{403, "other", "evaluation", body, "the caller may not ask this\n"},
		{200, "empty", "evaluation", body, no},
		{200, "acme", "evaluations", batch, `{"evaluations":[{"decision":true},{"decision":true}]}`},
	} {
		r := request(c.endpoint, c.body)
		r.Header.Set("Company", c.company)
		current.Replace(access.MustLoad(acme))
		if w := serve(h, r); w.Code != c.status || w.Body.String() != c.want {
			t.Errorf("%s, %s: %d %s", c.company, c.endpoint, w.Code, w.Body)
		}
	}
}

// TestImpossibleIDs asks about ids that no policy can hold, where a possible id
// would be allowed.
func TestImpossibleIDs(t *testing.T) {
	e, err := authzen.ForPolicy(authzen.PolicyConfig{Source: live.New(access.MustLoad(acme)), Links: true})(nil)
	if err != nil {
		t.Fatal(err)
	}
	user := authzen.Entity{Type: "user", ID: "mia"}
	for _, c := range []struct {
		name, reason, action string
		id, good             string // an id that may be tried, and one that is allowed
		ask                  func(r *authzen.Request, id string)
	}{
		{"the item of an account", "no-resource", "campaign.edit", "c1", "c2", func(r *authzen.Request, id string) {
			r.Resource = authzen.Entity{Type: "campaign", ID: id, Properties: map[string]any{"account": "us-1"}}
		}},
		{"an item of the company", "no-resource", "campaign.edit", "c1", "c2", func(r *authzen.Request, id string) {
			r.Resource = authzen.Entity{Type: "brand", ID: id, Properties: map[string]any{}}
		}},
		{"a type", "no-resource", "campaign.edit", "brand", "budget", func(r *authzen.Request, id string) {
			r.Resource = authzen.Entity{Type: id, ID: "b1", Properties: map[string]any{}}
		}},
		{"an account of an item", "no-resource", "campaign.edit", "us-1", "us-2", func(r *authzen.Request, id string) {
			r.Resource = authzen.Entity{Type: "campaign", ID: "c1", Properties: map[string]any{"account": id}}
		}},
		{"an account", "no-resource", "account.view", "us-1", "us-2", func(r *authzen.Request, id string) {
			r.Resource = authzen.Entity{Type: "account", ID: id}
		}},
		{"a user", "no-subject", "report.create", "mia", "dan", func(r *authzen.Request, id string) { r.Subject.ID = id }},
		{"a team", "no-subject", "report.create", "west", "east", func(r *authzen.Request, id string) {
			r.Subject.Properties = map[string]any{"team": id}
		}},
		{"a link", "no-subject", "report.view", "l1", "l1", func(r *authzen.Request, id string) {
			r.Subject, r.Resource = authzen.Entity{Type: "link", ID: id}, authzen.Entity{Type: "report", ID: "q1"}
		}},
	} {
		decide := func(id string) authzen.Decision {
			r := authzen.Request{Subject: user, Action: authzen.Action{Name: c.action}, Resource: authzen.Entity{Type: "company", ID: "company"}}
			c.ask(&r, id)
			d, err := e.Evaluate(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		for _, id := range []string{c.id, c.good} {
			if d := decide(id); !d.Allowed {
				t.Errorf("%s %q: %v", c.name, id, d)
			}
		}
		for _, id := range []string{"", strings.Repeat("x", 257), c.id + "\xff", c.id + "\n", c.id + "\x7f", c.id + "\u0085", "\x00"} {
			if d := decide(id); d.Allowed || d.Reason != c.reason {
				t.Errorf("%s %q: %v", c.name, id, d)
			}
		}
		if longest := decide(strings.Repeat("x", 256)); longest.Reason == c.reason {
			t.Errorf("%s of 256 bytes: %v", c.name, longest)
		}
	}
}

// TestSearchLinksCost checks that a search for links does not cost the size of
// the company.
func TestSearchLinksCost(t *testing.T) {
	var users strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&users, `{"id":"u%d","email":"u%d@acme.test","role":"admin"},`, i, i)
	}
	policy := access.MustLoad(strings.Replace(acme, `"users":      [`, `"users":      [`+users.String(), 1))
	find := authzen.SearchPolicy(authzen.PolicyConfig{Source: live.New(policy)}).Resources
	r := request("search/resource", "")
	search := authzen.Search{Limit: 1}
	search.Subject, search.Action.Name = authzen.Entity{Type: "user", ID: "mia"}, "link.revoke"
	search.Resource.Type = "link"
	cost := testing.AllocsPerRun(10, func() {
		if found, err := find(r, search); err != nil || len(found.IDs) != 1 {
			t.Errorf("%v, %v", found, err)
		}
	})
	if cost > 100 {
		t.Errorf("%v allocations for one link", cost)
	}
}

// TestLongSearchEnds ends the context in the middle of a search.
func TestLongSearchEnds(t *testing.T) {
	var text strings.Builder
	text.WriteString(`{"users":[`)
	for i := range 1000 {
		fmt.Fprintf(&text, `{"id":"u%d","email":"u%d@acme.test","role":"admin"},`, i, i)
	}
	policy := access.MustLoad(strings.TrimSuffix(text.String(), ",") + `]}`)
	find := authzen.SearchPolicy(authzen.PolicyConfig{Source: live.New(policy)}).Subjects
	r := request("search/subject", "")
	ending := r.WithContext(&countdown{Context: t.Context(), left: 2})
	search := authzen.Search{Limit: 2000}
	search.Subject.Type, search.Action.Name = "user", "company.edit"
	search.Resource = authzen.Entity{Type: "company", ID: "company"}
	if found, err := find(ending, search); err == nil || found.IDs != nil {
		t.Errorf("%d found, %v", len(found.IDs), err)
	}
	if found, err := find(r, search); err != nil || len(found.IDs) != 1000 {
		t.Errorf("%d found, %v", len(found.IDs), err)
	}
}

// TestObserverPanics: a panic of the observer changes no answer.
func TestObserverPanics(t *testing.T) {
	asked := 0
	h := handle(t, byPolicy(authzen.PolicyConfig{
		Source: live.New(access.MustLoad(`{"users": [{"id": "mia", "email": "mia@x.test", "role": "admin"}]}`)),
		Observer: func(context.Context, access.Decision) {
			asked++
			panic("an observer fails")
		},
	}), authzen.Config{})
	if status, answer := post(t, h, "evaluation", longhand(t, `user:mia, team.create, company:company`)); asked != 1 || status != 200 || !strings.Contains(answer, `"decision":true`) {
		t.Errorf("asked %d times, %d %s", asked, status, answer)
	}
}
