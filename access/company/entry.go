package company

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
)

// Founded is the first change of every log, "company.found": the company as it
// began. [ReadChanges] and [Company.History] return it. It is made by [Found]
// alone: a Do refuses it, and no system can be configured for it.
type Founded struct {
	Company  string // the id
	Name     string
	Limits   Limits
	Document *document.Document // with the role catalog and the founder; yours to change

	// Parts is how many parts the document was cut into, of at most PartSize bytes
	// each: Document is the first, and each [FoundedPart] after it has another one.
	// SHA256 is that of the JSON of the whole without spaces. All are zero if
	// Document is complete.
	Parts, PartSize int
	SHA256          audit.Hash
}

func (Founded) resolve(*proposal) (Change, error) { return nil, errFounded }

func (Founded) apply(*state, time.Time) error { return errFounded }

// errFounded is the error of founding a company by a Do.
var errFounded = fmt.Errorf("a founding %w as a change: found a company by company.Found", ErrInvalid)

// exported returns the founding as it is shown.
func (c founded) exported() (Change, error) {
	d, err := document.Parse(c.Document)
	return Founded{Company: c.Company, Name: c.Name, Limits: c.Limits, Document: d, Parts: c.Parts, PartSize: c.PartSize, SHA256: c.SHA256}, err
}

// ReadChanges returns the changes of an event as the values that were passed to
// [Company.Do], with their outcomes and without secrets, in their order; of the
// founding, a [Founded] or a [FoundedPart]. It reads what this package wrote, in any
// version. The event may be of any company and need not be in a log; whether it
// is genuine is what [audit.Verify] and [Open] find out.
//
// The changes share no memory with the event. The cost is that of reading JSON.
// The error is an [*Error] that wraps [ErrBroken], with the event's number and
// the type and version of the change that cannot be read.
func ReadChanges(e audit.Event) ([]Change, error) {
	all := make([]Change, len(e.Changes))
	for i, r := range e.Changes {
		c, err := parseRecord(r)
		if f, ok := c.(interface{ exported() (Change, error) }); ok && err == nil {
			c, err = f.exported()
		}
		if err != nil {
			if !errors.Is(err, ErrBroken) {
				err = fmt.Errorf("%w: %s, version %d: %w", ErrBroken, r.Type, r.Version, err)
			}
			return nil, &Error{Op: "read changes", Change: r.Type, Seq: e.Seq, Err: fmt.Errorf("change %d: %w", i+1, err)}
		}
		all[i] = c
	}
	return all, nil
}

// Entry is an event with its changes as [ReadChanges] returns them. They stand
// for the Changes of the event, which remain in Event.Changes.
type Entry struct {
	audit.Event
	Changes []Change
}

// HistoryQuery says which events are asked for: those that fit all of its
// fields. The zero HistoryQuery asks for all of them.
type HistoryQuery struct {
	// Target is what an event must concern: one of its Targets is exactly this.
	// An invitation is the kind "invitation", a role "role". Zero is any.
	Target access.Resource

	// Actor is who made the event. A user made what is recorded in their name,
	// and the acceptance by which they became a user; an [Invitee] made all
	// answers from their address. Zero is anybody.
	Actor Actor

	// From and To bound the time of an event: no earlier than From, and before
	// To. Zero is no bound. After a [CorrectClock] times begin again earlier, so
	// events before and after it can be in the same hour.
	From, To time.Time

	After  uint64 // the number of the event after which the answer begins; the last of a page is where the next begins
	Before uint64 // the number of the event before which it ends, with which the latest events are read alone; 0 is no bound
	Limit  int    // how many events at most; 0 and less is all

	// Unread leaves [Entry.Changes] out, and so the cost of reading them, which for a
	// founding is that of its whole document. [ReadChanges] reads those of one event.
	Unread bool
}

