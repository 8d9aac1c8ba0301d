package company_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// cutOff is a log that can be out of reach.
type cutOff struct {
	audit.Log
	away atomic.Bool
}

var errAway = errors.New("the log is out of reach")

func (l *cutOff) Append(ctx context.Context, e audit.Event) error {
	if l.away.Load() {
		return errAway
	}
	return l.Log.Append(ctx, e)
}

func (l *cutOff) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	if l.away.Load() {
		return func(yield func(audit.Event, error) bool) { yield(audit.Event{}, errAway) }
	}
	return l.Log.Events(ctx, after)
}

// TestFollow: a process follows what another one does. While it cannot, its
// answers get older, and beyond the bound it has none.
func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &cutOff{Log: audit.NewMemory()}
		const most = time.Minute
		c := newCompany(t, "ann admin; bob viewer", options{log: log.Log, config: func(c *company.Config) { c.Now, c.ClockSkew = time.Now, time.Hour }})
		config := company.Config{Now: time.Now, MaxAge: most}
		follower, err := company.Open(t.Context(), log, &config)
		if err != nil {
			t.Fatal(err)
		}
		mayLook := func() access.Decision {
			return follower.Decide(access.User("bob"), access.ViewDirectory, access.Company())
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- follower.Follow(ctx) }()
		synctest.Wait()
		c.must("ann", company.SetRole{User: "bob", Role: "user-manager"})
		r := c.must("ann", company.SuspendUser{User: "bob"})
		time.Sleep(most/3 + time.Millisecond)
		if d := mayLook(); d.Reason != access.ReasonSuspended || follower.Checkpoint() != c.Checkpoint() {
			t.Errorf("within the time between two reads: %v, at event %d", d, follower.Checkpoint().Seq)
		}
		log.away.Store(true)
		lost := follower.Health().Known
		time.Sleep(most - time.Since(lost))
		synctest.Wait()
		if h := follower.Health(); mayLook().Reason != access.ReasonSuspended || h.TooOld || !errors.Is(h.Log, errAway) || !h.Known.Equal(lost) {
			t.Errorf("at the bound: %v, %+v", mayLook(), h)
		}
		time.Sleep(time.Nanosecond)
		if p, h := follower.Policy(), follower.Health(); p != nil || follower.Now().Policy() != nil || mayLook().Reason != access.ReasonUnavailable || !h.TooOld {
			t.Errorf("beyond the bound: %v, %+v", mayLook(), h)
		}
		c.must("ann", company.ReinstateUser{User: "bob"})
		log.away.Store(false)
		time.Sleep(most / 3)
		synctest.Wait()
		if h := follower.Health(); !mayLook().Allowed || h.TooOld || h.Log != nil || h.Checkpoint.Seq != r.Seq+1 {
			t.Errorf("in reach again: %v, %+v", mayLook(), h)
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "company: follow: ") {
			t.Errorf("Follow = %v", err)
		}
	})
}

// TestFollowBroken: a follower that meets a broken chain stops and says where.
func TestFollowBroken(t *testing.T) {
	c := newCompany(t, "ann admin; bob viewer", options{})
	c.must("ann", company.CreateTeam{Team: "t"})
	e := events(t, c.log)[1].Clone()
	e.Targets = []string{"team:another"}
	swap := audit.NewMemory()
	for _, e := range []audit.Event{events(t, c.log)[0], e.Chain(events(t, c.log)[0].Checkpoint())} {
		if err := swap.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	follower, err := company.Open(t.Context(), &splitLog{first: 1, log: swap}, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = follower.Follow(t.Context())
	if e := (*company.Error)(nil); !errors.Is(err, company.ErrBroken) || !errors.As(err, &e) || e.Seq != 2 {
		t.Errorf("Follow = %v, want ErrBroken at event 2", err)
	}
	if follower.Checkpoint().Seq != 1 {
		t.Errorf("the follower is at %d", follower.Checkpoint().Seq)
	}
}

// splitLog is a log that shows its first events only when it is read first.
type splitLog struct {
	audit.Log
	first uint64
	log   audit.Log
	reads int
}

func (l *splitLog) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		l.reads++
		for e, err := range l.log.Events(ctx, after) {
			if l.reads == 1 && e.Seq > l.first || !yield(e, err) {
				return
			}
		}
	}
}

