package company_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
)

// sinceTable has pairs of changes: what an admin looked at, what another actor
// then did, and what the admin does on the condition that it is as they saw it.
const sinceTable = `
changed | the company's name, then its limits    | abe | company.set-name Bolt                  | company.set-limits 90
changed | its limits, then its name              | abe | company.set-limits 90                  | company.set-name Bolt
free    | a team, then the company's name        | abe | team.edit t U                          | company.set-name Bolt
free    | a team, then the company's limits      | abe | team.edit t U                          | company.set-limits 90
changed | the company's name, then its catalog   | abe | company.set-name Bolt                  | system ops: catalog.replace more
free    | a team, then the catalog               | abe | team.edit t U                          | system ops: catalog.replace more
changed | a user of the same id, meanwhile       | system ops | user.add new email=n@x.test     | system ops: user.add new email=o@x.test
free    | another user is added                  | system ops | user.add new email=n@x.test     | system ops: user.add newer email=o@x.test

changed | their name, then their address         | system ops | user.edit max Max               | system ops: user.change-address max m@x.test
free    | another's address, then their name     | system ops | user.change-address eve e@x.test | system ops: user.edit max Max
changed | their name, then their name            | system ops | user.edit max Max               | system ops: user.edit max Maxim
changed | their address, then removed            | system ops | user.change-address max m@x.test | user.remove max
free    | another's name, then their address     | system ops | user.edit eve Eve               | system ops: user.change-address max m@x.test
free    | another's name, then their role        | system ops | user.edit eve Eve               | user.set-role max viewer
changed | their end, then their role             | abe | user.set-expiry max 40m                | user.set-role max viewer
free    | their membership, then their role      | abe | team.remove-member t max               | user.set-role max viewer
changed | their role, then suspended             | abe | user.set-role max viewer               | user.suspend max
free    | another user's role, then suspended    | abe | user.set-role uma viewer               | user.suspend max
changed | their role, then reinstated            | abe | user.set-role sue editor               | user.reinstate sue
free    | a grant of theirs, then reinstated     | uma | report.share s user=sue                | user.reinstate sue
changed | the same end moved                     | abe | user.set-expiry max 40m                | user.set-expiry max 30m
free    | another end                            | abe | user.set-expiry eve 1h                 | user.set-expiry max 30m
changed | a membership, then the user is removed | abe | team.add-member n max 30m              | user.remove max
changed | a grant, then the user is removed      | uma | report.share s user=max                | user.remove max
changed | a report of theirs, then removed       | max | report.create new                      | user.remove max
changed | a link of theirs, then removed         | max | link.make new resource=report:r        | user.remove max
changed | they invite, then are removed          | ugo | invitation.send new n@x.test role=viewer | user.remove ugo
changed | their role, then removed               | abe | user.set-role max viewer               | user.remove max
free    | a team of theirs, then removed         | abe | team.edit t U                          | user.remove max
free    | a report shared with others            | uma | report.share r user=sue                | user.remove max
changed | the giver's role, then the transfer    | system ops | user.suspend boss                  | system ops: owner.transfer second boss | owners
free    | another user's role, then the transfer | system ops | user.suspend third                  | system ops: owner.transfer second boss | owners

changed | a creator, meanwhile                   | system ops | report.name-creator none uma    | report.name-creator none uma | orphan
free    | its name, meanwhile                    | system ops | user.edit max Max               | report.name-creator none vic | orphan

changed | a team of the same id, meanwhile       | abe | team.create new; team.delete new       | team.create new
free    | another team                           | abe | team.create new; team.delete new       | team.create newer
changed | the same team                          | abe | team.edit t U                          | team.edit t V
free    | a member of the team                   | abe | team.add-member t vic                  | team.edit t V
free    | a group of the team                    | abe | team.attach-group t gd                 | team.edit t V
changed | a member, then the team is deleted     | abe | team.add-member t vic                  | team.delete t
changed | a member less, then deleted            | abe | team.remove-member t max               | team.delete t
changed | a group of it, then deleted            | abe | team.attach-group t gd                 | team.delete t
changed | a grant to it, then deleted            | uma | report.share s team=t                  | team.delete t
changed | its name, then deleted                 | abe | team.edit t U                          | team.delete t
changed | a link in it, then deleted             | max | link.make new session=t resource=report:r | team.delete t
changed | a link in it is revoked, then deleted  | max | link.revoke lt                         | team.delete t | session
free    | the group alone, then deleted          | dan | datagroup.edit gu filter=everything    | team.delete t
changed | the same member taken out and put back | abe | team.remove-member n uma; team.add-member n uma 1h | team.remove-member n uma
changed | the same member's end moved            | abe | team.set-member-end t ugo 50m          | team.set-member-end t ugo 40m
free    | another member's end                   | abe | team.set-member-end t eve 50m          | team.set-member-end t ugo 40m
free    | another member of the same team        | abe | team.add-member n vic                  | team.add-member n sue
free    | the same user in another team          | abe | team.add-member n vic                  | team.add-member t vic
changed | the same member twice                  | abe | team.add-member n vic 2h; team.remove-member n vic | team.add-member n vic
free    | the team is renamed, then a member     | abe | team.edit n M                          | team.remove-member n uma
changed | the same group twice                   | abe | team.attach-group n gd; team.detach-group n gd | team.attach-group n gd
changed | the group is edited, then attached     | dan | datagroup.edit gd filter=everything    | team.attach-group n gd
free    | the group of another team is attached  | abe | team.attach-group t gd                 | team.attach-group n gd
free    | the group is attached, then edited     | abe | team.attach-group n gd                 | datagroup.edit gd filter=everything
free    | the group is edited, then detached     | dan | datagroup.edit gu filter=everything    | team.detach-group t gu
changed | the group is taken and given back      | abe | team.detach-group t gu; team.attach-group t gu | team.detach-group t gu
free    | another group of the team              | abe | team.attach-group t gd                 | team.detach-group t gu

changed | a group of the same id, meanwhile      | dan | datagroup.create new filter=nothing; datagroup.delete new | datagroup.create new filter=everything
free    | another group                          | dan | datagroup.create new filter=nothing    | datagroup.create newer filter=everything
changed | the same group                         | dan | datagroup.edit gu filter="country = 'US' and id != 'us'" | datagroup.edit gu filter="country = 'US'" name=US
free    | another group is edited                | dan | datagroup.edit gd filter=nothing       | datagroup.edit gu filter="country = 'US'" name=US
free    | the group is attached, then edited     | abe | team.attach-group n gu                 | datagroup.edit gu filter=nothing
changed | the group is attached, then deleted    | abe | team.attach-group n gu                 | datagroup.delete gu
free    | another group is attached, then deleted | abe | team.attach-group n gd                | datagroup.delete gu

changed | the same account, meanwhile            | dan | source.add fr; source.remove fr        | source.add fr
free    | another account                        | dan | source.add fr                          | source.add uk
changed | one of the accounts                    | dan | source.edit de/country=DE/tier=top     | source.edit us/country=US/tier=top,de/country=DE
free    | another account is edited              | dan | source.edit de/country=DE/tier=top     | source.edit us/country=US/tier=top
changed | an account is edited, then removed     | dan | source.edit de/country=DE/tier=top     | source.remove us,de
free    | another account, then removed          | dan | source.edit de/country=DE/tier=top     | source.remove us
changed | the attribute declared meanwhile       | dan | attribute.declare size number; attribute.drop size | attribute.declare size string
free    | another attribute                      | dan | attribute.declare size number          | attribute.declare area number
changed | the attribute, meanwhile               | dan | attribute.retype tier number           | attribute.retype tier labels
free    | another attribute, then retyped        | dan | attribute.declare size number          | attribute.retype tier labels
changed | its type, then dropped                 | dan | attribute.retype tier number           | attribute.drop tier
free    | another attribute, then dropped        | dan | attribute.declare size number          | attribute.drop tier

changed | a report of the same id, meanwhile     | uma | report.create new; report.delete new   | report.create new
free    | another report                         | uma | report.create new                      | report.create newer
changed | the same report                        | ann2 | report.set u name=V                   | report.set u name=W
free    | a grant of the report                  | ann2 | report.share u user=sue               | report.set u name=W
changed | a grant, then deleted                  | ann2 | report.share u user=sue               | report.delete u
changed | a link to it, then deleted             | ann2 | link.make new resource=report:u       | report.delete u
changed | a link to it is revoked, then deleted  | ann2 | link.revoke lu                        | report.delete u
free    | a grant of another, then deleted       | uma | report.share s user=sue                | report.delete u
changed | the same grant                         | ann2 | report.share u user=sue               | report.share u user=sue level=editor
free    | a grant to another                     | ann2 | report.share u user=vic               | report.share u user=sue level=editor
free    | the report's name, then shared         | ann2 | report.set u name=V                   | report.share u user=sue level=editor
changed | the same grant of a team               | ann2 | report.share u team=n                 | report.share u team=n until=30d
changed | the grant is raised, then taken        | ann2 | report.share u team=t level=explorer           | report.unshare u team=t | shared
free    | another grant is taken                 | ann2 | report.share u user=sue               | report.unshare u team=t
changed | a link of the same id, meanwhile       | ann2 | link.make new resource=report:u; link.revoke new | link.make new resource=report:u
free    | another link                           | ann2 | link.make new resource=report:u       | link.make newer resource=report:u
changed | the link is revoked, then revoked      | ann2 | link.revoke lu                        | system ops: link.revoke lu
free    | another link is made, then revoked     | ann2 | link.make new resource=report:u       | link.revoke lu

changed | an invitation of the same id           | abe | invitation.send new n@x.test role=viewer | invitation.send new o@x.test role=viewer
free    | another invitation                     | abe | invitation.send new n@x.test role=viewer | invitation.send newer o@x.test role=viewer
changed | sent by its terms, meanwhile re-sent   | abe | invitation.resend i                    | invitation.send newer i@x.test role=viewer
changed | amended, then re-sent                  | abe | invitation.amend i role=user           | invitation.resend i
free    | another amended, then re-sent          | abe | invitation.amend j role=user           | invitation.resend i
changed | amended, then amended                  | abe | invitation.amend i role=user           | invitation.amend i role=editor
free    | another amended, then amended          | abe | invitation.amend j role=user           | invitation.amend i role=editor
changed | amended, then revoked                  | abe | invitation.amend i role=user           | invitation.revoke i
free    | another amended, then revoked          | abe | invitation.amend j role=user           | invitation.revoke i
changed | amended, then delivery given again     | abe | invitation.amend i role=user           | system ops: invitation.redeliver i
free    | another amended, then delivery again   | abe | invitation.amend j role=user           | system ops: invitation.redeliver i
changed | accepted, then revoked                 | accept | i                                   | invitation.revoke i
free    | another accepted, then revoked         | accept | j                                   | invitation.revoke i

changed | the schedule, meanwhile                | abe | review.schedule 6                      | review.schedule 12
free    | a review, then the schedule            | abe | review.open w                          | review.schedule 12
changed | a review of the same id, meanwhile     | abe | review.open w; review.close w          | review.open w
free    | another review, meanwhile              | abe | review.open v; review.close v          | review.open w
changed | the item is decided, meanwhile         | abe | review.decide w user:max keep          | review.decide w user:max revoke | review
changed | the row's role, then decided           | ugo | user.set-role max viewer               | review.decide w user:max keep | review
changed | a membership of the row, then decided  | ugo | team.remove-member t max               | review.decide w user:max keep | review
changed | the invitation is amended, then decided | abe | invitation.amend k role=user          | review.decide w invitation:k keep | invited
free    | another is amended, then decided       | abe | invitation.amend i role=user           | review.decide w invitation:k keep | invited
free    | another item is decided                | abe | review.decide w user:vic keep          | review.decide w user:max keep | review
free    | another row's role, then decided       | ugo | user.set-role vic team-member          | review.decide w user:max keep | review
free    | an item is decided, then its role      | abe | review.decide w user:max revoke        | user.set-role max viewer | review
free    | an item is decided, then removed       | abe | review.decide w user:max revoke        | user.remove max | review
changed | an item is decided, then closed        | abe | review.decide w user:max keep          | review.close w | review
free    | a row changes, then closed             | ugo | user.set-role max viewer               | review.close w | review
`

