package company

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// maxAccounts is how many accounts one change may connect, update or
// disconnect. More come in several.
const maxAccounts = 10_000

// ConnectAccounts connects accounts. An account that was disconnected may come
// back under its id.
type ConnectAccounts struct {
	Accounts []document.Account `json:"accounts"`
	Impact   Impact             `json:"impact,omitzero"` // outcome
}

func (c ConnectAccounts) change() about            { return about{kind: "source.add"} }
func (c ConnectAccounts) targets() []string        { return accountTargets(entryIDs(c.Accounts)) }
func (c ConnectAccounts) measured(i Impact) Change { c.Impact = i; return c }

func (c ConnectAccounts) asks(*draft) []question {
	return []question{{access.AddSource, access.Company()}}
}

func (c ConnectAccounts) judge(d *draft) (Change, error) {
	if err := checkBatch(entryIDs(c.Accounts)); err != nil {
		return nil, err
	}
	c.Impact = Impact{}
	return c, nil
}

func (c ConnectAccounts) touches(before, after *access.Policy) touched {
	t := flipped(before, after, entryIDs(c.Accounts))
	t.allData = true
	return t
}

func (c ConnectAccounts) apply(d *draft) error {
	for _, id := range entryIDs(c.Accounts) {
		if err := unused(d, access.KindAccount, id); err != nil {
			return err
		}
	}
	return d.putAccounts(c.Accounts)
}

func (c ConnectAccounts) own() Change { c.Accounts = ownEntries(c.Accounts); return c }

// UpdateAccounts replaces the attributes of accounts.
type UpdateAccounts struct {
	Accounts []document.Account `json:"accounts"`
	Impact   Impact             `json:"impact,omitzero"` // outcome
}

func (c UpdateAccounts) change() about            { return about{kind: "source.edit"} }
func (c UpdateAccounts) targets() []string        { return accountTargets(entryIDs(c.Accounts)) }
func (c UpdateAccounts) measured(i Impact) Change { c.Impact = i; return c }

func (c UpdateAccounts) asks(*draft) []question {
	return askEach(access.EditSource, entryIDs(c.Accounts))
}

func (c UpdateAccounts) judge(d *draft) (Change, error) {
	if err := checkBatch(entryIDs(c.Accounts)); err != nil {
		return nil, err
	}
	changes := false
	for _, e := range c.Accounts {
		old, exists := d.policy.Directory().Account(datagroup.AccountID(e.ID))
		if !exists {
			return nil, fmt.Errorf("%w: account %q", ErrUnknown, e.ID)
		}
		now, err := d.account(e)
		if err != nil {
			return nil, err
		}
		changes = changes || !sameAccount(old, now)
	}
	if !changes {
		return nil, ErrNoChange
	}
	c.Impact = Impact{}
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

func (c UpdateAccounts) touches(before, after *access.Policy) touched {
	return flipped(before, after, entryIDs(c.Accounts))
}

func (c UpdateAccounts) apply(d *draft) error {
	for _, id := range entryIDs(c.Accounts) {
		if _, exists := d.policy.Directory().Account(id); !exists {
			return fmt.Errorf("%w: account %q", ErrUnknown, id)
		}
	}
	return d.putAccounts(c.Accounts)
}

func (c UpdateAccounts) own() Change { c.Accounts = ownEntries(c.Accounts); return c }

// DisconnectAccounts disconnects accounts: nobody sees them any more.
type DisconnectAccounts struct {
	Accounts []datagroup.AccountID `json:"accounts"`
	Impact   Impact                `json:"impact,omitzero"` // outcome
}

func (c DisconnectAccounts) change() about            { return about{kind: "source.remove"} }
func (c DisconnectAccounts) targets() []string        { return accountTargets(c.Accounts) }
func (c DisconnectAccounts) measured(i Impact) Change { c.Impact = i; return c }

func (c DisconnectAccounts) asks(*draft) []question {
	return askEach(access.RemoveSource, c.Accounts)
}

func (c DisconnectAccounts) judge(d *draft) (Change, error) {
	if err := checkBatch(c.Accounts); err != nil {
		return nil, err
	}
	for _, id := range c.Accounts {
		if _, exists := d.policy.Directory().Account(id); !exists {
			return nil, fmt.Errorf("%w: account %q", ErrUnknown, id)
		}
	}
	c.Impact = Impact{}
	return c, nil
}

func (c DisconnectAccounts) touches(before, after *access.Policy) touched {
	t := flipped(before, after, c.Accounts)
	t.allData = true
	return t
}

func (c DisconnectAccounts) apply(d *draft) error {
	return d.edit(func(e *access.Edit) {
		for _, id := range c.Accounts {
			e.RemoveAccount(id)
		}
	})
}

func (c DisconnectAccounts) own() Change { c.Accounts = slices.Clone(c.Accounts); return c }

// ownEntries returns a copy of entries, down to their values.
func ownEntries(entries []document.Account) []document.Account {
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
		return fmt.Errorf("%w: more than %d accounts", ErrInvalid, maxAccounts)
	}
	seen := make(map[datagroup.AccountID]bool, len(ids))
	for _, id := range ids {
		if seen[id] {
			return fmt.Errorf("%w: account %q is listed twice", ErrInvalid, id)
		}
		seen[id] = true
	}
	return nil
}

// account makes an account of an entry.
func (d *draft) account(e document.Account) (datagroup.Account, error) {
	a, err := d.policy.Directory().Schema().Account(datagroup.AccountID(e.ID), e.Source, e.Values)
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return a, err
}

// putAccounts makes the next policy with the given accounts.
func (d *draft) putAccounts(entries []document.Account) error {
	accounts := make([]datagroup.Account, len(entries))
	for i, e := range entries {
		a, err := d.account(e)
		if err != nil {
			return err
		}
		accounts[i] = a
	}
	return d.edit(func(e *access.Edit) {
		for _, a := range accounts {
			e.SetAccount(a)
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

// askEach returns a question for each account, but no more than a batch may
// have: a longer one is refused whatever the answers.
func askEach(a access.Action, ids []datagroup.AccountID) []question {
	ids = ids[:min(len(ids), maxAccounts)]
	all := make([]question, len(ids))
	for i, id := range ids {
		all[i] = question{a, access.Account(id)}
	}
	return all
}

func accountTargets(ids []datagroup.AccountID) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = access.Account(id).String()
	}
	return all
}
