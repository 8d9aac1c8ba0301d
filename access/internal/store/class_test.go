package store

import (
	"fmt"
	"testing"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// TestClassesAreDropped gives one account more tuples than there are accounts
// to keep classes for. What a team sees of it stays right all the way.
func TestClassesAreDropped(t *testing.T) {
	schema, err := datagroup.NewSchema(
		datagroup.Attribute{Name: "x", Type: datagroup.StringType}, datagroup.Attribute{Name: "y", Type: datagroup.StringType})
	if err != nil {
		t.Fatal(err)
	}
	filter, err := schema.Parse("x = 'x7' and not y in ('y1', 'y2')")
	if err != nil {
		t.Fatal(err)
	}
	w := NewWriter(new(State))
	if err := w.PutSchema(schema); err != nil {
		t.Fatal(err)
	}
	w.PutGroup(datagroup.Group{ID: "g", Filter: filter})
	g, _, _ := w.Groups.Find("g")
	w.PutTeam(team.Team{ID: "t"}, []uint32{g})
	most := 0
	for i := range 120 {
		for j := range 120 {
			a, err := schema.Account("a", "google", map[string]datagroup.Value{
				"x": datagroup.Text(fmt.Sprint("x", i)), "y": datagroup.Text(fmt.Sprint("y", j)),
			})
			if err != nil {
				t.Fatal(err)
			}
			w.PutAccount(rowOf(a, schema.Len()))
			most = max(most, w.classes.Len())
			rec := w.Accounts.Get("a")
			seer, _, _ := w.Teams.Find("t")
			_, sees := w.See(seer, rec)
			if want := filter.Match(a) == datagroup.True; sees != want || w.Groups.At(g).Matches(rec) != want {
				t.Fatalf("x%d, y%d: seen %v, want %v", i, j, !want, want)
			}
		}
	}
	if most < maxDistinct || most > maxDistinct+3 {
		t.Errorf("up to %d classes of one account, want about %d", most, maxDistinct)
	}
}

// TestManyFilters matches so many filters in one go that the classes are prepared
// for them, with new classes, wider attributes and another schema in between.
func TestManyFilters(t *testing.T) {
	declare := func(names ...string) *datagroup.Schema {
		var all []datagroup.Attribute
		for _, name := range names {
			all = append(all, datagroup.Attribute{Name: name, Type: datagroup.StringType})
		}
		schema, err := datagroup.NewSchema(all...)
		if err != nil {
			t.Fatal(err)
		}
		return schema
	}
	w := NewWriter(new(State))
	schema := declare("x", "y")
	set := func(s *datagroup.Schema) {
		schema = s
		if err := w.PutSchema(s); err != nil {
			t.Fatal(err)
		}
	}
	connect := func(from, to int) {
		for i := from; i < to; i++ {
			values := map[string]datagroup.Value{"x": datagroup.Text(fmt.Sprint("x", i%7))}
			if i%3 > 0 {
				values["y"] = datagroup.Text(fmt.Sprint("y", i%5))
			}
			a, err := schema.Account(datagroup.AccountID(fmt.Sprint("a", i)), fmt.Sprint("s", i%2), values)
			if err != nil {
				t.Fatal(err)
			}
			w.PutAccount(rowOf(a, schema.Len()))
		}
	}
	define := func(name string) {
		for i := range 3 * fewFilters {
			filter, err := schema.Parse(fmt.Sprintf("x = 'x%d' and not y in ('y1', 'y%d') or source = 's%d' and y = 'y3'", i%7, i%5, i%2))
			if err != nil {
				t.Fatal(err)
			}
			w.PutGroup(datagroup.Group{ID: datagroup.ID(fmt.Sprint(name, i)), Filter: filter})
		}
	}
	check := func(when string) {
		t.Helper()
		if (w.classBatch.Batch == nil) != (w.classBatch.filters <= fewFilters) {
			t.Errorf("%s: %d filters since the classes changed, and prepared is %v", when, w.classBatch.filters, w.classBatch.Batch != nil)
		}
		for _, g := range persist.All(&w.Groups) {
			for _, a := range w.AllAccounts() {
				if got, want := g.Matches(w.Accounts.Get(string(a.ID()))), g.Filter.Match(a) == datagroup.True; got != want {
					t.Fatalf("%s: %s over %v: %v, want %v", when, g.Filter, a.ID(), got, want)
				}
			}
		}
	}
	set(schema)
	connect(0, 20)
	define("g")
	check("many filters")
	connect(20, 40)
	check("more classes")
	define("h")
	check("many more filters")
	define("g")
	check("the same filters once more")
	set(declare("x", "y", "z"))
	check("another schema")
	define("i")
	check("filters under it")
	for i := range persist.IDs(&w.Accounts) {
		w.RemoveAccount(i)
	}
	set(declare("x", "y"))
	define("j")
	connect(33, 50)
	check("all accounts gone, and others")
}

// TestClassesAreShared: what does not change accounts keeps the classes as they
// are, and what changes one copies the classes it leaves and comes to.
func TestClassesAreShared(t *testing.T) {
	w := NewWriter(new(State))
	put := func(id, source string) {
		a, err := w.Schema.Account(datagroup.AccountID(id), source, nil)
		if err != nil {
			t.Fatal(err)
		}
		w.PutAccount(rowOf(a, w.Schema.Len()))
	}
	for _, id := range []string{"a", "b", "c"} {
		put(id, "source of "+id)
	}
	first := w.Freeze()
	of := func(s *State, id string) *class { return s.classes.At(s.Accounts.Get(id).Class) }
	w = NewWriter(first)
	w.PutTeam(team.Team{ID: "t"}, nil)
	second := w.Freeze()
	w = NewWriter(second)
	put("a", "source of b")
	third := w.Freeze()
	for _, id := range []string{"a", "b", "c"} {
		if of(first, id) != of(second, id) {
			t.Errorf("a team is made, and the class of %s is another", id)
		}
		if n := of(first, id).accounts.Len(); n != 1 {
			t.Errorf("an account was moved later, and the class of %s has %d accounts", id, n)
		}
	}
	if of(second, "c") != of(third, "c") || of(third, "a") != of(third, "b") || of(third, "a").accounts.Len() != 2 {
		t.Error("an account comes to the class of another: both have it, and the third stays as it was")
	}
	if left := third.classes.At(first.Accounts.Get("a").Class); left.accounts.Len() != 0 {
		t.Error("the class that an account left still has it")
	}
}
