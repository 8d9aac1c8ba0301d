package model

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// effect is what a step does to a row: it raises it, lowers it, or alters it.
type effect struct {
	row    string // the key
	kind   string
	whole  bool     // it takes all of it away
	makers []string // who made or sponsored a raise
}

const (
	raises = "raises"
	lowers = "lowers"
	alters = "alters"
)

func userKey(id team.UserID) string     { return "user:" + string(id) }
func invitationKey(id invite.ID) string { return "invitation:" + string(id) }

func of(kind string, keys ...string) (all []effect) {
	for _, key := range keys {
		all = append(all, effect{row: key, kind: kind})
	}
	return all
}

// effects are what a step does to rows. Its actor made all of that.
func (p past) effects(seq uint64, s Step) []effect {
	all := slices.Concat(s.onPeople(), s.onTeams(), s.onReports(), p.onInvitations(seq, s))
	for n := range all {
		all[n].makers = append(all[n].makers, p.events[seq-1].Actor)
	}
	return all
}

func (s Step) onPeople() []effect {
	switch c := s.Change.(type) {
	case company.AddUser:
		return of(raises, userKey(c.User))
	case company.SetRole:
		return of(s.newRole(string(c.From), string(c.Role)), userKey(c.User))
	case company.TransferOwnership:
		all := of(s.newRole(string(c.Role), string(c.Becomes)), userKey(c.From))
		if s.Before.Users[string(c.To)].Role != string(c.Role) {
			all = append(all, of(raises, userKey(c.To))...)
		}
		return all
	case company.ReinstateUser:
		return of(raises, userKey(c.User))
	case company.SuspendUser:
		return of(lowers, userKey(c.User))
	case company.SetEnd:
		return of(newEnd(s.After.Users[string(c.User)].Until, c.From), userKey(c.User))
	case company.ChangeAddress:
		return of(alters, userKey(c.User))
	case company.RemoveUser:
		all := []effect{{row: userKey(c.User), kind: lowers, whole: true}}
		if c.HandedOver.Count > 0 {
			all = append(all, of(raises, userKey(c.Successor))...)
		}
		return all
	}
	return nil
}

// newEnd is what another end does to whoever gets it.
func newEnd(now, old time.Time) string {
	return map[bool]string{true: raises, false: lowers}[Outlasts(now, old)]
}

// newRole is what another role does to whoever gets it.
func (s Step) newRole(old, now string) string {
	p := proposal{Company: s.Before}
	return map[bool]string{true: lowers, false: raises}[p.covers(old, now)]
}

func (s Step) onTeams() (all []effect) {
	switch c := s.Change.(type) {
	case company.AddMember:
		return of(raises, userKey(c.User))
	case company.SetMemberEnd:
		return of(newEnd(s.After.Teams[string(c.Team)].Members[string(c.User)], c.From), userKey(c.User))
	case company.RemoveMember:
		return s.took(c.Until, userKey(c.User))
	case company.AttachGroup:
		return of(raises, s.Before.in(c.Team)...)
	case company.DetachGroup:
		return of(lowers, s.Before.in(c.Team)...)
	case company.DeleteTeam:
		return of(lowers, s.Before.in(c.Team)...)
	case company.DeleteGroup:
		for _, t := range Keys(s.Before.Teams) {
			if slices.Contains(s.Before.Teams[t].Groups, string(c.Group)) {
				all = append(all, of(lowers, s.Before.in(team.ID(t))...)...)
			}
		}
	}
	return all
}

// took is what it does to rows that something is taken from them: nothing if that
// had ended.
func (s Step) took(until time.Time, keys ...string) []effect {
	if Ended(until, s.Before.Now) {
		return nil
	}
	return of(lowers, keys...)
}

// in are the keys of the current members of a team.
func (c *Company) in(t team.ID) (all []string) {
	for _, u := range Keys(c.Teams[string(t)].Members) {
		if c.Member(u, string(t)) {
			all = append(all, userKey(team.UserID(u)))
		}
	}
	return all
}

