package sqlfiltertest

import (
	"math"
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

// draw makes what is random. The same seed makes the same.
type draw struct {
	*rand.Rand
}

func newDraw(seed uint64) draw { return draw{rand.New(rand.NewPCG(seed, 17))} }

// oneOf returns one of list.
func oneOf[T any](d draw, list []T) T { return list[d.IntN(len(list))] }

// oneIn reports true once in n times.
func (d draw) oneIn(n int) bool { return d.IntN(n) == 0 }

// text returns a text that every database can hold.
func (d draw) text() string {
	switch d.IntN(8) {
	case 0:
		return oneOf(d, texts) + oneOf(d, texts)
	case 1:
		return d.near(oneOf(d, texts))
	}
	return oneOf(d, texts)
}

func (d draw) number() float64 {
	if d.oneIn(4) {
		return nearNumbers(oneOf(d, numbers))[d.IntN(4)]
	}
	return oneOf(d, numbers)
}

// near returns a text that some comparison could take for s, or a part of it.
func (d draw) near(s string) string { return nears[d.IntN(len(nears))](d, s) }

var nears = []func(d draw, s string) string{
	func(_ draw, s string) string { return strings.ToUpper(s) },
	func(_ draw, s string) string { return strings.ToLower(s) },
	func(_ draw, s string) string { return s + " " },
	func(_ draw, s string) string { return " " + s },
	func(_ draw, s string) string { return strings.TrimSpace(s) },
	func(_ draw, s string) string { return foldings.Replace(s) },
	func(_ draw, s string) string { return accents.Replace(s) },
	func(_ draw, s string) string { return strings.ReplaceAll(s, "\\", "\\\\") },
	func(_ draw, s string) string { return strings.ReplaceAll(s, "'", "''") },
	func(d draw, s string) string { return d.replaceOne(s, "%") },
	func(d draw, s string) string { return d.replaceOne(s, "_") },
	func(d draw, s string) string { return d.replaceOne(s, "") },
	func(d draw, s string) string { return d.part(s) },
	func(d draw, s string) string { return d.part(s) },
	func(d draw, s string) string { return d.part(s) },
	func(_ draw, s string) string { return s[:charStart(s, len(s)/2)] },
	func(_ draw, s string) string { return s[charStart(s, len(s)/2):] },
}

// foldings are equal under Unicode's folding of case, and under compatibility.
var foldings = strings.NewReplacer("k", "\u212a", "K", "\u212a", "s", "\u017f", "S", "\u017f", "\u00df", "ss", "a", "\uff41", "1", "\uff11", "\u03c3", "\u03c2")

// accents are the same to a reader, or to a collation that ignores accents.
var accents = strings.NewReplacer(
	"\u00e9", "e\u0301", "e\u0301", "\u00e9", "\u00e4", "a\u0308", "a\u0308", "a", "\u00c5", "\u212b", "\u212b", "A\u030a", "a", "\u00e1", "e", "\u00e8", "o", "\u00f6", "\u304c", "\u304b\u3099")

// replaceOne replaces one character of s.
func (d draw) replaceOne(s, by string) string {
	if s == "" {
		return by
	}
	at := charStart(s, d.IntN(len(s)))
	_, size := utf8.DecodeRuneInString(s[at:])
	return s[:at] + by + s[at+size:]
}

// part returns a part of s, of whole characters.
func (d draw) part(s string) string {
	from := charStart(s, d.IntN(len(s)+1))
	to := from + d.IntN(len(s)-from+1)
	return s[from:charStart(s, to)]
}

// charStart returns where the character begins that has byte i of s.
func charStart(s string, i int) int {
	for i > 0 && i < len(s) && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}

// nearNumbers returns four numbers close to f, which an account may have.
func nearNumbers(f float64) []float64 {
	list := []float64{math.Nextafter(f, math.Inf(1)), math.Nextafter(f, math.Inf(-1)), -f, math.Trunc(f)}
	for i, near := range list {
		if math.Abs(near) > 1<<53 {
			list[i] = f
		}
	}
	return list
}
