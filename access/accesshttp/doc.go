// Package accesshttp protects the routes of a net/http service, each with one
// line, so that a handler runs only for whom [access.Policy.Decide] allows it.
//
//  1. [Guard.Require] wraps the handler of one route. It goes subject, policy,
//     resource, Decide, handler, in that order, and the first that fails is the
//     answer. Nobody learns anything about a resource before he is known.
//  2. The handler runs only after Decide allowed that action on that resource.
//     An error, a nil policy, the zero subject, an empty id, and a context that
//     is over at the beginning or just before the handler would run, are
//     failures. A panic of a host's function is not caught, and the handler does
//     not run. Only [Guard.RequireUser] leaves it to the handler to ask.
//  3. Wrap inside the router, around the handler of a route. Around the router
//     no pattern is matched yet, there are no path values, and [Path] answers
//     not found, whatever is asked.
//  4. A resource is named by what the router matched, never by the raw path.
//     ServeMux decodes a path value once, so that /doc/a%2Fb has the id "a/b";
//     other routers may leave it encoded. Ids are compared exactly, so the
//     handler must use the very id that was asked about.
//  5. Ids that no policy could hold are not found, without asking Decide: those
//     that are empty, longer than 256 bytes, not UTF-8, or hold control
//     characters.
//  6. One policy and one subject serve the whole request. What the handler asks
//     by [Decide] and sees by [View] is of the same snapshot as what let it in.
//     A handler that runs for long goes on with the policy of its beginning.
//     A guard nested within another loads a policy and a subject of its own,
//     which may be others by then, and those are the handler's; where both are
//     about one resource, [Guard.RequireSeen] asks both of one snapshot.
//  7. An answer shows the public reason of a denial, if that is about the one who
//     asks, and no other text, and is not to be stored. The cause is for the
//     host, in [Failure].
//
// The account that an [access.Item] belongs to must come from the host's own
// data. If both come from the request, whoever sees one account reaches the
// items of all others by naming that one.
//
// # Answers
//
// 401 with a challenge is for [ErrUnauthenticated] and the zero subject, 403 for
// a denial, 404 for [ErrNotFound] and ids that cannot be. 503 is for
// [ErrUnavailable] and for a context that is over, whoever reports it; any other
// error is 500, and so is a nil policy. It does not matter which function an
// error came from. Bodies are application/problem+json:
//
//	{"title":"Forbidden","status":403,"reason":"out-of-reach"}
//
// On a route of [Guard.RequireOrNotFound] every denial is 404, and on one of
// [Guard.RequireSeen] it is until the subject may see the resource. All 404s are
// answered by [Guard.NotFound] as the router answers for what it has no route
// for: the guard adds no header, and not a byte. Whatever stands between router
// and guard must add none either. A challenge shows that there is a route, but
// not what there is behind it. How long an answer takes is not hidden.
//
// On routes of [Guard.Require] 404 and 403 tell apart what the extractor does
// not find and what is denied, so an extractor that looks for a thing belongs on
// a route of the other two, if its existence matters.
//
// # Zero values
//
// The zero [Guard] protects nothing: its methods panic, as they do at start-up
// for any other mistake that can be seen then. Outside a guarded route the
// accessors return the zero Decision, which denies, the zero View, which sees
// nothing, the zero Subject, which is denied everything, and the nil Policy,
// which denies everybody.
//
// # Concurrency
//
// A guarded handler may serve any number of requests at once, if the functions
// of its Guard may. What a request's context holds may be used by all goroutines
// of the request, and after it.
//
// # Errors
//
// What a function of the host's returned is wrapped in an [*Error], a denial is
// an [*access.DeniedError]. Both go to [Guard.Respond] and nowhere else.
package accesshttp
