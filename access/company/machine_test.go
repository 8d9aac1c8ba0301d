package company_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// modelErrors names every sentinel a change may be refused with.
var modelErrors = map[verdict]error{
	"ErrNoActor": company.ErrNoActor, "ErrSystem": company.ErrSystem, "ErrSystemOnly": company.ErrSystemOnly,
	"ErrReason": company.ErrReason, "ErrInvalid": company.ErrInvalid, "ErrUnknown": company.ErrUnknown,
	"ErrTaken": company.ErrTaken, "ErrReused": company.ErrReused, "ErrNoChange": company.ErrNoChange,
	"ErrSelf": company.ErrSelf, "ErrBeyondOwnEnd": company.ErrBeyondOwnEnd, "ErrPast": company.ErrPast, "ErrLowers": company.ErrLowers,
	"ErrSuccessor": company.ErrSuccessor, "ErrLastCreator": company.ErrLastCreator, "ErrLastHolder": company.ErrLastHolder,
	"ErrRoleFull": company.ErrRoleFull, "ErrSeats": company.ErrSeats, "ErrAttributeUsed": company.ErrAttributeUsed,
}

// modelReasons are the denials that questions of Do can meet. The rest is for
// sessions, links and things of the host's.
var modelReasons = append(strings.Fields("unknown-user suspended ended unknown-action no-capability no-level level-too-low "+
	"out-of-reach above-ceiling self last-holder ineligible-target role-full"),
	"unknown-resource account", "unknown-resource user", "unknown-resource role", "unknown-resource team",
	"unknown-resource group", "unknown-resource report")

// denial names a denial by Decide: its reason, and the kind of what does not
// exist.
func denial(d access.Decision) verdict {
	if d.Reason == access.ReasonUnknownResource {
		return verdict("denied " + string(d.Reason) + " " + string(d.Resource.Kind()))
	}
	return verdict("denied " + string(d.Reason))
}

// verdictOf names what Do answered, and fails for an error that is none of the
// above.
func verdictOf(t fatal, err error) verdict {
	t.Helper()
	if err == nil {
		return ""
	}
	var denied *access.DeniedError
	if errors.As(err, &denied) {
		if !errors.Is(err, access.ErrDenied) || denied.Decision.Allowed {
			t.Fatalf("a denial that is none: %v", err)
		}
		return denial(denied.Decision)
	}
	var all []string
	for _, name := range sortedKeys(modelErrors) {
		if errors.Is(err, modelErrors[name]) {
			all = append(all, string(name))
		}
	}
	if len(all) == 0 {
		t.Fatalf("an error that is none of this package: %v", err)
	}
	return verdict(strings.Join(all, " "))
}

// fatal is what testing.T and rapid.T have in common here.
type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

// seen counts what a random test came by, so that one that never gets
// somewhere fails instead of passing.
type seen struct {
	mu    sync.Mutex
	count map[string]int
}

func (s *seen) hit(branch string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.count == nil {
		s.count = map[string]int{}
	}
	s.count[branch]++
}

// missing returns which of the branches were never hit.
func (s *seen) missing(all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(branch string) bool { return s.count[branch] > 0 })
}

// search makes random histories in every catalog, often if AMBIT_LONG is set,
// and a few more times as long as a branch was never hit. It fails if one
// still was not.
func (s *seen) search(t *testing.T, run func(*rapid.T, []role.Role), branches []string) {
	rounds, most := 1, 5
	if os.Getenv("AMBIT_LONG") != "" {
		rounds, most = 50, 50
	}
	catalogs := modelCatalogs()
	wanted := func() []string {
		if testing.Short() || t.Failed() {
			return nil
		}
		return s.missing(branches)
	}
	for round := 0; round < rounds || round < most && len(wanted()) > 0; round++ {
		for _, name := range sortedKeys(catalogs) {
			t.Run(name, func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) { run(t, catalogs[name]) })
			})
		}
	}
	for _, branch := range wanted() {
		t.Errorf("never hit: %s", branch)
	}
}

