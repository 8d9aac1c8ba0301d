package diff

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// gains finds what one policy allows that another denies. It goes through the
// facts of the one and asks the other about each in the last instant in which it
// holds: what the other denies at an earlier time, it denies then as well.
type gains struct {
	old, next *reacher
	connected []sight // accounts that old does not have
	oldLinks  map[string]document.Link
	near      map[string][]document.Link // links of next by user: those they made, and those to reports shared with them

	none       *capabilities // of who is not there, or suspended
	changes    map[[2]*capabilities]*roleChange
	encounters map[encounter]verdict // known so far
	room       []reached             // for the accounts of one session

	// What next has, to ask about.
	teams, groups, roles, users []access.Resource
	newTeams, newGroups         []access.Resource // that old does not have
	targets                     []targets         // the users again
}

// gained returns what next allows that old denies, as far as the steps go.
func gained(old, next *facts, b *budget) iter.Seq[Right] {
	return func(yield func(Right) bool) {
		g := newGains(old, next)
		for _, h := range next.holders {
			if !next.concerns(h.ID) {
				continue
			}
			if !b.spend(1 + len(h.teams)) {
				return
			}
			if h.Suspended {
				continue
			}
			for _, r := range g.ofUser(h) {
				if !yield(r) {
					return
				}
			}
		}
		for _, l := range next.doc.Links {
			if !b.spend(1) {
				return
			}
			if !next.concerns(l.Maker) {
				continue // it is there for those who may revoke it
			}
			if r, ok := g.ofLink(l); ok && !yield(r) {
				return
			}
		}
	}
}

func newGains(old, next *facts) *gains {
	was, is := old.start.Directory(), next.start.Directory()
	g := &gains{
		old: newReacher(old, is), next: newReacher(next, was), oldLinks: map[string]document.Link{},
		none: new(capabilities), changes: map[[2]*capabilities]*roleChange{}, encounters: map[encounter]verdict{},
	}
	if next.local == nil { // of which otherwise both have the same
		g.connected = sightsOf(slices.DeleteFunc(slices.Clone(next.accounts), func(id datagroup.AccountID) bool { return was.Has(access.Account(id)) }))
	}
	for _, l := range old.doc.Links {
		g.oldLinks[l.ID] = l
	}
	g.near = nearLinks(next.doc)
	g.teams = mapped(next.doc.Teams, func(t document.Team) access.Resource { return access.Team(t.ID) })
	g.groups = mapped(next.doc.Groups, func(t document.Group) access.Resource { return access.Group(t.ID) })
	isKnown := func(r access.Resource) bool { return was.Has(r) }
	g.newTeams = slices.DeleteFunc(slices.Clone(g.teams), isKnown)
	g.newGroups = slices.DeleteFunc(slices.Clone(g.groups), isKnown)
	g.roles = mapped(is.Catalog().Roles(), func(r role.Role) access.Resource { return access.Role(r.Name) })
	g.users = mapped(next.holders, func(h *holder) access.Resource { return access.TargetUser(h.ID) })
	keys, by := grouped(next.holders, g.targetOf)
	g.targets = mapped(keys, func(t target) targets {
		return targets{t, mapped(by[t], func(h *holder) access.Resource { return access.TargetUser(h.ID) })}
	})
	return g
}

// nearLinks returns the links that each user made, and those to reports that are
// shared with the user.
func nearLinks(d *document.Document) map[string][]document.Link {
	near, to := map[string][]document.Link{}, map[string][]document.Link{}
	for _, l := range d.Links {
		near[l.Maker] = append(near[l.Maker], l)
		if l.Resource.Kind == string(access.KindReport) {
			to[l.Resource.ID] = append(to[l.Resource.ID], l)
		}
	}
	for _, r := range d.Reports {
		for _, share := range r.Grants {
			for _, l := range to[r.ID] {
				if share.User != "" && share.User != l.Maker {
					near[share.User] = append(near[share.User], l)
				}
			}
		}
	}
	return near
}

// revocable returns the links that a user may perhaps revoke: all of them only
// for who may remove some maker.
func (g *gains) revocable(e *gainer) []document.Link {
	if slices.Contains(e.can.at[atUser], access.RemoveUser) {
		return g.next.doc.Links
	}
	return g.near[e.ID]
}

// gainer is a user who may gain something.
type gainer struct {
	*holder
	own      bool // something may differ about the user themselves
	user     access.Subject
	phases   []phase
	end      time.Time      // of the user's access
	last     *access.Policy // next, in the last phase of the user's access
	old      *access.Policy // old, in the last instant of the user's access
	then     *holder        // the user in old; nil if old always denies them
	was      []phase        // the phases of the user in old
	wasEnd   time.Time      // of the user's access in old, zero if there is no such end
	can, did *capabilities  // of the roles in next and old; did is empty if then is nil
	change   *roleChange    // from did to can

	sessions []session
	reached  []reached     // gained at company level, in byte order
	shares   []gainedShare // gained at company level
	rights   bundles
}

