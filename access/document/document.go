package document

import (
	"maps"
	"slices"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// Document is a whole policy. [Parse] reads one from JSON, package access makes
// a policy of it, and gives it back from a policy.
type Document struct {
	Catalog    string            `json:"catalog,omitempty"` // "company" or "project";  "" means Roles, or else the catalog of the program
	Roles      []role.Role       `json:"roles,omitempty"`   // a catalog of the document's own
	Attributes map[string]string `json:"attributes,omitempty"`
	Accounts   []Account         `json:"accounts,omitempty"`
	Groups     []Group           `json:"groups,omitempty"`
	Teams      []Team            `json:"teams,omitempty"`
	Users      []User            `json:"users,omitempty"`
	Reports    []Report          `json:"reports,omitempty"`
	Links      []Link            `json:"links,omitempty"`
}

// Account is a [datagroup.Account]. In JSON its values stand beside id and
// source: strings, numbers, and arrays of strings for labels. The built-in
// attribute "name" is one of the values.
type Account struct {
	ID     string
	Source string
	Values map[string]datagroup.Value
}

// Group is a [datagroup.Group].
type Group struct {
	ID     string `json:"id"`
	Name   string `json:"name,omitempty"`
	Filter string `json:"filter"`
}

// Team is a [team.Team] with its members.
type Team struct {
	ID          string   `json:"id"`
	Name        string   `json:"name,omitempty"`
	Description string   `json:"description,omitempty"`
	Groups      []string `json:"groups,omitempty"`
	Members     []Member `json:"members,omitempty"`
}

// Member is a [team.Member].
type Member struct {
	User  string `json:"user"`
	Until string `json:"until,omitempty"`
}

// User is a [team.User]. An empty role means the catalog's default.
type User struct {
	ID        string `json:"id"`
	Name      string `json:"name,omitempty"`
	Email     string `json:"email"`
	Role      string `json:"role,omitempty"`
	Suspended bool   `json:"suspended,omitempty"`
	Until     string `json:"until,omitempty"`
}

// Report is a report with whom it is shared.
type Report struct {
	ID     string  `json:"id"`
	Name   string  `json:"name,omitempty"` // unique unless empty
	Grants []Grant `json:"grants,omitempty"`
}

// Grant shares a report with a user or with a team: one of the two.
type Grant struct {
	User  string `json:"user,omitempty"`
	Team  string `json:"team,omitempty"`
	Level string `json:"level"`
	Until string `json:"until,omitempty"`
}

// Link is a share link, without its secret.
type Link struct {
	ID       string   `json:"id"`
	Maker    string   `json:"maker"`
	Session  string   `json:"session,omitempty"` // team; "" is company level
	Action   string   `json:"action"`
	Resource Resource `json:"resource"`
	Until    string   `json:"until,omitempty"`
	Ended    bool     `json:"ended,omitempty"`
}

// Resource is what a link shows: a report, or something of the host's
// own that belongs to an account or to the company.
type Resource struct {
	Kind    string `json:"kind"`
	ID      string `json:"id"`
	Account string `json:"account,omitempty"`
	Company bool   `json:"company,omitempty"`
}

// MarshalJSON writes the values beside id and source, in byte order of names.
func (a Account) MarshalJSON() ([]byte, error) {
	b := append([]byte(`{"id":`), quote(a.ID)...)
	b = append(append(b, `,"source":`...), quote(a.Source)...)
	for _, name := range slices.Sorted(maps.Keys(a.Values)) {
		var value any
		switch v := a.Values[name]; v.Type() {
		case datagroup.StringType:
			value = v.Text()
		case datagroup.NumberType:
			value = v.Number()
		case datagroup.LabelsType:
			value = append([]string{}, slices.Collect(v.Labels())...)
		default:
			continue
		}
		text, err := strictjson.Marshal(value)
		if err != nil {
			return nil, err
		}
		b = append(append(b, ','), quote(name)...)
		b = append(append(b, ':'), text...)
	}
	return append(b, '}'), nil
}

// UnmarshalJSON reads what MarshalJSON writes, as strictly as [Parse]: the
// error is the first problem.
func (a *Account) UnmarshalJSON(data []byte) error {
	return readOne(data, (*reader).account, a)
}

// UnmarshalJSON reads a resource as strictly as [Parse]: the error is the first
// problem.
func (r *Resource) UnmarshalJSON(data []byte) error {
	return readOne(data, (*reader).resource, r)
}

// readOne reads a single entry.
func readOne[T any](data []byte, read func(*reader) T, into *T) error {
	r := &reader{strictjson.NewReader(data, strictjson.Config{})}
	entry := read(r)
	if problems := r.Close(); len(problems) > 0 {
		return problems[0]
	}
	*into = entry
	return nil
}

// JSON returns the document as text. For a document that a policy gave it is
// canonical: the same policy gives the same bytes, sorted by id and laid out
// for reading. The error is that of a value JSON cannot hold, such as NaN.
func (d *Document) JSON() ([]byte, error) {
	text, err := strictjson.Marshal(d)
	if err != nil {
		return nil, err
	}
	return strictjson.Format(text, 110)
}

func quote(s string) []byte {
	text, _ := strictjson.Marshal(s) // a string always encodes
	return text
}
