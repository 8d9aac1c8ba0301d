package admissiontest

import (
	"fmt"
	"strings"

	"github.com/ambit-authz/ambit/access"
)

// viewed are the answers to a path that a router may take for that of q1 or of
// nothing. Anyone who gets q1 has it shared.
func viewed() []outcome { return append(unmatched(), allow("View", q1, "ann")) }

// unmatched are the answers to a path that no handler may be reached by.
func unmatched() []outcome {
	return []outcome{deny("out-of-reach"), router(301, 302, 307, 308, 400, 404)}
}

func httpMethods() []Case {
	head := outcome{statuses: []int{200}, runs: []string{ran("View", q1)}}
	wrong := router(404, 405, 501)
	return []Case{
		raw("HEAD", "HEAD /reports/q1", head, router(404, 405)),
		raw("HEAD, denied", "HEAD /reports/q2", fail(403), router(404, 405)),
		raw("HEAD, hidden", "HEAD /hidden/q2", hidden(), router(405)),
		raw("HEAD, suspended", "HEAD /hidden/q1", fail(403), router(404, 405)).as(sue),
		raw("HEAD, nobody", "HEAD /reports/q1", fail(401), router(404, 405)).as(),
		raw("OPTIONS", "OPTIONS /reports/q1", router(200, 204, 404, 405)),
		raw("OPTIONS of all", "OPTIONS *", router(0, 200, 204, 400, 404, 405)),
		raw("a method that the route lacks", "POST /reports/q1", wrong),
		raw("a method that the route lacks, nobody", "DELETE /hidden/q1", wrong).as(),
		raw("an unknown method", "BREW /reports/q1", wrong, router(400)),
		raw("a method in lower case", "get /reports/q1", wrong, router(400)),
		raw("a method in a header", "POST /reports/q1", wrong).with("X-HTTP-Method-Override: GET"),
		raw("no such route", "GET /no/such/route", hidden()),
		raw("no such route, nobody", "GET /no/such/route", hidden()).as(),
	}
}

func httpPaths() []Case {
	return []Case{
		raw("a trailing slash", "GET /reports/q1/", viewed()...),
		raw("a trailing slash, denied", "GET /reports/q2/", unmatched()...),
		raw("a trailing slash, mounted", "GET /v1/reports/q2/", unmatched()...),
		raw("a doubled slash", "GET /reports//q1", viewed()...),
		raw("a doubled slash, denied", "GET //reports//q2", unmatched()...),
		raw("a doubled slash, mounted", "GET /v1//reports/q2", unmatched()...),
		raw("dots", "GET /no/../reports/q1", viewed()...),
		raw("dots, denied", "GET /reports/q1/../q2", unmatched()...),
		raw("encoded dots", "GET /reports/%2e%2e/q1", viewed()...),
		raw("another case of the path", "GET /Reports/q1", viewed()...),
		raw("another case of the path, denied", "GET /REPORTS/q2", unmatched()...),
		raw("an encoded path", "GET /%72eports/q1", viewed()...),
		raw("an encoded path, denied", "GET /%72eports/q2", unmatched()...),
		raw("a path of another host", "GET http://elsewhere/reports/q1", viewed()...),
		raw("a prefix without its route", "GET /v1", router(301, 307, 308, 404)),
		raw("a route without its prefix", "GET /v1/v1/reports/q1", router(404)),
		raw("hidden under a prefix", "GET /v1/hidden/q2", hidden()),
		raw("a prefix without a route", "GET /v1/no/such/route", hidden()),
	}
}

