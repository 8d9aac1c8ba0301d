package access_test

import (
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/datagroup"
	"pgregory.net/rapid"
)

// TestListedIsDecided: what the policy lists is exactly what it decides one by
// one.
func TestListedIsDecided(t *testing.T) {
	t.Parallel()
	var hits model.Branches
	for range rounds(t, &hits, "view", "part of the accounts", "view of a link", "reports", "actions", "who", "links", "links to an item",
		"who at account", "who at item", "who at company", "who at company-item", "who at user", "who at role", "who at team", "who at group", "who at report", "who at link") {
		law(t, func(t *rapid.T, w *model.World, p *access.Policy) {
			for i, s := range w.Subjects() {
				viewIsDecided(t, w, p, s, &hits)
				reportsAreDecided(t, w, p, s, &hits)
				actionsAreDecided(t, w, p, s, i%3, &hits)
			}
			whoIsDecided(t, w, p, &hits)
			linksAreThere(t, w, p, &hits)
		})
	}
}

// viewIsDecided asks a view in every way there is. A link is decided for the
// one resource it shows. So its view is that of its maker, and of that only the
// account that the resource belongs to.
func viewIsDecided(t *rapid.T, w *model.World, p *access.Policy, s model.Subject, hits *model.Branches) {
	asked := s
	open, only := true, ""
	if s.Link != "" {
		l := w.Links[s.Link]
		asked, only = l.Scope(), l.Resource.Account
		open = p.Decide(s.Access(), access.Action(l.Action), l.Resource.Access()).Allowed
	}
	var want []string
	for _, id := range model.SortedKeys(w.Accounts) {
		if open && (only == "" || only == id) && p.Decide(asked.Access(), access.ViewAccount, access.Account(id)).Allowed {
			want = append(want, id)
		}
	}
	v := p.View(s.Access())
	if got := ids(v.Accounts()); !slices.Equal(got, want) {
		t.Fatalf("view of %v lists %v, decided %v", s.Access(), got, want)
	}
	if v.Len() != len(want) || v.Empty() != (len(want) == 0) {
		t.Fatalf("view of %v has %d accounts, is empty: %t, decided %v", s.Access(), v.Len(), v.Empty(), want)
	}
	var matched []string
	for a := range p.Directory().Accounts() {
		if v.Filter().Match(a) == datagroup.True {
			matched = append(matched, string(a.ID()))
		}
	}
	slices.Sort(matched)
	if !slices.Equal(matched, want) {
		t.Fatalf("the filter of %v, %v, matches %v, decided %v", s.Access(), v.Filter(), matched, want)
	}
	if size := v.Filter().Size(); v.FilterSize() < size || (v.FilterSize() == 0) != (size == 0) {
		t.Fatalf("the filter of %v, %v, has the size %d, at most %d", s.Access(), v.Filter(), size, v.FilterSize())
	}
	if v.SeesAll() && (len(want) != len(w.Accounts) || !v.Filter().IsEverything()) {
		t.Fatalf("view of %v is that of all data, and has %v by %v", s.Access(), want, v.Filter())
	}
	for _, id := range append(model.SortedKeys(w.Accounts), "", "ghost") {
		if v.Sees(datagroup.AccountID(id)) != slices.Contains(want, id) {
			t.Fatalf("view of %v sees %q: %v, decided %v", s.Access(), id, v.Sees(datagroup.AccountID(id)), want)
		}
	}
	if len(want) > 0 {
		hits.Hit("view")
	}
	if len(want) > 0 && len(want) < len(w.Accounts) {
		hits.Hit("part of the accounts")
	}
	if len(want) > 0 && s.Link != "" {
		hits.Hit("view of a link")
	}
}

func reportsAreDecided(t *rapid.T, w *model.World, p *access.Policy, s model.Subject, hits *model.Branches) {
	for _, action := range append(model.SortedKeys(model.LevelActions), "campaign.pause", "note.pin", "account.view", "nobody.knows", "") {
		var want []string
		for _, id := range model.SortedKeys(w.Reports) {
			if p.Decide(s.Access(), access.Action(action), access.Report(id)).Allowed {
				want = append(want, id)
			}
		}
		if got := ids(p.Reports(s.Access(), access.Action(action))); !slices.Equal(got, want) {
			t.Fatalf("reports at which %v may %q: %v, decided %v", s.Access(), action, got, want)
		}
		if len(want) > 0 {
			hits.Hit("reports")
		}
	}
}

// actionsAreDecided asks one subject about every third resource from the first
// on; the next subject has another third.
func actionsAreDecided(t *rapid.T, w *model.World, p *access.Policy, s model.Subject, first int, hits *model.Branches) {
	actions := w.Catalog.Actions() // in byte order
	resources := w.Resources()
	for j := first; j < len(resources); j += 3 {
		r := resources[j]
		var want []access.Action
		for _, a := range actions {
			if p.Decide(s.Access(), access.Action(a), r.Access()).Allowed {
				want = append(want, access.Action(a))
			}
		}
		if got := slices.Collect(p.Actions(s.Access(), r.Access())); !slices.Equal(got, want) {
			t.Fatalf("actions of %v on %v: %v, decided %v", s.Access(), r.Access(), got, want)
		}
		if len(want) > 1 {
			hits.Hit("actions")
		}
	}
}

// whoIsDecided asks who may do each thing there is to do: as many as they say
// there are, each once, and those who are allowed one by one.
func whoIsDecided(t *rapid.T, w *model.World, p *access.Policy, hits *model.Branches) {
	for _, q := range w.Questions() {
		var want []string
		for _, u := range model.SortedKeys(w.Users) {
			if q.Decide(p, model.InCompany(u)).Allowed {
				want = append(want, u)
			}
		}
		whoIs(t, p, access.Action(q.Action), q.Resource.Access(), want)
		if len(want) > 1 {
			hits.Hit("who")
		}
		if len(want) > 0 {
			hits.Hit("who at " + w.Catalog.Row(q.Resource))
		}
	}
}

// linksAreThere: every link to a resource is listed, with the whole record of
// it, and no other.
func linksAreThere(t *rapid.T, w *model.World, p *access.Policy, hits *model.Branches) {
	for _, r := range w.Resources() {
		var want, got []string
		for _, id := range model.SortedKeys(w.Links) {
			if l := w.Links[id]; !l.Ended && l.Resource.Access() == r.Access() {
				want = append(want, id+" "+model.EndText(l.Until)+" "+l.Maker+" "+l.Session+" "+l.Action)
				hits.Hit("links")
			}
		}
		for l := range p.Directory().LinksTo(r.Access()) {
			got = append(got, string(l.ID)+" "+model.EndText(l.Until)+" "+string(l.Maker)+" "+string(l.Session)+" "+string(l.Action))
			if l.Ended {
				t.Fatalf("link %s has ended", l.ID)
			}
			if r.Account != "" {
				hits.Hit("links to an item")
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("links that show %v: %v, want %v", r.Access(), got, want)
		}
	}
}
