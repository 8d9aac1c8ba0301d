package audit_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/audit"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// values yields the events, without an error.
func values(events []audit.Event) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// verdict is a compact form of what Verify says: "ok", or the cause and the
// place.
func verdict(events []audit.Event, cp audit.Checkpoint) string {
	err := audit.Verify(values(events), cp)
	if err == nil {
		return "ok"
	}
	bad, ok := errors.AsType[*audit.Error](err)
	if !ok {
		return "untyped error"
	}
	return fmt.Sprintf("%s at %d", causes[bad.Err], bad.Seq)
}

// causes has a short name for each sentinel.
var causes = map[error]string{
	audit.ErrConflict: "conflict", audit.ErrMalformed: "malformed", audit.ErrEdited: "edited", audit.ErrMissing: "missing",
	audit.ErrReordered: "reordered", audit.ErrTruncated: "truncated", audit.ErrRewritten: "rewritten",
}

func last(events []audit.Event) audit.Checkpoint { return events[len(events)-1].Checkpoint() }

// edited returns h with event seq edited, and the hashes of n events from
// there on made again.
func edited(h []audit.Event, seq, n int) []audit.Event {
	h = slices.Clone(h)
	h[seq-1].Reason += " edited"
	for i := seq - 1; i < seq-1+n; i++ {
		head := audit.Checkpoint{}
		if i > 0 {
			head = h[i-1].Checkpoint()
		}
		h[i] = h[i].Chain(head)
	}
	return h
}

