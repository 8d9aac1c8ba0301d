package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Kind is what sort of right a [Right] is.
type Kind uint8

// The kinds of rights, in the order in which a subject's rights are listed.
const (
	// RoleActions: the role of the user lets them take Actions at Resources. At
	// accounts that the user reaches through a team, such as those of a new user,
	// Route has the team and the data group as well.
	RoleActions Kind = iota + 1
	// AccountReach: the user reaches the accounts in Resources, and may take
	// Actions there.
	AccountReach
	// ReportLevel: the user has Level at the reports in Resources.
	ReportLevel
	// LinkRevocation: the user may revoke the share links in Resources.
	LinkRevocation
	// TeamSession: the user may act in the team of Subject at all. What they may
	// do there is not listed again.
	TeamSession
	// LinkUse: the holder of the share link may take the one action at the one
	// resource that it is for.
	LinkUse
)

var kindNames = [...]string{"", "role-actions", "account-reach", "report-level", "link-revocation", "team-session", "link-use"}

// String returns the name in lower case with hyphens, as in "role-actions", and
// "" for anything that is not a kind.
func (k Kind) String() string {
	if int(k) >= len(kindNames) {
		return ""
	}
	return kindNames[k]
}

// Right is something that a subject may do under one policy and not under the
// other: at some resources, by one route, in one span of time. Its slices belong
// to the caller.
type Right struct {
	Kind Kind
	// Subject is who has the right: a user, a user in a session, or the holder of
	// a share link. What users have at company level, they have in their sessions
	// as well, within what the team sees; it is not listed again.
	Subject access.Subject
	// Actions are sorted. They are nil for a ReportLevel and a TeamSession.
	Actions []access.Action
	// Resources are nil for a TeamSession. Of an account, what belongs to it is
	// included. A resource of a kind of the host's own that has no id stands for
	// all of that kind: in its account, if it names one. They are in byte order,
	// but roles in the order of the catalog.
	Resources []access.Resource
	// Level is that of a ReportLevel, 0 otherwise.
	Level access.Level
	Route Route
	// From is when the other policy stops allowing the same: the right lasts
	// longer than it does there. It is the zero time if the other policy never
	// allows it.
	From time.Time
	// Until is when the right ends, the zero time if it never does.
	Until time.Time
}

// Route is how access comes about. A field is zero if it plays no part.
type Route struct {
	Role  role.Name      // that holds the actions, or sees all accounts
	Team  team.ID        // that sees the account, or that the report is shared with
	Group datagroup.ID   // that Team has, and whose filter matches the account
	Level access.Level   // at the report that a link shows, which lets a user revoke the link
	Maker access.Subject // of the share link, in the scope it was made in
}

// String returns the right in one line of words, as in
//
//	tom sees account de-lab, us-lab until 2027-01-01T00:00:00Z (team lab, data group tests)
//
// It names at most ten resources and counts the others.
func (r Right) String() string {
	who, when := subjectText(r.Subject), spanText(r.From, r.Until)
	switch r.Kind {
	case RoleActions, LinkRevocation:
		return fmt.Sprintf("%s may %s at %s%s%s", who, join(r.Actions), resourcesText(r.Resources), when, r.Route.text())
	case AccountReach:
		verb := "reaches"
		if slices.Contains(r.Actions, access.ViewAccount) {
			verb = "sees"
		}
		return fmt.Sprintf("%s %s %s%s%s", who, verb, resourcesText(r.Resources), when, r.Route.text())
	case ReportLevel:
		return fmt.Sprintf("%s is %s of %s%s%s", who, r.Level, resourcesText(r.Resources), when, r.Route.text())
	case TeamSession:
		scope, _ := r.Subject.Team()
		return fmt.Sprintf("%s may act in team %s%s", name(r.Subject.User()), name(scope), when)
	case LinkUse:
		var of access.Resource
		if len(r.Resources) > 0 {
			of = r.Resources[0]
		}
		return fmt.Sprintf("%s may %s at %s%s, as %s", who, join(r.Actions), name(of.String()), when, subjectText(r.Route.Maker))
	}
	return "no right"
}

