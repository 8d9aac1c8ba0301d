package company_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// wayBackTable is what was sent to bob before they were removed, in which the invitation
// i is pending or expired.
const wayBackTable = `
added before he answered         | {i}; user.add bob email=bob@x.test
added under another spelling     | {i}; user.add bob email=BOB@X.test
his address changed to it        | {i}; user.add bob email=b@x.test; user.change-address bob bob@x.test
to an address he had             | user.add bob email=bob@x.test; user.change-address bob b@x.test; {i}
to the first of three            | user.add bob email=bob@x.test; user.change-address bob b@x.test; user.change-address bob c@x.test; {i}
to an address another user has   | user.add bob email=bob@x.test; user.change-address bob b@x.test; {i}; user.add kay email=bob@x.test
a user without an address before | {i}; user.add bob; user.change-address bob bob@x.test
to an address he had, expired    | user.add bob email=bob@x.test; user.change-address bob b@x.test; {i}; wait
added when it had expired        | {i}; wait; user.add bob email=bob@x.test
`

// TestNothingSentBeforeLetsBackIn removes bob, and has them answer what was sent to
// them before.
func TestNothingSentBeforeLetsBackIn(t *testing.T) {
	for line := range split(wayBackTable, "\n") {
		cells := cellsOf(line)
		t.Run(cells[0], func(t *testing.T) {
			c := inviteCompany(t, func(c *company.Config) { c.Invitations.TTL = time.Hour })
			for text := range split(cells[1], ";") {
				if text == "wait" {
					c.pass(2 * time.Hour)
					continue
				}
				c.must("system ops", parseChange(t, strings.ReplaceAll(text, "{i}", "invitation.send i bob@x.test role=admin")))
			}
			c.must("ann", company.RemoveUser{User: "bob"})
			c.refuses("ErrRefused for ErrRevoked", "invitee bob@x.test", company.AcceptInvitation{Invitation: "i", Secret: c.message("i").Secret, User: "bob2"})
			c.refuses("ErrRevoked", "ann", company.ResendInvitation{Invitation: "i"})
			c.refuses("ErrReused", "system ops", company.AddUser{User: "bob"})
			c.checkReplay()
			c.pass(time.Hour)
			if _, taken := c.Policy().Directory().UserByAddress(mustAddress("bob@x.test")); !taken {
				c.invite("again", termsTo("bob@x.test", "viewer"))
				c.accepted("again", "bob2")
			}
		})
	}
}

// TestRemovalSettlesOffers: what bob sent to an address of his own is not taken
// over.
func TestRemovalSettlesOffers(t *testing.T) {
	c := inviteCompany(t, nil)
	c.must("system ops", parseChanges(t, "user.add bob email=bob@x.test role=admin; user.change-address bob b@x.test")...)
	c.invite("own", termsTo("bob@x.test", "admin"), "bob")
	c.invite("other", termsTo("kim@x.test", "viewer"), "bob")
	h, _ := c.Holdings("bob")
	if !slices.Equal(ids(h.Offers), []invite.ID{"own"}) || !slices.Equal(ids(h.Invitations), []invite.ID{"other", "own"}) {
		t.Errorf("he has the offers %v and the invitations %v", ids(h.Offers), ids(h.Invitations))
	}
	r, _ := company.Outcome[company.RemoveUser](c.must("ann", company.RemoveUser{User: "bob", TakeOver: "ann"}))
	if !slices.Equal(r.Invitations.First, []invite.ID{"other", "own"}) {
		t.Errorf("settled are %v", r.Invitations)
	}
	if got := c.sponsors(); !strings.HasSuffix(got, "own bob revoked; other ann pending; ") {
		t.Errorf("they are %s", got)
	}
	c.checkReplay()
}

// TestNobodyIsIrremovable: as much as somebody makes, the event that removes them
// is small.
func TestNobodyIsIrremovable(t *testing.T) {
	n := 3_000
	if long {
		n = 21_000
	}
	c := newCompany(t, "ann admin; bob admin; tom team-member", options{})
	for from := 0; from < n; from += 1_000 {
		var changes []company.Change
		for i := range 1_000 {
			id := access.ReportID(fmt.Sprintf("%s%06d", strings.Repeat("x", 250), from+i))
			changes = append(changes, company.CreateReport{Report: id})
		}
		c.must("tom", changes...)
	}
	c.refuses("ErrSuccessor", "ann", company.RemoveUser{User: "tom"})
	r, _ := company.Outcome[company.RemoveUser](c.must("ann", company.RemoveUser{User: "tom", Successor: "bob"}))
	if r.HandedOver.Count != n || r.Reports.Count != n || len(r.HandedOver.First) != 100 || len(r.HandedOver.Digest) != 64 {
		t.Errorf("recorded are %d, %d and %d", r.HandedOver.Count, r.Reports.Count, len(r.HandedOver.First))
	}
	all := events(t, c.log)
	if e := all[len(all)-1]; len(e.Changes[0].Data) > 200_000 || len(e.Targets) != 102 {
		t.Errorf("the event has %d bytes and %d targets", len(e.Changes[0].Data), len(e.Targets))
	}
	c.checkReplay()
}

