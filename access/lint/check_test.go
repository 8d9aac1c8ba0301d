package lint_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/lint"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// comparable lets cmp compare findings by what is exported.
var comparable = cmp.Options{cmpopts.IgnoreUnexported(lint.Finding{}), cmp.Comparer(func(a, b access.Resource) bool { return a == b })}

// TestOthers: what a finding is about beside its entry.
func TestOthers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, want string
		change     func(doc)
		config     lint.Config
	}{
		{"a team", "team:lab []", addTeam("lab"), lint.Config{}},
		{"a user", "user:tim []", addUser("tim", "viewer", "", ""), lint.Config{}},
		{"a member", "team:west [user:eve]", addUser("eve", "admin", "west", ""), lint.Config{}},
		{"a group of a team", "team:west [group:x group:us]", addGroup("x", "country = 'US' and spend > 1", "west"), lint.Config{}},
		{"two groups", "group:x [group:us]", addGroup("x", "country = 'US'", "west"), lint.Config{}},
		{"groups by chance", "group:x [group:us]", addGroup("x", "spend < 3", "east"), lint.Config{}},
		{"accounts", "group:x [account:us-1]", func(d doc) {
			setValue(0, "market", datagroup.Value{})(d)
			addGroup("x", "market = 'brand'", "west")(d)
		}, lint.Config{}},
		{"an account", "account:us-1 []", setValue(0, "market", datagroup.Text("")), lint.Config{}},
		{"a role", "role:intern []", withRole, lint.Config{}},
		{"a kind", "company []", extended, lint.Config{}},
		{"creators", "report:q3 [user:ann]", func(d doc) { d.Users[1].Suspended = true }, lint.Config{}},
		{"a grant to a team", "report:q3 [team:west]", func(d doc) { d.Reports[0].Grants[1].Until = "2025-01-01" }, lint.Config{}},
		{"a grant to a user", "report:q3 [user:ann]", func(d doc) {
			d.Reports[0].Grants[0] = document.Grant{User: "ann", Level: "viewer", Until: "2025-01-01"}
		},
			lint.Config{Ignore: []lint.Code{lint.ReportWithoutCreator}}},
		{"a link", "link:l1 []", func(d doc) { d.Links[0].Until = "2025-01-01" }, lint.Config{}},
		{"an action", "company [role:admin role:data-manager]", func(doc) {},
			lint.Config{Asked: slices.DeleteFunc(role.BuiltIn(), func(a role.Action) bool { return a == role.RemoveSource })}},
	} {
		r := lint.Check(policyOf(t, edited(tt.change)), &tt.config)
		if len(r.Findings) != 1 {
			t.Errorf("%s: %v", tt.name, r)
			continue
		}
		if got := fmt.Sprintf("%v %v", r.Findings[0].Resource, r.Findings[0].Others); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestLimit: the first findings of each code are named, in the order of the
// document, and all are counted.
func TestLimit(t *testing.T) {
	t.Parallel()
	d := clean()
	var want []string
	for i := range 100 {
		addTeam(fmt.Sprintf("x%02d", (i*37)%100))(d)
		want = append(want, fmt.Sprintf("teams[%d] x%02d", i+2, i))
	}
	addUser("tim", "viewer", "", "")(d)
	p := policyOf(t, d)
	for limit, named := range map[int]int{-1: 0, 0: 20, 1: 1, 7: 7, 99: 99, 100: 100, 1000: 100, math.MaxInt: 100} {
		r := lint.Check(p, &lint.Config{Limit: limit})
		var got []string
		for _, f := range r.Findings {
			if f.Code == lint.TeamWithoutGroups {
				got = append(got, f.Path+" "+f.ID)
			}
		}
		if diff := cmp.Diff(want[:named], got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("limit %d (-want +got):\n%s", limit, diff)
		}
		counts := []lint.Count{{Code: lint.TeamWithoutGroups, Found: 100, Named: named}, {Code: lint.UserWithoutTeam, Found: 1, Named: min(1, named)}}
		if diff := cmp.Diff(counts, r.Counts); diff != "" {
			t.Errorf("limit %d: counts (-want +got):\n%s", limit, diff)
		}
		if r.Worst() != lint.Warning {
			t.Errorf("limit %d: worst is %v", limit, r.Worst())
		}
		if more := fmt.Sprintf("and %d more (team-without-groups)", 100-named); strings.Contains(r.String(), more) != (named < 100) {
			t.Errorf("limit %d: %v", limit, r)
		}
	}
}

// TestBudget: a search that ended says so, and what is certain without it is found.
func TestBudget(t *testing.T) {
	t.Parallel()
	p := policyOf(t, edited(addGroup("no", "country = 'US' and country = 'DE'", "west"), addGroup("us2", "not country != 'US'", "east"),
		addGroup("us3", "country = 'US'", "east"), addGroup("part", "country = 'US' and spend > 1", "west"), addGroup("all", "spend missing or spend present", "east")))
	r := lint.Check(p, &lint.Config{Budget: -1, Ignore: []lint.Code{lint.FilterMatchesAll}})
	want := []lint.Count{
		{Code: lint.FilterImpossible, AtLeast: true},
		{Code: lint.FilterMatchesNone, Found: 1, Named: 1},
		{Code: lint.FilterEverything, AtLeast: true},
		{Code: lint.GroupDuplicate, Found: 1, Named: 1, AtLeast: true},
		{Code: lint.GroupSameAccounts, Found: 1, Named: 1},
		{Code: lint.GroupSubsumed, AtLeast: true},
	}
	if diff := cmp.Diff(want, r.Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	if !strings.Contains(r.String(), "there may be more (group-subsumed)") {
		t.Errorf("not said: %v", r)
	}
	r = lint.Check(p, nil)
	want = []lint.Count{
		{Code: lint.FilterImpossible, Found: 1, Named: 1},
		{Code: lint.FilterEverything, Found: 1, Named: 1},
		{Code: lint.GroupDuplicate, Found: 2, Named: 2},
		{Code: lint.GroupSubsumed, Found: 4, Named: 4},
	}
	if diff := cmp.Diff(want, r.Counts); diff != "" {
		t.Errorf("counts (-want +got):\n%s\n%v", diff, r)
	}
}

// TestIgnoredDuplicates: data groups that mean the same are none of the other's
// part, also where duplicates are not asked for.
func TestIgnoredDuplicates(t *testing.T) {
	t.Parallel()
	p := policyOf(t, edited(addGroup("us2", "not country != 'US'", "west")))
	if r := lint.Check(p, &lint.Config{Ignore: []lint.Code{lint.GroupDuplicate}}); len(r.Counts) > 0 {
		t.Errorf("%v", r)
	}
}

// TestDuplicates: each of several data groups that mean the same is a finding about
// the first one.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	r := lint.Check(policyOf(t, edited(addGroup("us4", "country in ('US')", "west"), addGroup("us2", "not country != 'US'", "west"), addGroup("us3", "not country != 'US'", "west"))), nil)
	got := ""
	for _, f := range r.Findings {
		got += fmt.Sprintf("%s %s %v, ", f.Code, f.ID, f.Others)
	}
	if want := "group-duplicate us2 [group:us], group-duplicate us3 [group:us], group-duplicate us4 [group:us], "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestZero: a nil policy and a zero one are an empty company, which lacks an admin.
func TestZero(t *testing.T) {
	t.Parallel()
	for _, p := range []*access.Policy{nil, {}, access.MustLoad("{}")} {
		r := lint.Check(p, nil)
		if len(r.Findings) != 1 || r.Findings[0].Code != lint.TooFewHolders {
			t.Errorf("%v", r)
		}
	}
	unsure := lint.Result{Counts: []lint.Count{{Code: lint.FilterImpossible, AtLeast: true}, {Code: lint.Ended, Found: 1}}}
	if unsure.Worst() != lint.Note {
		t.Errorf("the worst of what was found is %v, and what may be there counts", unsure.Worst())
	}
	if s := (lint.Result{}).String(); s != "nothing looks wrong" || (lint.Result{}).Worst() != 0 {
		t.Errorf("zero result: %s", s)
	}
}

// TestSeverity: severities are ordered, and round-trip as text.
func TestSeverity(t *testing.T) {
	t.Parallel()
	if !(0 < lint.Note && lint.Note < lint.Warning && lint.Warning < lint.Error) {
		t.Error("the order is wrong")
	}
	for s, want := range map[lint.Severity]string{0: "none", lint.Note: "note", lint.Warning: "warning", lint.Error: "error"} {
		data, err := s.MarshalText()
		var back lint.Severity = 77
		if string(data) != want || err != nil || back.UnmarshalText(data) != nil || back != s {
			t.Errorf("%v: %s, %v, %v", s, data, err, back)
		}
	}
	s := lint.Severity(9)
	if _, err := s.MarshalText(); err == nil || s.String() != "Severity(9)" {
		t.Errorf("Severity(9) is written as %v", s)
	}
	if err := s.UnmarshalText([]byte("fatal")); err == nil || s != 9 {
		t.Errorf("fatal is read: %v", s)
	}
}

// TestHostile: names that could mislead are shown so that they do not, and are cut.
func TestHostile(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 256)
	for _, id := range []string{"<script>", "a\u202eb", `quote " and \ slash`, "a\u200bb", long, "teams[0]", "west/ann", "a b"} {
		d := edited(addTeam(id), addGroup("g"+id, "country = 'nowhere"+id+"' or market = 'shop'", "west"))
		d.Teams[2].Members[0].User = "z" + id
		d.Users = append(d.Users, document.User{ID: "z" + id, Role: "viewer"})
		if len(id) == 256 {
			d = edited(addTeam(id))
		}
		r := lint.Check(policyOf(t, d), nil)
		if len(r.Findings) == 0 {
			t.Errorf("%q: nothing is found", id)
		}
		for _, f := range r.Findings {
			if strings.ContainsAny(f.Text, "\u202e\u200b\n") || len(f.Text) > 600 {
				t.Errorf("%q: %s", id, f.Text)
			}
		}
	}
}

// TestOnlyTime: the clock of the policy decides what has ended.
func TestOnlyTime(t *testing.T) {
	t.Parallel()
	p := policyOf(t, edited(func(d doc) { d.Users[2].Until = "2026-09-01" }))
	for at, want := range map[time.Time]string{
		noon: "", noon.AddDate(0, 2, 10): "ends-soon", time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC): "ended",
	} {
		got := ""
		for _, f := range lint.Check(p.At(at), nil).Findings {
			got += string(f.Code)
		}
		if got != want {
			t.Errorf("at %v: %q, want %q", at, got, want)
		}
	}
}

