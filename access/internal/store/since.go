package store

import (
	"cmp"
	"iter"
	"math/bits"
	"slices"
	"sync"
	"time"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/team"
)

// Changes is what differs between two States, by id, each in byte order.
type Changes struct {
	Users, Teams, Groups, Accounts, Reports, Links []string
}

// Since returns what differs between s and an older State: the ids of what is in
// one only, and of what is not the same in both. Of a user, memberships and direct
// grants count as well, of a team its grants, and of a report its grants.
//
// What both States share is passed over. So it costs what the changes did of which
// s came from old; and if neither came from the other, a look at everything.
func (s *State) Since(old *State) Changes {
	c := comparison{old: old, next: s}
	c.marks = newMarks(max(old.Users.Next(), s.Users.Next()))
	c.moved = newMarks(max(old.Users.Next(), s.Users.Next()))
	var all Changes
	var comparing sync.WaitGroup
	comparing.Go(func() { all.Accounts = c.accounts() }) // which reads the States only
	all.Reports, all.Groups, all.Links = c.reports(), c.groups(), c.links()
	all.Teams = c.teams() // after the reports, and before the users
	all.Users = c.users()
	comparing.Wait()
	for _, ids := range []*[]string{&all.Users, &all.Teams, &all.Groups, &all.Accounts, &all.Reports, &all.Links} {
		slices.Sort(*ids)
		*ids = slices.Compact(*ids)
	}
	return all
}

// comparison compares two States.
type comparison struct {
	old, next *State
	marks     marks    // the users to compare
	moved     marks    // those of them who are in a team in one State only
	shared    []string // teams that have a grant of a report that is not in both

	was, is             []placed // of one user, room for the next
	grantsWas, grantsIs []shared
}

// marks is numbers, each of either State.
type marks []uint64

func newMarks(n uint32) marks { return make(marks, n/64+1) }

// leaf marks the 32 numbers from base on, as far as there are so many.
func (m marks) leaf(base uint32) {
	if int(base/64) < len(m) {
		m[base/64] |= (1<<32 - 1) << (base % 64)
	}
}

func (m marks) mark(no uint32) { m[no/64] |= 1 << (no % 64) }

func (m marks) has(no uint32) bool { return m[no/64]&(1<<(no%64)) != 0 }

