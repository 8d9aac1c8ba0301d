package company

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

// Config says what a company takes from its surroundings. Nil is the zero
// Config.
type Config struct {
	// Now is the clock. Nil means time.Now. It must be safe for concurrent use. For
	// a company it is never earlier than its last event.
	Now func() time.Time

	// ClockSkew is how far ahead of Now the last event of the log may be. If it is
	// further ahead, this clock or the one that the event was made with is wrong:
	// Do refuses with [ErrClock], until one is set right or a system makes a
	// [CorrectClock]. The same holds for the clock of the log's store, if it is an
	// [audit.Clock], before or after Now. 0 is 5 minutes. Less is refused.
	ClockSkew time.Duration

	// Rand is where ids and secrets come from, so it must be one for
	// cryptography. It is read by one goroutine at a time. Nil means
	// crypto/rand.Reader.
	Rand io.Reader

	// Systems has the host's own systems that may make changes, each by a name
	// that is not empty, and what each may do. An invitation that a system sent
	// can be accepted as long as the system could still send it.
	Systems map[string]SystemConfig

	// Limits is what the host sells: it bounds the company on top of its own
	// limits, is checked after each change, of a system too, and is not in the log.
	// Those of a company that was sold more before stay, but nobody is added, and no
	// invitation can be accepted while more seats are taken than it has. The zero
	// Limits bound nothing.
	Limits Limits

	// Deliver sends a message about an invitation to its address. It gets the
	// only copy of the secret, after the event is stored, and no other change
	// waits for it. When it returns nil, the delivery is recorded; until then the
	// invitation is among [Company.UndeliveredInvitations]. An error of it is in
	// the receipt and undoes nothing: nothing was sent, and the invitation can be
	// re-sent at once. An error that wraps [ErrQueued] says that the message is in
	// a queue that will not lose it, and that a system of the host's will make
	// the [RecordDelivery]. Deliver must be safe for concurrent use. Nil means
	// that no invitation can be sent.
	Deliver func(ctx context.Context, m invite.Message) error

	// Origin is what the links in messages begin with: https://host/path, or
	// http for a loopback host, without a slash at the end. Required with
	// Deliver.
	Origin string

	// Invitations bounds invitations. The zero value has defaults.
	Invitations InvitationLimits

	// OwnAddresses lets users change their own address, with a proof that the new
	// one is theirs; see [ChangeAddress]. Otherwise only systems may.
	OwnAddresses bool

	// MaxAge bounds how old the answers of a company may be that others write as
	// well: how long it may be since its log was last known to have nothing more.
	// Beyond that bound [Company.Policy] returns nil, and [Company.Decide] denies
	// with [access.ReasonUnavailable]. Within it, somebody who was just suspended
	// elsewhere may still be let in; see [Company.WaitFor]. 0 is no bound, for a
	// log that this process alone writes. Less is refused.
	MaxAge time.Duration
	// FollowEvery is how often [Company.Follow] and [Company.WaitFor] read the log
	// if nothing tells them to. 0 is a third of MaxAge, or a second without one.
	// Less, and MaxAge or more, are refused.
	FollowEvery time.Duration

	// Snapshot returns the last snapshot that [Company.Snapshot] wrote, which Open
	// closes. Nil means that there is none. Open replays only the events after it. A
	// snapshot that cannot be read, or is of another version, is passed over:
	// [Health.Snapshot] says why. One that is not of the log, or newer than it, is
	// refused as [ErrDiverged]. Nil is no snapshots.
	Snapshot func(ctx context.Context) (io.ReadCloser, error)

	// Keeper keeps the last checkpoint outside the log, so that [Open] finds out if
	// the log lost its end: an old copy that was restored looks like a log in order.
	// Nil keeps nothing, and then a shorter log is believed.
	Keeper audit.Keeper
	// KeepEvery is after how many events the checkpoint is kept again. 0 is 1. The
	// loss of fewer events than that may go unnoticed. Less is refused.
	KeepEvery int

	// Observer sees every decision asked by [Company.Decide],
	// [Company.DecideContext], [Company.Do] and [Company.WhatIf], with the context of
	// the call; of a Do, those of the last time that its changes were judged. It runs after the
	// answer, in the goroutine of the call, and no other call waits for it. It
	// must be quick and safe for concurrent use. If it panics, that is counted
	// ([Company.Panics]), and nothing else comes of it. Package decisionlog has
	// one. Nil costs nothing.
	Observer func(context.Context, access.Decision)
	// Refused sees every Do that was refused, also that of a row of
	// [Company.SendInvitations]: who tried what, and why it is refused. It sees a
	// [Company.WhatIf] that was, too: anyone who probes what they may do is seen. It is
	// run like Observer, after it. What fails for another reason, so that
	// [Error.Refused] is false, is not shown to it.
	Refused func(context.Context, Attempt)
}

// Company is a company that Ambit keeps: its policy, and the log that the
// policy is the fold of. It changes by [Company.Do] and in no other way.
//
// All methods are safe for concurrent use. Reading never waits for a change.
type Company struct {
	config  Config // with its defaults
	systems map[string]system
	log     audit.Log
	journal *journal.Journal[*published]

	passedOver error    // why the snapshot was
	underway   underway // messages that the log does not know of
	panics     atomic.Uint64
}

