package datagroup_test

import (
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
)

func TestKleeneTables(t *testing.T) {
	tests := []struct{ a, b, and, or datagroup.Truth }{
		{no, no, no, no}, {no, maybe, no, maybe}, {no, yes, no, yes},
		{maybe, no, no, maybe}, {maybe, maybe, maybe, maybe}, {maybe, yes, maybe, yes},
		{yes, no, no, yes}, {yes, maybe, maybe, yes}, {yes, yes, yes, yes},
	}
	for _, test := range tests {
		if got := test.a.And(test.b); got != test.and {
			t.Errorf("%v and %v = %v, want %v", test.a, test.b, got, test.and)
		}
		if got := test.a.Or(test.b); got != test.or {
			t.Errorf("%v or %v = %v, want %v", test.a, test.b, got, test.or)
		}
	}
	for from, to := range map[datagroup.Truth]datagroup.Truth{no: yes, maybe: maybe, yes: no, 9: maybe} {
		if got := from.Not(); got != to {
			t.Errorf("not %v = %v, want %v", from, got, to)
		}
	}
	for truth, text := range map[datagroup.Truth]string{no: "false", maybe: "unknown", yes: "true", 9: "invalid"} {
		if got := truth.String(); got != text {
			t.Errorf("%d prints %q, want %q", truth, got, text)
		}
	}
}

func TestKleeneLaws(t *testing.T) {
	all := []datagroup.Truth{no, maybe, yes}
	for _, a := range all {
		for _, b := range all {
			for _, c := range all {
				laws := map[string]bool{
					"commutative":    a.And(b) == b.And(a) && a.Or(b) == b.Or(a),
					"associative":    a.And(b).And(c) == a.And(b.And(c)) && a.Or(b).Or(c) == a.Or(b.Or(c)),
					"distributive":   a.And(b.Or(c)) == a.And(b).Or(a.And(c)) && a.Or(b.And(c)) == a.Or(b).And(a.Or(c)),
					"absorbing":      a.And(a.Or(b)) == a && a.Or(a.And(b)) == a,
					"De Morgan":      a.And(b).Not() == a.Not().Or(b.Not()),
					"double not":     a.Not().Not() == a,
					"neutral":        a.And(yes) == a && a.Or(no) == a,
					"dominated":      a.And(no) == no && a.Or(yes) == yes,
					"and is not max": a.And(b) <= a && a.Or(b) >= a,
				}
				for law, holds := range laws {
					if !holds {
						t.Errorf("%s fails for %v, %v, %v", law, a, b, c)
					}
				}
			}
		}
	}
}
