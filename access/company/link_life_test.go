package company_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
)

// linkTo is a link to the report q3.
func linkTo(id access.LinkID) company.MakeLink {
	return company.MakeLink{Link: id, Resource: access.Report("q3")}
}

// TestLinkSubjectRefuses: whatever is wrong with an id and a secret, the answer is
// the same one.
func TestLinkSubjectRefuses(t *testing.T) {
	c, other := linkCompany(t, options{}), linkCompany(t, options{id: "bolt", config: func(c *company.Config) { c.Rand = &hashRand{n: 1 << 30} }})
	live, next := makeLink(c, "amy", linkTo("live")), makeLink(c, "amy", linkTo("next"))
	soon := makeLink(c, "amy", company.MakeLink{Link: "soon", Resource: access.Report("q3"), Until: hours(1)})
	ended := makeLink(c, "amy", linkTo("ended"))
	theirs := makeLink(other, "amy", linkTo("live"))
	c.must("ann", company.Invite{Invitation: "live", Terms: to("new@x.test", "")}, company.RevokeLink{Link: "ended"})
	c.pass(time.Hour)

	reveal := live.Secret.Reveal()
	parsed, err := invite.ParseSecret(reveal)
	if err != nil || c.message("live").Secret.IsZero() {
		t.Fatalf("secrets %v and %v, %v", parsed, c.message("live").Secret, err)
	}
	for _, secret := range []invite.Secret{live.Secret, parsed} {
		if subject, err := c.LinkSubject("live", secret); err != nil || subject != access.ViaLink("live") {
			t.Errorf("the right secret: %v, %v", subject, err)
		}
	}
	answersAlike(t, c, []stranger{
		{"wrong secret", "live", unsentSecret()},
		{"the secret of another link", "live", next.Secret},
		{"another link by its secret", "next", live.Secret},
		{"a link of another company", "live", theirs.Secret},
		{"the secret of an invitation of that id", "live", c.message("live").Secret},
		{"zero secret", "live", invite.Secret{}},
		{"unknown id", "ghost", live.Secret},
		{"unknown id and zero secret", "ghost", invite.Secret{}},
		{"no id", "", live.Secret},
		{"id in another case", "Live", live.Secret},
		{"revoked", "ended", ended.Secret},
		{"revoked and wrong", "ended", live.Secret},
		{"expired at this very instant", "soon", soon.Secret},
		{"expired and wrong", "soon", live.Secret},
		{"a link of the founding document", "doc", live.Secret},
		{"a link of the founding document, zero secret", "doc", invite.Secret{}},
	})
	for _, bad := range []string{reveal[:len(reveal)-1], reveal + "=", reveal + "A", " " + reveal, strings.ToUpper(reveal), ""} {
		secret, _ := invite.ParseSecret(bad)
		if _, err := c.LinkSubject("live", secret); !errors.Is(err, company.ErrRefused) {
			t.Errorf("a damaged secret resolves: %v", err)
		}
	}
	if _, err := c.Offer("live", live.Secret); !errors.Is(err, company.ErrRefused) {
		t.Errorf("the secret of a link opens an invitation: %v", err)
	}
}

// stranger has an id and a secret of which something is wrong.
type stranger struct {
	name   string
	id     access.LinkID
	secret invite.Secret
}

// answersAlike checks that all of them are refused, with the same answer.
func answersAlike(t *testing.T, c *testCompany, all []stranger) {
	t.Helper()
	answers := map[string]bool{}
	for _, tt := range all {
		subject, err := c.LinkSubject(tt.id, tt.secret)
		if !subject.IsZero() || err == nil {
			t.Errorf("%s: resolved to %v", tt.name, subject)
			continue
		}
		answers[err.Error()] = true
		var public *company.Error
		var refusal *company.Refusal
		if !errors.Is(err, company.ErrRefused) || errors.Is(err, company.ErrOnHold) || errors.Is(err, invite.ErrExpired) ||
			!errors.As(err, &public) || public.Op != "link subject" || !errors.As(err, &refusal) || refusal.Cause == nil {
			t.Errorf("%s: refused with %#v", tt.name, err)
		}
	}
	if len(answers) != 1 || !answers["company: link subject: the invitation or link cannot be used"] {
		t.Errorf("a stranger can tell apart %v", keysOf(answers))
	}
}

