package datagroup_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/growth"
)

// TestParseGrowth: what a filter costs to read grows with its text only, whatever
// is in it.
func TestParseGrowth(t *testing.T) {
	s, err := datagroup.NewSchema(datagroup.Attribute{Name: "country", Type: datagroup.StringType}, datagroup.Attribute{Name: "tags", Type: datagroup.LabelsType})
	if err != nil {
		t.Fatal(err)
	}
	many := func(n int, part, between string) string {
		all := make([]string, n)
		for i := range all {
			all[i] = strings.ReplaceAll(part, "#", fmt.Sprint(i))
		}
		return strings.Join(all, between)
	}
	for name, text := range map[string]func(n int) string{
		"values":             func(n int) string { return "country in (" + many(n, "'c#'", ", ") + ")" },
		"values twice":       func(n int) string { return "country in (" + many(n, "'c'", ", ") + ")" },
		"labels":             func(n int) string { return "tags has any (" + many(n, "'c#'", ", ") + ")" },
		"alternatives":       func(n int) string { return many(n, "country = 'c#'", " or ") },
		"all at once":        func(n int) string { return many(n, "country != 'c#'", " and ") },
		"alternatives of":    func(n int) string { return many(n, "not (country = 'c#' and name present)", " or ") },
		"brackets":           func(n int) string { return strings.Repeat("(", n) + "country present" + strings.Repeat(")", n) },
		"brackets left open": func(n int) string { return strings.Repeat("(", n) },
		"not":                func(n int) string { return strings.Repeat("not ", n) + "country present" },
		"a long value":       func(n int) string { return "country = '" + strings.Repeat("''", 10*n) + "'" },
		"a quote left open":  func(n int) string { return "country = '" + strings.Repeat("''", 10*n) },
		"a long word":        func(n int) string { return strings.Repeat("country", n) + " = 'x'" },
		"a long number":      func(n int) string { return "country = " + strings.Repeat("9", 10*n) },
		"unknown attributes": func(n int) string { return many(n, "countri = 'c#'", " or ") },
		"spaces":             func(n int) string { return strings.Repeat(" \n", n) + "everything" },
		"trailing text":      func(n int) string { return "everything " + many(n, "or", " ") },
		"no encoding":        func(n int) string { return "country = '" + strings.Repeat("\xff", n) + "'" },
		"full-width quotes":  func(n int) string { return many(n, "country = ＇c＇", " or ") },
	} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 10, func(n int) func() {
				text := text(n)
				return func() {
					if f, err := s.Parse(text); err == nil {
						_ = f.String()
					}
				}
			})
		})
	}
}

// TestSchemaGrowth: so many attributes are declared, and one is missed.
func TestSchemaGrowth(t *testing.T) {
	for name, attribute := range map[string]func(i int) string{
		"others": func(i int) string { return fmt.Sprint("a", i) }, "near ones": func(i int) string { return fmt.Sprint("coutry", i) }, "one": func(int) string { return "a" },
	} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 10, func(n int) func() {
				all := make([]datagroup.Attribute, n)
				for i := range all {
					all[i] = datagroup.Attribute{Name: attribute(i), Type: datagroup.StringType}
				}
				return func() {
					if s, err := datagroup.NewSchema(all...); err == nil {
						_, _ = s.Parse("country = 'x'")
					}
				}
			})
		})
	}
}
