package access

import (
	"fmt"
	"iter"
	"time"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/store"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// ShareLink allows one action on one resource to anyone who has it, as far as
// its maker might take it at that moment. The secret that proves that somebody
// has the link is not part of a policy.
type ShareLink struct {
	ID       LinkID
	Maker    team.UserID
	Session  team.ID // scope the maker made it in; "" is company level
	Action   Action  // the one action it allows
	Resource Resource
	Until    time.Time // end, exclusive; zero means none
	Ended    bool      // for good: it was revoked, its maker or report removed, or its kind gone from the catalog
}

// Entry returns the link as a document has it.
func (l ShareLink) Entry() document.Link {
	return document.Link{
		ID: string(l.ID), Maker: string(l.Maker), Session: string(l.Session), Action: string(l.Action),
		Resource: l.Resource.Entry(), Until: document.End(l.Until), Ended: l.Ended,
	}
}

// SetLink adds a share link, or moves its end or ends it for good. Everything
// else about a link stays as it was made, and an ended link stays ended.
func (e *Edit) SetLink(l document.Link) { e.setLink(e.change("set link", l.ID), l) }

func (e *Edit) setLink(c *check, l document.Link) {
	if !c.named("link", l.ID, e.w.Links.Has(l.ID)) {
		return
	}
	next := store.Link{
		ID: l.ID, Maker: team.UserID(l.Maker), Session: team.ID(l.Session), Action: l.Action,
		Kind: l.Resource.Kind, Item: l.Resource.ID, Account: l.Resource.Account,
		Until: c.end(l.Until), Ended: l.Ended,
	}
	c.fail("maker", validID("id", l.Maker))
	c.fail("action", validID("action", l.Action))
	if l.Session != "" {
		c.fail("session", validID("id", l.Session))
	}
	if c.failed || c.loader != nil && c.loader.roleless {
		c.failed = true // without a catalog it cannot be said what the link may allow
		return
	}
	e.checkShown(c, &next)
	if _, old, found := e.w.Links.Find(l.ID); found && !c.failed {
		before := *old
		before.Until, before.Ended = next.Until, next.Ended
		if before != next || old.Ended && !next.Ended {
			c.fail("", fmt.Errorf("link %w: only its end can change, and an ended one stays ended", ErrInvalid))
		}
	}
	if !c.failed && !l.Ended {
		e.checkLive(c, &next)
	}
	if !c.stops("link", l.ID) {
		e.w.PutLink(next)
	}
}

// checkShown checks what a link shows and allows there. One that has ended may
// be of a kind that left the catalog since.
func (e *Edit) checkShown(c *check, l *store.Link) {
	r := linkResource(l)
	for _, part := range []struct{ field, id string }{{"kind", string(r.kind)}, {"id", r.id}, {"account", r.account}} {
		if part.id != "" {
			c.fail("resource."+part.field, validID(part.field, part.id))
		}
	}
	if c.failed {
		return
	}
	kind, known := e.catalog.kinds[r.kind]
	switch {
	case r.kind == "", r.id == "",
		known && kind.family != atReport && kind.family != atItem && kind.family != atCompanyItem:
		c.fail("resource", fmt.Errorf("resource %s %w: a link shows a report, or something of the host's own, by its kind and id", text.Quote(r.String()), ErrInvalid))
	case l.Ended:
	case !known:
		c.fail("resource.kind", unknown("kind", string(r.kind), kindNames(e.catalog.source)))
	case kind.link == "":
		c.fail("resource.kind", fmt.Errorf("kind %s %w here: it has no link action", text.Quote(string(r.kind)), ErrInvalid))
	case (kind.family == atItem) != (r.account != ""):
		c.fail("resource", fmt.Errorf("resource %s %w: %s", text.Quote(r.String()), ErrInvalid, belongs(kind.family)))
	case Action(l.Action) != kind.link:
		c.fail("action", fmt.Errorf("action %s %w: a link to %s allows %s", text.Quote(l.Action), ErrInvalid, text.Plain(r.String()), kind.link))
	}
}

// kindNames returns the names of the declared kinds.
func kindNames(c *role.Catalog) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, k := range c.Kinds() {
			if !yield(k.Name) {
				return
			}
		}
	}
}

// belongs says what the things of a family belong to.
func belongs(f family) string {
	if f == atItem {
		return "things of this kind belong to an account"
	}
	return "things of this kind belong to no account"
}

// allowsLink reports whether a link may show what it shows, and allow what it
// allows, in a catalog.
func (n *catalog) allowsLink(l *store.Link) bool {
	r := linkResource(l)
	kind, known := n.kinds[r.kind]
	return known && kind.link != "" && kind.link == Action(l.Action) && (kind.family == atItem) == (r.account != "")
}

// checkLive checks that a link that has not ended has a maker, the team of its
// session, and a report if it is to one.
func (e *Edit) checkLive(c *check, l *store.Link) {
	if !c.namesBroken("user", string(l.Maker)) {
		_, err := e.findUser(string(l.Maker))
		c.fail("maker", err)
	}
	if l.Session != "" && !c.namesBroken("team", string(l.Session)) {
		_, err := e.findTeam(string(l.Session))
		c.fail("session", err)
	}
	if l.Kind == store.ReportKind && !c.namesBroken("report", l.Item) {
		_, err := e.findReport(l.Item)
		c.fail("resource.id", err)
	}
}

// RemoveLink forgets a share link, ended or not.
func (e *Edit) RemoveLink(id LinkID) {
	c := e.change("remove link", string(id))
	if no, _, ok := e.w.Links.Find(string(id)); ok {
		e.w.RemoveLink(no)
		return
	}
	c.fail("", unknown("link", string(id), nil))
}

// linkResource returns what a stored link shows.
func linkResource(l *store.Link) Resource {
	return Resource{kind: Kind(l.Kind), id: l.Item, account: l.Account}
}

// makerOf returns the maker of a stored link, in the scope they made it in.
func makerOf(l *store.Link) Subject {
	if l.Session == "" {
		return User(l.Maker)
	}
	return Session(l.Maker, l.Session)
}

func shareLink(l *store.Link) ShareLink {
	return ShareLink{
		ID: LinkID(l.ID), Maker: l.Maker, Session: l.Session, Action: Action(l.Action),
		Resource: linkResource(l), Until: l.Until, Ended: l.Ended,
	}
}
