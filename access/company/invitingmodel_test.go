package company_test

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// office is a company that invites people, as the rules describe it: a list
// that is read from one end to the other whenever something is asked.
type office struct {
	*world
	invitations []modelInvitation // in the order they were first sent
	turn        int               // how many messages there were
	compiled    *access.Policy    // of the world; nil if that changed
}

type modelInvitation struct {
	id                    string
	terms                 invite.Terms
	sponsor               invite.Sponsor
	generation            int
	sent, expires, closed time.Time
	state                 invite.State // Pending also when it is expired
	user                  string
	turn                  int // of the message sent last
}

// at is the state of an invitation at an instant.
func (i modelInvitation) at(t time.Time) invite.State {
	if i.state == invite.Pending && hasEnded(i.expires, t) {
		return invite.Expired
	}
	return i.state
}

func (o *office) clone() *office {
	c := *o
	c.world, c.invitations = o.world.clone(), slices.Clone(o.invitations)
	return &c
}

// policy is what Decide goes by, at an instant.
func (o *office) policy(at time.Time) *access.Policy {
	if o.compiled == nil {
		o.compiled = o.compile(at)
	}
	return o.compiled.At(at)
}

// find returns the place of an invitation in the list, or -1.
func (o *office) find(id invite.ID) int {
	return slices.IndexFunc(o.invitations, func(i modelInvitation) bool { return i.id == string(id) })
}

// live counts the invitations that can still be accepted.
func (o *office) live(at time.Time) int {
	n := 0
	for _, i := range o.invitations {
		if i.at(at) == invite.Pending {
			n++
		}
	}
	return n
}

// sponsored returns the pending invitations somebody answers for, expired or
// not, in the order of their ids.
func (o *office) sponsored(user string) []string {
	var all []string
	for _, i := range o.invitations {
		if i.state == invite.Pending && string(i.sponsor.User) == user {
			all = append(all, i.id)
		}
	}
	slices.Sort(all)
	return all
}

// house is what the configuration says.
type house struct {
	ttl, cooldown, proofAge time.Duration // less than 0 is for ever and none
	pending                 int
	delivers                bool
	systems                 map[string][]string
}

// errand is one Do.
type errand struct {
	user, system string       // one of the three, or none
	proof        invite.Proof // of somebody who was invited
	reason       string
	changes      []company.Change
	right        func(id string, generation int, s invite.Secret) bool // whether that secret was sent
}

// cause is one of the things that speak against a change. Any of them may be
// the one that is told.
type cause struct {
	verdict verdict
	code    invite.Code // of a row of a file
}

// ruling is what comes of a change: nothing, if it is made.
type ruling struct {
	public verdict // what an invitee hears whatever the cause; "" if it is the cause
	causes []cause
}

func because(v verdict, c invite.Code) ruling { return ruling{causes: []cause{{v, c}}} }

// against adds a cause if something speaks against the change.
func (a *ruling) against(wrong bool, v verdict, c invite.Code) {
	if wrong {
		a.causes = append(a.causes, cause{v, c})
	}
}

// verdicts are the causes by name.
func (a ruling) verdicts() []verdict {
	var all []verdict
	for _, c := range a.causes {
		all = append(all, c.verdict)
	}
	return all
}

// codes are those of the causes, and ok if there is none.
func (a ruling) codes() []invite.Code {
	if len(a.causes) == 0 {
		return []invite.Code{invite.OK}
	}
	var all []invite.Code
	for _, c := range a.causes {
		all = append(all, c.code)
	}
	return all
}

// clerk is one change on its way through the office.
type clerk struct {
	*office
	house
	errand
	at   time.Time
	asks *access.Policy // the state before the change
}

// do runs an errand. It returns the office after it and the changes as they are
// to be recorded, or the first change that is refused and what speaks against it.
func (o *office) do(h house, e errand, at time.Time) (next *office, recorded []company.Change, index int, a ruling) {
	if e.user == "" && e.system == "" && e.proof.IsZero() {
		return nil, nil, 0, because("ErrNoActor", invite.NotAllowed)
	}
	if len(e.changes) == 0 {
		return nil, nil, 0, because("ErrNoChange", "")
	}
	if e.reason == "" && slices.ContainsFunc(e.changes, reasoned) {
		return nil, nil, 0, because("ErrReason", invite.BadReason)
	}
	k := &clerk{office: o.clone(), house: h, errand: e, at: at}
	for i, c := range e.changes {
		made, a := k.change(c)
		if len(a.causes) > 0 {
			return nil, nil, i, a
		}
		recorded = append(recorded, made)
	}
	return k.office, recorded, 0, ruling{}
}

