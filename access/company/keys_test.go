package company_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Keys are what a store takes.
var _ audit.Keys = company.Keys

// lawKeys returns the law that whoever is a user or has a pending invitation is
// found by their address: it is among the keys of the events up to now.
func lawKeys() law {
	var seq uint64
	keys := make(map[string]bool)
	return law{state: func(t *rapid.T, m *machine) {
		for e, err := range m.log.Events(context.Background(), seq) {
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range company.Keys(e) {
				keys[key] = true
			}
			seq = e.Seq
		}
		for u := range m.company.Policy().Directory().Users() {
			if !u.Email.IsZero() && !keys[u.Email.Key()] {
				t.Fatalf("the keys do not have the address %s of user %s", u.Email, u.ID)
			}
		}
		for i := range m.company.Invitations() {
			if i.State == invite.Pending && !keys[i.Terms.Address.Key()] {
				t.Fatalf("the keys do not have the address %s of invitation %s", i.Terms.Address, i.ID)
			}
		}
	}}
}

// TestKeys lists the keys of each event of the recorded history that has some.
func TestKeys(t *testing.T) {
	t.Parallel()
	_, history, _ := recorded(t)
	var got []string
	for _, e := range history {
		if keys := company.Keys(e); len(keys) > 0 {
			got = append(got, fmt.Sprintf("%d %s", e.Seq, strings.Join(keys, " ")))
		}
	}
	want := []string{
		"1 ann@example.com", "2 bob@example.com", "3 cat@example.com dan@example.com", "19 dan@example.com",
		"31 eve@example.com fay@example.com gus@example.com", "35 hal@example.com",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestKeysOfParts: each part of a founding has the keys of its own users, and all
// of them together those of the founding.
func TestKeysOfParts(t *testing.T) {
	t.Parallel()
	f := largeFounding(60)
	var got []string
	for _, e := range events(t, partsOf(t, f)) {
		got = append(got, company.Keys(e)...)
	}
	want := company.Keys(foundingEvent(t, f))
	if len(want) != 61 || !slices.Equal(got, want) {
		t.Errorf("the parts have %d keys: %q\nand the founding has %d", len(got), got, len(want))
	}
}

// TestKeysOfChanges: a key is in lower case, whatever the address was written
// like, and stands once in an event.
func TestKeysOfChanges(t *testing.T) {
	t.Parallel()
	c := newCompany(t, "ann admin; bob viewer", options{})
	c.must("system ops",
		company.AddUser{User: "eve", Person: company.Person{Email: "Eve@X.Test"}},
		company.ChangeAddress{User: "bob", Email: "Robert@x.test"},
		company.AddUser{User: "nobody"},
	)
	c.must("system ops", company.RemoveUser{User: "eve"})
	all := events(t, c.log)
	if got, want := company.Keys(all[1]), []string{"eve@x.test", "robert@x.test"}; !slices.Equal(got, want) {
		t.Errorf("the keys are %q, want %q", got, want)
	}
	if got := company.Keys(all[2]); got != nil {
		t.Errorf("the keys of a removal are %q", got)
	}
	if got, want := company.Keys(all[0]), []string{"ann@x.test", "bob@x.test"}; !slices.Equal(got, want) {
		t.Errorf("the keys of the founding are %q, want %q", got, want)
	}
}

// TestKeysOfNonsense: what cannot be read has no keys, and does not keep the rest
// of its event from having some.
func TestKeysOfNonsense(t *testing.T) {
	t.Parallel()
	good := audit.Change{Type: "user.add", Version: 1, Data: []byte(`{"user":"u","personal":{"email":"U@x.test"},"role":"viewer"}`)}
	for _, r := range []audit.Change{
		{},
		{Type: "user.add", Version: 1},
		{Type: "user.add", Version: 2, Data: []byte(`{"user":"u","personal":{"email":"v@x.test"},"role":"viewer"}`)},
		{Type: "user.add", Version: 1, Data: []byte(`{"user":"u","personal":{"email":7},"role":"viewer"}`)},
		{Type: "user.add", Version: 1, Data: []byte(`{"user":"u","personal":{"email":"v@x.test"},"role":"viewer"`)},
		{Type: "user.add", Version: 1, Data: []byte(`{"user":"u","personal":{"email":"no address"},"role":"viewer"}`)},
		{Type: "user.knight", Version: 1, Data: []byte(`{"user":"u","personal":{"email":"v@x.test"},"role":"viewer"}`)},
		{Type: "user.remove", Version: 1, Data: []byte(`{"user":"u","role":"viewer","personal":{"email":"v@x.test"}}`)},
		{Type: "company.found", Version: 1, Data: []byte(`{"company":"a","name":"A","document":{"users":7}}`)},
		{Type: "company.found-part", Version: 1, Data: []byte(`{"part":2,"document":null}`)},
		{Type: "company.found-part", Version: 1, Data: []byte(`{"part":2}`)},
		{Type: "invitation.send", Version: 1, Data: []byte(`null`)},
	} {
		e := audit.Event{Time: start, Changes: []audit.Change{r, good, r, good}}
		if got := company.Keys(e); !slices.Equal(got, []string{"u@x.test"}) {
			t.Errorf("beside %s %s: the keys are %q", r.Type, r.Data, got)
		}
	}
}
