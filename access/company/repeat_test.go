package company_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
)

// TestADirectoryMaySayAgainWhatIsSo: one member who is one already does not lose a
// directory its whole batch.
func TestADirectoryMaySayAgainWhatIsSo(t *testing.T) {
	c := newCompany(t, "ann admin; tom viewer; dan viewer; deb viewer", options{teams: "west: tom"})
	add := func(user string) company.Change { return parseChange(t, "team.add-member west "+user) }
	r, err := c.do("system scim", add("dan"), add("tom"), add("deb"), add("dan"))
	if err != nil || !slices.Equal(r.Repeated, []int{2, 4}) || len(r.Changes) != 2 {
		t.Fatalf("the receipt is %+v, %v; want changes 2 and 4 passed over", r, err)
	}
	if n := len(slices.Collect(c.Policy().Directory().Members("west"))); n != 3 {
		t.Errorf("%d members, want 3", n)
	}
	if e := events(t, c.log)[r.Seq-1]; len(e.Changes) != 2 || !slices.Equal(e.Targets, []string{"team:west", "user:dan", "user:deb"}) {
		t.Errorf("the event is %+v", e)
	}
	before := c.state()
	_, err = c.do("system scim", add("dan"), add("deb"))
	var e *company.Error
	if !errors.Is(err, company.ErrNoChange) || !errors.As(err, &e) || e.Index != 1 || e.Change != "team.add-member" {
		t.Errorf("when nothing is left: %v, want ErrNoChange of change 1", err)
	}
	if _, err = c.do("ann", parseChanges(t, "team.add-member west ann; team.remove-member west ann; team.remove-member west ann")...); err == nil {
		t.Error("a user repeats a change")
	}
	if c.state() != before {
		t.Error("something was stored")
	}
	c.refuses("ErrNoChange @2", "ann", parseChanges(t, "team.edit west W; team.add-member west dan")...)
	c.checkReplay()
}
