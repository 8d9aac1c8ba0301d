package accesstest

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

// leaf is one comparison of a data group's filter.
type leaf struct {
	group datagroup.ID
	no    int // in written order
}

// truths is a set of truth values.
type truths [datagroup.True + 1]bool

// leaves is what the comparisons of all filters say about accounts.
type leaves struct {
	policy   *access.Policy
	accounts []datagroup.Account
	texts    map[leaf]string
	possible map[leaf]truths // on some account of the policy
	seen     map[leaf]truths // on some account a story asks about
	judged   map[judgement]bool
}

type judgement struct {
	group   datagroup.ID
	account datagroup.AccountID
}

func newLeaves(p *access.Policy) *leaves {
	l := &leaves{
		policy: p, accounts: slices.Collect(p.Directory().Accounts()), texts: make(map[leaf]string),
		possible: make(map[leaf]truths), seen: make(map[leaf]truths), judged: make(map[judgement]bool),
	}
	unlike := make(map[string][]datagroup.Account) // by what a filter reads
	for g := range p.Directory().Groups() {
		reads := g.Filter.Reads()
		key := strings.Join(reads, " ")
		if unlike[key] == nil {
			unlike[key] = l.unlike(reads)
		}
		for _, a := range unlike[key] {
			open := false // whether another account may say what none has said yet
			for i, at := range g.Filter.Explain(a) {
				l.texts[leaf{g.ID, i}] = at.Text
				note(l.possible, leaf{g.ID, i}, at.Truth)
				open = open || l.possible[leaf{g.ID, i}] != truths{true, true, true}
			}
			if !open {
				break
			}
		}
	}
	return l
}

// unlike returns the accounts, of those with the same values of some attributes
// one each: a filter that reads these says the same of the others.
func (l *leaves) unlike(attributes []string) (all []datagroup.Account) {
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

func note(m map[leaf]truths, at leaf, t datagroup.Truth) {
	all := m[at]
	all[t] = true
	m[at] = all
}

// ask notes what the policy looks at for an assertion that holds. The subject is
// the one who asks, or has made the link that does.
func (l *leaves) ask(a assertion, subject access.Subject) {
	for _, at := range moments(a) {
		p := l.policy.At(at)
		switch a := a.(type) {
		case *claim:
			account, ok := p.Directory().Account(a.on.Account())
			if ok && looksAtData(a.decide(p)) {
				l.judge(l.held(p, subject, at), account)
			}
		case *listing:
			if a.do == access.ViewAccount && looksAtData(p.Decide(subject, access.ViewAccount, access.Account("?"))) {
				l.judge(l.held(p, subject, at), a.asked(l.accounts)...)
			}
		}
	}
}

// looksAtData reports whether a question about an account came to the step that
// looks for a data group.
func looksAtData(d access.Decision) bool { return d.Allowed || d.Step >= access.StepReach }

// asked returns the accounts a sees is about: all there are, or of a link those
// that it shows.
func (l *listing) asked(all []datagroup.Account) []datagroup.Account {
	if l.who.Link() == "" {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(a datagroup.Account) bool { return !l.want[string(a.ID())] })
}

// judge notes what the filters of the groups say about the accounts.
func (l *leaves) judge(groups []datagroup.ID, accounts ...datagroup.Account) {
	for _, id := range groups {
		g, _ := l.policy.Directory().Group(id)
		for _, a := range accounts {
			if l.judged[judgement{id, a.ID()}] {
				continue
			}
			l.judged[judgement{id, a.ID()}] = true
			for i, at := range g.Filter.Explain(a) {
				note(l.seen, leaf{id, i}, at.Truth)
			}
		}
	}
}

// held returns the data groups that say what a subject sees, provided that he
// may ask: the groups of his session's team, or of his teams. Of a role that
// sees all data there are none.
func (l *leaves) held(p *access.Policy, s access.Subject, at time.Time) []datagroup.ID {
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
		if !team.Ended(m.Until, at) {
			t, _ := p.Directory().Team(m.Team)
			groups = append(groups, t.Groups...)
		}
	}
	return groups
}

// parts returns each truth value of each comparison as a part of the policy,
// in the order of the filters, and whether it was seen. The users are those who
// hold the group.
func (l *leaves) parts(users map[datagroup.ID][]team.UserID) (all []part, seen []bool) {
	order := slices.SortedFunc(maps.Keys(l.possible), func(a, b leaf) int {
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
