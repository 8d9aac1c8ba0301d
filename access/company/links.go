package company

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// defaultLinkTTL is how long a link lasts unless something else is said.
const defaultLinkTTL = 30 * 24 * time.Hour

// MakeLink makes a share link: a secret address that shows one resource to
// anyone who has it, as far as its maker may see it at that moment in the scope
// that the link was made in. What has links, and which action they allow, says
// the catalog: see [role.Kind].
type MakeLink struct {
	Link     access.LinkID   `json:"link"`              // never used before; "" for a random one
	Session  team.ID         `json:"session,omitempty"` // the team it is made in; "" is company level
	Action   access.Action   `json:"action"`            // the one it allows; "" is that of the kind, which is the only one it may be
	Resource access.Resource `json:"resource"`          // a report, or something of the host's own
	Until    time.Time       `json:"until"`             // zero is 30 days from now, or the maker's end if that is before
	Maker    team.UserID     `json:"maker"`             // a system names them; for a user it is the actor
	MakeLinkOutcome
}

// MakeLinkOutcome is the outcome of [MakeLink].
type MakeLinkOutcome struct {
	Digest invite.Digest `json:"digest"` // of the secret
	Secret invite.Secret `json:"-"`      // in the receipt only: it is kept nowhere else
}

// linkAction returns what links to a resource allow, "" if it has none.
func (s *state) linkAction(r access.Resource) access.Action {
	if r.Kind() == access.KindReport {
		return access.ViewReport
	}
	kind, _ := s.directory().Catalog().Kind(string(r.Kind()))
	return kind.Link
}

// complete fills in the action of a link.
func (c MakeLink) complete(s *state, _ time.Time) Change {
	if c.Action == "" {
		c.Action = s.linkAction(c.Resource)
	}
	return c
}

// questions adds what is asked about a link to that resource.
func (c MakeLink) questions(a about) about {
	if c.Resource.Kind() == access.KindReport {
		return a.ask(access.ShareViewer, c.Resource)
	}
	if c.Action != "" {
		a = a.ask(c.Action, c.Resource)
	}
	return a.ask(access.ShareSession, c.Resource)
}

func (c MakeLink) resolve(p *proposal) (Change, error) {
	id, err := newID(p, access.KindLink, c.Link)
	if err != nil {
		return nil, err
	}
	c.Link = id
	if p.actor.system == "" {
		c.Maker = p.actor.user
	}
	if _, err := p.user(c.Maker); err != nil {
		return nil, err
	}
	switch allows := p.linkAction(c.Resource); {
	case allows == "":
		return nil, fmt.Errorf("a link to %s %w: its kind has no link action", text.Plain(c.Resource.String()), ErrInvalid)
	case c.Action != allows:
		return nil, fmt.Errorf("a link to allow %s %w: a link to %s allows %s", text.Quote(c.Action), ErrInvalid, text.Plain(c.Resource.String()), allows)
	}
	// A link shows what its maker sees in its scope, so they must see it there.
	scope := access.User(c.Maker)
	if c.Session != "" {
		scope = access.Session(c.Maker, c.Session)
	}
	if err := p.policyNow().Decide(scope, c.Action, c.Resource).Err(); err != nil {
		return nil, err
	}
	if c.Until, err = c.end(p); err != nil {
		return nil, err
	}
	secret, err := invite.NewSecret(p.rand)
	if err != nil {
		return nil, err
	}
	c.MakeLinkOutcome = MakeLinkOutcome{Digest: secret.Digest(linkClaim(p.id, c.Link)), Secret: secret}
	return c, nil
}

// end returns when the link ends, if it may.
func (c MakeLink) end(p *proposal) (time.Time, error) {
	maker, until := Actor{user: c.Maker}, c.Until
	if until.IsZero() {
		until = p.at.Add(defaultLinkTTL)
		if own := p.endOf(maker); later(until, own) {
			until = own
		}
	}
	until = end(until)
	if err := p.future(until); err != nil {
		return until, err
	}
	return until, p.notBeyond(maker, until)
}

func (c MakeLink) apply(s *state, _ time.Time) error {
	if err := checkFree(s, access.KindLink, c.Link); err != nil {
		return err
	}
	s.digests.Add(persist.NewToken(), string(c.Link), c.Digest)
	return s.edit(func(e *access.Edit) {
		e.SetLink(access.ShareLink{
			ID: c.Link, Maker: c.Maker, Session: c.Session, Action: c.Action, Resource: c.Resource, Until: c.Until,
		}.Entry())
	})
}

// RevokeLink ends a share link for good, also one that expired or is paused. To
// a user one that has ended is unknown, to a system it is [ErrNoChange].
type RevokeLink struct {
	Link access.LinkID `json:"link"`
	RevokeLinkOutcome
}

// RevokeLinkOutcome is the outcome of [RevokeLink].
type RevokeLinkOutcome struct {
	Resource access.Resource `json:"resource"` // that the link showed
	Maker    team.UserID     `json:"maker"`
}

func (c RevokeLink) resolve(p *proposal) (Change, error) {
	l, err := p.link(c.Link)
	if err == nil && l.Ended {
		err = ErrNoChange
	}
	return c, err
}

func (c RevokeLink) derive(s *state, _ origin) (Change, error) {
	l, err := s.link(c.Link)
	c.RevokeLinkOutcome = RevokeLinkOutcome{Resource: l.Resource, Maker: l.Maker}
	return c, err
}

func (c RevokeLink) apply(s *state, _ time.Time) error {
	l, err := s.link(c.Link)
	if err != nil {
		return err
	}
	l.Ended = true
	return s.edit(func(e *access.Edit) { e.SetLink(l.Entry()) })
}

// linkIDs returns the ids of links in byte order.
func linkIDs(links iter.Seq[access.ShareLink]) []access.LinkID {
	var all []access.LinkID
	for l := range links {
		all = append(all, l.ID)
	}
	slices.Sort(all)
	return all
}

// LinkSubject returns anyone who has a share link as a subject, by its secret.
// The error is an [*Error] that wraps [ErrRefused]: for a link that is unknown or
// has ended as for a wrong secret. What the link then shows, Decide says; it
// shows nothing while its maker sees nothing.
//
// Links of a founding document have no secret that anybody knows.
func (c *Company) LinkSubject(id access.LinkID, s invite.Secret) (access.Subject, error) {
	now := c.guard(c.journal.Point())
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
		return access.Subject{}, &Error{Op: "link subject", Err: &Refusal{ErrRefused, err}}
	}
	return access.ViaLink(id), nil
}

// Why a link cannot be used, the Cause of a [*Refusal].
var (
	errLinkSecret  = errors.New("the secret is not that of the link")
	errLinkEnded   = errors.New("the link was revoked, or its report, maker or kind is gone")
	errLinkExpired = errors.New("the link expired")
)

// linkClaim is what the secret of a share link proves.
func linkClaim(company string, id access.LinkID) invite.Claim {
	return invite.Claim{Purpose: invite.ForLink, Company: company, ID: string(id), Generation: 1}
}
