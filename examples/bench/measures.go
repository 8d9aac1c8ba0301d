package bench

// operation is what a measure repeats, the i-th time of a benchmark.
type operation func(m *meter, i int)

// Measure is one row of the tables. Its operation on an engine is nil if the
// engine does not know it.
type Measure struct {
	Name string
	Bind func(w *Workload, e Engine) operation
}

// Measures are all that are taken of loaded engines.
var Measures = []Measure{
	{Name: "Decide", Bind: func(w *Workload, e Engine) operation { return decide(w.Cold, e) }},
	{Name: "DecideHot", Bind: func(w *Workload, e Engine) operation { return decide(w.Hot, e) }},
	{Name: "ViewSees", Bind: viewSees},
	{Name: "Accounts", Bind: func(w *Workload, e Engine) operation { return accounts(w.Members, e) }},
	{Name: "AllAccounts", Bind: func(w *Workload, e Engine) operation { return accounts(w.Alls, e) }},
	{Name: "Who", Bind: who},
	{Name: "Move", Bind: alternate(move)},
	{Name: "SetRole", Bind: alternate(setRole)},
	{Name: "SetEnd", Bind: alternate(setEnd)},
	{Name: "SetAccount", Bind: alternate(setAccount)},
	{Name: "SetFilter", Bind: alternate(setFilter(Filter{0, Any, ""}))},
	{Name: "SetNameFilter", Bind: alternate(setFilter(Filter{Any, Any, "99 of"}))},
	{Name: "Preview", Bind: preview(Filter{0, Any, ""})},
	{Name: "PreviewName", Bind: preview(Filter{Any, Any, "99 of"})},
	{Name: "Explain", Bind: explain},
	{Name: "Attach", Bind: alternate(attach)},
	{Name: "RemoveTeam", Bind: removeTeam},
}

func decide(questions []Question, e Engine) operation {
	at := 0 // goes on from turn to turn
	return func(m *meter, i int) {
		q := &questions[at&(len(questions)-1)]
		at++
		if e.Decide(q) != q.Want {
			m.Fatalf("%s and %s: not %v", q.User, q.Account, q.Want)
		}
	}
}

// viewSees asks 64 views, made beforehand, about accounts of which the members
// see half.
func viewSees(w *Workload, e Engine) operation {
	v, ok := e.(Viewer)
	if !ok {
		return nil
	}
	const n = 64
	views := make([]func(string) bool, n)
	for i := range views {
		views[i] = v.View(int(w.Members[i%len(w.Members)]))
	}
	questions := w.viewQuestions(n)
	_, knows := e.(Lister) // the floor just finds the account
	return func(m *meter, i int) {
		q := &questions[i&(len(questions)-1)]
		if views[q.UserRow](q.Account) != (q.Want || !knows) {
			m.Fatalf("%s in view %d: not %v", q.Account, q.UserRow, q.Want)
		}
	}
}

func accounts(users []int32, e Engine) operation {
	l, ok := e.(Lister)
	if !ok {
		return nil
	}
	return func(m *meter, i int) { m.items += len(l.Accounts(int(users[i%len(users)]))) }
}

func who(w *Workload, e Engine) operation {
	l, ok := e.(Lister)
	if !ok {
		return nil
	}
	return func(m *meter, i int) { m.items += len(l.Who(int(w.Asked[i%len(w.Asked)]))) }
}

func preview(f Filter) func(*Workload, Engine) operation {
	return func(_ *Workload, e Engine) operation {
		p, ok := e.(Previewer)
		if !ok {
			return nil
		}
		return func(m *meter, _ int) { m.items += p.Preview(f) }
	}
}

// explain asks why a user does not see an account, and what would help.
func explain(w *Workload, e Engine) operation {
	x, ok := e.(Explainer)
	if !ok {
		return nil
	}
	return func(m *meter, i int) { m.items += x.Explain(&w.Changes[i%len(w.Changes)].Question) }
}
