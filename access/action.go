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
	InviteUser      = role.InviteUser
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

// askedOf says of which kinds each built-in action may be asked.
var askedOf = []struct {
	kinds   kindBit
	actions []Action
}{
	{atAccount | atItem, []Action{ViewAccount}},
	{atCompany | atItem | atCompanyItem, []Action{
		ViewRecording, ViewHeatmap, ViewInsight, FilterSession, ShareSession,
	}},
	{atCompany, []Action{
		InviteUser, CreateTeam, CreateGroup, AddSource, CreateReport,
		CreateMetric, EditMetric, CreateDimension, EditDimension, CreateSegment, EditSegment, SaveSegment,
		ReadAudit, RunReview, EditCompany, EditProject, DeleteProject, EditIntegration, ManageTokens,
	}},
	{atAccount, []Action{EditSource, RemoveSource}},
	{atUser, []Action{RemoveUser, SetUserRole, SuspendUser, SetUserExpiry, TransferOwner}},
	{atRole, []Action{GrantRole}},
	{atTeam, []Action{EditTeam, DeleteTeam, SetTeamMembers, SetTeamGroups}},
	{atGroup, []Action{EditGroup, DeleteGroup}},
	{atReport, []Action{
		ViewReport, ExploreReport, CommentReport, EditReport, SetReport, UnshareReport, DeleteReport,
		ShareCreator, ShareEditor, ShareExplorer, ShareViewer,
	}},
	{atLink, []Action{RevokeLink}},
}

// hostKinds are the kinds of which an action of the host's own may be asked.
const hostKinds = atCompany | atAccount | atReport | atItem | atCompanyItem
