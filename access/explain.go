package access

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/access/internal/store"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Explanation is a decision with everything that led to it. It names roles,
// teams, groups and people, so show it only to the host, in its log, and to
// users whose role holds [ReadAudit].
type Explanation struct {
	Decision Decision

	// Routes has every route by which access to the account or the report might
	// come about, in the order Decide tries them: the first open one is that of
	// the Decision. It is empty for other resources, and for a decision that
	// ends before routes are looked for.
	Routes []Route

	// Remedies has, for a denial, changes that would take its reason away, the
	// smallest first, at most eight. A later step may still deny, and the
	// change may be refused for a reason that Decide does not know.
	Remedies []Remedy

	// Meant is the name that was probably meant, where the Decision says that a user,
	// role, team, data group, action or kind does not exist; "" if none is near.
	Meant string

	// Maker explains the same question for the maker, if a live link asks it.
	Maker *Explanation
}

// Route is one way in which access to an account or a report may come about.
type Route struct {
	Reason Reason       // of an allowance by this route: ReasonRole, ReasonTeam or ReasonGrant
	Role   role.Name    // for ReasonRole
	Team   team.ID      // for ReasonTeam, and for ReasonGrant through a team
	Group  datagroup.ID // for ReasonTeam; "" if the team has none
	Level  Level        // for ReasonGrant
	Until  time.Time    // end of the membership or grant, exclusive; zero is none
	Open   bool         // it gives access now
	Lacks  string       // why it does not, in words; "" if Open

	// Leaves has, for ReasonTeam, what each part of the group's filter says
	// about the account.
	Leaves []datagroup.Leaf
}

// Remedy is a change that would take the reason of a denial away.
type Remedy struct {
	Change   string        // in words: "add ann to team emea"
	Action   Action        // that the change needs
	Resource Resource      // of which it is asked
	Given    Resource      // to a team a user or a data group, to a report a user, to a user a role; zero for any other change
	By       []team.UserID // users other than the subject who may make it, in byte order
}

