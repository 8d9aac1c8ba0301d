package access

import (
	"fmt"
	"strings"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/internal/strictjson"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
)

// Kind is what sort of thing a resource is: one of the constants here, or a
// name of the host's own.
type Kind string

// The built-in kinds.
const (
	KindCompany Kind = "company"
	KindAccount Kind = "account"
	KindUser    Kind = "user"
	KindRole    Kind = "role"
	KindTeam    Kind = "team"
	KindGroup   Kind = "group"
	KindReport  Kind = "report"
	KindLink    Kind = "link"
)

// ReportID names a report within a company. No id is used twice.
type ReportID string

// LinkID names a share link within a company. It is no secret, and knowing it
// is no proof of anything. No id is used twice.
type LinkID string

// Resource is what an action is asked of. It is comparable, and the zero
// Resource is denied to everybody.
type Resource struct {
	kind    Kind
	id      string
	account string
	company bool
}

// Company returns the company as a whole.
func Company() Resource { return Resource{kind: KindCompany} }

// Account returns an account: one unit of data.
func Account[ID ~string](id ID) Resource { return Resource{kind: KindAccount, id: string(id)} }

// TargetUser returns a user as what something is done to.
func TargetUser[ID ~string](id ID) Resource { return Resource{kind: KindUser, id: string(id)} }

// Role returns a role of the catalog, as something to be granted.
func Role[N ~string](name N) Resource { return Resource{kind: KindRole, id: string(name)} }

// Team returns a team.
func Team[ID ~string](id ID) Resource { return Resource{kind: KindTeam, id: string(id)} }

// Group returns a data group.
func Group[ID ~string](id ID) Resource { return Resource{kind: KindGroup, id: string(id)} }

// Report returns a report.
func Report[ID ~string](id ID) Resource { return Resource{kind: KindReport, id: string(id)} }

// Link returns a share link, as something to be revoked.
func Link[ID ~string](id ID) Resource { return Resource{kind: KindLink, id: string(id)} }

// Item returns something of the host's own kind that belongs to an account: a
// campaign, a budget, a row. It is within reach when the account is. An empty
// account denies, so that a column nobody filled in, or a path value nobody
// set, opens nothing. With a built-in kind the account must be empty, or for
// [KindAccount] the id once more.
func Item[I, A ~string](kind Kind, id I, account A) Resource {
	r := Resource{kind: kind, id: string(id), account: string(account)}
	if kind == KindAccount && r.account == r.id {
		r.account = ""
	}
	return r
}

// CompanyItem returns something of the host's own kind that belongs to the
// company as a whole: every active user whose role holds the action may take
// it there. It denies with a built-in kind.
func CompanyItem[I ~string](kind Kind, id I) Resource {
	return Resource{kind: kind, id: string(id), company: true}
}

// IsZero reports whether r names nothing.
func (r Resource) IsZero() bool { return r == Resource{} }

// Kind returns the kind of r, "" for the zero Resource.
func (r Resource) Kind() Kind { return r.kind }

// ID returns the id of r within its kind, "" for the company.
func (r Resource) ID() string { return r.id }

// Account returns the account that r is or belongs to, "" if there is none.
func (r Resource) Account() datagroup.AccountID {
	if r.kind == KindAccount {
		return datagroup.AccountID(r.id)
	}
	return datagroup.AccountID(r.account)
}

// CompanyWide reports whether r was made by [CompanyItem].
func (r Resource) CompanyWide() bool { return r.company }

const (
	inAccount = " in account:"
	inCompany = " in company"
)

// String returns "company", "report:q3", "campaign:c1 in account:us-1" or
// "budget:b1 in company". [ParseResource] reads it back.
func (r Resource) String() string {
	switch {
	case r.IsZero():
		return "nothing"
	case r == Company():
		return string(KindCompany)
	case r.company:
		return string(r.kind) + ":" + r.id + inCompany
	case r.account != "":
		return string(r.kind) + ":" + r.id + inAccount + r.account
	}
	return string(r.kind) + ":" + r.id
}

// ParseResource reads a resource as [Resource.String] writes it: the kind, a
// colon and the id, with where a thing of the host's belongs behind it. An id
// that itself contains " in account:" or ends in " in company" does not
// survive the trip. The error wraps [ErrInvalid].
func ParseResource(s string) (Resource, error) {
	if s == string(KindCompany) {
		return Company(), nil
	}
	kind, id, found := strings.Cut(s, ":")
	r := Resource{kind: Kind(kind), id: id}
	if item, ok := strings.CutSuffix(id, inCompany); ok {
		r = CompanyItem(r.kind, item)
	} else if at := strings.LastIndex(id, inAccount); at >= 0 {
		r = Item(r.kind, id[:at], id[at+len(inAccount):])
		found = found && r.Account() != ""
	}
	if !found || r.kind == "" || r.id == "" {
		return Resource{}, fmt.Errorf("access: resource %s %w: write kind:id, as in account:us-1 or report:q3", text.Quote(s), ErrInvalid)
	}
	return r, nil
}

// MarshalJSON writes r as a [document.Resource].
func (r Resource) MarshalJSON() ([]byte, error) { return strictjson.Marshal(r.Entry()) }

// UnmarshalJSON reads what MarshalJSON writes, as strictly as [document.Parse]:
// the error is the first problem. Whether there is such a resource is not looked
// at.
func (r *Resource) UnmarshalJSON(data []byte) error {
	var e document.Resource
	if err := e.UnmarshalJSON(data); err != nil {
		return err
	}
	*r = resourceOf(e)
	return nil
}

// Entry returns r as a document has it.
func (r Resource) Entry() document.Resource {
	return document.Resource{Kind: string(r.kind), ID: r.id, Account: r.account, Company: r.company}
}

// resourceOf returns what an entry stands for.
func resourceOf(e document.Resource) Resource {
	return Resource{kind: Kind(e.Kind), id: e.ID, account: e.Account, company: e.Company}
}

// place is where in the kind table a resource stands.
type place uint16

const (
	atCompany place = 1 << iota
	atAccount
	atUser
	atRole
	atTeam
	atGroup
	atReport
	atLink
	atItem        // of the host's own kind, belonging to an account
	atCompanyItem // of the host's own kind, belonging to the company
)

// place returns where r stands; ok is false if r says of a built-in kind what
// can only be said of the host's own.
func (r *Resource) place() (p place, ok bool) {
	switch r.kind {
	case KindCompany:
		p, ok = atCompany, r.id == "" // another company's id must not be answered for this one
	case KindAccount:
		p, ok = atAccount, true
	case KindUser:
		p, ok = atUser, true
	case KindRole:
		p, ok = atRole, true
	case KindTeam:
		p, ok = atTeam, true
	case KindGroup:
		p, ok = atGroup, true
	case KindReport:
		p, ok = atReport, true
	case KindLink:
		p, ok = atLink, true
	default:
		if r.company {
			return atCompanyItem, r.account == ""
		}
		return atItem, true
	}
	return p, ok && r.account == "" && !r.company
}
