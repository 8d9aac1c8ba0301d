package company_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"pgregory.net/rapid"
)

// codeOf is the code of a row that Do would answer so.
func codeOf(err error) invite.Code {
	var denied *access.DeniedError
	switch {
	case err == nil:
		return invite.OK
	case errors.As(err, &denied):
		switch denial(denied.Decision) {
		case "denied above-ceiling":
			return invite.AboveCeiling
		case "denied unknown-resource role":
			return invite.UnknownRole
		case "denied unknown-resource team":
			return invite.UnknownTeam
		case "denied role-full":
			return invite.OverLimit
		}
		return invite.NotAllowed
	case errors.Is(err, company.ErrUnknown) && strings.Contains(err.Error(), "team"):
		return invite.UnknownTeam
	}
	return map[verdict]invite.Code{"ErrTaken": invite.AlreadyMember, "ErrPending": invite.AlreadyPending, "ErrUnknown": invite.UnknownRole,
		"ErrNotOffered": invite.NotOffered, "ErrBeyondOwnEnd": invite.BeyondOwnEnd, "ErrSeats": invite.OverLimit, "ErrLimit": invite.OverLimit,
		"ErrTooSoon": invite.TooSoon, "ErrReason": invite.BadReason, "ErrSystem": invite.NotAllowed, "ErrRoleFull": invite.OverLimit,
		"ErrPast": invite.BadDate, "ErrInvalid ErrTerms": invite.Failed}[invitingVerdict(err)]
}

// file plans a file, and then either asks Do about each row on a fork, or
// commits it. The codes are the same.
func (m *inviting) file(t *rapid.T) {
	e := dice{t}.sender(m, dice{t}.invitation)
	if (dice{t}).chance(6, "no reason for all") {
		e.reason = ""
	}
	rows := dice{t}.rows(m, e)
	asked := fmt.Sprintf("%+v", rows)
	before := m.snapshot()
	planned, err := m.company.PlanInvitations(e.by(), rows)
	if !m.house.delivers && errors.Is(err, company.ErrNoDelivery) {
		m.hits.hit("plan ErrNoDelivery")
		return
	}
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	_, wants := m.codes(t, "plan", e, rows, planned)
	if fmt.Sprintf("%+v", rows) != asked || m.company.Checkpoint() != before.checkpoint {
		t.Fatalf("planning changed %s to %+v", asked, rows)
	}
	if (dice{t}).chance(3, "one by one") {
		m.single(t, e, rows, planned, wants)
		return
	}
	m.commit(t, e, rows, planned)
}

// single asks Do about each row of a file.
func (m *inviting) single(t *rapid.T, e errand, rows, planned []invite.Row, wants []ruling) {
	fork := m.fork(t)
	for n, r := range rows {
		again := func(i invite.Invitation) bool {
			return i.StateAt(m.at()) == invite.Pending && i.Terms.Equal(m.filled(r.Terms))
		}
		if r.Code != invite.OK || slices.ContainsFunc(slices.Collect(fork.Invitations()), again) {
			continue // which Do would send anew
		}
		by := e.by()
		if r.Reason != "" {
			by.Reason = r.Reason
		}
		_, err := fork.Do(context.Background(), by, company.Invite{Terms: r.Terms})
		if got := codeOf(err); !slices.Contains(wants[n].codes(), got) {
			t.Fatalf("row %+v of %+v is planned as %s, %v, and Do says %s, %v\n%s", r, planned, planned[n].Code, planned[n].Err, got, err, m.state(t))
		}
	}
}

// filled are terms as they are kept.
func (m *inviting) filled(t invite.Terms) invite.Terms {
	t, _ = (&clerk{office: m.office}).fill(t)
	return t
}

// codes compares rows with what the office says of them, one after the other,
// and returns the office after them and what it said.
func (m *inviting) codes(t *rapid.T, what string, e errand, rows, got []invite.Row) (*office, []ruling) {
	if len(got) != len(rows) {
		t.Fatalf("%d rows, want %d", len(got), len(rows))
	}
	after, wants := m.office, make([]ruling, len(rows))
	for n, r := range rows {
		if r.Code != invite.OK {
			if fmt.Sprintf("%+v", got[n]) != fmt.Sprintf("%+v", r) {
				t.Fatalf("%s made %+v of %+v", what, got[n], r)
			}
			continue
		}
		r.Invitation = got[n].Invitation
		next, want := after.row(m.house, e, m.at(), r)
		if !slices.Contains(want.codes(), got[n].Code) || (got[n].Err == nil) != (got[n].Code == invite.OK) {
			t.Fatalf("%s by %+v of %+v: %s, %v, want one of %q\n%s", what, e.by(), r, got[n].Code, got[n].Err, want.verdicts(), m.state(t))
		}
		if len(slices.Compact(want.codes())) == 1 {
			m.hits.hit(what + " " + string(got[n].Code))
		}
		after, wants[n] = next, want
	}
	return after, wants
}

// commit sends a file.
func (m *inviting) commit(t *rapid.T, e errand, rows, planned []invite.Row) {
	m.mail, m.fails = nil, dice{t}.chance(8, "no delivery")
	before := m.company.Checkpoint().Seq
	got, err := m.company.SendInvitations(context.Background(), e.by(), rows)
	if err != nil {
		t.Fatalf("commit: %v", err)
	}
	next, wants := m.codes(t, "commit", e, rows, got)
	sent := uint64(0)
	var failed []company.Undelivered
	for n, r := range got {
		if r.Code != planned[n].Code && !slices.Contains(wants[n].codes(), planned[n].Code) {
			t.Fatalf("row %+v was planned as %s and committed as %s", rows[n], planned[n].Code, r.Code)
		}
		if rows[n].Code == invite.OK && r.Code == invite.OK {
			sent++
		}
		if r.Undelivered != nil {
			failed = append(failed, company.Undelivered{Invitation: r.Invitation, Err: r.Undelivered})
		}
	}
	if m.company.Checkpoint().Seq != before+sent {
		t.Fatalf("%d rows made %d events", sent, m.company.Checkpoint().Seq-before)
	}
	if sent > 0 {
		m.last = m.at()
	}
	m.delivered(t, nil, next, failed)
	m.office = next
}
