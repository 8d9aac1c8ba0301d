package access_test

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// world is a company in plain maps: what a policy is held against. It is
// written from the rules alone, answers every question by walking everything,
// and keeps nothing it could forget to update.
type world struct {
	catalog    modelCatalog
	now        time.Time
	attributes map[string]datagroup.Type
	accounts   map[string]modelAccount
	groups     map[string]modelGroup
	teams      map[string]modelTeam
	users      map[string]modelUser
	reports    map[string]modelReport
	links      map[string]modelLink
}

type modelUser struct {
	name, email, role string
	suspended         bool
	until             time.Time
}

type modelTeam struct {
	name, description string
	groups            []string             // sorted, each once
	members           map[string]time.Time // by user: end of membership
}

// who is a subject before the package sees it.
type who struct {
	user, team string
	session    bool
	link       string
}

func (s who) subject() access.Subject {
	switch {
	case s.link != "":
		return access.ViaLink(access.LinkID(s.link))
	case s.session:
		return access.Session(s.user, s.team)
	}
	return access.User(s.user)
}

// thing is a resource before the package sees it.
type thing struct {
	kind, id, account string
	wide              bool // marked as the company's
}

func (r thing) resource() access.Resource {
	if r.wide {
		return access.CompanyItem(access.Kind(r.kind), r.id)
	}
	return access.Item(access.Kind(r.kind), r.id, r.account)
}

var builtInKinds = []string{"company", "account", "user", "role", "team", "group", "report", "link"}

// sort says which row of the table of kinds r is in: a built-in kind, "item",
// "wide", "malformed", or "" for no resource at all.
func (r thing) sort() string {
	misplaced := r.wide || r.account != "" && (r.kind != "account" || r.account != r.id)
	switch {
	case r.kind == "":
		return ""
	case !slices.Contains(builtInKinds, r.kind) && r.wide:
		return "wide"
	case !slices.Contains(builtInKinds, r.kind):
		return "item"
	case misplaced, r.kind == "company" && r.id != "":
		return "malformed"
	}
	return r.kind
}

// verdict is a Decision without the question. An allowance has no step.
type verdict struct {
	step   access.Step
	reason access.Reason
	role   string
	team   string
	group  string
	level  access.Level
}

func (v verdict) allowed() bool { return v.step == access.NoStep }

func (v verdict) deny(step access.Step, reason access.Reason) verdict {
	v.step, v.reason = step, reason
	return v
}

func (v verdict) allow(by access.Reason) verdict {
	v.step, v.reason = access.NoStep, by
	return v
}

// decide answers a question with everything a Decision says.
func (w *world) decide(s who, action string, r thing) access.Decision {
	v := w.ask(s, action, r)
	return access.Decision{
		Allowed: v.allowed(), Reason: v.reason, Step: v.step,
		Role: role.Name(v.role), Team: team.ID(v.team), Group: datagroup.ID(v.group), Level: v.level,
		Subject: s.subject(), Action: access.Action(action), Resource: r.resource(),
	}
}

// ask takes the five steps in order.
func (w *world) ask(s who, action string, r thing) verdict {
	if s.link != "" {
		return w.askLink(s.link, action, r)
	}
	var v verdict
	if reason := w.subjectStep(s); reason != "" {
		return v.deny(access.StepSubject, reason)
	}
	if reason := w.kindStep(action, r); reason != "" {
		return v.deny(access.StepKind, reason)
	}
	switch {
	case r.sort() == "report":
		return w.askReport(s, action, r.id)
	case r.sort() == "link":
		return w.askRevoke(s, r.id)
	}
	name := w.users[s.user].role
	v.role = name
	actor, _ := w.catalog.role(name)
	if !actor.can(action) {
		return v.deny(access.StepCapability, "no-capability")
	}
	if v = w.reachStep(v, s, r); !v.allowed() {
		return v
	}
	if reason := w.guardStep(s.user, action, r); reason != "" {
		return v.deny(access.StepGuard, reason)
	}
	return v
}

func (w *world) over(until time.Time) bool {
	return !until.IsZero() && !w.now.Before(until)
}

