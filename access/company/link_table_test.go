package company_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// makeLink makes a link and returns it as recorded.
func makeLink(c *testCompany, actor string, l company.MakeLink) company.MakeLink {
	c.t.Helper()
	return c.must(actor, l).Changes[0].(company.MakeLink)
}

// TestMakeLink makes links that may be made: a name, the actor, the change, and
// what is recorded: maker, action, and the time until its end.
func TestMakeLink(t *testing.T) {
	for _, tt := range []struct {
		name, actor, change string
		maker               team.UserID
		action              access.Action
		until               string
	}{
		{"a report", "amy", "link.make new resource=report:q3", "amy", "report.view", "30d"},
		{"a report that they explore", "eli", "link.make new resource=report:q3", "eli", "report.view", "30d"},
		{"a report through a team, in that team", "eli", "link.make new session=west resource=report:q4", "eli", "report.view", "30d"},
		{"an item in an account", "amy", `link.make new action=recording.view resource="campaign:c1 in account:us"`, "amy", "recording.view", "30d"},
		{"an item in a team that sees it", "eli", `link.make new session=west resource="campaign:c1 in account:de"`, "eli", "recording.view", "30d"},
		{"an item of the company", "lou", `link.make new action=recording.view resource=board:b1`, "lou", "recording.view", "30d"},
		{"an action of the host", "amy", `link.make new action=board.view resource=wall:w1`, "amy", "board.view", "30d"},
		{"the action of the kind", "amy", `link.make new resource=wall:w1`, "amy", "board.view", "30d"},
		{"the thirty days end with the maker", "ali", "link.make new resource=report:q3", "ali", "report.view", "10d"},
		{"until the maker's end", "ali", "link.make new resource=report:q3 until=10d", "ali", "report.view", "10d"},
		{"for a moment", "amy", "link.make new resource=report:q3 until=1ns", "amy", "report.view", "1ns"},
		{"for years", "amy", "link.make new resource=report:q3 until=5000d", "amy", "report.view", "5000d"},
		{"an end in another time zone", "amy", `link.make new resource=report:q3 until="5h elsewhere"`, "amy", "report.view", "5h"},
		{"a user makes it for themselves, whomever they name", "amy", "link.make new resource=report:q3 maker=eli", "amy", "report.view", "30d"},
		{"a digest that the actor gives does not count", "amy", "link.make new resource=report:q3", "amy", "report.view", "30d"},
		{"a system names the maker", "system ops", "link.make new resource=report:q3 maker=ali", "ali", "report.view", "10d"},
		{"a system is not asked to share", "system ops", `link.make new action=recording.view resource="campaign:c1 in account:us" maker=rob`, "rob", "recording.view", "30d"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := linkCompany(t, options{})
			l := parseChange(t, tt.change).(company.MakeLink)
			if strings.Contains(tt.name, "digest") {
				l.Digest = unsentSecret().Digest(invite.Claim{})
			}
			until, err := parseTime(tt.until)
			if err != nil {
				t.Fatal(err)
			}
			got := makeLink(c, tt.actor, l)
			want := access.ShareLink{ID: "new", Maker: tt.maker, Session: l.Session, Action: tt.action, Resource: l.Resource, Until: until}
			stored, ok := c.Policy().Directory().Link("new")
			if !ok || stored != want {
				t.Errorf("stored %+v, want %+v", stored, want)
			}
			if got.Link != want.ID || got.Maker != want.Maker || got.Action != want.Action || got.Resource != want.Resource || !got.Until.Equal(until) || got.Session != want.Session {
				t.Errorf("recorded %+v, want %+v", got, want)
			}
			if got.Secret.IsZero() || got.Digest.IsZero() || got.Digest == l.Digest {
				t.Errorf("secret %v, digest %v", got.Secret, got.Digest)
			}
			isLinkMade(t, c, got, tt.actor)
		})
	}
}

