// Package accesshttp protects the routes of a net/http service, each with one
// line: the handler of a guarded route runs only if [access.Policy.Decide]
// allows the request.
//
//	guard, err := accesshttp.New(accesshttp.Config{
//		Policy:  func(*http.Request) (*access.Policy, error) { return current.Load(), nil },
//		Subject: sessionUser, // your authentication
//	})
//	report := accesshttp.Path("report", access.Report)
//	mux.Handle("GET /reports/{report}", guard.Require(access.ViewReport, report)(show))
//
// # Where to begin
//
// Most programs use [New], [Guard.Require] and [Path], and in the handlers
// [Subject] and [View]. The whole API:
//
//   - make a guard: [New], [Config], [Guard]
//   - protect a route: [Guard.Require] answers 403 to a denial,
//     [Guard.RequireOrNotFound] 404, [Guard.RequireSeen] 404 to those who may not
//     see the resource and 403 to those who do; [Guard.RequireUser] is for lists
//   - name the resource of a request: [Path], [Fixed]
//   - in a handler: [Subject], [Policy], [View], [Decision]; [Decide] asks one
//     more question, [Refuse] answers a denial
//   - failures: [Failure], [Error], [ErrUnauthenticated], [ErrNotFound],
//     [ErrUnavailable]
//
// # Rules
//
//  1. [Guard.Require] wraps the handler of one route. It takes these steps in
//     this order: subject, policy, resource, Decide, handler. The first that
//     fails is the answer. Nobody learns anything about a resource before they
//     are authenticated.
//  2. The handler runs only after Decide allowed that action on that resource.
//     An error, a nil policy, the zero subject, an empty id, and a context that
//     has ended, at the beginning or just before the handler would run, are
//     failures. A panic of one of your functions is not caught, and the handler
//     does not run. Only [Guard.RequireUser] leaves asking to the handler.
//  3. Wrap inside the router, around the handler of a route. Around the router
//     no pattern is matched yet, so there are no path values, and [Path] answers
//     every request with not found.
//  4. A resource is named by what the router matched, never by the raw path.
//     ServeMux decodes a path value once, so that /doc/a%2Fb has the id "a/b";
//     other routers may leave it encoded. Ids are compared exactly, so your
//     handler must use the very id that was asked about.
//  5. Ids that no policy can hold are not found, without asking Decide: ids that
//     are empty, longer than 256 bytes, not UTF-8, or contain control
//     characters.
//  6. One policy and one subject serve the whole request. What the handler asks
//     by [Decide] and sees by [View] is of the same snapshot as what let the
//     request through. A handler that runs for long keeps the policy that it
//     began with. A guard nested in another loads a policy and a subject of its
//     own. Both may differ by then, and the handler gets those of the inner
//     guard. If both guards are about one resource, use [Guard.RequireSeen],
//     which asks both questions of one snapshot.
//  7. An answer shows the public reason of a denial, if it is about the subject
//     who asks, and no other text. It forbids storing. The cause is for you, in
//     [Failure].
//
// The account that an [access.Item] belongs to must come from your own data. If
// both come from the request, anyone who sees one account reaches the items of
// all others by naming that account.
//
// # Answers
//
// A request is answered 401 with a challenge for [ErrUnauthenticated] and the
// zero subject, 403 for a denial, 404 for [ErrNotFound] and impossible ids, 503
// for [ErrUnavailable] and a context that has ended, whichever function reports
// it, and 500 for any other error and for a nil policy. It does not matter which
// function an error came from. Bodies are application/problem+json:
//
//	{"title":"Forbidden","status":403,"reason":"out-of-reach"}
//
// On a route of [Guard.RequireOrNotFound] every denial is 404, and so it is on a
// route of [Guard.RequireSeen] until the subject may see the resource. All 404s
// are answered by [Config.NotFound], as your router answers if it has no route:
// the guard adds no header, and no byte. Anything between router and guard must
// add none either. A challenge shows that there is a route, but not what is
// there. How long an answer takes is not hidden.
//
// On a route of [Guard.Require] 404 and 403 distinguish what the extractor does
// not find from what is denied. So an extractor that looks a thing up belongs on
// a route of the other two if the existence of the thing matters.
//
// # Zero values
//
// The zero [Config] lacks what [New] requires, and the zero [Guard] protects
// nothing: its methods panic. Outside a guarded route the accessors return the
// zero Decision, which denies, the zero View, which sees nothing, the zero
// Subject, which is denied everything, and the nil Policy, which denies
// everybody.
//
// # Concurrency
//
// A Guard and its routes may be used by any number of goroutines at once, if the
// functions of its Config may. All goroutines of a request may use what its
// context holds, also after the request.
//
// # Errors
//
// [New] returns what is wrong with a configuration; a route registered wrongly
// panics, as in [http.ServeMux]. An error of one of your functions is wrapped in
// an [*Error], and a denial is an [*access.DeniedError]. Both go to
// [Config.Respond] and nowhere else.
package accesshttp
