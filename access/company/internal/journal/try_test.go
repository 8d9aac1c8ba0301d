package journal_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// narrow is a log whose lines have at most so many bytes.
type narrow struct {
	audit.Log
	longest int
}

func (l narrow) LongestLine() int { return l.longest }

func (l narrow) Append(ctx context.Context, e audit.Event) error {
	if line, err := audit.Encode(e); err == nil && len(line) > l.longest {
		return audit.ErrTooLarge
	}
	return l.Log.Append(ctx, e)
}

// TestTry: a try tells what a write would come to, and leaves everything as it is,
// also while an event is in doubt or staged.
func TestTry(t *testing.T) {
	log := history(t, 2)
	j := open(t, newWire(log, 0, first(1, audittest.FailBefore), nil))
	try := func(when string) {
		t.Helper()
		before := j.Point()
		p, err := j.Try(t.Context(), adding("new"))
		if err != nil || !has(p.State, "new") || p.Head.Seq != before.Head.Seq+1 || p.Head.Hash.IsZero() || p.Time.IsZero() {
			t.Errorf("%s: Try = %+v, %v", when, p, err)
		}
		if j.Point() != before || len(events(t, log)) != 2 {
			t.Errorf("%s: the log has %d events, and the state is %q", when, len(events(t, log)), j.Current())
		}
	}
	try("at first")
	if _, err := j.Write(t.Context(), adding("doubted")); !errors.Is(err, journal.ErrUncertain) {
		t.Fatal(err)
	}
	try("in doubt")
	if !j.InDoubt() {
		t.Error("a try settled the doubt")
	}
	j = open(t, log)
	if _, _, err := j.Stage(t.Context(), lost{log}, adding("staged")); err != nil {
		t.Fatal(err)
	}
	try("staged")
	if !j.IsStaged() {
		t.Error("a try ended the wait for a transaction")
	}
}

// lost is a way to a log that keeps nothing.
type lost struct{ audit.Log }

func (lost) Append(context.Context, audit.Event) error { return nil }

// TestTryFails: the error of a try is that of a write.
func TestTryFails(t *testing.T) {
	errNo := errors.New("no")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	late, end := context.WithCancel(t.Context())
	proposals := []struct {
		name    string
		ctx     context.Context
		log     audit.Log
		propose journal.Propose[string]
		want    error
	}{
		{"it ended before", ended, history(t, 1), func(journal.Point[string]) (string, audit.Event, error) { panic("asked") }, context.Canceled},
		{"it ends meanwhile", late, history(t, 1), func(p journal.Point[string]) (string, audit.Event, error) {
			end()
			return adding("a")(p)
		}, context.Canceled},
		{"refused", t.Context(), history(t, 1), func(journal.Point[string]) (string, audit.Event, error) { return "", audit.Event{}, errNo }, errNo},
		{"unfit", t.Context(), history(t, 1), func(p journal.Point[string]) (string, audit.Event, error) { return p.State, audit.Event{}, nil }, journal.ErrUnfit},
		{"too long", t.Context(), narrow{history(t, 1), 100}, adding("a"), audit.ErrTooLarge},
		{"long enough", t.Context(), narrow{history(t, 1), 10_000}, adding("a"), nil},
	}
	for _, c := range proposals {
		t.Run(c.name, func(t *testing.T) {
			j := open(t, c.log)
			_, tried := j.Try(c.ctx, c.propose)
			_, wrote := j.Write(c.ctx, c.propose)
			if !errors.Is(tried, c.want) || !errors.Is(wrote, c.want) || (tried == nil) != (wrote == nil) {
				t.Fatalf("Try = %v, Write = %v, want %v", tried, wrote, c.want)
			}
			var a, b *journal.Error
			if errors.As(tried, &a) != errors.As(wrote, &b) || a != nil && (a.Op != b.Op || a.Seq != b.Seq) || errors.Is(tried, journal.ErrUnfit) != errors.Is(wrote, journal.ErrUnfit) {
				t.Errorf("Try = %#v, Write = %#v", a, b)
			}
		})
	}
}
