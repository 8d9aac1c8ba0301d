package story

import (
	"cmp"
	"fmt"
	"maps"
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
	accounts []datagroup.Account
	texts    map[comparison]string
	possible map[comparison]truths // of some account of the policy
	seen     map[comparison]truths // of some account that a story asks about
	done     map[match]bool
}

// match is a data group's filter applied to one account.
type match struct {
	group   datagroup.ID
	account datagroup.AccountID
}

func newComparisons(p *access.Policy) *comparisons {
	l := &comparisons{
		policy: p, accounts: slices.Collect(p.Directory().Accounts()), texts: make(map[comparison]string),
		possible: make(map[comparison]truths), seen: make(map[comparison]truths), done: make(map[match]bool),
	}
	unlike := make(map[string][]datagroup.Account) // by what a filter reads
	for g := range p.Directory().Groups() {
		reads := g.Filter.Reads()
		key := strings.Join(reads, " ")
		if unlike[key] == nil {
			unlike[key] = l.distinct(reads)
		}
		for _, a := range unlike[key] {
			open := false // another account may give a truth value that none has given
			for i, at := range g.Filter.Explain(a) {
				l.texts[comparison{g.ID, i}] = at.Text
				note(l.possible, comparison{g.ID, i}, at.Truth)
				open = open || l.possible[comparison{g.ID, i}] != truths{true, true, true}
			}
			if !open {
				break
			}
		}
	}
	return l
}

// distinct returns the accounts, but only one of those that have equal values
// of some attributes: a filter that reads only these says the same of the
// others.
func (l *comparisons) distinct(attributes []string) (all []datagroup.Account) {
	seen := make(map[string]bool)
	for _, a := range l.accounts {
		var key strings.Builder
		for _, name := range attributes {
			fmt.Fprintln(&key, a.Value(name))
		}
		if !seen[key.String()] {
			seen[key.String()] = true
			all = append(all, a)
		}
	}
	return all
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
				l.apply(t.Groups, a.askedOf(l.accounts)...)
			} else if a.action == access.ViewAccount && mayView(p, subject) {
				l.apply(groupsOf(p, subject, at), a.askedOf(l.accounts)...)
			}
		}
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

// askedOf returns the accounts that a sees line asks about: all accounts, or for a
// link, and for a line that allows others, only those that it names.
func (l *listing) askedOf(all []datagroup.Account) []datagroup.Account {
	if l.subject.Link() == "" && !l.atLeast {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(a datagroup.Account) bool { return !l.want[string(a.ID())] })
}

// apply notes what the filters of the groups say about the accounts.
func (l *comparisons) apply(groups []datagroup.ID, accounts ...datagroup.Account) {
	for _, id := range groups {
		g, _ := l.policy.Directory().Group(id)
		for _, a := range accounts {
			if l.done[match{id, a.ID()}] {
				continue
			}
			l.done[match{id, a.ID()}] = true
			for i, at := range g.Filter.Explain(a) {
				note(l.seen, comparison{id, i}, at.Truth)
			}
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
				all = append(all, part{kind: "filter", text: fmt.Sprintf("data group %s, %s: never %v", at.group, l.texts[at], t), users: users[at.group]})
				seen = append(seen, l.seen[at][t])
			}
		}
	}
	return all, seen
}
