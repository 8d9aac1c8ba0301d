package bench

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// NewWorkload makes the company of a size, and questions about it: a million
// cold ones, 65,536 of a small company.
func NewWorkload(s Size) *Workload {
	w, r := newTables(s)
	w.ask(r)
	return w
}

// newTables makes the tables, and leaves the questions to its caller.
func newTables(s Size) (*Workload, *rand.Rand) {
	r := rand.New(rand.NewPCG(42, uint64(s.Users)))
	w := &Workload{
		Size: s, Users: make([]User, s.Users), Accounts: make([]Account, s.Accounts),
		Groups: make([]Group, s.Groups), Teams: make([]Team, s.Teams), InGroup: make([][]int32, s.Groups),
	}
	for i := range s.Countries {
		w.Countries = append(w.Countries, fmt.Sprintf("c%07d", i))
	}
	for i := range s.Channels {
		w.Channels = append(w.Channels, fmt.Sprintf("k%07d", i))
	}
	inCell := make([][]int32, s.Countries*s.Channels)
	for i := range w.Accounts {
		country, channel := r.IntN(s.Countries), r.IntN(s.Channels)
		w.Accounts[i] = Account{w.id(r, "a", i), fmt.Sprintf("Account %d of Acme", i), int32(country), int32(channel)}
		cell := country*s.Channels + channel
		inCell[cell] = append(inCell[cell], int32(i))
	}
	for i := range w.Groups {
		country, channel := r.IntN(s.Countries), r.IntN(s.Channels)
		w.Groups[i] = Group{w.id(r, "g", i), Filter{Country: int32(country), Channel: int32(channel)}}
		w.InGroup[i] = inCell[country*s.Channels+channel]
	}
	for i := range w.Teams {
		w.Teams[i] = Team{w.id(r, "t", i), distinct(r, 3+r.IntN(5), s.Groups)}
	}
	for i := range w.Users {
		w.Users[i] = User{ID: w.id(r, "u", i), SeesAll: i%10 == 0}
		w.staff(r, i)
	}
	return w, r
}

// setFilter gives a group of the tables another filter.
func (w *Workload) setFilter(group int, f Filter) {
	w.Groups[group].Filter, w.InGroup[group] = f, nil
	for i := range w.Accounts {
		if f.Matches(&w.Accounts[i]) {
			w.InGroup[group] = append(w.InGroup[group], int32(i))
		}
	}
}

// about makes a question.
func (w *Workload) about(user, account int) Question {
	q := []Question{{UserRow: int32(user), AccountRow: int32(account), Want: w.Sees(user, account)}}
	w.write(q)
	return q[0]
}

// id makes the id of a row.
func (w *Workload) id(r *rand.Rand, kind string, i int) string {
	if w.UUID {
		a, b := r.Uint64(), r.Uint64()
		return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&(1<<48-1))
	}
	id := fmt.Sprintf("%s%07d", kind, i)
	return strings.Repeat("x", max(0, w.IDLength-len(id))) + id
}

// staff gives a user teams, and what ends. If the company has ends, 12 of 40
// users are special: three are suspended, three have an end, three a membership
// that ends, and three are in 20 teams of which every fifth ends; of those who
// see all data, one of ten is suspended, and one has an end. A third of the ends
// is over.
func (w *Workload) staff(r *rand.Rand, i int) {
	u := &w.Users[i]
	special := 0
	if w.Ends && i%10 >= 1 && i%10 <= 3 {
		special = 1 + i/10%4
	}
	if w.Ends && u.SeesAll {
		special = i / 10 % 10 // only 1 and 2 mean something
	}
	until := int64(Future)
	if i/40%3 == 0 {
		until = Past
	}
	teams := 1 + r.IntN(3)
	switch special {
	case 1:
		u.Suspended = true
	case 2:
		u.Until = until
	case 4:
		teams = min(20, w.Size.Teams)
	}
	switch {
	case i >= w.Size.Users-w.BigTeam:
		u.SeesAll, u.Teams = false, []Membership{{Team: 0}}
	case !u.SeesAll:
		for _, t := range distinct(r, teams, w.Size.Teams) {
			u.Teams = append(u.Teams, Membership{Team: t})
		}
	}
	switch {
	case special == 3 && !u.SeesAll:
		u.Teams[0].Until = until
	case special == 4 && !u.SeesAll:
		for k := range teams / 5 {
			u.Teams[k*5].Until = until
		}
	}
}

// distinct returns n different numbers below limit.
func distinct(r *rand.Rand, n, limit int) []int32 {
	all := make([]int32, 0, n)
	for len(all) < n {
		if i := int32(r.IntN(limit)); !slices.Contains(all, i) {
			all = append(all, i)
		}
	}
	return all
}

