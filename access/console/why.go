package console

import (
	"cmp"
	"net/url"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

func whyRoutes() []route {
	return []route{
		{Path: "/why", Menu: say("Why"), Under: oversightSection, Rights: readAudit, Show: showWhy},
		{Path: "/who", Rights: readAudit, Show: showWho},
	}
}

// whyPage is a question, with its answer and all that led to it.
type whyPage struct {
	User, Team, Action, Kind, ID, Account string // what is asked

	Actions []option
	Kinds   []option
	Asked   bool
	Error   phrase
	Answer  *whyAnswer
}

// whyAnswer is what Explain says, and who else may.
type whyAnswer struct {
	whoList
	Question []row
	Allowed  bool
	Decision string
	Meant    string
	Routes   []routeLine
	Remedies []remedyLine
	Maker    string
}

// routeLine is one way in which access might come about.
type routeLine struct {
	Text   phrase
	Open   bool
	Leaves []datagroup.Leaf // of a data group that does not match: each part of its filter
}

// remedyLine is a change that would help, with the form in which the reader may
// make it.
type remedyLine struct {
	Text  string
	Names phrase // what the things in it are called; none is nothing more
	By    phrase // who may make it
	Link  string // "" if they may not, or no form makes it
}

// memberLine is somebody in a list.
type memberLine struct{ ID, Name, Link string }

// showWhy answers any question, for those to whom everything may be explained.
func showWhy(v *visit) (*answer, error) {
	p := whyPage{
		User: v.asked("user"), Team: v.asked("team"), Action: v.asked("action"), Kind: v.asked("kind"), ID: v.asked("id"), Account: v.asked("account"),
		Asked: v.parameters().Has("action"),
	}
	p.Actions, p.Kinds = v.questions()
	if p.Asked {
		p.ask(v)
	} else { // what is asked most
		p.Action, p.Kind = cmp.Or(p.Action, string(access.ViewAccount)), cmp.Or(p.Kind, string(access.KindAccount))
	}
	return &answer{Template: "why.html", Title: say("Why somebody may or may not"), Data: p}, nil
}

// ask explains the question.
func (p *whyPage) ask(v *visit) {
	if p.User == "" || p.Action == "" || p.Kind == "" {
		p.Error = say("Say who, what, and at what kind of thing.")
		return
	}
	id := v.readUser(v.parameters(), "user")
	who := access.User(id)
	if p.Team != "" {
		who = access.Session(id, team.ID(p.Team))
	}
	_, about := v.askedAbout()
	e := v.policy.Explain(who, access.Action(p.Action), about)
	found := &whyAnswer{Allowed: e.Decision.Allowed, Decision: sentence(e.Decision.String()), Meant: e.Meant}
	found.Question = append([]row{v.asker(v.URL.Query())}, v.question(access.Action(p.Action), about)...)
	for _, r := range e.Routes {
		line := routeLine{Text: v.routeText(r), Open: r.Open}
		if !r.Open {
			line.Leaves = r.Leaves
		}
		found.Routes = append(found.Routes, line)
	}
	for _, r := range e.Remedies {
		found.Remedies = append(found.Remedies, v.remedyLine(r))
	}
	if e.Maker != nil {
		found.Maker = sentence(e.Maker.Decision.String())
	}
	found.whoList = v.whoMay(access.Action(p.Action), about)
	p.Answer = found
}

// routeText says in words what a way goes through, and why it is closed. What it
// lacks is told by the policy.
func (v *visit) routeText(r access.Route) phrase {
	in := v.nameAndID(access.Team(r.Team))
	var text phrase
	switch {
	case r.Reason == access.ReasonRole:
		text = say("role %s", v.nameAndID(access.Role(r.Role)))
	case r.Reason == access.ReasonGrant && r.Team == "":
		text = say("%s, shared directly", r.Level.String())
	case r.Reason == access.ReasonGrant:
		text = say("%s, through team %s", r.Level.String(), in)
	case r.Group == "":
		text = say("team %s", in)
	default:
		text = say("team %s, data group %s", in, v.nameAndID(access.Group(r.Group)))
	}
	text = with(text, until(r.Until))
	if r.Lacks != "" {
		text = say("%s: %s", text, r.Lacks)
	}
	return text
}

// remedyLine says what would help, with the names of what it names by ids, and who
// may do it.
func (v *visit) remedyLine(r access.Remedy) remedyLine {
	line := remedyLine{Text: sentence(r.Change), By: say("Nobody may do it."), Link: v.remedyLink(r)}
	var names []phrase
	for _, thing := range []access.Resource{r.Given, r.Resource} {
		if name := v.nameAndID(thing); len(name.args) == 2 {
			names = append(names, name)
		}
	}
	line.Names = joined(names)
	var by []string
	for _, id := range r.By[:min(len(r.By), mostNames)] {
		by = append(by, v.userName(id))
	}
	if len(by) > 0 {
		line.By = say("May do it: %s", namesText(by, len(r.By)))
	}
	return line
}

// remedyForms are the forms that make what would help, by what it asks of Decide:
// with the parameter that says of what, and the field for what is given.
var remedyForms = map[access.Action]struct{ form, of, given string }{
	access.SuspendUser:    {"user.reinstate", "user", ""},
	access.SetUserExpiry:  {"user.set-expiry", "user", ""},
	access.SetUserRole:    {"user.set-role", "user", "role"},
	access.SetTeamMembers: {"team.add-member", "team", "user"},
	access.SetTeamGroups:  {"team.attach-group", "team", "group"},
	access.CreateGroup:    {"datagroup.create", "", ""},
	access.EditSource:     {"source.edit", "account", ""},
	access.ShareViewer:    {"report.share", "report", "user"},
	access.ShareExplorer:  {"report.share", "report", "user"},
	access.ShareEditor:    {"report.share", "report", "user"},
	access.ShareCreator:   {"report.share", "report", "user"},
}

// remedyLink returns the link to the form in which the reader may make a change
// that would help, with what it gives filled in, or "" if there is none.
func (v *visit) remedyLink(r access.Remedy) string {
	known := remedyForms[r.Action]
	f := v.console.forms[known.form]
	if f == nil {
		return ""
	}
	in := url.Values{"do": {f.Name}}
	if known.of != "" {
		in.Set(known.of, r.Resource.ID())
	}
	if f.Offered(v, in) != nil || f.Fits != nil && !f.Fits(v, in) {
		return ""
	}
	if known.given != "" {
		in.Set(known.given, r.Given.ID())
	}
	for l := access.Viewer; l <= access.Creator; l++ {
		if r.Action == l.ShareAction() {
			in.Set("level", l.String())
		}
	}
	return v.console.address("/change", in)
}

// questions are the actions and kinds that can be asked about: those that
// somebody might be allowed, by a role of the company or by a level of a report.
func (v *visit) questions() (actions, kinds []option) {
	catalog := v.directory().Catalog()
	all := catalog.Actions()
	for _, known := range actionTexts() {
		if known.action.LevelOnly() && !slices.Contains(all, known.action) {
			all = append(all, known.action)
		}
	}
	slices.Sort(all)
	for _, known := range actionTexts() { // in the order of the pages, and then the host's own
		if i, ok := slices.BinarySearch(all, known.action); ok {
			all = slices.Delete(all, i, i+1)
			actions = append(actions, option{string(known.action), actionLabel(known.action), phrase{}})
		}
	}
	for _, a := range all {
		actions = append(actions, option{string(a), actionLabel(a), phrase{}})
	}
	builtIn := []access.Kind{access.KindCompany, access.KindAccount, access.KindUser, access.KindRole, access.KindTeam, access.KindGroup, access.KindReport, access.KindLink}
	for _, k := range builtIn {
		kinds = append(kinds, option{string(k), v.console.kindLabel(k), phrase{}})
	}
	for _, k := range catalog.Kinds() {
		if !slices.Contains(builtIn, access.Kind(k.Name)) {
			kinds = append(kinds, option{k.Name, named(k.Name), phrase{}})
		}
	}
	return actions, kinds
}
