package diff

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// facts is what a policy decides, as so few answers that they can be listed, and
// such that the answer to every other question follows:
//
//   - a role lets all its active holders do the same, and at all teams, all data
//     groups, and all users of one standing;
//   - a user whose role lets them do anything with accounts reaches all accounts,
//     or else those of their current teams, and within a session those of the
//     team;
//   - what has ended never begins again: what is allowed at one instant is
//     allowed at all earlier ones, so a fact has an end and no beginning.
//
// Every answer comes from Decide or a View. The document only says what there is
// to ask about, and when to ask. It may be a part of the policy: see [local].
//
// facts is not changed after it is made.
type facts struct {
	doc          *document.Document
	start        *access.Policy // before anything ends
	finish       *access.Policy // after everything with an end has ended
	accounts     []datagroup.AccountID
	actions      []access.Action
	holders      []*holder // in byte order of their ids
	byID         map[string]*holder
	standing     map[standing][]*holder      // users, by standing
	standings    []standing                  // in the order of their first users
	actors       map[role.Name][]*holder     // users who are not suspended, by role
	teamEnds     map[string][]time.Time      // the ends of what is shared with a team
	capabilities map[role.Name]*capabilities // of the roles of actors
	local        *local                      // the part that doc is; nil if it is the whole policy
}

// holder is a user, as the holder of a role.
type holder struct {
	document.User
	teams []string    // ended memberships included, in byte order
	ends  []time.Time // of what concerns this user alone
}

// standing is what counts of a user when something is done to them: their role,
// and whether they are a lasting holder of it.
type standing struct {
	role    string
	lasting bool
}

func (h *holder) standing() standing {
	return standing{h.Role, !h.Suspended && h.Until == ""}
}

// newFacts returns the facts of a policy, or of what it has in a part.
func newFacts(p *access.Policy, part *local) *facts {
	doc := (*document.Document)(nil)
	if part == nil {
		doc = p.Document()
	} else {
		doc = part.document(p.Directory())
	}
	f := &facts{
		doc: doc, local: part, byID: map[string]*holder{}, teamEnds: map[string][]time.Time{},
		actors: map[role.Name][]*holder{}, capabilities: map[role.Name]*capabilities{},
	}
	if f.accounts = mapped(f.doc.Accounts, func(a document.Account) datagroup.AccountID { return datagroup.AccountID(a.ID) }); part != nil {
		f.accounts = part.examples
	}
	f.actions = append(role.BuiltIn(), p.Directory().Catalog().Actions()...)
	slices.Sort(f.actions)
	f.actions = slices.Compact(f.actions)
	for _, u := range f.doc.Users {
		h := &holder{User: u}
		f.holders = append(f.holders, h)
		f.byID[u.ID] = h
		if r := role.Name(u.Role); !u.Suspended {
			f.actors[r] = append(f.actors[r], h)
		}
	}
	f.standings, f.standing = grouped(f.holders, (*holder).standing)
	first := f.readEnds()
	f.start, f.finish = p.At(lastInstant(first)), p.At(time.Time{})
	for r := range f.actors {
		f.capabilities[r] = f.capabilitiesOf(r)
	}
	return f
}

// readEnds records what ends when, and the teams of each user. It returns the
// first end, the zero time if there is none.
func (f *facts) readEnds() (first time.Time) {
	add := func(ends []time.Time, text string) []time.Time {
		if text == "" {
			return ends
		}
		end := parseTime(text)
		if first.IsZero() || end.Before(first) {
			first = end
		}
		return append(ends, end)
	}
	for _, h := range f.holders {
		h.ends = add(h.ends, h.Until)
	}
	for _, t := range f.doc.Teams {
		for _, m := range t.Members {
			h := f.byID[m.User]
			h.teams, h.ends = append(h.teams, t.ID), add(h.ends, m.Until)
		}
	}
	for _, r := range f.doc.Reports {
		for _, g := range r.Grants {
			if g.Team != "" {
				f.teamEnds[g.Team] = add(f.teamEnds[g.Team], g.Until)
			} else {
				h := f.byID[g.User]
				h.ends = add(h.ends, g.Until)
			}
		}
	}
	for _, l := range f.doc.Links {
		add(nil, l.Until)
	}
	return first
}

// parseTime reads an end that a policy wrote.
func parseTime(text string) time.Time {
	t, _ := time.Parse(time.RFC3339, text) // cannot fail
	return t
}

// optional reads an end that a policy wrote, "" for none.
func optional(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	return parseTime(text)
}

// phase is a time between two ends of what concerns a subject, the first of them
// included. Within a phase no answer to that subject changes.
type phase struct {
	from   time.Time // zero is the beginning of time
	policy *access.Policy
}

// phases returns the times between the ends of what concerns a user, and further
// ends, in order.
func (f *facts) phases(h *holder, further ...time.Time) []phase {
	all := []phase{{policy: f.start}}
	ends := append(further, h.ends...)
	for _, t := range h.teams {
		ends = append(ends, f.teamEnds[t]...)
	}
	slices.SortFunc(ends, time.Time.Compare)
	for _, end := range slices.CompactFunc(ends, time.Time.Equal) {
		all = append(all, phase{end, f.start.At(end)})
	}
	return all
}

// lasting returns the policy of the last phase in which something holds, and its
// end: nil if it never holds, the zero time if it never ends.
func lasting(phases []phase, holds func(*access.Policy) bool) (last *access.Policy, end time.Time) {
	for _, ph := range phases {
		if !holds(ph.policy) {
			return last, ph.from
		}
		last = ph.policy
	}
	return last, time.Time{}
}

// lastInstant returns the last instant before an end. It is never the zero time.
func lastInstant(end time.Time) time.Time {
	if t := end.Add(-1); !t.IsZero() {
		return t
	}
	return end.Add(-2)
}

// before returns the policy in the last instant before an end. For the zero time
// it is the policy after everything with an end has ended.
func (f *facts) before(end time.Time) *access.Policy {
	if end.IsZero() {
		return f.finish
	}
	return f.start.At(lastInstant(end))
}

// later reports whether an end comes after another. The zero time never comes.
func later(a, b time.Time) bool {
	return !b.IsZero() && (a.IsZero() || a.After(b))
}

// active reports whether a user may act at all, in the team if it is a session.
func active(p *access.Policy, s access.Subject) bool { return p.Active(s).Allowed }

// grouped returns the holders by a key, and the keys in the order in which they
// come first.
func grouped[K comparable](holders []*holder, key func(*holder) K) (keys []K, by map[K][]*holder) {
	by = map[K][]*holder{}
	for _, h := range holders {
		k := key(h)
		if by[k] == nil {
			keys = append(keys, k)
		}
		by[k] = append(by[k], h)
	}
	return keys, by
}
