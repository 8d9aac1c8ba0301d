package company_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
)

// setting is a small company to try something in.
type setting struct {
	roles []role.Role  // nil is the company catalog
	users string       // "ann admin; eve user-manager 2h; bob viewer suspended": id, role, end from now
	more  func(*world) // what else there is
	seats int
}

// staged is a company made of a setting.
type staged struct {
	company *company.Company
	log     *audit.Memory
	reason  string
	ctx     context.Context
}

func newSetting(t *testing.T, s setting) *staged {
	t.Helper()
	if s.roles == nil {
		s.roles = role.CompanyCatalog().Roles()
	}
	w := newWorld(s.roles)
	for line := range strings.SplitSeq(s.users, ";") {
		words := strings.Fields(line)
		u := modelUser{email: words[0] + "@x.test", role: words[1]}
		for _, word := range words[2:] {
			if word == "suspended" {
				u.suspended = true
				continue
			}
			d, err := time.ParseDuration(word)
			if err != nil {
				t.Fatal(err)
			}
			u.until = modelStart.Add(d)
		}
		w.users[words[0]] = u
	}
	if s.more != nil {
		s.more(w)
	}
	out := &staged{log: audit.NewMemory(), reason: "it is needed", ctx: context.Background()}
	co, err := company.Found(out.ctx, out.log, company.Founding{ID: "acme", Name: "Acme", Document: w.document(),
		Limits: company.Limits{Seats: s.seats}},
		&company.Config{Now: func() time.Time { return modelStart }, Systems: company.SystemsByName(modelSystems())})
	if err != nil {
		t.Fatalf("found: %v", err)
	}
	out.company = co
	return out
}

// actorOf reads "ann", "system sync", and "" for nobody.
func actorOf(text string) company.Actor {
	if name, ok := strings.CutPrefix(text, "system "); ok {
		return company.System(name)
	}
	return company.User(text)
}

func (s *staged) do(actor string, changes ...company.Change) (company.Receipt, error) {
	return s.company.Do(s.ctx, company.By{Actor: actorOf(actor), Reason: s.reason}, changes...)
}

// refuses checks that the changes are refused as wanted, at the index, and
// that nothing happened.
func (s *staged) refuses(t *testing.T, want verdict, index int, actor string, changes ...company.Change) {
	t.Helper()
	before, events, head := printed(t, s.company.Policy()), len(logged(t, s.log)), s.company.Checkpoint()
	receipt, err := s.do(actor, changes...)
	if got := verdictOf(t, err); got != want {
		t.Errorf("refused with %q, want %q: %v", got, want, err)
		return
	}
	var e *company.Error
	if !errors.As(err, &e) || e.Op != "do" || max(e.Index-1, 0) != index || e.Seq != 0 {
		t.Errorf("error is %#v, want op do, index %d", e, index)
	}
	if len(receipt.Changes) != 0 || receipt.Seq != 0 || receipt.ID != "" {
		t.Errorf("receipt of a refusal: %+v", receipt)
	}
	if n := len(logged(t, s.log)); n != events || s.company.Checkpoint() != head {
		t.Errorf("%d events, want %d", n, events)
	}
	if after := printed(t, s.company.Policy()); after != before {
		t.Errorf("the state changed to %s", after)
	}
}

// makes checks that the changes are made, as one event.
func (s *staged) makes(t *testing.T, actor string, changes ...company.Change) company.Receipt {
	t.Helper()
	events := len(logged(t, s.log))
	receipt, err := s.do(actor, changes...)
	if err != nil {
		t.Errorf("refused: %v", err)
		return receipt
	}
	if n := len(logged(t, s.log)); n != events+1 || receipt.Seq != uint64(n) || len(receipt.Changes) != len(changes) {
		t.Errorf("%d events, want %d; receipt %+v", n, events+1, receipt)
	}
	return receipt
}

func at(hours int) time.Time { return modelStart.Add(time.Duration(hours) * time.Hour) }
