package store

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
)

// TestAccountsAreKeptUp has a row for each thing that decides in which class an
// account is, what it has of its own, and which loose groups match it.
func TestAccountsAreKeptUp(t *testing.T) {
	set := func(id, text string) func(*upkept) { return func(c *upkept) { c.account(id, text) } }
	gone := func(id string) func(*upkept) { return func(c *upkept) { c.noAccount(id) } }
	filter := func(text string) func(*upkept) { return func(c *upkept) { c.group("g1", text) } }
	runUpkeep(t, []upkeepRow{
		{"nothing", nil, "a1: source=s name=Ann n=1 x=x1; a2: source=s x=x1 y=y1; a3: source=s name= x=x3"},
		{"moved between classes", steps{set("a1", "x=x3 name=Ann n=1")}, "a1: source=s name=Ann n=1 x=x3; g1: narrow a2; t1: u1 u2 sees a2"},
		{"moved and back", steps{set("a1", "x=x3 n=1"), set("a1", "x=x1 n=2")}, "a1: source=s n=2 x=x1; g1: narrow a1 a2"},
		{"another source", steps{filter("source = 'z' or n > 5"), set("a3", "source=z x=x3")}, "a3: source=z x=x3; g1: loose a3; t1: u1 u2 sees a2 a3"},
		{"removed", steps{gone("a1")}, "a1: gone; g1: narrow a2; t1: u1 u2 sees a2"},
		{"removed, of a loose group", steps{filter("n missing or n = 1"), gone("a1")}, "a1: gone; g1: loose a2 a3"},
		{"removed and connected again", steps{filter("n missing or n = 1"), gone("a1"), set("a1", "x=x1 n=3")}, "a1: source=s n=3 x=x1; g1: loose a2 a3"},
		{"removed and connected again without values", steps{gone("a1"), set("a1", "")}, "a1: source=s; g1: narrow a2"},
		{"a new account of a loose group", steps{filter("n = 3"), set("a4", "n=3")}, "a4: source=s n=3; g1: loose a4; t1: u1 u2 sees a2 a4"},
		{"a new account of a new class", steps{set("a4", "x=x1 y=y4 name=Bob")}, "a4: source=s name=Bob x=x1 y=y4; g1: narrow a1 a2 a4"},
		{"a number that a loose group reads", steps{filter("n > 1"), set("a1", "x=x1 n=2")}, "g1: loose a1; t1: u1 u2 sees a1 a2"},
		{"a number there and back", steps{filter("n > 1"), set("a1", "x=x1 n=2"), set("a1", "x=x1 n=1")}, "g1: loose; t1: u1 u2 sees a2"},
		{"a classed value that a loose group reads", steps{filter("x = 'x3' and n missing"), set("a2", "x=x3")}, "g1: loose a2 a3; t1: u1 u2 sees a2 a3"},
		{"own values edited to missing", steps{filter("n = 1 or name = ''"), set("a1", "x=x1"), set("a3", "x=x3")}, "a1: source=s x=x1; a3: source=s x=x3; g1: loose"},
		{"a missing name becomes the empty text", steps{filter("name = ''"), set("a2", "x=x1 name="), set("a3", "x=x3")}, "a2: source=s name= x=x1; a3: source=s x=x3; g1: loose a2"},
		{"a name becomes empty, and one again", steps{filter("name = 'Ann'"), set("a1", "name="), set("a1", "name=Ann")}, "a1: source=s name=Ann; g1: loose a1"},
		{"another attribute", steps{func(c *upkept) { c.attributes("another", "n", "x", "y") }, set("a2", "another=z x=x1")},
			"a1: source=s name=Ann n=1 x=x1; a2: source=s another=z x=x1; a3: source=s name= x=x3; g1: narrow a1 a2; g2: narrow"},
		{"another attribute under a loose group", steps{filter("n = 1"), func(c *upkept) { c.attributes("another", "n", "x", "y") }, set("a2", "n=1"), set("a1", "")},
			"g1: loose a2; t1: u1 u2 sees a2"},
		{"another attribute when some are gone", steps{gone("a1"), func(c *upkept) { c.attributes("n", "x", "y", "z") }, set("a1", "x=x1 z=z")}, "a1: source=s x=x1 z=z; g1: narrow a1 a2"},
		{"many loose filters, and accounts change in between", steps{many("name"), set("a1", "x=x1 name=Bob"), many("n"), gone("a2"), many("name"), set("a4", "x=x1"), many("n"),
			set("a1", "x=x3 name=Ann"), many("name")}, "g1: narrow a4; h0: loose a1 a3 a4; h1: loose a1 a4"},
		{"many loose filters, a new account, and one more filter", steps{many("name"), set("a4", "x=x1 name=Ann"), filter("name = 'Ann'")}, "g1: loose a1 a4"},
		{"many loose filters, a number, and one more filter", steps{many("name"), set("a2", "n=9"), filter("n = 9")}, "g1: loose a2"},
		{"many narrow filters, and classes come in between", steps{many("x"), set("a4", "x=x4"), many("x"), set("a5", "x=x5"), many("x"),
			func(c *upkept) { c.attributes("n", "x", "y", "z") }, many("x")}, "h0: narrow a1 a2 a3 a4 a5; h4: narrow a1 a2 a3 a5; h5: narrow a1 a2 a3 a4"},
	})
}

