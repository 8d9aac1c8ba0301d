package admissiontest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/admission/admissiontest"
)

// call is a request that never leaves the process.
type call struct {
	ctx           context.Context
	authorization []string
	id            string
}

// calls is the service without any transport: a route of package admission for
// each of its own.
type calls struct {
	routes   []admissiontest.Route
	admitted map[string]*admission.Route[call]
}

func newCalls(t *testing.T, app *admissiontest.App) calls {
	t.Helper()
	guard, err := admission.New(func(c call) context.Context { return c.ctx }, admissiontest.Config(app, func(c call) (context.Context, []string) {
		return c.ctx, c.authorization
	}))
	if err != nil {
		t.Fatal(err)
	}
	s := calls{app.Routes(), make(map[string]*admission.Route[call])}
	for _, route := range s.routes {
		s.admitted[route.Name] = admissiontest.Protect(guard, route, func(c call) (access.Resource, error) { return route.Resource(c.id) })
	}
	return s
}

// ask asks a case.
func (s calls) ask(ctx context.Context, c admissiontest.Case) (admissiontest.Answer, error) {
	ctx, refused := s.admitted[c.Route].Admit(call{ctx, c.Authorization, c.ID})
	if refused != nil {
		return answer(*refused), nil
	}
	route := s.routes[slices.IndexFunc(s.routes, func(r admissiontest.Route) bool { return r.Name == c.Route })]
	if route.Form == admissiontest.Stream {
		return stream(ctx, route, c)
	}
	text, err := route.Handle(ctx, nil)
	if err != nil {
		return answer(admission.FailureOf(ctx, err)), nil
	}
	return admissiontest.Answer{Status: 200, Text: text}, nil
}

func stream(ctx context.Context, route admissiontest.Route, c admissiontest.Case) (a admissiontest.Answer, err error) {
	a.Status = 200
	err = route.Stream(ctx, func(text string) error {
		a.Text += text + "\n"
		opened := c.Opened
		c.Opened = nil
		if opened != nil {
			return opened()
		}
		return nil
	})
	return a, err
}

func answer(f admission.Failure) admissiontest.Answer {
	return admissiontest.Answer{Status: f.Status, Reason: f.Public.Reason, Detail: f.Detail, Raw: string(f.Problem(""))}
}

// TestAsk asks what every adapter is asked, without any transport.
func TestAsk(t *testing.T) {
	app := admissiontest.NewApp()
	count, err := app.Check(t.Context(), admissiontest.Server{Ask: newCalls(t, app).ask})
	if err != nil {
		t.Error(err)
	}
	if count.Passed < 40 || count.Skipped == 0 || count.Failed > 0 {
		t.Errorf("%+v", count)
	}
}

// TestAskMutants answers wrongly, in ways of which each fails a case.
func TestAskMutants(t *testing.T) {
	for name, mutant := range map[string]struct {
		fails  string
		change func(c admissiontest.Case, a *admissiontest.Answer) error
	}{
		"a reason is lost": {"not shared", func(_ admissiontest.Case, a *admissiontest.Answer) error { a.Reason = ""; return nil }},
		"a detail is lost": {"an id of the wrong form", func(_ admissiontest.Case, a *admissiontest.Answer) error { a.Detail = ""; return nil }},
		"a text is lost":   {"a session of one's team", func(_ admissiontest.Case, a *admissiontest.Answer) error { a.Text = ""; return nil }},
		"a refusal has a text": {"not shared", func(_ admissiontest.Case, a *admissiontest.Answer) error {
			a.Text = "sorry"
			return nil
		}},
		"503 becomes 500": {"a company that is down", func(_ admissiontest.Case, a *admissiontest.Answer) error {
			a.Status = min(a.Status, 500)
			return nil
		}},
		"what is hidden can be told": {"hidden, not shared", func(c admissiontest.Case, a *admissiontest.Answer) error {
			if c.Route == "Hidden" && c.ID == "q2" {
				a.Raw += "hidden"
			}
			return nil
		}},
		"there is no answer": {"nobody", func(c admissiontest.Case, _ *admissiontest.Answer) error {
			if c.Name == "nobody" {
				return errors.New("broken")
			}
			return nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			app := admissiontest.NewApp()
			s := newCalls(t, app)
			_, err := app.Check(t.Context(), admissiontest.Server{Ask: func(ctx context.Context, c admissiontest.Case) (admissiontest.Answer, error) {
				a, err := s.ask(ctx, c)
				return a, errors.Join(err, mutant.change(c, &a))
			}})
			if err == nil || !strings.Contains(err.Error(), "admissiontest: "+mutant.fails+": ") {
				t.Errorf("%q does not fail: %v", mutant.fails, err)
			}
		})
	}
}

// TestServer gives servers that cannot be asked.
func TestServer(t *testing.T) {
	app := admissiontest.NewApp()
	for _, url := range []string{"", "127.0.0.1:1", "https://127.0.0.1:1", "http://", "http://%"} {
		if count, err := app.Check(t.Context(), admissiontest.Server{URL: url}); err == nil || count != (admissiontest.Count{}) {
			t.Errorf("%q: %+v, %v", url, count, err)
		}
	}
	s := newCalls(t, app)
	count, err := app.Check(t.Context(), admissiontest.Server{Ask: s.ask, Skip: map[string]string{"a user": "to try it", "no case": "to try it"}})
	if err == nil || err.Error() != `admissiontest: Server.Skip names "no case", which is no case` {
		t.Errorf("skipped: %+v, %v", count, err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	if count, err := app.Check(ctx, admissiontest.Server{URL: "http://127.0.0.1:1"}); count.Failed != 1 || !strings.HasSuffix(err.Error(), "\nenough") {
		t.Errorf("ended: %+v, %v", count, err)
	}
	closed := admissiontest.Server{URL: "http://127.0.0.1:1"}
	if count, err := app.Check(t.Context(), closed); count.Passed > 0 || err == nil || !errors.As(err, new(*admissiontest.Error)) {
		t.Errorf("nothing listens: %+v, %v", count, err)
	}
}
