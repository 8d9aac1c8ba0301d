package admissiontest

import (
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
)

const (
	ann = "Bearer ann" // a team member who views q1 and a/b, and edits q3
	ada = "Bearer ada" // an admin, whose reports are q1, q2 and a%2Fb
	sue = "Bearer sue" // suspended
	eve = "Bearer eve" // whose access has ended
	lea = "Session lea europe"
)

var (
	q1 = access.Report("q1")
	q2 = access.Report("q2")
	q3 = access.Report("q3")
)

// cases returns the whole table. Those of HTTP come last.
func cases() []Case {
	return slices.Concat(
		allowed(), denied(), ids(), authentication(), told(), hiding(), seen(), lists(), queries(), bodies(), extractors(), mistakes(), handlers(),
		companies(), mounted(), streams(), httpMethods(), httpPaths(), httpIDs(), httpQueries(), httpHeaders(), httpBodies(), httpTransport(),
	)
}

func allowed() []Case {
	return []Case{
		ask("a user", "View", "q1", ann, allow("View", q1, "ann")),
		ask("another user", "View", "q2", ada, allow("View", q2, "ada")),
		ask("a session of one's team", "View", "q1", "Session ann americas", allow("View", q1, "ann in team americas")),
		ask("a link", "View", "q1", "Link live", allow("View", q1, "link live")),
		ask("a fixed resource", "Invite", "", ada, allow("Invite", access.Company(), "ada")),
	}
}

func denied() []Case {
	return []Case{
		ask("not shared", "View", "q2", ann, deny("out-of-reach")),
		ask("not there", "View", "nope", ann, deny("out-of-reach")),
		ask("another case of the id", "View", "Q1", ann, deny("out-of-reach")),
		ask("a space after the id", "View", "q1 ", ann, deny("out-of-reach")),
		ask("a fixed resource, denied", "Invite", "", ann, deny("no-capability")),
		ask("a link asks another question", "View", "q2", "Link live", deny("link-scope")),
		ask("an expired link", "View", "q1", "Link expired", deny("link-expired")),
		ask("a paused link", "View", "q1", "Link paused", deny("link-paused")),
		ask("an unknown link", "View", "q1", "Link unknown", deny("link-ended")),
		ask("an unknown user", "View", "q1", "Bearer nobody", deny("unknown-user")),
	}
}

// ids are those that a transport may turn into others: a router that decodes
// them once has the id of the case, and one that does not has one that nobody
// has.
func ids() []Case {
	slashed, encoded := access.Report("a/b"), access.Report("a%2Fb")
	undecoded := []outcome{deny("out-of-reach"), router(400, 404)}
	return []Case{
		ask("a slash in the id", "View", "a/b", ann, append(undecoded, allow("View", slashed, "ann"))...),
		ask("a slash in the id, denied", "View", "a/b", ada, append(undecoded, allow("View", encoded, "ada"))...),
		ask("an encoded slash in the id", "View", "a%2Fb", ada, append(undecoded, allow("View", encoded, "ada"))...),
		ask("an encoded slash in the id, denied", "View", "a%2Fb", ann, undecoded...),
		ask("an encoded id", "View", "%71%31", ann, undecoded...),
		ask("a path in the id", "View", "../q1", ann, undecoded...),
		ask("an id that is too long", "View", strings.Repeat("a", 257), ann, hidden()),
		ask("an id that is far too long", "View", strings.Repeat("a", 5000), ann, hidden(), router(0, 400, 414, 431)),
		ask("a control character in the id", "View", "q1\x01", ann, undecodedOrHidden()...),
		ask("NUL in the id", "View", "q1\x00", ann, undecodedOrHidden()...),
		ask("a new line in the id", "View", "q1\r\nX-Evil: evil", ann, undecodedOrHidden()...),
		ask("an empty id", "View", "", ann, hidden(), router(301, 307, 308, 400, 404)),
		ask("an empty id that is hidden", "Hidden", "", ann, hidden(), router(301, 307, 308, 400, 404)),
	}
}

// undecodedOrHidden are the answers to an id that nobody can have.
func undecodedOrHidden() []outcome { return []outcome{hidden(), deny("out-of-reach"), router(0, 400)} }

