package console

import (
	"net/url"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/diff"
)

// whatIf is who would gain and who would lose by a change, as far as it is for
// the reader to see.
type whatIf struct {
	Gains, Losses effects
	Own           bool        // what others gain or lose is not for the reader
	Does          []phrase    // what the change does, as far as a reader with Own knows of it
	Past          bool        // the end that was typed is past, so that it counts at once
	Accepted      *acceptance // of an invitation
}

// effects are what people gain, or what they lose.
type effects struct {
	Users, Accounts int
	More            bool // and more, which was not looked at
	Rows            []effect
	Left            bool // there are more rows
}

// effect is what one subject gains or loses.
type effect struct {
	Who  phrase
	What phrase
}

// askWhatIf says what a change would do if it were made now. The error is that
// of the change.
func (v *visit) askWhatIf(in url.Values, by company.By, changes []company.Change) (*whatIf, error) {
	would, err := v.console.company.WhatIf(v.Context(), by, changes...)
	if err != nil {
		return nil, err
	}
	out := v.compare(would.Before, would.After)
	if end, err := readEnd(in, "until"); err == nil {
		out.Past = !end.IsZero() && !end.After(would.After.Now())
	}
	for _, c := range would.Changes {
		if p := v.sharing(in, c); out.Own && p.is() {
			out.Does = append(out.Does, p)
		}
	}
	out.Accepted, err = v.askAcceptance(in, would)
	return out, err
}

// compare says who gains and who loses between two policies.
func (v *visit) compare(before, after *access.Policy) *whatIf {
	s := diff.Compare(before, after).Summary(v.Context(), diff.Limits{})
	sees := v.sight(after, before)
	return &whatIf{Gains: v.effects(s.Gains, sees, sees.gainText), Losses: v.effects(s.Losses, sees, sees.lossText), Own: !sees.directory}
}

// sight is what the reader may be told of what others gain and lose.
type sight struct {
	directory bool // who there is
	audit     bool // what is shared with whom
	own       func(kind, id string) bool
	views     []access.View    // of the reader, before and after
	policies  []*access.Policy // the last one first, which has the names of what is new
	self      access.Subject
	now       time.Time
}

func (v *visit) sight(policies ...*access.Policy) sight {
	self := access.User(v.reader)
	s := sight{
		directory: v.mayRead(readDirectory), audit: v.may(access.ReadAudit, access.Company()), own: v.belongsTo,
		policies: policies, self: self, now: v.moment.Time(),
	}
	for _, p := range policies {
		s.views = append(s.views, p.View(self))
	}
	return s
}

// shows reports whether the reader may be told of a resource.
func (s sight) shows(r access.Resource) bool {
	if account := r.Account(); account != "" {
		return slices.ContainsFunc(s.views, func(v access.View) bool { return v.Sees(account) })
	}
	switch r.Kind() {
	case access.KindReport:
		return s.audit || slices.ContainsFunc(s.policies, func(p *access.Policy) bool { return p.Decide(s.self, access.ViewReport, r).Allowed })
	case access.KindLink:
		return s.audit
	case access.KindUser, access.KindTeam, access.KindGroup:
		return s.directory || s.own(string(r.Kind()), r.ID())
	}
	return true
}

// effects returns a total in words.
func (v *visit) effects(t diff.Total, sees sight, words func(diff.Right) phrase) effects {
	out := effects{Users: t.Users, Accounts: t.Accounts, More: t.More, Left: t.Count > len(t.Rights)}
	if !sees.directory {
		out = effects{}
	}
	for _, r := range t.Rights {
		if sees.directory || r.Subject.User() == v.reader {
			out.Rows = append(out.Rows, effect{sees.subjectName(r.Subject), words(r)})
		}
	}
	return out
}

// subjectName returns how a page names who gains or loses.
func (s sight) subjectName(who access.Subject) phrase {
	if who.Link() != "" {
		return say("Anyone with a share link")
	}
	user := s.name(access.TargetUser(who.User()))
	if id, ok := who.Team(); ok {
		return say("%s, acting in team %s", user, s.name(access.Team(id)))
	}
	return named(user)
}

// name returns how a page names a resource, beside what kind it is.
func (s sight) name(r access.Resource) string {
	for _, p := range s.policies {
		if p.Directory().Has(r) {
			return resourceName(p.Directory(), r)
		}
	}
	return r.ID()
}

// gainText says in words what somebody gains.
func (s sight) gainText(r diff.Right) phrase {
	text := s.gainWords(r)
	r.From = s.ahead(r.From)
	switch {
	case !r.From.IsZero() && !r.Until.IsZero():
		return say("%s, from %s until %s", text, r.From, r.Until)
	case !r.From.IsZero():
		return say("%s, from %s on", text, r.From)
	case !r.Until.IsZero():
		return say("%s (%s)", text, until(r.Until))
	}
	return text
}

