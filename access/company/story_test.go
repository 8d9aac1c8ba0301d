package company_test

import (
	"context"
	"encoding/binary"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// storyHost is the host of a story: a clock that a test moves, and randomness
// that counts.
type storyHost struct {
	*testClock
	mu   sync.Mutex
	next uint64
}

func newStoryHost() *storyHost { return &storyHost{testClock: newTestClock()} }

// Read fills p with a number that no other call got. Secrets are always the
// same, so that a story can name them in advance.
func (s *storyHost) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(p)
	if len(p) == 32 {
		return len(p), nil
	}
	s.next++
	binary.BigEndian.PutUint64(p[len(p)-8:], s.next)
	return len(p), nil
}

var _ io.Reader = (*storyHost)(nil)

func (s *storyHost) config() *company.Config {
	return &company.Config{
		Now: s.Now, Rand: s, Systems: map[string]company.SystemConfig{
			"directory": {Changes: company.ChangeTypes(), Roles: []role.Name{"admin", "user-manager", "user", "team-member"}}},
		OwnAddresses: true,
		Deliver:      func(context.Context, invite.Message) error { return company.ErrQueued }, Origin: "https://acme.example",
		Invitations: company.InvitationLimits{ProofAge: 1000 * time.Hour}, // the proofs of the story are as old as it is
	}
}

// storySecret returns the secret of every invitation and link of a story.
func storySecret() invite.Secret {
	s, err := invite.NewSecret(newStoryHost())
	if err != nil {
		panic(err)
	}
	return s
}

// storyInvitee is a person who proved an address when the story began.
func storyInvitee(email, provider string) company.Actor {
	return company.Invitee(storyProof(email, provider))
}

func storyProof(email, provider string) invite.Proof {
	p, err := invite.Verified(mustAddress(email), "https://id.example", provider, start)
	if err != nil {
		panic(err)
	}
	return p
}

// storyFounding is how every story begins.
func storyFounding(t rapid.TB) company.Founding {
	t.Helper()
	return company.Founding{
		ID: "acme", Name: "Acme", Limits: company.Limits{Seats: 20},
		Founder:  team.User{ID: "ann", Name: "Ann", Email: address(t, "ann@example.com")},
		Document: &document.Document{Attributes: map[string]string{"country": "string"}, Reports: []document.Report{{ID: "q0", Name: "Of nobody"}}},
	}
}

// mustAddress is short for the function that it is.
var mustAddress = team.MustParseAddress

