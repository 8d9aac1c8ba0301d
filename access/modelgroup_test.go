package access_test

import (
	"iter"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/datagroup"
)

type modelAccount struct {
	source string
	values map[string]datagroup.Value // never written after it is made
}

type modelGroup struct {
	name string
	rule modelRule
}

// modelRule is a filter twice: as text, and as what that text means. Between
// them the rules read every type of attribute, and both those with few values
// and those with one for each account.
type modelRule struct {
	text  string
	reads string // declared attribute, if any
	match func(id string, a modelAccount) bool
}

var modelRules = []modelRule{
	{"nothing", "", func(string, modelAccount) bool { return false }},
	{"everything", "", func(string, modelAccount) bool { return true }},
	{"country = 'US'", "country", func(_ string, a modelAccount) bool {
		return a.values["country"].Equal(datagroup.Text("US"))
	}},
	{"country != 'US'", "country", func(_ string, a modelAccount) bool {
		return !a.values["country"].IsMissing() && a.values["country"].Text() != "US"
	}},
	{"country missing", "country", func(_ string, a modelAccount) bool { return a.values["country"].IsMissing() }},
	{"id in ('a1', 'a3')", "", func(id string, _ modelAccount) bool { return id == "a1" || id == "a3" }},
	{"not id = 'a2'", "", func(id string, _ modelAccount) bool { return id != "a2" }},
	{"source = 'google' and id != 'a4'", "", func(id string, a modelAccount) bool {
		return a.source == "google" && id != "a4"
	}},
	{"source = 'meta'", "", func(_ string, a modelAccount) bool { return a.source == "meta" }},
	{"spend >= 10", "spend", func(_ string, a modelAccount) bool {
		return !a.values["spend"].IsMissing() && a.values["spend"].Number() >= 10
	}},
	{"tags has 'vip'", "tags", func(_ string, a modelAccount) bool {
		return slices.Contains(collect(a.values["tags"].Labels()), "vip")
	}},
	{"name prefix 'N'", "", func(_ string, a modelAccount) bool {
		return strings.HasPrefix(a.values["name"].Text(), "N")
	}},
}

func collect[V any](seq iter.Seq[V]) []V { return slices.Collect(seq) }

// matches reports whether the group is there and the account is in it.
func (w *world) matches(group, account string) bool {
	g, ok := w.groups[group]
	return ok && g.rule.match(account, w.accounts[account])
}

// modelTypes are the attributes that worlds know how to use. "tier" is one
// that nothing reads.
var modelTypes = map[string]datagroup.Type{
	"country": datagroup.StringType, "spend": datagroup.NumberType,
	"tags": datagroup.LabelsType, "tier": datagroup.StringType,
}

// inUse reports whether an account has a value for the attribute or a group
// reads it.
func (w *world) inUse(name string) bool {
	for _, a := range w.accounts {
		if !a.values[name].IsMissing() {
			return true
		}
	}
	for _, g := range w.groups {
		if g.rule.reads == name {
			return true
		}
	}
	return false
}

// declares reports whether every value of a has an attribute of its type.
func (w *world) declares(a modelAccount) bool {
	for name, v := range a.values {
		if name != "name" && w.attributes[name] != v.Type() {
			return false
		}
	}
	return true
}

// schemaOf returns the schema of some attributes.
func schemaOf(types map[string]datagroup.Type) (*datagroup.Schema, error) {
	return datagroup.NewSchema(attributesOf(types)...)
}

func attributesOf(types map[string]datagroup.Type) []datagroup.Attribute {
	var all []datagroup.Attribute
	for _, name := range sortedKeys(types) {
		all = append(all, datagroup.Attribute{Name: name, Type: types[name]})
	}
	return all
}