// lossText says in words what somebody loses.
func (s sight) lossText(r diff.Right) phrase {
	text := s.lossWords(r)
	r.From = s.ahead(r.From)
	switch {
	case !r.From.IsZero():
		return say("%s, from %s on", text, r.From)
	case !r.Until.IsZero():
		return say("%s (they had it %s)", text, until(r.Until))
	}
	return text
}

// ahead returns an instant that is still to come, and the zero time for one that
// is past: what was different before now is of no use to the reader.
func (s sight) ahead(t time.Time) time.Time {
	if t.After(s.now) {
		return t
	}
	return time.Time{}
}

// justSee are the actions of somebody who may only look at accounts.
var justSee = []access.Action{access.ViewAccount}

func (s sight) gainWords(r diff.Right) phrase {
	at := s.resourcesText(r.Resources)
	switch {
	case r.Kind == diff.AccountReach, slices.Equal(r.Actions, justSee):
		if r.Route.Team != "" {
			return say("sees %s, through team %s", at, s.name(access.Team(r.Route.Team)))
		}
		return say("sees %s", at)
	case r.Kind == diff.ReportLevel:
		return say("is %s of %s", r.Level.String(), at)
	case r.Kind == diff.LinkRevocation:
		return say("may revoke %s", at)
	case r.Kind == diff.TeamSession:
		return say("may act in the team")
	case r.Kind == diff.LinkUse:
		return say("sees %s by it", at)
	}
	if len(r.Resources) == 1 && r.Resources[0] == access.Company() {
		return say("may %s", actionsText(r.Actions))
	}
	return say("may %s (%s)", actionsText(r.Actions), at)
}

func (s sight) lossWords(r diff.Right) phrase {
	at := s.resourcesText(r.Resources)
	switch {
	case r.Kind == diff.AccountReach, slices.Equal(r.Actions, justSee):
		if r.Route.Team != "" {
			return say("no longer sees %s, through team %s", at, s.name(access.Team(r.Route.Team)))
		}
		return say("no longer sees %s", at)
	case r.Kind == diff.ReportLevel:
		return say("is no longer %s of %s", r.Level.String(), at)
	case r.Kind == diff.LinkRevocation:
		return say("may no longer revoke %s", at)
	case r.Kind == diff.TeamSession:
		return say("may no longer act in the team")
	case r.Kind == diff.LinkUse:
		return say("no longer sees %s by it", at)
	}
	if len(r.Resources) == 1 && r.Resources[0] == access.Company() {
		return say("may no longer %s", actionsText(r.Actions))
	}
	return say("may no longer %s (%s)", actionsText(r.Actions), at)
}

// mostNames is how many things a line names. It counts the others.
const mostNames = 5

func actionsText(actions []access.Action) phrase {
	words := sortActions(actions)
	shown := joined(words[:min(len(words), mostNames)])
	if left := len(words) - mostNames; left > 0 {
		return say("%s and %s more", shown, left)
	}
	return shown
}

// joined returns phrases with commas between them.
func joined(all []phrase) phrase {
	if len(all) == 0 {
		return phrase{}
	}
	out := all[0]
	for _, p := range all[1:] {
		out = say("%s, %s", out, p)
	}
	return out
}

// namesText returns the first of some names, and how many there are.
func namesText(names []string, all int) phrase {
	shown := names[:min(len(names), mostNames)]
	if all > len(shown) {
		return say("%s and %s more", shown, all-len(shown))
	}
	return listed(shown)
}

// resourcesText returns what a right is about. What the reader may not know of
// is counted.
func (s sight) resourcesText(resources []access.Resource) phrase {
	if len(resources) == 0 {
		return phrase{} // to act in a team is about nothing else
	}
	var names []string
	kind := resources[0].Kind()
	for _, r := range resources {
		if len(names) <= mostNames && s.shows(r) {
			names = append(names, s.name(r))
		}
	}
	if len(names) == 0 {
		return counted(kind, len(resources))
	}
	return say("%s: %s", counted(kind, len(resources)), namesText(names, len(resources)))
}

// counted returns how many resources of a kind there are.
func counted(kind access.Kind, n int) phrase {
	one := n == 1
	switch {
	case kind == access.KindAccount && one:
		return say("1 account")
	case kind == access.KindAccount:
		return say("%s accounts", n)
	case kind == access.KindReport && one:
		return say("1 report")
	case kind == access.KindReport:
		return say("%s reports", n)
	case kind == access.KindUser && one:
		return say("1 person")
	case kind == access.KindUser:
		return say("%s people", n)
	case kind == access.KindTeam && one:
		return say("1 team")
	case kind == access.KindTeam:
		return say("%s teams", n)
	case kind == access.KindGroup && one:
		return say("1 data group")
	case kind == access.KindGroup:
		return say("%s data groups", n)
	case kind == access.KindRole && one:
		return say("1 role")
	case kind == access.KindRole:
		return say("%s roles", n)
	case kind == access.KindLink && one:
		return say("1 share link")
	case kind == access.KindLink:
		return say("%s share links", n)
	}
	return say("%s of kind %s", n, string(kind))
}