// many sets so many filters over an attribute that the classes or the accounts are
// prepared for them.
func many(name string) func(*upkept) {
	return func(c *upkept) {
		for i := range fewFilters + 2 {
			text := fmt.Sprintf("not %s = 'x%d'", name, i)
			switch {
			case name == "n":
				text = fmt.Sprintf("n > %d", i)
			case name == "name":
				text = fmt.Sprintf("not name = '' and not name = 'Bob' or name missing or name = '' and x = 'x%d'", 3+i)
			}
			c.group(fmt.Sprint("h", i), text)
		}
		if name == "n" { // which leaves the filters over names for the next time
			for i := range fewFilters + 2 {
				c.group(fmt.Sprint("h", i), fmt.Sprintf("name = 'none%d'", i))
			}
		}
	}
}

// TestReportsAreKeptUp has a row for each thing that decides with whom a report
// is shared, by which name it is found, and where links are listed.
func TestReportsAreKeptUp(t *testing.T) {
	put := func(id, name string) func(*upkept) { return func(c *upkept) { c.w.PutReport(id, name, "") } }
	remove := func(id string) func(*upkept) {
		return func(c *upkept) {
			no, _, _ := c.w.Reports.Find(id)
			c.w.RemoveReport(no)
		}
	}
	shared := func(c *upkept) {
		c.grant("u1", "p1")
		c.grantTeam("t1", "p1")
		c.link("l1", "u1", "t1", "p1")
	}
	runUpkeep(t, []upkeepRow{
		{"nothing", nil, "p1: Q1"},
		{"shared", steps{shared}, "p1: Q1 u1 t1; l1: ended false"},
		{"another name", steps{shared, put("p1", "Q2"), put("p2", "q1")}, "p1: Q2 u1 t1; p2: q1"},
		{"no name", steps{put("p1", ""), put("p2", "Q1")}, "p1: ; p2: Q1"},
		{"removed", steps{shared, remove("p1")}, "p1: gone; l1: ended true"},
		{"removed, and another of its id", steps{shared, remove("p1"), put("p1", "Q1")}, "p1: Q1; l1: ended true"},
		{"removed, and another shared with the same", steps{shared, remove("p1"), put("p2", "Q1"), func(c *upkept) { c.grant("u1", "p2") }}, "p2: Q1 u1"},
		{"no longer shared", steps{shared, func(c *upkept) {
			c.w.RemoveUserGrant(0, c.w.Users.Get("u1").No)
			c.w.RemoveTeamGrant(0, c.teamNo("t1"))
		}}, "p1: Q1; l1: ended false; u1: r0 plain lasting t1"},
		{"the team is deleted", steps{shared, func(c *upkept) { c.noTeam("t1") }}, "p1: Q1 u1; l1: ended true"},
		{"the user is removed", steps{shared, func(c *upkept) { c.noUser("u1") }}, "p1: Q1 t1; l1: ended true"},
		{"the report, the team and the user are gone, in this order", steps{shared, remove("p1"), func(c *upkept) { c.noTeam("t1") }, func(c *upkept) { c.noUser("u1") }},
			"p1: gone; t1: gone; u1: gone"},
		{"a link is set again", steps{shared, func(c *upkept) { c.link("l1", "u1", "t1", "p1") }, func(c *upkept) { c.link("l2", "u1", "", "p1") }}, "l1: ended false; l2: ended false"},
		{"a link is forgotten, and its maker removed", steps{shared, func(c *upkept) {
			no, _, _ := c.w.Links.Find("l1")
			c.w.RemoveLink(no)
		}, func(c *upkept) { c.noUser("u1") }, func(c *upkept) { c.user("u1", "r0") }, func(c *upkept) { c.link("l1", "u1", "", "p1") }}, "l1: ended false"},
	})
}

