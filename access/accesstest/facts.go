package accesstest

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// facts is what a policy decides, taken apart into so few answers that they can
// be written down, and such that the answer to every other question follows:
//
//   - what the role of a user lets him do is the same for all active holders of
//     the role, and at all teams, all data groups, and all users of one standing;
//   - a user whose role lets him do anything with accounts reaches all of them, or
//     else those of the teams he is in at the moment, and within a session those
//     of the team;
//   - what ends, ends for good: whatever is allowed at some instant is allowed
//     at all earlier ones, so that a fact needs an end and no beginning.
//
// Every answer is one of Decide's or a View's; the document only says what there
// is to ask about, and when to ask.
type facts struct {
	doc       *document.Document
	start     *access.Policy // before anything ends
	over      *access.Policy // when everything that ends is over
	accounts  []datagroup.AccountID
	actions   []access.Action
	holders   []*holder // in byte order of their ids
	byID      map[string]*holder
	standing  map[standing][]*holder  // who is of a standing
	standings []standing              // in the order of the first who is
	actors    map[role.Name][]*holder // who holds a role and is not suspended
	teamEnds  map[string][]time.Time  // when something shared with a team ends
	duties    map[role.Name]*duties   // of the same roles
	reached   map[string][]datagroup.AccountID
}

// holder is a user, as the holder of a role.
type holder struct {
	document.User
	teams []string    // that he was put into, in byte order
	ends  []time.Time // when something ends that is about him alone
}

// standing is what counts of a user when something is done to him: his role, and
// whether he is a lasting holder of it.
type standing struct {
	role    string
	lasting bool
}

func (h *holder) standing() standing {
	return standing{h.Role, !h.Suspended && h.Until == ""}
}

// phase is a time between two ends of a subject, from the first on. No answer to
// that subject changes within it.
type phase struct {
	from   time.Time // zero is the beginning of time
	policy *access.Policy
}

func newFacts(p *access.Policy) *facts {
	f := &facts{
		doc: p.Document(), byID: map[string]*holder{}, teamEnds: map[string][]time.Time{},
		actors: map[role.Name][]*holder{}, duties: map[role.Name]*duties{}, reached: map[string][]datagroup.AccountID{},
	}
	for _, a := range f.doc.Accounts {
		f.accounts = append(f.accounts, datagroup.AccountID(a.ID))
	}
	f.actions = append(role.BuiltIn(), p.Directory().Catalog().Actions()...)
	slices.Sort(f.actions)
	f.actions = slices.Compact(f.actions)
	for _, u := range f.doc.Users {
		h := &holder{User: u}
		f.holders = append(f.holders, h)
		f.byID[u.ID] = h
		if r := role.Name(u.Role); !u.Suspended {
			f.actors[r] = append(f.actors[r], h)
		}
	}
	f.standings, f.standing = sorted(f.holders, (*holder).standing)
	first := f.readEnds()
	f.start, f.over = p.At(before(first)), p.At(time.Time{})
	for r, holders := range f.actors {
		f.duties[r] = f.dutiesOf(access.User(holders[0].ID))
	}
	return f
}

// readEnds notes what ends when, and whose teams are whose. It returns the first
// end, the zero time if there is none.
func (f *facts) readEnds() (first time.Time) {
	note := func(ends []time.Time, text string) []time.Time {
		if text == "" {
			return ends
		}
		end := parseTime(text)
		if first.IsZero() || end.Before(first) {
			first = end
		}
		return append(ends, end)
	}
	for _, h := range f.holders {
		h.ends = note(h.ends, h.Until)
	}
	for _, t := range f.doc.Teams {
		for _, m := range t.Members {
			h := f.byID[m.User]
			h.teams, h.ends = append(h.teams, t.ID), note(h.ends, m.Until)
		}
	}
	for _, r := range f.doc.Reports {
		for _, g := range r.Grants {
			if g.Team != "" {
				f.teamEnds[g.Team] = note(f.teamEnds[g.Team], g.Until)
			} else {
				h := f.byID[g.User]
				h.ends = note(h.ends, g.Until)
			}
		}
	}
	for _, l := range f.doc.Links {
		note(nil, l.Until)
	}
	return first
}

// parseTime reads an end that a policy wrote.
func parseTime(text string) time.Time {
	t, _ := time.Parse(time.RFC3339, text) // cannot fail
	return t
}

// before returns the last instant before an end. The zero time would be none.
func before(end time.Time) time.Time {
	if t := end.Add(-1); !t.IsZero() {
		return t
	}
	return end.Add(-2)
}

// before returns the policy as it stands in the last instant before an end, and
// for the zero time, when all that ends is over.
func (f *facts) before(end time.Time) *access.Policy {
	if end.IsZero() {
		return f.over
	}
	return f.start.At(before(end))
}