// sinceCompany is staffCompany with two invitations, i and j, a link lu to the
// report u, and a condition of nobody. ann2 is ann herself, in another window.
func sinceCompany(t *testing.T, how string) *testCompany {
	t.Helper()
	catalogs["more"] = inviteRoles()
	if how == "owners" {
		c := newCompany(t, "boss owner; second admin; third admin", options{roles: twoOwners()})
		return c
	}
	if how == "orphan" {
		return newCompany(t, "ann admin; max viewer; uma user; vic viewer", options{reports: "none"})
	}
	c := staffCompany(t)
	c.config.Invitations.Cooldown = -1
	c.reopen()
	c.must("ann", parseChanges(t, "invitation.send i i@x.test role=viewer; invitation.send j j@x.test role=viewer; link.make lu resource=report:u")...)
	if how == "session" {
		c.must("max", parseChanges(t, "link.make lt session=t resource=report:r")...)
	}
	if how == "review" {
		c.must("abe", company.OpenReview{Review: "w"})
	}
	if how == "invited" {
		c.must("ugo", parseChange(t, "invitation.send k k@x.test role=viewer"))
		c.must("abe", company.OpenReview{Review: "w"})
	}
	if how == "shared" {
		c.must("ann", parseChanges(t, "report.unshare u team=t; report.share u team=t level=viewer")...)
	}
	return c
}

