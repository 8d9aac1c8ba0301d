package admissiontest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
)

// Rule is the method of a guard that protects a route.
type Rule uint8

// The rules, each named like the method.
const (
	Require Rule = iota
	RequireOrNotFound
	RequireSeen
	RequireUser
)

// From says where the id of a resource is in a request of HTTP. A message of an
// RPC has it as its one field, except on a route of None.
type From uint8

// The places of an id.
const (
	None  From = iota // the route is about one resource, or none
	Path              // the path value "id", as the router gives it
	Query             // the parameter "id" of the query, once
	Body              // the member "id" of a JSON object in the body, of at most [Route.Limit] bytes
)

// Form is how a handler answers.
type Form uint8

// The forms of an answer.
const (
	Unary   Form = iota // one text: [Route.Handle]
	Stream              // texts as they come: [Route.Stream]
	Upgrade             // texts through an upgraded connection: [Route.Upgrade]. There is no such thing in an RPC
)

// Route is a route of the [App], for the adapter to register, guarded by
// [Protect].
type Route struct {
	Name    string // unique, and a word that may name a method of an RPC
	Method  string // of HTTP
	Mount   string // prefix of the sub-router that has the route; "" is the router itself
	Pattern string // below Mount, with at most one segment {id}
	Rule    Rule
	See     access.Action // the first action of RequireSeen
	Action  access.Action // "" only of RequireUser
	From    From
	Limit   int64 // of a body, in bytes
	Form    Form

	// Drained says that something before the guard reads the whole body: the
	// adapter puts it there.
	Drained bool

	app      *App
	resource func(id string) (access.Resource, error)
	answer   func(ctx context.Context) (string, error) // nil: what the route is and who asks
}

// Resource returns the resource that an id names, or the error that the guard
// should answer. Some ids panic.
func (r Route) Resource(id string) (access.Resource, error) { return r.resource(id) }

// Handle is the handler of a Unary route: it returns the text to answer with, or
// an error that the adapter answers as [admission.FailureOf] says. The context is
// the one from the guard, and body is what is left of the body of a request of
// HTTP, all of which the guard must have left; nil in an RPC.
func (r Route) Handle(ctx context.Context, body []byte) (string, error) {
	defer r.app.run(r.what(ctx))()
	if r.answer != nil {
		return r.answer(ctx)
	}
	text := fmt.Sprintf("%s for %s", r.what(ctx), admission.Subject(ctx))
	if r.From == Body && body != nil {
		text += ": " + string(body)
	}
	return text, nil
}

// Stream is the handler of a Stream route. It sends a text, then one more when
// the admission has ended, and returns the first error of send, or nil if the
// context ended for another reason.
func (r Route) Stream(ctx context.Context, send func(text string) error) error {
	quit := r.app.quitting()
	defer r.app.run(r.what(ctx))()
	ctx, stop := admission.Watch(ctx)
	defer stop()
	if err := send(fmt.Sprintf("%s for %s", r.what(ctx), admission.Subject(ctx))); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-quit:
		return nil
	}
	denied, ok := errors.AsType[*access.DeniedError](context.Cause(ctx))
	if !ok {
		return nil
	}
	return send("ended: " + string(denied.Decision.Public().Reason))
}

// Upgrade is the handler of an Upgrade route, a WebSocket that only sends. It
// writes the answer to the upgrade to a connection that was hijacked, then what
// Stream would send, each text in a frame. The key is the header
// Sec-WebSocket-Key. It leaves the connection open.
func (r Route) Upgrade(ctx context.Context, conn io.Writer, key string) error {
	if _, err := io.WriteString(conn, switching(key)); err != nil {
		return err
	}
	return r.Stream(ctx, func(text string) error {
		_, err := conn.Write(frame(text))
		return err
	})
}

// what names the route and the resource that was asked about, for a run.
func (r Route) what(ctx context.Context) string { return ran(r.Name, admission.Decision(ctx).Resource) }

