package company_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// linkRoles is a catalog in which seeing, sharing what one sees, and removing
// who shares it are different people's.
func linkRoles() []role.Role {
	all := role.CompanyCatalog().Roles()[0].Capabilities
	return []role.Role{
		{Name: "boss", Scope: role.AllData, Offered: true, MinHolders: 1, Manages: []role.Name{"boss", "keeper", "analyst", "reader"},
			Capabilities: append(slices.Clone(all), "recording.view", "heatmap.view", "session.share")},
		{Name: "keeper", Scope: role.AllData, Manages: []role.Name{"analyst", "reader"},
			Capabilities: []role.Action{"account.view", "user.remove"}},
		{Name: "analyst", Scope: role.ByTeams,
			Capabilities: []role.Action{"account.view", "report.create", "recording.view", "heatmap.view", "session.share", "board.view"}},
		{Name: "reader", Scope: role.ByTeams, Offered: true, Default: true, Capabilities: []role.Action{"account.view", "recording.view"}},
	}
}

// linkWorld is the company of the tables about links. Team east sees the
// account us, west sees de, and north nothing. Report q3 is amy's, q4 ann's.
const linkWorld = `{
  "accounts": [{"id": "us", "source": "google"}, {"id": "de", "source": "google"}],
  "groups": [{"id": "gu", "filter": "id = 'us'"}, {"id": "gd", "filter": "id = 'de'"}],
  "teams": [
    {"id": "east", "groups": ["gu"], "members": [{"user": "amy"}, {"user": "ali"}, {"user": "eli"}, {"user": "rob"}, {"user": "sue"}]},
    {"id": "west", "groups": ["gd"], "members": [{"user": "eli"}]},
    {"id": "north", "members": [{"user": "amy", "until": "2026-01-01T09:00:00Z"}]}],
  "users": [
    {"id": "ann", "email": "ann@x.test", "role": "boss"}, {"id": "abe", "email": "abe@x.test", "role": "boss"},
    {"id": "kim", "email": "kim@x.test", "role": "keeper"}, {"id": "amy", "email": "amy@x.test", "role": "analyst"},
    {"id": "ali", "email": "ali@x.test", "role": "analyst", "until": "2026-01-11T09:00:00Z"},
    {"id": "eli", "email": "eli@x.test", "role": "analyst"}, {"id": "lou", "email": "lou@x.test", "role": "analyst"},
    {"id": "rob", "email": "rob@x.test", "role": "reader"},
    {"id": "sue", "email": "sue@x.test", "role": "analyst", "suspended": true},
    {"id": "old", "email": "old@x.test", "role": "analyst", "until": "2026-01-01T09:00:00Z"}],
  "reports": [
    {"id": "q3", "grants": [{"user": "amy", "level": "creator"}, {"user": "abe", "level": "creator"}, {"user": "eli", "level": "explorer"},
                            {"user": "ali", "level": "explorer"}, {"user": "rob", "level": "viewer"}]},
    {"id": "q4", "grants": [{"user": "ann", "level": "creator"}, {"team": "west", "level": "explorer"}]}],
  "links": [{"id": "doc", "maker": "amy", "action": "report.view", "resource": {"kind": "report", "id": "q3"}}]
}`

// linkStage is a company that makes links, and its clock.
type linkStage struct {
	*testing.T
	company *company.Company
	log     *audit.Memory
	clock   time.Time
	mail    map[invite.ID]invite.Secret
}

