package access

import (
	"fmt"
	"strconv"
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

// LinkID names a share link within a company. It is no secret, and it proves
// nothing. No id is used twice.
type LinkID string

// Resource is what an action is asked of. It is comparable, and the zero
// Resource is denied to everybody.
type Resource struct {
	kind    Kind
	id      string
	account string
}

// Company returns the company as a whole.
func Company() Resource { return Resource{kind: KindCompany} }

// Account returns an account: one unit of data, with a source and attributes.
func Account[ID ~string](id ID) Resource { return Resource{kind: KindAccount, id: string(id)} }

// TargetUser returns a user as a resource: the one that something is done to. A
// user who asks is a [Subject], made by [User].
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

// Item returns something of a kind of the host's own that belongs to an account:
// a campaign, a budget, a row. It is within reach when the account is. An empty
// account is denied, so that a column nobody filled in, or a path value nobody
// set, opens nothing. The catalog declares the kind, and what may be asked of
// it: see [role.Kind].
//
// Take the account from your own data, never from the request: anyone who can
// choose it can reach the item through an account of theirs.
func Item[I, A ~string](kind Kind, id I, account A) Resource {
	return Resource{kind: kind, id: string(id), account: string(account)}
}

// CompanyItem returns something of a kind of the host's own that belongs to the
// company as a whole: every active user whose role holds the action may take it
// there. If the catalog says that the kind belongs to accounts, it is denied for
// want of one.
func CompanyItem[I ~string](kind Kind, id I) Resource {
	return Resource{kind: kind, id: string(id)}
}

// Resource returns the resource of kind k with an id, for a caller that only
// knows the kind when the program runs, such as one that reads questions from
// elsewhere. For a kind of the host's own it is what [Item] returns, or without
// an account [CompanyItem]. For a built-in kind the account must be empty, or for
// [KindAccount] the id once more, and for [KindCompany] the id too must be empty:
// if not, the resource is denied as malformed.
func (k Kind) Resource(id, account string) Resource {
	if k == KindAccount && account == id {
		account = ""
	}
	return Resource{kind: k, id: id, account: account}
}

// IsZero reports whether r is the zero Resource.
func (r Resource) IsZero() bool { return r == Resource{} }

// Kind returns the kind of r, and "" for the zero Resource.
func (r Resource) Kind() Kind { return r.kind }

// ID returns the id of r within its kind, and "" for the company.
func (r Resource) ID() string { return r.id }

// Account returns the account that r is or belongs to, and "" if there is none.
func (r Resource) Account() datagroup.AccountID {
	if r.kind == KindAccount {
		return datagroup.AccountID(r.id)
	}
	return datagroup.AccountID(r.account)
}

const inAccount = " in account:"

// String returns "company", "report:q3" or "campaign:c1 in account:us-1", and
// "nothing" for the zero Resource. A part that
// could be taken for more than one is in double quotes, with the escapes of Go.
// [Resource.UnmarshalText] reads back every resource that has a kind and an id, and the
// company.
func (r Resource) String() string {
	switch {
	case r.IsZero():
		return "nothing"
	case r == Company():
		return string(KindCompany)
	}
	kind := plainPart(string(r.kind))
	if strings.Contains(string(r.kind), ":") {
		kind = strconv.Quote(string(r.kind))
	}
	s := kind + ":" + plainPart(r.id)
	if r.account != "" {
		s += inAccount + plainPart(r.account)
	}
	return s
}

// plainPart returns a part of a resource as it is, or in quotes if what is in
// it would be read as the end of it.
func plainPart(s string) string {
	if strings.HasPrefix(s, `"`) || strings.Contains(s, inAccount) {
		return strconv.Quote(s)
	}
	return s
}

// MarshalText writes r as [Resource.String] does. The error, for the zero
// Resource, wraps [ErrInvalid].
func (r Resource) MarshalText() ([]byte, error) {
	if r.IsZero() {
		return nil, fmt.Errorf("access: resource nothing %w: it cannot be read back", ErrInvalid)
	}
	return []byte(r.String()), nil
}

// UnmarshalText reads a resource as [Resource.String] writes it: the kind, a
// colon and the id, then " in account:" and the account for what is in one. It
// does not ask whether there is such a resource, or whether its kind can be in
// an account. The error wraps [ErrInvalid], and leaves r as it is.
func (r *Resource) UnmarshalText(data []byte) error {
	s := string(data)
	if s == string(KindCompany) {
		*r = Company()
		return nil
	}
	read, ok := parseResource(s)
	if !ok || read.kind == "" || read.id == "" {
		return fmt.Errorf("access: resource %s %w: write kind:id, as in account:us-1 or report:q3", text.Quote(s), ErrInvalid)
	}
	*r = read
	return nil
}

func parseResource(s string) (r Resource, ok bool) {
	kind, rest, ok := cutPart(s, func(s string) int { return strings.Index(s, ":") })
	if !ok || !strings.HasPrefix(rest, ":") {
		return r, false
	}
	id, rest, ok := cutPart(rest[1:], func(s string) int {
		return strings.Index(s, inAccount)
	})
	if !ok {
		return r, false
	}
	switch account, inside := strings.CutPrefix(rest, inAccount); {
	case rest == "":
		return Kind(kind).Resource(id, ""), true
	case inside:
		account, rest, ok = cutPart(account, func(string) int { return -1 })
		return Kind(kind).Resource(id, account), ok && account != "" && rest == ""
	}
	return r, false
}

// cutPart cuts the first part off s: what is in quotes, or what comes before
// end, which is -1 if all of s does.
func cutPart(s string, end func(string) int) (part, rest string, ok bool) {
	if strings.HasPrefix(s, `"`) {
		quoted, err := strconv.QuotedPrefix(s)
		if err != nil {
			return "", "", false
		}
		part, err = strconv.Unquote(quoted)
		return part, s[len(quoted):], err == nil
	}
	if i := end(s); i >= 0 {
		return s[:i], s[i:], true
	}
	return s, "", true
}

// MarshalJSON writes r as a [document.Resource].
func (r Resource) MarshalJSON() ([]byte, error) { return strictjson.Marshal(r.Entry()) }

// UnmarshalJSON reads what MarshalJSON writes, as strictly as [document.Parse].
// It does not ask whether there is such a resource. The error is the first
// problem, and leaves r as it is.
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
	return document.Resource{Kind: string(r.kind), ID: r.id, Account: r.account}
}

// resourceOf returns what an entry stands for.
func resourceOf(e document.Resource) Resource {
	return Resource{kind: Kind(e.Kind), id: e.ID, account: e.Account}
}

// family is a group of kinds that are reached in the same way, and guarded by
// the same rules: each of the built-in kinds is one, and those of the host are
// two.
type family uint8

const (
	atCompany family = iota + 1
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

// wellFormed reports whether r can be of a kind of that family: only what
// belongs to an account names one, and the company has no id.
func (r *Resource) wellFormed(f family) bool {
	switch f {
	case atItem:
		return true
	case atCompany:
		return r.id == "" && r.account == "" // another company's id must not be answered for this one
	}
	return r.account == ""
}