func (s Step) onReports() (all []effect) {
	switch c := s.Change.(type) {
	case company.ShareReport:
		if c.Team != "" {
			return of(raises, s.Before.in(c.Team)...)
		}
		return of(raises, userKey(c.User))
	case company.UnshareReport:
		if c.Team != "" {
			return s.took(c.Until, s.Before.in(c.Team)...)
		}
		return s.took(c.Until, userKey(c.User))
	case company.NameCreator:
		return of(raises, userKey(c.User))
	case company.DeleteReport:
		r := s.Before.Reports[string(c.Report)]
		for _, u := range Keys(r.Users) {
			all = append(all, s.took(r.Users[u].Until, userKey(team.UserID(u)))...)
		}
		for _, t := range Keys(r.Teams) {
			all = append(all, s.took(r.Teams[t].Until, s.Before.in(team.ID(t))...)...)
		}
	}
	return all
}

// onInvitations is about invitations and those who come by one: whoever sent it,
// in any way, or took it over made them come.
func (p past) onInvitations(seq uint64, s Step) (all []effect) {
	for _, i := range s.After.Invitations {
		before, _ := s.Before.one(i.ID)
		key := invitationKey(invite.ID(i.ID))
		_, again := s.Change.(company.RedeliverInvitation)
		switch {
		case i.State == invite.Accepted && before.State != i.State:
			all = append(all, effect{row: key, kind: alters})
			all = append(all, effect{row: "user:" + i.User, kind: raises, makers: p.senders(i.ID, seq)})
		case i.State != before.State && i.State != invite.Pending:
			all = append(all, effect{row: key, kind: lowers, whole: true})
		case i.Sponsor != before.Sponsor || i.Message != before.Message && !again:
			all = append(all, effect{row: key, kind: raises, makers: []string{i.Sponsor.String()}})
		}
	}
	return all
}

// senders are all who were the sponsor of an invitation up to some event, and who
// made them that.
func (p past) senders(id string, until uint64) (all []string) {
	for seq, s := range p.steps() {
		if seq > until {
			break
		}
		before, _ := s.Before.one(id)
		after, ok := s.After.one(id)
		_, again := s.Change.(company.RedeliverInvitation)
		if ok && (before.Sponsor != after.Sponsor || before.Message != after.Message && !again) {
			all = append(all, after.Sponsor.String(), p.events[seq-1].Actor)
		}
	}
	return all
}

// Review is a review with its items, and what it leaves to be done.
type Review struct {
	audit.Review
	Items    []Item
	Findings []audit.Finding
}

// Item is an item of a review. It is reopened by a change after the decision.
type Item struct {
	audit.ReviewItem
	Reopened bool
	reopened uint64 // by which event
	gone     uint64 // the event that took all of it away
	user     string // who accepted the invitation that it is about
}

// Open reports whether the item is to be decided.
func (i Item) Open() bool { return i.Decision == "" || i.Reopened }

// Shown is the item as it is shown: one that is open has no decision.
func (i Item) Shown() audit.ReviewItem {
	if i.Open() {
		return audit.ReviewItem{Row: i.Row, Changed: i.Changed}
	}
	return i.ReviewItem
}

// Reviews returns the reviews that there were after an event, at an instant that
// is not before it, in the order in which they were opened.
func (c *Company) Reviews(seq uint64, at time.Time) []Review { return c.after(seq, at).reviews() }

func (p past) reviews() (all []Review) {
	for seq, s := range p.steps() {
		if c, ok := s.Change.(company.OpenReview); ok {
			all = append(all, p.opened(seq, c))
		}
		for i := range all {
			p.follow(&all[i], seq, s)
		}
	}
	for i := range all {
		p.look(&all[i])
	}
	return all
}

// opened is a review just after it was opened by an event. What that event changed
// besides counts as after the opening.
func (p past) opened(seq uint64, c company.OpenReview) Review {
	e := p.events[seq-1]
	r := Review{Review: audit.Review{ID: c.Review, Opened: e.Time.UTC(), OpenedBy: e.Actor, Reason: e.Reason, Event: seq, Due: c.Due.UTC(),
		Count: c.Count, Digest: c.Digest}}
	for _, row := range e.Frozen[c.Review] {
		r.Items = append(r.Items, Item{ReviewItem: audit.ReviewItem{Row: row}})
	}
	for _, s := range e.Steps {
		if s.Change == company.Change(c) {
			break
		}
		p.follow(&r, seq, s)
	}
	return r
}

