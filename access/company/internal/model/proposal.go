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
	Systems                 map[string][]string    // the types of change that each may make
	Roles                   map[string][]role.Name // that each may give; nil is those that another role than the first manages
	Limits                  company.Limits         // what the host sells
	ClockSkew               time.Duration          // 0 is five minutes
	ChangeAddress           bool                   // users may change their own

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
	Approval     string
	Since        uint64 // the event after which what is read must not have changed; 0 is no condition
	Changes      []company.Change
}

// Answer is what must come of a request.
type Answer struct {
	After    *Company         // nil if the request is refused
	Recorded []company.Change // as they are in the event
	Repeated []int            // the changes that a system repeated, from 1
	Index    int              // of the change that is refused
	Seq      uint64           // the event that changed what the change reads
	Refusal
}

// proposal is one change on its way: the state that the earlier ones left, which
// it alters, and by whom and when it is asked for.
type proposal struct {
	*Company
	Config
	Request
	clock time.Time
	made  Event // so far
}

// past is the history until now, with what was made so far of this event.
func (p *proposal) past() past {
	return past{Company: p.Company, events: append(slices.Clip(p.Events), p.made)}
}

// Do says what must come of a request at a time of the clock. The company itself
// stays as it is.
func (c *Company) Do(r Request, conf Config, clock time.Time) Answer {
	var whole Refusal
	whole.when(r.User == "" && r.System == "" && r.Proof.IsZero(), "ErrNoActor", invite.NotAllowed)
	whole.when(len(r.Reason) > 500 || !utf8.ValidString(r.Reason), "ErrReason", invite.BadReason)
	whole.when(len(r.Changes) == 0, "ErrNoChange", "")
	whole.when(strings.TrimSpace(r.Reason) == "" && slices.ContainsFunc(r.Changes, needsReason), "ErrReason", invite.BadReason)
	whole.when(r.Since > uint64(len(c.Events)), "ErrInvalid", "")
	if n := among(r.Changes); n >= 0 && !whole.Refused() {
		return Answer{Index: n, Refusal: because("ErrInvalid", "")}
	}
	whole.when(!c.corrects(r) && c.IsAhead(conf, clock), "ErrClock", "")
	if whole.Refused() {
		return Answer{Refusal: whole}
	}
	p := &proposal{Company: c.At(Later(clock, c.Last)).Clone(), Config: conf, Request: r, clock: clock}
	p.made = Event{By: r.User, Actor: r.actor(), Reason: r.Reason, Approval: r.Approval, Time: p.Now}
	var a Answer
	event := &p.made
	for i, c := range r.Changes {
		before := p.Clone()
		if n := len(event.Steps); n > 0 {
			event.Steps[n-1].After = before
		}
		reads := p.reads(c)
		made, refusal := p.change(c)
		if seq := p.changedSince(reads); seq > 0 && !p.isBarred(c) {
			_, invites := c.(company.Invite)
			_, again := c.(company.RedeliverInvitation)
			if refusal = refusal.orChanged(invites || again); slices.Contains(refusal.Errs(), "ErrChanged") {
				a.Seq = seq
			}
		}
		switch {
		case r.System != "" && refusal.Only() == "ErrNoChange":
			a.Repeated = append(a.Repeated, i+1)
			p.Company = before
			continue
		case refusal.Refused():
			return Answer{Index: i, Refusal: refusal, Seq: a.Seq}
		}
		a.Recorded = append(a.Recorded, made)
		event.Touched = append(event.Touched, p.touches(before, made)...)
		event.Steps = append(event.Steps, Step{Change: made, Before: before})
	}
	if len(a.Recorded) == 0 {
		return Answer{Refusal: because("ErrNoChange", "")}
	}
	event.Steps[len(event.Steps)-1].After = p.Company
	event.Time = p.Now // which a correction of the clock moves
	p.Last, p.Events = p.Now, append(p.Events, *event)
	a.After = p.Company
	return a
}

