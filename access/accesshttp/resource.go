package accesshttp

import (
	"fmt"
	"net/http"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/internal/text"
)

// Path names the resource by one wildcard of the route's pattern:
//
//	Path("report", access.Report) // for GET /reports/{report}
//
// The value is [http.Request.PathValue], for any router that sets it. An empty
// value is not found: the pattern has no such wildcard, or nothing matched it.
// Path panics if name is "" or resource is nil.
func Path(name string, resource func(id string) access.Resource) func(*http.Request) (access.Resource, error) {
	if name == "" {
		panic("accesshttp: Path has no name of a path value")
	}
	if resource == nil {
		panic(fmt.Sprintf("accesshttp: Path(%q) has no function for the resource", name))
	}
	return func(r *http.Request) (access.Resource, error) {
		id := r.PathValue(name)
		if id == "" {
			return access.Resource{}, fmt.Errorf("%w: there is no path value %q in pattern %q; put the guard around the handler of a route, not around the router", ErrNotFound, name, r.Pattern)
		}
		return resource(id), nil
	}
}

// Fixed is for a route about a single resource, mostly [access.Company]. It
// panics if r names nothing.
func Fixed(r access.Resource) func(*http.Request) (access.Resource, error) {
	err := checkResource(r)
	if r.IsZero() || err != nil {
		panic(fmt.Sprintf("accesshttp: Fixed(%s) names nothing", r))
	}
	return func(*http.Request) (access.Resource, error) { return r, nil }
}

// checkResource refuses ids that nothing can have. Decide would deny most of
// them as unknown, but it knows no ids of the kinds that a host declares.
func checkResource(r access.Resource) error {
	if r.IsZero() || r == access.Company() {
		return nil // the one is denied, the other needs no id
	}
	if err := text.ID(r.ID()); err != nil {
		return fmt.Errorf("%w: the id of the %s %w", ErrNotFound, r.Kind(), err)
	}
	return nil
}
