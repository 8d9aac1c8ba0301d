package model

import (
	"maps"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/datagroup"
)

// Account is a connected account. Nothing writes to its values once it is in a
// world.
type Account struct {
	Source string
	Values map[string]datagroup.Value
}

// Group is a data group.
type Group struct {
	Name string
	Rule Rule
}

// Rule is a filter twice: as text, and as what that text means.
type Rule struct {
	Text  string
	Reads []string // the declared attributes that the filter reads
	Match func(id string, a Account) bool
}

// Rules are filters that between them read every type of attribute, and both
// attributes with few values and those with one for each account. The first
// matches no account, the second every one.
var Rules = []Rule{
	{"nothing", nil, func(string, Account) bool { return false }},
	{"everything", nil, func(string, Account) bool { return true }},
	{"country = 'US'", []string{"country"}, func(_ string, a Account) bool {
		return a.Values["country"].Equal(datagroup.Text("US"))
	}},
	{"country != 'US'", []string{"country"}, func(_ string, a Account) bool {
		return !a.Values["country"].IsMissing() && a.Values["country"].Text() != "US"
	}},
	{"country missing", []string{"country"}, func(_ string, a Account) bool { return a.Values["country"].IsMissing() }},
	{"id in ('a1', 'a3')", nil, func(id string, _ Account) bool { return id == "a1" || id == "a3" }},
	{"not id = 'a2'", nil, func(id string, _ Account) bool { return id != "a2" }},
	{"source = 'google' and id != 'a4'", nil, func(id string, a Account) bool {
		return a.Source == "google" && id != "a4"
	}},
	{"source = 'meta'", nil, func(_ string, a Account) bool { return a.Source == "meta" }},
	{"spend >= 10", []string{"spend"}, func(_ string, a Account) bool {
		return !a.Values["spend"].IsMissing() && a.Values["spend"].Number() >= 10
	}},
	{"tags has 'vip'", []string{"tags"}, func(_ string, a Account) bool {
		return slices.Contains(slices.Collect(a.Values["tags"].Labels()), "vip")
	}},
	{"name prefix 'N'", nil, func(_ string, a Account) bool {
		return strings.HasPrefix(a.Values["name"].Text(), "N")
	}},
}

// Nothing and Everything are the rules that match no account and every one.
var Nothing, Everything = Rules[0], Rules[1]

// ParseRule returns the rule of any text under the attributes of the world, and
// false if it is no filter. Parsing and matching have a model of their own in
// package datagroup; here they are trusted.
func (w *World) ParseRule(text string) (Rule, bool) {
	schema, err := SchemaOf(w.Attributes)
	if err != nil {
		return Rule{}, false
	}
	f, err := schema.Parse(text)
	if err != nil {
		return Rule{}, false
	}
	r := Rule{Text: f.String(), Match: func(id string, a Account) bool {
		account, err := schema.Account(datagroup.AccountID(id), a.Source, a.Values)
		return err == nil && f.Match(account) == datagroup.True
	}}
	for _, name := range f.Reads() {
		if has(w.Attributes, name) {
			r.Reads = append(r.Reads, name)
		}
	}
	return r, true
}

// Matches reports whether there is such a data group and the account is in it.
func (w *World) Matches(group, account string) bool {
	g, ok := w.Groups[group]
	return ok && g.Rule.Match(account, w.Accounts[account])
}

// Types are the attributes that drawn worlds know how to use. "tier" is one
// that nothing reads.
var Types = map[string]datagroup.Type{
	"country": datagroup.StringType, "spend": datagroup.NumberType,
	"tags": datagroup.LabelsType, "tier": datagroup.StringType,
}

// InUse reports whether an account has a value for the attribute or a data
// group reads it.
func (w *World) InUse(attribute string) bool {
	for _, a := range w.Accounts {
		if !a.Values[attribute].IsMissing() {
			return true
		}
	}
	for _, g := range w.Groups {
		if slices.Contains(g.Rule.Reads, attribute) {
			return true
		}
	}
	return false
}

// Declares reports whether every value of a has an attribute of its type.
func (w *World) Declares(a Account) bool {
	for name, v := range a.Values {
		if name != "name" && w.Attributes[name] != v.Type() {
			return false
		}
	}
	return true
}

// SchemaOf returns the schema of some attributes.
func SchemaOf(types map[string]datagroup.Type) (*datagroup.Schema, error) {
	return datagroup.NewSchema(AttributesOf(types)...)
}

// AttributesOf returns attributes in byte order of their names.
func AttributesOf(types map[string]datagroup.Type) []datagroup.Attribute {
	var all []datagroup.Attribute
	for _, name := range slices.Sorted(maps.Keys(types)) {
		all = append(all, datagroup.Attribute{Name: name, Type: types[name]})
	}
	return all
}
