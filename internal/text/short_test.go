package text_test

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/ambit-authz/ambit/internal/text"
)

// words calls do with every text of up to so many of the characters.
func words(characters []string, most int, do func(string)) {
	do("")
	if most == 0 {
		return
	}
	for _, c := range characters {
		words(characters, most-1, func(rest string) {
			do(c + rest)
		})
	}
}

// TestShortWays: text that a function passes by a look at its bytes gets what
// the rules say, as all other text does.
func TestShortWays(t *testing.T) {
	t.Parallel()
	isSpace := func(r rune) bool { return unicode.IsSpace(r) || r == '\u2800' }
	lower := func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	flat := strings.NewReplacer("\r\n", " ", "\n", " ")
	characters := []string{" ", "!", "a", "A", "Z", "~", "\x1f", "\x7f", "\n", "\r", "\u0085", "\u00a0", "\u2800", "\u200b", "\ufe0f", "é", "\u212a", "\xff"}
	words(characters, 3, func(s string) {
		if want, got := strings.Map(lower, s), text.Lower(s); got != want {
			t.Errorf("Lower(%q) = %q, want %q", s, got, want)
		}
		if want, got := strings.Join(strings.FieldsFunc(strings.Map(lower, s), isSpace), " "), text.Fold(s); got != want {
			t.Errorf("Fold(%q) = %q, want %q", s, got, want)
		}
		// Visible looks at characters, as soon as one is beyond ASCII.
		const beyond = "é"
		visible, trimmed := text.Visible(beyond+s+beyond) == nil && text.Visible(s) == nil, strings.TrimFunc(s, isSpace)
		if want, err := visible && trimmed == s, text.Line(s, 9); (err == nil) != want {
			t.Errorf("Line(%q): %v", s, err)
		}
		visible = text.Visible(beyond+flat.Replace(s)+beyond) == nil && text.Visible(flat.Replace(s)) == nil
		if want, err := visible && (trimmed != "" || s == ""), text.Lines(s, 9); (err == nil) != want {
			t.Errorf("Lines(%q): %v", s, err)
		}
		for most := range len(s) {
			if text.Line(s, most) == nil || text.Lines(s, most) == nil {
				t.Errorf("%q has more than %d bytes", s, most)
			}
		}
	})
	for _, s := range []string{"Sales", "a b"} {
		if text.Line(s, len(s)) != nil || text.Lines(s, len(s)) != nil {
			t.Errorf("%q is refused with as many bytes as may be", s)
		}
	}
}

// TestEndsByLayout: a text is read as a day or as an instant, whichever it is of
// the two.
func TestEndsByLayout(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"2027-03-01", "2027-3-001", "12027-3-01", "2027-03-01T10:00:00Z", "2027-03-1T", "2027-03-01Z", "2027-03-01 ", "0001-01-02"} {
		day, err := time.Parse(time.DateOnly, s)
		if err != nil {
			day, err = time.Parse(time.RFC3339, s)
		}
		if got, e := text.ParseEnd(s); (e == nil) != (err == nil) || err == nil && !got.Equal(day) {
			t.Errorf("ParseEnd(%q) = %v, %v; want %v, %v", s, got, e, day, err)
		}
	}
}

func TestShortWaysAllocateNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() {
		const s = "sales in austria"
		if text.ID(s) != nil || text.Line(s, 40) != nil || text.Lines(s, 40) != nil || text.Lower(s) != s || text.Fold(s) != s {
			t.Errorf("%q is no plain text", s)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
