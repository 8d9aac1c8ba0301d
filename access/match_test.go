package access_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/model"
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
func keptAccount(id, country string, spend, clicks float64) document.Account {
	return document.Account{ID: id, Source: "google", Values: map[string]datagroup.Value{
		"country": datagroup.Text(country), "spend": datagroup.Number(spend), "clicks": datagroup.Number(clicks)}}
}

// keptGroup returns a data group.
func keptGroup(id, filter string) document.Group { return document.Group{ID: id, Filter: filter} }

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
			func(e *access.Edit) { e.SetAccount(keptAccount("fr-1", "FR", 30, 1)) }}},
		{"de-1 fr-1", "account like one that is new to a number filter", []func(*access.Edit){
			func(e *access.Edit) { e.SetAccount(keptAccount("fr-1", "FR", 30, 1)) },
			func(e *access.Edit) { e.SetAccount(keptAccount("fr-2", "FR", 1, 1)) }}},
		{"de-1 de-2", "account that leaves one of two groups", []func(*access.Edit){inT2,
			func(e *access.Edit) { e.SetAccount(keptAccount("de-1", "DE", 1, 20)) }}},
		{"de-2", "account that leaves both", []func(*access.Edit){inT2,
			func(e *access.Edit) { e.SetAccount(keptAccount("de-1", "DE", 1, 1)) }}},
		{"us-1", "filter that no longer reads a number", []func(*access.Edit){
			func(e *access.Edit) { e.SetGroup(keptGroup("big", "country = 'US'")) },
			func(e *access.Edit) { e.SetAccount(keptAccount("de-2", "DE", 2, 20)) }}},
		{"", "group that is gone", []func(*access.Edit){
			func(e *access.Edit) { e.RemoveGroup("big") },
			func(e *access.Edit) { e.SetAccount(keptAccount("fr-1", "FR", 30, 1)) }}},
		{"", "filter of two numbers, and the first changes", []func(*access.Edit){
			func(e *access.Edit) { e.SetGroup(keptGroup("big", "clicks >= 10 and spend >= 10")) },
			func(e *access.Edit) { e.SetAccount(keptAccount("de-1", "DE", 20, 1)) }}},
		{"", "filter of two numbers, and the second changes", []func(*access.Edit){
			func(e *access.Edit) { e.SetGroup(keptGroup("big", "clicks >= 10 and spend >= 10")) },
			func(e *access.Edit) { e.SetAccount(keptAccount("de-1", "DE", 1, 20)) }}},
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
	edited(t, base, func(e *access.Edit) { e.SetGroup(keptGroup("rich", "spend >= 15")) })
	second := edited(t, base, func(e *access.Edit) { e.SetAccount(keptAccount("de-2", "DE", 30, 20)) })
	checkSees(t, second, "de-1 de-2")
	checkSees(t, base, "de-1")
}

// manyAccounts is more than the values that accounts are classed by.
const manyAccounts = 6000

// manyValues are the values of an account, nearly all of its own.
func manyValues(i int, later bool) map[string]datagroup.Value {
	v := map[string]datagroup.Value{"wide": datagroup.Text(fmt.Sprint("w", i)), "tags": datagroup.Labels("a", fmt.Sprint("t", i%7))}
	if later {
		v["later"] = datagroup.Text(fmt.Sprint("l", i))
	}
	return v
}

// manyDocument has many accounts, and filters that match few of them.
func manyDocument() *document.Document {
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
	for i := range manyAccounts {
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprint("a", i), Source: []string{"google", "meta"}[i%100/99], Values: manyValues(i, false)})
	}
	return d
}

// checkMatches compares what a user sees with what the filter of the view
// matches.
func checkMatches(t *testing.T, when string, p *access.Policy, user string, want int) {
	t.Helper()
	v := p.View(access.User(user))
	filter := v.Filter()
	for a := range p.Directory().Accounts() {
		matches := filter.Match(a) == datagroup.True
		if v.Sees(a.ID()) != matches {
			t.Fatalf("%s: %s sees %s: %v, though the filters say %v", when, user, a.ID(), !matches, matches)
		}
		if d := p.Decide(access.User(user), access.ViewAccount, access.Account(a.ID())); d.Allowed != matches {
			t.Fatalf("%s: %s", when, d)
		}
	}
	if v.Len() != want {
		t.Errorf("%s: %s sees %d accounts, want %d", when, user, v.Len(), want)
	}
}

