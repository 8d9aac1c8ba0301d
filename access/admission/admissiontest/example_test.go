package admissiontest_test

import (
	"context"
	"fmt"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/admission/admissiontest"
)

// message is a request of an RPC of one's own.
type message struct {
	ctx   context.Context
	token []string
	id    string
}

// An adapter for an RPC of one's own, which forgets to return: the table says
// where the handler runs that must not.
func Example() {
	app := admissiontest.NewApp()
	guard, err := admission.New(func(m message) context.Context { return m.ctx }, admissiontest.Config(app, func(m message) (context.Context, []string) {
		return m.ctx, m.token
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	serve := make(map[string]func(message) (string, *admission.Failure))
	for _, route := range app.Routes() {
		protected := admissiontest.Protect(guard, route, func(m message) (access.Resource, error) { return route.Resource(m.id) })
		serve[route.Name] = func(m message) (string, *admission.Failure) {
			ctx, refused := protected.Admit(m)
			if refused != nil {
				ctx = m.ctx // return "", refused
			}
			text, err := route.Handle(ctx, nil)
			if err != nil {
				f := admission.FailureOf(ctx, err)
				return "", &f
			}
			return text, refused
		}
	}

	count, err := app.Check(context.Background(), admissiontest.Server{Ask: func(ctx context.Context, c admissiontest.Case) (admissiontest.Answer, error) {
		text, refused := serve[c.Route](message{ctx, c.Authorization, c.ID})
		if refused != nil {
			return admissiontest.Answer{Status: refused.Status, Reason: refused.Public.Reason, Detail: refused.Detail}, nil
		}
		return admissiontest.Answer{Status: 200, Text: text}, nil
	}})
	fmt.Println("passed:", count.Passed > 0, "failed:", count.Failed > 0)
	for _, err := range err.(interface{ Unwrap() []error }).Unwrap()[:2] {
		fmt.Println(err)
	}
	// Output:
	// passed: true failed: true
	// admissiontest: not shared: GET /reports/q2 of Bearer ann is answered 403, View nothing runs: want 403 out-of-reach and no handler runs, but other handlers run
	// admissiontest: not there: GET /reports/nope of Bearer ann is answered 403, View nothing runs: want 403 out-of-reach and no handler runs, but other handlers run
}
