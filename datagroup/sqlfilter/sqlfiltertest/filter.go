package sqlfiltertest

import (
	"slices"

	"github.com/ambit-authz/ambit/datagroup"
)

// Filters returns the filters of the corpus: the hostile ones, some 2,000, and
// the random ones. They have every operator over every attribute, with every
// hostile literal for each operator; lists of up to 1,000 items; up to 1,500
// comparisons and 100 levels. The literals are of the accounts' values or near
// them. They are the same for the same seed.
func Filters(c *Config) []datagroup.Filter {
	schema := Schema()
	nodes := newWriter(c, Accounts(c)).all(c.random())
	filters := make([]datagroup.Filter, len(nodes))
	for i, n := range nodes {
		f, err := schema.Parse(written(n))
		if err != nil {
			panic(err) // the filters are within the limits of parsing, as the tests show for many seeds
		}
		filters[i] = f
	}
	return filters
}

// writer writes filters about accounts.
type writer struct {
	draw   draw
	oneIn  int
	values map[string][]datagroup.Value // that accounts have, by attribute
}

func newWriter(c *Config, accounts []datagroup.Account) *writer {
	w := &writer{draw: newDraw(c.seed() + 1), oneIn: c.oneIn(), values: make(map[string][]datagroup.Value)}
	for _, a := range attributes {
		for _, account := range accounts {
			if v := account.Value(a.Name); !v.IsMissing() {
				w.values[a.Name] = append(w.values[a.Name], v)
			}
		}
	}
	return w
}

// all returns the hostile filters and then a number of random ones.
func (w *writer) all(random int) []datagroup.Node {
	list := slices.Concat(w.part(textLeaves()), w.part(labelLeaves()), w.part(numberLeaves()), w.partBesideLeaves(w.combined()), w.part(w.lists()))
	// What is wrong is found sooner if filters that are alike stand far apart.
	w.draw.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	list = slices.Concat([]datagroup.Node{datagroup.Constant(true), datagroup.Constant(false)}, list, w.part(w.chains()), w.part(w.deep()))
	for range random {
		list = append(list, w.node(4))
	}
	return list
}

// part returns one in so many of a list, as the test has.
func (w *writer) part(list []datagroup.Node) []datagroup.Node {
	if w.oneIn == 1 {
		return list
	}
	return slices.DeleteFunc(list, func(datagroup.Node) bool { return !w.draw.oneIn(w.oneIn) })
}

// partBesideLeaves is part, but leaves out no comparison: these are what shows that
// a test is not too weak. All of a list stays in its order.
func (w *writer) partBesideLeaves(list []datagroup.Node) []datagroup.Node {
	return slices.DeleteFunc(list, func(n datagroup.Node) bool {
		_, leaf := n.(datagroup.Comparison)
		return !leaf && w.oneIn > 1 && !w.draw.oneIn(w.oneIn)
	})
}

// turn returns the attributes of a type one after the other.
func turn(t datagroup.Type, i int) datagroup.Attribute {
	of := ofType(t)
	return of[i%len(of)]
}

// hostile are all texts.
func hostile() []string { return slices.Concat(texts, nuls, longs) }

// textLeaves returns a comparison by each operator with each hostile text, or one
// of the three that are much the same, each over another attribute.
func textLeaves() []datagroup.Node {
	var list []datagroup.Node
	all := hostile()
	for i, s := range all {
		for j, o := range []datagroup.Operator{datagroup.Equal, datagroup.Prefix, datagroup.Suffix, datagroup.Contains} {
			list = append(list, compared(turn(datagroup.StringType, i+j), o, s))
		}
		a := turn(datagroup.StringType, i/3)
		switch i % 3 {
		case 0:
			list = append(list, compared(a, datagroup.NotEqual, s))
		case 1:
			list = append(list, listed(a, datagroup.In, s, all[(i+1)%len(all)]))
		case 2:
			list = append(list, listed(a, datagroup.NotIn, s))
		}
	}
	return list
}

// labelLeaves is textLeaves for sets.
func labelLeaves() []datagroup.Node {
	var list []datagroup.Node
	all := hostile()
	for i, s := range all {
		o := []datagroup.Operator{datagroup.HasAny, datagroup.HasAll}[i%2]
		list = append(list, compared(turn(datagroup.LabelsType, i), datagroup.Has, s), listed(turn(datagroup.LabelsType, i/2), o, s, all[(i+1)%len(all)]))
	}
	return list
}

// numberLeaves is textLeaves for numbers.
func numberLeaves() []datagroup.Node {
	var list []datagroup.Node
	for i, f := range numbers {
		for j, o := range operators[datagroup.NumberType] {
			if !isDefinite(o) {
				list = append(list, countsAs(turn(datagroup.NumberType, i+j), o, f))
			}
		}
	}
	return list
}

