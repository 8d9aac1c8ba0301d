package access_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
)

const extentBase = `{
  "attributes": {"country": "string"},
  "accounts": [
    {"id": "us-1", "source": "google", "country": "US"}, {"id": "us-2", "source": "google", "country": "US"},
    {"id": "de-1", "source": "google", "country": "DE"}, {"id": "x-1", "source": "meta"}
  ],
  "groups": [
    {"id": "us", "filter": "country = 'US'"}, {"id": "also-us", "filter": "not country != 'US'"},
    {"id": "ids", "filter": "id in ('us-1', 'us-2')"}, {"id": "none", "filter": "nothing"}
  ]
}`

// TestExtents: what each data group comes to, as a look at each account says.
func TestExtents(t *testing.T) {
	var got []string
	for x := range access.MustLoad(extentBase).Directory().Extents() {
		got = append(got, fmt.Sprint(x.Group.ID, " ", x.Matches, " ", x.Unknown, " ", x.Like, " ", x.Sample))
	}
	if want := []string{"us 2 1 us us-1", "also-us 2 1 us us-1", "ids 2 0 us us-1", "none 0 0 none "}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for range (*access.Policy)(nil).Directory().Extents() {
		t.Error("a nil policy has a data group")
	}
}

// TestTruths: a filter yields what it matches and what it might match, also one of
// attributes that the policy does not have.
func TestTruths(t *testing.T) {
	p := access.MustLoad(extentBase)
	country := datagroup.Attribute{Name: "country", Type: datagroup.StringType}
	for _, tt := range []struct {
		filter datagroup.Filter
		want   string
	}{
		{foreignFilter("country = 'US'", country), "[us-1 true us-2 true x-1 unknown]"},
		{foreignFilter("not country = 'US'", country), "[de-1 true x-1 unknown]"},
		{foreignFilter("id = 'us-1' or spend > 5", datagroup.Attribute{Name: "spend", Type: datagroup.NumberType}), "[de-1 unknown us-1 true us-2 unknown x-1 unknown]"},
		{foreignFilter("nothing"), "[]"},
	} {
		var got []string
		for a, truth := range p.Truths(tt.filter) {
			got = append(got, fmt.Sprint(a.ID(), " ", truth))
		}
		if slices.Sort(got); fmt.Sprint(got) != tt.want {
			t.Errorf("%s: %v, want %s", tt.filter, got, tt.want)
		}
		for range p.Truths(tt.filter) {
			break
		}
	}
	for range new(access.Policy).Truths(foreignFilter("everything")) {
		t.Error("the zero policy has an account")
	}
}

// TestNow reads the clock of a policy.
func TestNow(t *testing.T) {
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	p := access.MustLoad(extentBase)
	if !p.At(at).Now().Equal(at) || !p.WithClock(func() time.Time { return at }).Now().Equal(at) {
		t.Error("not the time that was set")
	}
	if (*access.Policy)(nil).Now().IsZero() || p.Now().IsZero() {
		t.Error("the clock of the machine stands at zero")
	}
}
