package rowsecurity

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// drawing makes random changes of a company, by its system.
type drawing struct {
	*rand.Rand
	t       testing.TB
	company *company.Company
	now     time.Time
	users   []team.UserID // all that ever were, and one that never was
	n       int           // of the next id that is never used again
	mail    []invite.Message
	made    map[string]int // changes by type
}

func newDrawing(t testing.TB, seed uint64) (*drawing, audit.Log) {
	t.Helper()
	d := &drawing{Rand: rand.New(rand.NewPCG(seed, 1)), t: t, now: start, users: []team.UserID{"ann", "tom", "mia", "nobody"}, made: map[string]int{}}
	log := audit.NewMemory()
	c := config()
	c.Now, c.Origin = func() time.Time { return d.now }, "https://app.example.com"
	c.Deliver = func(_ context.Context, m invite.Message) error {
		d.mail = append(d.mail, m)
		return nil
	}
	d.company = found(t, log, c)
	return d, log
}

// step makes one change or two, or finds that they are refused.
func (d *drawing) step() {
	d.now = d.now.Add(time.Duration(d.IntN(90)) * time.Minute)
	changes := []company.Change{d.change()}
	if d.IntN(4) == 0 {
		changes = append(changes, d.change())
	}
	d.do(company.System(host), changes...)
	if d.IntN(10) == 0 {
		d.invite()
	}
}

func (d *drawing) do(actor company.Actor, changes ...company.Change) {
	receipt, err := d.company.Do(d.t.Context(), company.By{Actor: actor, Reason: "a test"}, changes...)
	if err != nil {
		return
	}
	for _, c := range receipt.Changes {
		d.made[fmt.Sprintf("%T", c)]++
	}
}

// invite has somebody become a user by an invitation.
func (d *drawing) invite() {
	address := team.MustParseAddress(d.id("person") + "@example.com")
	d.do(company.System(host), company.Invite{Terms: invite.Terms{Address: address, Role: d.role(), Teams: []team.ID{d.team()}}})
	if len(d.mail) == 0 || len(d.users) > 12 {
		return
	}
	last := d.mail[len(d.mail)-1]
	proof, err := invite.Verified(last.To, "https://id.example.com", "", d.now)
	if err != nil {
		d.t.Fatal(err)
	}
	id := team.UserID(d.id("i"))
	d.users = append(d.users, id)
	d.do(company.Invitee(proof), company.AcceptInvitation{Invitation: last.Invitation, Secret: last.Secret, User: id})
}

// change returns a change that may be refused.
func (d *drawing) change() company.Change {
	kinds := []func() company.Change{d.person, d.person, d.membership, d.membership, d.data, d.data, d.source, d.rest}
	return kinds[d.IntN(len(kinds))]()
}

func (d *drawing) person() company.Change {
	u := d.user()
	switch d.IntN(8) {
	case 0:
		if len(d.users) > 7 {
			return company.RemoveUser{User: u}
		}
		id := team.UserID(d.id("u"))
		d.users = append(d.users, id)
		return company.AddUser{User: id, Role: d.role(), Until: d.end()}
	case 1, 2:
		return company.SetRole{User: u, Role: d.role()}
	case 3:
		return company.SetEnd{User: u, Until: d.optionalEnd()}
	case 4:
		return company.SuspendUser{User: u}
	case 5, 6:
		return company.ReinstateUser{User: u}
	}
	return company.RemoveUser{User: u}
}

func (d *drawing) membership() company.Change {
	switch d.IntN(4) {
	case 0:
		return company.SetMemberEnd{Team: d.team(), User: d.user(), Until: d.optionalEnd()}
	case 1:
		return company.RemoveMember{Team: d.team(), User: d.user()}
	}
	return company.AddMember{Team: d.team(), User: d.user(), Until: d.end()}
}

func (d *drawing) data() company.Change {
	switch d.IntN(9) {
	case 0:
		return company.CreateTeam{Team: team.ID(d.id("t"))}
	case 1:
		return company.DeleteTeam{Team: d.team()}
	case 2:
		return company.CreateGroup{Group: datagroup.ID(d.id("g")), Filter: d.filter()}
	case 3:
		return company.DeleteGroup{Group: d.group()}
	case 4, 5:
		return company.EditGroup{Group: d.group(), Filter: company.To(d.filter())}
	case 6:
		return company.DetachGroup{Team: d.team(), Group: d.group()}
	}
	return company.AttachGroup{Team: d.team(), Group: d.group()}
}

