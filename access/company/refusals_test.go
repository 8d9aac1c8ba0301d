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

// refusal is one line of the table: how it is refused, by whom and at what
// index.
type refusal struct {
	want    verdict
	name    string
	actor   string
	index   int
	changes []company.Change
}

func one(want verdict, name, actor string, c company.Change) refusal {
	return refusal{want, name, actor, 0, []company.Change{c}}
}

func at(hours int) time.Time { return modelStart.Add(time.Duration(hours) * time.Hour) }

func accounts(ids ...string) []document.Account {
	var all []document.Account
	for _, id := range ids {
		all = append(all, document.Account{ID: id, Source: "google"})
	}
	return all
}

func TestRefusals(t *testing.T) {
	names := map[string]bool{}
	for _, tests := range [][]refusal{actorRefusals(), peopleRefusals(), endRefusals(), teamRefusals(), reportRefusals(), dataRefusals(), severalRefusals()} {
		for _, tt := range tests {
			if names[tt.name] {
				t.Errorf("two tests are called %s", tt.name)
			}
			names[tt.name] = true
			t.Run(tt.name, func(t *testing.T) {
				cast(t, 0).refuses(t, tt.want, tt.index, tt.actor, tt.changes...)
			})
		}
	}
}

func actorRefusals() []refusal {
	name := company.SetCompanyName{Name: "Bolt"}
	return []refusal{
		one("ErrNoActor", "nobody", "", name),
		one("ErrNoActor", "a system without a name", "system ", name),
		one("ErrSystem", "a system nobody configured", "system ghost", name),
		one("ErrSystem", "a system for other changes", "system clerk", name),
		one("ErrSystemOnly", "a user adds a user", "ann", company.AddUser{User: "new", Email: "new@x.test"}),
		one("ErrSystemOnly", "a user replaces the catalog", "ann", company.ReplaceCatalog{Roles: role.ProjectCatalog().Roles()}),
		one("denied unknown-user", "an unknown user", "ghost", name),
		one("denied suspended", "a suspended user", "sue", name),
		one("denied ended", "a user past his end", "old", name),
		one("denied no-capability", "a user without the capability", "uma", name),
		one("denied no-capability", "a user manager edits the company", "ugo", company.SetLimits{Limits: company.Limits{Seats: 20}}),
		one("ErrNoChange", "the same name", "ann", company.SetCompanyName{Name: "Acme"}),
		one("ErrNoChange", "the same limits", "ann", company.SetLimits{}),
		one("ErrInvalid", "no name", "ann", company.SetCompanyName{}),
		one("ErrInvalid", "fewer seats than none", "ann", company.SetLimits{Limits: company.Limits{Seats: -1}}),
		one("ErrSeats", "fewer seats than users", "ann", company.SetLimits{Limits: company.Limits{Seats: 10}}),
		one("ErrInvalid", "no change at all", "ann", nil),
		{"ErrNoChange", "no changes", "ann", 0, nil},
	}
}

