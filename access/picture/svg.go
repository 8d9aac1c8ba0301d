package picture

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
	"unicode"
)

// style makes the picture dark where the reader prefers that. All it replaces are
// attributes of the elements, so that the picture is right without it.
const style = `@media (prefers-color-scheme:dark){` +
	`.page{fill:#14181f}.box{fill:#1f2630;stroke:#46505e}.rest{stroke:#6b7789}` +
	`.ink{fill:#eef2f7}.quiet{fill:#b3becb}.warn{fill:#f0b45a}.track{fill:#3a4453}.only{fill:#8fb4ff}` +
	`.flow{fill:#8b99ab}}`

// look has how each class is in a light page.
var look = map[string]string{
	"page":  `fill="#ffffff"`,
	"box":   `fill="#f6f8fa" stroke="#c4ccd6"`,
	"rest":  `fill="none" stroke="#8b96a5" stroke-dasharray="4 4"`,
	"ink":   `fill="#17202b"`,
	"quiet": `fill="#4d5968"`,
	"warn":  `fill="#8a4b00"`,
	"track": `fill="#d5dce5"`,
	"only":  `fill="#2f5fc4"`,
	"flow":  `fill="#66758a"`,
}

// colours are those of the sources: each stands out from a light page and from a
// dark one.
var colours = []string{"#2f6fde", "#c2571a", "#1d8a5f", "#9a4fc4", "#a67c00", "#c23b5e", "#0f8799", "#8a5a33"}

// canvas writes elements.
type canvas struct{ bytes.Buffer }

func (c *canvas) raw(parts ...string) {
	for _, p := range parts {
		c.WriteString(p)
	}
}

// escaped writes text from outside. A character that XML does not have becomes
// U+FFFD.
func (c *canvas) escaped(s string) { _ = xml.EscapeText(c, []byte(s)) } // a buffer takes everything

// class writes the class of an element, and how it looks.
func (c *canvas) class(name string) { c.raw(` class="`, name, `" `, look[name]) }

// at writes attributes that are lengths.
func (c *canvas) at(names string, lengths ...float64) {
	for i, name := range strings.Fields(names) {
		c.raw(" ", name, `="`, px(lengths[i]), `"`)
	}
}

func (c *canvas) rect(class string, x, y, w, h, round float64) {
	c.raw("<rect")
	c.class(class)
	c.at("x y width height rx", x, y, w, h, round)
	c.raw("/>")
}

// edge writes the bar of a box, at x from its corner.
func (c *canvas) edge(look string, x float64, b box) {
	c.raw("<rect ", look)
	c.at("x y width height", x, (b.h-b.bar)/2, 4, b.bar)
	c.raw("/>")
}

// text writes one line that begins at x and stands on y. What is wider than w is
// cut.
func (c *canvas) text(class string, x, y, w float64, size int, s string) {
	c.raw("<text")
	c.class(class)
	c.at("x y font-size", x, y, float64(size))
	if size > small {
		c.raw(` font-weight="600"`)
	}
	c.raw(">")
	c.escaped(fit(s, w, size))
	c.raw("</text>")
}

// title writes the tooltip of the element that was begun.
func (c *canvas) title(s string) {
	c.raw("<title>")
	c.escaped(s)
	c.raw("</title>")
}

// band writes a stream from one box to another: from the heights a to b at x0, to
// the heights of to at x1.
func (c *canvas) band(look string, from, to span, title string) {
	mid := px((from.x + to.x) / 2)
	c.raw("<path ", look, ` d="M`, px(from.x), " ", px(from.y),
		"C", mid, " ", px(from.y), " ", mid, " ", px(to.y), " ", px(to.x), " ", px(to.y),
		"V", px(to.y+to.h),
		"C", mid, " ", px(to.y+to.h), " ", mid, " ", px(from.y+from.h), " ", px(from.x), " ", px(from.y+from.h), `Z">`)
	c.title(title)
	c.raw("</path>")
}

// span is one end of a band.
type span struct{ x, y, h float64 }

// px writes a length with at most two digits after the point.
func px(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(v, 'f', 2, 64), "0"), ".")
}

// fit returns s, cut between two characters if it is wider than so many pixels in
// letters of a size. What it knows of fonts is that letters differ, so boxes clip
// what is drawn as well.
func fit(s string, pixels float64, size int) string {
	room := int(pixels * 100 / float64(size))
	if size > small {
		room = room * 9 / 10 // bold letters are wider
	}
	used, end := 0, 0
	for i, r := range s {
		if used+width('…') <= room {
			end = i // a mark on the character before it takes no room, so it stays there
		}
		if used += width(r); used > room {
			return s[:end] + "…"
		}
	}
	return s
}

// width returns about how wide a character is, in hundredths of the size of the
// letters.
func width(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0 // it stands on the one before
	case r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana), r >= 0x1f000, r >= 0xff00:
		return 105
	case strings.ContainsRune("iljtfrI.,:;'|!()[] /", r):
		return 36
	case strings.ContainsRune("mwMW@%…", r):
		return 96
	case strings.ContainsRune("<>=+&#~^", r):
		return 80
	case unicode.IsUpper(r):
		return 72
	}
	return 60
}
