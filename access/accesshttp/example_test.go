package accesshttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"time"

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

// What fails in the program is logged. The answer shows nothing of it.
func ExampleConfig_onError() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	guard, err := accesshttp.New(accesshttp.Config{
		SourceOf: func(*http.Request) (live.Source, error) { return nil, errors.New("db-7: connection refused") },
		Subject:  sessionUser,
		OnError:  func(ctx context.Context, err error) { logger.ErrorContext(ctx, "cannot decide", "err", err) },
	})
	if err != nil {
		log.Fatal(err)
	}
	get(guard.RequireUser()(http.NotFoundHandler()), "/accounts", "ann")
	// Output:
	// level=ERROR msg="cannot decide" err="admission: policy: db-7: connection refused"
	// 500 {"title":"Internal Server Error","status":500}
}

// The report to share is in the body. The guard reads it once, refuses what two
// readers could understand in two ways, and puts it back for the handler.
func ExampleJSON() {
	current.Replace(access.MustLoad(`{
	  "users":   [{"id": "ann", "email": "ann@example.com", "role": "viewer"}],
	  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "explorer"}]}]
	}`))
	guard, err := accesshttp.New(accesshttp.Config{Source: current, Subject: sessionUser})
	if err != nil {
		log.Fatal(err)
	}
	share := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Report, With string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, "share %s with %s", admission.Decision(r.Context()).Resource.ID(), body.With)
	})
	mux := http.NewServeMux()
	mux.Handle("POST /shares", guard.Require(access.ShareViewer, accesshttp.JSON("report", access.Report))(share))

	post := func(body string) {
		r := httptest.NewRequest("POST", "/shares", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.AddCookie(&http.Cookie{Name: "user", Value: "ann"})
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body)
	}
	post(`{"report": "q1", "with": "tom"}`)
	post(`{"report": "q9", "with": "tom"}`)
	post(`{"report": "q1", "Report": "q9", "with": "tom"}`)
	// Output:
	// 200 share q1 with tom
	// 403 {"title":"Forbidden","status":403,"reason":"out-of-reach"}
	// 400 {"title":"Bad Request","status":400,"detail":"the body has \"Report\"; write \"report\""}
}

// Where the request names the kind, your function knows which kinds there are,
// and answers for all others. To Decide an unknown kind is a mistake of the
// program.
func ExampleGuard_Require_kind() {
	current.Replace(access.MustLoad(`{
	  "catalog": {"extends": "project", "kinds": [{"name": "funnel", "in": "company", "actions": ["insight.view"]}]},
	  "users":   [{"id": "ann", "email": "ann@example.com", "role": "member"}, {"id": "ada", "email": "ada@example.com", "role": "owner"}]
	}`))
	guard, err := accesshttp.New(accesshttp.Config{Source: current, Subject: sessionUser})
	if err != nil {
		log.Fatal(err)
	}
	shown := func(r *http.Request) (access.Resource, error) {
		switch kind, id := r.PathValue("kind"), r.PathValue("id"); kind {
		case "funnel":
			return access.CompanyItem("funnel", id), nil
		default:
			return access.Resource{}, admission.BadRequest("there are funnels only; write /things/funnel/ and an id")
		}
	}
	show := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, admission.Decision(r.Context()).Resource) })
	mux := http.NewServeMux()
	mux.Handle("GET /things/{kind}/{id}", guard.Require(access.ViewInsight, shown)(show))

	get(mux, "/things/funnel/f1", "ann")
	get(mux, "/things/funel/f1", "ann")
	// Output:
	// 200 funnel:f1
	// 400 {"title":"Bad Request","status":400,"detail":"there are funnels only; write /things/funnel/ and an id"}
}

// A stream of events ends when the user may no longer see the report: by a
// change, or because time passed.
func ExampleConfig_stream() {
	current.Replace(access.MustLoad(`{
	  "users":   [{"id": "ann", "email": "ann@example.com", "role": "viewer"}],
	  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "viewer"}]}]
	}`))
	guard, err := accesshttp.New(accesshttp.Config{Source: current, Subject: sessionUser, Recheck: time.Millisecond})
	if err != nil {
		log.Fatal(err)
	}
	events := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, stop := admission.Watch(r.Context())
		defer stop()
		fmt.Fprintln(w, "data: hello")
		http.NewResponseController(w).Flush()
		err := current.Edit(func(e *access.Edit) error { e.RemoveUser("ann"); return nil }) // meanwhile, somebody removes them
		if err != nil {
			log.Print(err)
		}
		<-ctx.Done() // and whatever else the stream waits for
		fmt.Fprintln(w, "data: goodbye,", context.Cause(ctx))
	})
	mux := http.NewServeMux()
	mux.Handle("GET /reports/{report}/events", guard.Require(access.ViewReport, accesshttp.Path("report", access.Report))(events))

	get(mux, "/reports/q1/events", "ann")
	// Output:
	// 200 data: hello
	// data: goodbye, access: denied: unknown-user
}

// A test that walks the router fails when somebody adds a route without a guard.
func ExampleUnguarded() {
	guard, err := accesshttp.New(accesshttp.Config{Source: current, Subject: sessionUser})
	if err != nil {
		log.Fatal(err)
	}
	routes := map[string]http.Handler{
		"GET /accounts":    guard.RequireUser()(http.NotFoundHandler()),
		"DELETE /accounts": http.NotFoundHandler(),
	}
	mux := http.NewServeMux()
	for pattern, handler := range routes {
		mux.Handle(pattern, handler)
	}
	fmt.Println(accesshttp.Unguarded(mux, slices.Sorted(maps.Keys(routes))...))
	// Output: [DELETE /accounts]
}
