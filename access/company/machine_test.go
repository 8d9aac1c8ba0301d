package company_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// machine makes random requests of a company and of its model, and compares
// what comes of them. Its laws are checked too. They go by what the company shows
// rather than by the model.
type machine struct {
	hits    *branches
	laws    []law
	model   *model.Company
	config  model.Config
	company *company.Company
	reader  *company.Company // of the same log, and makes no change itself
	log     *audit.Memory
	clock   time.Time
	last    time.Time // of the last event
	steps   []time.Duration
	random  hashRand

	fails   error // what Deliver returns now; nil is drawn
	mail    []invite.Message
	sent    map[invite.ID][]sentMessage // all of them, in the order of delivery
	other   *otherCompany               // is sent the same invitations; nil is none
	came    map[string]int              // outcomes of the requests of this run
	moments []moment                    // by number of the event, from 1
	checked uint64                      // the event after which all was compared
}

// law is what must be true of every change or state. Each field may be nil.
type law struct {
	made    func(*rapid.T, *machine, step) // after a change was made
	refused func(*rapid.T, *machine, model.Answer, error)
	state   func(*rapid.T, *machine) // after every action
	event   func(*rapid.T, *machine) // after every action that made an event
	end     func(*rapid.T, *machine)
}

// step is a request that was granted, and the company before it.
type step struct {
	model.Request
	before   state
	foreseen company.WhatIf
	receipt  company.Receipt
}

// state is what a company shows at one moment.
type state struct {
	policy      *access.Policy
	invitations map[invite.ID]invite.Invitation
	checkpoint  audit.Checkpoint
}

// moment is the document after an event.
type moment struct {
	time     time.Time
	document string
}

// sentMessage is a message as it was delivered. Not every generation has one:
// what is sent twice in one event is delivered once.
type sentMessage struct {
	invite.Message
	generation int
}

// What Deliver returns of a message that is not delivered.
var (
	errLost   = errors.New("the mail server is down")
	errQueued = fmt.Errorf("a queue has it: %w", company.ErrQueued)
)

// newMachine founds a company as the model has it.
func newMachine(t *rapid.T, hits *branches, from *model.Company, config model.Config, laws ...law) *machine {
	m := &machine{hits: hits, laws: append(slices.Clip(laws), lawKeys()), model: from, config: config, log: audit.NewMemory(), clock: start, last: start,
		steps: []time.Duration{time.Nanosecond, 30 * time.Minute, time.Hour, 2 * time.Hour, -time.Hour}, sent: map[invite.ID][]sentMessage{}, came: map[string]int{}}
	m.config.Sent = m.wasSent
	m.model.Begin()
	f := company.Founding{ID: "acme", Name: from.Name, Limits: from.Limits, Document: from.Document()}
	co, err := company.Found(context.Background(), m.log, f, m.companyConfig())
	if err != nil {
		t.Fatalf("found: %v", err)
	}
	m.company = co
	m.reader = m.open(t)
	m.remember(t)
	return m
}

func (m *machine) companyConfig() *company.Config {
	c := &company.Config{Now: func() time.Time { return m.clock }, ClockSkew: m.config.ClockSkew, Rand: &m.random, Systems: company.SystemsByName(m.config.Systems, m.config.Roles),
		Limits: m.config.Limits, OwnAddresses: m.config.ChangeAddress,
		Invitations: company.InvitationLimits{TTL: m.config.TTL, Cooldown: m.config.Cooldown, Pending: m.config.Pending, ProofAge: m.config.ProofAge}}
	if m.config.Delivers {
		c.Origin, c.Deliver = "https://acme.test/join", func(_ context.Context, message invite.Message) error {
			m.mail = append(m.mail, message)
			return m.fails
		}
	}
	return c
}

// open opens the log once more.
func (m *machine) open(t *rapid.T) *company.Company {
	c, err := company.Open(context.Background(), m.log, m.companyConfig())
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return c
}

// restart opens the company again, as it is configured now.
func (m *machine) restart(t *rapid.T) {
	m.company, m.reader = m.open(t), m.open(t)
	m.model.Restart()
}

// now is the time that a change would get.
func (m *machine) now() time.Time {
	if m.clock.Before(m.last) {
		return m.last
	}
	return m.clock
}

// state returns what the company shows now.
func (m *machine) state() state {
	s := state{policy: m.company.Policy(), invitations: map[invite.ID]invite.Invitation{}, checkpoint: m.company.Checkpoint()}
	for i := range m.company.Invitations() {
		s.invitations[i.ID] = i
	}
	return s
}

