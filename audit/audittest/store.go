package audittest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/ambit-authz/ambit/audit"
)

// StoreTest is a store to be tested.
type StoreTest struct {
	// Open opens the store: the same one each time, as another process would, with
	// [TargetKeys] as its keys. At first it is empty. If what it returns is an
	// io.Closer, it is closed, and so are its logs.
	Open func(ctx context.Context) (audit.Store, error)

	// Damages are what may happen to a log that cannot be seen from outside. Each
	// is tried on a log of its own.
	Damages []Damage
}

// Damage is what somebody may do to a store who can write to it, or a fault of its
// disk.
type Damage struct {
	// Name says what it is, in a few words: "an edited text", "another version".
	Name string
	// Do does it to event 2 of the log of a name, which has three. The store is not
	// open.
	Do func(ctx context.Context, name string) error
	// Want is what the error has to wrap that reading the log yields then, or
	// opening it. Nil takes any error.
	Want error
}

// TargetKeys are the targets of an event: the keys of a store under test.
func TargetKeys(e audit.Event) []string { return e.Targets }

// TestStore checks a store against the contract of [audit.Store], and what TestLog
// cannot see of its logs: that they are there when the store is opened again, that
// two handles of one log are one log, and that a damaged one is not taken for one
// in order. It returns nil or an [*Error] for each check that failed, joined. Each
// check opens the store twice, and its logs have names that begin with its own.
//
// It notices that something hangs when ctx ends, as TestLog does. To test one log,
// and not a store, give it a store that has a log of that kind for each name.
func TestStore(ctx context.Context, t StoreTest) error {
	var errs []error
	for _, c := range storeChecks(t.Damages) {
		if c.rule == watching && len(errs) > 0 {
			continue // a watch of a log that loses an event would wait for ever
		}
		err := perform(ctx, func() error { return c.test(ctx, t) })
		if err != nil {
			errs = append(errs, &Error{Rule: c.rule, Check: c.name, Err: err})
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// storeCheck is one way to break a rule.
type storeCheck struct {
	rule int
	name string
	run  func(ctx context.Context, p *storeProbe) error
}

// storeChecks returns the checks. Those of damage come last, and the first of them
// is what the others build on.
func storeChecks(damages []Damage) []storeCheck {
	checks := []storeCheck{
		{19, "opened again", checkReopen},
		{18, "two handles", checkHandles},
		{4, "a race of two handles", checkHandleRace},
		{5, "settled by another handle", checkHandleSettles},
		{5, "landing late beside another handle's event", checkHandleLate},
		{watching, "watching another handle", checkHandleWatch},
		{17, "a large event", checkHandleLarge},
		{18, "logs apart", checkApart},
		{18, "names of every kind", checkNames},
		{18, "names that are none", checkNoNames},
		{20, "a list of names", checkListed},
		{21, "found by a key", checkFind},
	}
	for _, d := range damages {
		checks = append(checks, storeCheck{6, "damage: " + d.Name, d.check})
	}
	return checks
}

// test runs c on t.
func (c storeCheck) test(ctx context.Context, t StoreTest) error {
	p := &storeProbe{test: t, check: c.name}
	err := p.open(ctx)
	if err == nil {
		err = c.run(ctx, p)
	}
	return errors.Join(err, p.close())
}

// storeProbe is a store under test, opened twice.
type storeProbe struct {
	test   StoreTest
	check  string
	stores [2]audit.Store
	opened []any // to be closed, in the order of opening
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
