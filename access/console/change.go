package console

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// changePage is a form, with what was typed and what would come of it.
type changePage struct {
	Form    *form
	What    []row // what it is about
	Action  string
	Hidden  []sent // what is sent along and not typed
	Typed   []sent // what was typed, for the form that confirms
	Fields  []field
	Back    string
	Error   phrase // why it is refused
	Reason  string // of a denial, its code
	Changed []changed
	Checked []row // more about what was typed
	WhatIf  *whatIf
}

// sent is sent with a form and not shown.
type sent struct{ Name, Value string }

// row is a line of a short list: what something is, and its value.
type row struct {
	Name  phrase
	Value phrase
	Link  string
}

// showChange shows a form, checks it, and makes the change.
func showChange(v *visit) (*answer, error) {
	in := v.parameters()
	if v.Method == http.MethodPost {
		if err := v.ParseForm(); err != nil {
			return nil, badForm(err)
		}
		in = v.PostForm
	}
	in = v.cleaned(in)
	f := v.console.forms[in.Get("do")]
	if f == nil {
		return nil, missing("form", in.Get("do"))
	}
	if err := f.Offered(v, in); err != nil {
		return nil, err
	}
	if v.Method == http.MethodPost && in.Get("for") != string(v.reader) {
		in.Del("since")
		return v.showForm(f, in, &outcome{status: http.StatusForbidden,
			text: say("You are signed in as somebody else than when this form was made. Nothing was changed. Look at it again.")})
	}
	if v.Method != http.MethodPost {
		return v.showForm(f, in, nil)
	}
	return v.sendForm(f, in)
}

func badForm(err error) error {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return err
	}
	return admission.BadRequest("The form cannot be read. Go back, and send it again.")
}

// outcome is what came of a form that was checked or refused.
type outcome struct {
	text    phrase
	field   *fieldError
	changed []changed
	whatIf  *whatIf
	status  int
}

// sendForm checks what was typed, and makes the change if it was confirmed.
func (v *visit) sendForm(f *form, in url.Values) (*answer, error) {
	since, err := strconv.ParseUint(in.Get("since"), 10, 63)
	if err != nil || since == 0 { // 0 would make the change without the condition
		return nil, admission.BadRequest("The form does not say when it was made. Open it again.")
	}
	if f.Draws && !drawn(in.Get("new")) {
		return nil, admission.BadRequest("The form does not say what it makes. Open it again.")
	}
	changes, err := f.Build(v, in)
	if stale, ok := errors.AsType[*staleError](err); ok {
		return v.refuseStale(f, in, since, stale.attribute)
	}
	if wrong, ok := errors.AsType[*fieldError](err); ok {
		return v.showForm(f, in, &outcome{field: wrong, status: http.StatusUnprocessableEntity})
	}
	if err != nil {
		return nil, err
	}
	by := company.By{Actor: company.User(v.reader), Reason: in.Get("reason"), Since: since}
	if v.console.By != nil {
		v.console.By(v.Request, &by)
		by.Actor, by.Reason, by.Since = company.User(v.reader), in.Get("reason"), since
	}
	if in.Get("step") != "do" {
		found, err := v.askWhatIf(in, by, changes)
		if err != nil {
			return v.refuseForm(f, in, err)
		}
		return v.showForm(f, in, &outcome{whatIf: found})
	}
	receipt, err := v.console.company.Do(v.Context(), by, changes...)
	if err != nil {
		return v.refuseForm(f, in, err)
	}
	if f.Result != nil {
		return f.Result(v, in, receipt), nil
	}
	return &answer{Goto: doneLink(f.Back(v, in, receipt), f.Name, receipt.Seq)}, nil
}

