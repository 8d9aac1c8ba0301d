package companies

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// Standing is what somebody is in a company.
type Standing string

// The standings.
const (
	Active    Standing = "active"    // a user
	Suspended Standing = "suspended" // a user who is suspended, whether their access has ended or not
	Ended     Standing = "ended"     // a user whose access has ended
	Invited   Standing = "invited"   // no user, with an invitation that is pending and has not expired
)

// Membership is a company in which somebody is a user or is invited.
type Membership struct {
	Name     string      // of its log, as [Companies.Open] takes it
	Company  string      // its name for people
	Standing Standing    // what they are in it
	User     team.UserID // "" for Invited
}

// clockSkew is how far in the future a proof may be.
const clockSkew = time.Minute

// Find returns the companies in which the holder of a proven address is a user or
// is invited, sorted by Name, and nothing of any other company. An invitation
// that names another identity provider than the proof is not theirs.
//
// It asks the store for the logs with the address, and opens those: the others cost
// nothing. What the index has and the company does not confirm, after its log was
// read again, is left out without a word.
//
// The error wraps [ErrProof] for a proof that is zero, too old or of the future;
// then nothing is found. Otherwise it joins an [*Error] for each company that could
// not be asked, and one without a Name if the store could not, beside what was
// found in the others: then the list may lack something.
func (c *Companies) Find(ctx context.Context, p invite.Proof) ([]Membership, error) {
	if age := c.config.Now().Sub(p.Time()); p.IsZero() || age > c.config.ProofAge || age < -clockSkew {
		return nil, &Error{Op: "find", Err: ErrProof}
	}
	var names []string
	var failed []error
	for name, err := range c.store.Find(ctx, p.Address().Key()) {
		if err != nil {
			failed = append(failed, &Error{Op: "find", Err: err})
			break
		}
		names = append(names, name) // and opened afterwards: the loop may hold the store's only connection
	}
	slices.Sort(names)
	var all []Membership
	for _, name := range slices.Compact(names) {
		m, err := c.membership(ctx, name, p)
		switch {
		case errors.Is(err, ErrUnknown), errors.Is(err, company.ErrUnfinished):
			// The index was written, and the founding was not.
		case err != nil:
			failed = append(failed, &Error{Op: "find", Name: name, Err: err})
		case m.Standing != "":
			all = append(all, m)
		}
		if ctx.Err() != nil && err != nil {
			break
		}
	}
	return all, errors.Join(failed...)
}

// membership returns what the holder of a proven address is in a company. Without
// a Standing they are nothing.
func (c *Companies) membership(ctx context.Context, name string, p invite.Proof) (Membership, error) {
	co, err := c.open(ctx, name)
	if err != nil {
		return Membership{}, err
	}
	m, err := membershipIn(co, name, p)
	if err != nil || m.Standing != "" {
		return m, err
	}
	if err := co.Sync(ctx); err != nil { // an index is written before its event
		return Membership{}, err
	}
	return membershipIn(co, name, p)
}

// membershipIn is membership for a company as it is.
func membershipIn(co *company.Company, name string, p invite.Proof) (Membership, error) {
	u, i, err := co.Proven(p)
	if err != nil {
		return Membership{}, err
	}
	m := Membership{Name: name, Company: co.Name(), User: u.ID}
	switch {
	case u.ID == "" && i.State == invite.None:
	case u.ID == "":
		m.Standing = Invited
	case u.Suspended:
		m.Standing = Suspended
	case !u.Active(co.Now().Time()):
		m.Standing = Ended
	default:
		m.Standing = Active
	}
	return m, nil
}
