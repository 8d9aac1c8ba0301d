// Package authzen answers authorization questions over HTTP in the form of the
// OpenID AuthZEN Authorization API 1.0, so that gateways and services in any
// language can ask a policy without an adapter of their own.
//
//	policy := authzen.PolicyConfig{Source: current} // a live.Policy or a company
//	handler, err := authzen.New(authzen.Config{
//		Evaluator:    authzen.ForPolicy(policy),
//		Searcher:     authzen.SearchPolicy(policy),
//		Authenticate: gateway, // returns nil if the caller may ask
//	})
//	mux.Handle("/access/v1/", handler)
//
// # Where to begin
//
// Most programs use [New], [ForPolicy] and [SearchPolicy] only. The whole API:
//
//   - make the handler: [New], [Config], [Unauthenticated]
//   - answer from a policy: [ForPolicy], [SearchPolicy], [PolicyConfig]
//   - answer from something else: [Evaluator], [Request], [Entity], [Action],
//     [Decision], [ErrForbidden], [ErrUnavailable]
//   - search in something else: [Searcher], [Search], [Results]
//
// # Rules
//
//  1. A question that is understood is answered with status 200, also if the
//     answer is no. Any other status says that there is no answer, and never
//     comes with one.
//  2. A caller is authenticated by [Config.Authenticate] before anything of a
//     question is read. Only the X-Request-ID, path and method come first, and
//     the metadata document is for everybody.
//  3. A body is one JSON object in UTF-8 and in the media type
//     application/json, without a content encoding. Names are compared exactly.
//     A name that occurs twice in an object, a lone surrogate, a wrong type,
//     something after the object, and a body that is too large or too deep are
//     refused. Unknown names are ignored, and so is what is searched for (the id
//     of the subject or of the resource, the action), whatever its type.
//  4. The type of null is that of no member of the protocol, so null is refused
//     as any wrong type is, wherever it stands: leave the member out. Within
//     properties and a context it is a value like others.
//  5. In a batch, a question that is wrong by itself, or whose evaluation fails,
//     is denied, and the context of its answer says why, with or without
//     [Config.Reasons]:
//     {"decision":false,"context":{"error":{"status":400,"message":"subject.id is missing"}}}
//     Anything else that is wrong with the body refuses the body. The same holds
//     for the defaults at the top: a wrong type in one refuses the body, and a
//     missing member denies the questions that would use it.
//  6. An entity of a batched question replaces the default of that name as a
//     whole. Two entities of one id and different properties are two entities.
//  7. All questions of a request are put to the same Evaluator, one after the
//     other. After the question that stops the batch none is asked.
//  8. No answer is given once the request's context has ended. A panic of the
//     Evaluator is left to the server, before anything was answered.
//  9. The same question put to the same policy gives the same bytes. Lists are
//     in the order of the Searcher.
//  10. The context of an answer has what the host gave it ([Decision.Context],
//     [Results.Context]), and the "reason" or the "error" of the handler. Those
//     two names are kept free: a host's context that has one of them is a failure
//     of the program, not sent and not changed. The reason of a denial is sent
//     only if [Config.Reasons] is set, and then only what the subject may know.
//     The text of a refusal or an error quotes nothing of the request.
//
// # Endpoints
//
// They are below the path of [Config.BaseURL] if it has one:
//
//	POST /access/v1/evaluation       one question
//	POST /access/v1/evaluations      many, with defaults and when to stop
//	POST /access/v1/search/subject   who may
//	POST /access/v1/search/resource  on what
//	POST /access/v1/search/action    may do what
//	GET  /.well-known/authzen-configuration
//
// A search that the [Searcher] does not have is no endpoint. The metadata
// document lists those that there are; caches may keep it for an hour.
//
// An X-Request-ID comes back with every answer, byte for byte, whatever net/http
// takes for the value of a header: tabs and bytes beyond ASCII as well. What keeps
// it in a log must expect them. One of more than 8,192 bytes, or more than one,
// refuses the request before anything else of it is looked at.
//
// # Pages
//
// A search returns up to page.limit results and at most [Config.MaxPage]; a
// limit of 0 is as none. If there are more, the answer has a page with a token
// for the next request. An answer to a request with a page always has one; at
// the end its token is empty. The token contains the last result, the limit, and
// a digest of what was asked: with another subject, action, resource, context,
// page.properties or limit it is refused. Leaving out the limit keeps that of the
// first request. The server keeps nothing, and tokens do not expire. A token is no
// secret and proves nothing: every page is decided again, for the caller who
// presents the token. What page.properties say is not used.
//
// # Statuses
//
//	200  answered
//	400  the question is not understood, or there are two X-Request-IDs
//	401  the caller is not authenticated
//	403  the caller may not ask this
//	404  there is nothing at the path, or the Source knows of no such company
//	405  not with this method
//	413  the body is larger than Config.MaxBody
//	431  the X-Request-ID is longer than 8,192 bytes
//	500  the Evaluator failed
//	503  the Evaluator is unavailable, as one without a policy is, or the
//	     request's context has ended; with the header Retry-After
//
// # Zero values
//
// The zero [Config] lacks what [New] requires; of a [PolicyConfig] only one of
// Source and SourceOf is required. The zero [Decision] denies, the zero [Searcher]
// has no search, the zero [Results] are an empty list. An empty id, type or name
// counts as given, and the Evaluator says whether it stands for anything. For a
// policy it does not.
//
// # Concurrency
//
// The handler may be used by any number of goroutines at once, and calls the
// functions of its Config and its [Searcher] from many at once. An [Evaluator] is
// used by one request, and within it by one goroutine.
//
// # Errors
//
// [New] refuses a configuration that cannot work. An error of an Evaluator or a
// Searcher becomes status 503 if it wraps [ErrUnavailable], a denial because there
// is no policy, or the error of a context, 403 if it wraps [ErrForbidden], the
// status that the other doors have if it wraps another of package admission (401,
// 404, 413, and 400 with its detail), and 500 otherwise. The caller learns nothing else about it;
// [Config.OnError] receives the errors that became 500 or 503. In a batch, any but
// 503 is the status in the context of the denied question.
package authzen