func TestVerify(t *testing.T) {
	h := history()
	none := audit.Checkpoint{}
	other := edited(h, 1, 5)
	renumbered := slices.Concat(h[:2], h[3:])
	for i := range renumbered {
		renumbered[i].Seq = uint64(i + 1)
	}
	tests := []struct {
		want   string
		name   string
		events []audit.Event
		cp     audit.Checkpoint
	}{
		{"ok", "as it is", h, none},
		{"ok", "checkpoint at the head", h, last(h)},
		{"ok", "checkpoint before the head", h, h[1].Checkpoint()},
		{"ok", "empty", nil, none},
		{"truncated at 1", "all gone", nil, last(h)},
		{"truncated at 5", "last gone", h[:4], last(h)},
		{"ok", "last gone, nothing known", h[:4], none},
		{"missing at 1", "first gone", h[1:], none},
		{"missing at 3", "third gone", slices.Concat(h[:2], h[3:]), none},
		{"missing at 3", "third and last gone", slices.Concat(h[:2], h[3:4]), last(h)},
		{"edited at 3", "third gone, rest renumbered", renumbered, none},
		{"reordered at 2", "swapped", []audit.Event{h[0], h[2], h[1], h[3], h[4]}, none},
		{"reordered at 1", "first moved to the end", slices.Concat(h[1:], h[:1]), none},
		{"reordered at 3", "second twice", slices.Concat(h[:2], h[1:]), none},
		{"reordered at 6", "whole log twice", slices.Concat(h, h), none},
		{"missing at 2", "second edited and moved to the end", slices.Concat(h[:1], h[2:], edited(h, 2, 0)[1:2]), none},
		{"edited at 2", "second edited", edited(h, 2, 0), none},
		{"edited at 3", "second edited with its hash", edited(h, 2, 1), none},
		{"edited at 4", "second and third edited with their hashes", edited(h, 2, 2), none},
		{"ok", "rewritten from the second on, nothing known", edited(h, 2, 4), none},
		{"ok", "rewritten after the checkpoint", edited(h, 3, 3), h[1].Checkpoint()},
		{"rewritten at 2", "rewritten from the checkpoint on", edited(h, 2, 4), h[1].Checkpoint()},
		{"rewritten at 5", "rewritten before the checkpoint", edited(h, 2, 4), last(h)},
		{"edited at 5", "last edited", edited(h, 5, 0), none},
		{"rewritten at 5", "last edited with its hash", edited(h, 5, 1), last(h)},
		{"edited at 3", "spliced from two logs", slices.Concat(h[:2], other[2:]), none},
		{"rewritten at 5", "another log", other, last(h)},
		{"edited at 1", "first with a link", []audit.Event{h[0].Chain(audit.Checkpoint{Hash: h[1].Hash})}, none},
		{"edited at 1", "no event", []audit.Event{{}}, none},
		{"malformed at 0", "checkpoint without a hash", h, audit.Checkpoint{Seq: 3}},
		{"malformed at 0", "checkpoint without a sequence", h, audit.Checkpoint{Hash: h[0].Hash}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := verdict(test.events, test.cp); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// Every subset of a log, in every order, is told from the log.
func TestVerifyEverySelection(t *testing.T) {
	h := history()
	counts := make(map[string]int)
	var walk func(chosen []audit.Event)
	walk = func(chosen []audit.Event) {
		want := "ok"
		for i := range len(h) + 1 {
			if i < len(chosen) && chosen[i].Seq == h[i].Seq {
				continue
			}
			belongs := func(e audit.Event) bool { return e.Seq == uint64(i+1) }
			switch {
			case i == len(h): // all are there, in order
			case i == len(chosen):
				want = fmt.Sprintf("truncated at %d", i+1)
			case slices.ContainsFunc(chosen, belongs):
				want = fmt.Sprintf("reordered at %d", i+1)
			default:
				want = fmt.Sprintf("missing at %d", i+1)
			}
			break
		}
		if got := verdict(chosen, last(h)); got != want {
			t.Fatalf("%d events: got %s, want %s", len(chosen), got, want)
		}
		counts[want[:2]]++
		for _, e := range h {
			if !slices.ContainsFunc(chosen, func(c audit.Event) bool { return c.Seq == e.Seq }) {
				walk(append(slices.Clip(chosen), e))
			}
		}
	}
	walk(nil)
	// In all 326, the sum of 5!/k!. One is the log, and one of each length from
	// 0 to 4 is its beginning.
	want := map[string]int{"ok": 1, "tr": 5, "re": 236, "mi": 84}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("selections by verdict (-want +got):\n%s", diff)
	}
}

// mutants yields copies of e that differ from it in one bit of one field, with
// the name of the field.
func mutants(e audit.Event) iter.Seq2[string, audit.Event] {
	return func(yield func(string, audit.Event) bool) {
		texts := func(e *audit.Event) map[string]*string {
			m := map[string]*string{
				"id": &e.ID, "company": &e.Company, "kind": &e.Actor.Kind, "actor": &e.Actor.ID, "e-mail": &e.Actor.Email, "role": &e.Actor.Role,
				"reason": &e.Reason, "approval": &e.Approval, "correlation": &e.Correlation, "via": &e.Via,
			}
			for i := range e.Changes {
				m[fmt.Sprint("type ", i)] = &e.Changes[i].Type
			}
			for i := range e.Targets {
				m[fmt.Sprint("target ", i)] = &e.Targets[i]
			}
			return m
		}
		for name, text := range texts(&e) {
			for bit := range 8 * len(*text) {
				c := e.Clone()
				b := []byte(*text)
				b[bit/8] ^= 1 << (bit % 8)
				*texts(&c)[name] = string(b)
				yield(name, c)
			}
			c := e.Clone()
			*texts(&c)[name] += "x"
			yield(name, c)
		}
		for bit := range 64 {
			for i := range e.Changes {
				c := e.Clone()
				c.Changes[i].Version ^= 1 << bit
				yield("version", c)
			}
			c := e
			c.Seq ^= 1 << bit
			yield("seq", c)
			if bit < 60 {
				c = e
				c.Time = c.Time.Add(1 << bit)
				yield("time", c)
			}
		}
		for bit := range 256 {
			c := e
			c.Prev[bit/8] ^= 1 << (bit % 8)
			yield("prev", c)
			c = e
			c.Hash[bit/8] ^= 1 << (bit % 8)
			yield("hash", c)
		}
		for i := range e.Changes {
			for bit := range 8 * len(e.Changes[i].Data) {
				c := e.Clone()
				c.Changes[i].Data[bit/8] ^= 1 << (bit % 8)
				yield("data", c)
			}
		}
	}
}

// Every bit of every field of every event.
func TestVerifyEveryFieldBit(t *testing.T) {
	h := history()
	fields := make(map[string]bool)
	n := 0
	for i, e := range h {
		want := fmt.Sprintf("edited at %d", i+1)
		for field, mutant := range mutants(e) {
			tampered := slices.Clone(h)
			tampered[i] = mutant
			if got := verdict(tampered, audit.Checkpoint{}); got != want {
				t.Fatalf("event %d, %s: got %s, want %s", i+1, field, got, want)
			}
			fields[field] = true
			n++
		}
	}
	if n < 7_000 || len(fields) != 20 {
		t.Errorf("%d mutants of %d fields", n, len(fields))
	}
}

func TestVerifyPassesReadErrorsOn(t *testing.T) {
	h := history()
	broken := errors.New("disk")
	for name, events := range map[string][]audit.Event{"good": h[:3], "gap": h[1:3], "none": nil} {
		err := audit.Verify(func(yield func(audit.Event, error) bool) {
			values(events)(yield)
			yield(audit.Event{}, broken)
		}, audit.Checkpoint{})
		if err != broken {
			t.Errorf("%s: got %v, want %v", name, err, broken)
		}
	}
}

// long returns a chain of n small events.
func long(n int) []audit.Event {
	events := make([]audit.Event, n)
	for i := range events {
		events[i] = history()[i%5]
		events[i].Correlation = fmt.Sprint(i)
	}
	return chain(events...)
}

func TestVerifyLongLogs(t *testing.T) {
	log := long(2000)
	kinds := []string{"edit", "remove", "swap", "truncate", "repeat", "rewrite"}
	hits := make(map[string]int)
	check := func(t *rapid.T) {
		n := rapid.IntRange(2, 200).Draw(t, "n")
		h := slices.Clone(log[:n])
		i := rapid.IntRange(0, n-1).Draw(t, "i")
		cp := h[rapid.IntRange(i, n-1).Draw(t, "checkpoint")].Checkpoint()
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		var want string
		switch kind {
		case "edit":
			h[i].Targets, want = append(slices.Clip(h[i].Targets), "x"), fmt.Sprintf("edited at %d", i+1)
		case "remove":
			if h, want = slices.Delete(h, i, i+1), fmt.Sprintf("missing at %d", i+1); i == n-1 {
				want = fmt.Sprintf("truncated at %d", n)
			}
		case "swap":
			j := rapid.IntRange(0, n-2).Draw(t, "j")
			if j >= i {
				j++
			}
			h[i], h[j] = h[j], h[i]
			want = fmt.Sprintf("reordered at %d", min(i, j)+1)
		case "truncate":
			h, want = h[:i], fmt.Sprintf("truncated at %d", i+1)
		case "repeat":
			j := rapid.IntRange(i+1, n).Draw(t, "j")
			h, want = slices.Insert(h, j, h[i]), fmt.Sprintf("reordered at %d", j+1)
		case "rewrite":
			h, want = edited(h, i+1, n-i), fmt.Sprintf("rewritten at %d", cp.Seq)
		}
		if got := verdict(h, cp); got != want {
			t.Fatalf("%s: got %s, want %s", kind, got, want)
		}
		hits[kind]++
	}
	for round := 0; round == 0 || round < 20 && !testing.Short() && !t.Failed() && len(hits) < len(kinds); round++ {
		rapid.Check(t, check)
	}
	if len(hits) < len(kinds) && !testing.Short() { // too few checks to count on each
		t.Errorf("of %q there were only %v", kinds, hits)
	}
	if got := verdict(log, last(log)); got != "ok" {
		t.Errorf("the log itself: %s", got)
	}
}

// fixed is a log that has the given events, whatever they are.
type fixed struct {
	audit.Log
	events []audit.Event
}

func TestReplay(t *testing.T) {
	h := history()
	rewritten := edited(h, 2, 4)
	none := audit.Checkpoint{}
	tests := []struct {
		want     string // the numbers of the events, then the error
		name     string
		events   []audit.Event
		from, cp audit.Checkpoint
	}{
		{"1 2 3 4 5", "all", h, none, none},
		{"1 2 3 4 5", "all with a checkpoint", h, none, last(h)},
		{"2 3 4 5", "after the first", h, h[0].Checkpoint(), none},
		{"4 5", "after the third", h, h[2].Checkpoint(), last(h)},
		{"4 5", "checkpoint before the start", h, h[2].Checkpoint(), rewritten[1].Checkpoint()},
		{"", "nothing new", h, last(h), last(h)},
		{"", "empty", nil, none, none},
		{"truncated at 3", "shorter than the start", h[:2], h[2].Checkpoint(), none},
		{"truncated at 5", "much shorter than the start", h[:2], last(h), none},
		{"truncated at 1", "gone", nil, h[0].Checkpoint(), none},
		{"4 truncated at 5", "shorter than the checkpoint", h[:4], h[2].Checkpoint(), last(h)},
		{"rewritten at 3", "another start", rewritten, h[2].Checkpoint(), none},
		{"3 4 rewritten at 5", "another checkpoint", h, h[1].Checkpoint(), last(rewritten)},
		{"4 edited at 5", "edited", edited(h, 5, 0), h[2].Checkpoint(), none},
		{"missing at 4", "missing", slices.Concat(h[:3], h[4:]), h[2].Checkpoint(), none},
		{"reordered at 4", "reordered", []audit.Event{h[0], h[1], h[2], h[4], h[3]}, h[2].Checkpoint(), none},
		{"missing at 3", "start missing", slices.Concat(h[:2], h[3:]), h[2].Checkpoint(), none},
		{"edited at 3", "start edited", edited(h, 3, 0), h[2].Checkpoint(), none},
		{"malformed at 0", "malformed start", h, audit.Checkpoint{Seq: 2}, none},
		{"malformed at 0", "malformed checkpoint", h, none, audit.Checkpoint{Seq: 2}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for e, err := range audit.Replay(t.Context(), fixed{events: test.events}, test.from, test.cp) {
				if bad, ok := errors.AsType[*audit.Error](err); ok {
					got = append(got, fmt.Sprintf("%s at %d", causes[bad.Err], bad.Seq))
				} else {
					got = append(got, fmt.Sprint(e.Seq))
				}
			}
			if got := strings.Join(got, " "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	for e, err := range audit.Replay(t.Context(), fixed{events: h}, none, none) {
		if err != nil || e.Seq != 1 {
			t.Errorf("got %d, %v", e.Seq, err)
		}
		break
	}
}

func (f fixed) Events(_ context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return values(f.events[min(int(after), len(f.events)):])
}
