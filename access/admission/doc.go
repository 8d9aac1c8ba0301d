// Package admission is what every door of a service does, whatever its
// transport: it admits a request only if [access.Policy.Decide] allows it. For
// net/http there is package accesshttp, which stands on it; adapters for fiber,
// gRPC and Connect are among the examples, and one for a transport of your own
// is a few lines.
//
// A handler asks this package who is asking, and what they see:
//
//	admission.View(ctx).Sees(row.Account)
//	admission.Decide(ctx, access.EditReport, access.Report(id))
//
// An adapter makes a Guard for its type of request, and runs a handler only if a
// route admits the request:
//
//	ctx, refused := route.Admit(request)
//	if refused != nil {
//		return answer(refused)
//	}
//	return handle(ctx, request)
//
// # Where to begin
//
//   - in a handler: [Subject], [View], [Decision]; [Decide] asks one more
//     question, [Policy] is for lists
//   - in a handler that lasts: [Watch]
//   - for the functions of a [Config]: [ErrUnauthenticated], [ErrNotFound],
//     [ErrTooLarge], [ErrUnavailable], [BadRequest], [JSONMember]
//   - to write an adapter: [New], [Config], [Guard], [Route], [Failure],
//     [FailureOf], [IsUnavailable], [RetryAfter], [Door], [Error]; package admissiontest tests it
//   - to find routes that nobody guards: [Probe]
//
// # Rules
//
//  1. A route takes these steps in this order: subject, policy, resource,
//     Decide. The first that fails is the answer. Nobody learns anything about a
//     resource before they are authenticated.
//  2. A request is admitted only after Decide allowed that action on that
//     resource. An error, a panic, a nil policy, the zero subject, an id that
//     nothing can have, and a context that has ended, at the beginning or at the
//     end, are failures. Only [Guard.RequireUser] leaves asking to the handler.
//  3. One policy and one subject serve the whole request. What the handler asks
//     by [Decide] and sees by [View] is of the same snapshot as what admitted
//     it. A handler that lasts longer than a question takes the context of
//     [Watch]. A guard nested in another admits by a policy and a subject of its
//     own, and the handler gets those of the inner one.
//  4. On a hiding route, of [Guard.RequireOrNotFound] and [Guard.RequireSeen], a
//     denial is answered as if there were no such resource. What is about the
//     subject alone is told there too: that they are suspended, that their
//     access has ended, that they left the team of their session. An unknown
//     link is not told.
//  5. Some denials are mistakes of the program, which no user can mend: an
//     unknown action, a kind that is unknown or wrong, a resource that is
//     malformed. They are failures of the program, 500, and never a denial. If a
//     request names the kind, compare it with those you know, and return
//     [BadRequest] or [ErrNotFound] for any other.
//  6. The observer sees every decision, once. [Config.OnError] receives what
//     failed in the program, once. The mistakes of callers go to neither.
//  7. A failure shows the public reason of a denial if it is about the subject
//     who asks, and what [BadRequest] says, and no other text.
//
// The account that an [access.Item] belongs to must come from your own data. If
// both come from the request, anyone who sees one account reaches the items of
// all others by naming that account.
//
// # Statuses
//
// A failure has the number by which HTTP knows it; other transports translate it.
//
//	400  the request is not understood: [BadRequest]
//	401  nobody is authenticated: [ErrUnauthenticated], and the zero subject
//	403  denied
//	404  hidden, [ErrNotFound], and an id that nothing can have
//	413  the request is too large: [ErrTooLarge]
//	500  any other error, a panic, a nil Source, a mistake of the program
//	503  [ErrUnavailable], a nil or zero policy, a denial because there is none, and a
//	     context that has ended; with the header Retry-After: [RetryAfter]
//
// # Zero values
//
// The zero [Config] lacks what [New] requires; the zero [Guard] and the zero
// [Route] admit nothing: their methods panic. Outside an admitted request the
// accessors return the zero Decision, which denies, the zero View, which sees
// nothing, the zero Subject, which is denied everything, and the nil Policy,
// which denies everybody; the context of [Watch] has ended.
//
// # Concurrency
//
// A Guard and its routes may be used by any number of goroutines at once, if the
// functions of its Config may. All goroutines of a request may use its context,
// also after the request.
//
// # Errors
//
// [New] returns what is wrong with a configuration; a route registered wrongly
// panics. An error of one of your functions is wrapped in an [*Error], and a
// denial is an [*access.DeniedError]. Both are in [Failure.Err].
package admission