func ran(name string, resource access.Resource) string { return name + " " + resource.String() }

// Routes returns the routes of the service in the order in which they are to be
// registered, in a new slice.
func (a *App) Routes() []Route {
	routes := slices.Concat(pathRoutes, queryRoutes, bodyRoutes, hostRoutes)
	for i, r := range routes {
		routes[i].app = a
		if r.resource == nil {
			routes[i].resource = report
		}
		if r.From == Body {
			routes[i].Limit = limit
		}
	}
	return routes
}

const limit = 1 << 10 // of bodies

// pathRoutes name a report by their path, and lists by nothing.
var pathRoutes = []Route{
	{Name: "View", Method: "GET", Pattern: "/reports/{id}", Rule: Require, Action: access.ViewReport, From: Path},
	{Name: "Hidden", Method: "GET", Pattern: "/hidden/{id}", Rule: RequireOrNotFound, Action: access.ViewReport, From: Path},
	{Name: "Edit", Method: "PUT", Pattern: "/edits/{id}", Rule: RequireSeen, See: access.ViewReport, Action: access.EditReport, From: Path},
	{Name: "List", Method: "GET", Pattern: "/accounts", Rule: RequireUser, answer: list},
	{Name: "Invite", Method: "POST", Pattern: "/invitations", Rule: Require, Action: access.InviteUser, resource: fixed(access.Company())},
	{Name: "Row", Method: "GET", Pattern: "/rows/{id}", Rule: Require, Action: access.ViewReport, From: Path, answer: row},
	{Name: "HiddenRow", Method: "GET", Pattern: "/hidden-rows/{id}", Rule: RequireOrNotFound, Action: access.ViewReport, From: Path, answer: row},
	{Name: "Mounted", Method: "GET", Mount: "/v1", Pattern: "/reports/{id}", Rule: Require, Action: access.ViewReport, From: Path},
	{Name: "MountedHidden", Method: "GET", Mount: "/v1", Pattern: "/hidden/{id}", Rule: RequireOrNotFound, Action: access.ViewReport, From: Path},
	{Name: "Events", Method: "GET", Pattern: "/events/{id}", Rule: Require, Action: access.ViewReport, From: Path, Form: Stream},
	{Name: "Socket", Method: "GET", Pattern: "/sockets/{id}", Rule: Require, Action: access.ViewReport, From: Path, Form: Upgrade},
}

// queryRoutes name a report by a parameter of the query.
var queryRoutes = []Route{
	{Name: "Find", Method: "GET", Pattern: "/found", Rule: Require, Action: access.ViewReport, From: Query},
	{Name: "HiddenFind", Method: "GET", Pattern: "/hidden-found", Rule: RequireOrNotFound, Action: access.ViewReport, From: Query},
}

// bodyRoutes name a report by a member of a JSON body.
var bodyRoutes = []Route{
	{Name: "Share", Method: "POST", Pattern: "/shares", Rule: Require, Action: access.ViewReport, From: Body},
	{Name: "HiddenShare", Method: "POST", Pattern: "/hidden-shares", Rule: RequireOrNotFound, Action: access.ViewReport, From: Body},
	{Name: "Drained", Method: "POST", Pattern: "/drained", Rule: Require, Action: access.ViewReport, From: Body, Drained: true},
}

// hostRoutes have a host that refuses, fails and errs.
var hostRoutes = []Route{
	{Name: "Number", Method: "GET", Pattern: "/numbers/{id}", Rule: Require, Action: access.ViewReport, From: Path, resource: number},
	{Name: "HiddenNumber", Method: "GET", Pattern: "/hidden-numbers/{id}", Rule: RequireOrNotFound, Action: access.ViewReport, From: Path, resource: number},
	{Name: "SeenNumber", Method: "PUT", Pattern: "/seen-numbers/{id}", Rule: RequireSeen, See: access.ViewReport, Action: access.EditReport, From: Path, resource: number},
	{Name: "WrongKind", Method: "GET", Pattern: "/wrong-kinds/{id}", Rule: Require, Action: access.ViewAccount, From: Path},
	{Name: "UnknownKind", Method: "GET", Pattern: "/unknown-kinds/{id}", Rule: Require, Action: access.ViewReport, From: Path, resource: invoice},
	{Name: "UnknownAction", Method: "GET", Pattern: "/unknown-actions/{id}", Rule: Require, Action: "report.veiw", From: Path},
	{Name: "HiddenWrongKind", Method: "GET", Pattern: "/hidden-wrong-kinds/{id}", Rule: RequireOrNotFound, Action: access.ViewAccount, From: Path},
}

