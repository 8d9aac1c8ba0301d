package company_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// dueCompany is a company in which little is due: ann and abe are admins.
func dueCompany(t *testing.T) *testCompany {
	t.Helper()
	return newCompany(t, "ann admin; abe admin; ned team-member 2d; max team-member 60d; kim user; sue viewer suspended 2d; old viewer -1h; "+
		"bea team-member; tim team-member; jon team-member; sid team-member suspended",
		options{
			accounts: "us", groups: "gu everything; g0 nothing",
			teams:   "t gu: max, ned 3d, kim 2d, sue 1d, old 1d, bea -1h, tim; n g0: bea, tim; e: bea, sid",
			reports: "r: ann creator, kim viewer 2d, sue viewer 1d, old viewer 1d, team t viewer 4d, team n viewer -1h; o: old creator, sue creator, kim creator 300d; z",
			config:  instant,
		})
}

// dueText writes what is due, with times as offsets from start.
func dueText(rows []audit.DueRow) string {
	var all []string
	for _, r := range rows {
		line := r.Kind
		for _, part := range []string{r.User, r.Email, r.Team, r.Report, r.Invitation, r.Review} {
			if part != "" {
				line += " " + part
			}
		}
		if !r.At.IsZero() {
			line += " " + r.At.Sub(start).String()
		}
		all = append(all, strings.TrimSuffix(line, "0m0s"))
	}
	return strings.Join(all, "; ")
}

