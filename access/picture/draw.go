package picture

import "io"

// The measures of a picture, in pixels.
const (
	margin  = 20.0
	top     = 108.0 // above the boxes
	gap     = 14.0  // between two boxes, one above the other
	height  = 70.0  // of a box
	thin    = 34.0  // of the box that says how many more there are
	tallest = 200.0 // a box that grows with its column
	inside  = 14.0  // from the side of a box to its text
	small   = 12    // the size of plain text
	large   = 14    // the size of names
	huge    = 19    // the size of the title

	teamX, teamW     = margin, 196.0
	groupX, groupW   = 316.0, 248.0
	sourceX, sourceW = 664.0, 196.0
	pageW            = sourceX + sourceW + margin
)

// WriteSVG writes the picture. It calls w once, so that nothing of a picture is
// sent before all of it is there.
func (d Drawing) WriteSVG(w io.Writer) error {
	l := d.layout()
	var c canvas
	c.raw(`<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t d"`,
		` font-family="system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif"`,
		` viewBox="0 0 `, px(pageW), " ", px(l.height), `"`)
	c.at("width height", pageW, l.height)
	c.raw(`><title id="t">`)
	c.escaped(d.title())
	c.raw(`</title><desc id="d">`)
	c.escaped(d.Words())
	c.raw("</desc><style>", style, "</style>")
	c.rect("page", 0, 0, pageW, l.height, 0)
	d.head(&c)
	d.flows(&c, l)
	d.streams(&c, l)
	d.boxes(&c, l)
	if foot := d.foot(); foot != "" {
		c.text("quiet", margin, l.height-margin+4, pageW-2*margin, small, foot)
	}
	c.raw("</svg>\n")
	_, err := w.Write(c.Bytes())
	return err
}

func (d Drawing) head(c *canvas) {
	c.text("ink", margin, 36, pageW-2*margin, huge, d.title())
	c.text("quiet", margin, 58, pageW-2*margin, small, d.summary())
	team := "Teams"
	if !d.Company {
		team = "Team"
	}
	for _, h := range []struct {
		x    float64
		name string
	}{{teamX, team}, {groupX, "Data groups"}, {sourceX, "Accounts by source"}} {
		c.text("quiet", h.x, top-14, sourceW, small, h.name)
	}
}

// foot says how to read the line in a data group.
func (d Drawing) foot() string {
	if !d.shares() {
		return ""
	}
	return "The line in a data group: the filled part is what only this data group gives the team."
}
