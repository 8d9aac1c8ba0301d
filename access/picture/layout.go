package picture

// box is where a team, a data group or a source stands. Its bar is where bands
// begin and end, in the middle of its side.
type box struct{ x, y, w, h, bar float64 }

// layout is where everything stands.
type layout struct {
	teams, groups, sources column
	height                 float64 // of the picture
}

// column is boxes one above the other, and at its foot one that says how many more
// there are or why there are none.
type column struct {
	boxes []box
	note  string
	foot  box
}

// layout arranges the boxes: all data groups are equally high, and the boxes on
// either side grow with them.
func (d Drawing) layout() layout {
	teams, groups, sources := make([]int, len(d.Teams)), make([]int, len(d.Groups)), make([]int, len(d.Sources))
	for i, t := range d.Teams {
		for _, g := range t.Groups {
			teams[i] += d.Groups[g].Accounts
		}
	}
	for i, g := range d.Groups {
		groups[i] = g.Accounts
		for s, n := range g.Sources {
			sources[s] += n
		}
	}
	var l layout
	l.teams.note = more(d.OtherTeams, len(d.Teams), "team")
	l.groups.note = more(d.OtherGroups, len(d.Groups), "data group")
	l.sources.note = more(d.OtherSources, len(d.Sources), "source")
	tall := 0.0
	for _, c := range []struct {
		column *column
		n      int
	}{{&l.teams, len(teams)}, {&l.groups, len(groups)}, {&l.sources, len(sources)}} {
		tall = max(tall, c.column.height(c.n, height))
	}
	l.teams.place(teamX, teamW, tall, teams)
	l.groups.place(groupX, groupW, tall, groups)
	l.sources.place(sourceX, sourceW, tall, sources)
	l.height = top + tall + margin
	if d.foot() != "" {
		l.height += 28
	}
	return l
}

// more is the note at the foot of a column.
func more(others, drawn int, what string) string {
	switch {
	case others > 0 && drawn > 0:
		return "and " + count(others, "more "+what)
	case others > 0:
		return count(others, what) + ", not counted"
	case drawn == 0:
		return "no " + what
	}
	return ""
}

// height is that of a column of so many boxes.
func (c *column) height(n int, each float64) float64 {
	h := float64(n)*(each+gap) - gap
	if c.note != "" {
		h += gap + thin
	}
	return h
}

// place puts boxes into the middle of a height, with bars in proportion to values.
func (c *column) place(x, w, tall float64, values []int) {
	each, most := height, 1
	if n := float64(len(values)); n > 0 {
		each = min(max(height, height+(tall-c.height(len(values), height))/n), tallest)
	}
	for _, v := range values {
		most = max(most, v)
	}
	y := top + (tall-c.height(len(values), each))/2
	for _, v := range values {
		bar := (each - 12) * float64(v) / float64(most)
		if v > 0 {
			bar = max(bar, 3)
		}
		c.boxes = append(c.boxes, box{x, y, w, each, bar})
		y += each + gap
	}
	c.foot = box{x, y, w, thin, thin - 12}
}

// ends hands out the bar of a box to the bands on one side, from the top.
type ends struct {
	x, y, bar float64
	sum       int
}

// left and right return the ends on a side of a box, for bands that sum up to so
// much.
func (b box) left(sum int) *ends { return &ends{b.x, b.y + (b.h-b.bar)/2, b.bar, sum} }

func (b box) right(sum int) *ends {
	e := b.left(sum)
	e.x += b.w
	return e
}

// next returns the end of a band for an amount. A band for nothing is a line.
func (e *ends) next(n int) span {
	h := e.bar * float64(n) / float64(max(e.sum, 1))
	s := span{e.x, e.y, max(h, 1)}
	e.y += h
	return s
}
