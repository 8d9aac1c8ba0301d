package accesstest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"pgregory.net/rapid"
)

// asked is one question of the brute force.
type asked struct {
	who access.Subject
	do  access.Action
	on  access.Resource
}

// universe is every question about what any of some documents has, and every
// time between their ends.
type universe struct {
	questions []asked
	times     []time.Time
}

// universeOf asks everything of the documents, and what no id of theirs names.
func universeOf(docs ...*document.Document) *universe {
	subjects, resources, actions := map[access.Subject]bool{}, map[access.Resource]bool{}, map[access.Action]bool{}
	ends := map[time.Time]bool{}
	end := func(text string) {
		if text != "" {
			ends[parseTime(text)] = true
		}
	}
	resources[access.Company()] = true
	resources[access.CompanyItem[string]("campaign", "c1")] = true
	for _, a := range role.BuiltIn() {
		actions[a] = true
	}
	teams := map[string]bool{}
	for _, d := range docs {
		for _, r := range catalogOf(d).Roles() {
			resources[access.Role(r.Name)] = true
			for _, a := range r.Capabilities {
				actions[a] = true
			}
		}
		for _, a := range d.Accounts {
			resources[access.Account(a.ID)] = true
			resources[access.Item("campaign", "c1", a.ID)] = true
		}
		for _, g := range d.Groups {
			resources[access.Group(g.ID)] = true
		}
		for _, t := range d.Teams {
			teams[t.ID] = true
			resources[access.Team(t.ID)] = true
			for _, m := range t.Members {
				end(m.Until)
			}
		}
		for _, r := range d.Reports {
			resources[access.Report(r.ID)] = true
			for _, g := range r.Grants {
				end(g.Until)
			}
		}
		for _, l := range d.Links {
			end(l.Until)
			s, _, of := shown(l)
			subjects[s], resources[of], resources[access.Link(l.ID)] = true, true, true
		}
	}
	for _, d := range docs {
		for _, u := range d.Users {
			end(u.Until)
			resources[access.TargetUser(u.ID)] = true
			subjects[access.User(u.ID)] = true
			for t := range teams {
				subjects[access.Session(u.ID, t)] = true
			}
		}
	}
	return &universe{cross(subjects, actions, resources), timesAround(ends)}
}

