package company_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
)

// TestResolveRefuses: whatever is wrong with an id and a secret, the answer is
// the same one.
func TestResolveRefuses(t *testing.T) {
	s, other := newLinkStage(t, "acme"), newLinkStage(t, "bolt")
	live := s.link("amy", company.MakeLink{Link: "live", Resource: access.Report("q3")})
	next := s.link("amy", company.MakeLink{Link: "next", Resource: access.Report("q3")})
	soon := s.link("amy", company.MakeLink{Link: "soon", Resource: access.Report("q3"), Until: at(1)})
	over := s.link("amy", company.MakeLink{Link: "over", Resource: access.Report("q3")})
	theirs := other.link("amy", company.MakeLink{Link: "live", Resource: access.Report("q3")})
	s.makes("ann", company.Invite{Invitation: "live", Terms: invite.Terms{Address: mustAddress("new@x.test")}}, company.RevokeLink{Link: "over"})
	s.clock = at(1)

	reveal := live.Secret.Reveal()
	parsed, err := invite.ParseSecret(reveal)
	if err != nil || s.mail["live"].IsZero() {
		t.Fatalf("secrets %v and %v, %v", parsed, s.mail["live"], err)
	}
	for _, secret := range []invite.Secret{live.Secret, parsed} {
		if subject, err := s.company.LinkSubject("live", secret); err != nil || subject != access.ViaLink("live") {
			t.Errorf("the right secret: %v, %v", subject, err)
		}
	}
	s.answersAlike([]stranger{
		{"wrong secret", "live", linkSecret(t)},
		{"the secret of another link", "live", next.Secret},
		{"another link by its secret", "next", live.Secret},
		{"a link of another company", "live", theirs.Secret},
		{"the secret of an invitation of that id", "live", s.mail["live"]},
		{"zero secret", "live", invite.Secret{}},
		{"unknown id", "ghost", live.Secret},
		{"unknown id and zero secret", "ghost", invite.Secret{}},
		{"no id", "", live.Secret},
		{"id in another case", "Live", live.Secret},
		{"revoked", "over", over.Secret},
		{"revoked and wrong", "over", live.Secret},
		{"expired at this very instant", "soon", soon.Secret},
		{"expired and wrong", "soon", live.Secret},
		{"a link of the founding document", "doc", live.Secret},
		{"a link of the founding document, zero secret", "doc", invite.Secret{}},
	})
	for _, bad := range []string{reveal[:len(reveal)-1], reveal + "=", reveal + "A", " " + reveal, strings.ToUpper(reveal), ""} {
		secret, _ := invite.ParseSecret(bad)
		if _, err := s.company.LinkSubject("live", secret); !errors.Is(err, company.ErrRefused) {
			t.Errorf("a damaged secret resolves: %v", err)
		}
	}
	if _, err := s.company.Offer("live", live.Secret); !errors.Is(err, company.ErrRefused) {
		t.Errorf("the secret of a link opens an invitation: %v", err)
	}
}

// stranger is somebody with an id and a secret of which something is wrong.
type stranger struct {
	name   string
	id     access.LinkID
	secret invite.Secret
}

// answersAlike checks that all of them are refused, with the same answer.
func (s *linkStage) answersAlike(all []stranger) {
	s.Helper()
	answers := map[string]bool{}
	for _, tt := range all {
		subject, err := s.company.LinkSubject(tt.id, tt.secret)
		if !subject.IsZero() || err == nil {
			s.Errorf("%s: resolved to %v", tt.name, subject)
			continue
		}
		answers[err.Error()] = true
		var public *company.Error
		var refusal *company.Refusal
		if !errors.Is(err, company.ErrRefused) || errors.Is(err, company.ErrHeld) || errors.Is(err, invite.ErrExpired) ||
			!errors.As(err, &public) || public.Op != "link subject" || !errors.As(err, &refusal) || refusal.Cause == nil {
			s.Errorf("%s: refused with %#v", tt.name, err)
		}
	}
	if len(answers) != 1 || !answers["company: link subject: it cannot be used"] {
		s.Errorf("a stranger can tell apart %v", sortedKeys(answers))
	}
}