// ask makes the questions and the changes. Who sees all data is asked about as
// often as they are many, and is never denied.
func (w *Workload) ask(r *rand.Rand) {
	for i := range w.Users {
		u := &w.Users[i]
		if u.Suspended || u.Until == Past {
			continue
		}
		if u.SeesAll {
			w.Alls = append(w.Alls, int32(i))
		} else if _, ok := w.seen(r, i); ok {
			w.Members = append(w.Members, int32(i))
		}
	}
	shuffle(r, w.Members)
	shuffle(r, w.Alls)
	n := 1 << 20
	if w.Size.Users < 10_000 {
		n = 1 << 16
	}
	w.Cold, w.Hot = w.questions(r, n), w.questions(r, 512)
	for range 4096 {
		w.Asked = append(w.Asked, int32(r.IntN(len(w.Accounts))))
	}
	for len(w.Changes) < 2048 {
		if c, ok := w.change(r); ok {
			w.Changes = append(w.Changes, c)
		}
	}
}

func shuffle[T any](r *rand.Rand, all []T) {
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
}

// seen returns an account that a user sees, false if none was found.
func (w *Workload) seen(r *rand.Rand, user int) (account int, ok bool) {
	u := &w.Users[user]
	if u.Suspended || u.Until == Past {
		return 0, false
	}
	if u.SeesAll {
		return r.IntN(len(w.Accounts)), true
	}
	for range 8 {
		m := u.Teams[r.IntN(len(u.Teams))]
		groups := w.Teams[m.Team].Groups
		in := w.InGroup[groups[r.IntN(len(groups))]]
		if m.Until != Past && len(in) > 0 {
			return int(in[r.IntN(len(in))]), true
		}
	}
	return 0, false
}

// questions makes n questions, half of them allowed.
func (w *Workload) questions(r *rand.Rand, n int) []Question {
	all := make([]Question, 0, n)
	for len(all) < n/2 {
		user := r.IntN(len(w.Users))
		if account, ok := w.seen(r, user); ok {
			all = append(all, Question{UserRow: int32(user), AccountRow: int32(account), Want: true})
		}
	}
	for len(all) < n {
		if user, account := r.IntN(len(w.Users)), r.IntN(len(w.Accounts)); !w.Sees(user, account) {
			all = append(all, Question{UserRow: int32(user), AccountRow: int32(account)})
		}
	}
	shuffle(r, all)
	w.write(all)
	return all
}

// write gives questions ids of their own, in one text in their order.
func (w *Workload) write(all []Question) {
	var b strings.Builder
	for i := range all {
		b.WriteString(w.Users[all[i].UserRow].ID)
		b.WriteString(w.Accounts[all[i].AccountRow].ID)
	}
	text := b.String()
	for i := range all {
		q := &all[i]
		user, account := len(w.Users[q.UserRow].ID), len(w.Accounts[q.AccountRow].ID)
		q.User, q.Account, text = text[:user], text[user:user+account], text[user+account:]
	}
}

// change makes a change, false if the draw allows none.
func (w *Workload) change(r *rand.Rand) (Change, bool) {
	user := int(w.Members[r.IntN(len(w.Members))])
	teams := w.Users[user].Teams
	from, to := teams[r.IntN(len(teams))], int32(r.IntN(len(w.Teams)))
	groups := w.Teams[to].Groups
	group := groups[r.IntN(len(groups))]
	in := w.InGroup[group]
	seen, ok := w.seen(r, user)
	if !ok || len(in) == 0 || from.Until != 0 || slices.ContainsFunc(teams, func(m Membership) bool { return m.Team == to }) {
		return Change{}, false
	}
	account := in[r.IntN(len(in))]
	if w.Sees(user, int(account)) {
		return Change{}, false
	}
	return Change{w.about(user, int(account)), w.about(user, seen), from.Team, to, group}, true
}

// viewQuestions makes questions about accounts of which the first n members see
// half; in place of their rows they have the numbers of the members.
func (w *Workload) viewQuestions(n int) []Question {
	r := rand.New(rand.NewPCG(3, 4))
	all := make([]Question, 1<<17)
	for i := range all {
		q := &all[i]
		q.UserRow, q.AccountRow = w.Members[i%n], int32(r.IntN(len(w.Accounts)))
		if account, ok := w.seen(r, int(q.UserRow)); ok && i/n%2 == 0 {
			q.AccountRow = int32(account)
		}
		q.Want = w.Sees(int(q.UserRow), int(q.AccountRow))
	}
	w.write(all)
	for i := range all {
		all[i].UserRow = int32(i % n)
	}
	return all
}