// String returns the explanation in lines: the decision, the routes, and what
// would help. The words may improve from version to version.
func (e Explanation) String() string {
	var b strings.Builder
	b.WriteString(e.Decision.String())
	if e.Meant != "" {
		b.WriteString("; did you mean " + text.Quote(e.Meant) + "?")
	}
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

// String returns the route in one line: what it goes through, until when, and
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

// String returns the change and who may make it, in one line.
func (r Remedy) String() string {
	const most = 5
	if len(r.By) == 0 {
		return r.Change + ": nobody may"
	}
	names := make([]string, 0, most)
	for _, u := range r.By[:min(most, len(r.By))] {
		names = append(names, string(u))
	}
	who := r.Change + ": " + strings.Join(names, ", ")
	if n := len(r.By) - most; n > 0 {
		who += fmt.Sprintf(" and %d more", n)
	}
	return who + " may"
}

// maxRemedies is how many remedies an explanation has at most.
const maxRemedies = 8

// Explain decides like [Policy.Decide] and says how it came to that. It is for
// people to read and costs accordingly: every team and data group of the user,
// for each remedy a question to [Policy.Who], and for a name that does not exist a
// look at all of its kind.
func (p *Policy) Explain(s Subject, a Action, r Resource) Explanation {
	if p = p.ready(); p != empty {
		p = p.At(p.clock()) // one instant for all that is asked
	}
	q := question{p: p, Decision: &Decision{Subject: s, Action: a, Resource: r}}
	q.decide()
	e := Explanation{Decision: *q.Decision}
	if q.link != nil {
		maker := p.Explain(makerOf(q.link), a, r)
		e.Maker = &maker
		return e
	}
	if q.Step == StepSubject {
		e.Remedies, e.Meant = q.subjectRemedies(), q.meant()
		return e
	}
	switch q.family {
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
	e.Meant = q.meant()
	return e
}

// meant returns the name that was probably meant by the one that the decision says
// does not exist; "" if none is near, and for what may be out of reach.
func (q *question) meant() string {
	switch q.Reason {
	case ReasonUnknownUser:
		return q.p.nearest(KindUser, q.Subject.id)
	case ReasonUnknownSessionTeam:
		return q.p.nearest(KindTeam, q.Subject.team)
	case ReasonUnknownAction:
		return nearestOf(string(q.Action), slices.Values(q.p.catalog.names))
	case ReasonUnknownKind:
		return nearestOf(string(q.Resource.kind), maps.Keys(q.p.catalog.kinds))
	case ReasonUnknownResource:
		return q.p.nearest(q.Resource.kind, q.Resource.id)
	}
	return ""
}

// nearest returns the id of a user, role, team or data group that is near another
// one; "" if none is.
func (p *Policy) nearest(kind Kind, id string) string {
	var ids []string
	switch kind {
	case KindUser:
		ids = slices.Collect(userIDs(p.state))
	case KindTeam:
		ids = keysOf(&p.state.Teams, teamID)
	case KindGroup:
		ids = keysOf(&p.state.Groups, groupID)
	case KindRole:
		return nearestOf(id, p.catalog.source.Names())
	}
	return text.Nearest(id, slices.Values(ids))
}

// nearestOf returns the name that is near a word; "" if none is.
func nearestOf[S ~string](word string, names iter.Seq[S]) string {
	return text.Nearest(word, func(yield func(string) bool) {
		for name := range names {
			if !yield(string(name)) {
				return
			}
		}
	})
}

// keysOf returns the ids of the records of a book.
func keysOf[T any](b *persist.Book[T], id func(T) string) []string {
	all := make([]string, 0, b.Len())
	for _, rec := range persist.All(b) {
		all = append(all, id(rec))
	}
	return all
}

// eachMembership visits every membership of the user that counts for the
// question, also those that have ended, in the order of eachTeam.
func (q *question) eachMembership(visit func(store.Membership, *store.Team)) {
	for m, t := range q.p.state.Memberships(q.asker) {
		if !q.scoped || q.scope == m.Team {
			visit(m, t)
		}
	}
}

// accountRoutes returns the routes to an account: by the role, and by each data
// group of each team.
func (q *question) accountRoutes(id string) []Route {
	at := q.p.state.Accounts.Get(id)
	if at == nil {
		return nil
	}
	account := q.p.state.Account(at.No)
	byRole := Route{Reason: ReasonRole, Role: q.askerRole.Name, Open: q.seesAll()}
	switch {
	case byRole.Open:
	case q.scoped:
		byRole.Lacks = "a session sees only the data of its team"
	default:
		byRole.Lacks = "it sees only the data of the user's teams"
	}
	routes := []Route{byRole}
	q.eachMembership(func(m store.Membership, t *store.Team) {
		route := Route{Reason: ReasonTeam, Team: t.ID, Until: m.Until}
		if len(t.GroupNumbers) == 0 {
			route.Lacks = "the team has no data group"
			routes = append(routes, route)
		}
		for k, g := range t.GroupNumbers {
			group := q.p.state.Groups.At(g)
			route.Group, route.Leaves = t.Groups[k], group.Filter.Explain(account)
			route.Lacks = ""
			switch {
			case q.hasEnded(m.Until):
				route.Lacks = "the membership has ended"
			case !group.Matches(at):
				route.Lacks = fmt.Sprintf("the filter %s is %v for it", group.Filter, group.Filter.Match(account))
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
	add := func(grants store.Grants, through team.ID, m store.Membership) {
		g, ok := grants.Find(q.reportNo)
		if !ok {
			return
		}
		route := Route{Reason: ReasonGrant, Team: through, Level: Level(g.Level), Until: g.Until}
		switch {
		case q.hasEnded(m.Until):
			route.Lacks = "the membership has ended"
		case q.hasEnded(g.Until):
			route.Lacks = "the grant has ended"
		case !q.levelHolds(route.Level):
			route.Lacks = fmt.Sprintf("%v does not hold %s", route.Level, q.Action)
		}
		route.Open = route.Lacks == ""
		if m.Until.Before(route.Until) && !m.Until.IsZero() || route.Until.IsZero() {
			route.Until = m.Until
		}
		routes = append(routes, route)
	}
	add(q.p.state.More(q.asker.No).Grants, "", store.Membership{})
	q.eachMembership(func(m store.Membership, t *store.Team) { add(t.Grants, t.ID, m) })
	slices.SortStableFunc(routes, func(a, b Route) int { return int(b.Level) - int(a.Level) })
	return routes
}

// subjectRemedies returns what would let a subject pass the subject step.
func (q *question) subjectRemedies() []Remedy {
	who := q.Subject.id
	switch q.Reason {
	case ReasonSuspended:
		return []Remedy{q.remedy(SuspendUser, TargetUser(who), Resource{}, "reinstate %s", who)}
	case ReasonEnded:
		return []Remedy{q.remedy(SetUserExpiry, TargetUser(who), Resource{}, "extend the access of %s", who)}
	case ReasonNotAMember:
		return []Remedy{q.remedy(SetTeamMembers, Team(q.Subject.team), TargetUser(who), "add %s to team %s", who, q.Subject.team)}
	}
	return nil
}

// remedies returns what would take the reason of a denial away.
func (q *question) remedies() []Remedy {
	who, what := q.Subject.id, q.Resource.id
	switch q.Reason {
	case ReasonNoCapability:
		return append(q.roleRemedies(), q.delegate()...)
	case ReasonNoLevel, ReasonLevelTooLow:
		for l := Viewer; l <= Creator; l++ {
			if q.levelHolds(l) {
				return []Remedy{q.remedy(l.ShareAction(), q.Resource, TargetUser(who), "share report %s with %s as %v", what, who, l)}
			}
		}
	case ReasonOutOfReach:
		if q.family != atLink {
			return q.dataRemedies(string(q.Resource.Account()))
		}
		return q.delegate()
	case ReasonSelf, ReasonAboveCeiling:
		return q.delegate()
	}
	return nil
}

// delegate returns the remedy of leaving it to somebody else, if anybody may.
func (q *question) delegate() []Remedy {
	r := q.remedy(q.Action, q.Resource, Resource{}, "let somebody else do it")
	if len(r.By) == 0 {
		return nil
	}
	return []Remedy{r}
}

// roleRemedies returns the roles that hold the action, the least first: those
// that see only the data of teams, then those with the fewest capabilities.
// Giving one takes two questions: of the user, and of the role.
func (q *question) roleRemedies() []Remedy {
	var all []Remedy
	roles := slices.Clone(q.p.catalog.roles)
	slices.SortStableFunc(roles, func(a, b roleEntry) int {
		return cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(len(a.Capabilities), len(b.Capabilities)))
	})
	for _, r := range roles {
		if !r.holds.has(q.entry.number) || len(all) == maxRemedies-1 {
			continue
		}
		change := q.remedy(SetUserRole, TargetUser(q.askerID), Role(r.Name), "give %s the role %s", q.askerID, r.Name)
		change.By = slices.DeleteFunc(change.By, func(u team.UserID) bool {
			return !q.p.Decide(User(u), GrantRole, Role(r.Name)).Allowed
		})
		all = append(all, change)
	}
	return all
}

// dataRemedies returns what would bring an account within reach: an attribute
// whose absence alone keeps a group of the user from matching, a team that sees
// the account already, or a data group that matches it, for a team of the user.
func (q *question) dataRemedies(id string) []Remedy {
	s := q.p.state
	at := s.Accounts.Get(id)
	var all []Remedy
	propose := func(a Action, r, given Resource, format string, args ...any) {
		if len(all) < maxRemedies {
			all = append(all, q.remedy(a, r, given, format, args...))
		}
	}
	for _, name := range q.gaps(s.Account(at.No)) {
		propose(EditSource, Account(id), Resource{}, "fill in %s of account %s, if you know it", name, id)
	}
	if !q.scoped {
		var ids []team.ID
		for _, t := range s.SeeingTeams(at) {
			ids = append(ids, s.Teams.At(t).ID)
		}
		slices.Sort(ids)
		for _, t := range ids[:min(maxRemedies, len(ids))] {
			propose(SetTeamMembers, Team(t), TargetUser(q.askerID), "add %s to team %s, which sees it", q.askerID, t)
		}
	}
	var groups []datagroup.ID
	for _, g := range s.GroupsOf(at) {
		groups = append(groups, g.ID)
	}
	slices.Sort(groups)
	q.eachTeam(func(no uint32) bool {
		t := s.Teams.At(no).ID
		for _, g := range groups[:min(maxRemedies, len(groups))] {
			propose(SetTeamGroups, Team(t), Group(g), "attach data group %s, which matches it, to team %s", g, t)
		}
		return len(all) < maxRemedies
	})
	if len(groups) == 0 {
		propose(CreateGroup, Company(), Resource{}, "define a data group that matches it, and attach it to a team")
	}
	return all
}

// gaps returns the attributes, sorted, that an account lacks and without which
// a data group of the user is unknown for it.
func (q *question) gaps(a datagroup.Account) []string {
	var names []string
	q.eachTeam(func(no uint32) bool {
		for _, g := range q.p.state.Teams.At(no).GroupNumbers {
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

// remedy returns a change and which other users may make it.
func (q *question) remedy(a Action, r, given Resource, format string, args ...any) Remedy {
	by := slices.Sorted(q.p.Who(a, r).All())
	by = slices.DeleteFunc(by, func(u team.UserID) bool { return string(u) == q.Subject.id })
	return Remedy{Change: fmt.Sprintf(format, args...), Action: a, Resource: r, Given: given, By: by}
}