func report(id string) (access.Resource, error) { return access.Report(id), nil }

func fixed(r access.Resource) func(string) (access.Resource, error) {
	return func(string) (access.Resource, error) { return r, nil }
}

// invoice names a thing of a kind that the catalog does not declare.
func invoice(id string) (access.Resource, error) { return access.CompanyItem("invoice", id), nil }

// numberDetail is what a caller is told whose id is of the wrong form.
const numberDetail = "the number of a report has digits only, as in /numbers/1"

// number names a report by its number, and fails in all ways there are. Where it
// fails, it returns a report that would be allowed, which must not be asked about.
func number(id string) (access.Resource, error) {
	q1 := access.Report("q1")
	switch id {
	case "missing":
		return q1, fmt.Errorf("%w: no such row", admission.ErrNotFound)
	case "down":
		return q1, fmt.Errorf("%w: the database restarts", admission.ErrUnavailable)
	case "large":
		return q1, admission.ErrTooLarge
	case "broken":
		return q1, errBroken
	case "panic":
		panic("admissiontest: the resource panics on purpose")
	case "nothing":
		return access.Resource{}, nil
	}
	if id == "" || strings.Trim(id, "0123456789") != "" {
		return q1, fmt.Errorf("%w: got something else", admission.BadRequest(numberDetail))
	}
	return access.Report("q" + id), nil
}

// list answers with the accounts that the user sees.
func list(ctx context.Context) (string, error) {
	text := "List for " + admission.Subject(ctx).String() + ":"
	for _, id := range slices.Sorted(admission.View(ctx).Accounts()) {
		text += " " + string(id)
	}
	return text, nil
}

// row asks what only the handler can know, and refuses if the report says so.
func row(ctx context.Context) (string, error) {
	resource := admission.Decision(ctx).Resource
	switch resource.ID() {
	case "row-denied":
		return "", admission.Decide(ctx, access.ViewAccount, access.Account("de-1")).Err()
	case "row-missing":
		return "", admission.ErrNotFound
	case "row-broken":
		return "", errBroken
	case "row-behind":
		var none *access.Policy
		return "", none.Decide(admission.Subject(ctx), access.ViewAccount, access.Account("us-1")).Err()
	case "row-down":
		return "", admission.ErrUnavailable
	}
	return ran("Row", resource), admission.Decide(ctx, access.ViewAccount, access.Account("us-1")).Err()
}

// Guard is what the guards of all adapters have in common: M is what protects
// the handler of one route.
type Guard[R, M any] interface {
	Require(access.Action, func(R) (access.Resource, error)) M
	RequireOrNotFound(access.Action, func(R) (access.Resource, error)) M
	RequireSeen(see, action access.Action, resource func(R) (access.Resource, error)) M
	RequireUser() M
}

// Protect calls the method of a guard that the rule of a route names. The
// function is the adapter's: it takes the id from where [Route.From] says, and
// asks [Route.Resource].
func Protect[R, M any](g Guard[R, M], r Route, resource func(R) (access.Resource, error)) M {
	switch r.Rule {
	case RequireOrNotFound:
		return g.RequireOrNotFound(r.Action, resource)
	case RequireSeen:
		return g.RequireSeen(r.See, r.Action, resource)
	case RequireUser:
		return g.RequireUser()
	}
	return g.Require(r.Action, resource)
}
