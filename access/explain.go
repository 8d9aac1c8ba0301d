package access

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/snapshot"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Explanation is a decision with everything that led to it. It names roles,
// teams, groups and people: it is for the host, its log, and holders of
// [ReadAudit].
type Explanation struct {
	Decision Decision

	// Routes has every route that might lead to the account or the report, in
	// the order Decide tries them: the first open one is the Decision's. It is
	// empty for other resources, and if Decide did not come to look for one.
	Routes []Route

	// Remedies has, for a denial, changes that would take its reason away, the
	// nearest first, at most eight. A later step may still deny, or the change
	// be refused for a reason that Decide does not know.
	Remedies []Remedy

	// Maker is how the maker of a link fares, if it came to that.
	Maker *Explanation
}

// Route is one way to an account or a report.
type Route struct {
	Reason Reason       // what an allowance this way is by: ByRole, ByTeam or ByGrant
	Role   role.Name    // of a ByRole
	Team   team.ID      // of a ByTeam, and of a ByGrant through a team
	Group  datagroup.ID // of a ByTeam; "" if the team holds none
	Level  Level        // of a ByGrant
	Until  time.Time    // when the membership or grant ends; zero is never
	Open   bool         // it leads there
	Lacks  string       // why it does not; "" if Open
	Leaves []datagroup.Leaf
}

// Remedy is a change that would take the reason of a denial away.
type Remedy struct {
	Change   string   // in words: "add ann to team emea"
	Action   Action   // what it asks for
	Resource Resource // and at what
	By       []team.UserID
}

// String returns the explanation in lines: the decision, the routes, and what
// would help.
func (e Explanation) String() string {
	var b strings.Builder
	b.WriteString(e.Decision.String())
	if len(e.Routes) > 0 {
		b.WriteString("\n  routes")
	}
	for _, r := range e.Routes {
		b.WriteString("\n    " + r.String())
	}
	if len(e.Remedies) > 0 {
		b.WriteString("\n  what would help")
	}
	for _, r := range e.Remedies {
		b.WriteString("\n    " + r.String())
	}
	if e.Maker != nil {
		b.WriteString("\n  its maker\n    " + strings.ReplaceAll(e.Maker.String(), "\n", "\n    "))
	}
	return b.String()
}

// String returns the route in a line: where it goes through, until when, and
// what it lacks.
func (r Route) String() string {
	var b strings.Builder
	switch {
	case r.Reason == ReasonRole:
		fmt.Fprintf(&b, "role %s", r.Role)
	case r.Reason == ReasonGrant && r.Team == "":
		fmt.Fprintf(&b, "%v, shared directly", r.Level)
	case r.Reason == ReasonGrant:
		fmt.Fprintf(&b, "%v, through team %s", r.Level, r.Team)
	case r.Group == "":
		fmt.Fprintf(&b, "team %s", r.Team)
	default:
		fmt.Fprintf(&b, "team %s, data group %s", r.Team, r.Group)
	}
	if !r.Until.IsZero() {
		b.WriteString(", until " + document.End(r.Until))
	}
	if r.Open {
		return b.String() + ": open"
	}
	return b.String() + ": " + r.Lacks
}

// String returns the change and who may make it, in a line.
func (r Remedy) String() string {
	const most = 5
	if len(r.By) == 0 {
		return r.Change + ": nobody may"
	}
	names := make([]string, 0, most)
	for _, u := range r.By[:min(most, len(r.By))] {
		names = append(names, string(u))
	}
	text := r.Change + ": " + strings.Join(names, ", ")
	if n := len(r.By) - most; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text + " may"
}

// maxRemedies is how many changes an explanation proposes.
const maxRemedies = 8

// Explain answers like [Policy.Decide] and says how it came to that. It is made
// for people and costs accordingly: every team and group of the user, and for
// each remedy a question about every user.
func (p *Policy) Explain(s Subject, a Action, r Resource) Explanation {
	p = p.ready()
	p = p.At(p.clock()) // one instant for all that is asked
	q := question{p: p, Decision: Decision{Subject: s, Action: a, Resource: r}}
	q.decide()
	e := Explanation{Decision: q.Decision}
	if q.link != nil {
		maker := p.Explain(makerOf(q.link), a, r)
		e.Maker = &maker
		return e
	}
	if q.Step == StepSubject {
		e.Remedies = q.subjectRemedies()
		return e
	}
	switch q.place {
	case atAccount:
		e.Routes = q.accountRoutes(r.id)
	case atItem:
		e.Routes = q.accountRoutes(r.account)
	case atReport:
		e.Routes = q.reportRoutes()
	}
	if !q.Allowed {
		e.Remedies = q.remedies()
	}
	return e
}