func peopleRefusals() []refusal {
	return []refusal{
		one("denied self", "his own role", "ann", company.SetRole{User: "ann", Role: "viewer"}),
		one("denied self", "removes himself", "ann", company.RemoveUser{User: "ann"}),
		one("denied self", "suspends himself", "ann", company.SuspendUser{User: "ann"}),
		one("denied self", "his own end", "eve", company.SetEnd{User: "eve"}),
		one("denied above-ceiling", "a user manager demotes an admin", "ugo", company.SetRole{User: "ann", Role: "viewer"}),
		one("denied above-ceiling", "a user manager makes an admin", "ugo", company.SetRole{User: "uma", Role: "admin"}),
		one("denied above-ceiling", "a user manager removes an admin", "ugo", company.RemoveUser{User: "abe"}),
		one("denied unknown-resource user", "the role of nobody", "ann", company.SetRole{User: "ghost", Role: "viewer"}),
		one("denied unknown-resource role", "a role that is none", "ann", company.SetRole{User: "uma", Role: "ghost"}),
		one("ErrUnknown", "a system sets the role of nobody", "system sync", company.SetRole{User: "ghost", Role: "viewer"}),
		one("ErrUnknown", "a system sets a role that is none", "system sync", company.SetRole{User: "uma", Role: "ghost"}),
		one("ErrNoChange", "the same role", "ann", company.SetRole{User: "uma", Role: "user"}),
		one("ErrNoChange", "suspended already", "ann", company.SuspendUser{User: "sue"}),
		one("ErrNoChange", "not suspended", "ann", company.ReinstateUser{User: "uma"}),
		one("ErrNoChange", "the same end", "ann", company.SetEnd{User: "eve", Until: at(2).In(time.FixedZone("elsewhere", 3600))}),
		one("ErrNoChange", "no end already", "ann", company.SetEnd{User: "uma"}),
		one("ErrInvalid", "an end beyond the calendar", "ann", company.SetEnd{User: "eve", Until: modelStart.AddDate(9000, 0, 0)}),
		one("ErrSuccessor", "no successor", "ann", company.RemoveUser{User: "uma"}),
		one("ErrSuccessor", "a successor who is removed", "ann", company.RemoveUser{User: "uma", Successor: "uma"}),
		one("ErrSuccessor", "a successor nobody knows", "ann", company.RemoveUser{User: "uma", Successor: "ghost"}),
		one("ErrSuccessor", "a successor who is suspended", "ann", company.RemoveUser{User: "uma", Successor: "sue"}),
		one("ErrSuccessor", "a successor with an end", "ann", company.RemoveUser{User: "uma", Successor: "max"}),
		one("ErrSuccessor", "a system without a successor", "system sync", company.RemoveUser{User: "uma"}),
		one("ErrSelf ErrSuccessor", "his own successor", "ann", company.RemoveUser{User: "uma", Successor: "ann"}),
		one("ErrInvalid", "a successor to nothing", "ann", company.RemoveUser{User: "dan", Successor: "abe"}),
		one("ErrTaken", "a user who is there", "system sync", company.AddUser{User: "uma", Email: "new@x.test"}),
		one("ErrTaken", "an address in other letters", "system sync", company.AddUser{User: "new", Email: "UMA@X.TEST"}),
		one("ErrTaken", "the address of a suspended user", "system sync", company.AddUser{User: "new", Email: "sue@x.test"}),
		one("ErrInvalid", "an address that is none", "system sync", company.AddUser{User: "new", Email: "Uma <uma@x.test>"}),
		one("ErrUnknown", "added with a role that is none", "system sync", company.AddUser{User: "new", Email: "new@x.test", Role: "ghost"}),
		one("denied no-capability", "nobody owns a company", "ann", company.TransferOwnership{To: "abe"}),
	}
}

func endRefusals() []refusal {
	return []refusal{
		one("ErrBeyondOwnEnd", "lifts an end past his own", "eve", company.SetEnd{User: "max"}),
		one("ErrBeyondOwnEnd", "moves an end past his own", "eve", company.SetEnd{User: "max", Until: at(3)}),
		one("ErrBeyondOwnEnd", "a nanosecond past his own", "eve", company.SetEnd{User: "max", Until: at(2).Add(time.Nanosecond)}),
		one("ErrBeyondOwnEnd", "lifts what is over", "eve", company.SetEnd{User: "old"}),
		one("ErrBeyondOwnEnd", "reinstates for good", "eve", company.ReinstateUser{User: "sue"}),
		one("ErrBeyondOwnEnd", "adds to a team for good", "eve", company.AddMember{Team: "t", User: "vic"}),
		one("ErrBeyondOwnEnd", "adds to a team past his own end", "eve", company.AddMember{Team: "t", User: "vic", Until: at(3)}),
		one("ErrBeyondOwnEnd", "prolongs in a team past his own end", "eve", company.AddMember{Team: "t", User: "ugo", Until: at(3)}),
		one("ErrBeyondOwnEnd", "shares past his own end", "eve", company.ShareReport{Report: "s", User: "sue", Until: at(3)}),
		one("ErrBeyondOwnEnd", "shares for good though he ends", "eve", company.ShareReport{Report: "s", User: "sue"}),
		one("ErrBeyondOwnEnd", "shares longer than his grant", "vic", company.ShareReport{Report: "r", User: "sue", Until: at(3)}),
		one("ErrBeyondOwnEnd", "shares longer than he is in the team", "ugo", company.ShareReport{Report: "u", User: "sue", Until: at(2)}),
		one("ErrBeyondOwnEnd", "shares for good by a grant that ends", "vic", company.ShareReport{Report: "r", User: "sue"}),
	}
}

