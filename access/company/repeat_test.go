package company_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/role"
)

// TestADirectoryMaySayAgainWhatIsSo: one member who is one already does not lose a
// directory its whole batch.
func TestADirectoryMaySayAgainWhatIsSo(t *testing.T) {
	c := newCompany(t, "ann admin; tom viewer; dan viewer; deb viewer", options{teams: "west: tom"})
	add := func(user string) company.Change { return parseChange(t, "team.add-member west "+user) }
	r, err := c.do("system scim", add("dan"), add("tom"), add("deb"), add("dan"))
	if err != nil || !slices.Equal(r.Repeated, []int{2, 4}) || len(r.Changes) != 2 {
		t.Fatalf("the receipt is %+v, %v; want changes 2 and 4 passed over", r, err)
	}
	if n := len(slices.Collect(c.Policy().Directory().Members("west"))); n != 3 {
		t.Errorf("%d members, want 3", n)
	}
	if e := events(t, c.log)[r.Seq-1]; len(e.Changes) != 2 || !slices.Equal(e.Targets, []string{"team:west", "user:dan", "user:deb"}) {
		t.Errorf("the event is %+v", e)
	}
	before := c.state()
	_, err = c.do("system scim", add("dan"), add("deb"))
	var e *company.Error
	if !errors.Is(err, company.ErrNoChange) || !errors.As(err, &e) || e.Index != 1 || e.Change != "team.add-member" {
		t.Errorf("when nothing is left: %v, want ErrNoChange of change 1", err)
	}
	if _, err = c.do("ann", parseChanges(t, "team.add-member west ann; team.remove-member west ann; team.remove-member west ann")...); err == nil {
		t.Error("a user repeats a change")
	}
	if c.state() != before {
		t.Error("something was stored")
	}
	c.refuses("ErrNoChange @2", "ann", parseChanges(t, "team.edit west W; team.add-member west dan")...)
	c.checkReplay()
}

// TestWhatIsRemovedStaysSo: a removal that is said again is passed over, whoever is
// said to take over what there was.
func TestWhatIsRemovedStaysSo(t *testing.T) {
	c := newCompany(t, "ann admin; tom viewer; dan viewer", options{teams: "west: tom"})
	removal := company.RemoveUser{User: "dan", Successor: "ann", TakeOver: "ann"}
	c.must("system scim", company.RemoveUser{User: "dan"})
	r, err := c.do("system scim", removal, company.RemoveUser{User: "tom"})
	if err != nil || !slices.Equal(r.Repeated, []int{1}) || len(r.Changes) != 1 {
		t.Errorf("the receipt is %+v, %v; want change 1 passed over", r, err)
	}
	c.checkReplay()
}