// eachMembership visits every membership of the user that counts for the
// question, also those that are over, in the order of eachTeam.
func (q *question) eachMembership(visit func(snapshot.Membership, *snapshot.Team)) {
	for _, m := range q.user.Teams {
		t := q.p.state.Teams.At(m.Team)
		if t != nil && (q.scope == nil || q.scope == t) {
			visit(m, t)
		}
	}
}

// accountRoutes returns the routes to an account: by the role, and by each data
// group of each team.
func (q *question) accountRoutes(id string) []Route {
	no, account, ok := q.p.state.Accounts.Find(id)
	if !ok {
		return nil
	}
	byRole := Route{Reason: ReasonRole, Role: q.role.Name, Open: q.seesAll()}
	switch {
	case byRole.Open:
	case q.scope != nil:
		byRole.Lacks = "a session sees the data of its team only"
	default:
		byRole.Lacks = "it sees the data of its teams only"
	}
	routes := []Route{byRole}
	q.eachMembership(func(m snapshot.Membership, t *snapshot.Team) {
		route := Route{Reason: ReasonTeam, Team: t.ID, Until: m.Until}
		if len(t.Held) == 0 {
			route.Lacks = "the team holds no data group"
			routes = append(routes, route)
		}
		for k, g := range t.Held {
			group := q.p.state.Groups.At(g)
			route.Group, route.Leaves = t.Groups[k], group.Filter.Explain(*account.Account)
			route.Lacks = ""
			switch {
			case q.over(m.Until):
				route.Lacks = "the membership has ended"
			case !group.Matches(no, account):
				route.Lacks = fmt.Sprintf("the filter %s is %v for it", group.Filter, group.Filter.Match(*account.Account))
			}
			route.Open = route.Lacks == ""
			routes = append(routes, route)
		}
	})
	return routes
}

// reportRoutes returns the routes to a report: by the direct grant, and by the
// grant of each team. The highest level comes first, then the direct one.
func (q *question) reportRoutes() []Route {
	if q.report == nil {
		return nil
	}
	var routes []Route
	add := func(grants []snapshot.Grant, through team.ID, m snapshot.Membership) {
		g, ok := snapshot.FindGrant(grants, q.reportNo)
		if !ok {
			return
		}
		route := Route{Reason: ReasonGrant, Team: through, Level: Level(g.Level), Until: g.Until}
		switch {
		case q.over(m.Until):
			route.Lacks = "the membership has ended"
		case q.over(g.Until):
			route.Lacks = "the grant has ended"
		case !q.enough(route.Level):
			route.Lacks = fmt.Sprintf("%v does not hold %s", route.Level, q.Action)
		}
		route.Open = route.Lacks == ""
		if m.Until.Before(route.Until) && !m.Until.IsZero() || route.Until.IsZero() {
			route.Until = m.Until
		}
		routes = append(routes, route)
	}
	add(q.user.Grants, "", snapshot.Membership{})
	q.eachMembership(func(m snapshot.Membership, t *snapshot.Team) { add(t.Grants, t.ID, m) })
	slices.SortStableFunc(routes, func(a, b Route) int { return int(b.Level) - int(a.Level) })
	return routes
}

// subjectRemedies proposes what lets a subject in who was turned away.
func (q *question) subjectRemedies() []Remedy {
	who := q.Subject.id
	switch q.Reason {
	case ReasonSuspended:
		return []Remedy{q.remedy(SuspendUser, TargetUser(who), "reinstate %s", who)}
	case ReasonEnded:
		return []Remedy{q.remedy(SetUserExpiry, TargetUser(who), "extend the access of %s", who)}
	case ReasonNotAMember:
		return []Remedy{q.remedy(SetTeamMembers, Team(q.Subject.team), "add %s to team %s", who, q.Subject.team)}
	}
	return nil
}

