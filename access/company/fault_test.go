package company_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"pgregory.net/rapid"
)

// The faults of a log are tested in internal/journal, against a fold of three
// lines. The tests here check that a company passes them on.

var errRead = errors.New("the disk is gone")

// failing returns a log whose next append fails in a mode. A call that hangs is
// told to end its context first.
func failing(log audit.Log, mode audittest.Mode, end context.CancelFunc) audit.Log {
	return audittest.NewFaulty(log, audittest.Plan{Delay: 1, Append: func(call int, _ audit.Event) audittest.Mode {
		if call > 1 {
			return audittest.Pass
		}
		if mode == audittest.HangLate {
			end()
		}
		return mode
	}})
}

// unreadable returns a log whose every event fails to be read.
func unreadable(log audit.Log) audit.Log {
	return audittest.NewFaulty(log, audittest.Plan{Read: func(int, audit.Event) error { return errRead }})
}

// agree checks that a company is, after Sync, what its log tells.
func agree(t rapid.TB, co *company.Company, log audit.Log) {
	t.Helper()
	if err := co.Sync(context.Background()); err != nil {
		t.Fatalf("Sync: %v", err)
	}
	replayed, err := company.Open(context.Background(), log, nil)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	if got, want := text(t, co.Policy()), text(t, replayed.Policy()); got != want {
		t.Fatalf("the company is\n%s\nand its log tells\n%s", got, want)
	}
	if co.Checkpoint() != replayed.Checkpoint() || co.Name() != replayed.Name() || co.Limits() != replayed.Limits() {
		t.Fatalf("the company is at %v, and its log at %v", co.Checkpoint(), replayed.Checkpoint())
	}
}

func openStory(t rapid.TB, log audit.Log, s *storyHost) *company.Company {
	t.Helper()
	co, err := company.Open(context.Background(), log, s.config())
	if err != nil {
		t.Fatal(err)
	}
	return co
}

// renaming is a step that is always allowed, and leaves documents as they are.
func renaming(name string) storyStep {
	return storyStep{company.System("directory"), []company.Change{company.SetCompanyName{Name: name}}}
}

// faultyStory is a story in which each step meets a fault.
type faultyStory struct {
	t     *testing.T
	log   *audit.Memory
	link  *switchedLog // the way of the company to the log
	co    *company.Company
	other *company.Company // it writes to the same log
}

// do makes a step, whose call of the log may hang.
func (f *faultyStory) do(sc storyStep, log audit.Log) (company.Receipt, error) {
	f.link.log = log
	return f.co.Do(f.t.Context(), company.By{Actor: sc.by, Reason: "as the story goes"}, sc.changes...)
}

// inDoubt makes a step whose append fails in a mode that leaves it in doubt, and
// settles it by Sync.
func (f *faultyStory) inDoubt(sc storyStep, mode audittest.Mode) {
	f.t.Helper()
	was, at := f.co.Policy(), f.co.Checkpoint().Seq
	ctx, cancel := context.WithCancel(f.t.Context())
	defer cancel()
	f.link.log = failing(f.log, mode, cancel)
	by := company.By{Actor: sc.by, Reason: "as the story goes"}
	r, err := f.co.Do(ctx, by, sc.changes...)
	var e *company.Error
	if !errors.Is(err, company.ErrUncertain) || !errors.As(err, &e) || e.Op != "do" || e.Seq != at+1 || e.Refused() {
		f.t.Fatalf("%v: Do = %v, want ErrUncertain of event %d", mode, err, at+1)
	}
	if r.Seq != at+1 || r.ID == "" || len(r.Changes) != len(sc.changes) || f.co.Policy() != was {
		f.t.Fatalf("%v: the receipt is %+v, or the policy changed", mode, r)
	}
	if err := f.co.Sync(f.t.Context()); err != nil {
		f.t.Fatalf("%v: Sync = %v", mode, err)
	}
	if stored := events(f.t, f.log)[at:]; len(stored) != 1 || stored[0].ID != r.ID || !stored[0].Time.Equal(r.Time) {
		f.t.Fatalf("%v: stored are %v", mode, stored)
	}
}

