package company

import (
	"cmp"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company/internal/image"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// foldVersion is the version of what the events of a log come to, and of the form
// below. It is raised with each change of either: then older snapshots are passed
// over. TestFoldVersion notices most changes.
const foldVersion = 1

// coder writes the parts of a state, or reads them.
type coder struct{ *image.Coder }

// state is the state of a company that is open, field by field. What is derived
// from the rest is made again.
func (c coder) state(s *state) {
	image.Text(c.Coder, &s.id)
	image.Text(c.Coder, &s.name)
	image.Number(c.Coder, &s.limits.Seats)
	c.policy(&s.policy)
	image.Book(c.Coder, &s.touched.last, c.Uint)
	image.List(c.Coder, &s.clocks, func(v *corrected) {
		c.Uint(&v.seq)
		c.Time(&v.at)
	})
	image.Book(c.Coder, &s.people.came, func(v *invite.ID) { image.Text(c.Coder, v) })
	image.Set(c.Coder, &s.people.had, func(v *formerMailbox) {
		image.Text(c.Coder, &v.user)
		image.Text(c.Coder, &v.key)
	})
	c.ledger(&s.ledger)
	c.reviews(&s.reviews)
	c.invitations(&s.invitations)
	image.Book(c.Coder, &s.digests, func(v *invite.Digest) { image.Marshaled(c.Coder, v) })
}

// policy is a policy as its document, with the catalog.
func (c coder) policy(p **access.Policy) {
	var data string
	if c.Writing() {
		whole := (*p).Document()
		whole.Catalog = document.CatalogOf((*p).Directory().Catalog())
		b, err := compact(whole)
		c.Fail(err)
		data = string(b)
	}
	image.Text(c.Coder, &data)
	if c.Writing() || c.Err() != nil {
		return
	}
	loaded, err := access.Load([]byte(data), nil)
	if err != nil {
		c.Fail(err)
		return
	}
	*p = loaded.At(time.Time{}) // as a founding has it
}

// cause is an event that many things name.
func (c coder) cause(p **cause) {
	image.Shared(c.Coder, p, func(v *cause) {
		c.Uint(&v.seq)
		c.Time(&v.at)
		image.Word(c.Coder, &v.by)
		image.Text(c.Coder, &v.reason)
		image.Text(c.Coder, &v.approval)
		c.Uint(&v.sponsored)
	})
}

func (c coder) ledger(l *ledger) {
	c.cause(&l.founding)
	image.Set(c.Coder, &l.people, func(v *personID) { image.Text(c.Coder, v) })
	image.Book(c.Coder, &l.arrivals, func(v **arrival) { image.Optional(c.Coder, v, c.arrival) })
	image.Book(c.Coder, &l.offers, func(v *offer) {
		c.cause(&v.sent)
		c.cause(&v.sponsor)
	})
	image.Book(c.Coder, &l.given, func(v **provenance) {
		image.Optional(c.Coder, v, func(v *provenance) {
			c.cause(&v.by)
			c.cause(&v.first)
			c.cause(&v.moved)
			c.Time(&v.was)
			c.Uint(&v.no)
		})
	})
	image.Book(c.Coder, &l.data, func(v **dataChange) {
		image.Chain(c.Coder, v, func(v *dataChange) **dataChange { return &v.before }, func(v *dataChange) {
			c.cause(&v.by)
			image.Text(c.Coder, &v.from)
			image.Text(c.Coder, &v.to)
			c.cause(&v.filter)
			c.moved(&v.in)
			c.moved(&v.out)
		})
	})
	image.Book(c.Coder, &l.losses, func(v **loss) {
		image.Chain(c.Coder, v, func(v *loss) **loss { return &v.before }, func(v *loss) {
			c.cause(&v.by)
			image.Word(c.Coder, &v.group)
		})
	})
	image.Book(c.Coder, &l.steps, func(v **step) {
		image.Chain(c.Coder, v, func(v *step) **step { return &v.before }, func(v *step) {
			c.cause(&v.by)
			c.Uint(&v.no)
			image.Number(c.Coder, &v.kind)
			image.List(c.Coder, &v.makers, func(v *string) { image.Word(c.Coder, v) })
		})
	})
	image.Book(c.Coder, &l.stays, func(v **stay) {
		image.Chain(c.Coder, v, func(v *stay) **stay { return &v.before }, func(v *stay) {
			image.Word(c.Coder, &v.team)
			c.Uint(&v.from)
			c.Uint(&v.to)
			c.Time(&v.until)
		})
	})
	c.Uint(&l.changes)
	image.Chain(c.Coder, &l.catalogs, func(v *replacement) **replacement { return &v.before }, func(v *replacement) { c.cause(&v.by) })
}

func (c coder) moved(v *moved) {
	image.List(c.Coder, &v.first, func(v *string) { image.Text(c.Coder, v) })
	image.Number(c.Coder, &v.count)
}

func (c coder) arrival(v *arrival) {
	c.cause(&v.by)
	image.Text(c.Coder, &v.invitation)
	c.Time(&v.review)
	image.Optional(c.Coder, &v.left, func(v *departure) {
		c.cause(&v.by)
		c.user(&v.user)
		image.List(c.Coder, &v.teams, func(v *string) { image.Word(c.Coder, v) })
	})
}

func (c coder) user(v *team.User) {
	image.Text(c.Coder, &v.ID)
	image.Text(c.Coder, &v.Name)
	image.Marshaled(c.Coder, &v.Email)
	image.Word(c.Coder, &v.Role)
	c.Bool(&v.Suspended)
	c.Time(&v.Until)
	image.Text(c.Coder, &v.Note)
}

func (c coder) reviews(r *reviews) {
	image.Number(c.Coder, &r.every)
	var all []*review // in the order they were opened
	if c.Writing() {
		for _, one := range persist.Items(&r.all) {
			all = append(all, one)
		}
	}
	image.List(c.Coder, &all, func(v **review) {
		image.Optional(c.Coder, v, c.review)
		if !c.Writing() && c.Err() == nil && *v != nil {
			r.all.Add(c.Token(), (*v).ID, *v)
		}
	})
	image.Text(c.Coder, &r.open)
	c.Time(&r.before)
	image.Book(c.Coder, &r.last, func(v **verdict) { image.Shared(c.Coder, v, c.verdict) })
}

func (c coder) review(r *review) {
	image.JSON(c.Coder, &r.Review)
	image.List(c.Coder, &r.rows, func(v *audit.RegisterRow) { image.JSON(c.Coder, v) })
	image.Book(c.Coder, &r.verdicts, func(v **verdict) { image.Shared(c.Coder, v, c.verdict) })
	closed := r.closing != nil
	c.Bool(&closed)
	image.List(c.Coder, &r.closing, func(v *standing) {
		image.Shared(c.Coder, &v.verdict, c.verdict)
		c.Uint(&v.reopened)
		c.Uint(&v.changed)
		c.Uint(&v.done)
	})
	if closed && r.closing == nil {
		r.closing = []standing{} // of nobody
	}
}

func (c coder) verdict(v *verdict) {
	image.Word(c.Coder, &v.decision)
	c.cause(&v.by)
}

// invitations is all invitations in the order in which they were made, and which
// was sent last to each mailbox. The orders are made again.
func (c coder) invitations(v *invitations) {
	var all []invite.Invitation
	type place struct {
		mailbox string
		no      uint32
	}
	var last []place
	if c.Writing() {
		for _, i := range persist.Items(&v.all) {
			all = append(all, *i)
		}
		for mailbox, no := range persist.Keys(&v.last) {
			last = append(last, place{mailbox, no})
		}
		slices.SortFunc(last, func(a, b place) int { return cmp.Compare(a.mailbox, b.mailbox) })
	}
	image.List(c.Coder, &all, func(i *invite.Invitation) {
		if c.invitation(i); !c.Writing() && c.Err() == nil {
			*v = v.put(c.Token(), *i)
		}
	})
	image.List(c.Coder, &last, func(p *place) {
		image.Text(c.Coder, &p.mailbox)
		if image.Number(c.Coder, &p.no); !c.Writing() && c.Err() == nil {
			v.last.Put(c.Token(), p.mailbox, p.no)
		}
	})
	if !c.Writing() {
		// What was delivered to a mailbox before may be another invitation's.
		v.reached = persist.Book[time.Time]{}
	}
	image.Book(c.Coder, &v.reached, c.Time)
}

func (c coder) invitation(i *invite.Invitation) {
	image.Text(c.Coder, &i.ID)
	image.Marshaled(c.Coder, &i.Terms.Address)
	image.Text(c.Coder, &i.Terms.Name)
	image.Word(c.Coder, &i.Terms.Role)
	image.List(c.Coder, &i.Terms.Teams, func(v *team.ID) { image.Word(c.Coder, v) })
	image.Number(c.Coder, &i.Terms.Days)
	c.Time(&i.Terms.Until)
	image.Number(c.Coder, &i.Terms.ReviewDays)
	image.Word(c.Coder, &i.Terms.Provider)
	image.Text(c.Coder, &i.Terms.Note)
	image.Text(c.Coder, &i.Sponsor.User)
	image.Word(c.Coder, &i.Sponsor.System)
	image.Number(c.Coder, &i.Generation)
	image.Marshaled(c.Coder, &i.Digest)
	c.Time(&i.Sent)
	c.Time(&i.Expires)
	c.Time(&i.Delivered)
	image.Number(c.Coder, &i.State)
	c.Time(&i.Closed)
	image.Text(c.Coder, &i.User)
}