// ofUser returns what a user gains, in order. Of a user who is the same in both
// policies it looks only at those teams that are not.
func (g *gains) ofUser(h *holder) []Right {
	e := g.newGainer(h)
	g.roleActions(e)
	g.accounts(e)
	if e.own || slices.ContainsFunc(e.teams, g.next.local.isChanged) {
		g.reports(e)
	}
	for i, s := range e.sessions {
		if e.own || g.next.local.concerns(s.team) {
			g.session(e, &e.sessions[i])
		}
	}
	for _, l := range g.revocable(e) {
		g.revocation(e, l)
	}
	return e.rights.sorted()
}

func (g *gains) newGainer(h *holder) *gainer {
	e := &gainer{
		holder: h, user: access.User(h.ID), phases: g.next.phases(h),
		can: g.next.capabilities[role.Name(h.Role)], did: g.none, own: g.next.isOwn(h),
	}
	e.last, e.end = lasting(e.phases, func(p *access.Policy) bool { return active(p, e.user) })
	e.old = g.old.before(e.end)
	if then := g.old.byID[h.ID]; then != nil && !then.Suspended {
		e.then, e.did, e.was = then, g.old.capabilities[role.Name(then.Role)], g.old.phases(then)
		_, e.wasEnd = lasting(e.was, func(p *access.Policy) bool { return active(p, e.user) })
	}
	e.change, e.sessions = g.changeOf(e.can, e.did), g.next.sessions(h, e.phases)
	for i, s := range e.sessions {
		e.sessions[i].kept = !e.own || active(g.old.before(s.until), s.subject)
	}
	return e
}

// from returns when old stops allowing something, which holds there up to some
// end. It returns the zero time if old never allows it.
func (e *gainer) from(holds func(*access.Policy) bool) time.Time {
	_, end := lasting(e.was, holds)
	return end
}

// roleActions adds what a user's role newly lets them do, but for accounts,
// reports and links.
func (g *gains) roleActions(e *gainer) {
	teams, groups := g.newTeams, g.newGroups // what is in both, is the same to who is
	if e.own {
		teams, groups = g.teams, g.groups
		for _, p := range e.can.inCompany {
			g.actionsAt(e, p, p.resource())
		}
	}
	g.actionsAt(e, atTeam, teams...)
	g.actionsAt(e, atGroup, groups...)
	g.actionsAt(e, atRole, g.roles...)
	g.actionsAtUsers(e)
}

// actionsAt adds the resources at which a user may newly take which actions.
func (g *gains) actionsAt(e *gainer, at place, resources ...access.Resource) {
	if len(e.can.at[at]) == 0 {
		return
	}
	for _, r := range resources {
		if v := g.compare(e, at, r); v.isAny() {
			e.addActions(v, r)
		}
	}
}

// verdict is the actions that a user may take at a resource only under next, and
// those that old allows as well, but not for so long.
type verdict struct {
	newly, longer []access.Action
}

func (v verdict) isAny() bool { return len(v.newly)+len(v.longer) > 0 }

func (g *gains) compare(e *gainer, at place, r access.Resource) (v verdict) {
	for _, a := range e.can.at[at] {
		switch {
		case !g.next.start.Decide(e.user, a, r).Allowed || e.old.Decide(e.user, a, r).Allowed:
		case g.old.start.Decide(e.user, a, r).Allowed:
			v.longer = append(v.longer, a)
		default:
			v.newly = append(v.newly, a)
		}
	}
	return v
}

func (e *gainer) addActions(v verdict, resources ...access.Resource) {
	right := Right{Kind: RoleActions, Subject: e.user, Until: e.end, Route: Route{Role: role.Name(e.Role)}}
	if right.Actions = v.newly; len(v.newly) > 0 {
		e.rights.add(right, resources...)
	}
	if right.Actions, right.From = v.longer, e.wasEnd; len(v.longer) > 0 {
		e.rights.add(right, slices.Clone(resources)...)
	}
}

// encounter is what counts of two users when one of them may do something to the
// other: the roles of the actor, and the standings of the target.
type encounter struct {
	role, oldRole string
	oldActive     bool // at the end of the actor's access in next
	target
}

// target is what counts of a user when another one may do something to them.
type target struct {
	standing, old standing
	oldKnown      bool
}

