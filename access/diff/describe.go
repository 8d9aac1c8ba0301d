package diff

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/role"
)

// maxListed is how many facts of one sort about one subject a description lists
// one by one.
const maxListed = 50

// Section is the part of a description that is about one sort of subject.
type Section struct {
	Title string
	Facts []string // lines, sorted, each once
}

// Describe returns what a policy decides, as facts in words with the routes by
// which they come about, and what its catalog declares of the kinds of the host's
// things. No two facts have one text, whatever the ids in them. It does not depend on the order and layout of the
// document, on names, or on the day. Two policies that differ in any answer, at
// any time, have different descriptions.
//
// A fact with an end holds until then. Without one it ends with what it is part
// of: the user's access, or their time in the team. Of more than fifty facts of
// one sort about one subject, the description has only the number and a hash.
//
// Sections without facts are left out. A nil policy has no sections. It costs a
// look at every account for each user and team.
func Describe(p *access.Policy) []Section {
	d := &describer{reacher: newReacher(newFacts(p, nil), access.Directory{})}
	d.section("What there is", d.inventory)
	d.section("Kinds of the host's things", d.kinds)
	d.section("Roles that users have", d.roles)
	d.section("Users", d.users)
	d.section("Teams with members", d.teams)
	d.section("Share links", d.links)
	return d.sections
}

// describer puts the facts of a policy in words.
type describer struct {
	*reacher
	sections []Section
	lines    []string // of the current section
}

// section adds a section with the lines that list adds.
func (d *describer) section(title string, list func()) {
	if list(); len(d.lines) == 0 {
		return
	}
	slices.Sort(d.lines)
	d.sections = append(d.sections, Section{title, slices.Compact(d.lines)})
	d.lines = nil
}

