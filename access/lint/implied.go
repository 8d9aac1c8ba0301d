package lint

import "github.com/ambit-authz/ambit/datagroup"

// everything is the filter of that name, which is the same under every schema.
var everything, _ = new(datagroup.Schema).Parse("everything")

// perProof is what a proof takes from the budget beside its steps.
const perProof = 100

// implies reports whether every possible account that f matches is one that g
// matches. It is false if that is not certain. Steps are taken from the budget, and
// when that has ended, there may be more findings of the code.
func (k *checker) implies(code Code, f, g datagroup.Filter) bool {
	if !k.wants(code) || !k.spend(code, perProof) {
		return false
	}
	proof := datagroup.Implies(f, g, k.d.Schema())
	k.budget -= proof.Steps
	return proof.Answer == datagroup.Yes
}

// spend takes steps from the budget. When that has ended, it notes that there may
// be more findings of the code, and reports false.
func (k *checker) spend(code Code, steps int) bool {
	k.budget -= steps
	if k.budget < 0 {
		k.found[code.number()].atLeast = true
	}
	return k.budget >= 0
}

// firstEqual returns the first of some data groups that matches the same accounts
// as g, whatever these are, and -1 if of none that is certain.
func (k *checker) firstEqual(g datagroup.Group, among []datagroup.Group) int {
	code := GroupDuplicate
	if !k.wants(code) {
		code = GroupSubsumed // which leaves those out
	}
	if !k.wants(code) {
		return -1
	}
	for i, m := range among {
		if k.implies(code, g.Filter, m.Filter) && k.implies(code, m.Filter, g.Filter) {
			return i
		}
		if k.budget < 0 {
			break
		}
	}
	return -1
}
