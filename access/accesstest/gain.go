package accesstest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

const (
	// maxGains is how many gains are told one by one.
	maxGains = 50

	// maxNames is how many things one gain names.
	maxNames = 10
)

// NoNewAccess fails if the next policy allows anybody anything that the old one
// denies, at any time: at company level or within a team, by a role, a data
// group, a report level or a share link, and also by lasting longer. It says who
// gains what, and by which route. Losing access passes.
//
// Nothing is assumed to be the same but ids. So a new team is a gain of whoever
// may edit teams, and a new user gains all that he may do. Ends count whether or
// not they are past. It passes exactly if no question, at no time, is allowed by
// next and denied by old.
//
// A test that reads the old policy from outside of its module, as a CI does, needs
// -count=1: go test keeps the result of a test as long as nothing in the module
// changes.
//
// It costs a look at every account for each team and end, and at every user for
// each whose role manages users.
//
// The first fifty gains are told and the rest counted. A nil policy fails.
func NoNewAccess(t testing.TB, old, next *access.Policy) {
	t.Helper()
	if old == nil || next == nil {
		t.Fatal("a policy is nil: there is nothing to compare")
	}
	g := newGains(old, next)
	if len(g.lines) == 0 {
		return
	}
	text := "the new policy allows what the old one denies:\n  " + strings.Join(g.lines, "\n  ")
	if g.more > 0 {
		text += fmt.Sprintf("\n  and %d more", g.more)
	}
	t.Error(text)
}

// gains is what a policy allows that another denies. It goes through the facts
// of the one and asks the other about each in the last instant in which it
// holds: what is denied at any time before that is denied then, too.
type gains struct {
	old, next *facts
	gainers   []*gainer
	connected []datagroup.AccountID // that old has not got

	teams, groups, roleNames, users []string // of next
	lines                           []string
	more                            int // that are not in lines
}

// gainer is a user who may gain something.
type gainer struct {
	*holder
	user     access.Subject
	phases   []phase
	end      time.Time      // of his access
	last     *access.Policy // the next one, in the last phase of his access
	old      *access.Policy // the old one, in the last instant of his access
	can, did *duties        // of the two roles, whether or not old denies him now

	sights  []sight // that he gains at company level
	shares  []share
	entered map[string]bool // teams he gains
}

func newGains(old, next *access.Policy) *gains {
	g := &gains{old: newFacts(old), next: newFacts(next)}
	for _, id := range g.next.accounts {
		if _, found := slices.BinarySearch(g.old.accounts, id); !found {
			g.connected = append(g.connected, id)
		}
	}
	g.teams = ids(g.next.doc.Teams, func(t document.Team) string { return t.ID })
	g.groups = ids(g.next.doc.Groups, func(t document.Group) string { return t.ID })
	g.roleNames = ids(g.next.start.Directory().Catalog().Roles(), func(r role.Role) string { return string(r.Name) })
	g.users = ids(g.next.holders, func(h *holder) string { return h.ID })
	for _, h := range g.next.holders {
		if !h.Suspended {
			g.gainers = append(g.gainers, g.newGainer(h))
		}
	}
	for _, e := range g.gainers {
		g.roles(e)
		g.accounts(e)
		g.reports(e)
		g.sessions(e)
	}
	g.links()
	slices.Sort(g.lines)
	return g
}

func (g *gains) newGainer(h *holder) *gainer {
	e := &gainer{
		holder: h, user: access.User(h.ID), phases: g.next.phases(h),
		can: g.next.duties[role.Name(h.Role)], did: new(duties), entered: map[string]bool{},
	}
	e.last, e.end = lasting(e.phases, func(p *access.Policy) bool { return active(p, e.user) })
	e.old = g.old.before(e.end)
	if was := g.old.byID[h.ID]; was != nil && !was.Suspended {
		e.did = g.old.duties[role.Name(was.Role)]
	}
	return e
}

// add notes a gain.
func (g *gains) add(format string, args ...any) {
	if len(g.lines) == maxGains {
		g.more++
		return
	}
	g.lines = append(g.lines, fmt.Sprintf(format, args...))
}

// roles notes what a user gains by his role, whom he may manage included.
func (g *gains) roles(e *gainer) {
	at := func(place int, ids []string, of func(id string) access.Resource) {
		gained := g.gained(e, e.can[place], ids, of)
		for _, actions := range slices.Sorted(maps.Keys(gained)) {
			g.add("%s may %s at %s%s (role %s)", name(e.ID), actions, listed(probes[place].name, gained[actions]), until(e.end, time.Time{}), name(e.Role))
		}
	}
	at(atCompany, []string{""}, func(string) access.Resource { return access.Company() })
	at(atCompanyItem, []string{""}, func(string) access.Resource { return probes[atCompanyItem].of })
	at(atTeam, g.teams, access.Team)
	at(atGroup, g.groups, access.Group)
	at(atRole, g.roleNames, access.Role)
	at(atUser, g.users, access.TargetUser)
}

