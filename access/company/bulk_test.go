package company_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// row is one that can be read.
func row(t invite.Terms) invite.Row {
	return invite.Row{Line: 2, Terms: t, Reason: "as the file says", Code: invite.OK}
}

func rowsTo(emails ...string) []invite.Row {
	var all []invite.Row
	for _, email := range emails {
		all = append(all, row(to(email, "viewer")))
	}
	return all
}

// codesOf is the codes of rows, and which of them were sent or lost.
func codesOf(rows []invite.Row) string {
	var all []string
	for _, r := range rows {
		code := string(r.Code)
		if read := r.Code == "" || r.Code == invite.BadAddress; !read && (r.Err == nil) != (r.Code == invite.OK) {
			code += fmt.Sprintf("(%v)", r.Err) // a code without a cause, or a cause without a code
		}
		if r.Invitation != "" {
			code += " sent"
		}
		if r.Undelivered != nil {
			code += " lost"
		}
		all = append(all, code)
	}
	return strings.Join(all, ", ")
}

// planned plans rows, and fails if that does anything.
func (c *testCompany) planned(by string, rows ...invite.Row) []invite.Row {
	c.t.Helper()
	before, given := c.state(), fmt.Sprintf("%+v", rows)
	out, err := c.PlanInvitations(company.By{Actor: c.actor(by), Reason: "in bulk"}, rows)
	if err != nil {
		c.t.Fatal(err)
	}
	if c.state() != before || fmt.Sprintf("%+v", rows) != given {
		c.t.Errorf("planning changed the state to\n%s\nor the rows to %+v", c.state(), rows)
	}
	return out
}

// committed commits rows, and fails if that cannot be done to the end.
func (c *testCompany) committed(by string, rows ...invite.Row) []invite.Row {
	c.t.Helper()
	given := fmt.Sprintf("%+v", rows)
	out, err := c.SendInvitations(context.Background(), company.By{Actor: c.actor(by), Reason: "in bulk"}, rows)
	if err != nil || fmt.Sprintf("%+v", rows) != given {
		c.t.Fatalf("%v; rows given are %+v", err, rows)
	}
	return out
}

