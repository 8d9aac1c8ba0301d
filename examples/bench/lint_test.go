package bench

import (
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/lint"
)

// BenchmarkLint checks the companies M and L, with everything that ends.
func BenchmarkLint(b *testing.B) {
	for _, name := range []string{"M-ends", "L-ends"} {
		b.Run(name, func(b *testing.B) {
			i := slices.IndexFunc(Sizes, func(s Size) bool { return s.Name == name })
			w, _ := newTables(Sizes[i])
			policy, err := access.Compile(NewDocument(w), nil)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				found := 0
				for _, c := range lint.Check(policy, nil).Counts {
					if found += c.Found; c.AtLeast {
						b.Fatalf("the budget ended at %s", c.Code)
					}
				}
				b.ReportMetric(float64(found), "findings")
			}
		})
	}
}