func authentication() []Case {
	return []Case{
		ask("nobody", "View", "q1", "", fail(401)),
		ask("nobody asks for what is not there", "View", "nope", "", fail(401)),
		ask("nobody asks for what is hidden", "Hidden", "q2", "", fail(401)),
		ask("nobody asks for a list", "List", "", "", fail(401)),
		ask("nobody asks by a body", "Share", "q1", "", fail(401)),
		ask("nobody asks what cannot be understood", "Number", "x", "", fail(401)),
		ask("a scheme without a name", "View", "q1", "Bearer", fail(401)),
		ask("an unknown scheme", "View", "q1", "Basic YW5uOmFubg==", fail(401)),
		ask("two users in one value", "View", "q1", "Bearer ann,ada", fail(401)),
		ask("two values of Authorization", "View", "q1", "", fail(401), router(400)).as(ann, ada),
		ask("the same value twice", "View", "q1", "", fail(401), router(400)).as(ann, ann),
		ask("the zero subject", "View", "q1", "Bearer zero", fail(401)),
		ask("authentication fails", "View", "q1", "Bearer broken", fail(500)),
		ask("authentication fails where all is hidden", "Hidden", "q1", "Bearer broken", fail(500)),
		ask("authentication is down", "View", "q1", "Bearer down", fail(503)),
		ask("authentication panics", "View", "q1", "Bearer panic", fail(500)),
	}
}

// told are the denials at the subject step, which hiding routes tell, too.
func told() []Case {
	var all []Case
	for _, route := range []string{"View", "Hidden", "Edit", "List", "Share", "HiddenShare", "MountedHidden"} {
		id := "q2"
		if route == "List" {
			id = ""
		}
		all = append(all,
			ask("a suspended user asks "+route, route, id, sue, deny("suspended")),
			ask("a user whose access has ended asks "+route, route, id, eve, deny("ended")),
			ask("a session of a team they left asks "+route, route, id, lea, deny("not-a-member")),
		)
	}
	return append(all,
		ask("a session of an unknown team", "Hidden", "q1", "Session ann nope", deny("not-a-member")),
		ask("an unknown user asks for what is hidden", "Hidden", "q1", "Bearer nobody", deny("unknown-user")),
		ask("an expired link to what is hidden", "Hidden", "q1", "Link expired", deny("link-expired")),
	)
}

func hiding() []Case {
	return []Case{
		ask("hidden, allowed", "Hidden", "q1", ann, allow("Hidden", q1, "ann")),
		ask("hidden, not shared", "Hidden", "q2", ann, hidden()),
		ask("hidden, not there", "Hidden", "nope", ann, hidden()),
		ask("hidden, an unknown link", "Hidden", "q1", "Link unknown", hidden()),
		ask("hidden, a link", "Hidden", "q1", "Link live", allow("Hidden", q1, "link live")),
		ask("hidden, an id that is too long", "Hidden", strings.Repeat("a", 257), ann, hidden()),
	}
}

func seen() []Case {
	return []Case{
		ask("seen and allowed", "Edit", "q3", ann, allow("Edit", q3, "ann")),
		ask("seen and denied", "Edit", "q1", ann, deny("level-too-low")),
		ask("not seen", "Edit", "q2", ann, hidden()),
		ask("not seen, not there", "Edit", "nope", ann, hidden()),
		ask("seen, nobody", "Edit", "q1", "", fail(401)),
	}
}

func lists() []Case {
	one := outcome{statuses: []int{200}, runs: []string{"List nothing"}, text: "List for ann: us-1"}
	all := outcome{statuses: []int{200}, runs: []string{"List nothing"}, text: "List for ada: de-1 us-1"}
	return []Case{
		ask("a list", "List", "", ann, one),
		ask("another list", "List", "", ada, all),
		ask("a link asks for a list", "List", "", "Link live", deny("link-scope")),
		ask("an unknown user asks for a list", "List", "", "Bearer nobody", deny("unknown-user")),
	}
}

func queries() []Case {
	return []Case{
		ask("an id in a query", "Find", "q1", ann, allow("Find", q1, "ann")),
		ask("an id in a query, denied", "Find", "q2", ann, deny("out-of-reach")),
		ask("an id in a query, nobody", "Find", "q1", "", fail(401)),
		ask("an id in a query, hidden", "HiddenFind", "q2", ann, hidden()),
		ask("an id in a query, suspended", "HiddenFind", "q2", sue, deny("suspended")),
		ask("a slash in a query", "Find", "a/b", ann, allow("Find", access.Report("a/b"), "ann")),
		ask("an encoded slash in a query, denied", "Find", "a%2Fb", ann, deny("out-of-reach")),
		ask("an empty id in a query", "Find", "", ann, hidden()),
		ask("a control character in a query", "Find", "q1\x00", ann, hidden()),
	}
}

