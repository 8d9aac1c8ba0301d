package text_test

import (
	"testing"

	"github.com/ambit-authz/ambit/internal/text"
)

// A load passes each id, name, note and address of a company here.
func BenchmarkText(b *testing.B) {
	for _, s := range []struct{ name, text string }{{"short", "user-004711"}, {"long", "Sales in Austria, Germany and Switzerland (2027)"}, {"beyond ASCII", "Vertrieb Österreich"}} {
		for _, f := range []struct {
			name string
			do   func()
		}{
			{"ID", func() { _ = text.ID(s.text) }},
			{"Line", func() { _ = text.Line(s.text, 200) }},
			{"Lines", func() { _ = text.Lines(s.text, 2000) }},
			{"Lower", func() { _ = text.Lower(s.text) }},
			{"Fold", func() { _ = text.Fold(s.text) }},
		} {
			b.Run(f.name+"/"+s.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f.do()
				}
			})
		}
	}
	for _, s := range []struct{ name, text string }{{"none", ""}, {"day", "2027-03-01"}, {"instant", "2027-03-01T00:00:00Z"}} {
		b.Run("ParseEnd/"+s.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = text.ParseEnd(s.text)
			}
		})
	}
}
