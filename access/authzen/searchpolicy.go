package authzen

import (
	"context"
	"iter"
	"net/http"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// SearchPolicy returns the [Config.Searcher] that answers each search from the
// policy of that moment, with the meaning that entities have for [ForPolicy]. It
// returns, in byte order, exactly what [access.Policy.Decide] allows with the
// given properties; nothing of it is observed. The policy knows all subjects, all
// actions, and the resources of the built-in kinds; no others are found. Each
// page costs a look at all of them and up to one decision on each.
//
// [New] refuses the result if c has not exactly one of Source and SourceOf. A
// later change of c changes nothing.
func SearchPolicy(c PolicyConfig) Searcher {
	if err := c.check(); err != nil {
		return Searcher{err: err}
	}
	begin := c.begin()
	search := func(list func(*policyEvaluator, context.Context, Search) ([]string, error)) func(*http.Request, Search) (Results, error) {
		return func(r *http.Request, s Search) (Results, error) {
			e, err := begin(r)
			if err != nil {
				return Results{}, err
			}
			ids, err := list(e, r.Context(), s)
			return Results{IDs: ids}, err
		}
	}
	return Searcher{
		Subjects:  search((*policyEvaluator).searchSubjects),
		Resources: search((*policyEvaluator).searchResources),
		Actions:   search((*policyEvaluator).searchActions),
	}
}

func (e *policyEvaluator) searchSubjects(ctx context.Context, s Search) ([]string, error) {
	resource := e.resource(s.Resource)
	var all iter.Seq[string]
	switch s.Subject.Type {
	case userType:
		all = ids(e.policy.Directory().Users(), func(u team.User) string { return string(u.ID) })
	case linkType:
		all = ids(e.policy.Directory().LinksTo(resource), linkID)
	default:
		return nil, nil
	}
	return s.collect(ctx, all, func(id string) bool {
		s.Subject.ID = id
		return e.policy.Decide(e.subject(s.Subject), access.Action(s.Action.Name), resource).Allowed
	})
}

func (e *policyEvaluator) searchResources(ctx context.Context, s Search) ([]string, error) {
	subject, action := e.subject(s.Subject), access.Action(s.Action.Name)
	all := e.resources(access.Kind(s.Resource.Type), subject, action)
	return s.collect(ctx, all, func(id string) bool {
		s.Resource.ID = id
		return e.policy.Decide(subject, action, e.resource(s.Resource)).Allowed
	})
}

func (e *policyEvaluator) searchActions(ctx context.Context, s Search) ([]string, error) {
	all := ids(e.policy.Actions(e.subject(s.Subject), e.resource(s.Resource)), asString)
	return s.collect(ctx, all, func(string) bool { return true })
}

// resources returns ids of that kind, including all on which the subject may
// take the action.
func (e *policyEvaluator) resources(k access.Kind, s access.Subject, a access.Action) iter.Seq[string] {
	p := e.policy
	switch k {
	case access.KindCompany:
		return slices.Values([]string{e.config.Company})
	case access.KindAccount:
		if a == access.ViewAccount {
			return ids(p.View(s).Accounts(), asString)
		}
		return ids(p.Directory().Accounts(), func(a datagroup.Account) string { return string(a.ID()) })
	case access.KindUser:
		return ids(p.Directory().Users(), func(u team.User) string { return string(u.ID) })
	case access.KindRole:
		return ids(p.Directory().Catalog().Names(), func(name role.Name) string { return string(name) })
	case access.KindTeam:
		return ids(p.Directory().Teams(), func(t team.Team) string { return string(t.ID) })
	case access.KindGroup:
		return ids(p.Directory().Groups(), func(g datagroup.Group) string { return string(g.ID) })
	case access.KindReport:
		return ids(p.Reports(s, a), asString)
	case access.KindLink:
		return ids(p.Directory().Links(), linkID)
	}
	return func(func(string) bool) {}
}

// collect returns the ids after s.After that are allowed, sorted, and at most
// s.Limit of them. Whenever it holds twice as many it drops the later half, and
// asks no more about ids that are later still.
func (s *Search) collect(ctx context.Context, all iter.Seq[string], allowed func(id string) bool) ([]string, error) {
	const checkContext = 256 // ids until the context is looked at again
	if s.Limit <= 0 {
		return nil, nil
	}
	var found []string
	last := "" // ids from this one on are not used; "" is no bound
	seen := 0
	for id := range all {
		if seen++; seen%checkContext == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if id <= s.After || last != "" && id >= last || !allowed(id) {
			continue
		}
		if found = append(found, id); len(found)/2 >= s.Limit {
			slices.Sort(found)
			found = found[:s.Limit]
			last = found[s.Limit-1]
		}
	}
	slices.Sort(found)
	return found[:min(len(found), s.Limit)], nil
}

// ids returns the id of each.
func ids[T any](all iter.Seq[T], id func(T) string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for each := range all {
			if !yield(id(each)) {
				return
			}
		}
	}
}

func linkID(l access.ShareLink) string { return string(l.ID) }

func asString[S ~string](s S) string { return string(s) }
