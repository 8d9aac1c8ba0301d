package company_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	rules "github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"pgregory.net/rapid"
)

// madeLink is a link as it was recorded, and what became of it.
type madeLink struct {
	company.MakeLink
	lived, paused bool // at some time; paused after it lived
}

// linkLaw is what must be true of every link that a machine made: it never shows
// more than its maker may see there and then, in the scope it was made in, and
// of that only the one thing it was made for.
type linkLaw struct {
	links   []*madeLink
	undos   []company.Change
	answers []string  // of all links, after each event
	seen    time.Time // the clock at the last look
	events  int       // and how many there were
}

// TestLinkShowsNoMoreThanItsMaker makes random links in random companies, makes
// anything happen, and asks at every moment what each link shows.
func TestLinkShowsNoMoreThanItsMaker(t *testing.T) {
	t.Parallel()
	s := search{checks: 20, scenarios: []scenario{linkScenario()}, walks: map[string]func(*rapid.T, *branches){}, branches: strings.Split("live|paused|resumed|ended|expired|revoked|"+
		"maker removed|report deleted|in a session|live in a session|paused in a session|report|item|item of the company|by a system|refused|"+
		"shows accounts|shows less than the maker sees|shows one account|shows none though live|replayed", "|")}
	for name, catalog := range map[string]model.Catalog{"project": catalogOf(role.ProjectCatalog()), "own": {Roles: linkCatalog(), Kinds: kindsOf(linkCatalog())}} {
		s.walks[name] = func(t *rapid.T, hits *branches) {
			l, m := newLinkingMachine(t, hits, draw{t}.linkingCompany(catalog))
			step := func(f func(draw, *machine)) func(*rapid.T) { return func(t *rapid.T) { f(draw{t}, m) } }
			t.Repeat(map[string]func(*rapid.T){"make": step(l.make), "make more": step(l.make), "happen": step(l.happen), "happen more": step(l.happen),
				"undo": step(l.undo), "revoke": step(l.revoke), "time": m.pass, "": m.invariant})
			m.finish(t)
		}
	}
	s.run(t)
}

func newLinkingMachine(t *rapid.T, hits *branches, c *model.Company) (*linkLaw, *machine) {
	l := &linkLaw{}
	config := model.Config{TTL: -1, Cooldown: -1, ProofAge: time.Hour, Delivers: true, Systems: map[string][]string{"sync": company.LogNames()}}
	m := newMachine(t, hits, c, config, law{made: l.made, refused: l.refused, state: l.state, end: l.end})
	m.steps = []time.Duration{time.Nanosecond, time.Hour, time.Hour, time.Hour, 2 * time.Hour, 31 * 24 * time.Hour}
	l.remember(m)
	return l, m
}

// linkScenario makes a link of each kind, and lets each thing happen to one that
// can happen to links: in a company that is drawn, where u2 is in a team that
// sees everything, and u3 in none.
func linkScenario() scenario {
	hits := "live|paused|resumed|ended|expired|revoked|maker removed|report deleted|in a session|live in a session|paused in a session|report|" +
		"item|item of the company|by a system|refused|shows accounts|shows less than the maker sees|shows one account|shows none though live|replayed"
	return scenario{hits, func(t *rapid.T, hits *branches) {
		c := draw{t}.linkingCompany(model.Catalog{Roles: linkCatalog(), Kinds: kindsOf(linkCatalog())})
		for _, id := range []string{"u2", "u3"} {
			c.Users[id] = model.User{Email: id + "@x.test", Role: "analyst"}
			for _, team := range c.Teams {
				delete(team.Members, id)
			}
		}
		sees := c.Teams["t1"]
		sees.Groups, sees.Members["u2"] = []string{"g3"}, time.Time{}
		c.Teams["t1"] = sees
		_, m := newLinkingMachine(t, hits, c)
		item := company.MakeLink{Link: "l0", Session: "t1", Action: "recording.view", Resource: access.Item("campaign", "c1", "a1"), Maker: "u2"}
		board := company.MakeLink{Link: "l1", Action: "recording.view", Resource: access.CompanyItem("board", "b1"), Maker: "u3"}
		report := func(id access.LinkID, r access.ReportID, until time.Time) company.MakeLink {
			return company.MakeLink{Link: id, Resource: access.Report(r), Until: until, Maker: "u1"}
		}
		for _, change := range []company.Change{item, item, board, report("l2", "r1", time.Time{}), report("l3", "r2", time.Time{}), report("l4", "r2", hours(1)),
			company.RemoveMember{Team: "t1", User: "u2"}, company.AddMember{Team: "t1", User: "u2"},
			company.DeleteReport{Report: "r1"}, company.RevokeLink{Link: "l3"}, company.RemoveUser{User: "u2"}} {
			m.do(t, asSystem(change))
			m.invariant(t)
		}
		m.clock = hours(1)
		m.invariant(t)
		m.finish(t)
	}}
}