func newLinkStage(t *testing.T, id string) *linkStage {
	t.Helper()
	catalog, err := role.NewCatalog(linkRoles()...)
	if err != nil {
		t.Fatal(err)
	}
	d, err := document.Parse([]byte(linkWorld))
	if err != nil {
		t.Fatal(err)
	}
	s := &linkStage{T: t, log: audit.NewMemory(), clock: modelStart, mail: make(map[invite.ID]invite.Secret)}
	s.company, err = company.Found(t.Context(), s.log, company.Founding{ID: id, Name: "Acme", Catalog: catalog, Document: d}, s.config())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// config has a system for everything, and one that may revoke links only.
func (s *linkStage) config() *company.Config {
	return &company.Config{
		Now:     func() time.Time { return s.clock },
		Systems: map[string][]company.Change{"sync": company.Types(), "clerk": {company.RevokeLink{}}},
		Origin:  "https://acme.test/join",
		Deliver: func(_ context.Context, m invite.Message) error {
			s.mail[m.Invitation] = m.Secret
			return nil
		},
	}
}

func (s *linkStage) do(actor string, changes ...company.Change) (company.Receipt, error) {
	return s.company.Do(s.Context(), company.By{Actor: actorOf(actor), Reason: "it is needed"}, changes...)
}

func (s *linkStage) makes(actor string, changes ...company.Change) company.Receipt {
	s.Helper()
	receipt, err := s.do(actor, changes...)
	if err != nil {
		s.Fatalf("%s makes %#v: %v", actor, changes, err)
	}
	return receipt
}

// link makes a link and returns it as recorded.
func (s *linkStage) link(actor string, c company.MakeLink) company.MakeLink {
	s.Helper()
	return s.makes(actor, c).Changes[0].(company.MakeLink)
}

// refuses checks that a change is refused as wanted, and that nothing happened.
func (s *linkStage) refuses(want verdict, actor string, c company.Change) {
	s.Helper()
	before, events, head := printed(s.T, s.company.Policy()), len(logged(s.T, s.log)), s.company.Checkpoint()
	receipt, err := s.do(actor, c)
	if got := linkVerdict(err); got != want {
		s.Errorf("%s is refused %#v with %q, want %q: %v", actor, c, got, want, err)
	}
	if receipt.Seq != 0 || len(receipt.Changes) > 0 {
		s.Errorf("receipt of a refusal: %+v", receipt)
	}
	if n := len(logged(s.T, s.log)); n != events || s.company.Checkpoint() != head || printed(s.T, s.company.Policy()) != before {
		s.Errorf("%s was refused %#v, and yet something changed", actor, c)
	}
}

// linkVerdict names why a link was not made or revoked.
func linkVerdict(err error) verdict {
	if denied, ok := errors.AsType[*access.DeniedError](err); ok {
		return denial(denied.Decision)
	}
	var all []string
	for name, is := range map[string]error{
		"ErrNoActor": company.ErrNoActor, "ErrSystem": company.ErrSystem, "ErrInvalid": company.ErrInvalid, "ErrUnknown": company.ErrUnknown,
		"ErrTaken": company.ErrTaken, "ErrReused": company.ErrReused, "ErrNoChange": company.ErrNoChange,
		"ErrBeyondOwnEnd": company.ErrBeyondOwnEnd, "ErrPast": company.ErrPast, "ErrInvitee": company.ErrInvitee, "ErrInviteeOnly": company.ErrInviteeOnly,
	} {
		if errors.Is(err, is) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return verdict(strings.Join(all, " "))
}

func TestMakeLink(t *testing.T) {
	forged := linkBut(toReport("q3"), func(c *company.MakeLink) { c.Digest = linkSecret(t).Digest(invite.Claim{}) })
	for _, tt := range []struct {
		name, actor string
		make        company.MakeLink
		maker       team.UserID
		action      access.Action
		until       time.Duration
	}{
		{"a report", "amy", toReport("q3"), "amy", "report.view", 30 * linkDay},
		{"a report one explores", "eli", toReport("q3"), "eli", "report.view", 30 * linkDay},
		{"a report through a team, in that team", "eli", linkWithin(toReport("q4"), "west"), "eli", "report.view", 30 * linkDay},
		{"an item in an account", "amy", toRecording(inUS), "amy", "recording.view", 30 * linkDay},
		{"an item in a team that sees it", "eli", linkWithin(linkDoing("heatmap.view", inDE), "west"), "eli", "heatmap.view", 30 * linkDay},
		{"something of the company", "lou", toRecording(board), "lou", "recording.view", 30 * linkDay},
		{"an action of the host's", "amy", linkDoing("board.view", board), "amy", "board.view", 30 * linkDay},
		{"the thirty days end with the maker", "ali", toReport("q3"), "ali", "report.view", 10 * linkDay},
		{"until the maker ends", "ali", linkUntil(toReport("q3"), 10*linkDay), "ali", "report.view", 10 * linkDay},
		{"for a moment", "amy", linkUntil(toReport("q3"), 1), "amy", "report.view", 1},
		{"for years", "amy", linkUntil(toReport("q3"), 5000*linkDay), "amy", "report.view", 5000 * linkDay},
		{"an end elsewhere", "amy", linkBut(toReport("q3"), func(c *company.MakeLink) { c.Until = at(5).In(time.FixedZone("elsewhere", 3600)) }), "amy", "report.view", 5 * time.Hour},
		{"for somebody else is for oneself", "amy", linkMadeBy(toReport("q3"), "eli"), "amy", "report.view", 30 * linkDay},
		{"a digest of one's own does not count", "amy", forged, "amy", "report.view", 30 * linkDay},
		{"a system names the maker", "system sync", linkMadeBy(toReport("q3"), "ali"), "ali", "report.view", 10 * linkDay},
		{"a system is not asked to share", "system sync", linkMadeBy(toRecording(inUS), "rob"), "rob", "recording.view", 30 * linkDay},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newLinkStage(t, "acme")
			got := s.link(tt.actor, tt.make)
			want := access.ShareLink{ID: "new", Maker: tt.maker, Session: tt.make.Session, Action: tt.action,
				Resource: tt.make.Resource, Until: modelStart.Add(tt.until)}
			stored, ok := s.company.Policy().Directory().Link("new")
			if !ok || stored != want {
				t.Errorf("stored %+v, want %+v", stored, want)
			}
			if got.Link != want.ID || got.Maker != want.Maker || got.Action != want.Action || got.Resource != want.Resource || got.Until != want.Until || got.Session != want.Session {
				t.Errorf("recorded %+v, want %+v", got, want)
			}
			if got.Secret.IsZero() || got.Digest.IsZero() || got.Digest == tt.make.Digest {
				t.Errorf("secret %v, digest %v", got.Secret, got.Digest)
			}
			s.isLinkMade(got, tt.actor)
		})
	}
}