func address(t rapid.TB, text string) team.Address {
	t.Helper()
	a, err := team.ParseAddress(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// foundStory founds a company on a log.
func foundStory(t rapid.TB, log audit.Log, s *storyHost) *company.Company {
	t.Helper()
	co, err := company.Found(context.Background(), log, storyFounding(t), s.config())
	if err != nil {
		t.Fatal(err)
	}
	return co
}

// storyStep is one Do of a story.
type storyStep struct {
	by      company.Actor
	changes []company.Change
}

// storySteps is a history with every type of change. Nothing in it depends on
// chance, so that it comes to the same document whenever it is played.
func storySteps() []storyStep {
	ann, bob, directory := company.User("ann"), company.User("bob"), company.System("directory")
	account := func(id, country string) document.Account {
		return document.Account{ID: id, Source: "google", Values: map[string]datagroup.Value{"country": datagroup.Text(country)}}
	}
	one := func(by company.Actor, changes ...company.Change) storyStep { return storyStep{by, changes} }
	all := []storyStep{
		one(directory, company.AddUser{User: "bob", Person: company.Person{Name: "Bob", Email: "bob@example.com"}, Role: "user-manager"}),
		one(directory, company.AddUser{User: "cat", Person: company.Person{Email: "cat@example.com"}}, company.AddUser{User: "dan", Person: company.Person{Email: "dan@example.com"}, Until: day(90)}),
		one(ann, company.ConnectAccounts{Accounts: []document.Account{account("us-1", "US"), account("de-1", "DE"), account("uk-1", "UK")}}),
		one(ann, company.CreateGroup{Group: "us", Name: "States", Filter: "country = 'US'"}, company.CreateGroup{Group: "eu", Filter: "country in ('DE', 'UK')"}),
		one(bob, company.CreateTeam{Team: "west", Name: "West"}, company.CreateTeam{Team: "east"}),
		one(bob, company.AttachGroup{Team: "west", Group: "us"}, company.AttachGroup{Team: "east", Group: "eu"}),
		one(bob, company.AddMember{Team: "west", User: "cat"}, company.AddMember{Team: "east", User: "dan", Until: day(30)}),
		one(bob, company.AddMember{Team: "west", User: "dan", Until: day(1)},
			company.SetMemberEnd{Team: "west", User: "dan", Until: company.To(start.Add(10*time.Hour + 30*time.Minute))}), // between two steps
		one(company.User("cat"), company.CreateReport{Report: "q1", Name: "First"}),
		one(company.User("cat"), company.ShareReport{Report: "q1", User: "dan", Until: company.To(day(60))}, company.ShareReport{Report: "q1", Team: "east", Level: access.Viewer}),
		one(company.User("cat"), company.RenameReport{Report: "q1", Name: company.To("First quarter")}),
		one(ann, company.EditGroup{Group: "eu", Name: company.To("Europe"), Filter: company.To("country in ('DE', 'FR')")}),
		one(ann, company.UpdateAccounts{Accounts: []company.AccountEdit{{ID: "uk-1", Values: map[string]datagroup.Value{"country": datagroup.Text("FR")}}}}),
		one(bob, company.SetEnd{User: "dan", Until: company.To(day(45))}),
		one(bob, company.EditUser{User: "dan", Name: company.To("Dan D.")}),
		one(bob, company.NameCreator{Report: "q0", User: "cat"}),
		one(company.User("dan"), company.EditUser{User: "dan", Name: company.To("Dan")}),
		one(company.User("dan"), company.ChangeAddress{User: "dan", Email: "Dan@example.com", Proof: storyProof("Dan@example.com", "")}),
		one(bob, company.SuspendUser{User: "dan"}),
		one(bob, company.ReinstateUser{User: "dan"}, company.SetRole{User: "dan", Role: "editor"}),
		one(ann, company.DeclareAttribute{Attribute: "spend", Type: "number"}, company.DeclareAttribute{Attribute: "tier", Type: "string"}),
		one(ann, company.UpdateAccounts{Accounts: []company.AccountEdit{{ID: "us-1", Values: map[string]datagroup.Value{
			"spend": datagroup.Number(12.5), "tier": datagroup.Text("top")}}}}),
		one(ann, company.RetypeAttribute{Attribute: "tier", Type: "labels"}),
		one(ann, company.UpdateAccounts{Accounts: []company.AccountEdit{{ID: "de-1", Source: "bing", Values: map[string]datagroup.Value{
			"name": datagroup.Text("\"Köln\" <1>"), "tier": datagroup.Labels("b", "a")}}, {ID: "us-1", Clear: []string{"tier", "spend"}}}}),
		one(ann, company.DropAttribute{Attribute: "spend"}),
		one(bob, company.EditTeam{Team: "west", Name: company.To("Far West"), Description: company.To("beyond the river")}),
		one(bob, company.RemoveMember{Team: "west", User: "dan"}),
		one(bob, company.DetachGroup{Team: "west", Group: "us"}),
		one(company.User("cat"), company.UnshareReport{Report: "q1", User: "dan"}),
	}
	return append(append(append(all, invitationSteps()...), reviewSteps()...),
		one(directory, company.ReplaceCatalog{Roles: rolesLater(), Kinds: []role.Kind{{Name: "page", In: role.InAccount, Actions: []role.Action{"insight.view"}}}}),
		one(ann, company.TransferOwnership{To: "bob"}),
		one(bob, company.RemoveUser{User: "cat", Successor: "ann"}),
		one(ann, company.CreateReport{Report: "q2"}, company.DeleteReport{Report: "q1"}),
		one(bob, company.DeleteGroup{Group: "us"}, company.DeleteTeam{Team: "east"}),
		one(bob, company.DisconnectAccounts{Accounts: []datagroup.AccountID{"us-1"}}),
		one(bob, company.SetCompanyName{Name: "Acme & Söhne <GmbH>"}, company.SetLimits{Seats: company.To(5)}),
		one(directory, company.CorrectClock{}),
	)
}

// invitationSteps are the part of the story about invitations and links.
func invitationSteps() []storyStep {
	ann, bob, cat, eve := company.User("ann"), company.User("bob"), company.User("cat"), company.User("eve")
	directory := company.System("directory") // which knows what the queue delivered
	return []storyStep{
		{ann, []company.Change{
			company.Invite{Invitation: "i-eve", Terms: invite.Terms{Address: mustAddress("Eve@example.com"), Name: "Eve", Role: "user-manager", Teams: []team.ID{"west", "east"}, ReviewDays: 30}},
			company.Invite{Invitation: "i-fay", Terms: invite.Terms{Address: mustAddress("fay@example.com"), Role: "editor", Days: 30, Provider: "google", Note: "Welcome,\n<Fay> & all"}},
			company.Invite{Invitation: "i-gus", Terms: invite.Terms{Address: mustAddress("gus@example.com"), Until: day(300)}}}},
		{directory, []company.Change{company.RecordDelivery{Invitation: "i-eve", Generation: 1}, company.RecordDelivery{Invitation: "i-gus", Generation: 1}}},
		{storyInvitee("eve@example.com", ""), []company.Change{company.AcceptInvitation{Invitation: "i-eve", Secret: storySecret(), User: "eve"}}},
		{storyInvitee("fay@example.com", "google"), []company.Change{company.DeclineInvitation{Invitation: "i-fay", Secret: storySecret()}}},
		{eve, []company.Change{
			company.AmendInvitation{Invitation: "i-gus", Role: toRole("editor"), Days: company.To(14), ReviewDays: company.To(7)},
			company.Invite{Invitation: "i-hal", Terms: invite.Terms{Address: mustAddress("hal@example.com"), Teams: []team.ID{"east"}}}}},
		{directory, []company.Change{company.RedeliverInvitation{Invitation: "i-hal"}}},
		{bob, []company.Change{company.ResendInvitation{Invitation: "i-gus"}, company.RevokeInvitation{Invitation: "i-gus"}}},
		{cat, []company.Change{
			company.MakeLink{Link: "l-1", Resource: access.Report("q1")}, company.RevokeLink{Link: "l-1"},
			company.MakeLink{Link: "l-2", Session: "west", Resource: access.Report("q1"), Until: day(40)}}},
		{ann, []company.Change{company.RemoveUser{User: "eve", TakeOver: "bob"}}},
	}
}

// reviewSteps are the part of the story about a review.
func reviewSteps() []storyStep {
	ann := company.User("ann")
	return []storyStep{
		{ann, []company.Change{company.ScheduleReviews{Months: 6}, company.OpenReview{Review: "w-1", Due: day(20)}}},
		{ann, []company.Change{
			company.DecideItem{Review: "w-1", Row: "user:bob", Decision: audit.Keep},
			company.DecideItem{Review: "w-1", Row: "user:cat", Decision: audit.Revoke},   // which happens later
			company.DecideItem{Review: "w-1", Row: "user:dan", Decision: audit.Reduce}}}, // which never does
		{ann, []company.Change{company.CloseReview{Review: "w-1"}}},
	}
}

// rolesLater is the catalog that the story changes to: the roles of the company
// catalog that are held, with an admin who may transfer ownership.
func rolesLater() []role.Role {
	held := []role.Name{"admin", "user-manager", "editor", "team-member"}
	roles := slices.DeleteFunc(role.CompanyCatalog().Roles(), func(r role.Role) bool { return !slices.Contains(held, r.Name) })
	for i := range roles {
		roles[i].Title, roles[i].Summary = "", ""
		roles[i].Manages = slices.DeleteFunc(roles[i].Manages, func(n role.Name) bool { return !slices.Contains(held, n) })
	}
	roles[0].Capabilities = append(roles[0].Capabilities, access.TransferOwner)
	return roles
}

// wait is how much time passes before a step: an hour, but before the clock is
// corrected it goes back a little.
func (sc storyStep) wait() time.Duration {
	if _, back := sc.changes[0].(company.CorrectClock); back {
		return -3 * time.Minute
	}
	return time.Hour
}

// playStep takes a step, after its time has passed.
func playStep(t rapid.TB, co *company.Company, s *storyHost, sc storyStep) company.Receipt {
	t.Helper()
	s.pass(sc.wait())
	r, err := co.Do(context.Background(), company.By{Actor: sc.by, Reason: "as the story goes"}, sc.changes...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// text is the document of a policy.
func text(t rapid.TB, p *access.Policy) string {
	t.Helper()
	b, err := p.Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// events reads a log to its end.
func events(t rapid.TB, log audit.Log) []audit.Event {
	t.Helper()
	var all []audit.Event
	for e, err := range log.Events(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// playedStory is a story that was played to its end.
type playedStory struct {
	log       *audit.Memory
	host      *storyHost
	company   *company.Company
	receipts  []company.Receipt // by step
	documents []string          // by event, from 1; documents[0] is of nothing
}

func playStory(t rapid.TB) playedStory {
	t.Helper()
	s, log := newStoryHost(), audit.NewMemory()
	co := foundStory(t, log, s)
	x := playedStory{log: log, host: s, company: co, documents: []string{text(t, nil), text(t, co.Policy())}}
	for _, sc := range storySteps() {
		x.receipts = append(x.receipts, playStep(t, co, s, sc))
		x.documents = append(x.documents, text(t, co.Policy()))
	}
	return x
}