// TestRowCodes comes by every code that a company finds, in a plan and when it
// is committed.
func TestRowCodes(t *testing.T) {
	bob := to("bob@x.test", "viewer")
	seats := desk(company.SetLimits{Limits: company.Limits{Seats: userCount}})
	shortly := func(c *testCompany) {
		c.config.Invitations = company.InvitationLimits{TTL: time.Minute, Cooldown: 2 * time.Hour}
		c.reopen()
	}
	limited := func(c *testCompany) {
		c.config.Invitations.Pending = 1
		c.reopen()
		c.invite("j", to("cat@x.test", "viewer"))
	}
	reason := func(r string) invite.Row { return invite.Row{Terms: bob, Code: invite.OK, Reason: r} }
	hits := map[invite.Code]bool{}
	for _, tt := range []struct {
		want   invite.Code
		name   string
		by     string
		row    invite.Row
		before func(*testCompany)
	}{
		{invite.OK, "a row", "ann", row(bob), nil},
		{invite.OK, "by a system", "system ops", row(bob), nil},
		{invite.OK, "the default role", "rex", row(to("bob@x.test", "")), nil},
		{invite.OK, "the reason of the batch", "ann", reason(""), nil},
		{invite.OK, "expired", "ann", row(bob), then(invited(bob), func(c *testCompany) { c.pass(30 * 24 * time.Hour) })},
		{invite.OK, "declined", "ann", row(bob), func(c *testCompany) { c.arrange("declined") }},
		{invite.AlreadyMember, "a user", "ann", row(to("UMA@x.test", "viewer")), nil},
		{invite.AlreadyMember, "who accepted", "ann", row(bob), then(invited(bob), func(c *testCompany) { c.accept("i", "bob") })},
		{invite.AlreadyPending, "pending", "ann", row(to("BOB@x.test", "user")), invited(bob)},
		{invite.AlreadyPending, "pending with the same terms", "ann", row(bob), invited(bob)},
		{invite.UnknownRole, "role", "ann", row(to("bob@x.test", "ghost")), nil},
		{invite.UnknownRole, "role by a system", "system ops", row(to("bob@x.test", "ghost")), nil},
		{invite.NotOffered, "role not offered", "ann", row(to("bob@x.test", "internal")), nil},
		{invite.AboveCeiling, "role above", "ugo", row(to("bob@x.test", "admin")), nil},
		{invite.UnknownTeam, "team", "ann", row(teams(bob, "ghost", "t")), nil},
		{invite.UnknownTeam, "team by a system", "system ops", row(teams(bob, "ghost")), nil},
		{invite.NotAllowed, "who may not", "uma", row(bob), nil},
		{invite.NotAllowed, "who may not, to a role above", "uma", row(to("bob@x.test", "admin")), nil},
		{invite.NotAllowed, "who is suspended", "sue", row(bob), nil},
		{invite.NotAllowed, "who is not there", "ghost", row(bob), nil},
		{invite.NotAllowed, "team of others", "rex", row(teams(bob, "t")), nil},
		{invite.NotAllowed, "a system that may not", "system scim", row(bob), nil},
		{invite.BeyondOwnEnd, "for good", "eve", row(bob), nil},
		{invite.BeyondOwnEnd, "too long", "eve", row(until(bob, daysLater(31))), nil},
		{invite.OverLimit, "seats", "ann", row(bob), seats},
		{invite.OverLimit, "pending", "ann", row(bob), limited},
		{invite.OverLimit, "role full", "ann", row(to("bob@x.test", "one")), desk(company.SetRole{User: "uma", Role: "one"})},
		{invite.OverLimit, "role full, by a system", "system ops", row(to("bob@x.test", "one")), desk(company.SetRole{User: "uma", Role: "one"})},
		{invite.TooSoon, "expired a moment ago", "ann", row(bob), then(shortly, invited(bob))},
		{invite.TooSoon, "revoked a moment ago", "ann", row(bob), then(shortly, invited(bob), desk(company.RevokeInvitation{Invitation: "i"}))},
		{invite.BadDate, "past", "ann", row(until(bob, start)), nil},
		{invite.BadReason, "blank", "ann", reason(" "), nil},
		{invite.BadReason, "too long", "ann", reason(strings.Repeat("x", 501)), nil},
		{invite.BadReason, "no text", "system ops", reason("a\xff"), nil},
		{invite.Failed, "no address", "ann", row(invite.Terms{Role: "viewer"}), nil},
		{invite.Failed, "two ends", "ann", row(days(until(bob, daysLater(3)), 3)), nil},
		{"", "not looked at", "ann", invite.Row{Terms: bob}, nil},
		{invite.BadAddress, "not readable", "ann", invite.Row{Code: invite.BadAddress, Err: team.ErrAddress}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hits[tt.want] = true
			c := inviteCompany(t, nil)
			if tt.before != nil {
				tt.before(c)
			}
			c.pass(time.Hour)
			sent := map[bool]string{true: "ok sent", false: string(tt.want)}[tt.want == invite.OK]
			plan := c.planned(tt.by, tt.row)
			if got := codesOf(plan); got != string(tt.want) {
				t.Errorf("planned as %q, want %q: %v", got, tt.want, plan[0].Err)
			}
			before := c.state()
			done := c.committed(tt.by, tt.row)
			if got := codesOf(done); got != sent || (c.state() != before) != (tt.want == invite.OK) {
				t.Errorf("committed as %q, want %q: %v", got, sent, done[0].Err)
			}
			c.checkReplay()
		})
	}
	if len(hits) != 1+11+2+1+1 { // ok; those of the company; bad-date and bad-reason; a code of ReadCSV; none
		t.Errorf("%d codes, want 16: %v", len(hits), hits)
	}
}

