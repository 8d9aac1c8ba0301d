package ordered

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

type number int

func (n number) Compare(o number) int { return int(n - o) }

// TestLikeASortedList: whatever comes and goes, a Set is the sorted list of its
// members, every version of it stays as it was, no side outweighs the other, and so is a
// Set that is made of a sorted list.
func TestLikeASortedList(t *testing.T) {
	hits := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		sets, lists := []Set[number]{{}}, [][]number{nil}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			from := rapid.IntRange(max(0, len(sets)-2), len(sets)-1).Draw(t, "from")
			m, list := number(rapid.IntRange(0, 40).Draw(t, "member")), slices.Clone(lists[from])
			at, there := slices.BinarySearch(list, m)
			set := sets[from]
			if set.Has(m) != there {
				t.Fatalf("it has %d: %t, want %t", m, set.Has(m), there)
			}
			if rapid.IntRange(0, 2).Draw(t, "kind") > 0 {
				set = set.With(m)
				if !there {
					list = slices.Insert(list, at, m)
				}
			} else {
				set = set.Without(m)
				if there {
					list = slices.Delete(list, at, at+1)
					hits["removed"]++
				}
			}
			sets, lists = append(sets, set), append(lists, list)
		}
		for n, set := range sets {
			bound := number(rapid.IntRange(-1, 41).Draw(t, "bound"))
			at, _ := slices.BinarySearch(lists[n], bound)
			if got := slices.Collect(set.From(bound)); !slices.Equal(got, lists[n][at:]) || set.Below(bound) != at || set.Len() != len(lists[n]) {
				t.Fatalf("from %d on it has %v, want %v of %v", bound, got, lists[n][at:], lists[n])
			}
			checkBalance(t, set.root)
			made := Of(lists[n])
			if got := slices.Collect(made.From(-1)); !slices.Equal(got, lists[n]) || made.Len() != len(lists[n]) {
				t.Fatalf("the set of %v has %v", lists[n], got)
			}
			checkBalance(t, made.root)
		}
	})
	if hits["removed"] == 0 {
		t.Error("nothing was ever removed")
	}
}

func checkBalance(t interface{ Fatalf(string, ...any) }, n *node[number]) {
	if n == nil {
		return
	}
	l, r := weight(n.left), weight(n.right)
	if l > heavier*r || r > heavier*l || n.n != l+r-1 {
		t.Fatalf("sides of weight %d and %d, %d members", l, r, n.n)
	}
	checkBalance(t, n.left)
	checkBalance(t, n.right)
}

// TestDepth: in ascending order, the worst for a plain tree, the depth is that
// of a logarithm.
func TestDepth(t *testing.T) {
	var s Set[number]
	for n := range 20_000 {
		s = s.With(number(n))
	}
	for n := range 10_000 {
		s = s.Without(number(n))
	}
	if got, most := depth(s.root), 2.5*math.Log2(10_000); float64(got) > most {
		t.Errorf("10,000 members are %d deep, want at most %.0f", got, most)
	}
}

func depth(n *node[number]) int {
	if n == nil {
		return 0
	}
	return 1 + max(depth(n.left), depth(n.right))
}

// TestStop: a walk that is broken off is over.
func TestStop(t *testing.T) {
	s := Set[number]{}.With(1).With(2).With(3).With(0)
	for m := range s.From(0) {
		if m == 1 {
			break
		}
	}
	for m := range s.From(2) {
		if m != 2 {
			t.Errorf("the first from 2 on is %d", m)
		}
		break
	}
}
