package companies_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/companies"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
	"github.com/google/go-cmp/cmp"
)

// proofOf proves an address, at the time of a clock.
func proofOf(t testing.TB, c *clock, address, provider string) invite.Proof {
	t.Helper()
	p, err := invite.Verified(team.MustParseAddress(address), "https://id.example.com", provider, c.now())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// dan is somebody who is in some companies.
const dan = "dan@example.com"

// addDan makes dan a user with an id.
func addDan(id team.UserID) company.AddUser {
	return company.AddUser{User: id, Person: company.Person{Email: dan}, Role: "viewer"}
}

// inviteDan invites dan.
func inviteDan(id invite.ID, provider string) company.Invite {
	return company.Invite{Invitation: id, Terms: invite.Terms{Address: team.MustParseAddress("Dan@Example.com"), Role: "viewer", Provider: provider}}
}

// standings are what may have become of dan in a company, and what he finds. Some
// take longer than an invitation lasts.
var standings = []struct {
	name    string
	changes []company.Change // one after the other
	passes  time.Duration    // before the last change
	want    companies.Standing
}{
	{"nobody", nil, 0, ""},
	{"user", []company.Change{addDan("d1")}, 0, companies.Active},
	{"user-until", []company.Change{addDan("d2"), company.SetEnd{User: "d2", Until: company.To(start.AddDate(1, 0, 0))}}, 0, companies.Active},
	{"ended", []company.Change{addDan("d3"), company.SetEnd{User: "d3", Until: company.To(start.AddDate(0, 0, 1))}}, 0, companies.Ended},
	{"suspended", []company.Change{addDan("d4"), company.SuspendUser{User: "d4"}}, 0, companies.Suspended},
	{"suspended-ended", []company.Change{addDan("d5"), company.SetEnd{User: "d5", Until: company.To(start.AddDate(0, 0, 1))}, company.SuspendUser{User: "d5"}}, 0, companies.Suspended},
	{"removed", []company.Change{addDan("d6"), company.RemoveUser{User: "d6"}}, 0, ""},
	{"moved-away", []company.Change{addDan("d7"), company.ChangeAddress{User: "d7", Email: "old-dan@example.com"}}, 0, ""},
	{"moved-here", []company.Change{company.AddUser{User: "d8", Person: company.Person{Email: "was-dan@example.com"}, Role: "viewer"}, company.ChangeAddress{User: "d8", Email: "DAN@example.com"}}, 0, companies.Active},
	{"invited", []company.Change{inviteDan("i1", "")}, 50 * 24 * time.Hour, companies.Invited},
	{"invited-by-provider", []company.Change{inviteDan("i2", "google")}, 50 * 24 * time.Hour, companies.Invited},
	{"invited-by-other", []company.Change{inviteDan("i3", "azure")}, 50 * 24 * time.Hour, ""},
	{"expired", []company.Change{inviteDan("i4", "")}, 0, ""},
	{"revoked", []company.Change{inviteDan("i5", ""), company.RevokeInvitation{Invitation: "i5"}}, 50 * 24 * time.Hour, ""},
	{"added-after", []company.Change{inviteDan("i6", ""), addDan("d9")}, 50 * 24 * time.Hour, companies.Active},
}

// TestFind asks for the companies of an address in a store of companies in which
// all became of it that may. It opens no other one, and another address finds none
// of them.
func TestFind(t *testing.T) {
	t.Parallel()
	s, c := newTestStore(), new(clock)
	makers := newCompanies(t, s.MemoryStore, &companies.Config{Company: configOf(c, 0)})
	var want []companies.Membership
	for _, later := range []bool{false, true} {
		if later {
			c.pass(50 * 24 * time.Hour)
		}
		for _, st := range standings {
			if later != (st.passes > 0) {
				continue
			}
			co, err := makers.Found(t.Context(), st.name, foundingOf(st.name))
			if err != nil {
				t.Fatal(err)
			}
			for _, change := range st.changes {
				do(t, co, change)
			}
			if st.want != "" {
				u, _ := co.Now().Policy().Directory().UserByAddress(team.MustParseAddress(dan))
				want = append(want, companies.Membership{Name: st.name, Company: "Company " + st.name, Standing: st.want, User: u.ID})
			}
		}
	}
	sortByName(want)

	all := newCompanies(t, s, &companies.Config{Company: configOf(c, 0), Now: c.now})
	s.onFind = func(string) ([]string, error) { return []string{"user"}, nil } // twice, and out of order
	got, err := all.Find(t.Context(), proofOf(t, c, "dan@EXAMPLE.com", "google"))
	s.onFind = nil
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("found (%v): %s", err, cmp.Diff(want, got))
	}
	if opened, _ := s.counts("nobody"); opened != 0 {
		t.Error("a company was opened that the address was never in")
	}
	got, err = all.Find(t.Context(), proofOf(t, c, "boss@nobody.example", ""))
	if err != nil || !cmp.Equal(got, []companies.Membership{{Name: "nobody", Company: "Company nobody", Standing: companies.Active, User: "boss"}}) {
		t.Errorf("found %v, %v", got, err)
	}
	got, err = all.Find(t.Context(), proofOf(t, c, "nobody@example.com", ""))
	if err != nil || len(got) != 0 {
		t.Errorf("a stranger found %v, %v", got, err)
	}
}

