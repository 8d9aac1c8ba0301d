package authzen_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/authzen"
)

func Example() {
	var current atomic.Pointer[access.Policy]
	current.Store(access.MustLoad(`{
	  "attributes": {"country": "string"},
	  "accounts":   [{"id": "us-1", "source": "google", "country": "US"},
	                 {"id": "de-1", "source": "google", "country": "DE"}],
	  "groups":     [{"id": "us", "filter": "country = 'US'"}],
	  "teams":      [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
	  "users":      [{"id": "ann", "email": "ann@example.com", "role": "team-member"}]
	}`))
	policy := func(*http.Request) (*access.Policy, error) { return current.Load(), nil }
	gateway := func(r *http.Request) error {
		if r.Header.Get("Authorization") != "Bearer gateway-secret" {
			return errors.New("not the gateway")
		}
		return nil
	}
	handler, err := authzen.New(authzen.Config{
		Evaluator:    authzen.ForPolicy(authzen.PolicyConfig{Policy: policy}),
		Authenticate: gateway,
		Reasons:      true,
	})
	if err != nil {
		fmt.Println(err)
		return
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
