package access_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/model"
	"pgregory.net/rapid"
)

// publicCodes are the reasons that may be shown to the subject.
var publicCodes = []access.Reason{
	"unavailable", "no-subject", "unknown-user", "suspended", "ended", "not-a-member", "link-ended", "link-expired", "link-scope",
	"link-paused", "unknown-resource", "unknown-action", "unknown-kind", "no-resource", "malformed-resource", "wrong-kind", "no-capability",
	"level-too-low", "out-of-reach", "self", "above-ceiling", "last-holder", "ineligible-target", "role-full",
}

// TestPublicTellsNothingElse: what may be shown is a code of a smaller set, and
// the error of a denial has no more in its text.
func TestPublicTellsNothingElse(t *testing.T) {
	t.Parallel()
	law(t, func(t *rapid.T, w *model.World, p *access.Policy) {
		questions := w.Questions()
		for _, s := range w.Subjects() {
			for _, q := range questions {
				d := q.Decide(p, s)
				public := d.Public()
				if public.Allowed != d.Allowed || d.Allowed && public.Reason != "" ||
					!d.Allowed && !slices.Contains(publicCodes, public.Reason) {
					t.Fatalf("%v is shown as %+v", d, public)
				}
				listed := slices.Contains([]access.Kind{"user", "role", "team", "group"}, d.Resource.Kind())
				if !d.Allowed && (d.Step == access.StepReach && !listed) != (public.Reason == "out-of-reach") &&
					d.Reason != "no-level" && d.Reason != "link-paused" {
					t.Fatalf("%v is shown as %+v", d, public)
				}
				err := d.Err()
				if (err == nil) != d.Allowed || err != nil && !errors.Is(err, access.ErrDenied) {
					t.Fatalf("%v: error %v", d, err)
				}
				if err != nil && !strings.Contains(err.Error(), string(public.Reason)) {
					t.Fatalf("%v: error %v", d, err)
				}
				for _, id := range []string{"t1", "t2", "t3", "g1", "g2", "g3", "g4", "u1", "chief", "crew", "admin"} {
					if err != nil && strings.Contains(err.Error(), id) {
						t.Fatalf("%v: the error names %s: %v", d, id, err)
					}
				}
			}
		}
	})
}

// TestExistenceDoesNotShow: what is out of reach is shown like what is not
// there, in two worlds that are otherwise the same.
func TestExistenceDoesNotShow(t *testing.T) {
	t.Parallel()
	var hits model.Branches
	for range rounds(t, &hits, "team", "out-of-reach account", "out-of-reach campaign", "no-level report", "out-of-reach link") {
		law(t, func(t *rapid.T, w *model.World, p *access.Policy) {
			for _, s := range w.Subjects() {
				if _, there := w.Teams[s.Team]; s.Session && there && !w.Member(s.User, s.Team) {
					without, err := model.Edit(p, model.RemoveTeam(s.Team))
					if err != nil {
						t.Fatalf("remove %s: %v", s.Team, err)
					}
					sameShown(t, p, without, s, "account.view", model.OfAccount("a1"))
					hits.Hit("team")
				}
			}
			if got := p.Decide(access.ViaLink("ghost"), "report.view", access.Report("r1")).Public().Reason; got != "link-ended" {
				t.Fatalf("an unknown link is shown as %v", got)
			}
			subjects, questions := w.Subjects(), w.Questions()
			for _, removal := range removals(w) {
				without, err := model.Edit(p, removal.change)
				if err != nil {
					t.Fatalf("%s: %v", removal.change.Name, err)
				}
				about := slices.DeleteFunc(slices.Clone(questions), func(q model.Question) bool {
					return q.Resource.Access() != removal.of.Access()
				})
				for _, s := range subjects {
					for _, q := range about {
						d := q.Decide(p, s)
						if d.Step == access.StepReach || d.Reason == "no-level" {
							sameShown(t, p, without, s, q.Action, removal.of)
							hits.Hit(string(d.Reason) + " " + removal.of.Kind)
						}
					}
				}
			}
		})
	}
}

// removal is a change that takes away what a question is about.
type removal struct {
	change model.Change
	of     model.Resource
}

func removals(w *model.World) []removal {
	var all []removal
	for _, id := range model.SortedKeys(w.Accounts) {
		all = append(all, removal{model.RemoveAccount(id), model.OfAccount(id)},
			removal{model.RemoveAccount(id), model.Resource{Kind: "campaign", ID: "c1", Account: id}})
	}
	for _, id := range model.SortedKeys(w.Reports) {
		all = append(all, removal{model.RemoveReport(id), model.OfReport(id)})
	}
	for _, id := range model.SortedKeys(w.Links) {
		all = append(all, removal{model.RemoveLink(id), model.Resource{Kind: "link", ID: id}})
	}
	return all
}

func sameShown(t *rapid.T, with, without *access.Policy, s model.Subject, action string, r model.Resource) {
	a := with.Decide(s.Access(), access.Action(action), r.Access())
	b := without.Decide(s.Access(), access.Action(action), r.Access())
	if a.Public() != b.Public() || a.Err().Error() != b.Err().Error() {
		t.Fatalf("%v and %v are shown as %+v and %+v", a, b, a.Public(), b.Public())
	}
}
