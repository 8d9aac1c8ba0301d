package accesshttp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
)

// Path names the resource by one wildcard of the route's pattern:
//
//	Path("report", access.Report) // for GET /reports/{report}
//
// The value is [http.Request.PathValue], for any router that sets it. An empty
// value is not found: the pattern has no such wildcard, or nothing matched it.
// Path panics if name is "" or resource is nil.
func Path(name string, resource func(id string) access.Resource) func(*http.Request) (access.Resource, error) {
	mustName("Path", "a path value", name, resource)
	return func(r *http.Request) (access.Resource, error) {
		id := r.PathValue(name)
		if id == "" {
			return access.Resource{}, fmt.Errorf("%w: there is no path value %q in pattern %q; put the guard around the handler of a route, not around the router", admission.ErrNotFound, name, r.Pattern)
		}
		return resource(id), nil
	}
}

// Query names the resource by one parameter of the URL's query:
//
//	Query("account", access.Account) // for GET /rows?account=us-1
//
// A query that cannot be read, lacks the parameter or has it twice is answered
// 400, so that your handler cannot act on another value than the one that was
// asked about. Beware of [http.Request.FormValue], which prefers the body: take
// the id from [admission.Decision]. Query panics if name is "" or resource is
// nil.
func Query(name string, resource func(id string) access.Resource) func(*http.Request) (access.Resource, error) {
	mustName("Query", "a parameter", name, resource)
	return func(r *http.Request) (access.Resource, error) {
		query, err := url.ParseQuery(r.URL.RawQuery)
		switch values := query[name]; {
		case err != nil:
			return access.Resource{}, fmt.Errorf("%w: %w", admission.BadRequest("the query cannot be read; escape its values"), err)
		case len(values) != 1:
			return access.Resource{}, admission.BadRequest(fmt.Sprintf("the query has %q %d times; write it once", name, len(values)))
		default:
			return resource(values[0]), nil
		}
	}
}

// mustName panics if a resource has no name in the request, or no function.
func mustName(function, what, name string, resource func(string) access.Resource) {
	if name == "" {
		panic(fmt.Sprintf("accesshttp: %s has no name of %s", function, what))
	}
	if resource == nil {
		panic(fmt.Sprintf("accesshttp: %s(%q) has no function for the resource", function, name))
	}
}

// maxJSON is how many bytes of a body JSON reads.
const maxJSON = 1 << 20

// JSON names the resource by a member of the JSON object in the request's body:
//
//	JSON("report", access.Report) // for POST /shares with {"report": "q3", …}
//
// It is [Body] for up to 1 MiB with [admission.JSONMember]. A request whose one
// Content-Type is not application/json is answered 400: a body may be JSON and a
// form at once, and some handlers read it as what the request calls it. JSON
// panics if name is "" or resource is nil.
func JSON(name string, resource func(id string) access.Resource) func(*http.Request) (access.Resource, error) {
	mustName("JSON", "a member", name, resource)
	member := Body(maxJSON, func(body []byte) (access.Resource, error) {
		id, err := admission.JSONMember(body, name)
		if err != nil {
			return access.Resource{}, err
		}
		return resource(id), nil
	})
	return func(r *http.Request) (access.Resource, error) {
		if !isJSON(r.Header.Values("Content-Type")) {
			return access.Resource{}, admission.BadRequest("the body must be JSON; send it with the Content-Type application/json")
		}
		return member(r)
	}
}

// isJSON reports whether a request calls its body JSON, and nothing else.
func isJSON(types []string) bool {
	if len(types) != 1 {
		return false
	}
	media, _, err := mime.ParseMediaType(types[0])
	return err == nil && media == "application/json"
}

// Body names the resource by the body of a request. It reads the body to its
// end, once, and puts it back for your handler; the function must not keep the
// bytes. A body with more than limit bytes is answered 413, and one that breaks
// off 400. It must be the first to read the body: if something between the server
// and the guard read it, that is a mistake of the program, 500, as far as it shows.
// Body panics if limit is not positive or resource is nil.
func Body(limit int64, resource func(body []byte) (access.Resource, error)) func(*http.Request) (access.Resource, error) {
	if limit <= 0 || resource == nil {
		panic("accesshttp: Body needs a positive limit, and a function for the resource")
	}
	return func(r *http.Request) (access.Resource, error) {
		body, err := readBody(r, limit)
		if err != nil {
			return access.Resource{}, err
		}
		return resource(body)
	}
}

// errReadBefore is a mistake of the program: what was read cannot be asked about.
var errReadBefore = errors.New("the body was read before the guard; put the guard around whatever reads it")

// readBody reads the body of r, and puts it back.
func readBody(r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, fmt.Errorf("a body of %d bytes is %w: at most %d are read", r.ContentLength, admission.ErrTooLarge, limit)
	}
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, limit))
	tooLarge, _ := errors.AsType[*http.MaxBytesError](err)
	switch {
	case tooLarge != nil:
		return nil, fmt.Errorf("%w: %w, at most %d bytes are read", admission.ErrTooLarge, err, tooLarge.Limit)
	case errors.Is(err, http.ErrBodyReadAfterClose), err == nil && r.ContentLength > 0 && len(body) == 0:
		return nil, errReadBefore
	case err != nil:
		return nil, fmt.Errorf("%w: %w", admission.BadRequest("the body breaks off"), err)
	}
	r.Body = put{bytes.NewReader(body), r.Body}
	return body, nil
}

// put is a body that was read and put back.
type put struct {
	*bytes.Reader
	io.Closer
}