// combined returns each operator over each attribute with literals of the
// accounts, on its own and in each of the ways in which a missing value could be
// taken for false, for true or for a value.
func (w *writer) combined() []datagroup.Node {
	var list []datagroup.Node
	for _, a := range attributes {
		missing, present := asked(a, datagroup.Missing), asked(a, datagroup.Present)
		for _, o := range operators[a.Type] {
			l := w.hit(a, o)
			list = append(list, l, w.hit(a, o), w.comparison(a, o), negated(l), negated(negated(l)),
				anyOf(l, missing), allOf(l, present), anyOf(negated(l), missing), allOf(missing, negated(l)),
				negated(allOf(l, present)), negated(anyOf(missing, l)), allOf(l, negated(l)), anyOf(l, negated(l)))
		}
	}
	return list
}

// sizes are the lengths of lists and chains about which translators decide.
var sizes = []int{1, 2, 100, 101, 1000, 1001}

// lists returns each operator that takes a list with lists of each size over each
// attribute, with items that accounts have, items near these, and fillers.
func (w *writer) lists() []datagroup.Node {
	var list []datagroup.Node
	for _, a := range attributes {
		for _, o := range operators[a.Type] {
			for _, size := range sizes {
				if !takesList(o) {
					continue
				}
				fillers := make([]string, size)
				for i := range fillers {
					fillers[i] = filler(i)
				}
				l := listed(a, o, w.items(a, size)...)
				list = append(list, l, negated(l), listed(a, o, fillers...))
			}
		}
	}
	return list
}

// items returns the items of a list, some of them twice.
func (w *writer) items(a datagroup.Attribute, size int) []string {
	list := make([]string, size)
	for i := range list {
		switch {
		case i <= size/2 && i < 50:
			list[i] = w.text(a)
		case w.draw.oneIn(10):
			list[i] = list[w.draw.IntN(i)]
		default:
			list[i] = filler(10*i + 1)
		}
	}
	w.draw.Shuffle(size, func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// chains returns long ors and ands: of one operator over one attribute, which a
// translator may merge into a list, of two operators or two attributes in turn,
// and of everything.
func (w *writer) chains() []datagroup.Node {
	var list []datagroup.Node
	for _, size := range sizes[1:5] {
		for _, pair := range [][2]string{{"id", "name"}, {"country", "note"}, {"rate", "spend"}, {"labels", "tags"}} {
			a, b := attribute(pair[0]), attribute(pair[1])
			same, other := operators[a.Type][0], operators[a.Type][1]
			for _, leaf := range []func(i int) datagroup.Node{
				func(int) datagroup.Node { return w.comparison(a, same) },
				func(int) datagroup.Node { return w.comparison(b, other) },
				func(int) datagroup.Node { return negated(w.comparison(b, same)) },
				func(i int) datagroup.Node { return w.comparison([]datagroup.Attribute{a, b}[i%2], same) },
				func(i int) datagroup.Node { return w.comparison(a, []datagroup.Operator{same, other}[i%2]) },
			} {
				list = append(list, anyOf(repeated(size, leaf)...), allOf(repeated(size, leaf)...))
			}
		}
	}
	const most = 1500
	some := func(i int) datagroup.Node { return idle(i, false) }
	return append(list, anyOf(repeated(most, some)...), allOf(repeated(most, func(i int) datagroup.Node { return negated(some(i)) })...))
}

// repeated returns leaves one after the other.
func repeated(size int, leaf func(i int) datagroup.Node) []datagroup.Node {
	nodes := make([]datagroup.Node, size)
	for i := range nodes {
		nodes[i] = leaf(i)
	}
	return nodes
}

// idle returns a leaf that is true for most accounts with a value, or false for
// most, so that beside it the other operands decide.
func idle(i int, is bool) datagroup.Node {
	a := attributes[i%len(attributes)]
	switch {
	case a.Type == datagroup.NumberType && is:
		return countsAs(a, datagroup.NotEqual, float64(1000+i))
	case a.Type == datagroup.NumberType:
		return countsAs(a, datagroup.Equal, float64(1000+i))
	case a.Type == datagroup.StringType && is:
		return listed(a, datagroup.NotIn, filler(i), filler(-i))
	case a.Type == datagroup.StringType:
		o := []datagroup.Operator{datagroup.Equal, datagroup.Prefix, datagroup.Suffix, datagroup.Contains}[i/len(attributes)%4]
		return compared(a, o, filler(-i))
	case is:
		return asked(attribute("source"), datagroup.Present)
	default:
		return compared(a, datagroup.Has, filler(900+i))
	}
}

// deep returns filters nested as deep as they can be.
func (w *writer) deep() []datagroup.Node {
	var list []datagroup.Node
	for _, levels := range []int{99, 100} {
		for range 4 {
			nots, ors := w.leaf(), anyOf(w.leaf(), w.leaf())
			for i := range levels {
				nots = negated(nots)
				if i%2 == 0 {
					ors = allOf(idle(i, true), ors, idle(i+1, true))
				} else {
					ors = anyOf(idle(i, false), ors, idle(i+1, false))
				}
			}
			list = append(list, nots, ors)
		}
	}
	return list
}