// remedies proposes what would take the reason of a denial away.
func (q *question) remedies() []Remedy {
	who, what := q.Subject.id, q.Resource.id
	switch q.Reason {
	case ReasonNoCapability:
		return append(q.roleRemedies(), q.remedy(q.Action, q.Resource, "have it done by somebody who may"))
	case ReasonNoLevel, ReasonLevelTooLow:
		for l := Viewer; l <= Creator; l++ {
			if q.enough(l) {
				return []Remedy{q.remedy(l.ShareAction(), q.Resource, "share report %s with %s as %v", what, who, l)}
			}
		}
	case ReasonOutOfReach:
		if q.place != atLink {
			return q.dataRemedies(string(q.Resource.Account()))
		}
		return []Remedy{q.remedy(q.Action, q.Resource, "have it done by somebody who may")}
	case ReasonSelf, ReasonAboveCeiling:
		return []Remedy{q.remedy(q.Action, q.Resource, "have it done by somebody who may")}
	}
	return nil
}

// roleRemedies proposes the roles that hold the action, the least first: those
// that see their teams' data only, then those with the fewest capabilities.
// Giving one takes two questions: at the user, and at the role.
func (q *question) roleRemedies() []Remedy {
	var all []Remedy
	roles := slices.Clone(q.p.catalog.roles)
	slices.SortStableFunc(roles, func(a, b roleEntry) int {
		return cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(len(a.Capabilities), len(b.Capabilities)))
	})
	for _, r := range roles {
		if !r.holds.has(q.action.number) || len(all) == maxRemedies-1 {
			continue
		}
		change := q.remedy(SetUserRole, TargetUser(q.user.ID), "give %s the role %s", q.user.ID, r.Name)
		change.By = slices.DeleteFunc(change.By, func(u team.UserID) bool {
			return !q.p.Decide(User(u), GrantRole, Role(r.Name)).Allowed
		})
		all = append(all, change)
	}
	return all
}

// dataRemedies proposes what would bring an account within reach: an attribute
// whose absence alone keeps a group of the user's from matching, a team that
// sees the account already, or a data group that does for a team of his.
func (q *question) dataRemedies(id string) []Remedy {
	no, account, _ := q.p.state.Accounts.Find(id)
	var all []Remedy
	propose := func(a Action, r Resource, format string, args ...any) {
		if len(all) < maxRemedies {
			all = append(all, q.remedy(a, r, format, args...))
		}
	}
	for _, name := range q.gaps(*account.Account) {
		propose(EditSource, Account(id), "fill in %s of account %s, as far as that is true", name, id)
	}
	if q.scope == nil {
		for _, t := range sorted(&q.p.state.Teams, func(t *snapshot.Team) bool { return t.Sees(no, account) }, teamID) {
			propose(SetTeamMembers, Team(t.ID), "add %s to team %s, which sees it", q.user.ID, t.ID)
		}
	}
	groups := sorted(&q.p.state.Groups, func(g *snapshot.Group) bool { return g.Matches(no, account) }, groupID)
	q.eachTeam(func(t *snapshot.Team) bool {
		for _, g := range groups {
			propose(SetTeamGroups, Team(t.ID), "attach data group %s, which matches it, to team %s", g.ID, t.ID)
		}
		return true
	})
	if len(groups) == 0 {
		propose(CreateGroup, Company(), "define a data group that matches it, and attach it to a team")
	}
	return all
}

// gaps returns the attributes, sorted, that an account lacks and a data group of
// the user's cannot tell for want of.
func (q *question) gaps(a datagroup.Account) []string {
	var names []string
	q.eachTeam(func(t *snapshot.Team) bool {
		for _, g := range t.Held {
			f := q.p.state.Groups.At(g).Filter
			if f.Match(a) != datagroup.Unknown {
				continue
			}
			for _, leaf := range f.Explain(a) {
				if leaf.Truth == datagroup.Unknown {
					names = append(names, leaf.Attribute)
				}
			}
		}
		return true
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// sorted returns the records that pass, in byte order of their ids.
func sorted[T any](b *snapshot.Book[T], pass func(T) bool, id func(T) string) []T {
	var all []T
	for _, rec := range b.All() {
		if pass(rec) {
			all = append(all, rec)
		}
	}
	slices.SortFunc(all, func(a, b T) int { return strings.Compare(id(a), id(b)) })
	return all
}

// remedy returns a change and who else may make it.
func (q *question) remedy(a Action, r Resource, format string, args ...any) Remedy {
	by := slices.Sorted(q.p.Who(a, r))
	by = slices.DeleteFunc(by, func(u team.UserID) bool { return string(u) == q.Subject.id })
	return Remedy{Change: fmt.Sprintf(format, args...), Action: a, Resource: r, By: by}
}