func bodies() []Case {
	slashed := access.Report("a/b")
	return []Case{
		ask("an id in a body", "Share", "q1", ann, allow("Share", q1, "ann")),
		ask("an id in a body, denied", "Share", "q2", ann, deny("out-of-reach")),
		ask("an id in a body, hidden", "HiddenShare", "q2", ann, hidden()),
		ask("an id in a body, hidden and allowed", "HiddenShare", "q1", ann, allow("HiddenShare", q1, "ann")),
		ask("a slash in a body", "Share", "a/b", ann, allow("Share", slashed, "ann")),
		ask("a slash in a body, denied", "Share", "a/b", ada, deny("out-of-reach")),
		ask("an encoded slash in a body", "Share", "a%2Fb", ada, allow("Share", access.Report("a%2Fb"), "ada")),
		ask("an empty id in a body", "Share", "", ann, hidden()),
		ask("an id in a body that is too long", "Share", strings.Repeat("a", 257), ann, hidden()),
		ask("a control character in a body", "Share", "q1\n", ann, hidden()),
	}
}

func extractors() []Case {
	return []Case{
		ask("an id of the right form", "Number", "1", ann, allow("Number", q1, "ann")),
		ask("an id of the right form, denied", "Number", "2", ann, deny("out-of-reach")),
		ask("an id of the wrong form", "Number", "one", ann, bad(numberDetail)),
		ask("an id of the wrong form, hidden", "HiddenNumber", "one", ann, bad(numberDetail)),
		ask("an id of the wrong form, seen", "SeenNumber", "one", ann, bad(numberDetail)),
		ask("an id that the host does not find", "Number", "missing", ann, hidden()),
		ask("an id that the host does not find, hidden", "HiddenNumber", "missing", ann, hidden()),
		ask("the resource is down", "Number", "down", ann, fail(503)),
		ask("the resource is down, hidden", "HiddenNumber", "down", ann, fail(503)),
		ask("the resource is too large", "Number", "large", ann, fail(413)),
		ask("the resource fails", "Number", "broken", ann, fail(500)),
		ask("the resource fails, hidden", "HiddenNumber", "broken", ann, fail(500)),
		ask("the resource is nothing", "Number", "nothing", ann, deny("no-resource"), fail(500)),
		ask("the resource panics", "Number", "panic", ann, fail(500)),
		ask("the resource panics, hidden", "HiddenNumber", "panic", ann, fail(500)),
		ask("the resource panics, seen", "SeenNumber", "panic", ann, fail(500)),
	}
}

// mistakes are the host's, which no user can mend.
func mistakes() []Case {
	return []Case{
		ask("a wrong kind", "WrongKind", "q1", ada, fail(500)),
		ask("a wrong kind, hidden", "HiddenWrongKind", "q1", ada, fail(500)),
		ask("an unknown kind", "UnknownKind", "q1", ada, fail(500)),
		ask("an unknown action", "UnknownAction", "q1", ada, fail(500)),
		ask("a suspended user hears of no mistake", "WrongKind", "q1", sue, deny("suspended")),
	}
}

func handlers() []Case {
	row := func(id string) access.Resource { return access.Report("row-" + id) }
	return []Case{
		ask("a handler asks once more", "Row", "q1", ann, outcome{statuses: []int{200}, text: "Row report:q1"}.ranFirst("Row", q1)),
		ask("a handler refuses", "Row", "row-denied", ann, deny("out-of-reach").ranFirst("Row", row("denied"))),
		ask("a handler refuses, hidden", "HiddenRow", "row-denied", ann, hidden().ranFirst("HiddenRow", row("denied"))),
		ask("a handler finds nothing", "Row", "row-missing", ann, hidden().ranFirst("Row", row("missing"))),
		ask("a handler fails", "Row", "row-broken", ann, fail(500).ranFirst("Row", row("broken"))),
		ask("a handler fails, hidden", "HiddenRow", "row-broken", ann, fail(500).ranFirst("HiddenRow", row("broken"))),
		ask("a handler asks a company without a policy", "Row", "row-behind", ann, fail(503).ranFirst("Row", row("behind"))),
		ask("a handler asks a company without a policy, hidden", "HiddenRow", "row-behind", ann, fail(503).ranFirst("HiddenRow", row("behind"))),
		ask("a handler's database is down", "Row", "row-down", ann, fail(503).ranFirst("Row", row("down"))),
	}
}