// follow is what a step comes to for a review that was opened before. Once it is
// closed, only what was decided is still carried out.
func (p past) follow(r *Review, seq uint64, s Step) {
	switch c := s.Change.(type) {
	case company.DecideItem:
		for n := range r.Items {
			if c.Review == r.ID && c.Row == r.Items[n].Row.Key() {
				p.decide(&r.Items[n], seq, s)
			}
		}
		return
	case company.CloseReview:
		if c.Review == r.ID {
			e := p.events[seq-1]
			r.Closed, r.ClosedBy, r.ClosedEvent, r.Evidence = e.Time.UTC(), e.Actor, seq, c.Evidence
		}
		return
	}
	for n := range r.Items {
		i := &r.Items[n]
		for _, e := range p.effects(seq, s) {
			if i.isAbout(e.row) {
				i.changed(seq, e, r.Closed.IsZero())
			}
		}
		if c, ok := s.Change.(company.AcceptInvitation); ok && i.Row.User == "" && string(c.Invitation) == i.Row.Invitation {
			i.user = string(c.User)
		}
	}
}

// isAbout reports whether what happens to a row concerns an item: of an invitation
// also what happens to who accepted it.
func (i Item) isAbout(row string) bool {
	return row == i.Row.Key() || i.user != "" && row == "user:"+i.user
}

// changed is what an effect comes to for an item.
func (i *Item) changed(seq uint64, e effect, open bool) {
	if open {
		i.Changed = seq
		if again := i.Decision == audit.Keep || i.Decision != "" && e.kind != lowers; again && !i.Reopened {
			i.Reopened, i.reopened = true, seq
		}
	}
	if e.whole && i.gone == 0 {
		i.gone = seq
	}
	if carries := i.Decision == audit.Reduce && e.kind == lowers || i.Decision == audit.Revoke && e.whole; carries && i.Done == 0 {
		i.Done = seq
	}
}

// decide decides an item. What else the event does to its row counts as after
// the decision.
func (p past) decide(i *Item, seq uint64, by Step) {
	c := by.Change.(company.DecideItem)
	e := p.events[seq-1]
	i.Decision, i.Reason, i.Reviewer, i.Decided, i.Event, i.Done, i.Reopened = c.Decision, e.Reason, e.Actor, e.Time.UTC(), seq, 0, false
	if c.Decision == audit.Revoke {
		i.Done = i.gone // which needs no more
	}
	for _, s := range e.Steps {
		if s.Before == by.Before {
			return // what comes later follows
		}
		for _, e := range p.effects(seq, s) {
			if i.isAbout(e.row) {
				i.changed(seq, e, true)
			}
		}
	}
}

// look says what is left to be done.
func (p past) look(r *Review) {
	find := func(kind string, i Item, event uint64) {
		f := audit.Finding{Kind: kind, Review: r.ID, Decision: i.Decision, Event: event}
		if i.Row.Role != "" {
			f.Row = i.Row.Key()
		}
		r.Findings = append(r.Findings, f)
	}
	if until := r.Closed; until.After(r.Due) || until.IsZero() && p.Now.After(r.Due) {
		find(audit.FindingOverdue, Item{}, 0)
	}
	for _, i := range r.Items {
		switch {
		case i.Decision == "":
			find(audit.FindingOpen, i, 0)
		case i.Reopened:
			find(audit.FindingDrift, i, i.reopened)
		case i.Decision != audit.Keep && i.Done == 0:
			find(audit.FindingUnmatched, i, i.Event)
		}
	}
}

// months is after how many months the next review is due.
func (p past) months() int {
	months := 3
	for _, s := range p.steps() {
		if c, ok := s.Change.(company.ScheduleReviews); ok {
			months = c.Months
		}
	}
	return months
}

// lastDecisions are the events that decided rows last in a review that is closed,
// by key. What was open at the closing was not decided.
func (p past) lastDecisions() map[string]uint64 {
	last := map[string]uint64{}
	for _, r := range p.reviews() {
		for _, i := range r.Items {
			if !r.Closed.IsZero() && !i.Open() {
				last[i.Row.Key()] = i.Event
			}
		}
	}
	return last
}
