package company_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// TestRefused: a change that may not be made is refused. A failure is not a
// refusal, even if it wraps what would be one.
func TestRefused(t *testing.T) {
	denied := access.MustLoad(`{}`).Decide(access.User("ann"), access.ViewAccount, access.Account("a")).Err()
	for name, tt := range map[string]struct {
		want bool
		err  error
	}{
		"a denial":                  {true, denied},
		"taken":                     {true, fmt.Errorf("%w: a user", company.ErrTaken)},
		"a stranger":                {true, &company.Refusal{Public: company.ErrRefused, Cause: company.ErrUncertain}},
		"expired":                   {true, invite.ErrExpired},
		"a log that failed":         {false, errors.New("disk full")},
		"no delivery":               {false, company.ErrNoDelivery},
		"uncertain":                 {false, fmt.Errorf("%w: %w", company.ErrUncertain, company.ErrInvalid)},
		"a broken log":              {false, fmt.Errorf("%w: no longer applies: %w", company.ErrBroken, company.ErrTaken)},
		"a log that lost something": {false, fmt.Errorf("%w: %w", company.ErrDiverged, audit.ErrTruncated)},
	} {
		if got := (&company.Error{Op: "do", Err: tt.err}).Refused(); got != tt.want {
			t.Errorf("%s is refused: %v, want %v", name, got, tt.want)
		}
	}
}

// TestTaken: what is in use already is told once, and is the same error below
// this package, whichever of the two found it.
func TestTaken(t *testing.T) {
	c := newCompany(t, "ann admin; ada viewer", options{teams: "t", reports: `r "R": ann creator`})
	for _, tt := range []struct {
		text   string
		change company.Change
	}{
		{`user.add: set user "bob": e-mail address ada@x.test is already taken by user "ada"`, company.AddUser{User: "bob", Person: company.Person{Email: "ada@x.test"}}},
		{`user.add: user id "ada" is already taken`, company.AddUser{User: "ada", Person: company.Person{Email: "bob@x.test"}}},
		{`team.create: team id "t" is already taken`, company.CreateTeam{Team: "t", Name: "T"}},
		{`report.create: set report "s": name "R" is already taken by report "r"`, company.CreateReport{Report: "s", Name: "R", Creator: "ada"}},
	} {
		_, err := c.do("system ops", tt.change)
		if !errors.Is(err, company.ErrTaken) || !errors.Is(err, access.ErrTaken) {
			t.Errorf("%+v: %v, of package company %v, of package access %v", tt.change, err, errors.Is(err, company.ErrTaken), errors.Is(err, access.ErrTaken))
		}
		if want := "company: do: change 1, " + tt.text; err == nil || err.Error() != want {
			t.Errorf("%+v:\n%v, want\n%s", tt.change, err, want)
		}
	}
}

