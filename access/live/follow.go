package live

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access"
)

// Config says what [Follow] reads, and how. Read and OnError are required.
type Config struct {
	// Read returns the text of a document: of a file, an object in a store, an
	// answer over HTTP. It is called by one goroutine, once at the beginning and
	// then every so often.
	Read func() ([]byte, error)

	// OnError receives why a later text was not taken: what Read failed with, or
	// the [*document.Error]. The policy stays as it was. It is called once for a
	// text, however often that is read again, and once for the same failure of
	// Read.
	OnError func(error)

	// Every is how long to wait before reading again; 0 means 5 s.
	Every time.Duration

	// Load is the configuration of [access.Load]. Nil is its zero Config.
	Load *access.Config
}

// Follow loads a policy from what c.Read returns, and reads it again until ctx ends.
// Whenever the text has changed, the policy is replaced; if the new text has a
// problem, the policy stays, and c.OnError is told. A text that is read while it
// is being written is such a text, and the next one is right again.
//
// The error says why there is no policy to begin with; nothing is followed
// then. Reading costs the size of the text each time, loading only what changed.
func Follow(ctx context.Context, c Config) (*Policy, error) {
	switch {
	case c.Read == nil:
		return nil, errors.New("live: Config.Read is nil; set the function that reads the document")
	case c.OnError == nil:
		return nil, errors.New("live: Config.OnError is nil; set a function, so that a document with a problem does not go unnoticed")
	case c.Every < 0:
		return nil, fmt.Errorf("live: Config.Every is %s; write how long to wait before reading again", c.Every)
	case c.Every == 0:
		c.Every = 5 * time.Second
	}
	r := follower{Config: c, live: new(Policy)}
	if err := r.read(); err != nil {
		return nil, err
	}
	go r.follow(ctx)
	return r.live, nil
}

// follower is what reads a document again and again.
type follower struct {
	Config
	live   *Policy
	digest [sha256.Size]byte // of the text that was read last
	failed string            // what Read failed with last, "" after a text
}

// follow reads until ctx ends.
func (r *follower) follow(ctx context.Context) {
	again := time.NewTicker(r.Every)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
			if err := r.read(); err != nil {
				r.OnError(err)
			}
		}
	}
}

// read takes the text, if it is another one. The error is one that was not told
// yet.
func (r *follower) read() error {
	text, err := r.Read()
	if err != nil {
		told := r.failed == err.Error()
		if r.failed = err.Error(); told {
			return nil
		}
		return fmt.Errorf("live: the document cannot be read: %w", err)
	}
	digest := sha256.Sum256(text)
	if r.failed = ""; digest == r.digest {
		return nil
	}
	r.digest = digest
	p, err := access.Load(text, r.Config.Load)
	if err != nil {
		return err
	}
	r.live.Replace(p)
	return nil
}