// repeatTable says what becomes of what a system says: whether it is a repeat, and
// what it is if part of it only is so, or of something that never was. A row has
// the error, or repeated; a name; what the system did before; and what it says.
const repeatTable = `
repeated   | the company's name                   | company.set-name Bolt                    | company.set-name Bolt
repeated   | limits                               | company.set-limits 90                    | company.set-limits 90
repeated   | the catalog                          | catalog.replace more                     | catalog.replace more
repeated   | the owner                            | owner.transfer second boss               | owner.transfer second boss | owners
repeated   | the owner, by another one            | owner.transfer second boss               | owner.transfer second third | owners

repeated   | a user                               | user.add new email=new@x.test role=user until=9d | user.add new email=new@x.test role=user until=9d
ErrTaken   | a user with another role             | user.add new email=new@x.test role=user  | user.add new email=new@x.test role=viewer
ErrTaken   | a user with another end              | user.add new email=new@x.test role=user until=9d | user.add new email=new@x.test role=user
ErrTaken   | a user with another address          | user.add new email=new@x.test role=user  | user.add new email=n@x.test role=user
ErrReused  | a user who was removed               | user.add new email=new@x.test; user.remove new | user.add new email=new@x.test
repeated   | a role                               | user.set-role vic user                   | user.set-role vic user
repeated   | a suspension                         | user.suspend vic                         | user.suspend vic
repeated   | a reinstatement                      |                                          | user.reinstate vic
repeated   | an end                               | user.set-expiry vic 9d                   | user.set-expiry vic 9d
repeated   | a removal                            | user.remove vic                          | user.remove vic
repeated   | a name                               | user.edit vic name=Victoria              | user.edit vic name=Victoria
repeated   | no name                              |                                          | user.edit vic name=none
repeated   | an address                           | user.change-address vic v@x.test         | user.change-address vic v@x.test
ErrUnknown | the address of a removed user        | user.remove vic                          | user.change-address vic v@x.test
repeated   | a lasting creator                    | report.name-creator orphan vic           | report.name-creator orphan vic
ErrInvalid | a second lasting creator             | report.name-creator orphan vic           | report.name-creator orphan sue
ErrUnknown | the removal of nobody                |                                          | user.remove ghost
ErrUnknown | the suspension of a removed user     | user.remove vic                          | user.suspend vic
ErrUnknown | the role of a removed user           | user.remove vic                          | user.set-role vic user

repeated   | a team                               | team.create new N                        | team.create new N
ErrTaken   | a team of another name               | team.create new N                        | team.create new M
repeated   | a name                               | team.edit t U                            | team.edit t U
repeated   | a deletion                           | team.delete t                            | team.delete t
ErrUnknown | the deletion of no team              |                                          | team.delete ghost
repeated   | a member                             | team.add-member t vic 9d                 | team.add-member t vic 9d
repeated   | a lasting member                     | team.add-member t vic                    | team.add-member t vic
partly     | a member for another time            | team.add-member t vic                    | team.add-member t vic 9d
partly     | a member who had an end, for good    | team.add-member t vic 9d                 | team.add-member t vic
repeated   | the end of a membership              | team.add-member t vic 9d                 | team.set-member-end t vic 9d
repeated   | no member any more                   | team.remove-member t max                 | team.remove-member t max
repeated   | no member of a deleted team          | team.delete t                            | team.remove-member t max
repeated   | no member who was removed            | user.remove max                          | team.remove-member t max
ErrUnknown | a member of no team                  |                                          | team.remove-member ghost max
ErrUnknown | a member who never was               |                                          | team.remove-member t ghost
repeated   | a group of a team                    | team.attach-group t gd                   | team.attach-group t gd
repeated   | no group of a team                   | team.detach-group t gu                   | team.detach-group t gu
repeated   | a deleted group of a team            | datagroup.delete gu                      | team.detach-group t gu
ErrUnknown | a group that never was               |                                          | team.detach-group t ghost
ErrUnknown | a deleted group is attached          | datagroup.delete gd                      | team.attach-group t gd

repeated   | a data group                         | datagroup.create new filter=nothing      | datagroup.create new filter=nothing
ErrTaken   | a data group of another filter       | datagroup.create new filter=nothing      | datagroup.create new filter=everything
repeated   | its filter                           | datagroup.edit gu filter="country = 'FR'" | datagroup.edit gu filter="country='FR'"
repeated   | its deletion                         | datagroup.delete gu                      | datagroup.delete gu
ErrUnknown | the deletion of no group             |                                          | datagroup.delete ghost

repeated   | accounts                             | source.add fr/country=FR,uk              | source.add uk,fr/country=FR
ErrTaken   | accounts, one with another value     | source.add fr/country=FR,uk              | source.add uk,fr/country=DE
ErrTaken   | accounts, one of them new            | source.add fr                            | source.add fr,uk
repeated   | values of an account                 | source.edit us/country=CA                | source.edit us/country=CA
repeated   | no accounts                          | source.remove us,de                      | source.remove de,us
ErrUnknown | accounts, one of which never was     | source.remove us                         | source.remove us,ghost
ErrUnknown | accounts, one of which is gone       | source.remove us                         | source.remove us,de
repeated   | an attribute                         | attribute.declare size number            | attribute.declare size number
ErrTaken   | an attribute of another type         | attribute.declare size number            | attribute.declare size string
repeated   | its type                             | attribute.retype tier number             | attribute.retype tier number
repeated   | an attribute less                    | attribute.drop tier                      | attribute.drop tier
ErrUnknown | an attribute that never was          |                                          | attribute.drop ghost

repeated   | a report                             | report.create new name=N creator=uma     | report.create new name=N creator=uma
ErrTaken   | a report of another name             | report.create new name=N creator=uma     | report.create new name=M creator=uma
ErrTaken   | a report of another creator          | report.create new name=N creator=uma     | report.create new name=N creator=dan
repeated   | its name                             | report.set r name=Q                      | report.set r name=Q
repeated   | its deletion                         | report.delete r                          | report.delete r
ErrUnknown | the deletion of no report            |                                          | report.delete ghost
repeated   | a grant                              | report.share r user=sue until=9d         | report.share r user=sue until=9d
ErrLowers  | a grant of another level             | report.share r user=sue level=editor     | report.share r user=sue level=viewer
repeated   | no grant                             | report.unshare r user=max                | report.unshare r user=max
repeated   | no grant of a deleted report         | report.delete r                          | report.unshare r user=max
repeated   | no grant of a removed user           | user.remove max                          | report.unshare r user=max
ErrUnknown | a grant of no report                 |                                          | report.unshare ghost user=max
ErrTaken   | a link, which has another secret     | link.make l resource=report:r maker=uma  | link.make l resource=report:r maker=uma
repeated   | a link less                          | link.make l resource=report:r maker=uma; link.revoke l | link.revoke l
ErrUnknown | a link that never was                |                                          | link.revoke ghost

allowed    | an invitation, which is re-sent      | invitation.send i b@x.test role=viewer   | invitation.send i b@x.test role=viewer
allowed    | it is re-sent again                  | invitation.send i b@x.test role=viewer   | invitation.resend i
repeated   | its terms                            | invitation.send i b@x.test role=viewer; invitation.amend i role=user | invitation.amend i role=user
repeated   | it is revoked                        | invitation.send i b@x.test; invitation.revoke i | invitation.revoke i
ErrNone    | one that never was                   |                                          | invitation.revoke ghost
repeated   | its delivery                         | invitation.send i b@x.test               | invitation.delivered i 1
ErrPending | its message again, for another role  | invitation.send i b@x.test role=viewer   | invitation.send j b@x.test role=user
allowed    | its message given out again          | invitation.send i b@x.test               | invitation.redeliver i

repeated   | the schedule of reviews              | review.schedule 6                        | review.schedule 6
repeated   | a review                             | review.open w due=9d                     | review.open w due=9d
repeated   | a review, without the due            | review.open w due=9d                     | review.open w
ErrReviewOpen | a review of another due           | review.open w due=9d                     | review.open w due=8d
ErrReviewOpen | another review                    | review.open w                            | review.open
ErrTaken   | a review that is closed              | review.open w; review.close w            | review.open w
repeated   | a decision                           | review.open w; review.decide w user:vic keep | review.decide w user:vic keep
ErrDecided | another decision                     | review.open w; review.decide w user:vic keep | review.decide w user:vic revoke
repeated   | it is closed                         | review.open w; review.close w            | review.close w
ErrUnknown | a review that never was is closed    |                                          | review.close ghost
`

