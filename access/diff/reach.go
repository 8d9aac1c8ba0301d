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
	byTeam map[teamView][]datagroup.AccountID
}

func newReacher(f *facts) reacher { return reacher{f, map[teamView][]datagroup.AccountID{}} }

// reached is an account that a user reaches.
type reached struct {
	account datagroup.AccountID
	until   time.Time      // zero is for ever
	last    *access.Policy // of the last phase in which they do
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
// part it leaves out those that both policies show to a user who is the same in
// both: they are neither gained nor lost.
func (r reacher) inTeam(id string, h *holder) []datagroup.AccountID {
	if _, at := r.capabilities[role.Name(h.Role)].reaching(); at == nil {
		return nil
	}
	own := r.local == nil || r.local.users[team.UserID(h.ID)]
	key := teamView{id, own}
	if list, ok := r.byTeam[key]; ok {
		return list
	}
	var list []datagroup.AccountID
	if d := r.start.Directory(); own {
		list = slices.Sorted(d.ViewOfTeam(team.ID(id)).Accounts())
	} else {
		list = r.local.seen(d, team.ID(id))
	}
	r.byTeam[key] = list
	return list
}

// teamView is what is seen in the sessions of a team: all of it, or only what may
// be gained or lost.
type teamView struct {
	team string
	all  bool
}

// byTeams returns the accounts that a user reaches through teams, in byte order:
// each for as long as the user is in a team that sees it.
func (r reacher) byTeams(h *holder, phases []phase) []reached {
	var all []reached
	for _, t := range h.teams {
		session := access.Session(h.ID, t)
		last, end := lasting(phases, func(p *access.Policy) bool { return active(p, session) })
		if last != nil {
			all = merge(all, reachedUntil(r.inTeam(t, h), end, last))
		}
	}
	return all
}

// reachedUntil returns accounts that are reached until one end.
func reachedUntil(list []datagroup.AccountID, until time.Time, last *access.Policy) []reached {
	all := make([]reached, len(list))
	for i, id := range list {
		all[i] = reached{id, until, last}
	}
	return all
}

// merge merges two sorted lists. Of an account in both, it keeps the one that
// lasts longer.
func merge(a, b []reached) []reached {
	if len(a) == 0 {
		return b
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
