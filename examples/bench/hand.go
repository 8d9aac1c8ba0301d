package bench

import "slices"

// newHand makes the hand-written engine of a workload: the one that knows of
// ends only where there are some.
func newHand(w *Workload) Editor {
	if w.Ends {
		return newHandEnds(w)
	}
	return newHandPlain(w)
}

// hand is what a Go engineer would write without a library: string-keyed maps
// under a lock. It has no reasons, no ends, no sessions and no record of
// changes.
type hand struct {
	handTables
	users     map[string]*handUser
	teamUsers map[string]map[string]struct{} // who see all data left out
	seeAll    map[string]struct{}
}

type handUser struct {
	seesAll bool
	teams   []string
}

func newHandPlain(w *Workload) *hand {
	h := &hand{
		users:     make(map[string]*handUser, len(w.Users)),
		teamUsers: make(map[string]map[string]struct{}, len(w.Teams)),
		seeAll:    make(map[string]struct{}),
	}
	h.fill(w)
	for _, t := range w.Teams {
		h.teamUsers[t.ID] = make(map[string]struct{})
	}
	for i := range w.Users {
		u := &w.Users[i]
		entry := &handUser{seesAll: u.SeesAll}
		if u.SeesAll {
			h.seeAll[u.ID] = struct{}{}
		}
		for _, m := range u.Teams {
			t := w.Teams[m.Team].ID
			entry.teams = append(entry.teams, t)
			h.teamUsers[t][u.ID] = struct{}{}
		}
		h.users[u.ID] = entry
	}
	return h
}

// Decide goes from the account to its groups and their teams, since these are
// fewer than what the user's teams have.
func (h *hand) Decide(q *Question) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	u := h.users[q.User]
	if u == nil {
		return false
	}
	if u.seesAll {
		return true
	}
	for _, g := range h.accounts[q.Account].groups {
		for _, t := range h.groupTeams[g] {
			if slices.Contains(u.teams, t) {
				return true
			}
		}
	}
	return false
}

func (h *hand) Accounts(user int) []string {
	h.mu.RLock()
	defer h.mu.RUnlock()
	u := h.users[h.tables.Users[user].ID]
	if u.seesAll {
		return slices.Clone(h.all)
	}
	return h.union(u.teams)
}

// View keeps what the user sees in a map.
func (h *hand) View(user int) func(string) bool { return viewOf(h.Accounts(user)) }

func viewOf(accounts []string) func(string) bool {
	set := make(map[string]struct{}, len(accounts))
	for _, a := range accounts {
		set[a] = struct{}{}
	}
	return func(account string) bool {
		_, ok := set[account]
		return ok
	}
}

func (h *hand) Who(account int) []string {
	h.mu.RLock()
	defer h.mu.RUnlock()
	users := make([]string, 0, len(h.seeAll)+512)
	for u := range h.seeAll {
		users = append(users, u)
	}
	seen := make(map[string]struct{})
	for _, g := range h.accounts[h.tables.Accounts[account].ID].groups {
		for _, t := range h.groupTeams[g] {
			for u := range h.teamUsers[t] {
				if _, ok := seen[u]; !ok {
					seen[u] = struct{}{}
					users = append(users, u)
				}
			}
		}
	}
	return users
}

func (h *hand) Move(user, from, to int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	id, f, t := h.tables.Users[user].ID, h.tables.Teams[from].ID, h.tables.Teams[to].ID
	u := h.users[id]
	u.teams[slices.Index(u.teams, f)] = t
	if !u.seesAll {
		delete(h.teamUsers[f], id)
		h.teamUsers[t][id] = struct{}{}
	}
}

// SetSeesAll takes who sees all data off the lists of their teams, so that Who
// meets nobody twice.
func (h *hand) SetSeesAll(user int, all bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	id := h.tables.Users[user].ID
	u := h.users[id]
	u.seesAll = all
	if all {
		h.seeAll[id] = struct{}{}
	} else {
		delete(h.seeAll, id)
	}
	for _, t := range u.teams {
		if all {
			delete(h.teamUsers[t], id)
		} else if members := h.teamUsers[t]; members != nil {
			members[id] = struct{}{}
		}
	}
}

// RemoveTeam takes the team from each of its members.
func (h *hand) RemoveTeam(team int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.tables.Teams[team].ID
	for id := range h.teamUsers[t] {
		u := h.users[id]
		u.teams = without(u.teams, t)
	}
	delete(h.teamUsers, t)
	h.removeTeam(t)
}

func (h *hand) RestoreTeam(team int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.tables.Teams[team].ID
	members := make(map[string]struct{})
	for _, u := range h.tables.Users {
		if slices.Contains(u.Teams, Membership{Team: int32(team)}) {
			members[u.ID] = struct{}{}
			h.users[u.ID].teams = append(h.users[u.ID].teams, t)
		}
	}
	h.teamUsers[t] = members
	h.restoreTeam(t)
}
