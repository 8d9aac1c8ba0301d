package company

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// maxAccounts is how many accounts one change may connect, update or
// disconnect.
const maxAccounts = 10_000

// ConnectAccounts connects accounts, at most 10,000. An account that was
// disconnected may come back under its id.
type ConnectAccounts struct {
	Accounts []document.Account `json:"accounts"`
	ConnectAccountsOutcome
}

// ConnectAccountsOutcome is the outcome of [ConnectAccounts].
type ConnectAccountsOutcome struct {
	Impact Impact `json:"impact,omitzero"`
}

func (c ConnectAccounts) withImpact(i Impact) Change { c.Impact = i; return c }

func (c ConnectAccounts) resolve(p *proposal) (Change, error) {
	if err := checkBatch(entryIDs(c.Accounts)); err != nil {
		return nil, err
	}
	return c, nil
}

func (c ConnectAccounts) affects(before, after *access.Policy) affected {
	t := flipped(before, after, entryIDs(c.Accounts))
	t.allData = true
	return t
}

func (c ConnectAccounts) apply(s *state, _ time.Time) error {
	for _, id := range entryIDs(c.Accounts) {
		if err := checkFree(s, access.KindAccount, id); err != nil {
			return err
		}
	}
	return s.putAccounts(c.Accounts)
}

func (c ConnectAccounts) clone() Change { c.Accounts = cloneEntries(c.Accounts); return c }

// UpdateAccounts replaces the attributes of accounts, at most 10,000.
type UpdateAccounts struct {
	Accounts []document.Account `json:"accounts"`
	UpdateAccountsOutcome
}

// UpdateAccountsOutcome is the outcome of [UpdateAccounts].
type UpdateAccountsOutcome struct {
	Impact Impact `json:"impact,omitzero"`
}

func (c UpdateAccounts) withImpact(i Impact) Change { c.Impact = i; return c }

func (c UpdateAccounts) resolve(p *proposal) (Change, error) {
	if err := checkBatch(entryIDs(c.Accounts)); err != nil {
		return nil, err
	}
	changes := false
	for _, e := range c.Accounts {
		old, err := p.account(datagroup.AccountID(e.ID))
		if err != nil {
			return nil, err
		}
		now, err := p.newAccount(e)
		if err != nil {
			return nil, err
		}
		changes = changes || !sameAccount(old, now)
	}
	if !changes {
		return nil, ErrNoChange
	}
	return c, nil
}

// sameAccount reports whether two accounts of one schema say the same.
func sameAccount(a, b datagroup.Account) bool {
	return a.Source() == b.Source() && sameValues(a, b) && sameValues(b, a)
}

func sameValues(a, b datagroup.Account) bool {
	for name, v := range a.Values() {
		if !b.Value(name).Equal(v) {
			return false
		}
	}
	return true
}

func (c UpdateAccounts) affects(before, after *access.Policy) affected {
	return flipped(before, after, entryIDs(c.Accounts))
}

func (c UpdateAccounts) apply(s *state, _ time.Time) error {
	for _, id := range entryIDs(c.Accounts) {
		if _, err := s.account(id); err != nil {
			return err
		}
	}
	return s.putAccounts(c.Accounts)
}

func (c UpdateAccounts) clone() Change { c.Accounts = cloneEntries(c.Accounts); return c }

// DisconnectAccounts disconnects accounts, at most 10,000: nobody sees them any
// more.
type DisconnectAccounts struct {
	Accounts []datagroup.AccountID `json:"accounts"`
	DisconnectAccountsOutcome
}

// DisconnectAccountsOutcome is the outcome of [DisconnectAccounts].
type DisconnectAccountsOutcome struct {
	Impact Impact `json:"impact,omitzero"`
}

func (c DisconnectAccounts) withImpact(i Impact) Change { c.Impact = i; return c }

func (c DisconnectAccounts) resolve(p *proposal) (Change, error) {
	if err := checkBatch(c.Accounts); err != nil {
		return nil, err
	}
	for _, id := range c.Accounts {
		if _, err := p.account(id); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c DisconnectAccounts) affects(before, after *access.Policy) affected {
	t := flipped(before, after, c.Accounts)
	t.allData = true
	return t
}

func (c DisconnectAccounts) apply(s *state, _ time.Time) error {
	return s.edit(func(e *access.Edit) {
		for _, id := range c.Accounts {
			e.RemoveAccount(id)
		}
	})
}

func (c DisconnectAccounts) clone() Change { c.Accounts = slices.Clone(c.Accounts); return c }

// cloneEntries returns a copy of entries, with their values.
func cloneEntries(entries []document.Account) []document.Account {
	entries = slices.Clone(entries)
	for i := range entries {
		entries[i].Values = maps.Clone(entries[i].Values)
	}
	return entries
}

// checkBatch refuses batches that are empty, too large, or name an account
// twice.
func checkBatch(ids []datagroup.AccountID) error {
	if len(ids) == 0 {
		return ErrNoChange
	}
	if len(ids) > maxAccounts {
		return fmt.Errorf("a batch of %d accounts %w: send at most %d in one change", len(ids), ErrInvalid, maxAccounts)
	}
	seen := make(map[datagroup.AccountID]bool, len(ids))
	for _, id := range ids {
		if seen[id] {
			return fmt.Errorf("the batch %w: account %q is listed twice", ErrInvalid, id)
		}
		seen[id] = true
	}
	return nil
}

// newAccount makes an account of an entry.
func (s *state) newAccount(e document.Account) (datagroup.Account, error) {
	a, err := s.directory().Schema().Account(datagroup.AccountID(e.ID), e.Source, e.Values)
	if err != nil {
		err = invalid("the account", err)
	}
	return a, err
}

// putAccounts makes the next policy with the given accounts.
func (s *state) putAccounts(entries []document.Account) error {
	accounts := make([]datagroup.Account, len(entries))
	for i, e := range entries {
		a, err := s.newAccount(e)
		if err != nil {
			return err
		}
		accounts[i] = a
	}
	return s.edit(func(e *access.Edit) {
		for _, a := range accounts {
			e.SetAccount(document.AccountOf(a))
		}
	})
}

func entryIDs(entries []document.Account) []datagroup.AccountID {
	ids := make([]datagroup.AccountID, len(entries))
	for i, e := range entries {
		ids[i] = datagroup.AccountID(e.ID)
	}
	return ids
}
