package company_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// lawLink is a link as it was recorded, and what became of it.
type lawLink struct {
	company.MakeLink
	ended         bool
	lived, paused bool // at some time; paused after it lived
}

// linkLaw is a company with links, and what must be true of them.
type linkLaw struct {
	company *company.Company
	log     *audit.Memory
	clock   time.Time
	links   []*lawLink
	past    []moment // answers after each event, in place of a document
	undos   []company.Change
	checked string // state and clock of the last look
	hits    *seen
}

// TestLinkShowsNoMoreThanItsMaker makes random links in random companies, lets
// anything happen, and asks at every moment what each link shows. Never more
// than its maker may see there and then, in the scope he made it in, and of
// that only the one thing it was made for.
func TestLinkShowsNoMoreThanItsMaker(t *testing.T) {
	var hits seen
	branches := strings.Split("live, paused, resumed, ended, expired, revoked, maker removed, report deleted, in a session, live in a session, "+
		"paused in a session, report, item, item of the company, by a system, refused, shows accounts, shows less than the maker sees, "+
		"shows one account, shows none though live, replayed", ", ")
	rounds, most := 1, 10
	if os.Getenv("AMBIT_LONG") != "" {
		rounds, most = 40, 40
	}
	missing := func() []string {
		if testing.Short() || t.Failed() {
			return nil
		}
		return hits.missing(branches)
	}
	for round := 0; round < rounds || round < most && len(missing()) > 0; round++ {
		catalogs := map[string][]role.Role{"project": role.ProjectCatalog().Roles(), "own": linkRoles()}
		for _, name := range sortedKeys(catalogs) {
			t.Run(name, func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) {
					l := newLinkLaw(t, catalogs[name], &hits)
					t.Repeat(map[string]func(*rapid.T){"make": l.make, "and again": l.make, "happen": l.happen, "and more": l.happen,
						"undo": l.undo, "revoke": l.revoke, "time": l.time, "": l.invariant})
					l.finish(t)
				})
			})
		}
	}
	for _, branch := range missing() {
		t.Errorf("never hit: %s", branch)
	}
}

func (l *linkLaw) config() *company.Config {
	return &company.Config{Now: func() time.Time { return l.clock }, Systems: map[string][]company.Change{"sync": company.Types()}}
}

// do makes a change, if it goes, and notes what its record says of links.
func (l *linkLaw) do(t *rapid.T, actor string, c company.Change) {
	by := company.By{Actor: actorOf(actor), Reason: "it happens"}
	receipt, err := l.company.Do(context.Background(), by, c)
	if err != nil {
		if !errors.As(err, new(*company.Error)) {
			t.Fatalf("%#v: %v", c, err)
		}
		l.hits.hit("refused")
		return
	}
	switch c := receipt.Changes[0].(type) {
	case company.MakeLink:
		l.links = append(l.links, &lawLink{MakeLink: c})
		if actor == "system sync" {
			l.hits.hit("by a system")
		}
	case company.RevokeLink:
		l.end("revoked", func(link *lawLink) bool { return link.Link == c.Link })
	case company.RemoveUser:
		l.end("maker removed", func(link *lawLink) bool { return link.Maker == c.User })
	case company.DeleteReport:
		l.end("report deleted", func(link *lawLink) bool { return link.Resource == access.Report(c.Report) })
	}
	l.remember()
}

// end ends links for good.
func (l *linkLaw) end(branch string, which func(*lawLink) bool) {
	for _, link := range l.links {
		if which(link) {
			link.ended = true
			l.hits.hit(branch)
		}
	}
}

