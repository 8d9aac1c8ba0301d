package audittest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/audit"
)

// longest returns the longest line that p's log stores, as far as it says.
func (p *probe) longest() int {
	if l, ok := p.log.(audit.Limited); ok {
		return l.LongestLine()
	}
	return math.MaxInt
}

// sized returns an event that comes next, with a line of n bytes.
func (p *probe) sized(n int) audit.Event {
	e := p.next("large")
	line, _ := audit.Encode(e)                                               // such an event is in order
	e.Changes[1].Data = []byte(`"` + strings.Repeat("x", n-len(line)) + `"`) // in place of []
	return e.Chain(p.head())
}

// storesUpTo appends an event with a line of n bytes, and, if the log says that it
// stores none longer, one that is one byte longer, which has to be refused.
func (p *probe) storesUpTo(ctx context.Context, n int) error {
	if err := p.add(ctx, p.sized(n)); err != nil {
		return fmt.Errorf("a line of %d bytes, which is not too long: %w", n, err)
	}
	if n == p.longest() {
		if err := p.refuse(ctx, "its line is longer than the log says", p.sized(n+1), audit.ErrTooLarge); err != nil {
			return err
		}
	}
	return p.fill(ctx, 1)
}

// checkLongest appends an event as long as the log takes, unless that is very
// long, and one that is too long.
func checkLongest(ctx context.Context, p *probe) error {
	const least, most = 64 << 10, 1 << 20
	n := p.longest()
	if n < least {
		return fmt.Errorf("the longest line has %d bytes, want %d or more", n, least)
	}
	if n > most {
		return nil // TestStore has it
	}
	if err := p.fill(ctx, 1); err != nil {
		return err
	}
	if err := p.storesUpTo(ctx, n); err != nil {
		return err
	}
	if again := p.longest(); again != n {
		return fmt.Errorf("the longest line has %d bytes, and later %d", n, again)
	}
	return p.compare(ctx)
}

// checkClock compares the time of the store with that of this process. What stores
// get wrong is the zone, or the type of a column.
func checkClock(ctx context.Context, p *probe) error {
	const apart = 10 * time.Minute
	c, ok := p.log.(audit.Clock)
	if !ok {
		return nil
	}
	before := time.Now()
	first, err := c.Now(ctx)
	if err != nil {
		return err
	}
	second, err := c.Now(ctx)
	if err != nil {
		return err
	}
	after := time.Now()
	switch {
	case first.Before(before.Add(-apart)) || second.After(after.Add(apart)):
		return fmt.Errorf("the time of the store is %v and then %v, here it is %v", first, second, after)
	case second.Before(first):
		return fmt.Errorf("the time of the store goes from %v back to %v", first, second)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := c.Now(ended); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("under a context that ended, Now returns %w, want %w or none", err, context.Canceled)
	}
	return nil
}
