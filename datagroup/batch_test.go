package datagroup_test

import (
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"pgregory.net/rapid"
)

// A batch matches what its accounts match one by one, whatever the filters, and
// however many were asked before.
func TestBatchIsMatch(t *testing.T) {
	hit := make(counter)
	hit.check(t, func(rt *rapid.T) {
		ts := genTypes.Draw(rt, "types")
		s := ts.schema(t)
		rows := slices.Repeat(rapid.SliceOfN(genRow(ts), 0, 6).Draw(rt, "rows"), rapid.SampledFrom([]int{1, 1, 1, 40}).Draw(rt, "times"))
		var accounts []datagroup.Account
		for _, r := range rows {
			accounts = append(accounts, account(t, s, r))
		}
		batch := datagroup.NewBatch(s, slices.Values(accounts))
		for _, e := range rapid.SliceOfN(genFilter(ts), 1, 4).Draw(rt, "filters") {
			f := parse(t, s, drawText(rt, e))
			if rapid.Bool().Draw(rt, "of another schema") {
				f = parse(t, ts.schema(t), f.String())
			}
			var want []int
			for i, a := range accounts {
				truth := f.Match(a)
				hit[truth.String()]++
				if truth == datagroup.True {
					want = append(want, i)
				}
			}
			if got := slices.Collect(batch.Match(f)); !slices.Equal(got, want) {
				rt.Fatalf("%s matches %v of %v, want %v", f, got, rows, want)
			}
			if len(accounts) > 64 {
				hit["more than a word"]++
			}
		}
	}, "true", "false", "unknown", "more than a word")
}

// What another schema calls by another type, or does not know, is unknown to
// every leaf.
func TestBatchOfAnotherSchema(t *testing.T) {
	s := schema(t, "country string")
	other := schema(t, "country labels", "spend number")
	batch := datagroup.NewBatch(s, slices.Values([]datagroup.Account{account(t, s, row{"country": "US"}), account(t, s, row{})}))
	for _, tt := range []struct {
		filter string
		want   []int
	}{
		{"spend > 1", nil},
		{"not spend > 1", nil},
		{"spend > 1 or id = 'acc-1'", []int{0, 1}},
		{"country has 'US'", nil},
		{"not country has 'US'", nil},
		{"everything", []int{0, 1}},
		{"nothing", nil},
	} {
		if got := slices.Collect(batch.Match(parse(t, other, tt.filter))); !slices.Equal(got, tt.want) {
			t.Errorf("%s matches %v, want %v", tt.filter, got, tt.want)
		}
	}
	for range batch.Match(parse(t, s, "everything")) {
		break // stopping early is fine
	}
	if got := slices.Collect(datagroup.NewBatch(s, slices.Values([]datagroup.Account(nil))).Match(parse(t, s, "everything"))); got != nil {
		t.Errorf("an empty batch matches %v", got)
	}
}