// make makes a link, often one that does not go.
func (l *linkLaw) make(t *rapid.T) {
	if len(l.links) == 5 {
		return
	}
	c := company.MakeLink{Link: access.LinkID(fmt.Sprint("l", len(l.links)))}
	account := rapid.SampledFrom(lawAccounts).Draw(t, "account")
	c.Action = rapid.SampledFrom(lawViews).Draw(t, "action")
	switch rapid.IntRange(0, 6).Draw(t, "of") {
	case 0, 1:
		c.Action, c.Resource = "", access.Report(rapid.SampledFrom(lawReports).Draw(t, "report"))
	case 2, 3, 4:
		c.Resource = access.Item("campaign", "c1", account)
	case 5:
		c.Resource = access.CompanyItem("board", "b1")
	case 6:
		c.Resource = rapid.SampledFrom([]access.Resource{access.Account(account), access.Company(), access.Link("l0"), {}}).Draw(t, "odd")
	}
	c.Session = rapid.SampledFrom(append([]team.ID{"", ""}, lawTeams...)).Draw(t, "session")
	if hours := rapid.IntRange(0, 3).Draw(t, "hours"); hours > 0 {
		c.Until = l.clock.Add(time.Duration(hours) * time.Hour)
	}
	c.Maker = rapid.SampledFrom(lawUsers).Draw(t, "maker")
	l.do(t, rapid.SampledFrom([]string{string(c.Maker), "system sync"}).Draw(t, "by"), c)
}

// lawTurn is something that happens, and what undoes it.
type lawTurn struct{ change, undo company.Change }

// happen takes something away, or changes it. What is gone for good goes seldom.
func (l *linkLaw) happen(t *rapid.T) {
	user := rapid.SampledFrom(lawUsers).Draw(t, "user")
	other := rapid.SampledFrom(lawUsers[1:]).Draw(t, "other")
	in := rapid.SampledFrom(lawTeams).Draw(t, "team")
	group := rapid.SampledFrom(sortedKeys(lawGroups)).Draw(t, "group")
	account := rapid.SampledFrom(lawAccounts[:3]).Draw(t, "account")
	report := rapid.SampledFrom(lawReports).Draw(t, "report")
	if rapid.IntRange(0, 7).Draw(t, "for good") == 7 {
		l.do(t, "system sync", rapid.SampledFrom([]company.Change{company.RemoveUser{User: other}, company.DeleteReport{Report: report},
			company.DeleteTeam{Team: in}, company.DeleteGroup{Group: group}}).Draw(t, "change"))
		return
	}
	p := l.company.Policy()
	was, _ := p.Directory().User(other)
	soon := l.clock.Add(time.Duration(rapid.IntRange(1, 3).Draw(t, "hours")) * time.Hour)
	roles := p.Directory().Catalog().Roles()
	filter := lawGroups[rapid.SampledFrom(sortedKeys(lawGroups)).Draw(t, "filter")]
	turn := rapid.SampledFrom([]lawTurn{
		{company.SuspendUser{User: other}, company.ReinstateUser{User: other}},
		{company.SetEnd{User: other, Until: soon}, company.SetEnd{User: other}},
		{company.SetRole{User: other, Role: rapid.SampledFrom(roles).Draw(t, "role").Name}, company.SetRole{User: other, Role: was.Role}},
		{company.RemoveMember{Team: in, User: user}, company.AddMember{Team: in, User: user}},
		{company.AddMember{Team: in, User: user, Until: soon}, company.AddMember{Team: in, User: user}},
		{company.DetachGroup{Team: in, Group: group}, company.AttachGroup{Team: in, Group: group}},
		{company.EditGroup{Group: group, Filter: filter}, company.EditGroup{Group: group, Filter: lawGroups[group]}},
		{company.DisconnectAccounts{Accounts: []datagroup.AccountID{account}}, company.ConnectAccounts{Accounts: accounts(string(account))}},
		{company.UnshareReport{Report: report, User: other}, company.ShareReport{Report: report, User: other}},
		{company.UnshareReport{Report: report, Team: in}, company.ShareReport{Report: report, Team: in, Level: access.Viewer}},
		{company.ReplaceCatalog{Roles: toggled(t, roles)}, company.ReplaceCatalog{Roles: p.Directory().Catalog().Roles()}},
	}).Draw(t, "turn")
	l.do(t, "system sync", turn.change)
	l.undos = append(l.undos, turn.undo)
}

