package company_test

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
)

// zeroTable has at least one change of every type with all its fields set, and
// what happens before. The fields after "makes" are those of something that is
// made, in which nothing means more, as documented: no end, or the default role.
const zeroTable = `
company.set-name Bolt
company.set-limits 30                            | ann: company.set-limits 20
catalog.replace company                          | ops: catalog.replace more
owner.transfer to=second from=boss               | owners
user.add new name=N email=n@x.test role=viewer until=1h | makes: until role
user.set-role uma viewer
user.suspend uma
user.reinstate sue
user.set-expiry max 30m
user.edit max name=M
user.change-address max m2@x.test
report.name-creator o vic
user.remove uma successor=ann
team.create new name=N description=D
team.edit t U description=D
team.delete t
team.add-member t vic 30m                        | makes: until
team.add-member t ann 30m                        | makes: until
team.set-member-end t ugo 30m
team.set-member-end t ugo 90m
team.set-member-end t max 30m
team.remove-member t max
team.attach-group n gd
team.detach-group t gu
datagroup.create new name=N filter="country = 'DE'"
datagroup.edit gu name=N filter="country = 'US' and tier missing"
datagroup.edit gu name=N filter="everything"
datagroup.delete gu
source.add new@bing/country=US/tier=hidden
source.edit lab@bing/country=US/tier=secret/!name
source.edit us@bing/country=DE/!tier,de/country=US
source.remove us
attribute.declare new number
attribute.retype size labels
attribute.drop size
report.create new name=N creator=uma
report.set r N
report.delete r
report.share r user=ugo level=viewer until=30m   | makes: level until
report.share r user=vic level=creator until=3h
report.share r user=dan level=editor until=none
report.share m team=t level=explorer until=2h    | ops: report.share m team=t level=viewer until=1h
report.unshare r user=vic
report.unshare u team=t
link.make new action=report.view resource=report:u until=1h maker=ann | makes: until
link.make new action=report.view resource=report:u until=30m maker=ugo session=t | makes: until
link.revoke lu
invitation.send new new@x.test name=N role=viewer teams=t until=1h reviewDays=30 provider=google note=N | makes: until role provider
invitation.send new new@x.test role=viewer days=3 | makes: days role
invitation.resend i
invitation.amend i role=team-member teams=n until=30m reviewDays=10
invitation.amend i role=viewer teams=n days=2
invitation.amend j role=team-member days=2
invitation.revoke i
review.schedule 6
review.open new due=9d
review.decide w user:vic keep                    | ann: review.open w
review.close w                                   | ann: review.open w
`

// notZeroed are the types of change that have no field whose zero value could
// mean anything: those of a person who answers, of deliveries, and of the clock.
var notZeroed = []string{"clock.correct", "invitation.accept", "invitation.decline", "invitation.delivered", "invitation.redeliver"}

// zeroCompany is staffCompany with an account that a filter hides, an attribute
// that no filter reads, a link and two invitations, after what happened before.
func zeroCompany(t *testing.T, before string) *testCompany {
	t.Helper()
	if before == "owners" {
		return newCompany(t, "boss owner; second admin; third admin", options{roles: twoOwners()})
	}
	catalogs["more"] = inviteRoles()
	c := staffCompany(t)
	c.config.Invitations.Cooldown = -1
	c.reopen()
	c.must("system ops", parseChanges(t, `attribute.declare size number; source.add lab/country=US/tier=hidden/name=Lab;
		datagroup.edit gu filter="country = 'US' and (tier missing or tier != 'hidden' and tier != 'secret')"; source.edit us/size=9`)...)
	c.must("ann", parseChanges(t, "link.make lu resource=report:u; invitation.send i i@x.test role=viewer teams=t until=1h; invitation.send j j@x.test role=viewer days=1")...)
	if who, change, ok := strings.Cut(before, ": "); ok && who == "ops" {
		c.must("system ops", parseChange(t, change))
	} else if ok && who != "makes" {
		c.must(who, parseChange(t, change))
	}
	return c
}

// TestNoZeroValueWidens sets every field of every change to its zero value, one by
// one, and those that may be left out all at once: either the change is refused, or
// nobody has more by it than they had, and than the whole change gives.
func TestNoZeroValueWidens(t *testing.T) {
	t.Parallel()
	tested, left := map[string]bool{}, 0
	for _, line := range few(1, 5, slices.Collect(split(zeroTable, "\n"))) {
		cells := append(cellsOf(line), "")
		name := strings.Fields(cells[0])[0]
		tested[name] = true
		t.Run(cells[0], func(t *testing.T) {
			before := cells[1]
			makes, isMake := strings.CutPrefix(before, "makes:")
			if isMake {
				before = ""
			}
			whole := parseChange(t, cells[0])
			had := powerOf(zeroCompany(t, before))
			gives, err := powerAfter(zeroCompany(t, before), whole)
			if err != nil {
				t.Fatalf("the whole change: %v", err)
			}
			c := zeroCompany(t, before)
			for field, zeroed := range zeroedFields(whole) {
				has, err := powerAfter(c, zeroed)
				if err != nil {
					continue // refused, which changes nothing
				}
				if c = zeroCompany(t, before); isMake && field == "all" {
					continue // what the fields mean one by one
				}
				left++
				more := slices.DeleteFunc(slices.Sorted(maps.Keys(has)), func(p string) bool { return had[p] || gives[p] })
				if documented := slices.Contains(strings.Fields(makes), field); len(more) > 0 != documented {
					t.Errorf("without %s, %+v gives %q; documented: %t", field, zeroed, more[:min(len(more), 5)], documented)
				}
			}
		})
	}
	if testing.Short() {
		return // it was a part of the table
	}
	for _, name := range company.LogNames() {
		if !tested[name] && !slices.Contains(notZeroed, name) {
			t.Errorf("%s has no row", name)
		}
	}
	if left < 40 {
		t.Errorf("only %d changes with a zero value were made", left)
	}
}

