package admissiontest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
)

// Case is one request of the table, for an adapter whose wire is not that of
// [Route.Method] and [Route.Pattern].
type Case struct {
	Name          string   // unique, for a person
	Route         string   // the [Route.Name]
	ID            string   // that the message has; "" if the route needs none
	Authorization []string // all values, in order

	// Opened must be called after the first text of a stream. The stream then ends
	// by itself, and its texts are the answer. It is nil on a Unary route.
	Opened func() error

	form    Form
	request request
	left    string // of the body, for the handler
	http    bool   // there is no such case in an RPC
	then    change // once the stream is open
	want    []outcome
}

// request is what a case sends over HTTP.
type request struct {
	method, target string
	header         []string // lines
	body           string   // sent with its length unless the header has one
	cut            bool     // the client sends no more
}

// Answer is how a case was answered.
type Answer struct {
	Status int           // as HTTP numbers it, see [admission.Failure]; 0 if the connection ended without an answer
	Reason access.Reason // that is shown of a denial
	Detail string        // that is shown of a request that cannot be understood
	Text   string        // what the handler answered; the texts of a stream, each with a newline after it

	// Raw is all that a caller can tell two answers by, besides the date. The
	// answers with status 404 must have the same.
	Raw string

	header map[string][]string
}

// outcome is one of the ways in which a case may be answered.
type outcome struct {
	statuses []int
	runs     []string // of handlers
	text     string   // of the handler
	reason   access.Reason
	detail   string
	guard    bool // the guard answers, in full
	quiet    bool // though the status is one of a failure, the program did not fail
	loose    bool // the adapter's router or server answers, in its own words
}

// String returns the outcome as a case wants it.
func (o outcome) String() string {
	s := strings.Trim(strings.ReplaceAll(fmt.Sprint(o.statuses), " ", ", "), "[]")
	if o.reason != "" {
		s += " " + string(o.reason)
	}
	if o.detail != "" {
		s += " " + o.detail
	}
	if o.text != "" {
		s += fmt.Sprintf(" %q", o.text)
	}
	if len(o.runs) == 0 {
		return s + " and no handler runs"
	}
	return s + " and only " + strings.Join(o.runs, ", ") + " runs"
}

// The outcomes.

// allow is the handler's answer about a resource.
func allow(route string, r access.Resource, who string) outcome {
	what := ran(route, r)
	return outcome{statuses: []int{200}, runs: []string{what}, text: what + " for " + who}
}

// deny is a denial that is told.
func deny(reason access.Reason) outcome {
	return outcome{statuses: []int{403}, reason: reason, guard: true}
}

// hidden is the answer of a router without a route.
func hidden() outcome { return outcome{statuses: []int{404}} }

// bad is a request that cannot be understood.
func bad(detail string) outcome {
	return outcome{statuses: []int{400}, detail: detail, guard: true}
}

// unclear is a request that cannot be understood, in words of the adapter's.
func unclear() outcome { return bad("*") }

// fail is another failure that the guard answers.
func fail(status int) outcome { return outcome{statuses: []int{status}, guard: true} }

// router is an answer of what stands before the guard.
func router(statuses ...int) outcome { return outcome{statuses: statuses, loose: true} }

// ranFirst is the outcome if the handler ran, and refused.
func (o outcome) ranFirst(route string, r access.Resource) outcome {
	o.runs = []string{ran(route, r)}
	return o
}

// ask makes a case of a route, an id and a value of Authorization.
func ask(name, route, id, authorization string, want ...outcome) Case {
	c := Case{Name: name, Route: route, ID: id, want: want}
	if authorization != "" {
		c.Authorization = []string{authorization}
	}
	return c
}

// raw makes a case of a line of HTTP that is ann's.
func raw(name, line string, want ...outcome) Case {
	method, target, _ := strings.Cut(line, " ")
	return Case{Name: name, Authorization: []string{"Bearer ann"}, http: true, request: request{method: method, target: target}, want: want}
}

// post makes a case of a body that is ann's.
func post(name, body string, want ...outcome) Case {
	c := raw(name, "POST /shares", want...)
	c.request.body, c.left = body, body
	return c
}

// to returns the case with another line.
func (c Case) to(line string) Case {
	c.request.method, c.request.target, _ = strings.Cut(line, " ")
	return c
}

