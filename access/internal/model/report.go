package model

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
)

// Report is a report and its grants, by user and by team.
type Report struct {
	Name         string
	Users, Teams map[string]Grant
}

// Grant is a level with an end; no Until means none.
type Grant struct {
	Level access.Level
	Until time.Time
}

// NewReport returns a report that is shared with nobody.
func NewReport(name string) Report {
	return Report{Name: name, Users: map[string]Grant{}, Teams: map[string]Grant{}}
}

// The levels as the table of reports numbers them; zero is no access.
const (
	NoLevel access.Level = iota
	Viewer
	Explorer
	Editor
	Creator
)

// LevelActions has the lowest level that holds each action.
var LevelActions = map[string]access.Level{
	"report.view": Viewer, "report.explore": Explorer, "report.comment": Explorer,
	"report.edit": Editor, "report.set": Creator, "report.unshare": Creator,
	"report.delete": Creator, "report.share-creator": Creator, "report.share-editor": Editor,
	"report.share-explorer": Explorer, "report.share-viewer": Explorer,
}

// askReport takes the steps from capability on at a report. An action of the
// host's needs the capability and somebody who may view the report.
func (w *World) askReport(s Subject, action, id string) answer {
	var v answer
	needed, isLevel := LevelActions[action]
	if !isLevel {
		needed = Viewer
		v.role = w.RoleOf(s.User).Name
		if !Holds(w.RoleOf(s.User), action) {
			return v.deny(access.StepCapability, "no-capability")
		}
	}
	if !has(w.Reports, id) {
		return v.deny(access.StepReach, "unknown-resource")
	}
	v.level, v.team = w.LevelAt(s, id)
	switch {
	case v.level == NoLevel:
		return v.deny(access.StepCapability, "no-level")
	case v.level < needed:
		return v.deny(access.StepCapability, "level-too-low")
	}
	return v.allow("grant")
}

// LevelAt returns the highest level that a user has at a report, and the team
// it comes through: none if the direct grant is as good, else the first in
// byte order.
func (w *World) LevelAt(s Subject, id string) (level access.Level, through string) {
	r := w.Reports[id]
	if g, ok := r.Users[s.User]; ok && !w.ended(g.Until) {
		level = g.Level
	}
	for _, t := range w.teamsOf(s) {
		if g, ok := r.Teams[t]; ok && !w.ended(g.Until) && g.Level > level {
			level, through = g.Level, t
		}
	}
	return level, through
}

// Link is a share link: who made it, in the session of which team if any, and
// the one question it is for.
type Link struct {
	Maker, Session string
	Action         string
	Resource       Resource
	Until          time.Time
	Ended          bool
}

// Scope returns for whom the link stands.
func (l Link) Scope() Subject {
	return Subject{User: l.Maker, Session: l.Session != "", Team: l.Session}
}

// askRevoke takes the steps from capability on at a share link, where the role
// is not asked: the maker, a creator of the report, and anyone who may remove
// the maker may revoke it, also if it has expired or is paused. One that has
// ended counts as none.
func (w *World) askRevoke(s Subject, id string) answer {
	var v answer
	l, ok := w.Links[id]
	if !ok || l.Ended {
		return v.deny(access.StepReach, "unknown-resource")
	}
	if l.Maker == s.User {
		return v.allow("maker")
	}
	if l.Resource.Kind == "report" {
		if level, through := w.LevelAt(s, l.Resource.ID); level == Creator {
			v.level, v.team = level, through
			return v.allow("grant")
		}
	}
	if remove := w.ask(s, "user.remove", Resource{Kind: "user", ID: l.Maker}); remove.allowed() {
		return remove
	}
	return v.deny(access.StepReach, "out-of-reach")
}

// askLink decides for anyone who has a link: as for its maker, now and in the
// scope the link was made in, but for the one question the link is for.
func (w *World) askLink(id, action string, r Resource) answer {
	var v answer
	l, ok := w.Links[id]
	switch {
	case !ok:
		return v.deny(access.StepSubject, "unknown-link")
	case l.Ended:
		return v.deny(access.StepSubject, "link-ended")
	case w.ended(l.Until):
		return v.deny(access.StepSubject, "link-expired")
	case action != l.Action || r.Access() != l.Resource.Access():
		return v.deny(access.StepSubject, "link-scope")
	}
	v = w.ask(l.Scope(), l.Action, l.Resource)
	if !v.allowed() {
		return v.deny(v.step, "link-paused")
	}
	return v.allow("link")
}

// LinkFits reports whether a link may allow its action at its resource: to view
// a report, or the link action of a kind of the host's. What an ended link
// showed may be of a kind that is gone.
func (w *World) LinkFits(l Link) bool {
	k, declared := w.Catalog.Kind(l.Resource.Kind)
	switch row := w.Catalog.Row(l.Resource); {
	case l.Action == "" || l.Resource.Kind == "":
		return false
	case row == "report" && l.Resource.ID == "":
		return false
	case l.Ended && (row == "report" || !slices.Contains(BuiltInKinds, l.Resource.Kind)):
		return true
	case row == "report":
		return l.Action == "report.view"
	case row == "item" || row == "company-item":
		return declared && k.Link != "" && l.Action == string(k.Link) && (row == "item") == (l.Resource.Account != "")
	}
	return false
}

// EndLinks ends the links for which gone is true, and for good: those of a
// maker, or to a report, that is removed.
func (w *World) EndLinks(gone func(Link) bool) {
	for id, l := range w.Links {
		if gone(l) {
			l.Ended = true
			w.Links[id] = l
		}
	}
}

// HasEnd reports whether anything about the subject ends that a decision might
// have to compare with the clock.
func (w *World) HasEnd(s Subject) bool {
	if s.Link != "" {
		l, ok := w.Links[s.Link]
		return ok && !l.Ended && (!l.Until.IsZero() || w.HasEnd(l.Scope()))
	}
	if !w.Users[s.User].Until.IsZero() {
		return true
	}
	for _, t := range w.Teams {
		if !t.Members[s.User].IsZero() {
			return true
		}
	}
	for _, r := range w.Reports {
		if !r.Users[s.User].Until.IsZero() {
			return true
		}
		for t, g := range r.Teams {
			if has(w.Teams[t].Members, s.User) && !g.Until.IsZero() {
				return true
			}
		}
	}
	return false
}
