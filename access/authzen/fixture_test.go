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

// fixture is an Evaluator that knows its subjects, resources and actions, in
// a fixed order, and decides by a function.
type fixture struct {
	subjectType, resourceType    string
	subjects, resources, actions []string
	decide                       func(authzen.Request) (authzen.Decision, error)
}

func (f *fixture) Evaluate(_ context.Context, r authzen.Request) (authzen.Decision, error) {
	return f.decide(r)
}

func (f *fixture) SearchSubjects(_ context.Context, s authzen.Search) ([]string, error) {
	if s.Subject.Type != f.subjectType {
		return nil, nil
	}
	return f.search(s, f.subjects, func(r *authzen.Request, id string) { r.Subject.ID = id })
}

func (f *fixture) SearchResources(_ context.Context, s authzen.Search) ([]string, error) {
	if s.Resource.Type != f.resourceType {
		return nil, nil
	}
	return f.search(s, f.resources, func(r *authzen.Request, id string) { r.Resource.ID = id })
}

func (f *fixture) SearchActions(_ context.Context, s authzen.Search) ([]string, error) {
	return f.search(s, f.actions, func(r *authzen.Request, name string) { r.Action.Name = name })
}

func (f *fixture) search(s authzen.Search, all []string, set func(*authzen.Request, string)) ([]string, error) {
	var found []string
	for _, id := range all[slices.Index(all, s.After)+1:] {
		set(&s.Request, id)
		d, err := f.decide(s.Request)
		if err != nil {
			return nil, err
		}
		if d.Allowed {
			found = append(found, id)
		}
	}
	return found, nil
}

// serves serves every request with f.
func (f *fixture) serves(*http.Request) (authzen.Evaluator, error) { return f, nil }

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
func handle(t testing.TB, evaluator func(*http.Request) (authzen.Evaluator, error), c authzen.Config) http.Handler {
	t.Helper()
	c.Evaluator, c.Authenticate = evaluator, authzen.Unauthenticated
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