// targets is the users of whom the same counts, in byte order.
type targets struct {
	target
	users []access.Resource
}

func (g *gains) targetOf(h *holder) target {
	t := target{standing: h.standing()}
	if was := g.old.byID[h.ID]; was != nil {
		t.old, t.oldKnown = was.standing(), true
	}
	return t
}

// actionsAtUsers is actionsAt for all users. It asks about each encounter once, and
// about the user themselves, whose answer is not used for others.
func (g *gains) actionsAtUsers(e *gainer) {
	if len(e.can.at[atUser]) == 0 {
		return
	}
	of := encounter{role: e.Role, oldActive: active(e.old, e.user)}
	if e.then != nil {
		of.oldRole = e.then.Role
	}
	self := access.TargetUser(e.ID)
	isOther := func(r access.Resource) bool { return r != self }
	for _, t := range g.targets {
		of.target = t.target
		v, known := g.encounters[of]
		if !known {
			i := slices.IndexFunc(t.users, isOther)
			if i < 0 {
				continue
			}
			v = g.compare(e, atUser, t.users[i])
			g.encounters[of] = v
		}
		if !v.isAny() {
			continue
		}
		if others := slices.DeleteFunc(slices.Clone(t.users), func(r access.Resource) bool { return r == self }); len(others) > 0 {
			e.addActions(v, others...)
		}
	}
	if v := g.compare(e, atUser, self); v.isAny() {
		e.addActions(v, self)
	}
	e.rights.sortUsers()
}

// reports adds the levels that a user gains at company level, and what their role
// newly lets them do at reports they have a level at.
func (g *gains) reports(e *gainer) {
	shares := g.next.shares(e.user, e.phases)
	e.shares = g.newShares(e, e.user, shares)
	for _, x := range e.shares {
		e.rights.add(x.right(e.user), access.Report(x.report))
	}
	newly := except(e.can.at[atReport], e.did.at[atReport])
	if len(newly) == 0 {
		return
	}
	for i, x := range shares {
		if i+1 < len(shares) && shares[i+1].report == x.report {
			continue // the next one lasts longer
		}
		e.rights.add(Right{Kind: RoleActions, Subject: e.user, Actions: newly, Until: x.until, Route: Route{Role: role.Name(e.Role)}}, access.Report(x.report))
	}
}

// gainedShare is a share that old does not have, or not for so long.
type gainedShare struct {
	share
	from time.Time // as in Right
}

func (x gainedShare) right(s access.Subject) Right {
	return Right{Kind: ReportLevel, Subject: s, Level: x.level, From: x.from, Until: x.until, Route: Route{Team: x.team}}
}

// newShares returns those of a subject's shares that it gains.
func (g *gains) newShares(e *gainer, s access.Subject, shares []share) []gainedShare {
	var all []gainedShare
	for _, x := range shares {
		had := func(p *access.Policy) bool { return levelOf(p, s, x.report).Level >= x.level }
		if !had(g.old.before(x.until)) {
			all = append(all, gainedShare{x, e.from(had)})
		}
	}
	return all
}

// session adds what a user gains within a team: to act in it at all, and what
// they do not gain at company level anyway.
func (g *gains) session(e *gainer, in *session) {
	s := in.subject
	seen := g.next.inTeam(in.team, e.holder)
	all := appendReached(g.room[:0], in, seen, true)
	g.room = all
	shares := g.newShares(e, s, g.next.shares(s, e.phases))
	entered, from := false, time.Time{}
	if !in.kept {
		from = e.from(func(p *access.Policy) bool { return active(p, s) })
		lasts := func(x gainedShare) bool { return from.IsZero() || later(x.until, from) }
		entered = len(seen) > 0 || slices.ContainsFunc(shares, lasts) || g.able(e)
	}
	if entered {
		in.entered = true
		e.rights.add(Right{Kind: TeamSession, Subject: s, From: from, Until: in.until})
	}
	// What is gained together with the session is not listed.
	listed := func(begin time.Time) bool { return !entered || begin.Before(from) }
	if !entered || !from.IsZero() {
		rest := e.reached
		g.addReached(e, s, slices.DeleteFunc(g.newlyReached(e, s, all), func(x reached) bool {
			for len(rest) > 0 && rest[0].sight != x.sight && rest[0].compare(x) < 0 {
				rest = rest[1:]
			}
			gained := len(rest) > 0 && rest[0].account == x.account
			return !listed(x.from) || gained && !rest[0].from.After(x.from)
		}))
	}
	for _, x := range shares {
		if listed(x.from) && !slices.ContainsFunc(e.shares, func(y gainedShare) bool {
			return x.report == y.report && x.level == y.level && !y.from.After(x.from)
		}) {
			e.rights.add(x.right(s), access.Report(x.report))
		}
	}
}

