package access_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// TestZeroPolicies asks what is no policy every question: each is denied as
// unavailable, and every list is empty.
func TestZeroPolicies(t *testing.T) {
	for name, p := range map[string]*access.Policy{
		"nil": nil, "zero": new(access.Policy), "nil at a time": (*access.Policy)(nil).At(time.Now()),
		"zero with a clock": new(access.Policy).WithClock(time.Now), "nil with a clock": (*access.Policy)(nil).WithClock(nil),
	} {
		if !p.IsZero() {
			t.Errorf("%s policy is one", name)
		}
		for _, s := range []access.Subject{{}, access.User("root"), access.Session("root", "emea"), access.Session("root", ""), access.ViaLink("l1")} {
			checkNobody(t, name, p, s)
		}
		if len(slices.Collect(p.Who("account.view", access.Account("us-1")).All())) != 0 || len(slices.Collect(p.Directory().LinksTo(access.Report("q3")))) != 0 {
			t.Errorf("%s policy: somebody may do something", name)
		}
		if text, err := p.Document().JSON(); string(text) != `{"catalog": "company"}`+"\n" || err != nil || !p.Directory().Catalog().Equal(role.CompanyCatalog()) || p.Directory().Schema().Len() != 3 {
			t.Errorf("%s policy holds %s, %v", name, text, err)
		}
		if m := p.Preview(foreignFilter("everything")); m.Matches != 0 {
			t.Errorf("%s policy: preview %v", name, m)
		}
		next := edited(t, p, func(e *access.Edit) { e.SetTeam(document.Team{ID: "emea"}) })
		if d := next.Decide(access.User("root"), "team.edit", access.Team("emea")); d.Reason != "unknown-user" || next.IsZero() {
			t.Errorf("%s policy with a team: %v", name, d)
		}
	}
}

// checkNobody fails if a policy that holds nothing lets a subject do or see
// something.
func checkNobody(t *testing.T, name string, p *access.Policy, s access.Subject) {
	t.Helper()
	for _, r := range []access.Resource{{}, access.Company(), access.Account("us-1"), access.Report("q3"), access.Link("l1"), access.CompanyItem("x", "y")} {
		for _, a := range append(knownActions(), "") {
			want := access.Decision{Reason: access.ReasonUnavailable, Step: access.StepSubject, Subject: s, Action: a, Resource: r}
			if d := p.Decide(s, a, r); d != want || d.Public().Reason != access.ReasonUnavailable {
				t.Fatalf("%s policy: %s %s %s: %v", name, s, a, r, d)
			}
		}
	}
	v := p.View(s)
	if v.Sees("us-1") || v.Len() != 0 || !v.Filter().IsNothing() || len(slices.Collect(v.Accounts())) != 0 {
		t.Errorf("%s policy: %s sees something", name, s)
	}
	if e := p.Explain(s, "account.view", access.Account("us-1")); e.Decision.Reason != access.ReasonUnavailable || len(e.Routes) != 0 || len(e.Remedies) != 0 || e.Maker != nil || e.String() != "deny unavailable: there is no policy to ask now" {
		t.Errorf("%s policy: %s", name, e)
	}
	if len(slices.Collect(p.Actions(s, access.Company()))) != 0 || len(slices.Collect(p.Reports(s, "report.view"))) != 0 {
		t.Errorf("%s policy: %s may do something", name, s)
	}
}

// TestNoWorld asks what is no policy what its model is asked, and a company with
// nobody in it, which is one.
func TestNoWorld(t *testing.T) {
	var none *model.World
	w := model.New(model.CompanyCatalog())
	questions := w.Questions()
	empty := access.MustLoad("{}")
	for _, s := range append(w.Subjects(), model.InSession("ghost", ""), model.InSession("", "t1")) {
		for _, q := range questions {
			if got, want := q.Decide(nil, s), none.Decide(s, q.Action, q.Resource); got != want {
				t.Fatalf("%v, the model says %v", got, want)
			}
			if got := q.Decide(empty, s); got.Reason == access.ReasonUnavailable {
				t.Fatalf("a company with nobody in it: %v", got)
			}
		}
	}
}

