package company

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Config says what a company takes from its surroundings. Nil is the zero
// Config.
type Config struct {
	// Now is the clock. Nil means time.Now. It must be safe for concurrent use.
	Now func() time.Time

	// Rand is where ids and secrets come from, so it must be one for
	// cryptography. It is read by one goroutine at a time. Nil means
	// crypto/rand.Reader.
	Rand io.Reader

	// Systems names the systems of the host's that may make changes, each with
	// the types of change it may make, as [Types] lists them. What is not
	// listed is refused. An invitation that a system sent can be accepted as
	// long as the system may still make "invitation.send".
	Systems map[string][]string

	// Deliver sends a message about an invitation to its address. It gets the
	// only copy of the secret, after the event is stored, and no other change
	// waits for it. What it fails with is in the receipt; it undoes nothing, and
	// the invitation can be sent again. It must be safe for concurrent use. Nil
	// means that none can be sent.
	Deliver func(ctx context.Context, m invite.Message) error

	// Origin is what the links in messages begin with: https://host/path, or
	// http for a loopback host, without a slash at the end. Required with
	// Deliver.
	Origin string

	// InvitationLimits bounds invitations. The zero value has defaults.
	Invitations InvitationLimits

	// Observer is told of every decision asked by [Company.Decide]. What Do asks
	// is not observed: a change that was made is in the log, and one that was
	// refused is told to its caller. Nil costs nothing.
	Observer access.Observer
}

// Company is a company that Ambit keeps: its policy, and the log that the
// policy is the fold of. It changes by [Company.Do] and in no other way.
//
// All methods are safe for concurrent use. Reading never waits for a change.
type Company struct {
	now     func() time.Time
	rand    io.Reader
	systems map[string][]string
	observe access.Observer
	deliver func(ctx context.Context, m invite.Message) error
	origin  string
	bounds  InvitationLimits

	journal *journal.Journal[*state]
}

// Founding is a company as it begins.
type Founding struct {
	ID     string // of the company; in every event, and never changed
	Name   string
	Limits Limits

	// Catalog is the role catalog. Nil means that of the Document, or else
	// [role.CompanyCatalog].
	Catalog *role.Catalog

	// Founder is the first user, with the catalog's first role and no end: of
	// the fields of team.User only ID, Name and Email count. He must not be in
	// the Document, and may be left out only if it has users.
	Founder team.User

	// Document is what the company begins with. Nil is nothing. It is the
	// host's own authority and asks nobody. It becomes part of the first event
	// and must fit into one, which holds 16 MiB; what does not comes as
	// changes.
	Document *document.Document
}

// Found makes a company on an empty log. Its first event is the founding, by
// the founder, or by the system "founding" if there is none.
//
// The error wraps [ErrNotEmpty], [ErrInvalid], or what the log failed with. It
// wraps [ErrUncertain] if the founding may have been stored; [Open] finds out.
func Found(ctx context.Context, log audit.Log, f Founding, c *Config) (*Company, error) {
	co, err := newCompany(c)
	if err != nil {
		return nil, &Error{Op: "found", Err: err}
	}
	change, actor, err := f.change()
	if err != nil {
		return nil, &Error{Op: "found", Err: err}
	}
	co.journal, err = journal.Begin(ctx, log, new(state), co.fold, func(p journal.Point[*state]) (*state, audit.Event, error) {
		d := co.draft(p, actor)
		if err := d.make(change); err != nil {
			return nil, audit.Event{}, err
		}
		e, err := co.event(d, By{Actor: actor}, []Change{change})
		return &d.state, e, err
	})
	if err != nil {
		return nil, wrap("found", err)
	}
	return co, nil
}

// change returns the founding as it is recorded, and who makes it.
func (f Founding) change() (founded, Actor, error) {
	var d document.Document
	if f.Document != nil {
		d = *f.Document
	}
	config := &access.Config{Catalog: f.Catalog}
	policy, err := access.Compile(&d, config)
	if err != nil {
		return founded{}, Actor{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	actor := System("founding")
	if f.Founder.ID != "" {
		if _, taken := policy.Directory().User(f.Founder.ID); taken {
			return founded{}, Actor{}, fmt.Errorf("%w: the document has a user %q", ErrTaken, f.Founder.ID)
		}
		actor = User(f.Founder.ID)
		e := policy.Edit()
		e.SetUser(team.User{
			ID: f.Founder.ID, Name: f.Founder.Name, Email: f.Founder.Email, Role: policy.Directory().Catalog().Roles()[0].Name,
		})
		if policy, err = e.Policy(); err != nil {
			return founded{}, Actor{}, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
	}
	if (&state{policy: policy}).taken(time.Time{}) == 0 {
		return founded{}, Actor{}, fmt.Errorf("%w: a company without a founder", ErrInvalid)
	}
	text, err := compact(policy.Document())
	return founded{Company: f.ID, Name: f.Name, Limits: f.Limits, Document: text}, actor, err
}

// Open replays a log and returns the company it tells of. Every event must
// continue the chain, be of known types and versions, and still apply; if one
// does not, the error has its number and wraps [ErrBroken] or the audit
// package's error, and nothing is skipped.
func Open(ctx context.Context, log audit.Log, c *Config) (*Company, error) {
	co, err := newCompany(c)
	if err != nil {
		return nil, &Error{Op: "open", Err: err}
	}
	co.journal, err = journal.Open(ctx, log, new(state), co.fold)
	if err == nil && co.Checkpoint().Seq == 0 {
		err = ErrNotFounded
	}
	if err != nil {
		return nil, wrap("open", err)
	}
	return co, nil
}

func newCompany(c *Config) (*Company, error) {
	if c == nil {
		c = new(Config)
	}
	co := &Company{
		now: c.Now, rand: c.Rand, observe: c.Observer,
		deliver: c.Deliver, origin: c.Origin, bounds: c.Invitations.filled(),
		systems: make(map[string][]string),
	}
	if co.now == nil {
		co.now = time.Now
	}
	if co.rand == nil {
		co.rand = rand.Reader
	}
	err := c.Invitations.check()
	if err == nil && (c.Deliver != nil || c.Origin != "") {
		err = checkOrigin(c.Origin)
	}
	if err != nil {
		return nil, err
	}
	known := Types()
	for name, allowed := range c.Systems {
		for _, kind := range allowed {
			if _, ok := slices.BinarySearch(known, kind); !ok {
				return nil, fmt.Errorf("%w: system %q may make %q, which is no type of change", ErrInvalid, name, kind)
			}
		}
		co.systems[name] = slices.Clone(allowed)
	}
	return co, nil
}

// Policy returns the policy as it is now. It does not change; ask again for a
// later one.
func (c *Company) Policy() *access.Policy { return c.journal.Current().policy }

// Decide asks the policy as it is now, and tells the observer.
func (c *Company) Decide(s access.Subject, a access.Action, r access.Resource) access.Decision {
	d := c.Policy().Decide(s, a, r)
	if c.observe != nil {
		c.observe(d)
	}
	return d
}

// ID returns the id of the company.
func (c *Company) ID() string { return c.journal.Current().id }

// Name returns the name of the company.
func (c *Company) Name() string { return c.journal.Current().name }

// Limits returns the limits of the company.
func (c *Company) Limits() Limits { return c.journal.Current().limits }

// Checkpoint returns where in its log the company is. Kept elsewhere, it
// exposes a log that was shortened or rewritten.
func (c *Company) Checkpoint() audit.Checkpoint { return c.journal.Point().Head }