// dueTable is what is due: of which kind, within how many days, and after what:
// changes, each with its actor, time that passes, "lost" before what is not
// delivered, and acceptances.
const dueTable = `
ends              | 0  | |
ends              | 1  | |
ends              | 2  | ends ned ned@x.test 48h |
ends              | -1 | | after 24h
ends              | 1  | ends ned ned@x.test 48h | after 24h
ends              | 1  | | after 48h
ends              | 60 | ends max max@x.test 1440h | system ops: user.set-expiry ned until=none
ends              | 60 | ends ned ned@x.test 48h | system ops: user.suspend max
ends              | 9999999999 | ends ned ned@x.test 48h; ends max max@x.test 1440h |
membership-ends   | 2  | membership-ends kim kim@x.test t 48h |
membership-ends   | 3  | membership-ends kim kim@x.test t 48h; membership-ends ned ned@x.test t 72h |
membership-ends   | 3  | | after 48h
membership-ends   | 3  | | system ops: team.remove-member t kim; system ops: user.suspend ned
grant-ends        | 1  | |
grant-ends        | 2  | grant-ends kim kim@x.test r 48h |
grant-ends        | 4  | grant-ends kim kim@x.test r 48h; grant-ends t r 96h |
grant-ends        | 4  | grant-ends t r 96h | system ops: user.suspend kim
grant-ends        | 4  | grant-ends t r 96h | after 48h
grant-ends        | 4  | | after 96h
grant-ends        | 4  | | system ops: report.delete r
review-by         | 89 | |
review-by         | 90 | review-by abe abe@x.test 2160h; review-by ann ann@x.test 2160h; review-by bea bea@x.test 2160h; review-by jon jon@x.test 2160h; review-by kim kim@x.test 2160h; review-by max max@x.test 2160h; review-by ned ned@x.test 2160h; review-by sid sid@x.test 2160h; review-by sue sue@x.test 2160h; review-by tim tim@x.test 2160h |
review-by         | 10 | | ann: invitation.send i new@x.test role=user reviewDays=11; accept i new
review-by         | 11 | review-by new new@x.test 264h | ann: invitation.send i new@x.test role=user reviewDays=11; accept i new
review-by         | 0  | review-by new new@x.test 264h | ann: invitation.send i new@x.test role=user reviewDays=11; accept i new; after 480h
review-by         | 11 | | ann: invitation.send i new@x.test role=user reviewDays=11; accept i new; ann: review.open w; abe: review.decide w user:new keep; ann: review.close w
review-by         | 11 | review-by new new@x.test 264h | ann: invitation.send i new@x.test role=user reviewDays=11; accept i new; ann: review.open w; abe: review.decide w user:new keep
review            | 89 | |
review            | 90 | review 2160h |
review            | 0  | review 2160h | after 2400h
review            | 31 | review 744h | ann: review.schedule 1
review            | 90 | | after 24h; ann: review.open w
review            | 69 | | after 24h; ann: review.open w; after 480h; ann: review.close w
review            | 70 | review 2184h | after 24h; ann: review.open w; after 480h; ann: review.close w
review-open       | 29 | | ann: review.open w
review-open       | 30 | review-open w 720h | ann: review.open w
review-open       | 0  | review-open w 24h | ann: review.open w due=1d; after 72h
review-open       | 30 | | ann: review.open w; ann: review.close w
unanswered        | 29 | | ann: invitation.send i new@x.test role=user
unanswered        | 30 | unanswered new@x.test i 720h | ann: invitation.send i new@x.test role=user
unanswered        | 0  | unanswered new@x.test i 720h | ann: invitation.send i new@x.test role=user; after 960h
unanswered        | 30 | unanswered new@x.test i 744h | ann: invitation.send i new@x.test role=user; after 24h; ann: invitation.resend i
unanswered        | 29 | | ann: invitation.send i new@x.test role=user; after 960h; ann: invitation.resend i
unanswered        | 30 | | ann: invitation.send i new@x.test role=user; ann: invitation.revoke i
unanswered        | 30 | | ann: invitation.send i new@x.test role=user; after 960h; ann: invitation.revoke i
unanswered        | 30 | | ann: invitation.send i new@x.test role=user; accept i new
unanswered        | 30 | | ann: invitation.send i new@x.test role=user; decline i
unanswered        | 29 | | ann: invitation.send i new@x.test role=user; after 960h; ann: invitation.send j NEW@x.test role=user
unanswered        | 30 | | lost; ann: invitation.send i new@x.test role=user
undelivered       | 9  | | ann: invitation.send i new@x.test role=user
undelivered       | 0  | undelivered new@x.test i | lost; ann: invitation.send i new@x.test role=user
undelivered       | 0  | undelivered new@x.test i | lost; ann: invitation.send i new@x.test role=user; after 240h
undelivered       | 0  | undelivered b@x.test a; undelivered a@x.test b | lost; ann: invitation.send b a@x.test role=user; ann: invitation.send a b@x.test role=user
undelivered       | 0  | | lost; ann: invitation.send i new@x.test role=user; ann: invitation.revoke i
undelivered       | 0  | | lost; ann: invitation.send i new@x.test role=user; system ops: invitation.delivered i 1
sees-nothing      | 0  | sees-nothing bea bea@x.test; sees-nothing jon jon@x.test |
sees-nothing      | 0  | sees-nothing bea bea@x.test; sees-nothing jon jon@x.test; sees-nothing sid sid@x.test | system ops: user.reinstate sid
sees-nothing      | 0  | sees-nothing jon jon@x.test | system ops: datagroup.edit g0 filter=everything
sees-nothing      | 0  | sees-nothing jon jon@x.test | system ops: team.attach-group e gu
sees-nothing      | 0  | | system ops: user.set-role bea user; system ops: user.suspend jon
sees-nothing      | 0  | sees-nothing abe abe@x.test; sees-nothing ann ann@x.test; sees-nothing bea bea@x.test; sees-nothing jon jon@x.test; sees-nothing kim kim@x.test; sees-nothing max max@x.test; sees-nothing ned ned@x.test; sees-nothing tim tim@x.test | system ops: source.remove us
sees-nothing      | 0  | sees-nothing bea bea@x.test; sees-nothing jon jon@x.test; sees-nothing max max@x.test; sees-nothing ned ned@x.test; sees-nothing tim tim@x.test | system ops: team.detach-group t gu
no-active-creator | 0  | no-active-creator o; no-active-creator z |
no-active-creator | 0  | no-active-creator z | system ops: user.reinstate sue
no-active-creator | 0  | no-active-creator o; no-active-creator z | system ops: user.reinstate sue; after 48h
no-active-creator | 0  | no-active-creator z | system ops: user.set-expiry old until=none
no-active-creator | 0  | no-active-creator o | system ops: report.name-creator z kim
`

