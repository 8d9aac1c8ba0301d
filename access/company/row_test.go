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

// row is a row that could be read.
func row(t invite.Terms) invite.Row {
	return invite.Row{Line: 2, Terms: t, Reason: "as the file says", Code: invite.OK}
}

func rowsTo(emails ...string) []invite.Row {
	var all []invite.Row
	for _, email := range emails {
		all = append(all, row(termsTo(email, "viewer")))
	}
	return all
}

// codesOf lists the codes of rows, and which of them were sent or lost.
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

// planned plans rows, and fails if that changes anything.
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

// sent sends rows, and fails if it cannot come to the end.
func (c *testCompany) sent(by string, rows ...invite.Row) []invite.Row {
	c.t.Helper()
	given := fmt.Sprintf("%+v", rows)
	out, err := c.SendInvitations(context.Background(), company.By{Actor: c.actor(by), Reason: "in bulk"}, rows)
	if err != nil || fmt.Sprintf("%+v", rows) != given {
		c.t.Fatalf("%v; rows given are %+v", err, rows)
	}
	return out
}

// rowTable has every code that a company gives to a row of a file: the code, a
// name, the actor, the row and what happens before.
const rowTable = `
ok               | a row                           | ann        | {bob}
ok               | by a system                     | system ops | {bob}
ok               | the default role                | rex        | bob@x.test
ok               | the reason of the batch         | ann        | {bob} reason=""
ok               | expired                         | ann        | {bob} | {sent}; wait 30d
ok               | declined                        | ann        | {bob} | state declined
already-member   | a user                          | ann        | UMA@x.test role=viewer
already-member   | a person who accepted           | ann        | {bob} | {sent}; accept i
already-pending  | pending                         | ann        | BOB@x.test role=user | {sent}
already-pending  | pending with the same terms     | ann        | {bob} | {sent}
unknown-role     | role                            | ann        | bob@x.test role=ghost
unknown-role     | role by a system                | system ops | bob@x.test role=ghost
not-offered      | role not offered                | ann        | bob@x.test role=internal
above-ceiling    | role above                      | ugo        | bob@x.test role=admin
unknown-team     | team                            | ann        | {bob} teams=ghost,t
unknown-team     | team by a system                | system ops | {bob} teams=ghost
not-allowed      | a user who may not              | uma        | {bob}
not-allowed      | a user who may not, to a role above | uma    | bob@x.test role=admin
not-allowed      | a suspended user                | sue        | {bob}
not-allowed      | an unknown user                 | ghost      | {bob}
not-allowed      | team of others                  | rex        | {bob} teams=t
not-allowed      | a system that may not           | system scim | {bob}
beyond-own-end   | without an end                  | eve        | {bob}
beyond-own-end   | too long                        | eve        | {bob} until=31d
over-limit       | seats                           | ann        | {bob} | ann: company.set-limits 7
over-limit       | pending                         | ann        | {bob} | at most one pending; ann: invitation.send j cat@x.test role=viewer
over-limit       | role full                       | ann        | bob@x.test role=one | {full}
over-limit       | role full, by a system          | system ops | bob@x.test role=one | {full}
too-soon         | expired a moment ago            | ann        | {bob} | for a minute, two hours between messages; {sent}
too-soon         | revoked a moment ago            | ann        | {bob} | for a minute, two hours between messages; {sent}; system ops: invitation.revoke i
bad-date         | past                            | ann        | {bob} until=0s
bad-reason       | a space                         | ann        | {bob} reason=" "
bad-reason       | too long                        | ann        | {bob} reason={501}
bad-reason       | not UTF-8                       | system ops | {bob} reason="a\xff"
failed           | no address                      | ann        | role=viewer
failed           | two ends                        | ann        | {bob} days=3 until=3d
not looked at    | a row without a code            | ann        | {bob}
bad-address      | a row that could not be read    | ann        |
`

// TestRowCodes plans and sends every row of the table.
func TestRowCodes(t *testing.T) {
	hits := map[string]bool{}
	for line := range split(rowTable, "\n") {
		cells := append(cellsOf(inviteWords.Replace(line)), "")
		want, name, by, before := cells[0], cells[1], cells[2], cells[4]
		hits[want] = true
		t.Run(name, func(t *testing.T) {
			c, row := inviteCompany(t, nil), parseRow(t, cells[3])
			sent := want
			switch want {
			case "ok":
				sent = "ok sent"
			case "not looked at":
				row.Code, want, sent = "", "", ""
			case "bad-address":
				row = invite.Row{Code: invite.BadAddress, Err: team.ErrAddress}
			}
			c.run(before)
			c.pass(time.Hour)
			if plan := c.planned(by, row); codesOf(plan) != want {
				t.Errorf("planned as %q, want %q: %v", codesOf(plan), want, plan[0].Err)
			}
			state := c.state()
			done := c.sent(by, row)
			if codesOf(done) != sent || (c.state() != state) != (want == "ok") {
				t.Errorf("sent as %q, want %q: %v", codesOf(done), sent, done[0].Err)
			}
			c.checkReplay()
		})
	}
	if len(hits) != 1+11+2+1+1 { // ok; those of the company; bad-date and bad-reason; a code of ReadCSV; none
		t.Errorf("%d codes, want 16: %v", len(hits), hits)
	}
}