// TestManyValues lets two attributes come to have more values than accounts are
// classed by, the one while loading and the other by later edits, and compares
// what a team sees with what its filters match.
func TestManyValues(t *testing.T) {
	t.Parallel()
	p, err := access.Compile(manyDocument(), nil)
	if err != nil {
		t.Fatal(err)
	}
	checkMatches(t, "loaded", p, "ann", 2)
	checkMatches(t, "loaded", p, "bob", 60+86+1)

	next := p
	for from := 0; from < manyAccounts; from += 500 {
		next = edited(t, next, func(e *access.Edit) {
			for i := from; i < from+500; i++ {
				e.SetAccount(document.Account{ID: fmt.Sprint("a", i), Source: "google", Values: manyValues(i, true)})
			}
		})
	}
	checkMatches(t, "edited", next, "ann", 4)
	checkMatches(t, "edited", next, "bob", 86+2)
	checkMatches(t, "before the edits", p, "ann", 2)
	checkMatches(t, "before the edits", p, "bob", 60+86+1)

	declared := edited(t, next, func(e *access.Edit) {
		e.SetAttributes(map[string]string{"wide": "string", "later": "string", "tags": "labels", "extra": "number"})
	})
	checkMatches(t, "declared", declared, "ann", 4)
	checkMatches(t, "declared", declared, "bob", 86+2)

	text := model.Print(t, next.Document())
	again, err := access.Load([]byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	if model.Print(t, again.Document()) != text {
		t.Error("the document that was loaded again differs")
	}
	checkMatches(t, "loaded again", again, "ann", 4)
	checkMatches(t, "loaded again", again, "bob", 86+2)
}

// renamedDocument has a data group that reads few values, and one that reads
// more values than accounts are classed by.
func renamedDocument(accounts int) *document.Document {
	d := &document.Document{
		Attributes: map[string]string{"wide": "string", "country": "string"},
		Groups: []document.Group{
			{ID: "us", Filter: "country = 'US'"},
			{ID: "w1", Filter: "wide = 'w1'"},
		},
		Teams: []document.Team{{ID: "t", Groups: []string{"us", "w1"}, Members: []document.Member{{User: "ann"}}}},
		Users: []document.User{{ID: "ann", Email: "ann@example.com", Role: "viewer"}},
	}
	for i := range accounts {
		country := "DE"
		if i%1000 == 7 {
			country = "US"
		}
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprint("a", i), Source: "google", Values: map[string]datagroup.Value{
			"wide": datagroup.Text(fmt.Sprint("w", i)), "country": datagroup.Text(country)}})
	}
	return d
}

// TestRenamedGroupKeepsItsMatches renames data groups of either sort, and takes
// the wide attribute that made one of them store accounts back to few values.
func TestRenamedGroupKeepsItsMatches(t *testing.T) {
	t.Parallel()
	const accounts = 5100
	p, err := access.Compile(renamedDocument(accounts), nil)
	if err != nil {
		t.Fatal(err)
	}
	step := func(name string, sees int, change func(*access.Edit)) {
		t.Helper()
		p = edited(t, p, change)
		checkMatches(t, name, p, "ann", sees)
	}
	checkMatches(t, "loaded", p, "ann", 7)
	for _, id := range []datagroup.ID{"us", "w1"} {
		step("renamed "+string(id), 7, func(e *access.Edit) {
			g, _ := p.Directory().Group(id)
			g.Name = "renamed"
			e.SetGroup(document.GroupOf(g))
		})
	}
	step("few accounts left", 2, func(e *access.Edit) {
		for i := 50; i < accounts; i++ {
			e.RemoveAccount(datagroup.AccountID(fmt.Sprint("a", i)))
		}
	})
	step("declared again", 2, func(e *access.Edit) {
		e.SetAttributes(map[string]string{"wide": "string", "country": "string", "extra": "string"})
	})
	step("connected more", 14, func(e *access.Edit) {
		for i := range 60 {
			a, err := p.Directory().Schema().Account(datagroup.AccountID(fmt.Sprint("b", i)), "google", map[string]datagroup.Value{
				"wide": datagroup.Text(fmt.Sprint("w", i%5)), "country": datagroup.Text("DE")})
			if err != nil {
				t.Fatal(err)
			}
			e.SetAccount(document.AccountOf(a))
		}
	})
	step("disconnected one of a class", 13, func(e *access.Edit) { e.RemoveAccount("a1") })
}
