package bench

import "slices"

// flip does a change and undoes it. A decision about the question tells whether
// it is done.
type flip struct {
	do, undo func(c *Change)
	question func(c *Change) *Question // nil is that of the change
}

func move(_ *Workload, e Engine) *flip {
	l, ok := e.(Lister)
	if !ok {
		return nil
	}
	return &flip{
		do:   func(c *Change) { l.Move(int(c.UserRow), int(c.From), int(c.To)) },
		undo: func(c *Change) { l.Move(int(c.UserRow), int(c.To), int(c.From)) },
	}
}

func setRole(_ *Workload, e Engine) *flip {
	l, ok := e.(Editor)
	if !ok {
		return nil
	}
	return &flip{
		do:   func(c *Change) { l.SetSeesAll(int(c.UserRow), true) },
		undo: func(c *Change) { l.SetSeesAll(int(c.UserRow), false) },
	}
}

func setEnd(w *Workload, e Engine) *flip {
	l, ok := e.(Ender)
	if !ok {
		return nil
	}
	return &flip{
		do:       func(c *Change) { l.SetUntil(int(c.UserRow), Past) },
		undo:     func(c *Change) { l.SetUntil(int(c.UserRow), w.Users[c.UserRow].Until) },
		question: func(c *Change) *Question { return &c.Seen },
	}
}

func setAccount(w *Workload, e Engine) *flip {
	l, ok := e.(Editor)
	if !ok {
		return nil
	}
	set := func(account, as int32) {
		a := &w.Accounts[as]
		l.SetAccount(int(account), a.Country, a.Channel)
	}
	return &flip{
		do:   func(c *Change) { set(c.AccountRow, c.Seen.AccountRow) },
		undo: func(c *Change) { set(c.AccountRow, c.AccountRow) },
	}
}

func attach(_ *Workload, e Engine) *flip {
	l, ok := e.(Editor)
	if !ok {
		return nil
	}
	return &flip{
		do:   func(c *Change) { l.Attach(int(c.From), int(c.Group)) },
		undo: func(c *Change) { l.Detach(int(c.From), int(c.Group)) },
	}
}

// setFilter gives a group of a team of the user another filter.
func setFilter(other Filter) func(*Workload, Engine) *flip {
	return func(w *Workload, e Engine) *flip {
		l, ok := e.(Editor)
		if !ok {
			return nil
		}
		questions := make(map[*Change]*Question)
		return &flip{
			do:   func(c *Change) { l.SetFilter(int(w.Teams[c.From].Groups[0]), other) },
			undo: func(c *Change) { g := w.Teams[c.From].Groups[0]; l.SetFilter(int(g), w.Groups[g].Filter) },
			question: func(c *Change) *Question {
				if questions[c] == nil {
					questions[c] = w.unseenIn(c, other)
				}
				return questions[c]
			},
		}
	}
}

// unseenIn finds an account that a filter matches and the user does not see.
// If there is none, the question of the change stands in.
func (w *Workload) unseenIn(c *Change, f Filter) *Question {
	for i := range w.Accounts {
		if f.Matches(&w.Accounts[i]) && !w.Sees(int(c.UserRow), i) {
			q := w.about(int(c.UserRow), i)
			return &q
		}
	}
	return nil
}

// alternate does a change and undoes it in turns, each until the next decision
// sees it. A change whose question cannot be made is passed over.
func alternate(of func(*Workload, Engine) *flip) func(*Workload, Engine) operation {
	return func(w *Workload, e Engine) operation {
		f := of(w, e)
		if f == nil {
			return nil
		}
		ask := f.question
		if ask == nil {
			ask = func(c *Change) *Question { return &c.Question }
		}
		var changes []*Change
		for i := range w.Changes {
			c := &w.Changes[i]
			if ask(c) != nil && (w.BigTeam == 0 || c.From == 0) && len(changes) < 256 {
				changes = append(changes, c)
			}
		}
		return func(m *meter, i int) {
			c := changes[i/2%len(changes)]
			q, done := ask(c), i%2 == 0
			if done {
				f.do(c)
				m.finish = func() { f.undo(c) }
			} else {
				f.undo(c)
				m.finish = nil
			}
			if e.Decide(q) != (q.Want != done) {
				m.Fatalf("%s and %s: not %v after change %d", q.User, q.Account, q.Want != done, i)
			}
		}
	}
}

// removeTeam removes the big team, which is put back outside of the measure.
func removeTeam(w *Workload, e Engine) operation {
	l, ok := e.(Editor)
	if !ok || w.BigTeam == 0 {
		return nil
	}
	i := slices.IndexFunc(w.Changes, func(c Change) bool { return c.From == 0 && len(w.Users[c.UserRow].Teams) == 1 })
	c := &w.Changes[i]
	return func(m *meter, _ int) {
		l.RemoveTeam(0)
		if e.Decide(&c.Seen) {
			m.Fatal("a team that is gone gives access")
		}
		m.pause(func() { l.RestoreTeam(0) })
	}
}
