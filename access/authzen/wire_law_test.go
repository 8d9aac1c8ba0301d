package authzen_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/authzen"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/live"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"pgregory.net/rapid"
)

// The pools of ids are small so that things collide.
var (
	userIDs    = []string{"u1", "u2", "u3", "u4"}
	teamIDs    = []string{"t1", "t2", "t3"}
	groupIDs   = []string{"g1", "g2", "g3"}
	accountIDs = []string{"a1", "a2", "a3"}
	reportIDs  = []string{"r1", "r2", "r3"}
	linkIDs    = []string{"l1", "l2"}
)

// noon is when the questions are asked; some things end before, some at, some
// after it.
var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// draw draws random values.
type draw struct{ *rapid.T }

func (d draw) one(pool ...string) string { return rapid.SampledFrom(pool).Draw(d.T, "one") }

// chance is true once in n times.
func (d draw) chance(n int) bool { return rapid.IntRange(1, n).Draw(d.T, "chance") == n }

// some draws any part of a pool, mostly a large one.
func (d draw) some(pool []string) (part []string) {
	for _, id := range pool {
		if !d.chance(5) {
			part = append(part, id)
		}
	}
	return part
}

func (d draw) end() string {
	if !d.chance(5) {
		return ""
	}
	return d.one("2026-11-01T11:59:59Z", "2026-11-01T12:00:00Z", "2026-11-01T12:00:01Z")
}

// shownKinds are what a shipped catalog gets besides.
var shownKinds = []role.Kind{
	{Name: "company", Actions: []role.Action{"recording.view"}},
	{Name: "campaign", In: role.InAccount, Actions: []role.Action{"recording.view"}, Link: "recording.view"},
	{Name: "brand", In: role.InCompany, Actions: []role.Action{"recording.view"}},
}

// document draws a valid company.
func (d draw) document() *document.Document {
	doc := &document.Document{Attributes: map[string]string{"country": "string"}}
	roles := []string{"admin", "data-manager", "user-manager", "editor", "user", "team-member", "viewer"}
	switch d.one("company", "project", "custom", "custom") {
	case "company":
		doc.Catalog = document.Catalog{Extends: "company", Kinds: shownKinds}
	case "project":
		doc.Catalog, roles = document.Catalog{Extends: "project", Kinds: shownKinds}, []string{"owner", "admin", "member"}
	default:
		roles = []string{"boss", "member", "blind"}
		every := append(role.CompanyCatalog().Roles()[0].Capabilities, "campaign.edit", "session.share", "recording.view")
		doc.Catalog.Roles = []role.Role{
			{Name: "boss", Scope: role.AllData, Capabilities: every, Manages: []role.Name{"boss", "member"}},
			{Name: "member", Capabilities: []role.Action{"account.view", "campaign.edit", "report.create", "recording.view", "session.share"}},
			{Name: "blind", Capabilities: []role.Action{"campaign.edit"}},
		}
		doc.Catalog.Kinds = []role.Kind{
			{Name: "account", Actions: []role.Action{"campaign.edit"}}, {Name: "report", Actions: []role.Action{"campaign.edit"}},
			{Name: "company", Actions: []role.Action{"recording.view"}},
			{Name: "campaign", In: role.InAccount, Actions: []role.Action{"campaign.edit", "recording.view"}, Link: "recording.view"},
			{Name: "brand", In: role.InCompany, Actions: []role.Action{"campaign.edit", "recording.view"}},
		}
	}
	for _, id := range d.some(userIDs) {
		doc.Users = append(doc.Users, document.User{ID: id, Email: id + "@x.test", Role: d.one(roles...), Suspended: d.chance(15), Until: d.end()})
	}
	for _, id := range d.some(accountIDs) {
		a := document.Account{ID: id, Source: "google", Values: map[string]datagroup.Value{}}
		if country := d.one("US", "DE", ""); country != "" {
			a.Values["country"] = datagroup.Text(country)
		}
		doc.Accounts = append(doc.Accounts, a)
	}
	for _, id := range d.some(groupIDs) {
		doc.Groups = append(doc.Groups, document.Group{ID: id, Filter: d.one("everything", "country = 'US'", "not country = 'US'", "id = 'a1'")})
	}
	for _, id := range d.some(teamIDs) {
		t := document.Team{ID: id}
		for _, g := range doc.Groups {
			if !d.chance(2) {
				t.Groups = append(t.Groups, g.ID)
			}
		}
		for _, u := range doc.Users {
			if !d.chance(2) {
				t.Members = append(t.Members, document.Member{User: u.ID, Until: d.end()})
			}
		}
		doc.Teams = append(doc.Teams, t)
	}
	d.sharing(doc)
	return doc
}

