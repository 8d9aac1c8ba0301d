package sqlfilters

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// branches counts what the companies of a test came to. It may be hit from several
// goroutines.
type branches struct {
	mu    sync.Mutex
	count map[string]int
}

func newBranches() *branches { return &branches{count: make(map[string]int)} }

func (b *branches) hit(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count[name]++
}

// needed are all branches: a test that misses one shows less than it says.
var needed = []string{
	"shape: nothing", "shape: everything", "shape: by filter", "shape: by ids", "shape: by filter, refused",
	"refused: no column", "refused: another type", "refused: too large",
	"user: no-subject", "user: unknown-user", "user: suspended", "user: ended", "user: no-capability",
	"user: sees everything", "user: sees something", "user: sees nothing",
	"session: unknown-user", "session: suspended", "session: ended", "session: no-capability",
	"session: unknown-session-team", "session: not-a-member", "session: sees something", "session: sees nothing",
	"link: unknown-link", "link: link-ended", "link: link-expired", "link: link-paused", "link: maker does not see",
	"link: sees everything", "link: sees something", "link: sees nothing",
	"a session narrows who sees all", "a session narrows several teams", "a membership has ended",
	"link to a report", "link to an item", "link to a page", "link of a session",
	"a missing value leaves an account out", "an everything of several groups",
	"a stranger by filter", "a stranger by view", "a view of before the change", "another view at another time",
}

// check fails if a branch was not hit.
func (b *branches) check(t *testing.T) {
	t.Helper()
	for _, name := range needed {
		if b.count[name] == 0 {
			t.Errorf("no company came to %q: %v", name, b.count)
		}
	}
	for name := range b.count {
		if !slices.Contains(needed, name) {
			t.Errorf("nobody needs %q", name)
		}
	}
}

// hitSubject counts what a subject came to, who sees the accounts decided.
func (h *host) hitSubject(p *access.Policy, s access.Subject, decided []datagroup.AccountID) {
	if l, ok := p.Directory().Link(s.Link()); s.Link() != "" {
		if d := p.Decide(s, l.Action, l.Resource); !ok || !d.Allowed {
			h.hits.hit("link: " + string(d.Reason))
			return
		}
		if d := p.Decide(access.User(l.Maker), access.ViewAccount, access.Account("")); d.Reason == access.ReasonNoCapability {
			h.hits.hit("link: maker does not see")
			return
		}
		h.hitLink(l)
		h.hitAmount("link", decided)
		return
	}
	_, inSession := s.Team()
	kind := map[bool]string{true: "session", false: "user"}[inSession]
	if d := p.Decide(s, access.ViewAccount, access.Account("")); d.Reason != access.ReasonUnknownResource {
		h.hits.hit(kind + ": " + string(d.Reason))
		return
	}
	h.hitAmount(kind, decided)
	whole := p.View(access.User(s.User()))
	switch {
	case !inSession:
		h.hitMemberships(p, s)
	case whole.SeesAll() && len(decided) < whole.Len():
		h.hits.hit("a session narrows who sees all")
	case len(decided) > 0 && len(decided) < whole.Len():
		h.hits.hit("a session narrows several teams")
	}
}

func (h *host) hitAmount(kind string, decided []datagroup.AccountID) {
	switch n := len(decided); {
	case n == 0:
		h.hits.hit(kind + ": sees nothing")
	case n == len(h.rows)-len(h.strangers) && kind != "session":
		h.hits.hit(kind + ": sees everything")
	default:
		h.hits.hit(kind + ": sees something")
	}
}

func (h *host) hitLink(l access.ShareLink) {
	h.hits.hit("link to " + map[access.Kind]string{access.KindReport: "a report", "campaign": "an item", "page": "a page"}[l.Resource.Kind()])
	if l.Session != "" {
		h.hits.hit("link of a session")
	}
}

// hitMemberships counts memberships that have ended, of users who see by teams.
func (h *host) hitMemberships(p *access.Policy, s access.Subject) {
	u, _ := p.Directory().User(s.User())
	if r, _ := p.Directory().Catalog().Role(u.Role); r.Scope == role.AllData {
		return
	}
	for m := range p.Directory().Memberships(s.User()) {
		if !p.Active(access.Session(m.User, m.Team)).Allowed {
			h.hits.hit("a membership has ended")
		}
	}
}

// hitFilter counts what is special about the filter of a view.
func (h *host) hitFilter(f datagroup.Filter) {
	if f.IsEverything() && len(h.rows) > 0 {
		h.hits.hit("an everything of several groups")
	}
	if slices.ContainsFunc(h.rows, func(a datagroup.Account) bool { return f.Match(a) == datagroup.Unknown }) && !strings.Contains(f.String(), "missing") {
		h.hits.hit("a missing value leaves an account out")
	}
}
