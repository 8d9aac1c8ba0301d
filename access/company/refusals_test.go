package company_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// setting is a small company to try something in.
type setting struct {
	roles []role.Role  // nil is the company catalog
	users string       // "ann admin; eve user-manager 2h; bob viewer suspended": id, role, end from now
	more  func(*world) // what else there is
	seats int
}

// staged is a company made of a setting.
type staged struct {
	company *company.Company
	log     *audit.Memory
	reason  string
	ctx     context.Context
}

func newSetting(t *testing.T, s setting) *staged {
	t.Helper()
	if s.roles == nil {
		s.roles = role.CompanyCatalog().Roles()
	}
	w := newWorld(s.roles)
	for line := range strings.SplitSeq(s.users, ";") {
		words := strings.Fields(line)
		u := modelUser{email: words[0] + "@x.test", role: words[1]}
		for _, word := range words[2:] {
			if word == "suspended" {
				u.suspended = true
				continue
			}
			d, err := time.ParseDuration(word)
			if err != nil {
				t.Fatal(err)
			}
			u.until = modelStart.Add(d)
		}
		w.users[words[0]] = u
	}
	if s.more != nil {
		s.more(w)
	}
	out := &staged{log: audit.NewMemory(), reason: "it is needed", ctx: context.Background()}
	co, err := company.Found(out.ctx, out.log, company.Founding{ID: "acme", Name: "Acme", Document: w.document(),
		Limits: company.Limits{Seats: s.seats}},
		&company.Config{Now: func() time.Time { return modelStart }, Systems: modelSystems()})
	if err != nil {
		t.Fatalf("found: %v", err)
	}
	out.company = co
	return out
}

// actorOf reads "ann", "system sync", and "" for nobody.
func actorOf(text string) company.Actor {
	if name, ok := strings.CutPrefix(text, "system "); ok {
		return company.System(name)
	}
	return company.User(text)
}

func (s *staged) do(actor string, changes ...company.Change) (company.Receipt, error) {
	return s.company.Do(s.ctx, company.By{Actor: actorOf(actor), Reason: s.reason}, changes...)
}

// refuses checks that the changes are refused as wanted, at the index, and
// that nothing happened.
func (s *staged) refuses(t *testing.T, want verdict, index int, actor string, changes ...company.Change) {
	t.Helper()
	before, events, head := printed(t, s.company.Policy()), len(logged(t, s.log)), s.company.Checkpoint()
	receipt, err := s.do(actor, changes...)
	if got := verdictOf(t, err); got != want {
		t.Errorf("refused with %q, want %q: %v", got, want, err)
		return
	}
	var e *company.Error
	if !errors.As(err, &e) || e.Op != "do" || e.Index != index || e.Seq != 0 {
		t.Errorf("error is %#v, want op do, index %d", e, index)
	}
	if len(receipt.Changes) != 0 || receipt.Seq != 0 || receipt.ID != "" {
		t.Errorf("receipt of a refusal: %+v", receipt)
	}
	if n := len(logged(t, s.log)); n != events || s.company.Checkpoint() != head {
		t.Errorf("%d events, want %d", n, events)
	}
	if after := printed(t, s.company.Policy()); after != before {
		t.Errorf("the state changed to %s", after)
	}
}

// makes checks that the changes are made, as one event.
func (s *staged) makes(t *testing.T, actor string, changes ...company.Change) company.Receipt {
	t.Helper()
	events := len(logged(t, s.log))
	receipt, err := s.do(actor, changes...)
	if err != nil {
		t.Errorf("refused: %v", err)
		return receipt
	}
	if n := len(logged(t, s.log)); n != events+1 || receipt.Seq != uint64(n) || len(receipt.Changes) != len(changes) {
		t.Errorf("%d events, want %d; receipt %+v", n, events+1, receipt)
	}
	return receipt
}