// with returns the case with lines in the header of its request.
func (c Case) with(header ...string) Case {
	c.request.header = header
	return c
}

// as returns the case with other values of Authorization.
func (c Case) as(authorization ...string) Case {
	c.Authorization = authorization
	return c
}

// fill makes the request of a case whose route says how.
func (c *Case) fill(routes []Route) error {
	if c.request.method != "" {
		return nil
	}
	i := slices.IndexFunc(routes, func(r Route) bool { return r.Name == c.Route })
	if i < 0 {
		return fmt.Errorf("there is no route %q", c.Route)
	}
	r := routes[i]
	c.request.method = r.Method
	c.request.target = r.Mount + strings.Replace(r.Pattern, "{id}", url.PathEscape(c.ID), 1)
	c.form = r.Form
	switch {
	case r.From == Query:
		c.request.target += "?id=" + url.QueryEscape(c.ID)
	case r.From == Body:
		id, _ := json.Marshal(c.ID) // a string always can be
		c.left = fmt.Sprintf(`{"id": %s, "more": [1]}`, id)
		c.request.body = c.left
	case r.Form == Upgrade:
		c.http = true
		c.request.header = append(c.request.header, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: "+upgradeKey)
	}
	return nil
}

const upgradeKey = "dGhlIHNhbXBsZSBub25jZQ=="

// accepts says why an answer and what was seen are not the outcome, and "" if
// they are.
func (o outcome) accepts(c Case, a Answer, seen record, overHTTP bool) string {
	switch {
	case !slices.Contains(o.statuses, a.Status):
		return fmt.Sprintf("the status is %d", a.Status)
	case !slices.Equal(o.runs, seen.runs):
		return "other handlers run"
	case o.loose:
		return ""
	case o.text != "" && a.Text != o.text+c.echo(overHTTP):
		return fmt.Sprintf("the text is %q", a.Text)
	case a.Reason != o.reason:
		return fmt.Sprintf("the reason is %q", a.Reason)
	case a.Detail != o.detail && (o.detail != "*" || a.Detail == ""):
		return fmt.Sprintf("the detail is %q", a.Detail)
	}
	if why := o.told(c, seen); why != "" {
		return why
	}
	if o.guard && overHTTP {
		return o.problem(c, a)
	}
	if o.guard && a.Text != "" {
		return fmt.Sprintf("there is a text, %q", a.Text)
	}
	return ""
}

// echo is what the handler of a body adds to its answer.
func (c Case) echo(overHTTP bool) string {
	if overHTTP && c.left != "" {
		return ": " + c.left
	}
	return ""
}

// told says what the functions of the host were told that they should not have
// been, or were not.
func (o outcome) told(c Case, seen record) string {
	failures := 0
	if o.statuses[0] >= 500 && !o.quiet {
		failures = 1
	}
	if len(seen.errs) != failures {
		return fmt.Sprintf("OnError is called %d times, not %d: %v", len(seen.errs), failures, seen.errs)
	}
	// What is hidden may have been found by no guard, and an adapter may watch a
	// stream as its handler does.
	if n := len(seen.denials); n > 1 && c.form == Unary || o.reason != "" && n != 1 {
		return fmt.Sprintf("the observer is told %d denials, not 1: %v", n, seen.denials)
	}
	return ""
}

// problem says what is wrong with the form of an answer of the guard over HTTP.
func (o outcome) problem(c Case, a Answer) string {
	f := admission.Failure{Status: a.Status, Public: access.Public{Reason: a.Reason}, Detail: a.Detail}
	want := string(f.Problem(""))
	if c.request.method == "HEAD" {
		want = ""
	}
	for name, want := range map[string]string{"Content-Type": "application/problem+json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
		if got := a.header[name]; !slices.Equal(got, []string{want}) {
			return fmt.Sprintf("the header %s is %q, not %q", name, got, want)
		}
	}
	challenged := len(a.header["Www-Authenticate"]) == 1
	switch {
	case a.Text != want:
		return fmt.Sprintf("the body is %q, not %q", a.Text, want)
	case challenged != (a.Status == 401):
		return fmt.Sprintf("there is a challenge: %t", challenged)
	case slices.Equal(a.header["Retry-After"], []string{admission.RetryAfter}) != (a.Status == 503):
		return fmt.Sprintf("the header Retry-After is %q", a.header["Retry-After"])
	}
	return ""
}
