package audit_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/google/go-cmp/cmp"
)

func TestMemoryKeepsTheContract(t *testing.T) {
	err := audittest.TestLog(t.Context(), func() (audit.Log, error) { return audit.NewMemory(), nil })
	if err != nil {
		t.Error(err)
	}
}

func TestMemoryErrors(t *testing.T) {
	m := audit.NewMemory()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range map[string]error{"append": m.Append(ended, history()[0]), "events": firstError(m.Events(ended, 0)), "watch": firstError(m.Watch(ended, 0))} {
		bad, ok := errors.AsType[*audit.Error](err)
		if !ok || bad.Op != name || bad.Err != context.Canceled {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := firstError(m.Events(t.Context(), 0)); err != nil {
		t.Errorf("after an append under an ended context: %v", err)
	}
}

func firstError(events func(func(audit.Event, error) bool)) (err error) {
	for _, err = range events {
		break
	}
	return err
}

// Many writers, each of which appends its share again and again until it wins,
// with readers and watchers beside them.
func TestMemoryConcurrency(t *testing.T) {
	const writers, share = 4, 50
	m := audit.NewMemory()
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for done := 0; done < share; {
				var head audit.Checkpoint
				for e, err := range m.Events(t.Context(), 0) {
					if err != nil {
						t.Error(err)
						return
					}
					head = e.Checkpoint()
				}
				switch err := m.Append(t.Context(), history()[1].Chain(head)); {
				case err == nil:
					done++
				case !errors.Is(err, audit.ErrConflict):
					t.Error(err)
					return
				}
			}
		})
	}
	for range 2 {
		wg.Go(func() {
			want := uint64(1)
			for e, err := range m.Watch(t.Context(), 0) {
				if err != nil || e.Seq != want {
					t.Errorf("watching: %d, %v, want %d", e.Seq, err, want)
					return
				}
				if want++; want > writers*share/2 {
					return
				}
			}
		})
	}
	wg.Wait()
	if err := audit.Verify(m.Events(t.Context(), 0), audit.Checkpoint{}); err != nil {
		t.Error(err)
	}
}

func TestMemoryWatchUnderABodyThatCancels(t *testing.T) {
	m := audit.NewMemory()
	for _, e := range history() {
		if err := m.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got []error
	for _, err := range m.Watch(ctx, 3) {
		cancel()
		got = append(got, err)
	}
	if len(got) != 3 || got[0] != nil || got[1] != nil || !errors.Is(got[2], context.Canceled) {
		t.Errorf("got %v, want two events and the end of the context", got)
	}
}

// Two equal events with different hashes in the Hash field are not the same
// event, whatever they claim.
func TestMemoryTrustsNoHash(t *testing.T) {
	m, h := audit.NewMemory(), history()
	if err := m.Append(t.Context(), h[0]); err != nil {
		t.Fatal(err)
	}
	forged := h[0]
	forged.Reason = "forged"
	if err := m.Append(t.Context(), forged); !errors.Is(err, audit.ErrEdited) {
		t.Errorf("got %v", err)
	}
	for e := range m.Events(t.Context(), 0) {
		if diff := cmp.Diff(h[0], e); diff != "" {
			t.Error(diff)
		}
	}
}