// TestRevokeLink: a link is revoked by its maker, a creator of the report, or
// anyone who may remove the maker, while they may act; and once.
func TestRevokeLink(t *testing.T) {
	for _, tt := range []struct {
		want, name, actor string
		link              access.LinkID
	}{
		{"", "the maker", "amy", "report"},
		{"", "the maker, from their team", "eli", "item"},
		{"", "a creator of the report", "abe", "report"},
		{"", "anyone who may remove the maker", "kim", "report"},
		{"", "anyone who may remove the maker of an item", "kim", "item"},
		{"", "an admin", "ann", "item"},
		{"", "a system", "system links", "item"},
		{"", "the maker of a link of the document", "amy", "doc"},
		{"", "an admin, of another", "abe", "boss"},
		{"denied out-of-reach", "a user who may not remove the maker", "kim", "boss"},
		{"denied out-of-reach", "a user who explores the report", "eli", "report"},
		{"denied out-of-reach", "a user who views the report", "rob", "report"},
		{"denied out-of-reach", "a user who sees the item", "ali", "item"},
		{"denied out-of-reach", "a creator of another report", "amy", "boss"},
		{"denied suspended", "a maker who is suspended", "sue", "report"},
		{"denied unknown-user", "an unknown user", "ghost", "report"},
		{"denied unknown-resource link", "an unknown link", "ann", "ghost"},
		{"ErrUnknown", "a system, an unknown link", "system links", "ghost"},
		{"ErrSystem", "a system that is not configured", "system ghost", "report"},
		{"ErrNoActor", "nobody", "", "report"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := linkCompany(t, options{config: func(c *company.Config) {
				c.Systems["links"] = company.SystemConfig{Changes: []company.Change{company.RevokeLink{}}}
			}})
			makeLink(c, "amy", linkTo("report"))
			makeLink(c, "eli", company.MakeLink{Link: "item", Session: "west", Action: "recording.view", Resource: access.Item("campaign", "c1", "de")})
			makeLink(c, "ann", company.MakeLink{Link: "boss", Resource: access.Report("q4")})
			revoke := company.RevokeLink{Link: tt.link}
			if tt.want != "" {
				c.refuses(tt.want, tt.actor, revoke)
				return
			}
			before, _ := c.Policy().Directory().Link(tt.link)
			c.must(tt.actor, revoke)
			before.Ended = true
			if l, ok := c.Policy().Directory().Link(tt.link); l != before || !ok {
				t.Errorf("revoked, the link is %+v, want %+v", l, before)
			}
			if tt.actor != "system links" {
				c.refuses("denied unknown-resource link", tt.actor, revoke)
			}
			c.refuses("ErrNoChange", "system ops", revoke)
		})
	}
}

// linkLives are what happens to a link of eli's, and what undoes it.
var linkLives = []struct {
	name, link   string
	pass         int // hours
	change, undo string
	want, then   access.Reason
}{
	{"suspended and reinstated", "report", 0, "user.suspend eli", "user.reinstate eli", "link-paused", "link"},
	{"the maker removed", "report", 0, "user.remove eli", "user.add eli2 email=eli@x.test role=boss", "link-ended", "link-ended"},
	{"the report deleted", "report", 0, "report.delete q3", "report.create q3b creator=eli", "link-ended", "link-ended"},
	{"unshared and shared", "report", 0, "report.unshare q3 user=eli", "report.share q3 user=eli", "link-paused", "link"},
	{"the end of access past and lifted", "report", 2, "user.set-expiry eli 2h", "user.set-expiry eli none", "link-paused", "link"},
	{"the end of access not yet", "report", 2, "user.set-expiry eli 2h1ns", "user.set-expiry eli none", "link", "link"},
	{"demoted and promoted", "board", 0, "user.set-role eli keeper", "user.set-role eli reader", "link-paused", "link"},
	{"the action taken from the role", "item", 0, "catalog without", "catalog with", "link-paused", "link"},
	{"the kind taken from the catalog", "wall", 0, "catalog wall-less", "catalog with", "link-ended", "link-ended"},
	{"another kind taken from the catalog", "board", 0, "catalog wall-less", "catalog with", "link", "link"},
	{"out of the team and back", "item", 0, "team.remove-member west eli", "team.add-member west eli", "link-paused", "link"},
	{"out of another team", "item", 0, "team.remove-member east eli", "team.add-member east eli", "link", "link"},
	{"the membership past and prolonged", "item", 2, "team.set-member-end west eli 2h", "team.add-member west eli", "link-paused", "link"},
	{"promoted, but not in the team", "item", 0, "team.remove-member west eli", "user.set-role eli boss", "link-paused", "link-paused"},
	{"the team deleted, and another of its name", "item", 0, "team.delete west", "team.create west2", "link-ended", "link-ended"},
	{"the group taken from the team", "item", 0, "team.detach-group west gd", "team.attach-group west gd", "link-paused", "link"},
	{"the group deleted, another attached", "item", 0, "datagroup.delete gd", "team.attach-group west gu", "link-paused", "link-paused"},
	{"the account disconnected and back", "item", 0, "source.remove de", "source.add de", "link-paused", "link"},
	{"a moment before its end", "report", 30*24 - 1, "team.create t", "team.delete t", "link", "link"},
	{"at its end", "report", 30 * 24, "team.create t", "user.set-expiry eli 90d", "link-expired", "link-expired"},
	{"revoked", "report", 0, "link.revoke new", "team.create t", "link-ended", "link-ended"},
}

