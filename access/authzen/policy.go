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
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// PolicyConfig says which policy answers, and how it is asked. Policy is
// required; the zero value of every other field is useful.
//
// All functions must be safe for concurrent use.
type PolicyConfig struct {
	// Policy returns the policy that answers the request, from its beginning to
	// its end. A nil policy without an error is an error. Required.
	Policy func(*http.Request) (*access.Policy, error)

	// Company is the id under which the company is asked about; "" means
	// "company". No other id is answered for it.
	Company string

	// Links lets callers ask as the holder of a share link. Every caller must
	// then check the link's secret, which a policy does not know. False denies
	// all holders.
	Links bool

	// Observer receives every decision of an evaluation; those that a search
	// makes are not observed. It must be quick and safe for concurrent use; if it
	// panics, nothing else comes of it. Package decisionlog has one. Nil observes
	// nothing.
	Observer func(context.Context, access.Decision)
}

// ForPolicy returns the [Config.Evaluator] that answers each request from the
// one policy that c.Policy returns for it. If that is nil, so is the result, which
// [New] refuses. A later change of c changes nothing.
//
// An entity stands for this:
//
//   - The subject type "user" is [access.User]. With the property "team" it is
//     [access.Session], within that team. The type "link" is [access.ViaLink]
//     under [PolicyConfig.Links], and must have no team.
//   - The resource types "company", "account", "user", "role", "team",
//     "group", "report" and "link" are the built-in kinds. Any other is a kind
//     that your catalog declares: [access.Item] with the property "account",
//     and [access.CompanyItem] without it.
//   - An action is the [access.Action] of its name.
//
// Everything else is denied: another type of subject, and one of these
// properties with a value of another type or where it has no meaning, since a
// lost scope must not widen what may be done. So is a type, an id, a team or an
// account that no policy can hold, whatever the kind: one that is empty, longer
// than 256 bytes, not UTF-8, or has control characters. Other properties and the
// context are ignored.
//
// A search returns, in byte order, exactly what [access.Policy.Decide] allows
// with the given properties. The policy knows all subjects, all actions, and the
// resources of the built-in kinds; no others are found. Each page costs a look at
// all of them and up to one decision on each. Reasons are those of
// [access.Decision.Public].
func ForPolicy(c PolicyConfig) func(*http.Request) (Evaluator, error) {
	if c.Policy == nil {
		return nil
	}
	c.Company = cmp.Or(c.Company, string(access.KindCompany))
	return func(r *http.Request) (Evaluator, error) {
		p, err := c.Policy(r)
		if err == nil && p == nil {
			err = errors.New("authzen: PolicyConfig.Policy returned no policy")
		}
		if err != nil {
			return nil, err
		}
		return &policyEvaluator{p, &c}, nil
	}
}

type policyEvaluator struct {
	policy *access.Policy
	config *PolicyConfig
}

func (e *policyEvaluator) Evaluate(ctx context.Context, r Request) (Decision, error) {
	d := e.policy.Decide(e.subject(r.Subject), access.Action(r.Action.Name), e.resource(r.Resource))
	e.observe(ctx, d)
	return Decision{d.Allowed, string(d.Public().Reason)}, nil
}

// observe shows a decision to the observer, who cannot keep it from being answered.
func (e *policyEvaluator) observe(ctx context.Context, d access.Decision) {
	if e.config.Observer == nil {
		return
	}
	defer func() { _ = recover() }()
	e.config.Observer(ctx, d)
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

// resources returns ids of that kind, including all on which the subject may
// take the action.
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

// subject returns the subject that an entity stands for, the zero Subject if it
// stands for none.
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

// validID reports whether a policy can hold such an id. Decide cannot say so for
// the kinds that a host declares, of which it holds no ids.
func validID(id string) bool { return text.ID(id) == nil }

// resource returns the resource that an entity stands for, the zero Resource if
// it stands for none. If an account is given but is no id, it got lost on the way,
// and the entity must not pass as one without an account.
func (e *policyEvaluator) resource(r Entity) access.Resource {
	accountValue, hasAccount := r.Properties["account"]
	account, _ := accountValue.(string)
	kind := access.Kind(r.Type)
	switch {
	case !validID(r.Type), !validID(r.ID), hasAccount && !validID(account):
		return access.Resource{}
	case kind != access.KindCompany:
		return kind.Resource(r.ID, account)
	case r.ID == e.config.Company && !hasAccount:
		return access.Company()
	}
	return access.Resource{}
}

// collect returns the ids after s.After that are allowed, sorted, and at most
// s.Limit of them. Whenever it holds twice as many it drops the later half, and
// asks no more about ids that are later still.
func (s *Search) collect(ctx context.Context, all iter.Seq[string], allowed func(id string) bool) ([]string, error) {
	const checkContext = 256 // ids until the context is looked at again
	if s.Limit <= 0 {
		return nil, nil
	}
	var found []string
	last := "" // ids from this one on are not used; "" is no bound
	seen := 0
	for id := range all {
		if seen++; seen%checkContext == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if id <= s.After || last != "" && id >= last || !allowed(id) {
			continue
		}
		if found = append(found, id); len(found)/2 >= s.Limit {
			slices.Sort(found)
			found = found[:s.Limit]
			last = found[s.Limit-1]
		}
	}
	slices.Sort(found)
	return found[:min(len(found), s.Limit)], nil
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
