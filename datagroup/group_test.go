package datagroup_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestPreview(t *testing.T) {
	s := world(t)
	accounts := []datagroup.Account{
		account(t, s, row{"id": "m-2", "source": "meta", "country": "US"}),
		account(t, s, row{"id": "g-2", "source": "google", "country": "US"}),
		account(t, s, row{"id": "g-1", "source": "google", "country": "US"}),
		account(t, s, row{"id": "g-3", "source": "google"}),
		account(t, s, row{"id": "b-1", "source": "bing"}),
		account(t, s, row{"id": "x-1", "source": "x", "country": "DE"}),
	}
	group := datagroup.Group{ID: "us", Name: "US", Filter: parse(t, s, "country = 'US'")}
	want := datagroup.Preview{Matches: 3, Unknown: 2, Sources: []datagroup.SourcePreview{
		{Source: "bing", Unknown: 1},
		{Source: "google", Matches: 2, Unknown: 1, Accounts: []datagroup.AccountID{"g-1", "g-2"}},
		{Source: "meta", Matches: 1, Accounts: []datagroup.AccountID{"m-2"}},
	}}
	if diff := cmp.Diff(want, datagroup.NewPreview(group.Filter.Truths(slices.Values(accounts)))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPreviewAgreesWithCounting(t *testing.T) {
	hit := make(counter)
	hit.check(t, func(rt *rapid.T) {
		ts := genTypes.Draw(rt, "types")
		s := ts.schema(t)
		e := genFilter(ts).Draw(rt, "filter")
		var accounts []datagroup.Account
		matches, unknown := map[string][]datagroup.AccountID{}, map[string]int{}
		for i, r := range rapid.SliceOfN(genRow(ts), 0, 8).Draw(rt, "rows") {
			r["id"] = fmt.Sprint("acc-", i)
			r["source"] = rapid.SampledFrom([]string{"google", "meta", "bing"}).Draw(rt, "source")
			accounts = append(accounts, account(t, s, r))
			switch e.eval(r, false) {
			case datagroup.True:
				matches[r["source"].(string)] = append(matches[r["source"].(string)], datagroup.AccountID(r["id"].(string)))
				hit["true"]++
			case datagroup.Unknown:
				unknown[r["source"].(string)]++
				hit["unknown"]++
			}
		}
		var want datagroup.Preview
		for _, source := range []string{"bing", "google", "meta"} {
			p := datagroup.SourcePreview{Source: source, Matches: len(matches[source]), Unknown: unknown[source], Accounts: matches[source]}
			want.Matches, want.Unknown = want.Matches+p.Matches, want.Unknown+p.Unknown
			if p.Matches+p.Unknown > 0 {
				want.Sources = append(want.Sources, p)
			}
		}
		shuffled := rapid.Permutation(accounts).Draw(rt, "order")
		if diff := cmp.Diff(want, datagroup.NewPreview(parse(t, s, drawText(rt, e)).Truths(slices.Values(shuffled)))); diff != "" {
			rt.Fatalf("(-want +got):\n%s", diff)
		}
	}, "true", "unknown")
}