// made notes what the record of a change says of links.
func (l *linkLaw) made(t *rapid.T, m *machine, s step) {
	end := func(branch string, which func(*madeLink) bool) {
		for _, link := range l.links {
			if which(link) {
				m.hits.Hit(branch)
			}
		}
	}
	for _, c := range s.receipt.Changes {
		switch c := c.(type) {
		case company.MakeLink:
			l.links = append(l.links, &madeLink{MakeLink: c})
			if s.System != "" {
				m.hits.Hit("by a system")
			}
		case company.RevokeLink:
			end("revoked", func(link *madeLink) bool { return link.Link == c.Link })
		case company.RemoveUser:
			end("maker removed", func(link *madeLink) bool { return link.Maker == c.User })
		case company.DeleteReport:
			end("report deleted", func(link *madeLink) bool { return link.Resource == access.Report(c.Report) })
		}
	}
	l.remember(m)
}

func (l *linkLaw) refused(_ *rapid.T, m *machine, _ model.Answer, _ error) { m.hits.Hit("refused") }

// state looks at all links, unless nothing happened.
func (l *linkLaw) state(t *rapid.T, m *machine) {
	if l.seen.Equal(m.clock) && l.events == len(l.answers) {
		return
	}
	l.seen, l.events = m.clock, len(l.answers)
	p := m.company.Policy()
	for _, link := range l.links {
		d := p.Decide(access.ViaLink(link.Link), link.Action, link.Resource)
		want := link.state(m)
		if d.Reason != want || d.Allowed != (want == access.ReasonLink) {
			t.Fatalf("%+v decides %v, want %s", link.MakeLink, d, want)
		}
		if asMaker := p.Decide(link.scope(), link.Action, link.Resource); d.Allowed && !asMaker.Allowed {
			t.Fatalf("%+v is allowed what its maker is not: %v", link.MakeLink, asMaker)
		}
		link.count(m.hits, want)
		l.resolves(t, m, link, want)
		l.shows(t, m, link)
		for _, a := range allActions {
			isOnly(t, p, link, a, link.Resource)
		}
		for _, r := range l.resources(m) {
			isOnly(t, p, link, link.Action, r)
		}
	}
}

// state is what a link is by the model, as a reason of Decide: "link" while it
// shows what it was made for.
func (l *madeLink) state(m *machine) access.Reason {
	return m.model.At(m.clock).Decide(l.subject(), string(l.Action), model.Resource(l.Resource)).Reason
}

// subject is anyone who has the link, in the model.
func (l *madeLink) subject() rules.Subject { return rules.ByLink(string(l.Link)) }

// scope is the maker in the scope of the link.
func (l *madeLink) scope() access.Subject {
	if l.Session == "" {
		return access.User(l.Maker)
	}
	return access.Session(l.Maker, l.Session)
}

// isOnly checks that a link is allowed nothing except one action at one resource.
func isOnly(t *rapid.T, p *access.Policy, link *madeLink, a access.Action, r access.Resource) {
	if d := p.Decide(access.ViaLink(link.Link), a, r); d.Allowed && (a != link.Action || r != link.Resource) {
		t.Fatalf("%+v is allowed %s at %s: %v", link.MakeLink, a, r, d)
	}
}

// count notes what came up.
func (l *madeLink) count(hits *branches, now access.Reason) {
	name := map[access.Reason]string{"link": "live", "link-paused": "paused", "link-ended": "ended", "link-expired": "expired"}[now]
	hits.Hit(name)
	if l.Session != "" {
		hits.Hit("in a session")
		hits.Hit(name + " in a session")
	}
	switch {
	case l.Resource.Kind() == access.KindReport:
		hits.Hit("report")
	case l.Resource.Account() == "":
		hits.Hit("item of the company")
	default:
		hits.Hit("item")
	}
	if now == access.ReasonLink && l.paused {
		hits.Hit("resumed")
	}
	l.lived = l.lived || now == access.ReasonLink
	l.paused = l.paused || l.lived && now == access.ReasonLinkPaused
}

// resolves checks that the secret works until the link ended or expired, and
// that no other one does.
func (l *linkLaw) resolves(t *rapid.T, m *machine, link *madeLink, now access.Reason) {
	subject, err := m.company.LinkSubject(link.Link, link.Secret)
	if now == access.ReasonLinkEnded || now == access.ReasonLinkExpired {
		if !subject.IsZero() || !errors.Is(err, company.ErrRefused) {
			t.Fatalf("%+v is %s and resolves to %v, %v", link.MakeLink, now, subject, err)
		}
	} else if subject != access.ViaLink(link.Link) || err != nil {
		t.Fatalf("%+v resolves to %v, %v", link.MakeLink, subject, err)
	}
	wrong := invite.Secret{}
	for _, other := range l.links {
		if other != link {
			wrong = other.Secret
		}
	}
	if subject, err := m.company.LinkSubject(link.Link, wrong); !subject.IsZero() || !errors.Is(err, company.ErrRefused) {
		t.Fatalf("%+v resolves to %v by a secret that is another's, %v", link.MakeLink, subject, err)
	}
}

