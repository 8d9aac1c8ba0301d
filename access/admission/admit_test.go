package admission_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/live"
)

var errBroken = errors.New("disk of host db-7 is broken")

// TestAdmit asks to view what a request names, openly, hidden, and as something
// that must be seen before it may be commented on.
func TestAdmit(t *testing.T) {
	ann, q1, q2 := access.User("ann"), access.Report("q1"), access.Report("q2")
	denied := live.New(access.MustLoad(world)).Policy().Decide(ann, access.ViewReport, q2).Err()
	suspended := access.MustLoad(world).Decide(access.User("sue"), access.ViewReport, q1).Err()
	for _, tt := range []struct {
		open, hidden, seen int           // statuses of the three routes, 200 if the request is admitted
		reason             access.Reason // shown with a 403
		detail             string        // shown with a 400
		name               string
		r                  request
	}{
		{200, 200, 403, "level-too-low", "", "may view, not comment", request{who: ann, of: q1}},
		{200, 200, 200, "", "", "may do both", request{who: access.User("ada"), of: q1}},
		{403, 404, 404, "out-of-reach", "", "not shared", request{who: ann, of: q2}},
		{403, 404, 404, "out-of-reach", "", "not there", request{who: ann, of: access.Report("nope")}},
		{404, 404, 404, "", "", "an id that nothing can have", request{who: ann, of: access.Report("q\x00")}},
		{404, 404, 404, "", "", "an empty id", request{who: ann, of: access.Report("")}},
		{403, 404, 404, "no-resource", "", "nothing named", request{who: ann}},

		{403, 403, 403, "suspended", "", "suspended", request{who: access.User("sue"), of: q1}},
		{403, 403, 403, "suspended", "", "suspended, and not there", request{who: access.User("sue"), of: access.Report("nope")}},
		{403, 403, 403, "ended", "", "ended", request{who: access.User("eve"), of: q1}},
		{403, 403, 403, "unknown-user", "", "unknown user", request{who: access.User("zoe"), of: q1}},
		{403, 403, 403, "not-a-member", "", "left the team", request{who: access.Session("ada", "americas"), of: q1}},
		{403, 403, 403, "not-a-member", "", "the team is gone", request{who: access.Session("ann", "oceania"), of: q1}},
		{403, 404, 404, "link-ended", "", "unknown link", request{who: access.ViaLink("none"), of: q1}},
		{403, 403, 403, "link-paused", "", "paused link", request{who: access.ViaLink("l2"), of: q1}},
		{403, 403, 403, "link-scope", "", "link of another report", request{who: access.ViaLink("l1"), of: q2}},

		{400, 400, 400, "", "a report is a number", "bad request", request{who: ann, bad: admission.BadRequest("a report is a number")}},
		{400, 400, 400, "", "a report is a number", "bad request, wrapped", request{who: ann, bad: fmt.Errorf("%w: %w", admission.BadRequest("a report is a number"), errBroken)}},
		{401, 401, 401, "", "", "nobody", request{of: q1}},
		{401, 401, 401, "", "", "not authenticated", request{who: ann, err: admission.ErrUnauthenticated, of: q1}},
		{401, 401, 401, "", "", "nobody, with a bad request", request{bad: admission.BadRequest("no")}},
		{404, 404, 404, "", "", "not found by the host", request{who: ann, bad: fmt.Errorf("x: %w", admission.ErrNotFound)}},
		{413, 413, 413, "", "", "too large", request{who: ann, bad: fmt.Errorf("x: %w", admission.ErrTooLarge)}},
		{503, 503, 503, "", "", "unavailable", request{who: ann, bad: admission.ErrUnavailable}},
		{503, 503, 503, "", "", "late", request{who: ann, err: context.DeadlineExceeded, of: q1}},
		{500, 500, 500, "", "", "broken", request{who: ann, bad: errBroken}},
		{403, 404, 404, "out-of-reach", "", "denied within the host's function", request{who: ann, bad: denied}},
		{403, 404, 404, "", "", "denied, of somebody else", request{who: access.User("sue"), bad: denied}},
		{403, 404, 404, "", "", "suspended, of somebody else", request{who: ann, bad: suspended}},
		{403, 404, 404, "", "", "suspended, but not authenticated as they", request{who: access.User("sue"), err: suspended}},
		{403, 404, 404, "", "", "denied without a decision", request{who: ann, bad: access.ErrDenied}},

		{500, 500, 500, "", "", "an action of another kind", request{who: ann, of: access.Account("us-1")}},
		{500, 500, 500, "", "", "an unknown kind", request{who: ann, of: access.CompanyItem("campagin", "c1")}},
		{500, 500, 500, "", "", "an account where none belongs", request{who: ann, of: access.Item("report", "q1", "us-1")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.r.ctx = t.Context()
			g := newGuard(t, config(live.New(access.MustLoad(world))))
			for want, route := range map[*admission.Route[*request]]int{
				g.Require(access.ViewReport, resourceOf):                           tt.open,
				g.RequireOrNotFound(access.ViewReport, resourceOf):                 tt.hidden,
				g.RequireSeen(access.ViewReport, access.CommentReport, resourceOf): tt.seen,
			} {
				checkAdmit(t, want, tt.r, route, tt.reason, tt.detail)
			}
		})
	}
}