// TestSuccessorByMomentarySuspension: nobody comes to a report by seeing to it that
// nobody else qualifies for a moment.
func TestSuccessorByMomentarySuspension(t *testing.T) {
	c := newCompany(t, "ann admin; bob admin; uma user-manager; vic user; max viewer 1h", options{reports: "secret: vic creator, max viewer"})
	suspend := []company.Change{company.SuspendUser{User: "bob"}, company.SuspendUser{User: "uma"}}
	reinstate := []company.Change{company.ReinstateUser{User: "bob"}, company.ReinstateUser{User: "uma"}}
	c.refuses("ErrSelf ErrSuccessor @3", "ann", slices.Concat(suspend, []company.Change{company.RemoveUser{User: "vic", Successor: "ann"}}, reinstate)...)
	c.refuses("ErrSuccessor @3", "ann", append(suspend, company.RemoveUser{User: "vic", Successor: "max"})...)
	c.must("ann", slices.Concat(suspend, []company.Change{company.RemoveUser{User: "vic"}}, reinstate)...)
	c.refuses("ErrSelf ErrSuccessor", "ann", company.NameCreator{Report: "secret", User: "ann"})
	c.refuses("ErrSuccessor", "ann", company.NameCreator{Report: "secret", User: "max"})
	c.refuses("denied no-capability", "max", company.NameCreator{Report: "secret", User: "bob"})
	c.refuses("ErrUnknown", "ann", company.NameCreator{Report: "ghost", User: "bob"})
	c.refuses("ErrUnknown", "ann", company.NameCreator{Report: "secret", User: "ghost"})
	if d := c.Policy().Decide(access.User("max"), access.ViewReport, access.Report("secret")); !d.Allowed {
		t.Errorf("the other grants are gone: %s", d)
	}
	c.must("uma", company.NameCreator{Report: "secret", User: "bob"}) // whose role they do not manage
	c.refuses("ErrNoChange", "ann", company.NameCreator{Report: "secret", User: "bob"})
	c.refuses("ErrInvalid", "ann", company.NameCreator{Report: "secret", User: "uma"})
	c.checkReplay()
}

// arrangementTable is how ann, the only admin who is neither suspended nor to end,
// sees to it that nobody else qualifies, in one Do or, after a stroke, in another.
const arrangementTable = `
suspended             | user.suspend bob; user.suspend uma
suspended before      | user.suspend bob; user.suspend uma /
given an end          | user.set-expiry bob 1h; user.set-expiry uma 1h
given an end before   | user.set-expiry bob 1h; user.set-expiry uma 1h /
removed               | user.remove bob; user.remove uma
removed before        | user.remove bob / user.remove uma /
each in another way   | user.suspend bob / user.remove uma
`

// TestNobodyArrangesToInherit: however they arrange it, ann comes to no report, and
// the removal is not held up.
func TestNobodyArrangesToInherit(t *testing.T) {
	for line := range split(arrangementTable, "\n") {
		cells := cellsOf(line)
		c := newCompany(t, "ann admin; bob admin; uma user-manager; vic user", options{reports: "secret: vic creator"})
		dos := strings.Split(cells[1], "/")
		for _, before := range dos[:len(dos)-1] {
			c.must("ann", parseChanges(t, before)...)
		}
		last := []company.Change{}
		if text := strings.TrimSpace(dos[len(dos)-1]); text != "" {
			last = parseChanges(t, text)
		}
		want := fmt.Sprint("ErrSelf ErrSuccessor @", len(last)+1)
		c.refuses(want, "ann", append(slices.Clone(last), company.RemoveUser{User: "vic", Successor: "ann"})...)
		c.must("ann", append(slices.Clone(last), company.RemoveUser{User: "vic"})...)
		c.refuses("ErrSelf ErrSuccessor", "ann", company.NameCreator{Report: "secret", User: "ann"})
		if d := c.Policy().Decide(access.User("ann"), access.ViewReport, access.Report("secret")); d.Allowed {
			t.Errorf("%s: ann raised herself: %s", cells[0], d)
		}
		c.checkReplay()
	}
}

// TestRemovalRecordsAPart: of links, memberships and invitations, too, an event has
// the first hundred.
func TestRemovalRecordsAPart(t *testing.T) {
	c := newCompany(t, "ann admin; bob admin", options{config: instant})
	var made []company.Change
	for i := range 300 {
		n := fmt.Sprintf("%03d", i)
		made = append(made,
			company.CreateReport{Report: access.ReportID(n)}, company.MakeLink{Link: access.LinkID(n), Resource: access.Report(access.ReportID(n))},
			company.CreateTeam{Team: team.ID(n)}, company.Invite{Invitation: invite.ID(n), Terms: termsTo(n+"@x.test", "viewer")})
	}
	c.must("bob", made...)
	var members []company.Change
	for i := range 300 {
		members = append(members, company.AddMember{Team: team.ID(fmt.Sprintf("%03d", i)), User: "bob"})
	}
	c.must("ann", members...)
	r, _ := company.Outcome[company.RemoveUser](c.must("ann", company.RemoveUser{User: "bob"}))
	for what, got := range map[string][2]int{
		"teams": {r.Teams.Count, len(r.Teams.First)}, "reports": {r.Reports.Count, len(r.Reports.First)}, "links": {r.Links.Count, len(r.Links.First)},
		"invitations": {r.Invitations.Count, len(r.Invitations.First)}, "orphans": {r.Orphaned.Count, len(r.Orphaned.First)},
	} {
		if got != [2]int{300, 100} {
			t.Errorf("%s: %d, of which %d are listed", what, got[0], got[1])
		}
	}
	c.checkReplay()
}