// toggled gives or takes one action that links are made for.
func toggled(t *rapid.T, roles []role.Role) []role.Role {
	r := &roles[rapid.IntRange(0, len(roles)-1).Draw(t, "of role")]
	a := rapid.SampledFrom(lawViews).Draw(t, "capability")
	if i := slices.Index(r.Capabilities, a); i >= 0 {
		r.Capabilities = slices.Delete(r.Capabilities, i, i+1)
	} else {
		r.Capabilities = append(r.Capabilities, a)
	}
	return roles
}

// undo gives back what was taken last.
func (l *linkLaw) undo(t *rapid.T) {
	if last := len(l.undos) - 1; last >= 0 {
		l.do(t, "system sync", l.undos[last])
		l.undos = l.undos[:last]
	}
}

// revoke ends a link by somebody, who often may not.
func (l *linkLaw) revoke(t *rapid.T) {
	if len(l.links) > 0 && rapid.IntRange(0, 2).Draw(t, "really") == 0 {
		link := rapid.SampledFrom(l.links).Draw(t, "link")
		l.do(t, string(rapid.SampledFrom(lawUsers).Draw(t, "by")), company.RevokeLink{Link: link.Link})
	}
}

func (l *linkLaw) time(t *rapid.T) {
	steps := []time.Duration{time.Nanosecond, time.Hour, time.Hour, time.Hour, 2 * time.Hour, 31 * linkDay}
	l.clock = l.clock.Add(rapid.SampledFrom(steps).Draw(t, "step"))
}

// over reports whether a link ended or expired.
func (l *linkLaw) over(link *lawLink) bool { return link.ended || hasEnded(link.Until, l.clock) }

// invariant looks at all links, unless nothing happened.
func (l *linkLaw) invariant(t *rapid.T) {
	now := fmt.Sprint(len(l.past), l.clock)
	if now == l.checked {
		return
	}
	l.checked = now
	p := l.company.Policy()
	for _, link := range l.links {
		maker := lawMaker{p, l.clock, link.Maker, link.Session}
		d := p.Decide(access.ViaLink(link.Link), link.Action, link.Resource)
		want := access.ReasonLink
		switch {
		case link.ended:
			want = access.ReasonLinkEnded
		case l.over(link):
			want = access.ReasonLinkExpired
		case !maker.may(link.Action, link.Resource):
			want = access.ReasonLinkPaused
		}
		if d.Reason != want || d.Allowed != (want == access.ReasonLink) {
			t.Fatalf("%+v decides %v, want %s", link.MakeLink, d, want)
		}
		if asMaker := p.Decide(maker.subject(), link.Action, link.Resource); d.Allowed && !asMaker.Allowed {
			t.Fatalf("%+v is allowed what its maker is not: %v", link.MakeLink, asMaker)
		}
		l.count(link, want)
		l.resolves(t, link)
		l.views(t, link, maker, d.Allowed)
		for _, a := range lawActions {
			isOnly(t, p, link, a, link.Resource)
		}
		for _, r := range l.resources() {
			isOnly(t, p, link, link.Action, r)
		}
	}
}

// isOnly checks that a link is allowed nothing but the one action at the one
// resource.
func isOnly(t *rapid.T, p *access.Policy, link *lawLink, a access.Action, r access.Resource) {
	if d := p.Decide(access.ViaLink(link.Link), a, r); d.Allowed && (a != link.Action || r != link.Resource) {
		t.Fatalf("%+v is allowed %s at %s: %v", link.MakeLink, a, r, d)
	}
}

// count notes what came up.
func (l *linkLaw) count(link *lawLink, now access.Reason) {
	name := map[access.Reason]string{"link": "live", "link-paused": "paused", "link-ended": "ended", "link-expired": "expired"}[now]
	l.hits.hit(name)
	if link.Session != "" {
		l.hits.hit("in a session")
		l.hits.hit(name + " in a session")
	}
	switch {
	case link.Resource.Kind() == access.KindReport:
		l.hits.hit("report")
	case link.Resource.CompanyWide():
		l.hits.hit("item of the company")
	default:
		l.hits.hit("item")
	}
	if now == access.ReasonLink && link.paused {
		l.hits.hit("resumed")
	}
	link.lived = link.lived || now == access.ReasonLink
	link.paused = link.paused || link.lived && now == access.ReasonLinkPaused
}

