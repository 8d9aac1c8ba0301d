package accesshttp_test

import (
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/decisionlog"
	"github.com/ambit-authz/ambit/access/live"
)

var current = new(live.Policy)

// sessionUser stands for your authentication, which is not part of Ambit.
func sessionUser(r *http.Request) (access.Subject, error) {
	user, err := r.Cookie("user")
	if err != nil {
		return access.Subject{}, fmt.Errorf("%w: %w", admission.ErrUnauthenticated, err)
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

// withoutTime leaves out the time of a log line, which changes.
func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// One line protects a route, where it is registered.
func Example() {
	current.Replace(access.MustLoad(`{
	  "users":   [{"id": "ann", "email": "ann@example.com", "role": "viewer"}],
	  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "viewer"}]}, {"id": "q2"}]
	}`))
	guard, err := accesshttp.New(accesshttp.Config{
		Source:  current,
		Subject: sessionUser,
	})
	if err != nil {
		log.Fatal(err)
	}
	show := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "report %s for %s", r.PathValue("report"), admission.Subject(r.Context()))
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

// Your own function names the resource if a path value is not enough: here the
// account of a campaign comes from your data, never from the request.
func ExampleGuard_Require() {
	current.Replace(access.MustLoad(`{
	  "catalog":    {"extends": "company", "kinds": [{"name": "campaign", "in": "account"}]},
	  "attributes": {"country": "string"},
	  "accounts":   [{"id": "us-1", "source": "google", "country": "US"},
	                 {"id": "de-1", "source": "google", "country": "DE"}],
	  "groups":     [{"id": "us", "filter": "country = 'US'"}],
	  "teams":      [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
	  "users":      [{"id": "ann", "email": "ann@example.com", "role": "team-member"}]
	}`))
	guard, err := accesshttp.New(accesshttp.Config{
		Source:  current,
		Subject: sessionUser,
	})
	if err != nil {
		log.Fatal(err)
	}
	accountOf := map[string]string{"spring": "us-1", "winter": "de-1"} // your database
	campaign := func(r *http.Request) (access.Resource, error) {
		id := r.PathValue("campaign")
		account, ok := accountOf[id]
		if !ok {
			return access.Resource{}, admission.ErrNotFound
		}
		return access.Item("campaign", id, account), nil
	}
	show := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "campaign ", r.PathValue("campaign")) })
	mux := http.NewServeMux()
	mux.Handle("GET /campaigns/{campaign}", guard.Require(access.ViewAccount, campaign)(show))

	get(mux, "/campaigns/spring", "ann")
	get(mux, "/campaigns/winter", "ann")
	get(mux, "/campaigns/none", "ann")
	// Output:
	// 200 campaign spring
	// 403 {"title":"Forbidden","status":403,"reason":"out-of-reach"}
	// 404 404 page not found
}

// The observer logs every decision with its full reason. The answer shows the
// public reason only.
func ExampleConfig_observer() {
	current.Replace(access.MustLoad(`{"users": [{"id": "ann", "email": "ann@example.com", "role": "viewer"}]}`))
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	guard, err := accesshttp.New(accesshttp.Config{
		Source:   current,
		Subject:  sessionUser,
		Observer: decisionlog.New(logger, nil),
	})
	if err != nil {
		log.Fatal(err)
	}
	invite := guard.Require(access.InviteUser, accesshttp.Fixed(access.Company()))(http.NotFoundHandler())
	get(invite, "/invitations", "ann")
	// Output:
	// level=INFO msg=decision allowed=false reason=no-capability step=capability subject=ann action=user.invite resource=company role=viewer team="" group="" report_level=none
	// 403 {"title":"Forbidden","status":403,"reason":"no-capability"}
}

// A denial looks like a path that the router has no route for.
func ExampleGuard_RequireOrNotFound() {
	current.Replace(access.MustLoad(`{
	  "users":   [{"id": "ann", "email": "ann@example.com", "role": "viewer"}],
	  "reports": [{"id": "q2"}]
	}`))
	guard, err := accesshttp.New(accesshttp.Config{
		Source:  current,
		Subject: sessionUser,
	})
	if err != nil {
		log.Fatal(err)
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

// Users who see a report learn why they may not edit it. For all others it does
// not exist.
func ExampleGuard_RequireSeen() {
	current.Replace(access.MustLoad(`{
	  "users":   [{"id": "ann", "email": "ann@example.com", "role": "viewer"}],
	  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "viewer"}]}, {"id": "q2"}]
	}`))
	guard, err := accesshttp.New(accesshttp.Config{
		Source:  current,
		Subject: sessionUser,
	})
	if err != nil {
		log.Fatal(err)
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

// A list names no resource. Every active user gets it, with the accounts that
// they see.
func ExampleGuard_RequireUser() {
	current.Replace(access.MustLoad(`{
	  "catalog":    {"extends": "company", "kinds": [{"name": "campaign", "in": "account"}]},
	  "attributes": {"country": "string"},
	  "accounts":   [{"id": "us-1", "source": "google", "country": "US"},
	                 {"id": "de-1", "source": "google", "country": "DE"}],
	  "groups":     [{"id": "us", "filter": "country = 'US'"}],
	  "teams":      [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
	  "users":      [{"id": "ann", "email": "ann@example.com", "role": "team-member"}]
	}`))
	guard, err := accesshttp.New(accesshttp.Config{
		Source:  current,
		Subject: sessionUser,
	})
	if err != nil {
		log.Fatal(err)
	}
	list := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for id := range admission.View(r.Context()).Accounts() {
			fmt.Fprintln(w, id)
		}
	})
	get(guard.RequireUser()(list), "/accounts", "ann")
	// Output: 200 us-1
}

// The account of a campaign is known only when it is loaded. The handler asks
// then, and answers as the guard would.
func ExampleRefuse() {
	current.Replace(access.MustLoad(`{
	  "catalog":    {"extends": "company", "kinds": [{"name": "campaign", "in": "account"}]},
	  "attributes": {"country": "string"},
	  "accounts":   [{"id": "us-1", "source": "google", "country": "US"},
	                 {"id": "de-1", "source": "google", "country": "DE"}],
	  "groups":     [{"id": "us", "filter": "country = 'US'"}],
	  "teams":      [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
	  "users":      [{"id": "ann", "email": "ann@example.com", "role": "team-member"}]
	}`))
	guard, err := accesshttp.New(accesshttp.Config{
		Source:  current,
		Subject: sessionUser,
	})
	if err != nil {
		log.Fatal(err)
	}
	accountOf := map[string]string{"spring": "us-1", "winter": "de-1"} // your database
	show := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("campaign")
		campaign := access.Item("campaign", id, accountOf[id])
		if err := admission.Decide(r.Context(), access.ViewAccount, campaign).Err(); err != nil {
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

// A Respond that only logs leaves the answer as it is.
func ExampleConfig_onError() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	guard, err := accesshttp.New(accesshttp.Config{
		SourceOf: sourceOf(func(*http.Request) (*access.Policy, error) { return nil, fmt.Errorf("db-7: connection refused") }),
		Subject:  sessionUser,
		Respond: func(_ http.ResponseWriter, r *http.Request, f admission.Failure) {
			if f.Status >= 500 {
				logger.ErrorContext(r.Context(), "cannot decide", "path", r.URL.Path, "err", f.Err)
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	get(guard.RequireUser()(http.NotFoundHandler()), "/accounts", "ann")
	// Output:
	// level=ERROR msg="cannot decide" path=/accounts err="admission: policy: db-7: connection refused"
	// 500 {"title":"Internal Server Error","status":500}
}
