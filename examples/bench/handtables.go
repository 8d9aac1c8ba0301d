package bench

import (
	"slices"
	"strings"
	"sync"
)

// handTables are what both hand-written engines know of accounts, groups and
// teams: string-keyed maps under a lock, with the matches of each group worked
// out beforehand.
type handTables struct {
	mu           sync.RWMutex
	accounts     map[string]handAccount
	all          []string // ids of accounts
	groups       map[string]map[string]struct{}
	filters      map[string]handFilter
	withFilter   map[handFilter][]string // group ids
	groupTeams   map[string][]string
	teamGroups   map[string][]string
	removedTeams map[string][]string // for RestoreTeam

	tables *Workload // to translate rows, as its callers have ids
}

// handAccount is what is known of an account, with the groups it is in.
type handAccount struct {
	name, country, channel string
	groups                 []string
}

// handFilter has "" for any.
type handFilter struct{ country, channel, name string }

func (f handFilter) matches(a handAccount) bool {
	return (f.country == "" || f.country == a.country) && (f.channel == "" || f.channel == a.channel) && strings.Contains(a.name, f.name)
}

func (h *handTables) filter(f Filter) handFilter {
	of := func(names []string, i int32) string {
		if i == Any {
			return ""
		}
		return names[i]
	}
	return handFilter{of(h.tables.Countries, f.Country), of(h.tables.Channels, f.Channel), f.Name}
}

// fill takes the tables of a workload.
func (h *handTables) fill(w *Workload) {
	h.tables = w
	h.groups = make(map[string]map[string]struct{}, len(w.Groups))
	h.filters = make(map[string]handFilter, len(w.Groups))
	h.withFilter = make(map[handFilter][]string)
	h.groupTeams = make(map[string][]string, len(w.Groups))
	h.teamGroups = make(map[string][]string, len(w.Teams))
	h.removedTeams = make(map[string][]string)
	inGroups := make([][]string, len(w.Accounts))
	for i := range w.Groups {
		id, f := w.Groups[i].ID, h.filter(w.Groups[i].Filter)
		set := make(map[string]struct{}, len(w.InGroup[i]))
		for _, a := range w.InGroup[i] {
			set[w.Accounts[a].ID] = struct{}{}
			inGroups[a] = append(inGroups[a], id)
		}
		h.groups[id], h.filters[id] = set, f
		h.withFilter[f] = append(h.withFilter[f], id)
	}
	h.accounts = make(map[string]handAccount, len(w.Accounts))
	h.all = make([]string, 0, len(w.Accounts))
	for i, a := range w.Accounts {
		h.accounts[a.ID] = handAccount{a.Name, w.Countries[a.Country], w.Channels[a.Channel], inGroups[i]}
		h.all = append(h.all, a.ID)
	}
	for _, t := range w.Teams {
		groups := make([]string, 0, len(t.Groups))
		for _, g := range t.Groups {
			id := w.Groups[g].ID
			groups = append(groups, id)
			h.groupTeams[id] = append(h.groupTeams[id], t.ID)
		}
		h.teamGroups[t.ID] = groups
	}
}

// union adds the accounts of teams' groups, each once.
func (h *handTables) union(teams []string) []string {
	n := 0
	for _, t := range teams {
		for _, g := range h.teamGroups[t] {
			n += len(h.groups[g])
		}
	}
	seen, all := make(map[string]struct{}, n), make([]string, 0, n)
	for _, t := range teams {
		for _, g := range h.teamGroups[t] {
			for a := range h.groups[g] {
				if _, ok := seen[a]; !ok {
					seen[a] = struct{}{}
					all = append(all, a)
				}
			}
		}
	}
	return all
}

// SetAccount changes the country and the channel of an account.
func (h *handTables) SetAccount(account int, country, channel int32) {
	h.mu.Lock()
	defer h.mu.Unlock()
	id := h.tables.Accounts[account].ID
	a := h.accounts[id]
	for _, g := range a.groups {
		delete(h.groups[g], id)
	}
	a.country, a.channel, a.groups = h.tables.Countries[country], h.tables.Channels[channel], nil
	for _, f := range []handFilter{{a.country, a.channel, ""}, {a.country, "", ""}, {"", a.channel, ""}, {}} {
		for _, g := range h.withFilter[f] {
			h.groups[g][id] = struct{}{}
			a.groups = append(a.groups, g)
		}
	}
	h.accounts[id] = a
}

// SetFilter gives a group another filter and asks every account about it.
func (h *handTables) SetFilter(group int, filter Filter) {
	h.mu.Lock()
	defer h.mu.Unlock()
	id, f := h.tables.Groups[group].ID, h.filter(filter)
	for a := range h.groups[id] {
		account := h.accounts[a]
		account.groups = without(account.groups, id)
		h.accounts[a] = account
	}
	old := h.filters[id]
	h.withFilter[old] = without(h.withFilter[old], id)
	h.withFilter[f] = append(h.withFilter[f], id)
	h.filters[id] = f
	set := make(map[string]struct{})
	for a, account := range h.accounts {
		if f.matches(account) {
			set[a] = struct{}{}
			account.groups = append(account.groups, id)
			h.accounts[a] = account
		}
	}
	h.groups[id] = set
}

func without(all []string, id string) []string {
	if i := slices.Index(all, id); i >= 0 {
		return slices.Delete(all, i, i+1)
	}
	return all
}

// Attach gives a team a group.
func (h *handTables) Attach(team, group int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t, g := h.tables.Teams[team].ID, h.tables.Groups[group].ID
	h.teamGroups[t] = append(h.teamGroups[t], g)
	h.groupTeams[g] = append(h.groupTeams[g], t)
}

// Detach takes a group from a team.
func (h *handTables) Detach(team, group int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t, g := h.tables.Teams[team].ID, h.tables.Groups[group].ID
	h.teamGroups[t] = without(h.teamGroups[t], g)
	h.groupTeams[g] = without(h.groupTeams[g], t)
}

// removeTeam takes a team from its groups, with the lock held.
func (h *handTables) removeTeam(t string) {
	h.removedTeams[t] = h.teamGroups[t]
	for _, g := range h.teamGroups[t] {
		h.groupTeams[g] = without(h.groupTeams[g], t)
	}
	delete(h.teamGroups, t)
}

// restoreTeam gives it back to them, with the lock held.
func (h *handTables) restoreTeam(t string) {
	h.teamGroups[t] = h.removedTeams[t]
	delete(h.removedTeams, t)
	for _, g := range h.teamGroups[t] {
		h.groupTeams[g] = append(h.groupTeams[g], t)
	}
}
