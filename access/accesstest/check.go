package accesstest

import (
	"fmt"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/role"
)

// check compares stories with what there is in a policy and with one another,
// and adds the mistakes it finds to theirs. Matrices become claims.
func check(p *access.Policy, stories []*story) {
	k := newKnown(p)
	titles := make(map[string]*story)
	said := make(said)
	for _, s := range stories {
		if first, taken := titles[s.subtest()]; taken {
			s.fail(s.line, fmt.Errorf("the title %q stands at %s:%d already", first.title, first.file, first.line))
		} else {
			titles[s.subtest()] = s
		}
		for _, m := range s.matrices {
			k.matrix(s, m)
			if m.spoilt {
				continue
			}
			away := make(map[access.Subject]bool)
			for _, c := range m.claims(k.together) {
				if why := k.turnedAway(c); why != "" && !away[c.who] {
					away[c.who] = true
					s.fail(m.subjects.lines[c.who], fmt.Errorf("%v is denied everything: a matrix gives no reasons, so write a deny \"because %s\" in a line of its own instead", c.who, why))
				}
				s.says = append(s.says, c)
			}
		}
		slices.SortStableFunc(s.says, func(a, b assertion) int { return a.lineNo() - b.lineNo() })
		for _, a := range s.says {
			switch a := a.(type) {
			case *claim:
				if a.matrix || k.claim(s, a) && k.lookedAt(s, a) {
					said.claim(s, a)
				}
			case *listing:
				if k.listing(s, a) && k.lookedAt(s, a) {
					said.listing(s, a)
				}
			}
		}
	}
	for _, s := range stories {
		slices.SortStableFunc(s.mistakes, func(a, b mistake) int { return a.line - b.line })
	}
}

// known is what there is in a policy.
type known struct {
	ids     map[access.Kind]map[string]bool
	actions map[string]bool
	policy  *access.Policy
	probe   *access.Policy // of the same catalog, with one user and nothing else
}

const probe = "probe"

func newKnown(p *access.Policy) *known {
	d := p.Document()
	k := &known{policy: p, actions: make(map[string]bool), ids: map[access.Kind]map[string]bool{
		access.KindUser:    set(d.Users, func(e document.User) string { return e.ID }),
		access.KindAccount: set(d.Accounts, func(e document.Account) string { return e.ID }),
		access.KindGroup:   set(d.Groups, func(e document.Group) string { return e.ID }),
		access.KindTeam:    set(d.Teams, func(e document.Team) string { return e.ID }),
		access.KindReport:  set(d.Reports, func(e document.Report) string { return e.ID }),
		access.KindLink:    set(d.Links, func(e document.Link) string { return e.ID }),
		access.KindRole:    set(p.Directory().Catalog().Roles(), func(r role.Role) string { return string(r.Name) }),
	}}
	for _, a := range append(role.BuiltIn(), p.Directory().Catalog().Actions()...) {
		k.actions[string(a)] = true
	}
	// Every catalog of a policy has a role, and every role takes a holder.
	k.probe, _ = access.Compile(&document.Document{Users: []document.User{
		{ID: probe, Email: "probe@example.com", Role: string(p.Directory().Catalog().Roles()[0].Name)},
	}}, &access.Config{Catalog: p.Directory().Catalog()})
	return k
}

func set[T any](entries []T, id func(T) string) map[string]bool {
	ids := make(map[string]bool, len(entries))
	for _, e := range entries {
		ids[id(e)] = true
	}
	return ids
}

// together reports whether the action may be asked of such a resource.
func (k *known) together(do access.Action, on access.Resource) bool {
	switch k.probe.Decide(access.User(probe), do, on).Reason {
	case access.ReasonWrongKind, access.ReasonMalformedResource:
		return false
	}
	return true
}

// finding is a mistake in what a line names, and the reason of the denial that
// it leads to: a line that gives this reason means it.
type finding struct {
	err    error
	excuse access.Reason
}

// kinds are the built-in kinds that have ids, each with the word for it and the
// reason of a denial where there is no such thing.
var kinds = map[access.Kind]struct {
	word    string
	missing access.Reason
}{
	access.KindAccount: {"account", access.ReasonUnknownResource},
	access.KindUser:    {"user", access.ReasonUnknownResource},
	access.KindRole:    {"role", access.ReasonUnknownResource},
	access.KindTeam:    {"team", access.ReasonUnknownResource},
	access.KindGroup:   {"data group", access.ReasonUnknownResource},
	access.KindReport:  {"report", access.ReasonUnknownResource},
	access.KindLink:    {"share link", access.ReasonUnknownResource},
}

// find returns a finding if there is no such thing of a kind.
func (k *known) find(kind access.Kind, id string, excuse access.Reason) []finding {
	if k.ids[kind][id] {
		return nil
	}
	return []finding{{unknown{kinds[kind].word, id, k.ids[kind]}, excuse}}
}

