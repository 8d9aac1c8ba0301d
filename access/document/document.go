package document

import (
	"maps"
	"slices"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
	"github.com/ambit-authz/ambit/datagroup"
)

// Document is a whole policy: [Parse] reads one from JSON, and package access
// compiles it. A field that is left out is empty.
//
// Every id has 1 to 256 bytes of UTF-8 without control characters, and is used
// once in its list. A name is one line of at most 4,096 bytes. An end is an
// instant in RFC 3339, as [End] writes it, from which on something no longer
// holds; "" is no end.
type Document struct {
	// Catalog has the roles, and the kinds of resources that are the host's
	// own.
	Catalog Catalog `json:"catalog,omitzero"`

	// Attributes declares the account attributes: each name with its type,
	// "string", "number" or "labels".
	Attributes map[string]string `json:"attributes,omitempty"`

	Accounts []Account `json:"accounts,omitempty"`
	Groups   []Group   `json:"groups,omitempty"`
	Teams    []Team    `json:"teams,omitempty"`
	Users    []User    `json:"users,omitempty"`
	Reports  []Report  `json:"reports,omitempty"`
	Links    []Link    `json:"links,omitempty"`
}

// Account is the entry of a [datagroup.Account]. In JSON its values stand
// beside id and source: strings, numbers, and arrays of strings for labels. The
// built-in attribute "name" is one of the values. In Go, [datagroup.Text],
// [datagroup.Number] and [datagroup.Labels] make them:
//
//	document.Account{ID: "us-1", Source: "google", Values: map[string]datagroup.Value{
//		"country": datagroup.Text("US"),
//	}}
type Account struct {
	ID     string
	Source string // required
	Values map[string]datagroup.Value
}

// Group is the entry of a [datagroup.Group].
type Group struct {
	ID     string `json:"id"`
	Name   string `json:"name,omitempty"`
	Filter string `json:"filter"` // in the language of package datagroup; required
	Note   string `json:"note,omitempty"`
}

// Team is the entry of a [team.Team], with its members.
type Team struct {
	ID          string   `json:"id"`
	Name        string   `json:"name,omitempty"`
	Description string   `json:"description,omitempty"` // of several lines, at most 4,096 bytes
	Groups      []string `json:"groups,omitempty"`      // ids, each once
	Note        string   `json:"note,omitempty"`
	Members     []Member `json:"members,omitempty"` // each user once
}

// Member is the entry of a [team.Member], in its team.
type Member struct {
	User  string `json:"user"`
	Until string `json:"until,omitempty"` // end of the membership
	Note  string `json:"note,omitempty"`
}

// User is the entry of a [team.User]. Unless you choose another catalog, the
// roles are those of [role.CompanyCatalog].
type User struct {
	ID        string `json:"id"`
	Name      string `json:"name,omitempty"`
	Email     string `json:"email,omitempty"` // as team.ParseAddress reads it; no two users share one; "" is none
	Role      string `json:"role,omitempty"`  // "" is the default of the catalog
	Suspended bool   `json:"suspended,omitempty"`
	Until     string `json:"until,omitempty"` // end of access
	Note      string `json:"note,omitempty"`
}

// Report is the entry of a report, with whom it is shared.
type Report struct {
	ID     string  `json:"id"`
	Name   string  `json:"name,omitempty"` // no two reports share one; any number may have none
	Note   string  `json:"note,omitempty"`
	Grants []Grant `json:"grants,omitempty"` // each user and each team once
}

// Grant is the entry of one share of a report, in its report: to a user or to a
// team, one of the two.
type Grant struct {
	User  string `json:"user,omitempty"`
	Team  string `json:"team,omitempty"`
	Level string `json:"level"`           // "viewer", "explorer", "editor" or "creator"; a team is explorer at most
	Until string `json:"until,omitempty"` // end of the grant
	Note  string `json:"note,omitempty"`
}

// Link is the entry of a share link, without its secret.
type Link struct {
	ID       string   `json:"id"`
	Maker    string   `json:"maker"`
	Session  string   `json:"session,omitempty"` // the team of the session it was made in; "" is company level
	Action   string   `json:"action"`            // that it allows: "report.view", or the link action of the kind
	Resource Resource `json:"resource"`          // of which it allows that
	Until    string   `json:"until,omitempty"`   // end of the link
	Ended    bool     `json:"ended,omitempty"`   // for good; then its maker, its report and its kind may be missing
}

// Resource is what a link shows: a report, or something of a kind of the host's
// own.
type Resource struct {
	Kind    string `json:"kind"`
	ID      string `json:"id"`
	Account string `json:"account,omitempty"` // if its kind belongs to accounts
}

// MarshalJSON writes the values beside id and source, in byte order of names; no
// source if it is empty.
func (a Account) MarshalJSON() ([]byte, error) {
	b := append([]byte(`{"id":`), quote(a.ID)...)
	if a.Source != "" {
		b = append(append(b, `,"source":`...), quote(a.Source)...)
	}
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