func teamRefusals() []refusal {
	return []refusal{
		one("ErrTaken", "a team that is there", "ann", company.CreateTeam{Team: "t"}),
		one("ErrNoChange", "the same team", "ann", company.EditTeam{Team: "t", Name: "T"}),
		one("denied unknown-resource team", "a team that is not there", "ann", company.EditTeam{Team: "ghost", Name: "T"}),
		one("ErrUnknown", "a system edits a team that is not there", "system sync", company.EditTeam{Team: "ghost", Name: "T"}),
		one("ErrUnknown", "a system deletes a team that is not there", "system sync", company.DeleteTeam{Team: "ghost"}),
		one("denied no-capability", "a data manager edits a team", "dan", company.EditTeam{Team: "t", Name: "U"}),
		one("denied no-capability", "a member leaves", "max", company.RemoveMember{Team: "t", User: "max"}),
		one("ErrSelf", "adds himself", "ann", company.AddMember{Team: "n", User: "ann"}),
		one("ErrSelf", "adds himself again", "ann", company.AddMember{Team: "t", User: "ann"}),
		one("ErrSelf", "prolongs his membership", "ugo", company.AddMember{Team: "t", User: "ugo", Until: at(2)}),
		one("ErrSelf", "prolongs his membership for good", "ugo", company.AddMember{Team: "t", User: "ugo"}),
		one("ErrNoChange", "a member already", "ann", company.AddMember{Team: "t", User: "max"}),
		one("ErrUnknown", "a member nobody knows", "ann", company.AddMember{Team: "t", User: "ghost"}),
		one("ErrNoChange", "no member", "ann", company.RemoveMember{Team: "n", User: "max"}),
		one("ErrUnknown", "no user to leave", "ann", company.RemoveMember{Team: "t", User: "ghost"}),
		one("ErrNoChange", "a group it holds", "ann", company.AttachGroup{Team: "t", Group: "gu"}),
		one("ErrNoChange", "a group it does not hold", "ann", company.DetachGroup{Team: "t", Group: "gd"}),
		one("ErrUnknown", "a group nobody knows", "ann", company.AttachGroup{Team: "t", Group: "ghost"}),
		one("denied no-capability", "a data manager attaches", "dan", company.AttachGroup{Team: "t", Group: "gd"}),
		one("denied no-capability", "a user manager defines", "ugo", company.EditGroup{Group: "gu", Filter: "everything"}),
	}
}

