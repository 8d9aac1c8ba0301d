package text_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/internal/text"
)

// A verdict is "ok", or a part of the error.
func wants(t *testing.T, want string, err error) {
	t.Helper()
	switch {
	case want == "ok" && err != nil:
		t.Errorf("refused: %v", err)
	case want != "ok" && err == nil:
		t.Errorf("accepted, want an error with %q", want)
	case want != "ok" && (!strings.Contains(err.Error(), want) || len(err.Error()) > 100):
		t.Errorf("the error is %q, want one with %q", err, want)
	}
}

func TestLine(t *testing.T) {
	for _, tt := range []struct{ line, lines, name, text string }{
		{"ok", "ok", "nothing", ""},
		{"ok", "ok", "ASCII", "Sales & Marketing (EMEA)"},
		{"ok", "ok", "letters with marks", "Söhne, Łódź, Đặng, 葛飾"},
		{"ok", "ok", "right to left by itself", "عمر"},
		{"ok", "ok", "combining mark", "e\u0301"},
		{"ok", "ok", "no-break space inside", "10\u00a0%"},
		{"ok", "ok", "replacement character", "\ufffd"},
		{"ok", "ok", "emoji with a selector", "\u2708\ufe0f Travel"},
		{"ok", "ok", "ideograph with a selector", "\u845b\U000e0100"},
		{"ok", "ok", "visible format character", "\u06001"},
		{"ok", "ok", "Braille", "\u2813\u2800\u2811"},
		{"ok", "ok", "as long as may be", strings.Repeat("x", 40)},
		{"longer than 40 bytes", "longer than 40 bytes", "too long", strings.Repeat("x", 41)},
		{"longer than 40 bytes", "longer than 40 bytes", "bytes count, not characters", strings.Repeat("é", 21)},
		{"longer than 40 bytes", "longer than 40 bytes", "line breaks count", strings.Repeat("\r\n", 21)},
		{"UTF-8", "UTF-8", "half a character", "\xc3"},
		{"UTF-8", "UTF-8", "surrogate", "\xed\xa0\x80"},
		{"U+0000", "U+0000", "NUL", "a\x00b"},
		{"U+0009", "U+0009", "tab", "a\tb"},
		{"U+001B", "U+001B", "escape", "\x1b[2J"},
		{"U+007F", "U+007F", "delete", "a\x7f"},
		{"U+0085", "U+0085", "next line", "a\u0085b"},
		{"U+000A", "ok", "line feed", "a\nb"},
		{"U+000D", "ok", "carriage return and line feed", "a\r\nb"},
		{"U+000D", "U+000D", "carriage return", "a\rb"},
		{"U+000D", "U+000D", "two carriage returns and line feed", "a\r\r\nb"},
		{"U+2028", "U+2028", "line separator", "a\u2028b"},
		{"U+2029", "U+2029", "paragraph separator", "a\u2029b"},
		{"U+202E", "U+202E", "right-to-left override", "Ann \u202egpj.exe"},
		{"U+2066", "U+2066", "isolate", "\u2066Ann\u2069"},
		{"U+200F", "U+200F", "right-to-left mark", "Ann\u200f"},
		{"U+061C", "U+061C", "Arabic letter mark", "Ann\u061c"},
		{"U+200B", "U+200B", "zero-width space", "An\u200bn"},
		{"U+200D", "U+200D", "zero-width joiner", "An\u200dn"},
		{"U+2060", "U+2060", "word joiner", "An\u2060n"},
		{"U+FEFF", "U+FEFF", "byte order mark", "\ufeffAnn"},
		{"U+00AD", "U+00AD", "soft hyphen", "An\u00adn"},
		{"U+034F", "U+034F", "grapheme joiner", "An\u034fn"},
		{"U+3164", "U+3164", "Hangul filler", "\u3164"},
		{"U+E0041", "U+E0041", "tag", "Ann\U000e0041"},
		{"selector", "selector", "selector first", "\ufe0fAnn"},
		{"selector", "selector", "selector after a space", "Ann \ufe0f"},
		{"selector", "selector", "selector after a selector", "\u2708\ufe0f\ufe0f"},
		{"space", "ok", "space first", " Ann"},
		{"space", "ok", "space last", "Ann "},
		{"space", "ok", "no-break space last", "Ann\u00a0"},
		{"space", "ok", "ideographic space first", "\u3000Ann"},
		{"space", "ok", "empty Braille pattern last", "Ann\u2800"},
		{"U+000A", "ok", "line feed last", "Ann\n"},
		{"space", "only spaces", "only a space", " "},
		{"space", "only spaces", "only spaces of all sorts", " \u3000\u2800\u00a0"},
		{"U+000A", "only spaces", "only a line break", "\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wants(t, tt.line, text.Line(tt.text, 40))
			wants(t, tt.lines, text.Lines(tt.text, 40))
			if ends := tt.line == "space"; !ends && !strings.Contains(tt.line, "longer") {
				wants(t, tt.line, text.Visible(tt.text))
			} else {
				wants(t, "ok", text.Visible(strings.ReplaceAll(tt.text, "\r\n", "")))
			}
		})
	}
}

// TestLineCharacters asks about every character there is, against Unicode's own
// list of what has no look of its own.
func TestLineCharacters(t *testing.T) {
	refused := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		var want bool
		switch s := unicode.Is(unicode.Variation_Selector, r); {
		case s, unicode.Is(unicode.Prepended_Concatenation_Mark, r):
			want = true
		default:
			want = !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Bidi_Control, unicode.Other_Default_Ignorable_Code_Point)
		}
		s := "a" + string(r) + "b"
		if got := text.Line(s, 40) == nil; got != want {
			t.Errorf("Line of %U is %t, want %t", r, got, want)
		}
		if got := text.Lines(s, 40) == nil; got != (want || r == '\n') {
			t.Errorf("Lines of %U is %t, want %t", r, got, want || r == '\n')
		}
		if !want {
			refused++
		}
	}
	if refused < 65 || refused > 5000 {
		t.Errorf("%d characters are refused", refused)
	}
}

func TestLower(t *testing.T) {
	for _, tt := range []struct{ want, text string }{
		{"", ""}, {"ann@example.com", "Ann@EXAMPLE.com"}, {"@[`{", "@[`{"}, {"azaz", "azAZ"},
		{"\u212a\u017fÄ", "\u212a\u017fÄ"}, // the Kelvin sign and the long s stay as they are
	} {
		if got := text.Lower(tt.text); got != tt.want {
			t.Errorf("Lower(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestLineAllocatesNothing(t *testing.T) {
	var err error
	if n := testing.AllocsPerRun(100, func() { err = text.Line("Acme & Söhne", 40) }); err != nil || n > 0 {
		t.Errorf("%v, %v allocations", err, n)
	}
}

func TestFold(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"Quarter 3", "QUARTER  3", true},
		{"Quarter 3", "quarter\u00a03", true},
		{"Quarter 3", "Quarter3", false},
		{"", "", true},
		{"k", "\u212a", false},
		{"Größe", "GRÖßE", false},
	} {
		if got := text.Fold(tt.a) == text.Fold(tt.b); got != tt.same {
			t.Errorf("%q and %q: one name %v, want %v", tt.a, tt.b, got, tt.same)
		}
	}
}
