package store

import (
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/team"
)

// TestLinkListsAreOfOneState: two edits of one State each add a link in the
// session of a team, and neither has the other's, nor has their base.
func TestLinkListsAreOfOneState(t *testing.T) {
	link := func(w *Writer, ids ...string) *State {
		for _, id := range ids {
			w.PutLink(Link{ID: id, Session: "t", Kind: "page", Item: "p"})
		}
		return w.Freeze()
	}
	w := NewWriter(new(State))
	w.PutTeam(team.Team{ID: "t"}, nil)
	base := link(w, "l1", "l2", "l3") // so that there is room behind the list
	other := NewWriter(base)
	other.PutLink(Link{ID: "other", Kind: "page", Item: "q"}) // so that l5 has another number than l4
	first, second := link(NewWriter(base), "l4"), link(other, "l5")
	for _, c := range []struct {
		s    *State
		want string
	}{{base, "l1 l2 l3"}, {first, "l1 l2 l3 l4"}, {second, "l1 l2 l3 l5"}} {
		_, rec, _ := c.s.Teams.Find("t")
		var inTeam, shown string
		for _, i := range rec.Links {
			inTeam += " " + c.s.Links.At(i).ID
		}
		for _, l := range c.s.LinksTo("page", "p", "") {
			shown += " " + l.ID
		}
		if inTeam != " "+c.want || shown != " "+c.want {
			t.Errorf("links%s in the team and%s to the page, want %s", inTeam, shown, c.want)
		}
		if !slices.IsSorted(rec.Links) {
			t.Errorf("numbers %v", rec.Links)
		}
	}
}
