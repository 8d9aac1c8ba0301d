package model

import "github.com/ambit-authz/ambit/access/company"

// ChangeType is what SPEC §7 says of a type of change, whatever it changes.
type ChangeType struct {
	Name       string // in the log
	reasoned   bool   // needs a reason
	systemOnly bool
	answers    bool // is made by the person invited
	invitation bool // is about an invitation
	link       bool
	review     bool
}

// TypeOf returns the type of a change.
func TypeOf(c company.Change) ChangeType {
	switch c.(type) {
	case company.AddUser:
		return ChangeType{Name: "user.add", reasoned: true, systemOnly: true}
	case company.SetRole:
		return ChangeType{Name: "user.set-role", reasoned: true}
	case company.RemoveUser:
		return ChangeType{Name: "user.remove", reasoned: true}
	case company.SuspendUser:
		return ChangeType{Name: "user.suspend", reasoned: true}
	case company.ReinstateUser:
		return ChangeType{Name: "user.reinstate", reasoned: true}
	case company.SetEnd:
		return ChangeType{Name: "user.set-expiry", reasoned: true}
	case company.TransferOwnership:
		return ChangeType{Name: "owner.transfer", reasoned: true}
	case company.EditUser:
		return ChangeType{Name: "user.edit", reasoned: true}
	case company.ChangeAddress:
		return ChangeType{Name: "user.change-address", reasoned: true}
	case company.NameCreator:
		return ChangeType{Name: "report.name-creator"}
	case company.CorrectClock:
		return ChangeType{Name: "clock.correct", systemOnly: true}
	case company.CreateTeam:
		return ChangeType{Name: "team.create"}
	case company.EditTeam:
		return ChangeType{Name: "team.edit"}
	case company.DeleteTeam:
		return ChangeType{Name: "team.delete"}
	case company.AddMember:
		return ChangeType{Name: "team.add-member", reasoned: true}
	case company.SetMemberEnd:
		return ChangeType{Name: "team.set-member-end", reasoned: true}
	case company.RemoveMember:
		return ChangeType{Name: "team.remove-member", reasoned: true}
	case company.AttachGroup:
		return ChangeType{Name: "team.attach-group"}
	case company.DetachGroup:
		return ChangeType{Name: "team.detach-group"}
	case company.CreateReport:
		return ChangeType{Name: "report.create"}
	case company.RenameReport:
		return ChangeType{Name: "report.set"}
	case company.DeleteReport:
		return ChangeType{Name: "report.delete"}
	case company.ShareReport:
		return ChangeType{Name: "report.share"}
	case company.UnshareReport:
		return ChangeType{Name: "report.unshare"}
	}
	return typeOfOther(c)
}

func typeOfOther(c company.Change) ChangeType {
	switch c.(type) {
	case company.CreateGroup:
		return ChangeType{Name: "datagroup.create"}
	case company.EditGroup:
		return ChangeType{Name: "datagroup.edit"}
	case company.DeleteGroup:
		return ChangeType{Name: "datagroup.delete"}
	case company.ConnectAccounts:
		return ChangeType{Name: "source.add"}
	case company.UpdateAccounts:
		return ChangeType{Name: "source.edit"}
	case company.DisconnectAccounts:
		return ChangeType{Name: "source.remove"}
	case company.DeclareAttribute:
		return ChangeType{Name: "attribute.declare"}
	case company.RetypeAttribute:
		return ChangeType{Name: "attribute.retype"}
	case company.DropAttribute:
		return ChangeType{Name: "attribute.drop"}
	case company.SetCompanyName:
		return ChangeType{Name: "company.set-name"}
	case company.SetLimits:
		return ChangeType{Name: "company.set-limits"}
	case company.ReplaceCatalog:
		return ChangeType{Name: "catalog.replace", systemOnly: true}
	case company.MakeLink:
		return ChangeType{Name: "link.make", link: true}
	case company.RevokeLink:
		return ChangeType{Name: "link.revoke", link: true}
	case company.Invite:
		return ChangeType{Name: "invitation.send", invitation: true, reasoned: true}
	case company.ResendInvitation:
		return ChangeType{Name: "invitation.resend", invitation: true, reasoned: true}
	case company.AmendInvitation:
		return ChangeType{Name: "invitation.amend", invitation: true, reasoned: true}
	case company.RevokeInvitation:
		return ChangeType{Name: "invitation.revoke", invitation: true, reasoned: true}
	case company.RecordDelivery:
		return ChangeType{Name: "invitation.delivered", invitation: true, systemOnly: true}
	case company.RedeliverInvitation:
		return ChangeType{Name: "invitation.redeliver", invitation: true, reasoned: true, systemOnly: true}
	case company.AcceptInvitation:
		return ChangeType{Name: "invitation.accept", invitation: true, answers: true}
	case company.DeclineInvitation:
		return ChangeType{Name: "invitation.decline", invitation: true, answers: true}
	case company.ScheduleReviews:
		return ChangeType{Name: "review.schedule", review: true}
	case company.OpenReview:
		return ChangeType{Name: "review.open", review: true}
	case company.DecideItem:
		return ChangeType{Name: "review.decide", review: true, reasoned: true}
	case company.CloseReview:
		return ChangeType{Name: "review.close", review: true}
	}
	panic("a type of change that the model does not know")
}

