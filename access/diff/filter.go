package diff

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
)

// FilterEffect is what a change of a data group's filter can do, over all accounts
// that there may be and not only those that there are. The zero FilterEffect is
// [Unknown].
type FilterEffect uint8

const (
	// Unknown: it is not known, see [datagroup.Implies]; or the filters read an
	// attribute that the two policies declare with different types.
	Unknown FilterEffect = iota
	// Same: the filters match the same accounts, and are only written otherwise.
	Same
	// Narrows: the next filter matches no account that the old one does not.
	Narrows
	// Widens: the next filter matches every account that the old one does.
	Widens
	// Differs: each matches accounts that the other one does not.
	Differs
)

// String returns "unknown", "same", "narrows", "widens" or "differs", and
// "invalid" for anything else.
func (e FilterEffect) String() string {
	texts := [...]string{"unknown", "same", "narrows", "widens", "differs"}
	if int(e) >= len(texts) {
		return "invalid"
	}
	return texts[e]
}

// FilterChange is a data group whose filter is another one in the next policy.
type FilterChange struct {
	Group     datagroup.ID
	Old, Next datagroup.Filter
	Effect    FilterEffect
	// Gained is an account that Next matches and Old does not, and Lost one that
	// Old matches and Next does not. Neither need be in a policy. Each is the zero
	// Account if there is none, or none was found.
	Gained, Lost datagroup.Account
}

// FilterChanges returns the data groups that are in both policies with filters that
// are not written the same, ordered by id, and says of each whether the change can
// only narrow it. New and deleted groups are not among them, nor are groups whose
// accounts changed and whose filter did not; who gains and loses by any of it
// [Compare] says.
//
// The filters are compared over the attributes of both policies. It costs a look
// at each data group, and for each that is read, two times [datagroup.Implies].
func FilterChanges(old, next *access.Policy) iter.Seq[FilterChange] {
	return func(yield func(FilterChange) bool) {
		before, after := old.Directory(), next.Directory()
		var changes []FilterChange
		for g := range after.Groups() {
			if was, ok := before.Group(g.ID); ok && !was.Filter.Equal(g.Filter) {
				changes = append(changes, FilterChange{Group: g.ID, Old: was.Filter, Next: g.Filter})
			}
		}
		slices.SortFunc(changes, func(a, b FilterChange) int { return strings.Compare(string(a.Group), string(b.Group)) })
		schema := commonSchema(before.Schema(), after.Schema())
		for _, c := range changes {
			if !yield(c.judged(schema)) {
				return
			}
		}
	}
}

// judged returns c with its effect.
func (c FilterChange) judged(s *datagroup.Schema) FilterChange {
	narrows, widens := datagroup.Implies(c.Next, c.Old, s), datagroup.Implies(c.Old, c.Next, s)
	c.Gained, c.Lost = narrows.Counterexample, widens.Counterexample
	switch {
	case narrows.Answer == datagroup.Yes && widens.Answer == datagroup.Yes:
		c.Effect = Same
	case narrows.Answer == datagroup.Yes:
		c.Effect = Narrows
	case widens.Answer == datagroup.Yes:
		c.Effect = Widens
	case narrows.Answer == datagroup.No && widens.Answer == datagroup.No:
		c.Effect = Differs
	}
	return c
}

// commonSchema returns the attributes of two schemas, without those that differ in
// type. If they go into no schema together, it returns next.
func commonSchema(old, next *datagroup.Schema) *datagroup.Schema {
	attributes, more := old.Attributes(), next.Attributes()
	if slices.Equal(attributes, more) {
		return next
	}
	attributes = slices.DeleteFunc(attributes, func(a datagroup.Attribute) bool { return declared(next, a.Name) })
	for _, a := range more {
		if pos, ok := old.Position(a.Name); !ok || old.At(pos).Type == a.Type {
			attributes = append(attributes, a)
		}
	}
	if common, err := datagroup.NewSchema(attributes...); err == nil {
		return common
	}
	return next
}

func declared(s *datagroup.Schema, name string) bool {
	_, ok := s.Position(name)
	return ok
}

// String returns the change in words, in one line of limited length for filters of
// a usual size:
//
//	data group us: can only narrow: no longer an account with country "CA"
func (c FilterChange) String() string {
	text := "data group " + name(c.Group) + ": "
	gained, lost := c.Gained.ID() != "", c.Lost.ID() != ""
	switch c.Effect {
	case Same:
		text += "means the same as before"
	case Narrows:
		text += "can only narrow"
	case Widens:
		text += "can only widen"
	case Differs:
		text += "can narrow and widen"
	default:
		switch {
		case gained:
			text += "can widen, and perhaps narrow"
		case lost:
			text += "can narrow, and perhaps widen"
		default:
			text += "cannot be compared with what it was"
		}
	}
	var examples []string
	if lost {
		examples = append(examples, "no longer "+c.describe(c.Lost))
	}
	if gained {
		examples = append(examples, "now also "+c.describe(c.Gained))
	}
	if examples != nil {
		text += ": " + strings.Join(examples, ", ")
	}
	return text
}

// describe returns an account in words, by what the filters read.
func (c FilterChange) describe(a datagroup.Account) string {
	names := slices.Compact(slices.Sorted(slices.Values(append(c.Old.Reads(), c.Next.Reads()...))))
	var with, without []string
	for _, key := range names {
		if v := a.Value(key); v.IsMissing() {
			without = append(without, key)
		} else {
			with = append(with, key+" "+valueText(v))
		}
	}
	text := "an account"
	for _, part := range []struct {
		word string
		list []string
	}{{" with ", with}, {" without ", without}} {
		if part.list != nil {
			text += part.word + listed(part.list, " and ")
		}
	}
	return text
}

// valueText writes a value in one line, the beginning of a long one.
func valueText(v datagroup.Value) string {
	switch v.Type() {
	case datagroup.NumberType:
		return v.String()
	case datagroup.LabelsType:
		var labels []string
		for label := range v.Labels() {
			labels = append(labels, shortText(label))
		}
		return "(" + listed(labels, ", ") + ")"
	default:
		return shortText(v.Text())
	}
}

// listed joins a list, the first few of a long one.
func listed(list []string, between string) string {
	const most = 5
	if len(list) > most {
		return fmt.Sprintf("%s%s%d more", strings.Join(list[:most], between), between, len(list)-most)
	}
	return strings.Join(list, between)
}

// shortText writes a text in quotes, the beginning of a long one.
func shortText(s string) string {
	const most = 64
	if len(s) <= most {
		return strconv.Quote(s)
	}
	end := most
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return strconv.Quote(s[:end]) + "…"
}
