package sqlfilter_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/datagroup"
)

// shapes are filters with a place for each text, $, and for each number, #.
var shapes = []string{
	"country = $", "country != $", "country in ($, $)", "country not in ($, $)",
	"country prefix $", "country suffix $", "country contains $", "upper = $",
	"spend = #", "spend != #", "spend < #", "spend <= #", "spend > #", "spend >= #",
	"json has $", "json has any ($, $)", "json has all ($, $)",
	"rows has $", "rows has any ($, $)", "rows has all ($, $)",
	"not (country = $ and (spend > # or not rows has $)) or country = $ or json has $ or json has $",
	"country in (" + strings.Repeat("$, ", 40) + "$)",
	"rows has all (" + strings.Repeat("$, ", 40) + "$)",
}

// fill fills a shape with texts and numbers in turn.
func fill(shape string, texts []string, number float64) string {
	var b strings.Builder
	n := 0
	for _, r := range shape {
		switch r {
		case '$':
			b.WriteString(datagroup.Text(texts[n%len(texts)]).String())
			n++
		case '#':
			b.WriteString(datagroup.Number(number).String())
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Filters that differ in what they compare with only have the same text: none of it
// is in there, whatever it is.
func FuzzSameText(f *testing.F) {
	for _, s := range []string{"", "US", "'", "\"", "?", "$1", "{text}", "{literal}", "\\", "%", "_", "\x00", "a\x00b", "é", "--", "/*", ":a", "@a", "`", strings.Repeat("x", 5000)} {
		f.Add(uint8(0), s, "b", 1.5)
	}
	for i := range shapes {
		f.Add(uint8(i), "?", "", math.Copysign(0, -1))
	}
	f.Fuzz(func(t *testing.T, shape uint8, one, two string, number float64) {
		if !utf8.ValidString(one) || !utf8.ValidString(two) {
			t.Skip()
		}
		if number != number || math.Abs(number) > 1<<53 {
			t.Skip()
		}
		s := shapes[int(shape)%len(shapes)]
		for _, d := range dialects {
			table := table(t, d)
			plain, err := table.Where(parse(t, fill(s, []string{"b"}, 2)))
			if err != nil {
				t.Fatal(err)
			}
			p, err := table.Where(parse(t, fill(s, []string{one, two}, number)))
			if tooLong := d.LongestItem > 0 && strings.Count(s, "$") > 40 && max(len(one), len(two)) > d.LongestItem; tooLong && err != nil {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			sql, args, _ := p.ToSql()
			if sql != plain.String() {
				t.Fatalf("%s: %s with %q, %q, %v is\n%s\nnot\n%s", d.Name, s, one, two, number, sql, plain)
			}
			if strings.Count(sql, "?") != len(args) {
				t.Fatalf("%s: %s has %d arguments: %v", d.Name, sql, len(args), args)
			}
			for _, a := range args {
				if text, ok := a.(string); ok && d.NoNUL && strings.ContainsRune(text, 0) {
					t.Fatalf("%s: an argument is %q", d.Name, text)
				}
			}
		}
	})
}

// Every operator is in the shapes.
func TestShapes(t *testing.T) {
	for o := datagroup.Equal; o <= datagroup.Present; o++ {
		in := slices.ContainsFunc(shapes, func(s string) bool { return strings.Contains(s, " "+o.String()+" ") })
		if literal := o != datagroup.Missing && o != datagroup.Present; in != literal {
			t.Errorf("%v is in the shapes: %v", o, in)
		}
	}
}
