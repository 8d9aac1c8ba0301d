package company_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
)

// TestGivingUp: users may do to themselves what raises nobody.
func TestGivingUp(t *testing.T) {
	c := staffCompany(t)
	c.must("ugo", parseChange(t, "team.set-member-end t ugo 59m"))
	c.must("ugo", company.RemoveMember{Team: "t", User: "ugo"})
	c.must("eve", company.UnshareReport{Report: "s", User: "eve"})
	c.refuses("ErrSelf", "ugo", company.AddMember{Team: "t", User: "ugo", Until: hours(1)})
}

// TestWithinOwnEnd: an actor may give access up to their own end, and shorten
// access that lasts longer.
func TestWithinOwnEnd(t *testing.T) {
	c := staffCompany(t)
	c.must("eve", company.SetEnd{User: "max", Until: company.To(hours(2))})
	c.must("eve", company.SetEnd{User: "uma", Until: company.To(hours(2))})
	c.must("eve", company.ReinstateUser{User: "sol"})
	c.must("eve", company.AddMember{Team: "n", User: "vic", Until: hours(2)})
	c.must("eve", company.ShareReport{Report: "s", User: "vic", Until: company.To(hours(2))})
	c.must("vic", company.ShareReport{Report: "r", User: "sue", Level: access.Editor, Until: company.To(hours(2))})
	c.refuses("ErrBeyondOwnEnd", "eve", company.ShareReport{Report: "s", User: "vic", Level: access.Editor, Until: company.To(hours(3))})
}

// TestEarlierChangesCount: each change is decided on the state after the
// earlier ones.
func TestEarlierChangesCount(t *testing.T) {
	c := staffCompany(t)
	must := func(actor, changes string) {
		t.Helper()
		c.must(actor, parseChanges(t, changes)...)
	}
	must("ann", "team.create new; team.add-member new vic; team.attach-group new gd")
	if !c.Policy().View(access.User("vic")).Sees("de") {
		t.Error("vic does not see the account of the team's group")
	}
	must("dan", "report.create mine; report.share mine team=new; report.set mine name=Mine")
	must("dan", `attribute.declare size number; datagroup.create big filter="size > 5"`)
	c.refuses("ErrAttributeUsed @2", "dan", parseChanges(t, `datagroup.create huge filter="tier = 'x'"; attribute.drop tier`)...)
	must("dan", "datagroup.delete big; attribute.drop size")
	must("ann", "user.set-role abe viewer; user.set-role vic admin")
	c.refuses("denied no-capability", "abe", company.CreateTeam{Team: "x"})
}

// TestActorHandsOverWithinOneDo: what the actor gave away by an earlier change
// is gone for a later one.
func TestActorHandsOverWithinOneDo(t *testing.T) {
	c := newCompany(t, "own owner; adm admin; mem member", options{roles: role.ProjectCatalog().Roles()})
	c.refuses("denied no-capability @2", "own", company.TransferOwnership{To: "mem"}, company.TransferOwnership{To: "adm"})
	c.refuses("denied above-ceiling @2", "own", company.TransferOwnership{To: "mem"}, company.SetRole{User: "mem", Role: "member"})
}

func TestReasons(t *testing.T) {
	for _, tt := range []struct {
		want    string
		name    string
		reason  string
		changes string
	}{
		{"ErrReason", "none", "", "user.suspend uma"},
		{"ErrReason", "spaces", " \t\r\n", "user.suspend uma"},
		{"ErrReason", "spaces of Unicode", "\u00a0\u2003", "user.suspend uma"},
		{"ErrReason", "too long", strings.Repeat("x", 501), "user.suspend uma"},
		{"ErrReason", "not UTF-8", "a\xff", "user.suspend uma"},
		{"ErrReason", "too long where optional", strings.Repeat("x", 501), "company.set-name Bolt"},
		{"ErrReason", "not UTF-8 where optional", "a\xff", "company.set-name Bolt"},
		{"ErrReason", "none for one of two", "", "company.set-name Bolt; user.suspend uma"},
		{"ErrReason", "none for a member", "", "team.add-member t vic"},
		{"ErrReason", "none to leave a team", "", "team.remove-member t max"},
		{"ErrReason", "none for a role", "", "user.set-role uma viewer"},
		{"ErrReason", "none for an end", "", "user.set-expiry uma 1h"},
		{"ErrReason", "none to remove", "", "user.remove dan"},
		{"ErrReason", "none to reinstate", "", "user.reinstate sue"},
		{"", "none where optional", "", "company.set-name Bolt"},
		{"", "none for a team", "", "team.create new"},
		{"", "five hundred bytes", strings.Repeat("é", 250), "user.suspend uma"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, changes := staffCompany(t), parseChanges(t, tt.changes)
			c.reason = tt.reason
			if tt.want != "" {
				c.refuses(tt.want, "ann", changes...)
				return
			}
			c.must("ann", changes...)
		})
	}
}

// TestSystemNeedsReason: systems are asked for reasons too.
func TestSystemNeedsReason(t *testing.T) {
	c := staffCompany(t)
	c.reason = ""
	c.refuses("ErrReason", "system ops", company.AddUser{User: "new", Person: company.Person{Email: "new@x.test"}})
	c.must("system ops", company.CreateTeam{Team: "new"})
}

