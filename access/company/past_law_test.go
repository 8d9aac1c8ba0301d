package company_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// pastText is all that a moment is and answers.
func pastText(t rapid.TB, m company.Moment) string {
	t.Helper()
	was, err := company.SnapshotOf(m)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%v\n%v\n%x\n%s", m.Checkpoint(), m.Time(), was, momentText(t, m))
}

// pastOfStory plays the story, and returns with it what each of its moments is: what
// a company comes to that replays the log up to there, and no further.
func pastOfStory(t *testing.T) (playedStory, []string) {
	t.Helper()
	x := playStory(t)
	log, want := audit.NewMemory(), []string{""}
	for _, e := range events(t, x.log) {
		if err := log.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		m, err := openStory(t, log, x.host).At(t.Context(), e.Seq)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, pastText(t, m))
	}
	return x, want
}

// TestPastIsReplay asks companies that came to the same point on different ways for
// moments of the past, in any order: whatever states they kept on their way, each
// is what replay from the beginning comes to.
func TestPastIsReplay(t *testing.T) {
	x, want := pastOfStory(t)
	all := events(t, x.log)
	rapid.Check(t, func(t *rapid.T) {
		log, length := audit.NewMemory(), 0
		appendTo := func(seq int) {
			for ; length < seq; length++ {
				if err := log.Append(t.Context(), all[length]); err != nil {
					t.Fatal(err)
				}
			}
		}
		steps := rapid.SliceOfNDistinct(rapid.IntRange(1, len(all)), 1, 6, rapid.ID).Draw(t, "steps")
		slices.Sort(steps)
		appendTo(steps[0])
		co := openStory(t, log, x.host)
		if rapid.Bool().Draw(t, "from a snapshot") {
			config := x.host.config()
			config.Snapshot = readerOf(snapshotOf(t, co))
			var err error
			if co, err = company.Open(t.Context(), log, config); err != nil {
				t.Fatal(err)
			}
		}
		for _, step := range steps {
			appendTo(step)
			if rapid.Bool().Draw(t, "follow") {
				if err := co.Sync(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			for range rapid.IntRange(0, 5).Draw(t, "asked") {
				seq := rapid.IntRange(1, step).Draw(t, "seq")
				m, err := co.At(t.Context(), uint64(seq))
				if err != nil {
					t.Fatalf("At(%d) of %d events: %v", seq, step, err)
				}
				if got := pastText(t, m); got != want[seq] {
					t.Fatalf("At(%d) of %d events is not what replay comes to (-want +got):\n%s", seq, step, cmp.Diff(want[seq], got))
				}
			}
		}
	})
}

// TestPastBeside asks for moments of the past from many goroutines, while the
// company follows its log.
func TestPastBeside(t *testing.T) {
	x, want := pastOfStory(t)
	all := events(t, x.log)
	log := audit.NewMemory()
	if err := log.Append(t.Context(), all[0]); err != nil {
		t.Fatal(err)
	}
	co := openStory(t, log, x.host)
	var group sync.WaitGroup
	for g := range 4 {
		group.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 2))
			for range 30 {
				seq := 1 + r.Uint64N(co.Checkpoint().Seq)
				m, err := co.At(t.Context(), seq)
				if err != nil || pastText(t, m) != want[seq] {
					t.Errorf("At(%d): %v, and it is not what replay comes to", seq, err)
				}
			}
		})
	}
	for _, e := range all[1:] {
		if err := log.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if err := co.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	group.Wait()
	if !bytes.Equal(snapshotOf(t, co), snapshotOf(t, x.company)) {
		t.Error("asking changed the company")
	}
}
