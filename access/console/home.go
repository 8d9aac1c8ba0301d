package console

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// homePage is what the reader has.
type homePage struct {
	User     team.User
	Role     role.Role
	Teams    []membership
	Sources  []sourceCount
	Accounts int
	Reports  []reportLine
	More     bool // there are more reports
	Actions  []phrase
	Offers   []offer
}

// membership is a team of somebody, or a member of a team.
type membership struct {
	ID, Name string
	Until    time.Time
	Offers   []offer
}

// sourceCount is how many accounts of a source somebody sees.
type sourceCount struct {
	Source string
	Count  int
}

// reportLine is a report and the highest level there.
type reportLine struct {
	ID, Name string
	Level    string // "" where the list does not say
}

// showHome answers with what the reader has and may do: for every user, so it
// shows nothing of the company but what is theirs.
func showHome(v *visit) (*answer, error) {
	self := access.User(v.reader)
	user, _ := v.directory().User(v.reader)
	p := homePage{User: user, Teams: v.teamsOf(v.reader), Offers: v.offers("user", "user", string(v.reader))}
	names := v.mayRead(readDirectory)
	for i, m := range p.Teams {
		if !names && !v.belongsTo("team", m.ID) {
			p.Teams[i].Name = "" // it may be called something else since they were there
		}
	}
	p.Role, _ = v.directory().Catalog().Role(user.Role)
	p.Sources, p.Accounts = v.sources(v.policy.View(self))
	p.Reports, p.More = v.reportsOf(self)
	p.Actions = sortActions(p.Role.Capabilities)
	return &answer{Template: "home.html", Title: say("You"), Data: p}, nil
}

// teamsOf returns the teams that somebody belongs to, also those in which their
// time is over, in byte order.
func (v *visit) teamsOf(id team.UserID) []membership {
	var out []membership
	for m := range v.directory().Memberships(id) {
		out = append(out, membership{ID: string(m.Team), Name: v.teamName(m.Team), Until: m.Until})
	}
	slices.SortFunc(out, func(a, b membership) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// sources returns how many accounts of each source a view has, by name, and of
// all.
func (v *visit) sources(view access.View) ([]sourceCount, int) {
	counts, all := map[string]int{}, 0
	for id := range view.Accounts() {
		account, _ := v.directory().Account(id)
		counts[account.Source()]++
		all++
	}
	var out []sourceCount
	for _, source := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, sourceCount{source, counts[source]})
	}
	return out, all
}
