package text_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/internal/text"
)

func TestShown(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                        "",
		`a\b "c" 'd'`:             `a\b "c" 'd'`,
		"عمر \u2708\ufe0f":        "عمر \u2708\ufe0f",
		"a\nb\r\t\x00":            `a\nb\r\t\x00`,
		"Ann \u202egpj":           `Ann \u202egpj`,
		"\u2028\U000e0041":        `\u2028\U000e0041`,
		"half \xc3 \xff":          `half \xc3 \xff`,
		"\ufe0f":                  `\ufe0f`,
		"a\u200b\ufe0f":           `a\u200b\ufe0f`,
		"a\xff\ufe0f":             `a\xff\ufe0f`,
		"a\ufe0f\ufe0f \ufe0f'\"": "a\ufe0f\\ufe0f \\ufe0f'\"",
		"\ufffd\u0085":            "\ufffd\\u0085",
	} {
		if got := text.Shown(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

// FuzzShown: what is shown is visible, and says what it was shown for.
func FuzzShown(f *testing.F) {
	for _, s := range []string{"a", "\x00\r\n", "a\u202e", "\xff\xc3\xa9", "\u2708\ufe0f\ufe0f", "\U000e0001", "\ufeff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		shown := text.Shown(s)
		if err := text.Visible(shown); err != nil {
			t.Errorf("%q is shown as %q, which %v", s, shown, err)
		}
		if (text.Visible(s) == nil) != (shown == s) {
			t.Errorf("%q is shown as %q", s, shown)
		}
		var back []byte
		for rest := text.Shown(strings.ReplaceAll(s, `\`, `\\`)); rest != ""; {
			r, wide, tail, err := strconv.UnquoteChar(rest, 0)
			if err != nil {
				t.Fatalf("%q: %v", rest, err)
			}
			if rest = tail; wide {
				back = append(back, string(r)...)
			} else {
				back = append(back, byte(r))
			}
		}
		if string(back) != s {
			t.Errorf("%q came back as %q", s, back)
		}
	})
}