// subject looks for who asks.
func (k *known) subject(s access.Subject) []finding {
	if s.Link() != "" {
		return k.find(access.KindLink, string(s.Link()), access.ReasonUnknownLink)
	}
	if s.IsZero() {
		return nil
	}
	found := k.find(access.KindUser, string(s.User()), access.ReasonUnknownUser)
	if scope, ok := s.Team(); ok {
		found = append(found, k.find(access.KindTeam, string(scope), access.ReasonUnknownSessionTeam)...)
	}
	return found
}

// action looks for an action.
func (k *known) action(a access.Action) []finding {
	if k.actions[string(a)] {
		return nil
	}
	return []finding{{unknown{"action", string(a), k.actions}, access.ReasonUnknownAction}}
}

// resource looks for what an action is asked of.
func (k *known) resource(r access.Resource) []finding {
	kind, builtIn := kinds[r.Kind()]
	switch {
	case builtIn:
		return k.find(r.Kind(), r.ID(), kind.missing)
	case r.Kind() == access.KindCompany || r.CompanyWide():
		return nil
	case r.Account() != "":
		return k.find(access.KindAccount, string(r.Account()), access.ReasonUnknownResource)
	}
	var words []string
	for kind := range kinds {
		words = append(words, string(kind))
	}
	near := didYouMean(string(r.Kind()), slices.Values(words))
	return []finding{{fmt.Errorf(`%v belongs nowhere%s (of a kind of your own, write "in account:ACCOUNT" or "in company" behind it)`, r, near), access.ReasonAccountRequired}}
}

// claim checks the names of a claim, and reports whether they are right.
func (k *known) claim(s *story, c *claim) (ok bool) {
	found := append(append(k.subject(c.who), k.action(c.do)...), k.resource(c.on)...)
	if k.actions[string(c.do)] && !k.together(c.do, c.on) {
		excuse := k.probe.Decide(access.User(probe), c.do, c.on).Reason
		found = append(found, finding{fmt.Errorf("%s is not asked of %v", c.do, c.on), excuse})
	}
	return s.report(c.line, found, c.because)
}

// report adds findings to the mistakes of a story, and reports whether there are
// none but those that a line means.
func (s *story) report(line int, found []finding, because access.Reason) (ok bool) {
	ok = true
	for _, f := range found {
		if because == "" || because != f.excuse {
			s.fail(line, f.err)
			ok = false
		}
	}
	return ok
}

// listing checks the names of a listing, and reports whether they are right. It
// finds out what everything is.
func (k *known) listing(s *story, l *listing) (ok bool) {
	found := k.subject(l.who)
	l.want = make(map[string]bool)
	for _, id := range l.ids {
		found = append(found, k.resource(l.on(id))...)
		l.want[id] = true
	}
	if l.all {
		l.want = k.ids[l.on("").Kind()]
	}
	return s.report(l.line, found, l.because)
}

// lookedAt reports whether the policy looks at the question of an assertion that
// gives no reason. To somebody suspended it denies everything, and a deny of
// one thing would hold for the wrong reason.
func (k *known) lookedAt(s *story, a assertion) bool {
	why := k.turnedAway(a)
	if why != "" {
		s.fail(a.lineNo(), fmt.Errorf("%v is denied everything: if that is what you mean, write \"because %s\" behind it", a.subject(), why))
	}
	return why == ""
}

// turnedAway returns why the subject of an assertion is denied everything
// whenever that is asked, "" if it is not, or if the assertion knows: nobody is
// always, and an allow fails anyway.
func (k *known) turnedAway(a assertion) (why access.Reason) {
	q, knows := a.denial()
	if knows || q.who.IsZero() {
		return ""
	}
	for _, at := range moments(a) {
		d := q.decide(k.policy.At(at))
		if d.Step != access.StepSubject || d.Reason == access.ReasonLinkScope { // that is about the question
			return ""
		}
		why = d.Reason
	}
	return why
}

// matrix checks the names of a matrix, and that each of its actions and
// resources goes with another.
func (k *known) matrix(s *story, m *matrix) {
	asked, taken := make(map[access.Action]bool), make(map[access.Resource]bool)
	for _, do := range m.actions.values {
		for _, on := range m.resources.values {
			if k.together(do, on) {
				asked[do], taken[on] = true, true
			}
		}
	}
	for _, who := range m.subjects.values {
		m.report(s, m.subjects.lines[who], k.subject(who))
	}
	for _, do := range m.actions.values {
		found := k.action(do)
		if !asked[do] && len(m.resources.values) > 0 {
			found = append(found, finding{err: fmt.Errorf("%s is asked of none of the resources of the matrix", do)})
		}
		m.report(s, m.actions.lines[do], found)
	}
	for _, on := range m.resources.values {
		found := k.resource(on)
		if !taken[on] && len(m.actions.values) > 0 {
			found = append(found, finding{err: fmt.Errorf("none of the actions of the matrix is asked of %v", on)})
		}
		m.report(s, m.resources.lines[on], found)
	}
}

// report adds findings to the mistakes of a story.
func (m *matrix) report(s *story, line int, found []finding) {
	m.spoilt = !s.report(line, found, "") || m.spoilt
}