// text says in brackets by which role, team and data group, "" if by none.
func (r Route) text() string {
	var parts []string
	if r.Role != "" {
		parts = append(parts, "role "+name(r.Role))
	}
	if r.Team != "" {
		parts = append(parts, "team "+name(r.Team))
	}
	if r.Group != "" {
		parts = append(parts, "data group "+name(r.Group))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// compare orders the rights of one subject, and those of a user by scope:
// company level comes first.
func (r Right) compare(other Right) int {
	scope, _ := r.Subject.Team()
	otherScope, _ := other.Subject.Team()
	if c := cmp.Or(
		cmp.Compare(scope, otherScope),
		cmp.Compare(r.Kind, other.Kind),
		cmp.Compare(placeOf(r), placeOf(other)),
		slices.Compare(r.Actions, other.Actions),
	); c != 0 {
		return c
	}
	if c := slices.CompareFunc(r.Resources, other.Resources, func(a, b access.Resource) int { return cmp.Compare(a.String(), b.String()) }); c != 0 {
		return c
	}
	return cmp.Or(
		cmp.Compare(other.Level, r.Level),
		compareEnds(r.Until, other.Until),
		r.From.Compare(other.From),
		cmp.Compare(r.Route.text(), other.Route.text()),
	)
}

// placeOf returns the kind of the right's resources.
func placeOf(r Right) access.Kind {
	if len(r.Resources) == 0 {
		return ""
	}
	return r.Resources[0].Kind()
}

// compareEnds orders ends; the zero time, which never comes, is the last.
func compareEnds(a, b time.Time) int {
	switch {
	case later(a, b):
		return 1
	case later(b, a):
		return -1
	}
	return 0
}

// subjectText names a subject.
func subjectText(s access.Subject) string {
	if s.Link() != "" {
		return "link " + name(s.Link())
	}
	if scope, ok := s.Team(); ok {
		return fmt.Sprintf("%s in team %s", name(s.User()), name(scope))
	}
	return name(s.User())
}

// spanText says from when until when, as far as there is something to say.
func spanText(from, until time.Time) string {
	text := ""
	if !from.IsZero() {
		text = " from " + from.Format(time.RFC3339Nano)
	}
	if !until.IsZero() {
		text += " until " + until.Format(time.RFC3339Nano)
	}
	return text
}

// maxNames is how many resources the text of a right names.
const maxNames = 10

// resourcesText names resources of one kind, but not too many. The company has no
// id.
func resourcesText(resources []access.Resource) string {
	if len(resources) == 0 {
		return "nothing"
	}
	var b strings.Builder
	b.WriteString(kindText(resources[0]))
	if resources[0].ID() == "" && resources[0].Account() != "" {
		b.WriteString(" in account")
	}
	for i, r := range resources {
		if i == maxNames {
			fmt.Fprintf(&b, " and %d more", len(resources)-i)
			break
		}
		sep := ", "
		if i == 0 {
			sep = " "
		}
		if id := cmp.Or(r.ID(), string(r.Account())); id != "" {
			b.WriteString(sep + name(id))
		}
	}
	return b.String()
}

// kindText returns the word for the kind of a resource.
func kindText(r access.Resource) string {
	switch {
	case r.Kind() == access.KindGroup:
		return "data group"
	case r.ID() == "" && r.Kind() != access.KindCompany:
		return "every " + name(r.Kind())
	}
	return string(r.Kind())
}

func join(actions []access.Action) string {
	return strings.Join(mapped(actions, func(a access.Action) string { return string(a) }), ", ")
}

// mapped returns what a function returns for each.
func mapped[T, U any](all []T, f func(T) U) []U {
	list := make([]U, len(all))
	for i, x := range all {
		list[i] = f(x)
	}
	return list
}

// name writes an id as it is if it looks like one, and in quotes otherwise.
func name[S ~string](id S) string {
	for _, r := range string(id) {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-@+/:", r) {
			return strconv.Quote(string(id))
		}
	}
	return string(id)
}
