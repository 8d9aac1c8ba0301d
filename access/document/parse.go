package document

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
)

// Parse reads a document from JSON, which may begin with a byte order mark, and
// otherwise strictly: an unknown field, a field in the wrong case, a duplicate
// key, a null, a wrong type, a lone surrogate or anything after the document is a
// problem. What the values mean is checked when a policy is made of the document.
//
// The error is an [*Error] with all problems. With an error the Document is nil,
// as what could not be read, such as an end, may be what narrows the rest.
func Parse(data []byte) (*Document, error) {
	d, problems := ParsePart(data)
	if len(problems) > 0 {
		told := min(len(problems), MaxProblems)
		return nil, &Error{Problems: problems[:told:told], Untold: len(problems) - told}
	}
	return d, nil
}

// ParsePart is [Parse] for a caller who goes on without what could not be read: it
// returns the rest with all problems, of which those after the first hundred say
// only which entry they are in. Leave such an entry out: what it lacks may be
// what narrows it. A problem without a path means that nothing could be read.
func ParsePart(data []byte) (*Document, []Problem) {
	data, err := text.Content(data)
	if err != nil {
		return new(Document), []Problem{{Err: unreadable{err}}}
	}
	r := &reader{strictjson.NewReader(data, strictjson.Config{MaxProblems: MaxProblems, Brief: true})}
	d := r.document()
	var problems []Problem
	for _, p := range r.Close() {
		problems = append(problems, Problem{Path: p.Path, ID: d.idAt(p.Path), Line: p.Line, Err: unreadable{p.Err}})
	}
	return &d, problems
}

// idAt returns the id of the entry that a path leads to or into.
func (d *Document) idAt(path string) string {
	list, i, _, ok := strictjson.Item(path)
	switch {
	case !ok:
	case list == "accounts" && i < len(d.Accounts):
		return d.Accounts[i].ID
	case list == "groups" && i < len(d.Groups):
		return d.Groups[i].ID
	case list == "teams" && i < len(d.Teams):
		return d.Teams[i].ID
	case list == "users" && i < len(d.Users):
		return d.Users[i].ID
	case list == "reports" && i < len(d.Reports):
		return d.Reports[i].ID
	case list == "links" && i < len(d.Links):
		return d.Links[i].ID
	}
	return ""
}

// unreadable is a problem with the text of a document: it wraps [ErrTaken] for
// a key that is there twice, and [ErrInvalid] otherwise.
type unreadable struct{ error }

func (u unreadable) Is(target error) bool {
	if errors.Is(u.error, strictjson.ErrDuplicate) {
		return target == ErrTaken
	}
	return target == ErrInvalid
}

func (u unreadable) Unwrap() error { return u.error }

// reader reads the entries of a document.
type reader struct {
	*strictjson.Reader
}

// field is a field of an object and what reads its value.
type field struct {
	name string
	read func()
}

// object reads an object that may have the given fields.
func (r *reader) object(fields ...field) {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	for name := range r.Object(names...) {
		fields[slices.Index(names, name)].read()
	}
}

func (r *reader) text(name string, into *string) field {
	return field{name, func() { *into = r.Text() }}
}

// checked reads a text and reports what is wrong with it. What is no text is a
// problem already.
func (r *reader) checked(name string, check func(text string) error) field {
	return field{name, func() {
		before := r.Problems()
		text := r.Text()
		if r.Problems() > before {
			return
		}
		if err := check(text); err != nil {
			r.Fail(err)
		}
	}}
}

func (r *reader) flag(name string, into *bool) field {
	return field{name, func() { *into = r.Bool() }}
}

// nonEmpty is a text that must not be empty. Leaving the field out means
// something wider (no end, the whole company, the default role), so an empty
// text is probably a mistake.
func (r *reader) nonEmpty(name string, into *string) field {
	return r.checked(name, func(text string) error {
		if *into = text; text == "" {
			return fmt.Errorf("empty text %w: leave the field out", ErrInvalid)
		}
		return nil
	})
}

// note reads the remark of an entry.
func (r *reader) note(into *string) field { return r.text("note", into) }

// count is a number of holders.
func (r *reader) count(name string, into *int) field {
	return field{name, func() {
		n := r.Int64()
		if n < 0 || n > math.MaxInt32 {
			r.Fail(fmt.Errorf("number of holders %d %w", n, ErrInvalid))
			return
		}
		*into = int(n)
	}}
}