// sharing draws the reports and links of a company.
func (d draw) sharing(doc *document.Document) {
	for _, id := range d.some(reportIDs) {
		r := document.Report{ID: id}
		for _, u := range doc.Users {
			if !d.chance(2) {
				r.Grants = append(r.Grants, document.Grant{User: u.ID, Level: d.one("viewer", "explorer", "editor", "creator"), Until: d.end()})
			}
		}
		for _, t := range doc.Teams {
			if !d.chance(2) {
				r.Grants = append(r.Grants, document.Grant{Team: t.ID, Level: d.one("viewer", "explorer"), Until: d.end()})
			}
		}
		doc.Reports = append(doc.Reports, r)
	}
	if len(doc.Users) == 0 {
		return
	}
	for _, id := range d.some(linkIDs) {
		l := document.Link{ID: id, Maker: rapid.SampledFrom(doc.Users).Draw(d.T, "maker").ID, Action: "report.view", Until: d.end(), Ended: d.chance(15)}
		if len(doc.Teams) > 0 && d.chance(3) {
			l.Session = rapid.SampledFrom(doc.Teams).Draw(d.T, "team").ID
		}
		if len(doc.Reports) == 0 || d.chance(3) {
			l.Action, l.Resource = "recording.view", document.Resource{Kind: "campaign", ID: "c1", Account: d.one(accountIDs...)}
		} else {
			l.Resource = document.Resource{Kind: "report", ID: rapid.SampledFrom(doc.Reports).Draw(d.T, "report").ID}
		}
		doc.Links = append(doc.Links, l)
	}
}

// asked is a subject or a resource as a policy takes it, and as it is sent over
// the wire.
type asked[T any] struct {
	value      T
	kind, id   string
	properties string
}

func (a asked[T]) json() string {
	text := fmt.Sprintf(`{"type":%q,"id":%q`, a.kind, a.id)
	if a.properties != "" {
		text += `,"properties":` + a.properties
	}
	return text + "}"
}

// id draws an id from a pool, and now and then one that is in no pool.
func (d draw) id(pool []string) string {
	if d.chance(15) {
		return d.one("ghost", "")
	}
	return d.one(pool...)
}

// subject draws who asks, mostly a subject that may exist. An empty id stands for
// no subject.
func (d draw) subject() asked[access.Subject] {
	user, team, link := d.id(userIDs), d.id(teamIDs), d.id(linkIDs)
	switch d.one("user", "user", "user", "session", "session", "session", "link", "link", "odd") {
	case "user":
		return asked[access.Subject]{access.User(user), "user", user, ""}
	case "session":
		s := asked[access.Subject]{access.Session(user, team), "user", user, fmt.Sprintf(`{"team":%q}`, team)}
		if user == "" || team == "" {
			s.value = access.Subject{}
		}
		return s
	case "link":
		return asked[access.Subject]{access.ViaLink(access.LinkID(link)), "link", link, ""}
	}
	return asked[access.Subject]{access.Subject{}, "user", user, d.one(`{"team":null}`, `{"team":["t1"]}`, `{"team":1}`)}
}

// resource draws what is asked about. An empty id, or an empty account of an
// item, stands for no resource.
func (d draw) resource() asked[access.Resource] {
	r := d.target()
	if r.id == "" || r.kind == "campaign" && r.value.Account() == "" {
		r.value = access.Resource{}
	}
	return r
}

func (d draw) target() asked[access.Resource] {
	type r = asked[access.Resource]
	switch kind := d.one("company", "account", "account", "user", "role", "team", "group", "report", "report", "link", "item", "wide", "none"); kind {
	case "company":
		return r{access.Company(), kind, "acme", ""}
	case "account":
		id, again := d.id(accountIDs), ""
		if id != "" && d.chance(4) {
			again = fmt.Sprintf(`{"account":%q}`, id)
		}
		return r{access.Account(id), kind, id, again}
	case "user":
		id := d.id(userIDs)
		return r{access.TargetUser(id), kind, id, ""}
	case "role":
		id := d.id([]string{"admin", "member", "boss", "viewer"})
		return r{access.Role(id), kind, id, ""}
	case "team":
		id := d.id(teamIDs)
		return r{access.Team(id), kind, id, ""}
	case "group":
		id := d.id(groupIDs)
		return r{access.Group(id), kind, id, ""}
	case "report":
		id := d.id(reportIDs)
		return r{access.Report(id), kind, id, ""}
	case "link":
		id := d.id(linkIDs)
		return r{access.Link(id), kind, id, ""}
	case "item":
		id := d.id(accountIDs)
		return r{access.Item("campaign", "c1", id), "campaign", "c1", fmt.Sprintf(`{"account":%q}`, id)}
	case "wide":
		return r{access.CompanyItem("brand", "b1"), "brand", "b1", ""}
	}
	return r{access.Resource{}, "company", d.one("other", ""), ""}
}

