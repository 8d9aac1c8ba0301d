package company

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
	// host's own authority and asks nobody. It becomes part of the first event;
	// of several, if it has about 8 MiB of JSON or is longer than an
	// [audit.Limited] can store.
	Document *document.Document
}

// Found makes a company on an empty log. Its first event is the founding, by
// the founder, or by the system "founding" if there is none.
//
// A large Document takes several events, and the last one opens the company. If
// Found fails in between, found it again with the same Founding: it goes on where
// the log ends. Several processes may do so at once, and all of them that get that
// far have the same company.
//
// The error wraps [ErrNotEmpty] for a log that has a company, [ErrOtherFounding]
// for one that begins with another founding which is not finished, [ErrInvalid],
// or what the log failed with. It wraps [ErrUncertain] if an event may have been
// stored; [Open] finds out: after [ErrNotFounded] and [ErrUnfinished] found it
// again.
func Found(ctx context.Context, log audit.Log, f Founding, c *Config) (*Company, error) {
	co, err := newCompany(c)
	if err != nil {
		return nil, &Error{Op: "found", Err: err}
	}
	plan, err := f.plan()
	if err != nil {
		return nil, &Error{Op: "found", Err: err}
	}
	co.log = log
	if err := co.checkStoreClock(ctx, log); err != nil {
		return nil, &Error{Op: "found", Err: err}
	}
	co.journal, err = journal.Begin(ctx, co.journalConfig(), func(at journal.Point[*published]) (*published, audit.Event, error) {
		return co.begin(at, plan)
	})
	if errors.Is(err, ErrNotEmpty) {
		err = co.goOn(ctx, plan)
	}
	if err == nil {
		err = co.finish(ctx, plan)
	}
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

// plan returns the founding as it is to be recorded, in one event.
func (f Founding) plan() (*planned, error) {
	var d document.Document
	if f.Document != nil {
		d = *f.Document
	}
	config := &access.Config{Catalog: f.Catalog}
	policy, err := access.Compile(&d, config)
	if err != nil {
		return nil, invalid("the document", err)
	}
	actor := System("founding")
	if f.Founder.ID != "" {
		if _, taken := policy.Directory().User(f.Founder.ID); taken {
			return nil, fmt.Errorf("user id %q %w: the document has a user with the id of the founder", f.Founder.ID, ErrTaken)
		}
		actor = User(f.Founder.ID)
		e := policy.Edit()
		e.SetUser(document.UserOf(team.User{
			ID: f.Founder.ID, Name: f.Founder.Name, Email: f.Founder.Email, Role: policy.Directory().Catalog().Roles()[0].Name,
		}))
		if policy, err = e.Policy(); err != nil {
			return nil, invalid("the founder", firstEditError(err).Err)
		}
	}
	if (&state{policy: policy}).seatsTaken(time.Time{}) == 0 {
		return nil, fmt.Errorf("a company without users %w: name a founder", ErrInvalid)
	}
	whole := policy.Document()
	whole.Catalog = document.CatalogOf(policy.Directory().Catalog()) // whatever a name will stand for later
	data, err := compact(whole)
	return &planned{whole: founded{Company: f.ID, Name: f.Name, Limits: f.Limits, Document: data}, document: whole, by: actor}, err
}

// founded is the first change of every log: the company as it began.
type founded struct {
	Company  string          `json:"company"`
	Name     string          `json:"name"`
	Limits   Limits          `json:"limits,omitzero"`
	Parts    int             `json:"parts,omitzero"`    // of the document, each in an event; 0 is the one here
	PartSize int             `json:"partSize,omitzero"` // that it was cut to, in bytes
	SHA256   audit.Hash      `json:"sha256,omitzero"`   // of the whole document
	Document json.RawMessage `json:"document"`
}

func (c founded) resolve(*proposal) (Change, error) { return c, nil } // it has its own way, found

func (c founded) apply(s *state, at time.Time) error {
	if s.policy != nil || s.begun != nil {
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
	s.id, s.name, s.limits = c.Company, c.Name, c.Limits
	if c.Parts != 0 || c.PartSize != 0 || !c.SHA256.IsZero() {
		return c.begin(s)
	}
	policy, err := access.Load(c.Document, nil)
	if err != nil {
		return invalid("the document", err)
	}
	return s.open(policy, at)
}

// open gives a company the policy that it begins with.
func (s *state) open(p *access.Policy, at time.Time) error {
	s.policy = p.At(time.Time{})
	if s.limits.Seats > 0 && s.seatsTaken(at) > s.limits.Seats {
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