// companies are of a service for many.
func companies() []Case {
	return []Case{
		ask("another company", "View", "q2", "Bearer ann@other", allow("View", q2, "ann")),
		ask("another company, denied", "View", "q1", "Bearer ann@other", deny("out-of-reach")),
		ask("a company that is not found", "View", "q1", "Bearer ann@unknown", hidden()),
		ask("a company that is down", "View", "q1", "Bearer ann@down", fail(503)),
		ask("a company that fails", "View", "q1", "Bearer ann@broken", fail(500)),
		ask("a company that panics", "View", "q1", "Bearer ann@panic", fail(500)),
		ask("a company without a policy", "View", "q1", "Bearer ann@empty", fail(503)),
		ask("a company without a policy, hidden", "Hidden", "q1", "Bearer ann@empty", fail(503)),
		ask("a company without a policy, seen", "Edit", "q1", "Bearer ann@empty", fail(503)),
		ask("a company without a policy, a list", "List", "", "Bearer ann@empty", fail(503)),
		ask("a company without a policy, a body", "Share", "q1", "Bearer ann@empty", fail(503)),
		ask("a company without a policy, a stream", "Events", "q1", "Bearer ann@empty", fail(503)),
		ask("a company without a policy, a socket", "Socket", "q1", "Bearer ann@empty", fail(503)),
		ask("a company without a policy, nobody", "View", "q1", "", fail(401)),
		ask("a company with the zero policy", "View", "q1", "Bearer ann@zero", fail(503)),
		ask("a company with the zero policy, hidden", "Hidden", "q1", "Bearer ann@zero", fail(503)),
		ask("no company and no error", "View", "q1", "Bearer ann@nil", fail(500)),
	}
}

func mounted() []Case {
	return []Case{
		ask("mounted", "Mounted", "q1", ann, allow("Mounted", q1, "ann")),
		ask("mounted, denied", "Mounted", "q2", ann, deny("out-of-reach")),
		ask("mounted, nobody", "Mounted", "q1", "", fail(401)),
		ask("mounted and hidden", "MountedHidden", "q2", ann, hidden()),
		ask("mounted, hidden and allowed", "MountedHidden", "q1", ann, allow("MountedHidden", q1, "ann")),
	}
}

func streams() []Case {
	ends := func(name, route, who string, then change, reason access.Reason) Case {
		o := allow(route, q1, who)
		o.text += "\nended: " + string(reason) + "\n"
		if route == "Socket" {
			o.statuses = []int{101}
		}
		c := ask(name, route, "q1", "Bearer "+who, o)
		c.then = then
		return c
	}
	return []Case{
		ends("a stream ends when its user is suspended", "Events", "ann", suspended, "suspended"),
		ends("a stream ends when the report is shared no longer", "Events", "ann", unshared, "out-of-reach"),
		ends("a stream ends with its user's access", "Events", "tia", passed, "ended"),
		ends("a socket closes when its user is suspended", "Socket", "ann", suspended, "suspended"),
		ends("a socket closes when the report is shared no longer", "Socket", "ann", unshared, "out-of-reach"),
		ends("a socket closes with its user's access", "Socket", "tia", passed, "ended"),
		ask("a user whose access has not ended", "View", "q1", "Bearer tia", allow("View", q1, "tia")),
		ask("a stream, denied", "Events", "q2", ann, deny("out-of-reach")),
		ask("a stream, nobody", "Events", "q1", "", fail(401)),
		ask("a stream, suspended before", "Events", "q1", sue, deny("suspended")),
		ask("a socket, denied", "Socket", "q2", ann, deny("out-of-reach")),
		ask("a socket, nobody", "Socket", "q1", "", fail(401)),
		ask("a socket, suspended before", "Socket", "q1", sue, deny("suspended")),
	}
}
