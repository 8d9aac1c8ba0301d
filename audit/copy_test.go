package audit_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// filled returns a log in memory with events.
func filled(t *testing.T, events []audit.Event) *audit.Memory {
	t.Helper()
	log := audit.NewMemory()
	for _, e := range events {
		if err := log.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	return log
}

// TestCopy copies a log to one that has nothing, a beginning, or all of it, and to
// one that is another log.
func TestCopy(t *testing.T) {
	h := history()
	from := filled(t, h)
	for n := range len(h) + 1 {
		to := filled(t, h[:n])
		head, err := audit.Copy(t.Context(), to, from)
		if err != nil || head != last(h) {
			t.Fatalf("with %d events there: %v, %v", n, head, err)
		}
		if err := audit.Verify(to.Events(t.Context(), 0), last(h)); err != nil {
			t.Error(err)
		}
	}
	other := h[0].Clone()
	other.Reason = "another"
	other = other.Chain(audit.Checkpoint{})
	for name, tt := range map[string]struct {
		to, from *audit.Memory
		want     error
	}{
		"another log": {filled(t, []audit.Event{other}), from, audit.ErrRewritten},
		"longer":      {filled(t, h), filled(t, h[:2]), audit.ErrTruncated},
	} {
		if _, err := audit.Copy(t.Context(), tt.to, tt.from); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

// small is a log that takes no event but short ones.
type small struct{ audit.Log }

func (s small) Append(ctx context.Context, e audit.Event) error {
	if len(e.Targets) > 1 {
		return audit.ErrTooLarge
	}
	return s.Log.Append(ctx, e)
}

// TestCopyFails lets either log fail: what is copied stays, and Copy goes on from
// there.
func TestCopyFails(t *testing.T) {
	h := history()
	for _, mode := range audittest.Modes() {
		if mode == audittest.Pass || mode == audittest.HangBefore || mode == audittest.HangAfter || mode == audittest.HangLate || mode == audittest.LieStored {
			continue
		}
		to := audit.NewMemory()
		faulty := audittest.NewFaulty(to, audittest.Plan{Append: func(call int, _ audit.Event) audittest.Mode {
			if call == 3 || call == 4 {
				return mode
			}
			return audittest.Pass
		}})
		_, first := audit.Copy(t.Context(), faulty, filled(t, h))
		head, err := audit.Copy(t.Context(), faulty, filled(t, h))
		if err != nil || head != last(h) {
			t.Errorf("%v: first %v, then %v, %v", mode, first, head, err)
		}
	}
	broken := errors.New("disk")
	from := audittest.NewFaulty(filled(t, h), audittest.Plan{Read: func(_ int, e audit.Event) error {
		if e.Seq == 3 {
			return broken
		}
		return nil
	}})
	to := audit.NewMemory()
	if head, err := audit.Copy(t.Context(), to, from); !errors.Is(err, broken) || head != h[1].Checkpoint() {
		t.Errorf("a source that fails: %v, %v", head, err)
	}
	if head, err := audit.Copy(t.Context(), from, filled(t, h)); !errors.Is(err, broken) {
		t.Errorf("a target that cannot be read: %v, %v", head, err)
	}
	if _, err := audit.Copy(t.Context(), small{audit.NewMemory()}, filled(t, h)); !errors.Is(err, audit.ErrTooLarge) {
		t.Errorf("a target for short events: %v", err)
	}
}

// TestCheckName tells names from what is none.
func TestCheckName(t *testing.T) {
	for _, name := range []string{"a", "é", "../x", " "} {
		if err := audit.CheckName(name); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"", "\x00", "\n", "\xff", "\u0085", string(make([]byte, 201))} {
		if err := audit.CheckName(name); !errors.Is(err, audit.ErrMalformed) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
