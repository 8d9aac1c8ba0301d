package access

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// Document is a policy as a person writes it, keeps it in git and reviews it:
// plain strings and slices of small structs, that look in Go as they look in
// JSON. [Parse] reads one from text, [Compile] makes a policy of it, and
// [Policy.Document] gives it back.
//
// Filters are in the language of package datagroup. Times are RFC 3339, and
// the empty string is no end.
type Document struct {
	Catalog    string            `json:"catalog,omitempty"` // "company" or "project"; "" means Roles, or else [Config.Catalog]
	Roles      []role.Role       `json:"roles,omitempty"`   // a catalog of the document's own
	Attributes map[string]string `json:"attributes,omitempty"`
	Accounts   []AccountEntry    `json:"accounts,omitempty"`
	Groups     []GroupEntry      `json:"groups,omitempty"`
	Teams      []TeamEntry       `json:"teams,omitempty"`
	Users      []UserEntry       `json:"users,omitempty"`
	Reports    []ReportEntry     `json:"reports,omitempty"`
	Links      []LinkEntry       `json:"links,omitempty"`
}

// AccountEntry is a [datagroup.Account]. In JSON its values stand beside id and
// source: strings, numbers, and arrays of strings for labels. The built-in
// attribute "name" is one of the values.
type AccountEntry struct {
	ID     string
	Source string
	Values map[string]datagroup.Value
}

// GroupEntry is a [datagroup.Group].
type GroupEntry struct {
	ID     string `json:"id"`
	Name   string `json:"name,omitempty"`
	Filter string `json:"filter"`
}

// TeamEntry is a [team.Team] with its members.
type TeamEntry struct {
	ID          string        `json:"id"`
	Name        string        `json:"name,omitempty"`
	Description string        `json:"description,omitempty"`
	Groups      []string      `json:"groups,omitempty"`
	Members     []MemberEntry `json:"members,omitempty"`
}

// MemberEntry is a [team.Member].
type MemberEntry struct {
	User  string `json:"user"`
	Until string `json:"until,omitempty"`
}

// UserEntry is a [team.User]. An empty role means the catalog's default.
type UserEntry struct {
	ID        string `json:"id"`
	Name      string `json:"name,omitempty"`
	Email     string `json:"email"`
	Role      string `json:"role,omitempty"`
	Suspended bool   `json:"suspended,omitempty"`
	Until     string `json:"until,omitempty"`
}

// ReportEntry is a report with whom it is shared.
type ReportEntry struct {
	ID     string       `json:"id"`
	Name   string       `json:"name,omitempty"` // unique unless empty
	Grants []GrantEntry `json:"grants,omitempty"`
}

// GrantEntry is a [Grant]: to a user or to a team.
type GrantEntry struct {
	User  string `json:"user,omitempty"`
	Team  string `json:"team,omitempty"`
	Level string `json:"level"`
	Until string `json:"until,omitempty"`
}

// LinkEntry is a [ShareLink].
type LinkEntry struct {
	ID       string        `json:"id"`
	Maker    string        `json:"maker"`
	Session  string        `json:"session,omitempty"` // team; "" is company level
	Action   string        `json:"action"`
	Resource ResourceEntry `json:"resource"`
	Until    string        `json:"until,omitempty"`
	Ended    bool          `json:"ended,omitempty"`
}

// ResourceEntry is a [Resource]. A link shows a report, or something of the host's
// own that belongs to an account or to the company.
type ResourceEntry struct {
	Kind    string `json:"kind"`
	ID      string `json:"id"`
	Account string `json:"account,omitempty"`
	Company bool   `json:"company,omitempty"`
}

// MarshalJSON writes the values beside id and source, in byte order of names.
func (a AccountEntry) MarshalJSON() ([]byte, error) {
	b := append([]byte(`{"id":`), quoteJSON(a.ID)...)
	b = append(append(b, `,"source":`...), quoteJSON(a.Source)...)
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
		text, err := encodeJSON(value)
		if err != nil {
			return nil, err
		}
		b = append(append(b, ','), quoteJSON(name)...)
		b = append(append(b, ':'), text...)
	}
	return append(b, '}'), nil
}

// UnmarshalJSON reads what MarshalJSON writes, as strictly as [Parse]: the
// error is the first problem.
func (a *AccountEntry) UnmarshalJSON(data []byte) error {
	r := &reader{strictjson.NewReader(data, strictjson.Config{})}
	entry := r.account()
	if problems := r.Close(); len(problems) > 0 {
		return problems[0]
	}
	*a = entry
	return nil
}

// JSON returns the document as text. For a document that a policy gave it is
// canonical: the same policy gives the same bytes, sorted by id and laid out
// for reading. The error is that of a value JSON cannot hold, such as NaN.
func (d *Document) JSON() ([]byte, error) {
	text, err := encodeJSON(d)
	if err != nil {
		return nil, err
	}
	return strictjson.Format(text, 110)
}

// encodeJSON is json.Marshal, but leaves < and > in filters readable.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func quoteJSON(s string) []byte {
	text, _ := encodeJSON(s) // a string always encodes
	return text
}