// fitting are actions that may be asked of a resource of that kind.
var fitting = map[string][]string{
	"company": {"report.create", "user.invite", "recording.view"}, "account": {"account.view", "source.edit", "campaign.edit"},
	"user": {"user.remove", "owner.transfer"}, "role": {"role.grant"}, "team": {"team.edit"}, "group": {"datagroup.edit"},
	"report": {"report.view", "report.edit", "report.share-viewer", "campaign.edit"}, "link": {"link.revoke"},
	"campaign": {"campaign.edit", "recording.view", "account.view"}, "brand": {"campaign.edit", "recording.view"},
}

// question draws a question, mostly one that may be asked.
func (d draw) question(doc *document.Document) (s asked[access.Subject], a access.Action, r asked[access.Resource]) {
	s, r = d.subject(), d.resource()
	kind := r.kind
	if d.chance(4) {
		kind = d.one("company", "account", "report", "link", "brand")
	}
	a = access.Action(d.one(fitting[kind]...))
	if d.chance(20) {
		a = access.Action(d.one("fly", ""))
	}
	for _, l := range doc.Links {
		if string(s.value.Link()) != l.ID || d.chance(3) {
			continue
		}
		a = access.Action(l.Action)
		if r = (asked[access.Resource]{access.Report(l.Resource.ID), "report", l.Resource.ID, ""}); l.Resource.Kind == "campaign" {
			r = asked[access.Resource]{access.Item("campaign", "c1", l.Resource.Account), "campaign", "c1", fmt.Sprintf(`{"account":%q}`, l.Resource.Account)}
		}
	}
	return s, a, r
}

// wire is a server with a policy that can be changed.
type wire struct {
	server *httptest.Server
	policy live.Policy
}

func newWire(t *testing.T) *wire {
	w := new(wire)
	answers := byPolicy(authzen.PolicyConfig{Source: &w.policy, Company: "acme", Links: true})
	w.server = httptest.NewServer(handle(t, answers, authzen.Config{Reasons: true, MaxPage: 4}))
	t.Cleanup(w.server.Close)
	return w
}