// TestAnyoneCanBeRemoved: in every company of five, with any of them suspended,
// anyone who may remove somebody can, but for the last holder of a role, and a
// report keeps a creator if anybody but the actor qualifies.
func TestAnyoneCanBeRemoved(t *testing.T) {
	users := []team.UserID{"ann", "bob", "cat", "dan", "eve"}
	removed, orphaned := 0, 0
	for suspended := range 1 << len(users) {
		text := ""
		for i, role := range []string{"admin", "admin", "user-manager", "user", "team-member 1h"} {
			text += string(users[i]) + " " + role
			if suspended>>i&1 == 1 {
				text += " suspended"
			}
			text += "; "
		}
		c := newCompany(t, text, options{reports: "a: ann creator; b: bob creator, cat creator; d: dan creator; e: eve creator; f: eve creator, dan creator"})
		for _, actor := range []string{"ann", "cat", "system ops"} {
			for _, u := range users {
				is, _ := c.Policy().Directory().User(u)
				if actor != "system ops" && !c.Policy().Decide(access.User(actor), access.RemoveUser, access.TargetUser(u)).Allowed {
					continue
				}
				_, lasting := c.Policy().Directory().Holders("admin")
				after, done := removeAnyhow(c, actor, u, users)
				if last := is.Role == "admin" && !is.Suspended && lasting == 1; done == last {
					t.Fatalf("%s: %s removes %s: %t, the last admin: %t", text, actor, u, done, last)
				}
				if !done {
					continue
				}
				removed++
				orphaned += checkCreators(t, c, after, actor)
			}
		}
	}
	if removed < 200 || orphaned == 0 {
		t.Errorf("%d removals, %d reports without a creator", removed, orphaned)
	}
}

// removeAnyhow removes a user, with whatever successor it takes.
func removeAnyhow(c *testCompany, actor string, u team.UserID, users []team.UserID) (after *access.Policy, done bool) {
	for _, successor := range append([]team.UserID{""}, users...) {
		if f, err := c.Fork().Do(c.by(actor), company.RemoveUser{User: u, Successor: successor}); err == nil {
			return f.Policy(), true
		}
	}
	return nil, false
}

// checkCreators counts the reports without a creator, of which there may be some
// only if nobody but the actor qualifies.
func checkCreators(t *testing.T, c *testCompany, after *access.Policy, actor string) (orphans int) {
	qualifies := false
	for u := range after.Directory().Users() {
		qualifies = qualifies || string(u.ID) != actor && !u.Suspended && u.Until.IsZero()
	}
	for id := range after.Directory().Reports() {
		has := false
		for g := range after.Directory().Grants(id) {
			has = has || g.Level == access.Creator && g.Until.IsZero()
		}
		if !has {
			orphans++
		}
		if !has && qualifies {
			t.Errorf("report %s has no creator, though somebody qualifies\n%s", id, text(c.t, after))
		}
	}
	return orphans
}

// TestSystemShutsOutAnyone: in both catalogs a system of the host's shuts out any
// one user in at most three changes, owner and last admin included.
func TestSystemShutsOutAnyone(t *testing.T) {
	for _, w := range []struct{ users, first, second, catalog string }{
		{"ann admin; bob admin; cat viewer", "admin", "viewer", "company"},
		{"ann admin; cat viewer", "admin", "viewer", "company"},
		{"ann admin", "admin", "viewer", "company"},
		{"ann owner; bob admin; cat member", "owner", "member", "project"},
		{"ann owner; cat member suspended", "owner", "member", "project"},
		{"ann owner", "owner", "member", "project"},
	} {
		c := newCompany(t, w.users, options{roles: catalogs[w.catalog], reports: "r: ann creator"})
		for u := range c.Policy().Directory().Users() {
			heir := company.AddUser{User: "heir", Role: "admin"}
			least := 4
			for _, before := range [][]company.Change{{}, {heir}, {heir, company.TransferOwnership{To: "heir", From: u.ID}}} {
				for _, successor := range []team.UserID{"", "heir", "bob", "cat"} {
					f, err := c.Fork().Do(c.by("system ops"), append(before, company.RemoveUser{User: u.ID, Successor: successor})...)
					if err != nil {
						continue
					}
					if d := f.Policy().Active(access.User(u.ID)); d.Allowed {
						t.Errorf("%s: %s is still there", w.users, u.ID)
					}
					least = min(least, len(before)+1)
				}
			}
			if least > 3 {
				t.Errorf("%s: %s cannot be shut out", w.users, u.ID)
			}
		}
	}
}
