package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	rules "github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
)

// Config is what the host configured.
type Config struct {
	TTL, Cooldown, ProofAge time.Duration // of invitations; a negative one is for ever, none, none
	Pending                 int           // 0 is no limit
	Delivers                bool
	Systems                 map[string][]string // the types of change that each may make

	// Sent reports whether a secret is the one that was sent with a generation
	// of an invitation. Nil means that none ever was.
	Sent func(id string, generation int, s invite.Secret) bool
}

// Request is one Do. The actor is a user, a system, or the person invited, by
// a proof of their address; if none of the three is set, it is nobody.
type Request struct {
	User, System string
	Proof        invite.Proof
	Reason       string
	Changes      []company.Change
}

// Answer is what must come of a request.
type Answer struct {
	After    *Company         // nil if the request is refused
	Recorded []company.Change // as they are in the event
	Index    int              // of the change that is refused
	Refusal
}

// proposal is one change on its way: the state that the earlier ones left, which
// it alters, and by whom and when it is asked for.
type proposal struct {
	*Company
	Config
	Request
}

// Do says what must come of a request. The company itself stays as it is.
func (c *Company) Do(r Request, conf Config, at time.Time) Answer {
	refused := func(i int, err string, code invite.Code) Answer {
		return Answer{Index: i, Refusal: because(err, code)}
	}
	switch {
	case r.User == "" && r.System == "" && r.Proof.IsZero():
		return refused(0, "ErrNoActor", invite.NotAllowed)
	case len(r.Reason) > 500 || !utf8.ValidString(r.Reason):
		return refused(0, "ErrReason", invite.BadReason)
	case len(r.Changes) == 0:
		return refused(0, "ErrNoChange", "")
	case strings.TrimSpace(r.Reason) == "" && slices.ContainsFunc(r.Changes, needsReason):
		return refused(0, "ErrReason", invite.BadReason)
	}
	p := &proposal{c.At(at).Clone(), conf, r}
	var recorded []company.Change
	for i, c := range r.Changes {
		made, refusal := p.change(c)
		if refusal.Refused() {
			return Answer{Index: i, Refusal: refusal}
		}
		recorded = append(recorded, made)
	}
	return Answer{After: p.Company, Recorded: recorded}
}

// change says what comes of one change, and makes it unless it is refused.
func (p *proposal) change(c company.Change) (made company.Change, refusal Refusal) {
	if c == nil {
		return nil, because("ErrInvalid", "")
	}
	is := TypeOf(c)
	switch invitee := p.User == "" && p.System == ""; {
	case invitee && !is.answers:
		return nil, because("ErrInvitee", "")
	case !invitee && is.answers:
		return nil, because("ErrInviteeOnly", "")
	case p.System != "" && !slices.Contains(p.Systems[p.System], is.Name):
		return nil, because("ErrSystem", invite.NotAllowed)
	case p.User != "" && is.systemOnly:
		return nil, because("ErrSystemOnly", "")
	}
	before := p.Clone()
	switch {
	case is.invitation:
		made, refusal = p.invitation(c)
	case is.link:
		made, refusal = p.link(c)
	default:
		made, refusal = p.settled(before, c)
	}
	return made, refusal
}

// settled makes a change that is neither about invitations nor about links, and
// what follows from it for invitations.
func (p *proposal) settled(before *Company, c company.Change) (company.Change, Refusal) {
	var a Refusal
	gone, _ := c.(company.RemoveUser)
	sponsored := p.Sponsored(string(gone.User))
	p.mayTakeOver(&a, gone, sponsored)
	if catalog, ok := c.(company.ReplaceCatalog); ok {
		for _, i := range p.Invitations {
			offered := func(r role.Role) bool { return r.Name == i.Terms.Role }
			a.when(i.State == invite.Pending && !slices.ContainsFunc(catalog.Roles, offered), "ErrUnknown", "")
		}
	}
	made, err := p.apply(c)
	if err == "" {
		err = p.broken(before)
	}
	a.when(err != "", err, "")
	if removed, ok := made.(company.RemoveUser); ok && !a.Refused() {
		made = p.settleInvitations(removed, sponsored)
	}
	return made, a
}

// ask puts a question to Decide, about the actor. A system is not asked. It
// returns "denied" and the reason, or "".
func (p *proposal) ask(a access.Action, r access.Resource) string {
	if p.User == "" {
		return ""
	}
	return p.askOf(rules.InCompany(p.User), a, r)
}

func (p *proposal) askOf(s rules.Subject, a access.Action, r access.Resource) string {
	return Denied(p.Decide(s, string(a), Resource(r)))
}

// beyond reports whether an end is later than the actor's own.
func (p *proposal) beyond(until time.Time) bool {
	return p.User != "" && Outlasts(until, p.Users[p.User].Until)
}

// broken says which invariant a change broke. What was broken before may stay
// so, but must not get worse.
func (p *proposal) broken(before *Company) string {
	for _, r := range p.Catalog.Roles {
		all, lasting := p.Holders(string(r.Name))
		allBefore, lastingBefore := before.Holders(string(r.Name))
		if old, ok := before.Catalog.Role(string(r.Name)); !ok || old.MinHolders != r.MinHolders || old.MaxHolders != r.MaxHolders {
			allBefore, lastingBefore = 0, r.MinHolders
		}
		if lasting < r.MinHolders && lasting < lastingBefore {
			return "ErrLastHolder"
		}
		if r.MaxHolders > 0 && all > r.MaxHolders && all > allBefore {
			return "ErrRoleFull"
		}
	}
	for id := range p.Reports {
		if len(before.creators(id)) > 0 && len(p.creators(id)) == 0 {
			return "ErrLastCreator"
		}
	}
	taken, takenBefore := len(p.Users)+p.Live(), len(before.Users)+before.Live()
	if s := p.Limits.Seats; s > 0 && taken > s && (taken > takenBefore || s != before.Limits.Seats) {
		return "ErrSeats"
	}
	return ""
}

// first is the first refusal that there is.
func first(all ...string) string {
	for _, err := range all {
		if err != "" {
			return err
		}
	}
	return ""
}

// when is a refusal, if there is a cause.
func when(refused bool, err string) string {
	if refused {
		return err
	}
	return ""
}

// newID is about the id of something new. Where none is given, Do chooses one.
// Until the test knows which, another takes its place.
func newID[ID ~string](p *proposal, kind string, id *ID, exists bool) string {
	if *id == "" {
		*id = ID(fmt.Sprintf("chosen-%d", len(p.Used)))
		return ""
	}
	return first(when(exists, "ErrTaken"), when(p.Used[kind+" "+string(*id)], "ErrReused"))
}