func TestContextEnded(t *testing.T) {
	c := staffCompany(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	before := c.state()
	receipt, err := c.Do(ctx, company.By{Actor: company.User("ann")}, company.SetCompanyName{Name: "Bolt"})
	var e *company.Error
	if !errors.Is(err, context.Canceled) || !errors.As(err, &e) || e.Op != "do" || receipt.Seq != 0 {
		t.Errorf("got %+v, %v", receipt, err)
	}
	if c.state() != before {
		t.Errorf("the state is\n%s\nand was\n%s", c.state(), before)
	}
	c.must("ann", company.SetCompanyName{Name: "Bolt"})
}

func TestZeroBy(t *testing.T) {
	c := staffCompany(t)
	_, err := c.Do(context.Background(), company.By{}, company.SetCompanyName{Name: "Bolt"})
	if errorName(err) != "ErrNoActor" {
		t.Errorf("got %v", err)
	}
	if _, err := c.Do(context.Background(), company.By{}); err == nil {
		t.Error("nobody may make no change")
	}
}

// zeros is randomness that is always the same.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestRandomIDsNeverReplace: if an id is drawn twice, the first to have it is
// not replaced.
func TestRandomIDsNeverReplace(t *testing.T) {
	c, err := company.Found(t.Context(), audit.NewMemory(), foundingOfOne(), &company.Config{Rand: zeros{}})
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

// callbackRand calls a function when it is read.
type callbackRand struct{ with func() }

func (m callbackRand) Read(p []byte) (int, error) { m.with(); clear(p); return len(p), nil }

// TestWhatIsAppliedIsRecorded: the caller writes to the accounts of a change
// while it is made. The state and the log have the same accounts.
func TestWhatIsAppliedIsRecorded(t *testing.T) {
	log := audit.NewMemory()
	var rand io.Reader = zeros{}
	c, err := company.Found(t.Context(), log, foundingOfOne(), &company.Config{Rand: readerFunc(func(p []byte) (int, error) { return rand.Read(p) })})
	if err != nil {
		t.Fatal(err)
	}
	entries := []document.Account{{ID: "a", Source: "google", Values: map[string]datagroup.Value{"name": datagroup.Text("A")}}}
	rand = callbackRand{func() {
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

// timeoutThenRefusal is a log that answers the second append with a timeout,
// and refuses the third.
type timeoutThenRefusal struct {
	audit.Log
	calls int
}

func (r *timeoutThenRefusal) Append(ctx context.Context, e audit.Event) error {
	if r.calls++; r.calls == 2 {
		return context.DeadlineExceeded
	} else if r.calls == 3 {
		return audit.ErrMalformed
	}
	return r.Log.Append(ctx, e)
}

// TestRefusedInDoubt: a log times out, and refuses the event when asked again.
// Then it is settled that the event is not stored.
func TestRefusedInDoubt(t *testing.T) {
	c, err := company.Found(t.Context(), &timeoutThenRefusal{Log: audit.NewMemory()}, foundingOfOne(), nil)
	if err != nil {
		t.Fatal(err)
	}
	by := company.By{Actor: company.User("ann")}
	r, err := c.Do(t.Context(), by, company.CreateTeam{Team: "t"})
	if !errors.Is(err, company.ErrUncertain) || r.ID == "" || r.Seq != 2 || !c.Health().InDoubt || c.Checkpoint().Seq != 1 {
		t.Errorf("Do = %+v, %v, in doubt %t; want a receipt and ErrUncertain, in doubt at event 1", r, err, c.Health().InDoubt)
	}
	if err := c.Sync(t.Context()); err != nil || c.Health().InDoubt {
		t.Errorf("Sync = %v, in doubt %t", err, c.Health().InDoubt)
	}
	if _, err := c.Do(t.Context(), by, company.CreateTeam{Team: "t"}); err != nil {
		t.Errorf("Do = %v", err)
	}
}

// endingRand ends a context when it is read for the first time.
type endingRand struct {
	hashRand
	end   context.CancelFunc
	reads int
}

func (r *endingRand) Read(p []byte) (int, error) {
	r.end()
	r.reads++
	return r.hashRand.Read(p)
}

// TestContextEndsAmongChanges: of a long list nothing more is judged once its
// context has ended, so that others need not wait for the rest.
func TestContextEndsAmongChanges(t *testing.T) {
	c := staffCompany(t)
	ctx, cancel := context.WithCancel(t.Context())
	random := &endingRand{end: cancel}
	config := c.config
	config.Rand = random
	other := c.second(&config)
	_, err := other.Do(ctx, c.by("ann"), slices.Repeat([]company.Change{company.CreateTeam{}}, 1000)...)
	if !errors.Is(err, context.Canceled) || random.reads != 1 {
		t.Errorf("%d changes were judged, %v; want 1", random.reads, err)
	}
	if other.state() != c.state() {
		t.Errorf("the state is\n%s", other.state())
	}
}
