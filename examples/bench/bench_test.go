package bench

import (
	"os"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access"
)

// contest is a workload with both ways to answer it.
type contest struct {
	*Workload
	hand   *Hand
	policy *access.Policy
}

func newContest(tb testing.TB, s Size) *contest {
	tb.Helper()
	w := NewWorkload(s)
	p, err := NewPolicy(w)
	if err != nil {
		tb.Fatal(err)
	}
	return &contest{w, NewHand(w), p}
}

// TestSameAnswers compares all three: the tables, the maps and the policy.
func TestSameAnswers(t *testing.T) {
	r := newContest(t, Size{"S", 300, 500, 80, 20})
	allowed := 0
	for _, q := range r.Pairs[:20_000] {
		hand := r.hand.Decide(q.User, q.Account)
		ambit := r.policy.Decide(access.User(q.User), access.ViewAccount, access.Account(q.Account)).Allowed
		if hand != q.Want || ambit != q.Want {
			t.Fatalf("%s and %s: by hand %v, by Ambit %v, want %v", q.User, q.Account, hand, ambit, q.Want)
		}
		if q.Want {
			allowed++
		}
	}
	if allowed < 9_000 || allowed > 11_000 {
		t.Errorf("%d of 20,000 questions are allowed, want half", allowed)
	}
	for _, u := range r.Users[:40] {
		var ambit []string
		for a := range r.policy.View(access.User(u.ID)).Accounts() {
			ambit = append(ambit, string(a))
		}
		if hand := slices.Sorted(r.hand.Visible(u.ID)); !slices.Equal(hand, slices.Sorted(slices.Values(ambit))) {
			t.Fatalf("%s sees %d accounts by hand, %d by Ambit", u.ID, len(hand), len(ambit))
		}
	}
	for _, a := range r.Accounts[:40] {
		var ambit []string
		for u := range r.policy.Who(access.ViewAccount, access.Account(a.ID)) {
			ambit = append(ambit, string(u))
		}
		if hand := slices.Sorted(r.hand.Who(a.ID)); !slices.Equal(hand, slices.Sorted(slices.Values(ambit))) {
			t.Fatalf("%s is seen by %d by hand, %d by Ambit", a.ID, len(hand), len(ambit))
		}
	}
}

// sizes are those to measure: the large one takes memory and time.
func sizes() []Size {
	if os.Getenv("AMBIT_LONG") != "" {
		return []Size{Medium, Large}
	}
	return []Size{Medium}
}

var sink int

func BenchmarkDecide(b *testing.B) {
	compare(b,
		func(b *testing.B, r *contest, i int) {
			q := r.Pairs[i%len(r.Pairs)]
			if r.hand.Decide(q.User, q.Account) != q.Want {
				b.Fatal("wrong answer")
			}
		},
		func(b *testing.B, r *contest, i int) {
			q := r.Pairs[i%len(r.Pairs)]
			if r.policy.Decide(access.User(q.User), access.ViewAccount, access.Account(q.Account)).Allowed != q.Want {
				b.Fatal("wrong answer")
			}
		})
}

func BenchmarkVisibleAccounts(b *testing.B) {
	compare(b,
		func(_ *testing.B, r *contest, i int) {
			for range r.hand.Visible(r.Pairs[i%len(r.Pairs)].User) {
				sink++
			}
		},
		func(_ *testing.B, r *contest, i int) {
			for range r.policy.View(access.User(r.Pairs[i%len(r.Pairs)].User)).Accounts() {
				sink++
			}
		})
}

func BenchmarkWhoSees(b *testing.B) {
	compare(b,
		func(_ *testing.B, r *contest, i int) {
			for range r.hand.Who(r.Pairs[i%len(r.Pairs)].Account) {
				sink++
			}
		},
		func(_ *testing.B, r *contest, i int) {
			for range r.policy.Who(access.ViewAccount, access.Account(r.Pairs[i%len(r.Pairs)].Account)) {
				sink++
			}
		})
}

// BenchmarkLoad does not count the making of the document, nor of the tables.
func BenchmarkLoad(b *testing.B) {
	for _, s := range sizes() {
		w := NewWorkload(s)
		d := NewDocument(w)
		b.Run(s.Name+"/hand", func(b *testing.B) {
			for b.Loop() {
				sink += len(NewHand(w).users)
			}
		})
		b.Run(s.Name+"/ambit", func(b *testing.B) {
			for b.Loop() {
				if _, err := access.Compile(d, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// compare runs both on every size.
func compare(b *testing.B, hand, ambit func(*testing.B, *contest, int)) {
	for _, s := range sizes() {
		r := newContest(b, s)
		for _, one := range []struct {
			name string
			run  func(*testing.B, *contest, int)
		}{{"hand", hand}, {"ambit", ambit}} {
			b.Run(s.Name+"/"+one.name, func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					one.run(b, r, i)
				}
			})
		}
	}
}