func checkAdmit(t *testing.T, route *admission.Route[*request], r request, status int, reason access.Reason, detail string) {
	t.Helper()
	ctx, f := route.Admit(&r)
	if status == 200 {
		if f != nil || ctx == nil || !admission.Decision(ctx).Allowed {
			t.Errorf("refused with %+v, want admitted", f)
		}
		return
	}
	if status != 403 {
		reason = ""
	}
	switch {
	case f == nil || ctx != nil:
		t.Fatalf("admitted, want %d", status)
	case f.Status != status || f.Public.Reason != reason && status == 403 && f.Public.Reason != "" || f.Public.Allowed || f.Detail != detail || f.Err == nil:
		t.Errorf("%d %q %q because of %v, want %d %q %q", f.Status, f.Public.Reason, f.Detail, f.Err, status, reason, detail)
	case status == 403 && f.Public.Reason != reason && !strings.Contains(t.Name(), "somebody"):
		t.Errorf("the reason is %q, want %q", f.Public.Reason, reason)
	}
}

// TestMistakes wants every reason to be either a denial or a mistake of the
// program: those that SPEC names, and no other. For want of a policy there is no
// answer.
func TestMistakes(t *testing.T) {
	want := map[access.Reason]bool{"unknown-action": true, "unknown-kind": true, "wrong-kind": true, "malformed-resource": true}
	ann := access.User("ann")
	p := access.MustLoad(world)
	ctx, failed := newGuard(t, config(live.New(p))).RequireUser().Admit(&request{ctx: t.Context(), who: ann})
	if failed != nil {
		t.Fatal(failed)
	}
	for _, d := range []access.Decision{
		p.Decide(ann, "report.veiw", access.Report("q1")),
		p.Decide(ann, access.ViewReport, access.CompanyItem("campagin", "c1")),
		p.Decide(ann, access.ViewReport, access.Account("us-1")),
		p.Decide(ann, access.ViewAccount, access.Item("account", "us-1", "us-1")),
	} {
		delete(want, d.Reason)
		f := admission.FailureOf(ctx, d.Err())
		if f.Status != 500 || f.Public != (access.Public{}) || !strings.Contains(f.Err.Error(), d.String()) || !errors.Is(f.Err, access.ErrDenied) {
			t.Errorf("%v: %d %v", d, f.Status, f.Err)
		}
	}
	if len(want) != 0 {
		t.Errorf("not asked for: %v", want)
	}
	for _, step := range []access.Step{access.StepSubject, access.StepCapability, access.StepReach, access.StepGuard} {
		for _, reason := range step.Reasons() {
			d := access.Decision{Reason: reason, Step: step, Subject: ann}
			want := 403
			if reason == access.ReasonUnavailable {
				want = 503
			}
			if f := admission.FailureOf(ctx, d.Err()); f.Status != want || (f.Public == access.Public{}) != (want == 503) {
				t.Errorf("%v: %d, want %d", d, f.Status, want)
			}
		}
	}
}

