package audittest_test

import (
	"context"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// brokenKeeper keeps checkpoints in a place that several have, and breaks its
// contract by its flaw.
type brokenKeeper struct {
	flaw string
	mu   *sync.Mutex
	kept *audit.Checkpoint
	seen *audit.Checkpoint // when it was opened
}

func (k brokenKeeper) Kept(context.Context) (audit.Checkpoint, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.flaw == "begins with a checkpoint" && k.kept.Seq == 0 {
		return audit.Checkpoint{Seq: 1, Hash: audit.Hash{1}}, nil
	}
	return *k.kept, nil
}

func (k brokenKeeper) Keep(_ context.Context, c audit.Checkpoint) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	lower := c.Seq < k.kept.Seq
	switch k.flaw {
	case "keeps what is lower":
		lower = false
	case "refuses what is lower":
		if lower {
			return errOdd
		}
	case "compares with what was there when it was opened":
		lower = c.Seq < k.seen.Seq
	case "keeps nothing":
		lower = true
	case "counts in 32 bits":
		lower = uint32(c.Seq) < uint32(k.kept.Seq)
	}
	if !lower {
		*k.kept = c
	}
	return nil
}

func (k brokenKeeper) Close() error {
	if k.flaw == "does not close" {
		return errOdd
	}
	return nil
}

func TestBrokenKeepersAreCaught(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ check, flaw string }{
		{"", ""},
		{"what is kept", "does not open"},
		{"what is kept", "does not close"},
		{"what is kept", "begins with a checkpoint"},
		{"what is kept", "keeps nothing"},
		{"what is kept", "keeps what is lower"},
		{"what is kept", "refuses what is lower"},
		{"what is kept", "counts in 32 bits"},
		{"two keepers at once", "compares with what was there when it was opened"},
	} {
		var mu sync.Mutex
		var kept audit.Checkpoint
		err := audittest.TestKeeper(t.Context(), func() (audit.Keeper, error) {
			if test.flaw == "does not open" {
				return nil, errOdd
			}
			mu.Lock()
			defer mu.Unlock()
			seen := kept
			return brokenKeeper{test.flaw, &mu, &kept, &seen}, nil
		})
		if test.flaw == "" && err != nil || test.flaw != "" && !failed(err, 22, test.check) {
			t.Errorf("%q: %v", test.flaw, err)
		}
	}
}