// TestFindWithProof finds nothing by a proof that proves nothing now, and does not
// ask the store.
func TestFindWithProof(t *testing.T) {
	t.Parallel()
	s, c := newTestStore(), new(clock)
	found(t, s.MemoryStore, c, "acme")
	asked := 0
	s.onFind = func(string) ([]string, error) { asked++; return nil, nil }
	all := newCompanies(t, s, &companies.Config{Company: configOf(c, 0), Now: c.now})
	proof := proofOf(t, c, "boss@acme.example", "")
	for _, tt := range []struct {
		name   string
		passes time.Duration
		proof  invite.Proof
		ok     bool
	}{
		{"fresh", 0, proof, true},
		{"an hour old", time.Hour, proof, true},
		{"older", 1, proof, false},
		{"none", 0, invite.Proof{}, false},
		{"a minute of the future", -time.Hour - time.Minute - 1, proof, true},
		{"more", -1, proof, false},
	} {
		c.pass(tt.passes)
		before := asked
		got, err := all.Find(t.Context(), tt.proof)
		if tt.ok {
			if err != nil || len(got) != 1 || asked != before+1 {
				t.Errorf("%s: found %v, %v", tt.name, got, err)
			}
			continue
		}
		wantError(t, err, "find", "", companies.ErrProof)
		if got != nil || asked != before {
			t.Errorf("%s: found %v, and the store was asked %d times", tt.name, got, asked-before)
		}
	}
	lax := newCompanies(t, s, &companies.Config{ProofAge: math.MaxInt64})
	_, err := lax.Find(t.Context(), invite.Proof{})
	wantError(t, err, "find", "", companies.ErrProof)
	strict := newCompanies(t, s, &companies.Config{ProofAge: time.Minute, Now: func() time.Time { return proof.Time().Add(time.Minute + 1) }})
	_, err = strict.Find(t.Context(), proof)
	wantError(t, err, "find", "", companies.ErrProof)
}

