package snapshot

import (
	"fmt"
	"testing"

	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// TestClassesAreDropped gives one account more tuples than there are accounts
// to keep classes for. What a team sees of it stays right all the way.
func TestClassesAreDropped(t *testing.T) {
	schema, err := datagroup.NewSchema(
		datagroup.Attribute{Name: "x", Type: datagroup.StringType}, datagroup.Attribute{Name: "y", Type: datagroup.StringType})
	if err != nil {
		t.Fatal(err)
	}
	filter, err := schema.Parse("x = 'x7' and not y in ('y1', 'y2')")
	if err != nil {
		t.Fatal(err)
	}
	w := NewWriter(new(State))
	if err := w.PutSchema(schema); err != nil {
		t.Fatal(err)
	}
	w.PutGroup(datagroup.Group{ID: "g", Filter: filter})
	g, _, _ := w.Groups.Find("g")
	w.PutTeam(team.Team{ID: "t"}, []uint32{g})
	most := 0
	for i := range 120 {
		for j := range 120 {
			a, err := schema.Account("a", "google", map[string]datagroup.Value{
				"x": datagroup.Text(fmt.Sprint("x", i)), "y": datagroup.Text(fmt.Sprint("y", j)),
			})
			if err != nil {
				t.Fatal(err)
			}
			w.PutAccount(a)
			most = max(most, w.classes.Len())
			no, rec, _ := w.Accounts.Find("a")
			_, seer, _ := w.Teams.Find("t")
			if want := filter.Match(a) == datagroup.True; seer.Sees(no, rec) != want || w.Groups.At(g).Matches(no, rec) != want {
				t.Fatalf("x%d, y%d: seen %v, want %v", i, j, !want, want)
			}
		}
	}
	if most < maxDistinct || most > maxDistinct+3 {
		t.Errorf("up to %d classes of one account, want about %d", most, maxDistinct)
	}
}