// TestNobodyNamed: where a system must name a user and does not, it is told so.
func TestNobodyNamed(t *testing.T) {
	c := newCompany(t, "ann admin", options{})
	_, err := c.do("system ops", company.CreateReport{Report: "r"})
	const want = `company: do: change 1, report.create: user "" does not exist: name one`
	if !errors.Is(err, company.ErrUnknown) || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestDetail: what is not for the person refused is in the detail alone.
func TestDetail(t *testing.T) {
	denied := access.MustLoad(`{"users": [{"id": "ann", "email": "ann@x.test"}]}`).Decide(access.User("ann"), access.InviteUser, access.Company()).Err()
	const why = "deny no-capability: role team-member does not hold user.invite"
	for name, tt := range map[string]struct {
		err            error
		public, detail string
	}{
		"a denial":       {denied, "denied: no-capability", why},
		"a wrapped one":  {fmt.Errorf("invitation i: %w", denied), "invitation i: access: denied: no-capability", "invitation i: " + why},
		"a refusal":      {&company.Refusal{Public: company.ErrRefused, Cause: invite.ErrExpired}, "the invitation or link cannot be used", "the invitation or link cannot be used: the invitation expired"},
		"a held one":     {&company.Refusal{Public: company.ErrOnHold, Cause: denied}, "the invitation is on hold", "the invitation is on hold: " + why},
		"any other kind": {company.ErrSeats, "no seats are left", "no seats are left"},
	} {
		e := &company.Error{Op: "do", Err: tt.err}
		if got := e.Error(); got != "company: do: "+tt.public {
			t.Errorf("%s: %q, want %q", name, got, tt.public)
		}
		if got := e.Detail(); got != "company: do: "+tt.detail {
			t.Errorf("%s: the detail is %q, want %q", name, got, tt.detail)
		}
	}
}

// TestEditErrors: an error of an edit says what, once, and nothing about what
// the actor did not name.
func TestEditErrors(t *testing.T) {
	c := newCompany(t, "ann admin; uma user; vic viewer", options{
		attributes: "tier string", teams: "emea", reports: "r: uma creator",
	})
	for name, tt := range map[string]struct {
		by     string
		change company.Change
		want   string
	}{
		"something there is one of":  {"system ops", company.ReplaceCatalog{Roles: role.ProjectCatalog().Roles()}, `set catalog: role "`},
		"found by another package":   {"ann", company.DeclareAttribute{Attribute: "a b", Type: "string"}, `set attributes: the value is not valid: schema: attribute "a b"`},
		"shares with a similar user": {"uma", company.ShareReport{Report: "r", User: "anm"}, `user "anm" does not exist`},
		"shares with a similar team": {"uma", company.ShareReport{Report: "r", Team: "emeq"}, `team "emeq" does not exist`},
	} {
		_, err := c.do(tt.by, tt.change)
		if err == nil || !strings.Contains(err.Error(), ": "+tt.want) || strings.Contains(err.Error(), "mean") || strings.Contains(err.Error(), `""`) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	founder := team.User{ID: "x", Email: team.MustParseAddress("ANN@x.test")}
	founding := company.Founding{ID: "b", Name: "B", Founder: founder, Document: c.Policy().Document()}
	_, err := company.Found(t.Context(), audit.NewMemory(), founding, nil)
	if want := `company: found: the founder is not valid: e-mail address ANN@x.test is already taken by user "ann"`; err == nil || err.Error() != want {
		t.Errorf("found: %v, want %s", err, want)
	}
	founding.Founder = team.User{ID: "x", Name: "X\nY"} // who needs no address, as a user of a document does not
	_, err = company.Found(t.Context(), audit.NewMemory(), founding, nil)
	if want := "company: found: the founder is not valid: name"; !errors.Is(err, company.ErrInvalid) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("found: %v, want %s", err, want)
	}
}

// TestReceiptSharesNothing: a caller who writes to what they got back changes
// neither the company nor what is accepted later.
func TestReceiptSharesNothing(t *testing.T) {
	c := inviteCompany(t, nil)
	terms := intoTeams(termsTo("bob@x.test", "team-member"), "t")
	r := c.must("ann", company.Invite{Invitation: "i", Terms: terms})
	r.Changes[0].(company.Invite).Terms.Teams[0] = "n"
	terms.Teams[0] = "n"
	i, _ := c.Invitation("i")
	i.Terms.Teams[0] = "n"
	for i := range c.Invitations() {
		i.Terms.Teams[0] = "n"
	}
	held, _ := c.Holdings("ann")
	held.Invitations[0].Terms.Teams[0] = "n"
	c.pass(time.Hour)
	r = c.must("ann", company.AmendInvitation{Invitation: "i", Role: toRole("team-member"), Teams: company.To([]team.ID{"t"}), Days: company.To(5)})
	amended, _ := r.Changes[0].(company.AmendInvitation).Teams.Get()
	amended[0] = "n"
	if _, err := c.accept("i", "bob"); err != nil {
		t.Fatal(err)
	}
	if members := slices.Collect(c.Policy().Directory().Memberships("bob")); len(members) != 1 || members[0].Team != "t" {
		t.Errorf("bob is in %v, want t", members)
	}
	c.checkReplay()
}

// TestNoDataIsReported: a person who would see no account can be invited, and
// the receipt says so.
func TestNoDataIsReported(t *testing.T) {
	for name, tt := range map[string]struct {
		want  bool
		terms invite.Terms
	}{
		"no team":        {true, termsTo("bob@x.test", "team-member")},
		"a team":         {false, intoTeams(termsTo("bob@x.test", "team-member"), "t")},
		"all data":       {false, termsTo("bob@x.test", "user")},
		"the default":    {true, termsTo("bob@x.test", "")},
		"no team either": {true, termsTo("bob@x.test", "viewer")},
	} {
		c := inviteCompany(t, nil)
		r := c.must("ann", company.Invite{Terms: tt.terms})
		if got := r.Changes[0].(company.Invite).NoData; got != tt.want {
			t.Errorf("%s: warned is %v, want %v", name, got, tt.want)
		}
	}
}

// TestSentRowIsPassedOver: a row that was sent is not sent again, not even
// after the user it led to was removed.
func TestSentRowIsPassedOver(t *testing.T) {
	c := inviteCompany(t, nil)
	rows := c.sent("ann", rowsTo("a@x.test")...)
	if _, err := c.accept(rows[0].Invitation, "al"); err != nil {
		t.Fatal(err)
	}
	c.must("ann", company.RemoveUser{User: "al"})
	c.pass(time.Hour)
	before := c.state()
	if again := c.sent("ann", rows...); again[0].Invitation != rows[0].Invitation || again[0].Code != invite.OK || c.state() != before {
		t.Errorf("committed again as %+v", again[0])
	}
}
