package console_test

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// markup is a page as it was parsed: its elements in their order.
type markup []*node

// node is one element of a page.
type node struct {
	name   string
	attr   map[string]string
	text   string // all that is in it, without the texts of options
	within []string
}

var (
	openTag   = regexp.MustCompile(`^<([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9:_-]*(?:="[^"<>]*")?)*)\s*(/?)>`)
	closeTag  = regexp.MustCompile(`^</([a-zA-Z][a-zA-Z0-9]*)>`)
	attribute = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9:_-]*)(?:="([^"<>]*)")?`)
	entity    = regexp.MustCompile(`&(?:[a-z]+|#[0-9]+|#x[0-9a-fA-F]+);`)
)

// Elements and attributes that the pages use. A name that gets into a page as
// markup makes another one.
var (
	knownElements = strings.Fields("html head meta title link script body header nav main footer section aside a ul ol li dl dt dd p div span small strong em code pre abbr bdi time br hr " +
		"h1 h2 h3 h4 table caption thead tbody tr th td form fieldset legend label input select option optgroup datalist textarea button details summary figure figcaption img " +
		"svg g path rect line circle text tspan desc defs marker use polyline polygon style")
	knownAttributes = strings.Fields("lang charset name content rel href src defer class id tabindex role for method action type value checked selected required disabled readonly rows cols min max step maxlength " +
		"pattern placeholder autocomplete autocapitalize autocorrect autofocus inputmode list multiple scope colspan rowspan dir datetime open title alt width height download hidden size spellcheck enctype popover popovertarget popovertargetaction " +
		"viewBox x y x1 x2 y1 y2 r rx ry cx cy d dx dy fill stroke transform points xmlns preserveAspectRatio focusable refX refY orient markerWidth markerHeight")
	voidElements = strings.Fields("meta link input br hr img")
)

// parse reads a page strictly: every element and attribute is known, every value
// is in quotes, every element ends in order, and text is escaped.
func parse(body string) (markup, error) {
	body, ok := strings.CutPrefix(strings.TrimSpace(body), "<!doctype html>")
	if !ok {
		return nil, fmt.Errorf("it does not begin as a page: %.60q", body)
	}
	p := reading{rest: body}
	for p.rest != "" {
		if err := p.next(); err != nil {
			return nil, fmt.Errorf("%w at %.80q", err, p.rest)
		}
	}
	if len(p.open) > 0 {
		return nil, fmt.Errorf("%s does not end", p.open[len(p.open)-1].name)
	}
	return p.all, nil
}

type reading struct {
	rest string
	all  markup
	open []*node
}

func (p *reading) next() error {
	n := strings.IndexByte(p.rest, '<')
	if n < 0 {
		n = len(p.rest)
	}
	if n > 0 {
		return p.addText(n)
	}
	tag := p.rest[:strings.IndexByte(p.rest, '>')+1] // no value has the character, and an expression is slow on a whole page
	if m := closeTag.FindStringSubmatch(tag); m != nil {
		if len(p.open) == 0 || p.open[len(p.open)-1].name != m[1] {
			return fmt.Errorf("%s ends out of order", m[1])
		}
		p.open, p.rest = p.open[:len(p.open)-1], p.rest[len(m[0]):]
		return nil
	}
	m := openTag.FindStringSubmatch(tag)
	if m == nil {
		return fmt.Errorf("there is no element")
	}
	e := &node{name: m[1], attr: map[string]string{}}
	if !slices.Contains(knownElements, e.name) {
		return fmt.Errorf("the element %s is not one of the pages", e.name)
	}
	for _, a := range attribute.FindAllStringSubmatch(m[2], -1) {
		if err := e.add(a[1], a[2]); err != nil {
			return err
		}
	}
	for _, outer := range p.open {
		e.within = append(e.within, outer.name)
	}
	p.all, p.rest = append(p.all, e), p.rest[len(m[0]):]
	if m[3] == "" && !slices.Contains(voidElements, e.name) {
		p.open = append(p.open, e)
	}
	return nil
}

func (p *reading) addText(n int) error {
	text := p.rest[:n]
	if err := escaped(text); err != nil {
		return err
	}
	for _, e := range p.open {
		if e.name == "script" && strings.TrimSpace(text) != "" {
			return fmt.Errorf("a script is in the page")
		}
		e.text += html.UnescapeString(text)
	}
	p.rest = p.rest[n:]
	return nil
}

func escaped(text string) error {
	if !strings.Contains(text, "&") {
		return nil
	}
	if i := strings.IndexByte(entity.ReplaceAllString(text, ""), '&'); i >= 0 {
		return fmt.Errorf("an ampersand is not escaped")
	}
	return nil
}

func (e *node) add(name, value string) error {
	if !slices.Contains(knownAttributes, name) && !strings.HasPrefix(name, "aria-") && !strings.HasPrefix(name, "data-") {
		return fmt.Errorf("the attribute %s is not one of the pages", name)
	}
	if _, twice := e.attr[name]; twice {
		return fmt.Errorf("the attribute %s is there twice", name)
	}
	if err := escaped(value); err != nil {
		return err
	}
	value = html.UnescapeString(value)
	if name == "href" || name == "src" || name == "action" {
		u, err := url.Parse(value)
		if err != nil || u.Scheme != "" || u.Host != "" {
			return fmt.Errorf("%s leads to %q", name, value)
		}
	}
	e.attr[name] = value
	return nil
}

// links returns where the links of a page lead, each once.
func (m markup) links() []string {
	var all []string
	for _, e := range m {
		if to := e.attr["href"]; e.name == "a" && !strings.HasPrefix(to, "#") && !slices.Contains(all, to) {
			all = append(all, to)
		}
	}
	return all
}

// sheet is a form of a page, with what a browser would send.
type sheet struct {
	method, action string
	values         url.Values
	choices        map[string][]string // what else could be chosen
	empty          []string            // what must be filled in
}

// sheets returns the forms of a page.
func (m markup) sheets() []*sheet {
	var all []*sheet
	var now *sheet
	var list string
	for _, e := range m {
		name, value := e.attr["name"], e.attr["value"]
		if e.name == "form" {
			now = &sheet{method: strings.ToLower(e.attr["method"]), action: e.attr["action"], values: url.Values{}, choices: map[string][]string{}}
			all = append(all, now)
		}
		if now == nil || !slices.Contains(e.within, "form") {
			continue
		}
		_, checked := e.attr["checked"]
		_, selected := e.attr["selected"]
		_, required := e.attr["required"]
		kind := e.attr["type"]
		switch {
		case e.name == "select":
			list = name
		case e.name == "option":
			if value != "" {
				now.choices[list] = append(now.choices[list], value)
			}
			if selected || !now.values.Has(list) {
				now.values.Set(list, value)
			}
		case e.name == "input" && (kind == "radio" || kind == "checkbox"):
			now.choices[name] = append(now.choices[name], value)
			if checked {
				now.values.Add(name, value)
			}
		case e.name == "input":
			now.values.Set(name, value)
		case e.name == "textarea":
			now.values.Set(name, e.text)
		}
		if required && now.values.Get(name) == "" {
			now.empty = append(now.empty, name)
		}
	}
	return all
}
