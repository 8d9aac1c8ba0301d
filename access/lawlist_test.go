package access_test

import (
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"pgregory.net/rapid"
)

// TestListedIsDecided: whatever the policy lists is what it would decide one
// by one, nothing more and nothing less.
func TestListedIsDecided(t *testing.T) {
	var hits branches
	law(t, func(t *rapid.T, w *world, p *access.Policy) {
		for _, s := range w.subjects() {
			viewIsDecided(t, w, p, s, &hits)
			reportsAreDecided(t, w, p, s, &hits)
			actionsAreDecided(t, w, p, s, &hits)
		}
		whoIsDecided(t, w, p, &hits)
		linksAreThere(t, w, p, &hits)
	})
	hits.want(t, "view", "part of the accounts", "view of a link", "reports", "actions", "who", "links", "links to an item")
}

// viewIsDecided asks a view in every way there is. A link is decided for the
// one thing it shows, so that its view is that of whom it stands for, and of
// that the account it shows something of.
func viewIsDecided(t *rapid.T, w *world, p *access.Policy, s who, hits *branches) {
	asked := s
	open, only := true, ""
	if s.link != "" {
		l := w.links[s.link]
		asked, only = l.scope(), l.shows.account
		open = p.Decide(s.subject(), access.Action(l.action), l.shows.resource()).Allowed
	}
	var want []string
	for _, id := range sortedKeys(w.accounts) {
		if open && (only == "" || only == id) && p.Decide(asked.subject(), access.ViewAccount, access.Account(id)).Allowed {
			want = append(want, id)
		}
	}
	v := p.View(s.subject())
	if got := ids(v.Accounts()); !slices.Equal(got, want) {
		t.Fatalf("view of %v lists %v, decided %v", s.subject(), got, want)
	}
	if v.Len() != len(want) {
		t.Fatalf("view of %v has %d accounts, decided %v", s.subject(), v.Len(), want)
	}
	var matched []string
	for a := range p.Directory().Accounts() {
		if v.Filter().Match(a) == datagroup.True {
			matched = append(matched, string(a.ID()))
		}
	}
	slices.Sort(matched)
	if !slices.Equal(matched, want) {
		t.Fatalf("the filter of %v, %v, matches %v, decided %v", s.subject(), v.Filter(), matched, want)
	}
	for _, id := range append(sortedKeys(w.accounts), "", "ghost") {
		if v.Sees(datagroup.AccountID(id)) != slices.Contains(want, id) {
			t.Fatalf("view of %v sees %q: %v, decided %v", s.subject(), id, v.Sees(datagroup.AccountID(id)), want)
		}
	}
	if len(want) > 0 {
		hits.hit("view")
	}
	if len(want) > 0 && len(want) < len(w.accounts) {
		hits.hit("part of the accounts")
	}
	if len(want) > 0 && s.link != "" {
		hits.hit("view of a link")
	}
}

func reportsAreDecided(t *rapid.T, w *world, p *access.Policy, s who, hits *branches) {
	for _, action := range append(sortedKeys(levelActions), "campaign.pause", "note.pin", "account.view", "nobody.knows", "") {
		var want []string
		for _, id := range sortedKeys(w.reports) {
			if p.Decide(s.subject(), access.Action(action), access.Report(id)).Allowed {
				want = append(want, id)
			}
		}
		if got := ids(p.Reports(s.subject(), access.Action(action))); !slices.Equal(got, want) {
			t.Fatalf("reports at which %v may %q: %v, decided %v", s.subject(), action, got, want)
		}
		if len(want) > 0 {
			hits.hit("reports")
		}
	}
}

func actionsAreDecided(t *rapid.T, w *world, p *access.Policy, s who, hits *branches) {
	actions := w.catalog.actions() // in byte order
	for _, r := range w.things() {
		var want []access.Action
		for _, a := range actions {
			if p.Decide(s.subject(), access.Action(a), r.resource()).Allowed {
				want = append(want, access.Action(a))
			}
		}
		if got := collect(p.Actions(s.subject(), r.resource())); !slices.Equal(got, want) {
			t.Fatalf("actions of %v on %v: %v, decided %v", s.subject(), r.resource(), got, want)
		}
		if len(want) > 1 {
			hits.hit("actions")
		}
	}
}

func whoIsDecided(t *rapid.T, w *world, p *access.Policy, hits *branches) {
	for _, q := range w.questions() {
		var want []string
		for _, u := range sortedKeys(w.users) {
			if p.Decide(access.User(u), q.action, q.resource).Allowed {
				want = append(want, u)
			}
		}
		if got := ids(p.Who(q.action, q.resource)); !slices.Equal(got, want) {
			t.Fatalf("who may %s on %v: %v, decided %v", q.action, q.resource, got, want)
		}
		if len(want) > 1 {
			hits.hit("who")
		}
	}
}

// linksAreThere: every link to a resource is listed, with all that was said of
// it, and no other.
func linksAreThere(t *rapid.T, w *world, p *access.Policy, hits *branches) {
	for _, r := range w.things() {
		var want, got []string
		for _, id := range sortedKeys(w.links) {
			if l := w.links[id]; l.shows.resource() == r.resource() {
				want = append(want, id+" "+endText(l.until)+" "+l.maker+" "+l.session+" "+l.action)
				hits.hit("links")
			}
		}
		for l := range p.Directory().LinksTo(r.resource()) {
			got = append(got, string(l.ID)+" "+endText(l.Until)+" "+string(l.Maker)+" "+string(l.Session)+" "+string(l.Action))
			if l.Ended != w.links[string(l.ID)].ended {
				t.Fatalf("link %s is ended: %v", l.ID, l.Ended)
			}
			if r.account != "" {
				hits.hit("links to an item")
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("links that show %v: %v, want %v", r.resource(), got, want)
		}
	}
}
