package console

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/team"
)

// visit is one request, by one reader, of the company as it is at one moment.
type visit struct {
	*http.Request
	console *console
	moment  company.Moment
	policy  *access.Policy // of the moment
	reader  team.UserID    // "" until they are admitted
	route   *route         // nil until it is found
	query   url.Values     // what the page is asked, nil until it is read
}

// subject says who asks, for the guard.
func (v *visit) subject() (access.Subject, error) {
	id, err := v.console.User(v.Request)
	if err != nil {
		return access.Subject{}, err
	}
	if id == "" {
		return access.Subject{}, admission.ErrUnauthenticated
	}
	return access.User(id), nil
}

// decide asks a question for the reader. It is for what a page offers; what a
// page shows is asked by [visit.require].
func (v *visit) decide(action access.Action, resource access.Resource) access.Decision {
	return v.policy.Decide(access.User(v.reader), action, resource)
}

// may reports whether the reader may do something.
func (v *visit) may(action access.Action, resource access.Resource) bool {
	return v.decide(action, resource).Allowed
}

// mayRead reports whether the reader has one of some rights at the company;
// none is every active user.
func (v *visit) mayRead(rights []access.Action) bool {
	return len(rights) == 0 || slices.ContainsFunc(rights, func(a access.Action) bool { return v.may(a, access.Company()) })
}

// mayOpen reports whether the reader has the rights of a page.
func (v *visit) mayOpen(r *route) bool {
	if !v.mayRead(r.Also) {
		return false
	}
	if !r.All {
		return v.mayRead(r.Rights)
	}
	return !slices.ContainsFunc(r.Rights, func(a access.Action) bool { return !v.may(a, access.Company()) })
}

// require asks a question that the guard's observer sees, and returns the
// denial.
func (v *visit) require(action access.Action, resource access.Resource) error {
	return admission.Decide(v.Context(), action, resource).Err()
}

// directory returns what the policy is about.
func (v *visit) directory() access.Directory { return v.policy.Directory() }

// parameters returns what the page is asked. It is read once, as it may be long.
func (v *visit) parameters() url.Values {
	if v.query == nil {
		v.query = v.URL.Query()
	}
	return v.query
}

// asked returns a parameter of the page.
func (v *visit) asked(name string) string { return v.parameters().Get(name) }

// link returns the address of a page, with parameters in pairs of name and
// value. Without a value there is no parameter.
func (c *console) link(path string, pairs ...string) string {
	query := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Add(pairs[i], pairs[i+1])
		}
	}
	return c.address(path, query)
}

func (c *console) address(path string, query url.Values) string {
	if len(query) == 0 {
		return c.Prefix + path
	}
	return c.Prefix + path + "?" + query.Encode()
}

// link is that of the console.
func (v *visit) link(path string, pairs ...string) string { return v.console.link(path, pairs...) }

// with returns the link to this page, asked the same but for one thing.
func (v *visit) with(name, value string) string {
	query := maps.Clone(v.parameters())
	query.Del("done")
	query.Del("event")
	query.Set(name, value)
	if value == "" {
		query.Del(name)
	}
	return v.console.address(v.route.Path, query)
}

// offer is a link to a form.
type offer struct {
	Title phrase
	Link  string
	Grave bool
}

// offers returns the forms that the reader is offered about something, such as
// "user" and the parameters that say which.
func (v *visit) offers(about string, pairs ...string) []offer {
	in := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		in.Set(pairs[i], pairs[i+1])
	}
	var out []offer
	for _, f := range v.console.offers[about] {
		if (f.Fits == nil || f.Fits(v, in)) && f.Offered(v, in) == nil {
			out = append(out, offer{f.Title, v.link("/change", append([]string{"do", f.Name}, pairs...)...), f.Grave})
		}
	}
	return out
}

// pageSize is how many rows a page shows.
const pageSize = 50

// missing is the answer for what does not exist, or must seem not to.
func missing(what string, id any) error {
	return fmt.Errorf("%w: %s %q", admission.ErrNotFound, what, fmt.Sprint(id))
}
