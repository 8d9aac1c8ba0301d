package access

import (
	"time"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/store"
	"github.com/ambit-authz/ambit/role"
)

// Config says what a policy takes from the program around it. Nil is the zero
// Config.
type Config struct {
	// Catalog is the role catalog of documents that have none of their own; a
	// document with another one is refused. Nil means [role.CompanyCatalog].
	Catalog *role.Catalog

	// Partial loads a document that has problems without the entries that have
	// them, and is told what is wrong and all that was left out; so do not drop
	// it. Nil refuses such a document. As nothing in a document denies, leaving
	// an entry out grants nothing to anybody; but a role with a maximum counts
	// only the holders that are left.
	//
	// An entry is left out whole, and of two with one id, address or name, both
	// are; a member or a grant is an entry of its own. What belongs to no entry,
	// such as broken JSON, a field that does not exist, the catalog or the
	// attributes, refuses the document.
	Partial func(*document.Error)

	// Now is the clock that ends are compared with. It must be safe for
	// concurrent use. Nil means time.Now.
	Now func() time.Time
}

// Policy is one immutable state of a company: its users and their roles, its
// accounts and the data groups that filter them, its teams and its reports. A
// change makes another Policy (see [Policy.Edit]) and never touches this one.
//
// A Policy is safe for any number of goroutines and takes no locks. Package
// live keeps the one of now.
//
// A nil and a zero Policy stand for none at all, as a company has that is too far
// behind its log: they deny everything with [ReasonUnavailable], and their lists
// are empty. A door answers 503 for them. A company without users has a Policy.
type Policy struct {
	state   *store.State
	catalog *catalog
	now     func() time.Time
}

// empty stands in for a nil and a zero Policy: it is what an empty document
// gives, but for the reason of a denial.
var empty = func() *Policy {
	c := newCatalog(role.CompanyCatalog())
	return &Policy{state: newEdit(new(store.State), c, time.Now).w.Freeze(), catalog: c, now: time.Now}
}()

// IsZero reports whether there is no policy: p is nil or the zero Policy.
func (p *Policy) IsZero() bool { return p == nil || p.state == nil }

func (p *Policy) ready() *Policy {
	if p.IsZero() {
		return empty
	}
	return p
}

func (p *Policy) clock() time.Time { return p.now() }

// Now returns the time that the policy compares ends with: its clock, read once.
// A nil and a zero Policy have the clock of the machine.
func (p *Policy) Now() time.Time { return p.ready().clock() }

// WithClock returns the same policy with another clock, which must be safe for
// concurrent use. Nil means time.Now. For a nil Policy it returns nil.
func (p *Policy) WithClock(now func() time.Time) *Policy {
	if p.IsZero() {
		return p
	}
	if now == nil {
		now = time.Now
	}
	clocked := *p
	clocked.now = now
	return &clocked
}

// At returns the same policy with time standing still at t. At the zero time,
// everything that has an end has ended. For a nil Policy it returns nil.
func (p *Policy) At(t time.Time) *Policy {
	if p.IsZero() {
		return p
	}
	fixed := *p
	fixed.now = func() time.Time { return t }
	return &fixed
}
