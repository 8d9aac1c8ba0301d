package picture

import "github.com/ambit-authz/ambit/internal/text"

// flows draws which team has which data group.
func (d Drawing) flows(c *canvas, l layout) {
	teams := make([]int, len(d.Groups))
	for _, t := range d.Teams {
		for _, g := range t.Groups {
			teams[g]++
		}
	}
	in := make([]*ends, len(d.Groups))
	for i, b := range l.groups.boxes {
		in[i] = b.left(teams[i])
	}
	c.raw(`<g fill-opacity="0.42">`)
	for i, t := range d.Teams {
		sum := 0
		for _, g := range t.Groups {
			sum += d.Groups[g].Accounts
		}
		out := l.teams.boxes[i].right(sum)
		for _, g := range t.Groups {
			to := d.Groups[g]
			c.band(`class="flow" `+look["flow"], out.next(to.Accounts), in[g].next(1),
				label(t.Name, string(t.ID))+" has "+label(to.Name, string(to.ID))+": "+count(to.Accounts, "account"))
		}
	}
	c.raw("</g>")
}

// streams draws from which sources the accounts of a data group come. Those that
// are not drawn are one stream, to the foot of their column.
func (d Drawing) streams(c *canvas, l layout) {
	in := make([]*ends, len(d.Sources)+1)
	for i := range in {
		b, sum := l.sources.foot, 0
		if i < len(d.Sources) {
			b = l.sources.boxes[i]
		}
		for _, g := range d.Groups {
			sum += g.from(i)
		}
		in[i] = b.left(sum)
	}
	c.raw(`<g fill-opacity="0.5">`)
	for i, g := range d.Groups {
		out := l.groups.boxes[i].right(g.Accounts)
		for s := range in {
			n := g.from(s)
			if n == 0 {
				continue
			}
			look, name := `class="flow" `+look["flow"], "other sources"
			if s < len(d.Sources) {
				look, name = colour(s), text.Shown(d.Sources[s].Name)
			}
			c.band(look, out.next(n), in[s].next(n), label(g.Name, string(g.ID))+" has "+count(n, "account")+" from "+name)
		}
	}
	c.raw("</g>")
}

// from returns how many accounts of a data group come from a source that is drawn,
// or after these, from all others.
func (g GroupData) from(source int) int {
	if source < len(g.Sources) {
		return g.Sources[source]
	}
	rest := g.Accounts
	for _, n := range g.Sources {
		rest -= n
	}
	return rest
}

func colour(source int) string { return `fill="` + colours[source%len(colours)] + `"` }

// boxes draws the teams, data groups and sources with their names and numbers.
func (d Drawing) boxes(c *canvas, l layout) {
	for i, t := range d.Teams {
		lines := []line{{"quiet", count(t.Accounts, "account")}}
		if d.Company {
			lines = append(lines, line{"quiet", count(len(t.Groups)+t.OtherGroups, "data group")})
		}
		b := l.teams.boxes[i]
		c.box(b, t.Name, string(t.ID), lines...)
		c.edge(`class="flow" `+look["flow"], b.w-4, b)
		c.raw("</svg>")
	}
	for i, g := range d.Groups {
		d.group(c, l.groups.boxes[i], g)
	}
	for i, s := range d.Sources {
		b := l.sources.boxes[i]
		c.box(b, "", s.Name, line{"quiet", count(s.Accounts, "account")})
		c.edge(colour(i), 0, b)
		c.raw("</svg>")
	}
	for _, col := range []column{l.teams, l.groups, l.sources} {
		if b := col.foot; col.note != "" {
			c.rect("rest", b.x+.5, b.y+.5, b.w-1, b.h-1, 6)
			c.text("quiet", b.x+inside, b.y+21, b.w-2*inside, small, col.note)
		}
	}
}

// group draws a data group. A line at its foot says what only it gives the team.
func (d Drawing) group(c *canvas, b box, g GroupData) {
	lines := []line{{"quiet", count(g.Accounts, "account")}}
	shares := d.shares() && g.Accounts > 0
	if shares {
		lines[0].text += " · " + only(g)
	}
	if g.Unknown > 0 {
		lines = append(lines, line{"warn", unknown(g)})
	}
	c.box(b, g.Name, string(g.ID), lines...)
	if shares {
		w := b.w - 2*inside
		c.rect("track", inside, b.h-8, w, 3, 1.5)
		if g.Only > 0 {
			c.rect("only", inside, b.h-8, max(w*float64(g.Only)/float64(g.Accounts), 3), 3, 1.5)
		}
	}
	c.raw("</svg>")
}

// shares reports whether the drawing says what only one data group gives.
func (d Drawing) shares() bool { return !d.Company && len(d.Groups) > 1 }

// line is a line of plain text.
type line struct{ class, text string }

// box begins a box with a name and lines in its middle, and leaves it open: the
// caller adds to it, from its corner on, and ends the element svg. What is too
// long is clipped.
func (c *canvas) box(b box, name, id string, lines ...line) {
	c.raw("<svg")
	c.at("x y width height", b.x, b.y, b.w, b.h)
	c.raw(">")
	c.title(named(name, id))
	c.rect("box", .5, .5, b.w-1, b.h-1, 6)
	y := (b.h-float64(len(lines))*16)/2 + 4
	c.text("ink", inside, y, b.w-2*inside, large, label(name, id))
	for _, l := range lines {
		y += 16
		c.text(l.class, inside, y, b.w-2*inside, small, l.text)
	}
}