// remember keeps the document for the end of the run.
func (m *machine) remember(t *rapid.T) {
	m.moments = append(m.moments, moment{m.last, text(t, m.company.Policy())})
}

// wasSent reports whether a secret was sent with a generation.
func (m *machine) wasSent(id string, generation int, s invite.Secret) bool {
	return slices.ContainsFunc(m.sent[invite.ID(id)], func(sent sentMessage) bool {
		return sent.generation == generation && !s.IsZero() && sent.Secret.Reveal() == s.Reveal()
	})
}

// lastSecret is the secret that was delivered last, or none.
func (m *machine) lastSecret(id string) invite.Secret {
	all := m.sent[invite.ID(id)]
	if len(all) == 0 {
		return invite.Secret{}
	}
	return all[len(all)-1].Secret
}

// pass moves the clock, seldom back.
func (m *machine) pass(t *rapid.T) {
	m.clock = m.clock.Add(rapid.SampledFrom(m.steps).Draw(t, "step"))
}

// by is the actor of a request, and what else its event has.
func by(r model.Request) company.By {
	by := company.By{Reason: r.Reason, Approval: r.Approval, Correlation: "c-1", Via: "v-1", Since: r.Since}
	switch {
	case r.User != "":
		by.Actor = company.User(r.User)
	case r.System != "":
		by.Actor = company.System(r.System)
	case !r.Proof.IsZero():
		by.Actor = company.Invitee(r.Proof)
	}
	return by
}

// do makes a request of both, and reports whether it was granted.
func (m *machine) do(t *rapid.T, r model.Request) bool {
	if m.clock.Before(m.last) {
		m.hits.Hit("in the past")
	}
	m.hits.Hit("zz request")
	m.mail = nil
	if d := (draw{t}); m.fails == nil && d.chance(8, "message lost") {
		m.fails = oneOf(d, "how", errLost, errQueued)
	}
	defer func() { m.fails = nil }()
	before := m.state()
	foreseen := m.whatIf(t, r)
	receipt, err := m.company.Do(context.Background(), by(r), r.Changes...)
	foreseen.compare(t, m, receipt, err)
	want := m.model.Do(r, m.config, m.clock)
	if (err != nil) != want.Refused() {
		t.Fatalf("%v %#v at %v since %d of %v:\n got  %v\n want %q at %d\n%s", by(r).Actor, r.Changes, m.clock, r.Since, len(m.model.Events), err, want.Errs(), want.Index, m.printed(t)+m.history())
	}
	if err != nil {
		m.refused(t, r, err, want)
		return false
	}
	m.made(t, r, receipt, want)
	for n, i := range madeOf(r, receipt) { // ids that Do chose are known only now
		r.Changes[i] = m.identify(r.Changes[i], receipt.Changes[n])
	}
	want = m.model.Do(r, m.config, m.clock)
	if want.Refused() {
		t.Fatalf("with the ids of %#v: %q", receipt.Changes, want.Errs())
	}
	if diff := cmp.Diff(want.Recorded, receipt.Changes, sameRecord); diff != "" {
		t.Fatalf("recorded (-want +got):\n%s", diff)
	}
	m.last = want.After.Last
	m.delivered(t, want.After, receipt.Undelivered)
	if m.fails == errQueued {
		want.After.Queue(m.model.Messages)
	}
	recorded := m.fails == nil && want.After.Deliver(m.model.Messages)
	m.model = want.After
	m.logged(t, r, receipt, before)
	if m.remember(t); recorded {
		m.remember(t)
	}
	if got, want := text(t, foreseen.After), m.moments[receipt.Seq-1].document; got != want {
		t.Fatalf("what if %#v (-happened +foreseen):\n%s", r.Changes, cmp.Diff(want, got))
	}
	for _, l := range m.laws {
		if l.made != nil {
			l.made(t, m, step{r, before, foreseen.WhatIf, receipt})
		}
	}
	return true
}

// madeOf returns the places of the changes of a request that were made.
func madeOf(r model.Request, receipt company.Receipt) []int {
	var all []int
	for i := range r.Changes {
		if !slices.Contains(receipt.Repeated, i+1) {
			all = append(all, i)
		}
	}
	return all
}

