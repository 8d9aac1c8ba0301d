package console_test

import (
	"context"
	"errors"
	"iter"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// must makes changes as somebody, because it is needed.
func (s *site) must(as string, changes ...company.Change) {
	s.t.Helper()
	by := company.By{Actor: company.User(team.UserID(as)), Reason: "it is needed"}
	if _, err := s.company.Do(s.t.Context(), by, changes...); err != nil {
		s.t.Fatal(err)
	}
}

func inviteOf(id invite.ID, address string) company.Change {
	return company.Invite{Invitation: id, Terms: invite.Terms{Address: team.MustParseAddress(address), Role: "viewer"}}
}

func removalOf(id team.UserID) company.Change { return company.RemoveUser{User: id} }

func memberOf(t team.ID, id team.UserID) company.Change { return company.AddMember{Team: t, User: id} }

// accept accepts the invitation whose message came last, and returns the id of
// the user.
func (s *site) accept(id invite.ID) string {
	s.t.Helper()
	last := s.mailed[len(s.mailed)-1]
	proof, err := invite.Verified(last.To, "https://id.example", "", s.company.Now().Time())
	if err != nil {
		s.t.Fatal(err)
	}
	receipt, err := s.company.Do(s.t.Context(), company.By{Actor: company.Invitee(proof)}, company.AcceptInvitation{Invitation: id, Secret: last.Secret})
	if err != nil {
		s.t.Fatal(err)
	}
	return string(receipt.Changes[0].(company.AcceptInvitation).User)
}

func removalOfMember(t team.ID, id team.UserID) company.Change {
	return company.RemoveMember{Team: t, User: id}
}

// brokenLog is a log that cannot be read while it is broken, and counts what is
// read.
type brokenLog struct {
	audit.Log
	broken bool
	read   int // events
}

func (l *brokenLog) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	if !l.broken {
		return func(yield func(audit.Event, error) bool) {
			for e, err := range l.Log.Events(ctx, after) {
				if l.read++; !yield(e, err) {
					return
				}
			}
		}
	}
	return func(yield func(audit.Event, error) bool) { yield(audit.Event{}, errors.New("the disk is gone")) }
}