func httpIDs() []Case {
	return []Case{
		raw("a query counts for nothing", "GET /reports/q1?id=q2", allow("View", q1, "ann")),
		raw("a query counts for nothing, denied", "GET /reports/q2?id=q1&id=q3", deny("out-of-reach")),
		raw("encoded letters", "GET /reports/%71%31", viewed()...),
		raw("encoded letters, denied", "GET /reports/%71%32", unmatched()...),
		raw("encoded twice", "GET /reports/%2571%2531", unmatched()...),
		raw("an encoded slash that is encoded twice", "GET /reports/a%25252Fb", unmatched()...),
		raw("an encoded slash in lower case", "GET /reports/a%2fb", append(unmatched(), allow("View", access.Report("a/b"), "ann"))...),
		raw("a slash that is not encoded", "GET /reports/a/b", append(unmatched(), allow("View", access.Report("a/b"), "ann"))...),
		raw("an encoded slash in front", "GET /reports/%2Fq1", viewed()...),
		raw("an encoded slash after it", "GET /reports/q1%2F", viewed()...),
		raw("an encoded slash in the prefix", "GET /v1%2Freports/q2", unmatched()...),
		raw("a parameter", "GET /reports/q2;id=q1", unmatched()...),
		raw("an encoded question mark", "GET /reports/q2%3Fid=q1", unmatched()...),
		raw("not UTF-8", "GET /reports/%ff", append(unmatched(), router(0, 404))...),
		raw("half an escape", "GET /reports/q1%", append(unmatched(), router(0, 400))...),
		raw("an encoded NUL", "GET /reports/q1%00", append(unmatched(), router(0, 404))...),
		raw("a plus is no space", "GET /reports/q+1", unmatched()...),
	}
}

// httpQueries are those that two readers may understand in two ways.
func httpQueries() []Case {
	found := allow("Find", q1, "ann")
	return []Case{
		raw("no query", "GET /found", unclear()),
		raw("another parameter", "GET /found?report=q1", unclear()),
		raw("a parameter in another case", "GET /found?ID=q1", unclear()),
		raw("two values of a parameter", "GET /found?id=q1&id=q2", unclear()),
		raw("two values of a parameter, denied first", "GET /found?id=q2&id=q1", unclear()),
		raw("the same value of a parameter twice", "GET /found?id=q1&id=q1", unclear()),
		raw("two values, one name encoded", "GET /found?id=q2&%69d=q1", unclear()),
		raw("two values, hidden", "GET /hidden-found?id=q2&id=q1", unclear()),
		raw("an encoded name", "GET /found?%69d=q1", found),
		raw("an encoded value", "GET /found?id=%71%31", found),
		raw("a value encoded twice", "GET /found?id=%2571%2531", deny("out-of-reach")),
		raw("a space for a plus", "GET /found?id=q1+", deny("out-of-reach")),
		raw("half an escape in a query", "GET /found?id=q1%2", unclear(), router(400)),
		raw("a semicolon", "GET /found?id=q1;id=q2", unclear(), deny("out-of-reach")),
		raw("not UTF-8 in a query", "GET /found?id=%ff", hidden()),
		post("a body besides a query", `{"id":"q1"}`, deny("out-of-reach")).to("GET /found?id=q2"),
	}
}

func httpHeaders() []Case {
	q2 := "GET /reports/q2"
	return []Case{
		raw("a header that rewrites the path", q2, deny("out-of-reach")).with("X-Original-URL: /reports/q1", "X-Rewrite-URL: /reports/q1"),
		raw("a header that names another user", q2, deny("out-of-reach")).with("X-User: ada", "X-Forwarded-User: ada"),
		raw("a cookie that names another user", q2, deny("out-of-reach")).with("Cookie: user=ada; id=q1"),
		raw("an Authorization in another case", "GET /reports/q1", fail(401), router(400)).with("AUTHORIZATION: Bearer ada"),
		raw("an empty Authorization besides", "GET /reports/q1", fail(401), router(400)).with("Authorization: "),
		raw("a folded Authorization", "GET /reports/q2", fail(401), deny("out-of-reach"), deny("unknown-user"), router(0, 400)).as("Bearer\r\n ann"),
		raw("an upgrade of a route that has none", "GET /reports/q2", deny("out-of-reach"), router(400, 426)).with("Connection: Upgrade, close", "Upgrade: websocket"),
	}
}