// overtaken has the other company write first. The step is judged again.
func (f *faultyStory) overtaken(sc storyStep) {
	f.t.Helper()
	r, err := f.do(sc, f.log)
	if err != nil || r.Seq != f.co.Checkpoint().Seq {
		f.t.Fatalf("Do = event %d, %v, want event %d", r.Seq, err, f.co.Checkpoint().Seq)
	}
}

// TestStoryWithFaults plays the story with one of six faults at each step. It
// goes the same way.
func TestStoryWithFaults(t *testing.T) {
	x := playStory(t)
	s, log := newStoryHost(), audit.NewMemory()
	f := &faultyStory{t: t, log: log, link: &switchedLog{log}}
	f.co = foundStory(t, f.link, s)
	f.other = openStory(t, log, s)
	rename := func(n int) {
		t.Helper()
		step := renaming(fmt.Sprint("name ", n))
		if _, err := f.other.Do(t.Context(), company.By{Actor: step.by}, step.changes...); err != nil {
			t.Fatal(err)
		}
	}
	faults := []func(n int, sc storyStep){
		func(_ int, sc storyStep) { f.inDoubt(sc, audittest.FailBefore) },
		func(_ int, sc storyStep) { f.inDoubt(sc, audittest.FailAfter) },
		func(_ int, sc storyStep) { f.inDoubt(sc, audittest.HangLate) },
		func(_ int, sc storyStep) { // as a driver does that repeats an insert by itself
			if r, err := f.do(sc, failing(log, audittest.LieConflict, nil)); err != nil || r.Seq != f.co.Checkpoint().Seq || r.ID == "" {
				t.Fatalf("stored, but refused: Do = event %d, %v", r.Seq, err)
			}
		},
		func(n int, sc storyStep) { rename(n); f.overtaken(sc) },
		func(n int, sc storyStep) {
			rename(n)
			was := f.co.Policy()
			if _, err := f.do(sc, unreadable(log)); !errors.Is(err, errRead) || errors.Is(err, company.ErrUncertain) || f.co.Policy() != was {
				t.Fatalf("overtaken, and the log unreadable: Do = %v", err)
			}
			f.overtaken(sc)
		},
	}
	for n, sc := range storySteps() {
		s.pass(sc.wait())
		faults[n%len(faults)](n, sc)
		f.link.log = log
		if got := text(t, f.co.Policy()); got != x.documents[n+2] {
			t.Fatalf("after step %d the company is\n%s\nwant\n%s", n+1, got, x.documents[n+2])
		}
		agree(t, f.co, log)
		if err := f.other.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestReadFails has the log fail to be read, for each function that reads. The
// error says which.
func TestReadFails(t *testing.T) {
	x := playStory(t)
	link := &switchedLog{x.log}
	co := openStory(t, link, x.host)
	link.log = unreadable(x.log)
	was := co.Policy()
	for op, call := range map[string]func() error{
		"open":  func() error { _, err := company.Open(t.Context(), link, nil); return err },
		"found": func() error { _, err := company.Found(t.Context(), link, storyFounding(t), nil); return err },
		"sync":  func() error { return co.Sync(t.Context()) },
		"at":    func() error { _, err := co.PolicyAfter(t.Context(), 2); return err },
	} {
		var e *company.Error
		if err := call(); !errors.Is(err, errRead) || !errors.As(err, &e) || e.Op != op || e.Refused() {
			t.Errorf("%s: %v, want %v", op, err, errRead)
		}
	}
	if _, err := co.PolicyAt(t.Context(), x.host.Now()); !errors.Is(err, errRead) || co.Policy() != was {
		t.Errorf("PolicyAt: %v, want %v and the same policy", err, errRead)
	}
}

// TestLogLosesItsTail exchanges the log for one without its end. A company that
// knew it writes nothing more, and tells no past.
func TestLogLosesItsTail(t *testing.T) {
	whole, short := audit.NewMemory(), audit.NewMemory()
	link := &switchedLog{whole}
	co, err := company.Found(t.Context(), link, foundingOfOne(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events(t, whole) {
		if err := short.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	ann := company.By{Actor: company.User("ann")}
	if _, err := co.Do(t.Context(), ann, company.CreateTeam{Team: "x"}); err != nil {
		t.Fatal(err)
	}
	link.log = short
	was := co.Policy()
	_, do := co.Do(t.Context(), ann, company.CreateTeam{Team: "y"})
	_, at := co.PolicyAfter(t.Context(), 2)
	_, asOf := co.PolicyAt(t.Context(), time.Now().Add(time.Hour))
	for what, err := range map[string]error{"Do": do, "Sync": co.Sync(t.Context()), "PolicyAfter": at, "PolicyAt": asOf} {
		var e *company.Error
		if !errors.Is(err, company.ErrDiverged) || errors.Is(err, company.ErrUncertain) || !errors.As(err, &e) || e.Refused() {
			t.Errorf("%s = %v, want ErrDiverged", what, err)
		}
	}
	if co.Policy() != was || len(events(t, short)) != 1 {
		t.Error("the policy changed, or something was written")
	}
}

// refusing is a log that refuses every event for one reason.
type refusing struct {
	audit.Log
	why error
}

func (r refusing) Append(context.Context, audit.Event) error { return r.why }

// TestUnfitEvents has a log refuse an event as too large. Nothing is stored, and
// nothing is in doubt.
func TestUnfitEvents(t *testing.T) {
	too := refusing{audit.NewMemory(), fmt.Errorf("%w: more than 16 MiB", audit.ErrMalformed)}
	_, err := company.Found(t.Context(), too, foundingOfOne(), nil)
	if !errors.Is(err, company.ErrInvalid) || errors.Is(err, company.ErrUncertain) {
		t.Errorf("Found = %v, want ErrInvalid", err)
	}
	link := &switchedLog{audit.NewMemory()}
	co, err := company.Found(t.Context(), link, foundingOfOne(), nil)
	if err != nil {
		t.Fatal(err)
	}
	whole := link.log
	link.log = refusing{whole, too.why}
	ann := company.By{Actor: company.User("ann")}
	if r, err := co.Do(t.Context(), ann, company.CreateTeam{}); !errors.Is(err, company.ErrInvalid) || errors.Is(err, company.ErrUncertain) || r.Seq != 0 {
		t.Errorf("Do = event %d, %v, want ErrInvalid", r.Seq, err)
	}
	link.log = whole
	if _, err := co.Do(t.Context(), ann, company.CreateTeam{}); err != nil || len(slices.Collect(co.Policy().Directory().Teams())) != 1 {
		t.Errorf("the next Do = %v", err)
	}
}

// TestFoundFails lets the append of the founding fail. Whether it is stored,
// Open finds out; if not, the company can be founded again.
func TestFoundFails(t *testing.T) {
	for mode, stored := range map[audittest.Mode]bool{audittest.FailBefore: false, audittest.FailAfter: true, audittest.HangLate: true} {
		t.Run(mode.String(), func(t *testing.T) {
			log, s := audit.NewMemory(), newStoryHost()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			faulty := failing(log, mode, cancel)
			co, err := company.Found(ctx, faulty, storyFounding(t), s.config())
			var e *company.Error
			if co != nil || !errors.Is(err, company.ErrUncertain) || !errors.As(err, &e) || e.Op != "found" || e.Seq != 1 {
				t.Fatalf("Found = %v; want ErrUncertain, and no company", err)
			}
			co, err = company.Open(t.Context(), faulty, s.config())
			if (err == nil) != stored || !stored && !errors.Is(err, company.ErrNotFounded) {
				t.Fatalf("Open = %v, want it stored: %t", err, stored)
			}
			if !stored {
				if co, err = company.Found(t.Context(), faulty, storyFounding(t), s.config()); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := company.Found(t.Context(), faulty, storyFounding(t), s.config()); !errors.Is(err, company.ErrNotEmpty) {
				t.Errorf("Found again = %v, want ErrNotEmpty", err)
			}
			agree(t, co, log)
			playStep(t, co, s, storySteps()[0])
		})
	}
}