// TestFindFails tells what could not be asked, beside what was found.
func TestFindFails(t *testing.T) {
	t.Parallel()
	s, c := newTestStore(), new(clock)
	found(t, s.MemoryStore, c, "away", "here", "old", "stale")
	makers := newCompanies(t, s.MemoryStore, &companies.Config{Company: configOf(c, 0)})
	for _, name := range []string{"away", "here", "old"} {
		do(t, open(t, makers, name), addDan("dan"))
	}
	s.onLog = func(_ context.Context, name string) error {
		if name == "away" {
			return errAway
		}
		return nil
	}
	s.onFind = func(string) ([]string, error) { return []string{"stale", "never-stored"}, nil }
	strict := func(name string) *company.Config {
		config := configOf(c, 0)(name)
		if name == "old" {
			config.Invitations.ProofAge = time.Minute
		}
		return config
	}
	all := newCompanies(t, s, &companies.Config{Company: strict, Now: c.now})
	proof := proofOf(t, c, dan, "")
	c.pass(2 * time.Minute)
	want := []companies.Membership{{Name: "here", Company: "Company here", Standing: companies.Active, User: "dan"}}
	got, err := all.Find(t.Context(), proof)
	if !cmp.Equal(got, want) {
		t.Errorf("found %v", got)
	}
	wantText := "companies: find \"away\": the store is away\n" +
		"companies: find \"old\": proven: the proof is not valid: the address was verified too long ago, or in the future"
	if err == nil || err.Error() != wantText || !errors.Is(err, errAway) || !errors.Is(err, company.ErrInvalid) {
		t.Errorf("the error is %v", err)
	}
	s.onFind = func(string) ([]string, error) { return nil, errAway }
	s.onLog = nil
	got, err = all.Find(t.Context(), proofOf(t, c, dan, ""))
	wantError(t, err, "find", "", errAway)
	if len(got) != 3 {
		t.Errorf("the store failed in the end, and %v were found before", got)
	}
	s.onFind = func(string) ([]string, error) { return []string{"stale"}, nil }
	s.onRead = func(context.Context, string) error { return errAway }
	_, err = all.Find(t.Context(), proofOf(t, c, "eve@example.com", ""))
	wantError(t, err, "find", "stale", errAway)

	ctx, cancel := context.WithCancel(t.Context())
	asked := 0
	s.onFind = func(string) ([]string, error) { return []string{"x", "y", "z"}, nil }
	s.onLog = func(ctx context.Context, _ string) error { asked++; cancel(); return ctx.Err() }
	if _, err = all.Find(ctx, proofOf(t, c, "eve@example.com", "")); !errors.Is(err, context.Canceled) || asked != 1 || strings.Contains(err.Error(), "\n") {
		t.Errorf("the context ended, and %d logs were asked for: %v", asked, err)
	}
}

// TestFindBehind finds what another process just made, although it is not yet time
// to read the log again.
func TestFindBehind(t *testing.T) {
	t.Parallel()
	s, c := newTestStore(), new(clock)
	config := &companies.Config{Company: configOf(c, time.Hour), Now: c.now}
	here, there := newCompanies(t, s, config), newCompanies(t, s, config)
	co, err := here.Found(t.Context(), "acme", foundingOf("acme"))
	if err != nil {
		t.Fatal(err)
	}
	open(t, there, "acme")
	do(t, co, inviteDan("i", ""))
	got, err := there.Find(t.Context(), proofOf(t, c, dan, ""))
	if err != nil || !cmp.Equal(got, []companies.Membership{{Name: "acme", Company: "Company acme", Standing: companies.Invited}}) {
		t.Errorf("found %v, %v", got, err)
	}
}

// TestFindUnfinished does not show a company whose founding is not finished.
func TestFindUnfinished(t *testing.T) {
	t.Parallel()
	s, c := newTestStore(), new(clock)
	l, err := s.MemoryStore.Log(t.Context(), "large")
	if err != nil {
		t.Fatal(err)
	}
	parts := 0
	small := &smallLog{l, func() error {
		if parts++; parts > 1 {
			return errAway
		}
		return nil
	}}
	f := foundingOf("large", manyUsers(2000)...)
	if _, err := company.Found(t.Context(), small, f, configOf(c, 0)("large")); !errors.Is(err, errAway) {
		t.Fatalf("Found = %v", err)
	}
	all := newCompanies(t, s, &companies.Config{Company: configOf(c, 0), Now: c.now})
	got, err := all.Find(t.Context(), proofOf(t, c, "boss@large.example", ""))
	if err != nil || len(got) != 0 {
		t.Errorf("found %v, %v", got, err)
	}
	_, err = all.Open(t.Context(), "large")
	wantError(t, err, "open", "large", company.ErrUnfinished)
}

// smallLog is a log with short lines, whose appends fail as said.
type smallLog struct {
	audit.Log
	fails func() error
}

func (l *smallLog) LongestLine() int { return 64 << 10 }

func (l *smallLog) Append(ctx context.Context, e audit.Event) error {
	if err := l.fails(); err != nil {
		return err
	}
	return l.Log.Append(ctx, e)
}
