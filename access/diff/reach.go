package diff

import (
	"cmp"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// reacher finds the accounts that users reach, and remembers those of teams. It
// is for one goroutine.
type reacher struct {
	*facts
	other  access.Directory // of the policy that this one is compared with
	byTeam map[teamView][]sight
	all    []sight // every account, once it was asked for
}

func newReacher(f *facts, other access.Directory) *reacher {
	return &reacher{facts: f, other: other, byTeam: map[teamView][]sight{}}
}

// sight is an account that a team sees, or that a role sees with all others. What
// is found out about it holds for all users who reach it this way.
type sight struct {
	account datagroup.AccountID
	was     bool         // the team sees it in the other policy as well
	group   datagroup.ID // of the team, the first that matches; "" until it is asked for
}

// reached is an account that a user reaches, for as long as they may act in the
// session.
type reached struct {
	*sight
	*session
	from time.Time // as in Right, of what is gained
}

// compare orders by account.
func (x reached) compare(y reached) int { return cmp.Compare(x.account, y.account) }

// seesAll reports whether a user who is active reaches every account because of
// their role. It is false if there are no accounts.
func (f *facts) seesAll(h *holder) bool {
	r, _ := f.start.Directory().Catalog().Role(role.Name(h.Role))
	_, at := f.capabilities[r.Name].reaching()
	return at != nil && len(f.accounts) > 0 && r.Scope == role.AllData
}

// inTeam returns the accounts that are reached in the sessions of a team, in byte
// order, nil for a role that lets its holders do nothing with accounts. Within a
// part it leaves out those that both policies show to the team, for a user who is
// the same in both: they are neither gained nor lost.
func (r *reacher) inTeam(id string, h *holder) []sight {
	if _, at := r.capabilities[role.Name(h.Role)].reaching(); at == nil {
		return nil
	}
	key := teamView{id, r.isOwn(h)}
	list, known := r.byTeam[key]
	if known {
		return list
	}
	view, there := r.start.Directory().ViewOfTeam(team.ID(id)), r.other.ViewOfTeam(team.ID(id))
	var all []datagroup.AccountID
	if key.all {
		all = slices.Sorted(view.Accounts())
	}
	newly := all
	if r.local != nil { // which has all that the team does not see in both
		newly = r.local.accounts[team.ID(id)]
	}
	newly = slices.DeleteFunc(slices.Clone(newly), func(a datagroup.AccountID) bool { return there.Sees(a) || !view.Sees(a) })
	if list = sightsOf(newly); key.all {
		list = mapped(all, func(a datagroup.AccountID) sight {
			_, isNew := slices.BinarySearch(newly, a)
			return sight{account: a, was: !isNew}
		})
	}
	r.byTeam[key] = list
	return list
}

// isOwn reports whether something may differ about a user themselves, and not only
// about their teams.
func (f *facts) isOwn(h *holder) bool { return f.local == nil || f.local.users[team.UserID(h.ID)] }

// concerns reports whether a user may gain or lose something.
func (f *facts) concerns(id string) bool {
	return f.local == nil || f.local.concernsUser(team.UserID(id))
}

// everything returns every account, as a role sees it.
func (r *reacher) everything() []sight {
	if r.all == nil {
		r.all = sightsOf(r.accounts)
	}
	return r.all
}

func sightsOf(accounts []datagroup.AccountID) []sight {
	return mapped(accounts, func(a datagroup.AccountID) sight { return sight{account: a} })
}

// teamView is what is seen in the sessions of a team: all of it, or only what the
// other policy does not show there.
type teamView struct {
	team string
	all  bool
}

// session is a user acting in a team, or at company level.
type session struct {
	team    string // "" at company level
	subject access.Subject
	until   time.Time      // when it ends, zero for never
	last    *access.Policy // of the last phase of it
	kept    bool           // the other policy allows it for as long
	entered bool           // the other policy does not, and there is something to do in it
}

// sessions returns a user's sessions, in byte order of the teams.
func (f *facts) sessions(h *holder, phases []phase) []session {
	return mapped(h.teams, func(t string) session {
		s := session{team: t, subject: access.Session(h.ID, t)}
		s.last, s.until = lasting(phases, func(p *access.Policy) bool { return active(p, s.subject) })
		return s
	})
}

// byTeams returns the accounts that a user reaches in sessions, in byte order:
// each for as long as the user is in a team that sees it. It may leave out those
// that the other policy shows in the same session for as long.
func (r *reacher) byTeams(h *holder, sessions []session, mayOmit bool) []reached {
	var lists [][]reached
	for i, s := range sessions {
		if s.last != nil {
			lists = append(lists, appendReached(nil, &sessions[i], r.inTeam(s.team, h), mayOmit))
		}
	}
	return merged(lists)
}

// appendReached appends accounts that are reached in a session, all of them or those
// that the other policy does not show there for as long.
func appendReached(all []reached, s *session, list []sight, mayOmit bool) []reached {
	if mayOmit = mayOmit && s.kept; !mayOmit {
		all = slices.Grow(all, len(list))
	}
	for i := range list {
		if !mayOmit || !list[i].was {
			all = append(all, reached{sight: &list[i], session: s})
		}
	}
	return all
}

// merged merges sorted lists, each half of them first: users may be in many teams.
func merged(lists [][]reached) []reached {
	switch n := len(lists); n {
	case 0:
		return nil
	case 1:
		return lists[0]
	default:
		return merge(merged(lists[:n/2]), merged(lists[n/2:]))
	}
}

// merge merges two sorted lists. Of an account in both, it keeps the one that
// lasts longer.
func merge(a, b []reached) []reached {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	all := make([]reached, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch d := a[0].compare(b[0]); {
		case d < 0:
			all, a = append(all, a[0]), a[1:]
		case d > 0:
			all, b = append(all, b[0]), b[1:]
		default:
			x := a[0]
			if later(b[0].until, x.until) {
				x = b[0]
			}
			all, a, b = append(all, x), a[1:], b[1:]
		}
	}
	return append(append(all, a...), b...)
}