// machine is a company and the world it should be.
type machine struct {
	world   *world
	company *company.Company
	log     *audit.Memory
	clock   time.Time
	last    time.Time // of the last event
	history []moment  // by number of the event, from 1
	checked int       // how many of them
	hits    *seen
}

// moment is the state after an event.
type moment struct {
	time     time.Time
	document string
}

func newMachine(t *rapid.T, roles []role.Role, hits *seen) *machine {
	m := &machine{world: dice{t}.world(roles), log: audit.NewMemory(), clock: modelStart, last: modelStart, hits: hits}
	co, err := company.Found(context.Background(), m.log, company.Founding{ID: "acme", Name: "Acme", Document: m.world.document()}, m.config())
	if err != nil {
		t.Fatalf("found: %v", err)
	}
	m.company = co
	m.remember(t)
	return m
}

func (m *machine) config() *company.Config {
	return &company.Config{Now: func() time.Time { return m.clock }, Systems: company.SystemsByName(modelSystems())}
}

// remember keeps the state for the end of the run.
func (m *machine) remember(t fatal) {
	m.history = append(m.history, moment{m.last, printed(t, m.company.Policy())})
}

func printed(t fatal, p *access.Policy) string {
	t.Helper()
	text, err := p.Document().JSON()
	if err != nil {
		t.Fatalf("document: %v", err)
	}
	return string(text)
}

// TestCompanyIsTheModel makes random changes by random actors, and says of
// each beforehand what must come of it.
func TestCompanyIsTheModel(t *testing.T) {
	var hits seen
	var all []string
	for _, name := range company.LogNames() {
		// InvitationLimits and links have machines of their own.
		if !strings.HasPrefix(name, "invitation.") && !strings.HasPrefix(name, "link.") {
			all = append(all, "made "+name)
		}
	}
	for name := range modelErrors {
		all = append(all, string(name))
	}
	for _, r := range modelReasons {
		all = append(all, "denied "+r)
	}
	slices.Sort(all)
	all = append(all, "by user", "by system", "handed over", "third refused", "in the past", "impact", "id given")
	hits.search(t, func(t *rapid.T, roles []role.Role) {
		m := newMachine(t, roles, &hits)
		t.Repeat(map[string]func(*rapid.T){"do": m.do, "once more": m.do, "and again": m.do, "time": m.time, "": m.invariant})
		m.past(t)
	}, all)
}

// time goes on, seldom back.
func (m *machine) time(t *rapid.T) {
	step := rapid.SampledFrom([]time.Duration{time.Nanosecond, 30 * time.Minute, time.Hour, 2 * time.Hour, -time.Hour}).Draw(t, "step")
	m.clock = m.clock.Add(step)
}

// do makes one request of both.
func (m *machine) do(t *rapid.T) {
	at := m.clock
	if at.Before(m.last) {
		at = m.last
		m.hits.hit("in the past")
	}
	r := dice{t}.request(m.world, at)
	by := company.By{Reason: r.reason, Approval: "a-1", Correlation: "c-1"}
	if r.user != "" {
		by.Actor = company.User(r.user)
	} else if r.system != "" {
		by.Actor = company.System(r.system)
	}
	receipt, err := m.company.Do(context.Background(), by, r.changes...)
	_, recorded, index, want := m.world.do(r, at)
	if got := verdictOf(t, err); got != want {
		t.Fatalf("%v %#v by %v at %v:\n got  %q, %v\n want %q at %d\n%s", r.user+r.system, r.changes, by, at, got, err, want, index, printed(t, m.company.Policy()))
	}
	if err != nil {
		m.hits.hit(string(want))
		m.refused(t, err, r, index)
		return
	}
	m.made(t, receipt, r, recorded)
	// Ids that Do chose are known only now.
	for i, c := range r.changes {
		r.changes[i] = m.identify(c, receipt.Changes[i])
	}
	next, recorded, _, want := m.world.do(r, at)
	if want != "" {
		t.Fatalf("with the ids of %#v: %s", receipt.Changes, want)
	}
	if diff := cmp.Diff(recorded, receipt.Changes, sameRecord()); diff != "" {
		t.Fatalf("recorded (-want +got):\n%s", diff)
	}
	m.world, m.last = next, at
	m.remember(t)
	m.event(t, receipt, r, by)
}