// since makes a change on the condition that what it reads is as it was at a
// number.
func (c *testCompany) since(seq uint64, actor string, changes ...company.Change) (company.Receipt, error) {
	by := c.by(actor)
	by.Since = seq
	return c.Do(context.Background(), by, changes...)
}

// TestChangedSince plays the table: with a company that made the first change
// itself, with one that learns of it when it comes second, and with one that
// replays the log.
func TestChangedSince(t *testing.T) {
	changed, free := make(map[string]bool), make(map[string]bool)
	for _, line := range few(1, 5, slices.Collect(split(sinceTable, "\n"))) {
		cells := append(cellsOf(line), "", "")
		want, name, first, made, then := cells[0], cells[1], cells[2], cells[3], cells[4]
		actor, text, ok := strings.Cut(then, ": ")
		if !ok {
			actor, text = "ann", then
		}
		second := parseChange(t, text)
		if want == "changed" {
			changed[company.LogName(second)] = true
		} else {
			free[company.LogName(second)] = true
		}
		for _, how := range []string{"itself", "by another", "replayed"} {
			t.Run(name+"/"+how, func(t *testing.T) {
				c := sinceCompany(t, cells[5])
				looked := c.Checkpoint().Seq
				other := c.second(&c.config)
				other.playFirst(first, made)
				switch how {
				case "itself":
					c = other
				case "replayed":
					c.reopen()
				}
				c.checkSince(want == "changed", looked, actor, second)
			})
		}
	}
	if testing.Short() {
		return // it was a part of the table
	}
	for _, name := range company.LogNames() {
		if slices.Contains(withoutCondition, name) {
			continue
		}
		if !changed[name] || !free[name] {
			t.Errorf("%s: a row with what it reads changed: %t; with something else changed: %t", name, changed[name], free[name])
		}
	}
}

