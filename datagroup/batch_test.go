package datagroup_test

import (
	"fmt"
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
			var want, unknown []int
			for i, a := range accounts {
				truth := f.Match(a)
				hit[truth.String()]++
				switch truth {
				case datagroup.True:
					want = append(want, i)
				case datagroup.Unknown:
					unknown = append(unknown, i)
				}
			}
			for range 2 { // what one question leaves does not change the next
				if got := slices.Collect(batch.Match(f)); !slices.Equal(got, want) {
					rt.Fatalf("%s matches %v of %v, want %v", f, got, rows, want)
				}
				if got := places(batch.Bits(f)); !slices.Equal(got, want) {
					rt.Fatalf("%s has the bits %v of %v, want %v", f, got, rows, want)
				}
				if got := places(batch.Unknown(f)); !slices.Equal(got, unknown) {
					rt.Fatalf("%s is unknown of %v of %v, want %v", f, got, rows, unknown)
				}
			}
			if len(accounts) > 64 {
				hit["more than a word"]++
			}
		}
	}, "true", "false", "unknown", "more than a word")
}

// places is a set as a list.
func places(set []uint64) (all []int) {
	for i := range 64 * len(set) {
		if set[i/64]>>(i%64)&1 == 1 {
			all = append(all, i)
		}
	}
	return all
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
		{"spend = 1", nil},
		{"not spend = 1", nil},
		{"id = 'acc-1' and spend = 1", nil},
		{"id = 'acc-1' and not spend = 1", nil},
		{"id = 'acc-1' and not (country has 'US' and id = 'acc-2')", []int{0, 1}},
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

// TestBatchOfManyValues compares ranges and sets of labels where there are more
// values than a batch keeps places of.
func TestBatchOfManyValues(t *testing.T) {
	s := schema(t, "spend number", "code string", "tags labels")
	var accounts []datagroup.Account
	for i := range 1000 {
		values := row{"spend": float64(i * 7 % 331), "code": fmt.Sprintf("c%03d", i*13%457)}
		if i%11 == 0 {
			values = row{}
		}
		if i%7 == 1 {
			delete(values, "code")
		}
		if i%3 == 0 {
			values["tags"] = []string{fmt.Sprintf("t%d", i%17), fmt.Sprintf("u%d", i%5)}
		}
		accounts = append(accounts, account(t, s, values))
	}
	batch := datagroup.NewBatch(s, slices.Values(accounts))
	for _, text := range []string{
		"spend > 100", "spend >= 100", "spend < 100", "spend <= 100", "spend > 1000", "spend < 0", "spend >= 0", "spend = 7", "spend != 7",
		"not spend > 100", "spend > 20.5 and spend < 300", "code prefix 'c1'", "code prefix 'c'", "code prefix 'd'", "code prefix 'b'",
		"code prefix ''", "code suffix '7'", "code contains '12'", "code in ('c001', 'c002', 'x')", "code not in ('c001', 'c002')",
		"spend = 7 and code contains '1'", "spend = 7 and not code contains '1'", "spend = 7 and spend = 14", "spend = 7 or code = 'c013'",
		"code = 'none' and spend = 7", "code contains '1' and code = 'c013' and spend present", "not code = 'c013'", "not (code = 'c013' and spend = 7)",
		"source = 'google' and code = 'c013'", "source = 'google'", "not (spend < 100 or code contains '1')", "not (spend < 100 and code contains '1')",
		"tags has 't3'", "tags has any ('t1', 'u2', 'x')", "tags has all ('t1', 'u2')", "tags has all ('t1', 'x')", "tags missing", "tags present",
	} {
		f := parse(t, s, text)
		var want []int
		for i, a := range accounts {
			if f.Match(a) == datagroup.True {
				want = append(want, i)
			}
		}
		if got := slices.Collect(batch.Match(f)); !slices.Equal(got, want) {
			t.Errorf("%s matches %d accounts, want %d", text, len(got), len(want))
		}
		if got := places(batch.Bits(f)); !slices.Equal(got, want) {
			t.Errorf("%s has %d bits, want %d", text, len(got), len(want))
		}
	}
}
