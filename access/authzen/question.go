package authzen

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
)

// part is a subject, an action or a resource as it was read, perhaps incomplete.
type part struct {
	given      bool
	kind, id   member // id is the name of an action
	properties map[string]any
}

// member is a string member of an object, and whether it was there.
type member struct {
	value string
	given bool
}

// question is one question as it was read: the defaults of a batch, and one of
// its items, may be incomplete.
type question struct {
	subject, action, resource part
	context                   map[string]any // nil if there was none
	problem                   string         // what is wrong first, as a message, "" if nothing is
}

// body is all that a body may contain.
type body struct {
	question
	items    []question
	semantic string
	page     page
}

// page is which part of a list is asked for.
type page struct {
	given      bool
	token      string
	limit      uint64 // 0 means none
	properties map[string]any
}

// The members of a body that matter at each endpoint.
var (
	evaluationNames  = []string{"subject", "action", "resource", "context"}
	evaluationsNames = []string{"subject", "action", "resource", "context", "evaluations", "options"}
	searchNames      = []string{"subject", "action", "resource", "context", "page"}
	actionNames      = []string{"subject", "resource", "context", "page"}
)

// parse reads the members of a body that have one of the names, and at most so
// many items. The kind is what the body searches for, "" if it does not search.
// The error is about what refuses the body as a whole.
func parse(data []byte, maxItems int, target kind, names []string) (*body, error) {
	r := strictjson.NewReader(data, strictjson.Config{MaxProblems: 1, AllowUnknown: true})
	b := new(body)
	for name := range r.Object(names...) {
		switch name {
		case string(target):
			b.readTarget(r, target)
		case "evaluations":
			b.readItems(r, maxItems)
		case "options":
			b.readOptions(r)
		case "page":
			b.readPage(r)
		default:
			b.read(r, name)
		}
	}
	if problems := r.Close(); len(problems) > 0 {
		return nil, malformed(describe(data, problems[0].Err))
	}
	if b.problem != "" {
		return nil, malformed(b.problem)
	}
	return b, nil
}

// describe says what is wrong with a body without quoting any of it.
func describe(data []byte, err error) string {
	switch {
	case errors.Is(err, strictjson.ErrType):
		return "the body must be a JSON object"
	case errors.Is(err, strictjson.ErrDuplicate):
		return "a name occurs twice in an object of the body"
	case errors.Is(err, strictjson.ErrUnicode):
		return "the body must be valid Unicode in UTF-8"
	case errors.Is(err, strictjson.ErrDepth):
		return "the body is nested too deeply"
	}
	switch err := json.NewDecoder(bytes.NewReader(data)).Decode(new(json.RawMessage)); err {
	case nil:
		return "the body must end after one JSON object"
	case io.EOF:
		return "the body is empty"
	case io.ErrUnexpectedEOF:
		return "the body ends within its JSON"
	}
	return "the body must be valid JSON"
}

// read reads the member of that name.
func (q *question) read(r *strictjson.Reader, name string) {
	switch name {
	case "subject":
		q.subject = q.readPart(r, name, "type", "id", "properties")
	case "action":
		q.action = q.readPart(r, name, "name", "properties")
	case "resource":
		q.resource = q.readPart(r, name, "type", "id", "properties")
	case "context":
		q.context = q.readMap(r, name)
	}
}

func (q *question) readPart(r *strictjson.Reader, where string, names ...string) part {
	p := part{given: true}
	if !q.want(r, strictjson.Object, where, "") {
		return p
	}
	for name := range r.Object(names...) {
		switch name {
		case "type":
			p.kind = q.readText(r, where, ".type")
		case "id":
			p.id = q.readText(r, where, ".id")
		case "name":
			p.id = q.readText(r, where, ".name")
		case "properties":
			p.properties = q.readMap(r, where+".properties")
		}
	}
	return p
}

func (q *question) readText(r *strictjson.Reader, where, name string) member {
	if !q.want(r, strictjson.String, where, name) {
		return member{}
	}
	return member{r.Text(), true}
}

func (q *question) readMap(r *strictjson.Reader, where string) map[string]any {
	if !q.want(r, strictjson.Object, where, "") {
		return nil
	}
	return object(r)
}