// refused checks the error of a refusal.
func (m *machine) refused(t *rapid.T, err error, r request, index int) {
	var e *company.Error
	if !errors.As(err, &e) || e.Op != "do" || max(e.Index-1, 0) != index {
		t.Fatalf("refused with %#v, want op do, index %d", err, index)
	}
	if e.Change != "" && e.Change != typeOf(r.changes[index]).name {
		t.Fatalf("refused as %s: %#v", e.Change, r.changes[index])
	}
	if index == 2 {
		m.hits.hit("third refused")
	}
}

// made checks what can be said before the ids are known.
func (m *machine) made(t *rapid.T, receipt company.Receipt, r request, recorded []company.Change) {
	if len(receipt.Changes) != len(r.changes) || len(recorded) != len(r.changes) {
		t.Fatalf("%d changes recorded, want %d", len(receipt.Changes), len(r.changes))
	}
	for i, c := range receipt.Changes {
		if typeOf(c) != typeOf(r.changes[i]) {
			t.Fatalf("recorded %#v for %#v", c, r.changes[i])
		}
		m.hits.hit("made " + typeOf(c).name)
		if c, ok := c.(company.RemoveUser); ok && len(c.HandedOver) > 0 {
			m.hits.hit("handed over")
		}
		if c, ok := c.(company.EditGroup); ok && !c.Impact.IsZero() {
			m.hits.hit("impact")
		}
	}
}

// identify returns the change with the id that Do chose for it.
func (m *machine) identify(c, as company.Change) company.Change {
	before := c
	switch c := c.(type) {
	case company.AddUser:
		if c.User == "" {
			c.User = as.(company.AddUser).User
			return c
		}
	case company.CreateTeam:
		if c.Team == "" {
			c.Team = as.(company.CreateTeam).Team
			return c
		}
	case company.CreateGroup:
		if c.Group == "" {
			c.Group = as.(company.CreateGroup).Group
			return c
		}
	case company.CreateReport:
		if c.Report == "" {
			c.Report = as.(company.CreateReport).Report
			m.hits.hit("id given")
			return c
		}
	}
	return before
}

// sameRecord compares changes as recorded: nil and empty are one, and of an
// impact the first few users are enough.
func sameRecord() cmp.Option {
	return cmp.Options{
		cmpopts.EquateEmpty(),
		cmp.Comparer(func(a, b role.Role) bool {
			c, errC := role.NewCatalog(oneRole(a))
			d, errD := role.NewCatalog(oneRole(b))
			return errC == nil && errD == nil && c.Equal(d) && sameNames(a.Manages, b.Manages)
		}),
		cmp.Comparer(func(a, b company.Impact) bool {
			if len(a.First) > len(b.First) {
				a, b = b, a
			}
			return a.Users == b.Users && a.Gained == b.Gained && a.Lost == b.Lost &&
				(len(a.First) > 0) == (len(b.First) > 0) && slices.Equal(a.First, b.First[:len(a.First)])
		}),
	}
}

func oneRole(r role.Role) role.Role {
	r.Manages = nil
	return r
}

