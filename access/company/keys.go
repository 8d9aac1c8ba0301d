package company

import (
	"encoding/json"
	"slices"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
)

// Keys returns the [team.Address.Key] of every person whom an event makes a user,
// invites, or gives another address, each once, in byte order. Make an
// [audit.Store] with it, and [audit.Store.Find] finds the companies of a proven
// address without opening any:
//
//	store.Find(ctx, proof.Address().Key())
//
// The address that a user, or somebody with a pending invitation, has at any
// moment is among the keys of the events up to it. A key stays when they leave:
// open the company to see what they are in it. The parts of a founding have the
// keys of their own users, also while it is not finished.
//
// It reads only changes of those types, at the cost of reading JSON. What it cannot
// read, such as a change of another program, has no keys.
func Keys(e audit.Event) []string {
	var keys []string
	for _, r := range e.Changes {
		for _, email := range addressesIn(r) {
			if address, err := team.ParseAddress(email); err == nil {
				keys = append(keys, address.Key())
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// addressesIn returns the addresses that people have since a change.
func addressesIn(r audit.Change) []string {
	row := rowNamed(r.Type)
	if row == nil {
		return nil
	}
	switch row.zero.(type) {
	case founded, foundedPart, AddUser, ChangeAddress, Invite:
	default:
		return nil
	}
	c, err := parseRecord(r)
	if err != nil {
		return nil
	}
	switch c := c.(type) {
	case founded:
		return addressesOf(c.Document)
	case foundedPart:
		return addressesOf(c.Document)
	case AddUser:
		return []string{c.Email}
	case ChangeAddress:
		return []string{c.Email}
	case Invite:
		return []string{c.Terms.Address.String()}
	}
	return nil
}

// addressesOf returns the addresses of the users of a document.
func addressesOf(text json.RawMessage) []string {
	var d struct {
		Users []struct {
			Email string `json:"email"`
		} `json:"users"`
	}
	if json.Unmarshal(text, &d) != nil {
		return nil
	}
	all := make([]string, len(d.Users))
	for i, u := range d.Users {
		all[i] = u.Email
	}
	return all
}
