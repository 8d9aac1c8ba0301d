package connectguard_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission/admissiontest"
	"github.com/ambit-authz/ambit/examples/connectguard"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// statuses is the table of codes: what HTTP numbers, as Connect says it.
var statuses = map[connect.Code]int{
	connect.CodeInvalidArgument:   400,
	connect.CodeUnauthenticated:   401,
	connect.CodePermissionDenied:  403,
	connect.CodeNotFound:          404,
	connect.CodeResourceExhausted: 413,
	connect.CodeInternal:          500,
	connect.CodeUnavailable:       503,
}

// protocols are those that every Connect server speaks.
var protocols = map[string][]connect.ClientOption{
	"Connect":       nil,
	"Connect, JSON": {connect.WithProtoJSON()},
	"Connect, GET":  {connect.WithHTTPGet()},
	"gRPC":          {connect.WithGRPC()},
	"gRPC-Web":      {connect.WithGRPCWeb()},
}

// TestTable asks every case of the table that an RPC has, over TCP and in every
// protocol.
func TestTable(t *testing.T) {
	for name, options := range protocols {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := admissiontest.NewApp()
			count, err := app.Check(t.Context(), mount(t, app, whole, options...))
			if err != nil {
				t.Error(err)
			}
			if count.Passed < 100 || count.Skipped > 120 {
				t.Errorf("%+v: the table has shrunk", count)
			}
		})
	}
}

// mounting is how the app is mounted, right or wrong.
type mounting struct {
	interceptor func(*connectguard.Guard, connectguard.Table) connect.Interceptor
	// refuse is what a handler does with its own refusal.
	refuse func(context.Context, error) error
}

var whole = mounting{(*connectguard.Guard).Interceptor, connectguard.Refuse}

// mount serves the app, and returns how to ask it.
func mount(t *testing.T, app *admissiontest.App, m mounting, options ...connect.ClientOption) admissiontest.Server {
	t.Helper()
	guard, err := connectguard.New(admissiontest.Config(app, func(c *connectguard.Call) (context.Context, []string) {
		return c.Context, c.Header.Values("Authorization")
	}))
	if err != nil {
		t.Fatal(err)
	}
	table := make(connectguard.Table)
	for _, r := range app.Routes() {
		table[procedure(r)] = admissiontest.Protect(guard, r, connectguard.Message(func(m *wrapperspb.StringValue) (access.Resource, error) {
			return r.Resource(m.GetValue())
		}))
	}
	mux, with := http.NewServeMux(), []connect.HandlerOption{connect.WithIdempotency(connect.IdempotencyNoSideEffects)}
	if interceptor := m.interceptor(guard, table); interceptor != nil {
		with = append(with, connect.WithInterceptors(interceptor))
	}
	a := asker{make(map[string]*connect.Client[wrapperspb.StringValue, wrapperspb.StringValue]), make(map[string]bool)}
	url, client := serve(t, mux)
	for _, r := range app.Routes() {
		mux.Handle(procedure(r), handler(r, m.refuse, with))
		a.streams[r.Name] = r.Form != admissiontest.Unary
		a.clients[r.Name] = connect.NewClient[wrapperspb.StringValue, wrapperspb.StringValue](
			client, url+procedure(r), append(options, connect.WithIdempotency(connect.IdempotencyNoSideEffects))...)
	}
	return admissiontest.Server{Ask: a.ask}
}

func procedure(r admissiontest.Route) string {
	return "/" + strings.Trim("test."+strings.TrimPrefix(r.Mount, "/"), ".") + ".Reports/" + r.Name
}

func handler(r admissiontest.Route, refuse func(context.Context, error) error, options []connect.HandlerOption) http.Handler {
	if r.Form != admissiontest.Unary {
		return connect.NewServerStreamHandlerSimple(procedure(r), func(ctx context.Context, _ *wrapperspb.StringValue, s *connect.ServerStream[wrapperspb.StringValue]) error {
			return r.Stream(ctx, func(text string) error { return s.Send(wrapperspb.String(text)) })
		}, options...)
	}
	return connect.NewUnaryHandlerSimple(procedure(r), func(ctx context.Context, _ *wrapperspb.StringValue) (*wrapperspb.StringValue, error) {
		text, err := r.Handle(ctx, nil)
		if err != nil {
			return nil, refuse(ctx, err)
		}
		return wrapperspb.String(text), nil
	}, options...)
}

