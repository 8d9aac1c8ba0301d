package role

import "slices"

// Action names something a subject may ask to do, such as "team.edit". It is
// also the unit of capability: a role lists the actions its holders may take.
//
// A valid action is 1 to 64 bytes of ASCII letters, digits and ". - _ :",
// beginning with a letter. Actions are equal when their bytes are; nothing in
// a name is interpreted, and the dot is only a convention.
type Action string

// The built-in actions a role may hold. The comments name the resource each
// is asked of.
const (
	ViewAccount  Action = "account.view"  // an account: see its data
	CreateReport Action = "report.create" // the company

	ViewDirectory Action = "directory.view"  // the company: the lists of users, invitations, teams and data groups
	InviteUser    Action = "user.invite"     // the company
	EditUser      Action = "user.edit"       // a user: their name
	RemoveUser    Action = "user.remove"     // a user
	SetUserRole   Action = "user.set-role"   // a user; the new role is asked with GrantRole
	SuspendUser   Action = "user.suspend"    // a user; also to reinstate
	SetUserExpiry Action = "user.set-expiry" // a user
	GrantRole     Action = "role.grant"      // a role, which the actor's must manage

	CreateTeam     Action = "team.create"         // the company
	EditTeam       Action = "team.edit"           // a team: name and description
	DeleteTeam     Action = "team.delete"         // a team
	SetTeamMembers Action = "team.set-members"    // a team
	SetTeamGroups  Action = "team.set-datagroups" // a team: attach and detach data groups

	CreateGroup Action = "datagroup.create" // the company
	EditGroup   Action = "datagroup.edit"   // a data group
	DeleteGroup Action = "datagroup.delete" // a data group

	AddSource    Action = "source.add"    // the company: connect accounts, declare attributes
	EditSource   Action = "source.edit"   // an account
	RemoveSource Action = "source.remove" // an account

	// Definitions shared by all reports, asked of the company.
	CreateMetric    Action = "metric.create"
	EditMetric      Action = "metric.edit"
	CreateDimension Action = "dimension.create"
	EditDimension   Action = "dimension.edit"
	CreateSegment   Action = "segment.create"
	EditSegment     Action = "segment.edit"
	SaveSegment     Action = "segment.save"

	ReadAudit       Action = "audit.read"       // the company: log, register, full reasons
	RunReview       Action = "review.run"       // the company: access reviews
	EditCompany     Action = "company.edit"     // the company: name and limits
	EditProject     Action = "project.edit"     // the company
	DeleteProject   Action = "project.delete"   // the company
	EditIntegration Action = "integration.edit" // the company
	ManageTokens    Action = "token.manage"     // the company: tokens of programs
	TransferOwner   Action = "owner.transfer"   // the user who is to be the owner

	// Viewing actions, asked of the kinds that list them.
	ViewRecording Action = "recording.view"
	ViewHeatmap   Action = "heatmap.view"
	ViewInsight   Action = "insight.view"
	FilterSession Action = "session.filter"

	ShareSession Action = "session.share" // anything whose kind has a link action: make a link to it
)

// The built-in actions that no role may hold. Those of a report come with a
// level at that report; RevokeLink is for the people the link concerns. See
// [Action.LevelOnly].
const (
	ViewReport    Action = "report.view"
	ExploreReport Action = "report.explore"
	CommentReport Action = "report.comment"
	EditReport    Action = "report.edit" // tabs and widgets
	SetReport     Action = "report.set"  // name and settings
	UnshareReport Action = "report.unshare"
	DeleteReport  Action = "report.delete"
	ShareCreator  Action = "report.share-creator" // share at the level creator; so for the next three
	ShareEditor   Action = "report.share-editor"
	ShareExplorer Action = "report.share-explorer"
	ShareViewer   Action = "report.share-viewer"
	RevokeLink    Action = "link.revoke"
)

// BuiltIn returns every action this package declares, in byte order, for tools
// and tests that try all of them. The slice is the caller's.
func BuiltIn() []Action {
	all := []Action{
		ViewAccount, CreateReport,
		ViewDirectory, InviteUser, EditUser, RemoveUser, SetUserRole, SuspendUser, SetUserExpiry, GrantRole,
		CreateTeam, EditTeam, DeleteTeam, SetTeamMembers, SetTeamGroups,
		CreateGroup, EditGroup, DeleteGroup,
		AddSource, EditSource, RemoveSource,
		CreateMetric, EditMetric, CreateDimension, EditDimension,
		CreateSegment, EditSegment, SaveSegment,
		ReadAudit, RunReview, EditCompany, EditProject, DeleteProject,
		EditIntegration, ManageTokens, TransferOwner,
		ViewRecording, ViewHeatmap, ViewInsight, FilterSession, ShareSession,
		ViewReport, ExploreReport, CommentReport, EditReport, SetReport,
		UnshareReport, DeleteReport,
		ShareCreator, ShareEditor, ShareExplorer, ShareViewer, RevokeLink,
	}
	slices.Sort(all)
	return all
}

// LevelOnly reports whether a is one of the twelve actions that no role may
// hold: the eleven that come with a level at a report, and [RevokeLink]. A role
// that held them would open every report to its holders, and reports are shared
// person by person and team by team.
//
// False does not make a a valid or a known action.
func (a Action) LevelOnly() bool {
	switch a {
	case ViewReport, ExploreReport, CommentReport, EditReport, SetReport,
		UnshareReport, DeleteReport,
		ShareCreator, ShareEditor, ShareExplorer, ShareViewer, RevokeLink:
		return true
	}
	return false
}

// viewing reports whether a is one of the built-in actions that kinds list.
func (a Action) viewing() bool {
	switch a {
	case ViewRecording, ViewHeatmap, ViewInsight, FilterSession:
		return true
	}
	return false
}

// builtIn reports whether this package declares a.
func (a Action) builtIn() bool {
	_, ok := builtInActions[a]
	return ok
}

var builtInActions = func() map[Action]struct{} {
	all := make(map[Action]struct{})
	for _, a := range BuiltIn() {
		all[a] = struct{}{}
	}
	return all
}()

// needsAllData reports whether holding a lets its holder decide who sees which
// accounts. In the hands of a role that sees only its teams' data, each of
// these would be a way to widen one's own.
func (a Action) needsAllData() bool {
	switch a {
	case TransferOwner, SetTeamMembers, SetTeamGroups, CreateGroup, EditGroup, AddSource, EditSource:
		return true
	}
	return false
}

// validName reports whether s is well-formed as an action or a role name. The
// alphabet is narrow on purpose: no name can pass for a pattern, and none needs
// quoting in a log line, a CSV cell or a URL path.
func validName(s string) bool {
	if s == "" || len(s) > maxName || !isLetter(s[0]) {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case isLetter(c), '0' <= c && c <= '9', c == '.', c == '-', c == '_', c == ':':
		default:
			return false
		}
	}
	return true
}

func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
