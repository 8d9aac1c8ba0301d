package console

import "github.com/ambit-authz/ambit/access"

// actionText says in words what an action lets somebody do, as it comes after
// "may". One of the host's own is its name.
func actionText(a access.Action) phrase {
	for _, known := range actionTexts() {
		if known.action == a {
			return known.text
		}
	}
	return named(string(a))
}

// actionWords are what an action lets somebody do.
type actionWords struct {
	action access.Action
	text   phrase
}

// actionTexts has the built-in actions, in the order in which the pages list
// them.
func actionTexts() []actionWords {
	return []actionWords{
		{access.ViewAccount, say("see accounts")},
		{access.CreateReport, say("make reports")},
		{access.ViewDirectory, say("read the lists of people, invitations, teams and data groups")},
		{access.InviteUser, say("invite people")},
		{access.EditUser, say("change names of people")},
		{access.SetUserRole, say("give people another role")},
		{access.GrantRole, say("grant roles")},
		{access.SetUserExpiry, say("set and lift ends of access")},
		{access.SuspendUser, say("suspend and reinstate people")},
		{access.RemoveUser, say("remove people")},
		{access.TransferOwner, say("hand their own role over")},
		{access.CreateTeam, say("make teams")},
		{access.EditTeam, say("edit teams")},
		{access.DeleteTeam, say("delete teams")},
		{access.SetTeamMembers, say("say who is in a team")},
		{access.SetTeamGroups, say("give data groups to teams")},
		{access.CreateGroup, say("make data groups")},
		{access.EditGroup, say("edit data groups")},
		{access.DeleteGroup, say("delete data groups")},
		{access.AddSource, say("connect accounts")},
		{access.EditSource, say("edit accounts")},
		{access.RemoveSource, say("disconnect accounts")},
		{access.ReadAudit, say("read the register, the history and the reasons of decisions")},
		{access.RunReview, say("run reviews")},
		{access.EditCompany, say("edit the company")},
		{access.CreateMetric, say("make metrics")},
		{access.EditMetric, say("edit metrics")},
		{access.CreateDimension, say("make dimensions")},
		{access.EditDimension, say("edit dimensions")},
		{access.CreateSegment, say("make segments")},
		{access.EditSegment, say("edit segments")},
		{access.SaveSegment, say("save segments")},
		{access.EditProject, say("edit the project")},
		{access.DeleteProject, say("delete the project")},
		{access.EditIntegration, say("edit integrations")},
		{access.ManageTokens, say("manage tokens of programs")},
		{access.ViewRecording, say("see recordings")},
		{access.ViewHeatmap, say("see heatmaps")},
		{access.ViewInsight, say("see insights")},
		{access.FilterSession, say("filter sessions")},
		{access.ShareSession, say("share what they see by a link")},
		{access.ViewReport, say("read the report")},
		{access.ExploreReport, say("explore the report")},
		{access.CommentReport, say("comment on the report")},
		{access.EditReport, say("edit the report")},
		{access.SetReport, say("rename the report and change its settings")},
		{access.UnshareReport, say("take the report back from people")},
		{access.DeleteReport, say("delete the report")},
		{access.ShareCreator, say("make others its creator")},
		{access.ShareEditor, say("share it for editing")},
		{access.ShareExplorer, say("share it for exploring")},
		{access.ShareViewer, say("share it for reading")},
		{access.RevokeLink, say("revoke share links")},
	}
}

// sortActions returns actions in the order in which the pages list them, those
// of the host's own last.
func sortActions(actions []access.Action) []phrase {
	holds := map[access.Action]bool{}
	for _, a := range actions {
		holds[a] = true
	}
	var out []phrase
	for _, known := range actionTexts() {
		if holds[known.action] {
			out = append(out, known.text)
			delete(holds, known.action)
		}
	}
	for _, a := range actions {
		if holds[a] {
			out = append(out, actionText(a))
		}
	}
	return out
}
