package datagroup

import "encoding/binary"

// labelGroup is the labels that the same leaves ask for. To a leaf they are all
// alike: it asks whether an account has any of them, or all of them.
type labelGroup struct {
	labels     []string
	leaves     []int    // the places of the leaves
	impossible bool     // no account may have them: they are too long
	any, all   int32    // the atoms; the same one if no leaf tells any from all
	sizes      []int    // how many of them an account has: a number of each class
	chosen     []string // those that the account has
}

// groupLabels makes the groups of an attribute, their atoms, and of these the
// term of each leaf that is about labels.
func (p *proof) groupLabels(i int32) {
	at := &p.properties[i]
	at.groups = p.labelGroups(at.leaves)
	terms := make([]term, len(at.leaves))
	for n := range at.groups {
		g := &at.groups[n]
		g.any = p.newAtom(atom{property: i, group: int32(n)})
		g.all = g.any
		any, all := false, false
		for _, place := range g.leaves {
			any = any || at.leaves[place].op != HasAll
			all = all || at.leaves[place].op == HasAll
		}
		size := len(g.labels)
		switch {
		case !all:
			g.sizes = []int{0, 1}
		case !any || size == 1:
			g.sizes = []int{0, size}
		default:
			g.sizes = []int{0, 1, size}
			g.all = p.newAtom(atom{property: i, group: int32(n)})
		}
		for _, place := range g.leaves {
			t, a := &terms[place], g.any
			t.kind = orKind
			if at.leaves[place].op == HasAll {
				t.kind, a = andKind, g.all
			}
			t.operands = append(t.operands, term{kind: leafKind, atom: a})
		}
	}
	for _, t := range terms {
		if t.operands != nil {
			at.labelTerms = append(at.labelTerms, t)
		}
	}
}

// labelGroups returns the labels that leaves ask for, those of the same leaves
// together.
func (p *proof) labelGroups(leaves []*leaf) []labelGroup {
	var labels []string              // in the order in which they are first asked for
	askers := make(map[string][]int) // the places of the leaves that ask for a label
	ask := func(label string, place int) {
		if askers[label] == nil {
			labels = append(labels, label)
		}
		askers[label] = append(askers[label], place)
	}
	for place, l := range leaves {
		switch {
		case l.list != nil:
			for _, label := range l.list.items {
				ask(label, place)
			}
		case l.op == Has:
			ask(l.text, place)
		}
	}
	var groups []labelGroup
	byLeaves := make(map[string]int)
	var key []byte
	for _, label := range labels {
		places, impossible := askers[label], len(label) > maxString
		p.spend(1 + len(places))
		key = append(key[:0], byte(truthOf(impossible)))
		for _, place := range places {
			key = binary.AppendUvarint(key, uint64(place))
		}
		n, known := byLeaves[string(key)]
		if !known {
			n = len(groups)
			byLeaves[string(key)] = n
			groups = append(groups, labelGroup{leaves: places, impossible: impossible})
		}
		groups[n].labels = append(groups[n].labels, label)
	}
	return groups
}

// decideLabels tries how many labels of a group the account may have.
func (p *proof) decideLabels(at *property, g *labelGroup) bool {
	mark := len(p.trail)
	for _, size := range g.sizes {
		if at.labels+size > maxLabels {
			continue
		}
		p.set(g.any, truthOf(size > 0))
		if g.all != g.any {
			p.set(g.all, truthOf(size == len(g.labels)))
		}
		g.chosen = g.labels[:size]
		at.labels += size
		if p.search() {
			return true
		}
		at.labels -= size
		p.undo(mark)
	}
	g.chosen = nil
	return false
}