func (w *world) subjectStep(s who) access.Reason {
	if s.user == "" {
		return "no-subject"
	}
	u, ok := w.users[s.user]
	switch {
	case !ok:
		return "unknown-user"
	case u.suspended:
		return "suspended"
	case w.over(u.until):
		return "ended"
	case !s.session:
		return ""
	}
	if _, ok := w.teams[s.team]; !ok {
		return "unknown-session-team"
	}
	if !w.member(s.user, s.team) {
		return "not-a-member"
	}
	return ""
}

func (w *world) kindStep(action string, r thing) access.Reason {
	kinds, known := w.catalog.askable(action)
	switch {
	case !known:
		return "unknown-action"
	case r.sort() == "":
		return "no-resource"
	case r.sort() == "malformed":
		return "malformed-resource"
	case !slices.Contains(kinds, r.sort()):
		return "wrong-kind"
	}
	return ""
}

// reachStep is that of everything but reports and links, where the level and
// the maker decide.
func (w *world) reachStep(v verdict, s who, r thing) verdict {
	switch r.sort() {
	case "company", "wide":
		return v.allow("role")
	case "account":
		return w.reachAccount(v, s, r.id)
	case "item":
		if r.account == "" {
			return v.deny(access.StepReach, "account-required")
		}
		return w.reachAccount(v, s, r.account)
	case "user":
		return v.exists(has(w.users, r.id), "unknown-resource")
	case "team":
		return v.exists(has(w.teams, r.id), "unknown-resource")
	case "group":
		return v.exists(has(w.groups, r.id), "unknown-resource")
	}
	if _, ok := w.catalog.role(r.id); !ok {
		return v.deny(access.StepReach, "unknown-resource")
	}
	actor, _ := w.catalog.role(v.role)
	if !actor.managesRole(r.id) {
		return v.deny(access.StepReach, "above-ceiling")
	}
	return v.allow("role")
}

func has[V any](m map[string]V, id string) bool {
	_, ok := m[id]
	return ok
}

func (v verdict) exists(ok bool, reason access.Reason) verdict {
	if !ok {
		return v.deny(access.StepReach, reason)
	}
	return v.allow("role")
}

// reachAccount finds the first of the user's teams, and of its groups, that
// sees the account. Within a session that is the one team for every role.
func (w *world) reachAccount(v verdict, s who, account string) verdict {
	if !has(w.accounts, account) {
		return v.deny(access.StepReach, "unknown-resource")
	}
	if actor, _ := w.catalog.role(v.role); actor.all && !s.session {
		return v.allow("role")
	}
	for _, t := range w.teamsOf(s) {
		for _, g := range w.teams[t].groups {
			if w.matches(g, account) {
				v.team, v.group = t, g
				return v.allow("team")
			}
		}
	}
	return v.deny(access.StepReach, "out-of-reach")
}

func (w *world) member(user, t string) bool {
	until, ok := w.teams[t].members[user]
	return ok && !w.over(until)
}

// teamsOf returns the teams the subject acts for, in byte order.
func (w *world) teamsOf(s who) []string {
	var all []string
	for _, t := range sortedKeys(w.teams) {
		if w.member(s.user, t) && (!s.session || t == s.team) {
			all = append(all, t)
		}
	}
	return all
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}

func (w *world) guardStep(actor, action string, r thing) access.Reason {
	switch {
	case action == "owner.transfer":
		target := w.users[r.id]
		if r.id == actor || target.suspended || !target.until.IsZero() {
			return "ineligible-target"
		}
	case action == "role.grant":
		granted, _ := w.catalog.role(r.id)
		if granted.max > 0 && w.holders(r.id, false) >= granted.max {
			return "role-full"
		}
	case r.sort() == "user" && strings.HasPrefix(action, "user."):
		return w.guardUser(actor, r.id)
	}
	return ""
}