// TestOnError wants what fails in the program told, once, and nothing else.
func TestOnError(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	probing, met := admission.Probe(t.Context())
	ann, q1 := access.User("ann"), access.Report("q1")
	for _, tt := range []struct {
		want string // "" is nothing
		name string
		r    request
	}{
		{"", "admitted", request{who: ann, of: q1}},
		{"", "denied", request{who: ann, of: access.Report("q2")}},
		{"", "nobody", request{of: q1}},
		{"", "bad request", request{who: ann, bad: admission.BadRequest("no")}},
		{"", "not found", request{who: ann, bad: admission.ErrNotFound}},
		{"", "the client is gone", request{who: ann, of: q1, ctx: gone}},
		{"", "a probe", request{who: ann, of: q1, ctx: probing}},
		{"admission: resource: context canceled", "given up by something else", request{who: ann, bad: context.Canceled}},
		{"admission: resource: disk of host db-7 is broken", "broken", request{who: ann, bad: errBroken}},
		{"admission: resource: temporarily unavailable", "unavailable", request{who: ann, bad: admission.ErrUnavailable}},
		{"admission: decision: deny wrong-kind", "mistake", request{who: ann, of: access.Account("us-1")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var told []string
			c := config(live.New(access.MustLoad(world)))
			c.OnError = func(ctx context.Context, err error) {
				told = append(told, err.Error())
				panic("and the one who is told panics")
			}
			if tt.r.ctx == nil {
				tt.r.ctx = t.Context()
			}
			newGuard(t, c).RequireOrNotFound(access.ViewReport, resourceOf).Admit(&tt.r)
			if len(told) > 1 || (len(told) == 1) != (tt.want != "") || tt.want != "" && !strings.HasPrefix(told[0], tt.want) {
				t.Errorf("told %q, want %q", told, tt.want)
			}
		})
	}
	if !met() {
		t.Error("the probe met no guard")
	}
	if _, met := admission.Probe(t.Context()); met() {
		t.Error("a probe that was not sent met a guard")
	}
}

// TestPanics lets each function of the host panic. The request is refused, and
// the stack is told.
func TestPanics(t *testing.T) {
	for _, op := range []string{"subject", "policy", "resource", "decision"} {
		var told *admission.Error
		at := func(here string) {
			if here == op {
				panic("a nil map")
			}
		}
		c := admission.Config[*request]{
			Subject: func(r *request) (access.Subject, error) { at("subject"); return r.who, nil },
			SourceOf: func(r *request) (live.Source, error) {
				at("policy")
				return live.New(access.MustLoad(world).WithClock(func() time.Time { at("decision"); return time.Time{} })), nil
			},
			OnError:  func(_ context.Context, err error) { told, _ = errors.AsType[*admission.Error](err) },
			Observer: func(context.Context, access.Decision) { panic("changes nothing") },
		}
		route := newGuard(t, c).Require(access.ViewReport, func(r *request) (access.Resource, error) { at("resource"); return r.of, nil })
		ctx, f := route.Admit(&request{ctx: t.Context(), who: access.User("eve"), of: access.Report("q1")})
		if ctx != nil || f == nil || f.Status != 500 || told == nil || told.Op != op || !strings.Contains(told.Error(), "a nil map") || !strings.Contains(string(told.Stack), "TestPanics") {
			t.Errorf("%s: %+v, told %v", op, f, told)
		}
	}
}