// parseRow reads the terms of an invitation, and a reason if one is given.
func parseRow(t *testing.T, text string) invite.Row {
	t.Helper()
	out := invite.Row{Line: 2, Reason: "as the file says", Code: invite.OK}
	var terms []string
	for _, word := range words(t, text) {
		if reason, ok := strings.CutPrefix(word, "reason="); ok {
			out.Reason = reason
			continue
		}
		terms = append(terms, word)
	}
	if len(terms) > 0 && !strings.Contains(terms[0], "=") {
		terms[0] = "address=" + terms[0]
	}
	out.Terms = fill(t, company.Invite{}, terms).(company.Invite).Terms
	return out
}

// TestPlanInOrder: each row is planned as if the rows before it had been sent.
func TestPlanInOrder(t *testing.T) {
	for name, tt := range map[string]struct {
		want string
		by   string
		rows []invite.Row
	}{
		"seats run out": {"ok, ok, over-limit, over-limit", "ann", rowsTo("a@x.test", "b@x.test", "c@x.test", "d@x.test")},
		"bad ones take none": {"ok, already-member, unknown-role, bad-address, ok, over-limit, already-member", "ann", []invite.Row{row(termsTo("a@x.test", "")), row(termsTo("uma@x.test", "")),
			row(termsTo("b@x.test", "ghost")), {Code: invite.BadAddress}, row(termsTo("c@x.test", "")), row(termsTo("d@x.test", "")), row(termsTo("ANN@x.test", ""))}},
		"one twice":             {"ok, already-pending, ok, already-pending", "ann", rowsTo("a@x.test", "A@x.test", "b@x.test", "a@x.test")},
		"refused does not hold": {"above-ceiling, ok, above-ceiling", "ugo", []invite.Row{row(termsTo("a@x.test", "admin")), row(termsTo("a@x.test", "user")), row(termsTo("a@x.test", "admin"))}},
		"none":                  {"", "ann", nil},
	} {
		t.Run(name, func(t *testing.T) {
			c := inviteCompany(t, nil)
			c.must("ann", company.SetLimits{Seats: company.To(userCount + 2)})
			if got := codesOf(c.planned(tt.by, tt.rows...)); got != tt.want {
				t.Errorf("planned as %s, want %s", got, tt.want)
			}
			if got := codesOf(c.planned(tt.by, tt.rows...)); got != tt.want {
				t.Errorf("planned again as %s, want %s", got, tt.want)
			}
			done := c.sent(tt.by, c.planned(tt.by, tt.rows...)...)
			if got := strings.ReplaceAll(codesOf(done), "ok sent", "ok"); got != tt.want || len(c.mail) != strings.Count(tt.want, "ok") {
				t.Errorf("sent as %s, want %s; %d messages", got, tt.want, len(c.mail))
			}
			c.checkReplay()
		})
	}
}

// TestSendRows: each row is an event, with a reason of its own.
func TestSendRows(t *testing.T) {
	c := inviteCompany(t, nil)
	rows := rowsTo("a@x.test", "uma@x.test", "b@x.test", "c@x.test")
	rows[0].Terms = withTerm(intoTeams(rows[0].Terms, "t", "n"), func(t *invite.Terms) { t.Name = "Al" })
	rows[2].Reason = ""
	rows = append(rows, invite.Row{Line: 9, Code: invite.DuplicateInFile, Err: invite.ErrFile})
	by := company.By{Actor: company.User("ugo"), Reason: "in bulk", Approval: "ticket 7", Correlation: "upload 3"}
	done, err := c.SendInvitations(t.Context(), by, rows)
	if err != nil || codesOf(done) != "ok sent, already-member, ok sent, ok sent, duplicate-in-file" || done[4].Line != 9 {
		t.Fatalf("%v: %s", err, codesOf(done))
	}
	all := slices.DeleteFunc(events(t, c.log)[1:], func(e audit.Event) bool { return e.Actor.ID == "delivery" })
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
	if before := c.state(); fmt.Sprintf("%+v", c.sent("ugo", done...)) != fmt.Sprintf("%+v", done) || c.state() != before {
		t.Error("rows that were sent were sent again, and changed")
	}
	// The same file again, at once and later, changes nothing.
	for range 2 {
		before := c.state()
		if got := codesOf(c.sent("ugo", rows...)); got != "already-pending, already-member, already-pending, already-pending, duplicate-in-file" || c.state() != before {
			t.Errorf("sent again as %s", got)
		}
		c.pass(24 * time.Hour)
	}
	if _, err := c.accept(done[0].Invitation, "al"); err != nil {
		t.Error(err)
	}
	if got := codesOf(c.sent("ugo", rows...)); got != "already-member, already-member, already-pending, already-pending, duplicate-in-file" {
		t.Errorf("sent at last as %s", got)
	}
	c.checkReplay()
}

