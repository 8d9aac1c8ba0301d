package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
)

// WorstCase is a company in which one number is large. Its measures are taken at
// a tenth of the number and at the number: their ratio says how they grow.
type WorstCase struct {
	Name     string // with n for the number
	N        int
	Make     func(n int) *Workload
	Measures []Measure
}

// WorstCases are those of which a user may have one.
var WorstCases = []WorstCase{
	{"a user in n teams", 5_000, userInTeams, []Measure{
		{"Decide, denied", decideFirst}, {"accounts", accountsOfFirst}, {"move", alternate(move)},
	}},
	{"a group with all n accounts", 100_000, groupOfAll, []Measure{
		{"Decide", decideFirst}, {"accounts", accountsOfFirst}, {"attach", alternate(attach)}, {"set account", alternate(setAccount)},
	}},
	{"an account in n groups", 10_000, accountInGroups, []Measure{
		{"Decide", decideFirst}, {"who", whoFirst}, {"set account", alternate(setAccount)},
	}},
	{"n accounts, each with values of its own", 100_000, ownClasses, []Measure{
		{"Decide", decideFirst}, {"accounts", accountsOfFirst}, {"who", whoFirst}, {"set account", alternate(setAccount)},
	}},
	{"a filter of n terms", 1_000, manyTerms, []Measure{{"set filter", setTerms}}},
	{"n memberships end in one second", 1_000_000, endTogether, []Measure{
		{"Decide before", at(-1, decideFirst)}, {"Decide then", at(0, decideFirst)}, {"accounts then", at(0, accountsOfFirst)},
		{"who before", at(-1, whoFirst)}, {"who then", at(0, whoFirst)},
	}},
	{"ids of n bytes", 200, longIDs, []Measure{
		{"Decide", decideFirst}, {"accounts", accountsOfFirst}, {"who", whoFirst}, {"move", alternate(move)},
	}},
}

// CompareWorst measures hand and Ambit in the worst cases, as
// case/measure/number/engine.
func CompareWorst(b *testing.B) {
	for _, c := range WorstCases {
		b.Run(c.Name, func(b *testing.B) {
			for _, n := range []int{c.N / 10, c.N} {
				c.compareAt(b, n)
			}
		})
	}
}

func (c *WorstCase) compareAt(b *testing.B, n int) {
	w := c.Make(n)
	w.worst = n
	var runners []*runner
	for _, e := range Engines() {
		if e.Name == "hand" || e.Name == "ambit" {
			engine, err := e.Prepare(w)()
			if err != nil {
				b.Fatal(err)
			}
			runners = append(runners, &runner{Entrant: e, Engine: engine})
		}
	}
	for _, m := range c.Measures {
		b.Run(m.Name, func(b *testing.B) {
			inTurns(b, fmt.Sprint(n), runners, func(r *runner) func(*testing.B) {
				if op := m.Bind(w, r.Engine); op != nil {
					return func(b *testing.B) { measure(b, op) }
				}
				return nil
			})
		})
	}
}

// The questions and lists of a worst case are those of the first of each.

func decideFirst(w *Workload, e Engine) operation {
	return func(m *meter, i int) {
		q := &w.Cold[i%len(w.Cold)]
		if e.Decide(q) != q.Want {
			m.Fatalf("%s and %s: not %v", q.User, q.Account, q.Want)
		}
	}
}

func accountsOfFirst(w *Workload, e Engine) operation { return accounts(w.Members[:1], e) }

func whoFirst(w *Workload, e Engine) operation {
	l := e.(Lister)
	return func(m *meter, _ int) { m.items += len(l.Who(int(w.Asked[0]))) }
}

// userInTeams asks about a user in the first n teams.
func userInTeams(n int) *Workload {
	w, r := newTables(Size{Users: 1000, Accounts: 40_000, Groups: 6*n + 2000, Teams: n + 1000, Countries: 200, Channels: 200})
	const user = 1
	w.Users[user].Teams = nil
	for t := range n {
		w.Users[user].Teams = append(w.Users[user].Teams, Membership{Team: int32(t)})
	}
	w.Members = []int32{user}
	for len(w.Cold) < 64 {
		if a := r.IntN(len(w.Accounts)); !w.Sees(user, a) {
			w.Cold = append(w.Cold, w.about(user, a))
		}
	}
	w.changeOne(r, w.Members, func(c *Change) bool { return true })
	return w
}

// groupOfAll asks about a member of a team with a group that matches all.
func groupOfAll(n int) *Workload {
	w, r := newTables(Size{Users: 1000, Accounts: n, Groups: 100, Teams: 50, Countries: 25, Channels: 20})
	const user = 1
	w.setFilter(0, Filter{Country: Any, Channel: Any})
	w.Teams[0].Groups, w.Users[user].Teams = []int32{0}, []Membership{{Team: 0}}
	w.Members = []int32{user}
	for range 1024 {
		w.Cold = append(w.Cold, w.about(user, r.IntN(n)))
	}
	w.changeOne(r, w.seeing(r), func(c *Change) bool { return c.Group == 0 })
	return w
}

