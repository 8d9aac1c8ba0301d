package text_test

import (
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/internal/text"
)

func TestQuote(t *testing.T) {
	type id string
	x80 := strings.Repeat("x", 80)
	for _, tt := range []struct{ quote, plain, name, text string }{
		{`""`, "", "nothing", ""},
		{`"ann"`, "ann", "plain", "ann"},
		{`"größe 米"`, "größe 米", "any language", "größe 米"},
		{`"a\"b"`, `a"b`, "quote", `a"b`},
		{`"a\nb"`, `"a\nb"`, "line feed", "a\nb"},
		{`"a\u202eb"`, `"a\u202eb"`, "right-to-left override", "a\u202eb"},
		{`"a\u00a0b"`, `"a\u00a0b"`, "no-break space", "a\u00a0b"},
		{`"\xff"`, `"\xff"`, "not UTF-8", "\xff"},
		{`"` + x80 + `"`, x80, "as long as may be", x80},
		{`"` + x80 + `"…`, x80 + "x", "too long to quote", x80 + "x"},
		{`"` + x80 + `"…`, `"` + x80 + `"…`, "too long for an id", strings.Repeat("x", text.MaxID+1)},
		{`"` + x80[:79] + `"…`, x80[:79] + "é", "never half a character", x80[:79] + "é"},
		{`"` + x80[:77] + `"…`, x80[:77] + "\U0001f600", "never half a long character", x80[:77] + "\U0001f600"},
		{`"` + strings.Repeat(`\x80`, 76) + `"…`, `"` + strings.Repeat(`\x80`, 76) + `"…`, "nowhere to cut", strings.Repeat("\x80", 100)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := text.Quote(id(tt.text)); got != tt.quote {
				t.Errorf("Quote = %s, want %s", got, tt.quote)
			}
			if got := text.Plain(id(tt.text)); got != tt.plain {
				t.Errorf("Plain = %s, want %s", got, tt.plain)
			}
		})
	}
}
