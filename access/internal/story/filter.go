package story

import (
	"cmp"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// comparison is one comparison of a data group's filter.
type comparison struct {
	group datagroup.ID
	no    int // in written order
}

// truths is a set of truth values.
type truths [datagroup.True + 1]bool

// comparisons is what the comparisons of all filters say about accounts.
type comparisons struct {
	policy   *access.Policy
	texts    map[datagroup.ID][]string // of the comparisons of each data group, in written order
	possible map[comparison]truths     // of some account of the policy
	seen     map[comparison]truths     // of some account that a story asks about
	done     map[match]bool
}

// match is a data group's filter applied to one account.
type match struct {
	group   datagroup.ID
	account datagroup.AccountID
}

// newComparisons finds out what comparisons may say. It costs a look at each data
// group, and for each comparison that is unlike all others what
// [datagroup.Batch.Bits] costs.
func newComparisons(p *access.Policy) *comparisons {
	l := &comparisons{
		policy: p, texts: make(map[datagroup.ID][]string), possible: make(map[comparison]truths),
		seen: make(map[comparison]truths), done: make(map[match]bool),
	}
	accounts := slices.Collect(p.Directory().Accounts())
	if len(accounts) == 0 {
		return l
	}
	batch := datagroup.NewBatch(p.Directory().Schema(), slices.Values(accounts))
	known := make(map[string]truths) // by text
	for g := range p.Directory().Groups() {
		for i, at := range g.Filter.Explain(accounts[0]) {
			t, ok := known[at.Text]
			if !ok {
				t = possibleTruths(batch, p.Directory().Schema(), at.Text, len(accounts))
				known[at.Text] = t
			}
			l.texts[g.ID] = append(l.texts[g.ID], at.Text)
			l.possible[comparison{g.ID, i}] = t
		}
	}
	return l
}

// possibleTruths returns what a comparison says of so many accounts.
func possibleTruths(batch *datagroup.Batch, s *datagroup.Schema, text string, accounts int) (t truths) {
	is, _ := s.Parse(text) // what a filter writes can be read
	if is.IsNothing() {
		t[datagroup.False] = true
		return t
	}
	not, _ := s.Parse("not (" + text + ")") // refused of everything, and then it is nothing
	yes, no := members(batch, is), members(batch, not)
	t[datagroup.True], t[datagroup.False], t[datagroup.Unknown] = yes > 0, no > 0, yes+no < accounts
	return t
}

// members returns how many accounts a filter matches.
func members(batch *datagroup.Batch, f datagroup.Filter) (n int) {
	for _, word := range batch.Bits(f) {
		n += bits.OnesCount64(word)
	}
	return n
}

func note(m map[comparison]truths, at comparison, t datagroup.Truth) {
	all := m[at]
	all[t] = true
	m[at] = all
}

// ask notes what the policy looks at for an assertion that holds. The subject is
// the user who asks, or who made the link that asks.
func (l *comparisons) ask(a assertion, subject access.Subject) {
	for _, at := range moments(a) {
		p := l.policy.At(at)
		switch a := a.(type) {
		case *claim:
			account, ok := p.Directory().Account(a.resource.Account())
			if ok && looksAtData(a.decide(p)) {
				l.apply(groupsOf(p, subject, at), account)
			}
		case *listing:
			if of := ofTeam(a); of != "" {
				t, _ := p.Directory().Team(of)
				l.list(a, t.Groups)
			} else if a.action == access.ViewAccount && mayView(p, subject) {
				l.list(a, groupsOf(p, subject, at))
			}
		}
	}
}

// list notes what the filters of the groups say about the accounts that a sees
// line asks about: all of them, or for a link, and for a line that allows others,
// those that it names.
func (l *comparisons) list(a *listing, groups []datagroup.ID) {
	if a.all || a.subject.Link() == "" && !a.atLeast {
		for _, id := range groups {
			l.applyToAll(id)
		}
		return
	}
	for id := range a.want {
		if account, ok := l.policy.Directory().Account(datagroup.AccountID(id)); ok {
			l.apply(groups, account)
		}
	}
}

// applyToAll notes what the filter of a group says about all accounts, which is
// all that it can say.
func (l *comparisons) applyToAll(id datagroup.ID) {
	for i := range l.texts[id] {
		l.seen[comparison{id, i}] = l.possible[comparison{id, i}]
	}
}

// looksAtData reports whether a question about an account reached the step that
// looks for a data group.
func looksAtData(d access.Decision) bool { return d.Allowed || d.Step >= access.StepReach }

// mayView reports whether a user is active and their role holds ViewAccount.
func mayView(p *access.Policy, s access.Subject) bool {
	user, _ := p.Directory().User(s.User())
	return p.Active(s).Allowed && p.Directory().Catalog().Can(user.Role, access.ViewAccount)
}

// apply notes what the filters of the groups say about an account.
func (l *comparisons) apply(groups []datagroup.ID, a datagroup.Account) {
	for _, id := range groups {
		if l.done[match{id, a.ID()}] {
			continue
		}
		l.done[match{id, a.ID()}] = true
		g, _ := l.policy.Directory().Group(id)
		for i, at := range g.Filter.Explain(a) {
			note(l.seen, comparison{id, i}, at.Truth)
		}
	}
}

// groupsOf returns the data groups that decide what a subject sees: those of the
// session's team, or of all the user's teams. For a role that sees all data there
// are none.
func groupsOf(p *access.Policy, s access.Subject, at time.Time) []datagroup.ID {
	if scope, ok := s.Team(); ok {
		t, _ := p.Directory().Team(scope)
		return t.Groups
	}
	user, _ := p.Directory().User(s.User())
	if r, _ := p.Directory().Catalog().Role(user.Role); r.Scope == role.AllData {
		return nil
	}
	var groups []datagroup.ID
	for m := range p.Directory().Memberships(user.ID) {
		if !team.End(m.Until).Ended(at) {
			t, _ := p.Directory().Team(m.Team)
			groups = append(groups, t.Groups...)
		}
	}
	return groups
}

// parts returns each truth value of each comparison as a part of the policy,
// ordered by data group and comparison, and whether it was seen. The users are
// those whose teams have the group.
func (l *comparisons) parts(users map[datagroup.ID][]team.UserID) (all []part, seen []bool) {
	order := slices.SortedFunc(maps.Keys(l.possible), func(a, b comparison) int {
		return cmp.Or(strings.Compare(string(a.group), string(b.group)), cmp.Compare(a.no, b.no))
	})
	for _, at := range order {
		for t := datagroup.False; t <= datagroup.True; t++ {
			if l.possible[at][t] {
				all = append(all, part{kind: "filter", text: fmt.Sprintf("data group %s, %s: never %v", at.group, l.texts[at.group][at.no], t), users: users[at.group]})
				seen = append(seen, l.seen[at][t])
			}
		}
	}
	return all, seen
}