// isLinkMade checks that a link is used by its secret, and that the log has no
// secret.
func isLinkMade(t *testing.T, c *testCompany, l company.MakeLink, actor string) {
	t.Helper()
	subject, err := c.LinkSubject(l.Link, l.Secret)
	if err != nil || subject != access.ViaLink(l.Link) {
		t.Errorf("resolved to %v, %v", subject, err)
	}
	if d := c.Decide(subject, l.Action, l.Resource); !d.Allowed || d.Reason != access.ReasonLink {
		t.Errorf("decided %v", d)
	}
	claim := invite.Claim{Purpose: invite.ForLink, Company: "acme", ID: string(l.Link), Generation: 1}
	if l.Secret.Digest(claim) != l.Digest {
		t.Errorf("the digest is not of %+v", claim)
	}
	all := events(t, c.log)
	e := all[len(all)-1]
	if text, err := audit.Encode(e); err != nil || strings.Contains(string(text), l.Secret.Reveal()) || !strings.Contains(string(text), l.Digest.String()) {
		t.Errorf("logged %s, %v", text, err)
	}
	if want := []string{"link:" + string(l.Link), l.Resource.String(), "user:" + string(l.Maker)}; !slices.Equal(e.Targets, want) || e.Changes[0].Type != "link.make" || e.Actor.ID != strings.TrimPrefix(actor, "system ") {
		t.Errorf("logged %s of %q by %v, want targets %q", e.Changes[0].Type, e.Targets, e.Actor, want)
	}
	if subject, err := c.second(&c.config).LinkSubject(l.Link, l.Secret); err != nil || subject != access.ViaLink(l.Link) {
		t.Errorf("after a replay resolved to %v, %v", subject, err)
	}
}

// TestMakeLinkWithoutID: an id and a secret come from the randomness, and no link
// is made if that fails.
func TestMakeLinkWithoutID(t *testing.T) {
	c := linkCompany(t, options{})
	link := company.MakeLink{Resource: access.Report("q3")}
	r := c.must("amy", link, link, company.RevokeLink{Link: "doc"})
	one, two := r.Changes[0].(company.MakeLink), r.Changes[1].(company.MakeLink)
	if one.Link == "" || one.Link == two.Link || one.Secret.Reveal() == two.Secret.Reveal() {
		t.Errorf("made %v and %v", one.Link, two.Link)
	}
	for _, l := range []company.MakeLink{one, two} {
		if subject, err := c.LinkSubject(l.Link, l.Secret); err != nil || subject != access.ViaLink(l.Link) {
			t.Errorf("resolved to %v, %v", subject, err)
		}
	}
	for name, size := range map[string]int{"id": 12, "secret": 32} {
		broken := c.second(&company.Config{Now: c.now, Rand: readerFunc(func(p []byte) (int, error) {
			if len(p) == size {
				return 0, errNoRandom
			}
			return len(p), nil
		})})
		if _, err := broken.do("amy", link); !errors.Is(err, errNoRandom) || broken.Checkpoint() != c.Checkpoint() {
			t.Errorf("made without a random %s: %v", name, err)
		}
	}
}

var errNoRandom = errors.New("no randomness left")

// TestInviteeMakesNoLink: a person invited answers an invitation and does nothing
// else.
func TestInviteeMakesNoLink(t *testing.T) {
	c := linkCompany(t, options{})
	for _, change := range []company.Change{company.MakeLink{Link: "new", Resource: access.Report("q3")}, company.RevokeLink{Link: "doc"}} {
		c.refuses("ErrInvitee", "invitee amy@x.test", change)
	}
}

// TestReplayRefusesLinks: what could never be made is not replayed either.
func TestReplayRefusesLinks(t *testing.T) {
	c := linkCompany(t, options{})
	makeLink(c, "amy", company.MakeLink{Link: "new", Resource: access.Report("q3")})
	c.must("amy", company.RevokeLink{Link: "new"})
	history := events(t, c.log)
	for name, all := range map[string][]audit.Event{
		"made twice":          {history[0], history[1], history[1]},
		"made after it ended": {history[0], history[1], history[2], history[1]},
		"revoked unmade":      {history[0], history[2]},
	} {
		var head audit.Checkpoint
		for i, e := range all {
			all[i] = e.Chain(head)
			head = all[i].Checkpoint()
		}
		if _, err := company.Open(t.Context(), fixedLog(all), &c.config); !errors.Is(err, company.ErrBroken) {
			t.Errorf("%s: opened with %v", name, err)
		}
	}
}

// TestLinkSubjectWhileLinksAreMade: readers wait for nobody, and see whole links.
func TestLinkSubjectWhileLinksAreMade(t *testing.T) {
	c := linkCompany(t, options{})
	made := make(chan company.MakeLink)
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for l := range made {
				if _, err := c.LinkSubject(l.Link, l.Secret); err != nil {
					t.Errorf("%s: %v", l.Link, err)
				}
				if _, err := c.LinkSubject("ghost", l.Secret); err == nil {
					t.Error("an unknown link resolves")
				}
			}
		})
	}
	for range 50 {
		made <- makeLink(c, "amy", company.MakeLink{Resource: access.Report("q3")})
	}
	close(made)
	readers.Wait()
}