// cross returns the questions of all subjects, leaving out those that are of the
// wrong kind in every policy.
func cross(subjects map[access.Subject]bool, actions map[access.Action]bool, resources map[access.Resource]bool) []asked {
	host, err := role.NewCatalog(role.Role{Name: "all", Capabilities: slices.DeleteFunc(slices.Collect(maps.Keys(actions)), access.Action.LevelOnly), Scope: role.AllData})
	if err != nil {
		panic(err)
	}
	p, err := access.Compile(&document.Document{Users: []document.User{{ID: "u", Email: "u@x.test", Role: "all"}}}, &access.Config{Catalog: host})
	if err != nil {
		panic(err)
	}
	var all []asked
	for r := range resources {
		for a := range actions {
			if p.Decide(access.User("u"), a, r).Step == access.StepKind {
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
			all = append(all, fixed.Decide(q.who, q.do, q.on).Allowed)
		}
	}
	return all
}

// gained returns the questions that are allowed in the second answers and not in
// the first, by who gains.
func (u *universe) gained(old, next []bool) map[string]asked {
	all := map[string]asked{}
	for i := range next {
		if next[i] && !old[i] {
			q := u.questions[i%len(u.questions)]
			who := string(q.who.User())
			if q.who.Link() != "" {
				who = q.who.String()
			}
			all[who] = q
		}
	}
	return all
}

func catalogOf(d *document.Document) *role.Catalog {
	p, err := access.Compile(&document.Document{Catalog: d.Catalog, Roles: d.Roles}, nil)
	if err != nil {
		panic(err)
	}
	return p.Directory().Catalog()
}

// oddRoles is a catalog whose roles differ in what they let be done with
// accounts, and in whom they manage.
func oddRoles() []role.Role {
	return []role.Role{
		{Name: "boss", Scope: role.AllData, MinHolders: 1, Manages: []role.Name{"boss", "lead", "member", "blind"}, Capabilities: []role.Action{
			"account.view", "user.invite", "user.remove", "user.suspend", "role.grant", "owner.transfer", "team.edit", "team.set-members",
			"datagroup.edit", "source.edit", "recording.view", "campaign.pause"}},
		{Name: "lead", Manages: []role.Name{"member"}, MaxHolders: 2, Capabilities: []role.Action{
			"account.view", "user.remove", "role.grant", "team.edit", "campaign.pause"}},
		{Name: "member", Default: true, Offered: true, Capabilities: []role.Action{"account.view", "session.share"}},
		{Name: "blind", Capabilities: []role.Action{"recording.view"}},
		{Name: "feeder", Scope: role.AllData, Capabilities: []role.Action{"source.edit"}},
		{Name: "keeper", Capabilities: []role.Action{"team.edit"}},
		{Name: "granter", Manages: []role.Name{"idle"}, Capabilities: []role.Action{"role.grant"}},
		{Name: "warden", Manages: []role.Name{"idle"}, Capabilities: []role.Action{"user.remove"}},
		{Name: "idle"},
	}
}

// worldGen draws small companies, in which ids and ends collide.
type worldGen struct{ *rapid.T }

func (d worldGen) one(label string, pool ...string) string {
	return rapid.SampledFrom(pool).Draw(d.T, label)
}

func (d worldGen) chance(n int, label string) bool {
	return rapid.IntRange(0, n-1).Draw(d.T, label) == n-1
}

func (d worldGen) end() string {
	return d.one("end", "", "", "", "2026-06-01T00:00:00Z", "2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z")
}

func (d worldGen) document() *document.Document {
	doc := &document.Document{Attributes: map[string]string{"country": "string"}}
	switch rapid.IntRange(0, 3).Draw(d.T, "catalog") {
	case 0:
		doc.Roles = role.CompanyCatalog().Roles()
	case 1:
		doc.Roles = role.ProjectCatalog().Roles()
	default:
		doc.Roles = oddRoles()
	}
	var names []string
	for _, r := range doc.Roles {
		names = append(names, string(r.Name))
	}
	for _, id := range []string{"a1", "a2", "a3"}[:rapid.IntRange(0, 3).Draw(d.T, "accounts")] {
		a := document.Account{ID: id, Source: "s", Values: map[string]datagroup.Value{}}
		if c := d.one("country", "", "US", "DE"); c != "" {
			a.Values["country"] = datagroup.Text(c)
		}
		doc.Accounts = append(doc.Accounts, a)
	}
	for _, id := range []string{"g1", "g2"} {
		filter := d.one("filter", "country = 'US'", "not country = 'US'", "id in ('a1', 'a3')", "everything", "nothing", "country missing or country = 'DE'")
		doc.Groups = append(doc.Groups, document.Group{ID: id, Filter: filter})
	}
	users := []string{"u1", "u2", "u3"}[:rapid.IntRange(1, 3).Draw(d.T, "users")]
	for _, id := range users {
		doc.Users = append(doc.Users, document.User{ID: id, Email: id + "@x.test", Role: d.one("role", names...), Suspended: d.chance(8, "suspended"), Until: d.end()})
	}
	for _, id := range []string{"t1", "t2"} {
		t := document.Team{ID: id}
		for _, g := range []string{"g1", "g2"} {
			if d.chance(2, "holds") {
				t.Groups = append(t.Groups, g)
			}
		}
		for _, u := range users {
			if d.chance(2, "member") {
				t.Members = append(t.Members, document.Member{User: u, Until: d.end()})
			}
		}
		doc.Teams = append(doc.Teams, t)
	}
	d.shared(doc, users)
	return doc
}

// shared draws reports and links.
func (d worldGen) shared(doc *document.Document, users []string) {
	for _, id := range []string{"r1", "r2"}[:rapid.IntRange(0, 2).Draw(d.T, "reports")] {
		r := document.Report{ID: id}
		for _, u := range users {
			if d.chance(2, "granted") {
				r.Grants = append(r.Grants, document.Grant{User: u, Level: d.one("level", "viewer", "explorer", "editor", "creator"), Until: d.end()})
			}
		}
		for _, t := range []string{"t1", "t2"} {
			if d.chance(3, "granted") {
				r.Grants = append(r.Grants, document.Grant{Team: t, Level: d.one("level", "viewer", "explorer"), Until: d.end()})
			}
		}
		doc.Reports = append(doc.Reports, r)
	}
	for _, id := range []string{"l1", "l2"}[:rapid.IntRange(0, 2).Draw(d.T, "links")] {
		l := document.Link{ID: id, Maker: d.one("maker", users...), Session: d.one("scope", "", "t1", "t2"), Until: d.end(), Ended: d.chance(8, "ended")}
		if len(doc.Reports) > 0 && d.chance(2, "report") {
			l.Action, l.Resource = "report.view", document.Resource{Kind: "report", ID: d.one("shows", doc.Reports[0].ID, doc.Reports[len(doc.Reports)-1].ID)}
		} else {
			l.Action, l.Resource = d.one("action", "account.view", "recording.view"), document.Resource{Kind: "campaign", ID: "c1", Account: d.one("in", "a1", "a2")}
		}
		doc.Links = append(doc.Links, l)
	}
}

// TestFactsLaw: over small companies and one or two steps away from them, the
// lock changes whenever any answer does, at any time, and there is a gain
// exactly if something is allowed that was not; it names those who gain.
func TestFactsLaw(t *testing.T) {
	hits := map[string]int{}
	for round := 0; round == 0 || !testing.Short() && (round < 3 || round < 50 && len(neverHit(hits)) > 0); round++ {
		rapid.Check(t, func(rt *rapid.T) {
			old := worldGen{rt}.document()
			steps := rapid.IntRange(0, 1).Draw(rt, "more steps")
			next := old
			for range 1 + steps {
				m := oneOf(mutate(t, next), rapid.Uint64().Draw(rt, "mutant"))
				if doc := m.make(); valid(doc) {
					next = doc
					hits[m.kind]++
				}
			}
			if rapid.IntRange(0, 9).Draw(rt, "unrelated") == 9 {
				next = worldGen{rt}.document()
			}
			compareAnswers(t, rt, hits, old, next)
		})
	}
	if absent := neverHit(hits); len(absent) > 0 && !testing.Short() {
		t.Errorf("never came about: %s", absent)
	}
	t.Logf("%v", hits)
}

// oneOf returns one mutant, of each kind as often.
func oneOf(mutants []mutant, seed uint64) mutant {
	r := rand.New(rand.NewPCG(seed, 2))
	kind := mutants[r.IntN(len(mutants))].kind
	if r.IntN(2) == 0 {
		kinds := map[string]bool{}
		for _, m := range mutants {
			kinds[m.kind] = true
		}
		all := slices.Sorted(maps.Keys(kinds))
		kind = all[r.IntN(len(all))]
	}
	mutants = slices.DeleteFunc(slices.Clone(mutants), func(m mutant) bool { return m.kind != kind })
	return mutants[r.IntN(len(mutants))]
}

func valid(d *document.Document) bool {
	_, err := access.Compile(d, nil)
	return err == nil
}

// factBranches are what a search must come by.
var factBranches = []string{"gain", "loss", "neither", "same lock", "gain in a session only", "gain of a link only", "suspend or reinstate", "lengthen an end", "change a minimum"}

func neverHit(hits map[string]int) (absent []string) {
	for _, b := range factBranches {
		if hits[b] == 0 {
			absent = append(absent, b)
		}
	}
	return absent
}

func compareAnswers(t *testing.T, rt *rapid.T, hits map[string]int, old, next *document.Document) {
	p, q := compile(t, old), compile(t, next)
	u := universeOf(old, next)
	was, is := u.answers(p), u.answers(q)
	before, after := lockText(p), lockText(q)
	if before == after {
		hits["same lock"]++
	}
	if before == after && !slices.Equal(was, is) {
		rt.Fatalf("the lock is the same, the answers are not: gained %v lost %v\n%s", u.gained(was, is), u.gained(is, was), printed(t, old, next))
	}
	compareGains(rt, hits, u.gained(was, is), newGains(p, q), func() string { return printed(t, old, next) })
	compareGains(rt, hits, u.gained(is, was), newGains(q, p), func() string { return printed(t, next, old) })
}

func compareGains(rt *rapid.T, hits map[string]int, want map[string]asked, g *gains, printed func() string) {
	got := map[string]bool{}
	for _, line := range g.lines {
		words := strings.Fields(line)
		if words[0] == "link" {
			got["link "+words[1]] = true
		} else {
			got[words[0]] = true
		}
	}
	if g.more > 0 {
		return // not all are named
	}
	if !maps.EqualFunc(want, got, func(asked, bool) bool { return true }) {
		rt.Fatalf("gains are\n%v\nwant %v\n%s", g.lines, want, printed())
	}
	switch {
	case len(want) == 0:
		hits["neither"]++
	default:
		hits["gain"]++
		hits["loss"]++ // the other way round
		if len(g.lines) == 1 && strings.Contains(g.lines[0], " in team ") {
			hits["gain in a session only"]++
		}
		if len(g.lines) == 1 && strings.HasPrefix(g.lines[0], "link ") {
			hits["gain of a link only"]++
		}
	}
}

func printed(t *testing.T, docs ...*document.Document) string {
	var b strings.Builder
	for _, d := range docs {
		text, err := compile(t, d).Document().JSON()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n", text)
	}
	return b.String()
}

// TestFactsLawLong compares every mutant of many companies, and every pair of
// neighbours.
func TestFactsLawLong(t *testing.T) {
	if os.Getenv("AMBIT_LONG") == "" {
		t.Skip("set AMBIT_LONG=1 for the long search")
	}
	rapid.Check(t, func(rt *rapid.T) {
		old := worldGen{rt}.document()
		for _, m := range mutate(t, old) {
			if doc := m.make(); valid(doc) {
				compareAnswers(t, rt, map[string]int{}, old, doc)
			}
		}
	})
}

// TestLockOrder: the same policy from a document in another order, with times of
// another zone and in another layout, has the same bytes.
func TestLockOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := worldGen{rt}.document()
		want := lockText(compile(t, d))
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		e := clone(t, d)
		shuffle(r, e.Accounts)
		shuffle(r, e.Groups)
		shuffle(r, e.Teams)
		shuffle(r, e.Users)
		shuffle(r, e.Reports)
		shuffle(r, e.Links)
		for i := range e.Teams {
			shuffle(r, e.Teams[i].Groups)
			shuffle(r, e.Teams[i].Members)
			for k, m := range e.Teams[i].Members {
				e.Teams[i].Members[k].Until = elsewhere(m.Until)
			}
			e.Teams[i].Name = "Team"
		}
		for i, u := range e.Users {
			e.Users[i].Until, e.Users[i].Name = elsewhere(u.Until), "Somebody"
		}
		for i := range e.Reports {
			shuffle(r, e.Reports[i].Grants)
		}
		for i := range e.Groups {
			e.Groups[i].Filter = "  " + strings.ReplaceAll(e.Groups[i].Filter, "'", `"`)
		}
		if got := lockText(compile(t, e)); got != want {
			rt.Fatalf("the lock of the same policy differs:\n%s", lockDifference("lock", want, got))
		}
	})
}

func shuffle[T any](r *rand.Rand, s []T) {
	r.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
}

// elsewhere writes an end in another zone.
func elsewhere(end string) string {
	if end == "" {
		return ""
	}
	return parseTime(end).In(time.FixedZone("", 5*3600+1800)).Format(time.RFC3339)
}
