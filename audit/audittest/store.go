package audittest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/audit"
)

// StoreTest is a store to be tested.
type StoreTest struct {
	// Open opens the store: the same one each time, as another process would, with
	// [TargetKeys] as its keys. At first it is empty. If what it returns is an
	// io.Closer, it is closed, and so are its logs.
	Open func(ctx context.Context) (audit.Store, error)

	// Damage changes what the store has of the event in the middle of a log of a
	// name, which has three, as somebody might who can write to it. Nil leaves that
	// out.
	Damage func(ctx context.Context, name string) error
}

// TargetKeys are the targets of an event: the keys of a store under test.
func TargetKeys(e audit.Event) []string { return e.Targets }

// TestStore checks a store against the contract of [audit.Store], and what TestLog
// cannot see of its logs: that they are there when the store is opened again, and
// that two handles of one log are one log. It returns nil or an [*Error] for each
// check that failed, joined. Each check opens the store twice.
//
// It notices that something hangs when ctx ends, as TestLog does.
func TestStore(ctx context.Context, t StoreTest) error {
	var errs []error
	for _, c := range storeChecks() {
		if t.Damage == nil && c.name == damaged {
			continue
		}
		if err := c.perform(ctx, t); err != nil {
			errs = append(errs, &Error{Rule: c.rule, Check: c.name, Err: err})
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// storeCheck is one way to break a rule. It has logs of its own, whose names begin
// with its own.
type storeCheck struct {
	rule int
	name string
	run  func(ctx context.Context, p *storeProbe) error
}

// damaged is the name of the check of damage.
const damaged = "a damaged middle"

func storeChecks() []storeCheck {
	return []storeCheck{
		{19, "opened again", checkReopen},
		{18, "two handles", checkHandles},
		{4, "a race of two handles", checkHandleRace},
		{5, "settled by another handle", checkHandleSettles},
		{watching, "watching another handle", checkHandleWatch},
		{17, "the longest line", checkLongest},
		{18, "logs apart", checkApart},
		{18, "names of every kind", checkNames},
		{20, "a list of names", checkListed},
		{21, "found by a key", checkFind},
		{6, damaged, checkDamaged},
	}
}

// storeProbe is a store under test, opened twice.
type storeProbe struct {
	test   StoreTest
	check  string
	stores [2]audit.Store
	opened []any // to be closed, in the order of opening
}

func (c storeCheck) perform(ctx context.Context, t StoreTest) error {
	done := make(chan error, 1)
	go func() {
		p := &storeProbe{test: t, check: c.name}
		err := p.open(ctx)
		if err == nil {
			err = c.run(ctx, p)
		}
		done <- errors.Join(err, p.close())
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("not done when the context ended: %w", ctx.Err())
	}
}

// open opens the store twice.
func (p *storeProbe) open(ctx context.Context) error {
	for i := range p.stores {
		s, err := p.test.Open(ctx)
		if err != nil {
			return fmt.Errorf("the store does not open: %w", err)
		}
		p.stores[i] = s
		p.opened = append(p.opened, s)
	}
	return nil
}

// close closes everything, the last that was opened first.
func (p *storeProbe) close() error {
	var errs []error
	for _, o := range slices.Backward(p.opened) {
		if c, ok := o.(io.Closer); ok {
			errs = append(errs, c.Close())
		}
	}
	p.opened = nil
	return errors.Join(errs...)
}

// reopen closes everything and opens it again.
func (p *storeProbe) reopen(ctx context.Context) error {
	if err := p.close(); err != nil {
		return err
	}
	return p.open(ctx)
}

// log returns a log of the check through one of the stores.
func (p *storeProbe) log(ctx context.Context, store int, name string) (*probe, error) {
	l, err := p.stores[store].Log(ctx, p.check+" "+name)
	if err != nil {
		return nil, fmt.Errorf("log %q does not open: %w", name, err)
	}
	p.opened = append(p.opened, l)
	return &probe{log: l}, nil
}

// both returns one log through both stores.
func (p *storeProbe) both(ctx context.Context, name string) (one, two *probe, err error) {
	if one, err = p.log(ctx, 0, name); err == nil {
		two, err = p.log(ctx, 1, name)
	}
	return one, two, err
}

func checkReopen(ctx context.Context, p *storeProbe) error {
	var events []audit.Event
	for round := range 3 {
		log, err := p.log(ctx, 0, "log")
		if err != nil {
			return err
		}
		log.events = events
		if err := log.compare(ctx); err != nil {
			return fmt.Errorf("opened again %d times: %w", round, err)
		}
		if err := log.fill(ctx, 3); err != nil {
			return err
		}
		events = log.events
		if err := p.reopen(ctx); err != nil {
			return err
		}
	}
	return nil
}

func checkHandles(ctx context.Context, p *storeProbe) error {
	one, two, err := p.both(ctx, "log")
	if err != nil {
		return err
	}
	for range 5 {
		if err := one.fill(ctx, 2); err != nil {
			return err
		}
		two.events = one.events
		if err := two.compare(ctx); err != nil {
			return fmt.Errorf("the other handle: %w", err)
		}
		if err := two.log.Append(ctx, one.events[0]); err != nil {
			return fmt.Errorf("an event of the other handle again: %w", err)
		}
		if err := two.refuse(ctx, "its place is taken by the other handle", two.next("x").Chain(audit.Checkpoint{}), audit.ErrConflict); err != nil {
			return err
		}
		one, two = two, one
	}
	return nil
}

// checkHandleRace lets two handles append for one place at the same time.
func checkHandleRace(ctx context.Context, p *storeProbe) error {
	one, two, err := p.both(ctx, "log")
	if err != nil {
		return err
	}
	for range rounds {
		events := [2]audit.Event{one.next("one"), one.next("two")}
		answers := [2]chan error{make(chan error, 1), make(chan error, 1)}
		for i, log := range []audit.Log{one.log, two.log} {
			go func() { answers[i] <- log.Append(ctx, events[i]) }()
		}
		won := 0
		for i, answer := range answers {
			switch err := <-answer; {
			case err == nil:
				won++
				one.events = append(slices.Clip(one.events), events[i])
			case !errors.Is(err, audit.ErrConflict):
				return fmt.Errorf("the loser gets %w, want %w", err, audit.ErrConflict)
			}
		}
		if won != 1 {
			return fmt.Errorf("%d of two events for one place are stored, by the answers", won)
		}
		two.events = one.events
		if err := errors.Join(one.compare(ctx), two.compare(ctx)); err != nil {
			return err
		}
	}
	return nil
}

func checkHandleSettles(ctx context.Context, p *storeProbe) error {
	one, two, err := p.both(ctx, "log")
	if err != nil {
		return err
	}
	for range rounds {
		e := one.next("e")
		ending, cancel := context.WithCancel(ctx)
		answer := make(chan error, 1)
		go func() { answer <- one.log.Append(ending, e) }()
		cancel()
		if err := <-answer; err != nil && !errors.Is(err, context.Canceled) {
			return fmt.Errorf("Append returns %w, want %w or none", err, context.Canceled)
		}
		if err := two.settle(ctx, e); err != nil {
			return fmt.Errorf("the other handle: %w", err)
		}
		one.events = two.events
		if err := one.compare(ctx); err != nil {
			return err
		}
	}
	return nil
}

func checkHandleWatch(ctx context.Context, p *storeProbe) error {
	one, two, err := p.both(ctx, "log")
	if err != nil {
		return err
	}
	w, ok := two.log.(audit.Watcher)
	if !ok {
		return nil
	}
	if err := one.fill(ctx, 1); err != nil {
		return err
	}
	n := 0
	for e, err := range w.Watch(ctx, 0) {
		if err != nil {
			return fmt.Errorf("a watch ends after %d events: %w", n, err)
		}
		if e.Seq > 0 && n < len(one.events) {
			if err := sameEvent(e, one.events[n]); err != nil {
				return err
			}
		}
		if n++; n == 3 {
			return nil
		}
		if err := one.fill(ctx, 1); err != nil {
			return err
		}
	}
	return errors.New("a watch ends without an error")
}

// checkLongest appends an event of 15 MiB, or the longest that the log stores, and
// one that is too long.
func checkLongest(ctx context.Context, p *storeProbe) error {
	log, two, err := p.both(ctx, "log")
	if err != nil {
		return err
	}
	if err := log.fill(ctx, 1); err != nil {
		return err
	}
	const large = 15 << 20
	sized := func(line int) (audit.Event, error) {
		e := log.next("large")
		short, err := audit.Encode(e)
		e.Changes[0].Data = []byte(`"` + strings.Repeat("x", line-len(short)+len(e.Changes[0].Data)-2) + `"`)
		return e.Chain(log.head()), err
	}
	longest := large
	limited, is := log.log.(audit.Limited)
	if is {
		if limited.LongestLine() < 64<<10 {
			return fmt.Errorf("the longest line has %d bytes, which is less than 64 KiB", limited.LongestLine())
		}
		longest = min(longest, limited.LongestLine())
	}
	e, err := sized(longest)
	if err == nil {
		err = log.add(ctx, e)
	}
	if err != nil {
		return err
	}
	if is && longest < large {
		e, err := sized(longest + 1)
		if err != nil {
			return err
		}
		if err := log.refuse(ctx, "it is longer than the log says", e, audit.ErrTooLarge); err != nil {
			return err
		}
	}
	if err := log.fill(ctx, 1); err != nil {
		return fmt.Errorf("after a large event: %w", err)
	}
	two.events = log.events
	return two.compare(ctx)
}

func checkApart(ctx context.Context, p *storeProbe) error {
	var logs []*probe
	for _, name := range []string{"a", "A", "a ", "ab", "á", "a\u0301"} {
		log, err := p.log(ctx, len(logs)%2, name)
		if err != nil {
			return err
		}
		logs = append(logs, log)
	}
	for round := range 3 {
		for i, log := range logs {
			if err := log.add(ctx, log.next(fmt.Sprint("log", i))); err != nil {
				return fmt.Errorf("round %d: %w", round, err)
			}
		}
	}
	for _, log := range logs {
		if err := log.compare(ctx); err != nil {
			return err
		}
	}
	return nil
}

// oddNames are names that stores and file systems may stumble over.
func oddNames() []string {
	long := strings.Repeat("é", 100)
	return []string{
		"..", ".", "/", "../x", "a/b", `a\b`, "a:b", "con", "nul.txt", "a.", "%", "%41", "_", "'", `"`, "`", "a';--", "$1", "*", ">", "a.b", " ", "\u202e", "\U0001F600", "*.>", "{}",
		long[:150], long[:148] + "aa",
	}
}

func checkNames(ctx context.Context, p *storeProbe) error {
	for i, name := range oddNames() {
		log, err := p.log(ctx, i%2, name)
		if err != nil {
			return err
		}
		if err := log.compare(ctx); err != nil {
			return fmt.Errorf("log %q is not empty: %w", name, err)
		}
		if err := log.fill(ctx, 2); err != nil {
			return fmt.Errorf("log %q: %w", name, err)
		}
		again, err := p.log(ctx, (i+1)%2, name)
		if err != nil {
			return err
		}
		again.events = log.events
		if err := again.compare(ctx); err != nil {
			return fmt.Errorf("log %q: %w", name, err)
		}
	}
	for _, name := range []string{"", "\x00", "a\x00b", "a\nb", "\xff", "\u0085", strings.Repeat("x", 201)} {
		if _, err := p.stores[0].Log(ctx, name); !errors.Is(err, audit.ErrMalformed) {
			return fmt.Errorf("log %q opens with %v, want %w", name, err, audit.ErrMalformed)
		}
	}
	return nil
}

// names reads a sequence of names that begin with that of the check.
func (p *storeProbe) names(all iter.Seq2[string, error]) ([]string, error) {
	var names []string
	last := ""
	for name, err := range all {
		if err != nil {
			return nil, err
		}
		if name <= last {
			return nil, fmt.Errorf("%q comes after %q", name, last)
		}
		last = name
		if own, ok := strings.CutPrefix(name, p.check+" "); ok {
			names = append(names, own)
		}
	}
	return names, nil
}

func checkListed(ctx context.Context, p *storeProbe) error {
	var want []string
	for i, name := range append(oddNames(), "empty") {
		log, err := p.log(ctx, i%2, name)
		if err != nil {
			return err
		}
		if name == "empty" {
			continue
		}
		want = append(want, name)
		if err := log.fill(ctx, 1); err != nil {
			return err
		}
	}
	slices.Sort(want)
	for round := range 2 {
		for i, s := range p.stores {
			got, err := p.names(s.Names(ctx))
			if err != nil {
				return err
			}
			if !slices.Equal(got, want) {
				return fmt.Errorf("handle %d, opened %d times: Names yields %q, want %q", i, round+1, got, want)
			}
		}
		if err := p.reopen(ctx); err != nil {
			return err
		}
	}
	for range p.stores[0].Names(ctx) {
		break
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := p.names(p.stores[0].Names(ended)); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("under a context that ended, Names yields %v, want %w", err, context.Canceled)
	}
	return nil
}

// checkFind appends events with keys, and looks for them through the other handle.
func checkFind(ctx context.Context, p *storeProbe) error {
	keys := []string{p.check, "é'\"\\%_*", strings.Repeat("k", 500), "K", "k"}
	with := func(log *probe, keys ...string) error {
		e := log.next("e")
		e.Targets = keys
		return log.add(ctx, e.Chain(log.head()))
	}
	find := func(key, want string) error {
		for i, s := range p.stores {
			got, err := p.names(s.Find(ctx, key))
			if err != nil {
				return err
			}
			if strings.Join(got, " ") != want {
				return fmt.Errorf("handle %d: Find of %q yields %q, want %q", i, key, got, want)
			}
		}
		return nil
	}
	one, two, err := p.both(ctx, "one")
	if err != nil {
		return err
	}
	other, err := p.log(ctx, 1, "other")
	if err != nil {
		return err
	}
	if err := errors.Join(with(one, keys...), with(other, keys[0]), with(other, keys[1], keys[1])); err != nil {
		return err
	}
	two.events = one.events
	if err := with(two, keys...); err != nil {
		return fmt.Errorf("an event with the same keys: %w", err)
	}
	for round := range 2 {
		err := errors.Join(
			find(keys[0], "one other"), find(keys[1], "one other"), find(keys[2], "one"), find(keys[3], "one"), find("nobody", ""))
		if err != nil {
			return fmt.Errorf("opened %d times: %w", round+1, err)
		}
		if err := p.reopen(ctx); err != nil {
			return err
		}
	}
	for range p.stores[0].Find(ctx, keys[0]) {
		break
	}
	return nil
}

// checkDamaged reads a log whose middle was changed: there is an error, and never
// another log or a shorter one.
func checkDamaged(ctx context.Context, p *storeProbe) error {
	log, err := p.log(ctx, 0, "log")
	if err != nil {
		return err
	}
	if err := log.fill(ctx, 3); err != nil {
		return err
	}
	if err := p.close(); err != nil {
		return err
	}
	if err := p.test.Damage(ctx, p.check+" log"); err != nil {
		return err
	}
	if err := p.open(ctx); err != nil {
		return nil // that says enough
	}
	l, err := p.stores[0].Log(ctx, p.check+" log")
	if err != nil {
		return nil
	}
	p.opened = append(p.opened, l)
	n := 0
	for e, err := range audit.Replay(ctx, l, audit.Checkpoint{}, audit.Checkpoint{}) {
		if err != nil {
			return nil
		}
		if err := sameEvent(e, log.events[n]); err != nil {
			return err
		}
		n++
	}
	return fmt.Errorf("%d events are read of a damaged log, without an error", n)
}

// TestKeeper checks a keeper, which open opens: the same one each time, which
// keeps nothing at first. It returns nil or an [*Error] for what failed first.
func TestKeeper(ctx context.Context, open func() (audit.Keeper, error)) error {
	kept := func(want audit.Checkpoint) error {
		k, err := open()
		if err != nil {
			return err
		}
		got, err := k.Kept(ctx)
		if err == nil && got != want {
			err = fmt.Errorf("%v is kept, want %v", got, want)
		}
		return err
	}
	k, err := open()
	if err == nil {
		err = kept(audit.Checkpoint{})
	}
	last := audit.Checkpoint{}
	for _, seq := range []uint64{2, 1, 3, 3, 1 << 62, 5} {
		c := audit.Checkpoint{Seq: seq, Hash: audit.Hash{byte(seq), 1}}
		if err == nil {
			err = k.Keep(ctx, c)
		}
		if c.Seq > last.Seq {
			last = c
		}
		if err == nil {
			err = kept(last)
		}
	}
	if err != nil {
		return &Error{Rule: 22, Check: "a keeper", Err: err}
	}
	return nil
}
