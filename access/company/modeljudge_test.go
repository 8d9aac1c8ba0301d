package company_test

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
)

// verdict is how the model answers: "" is yes, "denied self" a refusal by
// Decide with its reason, "ErrSelf" any other one by its name.
type verdict string

// judge is one change on its way through the model: by whom, when, and the
// state that the earlier ones left, which it alters.
type judge struct {
	*world
	at    time.Time
	actor string // "" for a system
	types []string
	asks  *access.Policy // the state when the change began
}

// request is one Do.
type request struct {
	user, system string // one of the two, or neither
	types        []string
	reason       string
	changes      []company.Change
}

// do judges a request. It returns the state after it, the changes as they are
// to be recorded, or the index of the first that is refused and why.
func (w *world) do(r request, at time.Time) (next *world, recorded []company.Change, index int, v verdict) {
	if r.user == "" && r.system == "" {
		return nil, nil, 0, "ErrNoActor"
	}
	if len(r.reason) > 500 || !utf8.ValidString(r.reason) {
		return nil, nil, 0, "ErrReason"
	}
	if len(r.changes) == 0 {
		return nil, nil, 0, "ErrNoChange"
	}
	reasoned := strings.TrimSpace(r.reason) != ""
	if !reasoned && slices.ContainsFunc(r.changes, func(c company.Change) bool { return c != nil && typeOf(c).reasoned }) {
		return nil, nil, 0, "ErrReason"
	}
	j := judge{world: w.clone(), at: at, actor: r.user, types: r.types}
	for i, c := range r.changes {
		c, v := j.change(c)
		if v != "" {
			return nil, nil, i, v
		}
		recorded = append(recorded, c)
	}
	return j.world, recorded, 0, ""
}

// change judges one change, and makes it if nothing forbids it.
func (j *judge) change(c company.Change) (company.Change, verdict) {
	if c == nil {
		return nil, "ErrInvalid"
	}
	t := typeOf(c)
	if v := firstOf(
		refuse(j.actor == "" && !slices.Contains(j.types, t.name), "ErrSystem"),
		refuse(j.actor != "" && t.systemOnly, "ErrSystemOnly"),
	); v != "" {
		return nil, v
	}
	j.asks = j.compile(j.at)
	before := j.clone()
	c, v := j.apply(c)
	if v == "" {
		v = j.invariants(before)
	}
	return c, v
}

// changeType is what is said of a type of change.
type changeType struct {
	name                 string
	reasoned, systemOnly bool
}

func typeOf(c company.Change) changeType {
	switch c.(type) {
	case company.AddMember:
		return changeType{"team.add-member", true, false}
	case company.AddUser:
		return changeType{"user.add", true, true}
	case company.AttachGroup:
		return changeType{"team.attach-group", false, false}
	case company.ConnectAccounts:
		return changeType{"source.add", false, false}
	case company.CreateGroup:
		return changeType{"datagroup.create", false, false}
	case company.CreateReport:
		return changeType{"report.create", false, false}
	case company.CreateTeam:
		return changeType{"team.create", false, false}
	case company.DeclareAttribute:
		return changeType{"attribute.declare", false, false}
	case company.DeleteGroup:
		return changeType{"datagroup.delete", false, false}
	case company.DeleteReport:
		return changeType{"report.delete", false, false}
	case company.DeleteTeam:
		return changeType{"team.delete", false, false}
	case company.DetachGroup:
		return changeType{"team.detach-group", false, false}
	case company.DisconnectAccounts:
		return changeType{"source.remove", false, false}
	case company.DropAttribute:
		return changeType{"attribute.drop", false, false}
	case company.EditGroup:
		return changeType{"datagroup.edit", false, false}
	case company.EditTeam:
		return changeType{"team.edit", false, false}
	}
	return typeOfOther(c)
}

func typeOfOther(c company.Change) changeType {
	switch c.(type) {
	case company.ReinstateUser:
		return changeType{"user.reinstate", true, false}
	case company.RemoveMember:
		return changeType{"team.remove-member", true, false}
	case company.RemoveUser:
		return changeType{"user.remove", true, false}
	case company.RenameReport:
		return changeType{"report.set", false, false}
	case company.ReplaceCatalog:
		return changeType{"catalog.replace", false, true}
	case company.RetypeAttribute:
		return changeType{"attribute.retype", false, false}
	case company.SetCompanyName:
		return changeType{"company.set-name", false, false}
	case company.SetEnd:
		return changeType{"user.set-expiry", true, false}
	case company.SetLimits:
		return changeType{"company.set-limits", false, false}
	case company.SetRole:
		return changeType{"user.set-role", true, false}
	case company.ShareReport:
		return changeType{"report.share", false, false}
	case company.SuspendUser:
		return changeType{"user.suspend", true, false}
	case company.TransferOwnership:
		return changeType{"owner.transfer", true, false}
	case company.UnshareReport:
		return changeType{"report.unshare", false, false}
	case company.UpdateAccounts:
		return changeType{"source.edit", false, false}
	}
	panic("a type of change the model does not know")
}