func (w *world) guardUser(actor, target string) access.Reason {
	mine, _ := w.catalog.role(w.users[actor].role)
	u := w.users[target]
	theirs, _ := w.catalog.role(u.role)
	switch {
	case actor == target:
		return "self"
	case !mine.managesRole(u.role):
		return "above-ceiling"
	case w.counts(u) && theirs.min > 0 && w.holders(u.role, true) <= theirs.min:
		return "last-holder"
	}
	return ""
}

// counts reports whether u is one of those a role's minimum is counted over.
func (w *world) counts(u modelUser) bool { return !u.suspended && u.until.IsZero() }

func (w *world) holders(role string, counted bool) int {
	n := 0
	for _, u := range w.users {
		if u.role == role && (!counted || w.counts(u)) {
			n++
		}
	}
	return n
}

// sees returns the ids of the accounts for which account.view is allowed,
// sorted.
func (w *world) sees(s who) []string {
	var all []string
	for _, id := range sortedKeys(w.accounts) {
		if w.ask(s, "account.view", thing{kind: "account", id: id}).allowed() {
			all = append(all, id)
		}
	}
	return all
}

// clone returns a world that shares nothing with w.
func (w *world) clone() *world {
	c := *w
	c.attributes, c.accounts, c.groups = maps.Clone(w.attributes), maps.Clone(w.accounts), maps.Clone(w.groups)
	c.users, c.links = maps.Clone(w.users), maps.Clone(w.links)
	c.teams, c.reports = map[string]modelTeam{}, map[string]modelReport{}
	for id, t := range w.teams {
		t.groups, t.members = slices.Clone(t.groups), maps.Clone(t.members)
		c.teams[id] = t
	}
	for id, r := range w.reports {
		r.users, r.teams = maps.Clone(r.users), maps.Clone(r.teams)
		c.reports[id] = r
	}
	return &c
}

func newWorld(c modelCatalog) *world {
	return &world{
		catalog: c, now: modelStart,
		attributes: map[string]datagroup.Type{}, accounts: map[string]modelAccount{}, groups: map[string]modelGroup{},
		teams: map[string]modelTeam{}, users: map[string]modelUser{}, reports: map[string]modelReport{},
		links: map[string]modelLink{},
	}
}

// modelStart is when every world begins. Ends are a few whole hours later.
var modelStart = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// subjects returns every subject there is in the world, and some there is not.
func (w *world) subjects() []who {
	all := []who{{}, {user: "ghost"}, {user: "ghost", session: true, team: "t1"}, {link: "ghost"}}
	for _, u := range sortedKeys(w.users) {
		all = append(all, who{user: u}, who{user: u, session: true}, who{user: u, session: true, team: "ghost"})
		for _, t := range sortedKeys(w.teams) {
			all = append(all, who{user: u, session: true, team: t})
		}
	}
	for _, l := range sortedKeys(w.links) {
		all = append(all, who{link: l})
	}
	return all
}

// things returns every resource there is in the world, and some there is not.
func (w *world) things() []thing {
	all := []thing{
		{}, {kind: "company"}, {kind: "company", id: "x"}, {kind: "company", wide: true},
		{kind: "campaign", id: "c1"}, {kind: "campaign"}, {kind: "campaign", id: "c1", wide: true},
		{id: "c1", account: "a1"}, {kind: "role", id: "ghost"}, {kind: "account", id: "a1", account: "a2"},
		{kind: "team", id: "t1", account: "a1"}, {kind: "report", id: "r1", wide: true},
	}
	byKind := map[string][]string{
		"account": sortedKeys(w.accounts), "group": sortedKeys(w.groups), "team": sortedKeys(w.teams),
		"user": sortedKeys(w.users), "report": sortedKeys(w.reports), "link": sortedKeys(w.links),
	}
	for _, r := range w.catalog.roles {
		all = append(all, thing{kind: "role", id: r.name})
	}
	for _, kind := range sortedKeys(byKind) {
		for _, id := range append(byKind[kind], "", "ghost") {
			all = append(all, thing{kind: kind, id: id})
		}
	}
	for _, a := range append(byKind["account"], "ghost") {
		all = append(all, thing{kind: "campaign", id: "c1", account: a}, thing{kind: "account", id: a, account: a})
	}
	return all
}