func needsReason(c company.Change) bool { return c != nil && TypeOf(c).reasoned }

// apply makes a change that is neither about invitations nor about links,
// unless it is refused.
func (p *proposal) apply(c company.Change) (company.Change, string) {
	switch c := c.(type) {
	case company.AddUser:
		return p.addUser(c)
	case company.SetRole:
		return p.setRole(c)
	case company.RemoveUser:
		return p.removeUser(c)
	case company.SuspendUser:
		return c, p.suspendUser(c)
	case company.ReinstateUser:
		return c, p.reinstateUser(c)
	case company.SetEnd:
		return p.setEnd(c)
	case company.TransferOwnership:
		return p.transferOwnership(c)
	case company.EditUser:
		return p.editUser(c)
	case company.ChangeAddress:
		return p.changeAddress(c)
	case company.NameCreator:
		return p.nameCreator(c)
	case company.CorrectClock:
		return p.correctClock(c)
	case company.CreateTeam:
		return p.createTeam(c)
	case company.EditTeam:
		return p.editTeam(c)
	case company.DeleteTeam:
		return p.deleteTeam(c)
	case company.AddMember:
		return p.addMember(c)
	case company.SetMemberEnd:
		return p.setMemberEnd(c)
	case company.RemoveMember:
		return p.removeMember(c)
	case company.AttachGroup:
		return p.attachGroup(c)
	case company.DetachGroup:
		return p.detachGroup(c)
	case company.CreateReport:
		return p.createReport(c)
	case company.RenameReport:
		return p.renameReport(c)
	case company.DeleteReport:
		return p.deleteReport(c)
	case company.ShareReport:
		return p.shareReport(c)
	case company.UnshareReport:
		return p.unshareReport(c)
	}
	return p.applyToData(c)
}

func (p *proposal) applyToData(c company.Change) (company.Change, string) {
	switch c := c.(type) {
	case company.CreateGroup:
		return p.createGroup(c)
	case company.EditGroup:
		return p.editGroup(c)
	case company.DeleteGroup:
		return p.deleteGroup(c)
	case company.ConnectAccounts:
		return p.connectAccounts(c)
	case company.UpdateAccounts:
		return p.updateAccounts(c)
	case company.DisconnectAccounts:
		return p.disconnectAccounts(c)
	case company.DeclareAttribute:
		return c, p.declareAttribute(c)
	case company.RetypeAttribute:
		return p.retypeAttribute(c)
	case company.DropAttribute:
		return p.dropAttribute(c)
	case company.SetCompanyName:
		return c, p.setCompanyName(c)
	case company.SetLimits:
		return p.setLimits(c)
	case company.ReplaceCatalog:
		return p.replaceCatalog(c)
	}
	panic("a type of change that the model does not know")
}