// nameOf is what the log calls a change.
func nameOf(c company.Change) string {
	switch c.(type) {
	case company.Invite:
		return "invitation.send"
	case company.ResendInvitation:
		return "invitation.resend"
	case company.AmendInvitation:
		return "invitation.amend"
	case company.RevokeInvitation:
		return "invitation.revoke"
	case company.AcceptInvitation:
		return "invitation.accept"
	case company.DeclineInvitation:
		return "invitation.decline"
	}
	return typeOf(c).name
}

func answers(c company.Change) bool {
	return nameOf(c) == "invitation.accept" || nameOf(c) == "invitation.decline"
}

// reasoned reports whether a change needs a reason. Whoever was invited owes
// none.
func reasoned(c company.Change) bool {
	switch c.(type) {
	case company.Invite, company.ResendInvitation, company.AmendInvitation, company.RevokeInvitation:
		return true
	}
	return !answers(c) && typeOf(c).reasoned
}

// change judges one change, and makes it if nothing speaks against it.
func (k *clerk) change(c company.Change) (company.Change, ruling) {
	switch invitee := k.user == "" && k.system == ""; {
	case invitee && !answers(c):
		return nil, because("ErrInvitee", "")
	case !invitee && answers(c):
		return nil, because("ErrInviteeOnly", "")
	case k.system != "" && !slices.Contains(k.systems[k.system], nameOf(c)):
		return nil, because("ErrSystem", invite.NotAllowed)
	}
	k.asks = k.policy(k.at)
	switch c := c.(type) {
	case company.Invite:
		return k.send(c)
	case company.ResendInvitation:
		return k.resend(c)
	case company.AmendInvitation:
		return k.amend(c)
	case company.RevokeInvitation:
		return k.revoke(c)
	case company.AcceptInvitation:
		return k.accept(c)
	case company.DeclineInvitation:
		return k.decline(c)
	}
	return k.other(c)
}

// other makes a change that is not about invitations, and what it means for
// them.
func (k *clerk) other(c company.Change) (company.Change, ruling) {
	seats, total := k.limits.Seats, len(k.users)+k.live(k.at)
	var a ruling
	var settled []string
	if gone, ok := c.(company.RemoveUser); ok {
		settled = k.sponsored(string(gone.User))
		a = k.takeOver(gone, settled)
	}
	if catalog, ok := c.(company.ReplaceCatalog); ok {
		for _, i := range k.invitations {
			offers := func(r role.Role) bool { return r.Name == i.terms.Role }
			a.against(i.state == invite.Pending && !slices.ContainsFunc(catalog.Roles, offers), "ErrUnknown", "")
		}
	}
	j := judge{world: k.world, at: k.at, actor: k.user, types: k.systems[k.system]}
	made, v := j.change(c)
	k.compiled = nil
	a.against(v != "", v, "")
	now, left := len(k.users)+k.live(k.at), k.limits.Seats
	a.against(v == "" && left > 0 && now > left && (now > total || left != seats), "ErrSeats", "")
	if gone, ok := made.(company.RemoveUser); ok && len(a.causes) == 0 {
		made = k.settle(gone, settled)
	}
	return made, a
}

// takeOver says what speaks against somebody's answering for the invitations of
// another from now on: that he, or whoever decides it, could not send them.
func (k *clerk) takeOver(c company.RemoveUser, settled []string) ruling {
	var a ruling
	if c.TakeOver == "" {
		return a
	}
	live := 0
	for _, id := range settled {
		i := k.invitations[k.find(invite.ID(id))]
		if i.at(k.at) == invite.Expired {
			continue
		}
		live++
		for _, by := range []invite.Sponsor{{User: c.TakeOver}, k.sponsor()} {
			k.guard(&a, by, "user.remove", i.terms)
			k.briefly(&a, by, i.terms)
		}
	}
	a.against(c.TakeOver == c.User || live == 0, "ErrInvalid", "")
	return a
}

// settle revokes the invitations of somebody who is gone, or gives those that can
// be accepted to another.
func (k *clerk) settle(c company.RemoveUser, settled []string) company.Change {
	for _, id := range settled {
		i := &k.invitations[k.find(invite.ID(id))]
		if c.TakeOver != "" && i.at(k.at) == invite.Pending {
			i.sponsor = invite.Sponsor{User: c.TakeOver}
		} else {
			i.state, i.closed = invite.Revoked, k.at
		}
		c.Invitations = append(c.Invitations, invite.ID(id))
	}
	return c
}

