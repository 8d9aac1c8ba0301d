package audittest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/audit"
)

func checkApart(ctx context.Context, p *storeProbe) error {
	var logs []*probe
	long := strings.Repeat("x", maxName-len(p.check)-2)
	for _, name := range []string{"a", "A", "a ", "ab", "á", "a\u0301", long + "a", long + "b"} {
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

// maxName is how long a name may be.
const maxName = 200

// oddNames returns names that stores and file systems may stumble over, for a
// check with logs of its own. Some are as long as may be.
func (p *storeProbe) oddNames() []string {
	room := maxName - len(p.check) - 1
	wide := strings.Repeat("\U0001F600", room/4)
	return []string{
		"..", ".", "/", "../x", "a/b", `a\b`, "a:b", "con", "nul.txt", "a.", "%", "%41", "_", "'", `"`, "`", "a';--", "$1", "*", ">", "a.b", " ", "\u202e", "é", "*.>", "{}", "B", "Con", "\uff61", "\U0001F600",
		wide, strings.Repeat("'", room), strings.Repeat("y", room-1) + "a", strings.Repeat("y", room-1) + "b",
	}
}

func checkNames(ctx context.Context, p *storeProbe) error {
	for i, name := range p.oddNames() {
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
	return nil
}

func checkNoNames(ctx context.Context, p *storeProbe) error {
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
	for i, name := range append(p.oddNames(), "empty") {
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