func sameNames(a, b []role.Name) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// event checks what was appended.
func (m *machine) event(t *rapid.T, receipt company.Receipt, r request, by company.By) {
	events := logged(t, m.log)
	e := events[len(events)-1]
	want := audit.Actor{Kind: audit.KindSystem, ID: r.system}
	m.hits.hit("by " + map[bool]string{true: "user", false: "system"}[r.user != ""])
	if r.user != "" {
		before, err := m.company.At(context.Background(), e.Seq-1)
		if err != nil {
			t.Fatalf("at %d: %v", e.Seq-1, err)
		}
		u, _ := before.Directory().User(team.UserID(r.user))
		want = audit.Actor{Kind: audit.KindUser, ID: r.user, Email: u.Email.String(), Role: string(u.Role)}
	}
	switch {
	case e.Seq != receipt.Seq || e.ID != receipt.ID || !e.Time.Equal(receipt.Time) || !e.Time.Equal(m.last):
		t.Fatalf("event %d %s at %v, receipt %+v, want time %v", e.Seq, e.ID, e.Time, receipt, m.last)
	case e.Actor != want || e.Company != "acme":
		t.Fatalf("event by %+v of %s, want %+v", e.Actor, e.Company, want)
	case e.Reason != by.Reason || e.Approval != by.Approval || e.Correlation != by.Correlation:
		t.Fatalf("event %+v, want %+v", e, by)
	case len(e.Changes) != len(r.changes):
		t.Fatalf("%d changes in the event, want %d", len(e.Changes), len(r.changes))
	}
	for i, c := range e.Changes {
		if c.Type != typeOf(r.changes[i]).name {
			t.Fatalf("change %d is %s, want %#v", i, c.Type, r.changes[i])
		}
	}
}

func logged(t fatal, log audit.Log) []audit.Event {
	t.Helper()
	var all []audit.Event
	for e, err := range log.Events(context.Background(), 0) {
		if err != nil {
			t.Fatalf("log: %v", err)
		}
		all = append(all, e)
	}
	return all
}

// invariant compares both, and what the log tells.
func (m *machine) invariant(t *rapid.T) {
	got := printed(t, m.company.Policy())
	if n := len(logged(t, m.log)); n != len(m.history) || got != m.history[n-1].document {
		t.Fatalf("%d events, want %d; state (-want +got):\n%s", n, len(m.history), cmp.Diff(m.history[n-1].document, got))
	}
	if m.checked == len(m.history) {
		return // nothing happened
	}
	m.checked = len(m.history)
	if want := printed(t, m.world.compile(m.clock)); got != want {
		t.Fatalf("state (-want +got):\n%s", cmp.Diff(want, got))
	}
	if m.company.Name() != m.world.name || m.company.Limits() != m.world.limits {
		t.Fatalf("%s with %+v, want %s with %+v", m.company.Name(), m.company.Limits(), m.world.name, m.world.limits)
	}
	again, err := company.Open(context.Background(), m.log, m.config())
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	if replayed := printed(t, again.Policy()); replayed != got {
		t.Fatalf("replayed (-want +got):\n%s", cmp.Diff(got, replayed))
	}
	if again.Name() != m.company.Name() || again.Limits() != m.company.Limits() || again.Checkpoint() != m.company.Checkpoint() {
		t.Fatalf("replayed %s %+v %v", again.Name(), again.Limits(), again.Checkpoint())
	}
}

// past asks for every state there was.
func (m *machine) past(t *rapid.T) {
	ctx := context.Background()
	for i, h := range m.history {
		at, err := m.company.At(ctx, uint64(i+1))
		if err != nil {
			t.Fatalf("at %d: %v", i+1, err)
		}
		if got := printed(t, at); got != h.document {
			t.Fatalf("at %d (-want +got):\n%s", i+1, cmp.Diff(h.document, got))
		}
		if i+1 < len(m.history) && m.history[i+1].time.Equal(h.time) {
			continue // AsOf is the last of an instant
		}
		asOf, err := m.company.AsOf(ctx, h.time)
		if err != nil {
			t.Fatalf("as of %v: %v", h.time, err)
		}
		if got := printed(t, asOf); got != h.document {
			t.Fatalf("as of %v (-want +got):\n%s", h.time, cmp.Diff(h.document, got))
		}
	}
	if err := audit.Verify(m.log.Events(ctx, 0), m.company.Checkpoint()); err != nil {
		t.Fatalf("verify: %v", err)
	}
}
