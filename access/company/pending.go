package company

import (
	"context"
	"errors"
	"sync"

	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/audit"
)

// Pending is a Do whose event was appended within a transaction of the host's.
// Call [Pending.Committed] or [Pending.RolledBack] when the transaction has ended.
type Pending struct {
	// Receipt is what comes of the Do if the transaction is committed.
	Receipt Receipt

	request request
	staged  *journal.Staged[*published]
	once    sync.Once
}

// DoIn is [Company.Do], with its event appended by log, which must be a way to the
// company's own log that is part of a transaction of the host's, such as
// sqllog.Log.Tx: the event is stored if and only if the transaction is committed,
// together with the host's own rows.
//
//	tx, err := db.BeginTx(ctx, nil)
//	…
//	pending, err := acme.DoIn(ctx, log.Tx(tx), by, company.AddMember{Team: "west", User: "bob"})
//	…                                     // your own statements in tx
//	if err := tx.Commit(); err != nil {
//		pending.RolledBack()
//		return err
//	}
//	receipt, err := pending.Committed(ctx)
//
// When DoIn returns nil, nothing has changed yet: not the policy, nor the log for
// others. The company takes the event in when it is told that the transaction was
// committed, or when it reads the log, whichever is first. Until it knows, each
// other Do waits, as long as its context allows, so keep the transaction short.
//
// The errors are those of Do, without ErrUncertain, and [ErrOvertaken] if another
// writer was first and the transaction cannot see it. After any error roll the
// transaction back: nothing was changed.
func (c *Company) DoIn(ctx context.Context, log audit.Log, by By, changes ...Change) (*Pending, error) {
	pending := &Pending{request: request{company: c, by: by, changes: changes}}
	r := &pending.request
	if err := c.prepare(ctx, log, by); err != nil {
		return nil, wrap("do", err)
	}
	e, staged, err := c.journal.Stage(ctx, log, r.propose(ctx))
	if err != nil {
		c.underway.end(r.going)
		return nil, r.refused(ctx, err)
	}
	r.observe(ctx, nil)
	pending.Receipt, pending.staged = r.receipt(e), staged
	return pending, nil
}

// Committed takes the event in after the transaction was committed, delivers its
// messages, and returns the receipt. It reads the log and believes nobody: the
// error wraps [ErrNotStored] if the transaction was not committed and another event
// has its place, and [ErrUncertain] if the log has nothing there, in which case the
// Do stays pending. Call it again after any error but ErrNotStored, also if Commit
// failed in such a way that nobody can say what became of the transaction.
//
// If the process ends before it is called, the messages of invitations in it are
// not sent, and are listed by [Company.UndeliveredInvitations].
func (p *Pending) Committed(ctx context.Context) (Receipt, error) {
	c := p.request.company
	err := p.staged.Committed(ctx)
	if errors.Is(err, ErrNotStored) {
		p.unsent()
	}
	if err != nil {
		return Receipt{}, wrap("do", err)
	}
	p.once.Do(func() { p.Receipt.Undelivered = c.deliver(ctx, p.request.p, p.request.going) })
	return p.Receipt, nil
}

// RolledBack ends the wait for a transaction that was rolled back. If it was
// committed all the same, the company takes the event in when it next reads the
// log, and sends no messages; Committed says ErrNotStored. If the company has the
// event by now, RolledBack does nothing.
func (p *Pending) RolledBack() {
	if p.staged.RolledBack() {
		p.unsent()
	}
}

// unsent notes that the messages will not be sent.
func (p *Pending) unsent() {
	p.once.Do(func() { p.request.company.underway.end(p.request.going) })
}
