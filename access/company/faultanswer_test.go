package company_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/ambit-authz/ambit/datagroup"
)

// annAlone is a company of one.
func annAlone() company.Founding {
	return company.Founding{ID: "a", Name: "A", Document: &document.Document{
		Users: []document.User{{ID: "ann", Email: "ann@example.com", Role: "admin"}},
	}}
}

// TestStoredButRefused has a log store an event and call it a conflict all the
// same, as a driver does that repeats an insert by itself. The change is made
// once and acknowledged.
func TestStoredButRefused(t *testing.T) {
	log := audittest.NewFaulty(audit.NewMemory(), audittest.Plan{Append: func(call int, _ audit.Event) audittest.Mode {
		if call == 2 {
			return audittest.LieConflict
		}
		return audittest.Pass
	}})
	c, err := company.Found(t.Context(), log, annAlone(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Do(t.Context(), company.By{Actor: company.User("ann")}, company.CreateTeam{Name: "x"})
	if err != nil || r.Seq != 2 {
		t.Errorf("Do = event %d, %v, want event 2", r.Seq, err)
	}
	if n := len(slices.Collect(c.Policy().Directory().Teams())); n != 1 || c.Checkpoint().Seq != 2 {
		t.Errorf("%d teams after event %d, want one after event 2", n, c.Checkpoint().Seq)
	}
}

// exchanged is a log in whose place another one can be put.
type exchanged struct{ audit.Log }

// TestHistoryOfAShortenedLog asks for the past of a log that lost its end.
func TestHistoryOfAShortenedLog(t *testing.T) {
	whole, short := audit.NewMemory(), audit.NewMemory()
	log := &exchanged{whole}
	c, err := company.Found(t.Context(), log, annAlone(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for e := range whole.Events(t.Context(), 0) {
		if err := short.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Do(t.Context(), company.By{Actor: company.User("ann")}, company.CreateTeam{Team: "x"}); err != nil {
		t.Fatal(err)
	}
	log.Log = short
	if _, err := c.AsOf(t.Context(), time.Now().Add(time.Hour)); !errors.Is(err, company.ErrDiverged) {
		t.Errorf("AsOf = %v, want ErrDiverged", err)
	}
	if _, err := c.At(t.Context(), 2); !errors.Is(err, company.ErrDiverged) {
		t.Errorf("At = %v, want ErrDiverged", err)
	}
}

// TestFoundingTooLarge founds a company of more accounts than an event can hold.
// Nothing is stored, and nothing is in doubt.
func TestFoundingTooLarge(t *testing.T) {
	f := annAlone()
	name := datagroup.Text(strings.Repeat("x", 4000))
	for i := range 5000 {
		f.Document.Accounts = append(f.Document.Accounts, document.Account{
			ID: fmt.Sprint(i), Source: "google", Values: map[string]datagroup.Value{"name": name},
		})
	}
	_, err := company.Found(t.Context(), audit.NewMemory(), f, nil)
	if !errors.Is(err, company.ErrInvalid) || errors.Is(err, company.ErrUncertain) {
		t.Errorf("Found = %v, want ErrInvalid", err)
	}
}