func (d *drawing) source() company.Change {
	id := d.account()
	switch d.IntN(4) {
	case 0:
		return company.DisconnectAccounts{Accounts: accounts(id)}
	case 1:
		if d.IntN(3) == 0 {
			return company.UpdateAccounts{Accounts: []company.AccountEdit{{ID: id, Clear: []string{"country"}}}}
		}
		return company.UpdateAccounts{Accounts: []company.AccountEdit{{ID: id, Values: country(d.land())}}}
	}
	return company.ConnectAccounts{Accounts: []document.Account{{ID: string(id), Source: "google", Values: country(d.land())}}}
}

// rest is what is seldom done.
func (d *drawing) rest() company.Change {
	switch d.IntN(8) {
	case 0:
		return company.ReplaceCatalog{Roles: d.roles()}
	case 1:
		return company.DeclareAttribute{Attribute: "extra", Type: "string"}
	case 2:
		return company.RetypeAttribute{Attribute: "extra", Type: "number"}
	case 3:
		return company.DropAttribute{Attribute: "extra"}
	case 4:
		return company.SetCompanyName{Name: d.id("name")}
	case 5:
		return company.EditTeam{Team: d.team(), Name: company.To(d.id("name"))}
	case 6:
		return company.TransferOwnership{From: "ann", To: d.user()}
	}
	return company.EditUser{User: d.user(), Name: company.To(d.id("name"))}
}

// roles returns the roles of a catalog with one more that sees nothing, or with one
// whose holders see their teams' data only, or another way round.
func (d *drawing) roles() []role.Role {
	all := role.CompanyCatalog().Roles()
	blind := role.Role{Name: "blind", Scope: role.AllData, Capabilities: []role.Action{role.CreateReport}}
	for i, r := range all {
		if r.Name == "user" && d.IntN(2) == 0 {
			all[i].Scope = role.ByTeams
		}
		if r.Name == "admin" {
			all[i].Capabilities = append(r.Capabilities, role.TransferOwner)
		}
		if r.Name == "viewer" && d.IntN(2) == 0 {
			all[i].Capabilities = nil
		}
	}
	return append(all, blind)
}

func (d *drawing) id(prefix string) string {
	d.n++
	return prefix + strconv.Itoa(d.n)
}

func (d *drawing) user() team.UserID { return pick(d, d.users) }
func (d *drawing) role() role.Name {
	return pick(d, []role.Name{"team-member", "team-member", "viewer", "viewer", "user", "admin", "blind"})
}
func (d *drawing) land() string { return pick(d, []string{"US", "DE", "UK"}) }
func (d *drawing) account() datagroup.AccountID {
	return datagroup.AccountID(pick(d, accountPool))
}

func (d *drawing) filter() string {
	return pick(d, []string{"everything", "country = 'US'", "country = 'DE'", "country != 'US'", "country is missing", "id = 'us-1'", "source = 'google'", "country in ('US', 'UK')", "nothing"})
}

func (d *drawing) team() team.ID {
	ids := []team.ID{"none"}
	for x := range d.company.Policy().Directory().Teams() {
		ids = append(ids, x.ID)
	}
	slices.Sort(ids)
	return pick(d, ids)
}

func (d *drawing) group() datagroup.ID {
	ids := []datagroup.ID{"none"}
	for x := range d.company.Policy().Directory().Groups() {
		ids = append(ids, x.ID)
	}
	slices.Sort(ids)
	return pick(d, ids)
}

// end returns an end that is to come, or none. Some lie between two microseconds.
func (d *drawing) end() time.Time {
	if d.IntN(2) == 0 {
		return time.Time{}
	}
	return d.now.Add(time.Duration(1+d.IntN(6))*time.Hour + time.Duration(d.IntN(3))*300)
}

func (d *drawing) optionalEnd() company.Optional[time.Time] {
	if end := d.end(); !end.IsZero() {
		return company.To(end)
	}
	return company.None[time.Time]()
}

func pick[T any](d *drawing, all []T) T { return all[d.IntN(len(all))] }
