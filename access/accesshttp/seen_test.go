package accesshttp_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
)

// TestRequireSeen asks to comment on reports that must be seen: ann sees q1 and
// q3, and may comment on q3.
func TestRequireSeen(t *testing.T) {
	for _, test := range []struct {
		status int
		reason access.Reason // public
		asked  []access.Action
		name   string
		who    access.Subject
		report string
		err    error // of the extractor
	}{
		{200, "", []access.Action{"report.view", "report.comment"}, "seen, and may", access.User("ann"), "q3", nil},
		{403, "level-too-low", []access.Action{"report.view", "report.comment"}, "seen, and may not", access.User("ann"), "q1", nil},
		{404, "", []access.Action{"report.view"}, "not seen", access.User("ann"), "q2", nil},
		{404, "", []access.Action{"report.view"}, "not there", access.User("ann"), "nope", nil},
		{403, "suspended", []access.Action{"report.view"}, "suspended", access.User("sue"), "q1", nil},
		{403, "unknown-user", []access.Action{"report.view"}, "unknown", access.User("bob"), "q1", nil},
		{403, "not-a-member", []access.Action{"report.view"}, "left the team", access.Session("ada", "americas"), "q1", nil},
		{404, "", []access.Action{"report.view"}, "unknown link", access.ViaLink("none"), "q1", nil},
		{403, "link-scope", []access.Action{"report.view", "report.comment"}, "link to see", access.ViaLink("l1"), "q1", nil},
		{404, "", nil, "no such id", access.User("ann"), "q\x00", nil},
		{404, "", nil, "not found", access.User("ann"), "q3", admission.ErrNotFound},
		{404, "", nil, "denied by the extractor", access.User("ann"), "q3", access.ErrDenied},
		{401, "", nil, "nobody", access.Subject{}, "q3", nil},
		{500, "", nil, "broken", access.User("ann"), "q3", errBroken},
	} {
		t.Run(test.name, func(t *testing.T) {
			var observed []access.Decision
			var failure admission.Failure
			subjects, policies, resources, reached := 0, 0, 0, false
			config := accesshttp.Config{
				Subject:  func(*http.Request) (access.Subject, error) { subjects++; return test.who, nil },
				SourceOf: sourceOf(func(*http.Request) (*access.Policy, error) { policies++; return world, nil }),
				OnError:  silence,
				Observer: func(_ context.Context, d access.Decision) { observed = append(observed, d) },
				Respond:  func(_ http.ResponseWriter, _ *http.Request, f admission.Failure) { failure = f },
			}
			resource := func(*http.Request) (access.Resource, error) {
				resources++
				return access.Report(test.report), test.err
			}
			h := guard(config).RequireSeen(access.ViewReport, access.CommentReport, resource)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				reached = true
				if d := admission.Decision(r.Context()); d != world.Decide(test.who, access.CommentReport, access.Report(test.report)) {
					t.Errorf("the handler gets %v", d)
				}
			}))
			if got := ask(t, h, "GET / HTTP/1.1"); got.StatusCode != test.status || reached != (test.status == 200) || failure.Public.Reason != test.reason {
				t.Errorf("%d %s, reached %t; want %d %s", got.StatusCode, failure.Public, reached, test.status, test.reason)
			}
			if subjects > 1 || policies > 1 || resources > 1 {
				t.Errorf("%d subjects, %d policies, %d resources", subjects, policies, resources)
			}
			var want []access.Decision
			for _, a := range test.asked {
				want = append(want, world.Decide(test.who, a, access.Report(test.report)))
			}
			if !slices.Equal(observed, want) {
				t.Errorf("observed %v, want %v", observed, want)
			}
		})
	}
}

// TestUnseenIsNotFound compares what goes over the wire for a report that is not
// seen and for a path without a route.
func TestUnseenIsNotFound(t *testing.T) {
	for name, notFound := range map[string]http.Handler{"ServeMux": nil, "custom page": customNotFound} {
		config := configOf(world)
		config.NotFound = notFound
		mux := http.NewServeMux()
		mux.Handle("GET /reports/{report}", guard(config).RequireSeen(access.ViewReport, access.CommentReport, viewReport)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			accesshttp.Refuse(w, r, admission.ErrNotFound)
		})))
		if notFound != nil {
			mux.Handle("/", notFound)
		}
		for _, method := range []string{"GET", "HEAD"} {
			unmatched := exchange(t, mux, raw(method+" /no/such/route"))
			for _, report := range []string{"q2", "nope", "%00", "q3"} { // q3 by the handler
				if got := exchange(t, mux, raw(method+" /reports/"+report)); got != unmatched {
					t.Errorf("%s: %s of %s is answered\n%s\nan unmatched route\n%s", name, method, report, got, unmatched)
				}
			}
		}
	}
}

// TestRefuseSeen refuses from within handlers: a denial after the resource was
// seen is answered 403.
func TestRefuseSeen(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		name   string
		action access.Action
		what   access.Resource
	}{
		{403, `{"title":"Forbidden","status":403,"reason":"level-too-low"}`, "another action", access.EditReport, access.Report("q3")},
		{403, `{"title":"Forbidden","status":403,"reason":"out-of-reach"}`, "another resource", access.ViewReport, access.Report("q2")},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := guard(configFor(access.User("ann"))).RequireSeen(access.ViewReport, access.CommentReport, viewReport)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				accesshttp.Refuse(w, r, admission.Decide(r.Context(), test.action, test.what).Err())
			}))
			mux := http.NewServeMux()
			mux.Handle("GET /reports/{report}", h)
			got := ask(t, mux, "GET /reports/q3 HTTP/1.1")
			if text := body(t, got); got.StatusCode != test.status || text != test.body {
				t.Errorf("%d %s, want %d %s", got.StatusCode, text, test.status, test.body)
			}
		})
	}
}
