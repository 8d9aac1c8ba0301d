package authzen

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/internal/text"
)

// PolicyConfig says which policy answers, and how it is asked. One of Source and
// SourceOf is required; the zero value of every other field is useful.
//
// All functions must be safe for concurrent use.
type PolicyConfig struct {
	// Source has the policy of the one company that all requests are about. A
	// request is answered from the policy of its beginning.
	Source live.Source

	// SourceOf returns what has the policy of the company that the request is
	// about. It may be the SourceOf of an accesshttp.Config: its error counts as
	// one of the Evaluator, and may wrap those of package admission. A nil Source
	// is a failure of the program; a nil policy is [ErrUnavailable].
	SourceOf func(*http.Request) (live.Source, error)

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

	// Context returns what the answer to an evaluation says besides, as
	// [Decision.Context], allowed or denied. The caller sees it all: of the reasons
	// and names in the decision, only [access.Decision.Public] is meant for that.
	// Nil says nothing.
	Context func(context.Context, access.Decision) map[string]any
}

// ForPolicy returns the [Config.Evaluator] that answers each request from one
// policy. It returns nil, which [New] refuses, if c has not exactly one of Source
// and SourceOf. A later change of c changes nothing.
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
// The caller says the type and the action, so one that the policy does not know is
// denied like anything else, with its reason, and is observed. Everything else is
// denied, too: another type of subject, and one of these
// properties with a value of another type or where it has no meaning, since a
// lost scope must not widen what may be done. So is a type, an id, a team or an
// account that no policy can hold, whatever the kind: one that is empty, longer
// than 256 bytes, not UTF-8, or has control characters. Other properties and the
// context are ignored. Reasons are those of [access.Decision.Public].
func ForPolicy(c PolicyConfig) func(*http.Request) (Evaluator, error) {
	if c.check() != nil {
		return nil
	}
	begin := c.begin()
	return func(r *http.Request) (Evaluator, error) { return begin(r) }
}

// check says what of c is missing, or too much.
func (c *PolicyConfig) check() error {
	switch {
	case c.Source == nil && c.SourceOf == nil:
		return errors.New("authzen: PolicyConfig.Source is nil; set what has the policy, or SourceOf if there are many companies")
	case c.Source != nil && c.SourceOf != nil:
		return errors.New("authzen: PolicyConfig has both Source and SourceOf; set one of them")
	}
	return nil
}

// begin returns the function that takes the policy for a request.
func (c PolicyConfig) begin() func(*http.Request) (*policyEvaluator, error) {
	c.Company = cmp.Or(c.Company, string(access.KindCompany))
	return func(r *http.Request) (*policyEvaluator, error) {
		source := c.Source
		if source == nil {
			var err error
			if source, err = c.SourceOf(r); err != nil {
				return nil, err
			}
			if source == nil {
				return nil, errors.New("authzen: PolicyConfig.SourceOf returned no Source")
			}
		}
		p := source.Policy()
		if p.IsZero() {
			return nil, fmt.Errorf("authzen: %w: the Source has no policy", ErrUnavailable)
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
	answer := Decision{Allowed: d.Allowed, Reason: string(d.Public().Reason)}
	if e.config.Context != nil {
		answer.Context = e.config.Context(ctx, d)
	}
	return answer, nil
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