// serve serves on a port of this machine, and returns its URL and a client of
// HTTP/2, which all protocols can use.
func serve(t *testing.T, handler http.Handler) (string, *http.Client) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Handler: handler, Protocols: protocols}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	two := new(http.Protocols)
	two.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: two}
	t.Cleanup(transport.CloseIdleConnections)
	return "http://" + listener.Addr().String(), &http.Client{Transport: transport}
}

// asker asks cases as calls.
type asker struct {
	clients map[string]*connect.Client[wrapperspb.StringValue, wrapperspb.StringValue] // by the names of routes
	streams map[string]bool                                                            // routes that are
}

func (a asker) ask(ctx context.Context, c admissiontest.Case) (admissiontest.Answer, error) {
	r := connect.NewRequest(wrapperspb.String(c.ID))
	r.Header()["Authorization"] = c.Authorization
	if a.streams[c.Route] {
		return a.stream(ctx, c, r)
	}
	out, err := a.clients[c.Route].CallUnary(ctx, r)
	if err == nil {
		return answer(nil, out.Msg.GetValue())
	}
	got, bad := answer(err, "")
	return got, errors.Join(bad, header(err, got.Status, r.Peer().Protocol == connect.ProtocolConnect))
}

func (a asker) stream(ctx context.Context, c admissiontest.Case, r *connect.Request[wrapperspb.StringValue]) (admissiontest.Answer, error) {
	stream, err := a.clients[c.Route].CallServerStream(ctx, r)
	if err != nil {
		return admissiontest.Answer{}, err
	}
	defer stream.Close()
	texts := ""
	for stream.Receive() {
		texts += stream.Msg().GetValue() + "\n"
		if c.Opened != nil {
			if err := c.Opened(); err != nil {
				return admissiontest.Answer{}, err
			}
			c.Opened = nil
		}
	}
	out, bad := answer(stream.Err(), texts)
	if out.Status == 403 && texts != "" {
		// The error says what another transport has to say in a text. The
		// handler's farewell may come before it.
		farewell := "ended: " + string(out.Reason) + "\n"
		out = admissiontest.Answer{Status: 200, Text: strings.TrimSuffix(texts, farewell) + farewell}
	}
	return out, bad
}

// answer reads the outcome of a call.
func answer(err error, text string) (admissiontest.Answer, error) {
	if err == nil {
		return admissiontest.Answer{Status: 200, Text: text}, nil
	}
	e, ok := errors.AsType[*connect.Error](err)
	if !ok || statuses[e.Code()] == 0 {
		return admissiontest.Answer{}, fmt.Errorf("the code is %s: %w", connect.CodeOf(err), err)
	}
	e.Meta().Del("Date")
	a := admissiontest.Answer{Status: statuses[e.Code()], Text: text, Raw: fmt.Sprint(e, e.Meta(), len(e.Details()))}
	if a.Status == 400 {
		a.Detail = e.Message()
	}
	for _, d := range e.Details() {
		if v, err := d.Value(); err == nil {
			if info, ok := v.(*errdetails.ErrorInfo); ok && info.GetDomain() == connectguard.Domain {
				a.Reason = access.Reason(strings.ReplaceAll(strings.ToLower(info.GetReason()), "_", "-"))
			}
		}
	}
	return a, nil
}

// header says what is wrong with the header of an answer of HTTP, or with what
// another protocol has in its place.
func header(err error, status int, isHTTP bool) error {
	e, ok := errors.AsType[*connect.Error](err)
	if !ok {
		return nil
	}
	if private := e.Meta().Get("Cache-Control") == "no-store"; private != isHTTP {
		return fmt.Errorf("the answer must not be stored: %t", private)
	}
	if challenged := e.Meta().Get("WWW-Authenticate") != ""; challenged != (isHTTP && status == 401) {
		return fmt.Errorf("there is a challenge: %t", challenged)
	}
	return nil
}