// TestWaitFor: a change that another process made is known after its number was
// waited for.
func TestWaitFor(t *testing.T) {
	c := newCompany(t, "ann admin; bob viewer", options{})
	other := c.second(nil)
	r := c.must("ann", company.SuspendUser{User: "bob"})
	if err := other.WaitFor(t.Context(), r.Seq); err != nil {
		t.Fatal(err)
	}
	if d := other.Decide(access.User("bob"), access.ViewAccount, access.Company()); d.Reason != access.ReasonSuspended {
		t.Errorf("after the wait: %v", d)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := other.WaitFor(ctx, r.Seq+1); !errors.Is(err, context.Canceled) {
		t.Errorf("WaitFor = %v, want the end of its context", err)
	}
}

// TestUpdates: what changes is told with its targets, once the policy knows of it.
func TestUpdates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCompany(t, "ann admin; bob viewer", options{teams: "t"})
		c.must("ann", company.SuspendUser{User: "bob"})
		var got []string
		ended := make(chan error, 1)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for u, err := range c.Updates(ctx, 1) {
				if err != nil {
					ended <- err
					return
				}
				got = append(got, fmt.Sprint(u.Seq, " ", strings.Join(u.Targets, " ")))
			}
		}()
		synctest.Wait()
		c.must("ann", company.ReinstateUser{User: "bob"}, company.AddMember{Team: "t", User: "bob"})
		synctest.Wait()
		other := c.second(&c.config)
		if _, err := other.Do(t.Context(), company.By{Actor: company.User("ann"), Reason: "needed"}, company.SuspendUser{User: "bob"}); err != nil {
			t.Fatal(err)
		}
		if err := c.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("it ends by %v", err)
		}
		if want := []string{"2 user:bob", "3 user:bob team:t", "4 user:bob"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		for range c.Updates(t.Context(), 0) {
			break
		}
	})
}

// memoryKeeper keeps a checkpoint in memory.
type memoryKeeper struct {
	last audit.Checkpoint
	err  error
}

func (k *memoryKeeper) Kept(context.Context) (audit.Checkpoint, error) { return k.last, k.err }

func (k *memoryKeeper) Keep(_ context.Context, c audit.Checkpoint) error {
	if k.err == nil {
		k.last = c
	}
	return k.err
}