// able reports whether a user's role lets them do anything in a session, except
// at accounts and reports.
func (g *gains) able(e *gainer) bool {
	may := func(at place, resources []access.Resource) bool {
		return slices.ContainsFunc(e.can.at[at], func(a access.Action) bool {
			return slices.ContainsFunc(resources, func(r access.Resource) bool { return g.next.start.Decide(e.user, a, r).Allowed })
		})
	}
	return slices.ContainsFunc(e.can.inCompany, func(p place) bool { return len(e.can.at[p]) > 0 }) || len(e.can.at[atTeam]) > 0 ||
		len(e.can.at[atGroup]) > 0 && len(g.groups) > 0 || may(atRole, g.roles) || may(atUser, g.users)
}

// ofLink returns what the holder of a share link gains.
func (g *gains) ofLink(l document.Link) (Right, bool) {
	s, a, of := shown(l)
	allowed := func(p *access.Policy) bool { return p.Decide(s, a, of).Allowed }
	last, end := lasting(g.next.linkPhases(l), allowed)
	if last == nil || allowed(g.old.before(end)) {
		return Right{}, false
	}
	r := Right{Kind: LinkUse, Subject: s, Actions: []access.Action{a}, Resources: []access.Resource{of}, Until: end, Route: Route{Maker: maker(l)}}
	if was, ok := g.oldLinks[l.ID]; ok {
		_, r.From = lasting(g.old.linkPhases(was), allowed)
	}
	return r, true
}

// revocation adds whether a user may newly revoke a link, at company level or
// within a team. A user who may not at company level may not within a team.
func (g *gains) revocation(e *gainer, l document.Link) {
	if !revokes(g.next.start, e.user, l) {
		return
	}
	whole, gained := g.revokesNewly(e, e.user, l)
	if gained {
		e.rights.add(whole, access.Link(l.ID))
	}
	for _, s := range e.sessions {
		if s.entered {
			continue
		}
		r, inTeam := g.revokesNewly(e, s.subject, l)
		if inTeam && (!gained || r.From.Before(whole.From)) {
			e.rights.add(r, access.Link(l.ID))
		}
	}
}

// revokesNewly returns the right of a subject to revoke a link, and whether it is
// gained.
func (g *gains) revokesNewly(e *gainer, s access.Subject, l document.Link) (Right, bool) {
	may := func(p *access.Policy) bool { return revokes(p, s, l) }
	last, end := lasting(e.phases, may)
	if last == nil || may(g.old.before(end)) {
		return Right{}, false
	}
	d := last.Decide(s, access.RevokeLink, access.Link(l.ID))
	r := Right{Kind: LinkRevocation, Subject: s, Actions: []access.Action{access.RevokeLink}, From: e.from(may), Until: end, Route: Route{Role: d.Role, Level: d.Level}}
	if d.Reason == access.ReasonMaker {
		r.Route = Route{Maker: maker(l)}
	}
	return r, true
}

// bundles is rights, those together that differ in their resources only. The zero
// value is empty.
type bundles struct {
	rights []Right
	index  map[bundle]int
}

// bundle is what rights have in common that are listed as one.
type bundle struct {
	kind        Kind
	subject     access.Subject
	resources   access.Kind
	actions     string
	level       access.Level
	route       Route
	from, until time.Time
}

// add adds a right at some resources. The slice may become the right's.
func (b *bundles) add(r Right, resources ...access.Resource) {
	key := bundle{r.Kind, r.Subject, "", join(r.Actions), r.Level, r.Route, r.From, r.Until}
	if len(resources) > 0 {
		key.resources = resources[0].Kind()
	}
	i, found := b.index[key]
	if !found {
		if b.index == nil {
			b.index = map[bundle]int{}
		}
		i, r.Actions = len(b.rights), slices.Clone(r.Actions)
		b.index[key], b.rights = i, append(b.rights, r)
	}
	if b.rights[i].Resources == nil {
		b.rights[i].Resources = slices.Clip(resources)
		return
	}
	b.rights[i].Resources = append(b.rights[i].Resources, resources...)
}

// sortUsers sorts users that were added by what counts of them.
func (b *bundles) sortUsers() {
	for _, r := range b.rights {
		if placeOf(r) == access.KindUser {
			slices.SortFunc(r.Resources, func(a, b access.Resource) int { return cmp.Compare(a.ID(), b.ID()) })
		}
	}
}

// sorted returns the rights in order.
func (b *bundles) sorted() []Right {
	slices.SortFunc(b.rights, Right.compare)
	return b.rights
}
