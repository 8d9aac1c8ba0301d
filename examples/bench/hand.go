package bench

import (
	"iter"
	"slices"
	"sync"
)

// Hand is what a Go engineer would write without a library: string-keyed maps
// under a lock, with the matches of each group worked out beforehand. It has no
// reasons, no ends, no sessions and no record of changes.
type Hand struct {
	mu            sync.RWMutex
	users         map[string]User
	teamGroups    map[string][]string
	groupAccounts map[string]map[string]struct{}
	accountGroups map[string][]string
	groupTeams    map[string][]string
	teamUsers     map[string][]string
	seeAll        []string
	accounts      []string
}

// NewHand fills the maps from a workload.
func NewHand(w *Workload) *Hand {
	h := &Hand{
		users: make(map[string]User, len(w.Users)), teamGroups: make(map[string][]string, len(w.Teams)),
		groupAccounts: make(map[string]map[string]struct{}, len(w.Groups)), accountGroups: make(map[string][]string, len(w.Accounts)),
		groupTeams: make(map[string][]string, len(w.Groups)), teamUsers: make(map[string][]string, len(w.Teams)),
	}
	type cell struct{ country, channel string }
	inCell := make(map[cell][]string)
	for _, a := range w.Accounts {
		inCell[cell{a.Country, a.Channel}] = append(inCell[cell{a.Country, a.Channel}], a.ID)
		h.accounts = append(h.accounts, a.ID)
	}
	for _, g := range w.Groups {
		set := make(map[string]struct{})
		for _, a := range inCell[cell{g.Country, g.Channel}] {
			set[a] = struct{}{}
			h.accountGroups[a] = append(h.accountGroups[a], g.ID)
		}
		h.groupAccounts[g.ID] = set
	}
	for _, t := range w.Teams {
		h.teamGroups[t.ID] = t.Groups
		for _, g := range t.Groups {
			h.groupTeams[g] = append(h.groupTeams[g], t.ID)
		}
	}
	for _, u := range w.Users {
		h.users[u.ID] = u
		if u.SeesAll {
			h.seeAll = append(h.seeAll, u.ID)
		}
		for _, t := range u.Teams {
			h.teamUsers[t] = append(h.teamUsers[t], u.ID)
		}
	}
	return h
}

// Decide reports whether a user sees an account.
func (h *Hand) Decide(user, account string) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	u, ok := h.users[user]
	if !ok {
		return false
	}
	if u.SeesAll {
		return true
	}
	// From the account, since it is in fewer groups than the user's teams have.
	for _, g := range h.accountGroups[account] {
		for _, t := range h.groupTeams[g] {
			if slices.Contains(u.Teams, t) {
				return true
			}
		}
	}
	return false
}

// Visible yields the accounts that a user sees, each once.
func (h *Hand) Visible(user string) iter.Seq[string] {
	return func(yield func(string) bool) {
		h.mu.RLock()
		defer h.mu.RUnlock()
		u := h.users[user]
		if u.SeesAll {
			for _, a := range h.accounts {
				if !yield(a) {
					return
				}
			}
			return
		}
		seen := make(map[string]struct{})
		for _, t := range u.Teams {
			for _, g := range h.teamGroups[t] {
				for a := range h.groupAccounts[g] {
					if _, ok := seen[a]; ok {
						continue
					}
					seen[a] = struct{}{}
					if !yield(a) {
						return
					}
				}
			}
		}
	}
}

// Who yields the users who see an account, each once.
func (h *Hand) Who(account string) iter.Seq[string] {
	return func(yield func(string) bool) {
		h.mu.RLock()
		defer h.mu.RUnlock()
		for _, u := range h.seeAll {
			if !yield(u) {
				return
			}
		}
		seen := make(map[string]struct{})
		for _, g := range h.accountGroups[account] {
			for _, t := range h.groupTeams[g] {
				for _, u := range h.teamUsers[t] {
					if _, ok := seen[u]; ok {
						continue
					}
					seen[u] = struct{}{}
					if !yield(u) {
						return
					}
				}
			}
		}
	}
}
