package team_test

import (
	"testing"

	"github.com/ambit-authz/ambit/team"
)

func BenchmarkParseAddress(b *testing.B) {
	const address = "user-004711@example.com"
	b.ReportAllocs()
	for b.Loop() {
		if _, err := team.ParseAddress(address); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkKey(b *testing.B) {
	for _, address := range []string{"user-004711@example.com", "User-004711@example.com"} {
		a := team.MustParseAddress(address)
		b.Run(address, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = a.Key()
			}
		})
	}
}