func (m marks) all() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for w, word := range m {
			for ; word != 0; word &= word - 1 {
				if !yield(uint32(w<<6 | bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}

// reports compares reports. Users and teams do not change when a report that was
// shared with them goes, so it notes with whom one is shared that is in one State
// only, or under another number.
func (c *comparison) reports() (ids []string) {
	note := func(s *State, r *Report) {
		if r == nil {
			return
		}
		for no := range r.Users.All() {
			c.marks.mark(no)
		}
		for no := range r.Teams.All() {
			c.shared = append(c.shared, string(s.Teams.At(no).ID))
		}
	}
	for was, is := range persist.Changed(&c.old.Reports, &c.next.Reports, func(r *Report) string { return r.ID }) {
		id := cmp.Or(was, is).ID
		if moved(&c.old.Reports, &c.next.Reports, id) {
			note(c.old, was)
			note(c.next, is)
		}
		if was == nil || is == nil || !c.sameReport(was, is) {
			ids = append(ids, id)
		}
	}
	return ids
}

// moved reports whether an id is in one Book only, or has another number in each.
func moved[T any](old, next *persist.Book[T], id string) bool {
	before, _, was := old.Find(id)
	now, _, is := next.Find(id)
	return was != is || before != now
}

func (c *comparison) sameReport(was, is *Report) bool {
	if was.Name != is.Name || was.Note != is.Note || was.Users.Len() != is.Users.Len() || was.Teams.Len() != is.Teams.Len() {
		return false
	}
	before, _, _ := c.old.Reports.Find(was.ID)
	now, _, _ := c.next.Reports.Find(is.ID)
	for no := range is.Users.All() {
		a := c.old.Users.Get(c.next.Users.ID(no))
		if a == nil {
			return false
		}
		x, ok := c.old.More(a.No).Grants.Find(before)
		if y, _ := c.next.More(no).Grants.Find(now); !ok || !x.same(y) {
			return false
		}
	}
	for no := range is.Teams.All() {
		t := c.next.Teams.At(no)
		_, a, ok := c.old.Teams.Find(string(t.ID))
		if !ok {
			return false
		}
		x, ok := a.Grants.Find(before)
		if y, _ := t.Grants.Find(now); !ok || !x.same(y) {
			return false
		}
	}
	return true
}

// same compares all but the report.
func (g Grant) same(o Grant) bool {
	return g.Level == o.Level && g.Until.Equal(o.Until) && g.Note == o.Note
}

// teams compares teams. Users do not change when a team goes, so it marks the
// members of one that is in one State only, or under another number. It notes who
// is in a team in one State only, by number.
func (c *comparison) teams() (ids []string) {
	var none Team
	for was, is := range persist.Changed(&c.old.Teams, &c.next.Teams, func(t *Team) string { return string(t.ID) }) {
		id := string(cmp.Or(was, is).ID)
		before, now := cmp.Or(was, &none), cmp.Or(is, &none)
		if moved(&c.old.Teams, &c.next.Teams, id) {
			for _, t := range []*Team{before, now} {
				for no := range t.Members.All() {
					c.marks.mark(no)
				}
			}
		}
		for no := range persist.Differing(&before.Members, &now.Members) {
			c.moved.mark(no)
		}
		if was == nil || is == nil || !c.sameTeam(was, is) {
			ids = append(ids, id)
		}
	}
	for _, id := range c.shared {
		_, was, before := c.old.Teams.Find(id)
		if _, is, now := c.next.Teams.Find(id); before && now && !c.sameTeam(was, is) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (c *comparison) sameTeam(was, is *Team) bool {
	return was.Name == is.Name && was.Description == is.Description && was.Note == is.Note && slices.Equal(was.Groups, is.Groups) &&
		c.sameGrants(was.Grants, is.Grants)
}

func (c *comparison) groups() (ids []string) {
	for was, is := range persist.Changed(&c.old.Groups, &c.next.Groups, func(g *Group) string { return string(g.ID) }) {
		switch {
		case was == nil:
			ids = append(ids, string(is.ID))
		case is == nil || was.Name != is.Name || was.Note != is.Note || !was.Filter.Equal(is.Filter):
			ids = append(ids, string(was.ID))
		}
	}
	return ids
}

func (c *comparison) links() (ids []string) {
	for was, is := range persist.Changed(&c.old.Links, &c.next.Links, func(l *Link) string { return l.ID }) {
		switch {
		case was == nil:
			ids = append(ids, is.ID)
		case is == nil || !was.same(*is):
			ids = append(ids, was.ID)
		}
	}
	return ids
}

func (l Link) same(o Link) bool {
	if !l.Until.Equal(o.Until) {
		return false
	}
	l.Until, o.Until = time.Time{}, time.Time{}
	return l == o
}

// users compares the users who are marked, and those of whom anything changed.
func (c *comparison) users() (ids []string) {
	old, next := c.old, c.next
	markLeaves(c.marks, &old.Users, &next.Users)
	markUnshared(c.marks, &old.names, &next.names)
	markUnshared(c.marks, &old.emails, &next.emails)
	markUnshared(c.marks, &old.more, &next.more)
	for u := range persist.UnsharedValues(&old.Users.Index, &next.Users.Index) {
		c.marks.mark(u.No)
	}
	return changed(c.marks, &old.Users, &next.Users, c.sameUser, c.sameByNumber)
}

// markLeaves marks where the ids of two Rolls may differ.
func markLeaves[V any](m marks, old, next *persist.Roll[V]) {
	for base := range persist.UnsharedIDs(old, next) {
		m.leaf(base)
	}
}

// markUnshared marks where two columns may differ.
func markUnshared[T any](m marks, old, next *persist.Table[T]) {
	for base := range persist.Unshared(old, next) {
		m.leaf(base)
	}
}

// changed returns the ids of two Rolls, among those with a marked number in one of
// them, that are in one only or not the same. What has one number in both it looks
// up only if what is kept by number does not say already that it is the same.
func changed[V any](m marks, old, next *persist.Roll[V], same func(was, is *V) bool, sameByNumber func(no uint32) bool) (ids []string) {
	for no := range m.all() {
		was, is := old.ID(no), next.ID(no)
		if was == is && (is == "" || sameByNumber(no)) {
			continue
		}
		if is != "" {
			if v := old.Get(is); v == nil || !same(v, next.Get(is)) {
				ids = append(ids, is)
			}
		}
		if was != "" && was != is && next.Get(was) == nil {
			ids = append(ids, was)
		}
	}
	return ids
}

func (c *comparison) sameUser(was, is *User) bool {
	a, b := c.old.More(was.No), c.next.More(is.No)
	if c.old.Roles[c.old.roles.Get(was.No)].Name != c.next.Roles[c.next.roles.Get(is.No)].Name ||
		c.old.emails.Get(was.No) != c.next.emails.Get(is.No) || c.old.names.Get(was.No) != c.next.names.Get(is.No) ||
		a.Suspended != b.Suspended || !a.Until.Equal(b.Until) || a.Note != b.Note {
		return false
	}
	c.was, c.is = c.old.places(c.was[:0], was), c.next.places(c.is[:0], is)
	return slices.EqualFunc(c.was, c.is, placed.same) && c.sameGrants(a.Grants, b.Grants)
}

// sameByNumber is sameUser for a user who has one number in both States. It reads
// no more than what is kept by number, so that it may say no where sameUser says yes:
// that a plain user is in the same teams follows from who is in each team.
func (c *comparison) sameByNumber(no uint32) bool {
	was, is := User{No: no, is: c.old.More(no).standing()}, User{No: no, is: c.next.More(no).standing()}
	return !c.moved.has(no) && c.sameUser(&was, &is)
}

// placed is a membership with the id of the team.
type placed struct {
	team team.ID
	Membership
}

func (p placed) same(o placed) bool {
	return p.team == o.team && p.Until.Equal(o.Until) && p.Note == o.Note
}

// places appends the memberships of a user.
func (s *State) places(all []placed, u *User) []placed {
	for m, t := range s.Memberships(u) {
		all = append(all, placed{t.ID, m})
	}
	return all
}

// shared is a grant with the id of the report.
type shared struct {
	report string
	Grant
}

// sameGrants compares grants of old with such of next.
func (c *comparison) sameGrants(was, is Grants) bool {
	if len(was.parts) == 0 && len(is.parts) == 0 {
		return true
	}
	c.grantsWas, c.grantsIs = c.old.shares(c.grantsWas[:0], was), c.next.shares(c.grantsIs[:0], is)
	return slices.EqualFunc(c.grantsWas, c.grantsIs, func(x, y shared) bool { return x.report == y.report && x.same(y.Grant) })
}

// shares appends grants, sorted by report, without those of reports that are gone.
func (s *State) shares(all []shared, grants Grants) []shared {
	for g := range grants.All() {
		if r := s.Reports.At(g.Of); r != nil {
			all = append(all, shared{r.ID, g})
		}
	}
	slices.SortFunc(all, func(a, b shared) int { return cmp.Compare(a.report, b.report) })
	return all
}
