package datagroup_test

import (
	"maps"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/google/go-cmp/cmp"
)

// written is an account as text: its source, and its values by name.
func written(a datagroup.Account) map[string]string {
	all := map[string]string{"id": string(a.ID()), "source": a.Source()}
	for name, v := range a.Values() {
		all[name] = v.String()
	}
	return all
}

// TestWith: an account made from one like it is that of Schema.Account, and the
// other stays as it was.
func TestWith(t *testing.T) {
	s := schema(t, "country string", "spend number", "labels labels", "zone string")
	vip := datagroup.Labels("vip")
	given := map[string]datagroup.Value{"country": datagroup.Text("US"), "labels": vip}
	like, err := s.Account("us-1", "google", given)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]datagroup.Value{
		"name": datagroup.Text("US"), "country": datagroup.Text("CA"), "labels": {}, "spend": datagroup.Number(0), "zone": datagroup.Text(""),
	} {
		values := maps.Clone(given)
		values[name] = v
		want, err := s.Account("us-2", "google", values)
		if err != nil {
			t.Fatal(err)
		}
		own := make([]datagroup.Value, s.Len()-2)
		for i := range own {
			own[i] = want.At(i + 2)
		}
		got := like.With("us-2", own)
		if diff := cmp.Diff(written(want), written(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if other := like.With("us-3", nil); other.ID() != "us-3" || other.Value("country") != given["country"] || !other.Value("name").IsMissing() {
			t.Errorf("with another id alone it has become %v", written(other))
		}
		if f := parse(t, s, "id = 'us-2' and "+name+" missing"); (f.Match(got) == datagroup.True) != v.IsMissing() {
			t.Errorf("%s: %v matches %v", f, written(got), f.Match(got))
		}
		if got := like.Value(name); like.ID() != "us-1" || got != given[name] {
			t.Errorf("the first account has become %s, and its %s %v", like.ID(), name, got)
		}
	}
	own := make([]datagroup.Value, 2)
	if n := testing.AllocsPerRun(100, func() { like.With("us-2", nil); like.With("us-3", own) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
