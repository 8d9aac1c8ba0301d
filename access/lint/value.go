package lint

import (
	"fmt"
	"maps"
	"strings"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
)

// valueBook says which of the texts that filters name are values of accounts, by
// the name of the attribute and the text.
type valueBook map[string]map[string]bool

// literal is a text that a filter compares an attribute with.
type literal struct {
	attribute, text string
}

// literals calls visit for each text that a filter compares with all of the value
// of an attribute, or with a label: not a part of a text, and not a number.
func literals(n datagroup.Node, visit func(literal)) {
	switch n := n.(type) {
	case datagroup.Not:
		literals(n.Operand, visit)
	case datagroup.And:
		for _, o := range n {
			literals(o, visit)
		}
	case datagroup.Or:
		for _, o := range n {
			literals(o, visit)
		}
	case datagroup.Comparison:
		for _, s := range n.List {
			visit(literal{n.Attribute.Name, s})
		}
		switch n.Operator {
		case datagroup.Equal, datagroup.NotEqual, datagroup.Has:
			if n.Value.Type() == datagroup.StringType {
				visit(literal{n.Attribute.Name, n.Value.Text()})
			}
		}
	}
}

// checkAccounts looks at the values of accounts, and which of them filters name.
func (k *checker) checkAccounts() {
	k.values = make(valueBook)
	for g := range k.d.Groups() {
		literals(g.Filter.Root(), func(l literal) {
			if k.values[l.attribute] == nil {
				k.values[l.attribute] = make(map[string]bool)
			}
			k.values[l.attribute][l.text] = false
		})
	}
	schema := k.d.Schema()
	named := make([]map[string]bool, schema.Len())
	for pos := range named {
		named[pos] = k.values[schema.At(pos).Name]
	}
	for a := range k.d.Accounts() {
		k.accounts++
		for pos, texts := range named {
			v := a.At(pos)
			k.checkEmpty(a.ID(), schema, pos, v)
			mark(texts, v)
		}
	}
}

// mark notes that an account has a value of an attribute that filters compare with
// texts.
func mark(texts map[string]bool, v datagroup.Value) {
	if len(texts) == 0 {
		return
	}
	switch v.Type() {
	case datagroup.StringType:
		if seen, named := texts[v.Text()]; named && !seen {
			texts[v.Text()] = true
		}
	case datagroup.LabelsType:
		for l := range v.Labels() {
			if seen, named := texts[l]; named && !seen {
				texts[l] = true
			}
		}
	}
}

// checkEmpty looks at the value that an account has at a position of the schema.
func (k *checker) checkEmpty(id datagroup.AccountID, s *datagroup.Schema, pos int, v datagroup.Value) {
	what := ""
	switch v.Type() {
	case datagroup.StringType:
		if v.Text() == "" {
			what = "empty text"
		}
	case datagroup.LabelsType:
		what = "empty set of labels"
		for range v.Labels() {
			return
		}
	}
	if what == "" {
		return
	}
	name := s.At(pos).Name
	k.add(EmptyValue, place{accountList, string(id), attribute, name}, func(f *Finding) {
		f.Text = fmt.Sprintf("account %s has the %s as %s, which is a value and not a missing one", text.Quote(id), what, text.Plain(name))
	})
}

// checkValues looks for texts in the filter of a data group that no account has.
func (k *checker) checkValues(g datagroup.Group) {
	var unseen []literal
	n := 0
	told := make(map[literal]bool)
	literals(g.Filter.Root(), func(l literal) {
		if k.values[l.attribute][l.text] || told[l] {
			return
		}
		told[l] = true
		if n++; n <= maxNamed {
			unseen = append(unseen, l)
		}
	})
	if n == 0 {
		return
	}
	k.add(ValueUnseen, filterOf(g.ID), func(f *Finding) {
		var each []string
		for _, l := range unseen {
			s := text.Quote(l.text) + " as " + text.Plain(l.attribute)
			if near := k.near(l); near != "" {
				s += " (did you mean " + text.Quote(near) + "?)"
			}
			each = append(each, s)
		}
		f.Text = "filter of data group " + text.Quote(g.ID) + " names what no account has: " + strings.Join(each, ", ")
		if more := n - len(unseen); more > 0 {
			f.Text += fmt.Sprintf(" and %d more", more)
		}
	})
}

// maxNear is how many characters of values are searched for the one that was
// meant: some hundredths of a second of work.
const maxNear = 5 * text.NearestBudget

// known is the texts and labels that accounts have for an attribute.
type known struct {
	texts map[string]bool
	size  int // how many characters, and one for each
}

// near returns the value of some account that is near to a text, "" if there is
// none or if there are too many to look at.
func (k *checker) near(l literal) string {
	all, made := k.distinct[l.attribute]
	if !made {
		all = k.distinctValues(l.attribute)
		k.distinct[l.attribute] = all
	}
	if k.looked += all.size; k.looked > maxNear {
		return ""
	}
	return text.Nearest(l.text, maps.Keys(all.texts))
}

// distinctValues returns what accounts have for an attribute, nothing if that is
// too much to look at.
func (k *checker) distinctValues(name string) known {
	if !k.walks() {
		return known{}
	}
	all := known{texts: make(map[string]bool)}
	add := func(s string) {
		if !all.texts[s] {
			all.texts[s] = true
			all.size += 1 + len(s)
		}
	}
	pos, _ := k.d.Schema().Position(name)
	for a := range k.d.Accounts() {
		switch v := a.At(pos); v.Type() {
		case datagroup.StringType:
			add(v.Text())
		case datagroup.LabelsType:
			for l := range v.Labels() {
				add(l)
			}
		}
		if all.size > text.NearestBudget {
			return known{}
		}
	}
	return all
}
