package company_test

import (
	"errors"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// TestProven asks a company for the holder of a proven address.
func TestProven(t *testing.T) {
	t.Parallel()
	start := time.Date(2030, time.March, 1, 12, 0, 0, 0, time.UTC)
	now := start
	config := &company.Config{
		Now: func() time.Time { return now }, MaxAge: 24 * time.Hour,
		Systems: map[string]company.SystemConfig{"host": {Changes: company.ChangeTypes()}},
		Deliver: discard, Origin: "https://app.example.com",
	}
	co, err := company.Found(t.Context(), audit.NewMemory(), company.Founding{ID: "acme", Name: "Acme", Founder: team.User{ID: "ann", Email: team.MustParseAddress("ann@example.com")}}, config)
	if err != nil {
		t.Fatal(err)
	}
	by := company.By{Actor: company.System("host"), Reason: "x"}
	for id, provider := range map[invite.ID]string{"bob": "", "cid": "google"} {
		terms := invite.Terms{Address: team.MustParseAddress(string(id) + "@example.com"), Role: "viewer", Provider: provider, Teams: nil, Days: 3}
		if _, err := co.Do(t.Context(), by, company.Invite{Invitation: id, Terms: terms}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name, address, provider string
		age                     time.Duration
		user                    team.UserID
		invitation              invite.ID
		err                     error
	}{
		{"a user", "ANN@example.com", "", 0, "ann", "", nil},
		{"a user by a proof of an hour", "ann@example.com", "", time.Hour, "ann", "", nil},
		{"a user by an old proof", "ann@example.com", "", time.Hour + 1, "", "", company.ErrInvalid},
		{"a stranger by an old proof", "eve@example.com", "", time.Hour + 1, "", "", company.ErrInvalid},
		{"a proof of the future", "ann@example.com", "", -time.Minute - 1, "", "", company.ErrInvalid},
		{"an invitee", "bob@EXAMPLE.com", "azure", 0, "", "bob", nil},
		{"an invitee of the provider", "cid@example.com", "google", 0, "", "cid", nil},
		{"an invitee of another provider", "cid@example.com", "azure", 0, "", "", nil},
		{"a stranger", "eve@example.com", "", 0, "", "", nil},
	} {
		proof, err := invite.Verified(team.MustParseAddress(tt.address), "https://id.example.com", tt.provider, now.Add(-tt.age))
		if err != nil {
			t.Fatal(err)
		}
		u, i, err := co.Proven(proof)
		if u.ID != tt.user || i.ID != tt.invitation || !errors.Is(err, tt.err) {
			t.Errorf("%s: user %q, invitation %q, %v", tt.name, u.ID, i.ID, err)
		}
	}
	if _, _, err := co.Proven(invite.Proof{}); !errors.Is(err, company.ErrInvalid) {
		t.Errorf("by no proof: %v", err)
	}
	now = start.Add(24*time.Hour + 1)
	proof, _ := invite.Verified(team.MustParseAddress("ann@example.com"), "https://id.example.com", "", now)
	if u, _, err := co.Proven(proof); err == nil || u.ID != "" {
		t.Errorf("of a company that is too old: %q, %v", u.ID, err)
	}
	if err := co.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if u, _, err := co.Proven(proof); err != nil || u.ID != "ann" {
		t.Errorf("after Sync: %q, %v", u.ID, err)
	}
}

// TestBehind tells when it is time to read the log again.
func TestBehind(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, time.March, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		maxAge, every, age time.Duration
		behind, tooOld     bool
	}{
		{0, 0, time.Hour, false, false},
		{0, time.Second, time.Hour, false, false},
		{3, 0, 1, false, false},
		{3, 0, 2, true, false},
		{3, 2, 2, false, false},
		{3, 2, 3, true, false},
		{3, 2, 4, true, true},
	} {
		at := now
		co, err := company.Found(t.Context(), audit.NewMemory(), company.Founding{ID: "a", Name: "A", Founder: team.User{ID: "ann"}},
			&company.Config{Now: func() time.Time { return at }, MaxAge: tt.maxAge, FollowEvery: tt.every})
		if err != nil {
			t.Fatal(err)
		}
		at = at.Add(tt.age)
		if h := co.Health(); h.Behind != tt.behind || h.TooOld != tt.tooOld {
			t.Errorf("%+v: behind %t, too old %t", tt, h.Behind, h.TooOld)
		}
	}
}
