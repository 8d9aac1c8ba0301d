package company_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"github.com/ambit-authz/ambit/invite"
	"pgregory.net/rapid"
)

// codeOf is the code of a row for an error that Do returns.
func codeOf(err error) invite.Code {
	var denied *access.DeniedError
	switch {
	case err == nil:
		return invite.OK
	case errors.As(err, &denied):
		code, ok := map[string]invite.Code{"denied above-ceiling": invite.AboveCeiling, "denied unknown-resource role": invite.UnknownRole,
			"denied unknown-resource team": invite.UnknownTeam, "denied role-full": invite.OverLimit}[model.Denied(denied.Decision)]
		if !ok {
			return invite.NotAllowed
		}
		return code
	case errors.Is(err, company.ErrUnknown) && strings.Contains(err.Error(), "team"):
		return invite.UnknownTeam
	}
	return map[string]invite.Code{"ErrTaken": invite.AlreadyMember, "ErrPending": invite.AlreadyPending, "ErrUnknown": invite.UnknownRole,
		"ErrNotOffered": invite.NotOffered, "ErrBeyondOwnEnd": invite.BeyondOwnEnd, "ErrSeats": invite.OverLimit, "ErrLimit": invite.OverLimit,
		"ErrTooSoon": invite.TooSoon, "ErrReason": invite.BadReason, "ErrSystem": invite.NotAllowed, "ErrRoleFull": invite.OverLimit,
		"ErrPast": invite.BadDate, "ErrInvalid ErrTerms": invite.Failed}[errorName(err)]
}

// file plans a file, and then either asks Do about each row in a fork, or sends
// it. The codes are the same.
func (m *machine) file(t *rapid.T) {
	d := draw{t}
	r := d.byAny(m, d.invitation)
	if d.chance(6, "no reason for all") {
		r.Reason = ""
	}
	if m.model.IsAhead(m.config, m.clock) {
		return // nothing is sent until it is corrected
	}
	rows := d.rows(m, r)
	planned := m.plan(t, r, rows)
	switch {
	case planned == nil:
	case d.chance(3, "one by one"):
		m.oneByOne(t, r, rows, planned)
	default:
		m.sendFile(t, r, rows, planned)
	}
}

// plan plans a file. It returns nil if the company delivers no messages.
func (m *machine) plan(t *rapid.T, r model.Request, rows []invite.Row) []invite.Row {
	asked := fmt.Sprintf("%+v", rows)
	before := m.company.Checkpoint()
	planned, err := m.company.PlanInvitations(by(r), rows)
	if !m.config.Delivers && errors.Is(err, company.ErrNoDelivery) {
		m.hits.Hit("plan ErrNoDelivery")
		return nil
	}
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	m.codes(t, "plan", r, rows, planned)
	if fmt.Sprintf("%+v", rows) != asked || m.company.Checkpoint() != before {
		t.Fatalf("planning changed %s to %+v", asked, rows)
	}
	return planned
}

// oneByOne asks Do about each row of a file, in a fork.
func (m *machine) oneByOne(t *rapid.T, r model.Request, rows, planned []invite.Row) {
	if slices.ContainsFunc(m.model.Invitations, func(i model.Invitation) bool { return !i.Queued.IsZero() }) {
		return // which only this process knows
	}
	_, wants := m.codes(t, "plan", r, rows, planned)
	fork := m.fork(t)
	for n, row := range rows {
		terms, _ := m.model.Kept(row.Terms)
		same := func(i invite.Invitation) bool {
			return i.StateAt(m.now()) == invite.Pending && i.Terms.Equal(terms)
		}
		pending := planned[n].Code == invite.AlreadyPending // delivered, or perhaps on its way
		if row.Code != invite.OK || pending && slices.ContainsFunc(slices.Collect(fork.Invitations()), same) {
			continue // which Do would send again
		}
		by := by(r)
		if row.Reason != "" {
			by.Reason = row.Reason
		}
		_, err := fork.Do(context.Background(), by, company.Invite{Terms: row.Terms})
		if got := codeOf(err); !slices.Contains(wants[n].Codes(), got) {
			t.Fatalf("row %+v of %+v is planned as %s, %v, one of %q, and Do says %s, %v\n%s", row, planned, planned[n].Code, planned[n].Err, wants[n].Errs(), got, err, m.printed(t))
		}
	}
}

// codes compares rows with what the model says of them, one after the other. It
// returns the model after them, and its refusals.
func (m *machine) codes(t *rapid.T, call string, r model.Request, rows, got []invite.Row) (*model.Company, []model.Refusal) {
	if len(got) != len(rows) {
		t.Fatalf("%d rows, want %d", len(got), len(rows))
	}
	after, wants := m.model, make([]model.Refusal, len(rows))
	for n, row := range rows {
		if row.Code != invite.OK {
			if fmt.Sprintf("%+v", got[n]) != fmt.Sprintf("%+v", row) {
				t.Fatalf("%s made %+v of %+v", call, got[n], row)
			}
			continue
		}
		row.Invitation = got[n].Invitation
		next, want := after.Row(r, m.config, m.clock, row)
		if !slices.Contains(want.Codes(), got[n].Code) || (got[n].Err == nil) != (got[n].Code == invite.OK) {
			t.Fatalf("%s by %+v of %+v: %s, %v, want one of %q\n%s", call, by(r), row, got[n].Code, got[n].Err, want.Errs(), m.printed(t))
		}
		if len(slices.Compact(want.Codes())) == 1 {
			m.hits.Hit(call + " " + string(got[n].Code))
		}
		if call == "plan" || m.fails == nil {
			next.Deliver(after.Messages)
		}
		after, wants[n] = next, want
	}
	return after, wants
}

// sendFile sends a file.
func (m *machine) sendFile(t *rapid.T, r model.Request, rows, planned []invite.Row) {
	addresses := map[string]bool{}
	for _, row := range rows {
		addresses[strings.ToLower(row.Terms.Address.String())] = true
	}
	if m.mail = nil; len(addresses) == len(rows) && (draw{t}).chance(8, "message lost") { // or the second row of one sends it again
		m.fails = errLost
	}
	defer func() { m.fails = nil }()
	before := m.company.Checkpoint().Seq
	got, err := m.company.SendInvitations(context.Background(), by(r), rows)
	if err != nil {
		t.Fatalf("send: %v", err)
	}
	after, wants := m.codes(t, "send", r, rows, got)
	sent := uint64(0)
	var failed []company.Undelivered
	for n, row := range got {
		if m.fails == nil && row.Code != planned[n].Code && !slices.Contains(wants[n].Codes(), planned[n].Code) {
			t.Fatalf("row %+v was planned as %s and sent as %s", rows[n], planned[n].Code, row.Code)
		}
		if rows[n].Code == invite.OK && row.Code == invite.OK {
			sent++
		}
		if row.Undelivered != nil {
			failed = append(failed, company.Undelivered{Invitation: row.Invitation, Err: row.Undelivered})
		}
	}
	if m.fails == nil {
		sent *= 2 // as many deliveries
	}
	if m.company.Checkpoint().Seq != before+sent {
		t.Fatalf("%d rows made %d events", sent, m.company.Checkpoint().Seq-before)
	}
	if sent > 0 {
		m.last = after.Last
	}
	m.delivered(t, after, failed)
	m.model = after
	for range sent {
		m.remember(t)
	}
}
