package bench

import (
	"slices"
	"time"
)

// handEnds is hand for a company where users are suspended, and access and
// memberships end: it knows the same facts as Ambit and answers by them.
type handEnds struct {
	handTables
	users     map[string]*handPerson
	teamUsers map[string]map[string]int64 // when the membership ends
	seeAll    map[string]struct{}
}

type handPerson struct {
	seesAll, suspended bool
	until              int64
	teams              []handMembership
}

type handMembership struct {
	team  string
	until int64
}

// clock reads the time once, and only if something ends.
type clock int64

func (c *clock) over(until int64) bool {
	if until == 0 {
		return false
	}
	if *c == 0 {
		*c = clock(time.Now().Unix())
	}
	return until <= int64(*c)
}

func (u *handPerson) active(now *clock) bool { return !u.suspended && !now.over(u.until) }

func newHandEnds(w *Workload) *handEnds {
	h := &handEnds{
		users:     make(map[string]*handPerson, len(w.Users)),
		teamUsers: make(map[string]map[string]int64, len(w.Teams)),
		seeAll:    make(map[string]struct{}),
	}
	h.fill(w)
	for _, t := range w.Teams {
		h.teamUsers[t.ID] = make(map[string]int64)
	}
	for i := range w.Users {
		u := &w.Users[i]
		entry := &handPerson{seesAll: u.SeesAll, suspended: u.Suspended, until: u.Until}
		if u.SeesAll {
			h.seeAll[u.ID] = struct{}{}
		}
		for _, m := range u.Teams {
			t := w.Teams[m.Team].ID
			entry.teams = append(entry.teams, handMembership{t, m.Until})
			h.teamUsers[t][u.ID] = m.Until
		}
		h.users[u.ID] = entry
	}
	return h
}

func (h *handEnds) Decide(q *Question) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	var now clock
	u := h.users[q.User]
	if u == nil || !u.active(&now) {
		return false
	}
	if u.seesAll {
		return true
	}
	for _, g := range h.accounts[q.Account].groups {
		for _, t := range h.groupTeams[g] {
			for i := range u.teams {
				if u.teams[i].team == t && !now.over(u.teams[i].until) {
					return true
				}
			}
		}
	}
	return false
}

func (h *handEnds) Accounts(user int) []string {
	h.mu.RLock()
	defer h.mu.RUnlock()
	var now clock
	u := h.users[h.tables.Users[user].ID]
	if !u.active(&now) {
		return nil
	}
	if u.seesAll {
		return slices.Clone(h.all)
	}
	teams := make([]string, 0, len(u.teams))
	for _, m := range u.teams {
		if !now.over(m.until) {
			teams = append(teams, m.team)
		}
	}
	return h.union(teams)
}

func (h *handEnds) View(user int) func(string) bool { return viewOf(h.Accounts(user)) }

func (h *handEnds) Who(account int) []string {
	h.mu.RLock()
	defer h.mu.RUnlock()
	var now clock
	users := make([]string, 0, len(h.seeAll)+512)
	for id := range h.seeAll {
		if h.users[id].active(&now) {
			users = append(users, id)
		}
	}
	seen := make(map[string]struct{})
	for _, g := range h.accounts[h.tables.Accounts[account].ID].groups {
		for _, t := range h.groupTeams[g] {
			for id, until := range h.teamUsers[t] {
				if _, ok := seen[id]; ok || now.over(until) {
					continue
				}
				if u := h.users[id]; !u.seesAll && u.active(&now) {
					seen[id] = struct{}{}
					users = append(users, id)
				}
			}
		}
	}
	return users
}

func (h *handEnds) Move(user, from, to int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	id, f, t := h.tables.Users[user].ID, h.tables.Teams[from].ID, h.tables.Teams[to].ID
	u := h.users[id]
	i := slices.IndexFunc(u.teams, func(m handMembership) bool { return m.team == f })
	u.teams[i] = handMembership{team: t}
	delete(h.teamUsers[f], id)
	h.teamUsers[t][id] = 0
}

func (h *handEnds) SetSeesAll(user int, all bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	id := h.tables.Users[user].ID
	h.users[id].seesAll = all
	if all {
		h.seeAll[id] = struct{}{}
	} else {
		delete(h.seeAll, id)
	}
}

// SetUntil sets the end of a user's access.
func (h *handEnds) SetUntil(user int, until int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.users[h.tables.Users[user].ID].until = until
}

// RemoveTeam takes the team from each of its members.
func (h *handEnds) RemoveTeam(team int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.tables.Teams[team].ID
	for id := range h.teamUsers[t] {
		u := h.users[id]
		u.teams = slices.DeleteFunc(u.teams, func(m handMembership) bool { return m.team == t })
	}
	delete(h.teamUsers, t)
	h.removeTeam(t)
}

func (h *handEnds) RestoreTeam(team int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.tables.Teams[team].ID
	members := make(map[string]int64)
	for _, u := range h.tables.Users {
		for _, m := range u.Teams {
			if int(m.Team) == team {
				members[u.ID] = m.Until
				h.users[u.ID].teams = append(h.users[u.ID].teams, handMembership{t, m.Until})
			}
		}
	}
	h.teamUsers[t] = members
	h.restoreTeam(t)
}