// gained returns at which resources a user may newly take which of the actions.
func (g *gains) gained(e *gainer, actions []access.Action, ids []string, of func(string) access.Resource) map[string][]string {
	all := map[string][]string{}
	if len(actions) == 0 {
		return all
	}
	for _, id := range ids {
		var names []string
		for _, a := range actions {
			if g.next.start.Decide(e.user, a, of(id)).Allowed && !e.old.Decide(e.user, a, of(id)).Allowed {
				names = append(names, string(a))
			}
		}
		if len(names) > 0 {
			key := strings.Join(names, ", ")
			all[key] = append(all[key], id)
		}
	}
	return all
}

// accounts notes what accounts a user gains at company level, and what he gains
// at those he reaches.
func (g *gains) accounts(e *gainer) {
	if _, at := e.can.reaching(); at == nil {
		return
	}
	gained := append(except(e.can[atAccount], e.did[atAccount]), except(e.can[atItem], e.did[atItem])...)
	all := g.sights(e, len(gained) == 0)
	if len(gained) > 0 && len(all) > 0 {
		slices.Sort(gained)
		accounts := ids(all, func(s sight) string { return string(s.account) })
		g.add("%s may %s at %s%s (role %s)", name(e.ID), join(slices.Compact(gained)), listed("account", accounts), until(e.end, time.Time{}), name(e.Role))
	}
	e.sights = g.newSights(e, e.user, all)
	g.addSights(e, e.user, name(e.ID), e.sights)
}

// sights returns the accounts that a user reaches. Those he reaches by his role
// may be left out if the old policy lets him reach them by his role, too.
func (g *gains) sights(e *gainer, mayOmit bool) []sight {
	if !g.next.seesAll(g.next.start, e.user, e.can) {
		return g.next.sights(e.holder, e.phases)
	}
	list := g.next.accounts
	if mayOmit && g.old.seesAll(e.old, e.user, e.did) {
		list = g.connected
	}
	return sightsOf(list, e.end, e.last)
}

// newSights returns those of the accounts that a subject reaches at which it was
// denied something that its role let it do before. What its role did not let it
// do, it gains at all of them.
func (g *gains) newSights(e *gainer, s access.Subject, all []sight) []sight {
	both := new(duties)
	for _, place := range []int{atAccount, atItem} {
		both[place] = except(e.can[place], except(e.can[place], e.did[place]))
	}
	a, at := both.reaching()
	if at == nil {
		return nil
	}
	views := map[time.Time]access.View{}
	return slices.DeleteFunc(slices.Clone(all), func(x sight) bool {
		old := g.old.before(x.until)
		if a != access.ViewAccount {
			return old.Decide(s, a, at(x.account)).Allowed
		}
		if _, ok := views[x.until]; !ok {
			views[x.until] = old.View(s)
		}
		return views[x.until].Sees(x.account)
	})
}

// addSights notes accounts that a subject gains, those with one route together.
func (g *gains) addSights(e *gainer, s access.Subject, who string, gained []sight) {
	if len(g.lines) == maxGains && len(gained) > 0 {
		g.more++
		return
	}
	a, at := e.can.reaching()
	byRoute := map[string][]string{}
	for _, x := range gained {
		d := x.last.Decide(s, a, at(x.account))
		route := fmt.Sprintf("%s (role %s)", until(x.until, time.Time{}), name(d.Role))
		if d.Reason == access.ReasonTeam {
			route = fmt.Sprintf("%s (team %s, data group %s)", until(x.until, time.Time{}), name(d.Team), name(d.Group))
		}
		if g.old.start.Decide(s, a, at(x.account)).Allowed {
			route += ", longer than before"
		}
		byRoute[route] = append(byRoute[route], string(x.account))
	}
	for _, route := range slices.Sorted(maps.Keys(byRoute)) {
		g.add("%s %s %s%s", who, verb(e.can), listed("account", byRoute[route]), route)
	}
}

// reports notes the levels a user gains at company level.
func (g *gains) reports(e *gainer) {
	e.shares = g.newShares(e.user, e.phases)
	for _, x := range e.shares {
		g.add("%s %s", name(e.ID), x.text(time.Time{}))
	}
}

// newShares returns the levels of a subject that it had not.
func (g *gains) newShares(s access.Subject, phases []phase) []share {
	return slices.DeleteFunc(g.next.shares(s, phases), func(x share) bool {
		return g.old.before(x.until).Decide(s, access.ViewReport, access.Report(x.report)).Level >= x.level
	})
}