// rarest draws a few requests and returns the one whose outcome, as the model
// foresees it, was the rarest in this run so far. Most random requests are refused
// for a few common causes. So the others come up in far fewer steps.
func (m *machine) rarest(draw func() model.Request) model.Request {
	var best model.Request
	fewest := -1
	for range 5 {
		r := draw()
		if n := m.came[m.outcome(r)]; fewest < 0 || n < fewest {
			best, fewest = r, n
		}
		if fewest == 0 {
			break
		}
	}
	m.came[m.outcome(best)]++
	return best
}

// outcome is what comes of a request: the type of its last change and why that
// is refused.
func (m *machine) outcome(r model.Request) string {
	want := m.model.Do(r, m.config, m.clock)
	if want.Refused() {
		return fmt.Sprint(want.Index, want.Only())
	}
	last := want.Recorded[len(want.Recorded)-1]
	return fmt.Sprint("made ", model.TypeOf(last).Name, len(want.Recorded) > 1, len(want.Repeated) > 0)
}

// printed is what a failure prints.
func (m *machine) printed(t *rapid.T) string {
	var b strings.Builder
	for i := range m.company.Invitations() {
		fmt.Fprintf(&b, "%s %v on hold %v\n", withoutDigest(i), i.StateAt(m.now()), m.company.WhyOnHold(i.ID))
	}
	c := m.config
	c.Systems, c.Sent = map[string][]string{"scim": c.Systems["scim"]}, nil
	return fmt.Sprintf("%s%+v\n%s", b.String(), c, text(t, m.company.Policy()))
}

// causeOf names an error as the model does.
func causeOf(err error) string {
	if denied := (*access.DeniedError)(nil); errors.As(err, &denied) {
		if !errors.Is(err, access.ErrDenied) || denied.Decision.Allowed {
			return "a denial that is none"
		}
		return model.Denied(denied.Decision)
	}
	return errorName(err)
}

// hasCause reports whether an error is one of the causes. The cause of a secret
// or a proof that is wrong has only a text.
func hasCause(want model.Refusal, err error) bool {
	if slices.Contains(want.Errs(), causeOf(err)) {
		return true
	}
	textOf := map[string]string{"secret": byWrongSecret, "address": byWrongAddress, "provider": byWrongProvider, "stale": byStaleProof, "future": byStaleProof}
	return slices.ContainsFunc(want.Causes, func(c model.Cause) bool {
		return textOf[c.Err] != "" && "ErrRefused for "+err.Error() == textOf[c.Err]
	})
}

// refused checks the error of a refusal.
func (m *machine) refused(t *rapid.T, r model.Request, err error, want model.Answer) {
	var failed *company.Error
	if !errors.As(err, &failed) || failed.Op != "do" || max(failed.Index-1, 0) != want.Index || errors.Is(err, company.ErrChanged) && failed.Seq != want.Seq {
		t.Fatalf("%v %+v since %d: refused with %#v, %v, want op do, index %d, %q, %d of %v\n%s", by(r).Actor, r.Changes, r.Since, err, err, want.Index, want.Errs(), want.Seq, m.model.Events, m.printed(t))
	}
	name := "no change"
	if failed.Change != "" {
		if name = model.TypeOf(r.Changes[want.Index]).Name; name != failed.Change {
			t.Fatalf("refused as %s, want %s", failed.Change, name)
		}
	}
	cause, public := err, ""
	refusal := (*company.Refusal)(nil)
	if errors.As(err, &refusal) {
		cause = refusal.Cause
		public = map[bool]string{true: "ErrOnHold", false: "ErrRefused"}[errors.Is(err, company.ErrOnHold)]
	}
	if public != want.Public || cause == nil || !hasCause(want.Refusal, cause) {
		t.Fatalf("%v %+v: %v as %q, because of %v, want %q as %q\n%s", by(r).Actor, r.Changes, err, public, cause, want.Public, want.Errs(), m.printed(t))
	}
	if public != "" {
		public += " "
	}
	m.countRefusal(r, name, public, want)
	if len(m.mail) > 0 {
		t.Fatalf("refused, and there is a message: %+v", m.mail)
	}
	for _, l := range m.laws {
		if l.refused != nil {
			l.refused(t, m, want, err)
		}
	}
}