// httpBodies are those that two readers may understand in two ways.
func httpBodies() []Case {
	nested := `{"id":"q1","x":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`
	padded := func(n int) string { return `{"id":"q1"}` + strings.Repeat(" ", n-len(`{"id":"q1"}`)) }
	return []Case{
		post("no body", "", unclear()),
		post("an empty object", `{}`, unclear()),
		post("an array", `["q1"]`, unclear()),
		post("a string", `"q1"`, unclear()),
		post("null", `null`, unclear()),
		post("an id that is null", `{"id":null}`, unclear()),
		post("an id that is a number", `{"id":1}`, unclear()),
		post("an id that is a list", `{"id":["q1"]}`, unclear()),
		post("a truncated body", `{"id":"q1"`, unclear()),
		post("a truncated string", `{"id":"q1`, unclear()),
		post("a duplicate key", `{"id":"q1","id":"q2"}`, unclear()),
		post("a duplicate key, denied first", `{"id":"q2","id":"q1"}`, unclear()),
		post("a duplicate key, escaped", `{"id":"q2","\u0069d":"q1"}`, unclear()),
		post("a key in another case", `{"id":"q1","ID":"q2"}`, unclear()),
		post("only a key in another case", `{"Id":"q1"}`, unclear()),
		post("trailing data", `{"id":"q1"}{"id":"q2"}`, unclear()),
		post("trailing text", `{"id":"q1"} q2`, unclear()),
		post("not UTF-8 in a body", "{\"id\":\"q1\xff\"}", unclear()),
		post("half a surrogate", `{"id":"q1\ud800"}`, unclear()),
		post("a comment", `{"id":"q1"/*q2*/}`, unclear()),
		post("nested too deep", nested, unclear()),
		post("an escaped id", `{"id":"q\u0031"}`, allow("Share", q1, "ann")),
		post("an escaped id, denied", `{"id":"q\u0032"}`, deny("out-of-reach")),
		post("as large as may be", padded(limit), allow("Share", q1, "ann")),
		post("too large by one byte", padded(limit+1), fail(413)),
		post("far too large", padded(1<<16), fail(413)),
		post("too large, nobody", padded(1<<16), fail(401)).as(),
		post("too large, suspended", padded(1<<16), fail(413)).as(sue),
		post("a form", "id=q1", unclear()).with("Content-Type: application/x-www-form-urlencoded", "Content-Length: 5"),
	}
}

// httpTransport are requests that do not come whole, or twice.
func httpTransport() []Case {
	const id = `{"id":"q1"}`
	chunked := func(body string) string { return fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body) }
	in := "Transfer-Encoding: chunked"
	cut := post("a body that breaks off", id, router(0, 400)).with("Content-Length: 100")
	cut.request.cut = true
	half := post("a chunk that breaks off", "b\r\n"+id+"\r\n", router(0, 400)).with(in)
	half.request.cut = true
	chunk := post("a body in chunks", chunked(id), allow("Share", q1, "ann"))
	chunk.left = id
	drained := raw("a body that is read before", "POST /drained", unclear(), fail(500), allow("Drained", q1, "ann"))
	drained.request.body, drained.left = id, id // left only if the server keeps it
	givenUp := fail(503)
	givenUp.quiet = true
	gone := raw("a client that goes away", "GET /reports/q1", givenUp, router(0)).as("Bearer gone")
	gone.request.cut = true
	return []Case{
		cut, half, chunk.with(in),
		post("a body in chunks that is too large", chunked(strings.Repeat(" ", limit)+id), fail(413)).with(in),
		post("two lengths", id, router(0, 400)).with("Content-Length: 11", "Content-Length: 12"),
		post("a length and chunks", chunked(id), router(0, 400), fail(401)).with(in, "Content-Length: 3").as(),
		raw("a body of a GET", "GET /reports/q2", deny("out-of-reach"), router(400)).with("Content-Length: 0"),
		drained, gone,
	}
}