// TestRevokeLink: by its maker, a creator of the report, and who may remove the
// maker, while he may; and once.
func TestRevokeLink(t *testing.T) {
	report, item := company.RevokeLink{Link: "report"}, company.RevokeLink{Link: "item"}
	for _, tt := range []struct {
		want        verdict
		name, actor string
		c           company.RevokeLink
	}{
		{"", "the maker", "amy", report},
		{"", "the maker, from his team", "eli", item},
		{"", "a creator of the report", "abe", report},
		{"", "who may remove the maker", "kim", report},
		{"", "who may remove the maker of an item", "kim", item},
		{"", "an admin", "ann", item},
		{"", "a system", "system clerk", item},
		{"", "the maker of a link of the document", "amy", company.RevokeLink{Link: "doc"}},
		{"", "an admin, of another", "abe", company.RevokeLink{Link: "boss"}},
		{"denied out-of-reach", "who may not remove the maker", "kim", company.RevokeLink{Link: "boss"}},
		{"denied out-of-reach", "who explores the report", "eli", report},
		{"denied out-of-reach", "who views the report", "rob", report},
		{"denied out-of-reach", "who sees the item", "ali", item},
		{"denied out-of-reach", "a creator of another report", "amy", company.RevokeLink{Link: "boss"}},
		{"denied suspended", "a maker who is suspended", "sue", report},
		{"denied unknown-user", "who is not there", "ghost", report},
		{"denied unknown-resource link", "a link nobody knows", "ann", company.RevokeLink{Link: "ghost"}},
		{"ErrUnknown", "a system, a link nobody knows", "system clerk", company.RevokeLink{Link: "ghost"}},
		{"ErrSystem", "a system nobody configured", "system ghost", report},
		{"ErrNoActor", "nobody", "", report},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newLinkStage(t, "acme")
			s.link("amy", company.MakeLink{Link: "report", Resource: access.Report("q3")})
			s.link("eli", linkWithin(linkBut(toRecording(inDE), func(c *company.MakeLink) { c.Link = "item" }), "west"))
			s.link("ann", company.MakeLink{Link: "boss", Resource: access.Report("q4")})
			if tt.want != "" {
				s.refuses(tt.want, tt.actor, tt.c)
				return
			}
			before, _ := s.company.Policy().Directory().Link(tt.c.Link)
			s.makes(tt.actor, tt.c)
			before.Ended = true
			if l, ok := s.company.Policy().Directory().Link(tt.c.Link); l != before || !ok {
				t.Errorf("revoked, the link is %+v, want %+v", l, before)
			}
			s.refuses("ErrNoChange", tt.actor, tt.c)
			s.refuses("ErrNoChange", "system sync", tt.c)
		})
	}
}

// TestLinkLife: what ends a link ends it for good, what pauses it does so until
// it is undone, and either way it can be revoked.
func TestLinkLife(t *testing.T) {
	noBoards := linkRoles()
	noBoards[2].Capabilities = slices.DeleteFunc(noBoards[2].Capabilities, func(a role.Action) bool { return a == "recording.view" })
	grant := company.ShareReport{Report: "q3", User: "eli"}
	report, item, wide := linkDoing("", access.Report("q3")), linkWithin(toRecording(inDE), "west"), toRecording(board)
	for _, tt := range []struct {
		name   string
		make   company.MakeLink
		hours  int
		change company.Change
		want   access.Reason
		undo   company.Change
		then   access.Reason
	}{
		{"suspended and reinstated", report, 0, company.SuspendUser{User: "eli"}, "link-paused", company.ReinstateUser{User: "eli"}, "link"},
		{"the maker removed", report, 0, company.RemoveUser{User: "eli"}, "link-ended", company.AddUser{User: "eli2", Email: "eli@x.test", Role: "boss"}, "link-ended"},
		{"the report deleted", report, 0, company.DeleteReport{Report: "q3"}, "link-ended", company.CreateReport{Report: "q3b", Creator: "eli"}, "link-ended"},
		{"unshared and shared", report, 0, company.UnshareReport{Report: "q3", User: "eli"}, "link-paused", grant, "link"},
		{"the end of access past and lifted", report, 2, company.SetEnd{User: "eli", Until: at(2)}, "link-paused", company.SetEnd{User: "eli"}, "link"},
		{"the end of access not yet", report, 2, company.SetEnd{User: "eli", Until: at(2).Add(1)}, "link", company.SetEnd{User: "eli"}, "link"},
		{"demoted and promoted", wide, 0, company.SetRole{User: "eli", Role: "keeper"}, "link-paused", company.SetRole{User: "eli", Role: "reader"}, "link"},
		{"the action taken from the role", item, 0, company.ReplaceCatalog{Roles: noBoards}, "link-paused", company.ReplaceCatalog{Roles: linkRoles()}, "link"},
		{"out of the team and back", item, 0, company.RemoveMember{Team: "west", User: "eli"}, "link-paused", company.AddMember{Team: "west", User: "eli"}, "link"},
		{"out of another team", item, 0, company.RemoveMember{Team: "east", User: "eli"}, "link", company.AddMember{Team: "east", User: "eli"}, "link"},
		{"the membership past and prolonged", item, 2, company.AddMember{Team: "west", User: "eli", Until: at(2)}, "link-paused", company.AddMember{Team: "west", User: "eli"}, "link"},
		{"promoted, but not in the team", item, 0, company.RemoveMember{Team: "west", User: "eli"}, "link-paused", company.SetRole{User: "eli", Role: "boss"}, "link-paused"},
		{"the team deleted, and another of its name", item, 0, company.DeleteTeam{Team: "west"}, "link-paused", company.CreateTeam{Team: "west2"}, "link-paused"},
		{"the group taken from the team", item, 0, company.DetachGroup{Team: "west", Group: "gd"}, "link-paused", company.AttachGroup{Team: "west", Group: "gd"}, "link"},
		{"the group deleted, another attached", item, 0, company.DeleteGroup{Group: "gd"}, "link-paused", company.AttachGroup{Team: "west", Group: "gu"}, "link-paused"},
		{"the account disconnected and back", item, 0, company.DisconnectAccounts{Accounts: []datagroup.AccountID{"de"}}, "link-paused", company.ConnectAccounts{Accounts: accounts("de")}, "link"},
		{"a moment before its end", report, 30*24 - 1, company.CreateTeam{Team: "t"}, "link", company.DeleteTeam{Team: "t"}, "link"},
		{"at its end", report, 30 * 24, company.CreateTeam{Team: "t"}, "link-expired", company.SetEnd{User: "eli", Until: at(90 * 24)}, "link-expired"},
		{"revoked", report, 0, company.RevokeLink{Link: "new"}, "link-ended", company.CreateTeam{Team: "t"}, "link-ended"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newLinkStage(t, "acme")
			c := s.link("eli", tt.make)
			s.is(c, access.ReasonLink)
			s.makes("system sync", tt.change)
			s.clock = s.clock.Add(time.Duration(tt.hours) * time.Hour)
			s.is(c, tt.want)
			s.makes("system sync", tt.undo)
			s.is(c, tt.then)
			if tt.then == "link-ended" {
				s.refuses("ErrNoChange", "system sync", company.RevokeLink{Link: "new"})
				return
			}
			s.makes("abe", company.RevokeLink{Link: "new"})
			s.is(c, access.ReasonLinkEnded)
		})
	}
}

