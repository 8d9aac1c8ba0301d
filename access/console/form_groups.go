package console

import (
	"cmp"
	"errors"
	"net/url"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/datagroup"
)

// groupForms make and change data groups.
func groupForms() []form {
	return []form{
		{
			Name: "datagroup.create", About: "groups", Draws: true, Back: backToGroup,
			Title:   say("Make a data group"),
			Help:    say("It shows nothing to anybody until a team has it."),
			Offered: asks(access.CreateGroup, theCompany),
			Fields: func(v *visit, in url.Values) []field {
				return []field{groupName(""), v.filterField(""), {Name: "id", Kind: typeLine, Label: say("Id"), Max: 256,
					Hint: say("You may leave it out. It never changes, and is never used again.")}}
			},
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				if in.Get("name") == "" {
					return nil, &fieldError{"name", say("Give it a name that people will recognise.")}
				}
				if err := v.readFilter(in); err != nil {
					return nil, err
				}
				return one(company.CreateGroup{Group: datagroup.ID(cmp.Or(in.Get("id"), in.Get("new"))), Name: in.Get("name"), Filter: in.Get("filter")}), nil
			},
			Checked: func(v *visit, in url.Values) []row { return v.checkFilter(in, datagroup.Filter{}, false) },
		},
		{
			Name: "datagroup.edit", About: "group", Keys: []string{"group"}, Back: backToGroup,
			Title:   say("Edit the name or filter"),
			Help:    say("What the members of its teams see changes at once."),
			Offered: asks(access.EditGroup, theGroup),
			Fields: func(v *visit, in url.Values) []field {
				g, _ := v.directory().Group(groupID(in))
				return []field{groupName(g.Name), v.filterField(g.Filter.String())}
			},
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				g, _ := v.directory().Group(groupID(in))
				if err := v.readFilter(in); err != nil {
					return nil, err
				}
				return one(company.EditGroup{Group: groupID(in), Name: edited(in, "name", g.Name), Filter: edited(in, "filter", g.Filter.String())}), nil
			},
			Checked: func(v *visit, in url.Values) []row {
				g, _ := v.directory().Group(groupID(in))
				return v.checkFilter(in, g.Filter, true)
			},
		},
		{
			Name: "datagroup.delete", Grave: true, About: "group", Keys: []string{"group"},
			Title:   say("Delete the data group"),
			Help:    say("It is taken from every team that has it, and its id is never used again."),
			Offered: asks(access.DeleteGroup, theGroup),
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.DeleteGroup{Group: groupID(in)}), nil
			},
			Back: func(v *visit, in url.Values, r company.Receipt) string {
				if r.Seq == 0 {
					return backToGroup(v, in, r)
				}
				return v.backToList("/groups")
			},
		},
	}
}

func groupID(in url.Values) datagroup.ID { return datagroup.ID(in.Get("group")) }

// backToGroup returns to the data group that a form is about, or that it made.
func backToGroup(v *visit, in url.Values, r company.Receipt) string {
	id := in.Get("group")
	if made, ok := company.Outcome[company.CreateGroup](r); ok {
		id = string(made.Group)
	}
	if id == "" {
		return v.backToList("/groups")
	}
	return v.backToList("/group", "id", id)
}

func groupName(now string) field {
	return field{Name: "name", Kind: typeLine, Label: say("Name"), Max: 128, Value: []string{now}}
}

// filterField is where a filter is written. Its hint has the attributes, which
// everybody needs to know who writes one.
func (v *visit) filterField(now string) field {
	names := ""
	for i, a := range v.directory().Schema().Attributes() {
		if i > 0 {
			names += ", "
		}
		names += a.Name + " (" + a.Type.String() + ")"
	}
	hint := say("Such as source = 'google-ads' or name prefix 'Acme'. Attributes: id, source, name.")
	if names != "" {
		hint = say("Such as source = 'google-ads' or name prefix 'Acme'. Attributes: id, source, name, %s.", names)
	}
	return field{Name: "filter", Kind: typeLines, Label: say("Filter"), Required: true, Live: true, Value: []string{now}, Hint: hint}
}

// readFilter says where a filter is wrong, and what was probably meant.
func (v *visit) readFilter(in url.Values) error {
	_, err := v.directory().Schema().Parse(in.Get("filter"))
	wrong, ok := errors.AsType[*datagroup.Error](err)
	switch {
	case err == nil:
		return nil
	case !ok || wrong.Line == 0:
		return &fieldError{"filter", named(err.Error())}
	case wrong.Suggestion != "":
		return &fieldError{"filter", say("Line %s, column %s: %s. Did you mean %s?", wrong.Line, wrong.Column, filterProblem(wrong), wrong.Suggestion)}
	}
	return &fieldError{"filter", say("Line %s, column %s: %s.", wrong.Line, wrong.Column, filterProblem(wrong))}
}

// filterProblem says what is wrong in a filter, with the attribute that it is
// about.
func filterProblem(wrong *datagroup.Error) phrase {
	switch {
	case errors.Is(wrong, datagroup.ErrUnknownAttribute):
		return say("there is no attribute %s", wrong.ID)
	case wrong.ID != "" && !strings.Contains(wrong.Text, wrong.ID):
		return say("attribute %s: %s", wrong.ID, wrong.Text)
	}
	return named(wrong.Text)
}

// checkFilter says what a filter that was typed matches, and how that differs from
// the one before.
func (v *visit) checkFilter(in url.Values, before datagroup.Filter, edits bool) []row {
	f, err := v.directory().Schema().Parse(in.Get("filter"))
	if err != nil {
		return nil
	}
	p := v.preview(f)
	rows := []row{{Name: say("Accounts that match"), Value: say("%s", p.Matches)}}
	for _, s := range p.Sources[:min(len(p.Sources), previewed)] {
		if s.Matches > 0 {
			rows = append(rows, row{Name: say("from %s", s.Source), Value: say("%s", s.Matches)})
		}
	}
	if p.Unknown > 0 {
		rows = append(rows, row{Name: say("Left out because an attribute is missing"), Value: say("%s", p.Unknown)})
	}
	if edits && !f.Equal(before) {
		rows = append(rows, row{Name: say("Whatever accounts there will be"), Value: v.compared(before, f)})
	}
	return rows
}

// compared says whether a filter can match more or less than another one, whatever
// accounts there are.
func (v *visit) compared(before, after datagroup.Filter) phrase {
	schema := v.directory().Schema()
	narrows, widens := datagroup.Implies(after, before, schema).Answer, datagroup.Implies(before, after, schema).Answer
	switch {
	case narrows == datagroup.Yes && widens == datagroup.Yes:
		return say("It means the same as before.")
	case narrows == datagroup.Yes:
		return say("It can only match less than before.")
	case widens == datagroup.Yes:
		return say("It can only match more than before.")
	case narrows == datagroup.No && widens == datagroup.No:
		return say("It can match accounts that it did not, and leave out others.")
	case narrows == datagroup.No:
		return say("It can match accounts that it did not match before.")
	case widens == datagroup.No:
		return say("It can leave out accounts that it matched before.")
	}
	return say("It cannot be told how it differs.")
}