// TestAttributeBecomesTooWide gives an attribute more values than classes are
// told apart by. What accounts have for it is in a column from then on, and the
// groups that read it store accounts.
func TestAttributeBecomesTooWide(t *testing.T) {
	t.Parallel()
	filters := map[string]string{"g1": "x = 'x1' or x = 'm7'", "g2": "x = '' and y = 'y1'", "g3": "x missing", "g4": "y = 'y1'"}
	for _, early := range []bool{true, false} { // whether the groups are there before
		c := newUpkeep(t)
		define := func() {
			for id, text := range filters {
				c.group(id, text)
			}
			c.team("t1", "g1", "g4")
			c.team("t2", "g2", "g3")
		}
		if c.account("a4", "x= y=y1 name=Zoe"); early {
			define()
		}
		c.account("a5", "y=y5")
		c.many(0, maxDistinct-4)     // with "", missing, x1 and x3 there is no room for another
		c.account("a7", "x=m1 y=y7") // of a new tuple, but no new value
		if pos, _ := c.w.Schema.Position("x"); !c.w.columns[pos].classed {
			t.Fatal("too wide too soon")
		}
		c.account("a6", "x=one-more y=y1")
		if pos, _ := c.w.Schema.Position("x"); c.w.columns[pos].classed || c.w.classes.Len() > 20 {
			t.Fatalf("%d classes, and x tells them apart: %t", c.w.classes.Len(), c.w.columns[pos].classed)
		}
		if !early {
			define()
		}
		c.account("a1", "x=m7 name=Ann n=1") // from x1
		c.account("a3", "name=")             // from x3
		want := "a1: source=s name=Ann n=1 x=m7; a2: source=s x=x1 y=y1; a3: source=s name=; a4: source=s name=Zoe x= y=y1; a5: source=s y=y5; " +
			"a6: source=s x=one-more y=y1; m8: source=s x=m8; g1: loose a1 a2 m7; g2: loose a4; g3: loose a3 a5; g4: narrow a2 a4 a6; " +
			"t1: u1 u2 sees a1 a2 a4 a6 m7; t2: sees a3 a4 a5"
		told(t, c.w.State, want)
		for i := range maxDistinct - 4 {
			if i != 7 {
				c.noAccount(fmt.Sprint("m", i))
			}
		}
		told(t, c.freeze("most are removed"), strings.Replace(want, "m8: source=s x=m8", "m8: gone", 1))
		c.attributes("n", "x", "y", "z")
		told(t, c.freeze("x tells classes apart again"), strings.NewReplacer("m8: source=s x=m8", "m8: gone", "loose", "narrow").Replace(want))
	}
}

// TestFilterAfterAttributeBecameTooWide: many loose filters are matched again when
// an account makes an attribute too wide. One more in the same Edit must match the
// account as it is now.
func TestFilterAfterAttributeBecameTooWide(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"a2", "new"} {
		c := newUpkeep(t)
		for i := range fewFilters + 2 {
			c.group(fmt.Sprint("h", i), fmt.Sprintf("n > %d", i))
		}
		c.many(0, maxDistinct-2) // with x1 and x3 there is no room for another
		c.account(id, "x=one-more y=y1 n=9 name=Zoe")
		if pos, _ := c.w.Schema.Position("x"); c.w.columns[pos].classed {
			t.Fatal("not yet too wide")
		}
		c.group("g1", "name = 'Zoe' and n = 9")
		if s := c.freeze("one more filter"); !s.Groups.At(c.groupNo("g1")).Matches(s.Accounts.Get(id)) {
			t.Errorf("%s is not matched", id)
		}
	}
}

// TestManyClassesOfFewAccounts moves an account through so many classes that they
// are made again, with values of its own and a loose group.
func TestManyClassesOfFewAccounts(t *testing.T) {
	t.Parallel()
	c := newUpkeep(t)
	c.group("g1", "n = 7 and not x = 'x5'")
	classes := 0
	for i := 0; c.w.classes.Len() >= classes; i++ {
		classes = c.w.classes.Len()
		c.account("a1", fmt.Sprintf("x=x%d y=y%d n=%d name=n%d", i%100, i/100, i%8, i))
		if want := i%8 == 7 && i%100 != 5; c.w.Groups.At(c.groupNo("g1")).Matches(c.w.Accounts.Get("a1")) != want {
			t.Fatalf("%d: matches, want %t", i, want)
		}
		if i > 2*maxDistinct {
			t.Fatal("the classes are never made again")
		}
	}
	s := c.freeze("the classes are made again")
	if a := s.Account(s.Accounts.Get("a1").No); a.At(namePosition).Equal(datagroup.Value{}) || s.classes.Len() > 10 {
		t.Errorf("%v, of one of %d classes", a, s.classes.Len())
	}
}
