package companies_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/companies"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/live"
)

// TestSource guards a route of many companies: each is answered by its own policy,
// one that is not there by 404, and a store that is away by 503.
func TestSource(t *testing.T) {
	t.Parallel()
	s, c := newTestStore(), new(clock)
	found(t, s.MemoryStore, c, "acme", "away")
	s.onLog = func(_ context.Context, name string) error {
		if name == "away" {
			return errAway
		}
		return nil
	}
	all := newCompanies(t, s, &companies.Config{Company: configOf(c, 3*time.Second)})
	guard, err := accesshttp.New(accesshttp.Config{
		SourceOf: func(r *http.Request) (live.Source, error) { return all.Source(r.Context(), r.PathValue("company")) },
		Subject: func(r *http.Request) (access.Subject, error) {
			return access.User(r.Header.Get("User")), nil
		},
		OnError: func(context.Context, error) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{company}/users", guard.Require(access.ViewDirectory, accesshttp.Fixed(access.Company()))(http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "users") })))
	for _, tt := range []struct {
		company, user string
		status        int
	}{
		{"acme", "boss", 200}, {"acme", "dan", 403}, {"none", "boss", 404}, {"a%0Ab", "boss", 404}, {"away", "boss", 503},
	} {
		r := httptest.NewRequest("GET", "/"+tt.company+"/users", nil)
		r.Header.Set("User", tt.user)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		if w.Code != tt.status {
			t.Errorf("%s in %s: %d, want %d", tt.user, tt.company, w.Code, tt.status)
		}
	}
	for name, want := range map[string]error{"none": admission.ErrNotFound, "away": admission.ErrUnavailable} {
		source, err := all.Source(t.Context(), name)
		if source != nil || !errors.Is(err, want) {
			t.Errorf("the source of %s is %v, %v; want %v", name, source, err, want)
		}
	}
}

// TestSourceLasts asks the source of a long request again and again: it has the
// policy of now, and none if that cannot be had.
func TestSourceLasts(t *testing.T) {
	t.Parallel()
	s, c := newTestStore(), new(clock)
	config := &companies.Config{Company: configOf(c, 3*time.Second)}
	here, there := newCompanies(t, s, config), newCompanies(t, s, config)
	co, err := here.Found(t.Context(), "acme", foundingOf("acme"))
	if err != nil {
		t.Fatal(err)
	}
	source, err := there.Source(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	do(t, co, addDan("dan"))
	has := func() bool { return source.Policy().Active(access.User("dan")).Allowed }
	if has() {
		t.Error("the log was read before it was time")
	}
	c.pass(time.Hour)
	if !has() {
		t.Error("the log was not read although it was time")
	}
	s.onRead = func(context.Context, string) error { return errAway }
	c.pass(2 * time.Second)
	if source.Policy() == nil {
		t.Error("there is no policy within the bound")
	}
	c.pass(2 * time.Second)
	if p := source.Policy(); p != nil {
		t.Error("there is a policy beyond the bound")
	}
	s.onRead = nil
	if source.Policy() == nil {
		t.Error("the store is there again, and there is no policy")
	}
	s.onRead = func(context.Context, string) error { return company.ErrDiverged }
	c.pass(2 * time.Second)
	if source.Policy() != nil {
		t.Error("the log lost something, and there is a policy")
	}
}