// actor is who makes the request, as the log has them.
func (r Request) actor() string {
	switch {
	case r.User != "":
		return r.User
	case r.System != "":
		return "system " + r.System
	}
	return "invitee " + r.Proof.Address().String()
}

// change says what comes of one change, and makes it unless it is refused.
func (p *proposal) change(c company.Change) (made company.Change, refusal Refusal) {
	if err := p.barred(c); err != "" {
		return nil, because(err, map[string]invite.Code{"ErrSystem": invite.NotAllowed}[err])
	}
	is := TypeOf(c)
	before := p.Clone()
	switch {
	case is.invitation:
		made, refusal = p.invitation(c)
	case is.link:
		made, refusal = p.link(c)
	case is.review:
		made, refusal = p.review(c)
	default:
		made, refusal = p.settled(before, c)
	}
	return made, refusal
}

// barred is about who may never make such a change.
func (p *proposal) barred(c company.Change) string {
	if c == nil {
		return "ErrInvalid"
	}
	is := TypeOf(c)
	switch invitee := p.User == "" && p.System == ""; {
	case invitee && !is.answers:
		return "ErrInvitee"
	case !invitee && is.answers:
		return "ErrInviteeOnly"
	case p.System != "" && !slices.Contains(p.Systems[p.System], is.Name):
		return "ErrSystem"
	case p.User != "" && is.systemOnly:
		return "ErrSystemOnly"
	}
	return ""
}

func (p *proposal) isBarred(c company.Change) bool { return p.barred(c) != "" }

// settled makes a change that is neither about invitations nor about links, and
// what follows from it for invitations.
func (p *proposal) settled(before *Company, c company.Change) (company.Change, Refusal) {
	var a Refusal
	gone, _ := c.(company.RemoveUser)
	sponsored := p.Sponsored(string(gone.User))
	own := p.openTo(p.addresses(string(gone.User))...)
	p.mayTakeOver(&a, gone, sponsored)
	if catalog, ok := c.(company.ReplaceCatalog); ok {
		for _, i := range p.Invitations {
			offered := func(r role.Role) bool { return r.Name == i.Terms.Role }
			a.when(i.State == invite.Pending && !slices.ContainsFunc(catalog.Roles, offered), "ErrUnknown", "")
		}
	}
	made, err := p.apply(c)
	if err == "" {
		err = p.broken(before, made)
	}
	if err != "" {
		for _, one := range strings.Split(err, "|") {
			a.when(true, one, "")
		}
	}
	if removed, ok := made.(company.RemoveUser); ok && !a.Refused() {
		made = p.settleInvitations(removed, sponsored, own)
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

// BoundBy returns the limits of a company: the lower of its own and of those that
// the host sells. 0 is any number.
func (c *Company) BoundBy(conf Config) company.Limits {
	if sold := conf.Limits.Seats; sold > 0 && (c.Limits.Seats == 0 || sold < c.Limits.Seats) {
		return conf.Limits
	}
	return c.Limits
}

func (p *proposal) seats() int { return p.BoundBy(p.Config).Seats }

// broken says which invariant a change broke. What was broken before may stay
// so, but must not get worse.
func (p *proposal) broken(before *Company, made company.Change) string {
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
		if _, removes := made.(company.RemoveUser); !removes && len(before.creators(id)) > 0 && len(p.creators(id)) == 0 {
			return "ErrLastCreator"
		}
	}
	// Both now: a clock that is corrected takes no seat, though what had expired by
	// the wrong one is live again.
	taken, takenBefore := len(p.Users)+p.Live(), len(before.Users)+before.At(p.Now).Live()
	if s := p.seats(); s > 0 && taken > s && (taken > takenBefore || p.Company.Limits != before.Limits) {
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

// either is all refusals that there are, where SPEC does not say which is named.
func either(all ...string) string {
	return strings.Join(slices.DeleteFunc(all, func(err string) bool { return err == "" }), "|")
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
