package company_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"pgregory.net/rapid"
)

// shortRead is a log whose loops fail after some events, once it is told so.
type shortRead struct {
	audit.Log
	left int // how many events; 0 is all
}

func (l *shortRead) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		n := 0
		for e, err := range l.Log.Events(ctx, after) {
			if n++; l.left > 0 && n > l.left {
				yield(audit.Event{}, errAway)
				return
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

// held is a moment that somebody has, as it was when they got it.
type held struct {
	company.Moment
	by   string
	was  []byte
	text string
}

// hold notes what a moment is.
func hold(t *testing.T, by string, m company.Moment) held {
	t.Helper()
	was, err := company.SnapshotOf(m)
	if err != nil {
		t.Fatal(err)
	}
	return held{m, by, was, momentText(t, m)}
}

// momentText is what a moment answers.
func momentText(t rapid.TB, m company.Moment) string {
	t.Helper()
	s := text(t, m.Policy())
	for r := range m.Register(company.RowQuery{}) {
		s += fmt.Sprintf("%+v\n", r)
	}
	var all []string
	for u := range m.Policy().Directory().Users() {
		pieces, _ := m.Pieces(u.ID)
		all = append(all, fmt.Sprintf("%s %+v\n", u.ID, pieces))
	}
	slices.Sort(all) // their order has no meaning
	s += strings.Join(all, "")
	for r := range m.Reviews() {
		s += fmt.Sprintf("%+v\n", r)
		for i := range m.ReviewItems(r.ID, company.RowQuery{}) {
			s += fmt.Sprintf("%+v\n", i)
		}
	}
	return s + fmt.Sprint(m.Due(30))
}

// TestMomentsStay holds a moment of each step of a story, of the company that makes
// it, of one that follows by replays, some of which fail on the way, and of one that
// goes on from a snapshot again and again. Replay changes its own states in place;
// none that anybody has.
func TestMomentsStay(t *testing.T) {
	s, log := newStoryHost(), audit.NewMemory()
	co := foundStory(t, log, s)
	short := &shortRead{Log: log}
	follower := openStory(t, short, s)
	restored := openStory(t, log, s)
	var all []held
	check := func(what string) {
		t.Helper()
		for _, h := range all {
			now := hold(t, h.by, h.Moment)
			if !bytes.Equal(now.was, h.was) || now.text != h.text {
				t.Fatalf("%s changed what %s had at event %d", what, h.by, h.Checkpoint().Seq)
			}
		}
	}
	for n, step := range storySteps() {
		playStep(t, co, s, step)
		all = append(all, hold(t, "the writer", co.Now()))
		if err := restored.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		all = append(all, hold(t, "the restored one", restored.Now()))
		if n%3 < 2 {
			continue // replay several at a time
		}
		for short.left = 1; ; short.left++ {
			err := follower.Sync(t.Context())
			if err == nil {
				break
			}
			if !errors.Is(err, errAway) {
				t.Fatal(err)
			}
		}
		all = append(all, hold(t, "the follower", follower.Now()))
		short.left = 0
		past, err := follower.At(t.Context(), follower.Checkpoint().Seq/2+1)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, hold(t, "the past", past))
		config := s.config()
		config.Snapshot = readerOf(snapshotOf(t, follower))
		if restored, err = company.Open(t.Context(), log, config); err != nil || restored.Health().Snapshot != nil {
			t.Fatalf("%v, %v", err, restored.Health().Snapshot)
		}
		all = append(all, hold(t, "the snapshot", restored.Now()))
		if n%9 == 8 {
			check(fmt.Sprint("step ", n))
		}
	}
	check("the end")
	if len(all) < 100 {
		t.Errorf("only %d moments", len(all))
	}
}

// TestSnapshotGoesOn: each step of a story makes the same event after a snapshot as
// without one, to the byte, and so do the steps after it.
func TestSnapshotGoesOn(t *testing.T) {
	x := playStory(t)
	s, log := newStoryHost(), audit.NewMemory()
	co := foundStory(t, log, s)
	whole := events(t, x.log)
	for n, step := range storySteps() {
		config := s.config()
		config.Snapshot = readerOf(snapshotOf(t, co))
		next, err := company.Open(t.Context(), log, config)
		if err != nil || next.Health().Snapshot != nil {
			t.Fatalf("step %d: %v, %v", n, err, next.Health().Snapshot)
		}
		if n%4 == 0 {
			co = next // the others find out what it did
		} else if err := co.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		playStep(t, next, s, step)
		if err := co.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := audit.Encode(events(t, log)[n+1])
		if err != nil {
			t.Fatal(err)
		}
		if want, _ := audit.Encode(whole[n+1]); !bytes.Equal(got, want) {
			t.Fatalf("step %d: got\n%s\nwant\n%s", n, got, want)
		}
	}
}
