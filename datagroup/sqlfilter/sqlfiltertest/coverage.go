package sqlfiltertest

import (
	"errors"
	"fmt"

	"github.com/ambit-authz/ambit/datagroup"
)

// kind is a kind of comparison.
type kind struct {
	attribute datagroup.Attribute
	operator  datagroup.Operator
}

// coverage counts, for each kind of comparison that was compared as a filter of
// its own, what it said of the accounts.
type coverage map[kind]*[datagroup.True + 1]int

// count adds what a filter says of the accounts.
func (c coverage) count(n datagroup.Node, truths []datagroup.Truth) {
	l, ok := n.(datagroup.Comparison)
	if !ok {
		return
	}
	k := kind{l.Attribute, l.Operator}
	if c[k] == nil {
		c[k] = new([datagroup.True + 1]int)
	}
	for _, t := range truths {
		c[k][t]++
	}
}

// weak returns an error for each kind of comparison over an attribute, other than
// those left out, that was not true, false and unknown on some account each. What
// cannot be is not asked for.
func (c coverage) weak(leftOut func(kind) bool) error {
	var errs []error
	for _, a := range attributes {
		for _, o := range operators[a.Type] {
			k := kind{a, o}
			if leftOut(k) {
				continue
			}
			said := c[k]
			if said == nil {
				said = new([datagroup.True + 1]int)
			}
			for _, t := range []datagroup.Truth{datagroup.True, datagroup.False, datagroup.Unknown} {
				if said[t] == 0 && possible(k, t) {
					errs = append(errs, fmt.Errorf("the test is too weak: no comparison %s %s was %v for any account", a.Name, o, t))
				}
			}
		}
	}
	return errors.Join(errs...)
}

// possible reports whether a comparison can be t for an account.
func possible(k kind, t datagroup.Truth) bool {
	switch {
	case t == datagroup.Unknown:
		return !always(k.attribute) && !isDefinite(k.operator)
	case k.operator == datagroup.Missing:
		return t == datagroup.False || !always(k.attribute)
	case k.operator == datagroup.Present:
		return t == datagroup.True || !always(k.attribute)
	}
	return true
}
