package lint

import "github.com/ambit-authz/ambit/datagroup"

// everything is the filter of that name, which is the same under every schema.
var everything, _ = new(datagroup.Schema).Parse("everything")

// implies reports whether every possible account that f matches is one that g
// matches. It is false if that is not certain. Each comparison of the two filters
// is taken from the budget, and when that has ended, there may be more findings of
// the code.
func (k *checker) implies(code Code, f, g datagroup.Filter) bool {
	if !k.wants(code) {
		return false
	}
	if k.budget -= 1 + f.Size() + g.Size(); k.budget < 0 {
		k.found[code.number()].atLeast = true
		return false
	}
	return datagroup.Implies(f, g, k.d.Schema()).Answer == datagroup.Yes
}

// equivalent reports whether two filters match the same accounts, whatever these
// are. It is false if that is not certain.
func (k *checker) equivalent(f, g datagroup.Filter) bool {
	code := GroupDuplicate
	if !k.wants(code) {
		code = GroupSubsumed // which leaves those out
	}
	return k.implies(code, f, g) && k.implies(code, g, f)
}