func (j *judge) apply(c company.Change) (company.Change, verdict) {
	switch c := c.(type) {
	case company.AddUser:
		return j.addUser(c)
	case company.SetRole:
		return j.setRole(c)
	case company.RemoveUser:
		return j.removeUser(c)
	case company.SuspendUser:
		return c, j.suspendUser(c)
	case company.ReinstateUser:
		return c, j.reinstateUser(c)
	case company.SetEnd:
		return j.setEnd(c)
	case company.TransferOwnership:
		return j.transferOwnership(c)
	case company.CreateTeam:
		return j.createTeam(c)
	case company.EditTeam:
		return c, j.editTeam(c)
	case company.DeleteTeam:
		return j.deleteTeam(c)
	case company.AddMember:
		return j.addMember(c)
	case company.RemoveMember:
		return c, j.removeMember(c)
	case company.AttachGroup:
		return j.attachGroup(c)
	case company.DetachGroup:
		return j.detachGroup(c)
	case company.CreateReport:
		return j.createReport(c)
	case company.RenameReport:
		return c, j.renameReport(c)
	case company.DeleteReport:
		return j.deleteReport(c)
	case company.ShareReport:
		return j.shareReport(c)
	case company.UnshareReport:
		return j.unshareReport(c)
	}
	return j.applySource(c)
}

func (j *judge) applySource(c company.Change) (company.Change, verdict) {
	switch c := c.(type) {
	case company.CreateGroup:
		return j.createGroup(c)
	case company.EditGroup:
		return j.editGroup(c)
	case company.DeleteGroup:
		return j.deleteGroup(c)
	case company.ConnectAccounts:
		return j.connectAccounts(c)
	case company.UpdateAccounts:
		return j.updateAccounts(c)
	case company.DisconnectAccounts:
		return j.disconnectAccounts(c)
	case company.DeclareAttribute:
		return c, j.declareAttribute(c)
	case company.RetypeAttribute:
		return c, j.retypeAttribute(c)
	case company.DropAttribute:
		return c, j.dropAttribute(c)
	case company.SetCompanyName:
		return c, j.setCompanyName(c)
	case company.SetLimits:
		return c, j.setLimits(c)
	case company.ReplaceCatalog:
		return c, j.replaceCatalog(c)
	}
	panic("a type of change the model does not know")
}

// ask is a question to Decide, which has a model of its own. Systems are not
// asked.
func (j *judge) ask(a access.Action, r access.Resource) verdict {
	if j.actor == "" {
		return ""
	}
	if d := j.asks.Decide(access.User(j.actor), a, r); !d.Allowed {
		return denial(d)
	}
	return ""
}

// beyond reports whether an end is later than the actor's own.
func (j *judge) beyond(until time.Time) bool {
	return j.actor != "" && outlasts(until, j.users[j.actor].until)
}

// invariants says what the change broke. What was broken before may stay so,
// but not get worse.
func (j *judge) invariants(before *world) verdict {
	for _, r := range j.roles {
		all, lasting := j.holders(string(r.Name))
		allBefore, lastingBefore := before.holders(string(r.Name))
		if old, ok := before.role(string(r.Name)); !ok || old.MinHolders != r.MinHolders || old.MaxHolders != r.MaxHolders {
			allBefore, lastingBefore = 0, r.MinHolders
		}
		if lasting < r.MinHolders && lasting < lastingBefore {
			return "ErrLastHolder"
		}
		if r.MaxHolders > 0 && all > r.MaxHolders && all > allBefore {
			return "ErrRoleFull"
		}
	}
	for id := range j.reports {
		if len(before.creators(id)) > 0 && len(j.creators(id)) == 0 {
			return "ErrLastCreator"
		}
	}
	if s := j.limits.Seats; s > 0 && len(j.users) > s && (len(j.users) > len(before.users) || s != before.limits.Seats) {
		return "ErrSeats"
	}
	return ""
}

// firstOf is the first refusal.
func firstOf(all ...verdict) verdict {
	for _, v := range all {
		if v != "" {
			return v
		}
	}
	return ""
}

func refuse(refused bool, v verdict) verdict {
	if refused {
		return v
	}
	return ""
}

// fresh is about the id of something new. Where none is given, Do finds one,
// and until that is known another has to do.
func fresh[ID ~string](j *judge, kind string, id *ID, exists bool) verdict {
	if *id == "" {
		*id = ID(fmt.Sprintf("chosen-%d", len(j.used)))
		return ""
	}
	return firstOf(refuse(exists, "ErrTaken"), refuse(j.used[kind+" "+string(*id)], "ErrReused"))
}