// cast is the company of the tables: ann and abe are admins, eve and ugo
// manage users, eve until two hours from now.
func cast(t *testing.T, seats int) *staged {
	return newSetting(t, setting{
		users: "ann admin; abe admin; eve user-manager 2h; ugo user-manager; dan data-manager; uma user; " +
			"max team-member 1h; vic viewer; sue viewer suspended; sol viewer suspended 1h; old viewer -1h",
		seats: seats, more: func(w *world) {
			w.attributes = map[string]string{"country": "string", "tier": "string"}
			w.accounts["us"] = modelAccount{"google", map[string]datagroup.Value{"country": datagroup.Text("US")}}
			w.accounts["de"] = modelAccount{"google", map[string]datagroup.Value{"country": datagroup.Text("DE")}}
			w.groups["gu"] = modelGroup{"", "country = 'US'"}
			w.groups["gd"] = modelGroup{"", "country = 'DE'"}
			w.teams["t"] = modelTeam{name: "T", groups: map[string]bool{"gu": true}, members: map[string]time.Time{
				"max": {}, "ugo": modelStart.Add(time.Hour), "eve": modelStart.Add(3 * time.Hour), "ann": modelStart.Add(-time.Hour)}}
			w.teams["n"] = modelTeam{}
			w.reports["r"] = modelReport{name: "R", users: map[string]modelGrant{"uma": {level: access.Creator},
				"vic": {access.Editor, modelStart.Add(2 * time.Hour)}, "max": {access.Explorer, time.Time{}}, "dan": {access.Viewer, time.Time{}}}}
			w.reports["s"] = modelReport{name: "S", users: map[string]modelGrant{"uma": {level: access.Creator}, "eve": {level: access.Creator}}}
			w.reports["u"] = modelReport{users: map[string]modelGrant{"ann": {level: access.Creator}},
				teams: map[string]modelGrant{"t": {level: access.Explorer}}}
			w.reports["o"] = modelReport{name: "O", users: map[string]modelGrant{"abe": {access.Creator, modelStart.Add(time.Hour)}}}
		}})
}

func at(hours int) time.Time { return modelStart.Add(time.Duration(hours) * time.Hour) }

func accounts(ids ...string) []document.Account {
	var all []document.Account
	for _, id := range ids {
		all = append(all, document.Account{ID: id, Source: "google"})
	}
	return all
}

// TestLastHolder: who must stay, whoever acts; and how he may go.
func TestLastHolder(t *testing.T) {
	users := "ann admin; abe admin 1h; ugo user-manager; uma user"
	for _, c := range []company.Change{company.SetRole{User: "ann", Role: "user"}, company.RemoveUser{User: "ann"},
		company.SuspendUser{User: "ann"}, company.SetEnd{User: "ann", Until: at(1)}} {
		s := newSetting(t, setting{users: users})
		s.refuses(t, "denied last-holder", 0, "abe", c)
		s.refuses(t, "ErrLastHolder", 0, "system sync", c)
		s.makes(t, "system sync", company.SetRole{User: "uma", Role: "admin"}, c)
	}
	s := newSetting(t, setting{users: users})
	s.refuses(t, "denied last-holder", 1, "abe", company.SuspendUser{User: "uma"}, company.SuspendUser{User: "ann"})
	s.makes(t, "abe", company.SetRole{User: "uma", Role: "admin"}, company.SetRole{User: "ann", Role: "user"})
}

// TestOwner: the one owner goes by a transfer only.
func TestOwner(t *testing.T) {
	s := newSetting(t, setting{roles: role.ProjectCatalog().Roles(), users: "own owner; adm admin; mem member; end member 1h; sus member suspended"})
	s.refuses(t, "denied above-ceiling", 0, "adm", company.RemoveUser{User: "own"})
	s.refuses(t, "denied above-ceiling", 0, "own", company.SetRole{User: "mem", Role: "owner"})
	s.refuses(t, "denied self", 0, "own", company.SetRole{User: "own", Role: "admin"})
	s.refuses(t, "denied ineligible-target", 0, "own", company.TransferOwnership{To: "own"})
	s.refuses(t, "denied ineligible-target", 0, "own", company.TransferOwnership{To: "end"})
	s.refuses(t, "denied ineligible-target", 0, "own", company.TransferOwnership{To: "sus"})
	s.refuses(t, "denied no-capability", 0, "adm", company.TransferOwnership{To: "mem"})
	s.refuses(t, "ErrRoleFull", 0, "system sync", company.SetRole{User: "mem", Role: "owner"})
	s.refuses(t, "ErrRoleFull", 0, "system sync", company.AddUser{User: "two", Email: "two@x.test", Role: "owner"})
	s.refuses(t, "ErrLastHolder", 0, "system sync", company.RemoveUser{User: "own"})
	s.refuses(t, "ErrUnknown", 0, "system sync", company.TransferOwnership{To: "mem", From: "ghost"})
	s.refuses(t, "ErrInvalid", 0, "system sync", company.TransferOwnership{To: "mem", From: "adm"})
	s.refuses(t, "ErrInvalid", 0, "system sync", company.TransferOwnership{To: "sus", From: "own"})
	receipt := s.makes(t, "own", company.TransferOwnership{To: "mem"})
	want := company.TransferOwnership{To: "mem", From: "own", Role: "owner", Becomes: "admin"}
	if receipt.Changes[0] != want {
		t.Errorf("recorded %#v, want %#v", receipt.Changes[0], want)
	}
	s.refuses(t, "denied above-ceiling", 0, "own", company.SuspendUser{User: "mem"})
	s.makes(t, "system sync", company.TransferOwnership{To: "own", From: "mem"})
}

