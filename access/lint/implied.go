package lint

import "github.com/ambit-authz/ambit/datagroup"

// everything is the filter of that name, which is the same under every schema.
var everything, _ = new(datagroup.Schema).Parse("everything")

// maxSteps is how many steps one proof takes at most, as far as the budget is
// concerned. Most take fewer than are taken from it.
const maxSteps = 1 << 18

// implies reports whether every possible account that f matches is one that g
// matches. It is false if that is not certain. Steps are taken from the budget, and
// when that has ended, there may be more findings of the code.
func (k *checker) implies(code Code, f, g datagroup.Filter) bool {
	if !k.wants(code) {
		return false
	}
	size := min(1+f.Size()+g.Size(), 1<<16)
	if k.budget -= min(8*size*size, maxSteps); k.budget < 0 {
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
