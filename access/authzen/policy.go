package authzen

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// PolicyConfig says how policies are asked. Nil is the zero PolicyConfig.
type PolicyConfig struct {
	// Company is the id under which the company is asked about; "" means
	// "company". No other id is answered for it.
	Company string

	// Links lets callers ask as the holder of a share link. Each of them must
	// then have checked the link's secret, of which a policy knows nothing.
	Links bool

	// Observer is told of every decision that was asked for; what a search
	// looks at is unobserved. Nil means nobody is told.
	Observer access.Observer
}

// ForPolicy returns Evaluators for [New] that answer each request from the one
// policy that policy returns for it. A nil policy is an error; a nil function
// gives nil, which New refuses.
//
// This is what an entity stands for:
//
//   - The subject type "user" is [access.User]. With the property "team" it is
//     [access.Session], within that team. The type "link" is [access.ViaLink]
//     under [PolicyConfig.Links], and must have no team.
//   - The resource types "company", "account", "user", "role", "team",
//     "group", "report" and "link" are the built-in kinds. Any other is a kind
//     of the host's own: [access.Item] with the property "account", and
//     [access.CompanyItem] with the property "company" being true.
//   - An action is the [access.Action] of its name.
//
// Everything else denies: another type of subject, and also one of these
// properties with a value of another type or where it has no meaning, since a
// scope that got lost must not widen what may be done. So does a type, an id, a
// team or an account that no policy could hold, whatever the kind: it is empty,
// longer than 256 bytes, not UTF-8, or has control characters. Other properties
// and the context are ignored.
//
// A search returns, in byte order, just what [access.Policy.Decide] allows with
// the properties that were given. The policy knows all subjects, all actions,
// and the resources of the built-in kinds; others are never found. Each page
// costs a look at all of them and up to a decision on each. Reasons are those of
// [access.Decision.Public].
func ForPolicy(policy func(*http.Request) (*access.Policy, error), c *PolicyConfig) func(*http.Request) (Evaluator, error) {
	if policy == nil {
		return nil
	}
	if c == nil {
		c = new(PolicyConfig)
	}
	config := *c
	config.Company = cmp.Or(config.Company, string(access.KindCompany))
	return func(r *http.Request) (Evaluator, error) {
		p, err := policy(r)
		if err == nil && p == nil {
			err = errors.New("authzen: there is no policy for the request")
		}
		if err != nil {
			return nil, err
		}
		return &policyEvaluator{p, &config}, nil
	}
}

type policyEvaluator struct {
	policy *access.Policy
	config *PolicyConfig
}

func (e *policyEvaluator) Evaluate(_ context.Context, r Request) (Decision, error) {
	d := e.policy.Decide(e.subject(r.Subject), access.Action(r.Action.Name), e.resource(r.Resource))
	if e.config.Observer != nil {
		e.config.Observer(d)
	}
	return Decision{d.Allowed, string(d.Public().Reason)}, nil
}

const (
	userType = "user"
	linkType = "link"
)

func (e *policyEvaluator) SearchSubjects(ctx context.Context, s Search) ([]string, error) {
	resource := e.resource(s.Resource)
	var all iter.Seq[string]
	switch s.Subject.Type {
	case userType:
		all = ids(e.policy.Directory().Users(), func(u team.User) string { return string(u.ID) })
	case linkType:
		all = ids(e.policy.Directory().LinksTo(resource), linkID)
	default:
		return nil, nil
	}
	return s.collect(ctx, all, func(id string) bool {
		s.Subject.ID = id
		return e.policy.Decide(e.subject(s.Subject), access.Action(s.Action.Name), resource).Allowed
	})
}

func (e *policyEvaluator) SearchResources(ctx context.Context, s Search) ([]string, error) {
	subject, action := e.subject(s.Subject), access.Action(s.Action.Name)
	all := e.resources(access.Kind(s.Resource.Type), subject, action)
	return s.collect(ctx, all, func(id string) bool {
		s.Resource.ID = id
		return e.policy.Decide(subject, action, e.resource(s.Resource)).Allowed
	})
}

