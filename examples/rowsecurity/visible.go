package rowsecurity

import (
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// sight is what a user sees at company level at any time. It depends on the policy
// alone and not on a clock: what has ended is in it, with its end.
type sight struct {
	// all: the role of the user sees all data, up to until.
	all   bool
	until time.Time
	// accounts has what the user sees by their teams, and until when. The zero
	// time is for good, here as above.
	accounts map[datagroup.AccountID]time.Time
}

// sightOf returns what a user sees, nothing for a user who is not there. It costs a
// View for each end that the user has, and one more.
func sightOf(p *access.Policy, id team.UserID) sight {
	u, ok := p.Directory().User(id)
	if !ok {
		return sight{}
	}
	ends := endsOf(p, u)
	first := p.At(beforeAll(ends)).View(access.User(id))
	if first.SeesAll() {
		return sight{all: true, until: u.Until}
	}
	// As time passes, access is only taken away. So beginning with the last span of
	// time, an account lasts until the end of the first span that has it.
	s := sight{accounts: make(map[datagroup.AccountID]time.Time)}
	add := func(view access.View, until time.Time) {
		for account := range view.Accounts() {
			if _, known := s.accounts[account]; !known {
				s.accounts[account] = until
			}
		}
	}
	var until time.Time
	for _, end := range slices.Backward(ends) {
		add(p.At(end).View(access.User(id)), until)
		until = end
	}
	add(first, until)
	return s
}

// endsOf returns when something ends that a user has, in order.
func endsOf(p *access.Policy, u team.User) []time.Time {
	ends := []time.Time{u.Until}
	for m := range p.Directory().Memberships(u.ID) {
		ends = append(ends, m.Until)
	}
	ends = slices.DeleteFunc(ends, time.Time.IsZero)
	slices.SortFunc(ends, time.Time.Compare)
	return slices.CompactFunc(ends, time.Time.Equal)
}

// beforeAll returns an instant before all ends.
func beforeAll(ends []time.Time) time.Time {
	if len(ends) == 0 {
		return time.Unix(0, 0)
	}
	return ends[0].Add(-1)
}

// touched returns the users whose sight may differ between two policies, and the
// accounts that may be connected in one of them only. The targets are those of all
// events between the two.
//
// It costs a look at what the targets name: at the groups of an account, the
// accounts of a team, and the members of a team that sees other accounts than
// before. Another role catalog touches every user.
func touched(old, next *access.Policy, targets []string) (users map[team.UserID]bool, accounts map[datagroup.AccountID]bool) {
	t := touching{old.Directory(), next.Directory(), map[team.UserID]bool{}, map[datagroup.AccountID]bool{}, map[team.ID]bool{}}
	everybody := !t.old.Catalog().Equal(t.next.Catalog())
	for _, text := range targets {
		var r access.Resource
		if r.UnmarshalText([]byte(text)) != nil {
			everybody = true // nothing is passed over that could be a user
			continue
		}
		t.target(r)
	}
	for id := range t.teams {
		t.members(id)
	}
	if everybody {
		for _, d := range []access.Directory{t.old, t.next} {
			for u := range d.Users() {
				t.users[u.ID] = true
			}
		}
	}
	return t.users, t.accounts
}

// touching is the finding of what is touched.
type touching struct {
	old, next access.Directory
	users     map[team.UserID]bool
	accounts  map[datagroup.AccountID]bool
	teams     map[team.ID]bool
}

// target adds what an event touches that has this target.
func (t *touching) target(r access.Resource) {
	switch r.Kind() {
	case access.KindUser:
		t.users[team.UserID(r.ID())] = true
	case access.KindTeam:
		t.teams[team.ID(r.ID())] = true
	case access.KindGroup:
		t.group(datagroup.ID(r.ID()))
	case access.KindAccount:
		id := datagroup.AccountID(r.ID())
		t.accounts[id] = true
		for g := range t.next.GroupsSince(t.old, id) {
			t.group(g)
		}
	}
}

// group adds the teams that have a data group.
func (t *touching) group(id datagroup.ID) {
	for _, d := range []access.Directory{t.old, t.next} {
		for team := range d.TeamsWith(id) {
			t.teams[team] = true
		}
	}
}

// members adds those who are or were in a team, if the team sees other accounts
// than before. Who came or left is a target of an event themselves, unless the team
// is gone.
func (t *touching) members(id team.ID) {
	if sameAccounts(t.old.ViewOfTeam(id), t.next.ViewOfTeam(id)) {
		return
	}
	for _, d := range []access.Directory{t.old, t.next} {
		for m := range d.Members(id) {
			t.users[m.User] = true
		}
	}
}

// sameAccounts reports whether two views have the same accounts.
func sameAccounts(a, b access.View) bool {
	if a.Len() != b.Len() {
		return false
	}
	for id := range a.Accounts() {
		if !b.Sees(id) {
			return false
		}
	}
	return true
}

// difference is what takes the tables from one policy to the next.
type difference struct {
	visible  rows // (user, account) with an end
	seesAll  rows // (user, "") with an end
	accounts rows // ("", account)
}

// row is one of the tables' rows. The zero end is none.
type row struct {
	user    team.UserID
	account datagroup.AccountID
	until   time.Time
}

// rows are put into a table, in the place of those with the same key, or removed.
type rows struct {
	put, remove []row
}

// compare returns the difference between two policies.
func compare(old, next *access.Policy, targets []string) difference {
	var d difference
	users, accounts := touched(old, next, targets)
	for _, id := range slices.Sorted(maps.Keys(users)) {
		d.user(id, sightOf(old, id), sightOf(next, id))
	}
	for _, id := range slices.Sorted(maps.Keys(accounts)) {
		_, was := old.Directory().Account(id)
		_, is := next.Directory().Account(id)
		d.accounts.change(was, is, row{account: id}, row{account: id})
	}
	return d
}

// user adds what changes for a user.
func (d *difference) user(id team.UserID, old, next sight) {
	d.seesAll.change(old.all, next.all, row{user: id, until: old.until}, row{user: id, until: next.until})
	for account, until := range next.accounts {
		before, was := old.accounts[account]
		d.visible.change(was, true, row{id, account, before}, row{id, account, until})
	}
	for account, before := range old.accounts {
		if _, is := next.accounts[account]; !is {
			d.visible.change(true, false, row{id, account, before}, row{})
		}
	}
}

// change adds what becomes of a row that was there, or is there, or both.
func (r *rows) change(was, is bool, old, next row) {
	switch {
	case is && (!was || !old.until.Equal(next.until)):
		r.put = append(r.put, next)
	case was && !is:
		r.remove = append(r.remove, old)
	}
}

// everything returns all rows of the tables for a policy, user by user.
func everything(p *access.Policy) iter.Seq[difference] {
	return func(yield func(difference) bool) {
		for u := range p.Directory().Users() {
			var d difference
			d.user(u.ID, sight{}, sightOf(p, u.ID))
			if !yield(d) {
				return
			}
		}
		var d difference
		for a := range p.Directory().Accounts() {
			d.accounts.put = append(d.accounts.put, row{account: a.ID()})
		}
		yield(d)
	}
}