// resolves checks that the secret works until the link is over, and no other.
func (l *linkLaw) resolves(t *rapid.T, link *lawLink) {
	subject, err := l.company.LinkSubject(link.Link, link.Secret)
	if l.over(link) {
		if !subject.IsZero() || !errors.Is(err, company.ErrRefused) {
			t.Fatalf("%+v is over and resolves to %v, %v", link.MakeLink, subject, err)
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
	if subject, err := l.company.LinkSubject(link.Link, wrong); !subject.IsZero() || !errors.Is(err, company.ErrRefused) {
		t.Fatalf("%+v resolves to %v by a secret that is not its, %v", link.MakeLink, subject, err)
	}
}

// views checks the accounts that a link shows: those its maker sees in its
// scope, of these the one of its resource if that has one, and none unless it
// is allowed what it is for.
func (l *linkLaw) views(t *rapid.T, link *lawLink, maker lawMaker, live bool) {
	p := l.company.Policy()
	view, whole := p.View(access.ViaLink(link.Link)), p.View(maker.subject())
	shown := slices.Sorted(view.Accounts())
	var want []datagroup.AccountID
	for _, id := range lawAccounts {
		if live && maker.holds(access.ViewAccount) && maker.sees(id) && (link.Resource.Account() == "" || link.Resource.Account() == id) {
			want = append(want, id)
		}
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
	for _, r := range lawReports {
		reported := slices.Contains(slices.Collect(p.Reports(access.ViaLink(link.Link), access.ViewReport)), r)
		if reported != (live && link.Resource == access.Report(r)) {
			t.Fatalf("%+v lists the report %s: %t", link.MakeLink, r, reported)
		}
	}
	switch {
	case len(want) > 0 && len(want) < whole.Len():
		l.hits.hit("shows less than the maker sees")
	case live && len(want) == 0:
		l.hits.hit("shows none though live")
	}
	if len(want) > 0 {
		l.hits.hit("shows accounts")
	}
	if len(want) == 1 && link.Resource.Account() != "" {
		l.hits.hit("shows one account")
	}
}

// finish asks every link everything, and asks the log again what it answered.
func (l *linkLaw) finish(t *rapid.T) {
	l.invariant(t)
	p, resources := l.company.Policy(), l.resources()
	for _, link := range l.links {
		for _, a := range lawActions {
			for _, r := range resources {
				isOnly(t, p, link, a, r)
			}
		}
	}
	ctx := context.Background()
	again, err := company.Open(ctx, l.log, l.config())
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	if got, want := l.answers(again.Policy()), l.answers(p); got != want {
		t.Fatalf("replayed answers\n%s\nwant\n%s", got, want)
	}
	for _, link := range l.links {
		if _, err := again.LinkSubject(link.Link, link.Secret); (err == nil) == l.over(link) {
			t.Fatalf("replayed, %+v resolves with %v", link.MakeLink, err)
		}
	}
	i := rapid.IntRange(0, len(l.past)-1).Draw(t, "event")
	past, err := l.company.At(ctx, uint64(i+1))
	if err != nil {
		t.Fatalf("at %d: %v", i+1, err)
	}
	if got := l.answers(past); got != l.past[i].document {
		t.Fatalf("at event %d answers\n%s\nwant\n%s", i+1, got, l.past[i].document)
	}
	if len(l.links) > 0 {
		l.hits.hit("replayed")
	}
}

// remember keeps what the links answer after an event.
func (l *linkLaw) remember() {
	l.past = append(l.past, moment{l.clock, l.answers(l.company.Policy())})
}

// answers says of every link what it is and shows.
func (l *linkLaw) answers(p *access.Policy) string {
	var text strings.Builder
	for _, link := range l.links {
		if stored, ok := p.Directory().Link(link.Link); ok {
			s := access.ViaLink(link.Link)
			fmt.Fprintln(&text, stored, p.Decide(s, link.Action, link.Resource), slices.Sorted(p.View(s).Accounts()))
		}
	}
	return text.String()
}