func (e *policyEvaluator) SearchActions(ctx context.Context, s Search) ([]string, error) {
	all := ids(e.policy.Actions(e.subject(s.Subject), e.resource(s.Resource)), asString)
	return s.collect(ctx, all, func(string) bool { return true })
}

// resources returns ids of that kind, among them all that the subject may take
// the action on.
func (e *policyEvaluator) resources(k access.Kind, s access.Subject, a access.Action) iter.Seq[string] {
	p := e.policy
	switch k {
	case access.KindCompany:
		return slices.Values([]string{e.config.Company})
	case access.KindAccount:
		if a == access.ViewAccount {
			return ids(p.View(s).Accounts(), asString)
		}
		return ids(p.Directory().Accounts(), func(a datagroup.Account) string { return string(a.ID()) })
	case access.KindUser:
		return ids(p.Directory().Users(), func(u team.User) string { return string(u.ID) })
	case access.KindRole:
		return ids(slices.Values(p.Directory().Catalog().Roles()), func(r role.Role) string { return string(r.Name) })
	case access.KindTeam:
		return ids(p.Directory().Teams(), func(t team.Team) string { return string(t.ID) })
	case access.KindGroup:
		return ids(p.Directory().Groups(), func(g datagroup.Group) string { return string(g.ID) })
	case access.KindReport:
		return ids(p.Reports(s, a), asString)
	case access.KindLink:
		return ids(p.Directory().Links(), linkID)
	}
	return func(func(string) bool) {}
}

// subject returns whom an entity stands for, the zero Subject if nobody.
func (e *policyEvaluator) subject(s Entity) access.Subject {
	scope, scoped := s.Properties["team"]
	switch {
	case !validID(s.ID):
	case s.Type == userType && !scoped:
		return access.User(s.ID)
	case s.Type == userType:
		if id, _ := scope.(string); validID(id) {
			return access.Session(s.ID, id)
		}
	case s.Type == linkType && !scoped && e.config.Links:
		return access.ViaLink(access.LinkID(s.ID))
	}
	return access.Subject{}
}

// validID reports whether a policy could hold such an id. Of the host's own
// kinds it holds none, and would not know.
func validID(id string) bool {
	const longest = 256 // bytes, as in every policy
	return len(id) <= longest && clean(id)
}

// resource returns what an entity stands for, the zero Resource if nothing. An
// account that is said but is no id is one that got lost: nothing may pass as if
// none had been said.
func (e *policyEvaluator) resource(r Entity) access.Resource {
	in, within := r.Properties["account"]
	of, said := r.Properties["company"]
	account, _ := in.(string)
	wide, isBool := of.(bool)
	kind := access.Kind(r.Type)
	switch {
	case !validID(r.Type), !validID(r.ID), within && !validID(account), said && !isBool, within && wide:
		return access.Resource{}
	case wide:
		return access.CompanyItem(kind, r.ID)
	case kind != access.KindCompany:
		return access.Item(kind, r.ID, account)
	case r.ID == e.config.Company && !within:
		return access.Company()
	}
	return access.Resource{}
}

// collect returns those of all ids that come behind s.After and are allowed,
// sorted, and no more than are of use. Once it holds twice as many it forgets
// the later half, and asks no more about what is later still.
func (s *Search) collect(ctx context.Context, all iter.Seq[string], allowed func(id string) bool) ([]string, error) {
	const often = 256
	if s.Limit <= 0 {
		return nil, nil
	}
	var some []string
	last := "" // before which more is of use; "" is anywhere
	seen := 0
	for id := range all {
		if seen++; seen%often == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if id <= s.After || last != "" && id >= last || !allowed(id) {
			continue
		}
		if some = append(some, id); len(some)/2 >= s.Limit {
			slices.Sort(some)
			some = some[:s.Limit]
			last = some[s.Limit-1]
		}
	}
	slices.Sort(some)
	return some[:min(len(some), s.Limit)], nil
}

// ids returns the id of each.
func ids[T any](all iter.Seq[T], id func(T) string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for each := range all {
			if !yield(id(each)) {
				return
			}
		}
	}
}

func linkID(l access.ShareLink) string { return string(l.ID) }

func asString[S ~string](s S) string { return string(s) }
