package filelog

import (
	"errors"
	"testing"

	"github.com/ambit-authz/ambit/audit"
)

// TestEveryCallFails lets each call of the disk fail once, in everything that is
// done with it: there is an error, and what was acknowledged before is there.
func TestEveryCallFails(t *testing.T) {
	t.Parallel()
	first := event(audit.Checkpoint{}, "ann", 700)
	second := event(first.Checkpoint(), "ann", 700)
	kept := []audit.Checkpoint{first.Checkpoint(), second.Checkpoint()}
	for name, steps := range map[string][]func(t *testing.T, d disk) error{
		"log": {
			func(t *testing.T, d disk) error {
				l, err := open(t.Context(), d, "log", nil)
				if err == nil {
					err = errors.Join(l.Append(t.Context(), first), l.Close())
				}
				return err
			},
			func(t *testing.T, d disk) error {
				l, err := open(t.Context(), d, "log", nil)
				if err != nil {
					return err
				}
				n := uint64(0)
				for e, err := range l.Events(t.Context(), 0) {
					if n++; err != nil {
						return err
					}
					if e.Seq != n {
						t.Errorf("event %d is read as number %d", e.Seq, n)
					}
				}
				if n == 0 {
					t.Error("what was acknowledged is gone")
				}
				return l.Append(t.Context(), second)
			},
		},
		"keeper": {
			func(t *testing.T, d disk) error {
				k := NewKeeper("kept")
				k.disk = d
				return k.Keep(t.Context(), kept[0])
			},
			func(t *testing.T, d disk) error {
				k := NewKeeper("kept")
				k.disk = d
				c, err := k.Kept(t.Context())
				if err != nil {
					return err
				}
				if c != kept[0] && c != kept[1] {
					t.Errorf("%v is kept", c)
				}
				return k.Keep(t.Context(), kept[1])
			},
		},
		"index": {
			func(t *testing.T, d disk) error {
				x := newIndex(d, "keys", false)
				return errors.Join(x.add(t.Context(), "one", []string{"ann"}), x.finish(t.Context()))
			},
			func(t *testing.T, d disk) error {
				x := newIndex(d, "keys", false)
				names, err := x.find(t.Context(), "ann")
				if err != nil {
					return err
				}
				if len(names) != 1 || names[0] != "one" {
					t.Errorf("ann is in %q", names)
				}
				return errors.Join(x.add(t.Context(), "two", []string{"bob"}), x.close())
			},
		},
		"repair": {
			func(t *testing.T, d disk) error {
				f, err := d.open("log", true, true)
				if err != nil {
					return err
				}
				_, err = f.WriteAt([]byte("nonsense\nmore\n"), 0)
				return errors.Join(err, f.Sync(), d.syncDir("."))
			},
			func(t *testing.T, d disk) error {
				f, err := d.open("log", false, false)
				if err != nil {
					return err
				}
				damage, err := inspect(t.Context(), f, "log")
				if err == nil && !damage.IsZero() && damage.Seq != 1 {
					t.Errorf("the damage is %v", damage)
				}
				if err == nil {
					damage.disk = d // none is left once it is cut
					_, err = damage.Cut(t.Context())
				}
				return err
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for n := 1; ; n++ {
				d := newSimulated(uint64(n), faults{})
				if err := steps[0](t, d.of(new(process))); err != nil {
					t.Fatal(err)
				}
				d.failAt = n
				err := steps[1](t, d.of(new(process)))
				if d.failAt > 0 {
					break // so many calls there are not
				}
				if !errors.Is(err, errDisk) {
					t.Errorf("call %d fails, and the error is %v", n, err)
				}
				d.restart()
				if err := steps[1](t, d.of(new(process))); err != nil && name != "repair" {
					t.Errorf("after call %d failed: %v", n, err)
				}
			}
		})
	}
}
