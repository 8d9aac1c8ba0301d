// Package admissiontest tests an adapter of package admission: the middleware or
// interceptor that guards the routes of a router, a web framework or an RPC.
//
//	app := admissiontest.NewApp()
//	for _, route := range app.Routes() {
//		protect := admissiontest.Protect(guard, route, resourceOf(route))
//		mux.Handle(route.Method+" "+route.Mount+route.Pattern, protect(route.Handler(accesshttp.Refuse)))
//	}
//	server := httptest.NewServer(mux)
//	_, err := app.Check(ctx, admissiontest.Server{URL: server.URL})
//
// # Where to begin
//
// Mount the service on your router, then ask it the table:
//
//   - the service: [NewApp], [App]; [Config] for your guard
//   - its routes: [App.Routes], [Route], with [Rule], [From] and [Form];
//     [Protect] calls the method of your guard, a [Guard]
//   - its handlers: [Route.Handle], [Route.Stream], [Route.Upgrade]; with
//     net/http, [Route.Handler] and [Drain] are all three
//   - the table: [App.Check] of a [Server] returns a [Count] and an [Error] for
//     each case that failed; over another wire than HTTP, Server.Ask makes an
//     [Answer] of a [Case]
//
// # Rules
//
//  1. In every case that is not allowed no handler runs, and in a case that is,
//     only the handler of its route, once, for exactly the resource of the
//     request. Where routers differ, as about a trailing slash, a case has
//     several answers, but never another resource.
//  2. A refusal is answered with the status, reason and detail that the guard
//     says. Over HTTP it is the problem that [admission.Failure.Problem] returns,
//     and must not be stored.
//  3. What is hidden is answered as what is not there, byte for byte but for the
//     date.
//  4. A failure of the program is told once, and a denial is observed once.
//  5. A stream ends when its user may no longer have it: suspended, no longer
//     shared with, or past the end of their access.
//
// A table that passes says as little about routes that nobody guards as about
// what your guard is asked: accesshttp.Unguarded finds the former.
//
// The package imports no testing, so that it can run anywhere.
//
// # Zero values
//
// The zero [App] is not ready; use [NewApp]. The zero [Server] is refused.
//
// # Concurrency
//
// An App serves any number of requests at once. It is checked by one caller at a
// time.
//
// # Errors
//
// [App.Check] returns an [*Error] for each case that failed, joined.
package admissiontest
