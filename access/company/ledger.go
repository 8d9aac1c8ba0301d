package company

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company/internal/ordered"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// ledger is what a company remembers of its events, so that it can say since when
// something is as it is, by whom and why, without a look at the log. It never
// changes. What it has no entry for is as it was founded.
type ledger struct {
	founding *cause
	people   ordered.Set[personID]     // everybody who is or was a user
	arrivals persist.Book[*arrival]    // of users who came after the founding, and of all who left; by user
	offers   persist.Book[offer]       // by invitation
	given    persist.Book[*provenance] // by key of what is given; see roleKey, pairKey
	data     persist.Book[*dataChange] // the last of each data group
	losses   persist.Book[*loss]       // the last of each team
	steps    persist.Book[*step]       // the last of each user, invitation and team, by their keys as targets
	stays    persist.Book[*stay]       // the last that is over, by user
	changes  uint64                    // how many there were since the founding
	catalogs *replacement              // the last
}

// cause is an event, as far as what it caused names it.
type cause struct {
	seq              uint64
	at               time.Time
	by               string // the actor; of an acceptance the sponsor
	reason, approval string // of an acceptance those of the sponsor
	sponsored        uint64 // of an acceptance the event that made the sponsor; 0 otherwise
}

// causeOf returns the event of a change.
func causeOf(o origin) *cause {
	return &cause{seq: o.seq, at: o.at, by: o.actor.String(), reason: o.reason, approval: o.approval}
}

// provenance is how something came to be as it is.
type provenance struct {
	by    *cause    // the event that gave it as it is
	first *cause    // of a report grant: the first since which it is shared; nil if that is by
	moved *cause    // the last other event that moved its end; nil if none did
	was   time.Time // the end before that event; zero is none
	no    uint64    // the number of the change that gave it, or moved its end
}

// arrival is how a user came, and how they left.
type arrival struct {
	by         *cause
	invitation invite.ID // "" without one
	review     time.Time // when somebody is to look at the access again; zero is never
	left       *departure
}

// departure is what was removed, and how.
type departure struct {
	by    *cause
	user  team.User
	teams []string
}

// offer is how an invitation came to be as it is.
type offer struct {
	sent    *cause // the last time
	sponsor *cause // by whom its sponsor answers for it
}

// dataChange is something that changed what a data group matches: its filter, or
// accounts.
type dataChange struct {
	by       *cause
	from, to string // the filter before and after; of accounts to alone
	filter   *cause // of accounts: the event that made the filter what it was
	in, out  moved  // accounts
	before   *dataChange
}

// moved is accounts that came into a data group, or left it.
type moved struct {
	first []string // at most maxFirst, in byte order
	count int
}

// loss is a data group that a team had.
type loss struct {
	by     *cause
	group  datagroup.ID
	before *loss
}

// replacement is one of the role catalog.
type replacement struct {
	by     *cause
	before *replacement
}

// stepKind is what a change does to what somebody has.
type stepKind uint8

const (
	raises stepKind = iota + 1
	lowers
	alters // neither, but it is not the same any more
)

// step is a change of what a row of the register stands for, or of what a team
// gives to its members.
type step struct {
	by     *cause
	no     uint64 // of the change
	kind   stepKind
	makers []string // who made it, or sponsored it
	before *step
}

// stay is a time in which a user was in a team until one and the same end: after
// one change, and up to another.
type stay struct {
	team     team.ID
	from, to uint64
	until    time.Time // zero is none
	before   *stay
}

// personID is the id of a user in order.
type personID team.UserID

// Compare implements [ordered.Member].
func (p personID) Compare(o personID) int { return cmp.Compare(p, o) }

// roleKey is the key of the role of a user, among what is given.
func roleKey(id team.UserID) string { return user(id).String() }

// filterKey is the key of the filter of a data group, among what is given.
func filterKey(id datagroup.ID) string { return access.Group(id).String() }

func memberKey(t team.ID, u team.UserID) string { return pairKey(access.Team(t), user(u)) }

func attachKey(t team.ID, g datagroup.ID) string { return pairKey(access.Team(t), access.Group(g)) }

func linkKey(id access.LinkID) string { return access.Link(id).String() }

func grantKey(r access.ReportID, u team.UserID, t team.ID) string {
	if t != "" {
		return pairKey(access.Report(r), access.Team(t))
	}
	return pairKey(access.Report(r), user(u))
}

// founded returns the ledger of a company as it begins.
func (l ledger) founded(s *state, o origin) ledger {
	l.founding = causeOf(o)
	var ids []personID
	for u := range s.directory().Users() {
		ids = append(ids, personID(u.ID))
	}
	slices.Sort(ids)
	l.people = ordered.Of(ids)
	return l
}

// givenBy returns how something came to be as it is.
func (l *ledger) givenBy(key string) provenance {
	if _, g, ok := l.given.Find(key); ok {
		return *g
	}
	return provenance{by: l.founding}
}

// arrival returns how a user came.
func (l *ledger) arrival(id team.UserID) arrival {
	if _, a, ok := l.arrivals.Find(string(id)); ok {
		return *a
	}
	return arrival{by: l.founding}
}

// offer returns how an invitation came to be as it is.
func (l *ledger) offer(id invite.ID) offer {
	_, o, _ := l.offers.Find(string(id))
	return o
}

// after yields the changes of a data group that came after an event, newest first.
func (c *dataChange) after(seq uint64) iter.Seq[*dataChange] {
	return func(yield func(*dataChange) bool) {
		for ; c != nil && c.by.seq > seq; c = c.before {
			if !yield(c) {
				return
			}
		}
	}
}

