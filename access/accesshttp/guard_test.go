package accesshttp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/live"
)

var errBroken = errors.New("disk of host db-7 is broken")

// TestAnswers asks for a report, with the subject and the fault of each row.
func TestAnswers(t *testing.T) {
	user := func(id string) func(*http.Request) (access.Subject, error) {
		return func(*http.Request) (access.Subject, error) { return access.User(id), nil }
	}
	nobody := func(err error) func(*http.Request) (access.Subject, error) {
		return func(*http.Request) (access.Subject, error) { return access.User("ann"), err }
	}
	policy := func(p *access.Policy, err error) func(*http.Request) (*access.Policy, error) {
		return func(*http.Request) (*access.Policy, error) { return p, err }
	}
	names := func(r access.Resource, err error) func(*http.Request) (access.Resource, error) {
		return func(*http.Request) (access.Resource, error) { return r, err }
	}
	q1, q2 := names(access.Report("q1"), nil), names(access.Report("q2"), nil)
	wrap := func(err error) error { return fmt.Errorf("for ann: %w", err) }
	denied := world.Decide(access.User("ann"), access.ViewReport, access.Report("q2")).Err()
	tests := []struct {
		status  int
		reason  string // public
		cause   string // internal
		name    string
		subject func(*http.Request) (access.Subject, error)
		policy  func(*http.Request) (*access.Policy, error)
		what    func(*http.Request) (access.Resource, error)
	}{
		{200, "", "", "allowed", user("ann"), policy(world, nil), q1},

		{401, "", "admission: subject: not authenticated", "zero subject", user(""), policy(world, nil), q1},
		{401, "", "admission: subject: not authenticated", "nobody", nobody(admission.ErrUnauthenticated), policy(world, nil), q1},
		{401, "", "admission: subject: for ann: not authenticated", "nobody, wrapped", nobody(wrap(admission.ErrUnauthenticated)), policy(world, nil), q1},
		{401, "", "admission: subject: not authenticated", "nobody before no policy", user(""), policy(nil, errBroken), q1},
		{401, "", "admission: resource: not authenticated", "secret checked with the resource", user("ann"), policy(world, nil), names(access.Resource{}, admission.ErrUnauthenticated)},

		{403, "out-of-reach", "access: denied: out-of-reach", "not shared", user("ann"), policy(world, nil), q2},
		{403, "out-of-reach", "access: denied: out-of-reach", "no such report", user("ann"), policy(world, nil), names(access.Report("nope"), nil)},
		{403, "unknown-user", "access: denied: unknown-user", "unknown user", user("bob"), policy(world, nil), q1},
		{403, "suspended", "access: denied: suspended", "suspended", user("sue"), policy(world, nil), q1},
		{503, "", "admission: policy: temporarily unavailable: there is no policy", "zero policy", user("ann"), policy(new(access.Policy), nil), q1},
		{403, "unknown-user", "access: denied: unknown-user", "a policy of nobody", user("ann"), policy(access.MustLoad("{}"), nil), q1},
		{500, "", "admission: decision: deny wrong-kind: report.view cannot be asked of account:us-1; that is a mistake of the program, whoever asks", "another kind", user("ann"), policy(world, nil), names(access.Account("us-1"), nil)},
		{403, "no-resource", "access: denied: no-resource", "zero resource", user("ann"), policy(world, nil), names(access.Resource{}, nil)},
		{403, "out-of-reach", "admission: resource: access: denied: out-of-reach", "denied within the extractor", user("ann"), policy(world, nil), names(access.Report("q1"), denied)},
		{403, "", "admission: policy: denied", "denied without a decision", user("ann"), policy(nil, access.ErrDenied), q1},

		{404, "", "admission: resource: not found", "not found", user("ann"), policy(world, nil), names(access.Report("q1"), admission.ErrNotFound)},
		{404, "", "admission: resource: for ann: not found", "not found, wrapped", user("ann"), policy(world, nil), names(access.Report("q1"), wrap(admission.ErrNotFound))},
		{404, "", "admission: resource: not found: the id of the report is empty", "empty id", user("ann"), policy(world, nil), names(access.Report(""), nil)},
		{404, "", "admission: resource: not found: the id of the report has control characters", "id with NUL", user("ann"), policy(world, nil), names(access.Report("q1\x00"), nil)},
		{404, "", "admission: resource: not found: the id of the report is not valid UTF-8", "id not UTF-8", user("ann"), policy(world, nil), names(access.Report("q\xff"), nil)},
		{404, "", "admission: resource: not found: the id of the report is longer than 256 bytes", "id too long", user("ann"), policy(world, nil), names(access.Report(strings.Repeat("q", 257)), nil)},
		{403, "out-of-reach", "access: denied: out-of-reach", "id as long as may be", user("ann"), policy(world, nil), names(access.Report(strings.Repeat("q", 256)), nil)},
		{404, "", "admission: policy: not found", "no such tenant", user("ann"), policy(nil, admission.ErrNotFound), q1},

		{500, "", "admission: subject: disk of host db-7 is broken", "broken subject", nobody(errBroken), policy(world, nil), q1},
		{500, "", "admission: policy: disk of host db-7 is broken", "broken policy", user("ann"), policy(world, errBroken), q1},
		{503, "", "admission: policy: temporarily unavailable: there is no policy", "nil policy", user("ann"), policy(nil, nil), q1},
		{503, "", "admission: policy: temporarily unavailable: there is no policy", "nil policy before no report", user("ann"), policy(nil, nil), names(access.Report(""), nil)},
		{500, "", "admission: resource: disk of host db-7 is broken", "broken extractor", user("ann"), policy(world, nil), names(access.Report("q1"), errBroken)},

		{503, "", "admission: subject: temporarily unavailable", "subject unavailable", nobody(admission.ErrUnavailable), policy(world, nil), q1},
		{503, "", "admission: policy: for ann: temporarily unavailable", "policy unavailable, wrapped", user("ann"), policy(nil, wrap(admission.ErrUnavailable)), q1},
		{503, "", "admission: resource: context deadline exceeded", "extractor timed out", user("ann"), policy(world, nil), names(access.Report("q1"), context.DeadlineExceeded)},
		{503, "", "admission: subject: for ann: context canceled", "subject canceled", nobody(wrap(context.Canceled)), policy(world, nil), q1},
		{503, "", "admission: subject: not authenticated\ntemporarily unavailable", "unavailable comes first", nobody(errors.Join(admission.ErrUnauthenticated, admission.ErrUnavailable)), policy(world, nil), q1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			reached, cause := false, ""
			config := accesshttp.Config{Subject: test.subject, SourceOf: sourceOf(test.policy), OnError: silence, Respond: func(_ http.ResponseWriter, _ *http.Request, f admission.Failure) {
				cause = f.Err.Error()
				if f.Status != test.status || string(f.Public.Reason) != test.reason || f.Public.Allowed {
					t.Errorf("failure %d %s, want %d %s", f.Status, f.Public, test.status, test.reason)
				}
			}}
			h := guard(config).Require(access.ViewReport, test.what)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
			got := ask(t, h, "GET / HTTP/1.1")
			if got.StatusCode != test.status || reached != (test.status == 200) || cause != test.cause {
				t.Errorf("%d, handler reached: %t, because of %q; want %d because of %q", got.StatusCode, reached, cause, test.status, test.cause)
			}
			if text := body(t, got); strings.Contains(text, "db-7") || strings.Contains(text, "ann") || strings.Contains(text, "q1") {
				t.Errorf("the answer shows too much: %s", text)
			}
		})
	}
}