// TestLinkLife: what ends a link ends it for good. What pauses it does so until
// it is undone. Either way it can be revoked.
func TestLinkLife(t *testing.T) {
	all := map[string]company.MakeLink{
		"wall":   {Link: "new", Action: "board.view", Resource: access.CompanyItem("wall", "w1")},
		"report": linkTo("new"),
		"item":   {Link: "new", Session: "west", Action: "recording.view", Resource: access.Item("campaign", "c1", "de")},
		"board":  {Link: "new", Action: "recording.view", Resource: access.CompanyItem("board", "b1")},
	}
	for _, tt := range linkLives {
		t.Run(tt.name, func(t *testing.T) {
			c := linkCompany(t, options{})
			change := func(text string) company.Change {
				if which, ok := strings.CutPrefix(text, "catalog "); ok {
					return withKinds(map[string][]role.Role{
						"without": linkCatalogWithout("recording.view"), "with": linkCatalog(), "wall-less": linkCatalogWithout("board.view"),
					}[which])
				}
				return parseChange(t, text)
			}
			l := makeLink(c, "eli", all[tt.link])
			linkIs(t, c, l, access.ReasonLink)
			c.must("system ops", change(tt.change))
			c.pass(time.Duration(tt.pass) * time.Hour)
			linkIs(t, c, l, tt.want)
			c.must("system ops", change(tt.undo))
			linkIs(t, c, l, tt.then)
			if tt.then == "link-ended" {
				c.refuses("ErrNoChange", "system ops", company.RevokeLink{Link: "new"})
				return
			}
			c.must("abe", company.RevokeLink{Link: "new"})
			linkIs(t, c, l, access.ReasonLinkEnded)
		})
	}
}

// linkIs checks what a link decides, shows, and whether its secret still resolves.
func linkIs(t *testing.T, c *testCompany, l company.MakeLink, want access.Reason) {
	t.Helper()
	link := access.ViaLink(l.Link)
	if d := c.Decide(link, l.Action, l.Resource); d.Reason != want || d.Allowed != (want == access.ReasonLink) {
		t.Errorf("decided %v, want %s", d, want)
	}
	if n := c.Policy().View(link).Len(); n > 0 && want != access.ReasonLink {
		t.Errorf("shows %d accounts though it is %s", n, want)
	}
	_, err := c.LinkSubject(l.Link, l.Secret)
	if ended := want == access.ReasonLinkEnded || want == access.ReasonLinkExpired; errors.Is(err, company.ErrRefused) != ended {
		t.Errorf("resolves with %v though it is %s", err, want)
	}
}

// TestRevokePausedAndExpired: also what shows nothing can be revoked, by anyone
// who may still act. It stays revoked when what paused it is undone.
func TestRevokePausedAndExpired(t *testing.T) {
	c := linkCompany(t, options{})
	paused := makeLink(c, "eli", linkTo("new"))
	c.must("ann", company.SuspendUser{User: "eli"})
	c.refuses("denied suspended", "eli", company.RevokeLink{Link: "new"})
	c.must("amy", company.RevokeLink{Link: "new"})
	c.must("ann", company.ReinstateUser{User: "eli"})
	linkIs(t, c, paused, access.ReasonLinkEnded)

	lost := makeLink(c, "eli", linkTo("lost"))
	c.must("amy", company.UnshareReport{Report: "q3", User: "eli"})
	linkIs(t, c, lost, access.ReasonLinkPaused)
	c.must("eli", company.RevokeLink{Link: "lost"})

	brief := makeLink(c, "amy", company.MakeLink{Link: "brief", Resource: access.Report("q3"), Until: hours(1)})
	c.pass(time.Hour)
	linkIs(t, c, brief, access.ReasonLinkExpired)
	c.must("amy", company.RevokeLink{Link: "brief"})
	linkIs(t, c, brief, access.ReasonLinkEnded)
}

// TestLinksInHoldings: links are listed with their maker, without secrets. Removing
// the maker lists those that it ended.
func TestLinksInHoldings(t *testing.T) {
	c := linkCompany(t, options{})
	makeLink(c, "eli", linkTo("b"))
	makeLink(c, "eli", company.MakeLink{Link: "a", Session: "west", Action: "recording.view", Resource: access.Item("campaign", "c1", "de")})
	makeLink(c, "amy", linkTo("c"))
	h, ok := c.Holdings("eli")
	if !ok || len(h.Links) != 2 || h.Links[0].ID != "a" || h.Links[1].ID != "b" || h.Links[0].Session != "west" {
		t.Errorf("has %+v", h.Links)
	}
	r := c.must("kim", company.RemoveUser{User: "eli"}).Changes[0].(company.RemoveUser)
	if !slices.Equal(r.Links.First, []access.LinkID{"a", "b"}) {
		t.Errorf("ended %q", r.Links.First)
	}
	if l, _ := c.Policy().Directory().Link("c"); l.Ended {
		t.Error("the link of another user ended too")
	}
}