func TestDueTable(t *testing.T) {
	t.Parallel()
	for line := range strings.Lines(strings.TrimSpace(dueTable)) {
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		days, err := strconv.Atoi(cells[1])
		if err != nil {
			t.Fatal(err)
		}
		c := dueCompany(t)
		for step := range strings.SplitSeq(cells[3], "; ") {
			c.dueStep(step)
		}
		rows := slices.DeleteFunc(c.Now().Due(days), func(r audit.DueRow) bool { return r.Kind != cells[0] })
		if got := dueText(rows); got != cells[2] {
			t.Errorf("%s\ngot  %s", line, got)
		}
	}
}

// dueStep does what a row of the table says.
func (c *testCompany) dueStep(step string) {
	c.t.Helper()
	first, rest, _ := strings.Cut(step, " ")
	words := strings.Fields(rest)
	switch first {
	case "":
	case "lost":
		c.lost = errors.New("lost")
	case "after":
		d, err := time.ParseDuration(rest)
		if err != nil {
			c.t.Fatal(err)
		}
		c.pass(d)
	case "accept":
		c.accepted(invite.ID(words[0]), team.UserID(words[1]))
	case "decline":
		c.must("invitee "+c.message(invite.ID(words[0])).To.String(), c.decline(invite.ID(words[0])))
	default:
		actor, change, _ := strings.Cut(step, ": ")
		if _, err := c.do(actor, parseChange(c.t, change)); err != nil {
			c.t.Fatal(step, err)
		}
	}
}

// TestDueOfNothing: the zero Moment has nothing due, and a moment of the past what
// was due then.
func TestDueOfNothing(t *testing.T) {
	t.Parallel()
	if rows := new(company.Moment).Due(100); rows != nil {
		t.Errorf("of the zero Moment %s is due", dueText(rows))
	}
	c := dueCompany(t)
	want := c.Now().Due(3)
	c.pass(time.Hour)
	c.must("system ops", company.SetEnd{User: "ned", Until: company.None[time.Time]()})
	past, err := c.AsOf(t.Context(), start)
	if err != nil {
		t.Fatal(err)
	}
	if got := past.Due(3); len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("then %s was due, want %s", dueText(got), dueText(want))
	}
}

// TestDueForEver: an invitation that never expires is never unanswered.
func TestDueForEver(t *testing.T) {
	t.Parallel()
	c := newCompany(t, "ann admin", options{config: func(c *company.Config) { c.Invitations.TTL = -1 }})
	c.invite("i", termsTo("new@x.test", "admin"))
	c.pass(1000 * time.Hour)
	for _, r := range c.Now().Due(1000) {
		if r.Kind == audit.DueUnanswered {
			t.Errorf("%+v is due", r)
		}
	}
}

// TestDueWithoutPolicy: what is due is of what the process has, as the register is,
// also beyond the bound on its age, where it hands out no policy.
func TestDueWithoutPolicy(t *testing.T) {
	c := inviteCompany(t, func(config *company.Config) { config.MaxAge = time.Second })
	c.lost = errors.New("lost")
	c.must("ann", sends("a")...)
	before := c.Now().Due(60)
	c.pass(time.Minute)
	now := c.Now()
	if got := now.Due(60); now.Policy() != nil || len(got) < 2 || len(got) != len(before) {
		t.Errorf("due are %+v, and were %+v", got, before)
	}
}
