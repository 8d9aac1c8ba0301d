// Package authzen answers authorization questions over HTTP in the form of the
// OpenID AuthZEN Authorization API 1.0, so that gateways and services in any
// language can ask a policy without an adapter of their own.
//
// [New] makes the handler of anything that can answer, an [Evaluator];
// [ForPolicy] makes Evaluators of policies. The rules:
//
//  1. A question that is understood is answered with status 200, also where
//     the answer is no. Any other status says that there is no answer, and
//     never comes with one.
//  2. Whoever calls is authenticated before anything of a question is read, by
//     the function given to New, or by nobody if that is what was chosen there.
//     Path and method come first, and the metadata document is for everybody.
//  3. A body is one JSON object in UTF-8 and in the media type
//     application/json, without a content encoding. Names are compared exactly;
//     a name that occurs twice in an object, half a surrogate pair, a wrong type
//     and what is too large or too deep are refused. Names nobody asked for are
//     ignored, and so is the id of what is searched for, whatever its type.
//  4. In a batch, whatever is wrong with one question alone, or fails in it,
//     denies that question. What is wrong with the rest of the body refuses it.
//     The same holds for what stands at the top as a default: with a wrong type
//     it refuses the body, and with a member missing it denies the questions
//     that would use it.
//  5. An entity of a batched question replaces the default of that name as a
//     whole. Two entities of one id and different properties are two entities.
//  6. All questions of a request are put to the same Evaluator, one after the
//     other. After the one that stops the batch none is asked.
//  7. No answer is given once the request's context has ended, and a panic of
//     the Evaluator is left to the server, before anything was answered.
//  8. The same question put to the same policy gives the same bytes. Lists are
//     in the order of the Evaluator.
//  9. Why something was denied is told only under [Config.Reasons], and then
//     only what the subject may know. The text of a refusal quotes nothing of
//     the request.
//
// The endpoints, below the path of [Config.BaseURL] if there is one:
//
//	POST /access/v1/evaluation       one question
//	POST /access/v1/evaluations      many, with defaults and when to stop
//	POST /access/v1/search/subject   who may
//	POST /access/v1/search/resource  on what
//	POST /access/v1/search/action    may do what
//	GET  /.well-known/authzen-configuration
//
// An X-Request-ID of up to 1,024 printable ASCII characters comes back with the
// answer, whatever that is; another one does not.
//
// # Pages
//
// A search returns up to page.limit results and at most [Config.MaxPage]; a
// limit of 0 is as none. If there are more, the answer has a page with a token
// to go on with; an answer to a request with a page always has one, with an
// empty token at the end. The token says behind which result to go on, in what
// steps, and holds a digest of what was asked: with another subject, action,
// resource or limit it is refused. Leaving out the limit keeps that of the
// first request. Nothing is kept on the server, and tokens do not expire. A
// token is no secret and proves nothing: what it leads to is decided anew, for
// whoever presents it.
//
// # Statuses
//
//	200  answered
//	400  what was asked is not understood
//	401  the caller is not authenticated
//	403  the caller may not ask this
//	404  there is nothing at the path
//	405  not with this method
//	413  the body is larger than Config.MaxBody
//	500  the Evaluator failed
//	503  the Evaluator is unavailable, or the request's context has ended
//
// # Zero values
//
// The zero [Config] and the zero [PolicyConfig] are useful, and so is nil in
// their place. The zero [Decision] denies. An empty id, type or name is there,
// and whether it stands for anything is for the Evaluator to say: of a policy it
// does not.
//
// # Concurrency
//
// The handler may be used by any number of goroutines at once, and calls all
// it was given from many at once. An [Evaluator] is used by one request, and
// within it by one goroutine.
//
// # Errors
//
// [New] refuses a configuration that cannot work. An Evaluator's error becomes
// status 503 if it wraps [ErrUnavailable] or the error of a context, 403 if it
// wraps [ErrForbidden], and 500 otherwise. The caller learns no more than that;
// [Config.OnError] is told of what became 500 or 503.
package authzen
