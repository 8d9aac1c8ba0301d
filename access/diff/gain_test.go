package diff

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
)

// TestGainsOfOne: of two users with one role only one gains, or the other gains in
// another way.
func TestGainsOfOne(t *testing.T) {
	changed := func(change func(d *document.Document)) *access.Policy {
		d := &document.Document{
			Users: []document.User{
				{ID: "ann", Email: "ann@x.test", Role: "user-manager"},
				{ID: "ben", Email: "ben@x.test", Role: "user-manager", Until: "2027-01-01T00:00:00Z"},
				{ID: "tom", Email: "tom@x.test", Role: "viewer"}},
			Reports: []document.Report{{ID: "q3", Grants: []document.Grant{{User: "tom", Level: "creator"}}}},
			Links:   []document.Link{{ID: "l1", Maker: "tom", Action: "report.view", Resource: document.Resource{Kind: "report", ID: "q3"}}},
		}
		change(d)
		return compile(t, d)
	}
	creator := func(user string) func(d *document.Document) {
		return func(d *document.Document) {
			for i := range 2 {
				d.Users[i].Role = "viewer"
			}
			d.Reports[0].Grants = append(d.Reports[0].Grants, document.Grant{User: user, Level: "creator"})
		}
	}
	for _, tt := range []struct {
		want, wantNot, name string
		old, next           func(d *document.Document)
	}{
		{"ben may user.edit, user.remove", "ann", "a longer stay",
			func(*document.Document) {}, func(d *document.Document) { d.Users[1].Until = "2027-02-01T00:00:00Z" }},
		{"ben may link.revoke at link l1", "ann may link.revoke", "the first of them could revoke a link as a creator", creator("ann"), func(*document.Document) {}},
		{"ann may link.revoke at link l1", "ben may link.revoke", "one could revoke a link as a creator, and the other could not", func(d *document.Document) { creator("ben")(d); d.Users[1].Until = "" }, func(d *document.Document) { d.Users[1].Until = "" }},
	} {
		got := "\n" + texts(slices.Collect(Compare(changed(tt.old), changed(tt.next)).Gains())) + "\n"
		if !strings.Contains(got, "\n"+tt.want) || strings.Contains(got, "\n"+tt.wantNot) {
			t.Errorf("%s: the gains are%s", tt.name, got)
		}
	}
}

// TestRouteOfNewUser: a new user has rights by a role. If it sees only the data of
// their teams, a line names the team and the data group, and each has its own.
func TestRouteOfNewUser(t *testing.T) {
	build := func(users ...document.User) *access.Policy {
		d := &document.Document{
			Accounts: []document.Account{{ID: "de-1", Source: "x"}, {ID: "us-1", Source: "x"}},
			Groups:   []document.Group{{ID: "de", Filter: "id = 'de-1'"}, {ID: "us", Filter: "id = 'us-1'"}},
			Teams:    []document.Team{{ID: "west", Groups: []string{"de", "us"}}},
			Users:    users,
		}
		for _, u := range users {
			d.Teams[0].Members = append(d.Teams[0].Members, document.Member{User: u.ID})
		}
		return compile(t, d)
	}
	for role, want := range map[string]string{
		"viewer": `ann may account.view at account de-1 (role viewer, team west, data group de)
ann may account.view at account us-1 (role viewer, team west, data group us)
ann may act in team west`,
		"user": `ann may account.view at account de-1, us-1 (role user)
ann may report.create at company (role user)
ann may act in team west`,
	} {
		got := texts(slices.Collect(Compare(build(), build(document.User{ID: "ann", Email: "ann@x.test", Role: role})).Gains()))
		if got != want {
			t.Errorf("%s: the gains are\n%s\nwant\n%s", role, got, want)
		}
	}
}

