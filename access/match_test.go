package access_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// keptBase has a group that reads a number, which accounts are not classed by.
// Its accounts are of classes DE, DE and US, so that number 1 is a DE account
// and the US class.
const keptBase = `{
  "attributes": {"country": "string", "spend": "number", "clicks": "number"},
  "accounts": [{"id": "de-1", "source": "google", "country": "DE", "spend": 20, "clicks": 20},
               {"id": "de-2", "source": "google", "country": "DE", "spend": 1, "clicks": 20},
               {"id": "us-1", "source": "google", "country": "US", "spend": 1, "clicks": 1}],
  "groups": [{"id": "big", "filter": "spend >= 10"}, {"id": "busy", "filter": "clicks >= 10"}],
  "teams": [{"id": "t1", "groups": ["big"], "members": [{"user": "ann"}]}, {"id": "t2", "groups": ["big", "busy"]}],
  "users": [{"id": "ann", "email": "ann@example.com", "role": "viewer"}]
}`

// keptAccount returns an account with the three attributes of keptBase.
func keptAccount(id, country string, spend, clicks float64) datagroup.Account {
	a, err := access.MustLoad(keptBase).Directory().Schema().Account(datagroup.AccountID(id), "google", map[string]datagroup.Value{
		"country": datagroup.Text(country), "spend": datagroup.Number(spend), "clicks": datagroup.Number(clicks)})
	if err != nil {
		panic(err)
	}
	return a
}

// keptGroup returns a group with a filter under the schema of keptBase.
func keptGroup(id, filter string) datagroup.Group {
	f, err := access.MustLoad(keptBase).Directory().Schema().Parse(filter)
	if err != nil {
		panic(err)
	}
	return datagroup.Group{ID: datagroup.ID(id), Filter: f}
}

// TestReachIsKept: what groups match stays in step with every order of changes
// to accounts, filters and teams.
func TestReachIsKept(t *testing.T) {
	inT2 := func(e *access.Edit) { e.SetMember("t2", document.Member{User: "ann"}) }
	for _, row := range []struct {
		sees, name string
		changes    []func(*access.Edit)
	}{
		{"de-1", "nothing changed", nil},
		{"de-1 fr-1", "account that is new to a number filter", []func(*access.Edit){
			func(e *access.Edit) { e.SetAccount(document.AccountOf(keptAccount("fr-1", "FR", 30, 1))) }}},
		{"de-1 de-2", "account that leaves one of two groups", []func(*access.Edit){inT2,
			func(e *access.Edit) { e.SetAccount(document.AccountOf(keptAccount("de-1", "DE", 1, 20))) }}},
		{"de-2", "account that leaves both", []func(*access.Edit){inT2,
			func(e *access.Edit) { e.SetAccount(document.AccountOf(keptAccount("de-1", "DE", 1, 1))) }}},
		{"us-1", "filter that no longer reads a number", []func(*access.Edit){
			func(e *access.Edit) { e.SetGroup(document.GroupOf(keptGroup("big", "country = 'US'"))) },
			func(e *access.Edit) { e.SetAccount(document.AccountOf(keptAccount("de-2", "DE", 2, 20))) }}},
		{"", "group that is gone", []func(*access.Edit){
			func(e *access.Edit) { e.RemoveGroup("big") },
			func(e *access.Edit) { e.SetAccount(document.AccountOf(keptAccount("fr-1", "FR", 30, 1))) }}},
		{"", "filter of two numbers, and the first changes", []func(*access.Edit){
			func(e *access.Edit) { e.SetGroup(document.GroupOf(keptGroup("big", "clicks >= 10 and spend >= 10"))) },
			func(e *access.Edit) { e.SetAccount(document.AccountOf(keptAccount("de-1", "DE", 20, 1))) }}},
		{"", "filter of two numbers, and the second changes", []func(*access.Edit){
			func(e *access.Edit) { e.SetGroup(document.GroupOf(keptGroup("big", "clicks >= 10 and spend >= 10"))) },
			func(e *access.Edit) { e.SetAccount(document.AccountOf(keptAccount("de-1", "DE", 1, 20))) }}},
		{"de-1 de-2", "member of a team after their other one is gone", []func(*access.Edit){
			func(e *access.Edit) { e.RemoveTeam("t1") }, inT2}},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := access.MustLoad(keptBase)
			for _, change := range row.changes {
				p = edited(t, p, change)
			}
			checkSees(t, p, row.sees)
		})
	}
}

// checkSees compares what ann sees with a list, asked in both ways.
func checkSees(t *testing.T, p *access.Policy, want string) {
	t.Helper()
	var decided, viewed []string
	view := p.View(access.User("ann"))
	for a := range p.Directory().Accounts() {
		if p.Decide(access.User("ann"), access.ViewAccount, access.Account(a.ID())).Allowed {
			decided = append(decided, string(a.ID()))
		}
		if view.Sees(a.ID()) {
			viewed = append(viewed, string(a.ID()))
		}
	}
	if got := strings.Join(decided, " "); got != want {
		t.Errorf("allowed are %q, want %q", got, want)
	}
	if got := strings.Join(viewed, " "); got != want {
		t.Errorf("in the view are %q, want %q", got, want)
	}
}

