package console

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

func groupRoutes() []route {
	return []route{
		{Path: "/groups", Menu: say("Data groups"), Under: dataSection, Rights: readDirectory, Show: showGroups},
		{Path: "/group", Rights: readDirectory, Show: showGroup},
	}
}

// groupsPage is a part of the list of data groups.
type groupsPage struct {
	Find   string
	Rows   []groupRow
	Next   string
	Offers []offer
}

// groupRow is a line of the list.
type groupRow struct {
	ID, Name, Filter string
	Teams            int
}

// showGroups answers with a part of the list of data groups.
func showGroups(v *visit) (*answer, error) {
	p := groupsPage{Find: v.asked("find"), Offers: v.offers("groups")}
	find, after := strings.ToLower(p.Find), v.asked("after")
	var page smallest[datagroup.Group]
	for g := range v.directory().Groups() {
		id := string(g.ID)
		if id <= after || page.passes(id) {
			continue
		}
		if contains(find, id, g.Name, g.Filter.String()) {
			page.add(id, g)
		}
	}
	for _, g := range page.values() {
		if len(p.Rows) == pageSize {
			p.Next = v.with("after", p.Rows[pageSize-1].ID)
			break
		}
		row := groupRow{ID: string(g.ID), Name: g.Name, Filter: g.Filter.String()}
		for range v.directory().TeamsWith(g.ID) {
			row.Teams++
		}
		p.Rows = append(p.Rows, row)
	}
	return &answer{Template: "groups.html", Title: say("Data groups"), Data: p}, nil
}

// groupPage is one data group: what it matches, and who has it.
type groupPage struct {
	groupRow
	Note    string
	HasTeam []groupTeam
	Next    string // more teams
	Preview *preview
	Offers  []offer
}

// groupTeam is a team that has a data group.
type groupTeam struct {
	ID, Name string
	Offers   []offer
}

// showGroup answers with one data group.
func showGroup(v *visit) (*answer, error) {
	id := datagroup.ID(v.asked("id"))
	g, ok := v.directory().Group(id)
	if !ok {
		return nil, missing("data group", id)
	}
	p := groupPage{
		groupRow: groupRow{ID: string(id), Name: g.Name, Filter: g.Filter.String()}, Note: g.Note,
		Offers: v.offers("group", "group", string(id)),
	}
	p.teams(v)
	if v.mayPreview(id) {
		p.Preview = v.preview(g.Filter)
	}
	return &answer{Template: "group.html", Title: named(v.groupName(id)), Data: p}, nil
}

// teams fills in a page of the teams that have the data group.
func (p *groupPage) teams(v *visit) {
	var page smallest[team.ID]
	for t := range v.directory().TeamsWith(datagroup.ID(p.ID)) {
		p.Teams++
		if id := string(t); id > v.asked("after") {
			page.add(id, t)
		}
	}
	for _, t := range page.values() {
		if len(p.HasTeam) == pageSize {
			p.Next = v.with("after", p.HasTeam[pageSize-1].ID)
			break
		}
		p.HasTeam = append(p.HasTeam, groupTeam{string(t), v.teamName(t), v.offers("team-group", "team", string(t), "group", p.ID)})
	}
}

// mayPreview reports whether the reader may know how many accounts a data group
// matches, whichever they see themselves: those who write its filter, and those
// to whom everything may be explained.
func (v *visit) mayPreview(id datagroup.ID) bool {
	return v.mayRead(countAccounts) || v.may(access.EditGroup, access.Group(id))
}

// preview is what a filter matches.
type preview struct {
	datagroup.Preview
	Sources  []sourcePreview
	Accounts []accountLine // the first of those that the reader sees
	Unseen   int           // how many the reader does not see
	More     bool          // there are more accounts than listed
}

// sourcePreview is a line of the table of sources.
type sourcePreview struct {
	Source           string
	Matches, Unknown int
}

// previewed is how many accounts a preview lists.
const previewed = 10

// preview returns what a filter matches. It names only accounts that the reader
// sees; the others are counted.
func (v *visit) preview(f datagroup.Filter) *preview {
	p := &preview{Preview: v.policy.Preview(f)}
	view := v.policy.View(access.User(v.reader))
	var first smallest[datagroup.AccountID]
	for _, s := range p.Preview.Sources {
		p.Sources = append(p.Sources, sourcePreview{s.Source, s.Matches, s.Unknown})
		for _, id := range s.Accounts {
			if view.SeesAll() && first.passes(string(id)) {
				break // they are in order
			}
			if !view.Sees(id) {
				p.Unseen++
				continue
			}
			first.add(string(id), id)
		}
	}
	slices.SortStableFunc(p.Sources, func(a, b sourcePreview) int { return cmp.Compare(b.Matches, a.Matches) })
	for _, id := range first.values() {
		if len(p.Accounts) == previewed {
			p.More = true
			break
		}
		p.Accounts = append(p.Accounts, v.accountLine(id))
	}
	return p
}
