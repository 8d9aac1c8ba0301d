package admission_test

import (
	"context"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/live"
)

// world has somebody for each thing that can be said of a subject alone, and
// reports and accounts that ann sees and does not see.
const world = `{
  "catalog": {"extends": "company", "kinds": [{"name": "campaign", "in": "account"}]},
  "attributes": {"country": "string"},
  "accounts": [{"id": "us-1", "source": "google", "country": "US"}, {"id": "de-1", "source": "google", "country": "DE"}],
  "groups": [{"id": "us", "filter": "country = 'US'"}, {"id": "de", "filter": "country = 'DE'"}],
  "teams": [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
  "users": [{"id": "ann", "email": "ann@example.com", "role": "team-member"},
            {"id": "sue", "email": "sue@example.com", "role": "admin", "suspended": true},
            {"id": "eve", "email": "eve@example.com", "role": "admin", "until": "2001-01-01"},
            {"id": "ada", "email": "ada@example.com", "role": "admin"}],
  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "viewer"}, {"user": "ada", "level": "creator"}]},
              {"id": "q2", "grants": [{"user": "ada", "level": "creator"}]}],
  "links": [{"id": "l1", "maker": "ann", "action": "report.view", "resource": {"kind": "report", "id": "q1"}},
            {"id": "l2", "maker": "sue", "action": "report.view", "resource": {"kind": "report", "id": "q1"}}]
}`

// request is a request of a transport that only these tests have.
type request struct {
	ctx context.Context
	who access.Subject
	err error // of the authentication
	of  access.Resource
	bad error // of what names the resource
}

func contextOf(r *request) context.Context { return r.ctx }

func resourceOf(r *request) (access.Resource, error) { return r.of, r.bad }

// config returns a configuration that answers from current, and reports nothing.
func config(current live.Source) admission.Config[*request] {
	return admission.Config[*request]{
		Source:  current,
		Subject: func(r *request) (access.Subject, error) { return r.who, r.err },
		OnError: func(context.Context, error) {},
	}
}

func newGuard(t *testing.T, c admission.Config[*request]) *admission.Guard[*request] {
	t.Helper()
	g, err := admission.New(contextOf, c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// edit changes a policy that must take the change.
func edit(t *testing.T, current *live.Policy, change func(*access.Edit)) {
	t.Helper()
	if err := current.Edit(func(e *access.Edit) error { change(e); return nil }); err != nil {
		t.Fatal(err)
	}
}