// TestKeeper: with a checkpoint kept elsewhere, a log that lost its end is not
// opened. Without one it is believed.
func TestKeeper(t *testing.T) {
	keeper := new(memoryKeeper)
	c := newCompany(t, "ann admin; bob viewer", options{config: func(c *company.Config) { c.Keeper = keeper }})
	c.must("ann", company.SuspendUser{User: "bob"})
	if keeper.last != c.Checkpoint() {
		t.Errorf("kept is %v, want %v", keeper.last, c.Checkpoint())
	}
	short := audit.NewMemory()
	if err := short.Append(t.Context(), events(t, c.log)[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := company.Open(t.Context(), short, &c.config); !errors.Is(err, company.ErrDiverged) || !errors.Is(err, audit.ErrTruncated) {
		t.Errorf("Open = %v, want ErrDiverged and ErrTruncated", err)
	}
	if _, err := company.Found(t.Context(), audit.NewMemory(), foundingOfOne(), &c.config); !errors.Is(err, company.ErrDiverged) {
		t.Errorf("Found on a log that lost everything = %v, want ErrDiverged", err)
	}
	if o, err := company.Open(t.Context(), short, nil); err != nil || !o.Decide(access.User("bob"), access.ViewDirectory, access.Company()).Allowed && o.Checkpoint().Seq != 1 {
		t.Errorf("without a Keeper, Open = %v", err)
	}
	keeper.err = errAway
	if _, err := company.Open(t.Context(), c.log, &c.config); !errors.Is(err, errAway) {
		t.Errorf("Open = %v, want what the Keeper failed with", err)
	}
	c.must("ann", company.ReinstateUser{User: "bob"})
	if err := c.Health().Keeper; !errors.Is(err, errAway) {
		t.Errorf("Health says %v of the Keeper", err)
	}
	if err := c.Keep(t.Context()); !errors.Is(err, errAway) {
		t.Errorf("Keep = %v", err)
	}
	keeper.err = nil
	if err := c.Keep(t.Context()); err != nil || keeper.last != c.Checkpoint() || c.Health().Keeper != nil {
		t.Errorf("Keep = %v, with %v kept", err, keeper.last)
	}
}

// TestFollowingConfig refuses what cannot be followed by.
func TestFollowingConfig(t *testing.T) {
	for _, c := range []company.Config{
		{MaxAge: -1}, {FollowEvery: -1}, {MaxAge: time.Second, FollowEvery: time.Second}, {KeepEvery: -1},
	} {
		if _, err := company.Found(t.Context(), audit.NewMemory(), foundingOfOne(), &c); !errors.Is(err, company.ErrInvalid) {
			t.Errorf("%+v: Found = %v, want ErrInvalid", c, err)
		}
	}
}

// TestHealthInDoubt: an append that failed shows, until it is settled.
func TestHealthInDoubt(t *testing.T) {
	log := audittest.NewFaulty(audit.NewMemory(), audittest.Plan{Append: func(call int, _ audit.Event) audittest.Mode {
		if call == 2 {
			return audittest.FailAfter
		}
		return audittest.Pass
	}})
	c := newCompany(t, "ann admin; bob viewer", options{log: log})
	if _, err := c.Do(t.Context(), company.By{Actor: company.User("ann"), Reason: "needed"}, company.SuspendUser{User: "bob"}); !errors.Is(err, company.ErrUncertain) {
		t.Fatal(err)
	}
	if h := c.Health(); !h.InDoubt || h.Log == nil || h.Checkpoint.Seq != 1 {
		t.Errorf("in doubt: %+v", h)
	}
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if h := c.Health(); h.InDoubt || h.Log != nil || h.Checkpoint.Seq != 2 {
		t.Errorf("settled: %+v", h)
	}
}

// TestTooOldByAnyClock: an age is told by the clock, and by a clock that was set
// back, nothing is. A refusal is no answer of that age either: Do reads the log
// before it says that something is so already.
func TestTooOldByAnyClock(t *testing.T) {
	log := &cutOff{Log: audit.NewMemory()}
	c := newCompany(t, "ann admin; bob viewer", options{log: log.Log})
	c.must("ann", company.SuspendUser{User: "bob"})
	clock := newTestClock()
	other := func() *company.Company {
		config := c.config
		config.Now, config.MaxAge = clock.Now, time.Minute
		o, err := company.Open(t.Context(), log, &config)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}()
	mayLook := func() access.Reason {
		return other.Decide(access.User("bob"), access.ViewDirectory, access.Company()).Reason
	}
	ops := company.By{Actor: company.System("ops"), Reason: "it is needed"}
	for _, d := range []time.Duration{time.Minute + 1, -time.Second, -time.Nanosecond, -time.Hour, 24 * time.Hour} {
		if err := other.Sync(t.Context()); err != nil || mayLook() == access.ReasonUnavailable {
			t.Fatalf("after Sync: %v, %v", mayLook(), err)
		}
		clock.pass(20*time.Second + 1) // more than FollowEvery
		if h := other.Health(); mayLook() == access.ReasonUnavailable || h.TooOld || !h.Behind {
			t.Errorf("between two reads: %v, %+v", mayLook(), h)
		}
		if err := other.Sync(t.Context()); err != nil || other.Health().Behind {
			t.Errorf("after Sync: %v, %+v", err, other.Health())
		}
		clock.pass(d)
		if h := other.Health(); mayLook() != access.ReasonUnavailable || other.Now().Policy() != nil || !h.TooOld || !h.Behind {
			t.Errorf("the clock went on by %v: %v, %+v", d, mayLook(), h)
		}
	}
	c.must("ann", company.ReinstateUser{User: "bob"})
	log.away.Store(true)
	if _, err := other.Do(t.Context(), ops, company.SuspendUser{User: "bob"}); !errors.Is(err, errAway) {
		t.Errorf("Do = %v, want what the log failed with", err)
	}
	log.away.Store(false)
	clock.pass(-23*time.Hour + time.Minute)
	if r, err := other.Do(t.Context(), ops, company.SuspendUser{User: "bob"}); err != nil || r.Seq != 4 {
		t.Errorf("Do = event %d, %v", r.Seq, err)
	}
}