// want reports whether a value of the kind follows. A value of another kind is
// skipped, and is a problem.
func (q *question) want(r *strictjson.Reader, k strictjson.Kind, where, name string) bool {
	if r.Kind() == k {
		return true
	}
	q.problem = cmp.Or(q.problem, where+name+" must be of type "+k.String())
	r.Skip()
	return false
}

// value reads any value. The Reader keeps the problems in it.
func value(r *strictjson.Reader) any {
	switch r.Kind() {
	case strictjson.Object:
		return object(r)
	case strictjson.Array:
		items := []any{}
		for range r.Array() {
			items = append(items, value(r))
		}
		return items
	case strictjson.String:
		return r.Text()
	case strictjson.Number:
		return r.Number()
	case strictjson.Bool:
		return r.Bool()
	}
	r.Skip()
	return nil
}

func object(r *strictjson.Reader) map[string]any {
	members := make(map[string]any)
	for name := range r.Map() {
		members[name] = value(r)
	}
	return members
}

func (b *body) readItems(r *strictjson.Reader, maxItems int) {
	if !b.want(r, strictjson.Array, "evaluations", "") {
		return
	}
	for i := range r.Array() {
		if i == maxItems {
			b.problem = cmp.Or(b.problem, "there are more evaluations than "+strconv.Itoa(maxItems))
			break
		}
		var item question
		if item.want(r, strictjson.Object, "an evaluation", "") {
			for name := range r.Object(evaluationNames...) {
				item.read(r, name)
			}
		}
		b.items = append(b.items, item)
	}
}

// The values of options.evaluations_semantic.
const (
	executeAll   = "execute_all"
	untilDenied  = "deny_on_first_deny"
	untilAllowed = "permit_on_first_permit"
)

func (b *body) readOptions(r *strictjson.Reader) {
	if !b.want(r, strictjson.Object, "options", "") {
		return
	}
	for range r.Object("evaluations_semantic") {
		t := b.readText(r, "options", ".evaluations_semantic")
		switch t.value {
		case executeAll, untilDenied, untilAllowed:
			b.semantic = t.value
		default:
			b.problem = cmp.Or(b.problem, "options.evaluations_semantic must be execute_all, deny_on_first_deny or permit_on_first_permit")
		}
	}
}

func (b *body) readPage(r *strictjson.Reader) {
	b.page.given = true
	if !b.want(r, strictjson.Object, "page", "") {
		return
	}
	for name := range r.Object("token", "limit", "properties") {
		switch name {
		case "token":
			b.page.token = b.readText(r, "page", ".token").value
		case "limit":
			if !b.want(r, strictjson.Number, "page", ".limit") {
				continue
			}
			n, err := strconv.ParseUint(string(r.Number()), 10, 64)
			if err != nil {
				b.problem = cmp.Or(b.problem, "page.limit must be an integer from 0 to 2^64-1")
			}
			b.page.limit = n
		case "properties":
			b.page.properties = b.readMap(r, "page.properties")
		}
	}
}

// or returns q with its missing parts taken from the defaults.
func (q question) or(defaults *question) question {
	if !q.subject.given {
		q.subject = defaults.subject
	}
	if !q.action.given {
		q.action = defaults.action
	}
	if !q.resource.given {
		q.resource = defaults.resource
	}
	if q.context == nil {
		q.context = defaults.context
	}
	return q
}

// request returns what q asks. The error says what is missing.
func (q *question) request() (Request, error) {
	if q.problem != "" {
		return Request{}, malformed(q.problem)
	}
	missing := cmp.Or(
		q.subject.missing("subject", "type", "id"),
		q.action.missing("action", "", "name"),
		q.resource.missing("resource", "type", "id"),
	)
	if missing != "" {
		return Request{}, malformed(missing + " is missing")
	}
	return Request{q.subject.entity(), q.action.action(), q.resource.entity(), q.context}, nil
}

// missing returns the path of the first required member that is not there, "" if
// p is complete. An action has no type: for it, kind is "".
func (p *part) missing(where, kind, id string) string {
	switch {
	case !p.given:
		return where
	case kind != "" && !p.kind.given:
		return where + "." + kind
	case !p.id.given:
		return where + "." + id
	}
	return ""
}

func (p *part) entity() Entity { return Entity{p.kind.value, p.id.value, p.properties} }

func (p *part) action() Action { return Action{p.id.value, p.properties} }
