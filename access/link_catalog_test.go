package access_test

import (
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/role"
)

// TestLinkEndsWithTheCatalog: a link ends for good when its kind goes, moves or
// gets another link action, also if the next catalog has it as it was.
func TestLinkEndsWithTheCatalog(t *testing.T) {
	with := func(k role.Kind) *role.Catalog {
		k.Actions = []role.Action{role.ViewRecording, role.ViewInsight}
		c, err := role.CompanyCatalog().Extend(role.Extension{Kinds: []role.Kind{k}})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	made := role.Kind{Name: "row", In: role.InAccount, Link: role.ViewRecording}
	p, err := access.Load([]byte(`{"accounts": [{"id": "us", "source": "meta"}], "users": [{"id": "ann", "role": "admin"}],
	  "links": [{"id": "l", "maker": "ann", "action": "recording.view", "resource": {"kind": "row", "id": "r", "account": "us"}}]}`), &access.Config{Catalog: with(made)})
	if err != nil {
		t.Fatal(err)
	}
	for name, next := range map[string]role.Kind{
		"":               made,
		"another place":  {Name: "row", In: role.InCompany, Link: role.ViewRecording},
		"another action": {Name: "row", In: role.InAccount, Link: role.ViewInsight},
		"no links":       {Name: "row", In: role.InAccount},
		"another kind":   {Name: "rows", In: role.InAccount, Link: role.ViewRecording},
	} {
		e := p.Edit()
		e.SetCatalog(with(next))
		e.SetCatalog(with(made))
		after, err := e.Policy()
		if l, _ := after.Directory().Link("l"); err != nil || l.Ended != (name != "") {
			t.Errorf("%s: ended is %t, %v", name, l.Ended, err)
		}
	}
}