// TestSendRowsExpired re-sends an expired invitation if the terms are the same,
// and sends another one if they are not.
func TestSendRowsExpired(t *testing.T) {
	c := inviteCompany(t, nil)
	c.invite("i", termsTo("a@x.test", "viewer"))
	c.invite("j", termsTo("b@x.test", "user"))
	c.pass(30 * 24 * time.Hour)
	done := c.sent("ann", rowsTo("a@x.test", "b@x.test")...)
	if codesOf(done) != "ok sent, ok sent" || done[0].Invitation != "i" || done[1].Invitation == "j" {
		t.Errorf("sent as %s: %q and %q", codesOf(done), done[0].Invitation, done[1].Invitation)
	}
	if i, _ := c.Invitation("i"); i.Generation != 2 || i.StateAt(c.now()) != invite.Pending {
		t.Errorf("i is %+v", i)
	}
	c.checkReplay()
}

// TestSendRowsAfterChange sends rows that were planned before a change. Their
// codes are those of now.
func TestSendRowsAfterChange(t *testing.T) {
	c := inviteCompany(t, nil)
	plan := c.planned("ugo", append(rowsTo("a@x.test", "b@x.test", "c@x.test"), row(intoTeams(termsTo("d@x.test", "viewer"), "t")))...)
	if got := codesOf(plan); got != "ok, ok, ok, ok" {
		t.Fatalf("planned as %s", got)
	}
	c.must("system ops", company.AddUser{Person: company.Person{Email: "a@x.test"}}, company.DeleteTeam{Team: "t"})
	c.invite("i", termsTo("b@x.test", "user"))
	if got := codesOf(c.sent("ugo", plan...)); got != "already-member, already-pending, ok sent, unknown-team" {
		t.Errorf("sent as %s", got)
	}
	c.must("system ops", company.SetRole{User: "ugo", Role: "user"})
	if got := codesOf(c.sent("ugo", plan...)); got != "not-allowed, not-allowed, not-allowed, not-allowed" {
		t.Errorf("sent without the right as %s", got)
	}
}

// TestSendRowsUndelivered loses some of the messages. Their rows say so, and
// the invitations exist.
func TestSendRowsUndelivered(t *testing.T) {
	errLost := errors.New("lost")
	c := delivering(t, func(_ context.Context, _ *testCompany, m invite.Message) error {
		if m.To.String() == "b@x.test" {
			return errLost
		}
		return nil
	})
	done := c.sent("ann", rowsTo("a@x.test", "b@x.test", "c@x.test")...)
	if got := codesOf(done); got != "ok sent, ok sent lost, ok sent" || !errors.Is(done[1].Undelivered, errLost) {
		t.Errorf("sent as %s: %v", got, done[1].Undelivered)
	}
	if i, _ := c.Invitation(done[1].Invitation); i.State != invite.Pending {
		t.Errorf("b has %+v", i)
	}
	c.must("ann", company.ResendInvitation{Invitation: done[1].Invitation})
}

