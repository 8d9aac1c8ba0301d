package access

import "github.com/ambit-authz/ambit/role"

// Action names something a subject may ask to do. It is [role.Action].
type Action = role.Action

// The built-in actions that roles hold. Each is the constant of the same name
// in package role, which says what it means; they are repeated here so that a
// host needs one import.
const (
	ViewAccount     = role.ViewAccount
	CreateReport    = role.CreateReport
	ViewDirectory   = role.ViewDirectory
	InviteUser      = role.InviteUser
	EditUser        = role.EditUser
	RemoveUser      = role.RemoveUser
	SetUserRole     = role.SetUserRole
	SuspendUser     = role.SuspendUser
	SetUserExpiry   = role.SetUserExpiry
	GrantRole       = role.GrantRole
	CreateTeam      = role.CreateTeam
	EditTeam        = role.EditTeam
	DeleteTeam      = role.DeleteTeam
	SetTeamMembers  = role.SetTeamMembers
	SetTeamGroups   = role.SetTeamGroups
	CreateGroup     = role.CreateGroup
	EditGroup       = role.EditGroup
	DeleteGroup     = role.DeleteGroup
	AddSource       = role.AddSource
	EditSource      = role.EditSource
	RemoveSource    = role.RemoveSource
	CreateMetric    = role.CreateMetric
	EditMetric      = role.EditMetric
	CreateDimension = role.CreateDimension
	EditDimension   = role.EditDimension
	CreateSegment   = role.CreateSegment
	EditSegment     = role.EditSegment
	SaveSegment     = role.SaveSegment
	ReadAudit       = role.ReadAudit
	RunReview       = role.RunReview
	EditCompany     = role.EditCompany
	EditProject     = role.EditProject
	DeleteProject   = role.DeleteProject
	EditIntegration = role.EditIntegration
	ManageTokens    = role.ManageTokens
	TransferOwner   = role.TransferOwner
	ViewRecording   = role.ViewRecording
	ViewHeatmap     = role.ViewHeatmap
	ViewInsight     = role.ViewInsight
	FilterSession   = role.FilterSession
	ShareSession    = role.ShareSession
)

// The built-in actions that no role holds: those that come with a level at a
// report, and RevokeLink, which is for the maker of the link, the creators of
// the report it shows, and anyone who may remove its maker.
const (
	ViewReport    = role.ViewReport
	ExploreReport = role.ExploreReport
	CommentReport = role.CommentReport
	EditReport    = role.EditReport
	SetReport     = role.SetReport
	UnshareReport = role.UnshareReport
	DeleteReport  = role.DeleteReport
	ShareCreator  = role.ShareCreator
	ShareEditor   = role.ShareEditor
	ShareExplorer = role.ShareExplorer
	ShareViewer   = role.ShareViewer
	RevokeLink    = role.RevokeLink
)

// builtIn says which built-in actions may be asked of each built-in kind. A
// catalog lists more at the company, at accounts and at reports.
var builtIn = []struct {
	family  family
	kind    Kind
	actions []Action
}{
	{atCompany, KindCompany, []Action{
		ViewDirectory, InviteUser, CreateTeam, CreateGroup, AddSource, CreateReport,
		CreateMetric, EditMetric, CreateDimension, EditDimension, CreateSegment, EditSegment, SaveSegment,
		ReadAudit, RunReview, EditCompany, EditProject, DeleteProject, EditIntegration, ManageTokens,
	}},
	{atAccount, KindAccount, []Action{ViewAccount, EditSource, RemoveSource}},
	{atUser, KindUser, []Action{EditUser, RemoveUser, SetUserRole, SuspendUser, SetUserExpiry, TransferOwner}},
	{atRole, KindRole, []Action{GrantRole}},
	{atTeam, KindTeam, []Action{EditTeam, DeleteTeam, SetTeamMembers, SetTeamGroups}},
	{atGroup, KindGroup, []Action{EditGroup, DeleteGroup}},
	{atReport, KindReport, []Action{
		ViewReport, ExploreReport, CommentReport, EditReport, SetReport, UnshareReport, DeleteReport,
		ShareCreator, ShareEditor, ShareExplorer, ShareViewer,
	}},
	{atLink, KindLink, []Action{RevokeLink}},
}