// TestRepeats plays the table. What is repeated is passed over among other changes
// as well as alone, and a user who says it is refused.
func TestRepeats(t *testing.T) {
	types := make(map[string]bool)
	for line := range split(repeatTable, "\n") {
		cells := append(cellsOf(line), "")
		second := parseChange(t, cells[3])
		types[company.LogName(second)] = true
		t.Run(cells[1], func(t *testing.T) {
			c := repeatCompany(t, cells[4])
			if cells[2] != "" {
				c.must("system ops", parseChanges(t, cells[2])...)
			}
			c.checkRepeat(cells[0], second)
		})
	}
	for _, name := range company.LogNames() {
		if !types[name] && !slices.Contains(withoutRepeat, name) {
			t.Errorf("there is no row of %s", name)
		}
	}
}

func repeatCompany(t *testing.T, how string) *testCompany {
	t.Helper()
	catalogs["more"] = inviteRoles()
	if how == "owners" {
		return newCompany(t, "boss owner; second admin; third admin", options{roles: role.ProjectCatalog().Roles(), config: instant})
	}
	return newCompany(t, "ann admin; abe admin; dan data-manager; uma user; max team-member; vic viewer; sue viewer", options{
		attributes: "country string; tier string", accounts: "us country=US; de country=DE", groups: "gu country = 'US'; gd country = 'DE'",
		teams: "t gu: max; n", reports: "r: uma creator, max viewer; orphan", config: instant,
	})
}

// checkRepeat says something again as a system, alone and after something else.
func (c *testCompany) checkRepeat(want string, second company.Change) {
	c.t.Helper()
	before := c.state()
	r, err := c.do("system ops", company.CreateTeam{Team: "other"}, second)
	switch want {
	case "repeated":
		if err != nil || !slices.Equal(r.Repeated, []int{2}) || len(r.Changes) != 1 {
			c.t.Fatalf("the receipt is %+v, %v; want a repeat", r, err)
		}
		c.refuses("ErrNoChange", "system ops", second)
		c.checkReplay()
		return
	case "allowed":
		if err != nil || r.Repeated != nil {
			c.t.Errorf("the receipt is %+v, %v", r, err)
		}
		return
	case "partly":
		if err == nil || errors.Is(err, company.ErrNoChange) {
			c.t.Errorf("the receipt is %+v, %v; want a refusal", r, err)
		}
	default:
		if errorName(err) != want {
			c.t.Errorf("refused as %q, want %q: %v", errorName(err), want, err)
		}
	}
	if c.state() != before {
		c.t.Error("something was stored")
	}
}

// withoutRepeat are the changes that no system repeats among others: those of a
// person who answers an invitation, and the correction of a clock.
var withoutRepeat = []string{"clock.correct", "invitation.accept", "invitation.decline"}
