package diff_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/diff"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// company is a small policy, in which Tom is in the team for the Americas.
var company = access.MustLoad(`{
  "attributes": {"country": "string"},
  "accounts":   [{"id": "us-1", "source": "google", "country": "US"},
                 {"id": "ca-1", "source": "google", "country": "CA"},
                 {"id": "de-1", "source": "google", "country": "DE"}],
  "groups":     [{"id": "us", "filter": "country = 'US'"}, {"id": "de", "filter": "country = 'DE'"}],
  "teams":      [{"id": "americas", "groups": ["us"], "members": [{"user": "mia"}, {"user": "tom"}]},
                 {"id": "europe",   "groups": ["de"], "members": [{"user": "mia"}]}],
  "users":      [{"id": "mia", "email": "mia@example.com", "role": "team-member"},
                 {"id": "tom", "email": "tom@example.com", "role": "team-member"}],
  "reports":    [{"id": "q3", "grants": [{"user": "mia", "level": "creator"}]}]
}`)

// change returns the policy of the company after a change.
func change(apply func(e *access.Edit)) *access.Policy {
	e := company.Edit()
	apply(e)
	next, err := e.Policy()
	if err != nil {
		panic(err)
	}
	return next
}

// Who gains and who loses if a filter is widened to Canada, Tom helps out in
// Europe for January, and Mia leaves it?
func Example() {
	next := change(func(e *access.Edit) {
		filter, _ := company.Directory().Schema().Parse("country in ('US', 'CA')")
		e.SetGroup(document.GroupOf(datagroup.Group{ID: "us", Filter: filter}))
		e.SetMember("europe", document.Member{User: "tom", Until: document.End(time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC))})
		e.RemoveMember("europe", "mia")
	})
	fmt.Println(diff.Compare(company, next))
	// Output:
	// + mia sees account ca-1 (team americas, data group us)
	// + tom sees account ca-1 (team americas, data group us)
	// + tom sees account de-1 until 2027-02-01T00:00:00Z (team europe, data group de)
	// + tom may act in team europe until 2027-02-01T00:00:00Z
	// - mia sees account de-1 (team europe, data group de)
	// - mia may act in team europe
}

// A page shows each gain in its own way, and asks for approval if somebody gains
// something for ever.
func ExampleDiff_Gains() {
	next := change(func(e *access.Edit) {
		e.SetGrant("q3", access.Grant{User: "tom", Level: access.Editor}.Entry())
	})
	for gain := range diff.Compare(company, next).Gains() {
		if gain.Kind == diff.ReportLevel {
			fmt.Println(gain.Subject, "becomes", gain.Level, "of", gain.Resources[0])
		}
		if gain.Until.IsZero() {
			fmt.Println("for ever: needs an approval")
		}
	}
	// Output:
	// tom becomes editor of report:q3
	// for ever: needs an approval
}

func ExampleDiff_Losses() {
	next := change(func(e *access.Edit) { e.RemoveReport("q3") })
	for loss := range diff.Compare(company, next).Losses() {
		fmt.Println(loss)
	}
	// Output:
	// mia is creator of report q3
}

// A new name changes nobody's access.
func ExampleDiff_IsEmpty() {
	renamed := change(func(e *access.Edit) { e.SetReport(document.Report{ID: "q3", Name: "Third quarter"}) })
	fmt.Println(diff.Compare(company, renamed).IsEmpty())
	// Output: true
}

// A value says in which span of time it differs. Tom could do the same before, but
// not for so long.
func ExampleRight() {
	join := func(until time.Time) *access.Policy {
		return change(func(e *access.Edit) { e.SetMember("europe", document.Member{User: "tom", Until: document.End(until)}) })
	}
	january, march := time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 4, 1, 0, 0, 0, 0, time.UTC)
	for gain := range diff.Compare(join(january), join(march)).Gains() {
		fmt.Println(gain.Kind, gain.From.Format(time.DateOnly), gain.Until.Format(time.DateOnly), gain.Route.Team)
	}
	// Output:
	// account-reach 2027-02-01 2027-04-01 europe
	// team-session 2027-02-01 2027-04-01
}

func ExampleCountAccounts() {
	next := change(func(e *access.Edit) {
		filter, _ := company.Directory().Schema().Parse("country = 'CA'")
		e.SetGroup(document.GroupOf(datagroup.Group{ID: "us", Filter: filter}))
	})
	members := slices.Values([]team.UserID{"mia", "tom"})
	counts, _ := diff.CountAccounts(company, next, members, []datagroup.AccountID{"us-1", "ca-1"}, math.MaxInt)
	for _, n := range counts {
		fmt.Printf("%s gains %d and loses %d\n", n.User, n.Gained, n.Lost)
	}
	// Output:
	// mia gains 1 and loses 1
	// tom gains 1 and loses 1
}

func ExampleDescribe() {
	for _, section := range diff.Describe(company) {
		if section.Title == "Users" {
			fmt.Println(section.Facts[0])
			fmt.Println(section.Facts[len(section.Facts)-1])
		}
	}
	// Output:
	// mia acts in team americas
	// tom sees us-1 (team americas, data group us)
}

// A page asks before a filter is saved, and again for each letter that is typed.
func ExampleDiff_Summary() {
	next := change(func(e *access.Edit) {
		e.SetGroup(document.Group{ID: "us", Filter: "country = 'CA'"})
	})
	s := diff.Compare(company, next).Summary(context.Background(), diff.Limits{Rights: 1})
	fmt.Println("gain:", s.Gains)
	fmt.Println("lose:", s.Losses)
	fmt.Println(s.Losses.Rights[0])
	// Output:
	// gain: 2 users, 1 account
	// lose: 2 users, 1 account
	// mia sees account us-1 (team americas, data group us)
}

// Does a change of filters take away only, whatever accounts there will be?
func ExampleFilterChanges() {
	next := change(func(e *access.Edit) {
		for id, text := range map[datagroup.ID]string{"us": "country = 'US' and not id prefix 'test-'", "de": "country in ('DE', 'AT')"} {
			filter, _ := company.Directory().Schema().Parse(text)
			e.SetGroup(document.GroupOf(datagroup.Group{ID: id, Filter: filter}))
		}
	})
	for c := range diff.FilterChanges(company, next) {
		fmt.Println(c)
	}
	// Output:
	// data group de: can only widen: now also an account with country "AT"
	// data group us: can only narrow: no longer an account with country "US" and id "test-x"
}
