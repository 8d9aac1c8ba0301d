package authzen_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/authzen"
	"github.com/ambit-authz/ambit/access/live"
)

// A gateway asks a policy.
func Example() {
	current := live.New(access.MustLoad(`{
	  "attributes": {"country": "string"},
	  "accounts":   [{"id": "us-1", "source": "google", "country": "US"},
	                 {"id": "de-1", "source": "google", "country": "DE"}],
	  "groups":     [{"id": "us", "filter": "country = 'US'"}],
	  "teams":      [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
	  "users":      [{"id": "ann", "email": "ann@example.com", "role": "team-member"}]
	}`))
	policy := authzen.PolicyConfig{Source: current}
	gateway := func(r *http.Request) error {
		if r.Header.Get("Authorization") != "Bearer gateway-secret" {
			return errors.New("not the gateway")
		}
		return nil
	}
	handler, err := authzen.New(authzen.Config{
		Evaluator:    authzen.ForPolicy(policy),
		Searcher:     authzen.SearchPolicy(policy),
		Authenticate: gateway,
		Reasons:      true,
	})
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()

	ask := func(endpoint, body string) {
		request, err := http.NewRequest("POST", server.URL+"/access/v1/"+endpoint, strings.NewReader(body))
		if err != nil {
			fmt.Println(err)
			return
		}
		request.Header.Set("Authorization", "Bearer gateway-secret")
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			fmt.Println(err)
			return
		}
		defer response.Body.Close()
		answer, err := io.ReadAll(response.Body)
		fmt.Println(response.StatusCode, string(answer), err)
	}
	ask("evaluation", `{"subject": {"type": "user", "id": "ann"},
	  "action": {"name": "account.view"},
	  "resource": {"type": "account", "id": "us-1"}}`)
	ask("evaluations", `{"subject": {"type": "user", "id": "ann", "properties": {"team": "americas"}},
	  "action": {"name": "account.view"},
	  "evaluations": [{"resource": {"type": "account", "id": "us-1"}}, {"resource": {"type": "account", "id": "de-1"}}]}`)
	ask("search/resource", `{"subject": {"type": "user", "id": "ann"},
	  "action": {"name": "account.view"},
	  "resource": {"type": "account"}}`)
	// Output:
	// 200 {"decision":true} <nil>
	// 200 {"evaluations":[{"decision":true},{"decision":false,"context":{"reason":"out-of-reach"}}]} <nil>
	// 200 {"results":[{"type":"account","id":"us-1"}]} <nil>
}

// ownersOnly answers from a table instead of a policy: the owner of a document
// may do everything with it.
type ownersOnly map[string]string

func (o ownersOnly) Evaluate(_ context.Context, r authzen.Request) (authzen.Decision, error) {
	if r.Resource.Type == "document" && r.Subject.Type == "user" && o[r.Resource.ID] == r.Subject.ID {
		return authzen.Decision{Allowed: true}, nil
	}
	return authzen.Decision{Reason: "not-the-owner"}, nil
}

// documents returns the documents of an owner.
func (o ownersOnly) documents(_ *http.Request, s authzen.Search) (found authzen.Results, err error) {
	for _, id := range slices.Sorted(maps.Keys(o)) {
		if s.Resource.Type == "document" && s.Subject.Type == "user" && o[id] == s.Subject.ID && id > s.After {
			found.IDs = append(found.IDs, id)
		}
	}
	return found, nil
}

// Anything can answer, not only a policy. This host offers one of the searches.
func ExampleEvaluator() {
	owners := ownersOnly{"plan": "ann", "notes": "ann", "budget": "bob"}
	handler, err := authzen.New(authzen.Config{
		Evaluator:    func(*http.Request) (authzen.Evaluator, error) { return owners, nil },
		Searcher:     authzen.Searcher{Resources: owners.documents},
		Authenticate: authzen.Unauthenticated, // the handler is behind a gateway that authenticates
		Reasons:      true,
	})
	if err != nil {
		log.Fatal(err)
	}
	ask := func(endpoint, body string) {
		r := httptest.NewRequest("POST", "/access/v1/"+endpoint, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body)
	}
	ask("evaluation", `{"subject": {"type": "user", "id": "ann"}, "action": {"name": "read"}, "resource": {"type": "document", "id": "budget"}}`)
	ask("search/resource", `{"subject": {"type": "user", "id": "ann"}, "action": {"name": "read"}, "resource": {"type": "document"}}`)
	ask("search/subject", `{"subject": {"type": "user"}, "action": {"name": "read"}, "resource": {"type": "document", "id": "plan"}}`)
	// Output:
	// 200 {"decision":false,"context":{"reason":"not-the-owner"}}
	// 200 {"results":[{"type":"document","id":"notes"},{"type":"document","id":"plan"}]}
	// 404 there is no such endpoint
}