// phases returns the times between the ends of what concerns a user, and further
// ends, in order.
func (f *facts) phases(h *holder, further ...time.Time) []phase {
	all := []phase{{policy: f.start}}
	ends := append(further, h.ends...)
	for _, t := range h.teams {
		ends = append(ends, f.teamEnds[t]...)
	}
	slices.SortFunc(ends, time.Time.Compare)
	for _, end := range slices.CompactFunc(ends, time.Time.Equal) {
		all = append(all, phase{end, f.start.At(end)})
	}
	return all
}

// lasting returns the policy of the last phase in which something holds, and the
// end it has then: nil if it never holds, the zero time if it never ends.
func lasting(phases []phase, holds func(*access.Policy) bool) (last *access.Policy, end time.Time) {
	for _, ph := range phases {
		if !holds(ph.policy) {
			return last, ph.from
		}
		last = ph.policy
	}
	return last, time.Time{}
}

// active reports whether the subject step passes a subject.
func active(p *access.Policy, s access.Subject) bool {
	return p.Decide(s, access.ViewAccount, access.Company()).Step != access.StepSubject
}

// The places where a role lets its holders take actions.
const (
	atAccount = iota
	atItem
	atCompany
	atCompanyItem
	atGroup
	atReport
	atRole
	atTeam
	atUser
	places
)

// thing is a kind of the host's own: all of them are decided alike.
const thing access.Kind = "thing"

// probes are what is asked about to learn what a role holds. No id is empty, so
// most of them do not exist, and a denial that says so came past the capability.
var probes = [places]struct {
	name string
	of   access.Resource
}{
	atAccount:     {"account", access.Account("")},
	atItem:        {"item", access.Item(thing, "", "")},
	atCompany:     {"company", access.Company()},
	atCompanyItem: {"company item", access.CompanyItem(thing, "")},
	atGroup:       {"data group", access.Group("")},
	atReport:      {"report", access.Report("")},
	atRole:        {"role", access.Role("")},
	atTeam:        {"team", access.Team("")},
	atUser:        {"user", access.TargetUser("")},
}

// duties is what a role lets its holders do, by place, each in byte order.
type duties [places][]access.Action

// dutiesOf returns the duties of the role of an active user. Where a level takes
// the place of the role, no role was consulted.
func (f *facts) dutiesOf(s access.Subject) *duties {
	d := new(duties)
	for _, a := range f.actions {
		for place, probe := range probes {
			if holdsAt(f.start, s, a, probe.of) {
				d[place] = append(d[place], a)
			}
		}
	}
	return d
}

// holdsAt reports whether the role of a subject holds an action at the place
// that a probe stands for.
func holdsAt(p *access.Policy, s access.Subject, a access.Action, probe access.Resource) bool {
	d := p.Decide(s, a, probe)
	return d.Role != "" && (d.Allowed || d.Step >= access.StepReach)
}

// reaching returns an action by which the accounts can be found that holders of
// the role reach, ViewAccount if they may, and a function for what to ask it of.
func (d *duties) reaching() (access.Action, func(datagroup.AccountID) access.Resource) {
	at := access.Account[datagroup.AccountID]
	switch {
	case slices.Contains(d[atAccount], access.ViewAccount):
		return access.ViewAccount, at
	case len(d[atAccount]) > 0:
		return d[atAccount][0], at
	case len(d[atItem]) > 0:
		return d[atItem][0], func(id datagroup.AccountID) access.Resource { return access.Item(thing, "", id) }
	}
	return "", nil
}

// seesAll reports whether a subject reaches every account because of his role.
// It is false where there are no accounts.
func (f *facts) seesAll(p *access.Policy, s access.Subject, d *duties) bool {
	a, at := d.reaching()
	return at != nil && len(f.accounts) > 0 && p.Decide(s, a, at(f.accounts[0])).Reason == access.ReasonRole
}

// reach returns the accounts that are reached in the sessions of a team, in byte
// order, by asking for one of its members, who is not suspended. It is the same
// for all whose role lets them do anything with accounts.
func (f *facts) reach(team string, h *holder) []datagroup.AccountID {
	a, at := f.duties[role.Name(h.Role)].reaching()
	if at == nil {
		return nil
	}
	if list, ok := f.reached[team]; ok {
		return list
	}
	var list []datagroup.AccountID
	if s := access.Session(h.ID, team); a == access.ViewAccount {
		list = slices.Sorted(f.start.View(s).Accounts())
	} else {
		list = slices.DeleteFunc(slices.Clone(f.accounts), func(id datagroup.AccountID) bool {
			return !f.start.Decide(s, a, at(id)).Allowed
		})
	}
	f.reached[team] = list
	return list
}

// sight is an account that a user reaches.
type sight struct {
	account datagroup.AccountID
	until   time.Time      // zero is for ever
	last    *access.Policy // in which he still does
}

// compare orders sights by account.
func (x sight) compare(y sight) int { return cmp.Compare(x.account, y.account) }