// TestAccountsAreToldApart has pairs of accounts whose values, written one
// after the other, are easily taken for each other's.
func TestAccountsAreToldApart(t *testing.T) {
	u44, v33 := strings.Repeat("u", 44), strings.Repeat("v", 33)
	type values = map[string]datagroup.Value
	for _, row := range []struct {
		name     string
		one, two values
		filter   string // that matches one only
	}{
		{"texts that end elsewhere", values{"a": datagroup.Text("x"), "b": datagroup.Text("ysz")},
			values{"a": datagroup.Text("xsy"), "b": datagroup.Text("z")}, "a = 'x'"},
		{"a text of another attribute", values{"a": datagroup.Text("x")}, values{"b": datagroup.Text("x")}, "a = 'x'"},
		{"a text that begins like none", values{"b": datagroup.Text(u44 + "!" + v33)},
			values{"a": datagroup.Text("N" + u44), "b": datagroup.Text(v33)}, "a missing"},
		{"a label of another attribute", values{"x": datagroup.Labels("k"), "y": datagroup.Labels("l")},
			values{"x": datagroup.Labels("k", "l"), "y": datagroup.Labels()}, "y has 'l'"},
		{"a label that begins like none", values{"x": datagroup.Labels(), "y": datagroup.Labels(u44 + "u.")},
			values{"x": datagroup.Labels("." + u44 + "u"), "y": datagroup.Labels()}, "y has '" + u44 + "u.'"},
		{"no labels and a missing list", values{"x": datagroup.Labels()}, values{}, "x present"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, err := access.Compile(&document.Document{
				Attributes: map[string]string{"a": "string", "b": "string", "x": "labels", "y": "labels"},
				Accounts:   []document.Account{{ID: "one", Source: "google", Values: row.one}, {ID: "two", Source: "google", Values: row.two}},
				Groups:     []document.Group{{ID: "g", Filter: row.filter}},
				Teams:      []document.Team{{ID: "t", Groups: []string{"g"}, Members: []document.Member{{User: "ann"}}}},
				Users:      []document.User{{ID: "ann", Email: "ann@example.com", Role: "viewer"}},
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			checkSees(t, p, "one")
		})
	}
}

// TestEditsDoNotMeet makes two policies of one and changes the second: neither
// the base nor the first may notice.
func TestEditsDoNotMeet(t *testing.T) {
	base := access.MustLoad(keptBase)
	edited(t, base, func(e *access.Edit) { e.SetGroup(document.GroupOf(keptGroup("rich", "spend >= 15"))) })
	second := edited(t, base, func(e *access.Edit) { e.SetAccount(document.AccountOf(keptAccount("de-2", "DE", 30, 20))) })
	checkSees(t, second, "de-1 de-2")
	checkSees(t, base, "de-1")
}

// TestManyValues lets two attributes come to have more values than accounts are
// classed by, the one while loading and the other by later edits, and compares
// what a team sees with what its filters match.
func TestManyValues(t *testing.T) {
	t.Parallel()
	const accounts = 6000
	value := func(i int, odd bool) map[string]datagroup.Value {
		v := map[string]datagroup.Value{"wide": datagroup.Text(fmt.Sprint("w", i)), "tags": datagroup.Labels("a", fmt.Sprint("t", i%7))}
		if odd {
			v["later"] = datagroup.Text(fmt.Sprint("l", i))
		}
		return v
	}
	d := &document.Document{
		Attributes: map[string]string{"wide": "string", "later": "string", "tags": "labels"},
		Groups: []document.Group{
			{ID: "by-wide", Filter: "wide in ('w1', 'w5999')"},
			{ID: "by-later", Filter: "later in ('l2', 'l5998')"},
			{ID: "by-tags", Filter: "tags has 't3' and id suffix '0'"},
			{ID: "by-source", Filter: "source = 'meta'"},
		},
		Teams: []document.Team{
			{ID: "some", Groups: []string{"by-later", "by-wide"}, Members: []document.Member{{User: "ann"}}},
			{ID: "more", Groups: []string{"by-source", "by-tags", "by-wide"}, Members: []document.Member{{User: "bob"}}},
		},
		Users: []document.User{{ID: "ann", Email: "ann@x.org", Role: "viewer"}, {ID: "bob", Email: "bob@x.org", Role: "viewer"}},
	}
	for i := range accounts {
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprint("a", i), Source: []string{"google", "meta"}[i%100/99], Values: value(i, false)})
	}
	p, err := access.Compile(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	compare := func(p *access.Policy, want map[string]int) {
		t.Helper()
		for user, n := range want {
			v := p.View(access.User(user))
			filter := v.Filter()
			for a := range p.Directory().Accounts() {
				if matches := filter.Match(a) == datagroup.True; v.Sees(a.ID()) != matches {
					t.Fatalf("%s sees %s: %v, though the filters say %v", user, a.ID(), !matches, matches)
				}
			}
			if v.Len() != n {
				t.Errorf("%s sees %d accounts, want %d", user, v.Len(), n)
			}
		}
	}
	compare(p, map[string]int{"ann": 2, "bob": 60 + 86 + 1})

	next := p
	for from := 0; from < accounts; from += 500 {
		e := next.Edit()
		for i := from; i < from+500; i++ {
			a, err := next.Directory().Schema().Account(datagroup.AccountID(fmt.Sprint("a", i)), "google", value(i, true))
			if err != nil {
				t.Fatal(err)
			}
			e.SetAccount(document.AccountOf(a))
		}
		if next, err = e.Policy(); err != nil {
			t.Fatal(err)
		}
	}
	compare(next, map[string]int{"ann": 4, "bob": 86 + 2})
	compare(p, map[string]int{"ann": 2, "bob": 60 + 86 + 1})

	e := next.Edit()
	e.SetAttributes(document.AttributesOf(append(next.Directory().Schema().Attributes(), datagroup.Attribute{Name: "extra", Type: datagroup.NumberType})))
	declared, err := e.Policy()
	if err != nil {
		t.Fatal(err)
	}
	compare(declared, map[string]int{"ann": 4, "bob": 86 + 2})

	text, err := next.Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := access.Load(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := again.Document().JSON(); err != nil || !bytes.Equal(second, text) {
		t.Errorf("the reloaded document differs: %v", err)
	}
	compare(again, map[string]int{"ann": 4, "bob": 86 + 2})
}

// TestRenamedGroupKeepsItsMatches renames data groups of either sort, and takes
// the wide attribute that made one of them store accounts back to few values.
func TestRenamedGroupKeepsItsMatches(t *testing.T) {
	t.Parallel()
	d := &document.Document{
		Attributes: map[string]string{"wide": "string", "country": "string"},
		Groups: []document.Group{
			{ID: "us", Filter: "country = 'US'"},
			{ID: "w1", Filter: "wide = 'w1'"},
		},
		Teams: []document.Team{{ID: "t", Groups: []string{"us", "w1"}, Members: []document.Member{{User: "ann"}}}},
		Users: []document.User{{ID: "ann", Email: "ann@example.com", Role: "viewer"}},
	}
	const accounts = 5100 // more values than accounts are classed by
	for i := range accounts {
		country := "DE"
		if i%1000 == 7 {
			country = "US"
		}
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprint("a", i), Source: "google", Values: map[string]datagroup.Value{
			"wide": datagroup.Text(fmt.Sprint("w", i)), "country": datagroup.Text(country)}})
	}
	p, err := access.Compile(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string) {
		t.Helper()
		v := p.View(access.User("ann"))
		filter := v.Filter()
		for a := range p.Directory().Accounts() {
			if matches := filter.Match(a) == datagroup.True; v.Sees(a.ID()) != matches {
				t.Fatalf("%s: %s is seen %v, and matches %v", name, a.ID(), !matches, matches)
			} else if d := p.Decide(access.User("ann"), access.ViewAccount, access.Account(a.ID())); d.Allowed != matches {
				t.Fatalf("%s: %s", name, d)
			}
		}
	}
	check("loaded")
	for _, id := range []datagroup.ID{"us", "w1"} {
		p = edited(t, p, func(e *access.Edit) {
			g, _ := p.Directory().Group(id)
			g.Name = "renamed"
			e.SetGroup(document.GroupOf(g))
		})
		check("renamed " + string(id))
	}
	p = edited(t, p, func(e *access.Edit) {
		for i := 50; i < accounts; i++ {
			e.RemoveAccount(datagroup.AccountID(fmt.Sprint("a", i)))
		}
	})
	check("few accounts left")
	p = edited(t, p, func(e *access.Edit) {
		e.SetAttributes(document.AttributesOf(append(p.Directory().Schema().Attributes(), datagroup.Attribute{Name: "extra", Type: datagroup.StringType})))
	})
	check("declared again")
	p = edited(t, p, func(e *access.Edit) {
		for i := range 60 {
			a, err := p.Directory().Schema().Account(datagroup.AccountID(fmt.Sprint("b", i)), "google", map[string]datagroup.Value{
				"wide": datagroup.Text(fmt.Sprint("w", i%5)), "country": datagroup.Text("DE")})
			if err != nil {
				t.Fatal(err)
			}
			e.SetAccount(document.AccountOf(a))
		}
	})
	check("connected more")
	p = edited(t, p, func(e *access.Edit) { e.RemoveAccount("a1") })
	check("disconnected one of a class")
}
