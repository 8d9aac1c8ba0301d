package access_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/internal/model"
	"pgregory.net/rapid"
)

// permission is one question that is about seeing.
type permission struct {
	subject model.Subject
	model.Question
}

// permissions returns all that anybody is allowed at accounts, at what belongs
// to them, and at reports. The ids are those of the pools, so that two
// policies are asked the same.
func permissions(p *access.Policy) map[permission]bool {
	var subjects []model.Subject
	for _, u := range model.UserIDs {
		subjects = append(subjects, model.InCompany(u))
		for _, name := range model.TeamIDs {
			subjects = append(subjects, model.InSession(u, name))
		}
	}
	for _, l := range model.LinkIDs {
		subjects = append(subjects, model.ByLink(l))
	}
	all := map[permission]bool{}
	ask := func(action string, r model.Resource) {
		for _, s := range subjects {
			q := permission{s, model.Question{Action: action, Resource: r}}
			if q.Decide(p, s).Allowed {
				all[q] = true
			}
		}
	}
	for _, a := range model.AccountIDs {
		for _, action := range []string{"account.view", "recording.view", "campaign.pause"} {
			ask(action, model.OfAccount(a))
			ask(action, model.Resource{Kind: "campaign", ID: "c1", Account: a})
		}
	}
	for _, r := range model.ReportIDs {
		for action := range model.LevelActions {
			ask(action, model.OfReport(r))
		}
		ask("campaign.pause", model.OfReport(r))
	}
	return all
}

// beyond returns something that is allowed in a and not in b, and false if
// there is nothing.
func beyond(a, b map[permission]bool) (permission, bool) {
	for q := range a {
		if !b[q] {
			return q, true
		}
	}
	return permission{}, false
}

// TestGrantsNeverTakeAway: putting somebody into a team, sharing, giving a team
// a group or widening a group takes nothing from anybody.
func TestGrantsNeverTakeAway(t *testing.T) {
	t.Parallel()
	var hits model.Branches
	for range rounds(t, &hits, "set member", "set grant", "set team", "set group") {
		law(t, func(t *rapid.T, w *model.World, p *access.Policy) {
			before := permissions(p)
			for _, c := range gains(model.Draw{T: t}, w) {
				next, err := model.Edit(p, c)
				if err != nil {
					t.Fatalf("%s: %v", c.Name, err)
				}
				after := permissions(next)
				if q, lost := beyond(before, after); lost {
					t.Fatalf("%s: takes %+v\n%s", c.Name, q, model.Print(t, w.Document()))
				}
				if len(after) > len(before) {
					hits.Hit(c.Kind())
				}
			}
		})
	}
}

// gains returns changes that give something to somebody who does not have it
// yet.
func gains(d model.Draw, w *model.World) []model.Change {
	var all []model.Change
	users := model.SortedKeys(w.Users)
	for _, g := range model.SortedKeys(w.Groups) {
		all = append(all, model.SetGroup(g, model.Group{Rule: model.Everything}))
	}
	for _, name := range model.SortedKeys(w.Teams) {
		groups := w.Teams[name].Groups
		for _, g := range model.SortedKeys(w.Groups) {
			if !slices.Contains(groups, g) {
				all = append(all, model.SetTeam(name, "", append(slices.Clone(groups), g)))
				break
			}
		}
		if len(users) > 0 {
			all = append(all, model.SetMember(name, d.One("user", users...), time.Time{}))
		}
	}
	for _, id := range model.SortedKeys(w.Reports) {
		r := w.Reports[id]
		for _, u := range users {
			all = append(all, model.SetGrant(id, u, "", raised(d, r.Users[u], model.Creator)))
		}
		for _, name := range model.SortedKeys(w.Teams) {
			all = append(all, model.SetGrant(id, "", name, raised(d, r.Teams[name], model.Explorer)))
		}
	}
	return all
}

// raised draws a grant that is no lower than g and does not end.
func raised(d model.Draw, g model.Grant, highest access.Level) model.Grant {
	lowest := max(g.Level, model.Viewer)
	return model.Grant{Level: access.Level(rapid.IntRange(int(lowest), int(highest)).Draw(d.T, "level"))}
}

// TestRemovalsNeverGive: whatever is removed, nobody sees or may do more at an
// account or a report than before.
func TestRemovalsNeverGive(t *testing.T) {
	t.Parallel()
	var hits model.Branches
	for range rounds(t, &hits, "remove account", "remove group", "remove team", "remove user", "remove report", "remove link",
		"remove member", "remove grant", "set team", "set group") {
		law(t, func(t *rapid.T, w *model.World, p *access.Policy) {
			before := permissions(p)
			for _, c := range losses(w) {
				next, err := model.Edit(p, c)
				if err != nil {
					t.Fatalf("%s: %v", c.Name, err)
				}
				after := permissions(next)
				if q, gained := beyond(after, before); gained {
					t.Fatalf("%s: gives %+v\n%s", c.Name, q, model.Print(t, w.Document()))
				}
				if len(after) < len(before) {
					hits.Hit(c.Kind())
				}
			}
		})
	}
}

// losses returns every removal there is, and for each team one group taken off
// it and for each group a filter that matches nothing.
func losses(w *model.World) []model.Change {
	var all []model.Change
	for _, id := range model.SortedKeys(w.Accounts) {
		all = append(all, model.RemoveAccount(id))
	}
	for _, id := range model.SortedKeys(w.Groups) {
		all = append(all, model.RemoveGroup(id), model.SetGroup(id, model.Group{Rule: model.Nothing}))
	}
	for _, id := range model.SortedKeys(w.Teams) {
		all = append(all, model.RemoveTeam(id))
		if groups := w.Teams[id].Groups; len(groups) > 0 {
			all = append(all, model.SetTeam(id, "", groups[1:]))
		}
		for _, u := range model.SortedKeys(w.Teams[id].Members) {
			all = append(all, model.RemoveMember(id, u))
		}
	}
	for _, id := range model.SortedKeys(w.Users) {
		all = append(all, model.RemoveUser(id))
	}
	for _, id := range model.SortedKeys(w.Links) {
		all = append(all, model.RemoveLink(id))
	}
	for _, id := range model.SortedKeys(w.Reports) {
		all = append(all, model.RemoveReport(id))
		for _, u := range model.SortedKeys(w.Reports[id].Users) {
			all = append(all, model.RemoveGrant(id, u, ""))
		}
		for _, name := range model.SortedKeys(w.Reports[id].Teams) {
			all = append(all, model.RemoveGrant(id, "", name))
		}
	}
	return all
}