// made checks what can be said before the ids are known.
func (m *machine) made(t *rapid.T, r model.Request, receipt company.Receipt, want model.Answer) {
	if len(receipt.Changes) != len(want.Recorded) || !slices.Equal(receipt.Repeated, want.Repeated) {
		t.Fatalf("of %#v are %d changes recorded, want %d, and %d repeated, want %d", r.Changes, len(receipt.Changes), len(want.Recorded), receipt.Repeated, want.Repeated)
	}
	m.hits.Hit("by " + map[bool]string{true: "user", false: "system"}[r.User != ""])
	if len(r.Changes) > 1 {
		m.hits.Hit("several at once")
	}
	if len(receipt.Repeated) > 0 {
		m.hits.Hit("passed over")
	}
	if r.Since > 0 {
		m.hits.Hit("unchanged since")
	}
	for n, i := range madeOf(r, receipt) {
		c := receipt.Changes[n]
		if model.TypeOf(c) != model.TypeOf(want.Recorded[n]) {
			t.Fatalf("recorded %+v for %+v, want %+v", c, r.Changes[i], want.Recorded[n])
		}
		m.hits.Hit("made " + model.TypeOf(c).Name)
		m.countMade(r, r.Changes[i], c)
	}
}

// sameRecord compares changes as recorded. Nil and empty are one, of an impact
// the first few users are enough, and digests and secrets are left to a law.
var sameRecord = cmp.Options{
	cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(company.Invite{}),
	cmp.Exporter(func(t reflect.Type) bool { return strings.HasPrefix(t.Name(), "Optional[") }),
	cmp.Comparer(func(a, b role.Role) bool {
		for _, r := range []*role.Role{&a, &b} {
			r.Manages, r.Capabilities = slices.Sorted(slices.Values(r.Manages)), slices.Sorted(slices.Values(r.Capabilities))
		}
		return reflect.DeepEqual(a, b)
	}),
	cmp.Comparer(func(a, b role.Kind) bool {
		actions := slices.Equal(slices.Sorted(slices.Values(a.Actions)), slices.Sorted(slices.Values(b.Actions)))
		return a.Name == b.Name && a.In == b.In && a.Link == b.Link && actions
	}),
	cmp.Comparer(func(a, b company.Impact) bool {
		if len(a.First) > len(b.First) {
			a, b = b, a
		}
		return a.Users == b.Users && a.Gained == b.Gained && a.Lost == b.Lost &&
			(len(a.First) > 0) == (len(b.First) > 0) && slices.Equal(a.First, b.First[:len(a.First)])
	}),
	cmp.Comparer(func(a, b invite.Terms) bool { return fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b) }),
	cmp.Comparer(func(a, b access.Resource) bool { return a == b }),
	cmp.Comparer(func(a, b invite.Proof) bool { return a == b }),
	cmp.Comparer(func(invite.Digest, invite.Digest) bool { return true }),
	cmp.Comparer(func(invite.Secret, invite.Secret) bool { return true }),
}

// logged checks the event that was appended.
func (m *machine) logged(t *rapid.T, r model.Request, receipt company.Receipt, before state) {
	all := events(t, m.log)
	e, by := all[receipt.Seq-1], by(r)
	want := audit.Actor{Kind: audit.KindSystem, ID: r.System}
	switch {
	case r.User != "":
		u, _ := before.policy.Directory().User(team.UserID(r.User))
		want = audit.Actor{Kind: audit.KindUser, ID: r.User, Email: u.Email.String(), Role: string(u.Role)}
	case r.System == "":
		want = audit.Actor{Kind: audit.KindInvitee, ID: e.Actor.ID, Email: r.Proof.Address().String()}
	}
	switch {
	case e.Seq != receipt.Seq || e.ID != receipt.ID || !e.Time.Equal(receipt.Time) || !e.Time.Equal(m.last):
		t.Fatalf("event %d %s at %v, receipt %+v, want time %v", e.Seq, e.ID, e.Time, receipt, m.last)
	case e.Actor != want || e.Company != "acme":
		t.Fatalf("event by %+v of %s, want %+v", e.Actor, e.Company, want)
	case e.Reason != by.Reason || e.Approval != by.Approval || e.Correlation != by.Correlation || e.Via != by.Via:
		t.Fatalf("event %+v, want %+v", e, by)
	case len(e.Changes) != len(receipt.Changes):
		t.Fatalf("%d changes in the event, want %d", len(e.Changes), len(receipt.Changes))
	}
	for i, c := range e.Changes {
		if want := model.TypeOf(receipt.Changes[i]).Name; c.Type != want {
			t.Fatalf("change %d is %s, want %s", i, c.Type, want)
		}
	}
}