func (w *wire) ask(t *rapid.T, endpoint, body string, into any) {
	response, err := w.server.Client().Post(w.server.URL+"/access/v1/"+endpoint, "application/json", bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("%s: %d %s %v", body, response.StatusCode, text, err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// list reads a whole list, in pages of that limit; 0 is none.
func (w *wire) list(t *rapid.T, endpoint, question string, limit int) []string {
	var all []string
	page := fmt.Sprintf(`"limit":%d`, limit)
	for {
		var p pageOf
		w.ask(t, endpoint, fmt.Sprintf(`{%s,"page":{%s}}`, question, page), &p)
		for _, r := range p.Results {
			all = append(all, r.ID+r.Name)
		}
		if *p.Page.NextToken == "" {
			return all
		}
		page = fmt.Sprintf(`"token":%q`, *p.Page.NextToken)
	}
}

// TestOverTheWire compares what a policy answers over the wire with what it
// answers itself: Decide, Who, Actions, Reports and View.
func TestOverTheWire(t *testing.T) {
	hits := make(map[string]int)
	w := newWire(t)
	property := func(t *rapid.T) {
		d := draw{t}
		doc := d.document()
		p, err := access.Compile(doc, &access.Config{Now: func() time.Time { return noon }})
		if err != nil {
			t.Fatal(err)
		}
		w.policy.Replace(p)
		w.decisions(t, p, doc, hits)
		for range 2 {
			w.searches(t, p, doc, hits)
		}
	}
	branches := []string{"allowed", "denied", "session allowed", "link allowed", "item allowed", "users", "users in session", "links", "actions",
		"accounts", "accounts in session", "reports", "several reports", "role", "user", "team", "group", "link", "company", "several pages"}
	least := 1
	if os.Getenv("AMBIT_LONG") != "" {
		least = 50
	}
	for round := range least + 20 {
		rapid.Check(t, property)
		missing := slices.ContainsFunc(branches, func(b string) bool { return hits[b] == 0 })
		if round+1 >= least && !missing || testing.Short() || t.Failed() {
			t.Logf("hits: %v", hits)
			return
		}
	}
	t.Errorf("a branch was never hit: %v", hits)
}

// decisions asks thirty questions in one batch, and the first one also by itself.
func (w *wire) decisions(t *rapid.T, p *access.Policy, doc *document.Document, hits map[string]int) {
	type decision struct {
		Decision bool
		Context  struct{ Reason string }
	}
	var questions []string
	var want []decision
	for range 30 {
		s, a, r := draw{t}.question(doc)
		d := p.Decide(s.value, a, r.value)
		expect := decision{Decision: d.Allowed}
		expect.Context.Reason = string(d.Public().Reason)
		want = append(want, expect)
		question := fmt.Sprintf(`{"subject":%s,"action":{"name":%q},"resource":%s}`, s.json(), a, r.json())
		questions = append(questions, question)
		_, session := s.value.Team()
		hits["allowed"] += count(d.Allowed)
		hits["denied"] += count(!d.Allowed)
		hits["session allowed"] += count(d.Allowed && session)
		hits["link allowed"] += count(d.Allowed && s.kind == "link")
		hits["item allowed"] += count(d.Allowed && r.kind == "campaign")
	}
	var got struct{ Evaluations []decision }
	w.ask(t, "evaluations", `{"evaluations":[`+strings.Join(questions, ",")+`]}`, &got)
	if len(got.Evaluations) != len(want) {
		t.Fatalf("%d answers to %d questions", len(got.Evaluations), len(want))
	}
	for i, d := range got.Evaluations {
		if d != want[i] {
			t.Errorf("%s is answered %v, want %v", questions[i], d, want[i])
		}
	}
	var single decision
	if w.ask(t, "evaluation", questions[0], &single); single != want[0] {
		t.Errorf("%s is answered %v, want %v", questions[0], single, want[0])
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// searches asks for one list of each kind.
func (w *wire) searches(t *rapid.T, p *access.Policy, doc *document.Document, hits map[string]int) {
	d := draw{t}
	s, a, r := d.question(doc)
	limit := rapid.IntRange(0, 3).Draw(t, "limit")
	same := func(endpoint, question string, want []string, branch string) {
		if got := w.list(t, endpoint, question, limit); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", question, got, want)
		}
		hits[branch] += count(len(want) > 0)
		hits["several pages"] += count(limit > 0 && len(want) > limit)
	}
	question := func(s, r string) string {
		return fmt.Sprintf(`"subject":%s,"action":{"name":%q},"resource":%s`, s, a, r)
	}

	same("search/subject", question(`{"type":"user"}`, r.json()), sorted(p.Who(a, r.value).All()), "users")
	team := d.one(append(teamIDs, "ghost", "")...)
	members := filter(userIDs, func(id string) bool { return p.Decide(access.Session(id, team), a, r.value).Allowed })
	same("search/subject", question(fmt.Sprintf(`{"type":"user","properties":{"team":%q}}`, team), r.json()), members, "users in session")
	holders := filter(linkIDs, func(id string) bool { return p.Decide(access.ViaLink(access.LinkID(id)), a, r.value).Allowed })
	same("search/subject", question(`{"type":"link"}`, r.json()), holders, "links")
	same("search/action", question(s.json(), r.json()), sorted(p.Actions(s.value, r.value)), "actions")

	reports := sorted(p.Reports(s.value, a))
	same("search/resource", question(s.json(), `{"type":"report"}`), reports, "reports")
	hits["several reports"] += count(len(reports) > 1)
	if s.kind == "user" {
		_, session := s.value.Team()
		branch := "accounts"
		if session {
			branch += " in session"
		}
		view := fmt.Sprintf(`"subject":%s,"action":{"name":"account.view"},"resource":{"type":"account"}`, s.json())
		same("search/resource", view, sorted(p.View(s.value).Accounts()), branch)
	}
	var roles []string
	for _, r := range p.Directory().Catalog().Roles() {
		roles = append(roles, string(r.Name))
	}
	slices.Sort(roles)
	for _, k := range []struct {
		kind  string
		pool  []string
		value func(string) access.Resource
	}{
		{"account", accountIDs, access.Account[string]}, {"user", userIDs, access.TargetUser[string]}, {"role", roles, access.Role[string]},
		{"team", teamIDs, access.Team[string]}, {"group", groupIDs, access.Group[string]}, {"link", linkIDs, access.Link[string]},
		{"company", []string{"acme"}, func(string) access.Resource { return access.Company() }},
	} {
		want := filter(k.pool, func(id string) bool { return p.Decide(s.value, a, k.value(id)).Allowed })
		same("search/resource", question(s.json(), fmt.Sprintf(`{"type":%q}`, k.kind)), want, k.kind)
	}
}

func filter(pool []string, keep func(string) bool) []string {
	return slices.DeleteFunc(slices.Clone(pool), func(id string) bool { return !keep(id) })
}

func sorted[S ~string](all iter.Seq[S]) []string {
	var list []string
	for s := range all {
		list = append(list, string(s))
	}
	slices.Sort(list)
	return list
}