// zeroedFields yields a change without one of its fields, and the name of the
// field in the log: left out, and if that may be, set to a zero value.
func zeroedFields(whole company.Change) func(func(string, company.Change) bool) {
	return func(yield func(string, company.Change) bool) {
		fresh := func() (reflect.Value, []field) {
			v := reflect.New(reflect.TypeOf(whole)).Elem()
			v.Set(reflect.ValueOf(whole))
			return v, entriesOf(fieldsOf(v))
		}
		_, all := fresh()
		for i := range all {
			if !all[i].value.CanSet() {
				continue
			}
			v, fields := fresh()
			fields[i].value.SetZero()
			if !yield(fields[i].name, v.Interface().(company.Change)) {
				return
			}
			if strings.HasPrefix(fields[i].value.Type().Name(), "Optional[") {
				v, fields = fresh()
				setToZero(fields[i].value)
				if !yield(fields[i].name, v.Interface().(company.Change)) {
					return
				}
			}
		}
		v, fields := fresh()
		for _, f := range fields {
			if f.value.CanSet() && strings.HasPrefix(f.value.Type().Name(), "Optional[") {
				f.value.SetZero()
			}
		}
		yield("all", v.Interface().(company.Change))
	}
}

// entriesOf returns fields, and in place of a list of accounts the fields of its
// entries and the values that they have.
func entriesOf(fields []field) (all []field) {
	for _, f := range fields {
		all = append(all, f)
		if f.value.Kind() != reflect.Slice || f.value.Type().Elem().Kind() != reflect.Struct || f.value.Type().Elem().Name() == "Role" {
			continue
		}
		entries := reflect.MakeSlice(f.value.Type(), f.value.Len(), f.value.Len())
		reflect.Copy(entries, f.value)
		f.value.Set(entries)
		for i := range entries.Len() {
			all = append(all, fieldsOf(entries.Index(i))...)
		}
	}
	return all
}

// setToZero says that a field is to become its zero value.
func setToZero(v reflect.Value) {
	switch o := v.Addr().Interface().(type) {
	case *company.Optional[string]:
		*o = company.To("")
	case *company.Optional[int]:
		*o = company.To(0)
	case *company.Optional[time.Time]:
		*o = company.To(time.Time{})
	default:
		v.SetZero()
	}
}

// powerAfter returns the power of everybody after a change, which a system makes,
// unless it is refused.
func powerAfter(c *testCompany, change company.Change) (map[string]bool, error) {
	by := "system ops"
	switch change.(type) {
	case company.Invite, company.ResendInvitation, company.AmendInvitation:
		by = "ann"
	}
	if _, err := c.do(by, change); err != nil {
		return nil, err
	}
	return powerOf(c), nil
}

// randomID is an id that Do chose, which the tests of the table call "new".
var randomID = regexp.MustCompile(`\b[0-9a-f]{24}\b`)

// powerOf returns all that anybody may do, sees, or may become, at some instants
// up to a distant one, and the seats.
func powerOf(c *testCompany) map[string]bool {
	power := make(map[string]bool)
	d := c.Policy().Directory()
	for _, after := range []time.Duration{0, 45 * time.Minute, 75 * time.Minute, 150 * time.Minute, 36 * time.Hour, 60 * time.Hour, 10_000 * time.Hour} {
		p := c.Policy().At(start.Add(after))
		has := func(format string, args ...any) {
			text := fmt.Sprintf(format, args...)
			if len(text) > 24 { // there is room for an id that was drawn
				text = randomID.ReplaceAllString(text, "new")
			}
			power[text+" after "+after.String()] = true
		}
		for u := range d.Users() {
			if !p.Active(access.User(u.ID)).Allowed {
				continue
			}
			r, _ := d.Catalog().Role(u.Role)
			has("%s is active", u.ID)
			for _, a := range r.Capabilities {
				has("%s may %s", u.ID, a)
			}
			for a := range p.View(access.User(u.ID)).Accounts() {
				has("%s sees %s", u.ID, a)
			}
			for id := range d.Reports() {
				for l := access.Viewer; l <= access.Creator; l++ {
					if p.Decide(access.User(u.ID), l.ShareAction(), access.Report(id)).Allowed || l == access.Viewer && p.Decide(access.User(u.ID), access.ViewReport, access.Report(id)).Allowed {
						has("%s has %s of %s", u.ID, l, id)
					}
				}
			}
			for m := range d.Memberships(u.ID) {
				if m.Until.IsZero() || m.Until.After(start.Add(after)) {
					has("%s is in %s", u.ID, m.Team)
				}
			}
		}
		for l := range d.Links() {
			if p.Decide(access.ViaLink(l.ID), l.Action, l.Resource).Allowed {
				has("link %s shows %v", l.ID, l.Resource)
			}
		}
		for i := range c.Invitations() {
			if end := i.Terms.End(start); i.State == invite.Pending && (end.IsZero() || end.After(start.Add(after))) {
				has("%s may accept and be there", i.Terms.Address)
				power[fmt.Sprint(i.Terms.Address, " may accept by ", i.Terms.Provider)] = true
				power[fmt.Sprint(i.Terms.Address, " may become ", i.Terms.Role)] = true
				for _, t := range i.Terms.Teams {
					power[fmt.Sprint(i.Terms.Address, " may be in ", t)] = true
				}
			}
		}
	}
	for n := range 50 {
		power[fmt.Sprint(n, " seats")] = c.Limits().Seats == 0 || n <= c.Limits().Seats
	}
	maps.DeleteFunc(power, func(_ string, has bool) bool { return !has })
	return power
}
