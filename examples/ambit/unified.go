package main

import (
	"slices"
	"strings"
)

// edit is a line of a comparison: kept (' '), removed ('-') or added ('+').
type edit struct {
	sign byte
	text string
}

// around is how many lines that are kept are shown around a change.
const around = 3

// unified writes how one text becomes another, as diff -u does.
func (o *output) unified(name, before, after string) {
	o.line("--- %s", name)
	o.line("+++ %s, formatted", name)
	edits := compare(splitLines(before), splitLines(after))
	old, next := 1, 1 // the lines at which the edit i is
	for i := 0; i < len(edits); {
		if edits[i].sign == ' ' {
			i, old, next = i+1, old+1, next+1
			continue
		}
		begin := max(0, i-around)
		end := hunkEnd(edits, i)
		o.hunk(edits[begin:end], old-(i-begin), next-(i-begin))
		for ; i < end; i++ {
			if edits[i].sign != '+' {
				old++
			}
			if edits[i].sign != '-' {
				next++
			}
		}
	}
}

// hunkEnd returns where the hunk ends that has the change i.
func hunkEnd(edits []edit, i int) int {
	last := i
	for j := i; j < len(edits) && j <= last+2*around; j++ {
		if edits[j].sign != ' ' {
			last = j
		}
	}
	return min(last+around+1, len(edits))
}

func (o *output) hunk(edits []edit, old, next int) {
	var removed, added int
	for _, e := range edits {
		if e.sign != '+' {
			removed++
		}
		if e.sign != '-' {
			added++
		}
	}
	o.line("@@ -%d,%d +%d,%d @@", old, removed, next, added)
	for _, e := range edits {
		text, whole := strings.CutSuffix(e.text, "\n")
		switch e.sign {
		case '+':
			o.colored(green, "+%s", text)
		case '-':
			o.colored(red, "-%s", text)
		default:
			o.line(" %s", text)
		}
		if !whole {
			o.line(`\ No newline at end of file`)
		}
	}
}

// splitLines returns the lines of a text, each with its line feed, if it has one.
func splitLines(text string) []string { return slices.Collect(strings.Lines(text)) }

// compare returns how some lines become others. What both begin and end with is
// kept. Between them it finds the fewest changes, if they are not too many, and
// else replaces all.
func compare(before, after []string) []edit {
	var head, tail []edit
	for len(before) > 0 && len(after) > 0 && before[0] == after[0] {
		head = append(head, edit{' ', before[0]})
		before, after = before[1:], after[1:]
	}
	for len(before) > 0 && len(after) > 0 && before[len(before)-1] == after[len(after)-1] {
		tail = append(tail, edit{' ', before[len(before)-1]})
		before, after = before[:len(before)-1], after[:len(after)-1]
	}
	slices.Reverse(tail)
	return slices.Concat(head, shortest(before, after), tail)
}

// maxEdits is up to how many changes the fewest are searched for: it costs their
// square.
const maxEdits = 1000

// shortest returns the fewest changes, as Myers' algorithm finds them: for each
// number of changes d, how far one gets on each diagonal.
func shortest(before, after []string) []edit {
	n, m := len(before), len(after)
	most := min(n+m, maxEdits)
	reach := make([]int, 2*most+3) // by diagonal, from -most-1 on: the line of before
	at := func(k int) *int { return &reach[k+most+1] }
	var trace [][]int
	for d := 0; d <= most; d++ {
		trace = append(trace, slices.Clone(reach[most+1-d:most+2+d])) // of d-1
		for k := -d; k <= d; k += 2 {
			x := 0
			switch {
			case d == 0:
			case k == -d || k != d && *at(k - 1) < *at(k + 1):
				x = *at(k + 1)
			default:
				x = *at(k - 1) + 1
			}
			for x < n && x-k < m && before[x] == after[x-k] {
				x++
			}
			if *at(k) = x; x >= n && x-k >= m {
				return walkBack(before, after, trace)
			}
		}
	}
	var all []edit
	for _, line := range before {
		all = append(all, edit{'-', line})
	}
	for _, line := range after {
		all = append(all, edit{'+', line})
	}
	return all
}

// walkBack returns the changes from the end to the beginning of a search, in the
// order of the lines.
func walkBack(before, after []string, trace [][]int) []edit {
	var all []edit
	x, y := len(before), len(after)
	for d := len(trace) - 1; d >= 0; d-- {
		reach := trace[d] // by diagonal, from -d on
		k, from, fromX := x-y, 0, 0
		if d > 0 {
			down := k == -d || k != d && reach[k-1+d] < reach[k+1+d]
			if from = k - 1; down {
				from = k + 1
			}
			fromX = reach[from+d]
		}
		fromY := fromX - from
		if d == 0 {
			fromX, fromY = 0, 0
		}
		for x > fromX && y > fromY {
			x, y = x-1, y-1
			all = append(all, edit{' ', before[x]})
		}
		switch {
		case d == 0:
		case x > fromX:
			x--
			all = append(all, edit{'-', before[x]})
		default:
			y--
			all = append(all, edit{'+', after[y]})
		}
	}
	slices.Reverse(all)
	return all
}
