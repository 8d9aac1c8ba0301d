package bench

import (
	"slices"
	"testing"
)

// Agree fails where an engine answers otherwise than the walk over the tables:
// to 2,000 questions, in some lists, and after some changes and what takes them
// back.
func Agree(tb testing.TB, w *Workload, e Engine) {
	tb.Helper()
	for i := range w.Cold[:2000] {
		if q := &w.Cold[i]; e.Decide(q) != q.Want {
			tb.Fatalf("%s and %s: not %v", q.User, q.Account, q.Want)
		}
	}
	l, ok := e.(Lister)
	if !ok {
		return
	}
	users := []int{int(w.Alls[0])}
	for _, u := range w.Members[:4] {
		users = append(users, int(u))
	}
	for i := range w.Users {
		if u := &w.Users[i]; (u.Suspended || u.Until == Past) && len(users) < 8 {
			users = append(users, i)
		}
	}
	agreeLists(tb, w, l, users, []int{int(w.Asked[0]), int(w.Asked[1])})
	for name, of := range map[string]func(*Workload, Engine) *flip{
		"move": move, "role": setRole, "end": setEnd, "account": setAccount, "attach": attach,
	} {
		f := of(w, e)
		for i := range w.Changes[:3] {
			if f != nil {
				agreeChange(tb, w, l, name, f, &w.Changes[i])
			}
		}
	}
}

// agreeLists compares lists with the oracle.
func agreeLists(tb testing.TB, w *Workload, l Lister, users, accounts []int) {
	tb.Helper()
	for _, u := range users {
		var want []string
		for a := range w.Accounts {
			if w.Sees(u, a) {
				want = append(want, w.Accounts[a].ID)
			}
		}
		agreeIDs(tb, "accounts of "+w.Users[u].ID, l.Accounts(u), want)
	}
	for _, a := range accounts {
		var want []string
		for u := range w.Users {
			if w.Sees(u, a) {
				want = append(want, w.Users[u].ID)
			}
		}
		agreeIDs(tb, "who sees "+w.Accounts[a].ID, l.Who(a), want)
	}
}

func agreeIDs(tb testing.TB, what string, got, want []string) {
	tb.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		tb.Fatalf("%s: got %d, want %d ids, or others", what, len(got), len(want))
	}
}

// agreeChange makes a change to an engine and asks it and its lists, then undoes
// it and asks again.
func agreeChange(tb testing.TB, w *Workload, l Lister, name string, f *flip, c *Change) {
	tb.Helper()
	q := &c.Question
	if f.question != nil {
		q = f.question(c)
	}
	check := func(want bool) {
		tb.Helper()
		if l.Decide(q) != want {
			tb.Fatalf("%s: %s and %s: not %v", name, q.User, q.Account, want)
		}
		if slices.Contains(l.Accounts(int(q.UserRow)), q.Account) != want || slices.Contains(l.Who(int(q.AccountRow)), q.User) != want {
			tb.Fatalf("%s: a list has not %v for %s and %s", name, want, q.User, q.Account)
		}
	}
	check(q.Want)
	f.do(c)
	check(!q.Want)
	f.undo(c)
	check(q.Want)
}