// TestRoleFull counts suspended and ended holders too, for users and systems.
func TestRoleFull(t *testing.T) {
	roles := []role.Role{
		{Name: "head", Capabilities: []role.Action{"user.set-role", "role.grant"}, Scope: role.AllData, Manages: []role.Name{"few", "many"}},
		{Name: "few", MaxHolders: 2}, {Name: "many"},
	}
	s := newSetting(t, setting{roles: roles, users: "hal head; a few suspended; b few -1h; c many"})
	s.refuses(t, "denied role-full", 0, "hal", company.SetRole{User: "c", Role: "few"})
	s.refuses(t, "ErrRoleFull", 0, "system sync", company.SetRole{User: "c", Role: "few"})
	s.makes(t, "hal", company.SetRole{User: "a", Role: "many"}, company.SetRole{User: "c", Role: "few"})
	roles[1].MaxHolders = 1
	s.refuses(t, "ErrRoleFull", 0, "system sync", company.ReplaceCatalog{Roles: roles})
	roles[1].MaxHolders, roles[1].MinHolders = 0, 1
	s.makes(t, "system sync", company.ReplaceCatalog{Roles: roles})
	s.refuses(t, "ErrLastHolder", 0, "system sync", company.SetEnd{User: "c", Until: at(1)})
}

func TestSeats(t *testing.T) {
	s := newSetting(t, setting{users: "ann admin; sue viewer suspended; old viewer -1h", seats: 3})
	s.refuses(t, "ErrSeats", 0, "system sync", company.AddUser{User: "new", Email: "new@x.test"})
	s.refuses(t, "ErrSeats", 0, "ann", company.SetLimits{Limits: company.Limits{Seats: 2}})
	s.makes(t, "system sync", company.RemoveUser{User: "old"}, company.AddUser{User: "new", Email: "old@x.test"})
	s.makes(t, "ann", company.SetLimits{Limits: company.Limits{}})
	s.makes(t, "system sync", company.AddUser{Email: "more@x.test"})
}

// TestGivingUp: what raises nobody may be done to oneself by who may do it.
func TestGivingUp(t *testing.T) {
	s := cast(t, 0)
	s.makes(t, "ugo", company.AddMember{Team: "t", User: "ugo", Until: at(1).Add(-time.Minute)})
	s.makes(t, "ugo", company.RemoveMember{Team: "t", User: "ugo"})
	s.makes(t, "eve", company.UnshareReport{Report: "s", User: "eve"})
	s.refuses(t, "ErrSelf", 0, "ugo", company.AddMember{Team: "t", User: "ugo", Until: at(1)})
}

// TestWithinOwnEnd: up to his own end an actor may give, and take from longer
// ones.
func TestWithinOwnEnd(t *testing.T) {
	s := cast(t, 0)
	s.makes(t, "eve", company.SetEnd{User: "max", Until: at(2)})
	s.makes(t, "eve", company.SetEnd{User: "uma", Until: at(2)})
	s.makes(t, "eve", company.ReinstateUser{User: "sol"})
	s.makes(t, "eve", company.AddMember{Team: "n", User: "vic", Until: at(2)})
	s.makes(t, "eve", company.ShareReport{Report: "s", User: "vic", Until: at(2)})
	s.makes(t, "vic", company.ShareReport{Report: "r", User: "sue", Level: access.Editor, Until: at(2)})
	s.refuses(t, "ErrBeyondOwnEnd", 0, "eve", company.ShareReport{Report: "s", User: "vic", Level: access.Editor, Until: at(3)})
}

