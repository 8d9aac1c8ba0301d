package access_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// TestManyValues lets two attributes come to have more values than accounts are
// classed by, the one while loading and the other by later edits, and compares
// what a team sees with what its filters match.
func TestManyValues(t *testing.T) {
	const accounts = 6000
	value := func(i int, odd bool) map[string]datagroup.Value {
		v := map[string]datagroup.Value{"wide": datagroup.Text(fmt.Sprint("w", i)), "tags": datagroup.Labels("a", fmt.Sprint("t", i%7))}
		if odd {
			v["later"] = datagroup.Text(fmt.Sprint("l", i))
		}
		return v
	}
	d := &document.Document{
		Attributes: map[string]string{"wide": "string", "later": "string", "tags": "labels"},
		Groups: []document.Group{
			{ID: "by-wide", Filter: "wide in ('w1', 'w5999')"},
			{ID: "by-later", Filter: "later in ('l2', 'l5998')"},
			{ID: "by-tags", Filter: "tags has 't3' and id suffix '0'"},
			{ID: "by-source", Filter: "source = 'meta'"},
		},
		Teams: []document.Team{
			{ID: "some", Groups: []string{"by-later", "by-wide"}, Members: []document.Member{{User: "ann"}}},
			{ID: "more", Groups: []string{"by-source", "by-tags", "by-wide"}, Members: []document.Member{{User: "bob"}}},
		},
		Users: []document.User{{ID: "ann", Email: "ann@x.org", Role: "viewer"}, {ID: "bob", Email: "bob@x.org", Role: "viewer"}},
	}
	for i := range accounts {
		d.Accounts = append(d.Accounts, document.Account{ID: fmt.Sprint("a", i), Source: []string{"google", "meta"}[i%100/99], Values: value(i, false)})
	}
	p, err := access.Compile(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	compare := func(p *access.Policy, want map[string]int) {
		t.Helper()
		for user, n := range want {
			v := p.View(access.User(user))
			filter := v.Filter()
			for a := range p.Directory().Accounts() {
				if matches := filter.Match(a) == datagroup.True; v.Sees(a.ID()) != matches {
					t.Fatalf("%s sees %s: %v, though the filters say %v", user, a.ID(), !matches, matches)
				}
			}
			if v.Len() != n {
				t.Errorf("%s sees %d accounts, want %d", user, v.Len(), n)
			}
		}
	}
	compare(p, map[string]int{"ann": 2, "bob": 60 + 86 + 1})

	next := p
	for from := 0; from < accounts; from += 500 {
		e := next.Edit()
		for i := from; i < from+500; i++ {
			a, err := next.Directory().Schema().Account(datagroup.AccountID(fmt.Sprint("a", i)), "google", value(i, true))
			if err != nil {
				t.Fatal(err)
			}
			e.SetAccount(a)
		}
		if next, err = e.Policy(); err != nil {
			t.Fatal(err)
		}
	}
	compare(next, map[string]int{"ann": 4, "bob": 86 + 2})
	compare(p, map[string]int{"ann": 2, "bob": 60 + 86 + 1})

	e := next.Edit()
	e.SetAttributes(append(next.Directory().Schema().Attributes(), datagroup.Attribute{Name: "extra", Type: datagroup.NumberType})...)
	declared, err := e.Policy()
	if err != nil {
		t.Fatal(err)
	}
	compare(declared, map[string]int{"ann": 4, "bob": 86 + 2})

	text, err := next.Document().JSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := access.Load(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := again.Document().JSON(); err != nil || !bytes.Equal(second, text) {
		t.Errorf("the reloaded document differs: %v", err)
	}
	compare(again, map[string]int{"ann": 4, "bob": 86 + 2})
}
