package store

import (
	"fmt"
	"testing"

	"github.com/ambit-authz/ambit/role"
)

type steps = []func(*upkept)

// TestUsersAreKeptUp has a row for each thing that decides whether a user is
// plain, where their memberships are, and who is listed with a role.
func TestUsersAreKeptUp(t *testing.T) {
	nine := func(c *upkept) { c.member("u1", "t0", "t2", "t3", "t4", "t5", "t6", "t7", "t8") }
	runUpkeep(t, []upkeepRow{
		{"nothing", nil, "u1: r0 plain lasting t1; u2: r0 plain lasting t1; r0: 2 plain, 0 others, 2 lasting; u1@x.test: u1"},
		{"suspended", steps{func(c *upkept) { c.user("u1", "r0 suspended") }}, "u1: r0 suspended t1; r0: 1 plain, 1 others, 1 lasting"},
		{"suspended and back", steps{
			func(c *upkept) { c.user("u1", "r0 suspended") },
			func(c *upkept) { c.user("u1", "r0") },
		}, "u1: r0 plain lasting t1; r0: 2 plain, 0 others, 2 lasting"},
		{"suspended, moved and back", steps{
			func(c *upkept) { c.user("u1", "r0 suspended") },
			func(c *upkept) { c.out("u1", "t1") },
			func(c *upkept) { c.member("u1", "t3", "t2") },
			func(c *upkept) { c.user("u1", "r0") },
		}, "u1: r0 plain lasting t2 t3; t1: u2 sees a1 a2; t2: u1 sees a2"},
		{"an end", steps{func(c *upkept) { c.user("u1", "r0 until") }}, "u1: r0 until t1; r0: 1 plain, 1 others, 1 lasting"},
		{"an end and none", steps{
			func(c *upkept) { c.user("u1", "r0 until") },
			func(c *upkept) { c.user("u1", "r0") },
		}, "u1: r0 plain lasting t1; r0: 2 plain, 0 others, 2 lasting"},
		{"a note is no matter", steps{func(c *upkept) { c.user("u1", "r0 note") }}, "u1: r0 plain lasting note t1"},
		{"another role", steps{func(c *upkept) { c.user("u1", "r1") }}, "u1: r1 plain lasting t1; r0: 1 plain, 0 others, 1 lasting; r1: 1 plain, 0 others, 1 lasting"},
		{"another role and back", steps{
			func(c *upkept) { c.user("u1", "r1") },
			func(c *upkept) { c.user("u1", "r0") },
		}, "u1: r0 plain lasting t1; r0: 2 plain, 0 others, 2 lasting; r1: 0 plain, 0 others, 0 lasting"},
		{"nine teams", steps{nine}, "u1: r0 lasting t0 t1 t2 t3 t4 t5 t6 t7 t8; r0: 1 plain, 1 others, 2 lasting"},
		{"nine teams and back to eight", steps{nine, func(c *upkept) { c.out("u1", "t4") }},
			"u1: r0 plain lasting t0 t1 t2 t3 t5 t6 t7 t8; r0: 2 plain, 0 others, 2 lasting"},
		{"eight teams, and one of them is deleted before the next", steps{
			func(c *upkept) { c.member("u1", "t0", "t2", "t3", "t4", "t5", "t6", "t7") },
			func(c *upkept) { c.noTeam("t3") },
			func(c *upkept) { c.member("u1", "t8") },
		}, "u1: r0 plain lasting t0 t1 t2 t4 t5 t6 t7 t8"},
		{"nine teams, and one of them is deleted before the next", steps{nine,
			func(c *upkept) { c.noTeam("t3") },
			func(c *upkept) { c.noTeam("t4") },
			func(c *upkept) { c.member("u1", "t9") },
		}, "u1: r0 plain lasting t0 t1 t2 t5 t6 t7 t8 t9"},
		{"a membership with an end", steps{func(c *upkept) { c.member("u1", "t1 until") }}, "u1: r0 lasting t1!; r0: 1 plain, 1 others, 2 lasting"},
		{"a membership with an end, and without again", steps{
			func(c *upkept) { c.member("u1", "t1 until") },
			func(c *upkept) { c.member("u1", "t1") },
		}, "u1: r0 plain lasting t1; r0: 2 plain, 0 others, 2 lasting"},
		{"a further membership with an end, taken away", steps{
			func(c *upkept) { c.member("u1", "t0 until") },
			func(c *upkept) { c.out("u1", "t0") },
		}, "u1: r0 plain lasting t1; t0: sees"},
		{"a membership with a note", steps{func(c *upkept) { c.member("u1", "t0 note") }}, "u1: r0 lasting t0? t1"},
		{"memberships in any order", steps{func(c *upkept) { c.member("u1", "t9", "t0", "t5 until", "t3") }}, "u1: r0 lasting t0 t1 t3 t5! t9"},
		{"out of a team and in again", steps{
			func(c *upkept) { c.out("u1", "t1") },
			func(c *upkept) { c.member("u1", "t1") },
		}, "u1: r0 plain lasting t1; t1: u1 u2 sees a1 a2"},
		{"a deleted team", steps{func(c *upkept) { c.noTeam("t1") }}, "u1: r0 plain lasting; t1: gone"},
		{"a deleted team, and another of its id", steps{
			func(c *upkept) { c.noTeam("t1") },
			func(c *upkept) { c.team("t1", "g2") },
			func(c *upkept) { c.member("u2", "t1") },
		}, "u1: r0 plain lasting; u2: r0 plain lasting t1; t1: u2 sees a2"},
		{"a deleted team of a user with an end", steps{
			func(c *upkept) { c.member("u1", "t1 until", "t5 until", "t0 until") },
			func(c *upkept) { c.noTeam("t5") },
			func(c *upkept) { c.user("u1", "r0 until") },
			func(c *upkept) { c.member("u1", "t3") },
		}, "u1: r0 until t0! t1! t3"},
		{"a removed user", steps{
			func(c *upkept) { c.grant("u1", "p1") },
			func(c *upkept) { c.link("l1", "u1", "t1", "p1") },
			func(c *upkept) { c.noUser("u1") },
		}, "u1: gone; t1: u2 sees a1 a2; r0: 1 plain, 0 others, 1 lasting; u1@x.test: nobody; p1: Q1; l1: ended true"},
		{"a user who is not plain is removed", steps{
			func(c *upkept) { c.user("u1", "r0 suspended") },
			func(c *upkept) { c.noUser("u1") },
		}, "u1: gone; t1: u2 sees a1 a2; r0: 1 plain, 0 others, 1 lasting"},
		{"another user of the same id", steps{
			func(c *upkept) { c.user("u1", "r0 suspended until note email=u1@x.test name=Ann") },
			func(c *upkept) { c.noUser("u1") },
			func(c *upkept) { c.user("u1", "r1") },
		}, "u1: r1 plain lasting; t1: u2 sees a1 a2; u1@x.test: nobody"},
		{"a new user with a role, suspended", steps{func(c *upkept) { c.user("u3", "r1 suspended note name=Zoe") }},
			"u3: r1 suspended note Zoe; r1: 0 plain, 1 others, 0 lasting; r0: 2 plain, 0 others, 2 lasting"},
		{"a name", steps{func(c *upkept) { c.user("u1", "r0 name=Zoe") }, func(c *upkept) { c.user("u2", "r0 name=Bob") }},
			"u1: r0 plain lasting Zoe t1; u2: r0 plain lasting Bob t1"},
		{"members in bulk", steps{
			func(c *upkept) { c.user("u1", "r0 until"); c.user("u3", "r1") },
			func(c *upkept) { c.member("u2", "t0", "t2", "t3", "t4", "t5", "t6", "t7") },
			func(c *upkept) { c.members("t9", "u1", "u2", "u3") },
		}, "u1: r0 until t1 t9; u2: r0 lasting t0 t1 t2 t3 t4 t5 t6 t7 t9; u3: r1 plain lasting t9; t9: u1 u2 u3 sees"},
		{"an address goes to another", steps{
			func(c *upkept) { c.user("u1", "r0 email=x@x.test") },
			func(c *upkept) { c.user("u2", "r0 email=u1@x.test") },
		}, "x@x.test: u1; u1@x.test: u2; u2@x.test: nobody"},
		{"no address", steps{func(c *upkept) { c.user("u1", "r0") }}, "u1@x.test: nobody"},
	})
}

