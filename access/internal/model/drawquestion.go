package model

import (
	"slices"

	"pgregory.net/rapid"
)

// Question draws who asks, and a question. Most are well formed, and ask of a
// resource what may be asked of it; about a link, half are the one it is for.
func (d Draw) Question(w *World) (Subject, Question) {
	if d.Chance(6, "guarded") {
		if s, q, ok := d.guarded(w); ok {
			return s, q
		}
	}
	s := d.Subject()
	if l, ok := w.Links[s.Link]; ok && d.Chance(2, "its own") {
		return s, Question{l.Action, l.Resource}
	}
	if d.Chance(5, "listed") {
		if q, ok := d.listing(w); ok {
			return s, q
		}
	}
	r := d.Resource(w)
	actions := w.Catalog.Actions()
	if !d.Chance(8, "any action") {
		fit := slices.DeleteFunc(slices.Clone(actions), func(a string) bool {
			return !w.Catalog.Asks(a, r)
		})
		if len(fit) > 0 {
			actions = fit
		}
	}
	return s, Question{d.One("action", actions...), r}
}

// guarded draws a question that passes the capability step and is about roles
// and people, where the guards are. Drawn at random, few get that far. It
// returns false if nobody can ask one.
func (d Draw) guarded(w *World) (Subject, Question, bool) {
	var subjects []Subject
	var questions []Question
	for _, u := range SortedKeys(w.Users) {
		actor := w.RoleOf(u)
		if !w.Active(u) {
			continue
		}
		for _, a := range []string{"user.remove", "user.set-role", "user.edit", "owner.transfer", "role.grant"} {
			if !Holds(actor, a) {
				continue
			}
			subjects = append(subjects, InCompany(u))
			q := Question{Action: a, Resource: Resource{Kind: "user", ID: d.ID(UserIDs)}}
			if a == "role.grant" && len(actor.Manages) > 0 {
				managed := actor.Manages[rapid.IntRange(0, len(actor.Manages)-1).Draw(d.T, "managed")]
				q.Resource = Resource{Kind: "role", ID: string(managed)}
			}
			questions = append(questions, q)
		}
	}
	if len(questions) == 0 {
		return Subject{}, Question{}, false
	}
	i := rapid.IntRange(0, len(questions)-1).Draw(d.T, "question")
	return subjects[i], questions[i], true
}

// Subject draws a user at company level or in a session, or a link.
func (d Draw) Subject() Subject {
	switch rapid.IntRange(0, 7).Draw(d.T, "subject") {
	case 0, 1, 2, 3:
		return InCompany(d.ID(UserIDs))
	case 4, 5:
		return InSession(d.ID(UserIDs), d.ID(TeamIDs))
	}
	return ByLink(d.ID(LinkIDs))
}

// Resource draws a resource of any kind, now and then an odd one.
func (d Draw) Resource(w *World) Resource {
	if d.Chance(12, "odd") {
		return rapid.SampledFrom(w.Resources()).Draw(d.T, "resource")
	}
	switch kind := d.One("kind", append([]string{"item", "item", "item", "account", "report"}, BuiltInKinds...)...); kind {
	case "company":
		return Resource{Kind: "company"}
	case "account":
		return OfAccount(d.ID(AccountIDs))
	case "user":
		return Resource{Kind: kind, ID: d.ID(UserIDs)}
	case "role":
		if d.Chance(8, "unknown role") {
			return Resource{Kind: kind, ID: "ghost"}
		}
		return Resource{Kind: kind, ID: d.role(w.Catalog)}
	case "team":
		return Resource{Kind: kind, ID: d.ID(TeamIDs)}
	case "group":
		return Resource{Kind: kind, ID: d.ID(GroupIDs)}
	case "report":
		return OfReport(d.ID(ReportIDs))
	case "link":
		return Resource{Kind: kind, ID: d.ID(LinkIDs)}
	}
	return d.item(w)
}
