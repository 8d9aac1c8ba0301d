package access

import (
	"time"

	"github.com/ambit-authz/ambit/access/internal/store"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Decide reports whether the subject may take the action on the resource, and
// why.
//
// It takes five steps, and the first that fails is the reason. Subject: there is
// a policy, and the user exists and is active, and a current member of the team they act within.
// Kind: the action is known and may be asked of this kind of resource.
// Capability: the user's role holds the action, or at a report their level
// does. Reach: the resource exists and the subject can reach it. Guard: no rule
// about roles and people forbids it. For a link it decides as for its maker,
// now and in the scope the maker made it in.
//
// Two things are for you to see to. Make a [Subject] only after you
// authenticated the user, or checked the secret of the link. Take the account
// of an [Item] from your own data, never from the request. Decide believes
// both.
//
// There is no error: whatever is wrong is a denial with a reason of its own.
// There is no I/O. The clock is read at most once, and only if something about
// the subject has an end. Decide allocates nothing. It costs the look-ups of the
// user and the account, and a look at each team of the user and at each data
// group of it that matches many different accounts.
func (p *Policy) Decide(s Subject, a Action, r Resource) (d Decision) {
	d.Subject, d.Action, d.Resource = s, a, r
	p.decide(&d, s.id, r.id)
	return d
}

// decide fills in the rest of a decision. It is not part of Decide so that Decide
// is short enough to become part of its callers, who then need no copy.
// The ids are those of the subject and the resource: taken from what was passed
// and not from the copy in d, they are there some nanoseconds earlier.
func (p *Policy) decide(d *Decision, subject, resource string) {
	p = p.ready()
	if !p.decidePlain(d, subject, resource) {
		q := question{p: p, Decision: d}
		q.decide()
	}
}

// Active takes the subject step alone: whether the subject is a user who may
// act at all now, within the team of the session if it is one. The denial has
// the reason that Decide would give to any question. A share link answers one
// question and is no user: the holder of a live one is denied with
// [ReasonLinkScope].
//
// The decision has no action, no resource and, if it allows, no reason.
func (p *Policy) Active(s Subject) Decision {
	q := question{p: p.ready(), Decision: &Decision{Subject: s}}
	if q.Allowed = q.subjectStep(); !q.Allowed {
		q.Step = StepSubject
	}
	return *q.Decision
}

// Applies takes the kind step alone: whether the action may be asked of such a
// resource, by anyone. Only the form of the resource counts; it need not exist.
// Whether a role holds the action is for [role.Catalog.Can] to say.
//
// The decision has no subject and, if it allows, no reason. Without a policy,
// whose catalog would say so, it denies as Decide does.
func (p *Policy) Applies(a Action, r Resource) Decision {
	q := question{p: p.ready(), Decision: &Decision{Action: a, Resource: r}}
	if q.p == empty {
		q.Reason, q.Step = ReasonUnavailable, StepSubject
		return *q.Decision
	}
	if q.Allowed = q.kindStep(); !q.Allowed {
		q.Step = StepKind
	}
	return *q.Decision
}

// decidePlain decides the most common question, a plain user's about an account,
// with what stands beside the two ids. It takes the same steps and comes to the
// same decision as those below. What needs more it leaves to them, and any denial
// before the reach step.
func (p *Policy) decidePlain(d *Decision, subject, resource string) bool {
	if d.Subject.kind != userSubject || d.Resource.kind != KindAccount || d.Resource.account != "" {
		return false
	}
	user, account := p.state.Users.Get(subject), p.state.Accounts.Get(resource)
	action := p.catalog.viewAccount
	if d.Action != ViewAccount {
		action = p.catalog.action(d.Action)
	}
	if user == nil || !user.Plain() || account == nil || action == nil || !action.atAccount {
		return false
	}
	role := &p.catalog.roles[user.Role]
	if !role.holds.has(action.number) {
		return false
	}
	d.Role = role.Name
	if role.seesAll {
		d.Allowed, d.Reason = true, ReasonRole
		return true
	}
	for _, t := range user.Teams() {
		if by, sees := p.state.See(t, account); sees {
			d.Allowed, d.Reason, d.Team, d.Group = true, ReasonTeam, by.Team, by.Group
			return true
		}
	}
	d.Reason, d.Step = ReasonOutOfReach, StepReach
	return true
}

// question is one question on its way through the steps. Each step leaves what
// it found for the next ones, and either passes or denies.
type question struct {
	*Decision
	p     *Policy
	now   time.Time
	timed bool // now was read

	link      *store.Link // that the subject holds; asker is its maker then
	askerID   string
	asker     *store.User
	askerRole *roleEntry
	scoped    bool         // the subject acts within a team:
	scope     uint32       // this one
	entry     *actionEntry // of the action
	family    family       // of the resource
	reportNo  uint32
	report    *store.Report
}

func (q *question) decide() {
	switch {
	case !q.subjectStep():
		q.Step = StepSubject
	case !q.kindStep():
		q.Step = StepKind
	case !q.capabilityStep():
		q.Step = StepCapability
	case !q.reachStep():
		q.Step = StepReach
	case !q.guardStep():
		q.Step = StepGuard
	default:
		q.Allowed = true
		if q.link != nil {
			q.Reason = ReasonLink
		}
	}
}

// deny records why a step fails. What denies the maker of a link pauses the
// link.
func (q *question) deny(r Reason) bool {
	q.Reason = r
	if q.link != nil {
		q.Reason = ReasonLinkPaused
	}
	return false
}

// hasEnded reports whether something with an end has ended. The clock is read
// for the first such end, and the whole question is decided at that instant.
func (q *question) hasEnded(until time.Time) bool {
	if until.IsZero() {
		return false
	}
	if !q.timed {
		q.now, q.timed = q.p.clock(), true
	}
	return team.End(until).Ended(q.now)
}

// subjectStep finds the user who asks, or who made the link that asks, and the
// team they act within.
func (q *question) subjectStep() bool {
	if q.p == empty {
		return q.deny(ReasonUnavailable)
	}
	s, ok := q.Subject, true
	if s.kind == linkSubject {
		if s, ok = q.maker(); !ok {
			return false
		}
	}
	if s.IsZero() {
		return q.deny(ReasonNoSubject)
	}
	user := q.p.state.Users.Get(s.id)
	if user == nil {
		return q.deny(ReasonUnknownUser)
	}
	if !user.Lasting() {
		switch more := q.p.state.More(user.No); {
		case more.Suspended:
			return q.deny(ReasonSuspended)
		case q.hasEnded(more.Until):
			return q.deny(ReasonEnded)
		}
	}
	q.askerID, q.asker, q.askerRole = s.id, user, &q.p.catalog.roles[user.Role]
	if s.kind != sessionSubject {
		return true
	}
	no, _, ok := q.p.state.Teams.Find(s.team)
	if !ok {
		return q.deny(ReasonUnknownSessionTeam)
	}
	if m, ok := q.p.state.Membership(user, no); !ok || q.hasEnded(m.Until) {
		return q.deny(ReasonNotAMember)
	}
	q.scoped, q.scope = true, no
	return true
}

// maker finds the link that the subject holds and returns its maker, in the
// scope they made it in.
func (q *question) maker() (Subject, bool) {
	_, l, ok := q.p.state.Links.Find(q.Subject.id)
	switch {
	case !ok:
		return Subject{}, q.deny(ReasonUnknownLink)
	case l.Ended:
		return Subject{}, q.deny(ReasonLinkEnded)
	case q.hasEnded(l.Until):
		return Subject{}, q.deny(ReasonLinkExpired)
	case q.Action != Action(l.Action) || q.Resource != linkResource(l):
		return Subject{}, q.deny(ReasonLinkScope)
	}
	q.link = l
	return makerOf(l), true
}

// kindStep finds the action, the kind of the resource, and whether the one may
// be asked of the other. What the catalog does not know or list is a slip of the
// host's, and denied to everybody.
func (q *question) kindStep() bool {
	if q.entry = q.p.catalog.action(q.Action); q.entry == nil {
		return q.deny(ReasonUnknownAction)
	}
	if q.Resource.kind == "" {
		return q.deny(ReasonNoResource)
	}
	kind, known := q.p.catalog.kinds[q.Resource.kind]
	if !known {
		return q.deny(ReasonUnknownKind)
	}
	q.family = kind.family
	if !q.Resource.wellFormed(q.family) {
		return q.deny(ReasonMalformedResource)
	}
	return kind.asked.has(q.entry.number) || q.deny(ReasonWrongKind)
}

// capabilityStep asks the role for the action, and at a report the level: for a
// report action in place of the role, for one of the host's own as well. A
// report that does not exist passes, for the next step to deny.
func (q *question) capabilityStep() bool {
	if !q.entry.levelOnly {
		q.Role = q.askerRole.Name
		if !q.askerRole.holds.has(q.entry.number) {
			return q.deny(ReasonNoCapability)
		}
		q.Reason = ReasonRole
	}
	if q.family != atReport {
		return true
	}
	found := false
	if q.reportNo, q.report, found = q.p.state.Reports.Find(q.Resource.id); !found {
		return true
	}
	q.Level, q.Team = q.reportLevel(q.reportNo)
	if q.Level == 0 {
		return q.deny(ReasonNoLevel)
	}
	if !q.levelHolds(q.Level) {
		return q.deny(ReasonLevelTooLow)
	}
	q.Reason = ReasonGrant
	return true
}

// levelHolds reports whether a level is enough for the action: whether it holds
// it, or for an action of the host's own, whether it holds report.view.
func (q *question) levelHolds(l Level) bool {
	needed := q.entry
	if !needed.levelOnly {
		needed = q.p.catalog.action(ViewReport)
	}
	return q.p.catalog.levels[l].has(needed.number)
}

// reportLevel returns the highest level the user has at a report, and the team
// they have it through. Of equal ones the direct grant comes first, then the
// team that is first by id.
func (q *question) reportLevel(report uint32) (best Level, through team.ID) {
	if g, ok := q.p.state.More(q.asker.No).Grants.Find(report); ok && !q.hasEnded(g.Until) {
		best = Level(g.Level)
	}
	q.eachTeam(func(no uint32) bool {
		t := q.p.state.Teams.At(no)
		if g, ok := t.Grants.Find(report); ok && Level(g.Level) > best && !q.hasEnded(g.Until) {
			best, through = Level(g.Level), t.ID
		}
		return true
	})
	return best, through
}

// eachTeam visits the teams whose data and grants the question may use, in byte
// order of their ids: the one of the session, or all that the user is a current
// member of.
func (q *question) eachTeam(visit func(uint32) bool) {
	if q.scoped {
		visit(q.scope)
		return
	}
	for m := range q.p.state.Memberships(q.asker) {
		if !q.hasEnded(m.Until) && !visit(m.Team) {
			return
		}
	}
}

// reachStep finds the resource, and whether the user can reach it.
func (q *question) reachStep() bool {
	id, s := q.Resource.id, q.p.state
	switch q.family {
	case atAccount:
		return q.reachAccount(id)
	case atItem:
		if q.Resource.account == "" {
			return q.deny(ReasonAccountRequired)
		}
		return q.reachAccount(q.Resource.account)
	case atUser:
		return s.Users.Get(id) != nil || q.deny(ReasonUnknownResource)
	case atRole:
		if _, ok := q.p.catalog.numbers[role.Name(id)]; !ok {
			return q.deny(ReasonUnknownResource)
		}
		return q.askerRole.manages[role.Name(id)] || q.deny(ReasonAboveCeiling)
	case atTeam:
		return s.Teams.Has(id) || q.deny(ReasonUnknownResource)
	case atGroup:
		return s.Groups.Has(id) || q.deny(ReasonUnknownResource)
	case atReport:
		return q.report != nil || q.deny(ReasonUnknownResource)
	case atLink:
		return q.reachLink(id)
	case atCompany, atCompanyItem:
		return true
	}
	return q.deny(ReasonUnknownResource) // of a kind without a rule: there is none
}

// reachAccount finds the first route to an account: the role, if it sees all
// data and no session narrows it, or else the first team with its first data
// group that matches, both in byte order of ids.
func (q *question) reachAccount(id string) bool {
	account := q.p.state.Accounts.Get(id)
	if account == nil {
		return q.deny(ReasonUnknownResource)
	}
	if q.seesAll() {
		return true
	}
	q.eachTeam(func(no uint32) bool {
		by, sees := q.p.state.See(no, account)
		if sees {
			q.Reason, q.Team, q.Group = ReasonTeam, by.Team, by.Group
		}
		return !sees
	})
	return q.Reason == ReasonTeam || q.deny(ReasonOutOfReach)
}

// seesAll reports whether the user sees every account.
func (q *question) seesAll() bool { return !q.scoped && q.askerRole.seesAll }

// reachLink finds by what the user may end a link: that they made it, that they
// are a creator of the report it shows, or that they might remove its maker. A
// link that has ended counts as none; one that expired or is paused does not.
func (q *question) reachLink(id string) bool {
	_, l, ok := q.p.state.Links.Find(id)
	if !ok || l.Ended {
		return q.deny(ReasonUnknownResource)
	}
	if string(l.Maker) == q.askerID {
		q.Reason = ReasonMaker
		return true
	}
	if l.Kind == store.ReportKind {
		if no, _, ok := q.p.state.Reports.Find(l.Item); ok {
			if level, _ := q.reportLevel(no); level == Creator {
				q.Reason, q.Level = ReasonGrant, level
				return true
			}
		}
	}
	remove := question{p: q.p, now: q.now, timed: q.timed, Decision: &Decision{Subject: q.Subject, Action: RemoveUser, Resource: TargetUser(l.Maker)}}
	remove.decide()
	if !remove.Allowed {
		return q.deny(ReasonOutOfReach)
	}
	q.Reason, q.Role = ReasonRole, remove.Role
	return true
}

// guardStep applies the rules about roles and people: nobody acts on themselves
// or on a role they do not manage, and a role keeps the holders it must have
// and gets at most those it may have.
func (q *question) guardStep() bool {
	switch q.family {
	case atUser:
		target := q.p.state.Users.Get(q.Resource.id)
		targetRole, self := &q.p.catalog.roles[target.Role], q.Resource.id == q.askerID
		if q.Action == TransferOwner {
			fits := target.Lasting() && !self && q.askerRole.manages[targetRole.Name]
			return fits || q.deny(ReasonIneligibleTarget)
		}
		if self {
			return q.deny(ReasonSelf)
		}
		if !q.askerRole.manages[targetRole.Name] {
			return q.deny(ReasonAboveCeiling)
		}
		holders := q.p.state.Roles[target.Role].Lasting
		if q.Action != EditUser && target.Lasting() && holders <= targetRole.MinHolders {
			return q.deny(ReasonLastHolder)
		}
	case atRole:
		no := q.p.catalog.numbers[role.Name(q.Resource.id)]
		most := q.p.catalog.roles[no].MaxHolders
		if most > 0 && q.p.state.Roles[no].Holders() >= most {
			return q.deny(ReasonRoleFull)
		}
	}
	return true
}