// History returns the events that fit a query, whole, in order: "everything that
// happened to mia" by Target, "everything ada did" by Actor. An event with
// several changes is there if one of them concerns the target. What befell
// somebody because of changes elsewhere, such as a data group that their team
// lost, does not name them; [Moment.Pieces] has it.
//
// It ends with the last event that the company had taken in when the loop
// began; see [Company.Sync]. Each loop reads the log again, from After on, and
// checks what it reads, also what does not fit: form, hash, company, that each
// event continues the one before, and that the last one is the one that the
// company knows. It takes no memory beyond one event. Reading and checking an
// event costs some microseconds, so a page at the end of a long log is cheapest
// with After, and one in the middle with Before as well: nothing from there on is
// read.
//
// A problem ends it, as the last pair, with the zero Entry: an [*Error] with the
// event's number that wraps [ErrBroken] (of an altered event also
// [audit.ErrEdited] or [audit.ErrMalformed]), [ErrDiverged] if the log lost what
// it had, or what the log failed with.
func (c *Company) History(ctx context.Context, q HistoryQuery) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		n := 0
		for e, err := range c.takenIn(ctx, q.After, q.Before) {
			var entry Entry
			if err == nil && q.fits(e) {
				entry.Event = e
				if !q.Unread {
					entry.Changes, err = ReadChanges(e)
				}
			}
			if err != nil {
				yield(Entry{}, wrap("history", err))
				return
			}
			if entry.Seq == 0 {
				continue
			}
			if n++; !yield(entry, nil) || n == q.Limit {
				return
			}
		}
	}
}

// takenIn returns the events after a number that the company has taken in, up to
// the one before another number, 0 for all, each checked.
func (c *Company) takenIn(ctx context.Context, after, before uint64) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		head, id := c.Checkpoint(), c.ID()
		if before == 0 || before > head.Seq {
			before = head.Seq + 1
		}
		if before <= 1 || after >= before-1 {
			return
		}
		last := audit.Checkpoint{Seq: after}
		defer runtime.KeepAlive(c) // somebody may close the log of a company that nobody has any more
		for e, err := range c.log.Events(ctx, after) {
			if err == nil {
				err = checkNext(last, head, e, id)
			}
			if err != nil {
				yield(audit.Event{}, err)
				return
			}
			last = e.Checkpoint()
			if !yield(e, nil) || last.Seq == before-1 {
				return
			}
		}
		yield(audit.Event{}, &Error{Op: "history", Seq: last.Seq + 1, Err: fmt.Errorf("%w: it ends before the event", ErrDiverged)})
	}
}

// checkNext checks an event that is read after another one, of which the hash is
// zero if it was not read, up to the head.
func checkNext(last, head audit.Checkpoint, e audit.Event, id string) error {
	var err error
	switch flaw := e.Check(); {
	case flaw != nil:
		err = fmt.Errorf("%w: %w", ErrBroken, flaw)
	case e.Hash != e.Sum():
		err = fmt.Errorf("%w: %w", ErrBroken, audit.ErrEdited)
	case e.Seq != last.Seq+1:
		err = fmt.Errorf("%w: event %d comes in its place", ErrDiverged, e.Seq)
	case e.Prev != last.Hash && !last.Hash.IsZero():
		err = fmt.Errorf("%w: it does not continue the one before", ErrBroken)
	case e.Seq == head.Seq && e.Hash != head.Hash:
		err = fmt.Errorf("%w: another event is in its place", ErrDiverged)
	case e.Company != id:
		err = fmt.Errorf("%w: it is of company %q", ErrBroken, e.Company)
	default:
		return nil
	}
	return &Error{Op: "history", Seq: last.Seq + 1, Err: err}
}

// fits reports whether an event is asked for.
func (q HistoryQuery) fits(e audit.Event) bool {
	switch {
	case !q.Target.IsZero() && !slices.Contains(e.Targets, q.Target.String()):
		return false
	case !q.From.IsZero() && e.Time.Before(q.From):
		return false
	case !q.To.IsZero() && !e.Time.Before(q.To):
		return false
	}
	return q.Actor == (Actor{}) || q.Actor.made(e)
}

// made reports whether an event was made by an actor. The answer to an
// invitation is also that of the user whom it made.
func (a Actor) made(e audit.Event) bool {
	switch e.Actor.Kind {
	case audit.KindUser:
		return a.user != "" && a.user == team.UserID(e.Actor.ID)
	case audit.KindSystem:
		return a.system != "" && a.system == e.Actor.ID
	}
	if address, err := team.ParseAddress(e.Actor.Email); err == nil && !a.proof.IsZero() {
		return a.proof.Address().Equal(address)
	}
	return a.user != "" && slices.ContainsFunc(e.Changes, func(r audit.Change) bool {
		c, _ := parseRecord(r)
		accepted, ok := c.(AcceptInvitation)
		return ok && accepted.User == a.user
	})
}