// TestRevocationInTeam: a user who may revoke a link for longer, and newly in a
// team, gains both. The second is not part of the first.
func TestRevocationInTeam(t *testing.T) {
	build := func(end string, members ...document.Member) *access.Policy {
		return compile(t, &document.Document{
			Catalog: oddCatalog(),
			Teams:   []document.Team{{ID: "t1", Members: members}},
			Users:   []document.User{{ID: "ann", Email: "ann@x.test", Role: "warden", Until: end}},
			Links:   []document.Link{{ID: "l1", Maker: "ann", Action: "campaign.pause", Resource: document.Resource{Kind: "campaign", ID: "c1", Account: "a1"}}},
		})
	}
	got := texts(slices.Collect(Compare(build("2027-01-01T00:00:00Z"), build("", document.Member{User: "ann"})).Gains()))
	const want = "ann may link.revoke at link l1 from 2027-01-01T00:00:00Z\nann in team t1 may link.revoke at link l1"
	if got != want {
		t.Errorf("the gains are\n%s\nwant\n%s", got, want)
	}
}

// TestSessionThatGivesNothing: a longer membership is no gain if there is nothing
// to do in its sessions for longer.
func TestSessionThatGivesNothing(t *testing.T) {
	build := func(role, end string, grants ...document.Grant) *access.Policy {
		return compile(t, &document.Document{
			Catalog: oddCatalog(),
			Teams:   []document.Team{{ID: "t1", Members: []document.Member{{User: "ann"}}}},
			Users:   []document.User{{ID: "ann", Email: "ann@x.test", Role: role, Until: end}},
			Reports: []document.Report{{ID: "q3", Grants: grants}},
		})
	}
	const end = "2027-01-01T00:00:00Z"
	got := texts(slices.Collect(Compare(build("idle", end), build("idle", "", document.Grant{User: "ann", Level: "viewer", Until: end})).Gains()))
	if want := "ann is viewer of report q3 until " + end; got != want {
		t.Errorf("the gains are\n%s\nwant\n%s", got, want)
	}
}

// TestConcurrentUse reads one difference in several goroutines, which the race
// detector watches, and finds the same in each.
func TestConcurrentUse(t *testing.T) {
	d := Compare(nil, compile(t, oddDocument()))
	want := d.String()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if got := d.String(); got != want {
				t.Errorf("the difference is\n%s\nwant\n%s", got, want)
			}
		})
	}
	group.Wait()
}

// TestSeenByAnotherTeam: an account that one team comes to see is no gain of a member
// who saw it by another team.
func TestSeenByAnotherTeam(t *testing.T) {
	t.Parallel()
	text := func(first, second string) string {
		return `{"attributes": {"country": "string"},
			"accounts": [{"id": "us", "source": "google", "country": "US"}, {"id": "de", "source": "google", "country": "DE"}],
			"groups": [{"id": "us", "filter": "country = 'US'"}, {"id": "de", "filter": "country = 'DE'"}, {"id": "both", "filter": "country in ('DE', 'US')"}],
			"teams": [{"id": "a", "groups": [` + first + `], "members": [{"user": "ann"}, {"user": "bob"}]},
			          {"id": "b", "groups": [` + second + `], "members": [{"user": "ann"}]}],
			"users": [{"id": "ann", "email": "ann@example.com", "role": "team-member"}, {"id": "bob", "email": "bob@example.com", "role": "team-member"}]}`
	}
	for _, tt := range []struct{ name, wasA, wasB, isA, isB string }{
		{"the first team", `"us"`, `"de"`, `"both"`, `"de"`},
		{"the second team", `"us"`, `"de"`, `"us"`, `"both"`},
	} {
		d := Compare(access.MustLoad(text(tt.wasA, tt.wasB)), access.MustLoad(text(tt.isA, tt.isB)))
		for _, r := range slices.Collect(d.Gains()) {
			if _, inSession := r.Subject.Team(); r.Subject.User() == "ann" && !inSession {
				t.Errorf("%s: ann gains %v", tt.name, r)
			}
		}
	}
}
