package grpcguard_test

import (
	"context"
	"testing"

	"github.com/ambit-authz/ambit/access/admission/admissiontest"
	"github.com/ambit-authz/ambit/examples/grpcguard"
	"google.golang.org/grpc"
)

// TestMutants mounts the guard wrongly in each way that comes to mind. The table
// finds all of them.
func TestMutants(t *testing.T) {
	type (
		guard = *grpcguard.Guard
		table = grpcguard.Table
	)
	nothing := func(context.Context, any) (any, error) { return nil, nil }
	nobody := func(any, grpc.ServerStream) error { return nil }
	with := func(unary grpc.UnaryServerInterceptor, stream grpc.StreamServerInterceptor) []grpc.ServerOption {
		return []grpc.ServerOption{grpc.ChainUnaryInterceptor(unary), grpc.ChainStreamInterceptor(stream)}
	}
	mutants := map[string]mounting{
		"no guard": {func(guard, table) []grpc.ServerOption { return nil }, grpcguard.Refuse},
		"no guard of streams": {func(g guard, t table) []grpc.ServerOption {
			return g.Options(t)[:1]
		}, grpcguard.Refuse},
		"a guard of streams alone": {func(g guard, t table) []grpc.ServerOption {
			return g.Options(t)[1:]
		}, grpcguard.Refuse},
		"its answer ignored": {func(g guard, t table) []grpc.ServerOption {
			unary, stream := g.Interceptors(t)
			return with(func(ctx context.Context, m any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
				unary(ctx, m, info, nothing)
				return next(ctx, m)
			}, stream)
		}, grpcguard.Refuse},
		"its return dropped": {func(g guard, t table) []grpc.ServerOption {
			unary, stream := g.Interceptors(t)
			return with(func(ctx context.Context, m any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
				admitted := ctx
				_, refused := unary(ctx, m, info, func(ctx context.Context, _ any) (any, error) { admitted = ctx; return nil, nil })
				out, err := next(admitted, m)
				if refused != nil {
					return nil, refused
				}
				return out, err
			}, stream)
		}, grpcguard.Refuse},
		"its answer to a stream ignored": {func(g guard, t table) []grpc.ServerOption {
			unary, stream := g.Interceptors(t)
			return with(unary, func(s any, inner grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
				stream(s, inner, info, nobody)
				return next(s, inner)
			})
		}, grpcguard.Refuse},
		"its stream not passed on": {func(g guard, t table) []grpc.ServerOption {
			unary, stream := g.Interceptors(t)
			return with(unary, func(s any, inner grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
				return stream(s, inner, info, func(s any, _ grpc.ServerStream) error { return next(s, inner) })
			})
		}, grpcguard.Refuse},
		"a handler's own answer": {grpcguardOptions, func(_ context.Context, err error) error { return err }},
	}
	for name, m := range mutants {
		t.Run(name, func(t *testing.T) {
			app := admissiontest.NewApp()
			if count, err := app.Check(t.Context(), serve(t, app, m)); err == nil {
				t.Errorf("the table passes: %+v", count)
			} else {
				t.Logf("%d cases fail", count.Failed)
			}
		})
	}
}

var grpcguardOptions = (*grpcguard.Guard).Options