// sponsor is the actor as somebody who answers for an invitation.
func (k *clerk) sponsor() invite.Sponsor {
	return invite.Sponsor{User: team.UserID(k.user), System: k.system}
}

// ask puts a question to Decide, which has a model of its own. Systems are not
// asked.
func (k *clerk) ask(a *ruling, by invite.Sponsor, action access.Action, r access.Resource) {
	if by.System != "" {
		return
	}
	d := k.asks.Decide(access.User(by.User), action, r)
	code := invite.NotAllowed
	switch denial(d) {
	case "denied above-ceiling":
		code = invite.AboveCeiling
	case "denied unknown-resource role":
		code = invite.UnknownRole
	case "denied unknown-resource team":
		code = invite.UnknownTeam
	case "denied role-full":
		code = invite.OverLimit
	}
	a.against(!d.Allowed, denial(d), code)
}

// guard says what speaks against somebody's having an invitation with such
// terms out at this moment, whoever else could. It is the same for all ways.
// Kind is what a system must be allowed to do for it.
func (k *clerk) guard(a *ruling, by invite.Sponsor, kind string, t invite.Terms) {
	k.ask(a, by, "user.invite", access.Company())
	k.ask(a, by, "role.grant", access.Role(t.Role))
	offered, known := k.role(string(t.Role))
	a.against(by.System != "" && !slices.Contains(k.systems[by.System], kind), "ErrSystem", invite.NotAllowed)
	a.against(by.System != "" && !known, "ErrUnknown", invite.UnknownRole)
	a.against(known && !offered.Offered, "ErrNotOffered", invite.NotOffered)
	all, _ := k.holders(string(t.Role))
	a.against(by.System != "" && offered.MaxHolders > 0 && all >= offered.MaxHolders, "ErrRoleFull", invite.OverLimit)
	for _, id := range t.Teams {
		k.ask(a, by, "team.set-members", access.Team(id))
		_, known := k.teams[string(id)]
		a.against(by.System != "" && !known, "ErrUnknown", invite.UnknownTeam)
	}
	a.against(hasEnded(t.Until, k.at), "ErrPast", invite.BadDate)
	for _, u := range k.users {
		a.against(sameMailbox(u.email, t.Address.String()), "ErrTaken", invite.AlreadyMember)
	}
}

// briefly says whether somebody would give longer than he has.
func (k *clerk) briefly(a *ruling, by invite.Sponsor, t invite.Terms) {
	a.against(by.User != "" && outlasts(t.End(k.at), k.users[string(by.User)].until), "ErrBeyondOwnEnd", invite.BeyondOwnEnd)
}

// over says whether the actor has a say in what an invitation offers so far. What
// is gone or full since is no obstacle: it could never be amended otherwise.
func (k *clerk) over(a *ruling, t invite.Terms) {
	var granting ruling
	k.ask(&granting, k.sponsor(), "role.grant", access.Role(t.Role))
	if granting.only() != "denied role-full" {
		a.causes = append(a.causes, granting.causes...)
	}
	for _, id := range t.Teams {
		if _, exists := k.teams[string(id)]; exists {
			k.ask(a, k.sponsor(), "team.set-members", access.Team(id))
		}
	}
}

// posted says what speaks against a message about an invitation that can be
// accepted from now on.
func (k *clerk) posted(a *ruling, t invite.Terms, id string) {
	n, all := k.find(invite.ID(id)), k.live(k.at)
	another := n < 0 || k.invitations[n].at(k.at) != invite.Pending // which was not counted
	a.against(another && k.limits.Seats > 0 && len(k.users)+all >= k.limits.Seats, "ErrSeats", invite.OverLimit)
	a.against(another && k.pending > 0 && all >= k.pending, "ErrLimit", invite.OverLimit)
	a.against(!k.delivers, "ErrNoDelivery", invite.Failed)
	for _, i := range k.invitations {
		if sameMailbox(i.terms.Address.String(), t.Address.String()) {
			a.against(i.id != id && i.at(k.at) == invite.Pending, "ErrPending", invite.AlreadyPending)
			a.against(k.cooldown > 0 && k.at.Before(i.sent.Add(k.cooldown)), "ErrTooSoon", invite.TooSoon)
		}
	}
}