// TestRolesAreKeptUp gives the roles other numbers, also while users change.
func TestRolesAreKeptUp(t *testing.T) {
	roles := func(names ...role.Name) func(*upkept) { return func(c *upkept) { c.w.PutRoles(names) } }
	runUpkeep(t, []upkeepRow{
		{"other numbers", steps{roles("r2", "r1", "r0")}, "u1: r0 plain lasting t1; r0: 2 plain, 0 others, 2 lasting; r2: 0 plain, 0 others, 0 lasting"},
		{"other numbers between changes", steps{
			func(c *upkept) { c.user("u1", "r1 suspended") },
			roles("r1", "r0"),
			func(c *upkept) { c.user("u2", "r1") },
			func(c *upkept) { c.user("u1", "r1") },
			roles("r3", "r0", "r1"),
		}, "u1: r1 plain lasting t1; u2: r1 plain lasting t1; r0: 0 plain, 0 others, 0 lasting; r1: 2 plain, 0 others, 2 lasting"},
		{"users who are not plain", steps{
			func(c *upkept) { c.user("u1", "r0 until") },
			func(c *upkept) { c.member("u2", "t2 until") },
			roles("r1", "r0"),
		}, "u1: r0 until t1; u2: r0 lasting t1 t2!; r0: 0 plain, 2 others, 1 lasting"},
	})
}

