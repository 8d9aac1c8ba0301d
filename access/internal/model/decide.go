package model

import (
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// answer is a decision without the question. One that allows has no step.
type answer struct {
	step   access.Step
	reason access.Reason
	role   role.Name
	team   string
	group  string
	level  access.Level
}

func (v answer) allowed() bool { return v.step == access.NoStep }

func (v answer) deny(step access.Step, reason access.Reason) answer {
	v.step, v.reason = step, reason
	return v
}

func (v answer) allow(route access.Reason) answer {
	v.step, v.reason = access.NoStep, route
	return v
}

// Decide answers a question with everything that a Decision says. A nil World is
// that of which there is no policy.
func (w *World) Decide(s Subject, action string, r Resource) access.Decision {
	v := w.ask(s, action, r)
	return access.Decision{
		Allowed: v.allowed(), Reason: v.reason, Step: v.step,
		Role: v.role, Team: team.ID(v.team), Group: datagroup.ID(v.group), Level: v.level,
		Subject: s.Access(), Action: access.Action(action), Resource: r.Access(),
	}
}

// ask takes the five steps in order.
func (w *World) ask(s Subject, action string, r Resource) answer {
	var v answer
	if w == nil {
		return v.deny(access.StepSubject, "unavailable")
	}
	if s.Link != "" {
		return w.askLink(s.Link, action, r)
	}
	if reason := w.SubjectStep(s); reason != "" {
		return v.deny(access.StepSubject, reason)
	}
	if reason := w.kindStep(action, r); reason != "" {
		return v.deny(access.StepKind, reason)
	}
	switch w.Catalog.Row(r) {
	case "report":
		return w.askReport(s, action, r.ID)
	case "link":
		return w.askRevoke(s, r.ID)
	}
	actor := w.RoleOf(s.User)
	v.role = actor.Name
	if !Holds(actor, action) {
		return v.deny(access.StepCapability, "no-capability")
	}
	if v = w.reachStep(v, s, r); !v.allowed() {
		return v
	}
	if reason := w.guardStep(s.User, action, r); reason != "" {
		return v.deny(access.StepGuard, reason)
	}
	return v
}

// SubjectStep returns why a user may ask nothing at all, "" if there is no
// such reason. It is not for links.
func (w *World) SubjectStep(s Subject) access.Reason {
	if s.User == "" {
		return "no-subject"
	}
	u, ok := w.Users[s.User]
	switch {
	case !ok:
		return "unknown-user"
	case u.Suspended:
		return "suspended"
	case w.ended(u.Until):
		return "ended"
	case !s.Session:
		return ""
	case !has(w.Teams, s.Team):
		return "unknown-session-team"
	case !w.Member(s.User, s.Team):
		return "not-a-member"
	}
	return ""
}

func (w *World) kindStep(action string, r Resource) access.Reason {
	switch {
	case !w.Catalog.Knows(action):
		return "unknown-action"
	case w.Catalog.Row(r) == "":
		return "no-resource"
	case w.Catalog.Row(r) == "unknown":
		return "unknown-kind"
	case w.Catalog.Row(r) == "malformed":
		return "malformed-resource"
	case !w.Catalog.Asks(action, r):
		return "wrong-kind"
	}
	return ""
}

// Applies answers whether an action may be asked of such a resource at all.
func (w *World) Applies(action string, r Resource) access.Decision {
	d := access.Decision{Action: access.Action(action), Resource: r.Access(), Reason: w.kindStep(action, r)}
	if d.Allowed = d.Reason == ""; !d.Allowed {
		d.Step = access.StepKind
	}
	return d
}

// Actions returns what the subject may do with a resource, in byte order.
func (w *World) Actions(s Subject, r Resource) []string {
	return slices.DeleteFunc(w.Catalog.Actions(), func(a string) bool { return !w.ask(s, a, r).allowed() })
}

// Who returns the users who may take an action on a resource at company level,
// in byte order.
func (w *World) Who(action string, r Resource) []string {
	return slices.DeleteFunc(SortedKeys(w.Users), func(u string) bool { return !w.ask(InCompany(u), action, r).allowed() })
}

// reachStep is for everything but reports and links, where the level and the
// maker decide.
func (w *World) reachStep(v answer, s Subject, r Resource) answer {
	switch w.Catalog.Row(r) {
	case "company", "company-item":
		return v.allow("role")
	case "account":
		return w.reachAccount(v, s, r.ID)
	case "item":
		if r.Account == "" {
			return v.deny(access.StepReach, "account-required")
		}
		return w.reachAccount(v, s, r.Account)
	case "user":
		return v.exists(has(w.Users, r.ID), "unknown-resource")
	case "team":
		return v.exists(has(w.Teams, r.ID), "unknown-resource")
	case "group":
		return v.exists(has(w.Groups, r.ID), "unknown-resource")
	}
	if _, ok := w.Catalog.Role(r.ID); !ok {
		return v.deny(access.StepReach, "unknown-resource")
	}
	if !Manages(w.RoleOf(s.User), r.ID) {
		return v.deny(access.StepReach, "above-ceiling")
	}
	return v.allow("role")
}

func (v answer) exists(ok bool, reason access.Reason) answer {
	if !ok {
		return v.deny(access.StepReach, reason)
	}
	return v.allow("role")
}

// reachAccount finds the first of the user's teams, and of its data groups,
// that sees the account. Within a session that is the one team, for every role.
func (w *World) reachAccount(v answer, s Subject, account string) answer {
	if !has(w.Accounts, account) {
		return v.deny(access.StepReach, "unknown-resource")
	}
	if SeesAll(w.RoleOf(s.User)) && !s.Session {
		return v.allow("role")
	}
	for _, t := range w.teamsOf(s) {
		for _, g := range w.Teams[t].Groups {
			if w.Matches(g, account) {
				v.team, v.group = t, g
				return v.allow("team")
			}
		}
	}
	return v.deny(access.StepReach, "out-of-reach")
}

// teamsOf returns the teams that the subject acts for, in byte order.
func (w *World) teamsOf(s Subject) []string {
	var all []string
	for _, t := range SortedKeys(w.Teams) {
		if w.Member(s.User, t) && (!s.Session || t == s.Team) {
			all = append(all, t)
		}
	}
	return all
}

func (w *World) guardStep(actor, action string, r Resource) access.Reason {
	switch {
	case action == "owner.transfer":
		if r.ID == actor || !w.Users[r.ID].Lasting() || !Manages(w.RoleOf(actor), w.Users[r.ID].Role) {
			return "ineligible-target"
		}
	case action == "role.grant":
		granted, _ := w.Catalog.Role(r.ID)
		if all, _ := w.Holders(r.ID); granted.MaxHolders > 0 && all >= granted.MaxHolders {
			return "role-full"
		}
	case w.Catalog.Row(r) == "user" && strings.HasPrefix(action, "user."):
		return w.guardUser(actor, action, r.ID)
	}
	return ""
}

// guardUser is for user.* at a user. Only what takes a holder from a role, or
// gives one an end, is refused for the last: another name does not.
func (w *World) guardUser(actor, action, target string) access.Reason {
	u, theirs := w.Users[target], w.RoleOf(target)
	_, lasting := w.Holders(u.Role)
	switch {
	case actor == target:
		return "self"
	case !Manages(w.RoleOf(actor), u.Role):
		return "above-ceiling"
	case action == "user.edit":
		return ""
	case u.Lasting() && theirs.MinHolders > 0 && lasting <= theirs.MinHolders:
		return "last-holder"
	}
	return ""
}

// View returns the ids of the accounts that the subject sees, sorted. A link
// shows those of its maker, as long as it opens what it is for, and of these
// only the account of what it is for, if there is one.
func (w *World) View(s Subject) []string {
	if s.Link == "" {
		return w.sees(s)
	}
	l := w.Links[s.Link]
	if !w.ask(s, l.Action, l.Resource).allowed() {
		return nil
	}
	all := w.sees(l.Scope())
	if l.Resource.Account == "" {
		return all
	}
	return slices.DeleteFunc(all, func(a string) bool { return a != l.Resource.Account })
}

// sees returns the accounts for which account.view is allowed, sorted.
func (w *World) sees(s Subject) []string {
	var all []string
	for _, id := range SortedKeys(w.Accounts) {
		if w.ask(s, "account.view", OfAccount(id)).allowed() {
			all = append(all, id)
		}
	}
	return all
}