// TestCauses wants the causes of failures in reach of errors.Is and errors.As.
func TestCauses(t *testing.T) {
	var got error
	config := configFor(access.User("ann"))
	config.Respond = func(_ http.ResponseWriter, _ *http.Request, f admission.Failure) { got = f.Err }
	ask(t, guard(config).Require(access.ViewReport, accesshttp.Fixed(access.Report("q2")))(hello), "GET / HTTP/1.1")
	denied, ok := errors.AsType[*access.DeniedError](got)
	if !ok || denied.Decision != world.Decide(access.User("ann"), access.ViewReport, access.Report("q2")) {
		t.Errorf("a denial fails with %v", got)
	}
	config.Source, config.SourceOf = nil, sourceOf(func(*http.Request) (*access.Policy, error) { return nil, errBroken })
	ask(t, guard(config).Require(access.ViewReport, viewReport)(hello), "GET / HTTP/1.1")
	failed, ok := errors.AsType[*admission.Error](got)
	if !ok || failed.Op != "policy" || !errors.Is(got, errBroken) {
		t.Errorf("a broken policy fails with %v", got)
	}
}

// TestContextHasEnded wants 503 whatever ended the context.
func TestContextHasEnded(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	caused, cancelCause := context.WithCancelCause(t.Context())
	cancelCause(errBroken)
	late, cancelLate := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer cancelLate()
	for _, test := range []struct {
		want error
		name string
		ctx  context.Context
	}{
		{context.Canceled, "canceled", canceled},
		{context.DeadlineExceeded, "late", late},
		{errBroken, "canceled for a cause", caused},
	} {
		var got admission.Failure
		config := configFor(access.User("ann"))
		config.Respond = func(_ http.ResponseWriter, _ *http.Request, f admission.Failure) { got = f }
		config.Subject = func(*http.Request) (access.Subject, error) { panic("asked for the subject") }
		w := httptest.NewRecorder()
		r := request("GET / HTTP/1.1").WithContext(test.ctx)
		guard(config).Require(access.ViewReport, viewReport)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached") })).ServeHTTP(w, r)
		if w.Code != 503 || !errors.Is(got.Err, test.want) || !errors.Is(got.Err, admission.ErrUnavailable) {
			t.Errorf("%s: %d because of %v, want 503 because of %v", test.name, w.Code, got.Err, test.want)
		}
	}
}