// TestSendRowsStops: the context ends, or the log fails, at the second row. The
// rows after it are returned unchanged, and all can be sent again.
func TestSendRowsStops(t *testing.T) {
	type stop struct {
		log    func(audit.Log) audit.Log // nil for the log as it is
		cancel bool                      // the context, when the first message is sent
		events int
		want   error
	}
	fails := func(mode audittest.Mode) func(audit.Log) audit.Log {
		return func(log audit.Log) audit.Log { return faultyLog(log, nil, map[int]audittest.Mode{3: mode}) }
	}
	conflicts := func(log audit.Log) audit.Log { return &conflictingLog{Log: log} }
	const again = "already-pending, ok sent, ok sent, ok sent" // after a minute, also a message that was not sent, of an event that was stored
	for name, s := range map[string]stop{
		"context ends":     {nil, true, 9, context.Canceled},
		"log fails before": {fails(audittest.FailBefore), false, 10, company.ErrUncertain},
		"log fails after":  {fails(audittest.FailAfter), false, 10, company.ErrUncertain},
		"log conflicts":    {conflicts, false, 9, company.ErrDiverged},
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
				c.reopenOn(s.log(c.log))
			}
			rows := rowsTo("a@x.test", "b@x.test", "c@x.test", "d@x.test")
			by := company.By{Actor: company.User("ann")}
			done, err := c.SendInvitations(ctx, by, rows)
			if !errors.Is(err, s.want) || !errors.Is(done[1].Err, s.want) || codesOf(done) != "ok sent, failed, ok, ok" {
				t.Fatalf("%v: %s", err, codesOf(done))
			}
			if fmt.Sprintf("%+v", done[2:]) != fmt.Sprintf("%+v", rows[2:]) || len(c.mail) != 1 {
				t.Errorf("the rows after it are %+v, after %d messages", done[2:], len(c.mail))
			}
			if err := c.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
			c.pass(time.Minute)
			done, err = c.SendInvitations(t.Context(), by, rows)
			if err != nil || codesOf(done) != again {
				t.Errorf("again: %v: %s, want %s", err, codesOf(done), again)
			}
			if n := len(events(t, memory)); n != s.events || len(c.mail) != 4 {
				t.Errorf("%d events and %d messages, want %d and 4", n, len(c.mail), s.events)
			}
			c.checkReplay()
		})
	}
}

// conflictingLog is a log that refuses one event with a conflict, though it
// holds no other event in its place.
type conflictingLog struct {
	audit.Log
	calls int
}

func (c *conflictingLog) Append(ctx context.Context, e audit.Event) error {
	if c.calls++; c.calls == 3 {
		return audit.ErrConflict
	}
	return c.Log.Append(ctx, e)
}

// TestRowsOfNobody has what refuses every row alike.
func TestRowsOfNobody(t *testing.T) {
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
		"a person invited":  {company.By{Actor: proof}, "", "not-allowed, not-allowed", "", nil},
		"nothing delivered": {company.By{Actor: ann}, "ErrNoDelivery", "failed, ok", "ErrNoDelivery", func(c *company.Config) { c.Deliver, c.Origin = nil, "" }},
		"no randomness":     {company.By{Actor: ann}, "", "failed, ok", "errNoRandom", func(c *company.Config) { c.Rand = failingRand{} }},
	} {
		t.Run(name, func(t *testing.T) {
			c := inviteCompany(t, nil)
			if tt.unprepared != nil {
				tt.unprepared(&c.config)
				c.reopen()
			}
			fails := func(err error, want string) bool {
				return errorName(err) != want && !(want == "errNoRandom" && errors.Is(err, errRandom))
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

// failingRand is randomness that fails.
type failingRand struct{}

var errRandom = errors.New("no randomness is left")

func (failingRand) Read([]byte) (int, error) { return 0, errRandom }

// TestFileToUsers takes a file from its bytes to the users that come of it.
func TestFileToUsers(t *testing.T) {
	const file = "\ufeffName,EMAIL,role,teams,until,reason\r\n" +
		"Al,al@x.test,viewer,t; n,2026-03-01,\"for the\nlaunch\"\r\n" +
		",bo@x.test,,,,\r\n" +
		",uma@x.test,,,,\r\n" +
		",AL@x.test,,,,\r\n" +
		"=cmd(),cy@x.test,,,,,\r\n" +
		",di@x.test,admin,,,\r\n" +
		",not an address,,,,\r\n"
	rows, err := invite.ReadCSV(strings.NewReader(file), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := inviteCompany(t, nil)
	plan := c.planned("ugo", rows...)
	if got, want := codesOf(plan), "ok, ok, already-member, duplicate-in-file, ok, above-ceiling, bad-address"; got != want {
		t.Errorf("planned as %s, want %s", got, want)
	}
	done := c.sent("ugo", plan...)
	if got, want := codesOf(done), "ok sent, ok sent, already-member, duplicate-in-file, ok sent, above-ceiling, bad-address"; got != want {
		t.Errorf("sent as %s, want %s", got, want)
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

// TestOneFileTwiceAtOnce: two writers send the same file at the same time.
// Every person gets one message.
func TestOneFileTwiceAtOnce(t *testing.T) {
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

// BenchmarkPlan100k reads a file of 100,000 rows and plans them, in a company
// of 10,000 users.
func BenchmarkPlan100k(b *testing.B) {
	const n = 100_000
	var file strings.Builder
	file.WriteString("email,name,role,teams,reason,until\n")
	for i := range n {
		fmt.Fprintf(&file, "person-%d@example.org,Person %d,team-member,%s,\"joins, as planned\",2027-01-01\n", i, i, corpTeam(i%corpTeams))
	}
	co := corpOn(b, freeLog{})
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