// Open replays a log and returns the company that it records. Every event must
// continue the chain, be of known types and versions, and still apply. If one
// does not, the error has its number and wraps [ErrBroken] or an error of package
// audit; no event is skipped. The error wraps [ErrNotFounded] for an empty log,
// [ErrUnfinished] for one that does not have all parts of the founding,
// [ErrDiverged] for one that is shorter than what [Config.Keeper] has or another
// one, and [ErrInvalid] for a Config that is wrong.
func Open(ctx context.Context, log audit.Log, c *Config) (*Company, error) {
	co, err := newCompany(c)
	if err != nil {
		return nil, &Error{Op: "open", Err: err}
	}
	co.log = log
	settings := co.journalConfig()
	settings.From = co.fromSnapshot(ctx)
	co.journal, err = journal.Open(ctx, settings)
	switch {
	case err != nil:
	case co.Checkpoint().Seq == 0:
		err = ErrNotFounded
	case co.journal.Current().begun != nil:
		err = ErrUnfinished
	}
	if err != nil {
		return nil, wrap("open", err)
	}
	return co, nil
}

func newCompany(c *Config) (*Company, error) {
	if c == nil {
		c = new(Config)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	systems, err := systemsOf(c.Systems)
	if err != nil {
		return nil, err
	}
	co := &Company{config: *c, systems: systems}
	co.config.Invitations = c.Invitations.filled()
	co.config.ClockSkew = cmp.Or(c.ClockSkew, 5*time.Minute)
	co.config.FollowEvery = cmp.Or(c.FollowEvery, c.MaxAge/3, time.Second)
	if c.Now == nil {
		co.config.Now = time.Now
	}
	if c.Rand == nil {
		co.config.Rand = rand.Reader
	}
	return co, nil
}

// notFounded is every company before its first event. Nothing writes to it.
var notFounded = new(published)

// isFounded reports whether a state is one of a company whose founding is finished.
func isFounded(p *published) bool { return p.policy != nil }

// journalConfig says what the journal of a company is made of.
func (c *Company) journalConfig() journal.Config[*published] {
	return journal.Config[*published]{
		Log: c.log, Fold: c.fold, Settle: c.settle, Whole: isFounded, Empty: notFounded, Now: c.config.Now,
		Keeper: c.config.Keeper, KeepEvery: uint64(c.config.KeepEvery),
	}
}

// check refuses what a company cannot run with.
func (c *Config) check() error {
	err := cmp.Or(c.Invitations.check(), c.Limits.check())
	switch {
	case err != nil:
	case c.ClockSkew < 0:
		err = fmt.Errorf("a clock skew of %s %w: write how far ahead of the clock an event may be", c.ClockSkew, ErrInvalid)
	case c.MaxAge < 0:
		err = fmt.Errorf("an age of at most %s %w: write how old answers may be", c.MaxAge, ErrInvalid)
	case c.FollowEvery < 0 || c.MaxAge > 0 && c.FollowEvery >= c.MaxAge:
		err = fmt.Errorf("following every %s %w: follow more often than answers get too old, which is after %s", c.FollowEvery, ErrInvalid, c.MaxAge)
	case c.KeepEvery < 0:
		err = fmt.Errorf("keeping a checkpoint every %d events %w: write after how many events it is kept again", c.KeepEvery, ErrInvalid)
	}
	if err == nil && (c.Deliver != nil || c.Origin != "") {
		err = checkOrigin(c.Origin)
	}
	return err
}

// Policy returns the policy as it is now. It does not change; ask again for a
// later one. It is nil, which denies everything as unavailable, if the company may
// be older than [Config.MaxAge] allows.
func (c *Company) Policy() *access.Policy {
	if c.isTooOld() {
		return nil
	}
	return c.journal.Current().live
}

// published is a state that everybody may read, which has the clock of its
// company. Whatever is applied is applied to the state alone.
type published struct {
	state
	live *access.Policy // that of the state, with the clock
}

// publish returns a state that follows another one.
func (c *Company) publish(before *published, s state) *published {
	if s.policy == before.policy {
		return &published{s, before.live}
	}
	return &published{s, s.policy.WithClock(c.now)}
}

// ID returns the id of the company.
func (c *Company) ID() string { return c.journal.Current().id }

// Name returns the name of the company.
func (c *Company) Name() string { return c.journal.Current().name }

// Limits returns the limits of the company: its own, and where they are lower
// those of [Config].
func (c *Company) Limits() Limits { return c.journal.Current().limits.within(c.config.Limits) }

// SendsInvitations reports whether [Config.Deliver] is there: without it every
// invitation is refused with [ErrNoDelivery].
func (c *Company) SendsInvitations() bool { return c.config.Deliver != nil }

// Checkpoint returns where in its log the company is. Kept elsewhere, it
// exposes a log that was shortened or rewritten.
func (c *Company) Checkpoint() audit.Checkpoint { return c.journal.Point().Head }