// TestNoSource wants a SourceOf that returns nothing told as that, and no policy
// as something that may come.
func TestNoSource(t *testing.T) {
	for _, tt := range []struct {
		name   string
		none   live.Source
		status int
		want   string
	}{
		{"nil", nil, 500, "admission: policy: there is no source of a policy"},
		{"without a policy", new(live.Policy), 503, "admission: policy: temporarily unavailable: there is no policy"},
		{"with the zero policy", live.New(new(access.Policy)), 503, "admission: policy: temporarily unavailable: there is no policy"},
		{"with none at a time", live.New((*access.Policy)(nil).At(time.Now())), 503, "admission: policy: temporarily unavailable: there is no policy"},
	} {
		c := config(nil)
		c.SourceOf = func(*request) (live.Source, error) { return tt.none, nil }
		ctx, f := newGuard(t, c).RequireUser().Admit(&request{ctx: t.Context(), who: access.User("ann")})
		if ctx != nil || f == nil || f.Status != tt.status || f.Err.Error() != tt.want || errors.Is(f.Err, admission.ErrUnavailable) != (tt.status == 503) {
			t.Errorf("%s: %+v", tt.name, f)
		}
	}
}

// TestNewRefuses wants an error for each configuration that cannot work.
func TestNewRefuses(t *testing.T) {
	good := config(live.New(access.MustLoad(world)))
	if g, err := admission.New[*request](nil, good); g != nil || err == nil {
		t.Errorf("no function for the context: %v", err)
	}
	noSubject, noSource := good, good
	noSubject.Subject, noSource.Source = nil, nil
	for want, c := range map[string]admission.Config[*request]{"Config.Subject is nil": noSubject, "Config.Source is nil": noSource} {
		if g, err := admission.New(contextOf, c); g != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestZeroValues wants those of the exported types to admit nothing.
func TestZeroValues(t *testing.T) {
	for name, use := range map[string]func(){
		"admission: the Guard": func() { new(admission.Guard[*request]).RequireUser() },
		"admission: the Route": func() { new(admission.Route[*request]).Admit(&request{ctx: t.Context()}) },
	} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.HasPrefix(text, name) {
					t.Errorf("%s: panics with %q", name, text)
				}
			}()
			use()
		}()
	}
	if text := new(admission.Error).Error(); text != "admission: : <nil>" {
		t.Errorf("the zero Error reads %q", text)
	}
}

// TestDoor wants an adapter to find its own in a handler, and nothing elsewhere.
func TestDoor(t *testing.T) {
	c := config(live.New(access.MustLoad(world)))
	c.Door = "mine"
	ctx, f := newGuard(t, c).RequireUser().Admit(&request{ctx: t.Context(), who: access.User("ann")})
	if f != nil || admission.Door(ctx) != "mine" {
		t.Errorf("in a handler: %v, %+v", admission.Door(ctx), f)
	}
	if d := admission.Door(t.Context()); d != nil {
		t.Errorf("elsewhere: %v", d)
	}
	var none *access.Policy
	for name, err := range map[string]error{
		"a denial":       none.Decide(access.User("ann"), access.ViewReport, access.Report("q1")).Err(),
		"a wrapped":      fmt.Errorf("save: %w", none.Active(access.User("bob")).Err()),
		"one of several": errors.Join(admission.ErrNotFound, none.Decide(access.Subject{}, "", access.Resource{}).Err()),
	} {
		if f := admission.FailureOf(ctx, err); f.Status != 503 || f.Public != (access.Public{}) || !errors.Is(f.Err, access.ErrDenied) {
			t.Errorf("%s for want of a policy: %+v", name, f)
		}
	}
	// Outside no subject is known, so no denial is about the one who asks.
	if f := admission.FailureOf(t.Context(), admission.Decide(t.Context(), access.ViewReport, access.Report("q1")).Err()); f.Status != 403 || f.Public != (access.Public{}) {
		t.Errorf("a denial outside: %+v", f)
	}
}
