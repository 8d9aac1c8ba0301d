package team_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

func TestEnded(t *testing.T) {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	elsewhere := time.FixedZone("UTC+2", 2*60*60)
	for _, tt := range []struct {
		want, name string
		until, at  time.Time
	}{
		{"holds", "without end", time.Time{}, noon},
		{"holds", "without end at the zero time", time.Time{}, time.Time{}},
		{"holds", "without end, zero elsewhere", time.Time{}.In(elsewhere), noon},
		{"holds", "a nanosecond before", noon, noon.Add(-1)},
		{"ended", "at the end", noon, noon},
		{"ended", "at the end, elsewhere", noon.In(elsewhere), noon},
		{"holds", "a nanosecond before, elsewhere", noon.In(elsewhere), noon.Add(-1)},
		{"ended", "a nanosecond after", noon, noon.Add(1)},
		{"ended", "long ago", time.Unix(0, 0), noon},
		{"ended", "just past the zero time", time.Time{}.Add(1), noon},
	} {
		if got := team.End(tt.until).Ended(tt.at); got != (tt.want == "ended") {
			t.Errorf("%s: End(%v).Ended(%v) = %t, want %s", tt.name, tt.until, tt.at, got, tt.want)
		}
	}
}

func TestActive(t *testing.T) {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		want, name string
		user       team.User
	}{
		{"active", "for good", team.User{}},
		{"active", "until later", team.User{Until: noon.Add(1)}},
		{"inactive", "until now", team.User{Until: noon}},
		{"inactive", "suspended", team.User{Suspended: true}},
		{"inactive", "suspended until later", team.User{Suspended: true, Until: noon.Add(1)}},
		{"inactive", "suspended and ended", team.User{Suspended: true, Until: noon.Add(-1)}},
	} {
		if got := tt.user.Active(noon); got != (tt.want == "active") {
			t.Errorf("%s: Active = %t, want %s", tt.name, got, tt.want)
		}
	}
}

// groups is a company's data groups; "gone" is not among them.
func groups(t testing.TB) (map[datagroup.ID]datagroup.Group, []datagroup.Account) {
	t.Helper()
	schema, err := datagroup.NewSchema(datagroup.Attribute{Name: "country", Type: datagroup.StringType})
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[datagroup.ID]datagroup.Group)
	for id, text := range map[datagroup.ID]string{
		"us": "country = 'US'", "de": "country = 'DE'", "eu": "country in ('DE', 'FR')",
		"known": "country present", "all": "everything", "none": "nothing", "not-us": "country != 'US'",
	} {
		f, err := schema.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		all[id] = datagroup.Group{ID: id, Filter: f}
	}
	accounts := make([]datagroup.Account, 0, 4)
	for _, country := range []string{"US", "DE", "FR"} {
		a, err := schema.Account(datagroup.AccountID(country), "google", map[string]datagroup.Value{"country": datagroup.Text(country)})
		if err != nil {
			t.Fatal(err)
		}
		accounts = append(accounts, a)
	}
	unknown, err := schema.Account("??", "google", nil)
	if err != nil {
		t.Fatal(err)
	}
	return all, append(accounts, unknown)
}

var groupIDs = []datagroup.ID{"us", "de", "eu", "known", "all", "none", "not-us", "gone"}

// find returns the look-up that Filter and Union take.
func find(all map[datagroup.ID]datagroup.Group) func(datagroup.ID) (datagroup.Group, bool) {
	return func(id datagroup.ID) (datagroup.Group, bool) {
		g, ok := all[id]
		return g, ok
	}
}

func TestFilter(t *testing.T) {
	all, _ := groups(t)
	for _, tt := range []struct {
		want, name string
		groups     []datagroup.ID
	}{
		{"nothing", "no group", nil},
		{"nothing", "unknown group", []datagroup.ID{"gone"}},
		{"nothing", "empty group", []datagroup.ID{"none"}},
		{"country = 'US'", "one group", []datagroup.ID{"us"}},
		{"country = 'US'", "one group twice", []datagroup.ID{"us", "us"}},
		{"country = 'US' or country = 'DE'", "two groups", []datagroup.ID{"us", "de"}},
		{"country = 'US'", "a group and an unknown one", []datagroup.ID{"gone", "us"}},
		{"everything", "a group of everything", []datagroup.ID{"us", "all"}},
	} {
		f := team.Team{ID: "t", Groups: tt.groups}.Filter(find(all))
		if got := f.String(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if f := team.Union(slices.Values([]team.Team(nil)), find(all)); !f.IsNothing() {
		t.Errorf("no team sees %s", f)
	}
}

// TestUnionLaws compares random teams with loops over accounts and groups.
func TestUnionLaws(t *testing.T) {
	all, accounts := groups(t)
	seen, unseen := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		teams := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) team.Team {
			return team.Team{Groups: rapid.SliceOfN(rapid.SampledFrom(groupIDs), 0, 3).Draw(t, "groups")}
		}), 0, 3).Draw(t, "teams")
		union := team.Union(slices.Values(teams), find(all))
		backwards := slices.Clone(teams)
		slices.Reverse(backwards)
		for _, a := range accounts {
			byTeam, byGroup := false, false
			for _, one := range teams {
				byTeam = byTeam || one.Filter(find(all)).Match(a) == datagroup.True
				for _, g := range one.Groups {
					byGroup = byGroup || all[g].Filter.Match(a) == datagroup.True
				}
			}
			got := union.Match(a) == datagroup.True
			if got != byTeam || got != byGroup {
				t.Fatalf("%s: the union sees it: %t, a team does: %t, a group does: %t", a.ID(), got, byTeam, byGroup)
			}
			if other := team.Union(slices.Values(backwards), find(all)).Match(a) == datagroup.True; other != got {
				t.Fatalf("%s: the order of teams matters", a.ID())
			}
			if got {
				seen++
			} else {
				unseen++
			}
		}
	})
	if seen == 0 || unseen == 0 {
		t.Errorf("%d accounts were seen and %d were not: one of the two was never tried", seen, unseen)
	}
}

// TestUnionChangesNothing sees to it that the teams stay as they were.
func TestUnionChangesNothing(t *testing.T) {
	all, _ := groups(t)
	ids := []datagroup.ID{"us", "gone", "us", "all"}
	one := team.Team{Groups: slices.Clone(ids)}
	team.Union(slices.Values([]team.Team{one, one}), find(all))
	if !slices.Equal(one.Groups, ids) {
		t.Errorf("the groups became %q", one.Groups)
	}
}

func TestZeroValues(t *testing.T) {
	all, accounts := groups(t)
	f := team.Team{}.Filter(find(all))
	for _, a := range append(accounts, datagroup.Account{}) {
		if f.Match(a) != datagroup.False {
			t.Errorf("the zero Team sees %s", a.ID())
		}
	}
	var zero team.Address
	if !zero.IsZero() || zero.String() != "" || zero.Key() != "" || zero.Equal(team.Address{}) {
		t.Errorf("the zero Address is %q", zero)
	}
	if u := (team.User{}); u.ID != "" || u.Role != "" || !u.Email.IsZero() || team.End(u.Until).Ended(time.Unix(1<<40, 0)) {
		t.Errorf("the zero User is %v", u)
	}
	if m := (team.Member{}); m.Team != "" || m.User != "" || team.End(m.Until).Ended(time.Unix(1<<40, 0)) {
		t.Errorf("the zero Member is %v", m)
	}
}