// TestPlanInOrder judges each row as if those before it had been sent.
func TestPlanInOrder(t *testing.T) {
	for name, tt := range map[string]struct {
		want string
		by   string
		rows []invite.Row
	}{
		"seats run out": {"ok, ok, over-limit, over-limit", "ann", rowsTo("a@x.test", "b@x.test", "c@x.test", "d@x.test")},
		"bad ones take none": {"ok, already-member, unknown-role, bad-address, ok, over-limit, already-member", "ann", []invite.Row{row(to("a@x.test", "")), row(to("uma@x.test", "")),
			row(to("b@x.test", "ghost")), {Code: invite.BadAddress}, row(to("c@x.test", "")), row(to("d@x.test", "")), row(to("ANN@x.test", ""))}},
		"one twice":             {"ok, already-pending, ok, already-pending", "ann", rowsTo("a@x.test", "A@x.test", "b@x.test", "a@x.test")},
		"refused does not hold": {"above-ceiling, ok, above-ceiling", "ugo", []invite.Row{row(to("a@x.test", "admin")), row(to("a@x.test", "user")), row(to("a@x.test", "admin"))}},
		"none":                  {"", "ann", nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := inviteCompany(t, nil)
			c.must("ann", company.SetLimits{Limits: company.Limits{Seats: userCount + 2}})
			if got := codesOf(c.planned(tt.by, tt.rows...)); got != tt.want {
				t.Errorf("planned as %s, want %s", got, tt.want)
			}
			if got := codesOf(c.planned(tt.by, tt.rows...)); got != tt.want {
				t.Errorf("planned again as %s, want %s", got, tt.want)
			}
			done := c.committed(tt.by, c.planned(tt.by, tt.rows...)...)
			if got := strings.ReplaceAll(codesOf(done), "ok sent", "ok"); got != tt.want || len(c.mail) != strings.Count(tt.want, "ok") {
				t.Errorf("committed as %s, want %s; %d messages", got, tt.want, len(c.mail))
			}
			c.checkReplay()
		})
	}
}

// TestCommit makes an event of each row, with a reason of its own.
func TestCommit(t *testing.T) {
	c := inviteCompany(t, nil)
	rows := rowsTo("a@x.test", "uma@x.test", "b@x.test", "c@x.test")
	rows[0].Terms = with(teams(rows[0].Terms, "t", "n"), func(t *invite.Terms) { t.Name = "Al" })
	rows[2].Reason = ""
	rows = append(rows, invite.Row{Line: 9, Code: invite.DuplicateInFile, Err: invite.ErrFile})
	by := company.By{Actor: company.User("ugo"), Reason: "in bulk", Approval: "ticket 7", Correlation: "upload 3"}
	done, err := c.SendInvitations(t.Context(), by, rows)
	if err != nil || codesOf(done) != "ok sent, already-member, ok sent, ok sent, duplicate-in-file" || done[4].Line != 9 {
		t.Fatalf("%v: %s", err, codesOf(done))
	}
	all := events(t, c.log)[1:]
	for n, want := range []struct {
		reason string
		row    int
	}{{"as the file says", 0}, {"in bulk", 2}, {"as the file says", 3}} {
		e, i := all[n], done[want.row].Invitation
		if e.Reason != want.reason || e.Approval != "ticket 7" || e.Correlation != "upload 3" || e.Actor.ID != "ugo" || len(e.Changes) != 1 || e.Targets[0] != "invitation:"+string(i) {
			t.Errorf("event %d is %+v", e.Seq, e)
		}
		if is, _ := c.Invitation(i); !is.Terms.Address.Equal(rows[want.row].Terms.Address) || c.message(i).To != is.Terms.Address {
			t.Errorf("row %d made %+v", want.row, is)
		}
	}
	if len(all) != 3 || len(c.mail) != 3 {
		t.Errorf("%d events and %d messages, want 3", len(all), len(c.mail))
	}
	if before := c.state(); fmt.Sprintf("%+v", c.committed("ugo", done...)) != fmt.Sprintf("%+v", done) || c.state() != before {
		t.Error("rows that were sent were committed once more, and did not stay as they were")
	}
	// The same file again, at once and later, does no harm.
	for range 2 {
		before := c.state()
		if got := codesOf(c.committed("ugo", rows...)); got != "already-pending, already-member, already-pending, already-pending, duplicate-in-file" || c.state() != before {
			t.Errorf("committed again as %s", got)
		}
		c.pass(24 * time.Hour)
	}
	if _, err := c.accept(done[0].Invitation, "al"); err != nil {
		t.Error(err)
	}
	if got := codesOf(c.committed("ugo", rows...)); got != "already-member, already-member, already-pending, already-pending, duplicate-in-file" {
		t.Errorf("committed at last as %s", got)
	}
	c.checkReplay()
}

