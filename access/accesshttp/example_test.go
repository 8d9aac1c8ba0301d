package accesshttp_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
)

var current atomic.Pointer[access.Policy]

// sessionUser stands for the host's authentication: nothing of it is Ambit's.
func sessionUser(r *http.Request) (access.Subject, error) {
	user, err := r.Cookie("user")
	if err != nil {
		return access.Subject{}, fmt.Errorf("%w: %w", accesshttp.ErrUnauthenticated, err)
	}
	return access.User(user.Value), nil
}

// get prints how a handler answers a user.
func get(h http.Handler, path, user string) {
	r := httptest.NewRequest("GET", path, nil)
	if user != "" {
		r.AddCookie(&http.Cookie{Name: "user", Value: user})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body)
}

// A route is protected by one line, where it is registered.
func Example() {
	current.Store(access.MustLoad(`{
	  "users":   [{"id": "ann", "email": "ann@example.com", "role": "viewer"}],
	  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "viewer"}]}, {"id": "q2"}]
	}`))
	guard := &accesshttp.Guard{
		Policy:  func(*http.Request) (*access.Policy, error) { return current.Load(), nil },
		Subject: sessionUser,
	}
	show := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "report %s for %s", r.PathValue("report"), accesshttp.Subject(r.Context()))
	})

	mux := http.NewServeMux()
	mux.Handle("GET /reports/{report}", guard.Require(access.ViewReport, accesshttp.Path("report", access.Report))(show))

	get(mux, "/reports/q1", "ann")
	get(mux, "/reports/q2", "ann")
	get(mux, "/reports/q1", "")
	// Output:
	// 200 report q1 for ann
	// 403 {"title":"Forbidden","status":403,"reason":"out-of-reach"}
	// 401 {"title":"Unauthorized","status":401}
}

// What is denied looks like what the router has no route for.
func ExampleGuard_RequireOrNotFound() {
	current.Store(access.MustLoad(`{
	  "users":   [{"id": "ann", "email": "ann@example.com", "role": "viewer"}],
	  "reports": [{"id": "q2"}]
	}`))
	guard := &accesshttp.Guard{
		Policy:  func(*http.Request) (*access.Policy, error) { return current.Load(), nil },
		Subject: sessionUser,
	}
	mux := http.NewServeMux()
	mux.Handle("GET /reports/{report}", guard.RequireOrNotFound(access.ViewReport, accesshttp.Path("report", access.Report))(http.NotFoundHandler()))

	get(mux, "/reports/q2", "ann")
	get(mux, "/no/such/route", "ann")
	// Output:
	// 404 404 page not found
	//
	// 404 404 page not found
}

// What one sees, one may be told not to change.
func ExampleGuard_RequireSeen() {
	current.Store(access.MustLoad(`{
	  "users":   [{"id": "ann", "email": "ann@example.com", "role": "viewer"}],
	  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "viewer"}]}, {"id": "q2"}]
	}`))
	guard := &accesshttp.Guard{
		Policy:  func(*http.Request) (*access.Policy, error) { return current.Load(), nil },
		Subject: sessionUser,
	}
	report := accesshttp.Path("report", access.Report)
	mux := http.NewServeMux()
	mux.Handle("GET /reports/{report}/edit", guard.RequireSeen(access.ViewReport, access.EditReport, report)(http.NotFoundHandler()))

	get(mux, "/reports/q1/edit", "ann")
	get(mux, "/reports/q2/edit", "ann")
	// Output:
	// 403 {"title":"Forbidden","status":403,"reason":"level-too-low"}
	// 404 404 page not found
}

// A list names no resource. Whoever is a user gets it, with what he sees in it.
func ExampleView() {
	current.Store(access.MustLoad(`{
	  "attributes": {"country": "string"},
	  "accounts":   [{"id": "us-1", "source": "google", "country": "US"},
	                 {"id": "de-1", "source": "google", "country": "DE"}],
	  "groups":     [{"id": "us", "filter": "country = 'US'"}],
	  "teams":      [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
	  "users":      [{"id": "ann", "email": "ann@example.com", "role": "team-member"}]
	}`))
	guard := &accesshttp.Guard{
		Policy:  func(*http.Request) (*access.Policy, error) { return current.Load(), nil },
		Subject: sessionUser,
	}
	list := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for id := range accesshttp.View(r.Context()).Accounts() {
			fmt.Fprintln(w, id)
		}
	})
	get(guard.RequireUser()(list), "/accounts", "ann")
	// Output: 200 us-1
}

// Which account a campaign belongs to is known once it is loaded. The handler
// asks then, and answers as the guard would.
func ExampleDecide() {
	current.Store(access.MustLoad(`{
	  "attributes": {"country": "string"},
	  "accounts":   [{"id": "us-1", "source": "google", "country": "US"},
	                 {"id": "de-1", "source": "google", "country": "DE"}],
	  "groups":     [{"id": "us", "filter": "country = 'US'"}],
	  "teams":      [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
	  "users":      [{"id": "ann", "email": "ann@example.com", "role": "team-member"}]
	}`))
	guard := &accesshttp.Guard{
		Policy:  func(*http.Request) (*access.Policy, error) { return current.Load(), nil },
		Subject: sessionUser,
	}
	accountOf := map[string]string{"spring": "us-1", "winter": "de-1"} // the host's database
	show := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("campaign")
		campaign := access.Item("campaign", id, accountOf[id])
		if err := accesshttp.Decide(r.Context(), access.ViewAccount, campaign).Err(); err != nil {
			accesshttp.Refuse(w, r, err)
			return
		}
		fmt.Fprint(w, "campaign ", id)
	})
	mux := http.NewServeMux()
	mux.Handle("GET /campaigns/{campaign}", guard.RequireUser()(show))

	get(mux, "/campaigns/spring", "ann")
	get(mux, "/campaigns/winter", "ann")
	get(mux, "/campaigns/none", "ann")
	// Output:
	// 200 campaign spring
	// 403 {"title":"Forbidden","status":403,"reason":"out-of-reach"}
	// 403 {"title":"Forbidden","status":403,"reason":"out-of-reach"}
}

// Respond that only logs leaves the answer as it is.
func ExampleFailure() {
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	guard := &accesshttp.Guard{
		Policy:  func(*http.Request) (*access.Policy, error) { return nil, fmt.Errorf("db-7: connection refused") },
		Subject: sessionUser,
		Respond: func(_ http.ResponseWriter, r *http.Request, f accesshttp.Failure) {
			if f.Status >= 500 {
				log.ErrorContext(r.Context(), "cannot decide", "path", r.URL.Path, "err", f.Err)
			}
		},
	}
	get(guard.RequireUser()(http.NotFoundHandler()), "/accounts", "ann")
	// Output:
	// level=ERROR msg="cannot decide" path=/accounts err="accesshttp: policy: db-7: connection refused"
	// 500 {"title":"Internal Server Error","status":500}
}
