package authzen_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/authzen"
)

// fixture answers evaluations and searches: it knows its subjects, resources and
// actions, in a fixed order, and decides by a function.
type fixture struct {
	subjectType, resourceType    string
	subjects, resources, actions []string
	decide                       func(authzen.Request) (authzen.Decision, error)
	context                      map[string]any // of each list
}

func (f *fixture) Evaluate(_ context.Context, r authzen.Request) (authzen.Decision, error) {
	return f.decide(r)
}

func (f *fixture) searchSubjects(_ *http.Request, s authzen.Search) (authzen.Results, error) {
	if s.Subject.Type != f.subjectType {
		return authzen.Results{}, nil
	}
	return f.search(s, f.subjects, func(r *authzen.Request, id string) { r.Subject.ID = id })
}

func (f *fixture) searchResources(_ *http.Request, s authzen.Search) (authzen.Results, error) {
	if s.Resource.Type != f.resourceType {
		return authzen.Results{}, nil
	}
	return f.search(s, f.resources, func(r *authzen.Request, id string) { r.Resource.ID = id })
}

func (f *fixture) searchActions(_ *http.Request, s authzen.Search) (authzen.Results, error) {
	return f.search(s, f.actions, func(r *authzen.Request, name string) { r.Action.Name = name })
}

func (f *fixture) search(s authzen.Search, all []string, set func(*authzen.Request, string)) (authzen.Results, error) {
	found := authzen.Results{Context: f.context}
	for _, id := range all[slices.Index(all, s.After)+1:] {
		set(&s.Request, id)
		d, err := f.decide(s.Request)
		if err != nil {
			return authzen.Results{}, err
		}
		if d.Allowed {
			found.IDs = append(found.IDs, id)
		}
	}
	return found, nil
}

// serves serves every request with f.
func (f *fixture) serves(*http.Request) (authzen.Evaluator, error) { return f, nil }

func (f *fixture) searcher() authzen.Searcher {
	return authzen.Searcher{Subjects: f.searchSubjects, Resources: f.searchResources, Actions: f.searchActions}
}

func (f *fixture) both() served { return served{f.serves, f.searcher()} }

// served is what answers the evaluations and the searches of a handler.
type served struct {
	evaluator func(*http.Request) (authzen.Evaluator, error)
	searcher  authzen.Searcher
}

// byPolicy answers both from a policy.
func byPolicy(c authzen.PolicyConfig) served {
	return served{authzen.ForPolicy(c), authzen.SearchPolicy(c)}
}

var errBroken = errors.New("the fixture is broken")

// library lets ann read both books and write b1, and bob read b1. A question about
// the book "broken" fails, about "down" finds the evaluator unavailable, and about
// "half" fails although the decision allows.
func library() *fixture {
	allowed := map[string]bool{"ann read b1": true, "ann write b1": true, "ann read b2": true, "bob read b1": true}
	f := &fixture{
		subjectType: "user", resourceType: "book",
		subjects: []string{"cem", "bob", "ann"}, resources: []string{"b1", "b2", "b3"}, actions: []string{"write", "read"},
	}
	f.decide = func(r authzen.Request) (authzen.Decision, error) {
		switch r.Resource.ID {
		case "broken":
			return authzen.Decision{}, errBroken
		case "half":
			return authzen.Decision{Allowed: true}, errBroken
		case "down":
			return authzen.Decision{}, authzen.ErrUnavailable
		}
		known := r.Subject.Type == "user" && r.Resource.Type == "book"
		if known && allowed[r.Subject.ID+" "+r.Action.Name+" "+r.Resource.ID] {
			return authzen.Decision{Allowed: true, Reason: "never shown"}, nil
		}
		if r.Subject.ID == "silent" {
			return authzen.Decision{}, nil
		}
		return authzen.Decision{Reason: "not-allowed"}, nil
	}
	return f
}

// handle returns a handler that anybody may ask.
func handle(t testing.TB, by served, c authzen.Config) http.Handler {
	t.Helper()
	c.Evaluator, c.Searcher, c.Authenticate = by.evaluator, by.searcher, authzen.Unauthenticated
	if c.OnError == nil {
		c.OnError = func(context.Context, error) {} // not the log of the tests
	}
	h, err := authzen.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// request returns a request with a JSON body for an endpoint below /access/v1/.
func request(endpoint, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/access/v1/"+endpoint, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

// post returns the status and the body that a handler answers with.
func post(t testing.TB, h http.Handler, endpoint, body string) (int, string) {
	t.Helper()
	w := serve(h, request(endpoint, body))
	kind := "application/json"
	if w.Code != http.StatusOK {
		kind = "text/plain; charset=utf-8"
	}
	if got := w.Header().Get("Content-Type"); got != kind {
		t.Errorf("status %d has content type %q", w.Code, got)
	}
	return w.Code, w.Body.String()
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// brokenReader fails in the middle of a body.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// countdown is a context that ends after it was looked at a few times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}
