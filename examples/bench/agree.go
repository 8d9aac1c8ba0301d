package bench

import (
	"slices"
	"testing"
)

// AgreeUpTo runs Agree on every engine and every company of up to so many
// users.
func AgreeUpTo(t *testing.T, entrants []Entrant, users int) {
	for _, s := range Sizes {
		if s.Users > users {
			continue
		}
		w := NewWorkload(s)
		for _, e := range entrants {
			if e.Skip != nil && e.Skip(s) != "" {
				continue
			}
			t.Run(s.Name+"/"+e.Name, func(t *testing.T) {
				engine, err := e.Prepare(w)()
				if err != nil {
					t.Fatal(err)
				}
				if c, ok := engine.(Closer); ok {
					defer c.Close()
				}
				Agree(t, w, engine)
			})
		}
	}
}

// Agree fails where an engine answers otherwise than the walk over the tables:
// to all questions of a small company, 2,000 of another, in some lists, and
// after some changes and what takes them back.
func Agree(tb testing.TB, w *Workload, e Engine) {
	tb.Helper()
	questions := w.Cold[:2000]
	if len(w.Users) < 1000 {
		questions = w.everyPair()
	}
	for i := range questions {
		if q := &questions[i]; e.Decide(q) != q.Want {
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

// everyPair asks about each user and account.
func (w *Workload) everyPair() []Question {
	var all []Question
	for u := range w.Users {
		for a := range w.Accounts {
			all = append(all, Question{UserRow: int32(u), AccountRow: int32(a), Want: w.Sees(u, a)})
		}
	}
	w.write(all)
	return all
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
