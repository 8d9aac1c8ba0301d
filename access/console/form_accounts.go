package console

import (
	"cmp"
	"errors"
	"net/url"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// accountForms connect, edit and disconnect accounts, one at a time.
func accountForms() []form {
	account := []string{"account"}
	return []form{
		{
			Name: "source.add", About: "accounts", Back: backToAccount,
			Title:   say("Connect an account"),
			Help:    say("Every data group whose filter matches it has it at once. A field that is left empty has no value: filters that read it leave the account out."),
			Offered: asks(access.AddSource, theCompany),
			Fields: func(v *visit, _ url.Values) []field {
				id := field{Name: "id", Kind: typeLine, Label: say("Id"), Required: true, Max: 256, Hint: say("As its source has it. It never changes.")}
				return append([]field{id, v.sourceField("")}, v.valueFields(datagroup.Account{})...)
			},
			Sent: (*visit).sentTypes,
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				entry, err := v.typedAccount(in)
				return one(company.ConnectAccounts{Accounts: []document.Account{entry}}), err
			},
			Checked: (*visit).checkAccount,
		},
		{
			Name: "source.edit", About: "account", Keys: account, Back: backToAccount,
			Title:   say("Edit the values"),
			Help:    say("What people see changes at once, as filters match the new values. A field that is left empty has no value: filters that read it leave the account out."),
			Offered: asks(access.EditSource, theAccount),
			Fields: func(v *visit, in url.Values) []field {
				now, _ := v.directory().Account(accountID(in))
				return append([]field{v.sourceField(now.Source())}, v.valueFields(now)...)
			},
			Sent: (*visit).sentTypes,
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				edit, err := v.typedEdit(in)
				return one(company.UpdateAccounts{Accounts: []company.AccountEdit{edit}}), err
			},
			Checked: (*visit).checkAccount,
		},
		{
			Name: "source.remove", Grave: true, About: "account", Keys: account,
			Title:   say("Disconnect the account"),
			Help:    say("Nobody sees it any more, and its values are gone. It can be connected again under its id."),
			Offered: asks(access.RemoveSource, theAccount),
			Build: func(v *visit, in url.Values) ([]company.Change, error) {
				return one(company.DisconnectAccounts{Accounts: []datagroup.AccountID{accountID(in)}}), nil
			},
			Back: func(v *visit, in url.Values, r company.Receipt) string {
				if r.Seq != 0 {
					return v.link("/accounts")
				}
				return backToAccount(v, in, r)
			},
		},
	}
}

func theAccount(in url.Values) access.Resource { return access.Account(in.Get("account")) }

func accountID(in url.Values) datagroup.AccountID { return datagroup.AccountID(in.Get("account")) }

// backToAccount returns to the account that a form is about, or that it made.
func backToAccount(v *visit, in url.Values, r company.Receipt) string {
	id := in.Get("account")
	if made, ok := company.Outcome[company.ConnectAccounts](r); ok {
		id = made.Accounts[0].ID
		if !v.console.company.Policy().View(access.User(v.reader)).Sees(datagroup.AccountID(id)) {
			id = ""
		}
	}
	if id == "" {
		return v.link("/accounts")
	}
	return v.link("/account", "id", id)
}

// someSources is how many sources a hint names.
const someSources = 10

// sourceField asks where an account comes from. Its hint has the sources of the
// accounts that the reader sees, as a source is compared letter by letter.
func (v *visit) sourceField(now string) field {
	f := field{Name: "source", Kind: typeLine, Label: say("Source"), Required: true, Max: 256, Value: []string{now}}
	var names []string
	all, _ := v.sources(v.policy.View(access.User(v.reader)))
	for _, s := range all[:min(len(all), someSources)] {
		names = append(names, s.Source)
	}
	if len(names) > 0 {
		f.Hint = say("Such as: %s", names)
	}
	return f
}