// is checks what a link decides, shows, and whether its secret still resolves.
func (s *linkStage) is(c company.MakeLink, want access.Reason) {
	s.Helper()
	link := access.ViaLink(c.Link)
	if d := s.company.Decide(link, c.Action, c.Resource); d.Reason != want || d.Allowed != (want == access.ReasonLink) {
		s.Errorf("decided %v, want %s", d, want)
	}
	if n := s.company.Policy().View(link).Len(); n > 0 && want != access.ReasonLink {
		s.Errorf("shows %d accounts though it is %s", n, want)
	}
	_, err := s.company.LinkSubject(c.Link, c.Secret)
	if over := want == access.ReasonLinkEnded || want == access.ReasonLinkExpired; errors.Is(err, company.ErrRefused) != over {
		s.Errorf("resolves with %v though it is %s", err, want)
	}
}

// TestRevokePausedAndExpired: also what shows nothing can be revoked, by who
// may still act, and then stays so when what paused it is undone.
func TestRevokePausedAndExpired(t *testing.T) {
	s := newLinkStage(t, "acme")
	paused := s.link("eli", toReport("q3"))
	s.makes("ann", company.SuspendUser{User: "eli"})
	s.refuses("denied suspended", "eli", company.RevokeLink{Link: "new"})
	s.makes("amy", company.RevokeLink{Link: "new"})
	s.makes("ann", company.ReinstateUser{User: "eli"})
	s.is(paused, access.ReasonLinkEnded)

	lost := s.link("eli", company.MakeLink{Link: "lost", Resource: access.Report("q3")})
	s.makes("amy", company.UnshareReport{Report: "q3", User: "eli"})
	s.is(lost, access.ReasonLinkPaused)
	s.makes("eli", company.RevokeLink{Link: "lost"})

	brief := s.link("amy", company.MakeLink{Link: "brief", Resource: access.Report("q3"), Until: at(1)})
	s.clock = at(1)
	s.is(brief, access.ReasonLinkExpired)
	s.makes("amy", company.RevokeLink{Link: "brief"})
	s.is(brief, access.ReasonLinkEnded)
}

// TestLinksInHoldings: they are listed with who made them, without secrets, and
// removing him lists those it ended.
func TestLinksInHoldings(t *testing.T) {
	s := newLinkStage(t, "acme")
	s.link("eli", company.MakeLink{Link: "b", Resource: access.Report("q3")})
	s.link("eli", linkWithin(linkBut(toRecording(inDE), func(c *company.MakeLink) { c.Link = "a" }), "west"))
	s.link("amy", company.MakeLink{Link: "c", Resource: access.Report("q3")})
	h, ok := s.company.Holdings("eli")
	if !ok || len(h.Links) != 2 || h.Links[0].ID != "a" || h.Links[1].ID != "b" || h.Links[0].Session != "west" {
		t.Errorf("holds %+v", h.Links)
	}
	c := s.makes("kim", company.RemoveUser{User: "eli"}).Changes[0].(company.RemoveUser)
	if !slices.Equal(c.Links, []access.LinkID{"a", "b"}) {
		t.Errorf("ended %q", c.Links)
	}
	if l, _ := s.company.Policy().Directory().Link("c"); l.Ended {
		t.Error("the link of another ended too")
	}
}
