// Package grpcguard guards the methods of a gRPC server by Ambit: a table says
// who may call each method, and what is not in the table is refused.
//
//	guard, err := grpcguard.New(grpcguard.Config{Source: policy, Subject: session})
//	report := grpcguard.ID((*reportpb.ReportRequest).GetReport, access.Report)
//	table := grpcguard.Table{
//		reportpb.Reports_Show_FullMethodName:       guard.RequireOrNotFound(access.ViewReport, report),
//		reportpb.Reports_List_FullMethodName:       guard.RequireUser(),
//		grpc_health_v1.Health_Check_FullMethodName: grpcguard.Open(),
//	}
//	server := grpc.NewServer(guard.Options(table)...)
//	reportpb.RegisterReportsServer(server, service)
//	err = table.Check(server) // every method has a guard
//
// Handlers ask package admission who is asking and what they see, and answer
// their own refusals by [Refuse].
//
// # Streams
//
// A stream has no message at its beginning. The one message of a server stream
// is asked about before your method runs, since the generated code receives it
// first. A client or bidirectional stream begins if the user is active, and every
// message is asked about when you receive it, for it may name another resource;
// nothing is sent before the first one is admitted. The holder of a link is
// denied there: a link answers one question.
//
// Context of a stream is that of the last message that was admitted, and it ends
// when that admission does, as in [admission.Watch]; whoever serves several
// messages at once watches each. A stream whose admission has ended sends and
// receives no more, and its status is the denial, whatever your method returns.
// So is that of a stream of which one message was refused.
//
// # Order
//
// Give the Options last, so that no other interceptor changes a message that was
// asked about. Status codes are in [Refuse].
package grpcguard

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"google.golang.org/grpc"
)

// Call is what a guard is asked about: a call of a method, with a message of it.
type Call struct {
	Context context.Context // with the incoming metadata
	Method  string          // "/package.Service/Method"
	Message any             // nil before the first message of a stream

	mistake error // why the call is refused without asking
}

// Config is what a [Guard] is made of: that of package admission, for calls. On
// a stream Subject and SourceOf are called for each message.
type Config = admission.Config[*Call]

// Guard protects methods; [New] makes one.
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

// Rule says who may call a method. The zero Rule refuses everybody.
type Rule struct {
	route *admission.Route[*Call]
	user  bool // asks nothing of a message
	open  bool
}

// Open is the rule of a method that everybody may call and that no guard asks
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
			return access.Resource{}, fmt.Errorf("grpcguard: the message of %s is a %T, and its rule is for %T", c.Method, c.Message, m)
		}
		return resource(m)
	}
}

// Table has the rule of every method of a server, by its full name, such as
// "/package.Service/Method": the constants that end in FullMethodName.
type Table map[string]Rule

// Check compares a table with the services that were registered. The error names
// the methods without a rule, which are refused, and the rules without a method,
// which are slips. Call it before the server serves.
func (t Table) Check(server interface {
	GetServiceInfo() map[string]grpc.ServiceInfo
}) error {
	var wrong []string
	methods := make(map[string]bool)
	for service, info := range server.GetServiceInfo() {
		for _, m := range info.Methods {
			name := "/" + service + "/" + m.Name
			methods[name] = true
			if t[name] == (Rule{}) {
				wrong = append(wrong, name+" has no rule")
			}
		}
	}
	for name := range t {
		if !methods[name] {
			wrong = append(wrong, name+" is no method of the server")
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return errors.New("grpcguard: " + strings.Join(wrong, "; "))
}

// Options returns the interceptors for [grpc.NewServer]: both, for a server that
// lacks one of them does not guard its streams, or nothing else. A later change of
// the table changes nothing.
func (g *Guard) Options(t Table) []grpc.ServerOption {
	t = maps.Clone(t)
	return []grpc.ServerOption{grpc.ChainUnaryInterceptor(g.unary(t)), grpc.ChainStreamInterceptor(g.stream(t))}
}

func (g *Guard) unary(t Table) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, message any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
		rule := t[info.FullMethod]
		if rule.open {
			return handle(ctx, message)
		}
		admitted, refused := g.admit(rule.route, &Call{Context: ctx, Method: info.FullMethod, Message: message})
		if refused != nil {
			return nil, answer(*refused)
		}
		return handle(admitted, message)
	}
}

// admit asks about a call. A method without a rule is a mistake of the program:
// nobody may call it, and strangers are told to authenticate first.
func (g *Guard) admit(route *admission.Route[*Call], c *Call) (context.Context, *admission.Failure) {
	if route == nil {
		c.mistake = fmt.Errorf("grpcguard: %s has no rule; add it to the table, and let Table.Check find the next one", c.Method)
	}
	if c.mistake != nil {
		route = g.mistake
	}
	return route.Admit(c)
}