// typedAccount reads the account that is to be connected.
func (v *visit) typedAccount(in url.Values) (document.Account, error) {
	entry := document.Account{ID: in.Get("id"), Source: in.Get("source")}
	if entry.ID == "" {
		return entry, &fieldError{"id", say("Write the id that the source has for it.")}
	}
	if entry.Source == "" {
		return entry, noSource()
	}
	var err error
	entry.Values, _, err = v.typedValues(in, datagroup.Account{})
	return entry, err
}

// typedEdit reads what is to be changed of an account: what was touched alone.
func (v *visit) typedEdit(in url.Values) (company.AccountEdit, error) {
	now, _ := v.directory().Account(accountID(in))
	edit := company.AccountEdit{ID: accountID(in), Source: in.Get("source")}
	if edit.Source == "" {
		return edit, noSource()
	}
	if edit.Source == asTyped(now.Source()) {
		edit.Source = ""
	}
	var err error
	edit.Values, edit.Clear, err = v.typedValues(in, now)
	return edit, err
}

func noSource() error { return &fieldError{"source", say("Say where the account comes from.")} }

// checkAccount says what becomes of the values of an account, and of which data
// groups it becomes or ceases to be a part.
func (v *visit) checkAccount(in url.Values) []row {
	before, existed := v.directory().Account(accountID(in))
	after, err := v.accountAfter(in, before, existed)
	if err != nil {
		return nil // the change says why
	}
	var rows []row
	if existed && before.Source() != after.Source() {
		rows = append(rows, row{Name: say("Source"), Value: say("%s, and was %s", after.Source(), before.Source())})
	}
	for _, a := range v.attributes() {
		if was, is := before.Value(a.Name), after.Value(a.Name); existed && !is.Equal(was) {
			rows = append(rows, row{Name: attributeLabel(a), Value: say("%s, and was %s", valueText(is), valueText(was))})
		}
	}
	if v.mayRead(readDirectory) {
		rows = append(rows, v.checkGroups(before, after)...)
	}
	return rows
}

// accountAfter returns an account as a form makes it.
func (v *visit) accountAfter(in url.Values, before datagroup.Account, existed bool) (datagroup.Account, error) {
	schema := v.directory().Schema()
	if !existed {
		entry, err := v.typedAccount(in)
		if err != nil {
			return before, err
		}
		return schema.Account(datagroup.AccountID(entry.ID), entry.Source, entry.Values)
	}
	edit, err := v.typedEdit(in)
	if err != nil {
		return before, err
	}
	values := map[string]datagroup.Value{}
	for name, value := range before.Values() {
		if !slices.Contains(edit.Clear, name) {
			values[name] = value
		}
	}
	for name, value := range edit.Values {
		values[name] = value
	}
	return schema.Account(before.ID(), cmp.Or(edit.Source, before.Source()), values)
}

// checkGroups says which data groups an account comes into and which it leaves.
func (v *visit) checkGroups(before, after datagroup.Account) []row {
	var into, out smallest[string]
	entered, left := 0, 0
	for g := range v.directory().Groups() {
		had := before.ID() != "" && g.Filter.Match(before) == datagroup.True
		switch has := g.Filter.Match(after) == datagroup.True; {
		case has && !had:
			entered++
			into.add(string(g.ID), v.groupName(g.ID))
		case had && !has:
			left++
			out.add(string(g.ID), v.groupName(g.ID))
		}
	}
	var rows []row
	if entered > 0 {
		rows = append(rows, row{Name: say("Comes into data groups"), Value: namesText(into.values(), entered)})
	}
	if left > 0 {
		rows = append(rows, row{Name: say("Leaves data groups"), Value: namesText(out.values(), left)})
	}
	if entered+left == 0 {
		rows = append(rows, row{Name: say("Data groups"), Value: say("the same as before")})
	}
	return rows
}