// TestSuccessor: the actor only if nobody else can be, and a team's last
// creators by name.
func TestSuccessor(t *testing.T) {
	more := func(w *world) {
		w.reports["r"] = modelReport{users: map[string]modelGrant{"uma": {level: access.Creator}, "ann": {level: access.Viewer}}}
		w.reports["s"] = modelReport{users: map[string]modelGrant{"uma": {level: access.Creator}, "ann": {level: access.Creator}}}
		w.reports["q"] = modelReport{users: map[string]modelGrant{"uma": {level: access.Creator}}}
	}
	s := newSetting(t, setting{users: "ann admin; uma user; max user 1h; sue user suspended", more: more})
	s.refuses(t, "ErrSuccessor", 0, "ann", company.RemoveUser{User: "uma"})
	receipt := s.makes(t, "ann", company.RemoveUser{User: "uma", Successor: "ann"})
	c := receipt.Changes[0].(company.RemoveUser)
	if len(c.HandedOver) != 2 || c.HandedOver[0] != "q" || c.HandedOver[1] != "r" || len(c.Reports) != 3 || c.Role != "user" || c.Email != "uma@x.test" {
		t.Errorf("recorded %+v", c)
	}
	if d := s.company.Policy().Decide(access.User("ann"), "report.delete", access.Report("r")); !d.Allowed {
		t.Errorf("the successor is no creator: %v", d)
	}
	s = newSetting(t, setting{users: "ann admin; uma user; bob viewer", more: more})
	s.refuses(t, "ErrSelf ErrSuccessor", 0, "ann", company.RemoveUser{User: "uma", Successor: "ann"})
	s.makes(t, "system sync", company.SuspendUser{User: "uma"})
	s.makes(t, "ann", company.RemoveUser{User: "uma", Successor: "bob"})
}

// TestEarlierChangesCount: each change is judged on the state the earlier ones
// left.
func TestEarlierChangesCount(t *testing.T) {
	s := cast(t, 0)
	s.makes(t, "ann", company.CreateTeam{Team: "new"}, company.AddMember{Team: "new", User: "vic"}, company.AttachGroup{Team: "new", Group: "gd"})
	if !s.company.Policy().View(access.User("vic")).Sees("de") {
		t.Error("vic does not see the account of the team's group")
	}
	s.makes(t, "dan", company.CreateReport{Report: "mine"}, company.ShareReport{Report: "mine", Team: "new"}, company.RenameReport{Report: "mine", Name: "Mine"})
	s.makes(t, "dan", company.DeclareAttribute{Attribute: "size", Type: "number"}, company.CreateGroup{Group: "big", Filter: "size > 5"})
	s.refuses(t, "ErrAttributeUsed", 1, "dan", company.CreateGroup{Group: "huge", Filter: "tier = 'x'"}, company.DropAttribute{Attribute: "tier"})
	s.makes(t, "dan", company.DeleteGroup{Group: "big"}, company.DropAttribute{Attribute: "size"})
	s.makes(t, "ann", company.SetRole{User: "abe", Role: "viewer"}, company.SetRole{User: "vic", Role: "admin"})
	s.refuses(t, "denied no-capability", 0, "abe", company.CreateTeam{Team: "x"})
}

// TestActorHandsOverWithinOneDo: what the actor gave away by an earlier change
// he no longer has for a later one.
func TestActorHandsOverWithinOneDo(t *testing.T) {
	s := newSetting(t, setting{roles: role.ProjectCatalog().Roles(), users: "own owner; adm admin; mem member"})
	s.refuses(t, "denied no-capability", 1, "own", company.TransferOwnership{To: "mem"}, company.TransferOwnership{To: "adm"})
	s.refuses(t, "denied above-ceiling", 1, "own", company.TransferOwnership{To: "mem"}, company.SetRole{User: "mem", Role: "member"})
}

