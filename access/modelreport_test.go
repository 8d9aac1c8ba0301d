package access_test

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
)

type modelReport struct {
	name         string
	users, teams map[string]modelGrant // by whom the report is shared with
}

type modelGrant struct {
	level access.Level
	until time.Time
}

type modelLink struct {
	maker, session string
	action         string
	shows          thing
	until          time.Time
	ended          bool
}

// The levels as the table of reports numbers them; zero is no access.
const (
	levelNone access.Level = iota
	levelViewer
	levelExplorer
	levelEditor
	levelCreator
)

// levelActions has the lowest level that holds each action.
var levelActions = map[string]access.Level{
	"report.view": levelViewer, "report.explore": levelExplorer, "report.comment": levelExplorer,
	"report.edit": levelEditor, "report.set": levelCreator, "report.unshare": levelCreator,
	"report.delete": levelCreator, "report.share-creator": levelCreator, "report.share-editor": levelEditor,
	"report.share-explorer": levelExplorer, "report.share-viewer": levelExplorer,
}

// askReport takes the steps from capability on at a report. An action of the
// host's needs the capability and somebody who may view the report.
func (w *world) askReport(s who, action, id string) verdict {
	var v verdict
	needed, isLevel := levelActions[action]
	if !isLevel {
		needed = levelViewer
		v.role = w.users[s.user].role
		if actor, _ := w.catalog.role(v.role); !actor.can(action) {
			return v.deny(access.StepCapability, "no-capability")
		}
	}
	if !has(w.reports, id) {
		return v.deny(access.StepReach, "unknown-resource")
	}
	v.level, v.team = w.levelAt(s, id)
	switch {
	case v.level == levelNone:
		return v.deny(access.StepCapability, "no-level")
	case v.level < needed:
		return v.deny(access.StepCapability, "level-too-low")
	}
	return v.allow("grant")
}

// levelAt returns the highest level the subject has, and the team it comes
// through: none if his own grant is as good, else the first in byte order.
func (w *world) levelAt(s who, id string) (access.Level, string) {
	var (
		level access.Level
		via   string
		r     = w.reports[id]
	)
	if g, ok := r.users[s.user]; ok && !w.over(g.until) {
		level = g.level
	}
	for _, t := range w.teamsOf(s) {
		if g, ok := r.teams[t]; ok && !w.over(g.until) && g.level > level {
			level, via = g.level, t
		}
	}
	return level, via
}

// askRevoke takes the steps from capability on at a share link, where the role
// is not asked: the maker, a creator of the report, and whoever might remove
// the maker may revoke it, whatever has become of the link.
func (w *world) askRevoke(s who, id string) verdict {
	var v verdict
	l, ok := w.links[id]
	if !ok {
		return v.deny(access.StepReach, "unknown-resource")
	}
	if l.maker == s.user {
		return v.allow("maker")
	}
	if l.shows.kind == "report" {
		if level, via := w.levelAt(s, l.shows.id); level == levelCreator {
			v.level, v.team = level, via
			return v.allow("grant")
		}
	}
	if remove := w.ask(s, "user.remove", thing{kind: "user", id: l.maker}); remove.allowed() {
		return remove
	}
	return v.deny(access.StepReach, "out-of-reach")
}

// askLink decides for whoever holds a link: as for its maker, now and in the
// scope he made it in, but for the one question the link is for.
func (w *world) askLink(id, action string, r thing) verdict {
	var v verdict
	l, ok := w.links[id]
	switch {
	case !ok:
		return v.deny(access.StepSubject, "unknown-link")
	case l.ended:
		return v.deny(access.StepSubject, "link-ended")
	case w.over(l.until):
		return v.deny(access.StepSubject, "link-expired")
	case action != l.action || r.resource() != l.shows.resource():
		return v.deny(access.StepSubject, "link-scope")
	}
	v = w.ask(l.scope(), l.action, l.shows)
	if !v.allowed() {
		return v.deny(v.step, "link-paused")
	}
	return v.allow("link")
}

// scope is whom the link stands for.
func (l modelLink) scope() who {
	return who{user: l.maker, session: l.session != "", team: l.session}
}

// view returns the accounts the subject's View has, sorted. That of a link is
// its maker's, as long as the link opens what it is for, and of that only the
// account of what it is for, if there is one.
func (w *world) view(s who) []string {
	if s.link == "" {
		return w.sees(s)
	}
	l := w.links[s.link]
	if !w.ask(s, l.action, l.shows).allowed() {
		return nil
	}
	all := w.sees(l.scope())
	if l.shows.account == "" {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(a string) bool { return a != l.shows.account })
}

// linkFits reports whether a link may allow the action at the thing: to view a
// report, or whatever may be asked of something of the host's that is not
// nowhere. An action that nobody knows may come to be known, or have been: such
// a link is paused.
func (w *world) linkFits(l modelLink) bool {
	kinds, known := w.catalog.askable(l.action)
	if !known {
		kinds = []string{"item", "wide"}
	}
	switch l.shows.sort() {
	case "report":
		return l.action == "report.view" && l.shows.id != ""
	case "item":
		return l.action != "" && l.shows.account != "" && slices.Contains(kinds, "item")
	case "wide":
		return l.action != "" && slices.Contains(kinds, "wide")
	}
	return false
}

// endLinks ends for good the links of a maker, or to a report, that is removed.
func (w *world) endLinks(gone func(modelLink) bool) {
	for id, l := range w.links {
		if gone(l) {
			l.ended = true
			w.links[id] = l
		}
	}
}

// ends reports whether anything about the subject ends that a decision about
// him might have to compare with the clock.
func (w *world) ends(s who) bool {
	if s.link != "" {
		l, ok := w.links[s.link]
		return ok && !l.ended && (!l.until.IsZero() || w.ends(l.scope()))
	}
	if !w.users[s.user].until.IsZero() {
		return true
	}
	for _, t := range w.teams {
		if !t.members[s.user].IsZero() {
			return true
		}
	}
	for _, r := range w.reports {
		if !r.users[s.user].until.IsZero() {
			return true
		}
		for t, g := range r.teams {
			if _, in := w.teams[t].members[s.user]; in && !g.until.IsZero() {
				return true
			}
		}
	}
	return false
}
