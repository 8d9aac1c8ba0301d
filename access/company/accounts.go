package company

import (
	"cmp"
	"encoding/json"
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
	for _, e := range c.Accounts {
		old, ok := p.directory().Account(datagroup.AccountID(e.ID))
		if now, err := p.newAccount(e); !ok || err != nil || !sameAccount(old, now) {
			return c, nil // something is new, or apply says what is wrong
		}
	}
	return c, p.repeated(true, nil) // apply says that they are taken
}

func (c ConnectAccounts) affects(m *measurement) affected {
	t := m.flipped(entryIDs(c.Accounts))
	t.allData = true
	return t
}

func (c ConnectAccounts) apply(s *state, _ time.Time) error {
	if err := checkBatch(entryIDs(c.Accounts)); err != nil {
		return err
	}
	all := make([]datagroup.Account, len(c.Accounts))
	for i, e := range c.Accounts {
		if err := checkFree(s, access.KindAccount, e.ID); err != nil {
			return err
		}
		a, err := s.newAccount(e)
		if err != nil {
			return err
		}
		all[i] = a
	}
	return s.putAccounts(all)
}

func (c ConnectAccounts) clone() Change { c.Accounts = cloneEntries(c.Accounts); return c }

// UpdateAccounts changes the source and attributes of accounts, at most 10,000.
// What an [AccountEdit] leaves out stays.
type UpdateAccounts struct {
	Accounts []AccountEdit `json:"accounts"`
	UpdateAccountsOutcome
}

// AccountEdit is what [UpdateAccounts] changes of an account.
type AccountEdit struct {
	ID     datagroup.AccountID
	Source string                     // "" leaves it as it is
	Values map[string]datagroup.Value // to be set; the zero Value is none, and refused
	Clear  []string                   // attributes whose value is to be taken away
}

// accountEdit is how the log has an AccountEdit.
type accountEdit struct {
	Account document.Account `json:"account"` // without a source that stays
	Clear   []string         `json:"clear,omitempty"`
}

// MarshalJSON writes the values as those of an account in a document.
func (e AccountEdit) MarshalJSON() ([]byte, error) {
	return encode(accountEdit{document.Account{ID: string(e.ID), Source: e.Source, Values: e.Values}, e.Clear})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (e *AccountEdit) UnmarshalJSON(data []byte) error {
	var read accountEdit
	if err := json.Unmarshal(data, &read); err != nil {
		return err
	}
	a := read.Account
	*e = AccountEdit{datagroup.AccountID(a.ID), a.Source, a.Values, read.Clear}
	return nil
}

// edited returns an account as it is and as it is afterwards.
func (s *state) edited(e AccountEdit) (old, now datagroup.Account, err error) {
	if old, err = s.account(e.ID); err != nil {
		return old, now, err
	}
	values := maps.Collect(old.Values())
	for name, v := range e.Values {
		if v.IsMissing() {
			return old, now, fmt.Errorf("the account %q %w: it has no value for attribute %q; to take one away, use Clear", e.ID, ErrInvalid, name)
		}
		values[name] = v
	}
	for _, name := range e.Clear {
		if _, set := e.Values[name]; set {
			return old, now, fmt.Errorf("the account %q %w: attribute %q is set and taken away", e.ID, ErrInvalid, name)
		}
		values[name] = datagroup.Value{} // refused if there is no such attribute
	}
	now, err = s.newAccount(document.Account{ID: string(e.ID), Source: cmp.Or(e.Source, old.Source()), Values: values})
	return old, now, err
}

// UpdateAccountsOutcome is the outcome of [UpdateAccounts].
type UpdateAccountsOutcome struct {
	From   Bounded[document.Account] `json:"from,omitzero"` // the accounts as they were, in byte order of ids
	Impact Impact                    `json:"impact,omitzero"`
}

func (c UpdateAccounts) withImpact(i Impact) Change { c.Impact = i; return c }

func (c UpdateAccounts) resolve(p *proposal) (Change, error) {
	if err := checkBatch(editIDs(c.Accounts)); err != nil {
		return nil, err
	}
	changes := false
	for i, e := range c.Accounts {
		old, now, err := p.edited(e)
		if err != nil {
			return nil, err
		}
		slices.Sort(e.Clear)
		c.Accounts[i].Clear = slices.Compact(e.Clear)
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

func (c UpdateAccounts) derive(s *state, _ origin) (Change, error) {
	from, err := s.accountsBefore(editIDs(c.Accounts))
	c.From = from
	return c, err
}

// accountsBefore returns accounts as an event has those that it changes.
func (s *state) accountsBefore(ids []datagroup.AccountID) (Bounded[document.Account], error) {
	all := make([]document.Account, len(ids))
	for i, id := range slices.Sorted(slices.Values(ids)) {
		a, err := s.account(id)
		if err != nil {
			return Bounded[document.Account]{}, err
		}
		all[i] = document.AccountOf(a)
	}
	return bound(all)
}

func (c UpdateAccounts) affects(m *measurement) affected {
	return m.flipped(editIDs(c.Accounts))
}

func (c UpdateAccounts) apply(s *state, _ time.Time) error {
	if err := checkBatch(editIDs(c.Accounts)); err != nil {
		return err
	}
	all := make([]datagroup.Account, len(c.Accounts))
	for i, e := range c.Accounts {
		_, now, err := s.edited(e)
		if err != nil {
			return err
		}
		all[i] = now
	}
	return s.putAccounts(all)
}

func (c UpdateAccounts) clone() Change {
	c.Accounts = slices.Clone(c.Accounts)
	for i, e := range c.Accounts {
		c.Accounts[i].Values, c.Accounts[i].Clear = maps.Clone(e.Values), slices.Clone(e.Clear)
	}
	return c
}

// DisconnectAccounts disconnects accounts, at most 10,000: nobody sees them any
// more.
type DisconnectAccounts struct {
	Accounts []datagroup.AccountID `json:"accounts"`
	DisconnectAccountsOutcome
}

// DisconnectAccountsOutcome is the outcome of [DisconnectAccounts].
type DisconnectAccountsOutcome struct {
	From   Bounded[document.Account] `json:"from,omitzero"` // the accounts as they were, in byte order of ids
	Impact Impact                    `json:"impact,omitzero"`
}

func (c DisconnectAccounts) withImpact(i Impact) Change { c.Impact = i; return c }

func (c DisconnectAccounts) resolve(p *proposal) (Change, error) {
	if err := checkBatch(c.Accounts); err != nil {
		return nil, err
	}
	some := slices.ContainsFunc(c.Accounts, func(id datagroup.AccountID) bool { return p.exists(access.KindAccount, string(id)) })
	if !some {
		return c, p.toRemove(accounts(c.Accounts)...)
	}
	for _, id := range c.Accounts {
		if _, err := p.account(id); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c DisconnectAccounts) derive(s *state, _ origin) (Change, error) {
	from, err := s.accountsBefore(c.Accounts)
	c.From = from
	return c, err
}

func (c DisconnectAccounts) affects(m *measurement) affected {
	t := m.flipped(c.Accounts)
	t.allData = true
	return t
}

func (c DisconnectAccounts) apply(s *state, _ time.Time) error {
	if err := checkBatch(c.Accounts); err != nil {
		return err
	}
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
func (s *state) putAccounts(all []datagroup.Account) error {
	return s.edit(func(e *access.Edit) {
		for _, a := range all {
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

func editIDs(edits []AccountEdit) []datagroup.AccountID {
	ids := make([]datagroup.AccountID, len(edits))
	for i, e := range edits {
		ids[i] = e.ID
	}
	return ids
}
