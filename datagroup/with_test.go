package datagroup_test

import (
	"fmt"
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
		pos, _ := s.Position(name)
		got := like.WithID("us-2").WithValue(pos, v)
		if diff := cmp.Diff(written(want), written(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(written(like), written(got.WithID("us-1").WithValue(pos, given[name]))); diff != "" {
			t.Errorf("%s and back (-want +got):\n%s", name, diff)
		}
		if f := parse(t, s, "id = 'us-2' and "+name+" missing"); (f.Match(got) == datagroup.True) != v.IsMissing() {
			t.Errorf("%s: %v matches %v", f, written(got), f.Match(got))
		}
		if got := like.Value(name); like.ID() != "us-1" || got != given[name] {
			t.Errorf("the first account has become %s, and its %s %v", like.ID(), name, got)
		}
	}
	labels, _ := s.Position("labels")
	zone, _ := s.Position("zone")
	if n := testing.AllocsPerRun(100, func() { like.WithID("us-2").WithValue(labels, vip).WithValue(zone, datagroup.Value{}) }); n > 0 {
		t.Errorf("%v allocations where only the id differs", n)
	}
}

func TestWithValuePanics(t *testing.T) {
	t.Parallel()
	s := schema(t, "country string", "spend number")
	a := account(t, s, row{"country": "US"})
	for i, test := range []struct {
		pos int
		v   datagroup.Value
	}{
		{-1, datagroup.Value{}}, {0, datagroup.Text("b")}, {1, datagroup.Text("meta")}, {5, datagroup.Value{}}, {5, datagroup.Text("")},
		{2, datagroup.Number(1)}, {3, datagroup.Labels()}, {4, datagroup.Text("5")},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Errorf("position %d took %v", test.pos, test.v)
				}
			}()
			a.WithValue(test.pos, test.v)
		})
	}
}