// withoutCondition are the changes that nobody looks at anything for: those of a
// person who answers an invitation, and what a system says has happened or
// of the time.
var withoutCondition = []string{"clock.correct", "invitation.accept", "invitation.decline", "invitation.delivered"}

// playFirst makes what happened meanwhile.
func (c *testCompany) playFirst(actor, changes string) {
	c.t.Helper()
	switch actor {
	case "accept":
		c.accepted(invite.ID(changes), "")
		return
	case "ann2":
		actor = "ann"
	}
	c.must(actor, parseChanges(c.t, changes)...)
}

// checkSince makes a change on a condition, and then without it. The first is
// refused by the last event, or as the second is.
func (c *testCompany) checkSince(changed bool, looked uint64, actor string, second company.Change) {
	c.t.Helper()
	made := slices.DeleteFunc(events(c.t, c.log), func(e audit.Event) bool { return e.Actor.ID == "delivery" }) // which touches nothing
	last := made[len(made)-1].Seq
	_, err := c.since(looked, actor, second)
	var e *company.Error
	switch is := errors.Is(err, company.ErrChanged); {
	case is != changed:
		c.t.Errorf("since event %d: %v; want ErrChanged: %t", looked, err, changed)
	case is && (!errors.As(err, &e) || e.Seq != last || e.Index != 1 || e.Change != company.LogName(second) || !e.Refused()):
		c.t.Errorf("the error is %#v, want one about event %d", err, last)
	case !changed && err != nil:
		c.t.Errorf("refused: %v", err)
	}
	if !changed {
		return
	}
	if _, err := c.since(last, actor, second); errors.Is(err, company.ErrChanged) {
		c.t.Errorf("since event %d: %v", last, err)
	}
}