// TestEmptyDirectory reads all records of what is no policy.
func TestEmptyDirectory(t *testing.T) {
	for name, d := range map[string]access.Directory{"zero": {}, "nil": (*access.Policy)(nil).Directory(), "zero policy": new(access.Policy).Directory()} {
		n := 0
		count := func(all ...int) {
			for _, some := range all {
				n += some
			}
		}
		count(len(slices.Collect(d.Users())), len(slices.Collect(d.Teams())), len(slices.Collect(d.Groups())), len(slices.Collect(d.Accounts())),
			len(slices.Collect(d.Links())), len(slices.Collect(d.AllMembers())), len(slices.Collect(d.AllGrants())), len(maps.Collect(d.Reports())))
		count(len(slices.Collect(d.Memberships("ann"))), len(slices.Collect(d.Members("t"))), len(slices.Collect(d.TeamsWith("g"))), len(slices.Collect(d.Grants("q3"))),
			len(slices.Collect(d.GrantsOf("ann"))), len(slices.Collect(d.GrantsOfTeam("t"))), len(slices.Collect(d.LinksOf("ann"))), len(slices.Collect(d.LinksIn("t"))),
			len(slices.Collect(d.LinksTo(access.Report("q3")))), len(maps.Collect(d.GroupsSince(access.Directory{}, "a"))))
		holders, lasting := d.Holders("owner")
		count(holders, lasting, d.ViewOfTeam("t").Len())
		_, user := d.User("ann")
		_, address := d.UserByAddress(team.Address{})
		_, team := d.Team("t")
		_, group := d.Group("g")
		_, account := d.Account("a")
		_, report := d.Report("q3")
		_, userGrant := d.UserGrant("q3", "ann")
		_, teamGrant := d.TeamGrant("q3", "t")
		_, link := d.Link("l")
		if n != 0 || user || address || team || group || account || report || userGrant || teamGrant || link || d.Has(access.Account("a")) {
			t.Errorf("the %s Directory has something", name)
		}
	}
}

// TestZeroValues asks questions with a part that is zero, and looks at every
// zero value of the package: all deny, or are known to be nothing.
func TestZeroValues(t *testing.T) {
	full := kindWorld()
	for _, d := range []access.Decision{
		{},
		full.Decide(access.Subject{}, "account.view", access.Account("us-1")),
		full.Decide(access.User(""), "account.view", access.Account("us-1")),
		full.Decide(access.Session("", "emea"), "account.view", access.Account("us-1")),
		full.Decide(access.ViaLink(""), "report.view", access.Report("q3")),
		full.Decide(access.User("root"), "", access.Account("us-1")),
		full.Decide(access.User("root"), "account.view", access.Resource{}),
		full.Decide(access.User("root"), "account.view", access.Account("")),
		full.Decide(access.User("root"), "account.view", access.Item("campaign", "", "")),
		full.Decide(access.User("root"), "report.view", access.Report("")),
		access.Explanation{}.Decision,
	} {
		if d.Allowed || d.Err() == nil || d.Public().Allowed || d.String()[:4] != "deny" {
			t.Errorf("%v allows", d)
		}
	}
	if s := (access.Subject{}); !s.IsZero() || s.User() != "" || s.Link() != "" || s.String() != "nobody" || s != access.User("") {
		t.Errorf("the zero Subject is %v", s)
	}
	if r := (access.Resource{}); !r.IsZero() || r.Kind() != "" || r.ID() != "" || r.Account() != "" || r.String() != "nothing" {
		t.Errorf("the zero Resource is %v", r)
	}
	if l := access.Level(0); l.Valid() || l.ShareAction() != "" || l.String() != "none" {
		t.Errorf("the zero Level is %v", l)
	}
	if s := access.Step(0); s != access.NoStep || s.String() != "" || access.Step(9).String() != "" {
		t.Errorf("the zero Step is %q", s)
	}
	if v := (access.View{}); v.Sees("us-1") || v.SeesAll() || v.Len() != 0 || v.FilterSize() != 0 || !v.Filter().Equal(datagroup.Filter{}) {
		t.Error("the zero View sees something")
	}
	for range (access.View{}).Accounts() {
		t.Error("the zero View has an account")
	}
	if e := (access.Explanation{}); e.String() != "deny" {
		t.Errorf("the zero Explanation is %q", e)
	}
}
