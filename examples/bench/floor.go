package bench

// floor is one look-up of an account in a map from string to number, without
// which no engine that is asked with ids can answer. It knows no answer.
type floor map[string]int32

func newFloor(w *Workload) floor {
	f := make(floor, len(w.Accounts))
	for i := range w.Accounts {
		f[w.Accounts[i].ID] = int32(i)
	}
	return f
}

func (f floor) Decide(q *Question) bool { return (f[q.Account] >= 0) == q.Want }

func (f floor) View(int) func(string) bool {
	return func(account string) bool { return f[account] >= 0 }
}
