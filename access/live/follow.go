package live

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/ambit-authz/ambit/access"
)

// Config says what [Follow] reads, and how. Read is required.
type Config struct {
	// Read returns the text of a document: of a file, an object in a store, an
	// answer over HTTP. It is called by one goroutine, once at the beginning and
	// then every so often, with the context that Follow was given. While it
	// waits the policy stays as it is and nobody is told: give it a time limit.
	Read func(context.Context) ([]byte, error)

	// OnError receives why a later text was not taken: what Read failed with, or
	// the [*document.Error]. The policy stays as it was. It is called once for a
	// text, however often that is read again, and once for the same failure of
	// Read. Nil writes to [slog.Default].
	OnError func(error)

	// OnReplace, if not nil, is called after a later text was taken, with the
	// policy of before and the new one: to log it, or to compare the two.
	OnReplace func(before, after *access.Policy)

	// Every is how long to wait before reading again; 0 means 5 s.
	Every time.Duration

	// Load is the configuration of [access.Load]. Nil is its zero Config.
	Load *access.Config
}

// Follow loads a policy from what c.Read returns, and reads it again until ctx ends.
// Whenever the text has changed, the policy is replaced; if the new text has a
// problem, the policy stays, and c.OnError is told. Replace a file by renaming
// another one to it: what is read while it is being written mostly has a problem,
// and the next text is right again, but half a change may be a document, too.
//
// The error says why there is no policy to begin with; nothing is followed
// then. Reading costs the size of the text each time, loading only what changed.
// The goroutine that reads ends with ctx. A panic of one of c's functions is
// taken for an error of Read, or passed over if the panic is of OnError or of
// OnReplace: nothing that is wrong ends the following.
//
// What is made of the result by [Policy.Edit] or [Policy.Replace] lasts until
// the next text.
func Follow(ctx context.Context, c Config) (*Policy, error) {
	switch {
	case c.Read == nil:
		return nil, errors.New("live: Config.Read is nil; set the function that reads the document")
	case c.Every < 0:
		return nil, fmt.Errorf("live: Config.Every is %s; write how long to wait before reading again", c.Every)
	case c.Every == 0:
		c.Every = 5 * time.Second
	}
	if c.OnError == nil {
		c.OnError = func(err error) { slog.Default().Error("the policy stays as it was", slog.Any("error", err)) }
	}
	r := follower{Config: c}
	first, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	r.live = New(first)
	go r.follow(ctx)
	return r.live, nil
}

// follower is what reads a document again and again.
type follower struct {
	Config
	live   *Policy
	digest [sha256.Size]byte // of the text that was read last
	failed string            // what was told of Read last, "" after a text
}

// follow reads until ctx ends.
func (r *follower) follow(ctx context.Context) {
	again := time.NewTicker(r.Every)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
		case <-again.C:
		}
		if ctx.Err() != nil { // which may come with a tick
			return
		}
		r.again(ctx)
	}
}

// again reads once, and tells what came of it unless ctx has ended.
func (r *follower) again(ctx context.Context) {
	defer func() { _ = recover() }() // of those who are told
	next, err := r.read(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		r.OnError(err)
	case next != nil:
		if before := r.live.swap(next); r.OnReplace != nil {
			r.OnReplace(before, next)
		}
	}
}

// read returns the policy of the text, nil if it is the same text as before. The
// error is one that was not told yet.
func (r *follower) read(ctx context.Context) (p *access.Policy, err error) {
	returned := false
	defer func() {
		if v := recover(); v != nil || !returned { // also a panic of nil
			p, err = nil, r.once(fmt.Errorf("panic: %v", v), debug.Stack())
		}
	}()
	p, err = r.load(ctx)
	returned = true
	return p, err
}

// load is read, but for panics.
func (r *follower) load(ctx context.Context) (*access.Policy, error) {
	text, err := r.Read(ctx)
	if err != nil {
		return nil, r.once(err, nil)
	}
	digest := sha256.Sum256(text)
	if r.failed = ""; digest == r.digest {
		return nil, nil
	}
	r.digest = digest
	return access.Load(text, r.Load)
}

// once returns a failure with where it happened, nil if it is the last one again.
func (r *follower) once(failure error, stack []byte) error {
	told := fmt.Errorf("live: the document cannot be read: %w", failure)
	if r.failed == told.Error() {
		return nil
	}
	if r.failed = told.Error(); stack != nil {
		return fmt.Errorf("%w\n%s", told, stack)
	}
	return told
}