// TestNew wants an error for every configuration that cannot work.
func TestNew(t *testing.T) {
	const badChallenge = "is not an authentication scheme"
	for _, test := range []struct {
		want   string // "" is no error
		name   string
		change func(c *accesshttp.Config)
	}{
		{"", "nothing optional", func(*accesshttp.Config) {}},
		{"Config.Subject is nil", "nothing at all", func(c *accesshttp.Config) { *c = accesshttp.Config{} }},
		{"Config.Source is nil", "no policy", func(c *accesshttp.Config) { c.Source = nil }},
		{"both Source and SourceOf", "two sources", func(c *accesshttp.Config) {
			c.SourceOf = func(*http.Request) (live.Source, error) { return c.Source, nil }
		}},
		{"Config.Recheck is -1s", "recheck before", func(c *accesshttp.Config) { c.Recheck = -time.Second }},
		{"", "problem type", func(c *accesshttp.Config) { c.ProblemType = "https://example.com/problems/" }},
		{"Config.ProblemType", "problem type without a scheme", func(c *accesshttp.Config) { c.ProblemType = "problems/" }},
		{"Config.ProblemType", "problem type that is no URL", func(c *accesshttp.Config) { c.ProblemType = "https://exa mple/%zz" }},
		{"Config.Subject is nil", "no subject", func(c *accesshttp.Config) { c.Subject = nil }},
		{"", "challenge with parameters", func(c *accesshttp.Config) { c.Challenge = `Bearer realm="a, b", error="x"` }},
		{"", "two challenges", func(c *accesshttp.Config) { c.Challenge = `Bearer realm="x", Basic realm="y"` }},
		{badChallenge, "new line", func(c *accesshttp.Config) { c.Challenge = "Bearer\r\nSet-Cookie: a=b" }},
		{badChallenge, "new line in a parameter", func(c *accesshttp.Config) { c.Challenge = "Bearer realm=\"\r\nSet-Cookie: a=b\"" }},
		{badChallenge, "NUL", func(c *accesshttp.Config) { c.Challenge = "Bearer \x00" }},
		{badChallenge, "DEL", func(c *accesshttp.Config) { c.Challenge = "Bearer \x7f" }},
		{badChallenge, "not ASCII", func(c *accesshttp.Config) { c.Challenge = "Bearer realm=\"\u00fc\"" }},
		{badChallenge, "not UTF-8", func(c *accesshttp.Config) { c.Challenge = "Bearer \xff" }},
		{badChallenge, "space in front", func(c *accesshttp.Config) { c.Challenge = " Bearer" }},
		{badChallenge, "no scheme", func(c *accesshttp.Config) { c.Challenge = `realm="x"` }},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := configOf(world)
			test.change(&config)
			g, err := accesshttp.New(config)
			if (g == nil) != (err != nil) || (err == nil) != (test.want == "") {
				t.Fatalf("guard %p, error %v", g, err)
			}
			if err != nil && (!strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "accesshttp: ")) {
				t.Errorf("error %q, want %q", err, test.want)
			}
		})
	}
}