// shows checks the accounts and the reports that a link shows.
func (l *linkLaw) shows(t *rapid.T, m *machine, link *madeLink) {
	p, now := m.company.Policy(), m.model.At(m.clock)
	view, whole := p.View(access.ViaLink(link.Link)), p.View(link.scope())
	shown := slices.Sorted(view.Accounts())
	live := link.state(m) == access.ReasonLink
	var want []datagroup.AccountID
	for _, id := range now.View(link.subject()) {
		want = append(want, datagroup.AccountID(id))
	}
	for _, id := range linkAccounts {
		if view.Sees(id) != slices.Contains(shown, id) || view.Sees(id) && !whole.Sees(id) {
			t.Fatalf("%+v sees %s: %t, lists %q, and its maker sees %q", link.MakeLink, id, view.Sees(id), shown, slices.Sorted(whole.Accounts()))
		}
		if a, ok := p.Directory().Account(id); ok && (view.Filter().Match(a) == datagroup.True) != view.Sees(id) {
			t.Fatalf("%+v sees %s: %t, and has the filter %s", link.MakeLink, id, view.Sees(id), view.Filter())
		}
	}
	if !slices.Equal(shown, want) || view.Len() != len(want) {
		t.Fatalf("%+v shows %q, %d of them, want %q", link.MakeLink, shown, view.Len(), want)
	}
	for _, r := range linkReports {
		listed := slices.Contains(slices.Collect(p.Reports(access.ViaLink(link.Link), access.ViewReport)), r)
		if listed != (live && link.Resource == access.Report(r)) {
			t.Fatalf("%+v lists the report %s: %t", link.MakeLink, r, listed)
		}
	}
	switch {
	case len(want) > 0 && len(want) < whole.Len():
		m.hits.Hit("shows less than the maker sees")
	case live && len(want) == 0:
		m.hits.Hit("shows none though live")
	}
	if len(want) > 0 {
		m.hits.Hit("shows accounts")
	}
	if len(want) == 1 && link.Resource.Account() != "" {
		m.hits.Hit("shows one account")
	}
}

// end asks every link everything, and asks the log again what it answered.
func (l *linkLaw) end(t *rapid.T, m *machine) {
	p, resources := m.company.Policy(), l.resources(m)
	for _, link := range l.links {
		for _, a := range allActions {
			for _, r := range resources {
				isOnly(t, p, link, a, r)
			}
		}
	}
	again := m.open(t)
	if got, want := l.answersOf(again.Policy()), l.answersOf(p); got != want {
		t.Fatalf("replayed answers\n%s\nwant\n%s", got, want)
	}
	for _, link := range l.links {
		state := link.state(m)
		if _, err := again.LinkSubject(link.Link, link.Secret); (err == nil) != (state == access.ReasonLink || state == access.ReasonLinkPaused) {
			t.Fatalf("replayed, %+v is %s and resolves with %v", link.MakeLink, state, err)
		}
	}
	i := rapid.IntRange(0, len(l.answers)-1).Draw(t, "event")
	past, err := m.company.PolicyAfter(context.Background(), uint64(i+1))
	if err != nil {
		t.Fatalf("at %d: %v", i+1, err)
	}
	if got := l.answersOf(past); got != l.answers[i] {
		t.Fatalf("at event %d answers\n%s\nwant\n%s", i+1, got, l.answers[i])
	}
	if len(l.links) > 0 {
		m.hits.Hit("replayed")
	}
}

// remember keeps what the links answer after an event.
func (l *linkLaw) remember(m *machine) {
	l.answers = append(l.answers, l.answersOf(m.company.Policy()))
}

// answersOf says of every link what it is and shows.
func (l *linkLaw) answersOf(p *access.Policy) string {
	var text strings.Builder
	for _, link := range l.links {
		if stored, ok := p.Directory().Link(link.Link); ok {
			s := access.ViaLink(link.Link)
			fmt.Fprintln(&text, stored, p.Decide(s, link.Action, link.Resource), slices.Sorted(p.View(s).Accounts()))
		}
	}
	return text.String()
}

// resources returns one of everything, there or not.
func (l *linkLaw) resources(m *machine) []access.Resource {
	all := []access.Resource{{}, access.Company(), access.CompanyItem("board", "b1"), access.CompanyItem("board", "b2"),
		access.CompanyItem("campaign", "c1"), access.Item("campaign", "c1", ""), access.Report("ghost")}
	for _, id := range linkUsers {
		all = append(all, access.TargetUser(id))
	}
	for _, id := range linkTeams {
		all = append(all, access.Team(id))
	}
	for _, id := range keysOf(linkGroups) {
		all = append(all, access.Group(datagroup.ID(id)))
	}
	for _, id := range linkAccounts {
		all = append(all, access.Account(id), access.Item("campaign", "c1", id), access.Item("campaign", "c2", id), access.Item("board", "b1", id))
	}
	for _, id := range linkReports {
		all = append(all, access.Report(id), access.Item("campaign", string(id), "a1"))
	}
	for _, link := range l.links {
		all = append(all, access.Link(link.Link))
	}
	for _, r := range m.model.Catalog.Roles {
		all = append(all, access.Role(r.Name))
	}
	return all
}