// sessions notes what a user gains within a team: to act in it at all, or else
// what he does not gain at company level anyway.
func (g *gains) sessions(e *gainer) {
	for _, t := range e.teams {
		s := access.Session(e.ID, t)
		last, end := lasting(e.phases, func(p *access.Policy) bool { return active(p, s) })
		all := sightsOf(g.next.reach(t, e.holder), end, last)
		levels := g.newShares(s, e.phases)
		if !active(g.old.before(end), s) {
			if len(all) > 0 || len(levels) > 0 || g.able(e) {
				e.entered[t] = true
				g.add("%s may act in team %s%s", name(e.ID), name(t), until(end, time.Time{}))
			}
			continue
		}
		gained := slices.DeleteFunc(g.newSights(e, s, all), func(x sight) bool {
			_, told := slices.BinarySearchFunc(e.sights, x, sight.compare)
			return told
		})
		g.addSights(e, s, within(e, t), gained)
		for _, x := range levels {
			if !slices.ContainsFunc(e.shares, func(y share) bool { return x.report == y.report && x.level == y.level }) {
				g.add("%s %s", within(e, t), x.text(time.Time{}))
			}
		}
	}
}

// able reports whether the role of a user in some team lets him do anything but
// at accounts and reports.
func (g *gains) able(e *gainer) bool {
	f := g.next
	return len(e.can[atCompany]) > 0 || len(e.can[atCompanyItem]) > 0 ||
		len(e.can[atTeam]) > 0 ||
		len(e.can[atGroup]) > 0 && len(f.doc.Groups) > 0 ||
		slices.ContainsFunc(e.can[atRole], func(a access.Action) bool {
			return slices.ContainsFunc(f.start.Directory().Catalog().Roles(), func(r role.Role) bool {
				return f.start.Decide(e.user, a, access.Role(r.Name)).Allowed
			})
		}) ||
		slices.ContainsFunc(e.can[atUser], func(a access.Action) bool {
			return slices.ContainsFunc(f.holders, func(h *holder) bool {
				return f.start.Decide(e.user, a, access.TargetUser(h.ID)).Allowed
			})
		})
}

// links notes what share links show, and who may revoke them.
func (g *gains) links() {
	for _, l := range g.next.doc.Links {
		s, a, of := shown(l)
		last, end := lasting(g.next.linkPhases(l), func(p *access.Policy) bool { return p.Decide(s, a, of).Allowed })
		if last != nil && !g.old.before(end).Decide(s, a, of).Allowed {
			g.add("link %s may %s at %s%s, as %s", name(l.ID), a, name(of.String()), until(end, time.Time{}), linkMaker(l))
		}
		for _, e := range g.gainers {
			g.revoker(e, l)
		}
	}
}

// revoker notes whether a user may newly revoke a link, at company level or else
// within a team that he could act in before. Within a team nobody may who may not
// at company level.
func (g *gains) revoker(e *gainer, l document.Link) {
	if !revokes(g.next.start, e.user, l) {
		return
	}
	gained := func(s access.Subject, who string) bool {
		last, end := lasting(e.phases, func(p *access.Policy) bool { return revokes(p, s, l) })
		if last == nil || revokes(g.old.before(end), s, l) {
			return false
		}
		by := ""
		if d := last.Decide(s, access.RevokeLink, access.Link(l.ID)); d.Reason == access.ReasonRole {
			by = fmt.Sprintf(" (role %s)", name(d.Role))
		}
		g.add("%s may %s at link %s%s%s", who, access.RevokeLink, name(l.ID), until(end, time.Time{}), by)
		return true
	}
	if gained(e.user, name(e.ID)) {
		return
	}
	for _, t := range e.teams {
		if !e.entered[t] {
			gained(access.Session(e.ID, t), within(e, t))
		}
	}
}

func revokes(p *access.Policy, s access.Subject, l document.Link) bool {
	return p.Decide(s, access.RevokeLink, access.Link(l.ID)).Allowed
}

// within names a user in a session.
func within(e *gainer, team string) string {
	return fmt.Sprintf("%s in team %s", name(e.ID), name(team))
}

// except returns what is in a and not in b.
func except(a, b []access.Action) []access.Action {
	return slices.DeleteFunc(slices.Clone(a), func(x access.Action) bool { return slices.Contains(b, x) })
}

// ids returns what a function tells of each.
func ids[T any](all []T, id func(T) string) []string {
	list := make([]string, len(all))
	for i, x := range all {
		list[i] = id(x)
	}
	return list
}

func join(actions []access.Action) string {
	return strings.Join(ids(actions, func(a access.Action) string { return string(a) }), ", ")
}

// listed names things of a kind, but not too many. The company has no id.
func listed(kind string, ids []string) string {
	var b strings.Builder
	b.WriteString(kind)
	for i, id := range ids {
		if i == maxNames {
			fmt.Fprintf(&b, " and %d more", len(ids)-i)
			break
		}
		sep := ", "
		if i == 0 {
			sep = " "
		}
		if id != "" {
			b.WriteString(sep + name(id))
		}
	}
	return b.String()
}