func TestReasons(t *testing.T) {
	people, other := company.SuspendUser{User: "uma"}, company.SetCompanyName{Name: "Bolt"}
	for _, tt := range []struct {
		want    verdict
		name    string
		reason  string
		changes []company.Change
	}{
		{"ErrReason", "none", "", []company.Change{people}},
		{"ErrReason", "blank", " \t\r\n", []company.Change{people}},
		{"ErrReason", "blank in Unicode", "\u00a0\u2003", []company.Change{people}},
		{"ErrReason", "too long", strings.Repeat("x", 501), []company.Change{people}},
		{"ErrReason", "no UTF-8", "a\xff", []company.Change{people}},
		{"ErrReason", "too long where optional", strings.Repeat("x", 501), []company.Change{other}},
		{"ErrReason", "no UTF-8 where optional", "a\xff", []company.Change{other}},
		{"ErrReason", "none for one of two", "", []company.Change{other, people}},
		{"ErrReason", "none for a member", "", []company.Change{company.AddMember{Team: "t", User: "vic"}}},
		{"ErrReason", "none to leave a team", "", []company.Change{company.RemoveMember{Team: "t", User: "max"}}},
		{"ErrReason", "none for a role", "", []company.Change{company.SetRole{User: "uma", Role: "viewer"}}},
		{"ErrReason", "none for an end", "", []company.Change{company.SetEnd{User: "uma", Until: at(1)}}},
		{"ErrReason", "none to remove", "", []company.Change{company.RemoveUser{User: "dan"}}},
		{"ErrReason", "none to reinstate", "", []company.Change{company.ReinstateUser{User: "sue"}}},
		{"", "none where optional", "", []company.Change{other}},
		{"", "none for a team", "", []company.Change{company.CreateTeam{Team: "new"}}},
		{"", "five hundred bytes", strings.Repeat("é", 250), []company.Change{people}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := cast(t, 0)
			s.reason = tt.reason
			if tt.want != "" {
				s.refuses(t, tt.want, 0, "ann", tt.changes...)
				return
			}
			s.makes(t, "ann", tt.changes...)
		})
	}
}

// TestSystemNeedsReason: systems are asked for reasons too.
func TestSystemNeedsReason(t *testing.T) {
	s := cast(t, 0)
	s.reason = ""
	s.refuses(t, "ErrReason", 0, "system sync", company.AddUser{User: "new", Email: "new@x.test"})
	s.makes(t, "system sync", company.CreateTeam{Team: "new"})
}

func TestContextEnded(t *testing.T) {
	s := cast(t, 0)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	before := printed(t, s.company.Policy())
	receipt, err := s.company.Do(ctx, company.By{Actor: company.User("ann")}, company.SetCompanyName{Name: "Bolt"})
	var e *company.Error
	if !errors.Is(err, context.Canceled) || !errors.As(err, &e) || e.Op != "do" || receipt.Seq != 0 {
		t.Errorf("got %+v, %v", receipt, err)
	}
	if n := len(logged(t, s.log)); n != 1 || printed(t, s.company.Policy()) != before {
		t.Errorf("%d events, want 1", n)
	}
	s.makes(t, "ann", company.SetCompanyName{Name: "Bolt"})
}

func TestZeroBy(t *testing.T) {
	s := cast(t, 0)
	_, err := s.company.Do(context.Background(), company.By{}, company.SetCompanyName{Name: "Bolt"})
	if verdictOf(t, err) != "ErrNoActor" {
		t.Errorf("got %v", err)
	}
	if _, err := s.company.Do(context.Background(), company.By{}); err == nil {
		t.Error("nobody may make nothing")
	}
}

// TestDocumentMayBreakWhatChangesKeep: minima, maxima and creators are for
// changes; a document is the host's own authority.
func TestDocumentMayBreakWhatChangesKeep(t *testing.T) {
	for name, s := range map[string]setting{
		"no admin":          {users: "uma user"},
		"two owners":        {roles: role.ProjectCatalog().Roles(), users: "a owner; b owner"},
		"no creator":        {users: "ann admin", more: func(w *world) { w.reports["r"] = newReport("") }},
		"no lasting holder": {users: "ann admin 1h"},
	} {
		t.Run(name, func(t *testing.T) {
			newSetting(t, s).makes(t, "system sync", company.SetCompanyName{Name: "Bolt"})
		})
	}
}
