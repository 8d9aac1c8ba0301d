package live

import (
	"sync"
	"sync/atomic"

	"github.com/ambit-authz/ambit/access"
)

// Source has a policy that may be another one later: a [*Policy] of this
// package, or a company.Company. Its method returns the policy of now, and nil if
// there is none, which denies everybody as unavailable. It must be safe for
// concurrent use.
type Source interface {
	Policy() *access.Policy
}

// Policy is a policy that is replaced while requests ask it. The zero Policy has
// none, and must not be copied once it is used.
type Policy struct {
	writing sync.Mutex // held by the one writer at a time
	current atomic.Pointer[access.Policy]
}

// New returns a Policy that begins with p.
func New(p *access.Policy) *Policy {
	l := new(Policy)
	l.current.Store(p)
	return l
}

// Policy returns the policy of now, nil if there is none. What it returns never
// changes: a request takes it once, and asks that one to its end.
func (l *Policy) Policy() *access.Policy { return l.current.Load() }

// Edit makes the next policy from the one of now. One Edit runs at a time and
// the others wait, so no change is lost. If change returns an error, or makes a
// change that cannot be made, the policy stays as it is, and Edit returns that
// error. If change panics, the policy stays too. Edit costs what the changes
// cost.
//
// Call it after your database has committed the change. Within change, use
// nothing of l but [Policy.Policy].
func (l *Policy) Edit(change func(*access.Edit) error) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	e := l.current.Load().Edit()
	if err := change(e); err != nil {
		return err
	}
	next, err := e.Policy()
	if err != nil {
		return err
	}
	l.current.Store(next)
	return nil
}

// Replace puts p in the place of the policy of now, after an Edit that is
// running. Nil leaves none.
func (l *Policy) Replace(p *access.Policy) { l.swap(p) }

// swap is Replace, and returns the policy of before.
func (l *Policy) swap(p *access.Policy) *access.Policy {
	l.writing.Lock()
	defer l.writing.Unlock()
	return l.current.Swap(p)
}
