package diff

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/role"
)

// asked is one question of the brute force.
type asked struct {
	subject  access.Subject
	action   access.Action
	resource access.Resource
}

// universe is every question about what some documents have, and every time
// between their ends.
type universe struct {
	questions []asked
	times     []time.Time
}

// universeOf returns the questions about the documents, and some about ids that
// none of them has.
func universeOf(docs ...*document.Document) *universe {
	subjects, resources, actions := map[access.Subject]bool{}, map[access.Resource]bool{}, map[access.Action]bool{}
	resources[access.Company()] = true
	for _, a := range role.BuiltIn() {
		actions[a] = true
	}
	for _, d := range docs {
		for _, r := range catalogOf(d).Roles() {
			resources[access.Role(r.Name)] = true
			for _, a := range r.Capabilities {
				actions[a] = true
			}
		}
		for _, a := range d.Accounts {
			resources[access.Account(a.ID)] = true
		}
		for _, k := range catalogOf(d).Kinds() {
			resources[access.CompanyItem(access.Kind(k.Name), "c1")] = true
			for _, other := range docs {
				for _, a := range other.Accounts {
					resources[access.Item(access.Kind(k.Name), "c1", a.ID)] = true
				}
			}
		}
		for _, g := range d.Groups {
			resources[access.Group(g.ID)] = true
		}
		for _, r := range d.Reports {
			resources[access.Report(r.ID)] = true
		}
		for _, l := range d.Links {
			s, _, of := shown(l)
			subjects[s], resources[of], resources[access.Link(l.ID)] = true, true, true
		}
		for _, u := range d.Users {
			subjects[access.User(u.ID)], resources[access.TargetUser(u.ID)] = true, true
		}
		for _, t := range d.Teams {
			resources[access.Team(t.ID)] = true
			for _, other := range docs {
				for _, u := range other.Users {
					subjects[access.Session(u.ID, t.ID)] = true
				}
			}
		}
	}
	return &universe{cross(docs, subjects, actions, resources), timesAround(endsOf(docs))}
}

// endsOf returns the ends in some documents.
func endsOf(docs []*document.Document) map[time.Time]bool {
	ends := map[time.Time]bool{}
	add := func(text string) {
		if text != "" {
			ends[parseTime(text)] = true
		}
	}
	for _, d := range docs {
		for _, u := range d.Users {
			add(u.Until)
		}
		for _, t := range d.Teams {
			for _, m := range t.Members {
				add(m.Until)
			}
		}
		for _, r := range d.Reports {
			for _, g := range r.Grants {
				add(g.Until)
			}
		}
		for _, l := range d.Links {
			add(l.Until)
		}
	}
	return ends
}

// cross returns the questions of all subjects. It leaves out those of the wrong
// kind, which the policies of all documents deny.
func cross(docs []*document.Document, subjects map[access.Subject]bool, actions map[access.Action]bool, resources map[access.Resource]bool) []asked {
	var policies []*access.Policy
	for _, d := range docs {
		p, err := access.Compile(&document.Document{Catalog: d.Catalog}, nil)
		if err != nil {
			panic(err)
		}
		policies = append(policies, p)
	}
	var all []asked
	for r := range resources {
		for a := range actions {
			if !slices.ContainsFunc(policies, func(p *access.Policy) bool { return p.Applies(a, r).Allowed }) {
				continue
			}
			for s := range subjects {
				all = append(all, asked{s, a, r})
			}
		}
	}
	return all
}

// timesAround returns an instant before all ends, each end, and the last instant
// before it.
func timesAround(ends map[time.Time]bool) []time.Time {
	all := []time.Time{time.Unix(0, 0)}
	for e := range ends {
		all = append(all, e.Add(-1), e)
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// answers returns what a policy allows, question by question and time by time.
func (u *universe) answers(p *access.Policy) []bool {
	all := make([]bool, 0, len(u.questions)*len(u.times))
	for _, at := range u.times {
		fixed := p.At(at)
		for _, q := range u.questions {
			all = append(all, fixed.Decide(q.subject, q.action, q.resource).Allowed)
		}
	}
	return all
}

// question returns the question and the time of an answer.
func (u *universe) question(i int) (asked, time.Time) {
	return u.questions[i%len(u.questions)], u.times[i/len(u.questions)]
}

// gained returns the questions that are allowed in the second answers and not in
// the first, by who gains.
func (u *universe) gained(old, next []bool) map[string]asked {
	all := map[string]asked{}
	for i := range next {
		if next[i] && !old[i] {
			q, _ := u.question(i)
			all[gainerOf(q.subject)] = q
		}
	}
	return all
}

// gainerOf returns the user of a subject, or the link.
func gainerOf(s access.Subject) string {
	if s.Link() != "" {
		return s.String()
	}
	return string(s.User())
}

func catalogOf(d *document.Document) *role.Catalog {
	p, err := access.Compile(&document.Document{Catalog: d.Catalog}, nil)
	if err != nil {
		panic(err)
	}
	return p.Directory().Catalog()
}
