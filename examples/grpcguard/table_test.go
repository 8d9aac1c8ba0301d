package grpcguard_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission/admissiontest"
	"github.com/ambit-authz/ambit/examples/grpcguard"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// statuses is the table of codes: what HTTP numbers, as gRPC says it.
var statuses = map[codes.Code]int{
	codes.OK:                200,
	codes.InvalidArgument:   400,
	codes.Unauthenticated:   401,
	codes.PermissionDenied:  403,
	codes.NotFound:          404,
	codes.ResourceExhausted: 413,
	codes.Internal:          500,
	codes.Unavailable:       503,
}

// TestTable asks every case of the table that an RPC has, over TCP.
func TestTable(t *testing.T) {
	app := admissiontest.NewApp()
	count, err := app.Check(t.Context(), serve(t, app, whole))
	if err != nil {
		t.Error(err)
	}
	t.Logf("%+v", count)
	if count.Passed < 100 || count.Skipped > 120 {
		t.Errorf("%+v: the table has shrunk", count)
	}
}

// mounting is how the app is mounted, right or wrong.
type mounting struct {
	options func(*grpcguard.Guard, grpcguard.Table) []grpc.ServerOption
	// refuse is what a handler does with its own refusal.
	refuse func(context.Context, error) error
}

var whole = mounting{(*grpcguard.Guard).Options, grpcguard.Refuse}

// serve serves the app, and returns how to ask it.
func serve(t *testing.T, app *admissiontest.App, m mounting) admissiontest.Server {
	t.Helper()
	guard, err := grpcguard.New(admissiontest.Config(app, func(c *grpcguard.Call) (context.Context, []string) {
		return c.Context, metadata.ValueFromIncomingContext(c.Context, "authorization")
	}))
	if err != nil {
		t.Fatal(err)
	}
	table := make(grpcguard.Table)
	services := make(map[string]*grpc.ServiceDesc)
	streams := make(map[string]bool)
	for _, r := range app.Routes() {
		service, method := names(r)
		table["/"+service+"/"+method] = admissiontest.Protect(guard, r, grpcguard.Message(func(m *wrapperspb.StringValue) (access.Resource, error) {
			return r.Resource(m.GetValue())
		}))
		if services[service] == nil {
			services[service] = &grpc.ServiceDesc{ServiceName: service}
		}
		streams[method] = register(services[service], method, r, m.refuse)
	}
	server := grpc.NewServer(m.options(guard, table)...)
	for _, s := range services {
		server.RegisterService(s, nil)
	}
	if err := table.Check(server); err != nil {
		t.Fatal(err)
	}
	a := asker{dial(t, server), make(map[string]string), streams}
	for _, r := range app.Routes() {
		service, method := names(r)
		a.methods[r.Name] = "/" + service + "/" + method
	}
	return admissiontest.Server{Ask: a.ask}
}

// names returns the service and the method of a route.
func names(r admissiontest.Route) (service, method string) {
	return strings.Trim("test."+strings.TrimPrefix(r.Mount, "/"), ".") + ".Reports", r.Name
}

// dial serves on a port of this machine and connects to it.
func dial(t *testing.T, server *grpc.Server) *grpc.ClientConn {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// register adds a method to a service, as generated code does. It reports
// whether it is a stream.
func register(s *grpc.ServiceDesc, method string, r admissiontest.Route, refuse func(context.Context, error) error) bool {
	if r.Form != admissiontest.Unary {
		s.Streams = append(s.Streams, grpc.StreamDesc{StreamName: method, ServerStreams: true, Handler: func(_ any, stream grpc.ServerStream) error {
			if err := stream.RecvMsg(new(wrapperspb.StringValue)); err != nil {
				return err
			}
			return r.Stream(stream.Context(), func(text string) error { return stream.SendMsg(wrapperspb.String(text)) })
		}})
		return true
	}
	full := "/" + s.ServiceName + "/" + method
	s.Methods = append(s.Methods, grpc.MethodDesc{MethodName: method, Handler: func(service any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
		in := new(wrapperspb.StringValue)
		if err := decode(in); err != nil {
			return nil, err
		}
		handle := func(ctx context.Context, _ any) (any, error) {
			text, err := r.Handle(ctx, nil)
			if err != nil {
				return nil, refuse(ctx, err)
			}
			return wrapperspb.String(text), nil
		}
		if intercept == nil {
			return handle(ctx, in)
		}
		return intercept(ctx, in, &grpc.UnaryServerInfo{Server: service, FullMethod: full}, handle)
	}})
	return false
}

// asker asks cases as calls.
type asker struct {
	conn    *grpc.ClientConn
	methods map[string]string // by the names of routes
	streams map[string]bool   // routes that are
}

func (a asker) ask(ctx context.Context, c admissiontest.Case) (admissiontest.Answer, error) {
	for _, value := range c.Authorization {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", value)
	}
	if a.streams[c.Route] {
		return a.stream(ctx, c)
	}
	out := new(wrapperspb.StringValue)
	var header, trailer metadata.MD
	err := a.conn.Invoke(ctx, a.methods[c.Route], wrapperspb.String(c.ID), out, grpc.Header(&header), grpc.Trailer(&trailer))
	return answer(err, out.GetValue(), header, trailer)
}

func (a asker) stream(ctx context.Context, c admissiontest.Case) (admissiontest.Answer, error) {
	stream, err := a.conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, a.methods[c.Route])
	if err == nil {
		err = errors.Join(stream.SendMsg(wrapperspb.String(c.ID)), stream.CloseSend())
	}
	if err != nil {
		return admissiontest.Answer{}, err
	}
	texts := ""
	for err == nil {
		m := new(wrapperspb.StringValue)
		if err = stream.RecvMsg(m); err != nil {
			break
		}
		texts += m.GetValue() + "\n"
		if c.Opened != nil {
			err, c.Opened = c.Opened(), nil
		}
	}
	if err == io.EOF {
		err = nil
	}
	header, _ := stream.Header()
	out, bad := answer(err, texts, header, stream.Trailer())
	if out.Status == 403 && texts != "" {
		// The status says what another transport has to say in a text. The
		// handler's farewell may come before it.
		farewell := "ended: " + string(out.Reason) + "\n"
		out = admissiontest.Answer{Status: 200, Text: strings.TrimSuffix(texts, farewell) + farewell}
	}
	return out, bad
}

// answer reads the outcome of a call.
func answer(err error, text string, header, trailer metadata.MD) (admissiontest.Answer, error) {
	s := status.Convert(err)
	number, known := statuses[s.Code()]
	if !known {
		return admissiontest.Answer{}, fmt.Errorf("the code is %s: %w", s.Code(), err)
	}
	a := admissiontest.Answer{Status: number, Text: text, Raw: fmt.Sprint(s.Proto(), header, trailer, text)}
	switch want := map[int]string{401: "not authenticated", 404: "not found", 413: "too large", 500: "internal error", 503: "temporarily unavailable"}[number]; {
	case number == 400:
		a.Detail = s.Message()
	case want != "" && s.Message() != want:
		return a, fmt.Errorf("%s says %q, not %q", s.Code(), s.Message(), want)
	case want != "" && len(s.Details()) != 0:
		return a, fmt.Errorf("%s has details: %v", s.Code(), s.Details())
	}
	for _, d := range s.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok && info.GetDomain() == grpcguard.Domain && len(info.GetMetadata()) == 0 {
			a.Reason = access.Reason(strings.ReplaceAll(strings.ToLower(info.GetReason()), "_", "-"))
		}
	}
	return a, nil
}