func reportRefusals() []refusal {
	return []refusal{
		one("denied no-capability", "a viewer creates", "vic", company.CreateReport{Report: "new"}),
		one("ErrTaken", "a report that is there", "uma", company.CreateReport{Report: "r"}),
		one("ErrTaken", "a name that is there", "uma", company.CreateReport{Report: "new", Name: "R"}),
		one("ErrTaken", "another's name", "uma", company.RenameReport{Report: "r", Name: "S"}),
		one("ErrNoChange", "its own name", "uma", company.RenameReport{Report: "r", Name: "R"}),
		one("ErrUnknown", "created for nobody", "system sync", company.CreateReport{Report: "new", Creator: "ghost"}),
		one("denied level-too-low", "an editor renames", "vic", company.RenameReport{Report: "r", Name: "New"}),
		one("denied no-level", "an admin without a level deletes", "ann", company.DeleteReport{Report: "r"}),
		one("denied unknown-resource report", "a report that is not there", "uma", company.DeleteReport{Report: "ghost"}),
		one("denied level-too-low", "a viewer shares", "dan", company.ShareReport{Report: "r", User: "sue", Level: access.Viewer}),
		one("denied level-too-low", "shares above his level", "max", company.ShareReport{Report: "r", User: "sue", Level: access.Editor}),
		one("ErrSelf", "shares with himself what a team has", "ugo", company.ShareReport{Report: "u", User: "ugo", Until: at(1)}),
		one("ErrLowers", "lowers a level", "uma", company.ShareReport{Report: "r", User: "vic", Level: access.Viewer}),
		one("ErrLowers", "lowers an end", "uma", company.ShareReport{Report: "r", User: "vic", Level: access.Editor, Until: at(1)}),
		one("ErrLowers", "raises the level and lowers the end", "uma", company.ShareReport{Report: "r", User: "vic", Level: access.Creator, Until: at(1)}),
		one("ErrLowers", "raises the end and lowers the level", "uma", company.ShareReport{Report: "r", User: "vic", Level: access.Explorer}),
		one("ErrNoChange", "shared already", "uma", company.ShareReport{Report: "r", User: "max"}),
		one("ErrInvalid", "a team above explorer", "uma", company.ShareReport{Report: "r", Team: "t", Level: access.Editor}),
		one("ErrInvalid", "with nobody", "uma", company.ShareReport{Report: "r"}),
		one("ErrInvalid", "with two at once", "uma", company.ShareReport{Report: "r", User: "sue", Team: "t"}),
		one("ErrUnknown", "with a user nobody knows", "uma", company.ShareReport{Report: "r", User: "ghost"}),
		one("ErrUnknown", "with a team nobody knows", "uma", company.ShareReport{Report: "r", Team: "ghost"}),
		one("denied unknown-action", "at a level that is none", "uma", company.ShareReport{Report: "r", User: "sue", Level: 5}),
		one("ErrInvalid", "a system at a level that is none", "system sync", company.ShareReport{Report: "r", User: "sue", Level: 5}),
		one("ErrNoChange", "unshares what is not shared", "uma", company.UnshareReport{Report: "r", User: "sue"}),
		one("ErrLastCreator", "gives up the last creator grant", "uma", company.UnshareReport{Report: "r", User: "uma"}),
		one("ErrLastCreator", "a system takes the last creator grant", "system sync", company.UnshareReport{Report: "r", User: "uma"}),
	}
}

