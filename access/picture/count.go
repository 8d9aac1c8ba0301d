package picture

import (
	"cmp"
	"maps"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// Config says how much is drawn. Zero and negative fields have the default; nil
// is the zero Config.
type Config struct {
	// Teams, Groups and Sources are how many of each are drawn at most: 12, 16 and
	// 8 by default.
	Teams, Groups, Sources int

	// Budget is how many accounts may be counted, 1,000,000 by default. One counts
	// for each data group that matches it. A data group that was begun is counted
	// to its end; those after it are left out, see [Drawing.Uncounted].
	Budget int
}

func (c *Config) orDefault() Config {
	var full Config
	if c != nil {
		full = *c
	}
	for _, f := range []struct {
		field    *int
		standard int
	}{{&full.Teams, 12}, {&full.Groups, 16}, {&full.Sources, 8}, {&full.Budget, 1_000_000}} {
		if *f.field <= 0 {
			*f.field = f.standard
		}
	}
	return full
}

// Drawing is what a picture shows, counted and chosen.
type Drawing struct {
	// Company is whether it is about several teams, by [Teams].
	Company bool

	Teams   []TeamData
	Groups  []GroupData
	Sources []SourceData

	// OtherTeams, OtherGroups and OtherSources are how many more there are than
	// drawn: of teams in the company, of data groups of the drawn teams, and of
	// sources of the drawn data groups.
	OtherTeams, OtherGroups, OtherSources int

	// Uncounted is how many teams or data groups were not counted as the budget
	// had been spent. They are among the others, so one of them may be larger than
	// what is drawn.
	Uncounted int
}

// TeamData is a team in a [Drawing].
type TeamData struct {
	ID   team.ID
	Name string
	// Accounts is how many accounts the team sees, each counted once.
	Accounts int
	// Counted is how often its counted data groups match an account: what is above
	// Accounts are accounts in several of them.
	Counted int
	// Groups has the places in [Drawing.Groups] of its data groups that are drawn,
	// and OtherGroups is how many it has besides.
	Groups      []int
	OtherGroups int
}

// GroupData is a data group in a [Drawing].
type GroupData struct {
	ID   datagroup.ID
	Name string
	// Accounts is how many accounts match.
	Accounts int
	// Only is how many of these no other data group of the team matches: what the
	// team would lose with the data group. It is counted for one team only, and 0
	// in a drawing of the company.
	Only int
	// Unknown is how many accounts are left out only because they lack an
	// attribute that the filter reads.
	Unknown int
	// Sources says how many of the accounts come from each of [Drawing.Sources],
	// place by place.
	Sources []int
}

// SourceData is a source of accounts in a [Drawing].
type SourceData struct {
	Name string
	// Accounts is how many of its accounts the counted data groups match, each
	// counted once.
	Accounts int
}

// Team returns the drawing of one team, and false if there is no such team. It
// costs a [access.Policy.Preview] of each of its data groups, within the budget.
func Team(p *access.Policy, id team.ID, c *Config) (Drawing, bool) {
	t, ok := p.Directory().Team(id)
	if !ok {
		return Drawing{}, false
	}
	k := counter{Config: c.orDefault(), dir: p.Directory(), policy: p}
	k.teams = []TeamData{k.team(t)}
	return k.drawing(), true
}

// Teams returns the drawing of the teams of a company that see the most accounts.
// It costs a [access.View.Len] of each team, within the budget, and a
// [access.Policy.Preview] of each data group of those that are drawn.
func Teams(p *access.Policy, c *Config) Drawing {
	k := counter{Config: c.orDefault(), dir: p.Directory(), policy: p}
	all := slices.SortedFunc(k.dir.Teams(), func(a, b team.Team) int { return cmp.Compare(a.ID, b.ID) })
	left := k.Budget
	for _, t := range all {
		if left <= 0 {
			k.uncounted++
			continue
		}
		d := k.team(t)
		left -= 1 + d.Accounts
		k.teams = append(k.teams, d)
	}
	slices.SortStableFunc(k.teams, func(a, b TeamData) int { return cmp.Compare(b.Accounts, a.Accounts) })
	k.teams = k.teams[:min(len(k.teams), k.Config.Teams)]
	d := k.drawing()
	d.Company, d.OtherTeams = true, len(all)-len(d.Teams)
	for i := range d.Groups {
		d.Groups[i].Only = 0
	}
	return d
}

// counter counts what a drawing shows.
type counter struct {
	Config
	dir       access.Directory
	policy    *access.Policy
	teams     []TeamData
	groups    []counted
	uncounted int
}

// counted is a data group with what it matches.
type counted struct {
	GroupData
	sources []datagroup.SourcePreview
}

func (k *counter) team(t team.Team) TeamData {
	return TeamData{ID: t.ID, Name: t.Name, Accounts: k.dir.ViewOfTeam(t.ID).Len()}
}

// drawing counts the data groups of the teams, and chooses what is drawn.
func (k *counter) drawing() Drawing {
	has := make(map[datagroup.ID][]int) // the teams that have a data group
	for i, t := range k.teams {
		record, _ := k.dir.Team(t.ID)
		for _, g := range record.Groups {
			has[g] = append(has[g], i)
		}
	}
	k.count(slices.Sorted(maps.Keys(has)))
	d := Drawing{Teams: k.teams, Uncounted: k.uncounted, OtherGroups: len(has) - min(len(k.groups), k.Groups)}
	accounts := k.accounts()
	for _, g := range k.groups {
		for _, t := range has[g.ID] {
			d.Teams[t].Counted += g.Accounts
		}
	}
	k.groups = k.groups[:min(len(k.groups), k.Groups)]
	d.Sources, d.OtherSources = k.sources(accounts)
	for i, g := range k.groups {
		g.GroupData.Sources = make([]int, len(d.Sources))
		for _, s := range g.sources {
			if at := slices.IndexFunc(d.Sources, func(o SourceData) bool { return o.Name == s.Source }); at >= 0 {
				g.GroupData.Sources[at] = s.Matches
			}
		}
		d.Groups = append(d.Groups, g.GroupData)
		for _, t := range has[g.ID] {
			d.Teams[t].Groups = append(d.Teams[t].Groups, i)
		}
		delete(has, g.ID)
	}
	for _, teams := range has {
		for _, t := range teams {
			d.Teams[t].OtherGroups++
		}
	}
	return d
}

// count counts data groups, and sorts the largest first.
func (k *counter) count(ids []datagroup.ID) {
	left := k.Budget
	for _, id := range ids {
		g, ok := k.dir.Group(id)
		if left <= 0 || !ok {
			k.uncounted++
			continue
		}
		preview := k.policy.Preview(g.Filter)
		left -= 1 + preview.Matches
		k.groups = append(k.groups, counted{
			GroupData{ID: id, Name: g.Name, Accounts: preview.Matches, Unknown: preview.Unknown}, preview.Sources})
	}
	slices.SortStableFunc(k.groups, func(a, b counted) int { return cmp.Compare(b.Accounts, a.Accounts) })
}

// accounts returns how many accounts of each source the data groups match, and
// counts in each data group what no other one matches.
func (k *counter) accounts() map[string]int {
	const several = -1
	in := make(map[string]map[datagroup.AccountID]int) // by source, the data group of each account
	for i, g := range k.groups {
		for _, s := range g.sources {
			if in[s.Source] == nil {
				in[s.Source] = make(map[datagroup.AccountID]int, s.Matches)
			}
			for _, id := range s.Accounts {
				if _, ok := in[s.Source][id]; ok {
					in[s.Source][id] = several
				} else {
					in[s.Source][id] = i
				}
			}
		}
	}
	all := make(map[string]int, len(in))
	for source, accounts := range in {
		all[source] = len(accounts)
		for _, i := range accounts {
			if i != several {
				k.groups[i].Only++
			}
		}
	}
	return all
}

// sources returns the sources that the data groups have most of, each with its
// accounts, and how many more they have.
func (k *counter) sources(accounts map[string]int) ([]SourceData, int) {
	sums := make(map[string]int)
	for _, g := range k.groups {
		for _, s := range g.sources {
			if s.Matches > 0 {
				sums[s.Source] += s.Matches
			}
		}
	}
	all := slices.SortedFunc(maps.Keys(sums), func(a, b string) int {
		return cmp.Or(cmp.Compare(sums[b], sums[a]), cmp.Compare(a, b))
	})
	drawn := make([]SourceData, min(len(all), k.Sources))
	for i := range drawn {
		drawn[i] = SourceData{all[i], accounts[all[i]]}
	}
	return drawn, len(all) - len(drawn)
}