// TestGroupsAreKeptUp has a row for each thing that decides what a data group
// matches, where it is listed, and what the teams see that have it.
func TestGroupsAreKeptUp(t *testing.T) {
	set := func(filter string) func(*upkept) { return func(c *upkept) { c.group("g1", filter) } }
	connect := func(from, to int) func(*upkept) { return func(c *upkept) { c.many(from, to) } }
	runUpkeep(t, []upkeepRow{
		{"nothing", nil, "g1: narrow a1 a2; g2: narrow a2; t1: u1 u2 sees a1 a2; t2: sees a2"},
		{"a team's groups", steps{func(c *upkept) { c.team("t1", "g2") }}, "t1: u1 u2 sees a2"},
		{"a team without groups", steps{func(c *upkept) { c.team("t1") }}, "t1: u1 u2 sees"},
		{"a team gets groups", steps{func(c *upkept) { c.team("t2", "g1", "g2") }}, "t2: sees a1 a2"},
		{"a team is deleted, then a group changes", steps{func(c *upkept) { c.noTeam("t1") }, set("x = 'x3'")}, "g1: narrow a3; t1: gone; t2: sees a2"},
		{"another narrow filter", steps{set("x = 'x3'")}, "g1: narrow a3; t1: u1 u2 sees a2 a3"},
		{"narrow, wide, loose, narrow", steps{connect(0, 65),
			set("not y = 'y1' or y = 'y1' or y missing"), set("n < 2 or name = 'Ann'"), set("x = 'x3'"),
		}, "g1: narrow a3; t1: u1 u2 sees a2 a3"},
		{"narrow, loose, wide, narrow", steps{connect(0, 65), set("n < 2"), set("x prefix 'm'"), set("x = 'x1'")}, "g1: narrow a1 a2; t1: u1 u2 sees a1 a2"},
		{"wide", steps{connect(0, 65), set("x prefix 'm'")}, "g1: wide 65 accounts; t1: u1 u2 sees 66 accounts"},
		{"loose", steps{set("n < 2")}, "g1: loose a1; t1: u1 u2 sees a1 a2"},
		{"loose to loose", steps{set("n < 2"), set("name = ''")}, "g1: loose a3; t1: u1 u2 sees a2 a3"},
		{"the sixty-fifth class", steps{connect(0, 64), set("x prefix 'm'"), connect(64, 65)}, "g1: wide 65 accounts; t1: u1 u2 sees 66 accounts; m64: source=s x=m64"},
		{"the sixty-fourth class, and one more for each team", steps{connect(0, 63), set("x prefix 'm'"), connect(63, 64)}, "g1: narrow 64 accounts; t1: u1 u2 sees 65 accounts"},
		{"one more class of a wide group", steps{connect(0, 66), set("x prefix 'm'"), connect(66, 67)}, "g1: wide 67 accounts; t1: u1 u2 sees 68 accounts"},
		{"wide, then a schema with fewer classes", steps{connect(0, 65), set("x prefix 'm'"), func(c *upkept) {
			for i := 3; i < 65; i++ {
				c.noAccount(fmt.Sprint("m", i))
			}
		}, func(c *upkept) { c.attributes("n", "x", "y", "z") }}, "g1: narrow m0 m1 m2; t1: u1 u2 sees a2 m0 m1 m2"},
		{"a wide group, and all its accounts are gone", steps{connect(0, 65), func(c *upkept) { c.team("t3", "g1") }, set("x prefix 'm'"), func(c *upkept) {
			for i := range 65 {
				c.noAccount(fmt.Sprint("m", i))
			}
		}}, "g1: wide; t3: sees"},
		{"two groups that match one account", steps{func(c *upkept) { c.team("t3", "g1", "g2") }}, "t3: sees a1 a2"},
		{"a narrow group is removed", steps{func(c *upkept) { c.noGroup("g1") }}, "g1: gone; t1: u1 u2 sees a2"},
		{"a wide group is removed", steps{connect(0, 65), set("x prefix 'm'"), func(c *upkept) { c.noGroup("g1") }}, "g1: gone; t1: u1 u2 sees a2"},
		{"a loose group is removed, and an account changes", steps{set("n < 2"), func(c *upkept) { c.noGroup("g1") },
			func(c *upkept) { c.account("a3", "n=1") }}, "g1: gone; t1: u1 u2 sees a2"},
		{"a removed group comes back", steps{func(c *upkept) { c.noGroup("g2") }, func(c *upkept) { c.group("g2", "x = 'x3'") },
			func(c *upkept) { c.team("t2", "g2") }}, "g2: narrow a3; t1: u1 u2 sees a1 a2; t2: sees a3"},
		{"the first of two groups, by id", steps{func(c *upkept) { c.group("g0", "x = 'x1'") }, func(c *upkept) { c.team("t1", "g2", "g1", "g0") }}, "t1: u1 u2 sees a1 a2"},
		{"the same filter under another name", steps{func(c *upkept) {
			g := c.w.Groups.At(c.groupNo("g1")).Group
			g.Name = "another"
			c.w.PutGroup(g)
		}}, "g1: narrow a1 a2; t1: u1 u2 sees a1 a2"},
	})
}

// TestFrozenWriter: a Writer that was frozen takes no change into the State that was
// made: it panics.
func TestFrozenWriter(t *testing.T) {
	for name, change := range map[string]func(c *upkept){
		"team": func(c *upkept) { c.w.PutTeam(c.w.Teams.At(0).Team, nil) }, "user": func(c *upkept) { c.w.RemoveUser(0) },
		"account": func(c *upkept) { c.w.RemoveAccount(0) }, "group": func(c *upkept) { c.w.RemoveGroup(0) },
		"report": func(c *upkept) { c.w.PutReport("p9", "", "") }, "roles": func(c *upkept) { c.w.PutRoles(nil) },
	} {
		c := newUpkeep(t)
		c.w.Freeze()
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			change(c)
		}()
	}
}