// TestWrongRoute wants a panic at start-up for every mistake in a route that can
// be seen then.
func TestWrongRoute(t *testing.T) {
	good := guard(configOf(world))
	for _, test := range []struct {
		want     string // "" is no panic
		name     string
		register func()
	}{
		{"", "nothing wrong", func() { good.Require(access.ViewReport, viewReport)(hello) }},
		{"", "company", func() { good.Require(access.InviteUser, accesshttp.Fixed(access.Company()))(hello) }},
		{"not made by New", "zero guard", func() { new(accesshttp.Guard).Require(access.ViewReport, viewReport) }},
		{"not made by New", "zero guard to hide", func() { new(accesshttp.Guard).RequireOrNotFound(access.ViewReport, viewReport) }},
		{"not made by New", "zero guard to see", func() { new(accesshttp.Guard).RequireSeen(access.ViewReport, access.EditReport, viewReport) }},
		{"not made by New", "zero guard for users", func() { new(accesshttp.Guard).RequireUser() }},
		{"not made by New", "nil guard", func() { (*accesshttp.Guard)(nil).Require(access.ViewReport, viewReport) }},
		{"not made by New", "nil guard for users", func() { (*accesshttp.Guard)(nil).RequireUser() }},
		{"requires no action", "no action", func() { good.Require("", viewReport) }},
		{"requires no action", "no action to hide", func() { good.RequireOrNotFound("", viewReport) }},
		{"requires no action", "no action to see", func() { good.RequireSeen("", access.EditReport, viewReport) }},
		{"requires no action", "no action on what is seen", func() { good.RequireSeen(access.ViewReport, "", viewReport) }},
		{"requires report.view has no function", "no extractor of what is seen", func() { good.RequireSeen(access.ViewReport, access.EditReport, nil) }},
		{"requires report.view has no function", "no extractor", func() { good.Require(access.ViewReport, nil) }},
		{"requires report.view has no function", "no extractor to hide", func() { good.RequireOrNotFound(access.ViewReport, nil) }},
		{"handler to guard is nil", "no handler", func() { good.Require(access.ViewReport, viewReport)(nil) }},
		{"handler to guard is nil", "no handler for users", func() { good.RequireUser()(nil) }},
		{"has no name", "no path value", func() { accesshttp.Path("", access.Report) }},
		{`Path("report") has no function`, "no resource", func() { accesshttp.Path("report", nil) }},
		{"Fixed(nothing)", "nothing fixed", func() { accesshttp.Fixed(access.Resource{}) }},
		{"Fixed(report:)", "empty id fixed", func() { accesshttp.Fixed(access.Report("")) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			defer func() {
				text, _ := recover().(string)
				if (text == "") != (test.want == "") || !strings.Contains(text, test.want) || text != "" && !strings.HasPrefix(text, "accesshttp: ") && !strings.HasPrefix(text, "admission: ") {
					t.Errorf("panics with %q, want %q", text, test.want)
				}
			}()
			test.register()
		})
	}
}

// TestConfigIsCopied changes a Config after its guard was made.
func TestConfigIsCopied(t *testing.T) {
	config := configOf(world)
	protect := guard(config).Require(access.ViewReport, accesshttp.Fixed(access.Report("q2")))
	first := protect(hello)
	config.Subject = func(*http.Request) (access.Subject, error) { return access.User("ada"), nil }
	if first, second := ask(t, first, "GET / HTTP/1.1"), ask(t, protect(hello), "GET / HTTP/1.1"); first.StatusCode != 403 || second.StatusCode != 403 {
		t.Errorf("%d and %d, want 403", first.StatusCode, second.StatusCode)
	}
}

// TestRequireUser lets users through, and nobody else.
func TestRequireUser(t *testing.T) {
	for _, test := range []struct {
		status int
		reason access.Reason
		name   string
		who    access.Subject
	}{
		{200, "", "user", access.User("ann")},
		{200, "", "session", access.Session("ann", "americas")},
		{401, "", "nobody", access.Subject{}},
		{403, access.ReasonUnknownUser, "unknown", access.User("bob")},
		{403, access.ReasonSuspended, "suspended", access.User("sue")},
		{403, access.ReasonNotAMember, "session of another", access.Session("ada", "americas")},
		{403, access.ReasonUnknownSessionTeam, "session lost", access.Session("ann", "")},
		{403, access.ReasonLinkScope, "link", access.ViaLink("l1")},
		{403, access.ReasonUnknownLink, "unknown link", access.ViaLink("l2")},
	} {
		t.Run(test.name, func(t *testing.T) {
			var observed []access.Decision
			reached := false
			config := configFor(test.who)
			config.Observer = func(_ context.Context, d access.Decision) { observed = append(observed, d) }
			got := ask(t, guard(config).RequireUser()(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				reached = true
				if d := admission.Decision(r.Context()); d != (access.Decision{}) {
					t.Errorf("decision %v", d)
				}
				if s, p := admission.Subject(r.Context()), admission.Policy(r.Context()); s != test.who || p != world {
					t.Errorf("subject %v, policy %p", s, p)
				}
			})), "GET / HTTP/1.1")
			if got.StatusCode != test.status || reached != (test.status == 200) {
				t.Errorf("%d, reached %t", got.StatusCode, reached)
			}
			if test.reason == "" && len(observed) > 0 || test.reason != "" && (len(observed) != 1 || observed[0].Reason != test.reason || observed[0].Allowed) {
				t.Errorf("observed %v, want %s", observed, test.reason)
			}
		})
	}
}
