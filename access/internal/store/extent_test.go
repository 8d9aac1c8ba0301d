package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
)

// TestExtents: what a group comes to is what a look at each account says, whether
// the group stores classes or accounts, and after accounts were removed.
func TestExtents(t *testing.T) {
	schema, err := datagroup.NewSchema(
		datagroup.Attribute{Name: "x", Type: datagroup.StringType}, datagroup.Attribute{Name: "n", Type: datagroup.NumberType},
		datagroup.Attribute{Name: "full", Type: datagroup.NumberType}, datagroup.Attribute{Name: "gone", Type: datagroup.StringType})
	if err != nil {
		t.Fatal(err)
	}
	w := NewWriter(new(State))
	if err := w.PutSchema(schema); err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		values := map[string]datagroup.Value{"full": datagroup.Number(float64(i))}
		if i%3 > 0 {
			values["x"] = datagroup.Text(fmt.Sprint("x", i%4))
		}
		if i%5 > 0 {
			values["n"], values["name"] = datagroup.Number(float64(i)), datagroup.Text(fmt.Sprint("name", i%7))
		}
		if i != 59 {
			values["gone"] = datagroup.Text("g")
		}
		row, err := schema.Row(nil, datagroup.AccountID(fmt.Sprint("a", i)), fmt.Sprint("s", i%2), values)
		if err != nil {
			t.Fatal(err)
		}
		w.AddAccount(row)
	}
	filters := []string{
		"x = 'x1'", "not x != 'x1'", "not (x != 'x1' or id = 'a0')", "x in ('x1', 'x2')", "x in ('x1', 'x7')", "everything", "nothing", "source present",
		"n > 30", "not n <= 30", "n > 30 and x = 'x1'", "name = 'name3'", "x missing", "full >= 0", "full > 50 or x = 'x2'", "gone = 'g'", "not gone != 'g'",
		"id = 'a59'", "full = 59", "x = 'x3' and source = 's0'", "source = 's0'", "full < 5 and x present",
	}
	for i, text := range filters {
		f, err := schema.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		w.PutGroup(datagroup.Group{ID: datagroup.ID(fmt.Sprint("g", i)), Filter: f})
	}
	whole := NewWriter(w.Freeze())
	before := whole.State
	checkExtents(t, before)
	for _, id := range []string{"a8", "a59", "a1"} {
		whole.RemoveAccount(whole.Accounts.Get(id).No)
	}
	checkExtents(t, whole.Freeze())
	checkExtents(t, NewWriter(new(State)).Freeze())
	for range before.Extents() {
		break // which may be done at any group
	}
}

func checkExtents(t *testing.T, s *State) {
	t.Helper()
	first := make(map[string]datagroup.ID) // by the accounts
	loose, alike := 0, 0
	for x := range s.Extents() {
		want := datagroup.Extent{Group: x.Group}
		var ids []string
		sampled := x.Sample == ""
		for _, a := range s.AllAccounts() {
			switch x.Group.Filter.Match(a) {
			case datagroup.True:
				ids = append(ids, string(a.ID()))
				sampled = sampled || a.ID() == x.Sample
			case datagroup.Unknown:
				want.Unknown++
			}
		}
		slices.Sort(ids)
		key := strings.Join(ids, " ")
		if first[key] == "" {
			first[key] = x.Group.ID
		}
		want.Matches, want.Like = len(ids), first[key]
		if want.Like != x.Group.ID {
			alike++
		}
		if !sampled || (x.Sample == "") != (len(ids) == 0) {
			t.Errorf("%s: the sample is %q of %v", x.Group.Filter, x.Sample, ids)
		}
		if want.Sample = x.Sample; !sameExtent(x, want) {
			t.Errorf("%s: %+v, want %+v", x.Group.Filter, x, want)
		}
		if _, g, _ := s.Groups.Find(string(x.Group.ID)); g.loose {
			loose++
		}
	}
	if s.Groups.Len() > 0 && (loose == 0 || alike == 0) {
		t.Errorf("%d groups store accounts, %d are like another one", loose, alike)
	}
}

func sameExtent(a, b datagroup.Extent) bool {
	return a.Group.ID == b.Group.ID && a.Matches == b.Matches && a.Unknown == b.Unknown && a.Like == b.Like && a.Sample == b.Sample
}