// TestCommitExpired sends what expired anew where the terms are the same, and
// another where they are not.
func TestCommitExpired(t *testing.T) {
	c := inviteCompany(t, nil)
	c.invite("i", to("a@x.test", "viewer"))
	c.invite("j", to("b@x.test", "user"))
	expire(c)
	done := c.committed("ann", rowsTo("a@x.test", "b@x.test")...)
	if codesOf(done) != "ok sent, ok sent" || done[0].Invitation != "i" || done[1].Invitation == "j" {
		t.Errorf("committed as %s: %q and %q", codesOf(done), done[0].Invitation, done[1].Invitation)
	}
	if i, _ := c.Invitation("i"); i.Generation != 2 || i.StateAt(c.now()) != invite.Pending {
		t.Errorf("i is %+v", i)
	}
	c.checkReplay()
}

// TestCommitAfterChange commits a plan of before. The codes are those of now.
func TestCommitAfterChange(t *testing.T) {
	c := inviteCompany(t, nil)
	plan := c.planned("ugo", append(rowsTo("a@x.test", "b@x.test", "c@x.test"), row(teams(to("d@x.test", "viewer"), "t")))...)
	if got := codesOf(plan); got != "ok, ok, ok, ok" {
		t.Fatalf("planned as %s", got)
	}
	c.must("system ops", company.AddUser{Email: "a@x.test"}, company.DeleteTeam{Team: "t"})
	c.invite("i", to("b@x.test", "user"))
	if got := codesOf(c.committed("ugo", plan...)); got != "already-member, already-pending, ok sent, unknown-team" {
		t.Errorf("committed as %s", got)
	}
	c.must("system ops", company.SetRole{User: "ugo", Role: "user"})
	if got := codesOf(c.committed("ugo", plan...)); got != "not-allowed, not-allowed, not-allowed, not-allowed" {
		t.Errorf("committed by who may no more as %s", got)
	}
}

// TestCommitUndelivered loses some of the messages. Their rows say so, and what
// they are about is there.
func TestCommitUndelivered(t *testing.T) {
	errLost := errors.New("lost")
	c := delivering(t, func(_ context.Context, _ *testCompany, m invite.Message) error {
		if m.To.String() == "b@x.test" {
			return errLost
		}
		return nil
	})
	done := c.committed("ann", rowsTo("a@x.test", "b@x.test", "c@x.test")...)
	if got := codesOf(done); got != "ok sent, ok sent lost, ok sent" || !errors.Is(done[1].Undelivered, errLost) {
		t.Errorf("committed as %s: %v", got, done[1].Undelivered)
	}
	if i, _ := c.Invitation(done[1].Invitation); i.State != invite.Pending {
		t.Errorf("b has %+v", i)
	}
	c.pass(time.Minute)
	c.must("ann", company.ResendInvitation{Invitation: done[1].Invitation})
}

// TestCommitStops has the context end, or the log fail, at the second row. The
// rows behind it are as they were, and all can be committed again.
func TestCommitStops(t *testing.T) {
	type stop struct {
		log    func(*testCompany) audit.Log
		cancel bool // the context, when the first message is sent
		again  string
		want   error
	}
	fails := func(mode audittest.Mode) func(*testCompany) audit.Log {
		return func(c *testCompany) audit.Log {
			return newWire(c.log, 0, func(call int) audittest.Mode { return map[int]audittest.Mode{2: mode}[call] }, nil)
		}
	}
	contradicts := func(c *testCompany) audit.Log { return &contrary{Log: c.log} }
	unsent, stored := "already-pending, ok sent, ok sent, ok sent", "already-pending, already-pending, ok sent, ok sent"
	for name, s := range map[string]stop{
		"context ends":     {nil, true, unsent, context.Canceled},
		"log fails before": {fails(audittest.FailBefore), false, stored, company.ErrUncertain},
		"log fails after":  {fails(audittest.FailAfter), false, stored, company.ErrUncertain},
		"log contradicts":  {contradicts, false, unsent, company.ErrDiverged},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c := delivering(t, func(context.Context, *testCompany, invite.Message) error {
				if s.cancel {
					cancel()
				}
				return nil
			})
			memory := c.log
			if s.log != nil {
				c.reopenOn(s.log(c))
			}
			rows := rowsTo("a@x.test", "b@x.test", "c@x.test", "d@x.test")
			done, err := c.SendInvitations(ctx, company.By{Actor: company.User("ann")}, rows)
			if !errors.Is(err, s.want) || !errors.Is(done[1].Err, s.want) || codesOf(done) != "ok sent, failed, ok, ok" {
				t.Fatalf("%v: %s", err, codesOf(done))
			}
			if fmt.Sprintf("%+v", done[2:]) != fmt.Sprintf("%+v", rows[2:]) || len(c.mail) != 1 {
				t.Errorf("the rows behind are %+v, after %d messages", done[2:], len(c.mail))
			}
			if err := c.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
			again, err := c.SendInvitations(t.Context(), company.By{Actor: company.User("ann")}, rows)
			if err != nil || codesOf(again) != s.again {
				t.Errorf("again: %v: %s, want %s", err, codesOf(again), s.again)
			}
			if n := len(events(t, memory)); n != 5 {
				t.Errorf("%d events, want 5", n)
			}
			c.checkReplay()
		})
	}
}