// accountInGroups asks about an account in n groups, each of a team of its own.
// Half of the users are in other teams.
func accountInGroups(n int) *Workload {
	const others = 100
	w, r := newTables(Size{Users: 1000, Accounts: 20_000, Groups: n + others, Teams: n + others, Countries: 25, Channels: 20})
	same := Filter{Country: w.Accounts[0].Country, Channel: w.Accounts[0].Channel}
	w.setFilter(0, same)
	for i := range w.Teams {
		w.Teams[i].Groups = []int32{int32(i)}
		if i < n {
			w.Groups[i].Filter, w.InGroup[i] = same, w.InGroup[0]
		}
	}
	for i := range w.Users {
		team := r.IntN(n)
		if i%2 == 0 {
			team = n + r.IntN(others)
		}
		w.Users[i].SeesAll, w.Users[i].Teams = false, []Membership{{Team: int32(team)}}
		w.Cold = append(w.Cold, w.about(i, 0))
	}
	w.Asked = []int32{0}
	w.changeOne(r, w.seeing(r), func(c *Change) bool { return same.Matches(&w.Accounts[c.AccountRow]) })
	return w
}

// ownClasses has no two accounts with the same country and channel. Groups match
// by country.
func ownClasses(n int) *Workload {
	side := int(math.Ceil(math.Sqrt(float64(n))))
	w, r := newTables(Size{Users: 1000, Accounts: n, Groups: 100, Teams: 50, Countries: side, Channels: side})
	for i := range w.Accounts {
		w.Accounts[i].Country, w.Accounts[i].Channel = int32(i/side), int32(i%side)
	}
	for g := range w.Groups {
		w.setFilter(g, Filter{Country: int32(r.IntN(n / side)), Channel: Any})
	}
	w.ask(r)
	return w
}

// manyTerms has a company to set a filter in.
func manyTerms(int) *Workload {
	return NewWorkload(Size{Users: 1000, Accounts: 20_000, Groups: 1000, Teams: 500, Countries: 25, Channels: 20})
}

// setTerms gives a group a filter of many terms, and the old one again. Only
// Ambit has a language.
func setTerms(w *Workload, e Engine) operation {
	a, ok := e.(*ambit)
	if !ok {
		return nil
	}
	c, r := &w.Changes[0], rand.New(rand.NewPCG(1, 2))
	group := w.Teams[c.From].Groups[0]
	account := &w.Accounts[c.AccountRow]
	terms := []string{w.filterText(Filter{Country: account.Country, Channel: account.Channel})}
	for len(terms) < w.worst/2 { // each of two comparisons
		f := Filter{Country: int32(r.IntN(len(w.Countries))), Channel: int32(r.IntN(len(w.Channels)))}
		terms = append(terms, w.filterText(f))
	}
	filters := []string{strings.Join(terms, " or "), w.filterText(w.Groups[group].Filter)}
	return func(m *meter, i int) {
		entry := document.Group{ID: w.Groups[group].ID, Filter: filters[i%2]}
		a.change(func(edit *access.Edit) { edit.SetGroup(entry) })
		if a.Decide(&c.Question) != (i%2 == 0) {
			m.Fatalf("%s and %s: not %v", c.User, c.Account, i%2 == 0)
		}
	}
}

// endTogether has n users with one membership each, and all end at Future.
func endTogether(n int) *Workload {
	w, r := newTables(Size{Users: n, Accounts: 1000, Groups: 200, Teams: 100, Countries: 5, Channels: 5})
	for i := range w.Users {
		w.Users[i].SeesAll = false
		w.Users[i].Teams = []Membership{{int32(r.IntN(len(w.Teams))), Future}}
	}
	w.Ends = true
	for range 1024 {
		w.Cold = append(w.Cold, w.about(r.IntN(n), r.IntN(len(w.Accounts))))
	}
	w.Members, w.Asked = []int32{0}, []int32{0}
	return w
}

// at measures some seconds from Future, on Ambit: others have no clock to set.
// Nobody sees anything from the end on.
func at(seconds int64, bind func(*Workload, Engine) operation) func(*Workload, Engine) operation {
	return func(w *Workload, e Engine) operation {
		a, ok := e.(*ambit)
		if !ok {
			return nil
		}
		then := &ambit{tables: w}
		then.policy.Store(a.policy.Load().At(time.Unix(Future+seconds, 0)))
		asked := *w
		asked.Cold = append([]Question(nil), w.Cold...)
		for i := range asked.Cold {
			asked.Cold[i].Want = w.Cold[i].Want && seconds < 0
		}
		return bind(&asked, then)
	}
}

// longIDs is the medium company.
func longIDs(n int) *Workload {
	s := Sizes[3]
	s.Name, s.IDLength = "", n
	return NewWorkload(s)
}

// seeing are the users who see something by their teams.
func (w *Workload) seeing(r *rand.Rand) (users []int32) {
	for i := range w.Users {
		if _, ok := w.seen(r, i); ok && !w.Users[i].SeesAll {
			users = append(users, int32(i))
		}
	}
	return users
}

// changeOne makes one change, of one of the users.
func (w *Workload) changeOne(r *rand.Rand, users []int32, accept func(*Change) bool) {
	members := w.Members
	for w.Members = users; len(w.Changes) == 0; {
		if c, ok := w.change(r); ok && accept(&c) {
			w.Changes = append(w.Changes, c)
		}
	}
	w.Members = members
}