func linkSecret(t *testing.T) invite.Secret {
	t.Helper()
	s, err := invite.NewSecret(zeros{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// isLinkMade checks that a link is used by its secret, and that the log has it
// without.
func (s *linkStage) isLinkMade(c company.MakeLink, actor string) {
	s.Helper()
	subject, err := s.company.LinkSubject(c.Link, c.Secret)
	if err != nil || subject != access.ViaLink(c.Link) {
		s.Errorf("resolved to %v, %v", subject, err)
	}
	if d := s.company.Decide(subject, c.Action, c.Resource); !d.Allowed || d.Reason != access.ReasonLink {
		s.Errorf("decided %v", d)
	}
	claim := invite.Claim{Purpose: invite.ForLink, Company: "acme", ID: string(c.Link), Generation: 1}
	if c.Secret.Digest(claim) != c.Digest {
		s.Errorf("the digest is not of %+v", claim)
	}
	events := logged(s.T, s.log)
	e := events[len(events)-1]
	if text, err := audit.Encode(e); err != nil || strings.Contains(string(text), c.Secret.Reveal()) || !strings.Contains(string(text), c.Digest.String()) {
		s.Errorf("logged %s, %v", text, err)
	}
	if want := []string{"link:" + string(c.Link), c.Resource.String(), "user:" + string(c.Maker)}; !slices.Equal(e.Targets, want) || e.Changes[0].Type != "link.make" || e.Actor.ID != strings.TrimPrefix(actor, "system ") {
		s.Errorf("logged %s of %q by %v, want targets %q", e.Changes[0].Type, e.Targets, e.Actor, want)
	}
	again, err := company.Open(s.Context(), s.log, s.config())
	if err != nil {
		s.Fatal(err)
	}
	if subject, err := again.LinkSubject(c.Link, c.Secret); err != nil || subject != access.ViaLink(c.Link) {
		s.Errorf("after a replay resolved to %v, %v", subject, err)
	}
}

// TestMakeLinkWithoutID: an id and a secret come from the randomness, and none
// is made if that fails.
func TestMakeLinkWithoutID(t *testing.T) {
	s := newLinkStage(t, "acme")
	c := linkBut(toReport("q3"), func(c *company.MakeLink) { c.Link = "" })
	receipt := s.makes("amy", c, c, company.RevokeLink{Link: "doc"})
	one, two := receipt.Changes[0].(company.MakeLink), receipt.Changes[1].(company.MakeLink)
	if one.Link == "" || one.Link == two.Link || one.Secret.Reveal() == two.Secret.Reveal() {
		t.Errorf("made %v and %v", one.Link, two.Link)
	}
	for _, l := range []company.MakeLink{one, two} {
		if subject, err := s.company.LinkSubject(l.Link, l.Secret); err != nil || subject != access.ViaLink(l.Link) {
			t.Errorf("resolved to %v, %v", subject, err)
		}
	}
	for name, size := range map[string]int{"id": 12, "secret": 32} {
		broken, err := company.Open(t.Context(), s.log, &company.Config{Now: func() time.Time { return s.clock },
			Rand: readerFunc(func(p []byte) (int, error) {
				if len(p) == size {
					return 0, errNoRandom
				}
				return len(p), nil
			})})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := broken.Do(t.Context(), company.By{Actor: company.User("amy")}, c); !errors.Is(err, errNoRandom) || broken.Checkpoint() != s.company.Checkpoint() {
			t.Errorf("made without a random %s: %v", name, err)
		}
	}
}

var errNoRandom = errors.New("no randomness left")

// TestInviteeMakesNoLink: whoever answers an invitation does nothing else.
func TestInviteeMakesNoLink(t *testing.T) {
	s := newLinkStage(t, "acme")
	proof, err := invite.Verified(mustAddress("amy@x.test"), "https://id.test", "", modelStart)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []company.Change{toReport("q3"), company.RevokeLink{Link: "doc"}} {
		_, err := s.company.Do(t.Context(), company.By{Actor: company.Invitee(proof), Reason: "mine"}, c)
		if linkVerdict(err) != "ErrInvitee" {
			t.Errorf("%T by an invitee: %v", c, err)
		}
	}
}

// TestReplayRefusesLinks: what never could be made is not replayed either.
func TestReplayRefusesLinks(t *testing.T) {
	s := newLinkStage(t, "acme")
	s.link("amy", toReport("q3"))
	s.makes("amy", company.RevokeLink{Link: "new"})
	history := logged(t, s.log)
	for name, events := range map[string][]audit.Event{
		"made twice":          {history[0], history[1], history[1]},
		"made after it ended": {history[0], history[1], history[2], history[1]},
		"revoked unmade":      {history[0], history[2]},
	} {
		var head audit.Checkpoint
		for i, e := range events {
			events[i] = e.Chain(head)
			head = events[i].Checkpoint()
		}
		if _, err := company.Open(t.Context(), fixedLog(events), s.config()); !errors.Is(err, company.ErrBroken) {
			t.Errorf("%s: opened with %v", name, err)
		}
	}
}

// TestResolveWhileLinksAreMade: readers wait for nobody, and see whole links.
func TestResolveWhileLinksAreMade(t *testing.T) {
	s := newLinkStage(t, "acme")
	made := make(chan company.MakeLink)
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for c := range made {
				if _, err := s.company.LinkSubject(c.Link, c.Secret); err != nil {
					t.Errorf("%s: %v", c.Link, err)
				}
				if _, err := s.company.LinkSubject("ghost", c.Secret); err == nil {
					t.Error("a link nobody knows resolves")
				}
			}
		})
	}
	for range 50 {
		made <- s.link("amy", linkBut(toReport("q3"), func(c *company.MakeLink) { c.Link = "" }))
	}
	close(made)
	readers.Wait()
}
