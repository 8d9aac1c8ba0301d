package company_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// zeros is randomness that repeats itself.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestRandomIDsNeverReplace has the randomness give one id twice. What got it
// first is not replaced.
func TestRandomIDsNeverReplace(t *testing.T) {
	c, err := company.Found(t.Context(), audit.NewMemory(), annAlone(), &company.Config{Rand: zeros{}})
	if err != nil {
		t.Fatal(err)
	}
	by := company.By{Actor: company.User("ann")}
	for _, change := range []company.Change{
		company.CreateTeam{}, company.CreateReport{}, company.CreateGroup{Filter: "nothing"},
	} {
		if _, err := c.Do(t.Context(), by, change); err != nil {
			t.Errorf("%T: %v", change, err)
		}
		if _, err := c.Do(t.Context(), by, change); !errors.Is(err, company.ErrTaken) {
			t.Errorf("%T again: %v, want ErrTaken", change, err)
		}
	}
}

// meddler changes what its caller was given, in the middle of it.
type meddler struct{ with func() }

func (m meddler) Read(p []byte) (int, error) { m.with(); clear(p); return len(p), nil }

// TestWhatIsMadeIsRecorded has the caller write to the accounts he is
// connecting, while they are connected.
func TestWhatIsMadeIsRecorded(t *testing.T) {
	log := audit.NewMemory()
	var rand io.Reader = zeros{}
	c, err := company.Found(t.Context(), log, annAlone(), &company.Config{Rand: readerFunc(func(p []byte) (int, error) { return rand.Read(p) })})
	if err != nil {
		t.Fatal(err)
	}
	entries := []document.Account{{ID: "a", Source: "google", Values: map[string]datagroup.Value{"name": datagroup.Text("A")}}}
	rand = meddler{func() {
		entries[0].Source = "bing"
		entries[0].Values["name"] = datagroup.Text("B")
	}}
	if _, err := c.Do(t.Context(), company.By{Actor: company.User("ann")}, company.ConnectAccounts{Accounts: entries}); err != nil {
		t.Fatal(err)
	}
	again, err := company.Open(t.Context(), log, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]*access.Policy{"memory": c.Policy(), "log": again.Policy()} {
		if a, ok := p.Directory().Account("a"); !ok || a.Source() != "google" || a.Value("name").Text() != "A" {
			t.Errorf("%s has source %s, name %s", name, a.Source(), a.Value("name"))
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestReplayRepeatsStructure opens logs whose events hang together and hold
// changes that no Do would have made.
func TestReplayRepeatsStructure(t *testing.T) {
	log := audit.NewMemory()
	c, err := company.Found(t.Context(), log, annAlone(), nil)
	if err != nil {
		t.Fatal(err)
	}
	by := company.By{Actor: company.User("ann"), Reason: "r"}
	if _, err := c.Do(t.Context(), by, company.DeclareAttribute{Attribute: "x", Type: "string"}, company.CreateTeam{Team: "t"},
		company.CreateTeam{Team: "gone"}, company.DeleteTeam{Team: "gone"},
		company.ConnectAccounts{Accounts: []document.Account{{ID: "a", Source: "google"}}}); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]audit.Change{
		"a user over another":      {Type: "user.add", Data: []byte(`{"user":"ann","email":"eve@example.com","role":"admin"}`)},
		"a team over another":      {Type: "team.create", Data: []byte(`{"team":"t"}`)},
		"a team of an id used":     {Type: "team.create", Data: []byte(`{"team":"gone"}`)},
		"an account over another":  {Type: "source.add", Data: []byte(`{"accounts":[{"id":"a","source":"bing"}]}`)},
		"an attribute over one":    {Type: "attribute.declare", Data: []byte(`{"attribute":"x","type":"number"}`)},
		"less seats than users":    {Type: "company.set-limits", Data: []byte(`{"limits":{"seats":-1}}`)},
		"an outcome of no such id": {Type: "owner.transfer", Data: []byte(`{"to":"ann","from":"bob","role":"admin","becomes":"viewer"}`)},
	} {
		change.Version = 1
		forged := audit.NewMemory()
		for e := range log.Events(t.Context(), 0) {
			if err := forged.Append(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		e := audit.Event{ID: "e", Time: time.Now().UTC(), Company: "a", Actor: audit.Actor{Kind: audit.KindUser, ID: "ann"}, Changes: []audit.Change{change}}
		if err := forged.Append(t.Context(), e.Chain(c.Checkpoint())); err != nil {
			t.Fatal(name, err)
		}
		if _, err := company.Open(t.Context(), forged, nil); !errors.Is(err, company.ErrBroken) {
			t.Errorf("%s: Open = %v, want ErrBroken", name, err)
		}
	}
}

// TestLogWithoutFounding opens a log that takes events without changes.
func TestLogWithoutFounding(t *testing.T) {
	e := audit.Event{ID: "e", Time: time.Now().UTC(), Actor: audit.Actor{Kind: audit.KindUser, ID: "ann"}}.Chain(audit.Checkpoint{})
	if _, err := company.Open(t.Context(), script{e}, nil); !errors.Is(err, company.ErrBroken) {
		t.Errorf("Open = %v, want ErrBroken", err)
	}
}

// fickle answers an append first with no answer, and then with a refusal.
type fickle struct {
	audit.Log
	calls int
}

func (r *fickle) Append(ctx context.Context, e audit.Event) error {
	if r.calls++; r.calls == 2 {
		return context.DeadlineExceeded
	} else if r.calls == 3 {
		return audit.ErrMalformed
	}
	return r.Log.Append(ctx, e)
}

// TestRefusedInDoubt has a log time out, and refuse the event when asked again.
// Then it is settled.
func TestRefusedInDoubt(t *testing.T) {
	c, err := company.Found(t.Context(), &fickle{Log: audit.NewMemory()}, annAlone(), nil)
	if err != nil {
		t.Fatal(err)
	}
	by := company.By{Actor: company.User("ann")}
	r, err := c.Do(t.Context(), by, company.CreateTeam{Team: "t"})
	if !errors.Is(err, company.ErrUncertain) || r.ID == "" || r.Seq != 2 {
		t.Errorf("Do = %+v, %v, want a receipt and ErrUncertain", r, err)
	}
	if err := c.Sync(t.Context()); err != nil {
		t.Errorf("Sync = %v", err)
	}
	if _, err := c.Do(t.Context(), by, company.CreateTeam{Team: "t"}); err != nil {
		t.Errorf("Do = %v", err)
	}
}

// TestFounderIsNew founds with a founder that the document has already.
func TestFounderIsNew(t *testing.T) {
	f := annAlone()
	f.Founder = team.User{ID: "ann", Email: mustAddress("other@example.com")}
	if _, err := company.Found(t.Context(), audit.NewMemory(), f, nil); !errors.Is(err, company.ErrTaken) {
		t.Errorf("Found = %v, want ErrTaken", err)
	}
}

// TestTransferGainsNoManaging hands over in a catalog where the role that comes
// after manages one that the giver's does not.
func TestTransferGainsNoManaging(t *testing.T) {
	catalog, err := role.NewCatalog(
		role.Role{Name: "owner", Capabilities: []role.Action{role.TransferOwner, role.ViewAccount}, Manages: []role.Name{"admin"}},
		role.Role{Name: "admin", Capabilities: []role.Action{role.ViewAccount}, Manages: []role.Name{"auditor"}},
		role.Role{Name: "auditor"},
	)
	if err != nil {
		t.Fatal(err)
	}
	c, err := company.Found(t.Context(), audit.NewMemory(), company.Founding{ID: "a", Name: "A", Catalog: catalog, Document: &document.Document{
		Users: []document.User{{ID: "ann", Email: "ann@example.com", Role: "owner"}, {ID: "bob", Email: "bob@example.com", Role: "admin"}},
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(t.Context(), company.By{Actor: company.User("ann"), Reason: "r"}, company.TransferOwnership{To: "bob"})
	if !errors.Is(err, company.ErrInvalid) {
		t.Errorf("Do = %v, want ErrInvalid", err)
	}
}

// TestExportSaysItsCatalog loads what a policy of the company catalog gives back
// where another catalog is configured.
func TestExportSaysItsCatalog(t *testing.T) {
	p, err := access.Compile(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.Document().JSON()
	if err != nil || !bytes.Contains(text, []byte(`"company"`)) {
		t.Fatalf("the document is %s, %v", text, err)
	}
	if _, err := access.Load(text, &access.Config{Catalog: role.ProjectCatalog()}); !errors.Is(err, access.ErrInvalid) {
		t.Errorf("Load = %v, want ErrInvalid", err)
	}
}