// list is an array of entries.
func list[T any](r *reader, name string, into *[]T, entry func() T) field {
	return field{name, func() {
		*into = []T{} // a list that is there is not one left out
		for range r.Array() {
			*into = append(*into, entry())
		}
	}}
}

func (r *reader) document() (d Document) {
	r.object(field{"catalog", func() { d.Catalog = r.catalog() }},
		field{"attributes", func() {
			d.Attributes = make(map[string]string)
			for name := range r.Map() {
				d.Attributes[name] = r.Text()
			}
		}},
		list(r, "accounts", &d.Accounts, r.account),
		list(r, "groups", &d.Groups, r.group),
		list(r, "teams", &d.Teams, r.team),
		list(r, "users", &d.Users, r.user),
		list(r, "reports", &d.Reports, r.report),
		list(r, "links", &d.Links, r.link))
	return d
}

func (r *reader) group() (e Group) {
	r.object(r.text("id", &e.ID), r.text("name", &e.Name), r.text("filter", &e.Filter), r.note(&e.Note))
	return e
}

func (r *reader) team() (e Team) {
	r.object(r.text("id", &e.ID), r.text("name", &e.Name), r.text("description", &e.Description),
		r.note(&e.Note), list(r, "groups", &e.Groups, r.Text), list(r, "members", &e.Members, r.member))
	return e
}

func (r *reader) member() (e Member) {
	r.object(r.text("user", &e.User), r.nonEmpty("until", &e.Until), r.note(&e.Note))
	return e
}

func (r *reader) user() (e User) {
	r.object(r.text("id", &e.ID), r.text("name", &e.Name), r.nonEmpty("email", &e.Email), r.nonEmpty("role", &e.Role),
		r.flag("suspended", &e.Suspended), r.nonEmpty("until", &e.Until), r.note(&e.Note))
	return e
}

func (r *reader) report() (e Report) {
	r.object(r.text("id", &e.ID), r.text("name", &e.Name), r.note(&e.Note), list(r, "grants", &e.Grants, r.grant))
	return e
}

func (r *reader) grant() (e Grant) {
	r.object(r.text("user", &e.User), r.text("team", &e.Team), r.text("level", &e.Level), r.nonEmpty("until", &e.Until), r.note(&e.Note))
	return e
}

func (r *reader) link() (e Link) {
	r.object(r.text("id", &e.ID), r.text("maker", &e.Maker), r.nonEmpty("session", &e.Session), r.text("action", &e.Action),
		field{"resource", func() { e.Resource = r.resource() }}, r.nonEmpty("until", &e.Until), r.flag("ended", &e.Ended))
	return e
}

func (r *reader) resource() (e Resource) {
	if r.Kind() != strictjson.Object {
		r.Fail(fmt.Errorf("%w: want object, found %v: write it like {\"kind\": \"report\", \"id\": \"q3\"}", strictjson.ErrType, r.Kind()))
		return e
	}
	r.object(r.text("kind", &e.Kind), r.text("id", &e.ID), r.text("account", &e.Account))
	return e
}

func (r *reader) account() Account {
	e := Account{Values: make(map[string]datagroup.Value)}
	for field := range r.Map() {
		switch field {
		case "id":
			e.ID = r.Text()
		case "source":
			e.Source = r.Text()
		default:
			e.Values[field] = r.value()
		}
	}
	return e
}

// maxInteger is the integer up to which float64 has every one. A larger one
// that is rounded to it is found by its text only.
const (
	maxInteger     = 1 << 53
	maxIntegerText = "9007199254740992"
)

// value reads the value of an attribute. Whether its type is the declared one
// is checked when a policy is made; what no attribute can have is refused here.
func (r *reader) value() datagroup.Value {
	switch r.Kind() {
	case strictjson.Number:
		text := r.Number().String()
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.Abs(f) == maxInteger && strings.TrimPrefix(text, "-") != maxIntegerText {
			r.Fail(fmt.Errorf("number %s %w: a float64 does not hold it; declare such ids as strings", text, ErrInvalid))
			return datagroup.Value{}
		}
		return datagroup.Number(f)
	case strictjson.Array:
		var labels []string
		for range r.Array() {
			labels = append(labels, r.Text())
		}
		return datagroup.Labels(labels...)
	}
	return datagroup.Text(r.Text())
}
