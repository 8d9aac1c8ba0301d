package company

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/snapshot"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// looking is how the actions end that a link may allow. Whoever has the secret
// may do what the link allows, so it must be nothing that changes anything.
const looking = ".view"

// defaultLinkTTL is how long a link lasts for which nothing else is said.
const defaultLinkTTL = 30 * 24 * time.Hour

// MakeLink makes a share link: a secret address that shows one resource to
// whoever has it, as far as its maker may see it at that moment in the scope he
// made it in. It is for looking only: its action is one whose name ends in
// ".view".
type MakeLink struct {
	Link     access.LinkID   `json:"link"`              // never used before; "" for a random one
	Session  team.ID         `json:"session,omitempty"` // the team it is made in; "" is company level
	Action   access.Action   `json:"action"`            // the one it allows; "" is [access.ViewReport]
	Resource access.Resource `json:"resource"`          // a report, or something of the host's own
	Until    time.Time       `json:"until"`             // zero is 30 days from now, or the maker's end before that
	Maker    team.UserID     `json:"maker"`             // outcome: the actor; a system names a user
	Digest   invite.Digest   `json:"digest"`            // outcome: of the secret
	Secret   invite.Secret   `json:"-"`                 // outcome, in the receipt alone: nobody can tell it again
}

func (c MakeLink) change() about     { return about{kind: "link.make"} }
func (c MakeLink) targets() []string { return linkTargets(c.Link, c.Resource, c.Maker) }

// action is the action meant: looking at a report where none is said.
func (c MakeLink) action() access.Action {
	if c.Action == "" {
		return access.ViewReport
	}
	return c.Action
}

func (c MakeLink) asks(*draft) []question {
	if c.Resource.Kind() == access.KindReport {
		return []question{{access.ShareViewer, c.Resource}}
	}
	return []question{{c.action(), c.Resource}, {access.ShareSession, c.Resource}}
}

func (c MakeLink) judge(d *draft) (Change, error) {
	id, err := fresh(d, access.KindLink, c.Link)
	if err != nil {
		return nil, err
	}
	c.Link, c.Action = id, c.action()
	if d.actor.system == "" {
		c.Maker = d.actor.user
	}
	if _, err := d.user(c.Maker); err != nil {
		return nil, err
	}
	if !strings.HasSuffix(string(c.Action), looking) {
		return nil, fmt.Errorf("%w: a link cannot allow %s: it is for looking", ErrInvalid, c.Action)
	}
	// A link shows what its maker sees in its scope, so it is made in one in
	// which he sees anything.
	scope := access.User(c.Maker)
	if c.Session != "" {
		scope = access.Session(c.Maker, c.Session)
	}
	if err := d.judge().Decide(scope, c.Action, c.Resource).Err(); err != nil {
		return nil, err
	}
	if err := c.judgeEnd(d); err != nil {
		return nil, err
	}
	if c.Secret, err = invite.NewSecret(d.co.rand); err != nil {
		return nil, err
	}
	c.Digest = c.Secret.Digest(linkClaim(d.id, c.Link))
	return c, nil
}

// judgeEnd settles when the link is over.
func (c *MakeLink) judgeEnd(d *draft) error {
	maker := Actor{user: c.Maker}
	if c.Until.IsZero() {
		c.Until = d.at.Add(defaultLinkTTL)
		if own := d.own(maker); later(c.Until, own) {
			c.Until = own
		}
	}
	c.Until = end(c.Until)
	if err := d.future(c.Until); err != nil {
		return err
	}
	return d.bounded(maker, c.Until)
}

func (c MakeLink) apply(d *draft) error {
	if err := unused(d, access.KindLink, c.Link); err != nil {
		return err
	}
	d.digests.Add(snapshot.NewToken(), string(c.Link), c.Digest)
	return d.edit(func(e *access.Edit) {
		e.SetLink(access.ShareLink{
			ID: c.Link, Maker: c.Maker, Session: c.Session, Action: c.Action, Resource: c.Resource, Until: c.Until,
		})
	})
}

// RevokeLink ends a share link for good, also one that is over or paused.
type RevokeLink struct {
	Link     access.LinkID   `json:"link"`
	Resource access.Resource `json:"resource"` // outcome: that it showed
	Maker    team.UserID     `json:"maker"`    // outcome
}

func (c RevokeLink) change() about     { return about{kind: "link.revoke"} }
func (c RevokeLink) targets() []string { return linkTargets(c.Link, c.Resource, c.Maker) }

func (c RevokeLink) asks(*draft) []question {
	return []question{{access.RevokeLink, access.Link(c.Link)}}
}

func (c RevokeLink) judge(d *draft) (Change, error) {
	l, err := d.link(c.Link)
	if err == nil && l.Ended {
		err = ErrNoChange
	}
	c.Resource, c.Maker = l.Resource, l.Maker
	return c, err
}

func (c RevokeLink) apply(d *draft) error {
	l, err := d.link(c.Link)
	if err != nil {
		return err
	}
	l.Ended = true
	return d.edit(func(e *access.Edit) { e.SetLink(l) })
}

// link returns a share link.
func (d *draft) link(id access.LinkID) (access.ShareLink, error) {
	l, ok := d.policy.Directory().Link(id)
	if !ok {
		return l, fmt.Errorf("%w: link %q", ErrUnknown, id)
	}
	return l, nil
}

// LinkSubject returns whoever holds a share link as a subject, by its secret. The
// error is an [*Error] that wraps [ErrRefused]: for a link that is unknown or
// over as for a wrong secret. What the link then shows is for Decide to say; it
// shows nothing while its maker sees nothing.
//
// Links of a founding document have no secret that anybody knows.
func (c *Company) LinkSubject(id access.LinkID, s invite.Secret) (access.Subject, error) {
	now := c.draft(c.journal.Point(), Actor{})
	_, digest, _ := now.digests.Find(string(id))
	l, err := now.link(id)
	switch {
	case err != nil: // there is none
	case !digest.Matches(s, linkClaim(now.id, id)):
		err = errLinkSecret
	case l.Ended:
		err = errLinkEnded
	case team.End(l.Until).Ended(now.at):
		err = errLinkExpired
	}
	if err != nil {
		return access.Subject{}, &Error{Op: "resolve", Err: &Refusal{ErrRefused, err}}
	}
	return access.ViaLink(id), nil
}

// Why a link cannot be used, the Cause of a [*Refusal].
var (
	errLinkSecret  = errors.New("the secret is not that of the link")
	errLinkEnded   = errors.New("the link was ended")
	errLinkExpired = errors.New("the link expired")
)

func linkTargets(id access.LinkID, r access.Resource, maker team.UserID) []string {
	return []string{access.Link(id).String(), r.String(), access.TargetUser(maker).String()}
}

// linkClaim is what the secret of a share link proves.
func linkClaim(company string, id access.LinkID) invite.Claim {
	return invite.Claim{Purpose: invite.ForLink, Company: company, ID: string(id), Generation: 1}
}