// after yields the losses of a team that came after an event, newest first, each
// data group once for an event.
func (l *loss) after(seq uint64) iter.Seq[*loss] {
	return func(yield func(*loss) bool) {
		for ; l != nil && l.by.seq > seq; l = l.before {
			if !l.again() && !yield(l) {
				return
			}
		}
	}
}

// again reports whether the team lost the data group before in the same event.
func (l *loss) again() bool {
	for b := l.before; b != nil && b.by.seq == l.by.seq; b = b.before {
		if b.group == l.group {
			return true
		}
	}
	return false
}

// entry writes what one change means into a ledger.
type entry struct {
	*ledger
	token         *persist.Token
	by            *cause
	before, after *state
}

// noter is a change that a ledger remembers something of.
type noter interface {
	note(e *entry)
}

// with returns the ledger after a change, which it changes by a token. One without a founding stays empty.
func (l ledger) with(token *persist.Token, c Change, before, after *state, o origin) ledger {
	l.changes++
	if n, ok := c.(noter); ok && l.founding != nil {
		n.note(&entry{&l, token, causeOf(o), before, after})
	}
	return l
}

// put notes how something came to be as it is.
func (e *entry) put(key string, g provenance) { e.given.Add(e.token, key, &g) }

// give notes that something was given as it is now.
func (e *entry) give(key string, by *cause) {
	e.put(key, provenance{by: by, no: e.changes})
}

// move notes that the end of something was moved.
func (e *entry) move(key string, from time.Time) {
	g := e.givenBy(key)
	if g.moved == nil || g.moved.seq != e.by.seq {
		g.moved, g.was = e.by, from
	}
	g.no = e.changes
	e.put(key, g)
}

// arrive notes that somebody became a user.
func (e *entry) arrive(id team.UserID, a arrival) {
	e.people = e.people.With(personID(id))
	e.arrivals.Add(e.token, string(id), &a)
	e.give(roleKey(id), a.by)
}

// step notes what the change does to a row, or to a team.
func (e *entry) step(key string, kind stepKind, makers ...string) {
	s := step{by: e.by, no: e.changes, kind: kind, makers: append(makers, e.by.by)}
	_, s.before, _ = e.steps.Find(key)
	e.steps.Add(e.token, key, &s)
}

// stayed notes that a user was in a team until an end, up to this change. It is
// called before the membership is given again, or its end is moved.
func (e *entry) stayed(t team.ID, u team.UserID, until time.Time) {
	s := stay{team: t, from: e.givenBy(memberKey(t, u)).no, to: e.changes, until: until}
	_, s.before, _ = e.stays.Find(string(u))
	e.stays.Add(e.token, string(u), &s)
}

// stepTo notes what the change does to a user, or to everybody in a team.
func (e *entry) stepTo(u team.UserID, t team.ID, kind stepKind) {
	if t != "" {
		e.step(access.Team(t).String(), kind)
		return
	}
	e.step(user(u).String(), kind)
}

// take notes that something was taken from a user, or from everybody in a team. It
// does not matter to them if it had ended.
func (e *entry) take(u team.UserID, t team.ID, until time.Time) {
	if !team.End(until).Ended(e.by.at) {
		e.stepTo(u, t, lowers)
	}
}

// closed notes invitations that were revoked because of something else.
func (e *entry) closed(all []invite.Invitation) {
	for _, i := range all {
		e.step(invitation(i.ID).String(), lowers)
	}
}

// lose notes that a team has a data group no more.
func (e *entry) lose(t team.ID, g datagroup.ID) {
	_, before, _ := e.losses.Find(string(t))
	e.losses.Add(e.token, string(t), &loss{e.by, g, before})
	e.step(access.Team(t).String(), lowers)
}

// changeData notes what changed the data of a group.
func (e *entry) changeData(id datagroup.ID, c dataChange) {
	c.by = e.by
	_, c.before, _ = e.data.Find(string(id))
	e.data.Add(e.token, string(id), &c)
}

// moveAccounts notes into which data groups accounts came, and which they left.
func (e *entry) moveAccounts(ids []datagroup.AccountID) {
	moves := make(map[datagroup.ID]*dataChange)
	of := func(g datagroup.ID) *dataChange {
		if moves[g] == nil {
			moves[g] = new(dataChange)
		}
		return moves[g]
	}
	for _, id := range slices.Sorted(slices.Values(ids)) {
		for g, in := range e.after.directory().GroupsSince(e.before.directory(), id) {
			if in {
				of(g).in.add(id)
			} else {
				of(g).out.add(id)
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(moves)) { // so that every replay comes to the same
		c := moves[id]
		g, _ := e.after.directory().Group(id)
		c.to, c.filter = g.Filter.String(), e.givenBy(filterKey(id)).by
		e.changeData(id, *c)
	}
}

func (m *moved) add(id datagroup.AccountID) {
	if m.count++; m.count <= maxFirst {
		m.first = append(m.first, string(id))
	}
}

// covers reports whether a role has all of another one.
func (e *entry) covers(old, now role.Name) bool {
	return e.after.directory().Catalog().Covers(old, now)
}

// byEnd returns what moving an end does.
func byEnd(from, to time.Time) stepKind {
	if later(to, from) {
		return raises
	}
	return lowers
}

// sponsorCause returns an event as the one that made somebody the sponsor of an
// invitation.
func (e *entry) sponsorCause(s invite.Sponsor) *cause {
	c := *e.by
	c.by = s.String()
	return &c
}
