// Package connectguard guards the procedures of a Connect server by Ambit: a
// table says who may call each procedure, and what is not in the table is
// refused.
//
//	guard, err := connectguard.New(connectguard.Config{Source: policy, Subject: session})
//	report := connectguard.ID((*reportpb.ReportRequest).GetReport, access.Report)
//	table := connectguard.Table{
//		reportpb.ReportsShowProcedure: guard.RequireOrNotFound(access.ViewReport, report),
//		reportpb.ReportsListProcedure: guard.RequireUser(),
//	}
//	err = table.Check(reportpb.File_report_proto) // every procedure has a rule
//	mux.Handle(reportpb.NewReportsHandler(service, connect.WithInterceptors(guard.Interceptor(table))))
//
// Handlers ask package admission who is asking and what they see, and answer
// their own refusals by [Refuse].
//
// # Streams
//
// A stream has no message at its beginning. The one message of a server stream
// is asked about before your handler runs, since the generated code receives it
// first. A client or bidirectional stream begins if the user is active, and every
// message is asked about when you receive it, for it may name another resource;
// nothing is sent before the first one is admitted. The holder of a link is
// denied there: a link answers one question.
//
// Context of a stream answers for the last message that was admitted, and ends
// when that admission does, as in [admission.Watch]. A stream whose admission has
// ended sends and receives no more, and its error is the denial, whatever your
// handler returns. So is that of a stream of which one message was refused.
//
// # Order
//
// Give the Interceptor last, so that no other one changes a message that was
// asked about. Codes are in [Refuse].
package connectguard

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"connectrpc.com/connect"
	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Call is what a guard is asked about: a call of a procedure, with a message of
// it.
type Call struct {
	Context   context.Context
	Procedure string // "/package.Service/Method"
	Header    http.Header
	Peer      connect.Peer
	Message   any // nil before the first message of a stream

	mistake error // why the call is refused without asking
}

// Config is what a [Guard] is made of: that of package admission, for calls. On
// a stream Subject and SourceOf are called for each message.
type Config = admission.Config[*Call]

// Guard protects procedures; [New] makes one.
type Guard struct {
	inner   *admission.Guard[*Call]
	user    *admission.Route[*Call] // before the first message of a client stream
	mistake *admission.Route[*Call] // refuses a call that has one
}

// New returns a guard. The error is that of [admission.New].
func New(c Config) (*Guard, error) {
	inner, err := admission.New(func(c *Call) context.Context { return c.Context }, c)
	if err != nil {
		return nil, err
	}
	mistake := inner.Require("mistake", func(c *Call) (access.Resource, error) { return access.Resource{}, c.mistake })
	return &Guard{inner, inner.RequireUser(), mistake}, nil
}

// Rule says who may call a procedure. The zero Rule refuses everybody.
type Rule struct {
	route *admission.Route[*Call]
	user  bool // asks nothing of a message
	open  bool
}

// Open is the rule of a procedure that everybody may call and that no guard asks
// about: health, reflection, a login.
func Open() Rule { return Rule{open: true} }

// Require is as in [admission.Guard.Require].
func (g *Guard) Require(a access.Action, resource func(*Call) (access.Resource, error)) Rule {
	return Rule{route: g.inner.Require(a, resource)}
}

// RequireOrNotFound is as in [admission.Guard.RequireOrNotFound].
func (g *Guard) RequireOrNotFound(a access.Action, resource func(*Call) (access.Resource, error)) Rule {
	return Rule{route: g.inner.RequireOrNotFound(a, resource)}
}

// RequireSeen is as in [admission.Guard.RequireSeen].
func (g *Guard) RequireSeen(see, a access.Action, resource func(*Call) (access.Resource, error)) Rule {
	return Rule{route: g.inner.RequireSeen(see, a, resource)}
}

// RequireUser is as in [admission.Guard.RequireUser].
func (g *Guard) RequireUser() Rule { return Rule{route: g.inner.RequireUser(), user: true} }

// ID names the resource by a field of the request message. M is the type of the
// message, or an interface that several messages implement.
func ID[M any](id func(M) string, resource func(string) access.Resource) func(*Call) (access.Resource, error) {
	return Message(func(m M) (access.Resource, error) { return resource(id(m)), nil })
}

// Message names the resource by the request message: [ID] for what is more than
// one field. The errors are those of package admission.
func Message[M any](resource func(M) (access.Resource, error)) func(*Call) (access.Resource, error) {
	return func(c *Call) (access.Resource, error) {
		m, ok := c.Message.(M)
		if !ok {
			return access.Resource{}, fmt.Errorf("connectguard: the message of %s is a %T, and its rule is for %T", c.Procedure, c.Message, m)
		}
		return resource(m)
	}
}

// Table has the rule of every procedure of a server, by its full name, such as
// "/package.Service/Method": the constants that end in Procedure.
type Table map[string]Rule

// Check compares a table with the services of some files. The error names the
// procedures without a rule, which are refused, and the rules without a
// procedure, which are slips. Call it before the server serves.
func (t Table) Check(files ...protoreflect.FileDescriptor) error {
	var wrong []string
	procedures := make(map[string]bool)
	for _, file := range files {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				name := fmt.Sprintf("/%s/%s", service.FullName(), service.Methods().Get(j).Name())
				procedures[name] = true
				if t[name] == (Rule{}) {
					wrong = append(wrong, name+" has no rule")
				}
			}
		}
	}
	for name := range t {
		if !procedures[name] {
			wrong = append(wrong, name+" is no procedure of the files")
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return errors.New("connectguard: " + strings.Join(wrong, "; "))
}

// Interceptor returns what guards the handlers of a server, unary and streaming.
// It leaves clients alone. A later change of the table changes nothing.
func (g *Guard) Interceptor(t Table) connect.Interceptor { return &interceptor{g, maps.Clone(t)} }

type interceptor struct {
	guard *Guard
	table Table
}

// WrapUnary guards procedures without streams.
func (i *interceptor) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, r connect.AnyRequest) (connect.AnyResponse, error) {
		rule := i.table[r.Spec().Procedure]
		if rule.open || r.Spec().IsClient {
			return next(ctx, r)
		}
		call := &Call{Context: ctx, Procedure: r.Spec().Procedure, Header: r.Header(), Peer: r.Peer(), Message: r.Any()}
		admitted, refused := i.guard.admit(rule.route, call)
		if refused != nil {
			return nil, answer(ctx, *refused)
		}
		return next(admitted, r)
	}
}

// WrapStreamingClient leaves clients alone.
func (i *interceptor) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// admit asks about a call. A procedure without a rule is a mistake of the
// program: nobody may call it, and strangers are told to authenticate first.
func (g *Guard) admit(route *admission.Route[*Call], c *Call) (context.Context, *admission.Failure) {
	if route == nil {
		c.mistake = fmt.Errorf("connectguard: %s has no rule; add it to the table, and let Table.Check find the next one", c.Procedure)
	}
	if c.mistake != nil {
		route = g.mistake
	}
	return route.Admit(c)
}