// sights returns the accounts that a user reaches by his teams, in byte order:
// each for as long as he is in one that sees it.
func (f *facts) sights(h *holder, phases []phase) []sight {
	var all []sight
	for _, t := range h.teams {
		session := access.Session(h.ID, t)
		last, end := lasting(phases, func(p *access.Policy) bool { return active(p, session) })
		if last != nil {
			all = unite(all, sightsOf(f.reach(t, h), end, last))
		}
	}
	return all
}

// sightsOf returns accounts as they are reached until one end.
func sightsOf(list []datagroup.AccountID, until time.Time, last *access.Policy) []sight {
	all := make([]sight, len(list))
	for i, id := range list {
		all[i] = sight{id, until, last}
	}
	return all
}

// unite merges two sorted lists. Of what is in both, the one that lasts longer
// stays.
func unite(a, b []sight) []sight {
	if len(a) == 0 {
		return b
	}
	all := make([]sight, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch d := a[0].compare(b[0]); {
		case d < 0:
			all, a = append(all, a[0]), a[1:]
		case d > 0:
			all, b = append(all, b[0]), b[1:]
		default:
			x := a[0]
			if later(b[0].until, x.until) {
				x = b[0]
			}
			all, a, b = append(all, x), a[1:], b[1:]
		}
	}
	return append(append(all, a...), b...)
}

// share is a level that a subject has at a report.
type share struct {
	report string
	level  access.Level
	until  time.Time // zero is for ever
	team   string    // it comes through; "" if it was given to him
}

// shares returns the levels of a subject, by report, the highest first; a lower
// one only if it lasts longer.
func (f *facts) shares(s access.Subject, phases []phase) []share {
	var all []share
	for _, r := range slices.Sorted(f.start.Reports(s, access.ViewReport)) {
		held := func(p *access.Policy) access.Decision { return p.Decide(s, access.ViewReport, access.Report(r)) }
		higher := share{report: string(r), until: time.Time{}.Add(1)}
		for l := access.Creator; l >= access.Viewer; l-- {
			last, until := lasting(phases, func(p *access.Policy) bool { return held(p).Level >= l })
			if last != nil && later(until, higher.until) {
				higher.level, higher.until, higher.team = l, until, string(held(last).Team)
				all = append(all, higher)
			}
		}
	}
	return all
}

// text says the level, and its end unless it is that of the whole it is part of.
func (x share) text(whole time.Time) string {
	route := ""
	if x.team != "" {
		route = fmt.Sprintf(" (team %s)", name(x.team))
	}
	return fmt.Sprintf("is %s of report %s%s%s", x.level, name(x.report), until(x.until, whole), route)
}

// later reports whether an end comes after another; the zero time never comes.
func later(a, b time.Time) bool {
	return !b.IsZero() && (a.IsZero() || a.After(b))
}

// shown returns what a share link shows, and to whom.
func shown(l document.Link) (access.Subject, access.Action, access.Resource) {
	of := access.Item(access.Kind(l.Resource.Kind), l.Resource.ID, l.Resource.Account)
	if l.Resource.Company {
		of = access.CompanyItem(access.Kind(l.Resource.Kind), l.Resource.ID)
	}
	return access.ViaLink(access.LinkID(l.ID)), access.Action(l.Action), of
}

// revoker returns a user of a role who is none of those concerned, nil if there
// is none. What one of them may do, all may.
func (f *facts) revoker(r role.Name, concerned map[string]bool) *holder {
	for _, h := range f.actors[r] {
		if !concerned[h.ID] {
			return h
		}
	}
	return nil
}

// linkPhases returns the times between the ends of what concerns a link: its
// own, and those of its maker.
func (f *facts) linkPhases(l document.Link) []phase {
	var ends []time.Time
	if l.Until != "" {
		ends = append(ends, parseTime(l.Until))
	}
	h := f.byID[l.Maker]
	if h == nil {
		h = new(holder)
	}
	return f.phases(h, ends...)
}

// concerned returns the users who may revoke a link for what they are to it,
// whatever their role: its maker, and those its report is shared with.
func (f *facts) concerned(l document.Link) map[string]bool {
	all := map[string]bool{l.Maker: true}
	if l.Resource.Kind == string(access.KindReport) {
		for g := range f.start.Directory().Grants(access.ReportID(l.Resource.ID)) {
			all[string(g.User)] = true
		}
	}
	return all
}

// sorted returns the holders by what a function tells of them, and what it tells
// in the order in which it first comes.
func sorted[K comparable](holders []*holder, tell func(*holder) K) (keys []K, of map[K][]*holder) {
	of = map[K][]*holder{}
	for _, h := range holders {
		k := tell(h)
		if of[k] == nil {
			keys = append(keys, k)
		}
		of[k] = append(of[k], h)
	}
	return keys, of
}

// pair returns one of each, and not the same one twice; nil if there are no such
// two.
func pair(actors, targets []*holder) (actor, target *holder) {
	for _, a := range actors[:min(2, len(actors))] {
		for _, t := range targets[:min(2, len(targets))] {
			if a != t {
				return a, t
			}
		}
	}
	return nil, nil
}