// TestStaleFormDoesNotWiden: a form that was opened before somebody else saved
// gives nothing back that was taken away.
func TestStaleFormDoesNotWiden(t *testing.T) {
	c := newCompany(t, "ann admin; dan data-manager; deb data-manager; tom team-member", options{
		attributes: "country string", accounts: "us country=US; exec country=US", groups: "us country = 'US'", teams: "west us: tom",
	})
	form, _ := c.Policy().Directory().Group("us") // what deb's browser shows
	looked := c.Checkpoint().Seq
	c.must("dan", company.EditGroup{Group: "us", Filter: company.To(form.Filter.String() + " and id != 'exec'")})
	_, err := c.since(looked, "deb", company.EditGroup{Group: "us", Name: company.To("United States"), Filter: company.To(form.Filter.String())})
	if !errors.Is(err, company.ErrChanged) || c.Policy().View(access.User("tom")).Sees("exec") {
		t.Errorf("Do = %v, want ErrChanged", err)
	}
}

// TestSinceOfNobody: a grant or a membership of nobody is none, so nothing changed
// it, whatever happened to its report or team.
func TestSinceOfNobody(t *testing.T) {
	c := staffCompany(t)
	looked := c.Checkpoint().Seq
	c.must("system ops", parseChanges(t, "report.set r name=V; team.edit t U")...)
	for _, change := range []company.Change{
		company.ShareReport{Report: "r"}, company.UnshareReport{Report: "r"}, company.AddMember{Team: "t"}, company.RemoveMember{Team: "t"}, company.AttachGroup{Team: "t"},
	} {
		if _, err := c.since(looked, "system ops", change); err == nil || errors.Is(err, company.ErrChanged) {
			t.Errorf("%+v: %v; want what is wrong with it", change, err)
		}
	}
}

// TestSinceIsNoOracle: anyone who may not make a change does not learn whether
// somebody else made one.
func TestSinceIsNoOracle(t *testing.T) {
	c := sinceCompany(t, "")
	looked := c.Checkpoint().Seq
	c.must("abe", parseChanges(t, "team.edit t U; invitation.amend i role=user")...)
	c.must("ann", parseChanges(t, "report.set u name=V")...)
	for _, text := range []string{"team.edit t W", "invitation.revoke i", "invitation.resend i", "report.set u name=W", "report.share u user=sue"} {
		if _, err := c.since(looked, "vic", parseChange(t, text)); !errors.Is(err, access.ErrDenied) || errors.Is(err, company.ErrChanged) {
			t.Errorf("%s: %v, want a denial only", text, err)
		}
	}
}

// TestSinceTheFuture: what this process has not seen yet it reads first; what the
// log does not have is no condition.
func TestSinceTheFuture(t *testing.T) {
	c := staffCompany(t)
	other := c.second(&c.config)
	r := other.must("abe", parseChange(t, "team.edit t U"))
	if _, err := c.since(r.Seq, "ann", parseChange(t, "team.edit t V")); err != nil {
		t.Errorf("on what another process wrote: %v", err)
	}
	_, err := c.since(r.Seq+2, "ann", parseChange(t, "team.edit t W"))
	if !errors.Is(err, company.ErrInvalid) || errors.Is(err, company.ErrChanged) {
		t.Errorf("on an event that is not there: %v, want ErrInvalid", err)
	}
	if _, err := c.since(r.Seq+1, "ann", parseChanges(t, "team.edit t W; team.edit t X")...); err != nil {
		t.Errorf("the changes of one Do are no changes since: %v", err)
	}
}

// twoOwners is the project catalog with room for two owners.
func twoOwners() []role.Role {
	roles := role.ProjectCatalog().Roles()
	roles[0].MinHolders, roles[0].MaxHolders = 0, 2
	return roles
}
