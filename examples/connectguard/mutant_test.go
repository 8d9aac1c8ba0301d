package connectguard_test

import (
	"context"
	"testing"

	"connectrpc.com/connect"
	"github.com/ambit-authz/ambit/access/admission/admissiontest"
	"github.com/ambit-authz/ambit/examples/connectguard"
)

// mutant is the interceptor of a guard, with another way to wrap.
type mutant struct {
	connect.Interceptor
	unary  func(guard, next connect.UnaryFunc) connect.UnaryFunc // nil: as it should be
	stream func(guard connect.Interceptor, next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc
}

func (m mutant) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	if m.unary == nil {
		return m.Interceptor.WrapUnary(next)
	}
	return func(ctx context.Context, r connect.AnyRequest) (connect.AnyResponse, error) {
		admitted := ctx // as the guard passes it on, if it does
		guard := m.Interceptor.WrapUnary(func(ctx context.Context, _ connect.AnyRequest) (connect.AnyResponse, error) {
			admitted = ctx
			return nil, nil
		})
		return m.unary(guard, func(_ context.Context, r connect.AnyRequest) (connect.AnyResponse, error) { return next(admitted, r) })(ctx, r)
	}
}

func (m mutant) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	if m.stream == nil {
		return m.Interceptor.WrapStreamingHandler(next)
	}
	return m.stream(m.Interceptor, next)
}

// TestMutants mounts the guard wrongly in each way that comes to mind. The table
// finds all of them.
func TestMutants(t *testing.T) {
	with := func(change mutant) mounting {
		return mounting{func(g *connectguard.Guard, table connectguard.Table) connect.Interceptor {
			change.Interceptor = g.Interceptor(table)
			return change
		}, connectguard.Refuse}
	}
	for name, m := range map[string]mounting{
		"no guard": {func(*connectguard.Guard, connectguard.Table) connect.Interceptor { return nil }, connectguard.Refuse},
		"no guard of streams": with(mutant{stream: func(_ connect.Interceptor, next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
			return next
		}}),
		"a guard of streams alone": with(mutant{unary: func(_, next connect.UnaryFunc) connect.UnaryFunc { return next }}),
		"its answer ignored": with(mutant{unary: func(guard, next connect.UnaryFunc) connect.UnaryFunc {
			return func(ctx context.Context, r connect.AnyRequest) (connect.AnyResponse, error) {
				guard(ctx, r)
				return next(ctx, r)
			}
		}}),
		"its return dropped": with(mutant{unary: func(guard, next connect.UnaryFunc) connect.UnaryFunc {
			return func(ctx context.Context, r connect.AnyRequest) (connect.AnyResponse, error) {
				_, refused := guard(ctx, r)
				out, err := next(ctx, r)
				if refused != nil {
					return nil, refused
				}
				return out, err
			}
		}}),
		"its answer to a stream ignored": with(mutant{stream: func(guard connect.Interceptor, next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
			nobody := guard.WrapStreamingHandler(func(context.Context, connect.StreamingHandlerConn) error { return nil })
			return func(ctx context.Context, s connect.StreamingHandlerConn) error {
				nobody(ctx, s)
				return next(ctx, s)
			}
		}}),
		"its stream not passed on": with(mutant{stream: func(guard connect.Interceptor, next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
			return func(ctx context.Context, inner connect.StreamingHandlerConn) error {
				return guard.WrapStreamingHandler(func(ctx context.Context, _ connect.StreamingHandlerConn) error { return next(ctx, inner) })(ctx, inner)
			}
		}}),
		"its context not passed on": with(mutant{stream: func(guard connect.Interceptor, next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
			return func(outer context.Context, inner connect.StreamingHandlerConn) error {
				return guard.WrapStreamingHandler(func(_ context.Context, s connect.StreamingHandlerConn) error { return next(outer, s) })(outer, inner)
			}
		}}),
		"a handler's own answer": {whole.interceptor, func(_ context.Context, err error) error { return err }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := admissiontest.NewApp()
			if count, err := app.Check(t.Context(), mount(t, app, m)); err == nil {
				t.Errorf("the table passes: %+v", count)
			} else {
				t.Logf("%d cases fail", count.Failed)
			}
		})
	}
}
