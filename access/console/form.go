package console

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
)

// form is a change that people make by hand. A row of the table says all that
// is fixed about it: the console shows it, checks it, shows who would gain and
// who would lose, and makes it.
type form struct {
	Name  string   // of the change in the log
	Log   string   // that name, if several forms make one type of change; "" is Name
	About string   // what its page is about, such as "user": the link to it stands there
	Keys  []string // the parameters that say of what: they come with the link, and are not typed

	// Draws says that the form makes something: an id is drawn for it when the form
	// is opened, as the value "new", so that a form that is sent twice makes it once.
	Draws bool

	Title phrase
	Help  phrase // what it does, in a sentence; none is no sentence

	// Offered asks what can be asked before anything is typed. An error, such as a
	// denial, is why the form is not offered, and refused to anyone who asks for it
	// by hand.
	Offered func(*visit, url.Values) error

	// Fits reports whether the change makes sense as things are, such as to
	// reinstate somebody who is suspended: where it does not, there is no link. Nil
	// is always.
	Fits func(*visit, url.Values) bool

	// Fields are what is typed, with what is there now. Nil is nothing.
	Fields func(*visit, url.Values) []field

	// Sent is what the form keeps of how things were when it was opened, to be
	// compared when it is sent. Nil is nothing.
	Sent func(*visit) []sent

	// Build makes the changes of what was typed. A *fieldError says what to type
	// instead, a *staleError that what was sent is so no more.
	Build func(*visit, url.Values) ([]company.Change, error)

	// Checked says more about what was typed, beside who would gain and who would
	// lose. Nil says nothing.
	Checked func(*visit, url.Values) []row

	Grave  bool // what it takes away does not come back
	Reason bool // a reason is required; otherwise it may be given

	// Back returns the page to go to when it is done.
	Back func(*visit, url.Values, company.Receipt) string

	// Result is an answer in the place of Back, for what is told once. Nil is none.
	Result func(*visit, url.Values, company.Receipt) *answer
}

// forms are all changes that the pages offer, in the order of their links.
func forms() []form {
	return slices.Concat(memberForms(), userForms(), teamForms(), groupForms(), accountForms(), attributeForms(), reportForms(), invitationForms(), reviewForms(), settingsForms())
}

// logged returns the name of the change in the log.
func (f *form) logged() string { return cmp.Or(f.Log, f.Name) }

// field is something to be typed or chosen.
type field struct {
	Name     string
	Kind     fieldKind
	Label    phrase
	Hint     phrase // none is no hint
	Options  []option
	Required bool
	Suggest  string   // a line whose script suggests users, teams or groups: "user", "team", "group"
	Live     bool     // the script shows what would happen while it is typed
	Max      int      // bytes that may be typed; 0 is as many as a form holds
	Value    []string // what is there now; what was typed takes its place
	Error    phrase   // what to type instead
	Now      phrase   // what somebody else made of it meanwhile
}

// fieldKind is how something is typed.
type fieldKind string

const (
	typeLine    fieldKind = "line"
	typeLines   fieldKind = "lines"
	typeDay     fieldKind = "day"
	typeNumber  fieldKind = "number"  // a whole one
	typeDecimal fieldKind = "decimal" // any one
	chooseOne   fieldKind = "one"     // a list
	chooseRadio fieldKind = "radio"   // one of a few, all of them shown
	chooseMany  fieldKind = "several" // boxes to tick
)

// option is what can be chosen.
type option struct {
	Value string
	Label phrase
	Note  phrase // more about it; none is nothing
}

// named returns a label that is somebody's or something's name.
func named(name string) phrase {
	if name == "" {
		return phrase{}
	}
	return say("%s", name)
}

// listed returns names with commas between them, as they are in every language; of
// none no text.
func listed(names []string) phrase {
	if len(names) == 0 {
		return phrase{}
	}
	return say("%s", names)
}

// dayField returns the name of the field in which a day is typed, "" for none.
func (f *form) dayField(v *visit, in url.Values) string {
	if f.Fields != nil {
		for _, typed := range f.Fields(v, in) {
			if typed.Kind == typeDay {
				return typed.Name
			}
		}
	}
	return ""
}

// fieldError says what to type instead.
type fieldError struct {
	field string
	text  phrase
}

func (e *fieldError) Error() string { return e.field + ": " + e.text.English }

// Typed returns what a field has, the first of several.
func (f field) Typed() string {
	if len(f.Value) == 0 {
		return ""
	}
	return f.Value[0]
}

// Chosen reports whether an option is chosen.
func (f field) Chosen(value string) bool { return slices.Contains(f.Value, value) }

// labels returns in words what a field has.
func (f field) labels() phrase {
	var shown []string
	for _, value := range f.Value {
		for _, o := range f.Options {
			if name, ok := o.Label.name(); ok && o.Value == value {
				value = name
			}
		}
		shown = append(shown, value)
	}
	if list(shown) != "" {
		return listed(shown)
	}
	return say("nothing")
}

// asks returns a form's Offered for one question.
func asks(action access.Action, resource func(url.Values) access.Resource) func(*visit, url.Values) error {
	return func(v *visit, in url.Values) error { return v.decide(action, resource(in)).Err() }
}

// theCompany and the like are the resource that a form is about.
func theCompany(url.Values) access.Resource  { return access.Company() }
func theUser(in url.Values) access.Resource  { return access.TargetUser(in.Get("user")) }
func theTeam(in url.Values) access.Resource  { return access.Team(in.Get("team")) }
func theGroup(in url.Values) access.Resource { return access.Group(in.Get("group")) }

// wrongDay is for a browser that does not know fields for days.
func wrongDay() phrase { return say("Write the day as 2026-09-30.") }

// readEnd returns the end of access whose last day was typed, zero for none.
func readEnd(in url.Values, name string) (time.Time, error) {
	typed := in.Get(name)
	if typed == "" {
		return time.Time{}, nil
	}
	last, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		return time.Time{}, &fieldError{name, wrongDay()}
	}
	return last.AddDate(0, 0, 1), nil
}

// noEnd is the end of what has none.
var noEnd time.Time

// fieldsOf returns the words of what was typed on several lines.
func fieldsOf(typed string) []string {
	return strings.FieldsFunc(typed, func(r rune) bool { return r == '\n' })
}

// edited returns a field of an edit: left out if what was typed is what is
// there.
func edited(in url.Values, name, before string) company.Optional[string] {
	switch typed := in.Get(name); typed {
	case before:
		return company.Optional[string]{}
	case "":
		return company.None[string]()
	default:
		return company.To(typed)
	}
}

// cleaned returns what was typed without what nobody means: the line ends of a
// browser, and spaces at the ends. An id may have those, so it keeps them where
// it is somebody's or something's, and where it is not typed.
func (v *visit) cleaned(in url.Values) url.Values {
	out := url.Values{}
	for name, values := range in {
		for _, value := range values {
			if !v.isID(name, value) {
				value = strings.TrimSpace(strings.ReplaceAll(value, "\r\n", "\n"))
			}
			out.Add(name, value)
		}
	}
	return out
}

// isID reports whether a parameter is to be left as it is.
func (v *visit) isID(name, value string) bool {
	switch name {
	case "for", "account", "report", "link", "invitation", "row", "after":
		return true
	case "user", "successor", "takeover":
		return v.directory().Has(access.TargetUser(value))
	case "team":
		return v.directory().Has(access.Team(value))
	case "group":
		return v.directory().Has(access.Group(value))
	}
	return false
}
