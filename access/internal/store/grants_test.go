package store

import (
	"maps"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"pgregory.net/rapid"
)

// TestGrantsAreAMap: whatever comes and goes, by one writer or by many, a list of
// grants has what a map has, in order, and none of its versions changes.
func TestGrantsAreAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type version struct {
			Grants
			want map[uint32]Grant
		}
		token, now := persist.NewToken(), version{want: map[uint32]Grant{}}
		kept := []version{{want: map[uint32]Grant{}}}
		wide := uint32(rapid.SampledFrom([]int{3, partGrants, 5 * partGrants}).Draw(t, "reports"))
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				for range rapid.IntRange(1, partGrants).Draw(t, "several") {
					g := Grant{Of: rapid.Uint32Range(0, wide).Draw(t, "of"), Level: rapid.Uint8().Draw(t, "level")}
					now.put(token, g, func(uint32) bool { return false })
					now.want[g.Of] = g
				}
			},
			"drop": func(t *rapid.T) {
				of := rapid.Uint32Range(0, wide).Draw(t, "of")
				now.drop(token, of)
				delete(now.want, of)
			},
			"keep": func(*rapid.T) {
				kept, token = append(kept, version{now.Grants, maps.Clone(now.want)}), persist.NewToken()
			},
			"go back": func(t *rapid.T) {
				v := rapid.SampledFrom(kept).Draw(t, "version")
				now, token = version{v.Grants, maps.Clone(v.want)}, persist.NewToken()
			},
			"": func(t *rapid.T) {
				for _, v := range append(slices.Clip(kept), now) {
					all := slices.Collect(v.All())
					if len(all) != len(v.want) || !slices.IsSortedFunc(all, func(a, b Grant) int { return int(a.Of) - int(b.Of) }) {
						t.Fatalf("%v, want %v", all, v.want)
					}
					for _, g := range all {
						if found, ok := v.Find(g.Of); g != v.want[g.Of] || !ok || found != g {
							t.Fatalf("%v, want %v, found %v", g, v.want[g.Of], found)
						}
					}
					if _, ok := v.Find(wide + 1); ok {
						t.Fatal("a grant of a report that there is not")
					}
				}
			},
		})
	})
}

// TestGrantsOfGoneReports: somebody who makes and removes reports for ever keeps
// no more than a little of them.
func TestGrantsOfGoneReports(t *testing.T) {
	var g Grants
	live := uint32(0)
	for of := range uint32(50 * partGrants) {
		g.put(persist.NewToken(), Grant{Of: of}, func(of uint32) bool { return of < live })
		if of%(partGrants+1) == 0 {
			live = of
		}
	}
	if n := len(slices.Collect(g.All())); n > 5*partGrants {
		t.Errorf("%d grants are left of %d, and %d are live", n, 50*partGrants, 50*partGrants-int(live))
	}
}
