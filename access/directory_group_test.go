package access_test

import (
	"maps"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/google/go-cmp/cmp"
)

// TestGroupsSince: which data groups an account came into and left, by groups that
// keep classes of accounts and by one that keeps accounts.
func TestGroupsSince(t *testing.T) {
	t.Parallel()
	p := access.MustLoad(`{
		"attributes": {"country": "string"},
		"accounts": [{"id": "a", "source": "s", "country": "US"}, {"id": "b", "source": "s", "country": "DE"}],
		"groups": [{"id": "us", "filter": "country = 'US'"}, {"id": "de", "filter": "country = 'DE'"}, {"id": "only-a", "filter": "id = 'a'"}]
	}`)
	edit := func(change func(e *access.Edit)) *access.Policy {
		e := p.Edit()
		change(e)
		next, err := e.Policy()
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	put := func(id, country string) func(*access.Edit) {
		return func(e *access.Edit) {
			e.SetAccount(document.Account{ID: id, Source: "s", Values: map[string]datagroup.Value{"country": datagroup.Text(country)}})
		}
	}
	regrouped := edit(func(e *access.Edit) {
		e.RemoveGroup("us")
		e.SetGroup(document.Group{ID: "all", Filter: "everything"})
		put("a", "DE")(e)
	})
	for name, tt := range map[string]struct {
		now, before *access.Policy
		id          datagroup.AccountID
		want        map[datagroup.ID]bool
	}{
		"nothing":              {p, p, "a", nil},
		"changed":              {edit(put("a", "DE")), p, "a", map[datagroup.ID]bool{"us": false, "de": true}},
		"changed in no filter": {edit(put("a", "FR")), edit(put("a", "UK")), "a", nil},
		"another one":          {edit(put("a", "DE")), p, "b", nil},
		"connected":            {edit(put("c", "US")), p, "c", map[datagroup.ID]bool{"us": true}},
		"disconnected":         {edit(func(e *access.Edit) { e.RemoveAccount("a") }), p, "a", map[datagroup.ID]bool{"us": false, "only-a": false}},
		"unknown":              {p, p, "x", nil},
		"groups of one side":   {regrouped, p, "a", map[datagroup.ID]bool{"de": true}},
		"no policy":            {p, nil, "a", nil},
	} {
		got := maps.Collect(tt.now.Directory().GroupsSince(tt.before.Directory(), tt.id))
		if diff := cmp.Diff(tt.want, got); diff != "" && len(got)+len(tt.want) > 0 {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
