package role

import (
	"slices"
	"sync"
)

// CompanyCatalog returns the seven roles of a company that keeps its data in
// teams: admin, data-manager, user-manager, editor, user, team-member and
// viewer, in this order. Team members and viewers see their teams' data, the
// others all. Any role may be offered in an invitation; team-member is the
// default. There is always an admin.
//
// A data manager defines data groups but attaches them to no team; a user
// manager attaches but does not define. A user manager manages every role but
// admin, so that only an admin makes an admin. If you want it otherwise, add
// admin to that role's Manages and call [NewCatalog].
//
// Each call returns the same catalog.
func CompanyCatalog() *Catalog { return companyCatalog() }

var companyCatalog = sync.OnceValue(func() *Catalog { return build(companyRoles(), nil) })

// ProjectCatalog returns the three roles of a project with one owner: owner,
// admin and member, in this order. All of them see all data. An invitation
// offers admin or member, the default; the one owner changes only by
// [TransferOwner], which the owner alone holds. It declares three kinds, which
// belong to accounts: session, which links show, heatmap and insight.
//
// Each call returns the same catalog.
func ProjectCatalog() *Catalog { return projectCatalog() }

var projectCatalog = sync.OnceValue(func() *Catalog { return build(projectRoles(), projectKinds()) })

func companyRoles() []Role {
	var (
		view    = []Action{ViewAccount}
		report  = []Action{CreateReport}
		lists   = []Action{ViewDirectory}
		people  = []Action{InviteUser, EditUser, RemoveUser, SetUserRole, SuspendUser, SetUserExpiry, GrantRole}
		teams   = []Action{CreateTeam, EditTeam, DeleteTeam, SetTeamMembers, SetTeamGroups}
		groups  = []Action{CreateGroup, EditGroup, DeleteGroup}
		sources = []Action{AddSource, EditSource}
		remove  = []Action{RemoveSource}
		define  = []Action{CreateMetric, EditMetric, CreateDimension, EditDimension, CreateSegment, EditSegment}
		watch   = []Action{ReadAudit, RunReview}
		company = []Action{EditCompany}
	)
	return []Role{{
		Name: "admin", Title: "Admin",
		Summary:      "Does everything: users, teams, data groups, sources, definitions, audit and the company itself.",
		Capabilities: slices.Concat(view, report, lists, people, teams, groups, sources, remove, define, watch, company),
		Scope:        AllData,
		Manages:      []Name{"admin", "data-manager", "user-manager", "editor", "user", "team-member", "viewer"},
		Offered:      true, MinHolders: 1,
	}, {
		Name: "data-manager", Title: "Data manager",
		Summary:      "Connects and removes sources and defines data groups, without assigning them to teams.",
		Capabilities: slices.Concat(view, report, lists, groups, sources, remove),
		Scope:        AllData, Offered: true,
	}, {
		Name: "user-manager", Title: "User manager",
		Summary:      "Invites and manages all users but admins, runs teams and their data groups, and reviews access.",
		Capabilities: slices.Concat(view, report, lists, people, teams, watch),
		Scope:        AllData,
		Manages:      []Name{"data-manager", "user-manager", "editor", "user", "team-member", "viewer"},
		Offered:      true,
	}, {
		Name: "editor", Title: "Editor",
		Summary:      "Sees all data, connects sources, and defines metrics, dimensions and segments for everybody.",
		Capabilities: slices.Concat(view, report, sources, define),
		Scope:        AllData, Offered: true,
	}, {
		Name: "user", Title: "User",
		Summary:      "Sees all data and creates reports.",
		Capabilities: slices.Concat(view, report),
		Scope:        AllData, Offered: true,
	}, {
		Name: "team-member", Title: "Team member",
		Summary:      "Sees the data of their teams and creates reports.",
		Capabilities: slices.Concat(view, report),
		Scope:        ByTeams, Offered: true, Default: true,
	}, {
		Name: "viewer", Title: "Viewer",
		Summary:      "Sees the data of their teams, and the reports shared with them, without creating any.",
		Capabilities: slices.Concat(view),
		Scope:        ByTeams, Offered: true,
	}}
}

func projectRoles() []Role {
	var (
		use = []Action{ViewAccount, CreateReport, ViewRecording, ViewHeatmap, ViewInsight,
			FilterSession, ShareSession, SaveSegment}
		setup = []Action{EditProject, DeleteProject, EditIntegration, ManageTokens,
			AddSource, EditSource, RemoveSource}
		people = []Action{ViewDirectory, InviteUser, EditUser, RemoveUser, SetUserRole, SuspendUser, SetUserExpiry,
			GrantRole, ReadAudit, RunReview, EditCompany}
		transfer = []Action{TransferOwner}
	)
	return []Role{{
		Name: "owner", Title: "Owner",
		Summary:      "Answers for the project: does all an admin does, cannot be removed, and alone may hand the project over.",
		Capabilities: slices.Concat(use, setup, people, transfer),
		Scope:        AllData,
		Manages:      []Name{"admin", "member"},
		MinHolders:   1, MaxHolders: 1,
	}, {
		Name: "admin", Title: "Admin",
		Summary:      "Sets up the project and its sources, manages admins and members, and reviews access.",
		Capabilities: slices.Concat(use, setup, people),
		Scope:        AllData,
		Manages:      []Name{"admin", "member"},
		Offered:      true,
	}, {
		Name: "member", Title: "Member",
		Summary:      "Sees all data, recordings, heatmaps and insights, shares sessions, and creates reports and segments.",
		Capabilities: slices.Concat(use),
		Scope:        AllData, Offered: true, Default: true,
	}}
}

func projectKinds() []Kind {
	return []Kind{
		{Name: "heatmap", In: InAccount, Actions: []Action{ViewHeatmap}},
		{Name: "insight", In: InAccount, Actions: []Action{ViewInsight}},
		{Name: "session", In: InAccount, Actions: []Action{ViewRecording, FilterSession}, Link: ViewRecording},
	}
}