// drawn reports whether an id is one that a form drew. Another one is refused
// before it is looked for: whether it is taken would tell a reader of reports and
// links that they may not know of.
func drawn(id string) bool {
	return len(id) == len(rand.Text()) && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// doneLink adds to a link what was done.
func doneLink(link, name string, seq uint64) string {
	u, err := url.Parse(link)
	if err != nil {
		return link
	}
	query := u.Query()
	query.Set("done", name)
	query.Set("event", strconv.FormatUint(seq, 10))
	u.RawQuery = query.Encode()
	u.Fragment = "done" // where the page says it, which gets the focus
	return u.String()
}

// refuseForm shows a form again after it was refused, with all that was typed
// and why. What failed for another reason is for the page of failures.
func (v *visit) refuseForm(f *form, in url.Values, err error) (*answer, error) {
	failed, ok := errors.AsType[*company.Error](err)
	if !ok || !failed.Refused() {
		if v.console.company.Health().Log != nil || errors.Is(err, company.ErrUncertain) {
			err = fmt.Errorf("%w: %w", admission.ErrUnavailable, err)
		}
		return nil, err
	}
	if denied, ok := errors.AsType[*access.DeniedError](err); ok && !errors.Is(err, company.ErrUnknown) {
		if denied.Decision.Subject != access.User(v.reader) {
			text := say("Somebody whom you named may not do what this asks of them.")
			return v.showForm(f, in, &outcome{text: text, status: http.StatusConflict})
		}
		if hidden(denied.Decision) {
			return nil, err
		}
		return v.showForm(f, in, &outcome{text: denialText(denied.Decision.Public().Reason), status: http.StatusForbidden})
	}
	if day := f.dayField(v, in); day != "" && errors.Is(err, company.ErrPast) {
		return v.showForm(f, in, &outcome{field: &fieldError{day, say("This day is past.")}, status: refusedStatus(err)})
	}
	out := &outcome{text: named(sentence(failed.Err.Error())), status: refusedStatus(err)}
	if errors.Is(err, company.ErrChanged) {
		v.explainChanged(f, failed.Seq, out)
		in.Del("since") // what was changed has been seen
	}
	return v.showForm(f, in, out)
}

// refuseStale shows a form again, with all that was typed, after an attribute that
// something was typed for was changed, and says by which event.
func (v *visit) refuseStale(f *form, in url.Values, since uint64, attribute string) (*answer, error) {
	found, _, err := v.latest(company.HistoryQuery{After: since, Target: access.Item("attribute", attribute, "")})
	if err != nil {
		return nil, err
	}
	out := &outcome{text: somebodyChanged(), status: http.StatusConflict}
	if len(found) > 0 {
		v.explainChanged(f, found[0].Seq, out)
	}
	in.Del(sentType(attribute)) // what was changed has been seen
	return v.showForm(f, in, out)
}

// statuses are for changes that the reader may make, but not like this. All
// other refusals conflict with the state of the company.
var statuses = []struct {
	err    error
	status int
}{
	{company.ErrReason, http.StatusUnprocessableEntity},
	{company.ErrInvalid, http.StatusUnprocessableEntity},
	{company.ErrPast, http.StatusUnprocessableEntity},
	{company.ErrUnknown, http.StatusUnprocessableEntity},
	{company.ErrSelf, http.StatusForbidden},
	{company.ErrBeyondOwnEnd, http.StatusForbidden},
}

func refusedStatus(err error) int {
	for _, known := range statuses {
		if errors.Is(err, known.err) {
			return known.status
		}
	}
	return http.StatusConflict
}

// showForm answers with a form: as it is opened with a nil outcome, and
// otherwise with all that was typed.
func (v *visit) showForm(f *form, in url.Values, out *outcome) (*answer, error) {
	since := in.Get("since")
	if since == "" || out == nil {
		since = strconv.FormatUint(v.moment.Checkpoint().Seq, 10)
	}
	p := changePage{
		Form: f, What: v.about(f, in), Action: v.link("/change"),
		Hidden: []sent{{"do", f.Name}, {"for", string(v.reader)}, {"since", since}},
		Back:   f.Back(v, in, company.Receipt{}),
	}
	for _, key := range f.Keys {
		p.Hidden = append(p.Hidden, sent{key, in.Get(key)})
	}
	if f.Sent != nil {
		for _, s := range f.Sent(v) {
			if out != nil && in.Has(s.Name) {
				s.Value = in.Get(s.Name) // until it has been told that it is so no more
			}
			p.Hidden = append(p.Hidden, s)
		}
	}
	if f.Draws {
		id := in.Get("new")
		if id == "" || out == nil { // who makes a link to a form does not choose it
			id = rand.Text()
		}
		p.Hidden = append(p.Hidden, sent{"new", id})
	}
	if f.Fields != nil {
		p.Fields = f.Fields(v, in)
	}
	p.Fields = append(p.Fields, reasonField(f))
	for i := range p.Fields {
		p.fill(&p.Fields[i], in, out)
	}
	a := &answer{Template: "change.html", Title: f.Title}
	if out != nil {
		p.Error, p.Changed, p.WhatIf, a.Status = out.text, out.changed, out.whatIf, out.status
		if out.whatIf != nil && f.Checked != nil {
			p.Checked = f.Checked(v, in)
		}
	}
	a.Data = p
	return a, nil
}

// fill gives a field what was typed in it, in the form and in the one that
// confirms it.
func (p *changePage) fill(f *field, in url.Values, out *outcome) {
	if typed, ok := in[f.Name]; ok || out != nil {
		if out != nil && out.changed != nil && f.Value != nil && !slices.Equal(typed, f.Value) {
			f.Now = f.labels()
		}
		f.Value = typed
	}
	for _, value := range f.Value {
		p.Typed = append(p.Typed, sent{f.Name, value})
	}
	if out != nil && out.field != nil && out.field.field == f.Name {
		f.Error = out.field.text
	}
}

// reasonField is the last of every form.
func reasonField(f *form) field {
	why := field{Name: "reason", Kind: typeLines, Label: say("Reason"), Max: 500, Required: f.Reason,
		Hint: say("It is recorded, and shown to those who read the log.")}
	if !f.Reason {
		why.Label = say("Reason (you may leave it out)")
	}
	return why
}

// about says in words what a form is about.
func (v *visit) about(f *form, in url.Values) []row {
	var rows []row
	names := v.mayRead(readDirectory)
	for _, key := range f.Keys {
		id := in.Get(key)
		if key == "after" {
			continue // where a list goes on, which is nothing
		}
		if what := v.aboutReview(key, id); what.Name.is() {
			rows = append(rows, what)
			continue
		}
		switch key {
		case "account": // who is offered the form may reach it
			rows = append(rows, row{say("Account"), named(id), ""})
			continue
		case "attribute":
			rows = append(rows, row{say("Attribute"), named(id), ""})
			continue
		case "report":
			rows = append(rows, row{say("Report"), named(v.reportKnown(access.Report(id))), ""})
			continue
		case "link":
			rows = append(rows, row{say("Share link"), named(id), ""})
			continue
		}
		if !names && !v.belongsTo(key, id) {
			rows = append(rows, row{say("Of"), named(id), ""})
			continue
		}
		switch key {
		case "user":
			rows = append(rows, row{say("Person"), named(v.userName(team.UserID(id))), ""})
		case "team":
			rows = append(rows, row{say("Team"), named(v.teamName(team.ID(id))), ""})
		case "group":
			rows = append(rows, row{say("Data group"), named(v.groupName(datagroup.ID(id))), ""})
		case "invitation":
			if i, ok := v.console.company.Invitation(invite.ID(id)); ok {
				rows = append(rows, row{say("Invitation"), named(i.Terms.Address.String()), ""})
			}
		}
	}
	return rows
}

// changed is an event that somebody made after a form was opened.
type changed struct {
	Seq  uint64
	Time time.Time
	By   phrase
	What []phrase
}

// explainChanged says what happened after a form was opened, by the event that a
// refusal names. Who made it is told to those who may read the log.
func (v *visit) explainChanged(f *form, seq uint64, out *outcome) {
	out.text = somebodyChanged()
	query := company.HistoryQuery{After: seq - 1, Before: seq + 1}
	for e, err := range v.console.company.History(v.Context(), query) {
		if err != nil {
			return // it is refused all the same
		}
		item := changed{Seq: e.Seq, Time: e.Time, By: say("Somebody")}
		if v.may(access.ReadAudit, access.Company()) {
			item.By = named(cmp.Or(e.Actor.Email, e.Actor.ID))
		}
		own := e.Actor.Kind == audit.KindUser && e.Actor.ID == string(v.reader)
		for _, c := range e.Event.Changes {
			item.What = append(item.What, v.console.changeTitle(c.Type))
			if own && c.Type == f.logged() {
				out.text = say("You did this already, after you opened the form. Nothing was done twice.")
			}
		}
		out.changed = []changed{item}
	}
}

func somebodyChanged() phrase {
	return say("Somebody changed this after you opened the form. Nothing was changed by you. See what is different, and decide again.")
}

// changeTitle returns what a type of change is called: as its form is, or as the
// log has it.
func (c *console) changeTitle(name string) phrase {
	for _, f := range c.forms {
		if f.Name == name || f.Log == name {
			return f.Title
		}
	}
	return named(name)
}
