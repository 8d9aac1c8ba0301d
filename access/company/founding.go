package company

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Founding is a company as it begins.
type Founding struct {
	ID     string // of the company; in every event, and never changed
	Name   string
	Limits Limits

	// Catalog is the role catalog. Nil means that of the Document, or else
	// [role.CompanyCatalog].
	Catalog *role.Catalog

	// Founder is the first user, with the catalog's first role and no end: of
	// the fields of team.User only ID, Name and Email count. They must not be in
	// the Document, and may be left out only if it has users. The Email may be
	// zero, as it may be for a user of the Document.
	Founder team.User

	// Document is what the company begins with. Nil is nothing. It is the
	// host's own authority and asks nobody. It becomes part of the first event,
	// which has at most 16 MiB; bring in the rest by changes.
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
	co.log = log
	if err := co.checkStoreClock(ctx); err != nil {
		return nil, &Error{Op: "found", Err: err}
	}
	co.journal, err = journal.Begin(ctx, co.journalConfig(), func(at journal.Point[*published]) (*published, audit.Event, error) {
		p := co.proposal(at, By{Actor: actor})
		if err := p.found(change); err != nil {
			return nil, audit.Event{}, err
		}
		e, err := p.event(By{Actor: actor})
		return co.publish(at.State, p.state), e, err
	})
	if err != nil {
		return nil, wrap("found", err)
	}
	return co, nil
}

// found makes the founding, which nobody is asked about.
func (p *proposal) found(c founded) error {
	p.recorded = []Change{c}
	if err := p.state.apply(c, p.origin()); err != nil {
		return err
	}
	p.state.ledger = ledger{}.founded(&p.state, p.origin()) // the founder is there only now
	return p.checkSold(&p.before)
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
		return founded{}, Actor{}, invalid("the document", err)
	}
	actor := System("founding")
	if f.Founder.ID != "" {
		if _, taken := policy.Directory().User(f.Founder.ID); taken {
			return founded{}, Actor{}, fmt.Errorf("user id %q %w: the document has a user with the id of the founder", f.Founder.ID, ErrTaken)
		}
		actor = User(f.Founder.ID)
		e := policy.Edit()
		e.SetUser(document.UserOf(team.User{
			ID: f.Founder.ID, Name: f.Founder.Name, Email: f.Founder.Email, Role: policy.Directory().Catalog().Roles()[0].Name,
		}))
		if policy, err = e.Policy(); err != nil {
			return founded{}, Actor{}, invalid("the founder", firstEditError(err).Err)
		}
	}
	if (&state{policy: policy}).seatsTaken(time.Time{}) == 0 {
		return founded{}, Actor{}, fmt.Errorf("a company without users %w: name a founder", ErrInvalid)
	}
	whole := policy.Document()
	whole.Catalog = document.CatalogOf(policy.Directory().Catalog()) // whatever a name will stand for later
	data, err := compact(whole)
	return founded{Company: f.ID, Name: f.Name, Limits: f.Limits, Document: data}, actor, err
}

// founded is the first change of every log: the company as it began.
type founded struct {
	Company  string          `json:"company"`
	Name     string          `json:"name"`
	Limits   Limits          `json:"limits,omitzero"`
	Document json.RawMessage `json:"document"`
}

func (c founded) resolve(*proposal) (Change, error) { return c, nil } // it has its own way, found

func (c founded) apply(s *state, at time.Time) error {
	if s.policy != nil {
		return fmt.Errorf("%w: the company is founded twice", ErrBroken)
	}
	if err := checkName(c.Name); err != nil {
		return err
	}
	if err := checkID(c.Company); err != nil {
		return err
	}
	if err := c.Limits.check(); err != nil {
		return err
	}
	policy, err := access.Load(c.Document, nil)
	if err != nil {
		return invalid("the document", err)
	}
	s.id, s.name, s.limits, s.policy = c.Company, c.Name, c.Limits, policy.At(time.Time{})
	if c.Limits.Seats > 0 && s.seatsTaken(at) > c.Limits.Seats {
		return ErrSeats
	}
	return nil
}

// compact returns a document as the log keeps it.
func compact(d *document.Document) (json.RawMessage, error) {
	data, err := d.JSON()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