// attributeForms declare attributes of accounts, give them another type and drop
// them.
func attributeForms() []form {
	attribute := []string{"attribute"}
	back := func(v *visit, _ url.Values, _ company.Receipt) string { return v.link("/attributes") }
	return []form{
		{
			Name: "attribute.declare", About: "attributes", Back: back,
			Title:   say("Declare an attribute"),
			Help:    say("No account has a value for it yet. Filters can read it at once."),
			Offered: asks(access.AddSource, theCompany),
			Fields: func(*visit, url.Values) []field {
				name := field{Name: "attribute", Kind: typeLine, Label: say("Name"), Required: true, Max: 64, Hint: say("A letter, then letters, digits, _ and -. Filters name it so.")}
				return []field{name, typeField(0)}
			},
			Build: func(_ *visit, in url.Values) ([]company.Change, error) {
				return one(company.DeclareAttribute{Attribute: in.Get("attribute"), Type: in.Get("type")}), chosenType(in)
			},
		},
		{
			Name: "attribute.retype", Grave: true, About: "attribute", Keys: attribute, Back: back,
			Title:   say("Give it another type"),
			Help:    say("The values that accounts have for it are gone. No filter may read it."),
			Offered: offerAttribute, Fits: noFilterReads,
			Fields: func(v *visit, in url.Values) []field {
				a, _ := v.attribute(in.Get("attribute"))
				return []field{typeField(a.Type)}
			},
			Build: func(_ *visit, in url.Values) ([]company.Change, error) {
				return one(company.RetypeAttribute{Attribute: in.Get("attribute"), Type: in.Get("type")}), chosenType(in)
			},
		},
		{
			Name: "attribute.drop", Grave: true, About: "attribute", Keys: attribute, Back: back,
			Title:   say("Drop it"),
			Help:    say("The values that accounts have for it are gone. No filter may read it."),
			Offered: offerAttribute, Fits: noFilterReads,
			Build: func(_ *visit, in url.Values) ([]company.Change, error) {
				return one(company.DropAttribute{Attribute: in.Get("attribute")}), nil
			},
		},
	}
}

// offerAttribute asks whether the reader may change attributes, and whether there
// is one.
func offerAttribute(v *visit, in url.Values) error {
	if err := v.decide(access.AddSource, access.Company()).Err(); err != nil {
		return err
	}
	if _, ok := v.attribute(in.Get("attribute")); !ok {
		return missing("attribute", in.Get("attribute"))
	}
	return nil
}

// noFilterReads reports whether the attribute that a form is about can be changed.
func noFilterReads(v *visit, in url.Values) bool {
	for g := range v.directory().Groups() {
		if slices.Contains(g.Filter.Reads(), in.Get("attribute")) {
			return false
		}
	}
	return true
}

// attribute returns a declared attribute.
func (v *visit) attribute(name string) (datagroup.Attribute, bool) {
	for _, a := range v.directory().Schema().Attributes() {
		if a.Name == name {
			return a, true
		}
	}
	return datagroup.Attribute{}, false
}

// typeField asks for the type of an attribute.
func typeField(now datagroup.Type) field {
	f := field{Name: "type", Kind: chooseRadio, Label: say("Type"), Required: true}
	for t, note := range map[datagroup.Type]phrase{
		datagroup.StringType: say("Compared letter by letter, also ids that are digits."),
		datagroup.NumberType: say("Can be more or less than another one."),
		datagroup.LabelsType: say("Any number of words at once."),
	} {
		f.Options = append(f.Options, option{t.String(), typeText(t), note})
	}
	slices.SortFunc(f.Options, func(a, b option) int { return -cmp.Compare(a.Value, b.Value) }) // string, number, labels
	if now != 0 {
		f.Value = []string{now.String()}
	}
	return f
}

// typeText is what a type is called.
func typeText(t datagroup.Type) phrase {
	switch t {
	case datagroup.StringType:
		return say("text")
	case datagroup.NumberType:
		return say("number")
	case datagroup.LabelsType:
		return say("labels")
	}
	return named(t.String())
}

// chosenType says what to choose if it is no type.
func chosenType(in url.Values) error {
	if _, err := datagroup.ParseType(in.Get("type")); errors.Is(err, datagroup.ErrType) {
		return &fieldError{"type", say("Choose one of them.")}
	}
	return nil
}