// TestManyValues: where there are too many values to look at, what is unseen is
// found all the same, and nothing is suggested; nor is it after much was looked at.
func TestManyValues(t *testing.T) {
	t.Parallel()
	d := edited(addGroup("x", "market = 'shop' and id != 'us-l'", "west"), addGroup("y", "spend < 3 and country != 'Us'", "east"))
	for i := range 40_000 {
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprintf("id-%06d", i), Source: "meta"})
	}
	r := lint.Check(policyOf(t, d), &lint.Config{Ignore: []lint.Code{lint.HiddenByMissing, lint.GroupSameAccounts}})
	if len(r.Findings) != 2 || strings.Contains(r.Findings[0].Text, "mean") || !strings.Contains(r.Findings[1].Text, `did you mean "US"?`) {
		t.Errorf("%v", r)
	}
	d = clean()
	for i := range 10_000 {
		d.Accounts[0].Values["labels"] = datagroup.Labels("vip")
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprintf("id-%06d", i), Source: "meta", Values: map[string]datagroup.Value{
			"country": datagroup.Text(fmt.Sprintf("c-%08d", i)),
		}})
	}
	for i := range 20 {
		addGroup(fmt.Sprintf("x%02d", i), fmt.Sprintf("market = 'shop' and country != 'd-000000%02d'", i), "west")(d)
	}
	r = lint.Check(policyOf(t, d), &lint.Config{Ignore: []lint.Code{lint.HiddenByMissing, lint.GroupSameAccounts}})
	suggested := 0
	for _, f := range r.Findings {
		if f.Code == lint.ValueUnseen && strings.Contains(f.Text, "did you mean") {
			suggested++
		}
	}
	if r.Counts[0].Found != 20 || suggested == 0 || suggested == 20 {
		t.Errorf("%d of %d have a suggestion: %v", suggested, r.Counts[0].Found, r)
	}
}