// contrary is a log that once refuses an event and has none in its place.
type contrary struct {
	audit.Log
	calls int
}

func (c *contrary) Append(ctx context.Context, e audit.Event) error {
	if c.calls++; c.calls == 2 {
		return audit.ErrConflict
	}
	return c.Log.Append(ctx, e)
}

// TestBulkByNobody is what no row would survive, and what each is refused for
// alike.
func TestBulkByNobody(t *testing.T) {
	ann, long := company.User("ann"), strings.Repeat("x", 501)
	proof := inviteCompany(t, nil).actor("invitee a@x.test")
	for name, tt := range map[string]struct {
		by         company.By
		plan       string // what a plan fails with
		committed  string // the codes of a commit
		commit     string // what it fails with
		unprepared func(*company.Config)
	}{
		"nobody":            {company.By{}, "ErrNoActor", "not-allowed, not-allowed", "", nil},
		"a long approval":   {company.By{Actor: ann, Approval: long}, "ErrInvalid", "failed, failed", "", nil},
		"a long reason":     {company.By{Actor: ann, Reason: long}, "ErrReason", "ok sent, ok sent", "", nil}, // the rows have their own
		"who was invited":   {company.By{Actor: proof}, "", "not-allowed, not-allowed", "", nil},
		"nothing delivered": {company.By{Actor: ann}, "ErrNoDelivery", "failed, ok", "ErrNoDelivery", func(c *company.Config) { c.Deliver, c.Origin = nil, "" }},
		"no randomness":     {company.By{Actor: ann}, "", "failed, ok", "errNoRandom", func(c *company.Config) { c.Rand = errReader{} }},
	} {
		t.Run(name, func(t *testing.T) {
			c := inviteCompany(t, nil)
			if tt.unprepared != nil {
				tt.unprepared(&c.config)
				c.reopen()
			}
			fails := func(err error, want string) bool {
				return errorName(err) != want && !(want == "errNoRandom" && errors.Is(err, errDry))
			}
			before, rows := c.state(), rowsTo("a@x.test", "b@x.test")
			plan, err := c.PlanInvitations(tt.by, rows)
			var e *company.Error
			if fails(err, tt.plan) || err != nil && (!errors.As(err, &e) || e.Op != "plan invitations") || c.state() != before {
				t.Errorf("Plan = %s, %v, want %q", codesOf(plan), err, tt.plan)
			}
			if err == nil && tt.commit == "" && codesOf(plan) != tt.committed {
				t.Errorf("planned as %s, want %s", codesOf(plan), tt.committed)
			}
			done, err := c.SendInvitations(t.Context(), tt.by, rows)
			if fails(err, tt.commit) || codesOf(done) != tt.committed || (c.state() == before) == strings.Contains(tt.committed, "sent") {
				t.Errorf("Commit = %s, %v, want %s, %q", codesOf(done), err, tt.committed, tt.commit)
			}
		})
	}
}

// errReader is randomness there is none of.
type errReader struct{}

var errDry = errors.New("no randomness is left")

