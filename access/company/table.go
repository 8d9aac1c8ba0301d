package company

import (
	"maps"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// table has a row for every type of change: its name in the log, what is
// required of who makes it, what it asks Decide, its targets, and what it reads.
// That a row asks nothing of a user whose change it may be means that the guard
// of invitations asks. What it reads is its first target, unless it says more.
var table = []row{
	of("company.found", systemOnly, func(founded) about { return concerns(access.Company()).reading(nothing) }),
	of("company.found-part", systemOnly, func(foundedPart) about { return concerns(access.Company()).reading(nothing) }),
	of("company.set-name", 0, func(SetCompanyName) about { return asks(access.EditCompany, access.Company()) }),
	of("company.set-limits", 0, func(SetLimits) about { return asks(access.EditCompany, access.Company()) }),
	of("catalog.replace", systemOnly, func(ReplaceCatalog) about { return concerns(access.Company()) }),
	of("clock.correct", systemOnly, func(CorrectClock) about { return concerns(access.Company()).reading(nothing) }),
	of("owner.transfer", needsReason, func(c TransferOwnership) about {
		return asks(access.TransferOwner, user(c.To)).and(user(c.From)).reading(each)
	}),

	of("user.add", needsReason|systemOnly, func(c AddUser) about { return concerns(user(c.User)) }),
	of("user.edit", needsReason, func(c EditUser) about { return asks(access.EditUser, user(c.User)).orOwn(c.User) }),
	of("user.change-address", needsReason|systemOnly, func(c ChangeAddress) about { return concerns(user(c.User)).orOwn(c.User) }),
	of("user.set-role", needsReason, func(c SetRole) about {
		return asks(access.SetUserRole, user(c.User)).ask(access.GrantRole, access.Role(c.Role))
	}),
	of("user.suspend", needsReason, func(c SuspendUser) about { return asks(access.SuspendUser, user(c.User)) }),
	of("user.reinstate", needsReason, func(c ReinstateUser) about { return asks(access.SuspendUser, user(c.User)) }),
	of("user.set-expiry", needsReason, func(c SetEnd) about { return asks(access.SetUserExpiry, user(c.User)) }),
	of("user.remove", needsReason, func(c RemoveUser) about {
		return asks(access.RemoveUser, user(c.User)).and(users(c.Successor, c.TakeOver)...).
			and(resources(access.Report, c.HandedOver.First)...).reading(deletion)
	}),

	of("team.create", 0, func(c CreateTeam) about { return creates(access.CreateTeam, access.Team(c.Team)) }),
	of("team.edit", 0, func(c EditTeam) about { return asks(access.EditTeam, access.Team(c.Team)) }),
	of("team.delete", 0, func(c DeleteTeam) about { return asks(access.DeleteTeam, access.Team(c.Team)).reading(deletion) }),
	of("team.add-member", needsReason, func(c AddMember) about {
		return asks(access.SetTeamMembers, access.Team(c.Team)).and(user(c.User)).reading(pair)
	}),
	of("team.set-member-end", needsReason, func(c SetMemberEnd) about {
		return asks(access.SetTeamMembers, access.Team(c.Team)).and(user(c.User)).reading(pair)
	}),
	of("team.remove-member", needsReason, func(c RemoveMember) about {
		return asks(access.SetTeamMembers, access.Team(c.Team)).and(user(c.User)).reading(pair)
	}),
	of("team.attach-group", 0, func(c AttachGroup) about {
		return asks(access.SetTeamGroups, access.Team(c.Team)).and(access.Group(c.Group)).reading(pair).seeing(access.Group(c.Group))
	}),
	of("team.detach-group", 0, func(c DetachGroup) about {
		return asks(access.SetTeamGroups, access.Team(c.Team)).and(access.Group(c.Group)).reading(pair)
	}),

	of("datagroup.create", 0, func(c CreateGroup) about { return creates(access.CreateGroup, access.Group(c.Group)) }),
	of("datagroup.edit", 0, func(c EditGroup) about { return asks(access.EditGroup, access.Group(c.Group)) }),
	of("datagroup.delete", 0, func(c DeleteGroup) about {
		return asks(access.DeleteGroup, access.Group(c.Group)).and(resources(access.Team, c.Teams.First)...).reading(deletion)
	}),

	of("source.add", 0, func(c ConnectAccounts) about {
		return concerns(accounts(entryIDs(c.Accounts))...).ask(access.AddSource, access.Company()).
			reading(each).touching(attributesOf(c.Accounts)...)
	}),
	of("source.edit", 0, func(c UpdateAccounts) about {
		return asksEach(access.EditSource, accounts(editIDs(c.Accounts))).touching(editedAttributes(c.Accounts)...)
	}),
	of("source.remove", 0, func(c DisconnectAccounts) about { return asksEach(access.RemoveSource, accounts(c.Accounts)) }),
	of("attribute.declare", 0, func(c DeclareAttribute) about { return creates(access.AddSource, attribute(c.Attribute)) }),
	of("attribute.retype", 0, func(c RetypeAttribute) about { return creates(access.AddSource, attribute(c.Attribute)) }),
	of("attribute.drop", 0, func(c DropAttribute) about {
		return creates(access.AddSource, attribute(c.Attribute)).reading(deletion)
	}),

	of("report.create", 0, func(c CreateReport) about {
		return creates(access.CreateReport, access.Report(c.Report)).touching(user(c.Creator))
	}),
	of("report.set", 0, func(c RenameReport) about { return asks(access.SetReport, access.Report(c.Report)) }),
	of("report.name-creator", 0, func(c NameCreator) about {
		return concerns(access.Report(c.Report), user(c.User)).hold(access.RemoveUser).reading(pair)
	}),
	of("report.delete", 0, func(c DeleteReport) about {
		return asks(access.DeleteReport, access.Report(c.Report)).reading(deletion)
	}),
	of("report.share", 0, func(c ShareReport) about {
		return asks(c.Level.ShareAction(), access.Report(c.Report)).and(users(c.User)...).and(teams(c.Team)...).reading(pair)
	}),
	of("report.unshare", 0, func(c UnshareReport) about {
		return asks(access.UnshareReport, access.Report(c.Report)).and(users(c.User)...).and(teams(c.Team)...).reading(pair).orOwn(c.own())
	}),
	of("link.make", 0, func(c MakeLink) about {
		return c.questions(concerns(access.Link(c.Link), c.Resource, user(c.Maker))).touching(c.Resource, user(c.Maker)).touching(teams(c.Session)...)
	}),
	of("link.revoke", 0, func(c RevokeLink) about {
		return asks(access.RevokeLink, access.Link(c.Link)).and(c.Resource, user(c.Maker)).touching(c.Resource, user(c.Maker))
	}),

	of("invitation.send", needsReason, func(c Invite) about { return invited(c.Invitation, c.Terms.Role, c.Terms.Teams) }),
	of("invitation.resend", needsReason, func(c ResendInvitation) about { return invited(c.Invitation, "", nil) }),
	of("invitation.amend", needsReason, func(c AmendInvitation) about {
		r, _ := c.Role.Get()
		offered, _ := c.Teams.Get()
		return invited(c.Invitation, r, offered)
	}),
	of("invitation.revoke", needsReason, func(c RevokeInvitation) about { return invited(c.Invitation, "", nil) }),
	of("invitation.delivered", systemOnly, func(c RecordDelivery) about {
		return invited(c.Invitation, "", nil).reading(nothing) // it outdates nothing that anybody looked at
	}),
	of("invitation.redeliver", needsReason|systemOnly, func(c RedeliverInvitation) about { return invited(c.Invitation, "", nil) }),
	of("invitation.accept", inviteeOnly, func(c AcceptInvitation) about {
		return invited(c.Invitation, c.Role, c.Teams).and(user(c.User))
	}),
	of("invitation.decline", inviteeOnly, func(c DeclineInvitation) about { return invited(c.Invitation, "", nil) }),

	of("review.schedule", 0, func(ScheduleReviews) about { return asks(access.EditCompany, access.Company()) }),
	of("review.open", 0, func(c OpenReview) about { return creates(access.RunReview, reviewTarget(c.Review)) }),
	of("review.decide", needsReason, func(c DecideItem) about {
		return creates(access.RunReview, reviewTarget(c.Review)).and(rowTarget(c.Row)...).reading(item)
	}),
	of("review.close", 0, func(c CloseReview) about {
		return creates(access.RunReview, reviewTarget(c.Review)).reading(deletion)
	}),
}

// row is what is fixed about a type of change.
type row struct {
	name   string // in the log
	must   requirement
	zero   Change
	is     func(Change) bool // whether a change is of this type, and no pointer to it
	about  func(Change) about
	decode func([]byte) (Change, error)
}

// requirement is what is required of who makes a change. Without one, users and
// systems may make it, and need give no reason.
type requirement uint8

const (
	needsReason requirement = 1 << iota
	systemOnly              // or whose own it is
	inviteeOnly             // of the invitation that the change answers
)

// about is what a change asks, concerns and reads. The questions and what it
// reads depend on what the caller says alone, the rest on the outcomes, too.
type about struct {
	questions []question        // to Decide, as the actor
	targets   []access.Resource // for the log, in its order
	reads     reading
	sees      []access.Resource // what the change reads besides, and does not touch
	hangsOn   []access.Resource // what the change hangs something on, or takes it from
	own       team.UserID       // who may make the change without a question, if they are active
}

// question is a question to Decide, or to a part of it.
type question struct {
	action   access.Action
	resource access.Resource
	part     part
}

// part is how much of a question is asked.
type part uint8

const (
	allOfIt    part = iota
	activeOnly      // whether the actor is active, whatever the action
	heldOnly        // and whether they hold the action, which is one on users, wherever
)

// of makes a row.
func of[T Change](name string, must requirement, tell func(T) about) row {
	var zero T
	return row{
		name: name, must: must, zero: zero, decode: decode[T],
		is:    func(c Change) bool { _, ok := c.(T); return ok },
		about: func(c Change) about { return tell(c.(T)) },
	}
}

// concerns has targets and asks nothing.
func concerns(targets ...access.Resource) about { return about{targets: targets} }

// asks asks for an action at its target.
func asks(a access.Action, target access.Resource) about { return concerns(target).ask(a, target) }

// asksEach asks for an action at each of its targets.
func asksEach(a access.Action, targets []access.Resource) about {
	all := concerns(targets...).reading(each)
	for _, t := range targets {
		all = all.ask(a, t)
	}
	return all
}

// creates asks for an action at the company, as what it makes is not there yet, or
// is no thing of access.
func creates(a access.Action, target access.Resource) about {
	return concerns(target).ask(a, access.Company())
}

// invited concerns an invitation, and perhaps the role and teams it offers.
func invited(id invite.ID, r role.Name, offered []team.ID) about {
	all := concerns(invitation(id))
	if r != "" {
		all = all.and(access.Role(r))
	}
	return all.and(resources(access.Team, offered)...)
}

// ask asks one more question.
func (a about) ask(action access.Action, r access.Resource) about {
	a.questions = append(a.questions, question{action: action, resource: r})
	return a
}

// orOwn makes it the own change of a user: they are asked nothing, and need to be
// active only.
func (a about) orOwn(id team.UserID) about {
	a.own = id
	return a
}

// questionsTo returns what is asked if somebody makes the change.
func (a about) questionsTo(by Actor) []question {
	if by.user != "" && by.user == a.own {
		return []question{{part: activeOnly}}
	}
	return a.questions
}

// answer asks a question about a user.
func (q question) answer(p *access.Policy, id team.UserID) access.Decision {
	switch q.part {
	case activeOnly:
		return p.Active(access.User(id))
	case heldOnly:
		if u, _ := p.Directory().User(id); p.Directory().Catalog().Can(u.Role, q.action) {
			return p.Active(access.User(id))
		}
		q.resource = user(id) // denied there, as they do not hold it
	}
	return p.Decide(access.User(id), q.action, q.resource)
}

// hold asks whether the actor's role holds an action on users, whomever it may be
// asked at.
func (a about) hold(action access.Action) about {
	a.questions = append(a.questions, question{action: action, part: heldOnly})
	return a
}

// and concerns more targets.
func (a about) and(more ...access.Resource) about {
	a.targets = append(a.targets, more...)
	return a
}

// reading says what the change reads, if it is more or less than its first target.
func (a about) reading(r reading) about {
	a.reads = r
	return a
}

// seeing says what the change gives away as it is, without changing it.
func (a about) seeing(things ...access.Resource) about {
	a.sees = append(a.sees, things...)
	return a
}

// touching hangs something on resources, or takes it from them: a deletion of one
// reads it.
func (a about) touching(on ...access.Resource) about {
	a.hangsOn = append(a.hangsOn, on...)
	return a
}

func user(id team.UserID) access.Resource { return access.TargetUser(id) }

// users returns those users that are named.
func users(ids ...team.UserID) []access.Resource {
	return resources(user, slices.DeleteFunc(ids, func(id team.UserID) bool { return id == "" }))
}

// teams returns those teams that are named.
func teams(ids ...team.ID) []access.Resource {
	return resources(access.Team, slices.DeleteFunc(ids, func(id team.ID) bool { return id == "" }))
}

// accounts returns as many accounts as a batch may have: a longer one is
// refused, whatever is asked about the rest.
func accounts(ids []datagroup.AccountID) []access.Resource {
	return resources(access.Account, ids[:min(len(ids), maxAccounts)])
}

func invitation(id invite.ID) access.Resource { return access.Item(kindInvitation, id, "") }

// attributesOf returns the attributes that entries have values of.
func attributesOf(entries []document.Account) []access.Resource {
	names := make(map[string]bool)
	for _, e := range entries {
		for name := range e.Values {
			names[name] = true
		}
	}
	return resources(attribute, slices.Sorted(maps.Keys(names)))
}

// editedAttributes returns the attributes whose values are set or taken away.
func editedAttributes(edits []AccountEdit) []access.Resource {
	names := make(map[string]bool)
	for _, e := range edits {
		for name := range e.Values {
			names[name] = true
		}
		for _, name := range e.Clear {
			names[name] = true
		}
	}
	return resources(attribute, slices.Sorted(maps.Keys(names)))
}

// kindAttribute is the kind of an account attribute, as a target of an event has it.
const kindAttribute access.Kind = "attribute"

func attribute(name string) access.Resource { return access.Item(kindAttribute, name, "") }

func resources[ID ~string](resource func(ID) access.Resource, ids []ID) []access.Resource {
	all := make([]access.Resource, len(ids))
	for i, id := range ids {
		all[i] = resource(id)
	}
	return all
}

// rowOf returns the row of a change; nil if it is nil, a pointer, or of a type
// that is not in the table.
func rowOf(c Change) *row {
	i := slices.IndexFunc(table, func(r row) bool { return r.is(c) })
	if i < 0 {
		return nil
	}
	return &table[i]
}

// rowNamed returns the row of the type with a name; nil if there is none.
func rowNamed(name string) *row { return byName[name] }

var byName = func() map[string]*row {
	m := make(map[string]*row, len(table))
	for i := range table {
		m[table[i].name] = &table[i]
	}
	return m
}()

// ChangeTypes returns the zero value of every type of change that can be made, in
// byte order of their names in the log: with it, [Config.Systems] lets a system make
// all of them. [Founded] and [FoundedPart] are not among them, as only [Found]
// makes them.
func ChangeTypes() []Change {
	var all []Change
	for _, r := range sorted() {
		switch r.zero.(type) {
		case founded, foundedPart:
		default:
			all = append(all, r.zero)
		}
	}
	return all
}

// sorted returns the rows in byte order of their names.
func sorted() []row {
	return slices.SortedFunc(slices.Values(table), func(a, b row) int { return strings.Compare(a.name, b.name) })
}
