package access_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/model"
	"pgregory.net/rapid"
)

// TestExplainAgreesWithDecide: an explanation contains the decision itself. Its
// first open route is that of the decision, and where nothing is within reach
// no route is open. What would help can be done by the users who are named.
func TestExplainAgreesWithDecide(t *testing.T) {
	t.Parallel()
	var hits model.Branches
	wanted := append([]string{"open", "closed", "elsewhere", "remedy", "nobody may", "maker"}, remedyWords...)
	for range rounds(t, &hits, wanted...) {
		law(t, func(t *rapid.T, w *model.World, p *access.Policy) {
			questions := w.Questions()
			for i, s := range w.Subjects() {
				// Each subject gets every third question, another third each.
				for j := i % 3; j < len(questions); j += 3 {
					q := questions[j]
					e := p.Explain(s.Access(), access.Action(q.Action), q.Resource.Access())
					if d := q.Decide(p, s); e.Decision != d {
						t.Fatalf("explained as %v, decided as %v", e.Decision, d)
					}
					routesFit(t, e, &hits)
					remediesAreTrue(t, p, e, &hits)
					remediesHelp(t, w, p, e, &hits)
				}
			}
			for _, id := range model.SortedKeys(w.Links) {
				makerFits(t, w, p, id, &hits)
			}
		})
	}
}

// makerFits: the explanation of a link's one question has that of its maker,
// if the link is live.
func makerFits(t *rapid.T, w *model.World, p *access.Policy, id string, hits *model.Branches) {
	l := w.Links[id]
	e := p.Explain(access.ViaLink(access.LinkID(id)), access.Action(l.Action), l.Resource.Access())
	switch e.Decision.Reason {
	case access.ReasonLink, access.ReasonLinkPaused:
		d := p.Decide(l.Scope().Access(), access.Action(l.Action), l.Resource.Access())
		if e.Maker == nil || e.Maker.Decision != d {
			t.Fatalf("link %s: the maker is explained as %+v, decided as %v", id, e.Maker, d)
		}
		routesFit(t, *e.Maker, hits)
		hits.Hit("maker")
	default:
		if e.Maker != nil {
			t.Fatalf("link %s: %v, and yet its maker is explained", id, e.Decision)
		}
	}
}

func routesFit(t *rapid.T, e access.Explanation, hits *model.Branches) {
	d := e.Decision
	open := slices.IndexFunc(e.Routes, func(r access.Route) bool { return r.Open })
	data := d.Resource.Account() != "" || d.Resource.Kind() == access.KindReport
	switch {
	case !data || d.Subject.Link() != "" || d.Step == access.StepSubject:
		if len(e.Routes) != 0 {
			t.Fatalf("%v has routes: %v", d, e.Routes)
		}
		hits.Hit("elsewhere")
	case d.Allowed:
		if open < 0 {
			t.Fatalf("%v has no open route: %v", d, e.Routes)
		}
		r := e.Routes[open]
		if r.Reason != d.Reason || r.Team != d.Team || r.Group != d.Group || r.Level != d.Level ||
			r.Reason == access.ReasonRole && r.Role != d.Role {
			t.Fatalf("%v; the first open route is %v", d, r)
		}
		hits.Hit("open")
	case d.Reason == access.ReasonOutOfReach || d.Reason == access.ReasonNoLevel || d.Reason == access.ReasonLevelTooLow:
		if open >= 0 {
			t.Fatalf("%v; and yet a route is open: %v", d, e.Routes[open])
		}
		hits.Hit("closed")
	}
	for _, r := range e.Routes {
		if r.Open == (r.Lacks != "") {
			t.Fatalf("%v: open is %v, lacks %q", r, r.Open, r.Lacks)
		}
	}
}

func remediesAreTrue(t *rapid.T, p *access.Policy, e access.Explanation, hits *model.Branches) {
	if e.Decision.Allowed && len(e.Remedies) > 0 || len(e.Remedies) > 8 {
		t.Fatalf("%v has the remedies %v", e.Decision, e.Remedies)
	}
	for _, r := range e.Remedies {
		if r.Change == "" {
			t.Fatalf("%v has an empty remedy", e.Decision)
		}
		for _, u := range r.By {
			if d := p.Decide(access.User(u), r.Action, r.Resource); !d.Allowed {
				t.Fatalf("%v: %v; but %v", e.Decision, r, d)
			}
			hits.Hit("remedy")
		}
		if len(r.By) == 0 {
			hits.Hit("nobody may")
		}
	}
}

// remedyWords begin the changes that the test can make of their words.
var remedyWords = []string{"add", "attach", "share", "give", "reinstate", "extend"}

// remediesHelp makes the changes that remedies speak of, and asks again: the
// reason of the denial is gone. Anyone who is named for a new role may also
// grant it, and nobody is named who would add themselves to a team.
func remediesHelp(t *rapid.T, w *model.World, p *access.Policy, e access.Explanation, hits *model.Branches) {
	d := e.Decision
	for _, r := range e.Remedies {
		c, ok := remedyChange(w, strings.Fields(strings.ReplaceAll(r.Change, ",", "")))
		if !ok {
			continue
		}
		next, err := model.Edit(p, c)
		if err != nil {
			t.Fatalf("%v: %v: %v", d, r, err)
		}
		if after := next.Decide(d.Subject, d.Action, d.Resource); after.Reason == d.Reason {
			t.Fatalf("%v; after %q: %v\n%s", d, r.Change, after, model.Print(t, w.Document()))
		}
		verb, rest, _ := strings.Cut(r.Change, " ")
		hits.Hit(verb)
		words := append(strings.Fields(strings.ReplaceAll(rest, ",", "")), make([]string, 4)...)
		given := map[string]access.Resource{
			"add": access.TargetUser(words[0]), "attach": access.Group(words[2]), "share": access.TargetUser(words[3]), "give": access.Role(words[3]),
		}
		if r.Given != given[verb] {
			t.Fatalf("%v: %q gives %v, not %v", d, r.Change, given[verb], r.Given)
		}
		for _, u := range r.By {
			if verb == "add" && strings.HasPrefix(rest, string(u)+" ") {
				t.Fatalf("%v: %v", d, r)
			}
			if words := strings.Fields(rest); verb == "give" {
				if granted := p.Decide(access.User(u), access.GrantRole, access.Role(words[3])); !granted.Allowed {
					t.Fatalf("%v: %v; but %v", d, r, granted)
				}
			}
		}
	}
}

// remedyChange returns the change that the words speak of.
func remedyChange(w *model.World, words []string) (model.Change, bool) {
	words = append(words, make([]string, 9)...)
	changed := w.Users[words[1]]
	switch words[0] {
	case "add": // u to team t
		return model.SetMember(words[4], words[1], time.Time{}), true
	case "attach": // data group g which matches it to team t
		name := words[9]
		return model.SetTeam(name, "", append(slices.Clone(w.Teams[name].Groups), words[3])), true
	case "share": // report r with u as level
		for level := model.Viewer; level <= model.Creator; level++ {
			if level.String() == words[6] {
				return model.SetGrant(words[2], words[4], "", model.Grant{Level: level}), true
			}
		}
	case "give": // u the role r
		changed.Role = words[4]
	case "reinstate": // u
		changed.Suspended = false
	case "extend": // the access of u
		words[1] = words[4]
		changed = w.Users[words[1]]
		changed.Until = time.Time{}
	}
	_, there := w.Users[words[1]]
	return model.SetUser(words[1], changed), there
}