func (errReader) Read([]byte) (int, error) { return 0, errDry }

// TestFileInBulk takes a file from its bytes to the people in it.
func TestFileInBulk(t *testing.T) {
	const file = "\ufeffName,EMAIL,role,teams,until,reason\r\n" +
		"Al,al@x.test,viewer,t; n,2026-03-01,\"for the\nlaunch\"\r\n" +
		",bo@x.test,,,,\r\n" +
		",uma@x.test,,,,\r\n" +
		",AL@x.test,,,,\r\n" +
		"=cmd(),cy@x.test,,,,\r\n" +
		",di@x.test,admin,,,\r\n" +
		",not an address,,,,\r\n"
	rows, err := invite.ReadCSV(strings.NewReader(file), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := inviteCompany(t, nil)
	plan := c.planned("ugo", rows...)
	if got, want := codesOf(plan), "ok, ok, already-member, duplicate-in-file, formula, above-ceiling, bad-address"; got != want {
		t.Errorf("planned as %s, want %s", got, want)
	}
	done := c.committed("ugo", plan...)
	if got, want := codesOf(done), "ok sent, ok sent, already-member, duplicate-in-file, formula, above-ceiling, bad-address"; got != want {
		t.Errorf("committed as %s, want %s", got, want)
	}
	if e := events(t, c.log)[1]; e.Reason != "for the\nlaunch" {
		t.Errorf("the reason is %q", e.Reason)
	}
	if _, err := c.accept(done[0].Invitation, "al"); err != nil {
		t.Fatal(err)
	}
	if u, _ := c.Policy().Directory().User("al"); u.Name != "Al" || !u.Until.Equal(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)) || len(slices.Collect(c.Policy().Directory().Memberships("al"))) != 2 {
		t.Errorf("al is %+v", u)
	}
	c.checkReplay()
}

// TestOneFileAtOnce has a file committed by two writers at the same time. Nobody
// gets two messages.
func TestOneFileAtOnce(t *testing.T) {
	rounds := 20
	if testing.Short() {
		rounds = 4
	}
	for range rounds {
		c := inviteCompany(t, nil)
		other := c.second(&c.config).Company
		var emails []string
		for i := range 8 {
			emails = append(emails, fmt.Sprintf("x%d@x.test", i))
		}
		var done [3][]invite.Row
		var errs [3]error
		var wg sync.WaitGroup
		for k, co := range []*company.Company{c.Company, other, c.Company} {
			wg.Go(func() {
				done[k], errs[k] = co.SendInvitations(t.Context(), company.By{Actor: company.User("ann")}, rowsTo(emails...))
			})
		}
		wg.Wait()
		sent := map[string]int{}
		for _, m := range c.mail {
			sent[m.To.String()]++
		}
		for i, email := range emails {
			ok := 0
			for k := range done {
				switch code := done[k][i].Code; code {
				case invite.OK:
					ok++
				case invite.AlreadyPending, invite.TooSoon:
				default:
					t.Errorf("%s is %s: %v", email, code, done[k][i].Err)
				}
			}
			if ok != 1 || sent[email] != 1 || errors.Join(errs[:]...) != nil {
				t.Errorf("%s was sent %d messages by %d rows: %v", email, sent[email], ok, errs)
			}
		}
	}
}

// BenchmarkPlan100k reads a file of 100,000 rows and plans them, in a company of
// 10,000 users.
func BenchmarkPlan100k(b *testing.B) {
	const n = 100_000
	var file strings.Builder
	file.WriteString("email,name,role,teams,reason,until\n")
	for i := range n {
		fmt.Fprintf(&file, "person-%d@example.org,Person %d,team-member,%s,\"joins, as planned\",2027-01-01\n", i, i, corpTeam(i%corpTeams))
	}
	co := corpOn(b, costless{})
	by := company.By{Actor: company.User("ann")}
	b.ReportAllocs()
	for b.Loop() {
		rows, err := invite.ReadCSV(strings.NewReader(file.String()), nil)
		if err != nil {
			b.Fatal(err)
		}
		if rows, err = co.PlanInvitations(by, rows); err != nil || len(rows) != n || rows[n-1].Code != invite.OK {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/plan")
}
