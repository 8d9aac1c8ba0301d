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
	return []route{{Path: "/why", Menu: say("Why"), Under: oversightSection, Rights: []access.Action{access.ReadAudit}, Show: showWhy}}
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
	Allowed  bool
	Decision string
	Meant    string
	Routes   []routeLine
	Remedies []remedyLine
	Maker    string
	Who      []memberLine
	Others   int // who may and are not listed
}

// routeLine is one way in which access might come about.
type routeLine struct {
	Text   string
	Open   bool
	Leaves []datagroup.Leaf // of a data group that does not match: each part of its filter
}

// remedyLine is a change that would help, with the form in which the reader may
// make it.
type remedyLine struct {
	Text string
	Link string // "" if they may not, or no form makes it
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
	account := p.Account
	if p.Kind == string(access.KindAccount) {
		account = p.ID
	}
	about := access.Kind(p.Kind).Resource(p.ID, account)
	e := v.policy.Explain(who, access.Action(p.Action), about)
	found := &whyAnswer{Allowed: e.Decision.Allowed, Decision: sentence(e.Decision.String()), Meant: e.Meant}
	for _, r := range e.Routes {
		line := routeLine{Text: r.String(), Open: r.Open}
		if !r.Open {
			line.Leaves = r.Leaves
		}
		found.Routes = append(found.Routes, line)
	}
	for _, r := range e.Remedies {
		found.Remedies = append(found.Remedies, remedyLine{sentence(r.String()), v.remedyLink(r)})
	}
	if e.Maker != nil {
		found.Maker = sentence(e.Maker.Decision.String())
	}
	found.Who, found.Others = v.whoMay(access.Action(p.Action), about)
	p.Answer = found
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

// listedWho is how many of those who may are named.
const listedWho = 20

// whoMay returns the first who may take an action, and how many more.
func (v *visit) whoMay(action access.Action, about access.Resource) (first []memberLine, others int) {
	users := v.policy.Who(action, about)
	var page smallest[team.UserID]
	for id := range users.All() {
		page.add(string(id), id)
	}
	for _, id := range page.values()[:min(listedWho, users.Len())] {
		line := memberLine{ID: string(id), Name: v.userName(id)}
		if v.mayRead(readDirectory) {
			line.Link = v.link("/person", "id", string(id))
		}
		first = append(first, line)
	}
	return first, users.Len() - len(first)
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
	for _, a := range all {
		actions = append(actions, option{string(a), named(string(a)), phrase{}})
	}
	for _, k := range []access.Kind{access.KindCompany, access.KindAccount, access.KindUser, access.KindRole, access.KindTeam, access.KindGroup, access.KindReport, access.KindLink} {
		kinds = append(kinds, option{string(k), named(string(k)), phrase{}})
	}
	for _, k := range catalog.Kinds() {
		if !slices.ContainsFunc(kinds, func(o option) bool { return o.Value == k.Name }) {
			kinds = append(kinds, option{k.Name, named(k.Name), phrase{}})
		}
	}
	return actions, kinds
}
