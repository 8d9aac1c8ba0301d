package company

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"reflect"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company/internal/journal"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
)

// LogName returns the name of a type of change in the log, and "" for what is
// none.
func LogName(c Change) string {
	if row := rowOf(c); row != nil {
		return row.name
	}
	return ""
}

// LogNames returns the names of all types of change that a host can make, in
// byte order.
func LogNames() []string {
	var all []string
	for _, c := range ChangeTypes() {
		all = append(all, LogName(c))
	}
	return all
}

// SystemsByName returns [Config.Systems] with the types of the given names, and
// the roles that each may give.
func SystemsByName(names map[string][]string, roles map[string][]role.Name) map[string]SystemConfig {
	systems := make(map[string]SystemConfig, len(names))
	for system, all := range names {
		may := SystemConfig{Roles: roles[system]}
		for _, name := range all {
			may.Changes = append(may.Changes, rowNamed(name).zero)
		}
		systems[system] = may
	}
	return systems
}

// TargetsOf returns the targets that an event of recorded changes has. Of what
// cannot be read it returns none.
func TargetsOf(records ...audit.Change) []string {
	var changes []Change
	for _, r := range records {
		if c, err := parseRecord(r); err == nil {
			changes = append(changes, c)
		}
	}
	return targetsOf(changes)
}

// Fork is a company at a point that no log has: what its changes would make of
// it. It is cheap, so that a test can try every order of changes.
type Fork struct {
	company *Company
	at      journal.Point[*published]
}

// Fork returns the company as it is.
func (c *Company) Fork() Fork { return Fork{c, c.journal.Point()} }

// Do is [Company.Do], on a fork of the fork.
func (f Fork) Do(by By, changes ...Change) (Fork, error) {
	p := f.company.proposal(f.at, by)
	if err := p.propose(context.Background(), f.at, changes); err != nil {
		return f, err
	}
	next := journal.Point[*published]{State: f.company.publish(f.at.State, p.state), Time: p.at}
	next.Head.Seq = f.at.Head.Seq + 1
	return Fork{f.company, next}, nil
}

// Policy returns the policy of the fork.
func (f Fork) Policy() *access.Policy { return f.at.State.policy }

// Now returns the fork as a moment.
func (f Fork) Now() Moment { return momentOf(f.at, f.at.Time) }

// Invitations returns all invitations of the fork, as text.
func (f Fork) Invitations() string {
	all := ""
	for _, i := range persist.All(&f.at.State.invitations.all) {
		all += fmt.Sprint(i.ID, i.State, i.Sponsor, i.Generation, i.Terms.Role, i.Terms.Teams, i.Terms.Until, i.Expires, ";")
	}
	return all
}

// WhatIfWith is [Company.WhatIf] with the randomness that a Do would have.
func (c *Company) WhatIfWith(ctx context.Context, random io.Reader, by By, changes ...Change) (WhatIf, error) {
	return c.whatIf(ctx, random, by, changes)
}

// Underway returns the addresses that messages may be on their way to, as text.
func (c *Company) Underway() string {
	c.underway.mu.Lock()
	defer c.underway.mu.Unlock()
	return fmt.Sprint(c.underway.since, c.underway.held)
}

// PolicyAfter returns the policy at an event, which is what most tests ask of the past.
func (c *Company) PolicyAfter(ctx context.Context, seq uint64) (*access.Policy, error) {
	m, err := c.At(ctx, seq)
	if err != nil {
		return nil, err
	}
	return m.Policy(), nil
}

// PolicyAt returns the policy at an instant.
func (c *Company) PolicyAt(ctx context.Context, t time.Time) (*access.Policy, error) {
	m, err := c.AsOf(ctx, t)
	if err != nil {
		return nil, err
	}
	return m.Policy(), nil
}

// OpenWithoutLedger opens a company that keeps no register, to measure what keeping
// it costs.
func OpenWithoutLedger(ctx context.Context, log audit.Log, config *Config) (*Company, error) {
	co, err := newCompany(config)
	if err != nil {
		return nil, err
	}
	fold := func(before journal.Point[*published], e audit.Event) (*published, error) {
		next, err := co.fold(before, e)
		if err == nil && e.Seq == 1 {
			next.ledger = ledger{}
		}
		return next, err
	}
	co.log = log
	settings := co.journalConfig()
	settings.Fold = fold
	co.journal, err = journal.Open(ctx, settings)
	return co, err
}

// FoldVersion is foldVersion.
const FoldVersion = foldVersion

// StateType is the type of a state.
var StateType = reflect.TypeFor[state]()

// Resummed returns a snapshot with something else in it, and the sum of that.
func Resummed(snapshot []byte, change func([]byte) []byte) []byte {
	b := change(slices.Clone(snapshot[:len(snapshot)-sha256.Size]))
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// SnapshotOf returns a snapshot of a moment.
func SnapshotOf(m Moment) ([]byte, error) {
	var b bytes.Buffer
	err := writeSnapshot(&b, journal.Point[*published]{State: &published{state: *m.state}, Head: m.head, Time: m.at})
	return b.Bytes(), err
}
