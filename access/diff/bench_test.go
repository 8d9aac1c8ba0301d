package diff

import (
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

func BenchmarkDescribe(b *testing.B) {
	p := compile(b, large(10_000, 20_000, 1_000, 500))
	for b.Loop() {
		Describe(p)
	}
}

func BenchmarkGains(b *testing.B) {
	p := compile(b, large(10_000, 20_000, 1_000, 500))
	f, err := p.Directory().Schema().Parse("region = 'r1' or segment = 's37'")
	if err != nil {
		b.Fatal(err)
	}
	next := edited(b, p, func(e *access.Edit) {
		e.SetGroup(document.GroupOf(datagroup.Group{ID: "group-00000000000001", Filter: f}))
	})
	for b.Loop() {
		for range Compare(p, next).Gains() {
		}
	}
}
