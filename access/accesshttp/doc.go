// Package accesshttp protects the routes of a net/http service, each with one
// line: the handler of a guarded route runs only if [access.Policy.Decide]
// allows the request.
//
//	guard, err := accesshttp.New(accesshttp.Config{
//		Source:  current,     // a *live.Policy, or a *company.Company
//		Subject: sessionUser, // your authentication
//	})
//	report := accesshttp.Path("report", access.Report)
//	mux.Handle("GET /reports/{report}", guard.Require(access.ViewReport, report)(show))
//
// It translates requests and answers; what is decided, and in which order, is
// package admission, of which handlers ask who is asking and what they see.
//
// # Where to begin
//
// Most programs use [New], [Guard.Require] and [Path], and in the handlers
// [admission.Subject] and [admission.View]. The whole API:
//
//   - make a guard: [New], [Config], [Guard]
//   - protect a route: [Guard.Require] answers 403 to a denial,
//     [Guard.RequireOrNotFound] 404, [Guard.RequireSeen] 404 to those who may not
//     see the resource and 403 to those who do; [Guard.RequireUser] is for lists
//   - name the resource of a request: [Path], [Query], [JSON], [Body],
//     [Fixed]
//   - in a handler: [Refuse] answers a denial, or another error
//   - in a test: [Unguarded] names the routes that nobody guards
//
// # Rules
//
// Those of package admission, and these:
//
//  1. Wrap inside the router, around the handler of a route. Around the router
//     no pattern is matched yet, so there are no path values, and [Path] answers
//     every request with not found.
//  2. A resource is named by what the router matched, never by the raw path.
//     ServeMux decodes a path value once, so that /doc/a%2Fb has the id "a/b";
//     other routers may leave it encoded. Ids are compared exactly, so your
//     handler must use the very id that was asked about: that of the
//     [admission.Decision], or the same path value.
//  3. An id in a body is read by the guard, which puts the body back. Whatever
//     two JSON readers could understand in two ways is refused.
//  4. An answer forbids storing, but for a 404, which is the router's.
//
// # Answers
//
// A request is answered with the status of its [admission.Failure], and a body
// in application/problem+json (RFC 9457):
//
//	{"title":"Forbidden","status":403,"reason":"out-of-reach"}
//
// A 400 has a detail that says what to send instead. [Config.ProblemType] gives
// each problem a type.
//
// All 404s are answered by [Config.NotFound], as your router answers if it has no
// route: the guard adds no header, and no byte. Anything between router and guard
// must add none either. A challenge shows that there is a route, and so does a
// body that is read (Expect: 100-continue), but not what is there; what is told of
// the subject alone is the same at every resource. How long an answer takes is not
// hidden.
//
// On a route of [Guard.Require] 404 and 403 distinguish what the extractor does
// not find from what is denied. So an extractor that looks a thing up belongs on
// a route of the other two if the existence of the thing matters.
//
// # Zero values
//
// The zero [Config] lacks what [New] requires, and the zero [Guard] protects
// nothing: its methods panic.
//
// # Concurrency
//
// A Guard and its routes may be used by any number of goroutines at once, if the
// functions of its Config may.
//
// # Errors
//
// [New] returns what is wrong with a configuration; a route registered wrongly
// panics, as in [http.ServeMux]. What a request fails with goes to
// [Config.Respond], and what the program fails with to Config.OnError as well.
package accesshttp
