package bench

import (
	"slices"
	"testing"
)

// TestChanges makes each kind of change to an engine and to the plain tables,
// and compares all lists of the small companies after it, and after what takes
// it back.
func TestChanges(t *testing.T) {
	other := Filter{Country: 1, Channel: Any}
	kinds := map[string]struct {
		of    func(*Workload, Engine) *flip
		apply func(w *Workload, c *Change)
	}{
		"move": {move, func(w *Workload, c *Change) {
			i := slices.Index(w.Users[c.UserRow].Teams, Membership{Team: c.From})
			w.Users[c.UserRow].Teams[i].Team = c.To
		}},
		"role":    {setRole, func(w *Workload, c *Change) { w.Users[c.UserRow].SeesAll = true }},
		"end":     {setEnd, func(w *Workload, c *Change) { w.Users[c.UserRow].Until = Past }},
		"account": {setAccount, func(w *Workload, c *Change) { like(w, c.AccountRow, c.Seen.AccountRow) }},
		"attach": {attach, func(w *Workload, c *Change) {
			w.Teams[c.From].Groups = append(w.Teams[c.From].Groups, c.Group)
		}},
		"filter": {setFilter(other), func(w *Workload, c *Change) { w.Groups[w.Teams[c.From].Groups[0]].Filter = other }},
		"team": {removal, func(w *Workload, c *Change) {
			w.Teams[c.From].Groups = nil
		}},
	}
	for _, s := range Sizes {
		if s.Users > 1000 {
			continue
		}
		w := NewWorkload(s)
		for _, entrant := range Engines() {
			if entrant.Skip != nil && entrant.Skip(s) != "" {
				continue
			}
			engine, err := entrant.Prepare(w)()
			if err != nil {
				t.Fatal(err)
			}
			for name, kind := range kinds {
				f := kind.of(w, engine)
				if f == nil {
					continue
				}
				t.Run(s.Name+"/"+entrant.Name+"/"+name, func(t *testing.T) {
					for i := range w.Changes[:4] {
						c, changed := &w.Changes[i], w.clone()
						kind.apply(changed, c)
						f.do(c)
						agreeEverywhere(t, changed, engine.(Lister))
						f.undo(c)
						agreeEverywhere(t, w, engine.(Lister))
					}
				})
			}
		}
	}
}

// removal removes a team and restores it.
func removal(_ *Workload, e Engine) *flip {
	l, ok := e.(Editor)
	if !ok {
		return nil
	}
	return &flip{
		do:   func(c *Change) { l.RemoveTeam(int(c.From)) },
		undo: func(c *Change) { l.RestoreTeam(int(c.From)) },
	}
}

func like(w *Workload, account, as int32) {
	w.Accounts[account].Country, w.Accounts[account].Channel = w.Accounts[as].Country, w.Accounts[as].Channel
}

// clone copies the tables that changes are made to.
func (w *Workload) clone() *Workload {
	c := *w
	c.Users, c.Accounts, c.Groups, c.Teams = slices.Clone(w.Users), slices.Clone(w.Accounts), slices.Clone(w.Groups), slices.Clone(w.Teams)
	for i := range c.Users {
		c.Users[i].Teams = slices.Clone(c.Users[i].Teams)
	}
	for i := range c.Teams {
		c.Teams[i].Groups = slices.Clone(c.Teams[i].Groups)
	}
	return &c
}

// agreeEverywhere compares the lists of all users and accounts, and decisions.
func agreeEverywhere(t *testing.T, w *Workload, l Lister) {
	t.Helper()
	var users, accounts []int
	for i := range w.Users {
		users = append(users, i)
	}
	for i := range w.Accounts {
		accounts = append(accounts, i)
	}
	agreeLists(t, w, l, users, accounts)
	for i := range w.Cold[:500] {
		q := &w.Cold[i]
		if want := w.Sees(int(q.UserRow), int(q.AccountRow)); l.Decide(q) != want {
			t.Fatalf("%s and %s: not %v", q.User, q.Account, want)
		}
	}
}

// TestMeasures runs each measure a few times, so that none is broken on the day
// it is needed.
func TestMeasures(t *testing.T) {
	small := Size{Name: "small T", Users: 100, Accounts: 200, Groups: 20, Teams: 10, Countries: 5, Channels: 2, BigTeam: 50}
	for _, s := range append(slices.Clone(Sizes[:3]), small) {
		w := NewWorkload(s)
		for _, entrant := range Engines() {
			engine, err := entrant.Prepare(w)()
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range Measures {
				op := m.Bind(w, engine)
				if op == nil || entrant.Skip != nil && entrant.Skip(s) != "" {
					continue
				}
				t.Run(s.Name+"/"+entrant.Name+"/"+m.Name, func(t *testing.T) { repeat(t, op) })
			}
		}
	}
}

// repeat runs an operation some times.
func repeat(t *testing.T, op operation) {
	t.Helper()
	m := &meter{TB: t}
	for i := range 101 {
		op(m, i)
	}
	if m.finish != nil {
		m.finish()
	}
}

// TestWorst runs each measure of each worst case, with a number that is not so
// bad.
func TestWorst(t *testing.T) {
	for _, c := range WorstCases {
		n := 20
		if c.N > 1000 {
			n = 1000
		}
		w := c.Make(n)
		w.worst = n
		for _, entrant := range Engines() {
			engine, err := entrant.Prepare(w)()
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range c.Measures {
				if _, ok := engine.(Lister); !ok {
					continue
				}
				if op := m.Bind(w, engine); op != nil && (entrant.Name != "hand-int" || !w.Ends) {
					t.Run(c.Name+"/"+entrant.Name+"/"+m.Name, func(t *testing.T) { repeat(t, op) })
				}
			}
		}
	}
}
