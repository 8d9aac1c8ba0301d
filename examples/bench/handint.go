package bench

import (
	"slices"
	"sync/atomic"
)

// handInt is what could be reached at most if all callers had numbers in place
// of ids: flat slices, no look-ups, no lock for readers. It knows no ends, and
// its Who must not run beside a Move.
type handInt struct {
	tables  *Workload
	teams   []atomic.Pointer[[]int32] // by user
	seeing  [][]int32                 // teams by account, each once
	members []map[int32]struct{}      // by team
	seeAll  []string
	all     []string
}

func newHandInt(w *Workload) *handInt {
	h := &handInt{
		tables: w, teams: make([]atomic.Pointer[[]int32], len(w.Users)),
		seeing: make([][]int32, len(w.Accounts)), members: make([]map[int32]struct{}, len(w.Teams)),
	}
	for t := range w.Teams {
		h.members[t] = make(map[int32]struct{})
		for _, g := range w.Teams[t].Groups {
			for _, a := range w.InGroup[g] {
				if !slices.Contains(h.seeing[a], int32(t)) {
					h.seeing[a] = append(h.seeing[a], int32(t))
				}
			}
		}
	}
	for i := range w.Users {
		u := &w.Users[i]
		if u.SeesAll {
			h.seeAll = append(h.seeAll, u.ID)
		}
		var teams []int32
		for _, m := range u.Teams {
			teams = append(teams, m.Team)
			h.members[m.Team][int32(i)] = struct{}{}
		}
		h.teams[i].Store(&teams)
	}
	for i := range w.Accounts {
		h.all = append(h.all, w.Accounts[i].ID)
	}
	return h
}

func (h *handInt) Decide(q *Question) bool {
	if h.tables.Users[q.UserRow].SeesAll {
		return true
	}
	teams := *h.teams[q.UserRow].Load()
	for _, t := range h.seeing[q.AccountRow] {
		if slices.Contains(teams, t) {
			return true
		}
	}
	return false
}

// Accounts takes two groups with one filter for one.
func (h *handInt) Accounts(user int) []string {
	if h.tables.Users[user].SeesAll {
		return slices.Clone(h.all)
	}
	var accounts []string
	seen := make(map[Filter]struct{})
	for _, t := range *h.teams[user].Load() {
		for _, g := range h.tables.Teams[t].Groups {
			f := h.tables.Groups[g].Filter
			if _, ok := seen[f]; ok {
				continue
			}
			seen[f] = struct{}{}
			for _, a := range h.tables.InGroup[g] {
				accounts = append(accounts, h.all[a])
			}
		}
	}
	return accounts
}

func (h *handInt) Who(account int) []string {
	users := append(make([]string, 0, len(h.seeAll)+512), h.seeAll...)
	seen := make(map[int32]struct{})
	for _, t := range h.seeing[account] {
		for u := range h.members[t] {
			if _, ok := seen[u]; !ok {
				seen[u] = struct{}{}
				users = append(users, h.tables.Users[u].ID)
			}
		}
	}
	return users
}

func (h *handInt) Move(user, from, to int) {
	teams := slices.Clone(*h.teams[user].Load())
	teams[slices.Index(teams, int32(from))] = int32(to)
	h.teams[user].Store(&teams)
	delete(h.members[from], int32(user))
	h.members[to][int32(user)] = struct{}{}
}
