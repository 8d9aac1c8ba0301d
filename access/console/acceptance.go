package console

import (
	"crypto/rand"
	"fmt"
	"net/url"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/diff"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// acceptance is what somebody who is invited gains when they accept. A message
// that is sent gives nobody anything, so it is what a sponsor wants to know.
type acceptance struct {
	Who    phrase
	Gains  effects
	NoData bool // they see no accounts until somebody puts them into a team
}

// askAcceptance says what would come of an invitation if it were accepted at
// once. It is nil for other changes, and for readers who may not know what
// others gain.
func (v *visit) askAcceptance(in url.Values, would company.WhatIf) (*acceptance, error) {
	terms, ok := v.offered(in, would.Changes)
	if !ok || !v.mayRead(readDirectory) {
		return nil, nil
	}
	now := would.After.Now()
	end := terms.End(now)
	if own, _ := v.directory().User(v.reader); !own.Until.IsZero() && (end.IsZero() || own.Until.Before(end)) {
		end = own.Until // nobody lasts longer than their sponsor
	}
	joined := team.User{ID: team.UserID(rand.Text()), Name: terms.Name, Email: terms.Address, Role: terms.Role, Until: end}
	e := would.After.Edit()
	e.SetUser(document.UserOf(joined))
	for _, id := range terms.Teams {
		e.SetMember(id, document.Member{User: string(joined.ID)})
	}
	accepted, err := e.Policy()
	if err != nil {
		return nil, fmt.Errorf("what an invitation gives: %w", err)
	}
	gains := diff.Compare(would.After, accepted).Summary(v.Context(), diff.Limits{}).Gains
	gains.Rights = slices.DeleteFunc(gains.Rights, func(r diff.Right) bool { return r.Subject.User() != joined.ID })
	sees := v.sight(accepted, would.After)
	out := &acceptance{Who: named(terms.Address.String()), Gains: v.effects(gains, sees, sees.gainText)}
	out.Gains.Users, out.Gains.Left = 0, false // what others may do to them is not what they gain
	out.NoData = accepted.View(access.User(joined.ID)).Len() == 0
	return out, nil
}

// offered returns what an invitation offers after a change.
func (v *visit) offered(in url.Values, changes []company.Change) (invite.Terms, bool) {
	for _, c := range changes {
		switch c := c.(type) {
		case company.Invite:
			return c.Terms, true
		case company.ResendInvitation:
			i, ok := v.console.company.Invitation(c.Invitation)
			return i.Terms, ok
		case company.AmendInvitation:
			i, ok := v.console.company.Invitation(c.Invitation)
			terms, err := readTerms(in)
			terms.Address, terms.Name = i.Terms.Address, i.Terms.Name
			return terms, ok && err == nil
		}
	}
	return invite.Terms{}, false
}

// sharing says what a change does to who reads a report, in the words of what
// was typed: it is for readers who may not know the names of others.
func (v *visit) sharing(in url.Values, c company.Change) phrase {
	party := named(in.Get("user"))
	if id := in.Get("team"); id != "" {
		party = say("team %s", id)
	}
	switch c := c.(type) {
	case company.ShareReport:
		end, _ := c.Until.Get()
		return with(say("Report %s is shared with %s as %s", v.reportCalled(c.Report), party, c.Level.String()), until(end))
	case company.UnshareReport:
		return say("Report %s is no longer shared with %s", v.reportCalled(c.Report), party)
	}
	return phrase{}
}
