package console

import (
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// suggestRoutes are for the script: what fits the beginning of what somebody
// types, where a list would be too long.
func suggestRoutes() []route {
	return []route{{Path: "/suggest", Rights: readDirectory, Show: suggest}}
}

// suggest answers with the things of a kind whose name or id has a text in it.
func suggest(v *visit) (*answer, error) {
	var found []option
	add := func(r access.Resource) {
		found = append(found, option{r.ID(), named(resourceName(v.directory(), r)), phrase{}})
	}
	find := v.asked("find")
	switch v.asked("of") {
	case "user":
		for _, u := range v.findUsers(find, "", func(team.User) bool { return true }) {
			add(access.TargetUser(u.ID))
		}
	case "team":
		for _, t := range v.findTeams(find, "") {
			add(access.Team(t.ID))
		}
	case "group":
		var page smallest[datagroup.ID]
		find = strings.ToLower(find)
		for g := range v.directory().Groups() {
			if contains(find, string(g.ID), g.Name) {
				page.add(string(g.ID), g.ID)
			}
		}
		for _, id := range page.values() {
			add(access.Group(id))
		}
	}
	return &answer{Template: "suggest.html", Title: say("Suggestions"), Data: found}, nil
}