func dataRefusals() []refusal {
	return []refusal{
		one("ErrTaken", "a group that is there", "dan", company.CreateGroup{Group: "gu", Filter: "everything"}),
		one("ErrInvalid", "a filter that is none", "dan", company.CreateGroup{Group: "new", Filter: ""}),
		one("ErrInvalid", "a filter of an attribute nobody declared", "dan", company.EditGroup{Group: "gu", Filter: "spend = 1"}),
		one("ErrNoChange", "the same filter written otherwise", "dan", company.EditGroup{Group: "gu", Filter: `(country   = "US")`}),
		one("denied unknown-resource group", "edits a group that is not there", "dan", company.EditGroup{Group: "ghost", Filter: "everything"}),
		one("ErrUnknown", "a system deletes a group that is not there", "system sync", company.DeleteGroup{Group: "ghost"}),
		one("ErrTaken", "an account that is there", "dan", company.ConnectAccounts{Accounts: accounts("new", "us")}),
		one("ErrInvalid", "an account twice", "dan", company.ConnectAccounts{Accounts: accounts("new", "new")}),
		one("ErrInvalid", "an account without a source", "dan", company.ConnectAccounts{Accounts: []document.Account{{ID: "new"}}}),
		one("ErrNoChange", "no accounts", "dan", company.ConnectAccounts{}),
		one("ErrNoChange", "the same attributes", "dan", company.UpdateAccounts{Accounts: []document.Account{
			{ID: "us", Source: "google", Values: map[string]datagroup.Value{"country": datagroup.Text("US")}}}}),
		one("ErrInvalid", "a value of another type", "dan", company.UpdateAccounts{Accounts: []document.Account{
			{ID: "us", Source: "google", Values: map[string]datagroup.Value{"country": datagroup.Number(1)}}}}),
		one("denied unknown-resource account", "updates what is not there", "dan", company.UpdateAccounts{Accounts: accounts("us", "ghost")}),
		one("denied unknown-resource account", "disconnects what is not there", "dan", company.DisconnectAccounts{Accounts: []datagroup.AccountID{"ghost"}}),
		one("ErrUnknown", "a system disconnects what is not there", "system sync", company.DisconnectAccounts{Accounts: []datagroup.AccountID{"ghost"}}),
		one("ErrInvalid", "disconnects twice", "dan", company.DisconnectAccounts{Accounts: []datagroup.AccountID{"us", "us"}}),
		one("ErrTaken", "an attribute that is there", "dan", company.DeclareAttribute{Attribute: "tier", Type: "number"}),
		one("ErrInvalid", "an attribute below accounts", "dan", company.DeclareAttribute{Attribute: "campaign", Type: "string"}),
		one("ErrInvalid", "a type that is none", "dan", company.DeclareAttribute{Attribute: "new", Type: "date"}),
		one("ErrAttributeUsed", "drops what a filter reads", "dan", company.DropAttribute{Attribute: "country"}),
		one("ErrAttributeUsed", "retypes what a filter reads", "dan", company.RetypeAttribute{Attribute: "country", Type: "labels"}),
		one("ErrNoChange", "the same type", "dan", company.RetypeAttribute{Attribute: "tier", Type: "string"}),
		one("ErrUnknown", "drops what is not there", "dan", company.DropAttribute{Attribute: "ghost"}),
		one("ErrUnknown", "a catalog without a role in use", "system sync", company.ReplaceCatalog{Roles: role.ProjectCatalog().Roles()}),
		one("ErrInvalid", "a catalog without roles", "system sync", company.ReplaceCatalog{}),
		one("ErrNoChange", "the same catalog", "system sync", company.ReplaceCatalog{Roles: role.CompanyCatalog().Roles()}),
	}
}

func severalRefusals() []refusal {
	member := company.AddMember{Team: "t", User: "vic"}
	return []refusal{
		{"ErrNoChange", "the same twice", "ann", 1, []company.Change{member, member}},
		{"denied unknown-resource team", "the third fails", "ann", 2, []company.Change{member, company.SetCompanyName{Name: "Bolt"}, company.DeleteTeam{Team: "ghost"}}},
		{"ErrInvalid", "the third is none", "ann", 2, []company.Change{member, company.SetCompanyName{Name: "Bolt"}, nil}},
		{"ErrSystem", "the third is not for the system", "system clerk", 2, []company.Change{member,
			company.AddMember{Team: "n", User: "vic"}, company.SetCompanyName{Name: "Bolt"}}},
		{"denied unknown-resource team", "deletes and then adds", "ann", 1, []company.Change{company.DeleteTeam{Team: "t"}, member}},
		{"ErrReused", "deletes and then creates", "ann", 1, []company.Change{company.DeleteTeam{Team: "t"}, company.CreateTeam{Team: "t"}}},
		{"ErrReused", "a group deleted and created", "ann", 1, []company.Change{company.DeleteGroup{Group: "gd"}, company.CreateGroup{Group: "gd", Filter: "nothing"}}},
		{"ErrReused", "a report deleted and created", "uma", 1, []company.Change{company.DeleteReport{Report: "r"}, company.CreateReport{Report: "r"}}},
		{"ErrReused", "a user removed and added", "system sync", 1, []company.Change{company.RemoveUser{User: "dan"}, company.AddUser{User: "dan", Email: "new@x.test"}}},
	}
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
