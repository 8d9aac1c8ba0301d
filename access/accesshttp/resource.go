package accesshttp

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/access"
)

// Path names the resource by one wildcard of the route's pattern:
//
//	Path("report", access.Report) // for GET /reports/{report}
//
// The value is [http.Request.PathValue], for any router that sets it. One that
// is empty, because the pattern has no such wildcard or none was matched, is
// not found. Path panics if the name is "" or there is no function.
func Path(name string, resource func(id string) access.Resource) func(*http.Request) (access.Resource, error) {
	if name == "" {
		panic("accesshttp: Path without the name of a path value")
	}
	if resource == nil {
		panic(fmt.Sprintf("accesshttp: there is no function for the resource of path value %q", name))
	}
	return func(r *http.Request) (access.Resource, error) {
		id := r.PathValue(name)
		if id == "" {
			return access.Resource{}, fmt.Errorf("%w: no path value %q in pattern %q: a guard stands around the handler of a route, not around the router", ErrNotFound, name, r.Pattern)
		}
		return resource(id), nil
	}
}

// Fixed is for a route that is about one resource only, mostly
// [access.Company]. It panics if r names nothing.
func Fixed(r access.Resource) func(*http.Request) (access.Resource, error) {
	err := checkResource(r)
	if r.IsZero() || err != nil {
		panic(fmt.Sprintf("accesshttp: Fixed(%s) names nothing", r))
	}
	return func(*http.Request) (access.Resource, error) { return r, nil }
}

const maxID = 256 // as in every policy

// checkResource refuses what nothing can be called. Decide would deny most of
// it as unknown, but it knows no ids of the host's own kinds.
func checkResource(r access.Resource) error {
	if r.IsZero() || r == access.Company() {
		return nil // the one is denied, the other needs no id
	}
	if !validID(r.ID()) {
		return fmt.Errorf("%w: a %s cannot have such an id", ErrNotFound, r.Kind())
	}
	return nil
}

func validID(id string) bool {
	return id != "" && len(id) <= maxID && utf8.ValidString(id) && !strings.ContainsFunc(id, unicode.IsControl)
}
