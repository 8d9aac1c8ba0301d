package company_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
)

// TestFoundAtOnce founds a company in several processes: all of them have it in the
// end, or were told that there is one. Of two companies one is founded.
func TestFoundAtOnce(t *testing.T) {
	t.Parallel()
	f := largeFounding(60)
	one := inOne(t, f)
	other := f
	other.Name = "Emca"
	otherOne := inOne(t, other)
	for range 20 {
		log := shortLog()
		var wg sync.WaitGroup
		found := make([]*company.Company, 6)
		errs := make([]error, len(found))
		for i := range found {
			wg.Go(func() {
				mine := f
				if i%3 == 2 {
					mine = other
				}
				found[i], errs[i] = company.Found(t.Context(), log, mine, nil)
			})
		}
		wg.Wait()
		co, err := company.Open(t.Context(), log, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := one
		if co.Name() == other.Name {
			want = otherOne
		}
		sameCompany(t, co, log, want)
		for i, err := range errs {
			mine := f.Name
			if i%3 == 2 {
				mine = other.Name
			}
			switch {
			case err == nil && found[i].Name() == mine && mine == co.Name():
			case errors.Is(err, company.ErrNotEmpty):
			case errors.Is(err, company.ErrOtherFounding) && mine != co.Name():
			default:
				t.Errorf("process %d of %s: %v", i, mine, err)
			}
		}
	}
}

// meddling is a log in which something else happens before an append.
type meddling struct {
	audit.Log
	before map[uint64]func() // by the number of the event
}

func (m meddling) Append(ctx context.Context, e audit.Event) error {
	if f := m.before[e.Seq]; f != nil {
		delete(m.before, e.Seq)
		f()
	}
	return m.Log.Append(ctx, e)
}

func (m meddling) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	return m.Log.Events(ctx, after)
}

// TestFoundOvertaken: another process comes first at any part, with the same
// founding or with another one, and goes as far as it gets.
func TestFoundOvertaken(t *testing.T) {
	t.Parallel()
	f := largeFounding(60)
	one := inOne(t, f)
	for seq := range foundingOf(t, f) {
		for name, tt := range map[string]struct {
			fails bool // after one part
			other bool
		}{"all": {}, "a part": {fails: true}, "another": {other: true}} {
			t.Run(fmt.Sprint(seq+1, " ", name), func(t *testing.T) {
				t.Parallel()
				memory := audit.NewMemory()
				theirs := f
				if tt.other {
					theirs.Name = "Emca"
				}
				meddle := func() {
					log := audit.Log(memory)
					if tt.fails {
						log = audittest.NewFaulty(memory, audittest.Plan{Append: func(call int, _ audit.Event) audittest.Mode {
							if call == 1 {
								return audittest.Pass
							}
							return audittest.FailBefore
						}})
					}
					_, err := company.Found(context.Background(), limited{log, short}, theirs, nil)
					if tt.other && seq > 0 && !errors.Is(err, company.ErrOtherFounding) {
						t.Errorf("the other Found = %v", err)
					}
				}
				log := limited{meddling{memory, map[uint64]func(){uint64(seq + 1): meddle}}, short}
				co, err := company.Found(t.Context(), log, f, nil)
				switch {
				case seq == 0 && !tt.fails:
					if !errors.Is(err, company.ErrNotEmpty) {
						t.Errorf("Found = %v, want ErrNotEmpty", err)
					}
				case err != nil:
					t.Fatal(err)
				default:
					sameCompany(t, co, memory, one)
				}
			})
		}
	}
}

// read is a log in which something else happens before it is read for the nth time.
type read struct {
	audit.Log
	n      int
	before func()
}

func (r *read) Events(ctx context.Context, after uint64) iter.Seq2[audit.Event, error] {
	if r.n--; r.n == 0 {
		r.before()
	}
	return r.Log.Events(ctx, after)
}

// TestFoundFinishedElsewhere: another process finishes the founding while this one
// looks how far it is.
func TestFoundFinishedElsewhere(t *testing.T) {
	t.Parallel()
	f := largeFounding(60)
	all := events(t, partsOf(t, f))
	for n := 1; n <= 3; n++ {
		memory := logOf(t, all[:1])
		log := &read{memory, n, func() {
			if _, err := company.Found(context.Background(), limited{memory, short}, f, nil); err != nil {
				t.Error(err)
			}
		}}
		if co, err := company.Found(t.Context(), limited{log, short}, f, nil); co != nil || !errors.Is(err, company.ErrNotEmpty) {
			t.Errorf("read %d: Found = %v, want ErrNotEmpty", n, err)
		}
		if got := len(events(t, memory)); got != len(all) {
			t.Errorf("read %d: %d events, want %d", n, got, len(all))
		}
	}
}
