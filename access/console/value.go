package console

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/datagroup"
)

// attributes returns what an account may have values for: its name, and what is
// declared.
func (v *visit) attributes() []datagroup.Attribute {
	name := datagroup.Attribute{Name: "name", Type: datagroup.StringType}
	return append([]datagroup.Attribute{name}, v.directory().Schema().Attributes()...)
}

// attributeLabel is how a page calls an attribute.
func attributeLabel(a datagroup.Attribute) phrase {
	if a.Name == "name" {
		return say("Name")
	}
	return named(a.Name)
}

// valueText is a value in words.
func valueText(value datagroup.Value) phrase {
	switch {
	case value.IsMissing():
		return say("without a value")
	case shown(value) == "":
		return say("empty")
	case value.Type() == datagroup.LabelsType:
		return listed(slices.Collect(value.Labels()))
	}
	return named(shown(value))
}

// shown returns a value as it stands in its field; "" for none.
func shown(value datagroup.Value) string {
	switch value.Type() {
	case datagroup.StringType:
		return value.Text()
	case datagroup.NumberType:
		return value.String()
	case datagroup.LabelsType:
		return strings.Join(slices.Collect(value.Labels()), "\n")
	}
	return ""
}

// asTyped returns what comes back of a text that nobody touched, after a page has
// shown it in a field and [cleaned] read it.
func asTyped(text string) string {
	return strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\uFFFD").Replace(text))
}

// valueField is the name of the field for an attribute. None of the form's own has
// a name like it.
func valueField(a datagroup.Attribute) string { return valuePrefix + a.Name }

const valuePrefix = "v-"

// sentType is the name under which a form keeps the type of an attribute.
func sentType(name string) string { return "t-" + name }

// sentTypes are the types for which a form asks for values.
func (v *visit) sentTypes() []sent {
	var all []sent
	for _, a := range v.attributes() {
		all = append(all, sent{sentType(a.Name), a.Type.String()})
	}
	return all
}

// staleError says that an attribute got another type, or was dropped, after a form
// was made in which something was typed for it.
type staleError struct{ attribute string }

func (e *staleError) Error() string { return "the attribute " + e.attribute + " was changed" }

// sameTypes returns a *staleError if what was typed for an attribute was typed for
// another type: a text that looks like a number is none.
func (v *visit) sameTypes(in url.Values) error {
	schema := v.directory().Schema()
	for _, key := range slices.Sorted(maps.Keys(in)) {
		name, is := strings.CutPrefix(key, valuePrefix)
		if !is || in.Get(key) == "" && !slices.Contains(in[emptyField], name) {
			continue
		}
		if !in.Has(sentType(name)) {
			return admission.BadRequest("The form does not say when it was made. Open it again.")
		}
		if pos, ok := schema.Position(name); !ok || schema.At(pos).Type.String() != in.Get(sentType(name)) {
			return &staleError{name}
		}
	}
	return nil
}

// emptyField is the name of the field in which an empty field is said to be a
// value.
const emptyField = "empty"

// valueFields ask for the values of an account, each as its type is written. No
// value is an empty field. One that is there and empty cannot be told from it, so
// it has a box of its own; labels always have one, as no labels at all are much
// more often known than the empty text is.
func (v *visit) valueFields(now datagroup.Account) []field {
	var fields []field
	empty := field{Name: emptyField, Kind: chooseMany, Label: say("Known to be empty"),
		Hint: say("Without a tick, an empty field is unknown. With one, it is known that there is nothing in it, and filters can tell.")}
	for _, a := range v.attributes() {
		value := now.Value(a.Name)
		f := field{Name: valueField(a), Label: attributeLabel(a), Kind: typeLine, Value: []string{shown(value)}}
		switch a.Type {
		case datagroup.NumberType:
			f.Kind, f.Hint = typeDecimal, say("A number.")
		case datagroup.LabelsType:
			f.Kind, f.Hint = typeLines, say("Labels, one on each line.")
		default:
			if strings.ContainsAny(shown(value), "\r\n") {
				f.Kind = typeLines // a line would lose them
			}
		}
		fields = append(fields, f)
		there := !value.IsMissing() && asTyped(shown(value)) == ""
		if there || a.Type == datagroup.LabelsType {
			empty.Options = append(empty.Options, option{a.Name, attributeLabel(a), phrase{}})
		}
		if there {
			empty.Value = append(empty.Value, a.Name)
		}
	}
	if len(empty.Options) > 0 {
		fields = append(fields, empty)
	}
	return fields
}

// typedValues reads what was typed for the values of an account: what is another
// value than before, and what has none any more. An attribute that the form did not
// ask for stays as it is.
func (v *visit) typedValues(in url.Values, before datagroup.Account) (set map[string]datagroup.Value, clear []string, err error) {
	if err := v.sameTypes(in); err != nil {
		return nil, nil, err
	}
	set = map[string]datagroup.Value{}
	for _, a := range v.attributes() {
		if !in.Has(valueField(a)) {
			continue
		}
		was := before.Value(a.Name)
		is, err := readValue(a, in.Get(valueField(a)), slices.Contains(in[emptyField], a.Name), was)
		switch {
		case err != nil:
			return nil, nil, err
		case is.Equal(was):
		case is.IsMissing():
			clear = append(clear, a.Name)
		default:
			set[a.Name] = is
		}
	}
	return set, clear, nil
}

// readValue reads the value of an attribute. What nobody touched stays as it was,
// whatever a browser made of it.
func readValue(a datagroup.Attribute, typed string, empty bool, was datagroup.Value) (datagroup.Value, error) {
	untouched := was.Type() == a.Type && typed == asTyped(shown(was))
	switch {
	case typed == "" && !empty, typed == "" && a.Type == datagroup.NumberType:
		return datagroup.Value{}, nil
	case untouched:
		return was, nil
	case a.Type == datagroup.NumberType:
		n, err := strconv.ParseFloat(typed, 64)
		if err != nil {
			return datagroup.Value{}, &fieldError{valueField(a), say("Write a number, such as 1000 or 2.5.")}
		}
		return datagroup.Number(n), nil
	case a.Type == datagroup.LabelsType:
		var labels []string
		for _, line := range fieldsOf(typed) {
			if label := strings.TrimSpace(line); label != "" {
				labels = append(labels, label)
			}
		}
		return datagroup.Labels(labels...), nil
	}
	return datagroup.Text(typed), nil
}