func (d *describer) add(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

// many adds a line for each of several facts about one subject. If there are too
// many, it adds one line that changes with each of them.
func (d *describer) many(subject, what string, facts []string) {
	if len(facts) > maxListed {
		sum := sha256.Sum256([]byte(strings.Join(facts, "\n")))
		d.add("%s %s %d, sha256 %x", subject, what, len(facts), sum[:16])
		return
	}
	for _, fact := range facts {
		d.add("%s %s", subject, fact)
	}
}

func (d *describer) inventory() {
	d.many("account", "ids:", mapped(d.accounts, name))
	for _, g := range d.doc.Groups {
		d.add("data group %s", name(g.ID))
	}
	for _, t := range d.doc.Teams {
		d.add("team %s", name(t.ID))
	}
}

// kinds adds what the catalog declares of each kind. An action that no role of a
// user holds is denied today, and a link that nobody made shows nothing: the facts
// about answers have neither.
func (d *describer) kinds() {
	for _, k := range d.start.Directory().Catalog().Kinds() {
		which := "kind " + name(k.Name)
		switch k.In {
		case role.InAccount:
			d.add("%s belongs to an account", which)
		case role.InCompany:
			d.add("%s belongs to the company", which)
		}
		for _, a := range k.Actions {
			d.add("%s may be asked %s", which, a)
		}
		if k.Link != "" {
			d.add("%s may be linked for %s", which, k.Link)
		}
	}
}

func (d *describer) roles() {
	for r, can := range d.capabilities {
		at := map[access.Action][]string{}
		for _, p := range can.places {
			if p == atRole || p == atUser {
				continue
			}
			for _, a := range can.at[p] {
				at[a] = append(at[a], p.String())
			}
		}
		for a, names := range at {
			d.add("role %s may %s at %s", name(r), a, strings.Join(names, ", "))
		}
		d.grantable(r, can.at[atRole])
		d.manageable(r, can.at[atUser])
	}
}

// grantable adds the roles at which holders of a role may take which actions.
func (d *describer) grantable(r role.Name, actions []access.Action) {
	for _, to := range d.start.Directory().Catalog().Roles() {
		if may := d.allowed(d.actors[r][0], actions, access.Role(to.Name)); may != "" {
			d.add("role %s may %s at role %s", name(r), may, name(to.Name))
		}
	}
}

// manageable adds the users at whom holders of a role may take which actions: by
// their standing, or by their role alone if that decides.
func (d *describer) manageable(r role.Name, actions []access.Action) {
	may := map[standing]string{}
	for _, s := range d.standings {
		if actor, target := pair(d.actors[r], d.standing[s]); actor != nil {
			may[s] = d.allowed(actor, actions, access.TargetUser(target.ID))
		}
	}
	for s, what := range may {
		which := " with an end, or suspended"
		if s.lasting {
			which = " without an end"
		}
		if other, asked := may[standing{s.role, !s.lasting}]; !asked || other == what {
			which = ""
		}
		if what != "" {
			d.add("role %s may %s at user with role %s%s", name(r), what, name(s.role), which)
		}
	}
}

// pair returns an actor and a target who are not the same user, nil if there are
// no such two. Users are not their own targets.
func pair(actors, targets []*holder) (actor, target *holder) {
	for _, a := range actors[:min(2, len(actors))] {
		for _, t := range targets[:min(2, len(targets))] {
			if a != t {
				return a, t
			}
		}
	}
	return nil, nil
}

// allowed returns which of the actions a user may take, in words.
func (d *describer) allowed(h *holder, actions []access.Action, of access.Resource) string {
	return join(slices.DeleteFunc(slices.Clone(actions), func(a access.Action) bool {
		return !d.start.Decide(access.User(h.ID), a, of).Allowed
	}))
}

func (d *describer) users() {
	for _, h := range d.holders {
		who := name(h.ID)
		suspended := ""
		if h.Suspended {
			suspended = ", suspended"
		}
		d.add("%s has role %s%s%s", who, name(h.Role), suspended, untilText(optional(h.Until), time.Time{}))
		phases := d.phases(h)
		user := access.User(h.ID)
		last, end := lasting(phases, func(p *access.Policy) bool { return active(p, user) })
		if last == nil {
			continue
		}
		d.many(who, "levels at reports:", d.levels(user, phases, end))
		sessions := d.sessions(h, phases)
		d.reaches(h, sessions, end)
		for _, s := range sessions {
			d.add("%s acts in team %s%s", who, name(s.team), untilText(s.until, end))
			d.many(who+" in team "+name(s.team), "levels at reports:", d.levels(s.subject, phases, s.until))
		}
	}
}

// levels returns what levels a subject has at reports.
func (d *describer) levels(s access.Subject, phases []phase, end time.Time) []string {
	return mapped(d.shares(s, phases), func(x share) string {
		return fmt.Sprintf("is %s of report %s%s%s", x.level, name(x.report), untilText(x.until, end), Route{Team: x.team}.text())
	})
}

// reaches adds what accounts a user reaches.
func (d *describer) reaches(h *holder, sessions []session, end time.Time) {
	who, can := name(h.ID), d.capabilities[role.Name(h.Role)]
	if d.seesAll(h) {
		d.add("%s %s every account", who, verb(can))
		return
	}
	a, at := can.reaching()
	var all []string
	accounts := d.byTeams(h, sessions, false)
	for _, x := range accounts {
		fact := fmt.Sprintf("%s %s%s", verb(can), name(x.account), untilText(x.until, end))
		if len(accounts) <= maxListed { // otherwise nobody reads it
			by := x.last.Decide(access.User(h.ID), a, at(x.account))
			fact += Route{Team: by.Team, Group: by.Group}.text()
		}
		all = append(all, fact)
	}
	d.many(who, verb(can)+" accounts:", all)
}

// verb returns what holders of a role do with the accounts they reach.
func verb(d *capabilities) string {
	if slices.Contains(d.at[atAccount], access.ViewAccount) {
		return "sees"
	}
	return "reaches"
}

// teams adds what is seen in the sessions of each team.
func (d *describer) teams() {
	members := map[string][]*holder{}
	for _, h := range d.holders {
		for _, t := range h.teams {
			if !h.Suspended {
				members[t] = append(members[t], h)
			}
		}
	}
	for t, holders := range members {
		for _, h := range holders {
			list := d.inTeam(t, h)
			if len(list) == 0 {
				continue
			}
			a, at := d.capabilities[role.Name(h.Role)].reaching()
			d.many("team "+name(t), "sees accounts:", mapped(list, func(x sight) string {
				group := d.start.Decide(access.Session(h.ID, t), a, at(x.account)).Group
				return fmt.Sprintf("sees %s%s", name(x.account), Route{Group: group}.text())
			}))
			break
		}
	}
}

func (d *describer) links() {
	for _, l := range d.doc.Links {
		s, a, of := shown(l)
		last, end := lasting(d.linkPhases(l), func(p *access.Policy) bool { return p.Decide(s, a, of).Allowed })
		if last != nil {
			d.add("link %s may %s at %s%s, as %s", name(l.ID), a, name(of.String()), untilText(end, time.Time{}), subjectText(maker(l)))
		}
		concerned := d.concerned(l)
		for r := range d.capabilities {
			if h := d.revoker(r, concerned); h != nil && revokes(d.start, access.User(h.ID), l) {
				d.add("role %s may %s at link %s", name(r), access.RevokeLink, name(l.ID))
			}
		}
		d.revokers(l, concerned)
	}
}

// revokers adds who of the users concerned by a link may revoke it.
func (d *describer) revokers(l document.Link, concerned map[string]bool) {
	for id := range concerned {
		h := d.byID[id]
		if h == nil {
			continue
		}
		phases, s := d.phases(h), access.User(id)
		_, ended := lasting(phases, func(p *access.Policy) bool { return active(p, s) })
		last, end := lasting(phases, func(p *access.Policy) bool { return revokes(p, s, l) })
		if last != nil {
			d.add("%s may %s at link %s%s", name(id), access.RevokeLink, name(l.ID), untilText(end, ended))
		}
	}
}

// untilText says when something ends, unless that is the end of what it is part
// of.
func untilText(end, whole time.Time) string {
	if end.Equal(whole) {
		return ""
	}
	return spanText(time.Time{}, end)
}
