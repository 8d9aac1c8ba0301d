package company_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// testCompany is a company under test, with its log, a clock that moves when a
// test says so, and every message that it delivered.
type testCompany struct {
	*company.Company
	t      rapid.TB
	log    audit.Log
	clock  *testClock
	config company.Config // reopen reads it again
	reason string         // of every change

	mu   sync.Mutex
	mail []invite.Message
	lost error // what Deliver returns; a message is kept if it is nil
}

// options say what a company has besides its users. The texts are lists with
// semicolons; ends are offsets from start, see [parseTime].
type options struct {
	id         string                   // "" is acme
	roles      []role.Role              // nil is the company catalog
	seats      int                      // 0 is no limit
	attributes string                   // "country string; tier string"
	accounts   string                   // "us country=US; de country=DE"; the source is google
	groups     string                   // "gu country = 'US'; gd country = 'DE'": id and filter
	teams      string                   // `t "T" gu: max, ugo 1h; n`: id, name, groups: members and their ends
	reports    string                   // `r "R": uma creator, vic editor 2h, team t explorer`
	document   func(*document.Document) // adds anything else
	config     func(*company.Config)    // configures anything else
	log        audit.Log                // nil is a new one in memory
}

// long is set where a test may take its time, as in the nightly run.
var long = os.Getenv("AMBIT_LONG") != ""

// start is the time at which every company is founded.
var start = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)

// newCompany founds a company with users such as "ann admin; eve user-manager
// 2h; bob viewer suspended": id, role and end of access. The address of ann is
// ann@x.test. Two systems are configured: ops may make every change, scim a
// few.
func newCompany(t rapid.TB, users string, o options) *testCompany {
	t.Helper()
	c := &testCompany{t: t, log: o.log, clock: newTestClock(), reason: "it is needed"}
	if c.log == nil {
		c.log = audit.NewMemory()
	}
	c.config = company.Config{
		Now: c.clock.Now, Rand: new(hashRand), Deliver: c.deliver, Origin: "https://acme.example/join",
		Systems: map[string]company.SystemConfig{"ops": {Changes: company.ChangeTypes(), Roles: everyRole(o.roles)}, "scim": {Changes: []company.Change{company.AddUser{}, company.RemoveUser{}, company.AddMember{}}}},
	}
	if o.config != nil {
		o.config(&c.config)
	}
	if o.id == "" {
		o.id = "acme"
	}
	founding := company.Founding{ID: o.id, Name: "Acme", Document: o.parse(t, users), Limits: company.Limits{Seats: o.seats}}
	if o.roles != nil {
		catalog, err := role.NewCatalog(o.roles, kindsOf(o.roles)...)
		if err != nil {
			t.Fatal(err)
		}
		founding.Catalog = catalog
	}
	var err error
	if c.Company, err = company.Found(context.Background(), c.log, founding, &c.config); err != nil {
		t.Fatalf("found: %v", err)
	}
	return c
}

// everyRole returns the names of roles, nil being those of the company catalog,
// and of the catalogs that tests replace them by.
func everyRole(roles []role.Role) (all []role.Name) {
	for _, r := range slices.Concat(roles, role.CompanyCatalog().Roles(), role.ProjectCatalog().Roles(), inviteRoles()) {
		all = append(all, r.Name)
	}
	return all
}

// testClock is a clock that moves when a test says so.
type testClock struct {
	mu sync.Mutex
	at time.Time
}

func newTestClock() *testClock { return &testClock{at: start} }

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *testClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// hashRand is randomness that gives no secret twice, and the same ones in every
// run of a test.
type hashRand struct {
	mu sync.Mutex
	n  uint64
}

// Read implements [io.Reader].
func (r *hashRand) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for left := p; len(left) > 0; {
		r.n++
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, r.n))
		left = left[copy(left, sum[:]):]
	}
	return len(p), nil
}

// unsentSecret is a secret that nothing was sent with.
func unsentSecret() invite.Secret {
	s, err := invite.NewSecret(&hashRand{n: 1 << 40})
	if err != nil {
		panic(err)
	}
	return s
}

// deliver keeps a message, unless messages are lost.
func (c *testCompany) deliver(_ context.Context, m invite.Message) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lost == nil {
		c.mail = append(c.mail, m)
	}
	return c.lost
}

// message returns the last message about an invitation.
func (c *testCompany) message(id invite.ID) invite.Message {
	c.t.Helper()
	for _, m := range slices.Backward(c.mail) {
		if m.Invitation == id {
			return m
		}
	}
	c.t.Fatalf("no message about %s", id)
	return invite.Message{}
}

func (c *testCompany) now() time.Time       { return c.clock.Now() }
func (c *testCompany) pass(d time.Duration) { c.clock.pass(d) }

// actor reads "ann", "system ops", "" for nobody, and "invitee bob@x.test" for
// a person whose address the provider idp verified just now.
func (c *testCompany) actor(text string) company.Actor {
	c.t.Helper()
	if name, ok := strings.CutPrefix(text+" ", "system "); ok {
		return company.System(strings.TrimSpace(name))
	}
	if email, ok := strings.CutPrefix(text, "invitee "); ok {
		return company.Invitee(c.verified(email, "idp", c.now()))
	}
	return company.User(text)
}

// verified is the proof of an address.
func (c *testCompany) verified(email, provider string, at time.Time) invite.Proof {
	c.t.Helper()
	p, err := invite.Verified(mustAddress(email), "https://id.example", provider, at)
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

// by is what the actor gives with changes.
func (c *testCompany) by(actor string) company.By {
	c.t.Helper()
	return company.By{Actor: c.actor(actor), Reason: c.reason}
}

func (c *testCompany) do(actor string, changes ...company.Change) (company.Receipt, error) {
	return c.doAs(c.actor(actor), changes...)
}

func (c *testCompany) doAs(actor company.Actor, changes ...company.Change) (company.Receipt, error) {
	return c.Do(context.Background(), company.By{Actor: actor, Reason: c.reason}, changes...)
}

// must makes changes, as one event.
func (c *testCompany) must(actor string, changes ...company.Change) company.Receipt {
	c.t.Helper()
	return c.mustAs(c.actor(actor), changes...)
}

func (c *testCompany) mustAs(actor company.Actor, changes ...company.Change) company.Receipt {
	c.t.Helper()
	r, err := c.doAs(actor, changes...)
	if err != nil {
		c.t.Fatalf("%v is refused %+v as %s: %v", actor, changes, errorName(err), err)
	}
	n := uint64(len(events(c.t, c.log)))
	if delivered := r.Seq + 1; r.Seq != n && (delivered != n || len(r.Invitations()) == 0) || len(r.Changes) != len(changes) {
		c.t.Errorf("the receipt of event %d is %+v", n, r)
	}
	return r
}

// refuses checks that changes are refused as wanted, see [errorName], and that
// nothing happened. Wanted may end in " @2", the number of the bad change.
func (c *testCompany) refuses(want, actor string, changes ...company.Change) {
	c.t.Helper()
	c.refusesAs(want, c.actor(actor), changes...)
}

func (c *testCompany) refusesAs(want string, actor company.Actor, changes ...company.Change) {
	c.t.Helper()
	number := 1
	if name, of, ok := strings.Cut(want, " @"); ok {
		want = name
		if _, err := fmt.Sscan(of, &number); err != nil {
			c.t.Fatalf("%q: %v", of, err)
		}
	}
	before := c.state()
	r, err := c.doAs(actor, changes...)
	if got := errorName(err); got != want {
		c.t.Errorf("%v is refused %+v as %q, want %q: %v", actor, changes, got, want, err)
		return
	}
	var e *company.Error
	if !errors.As(err, &e) || e.Op != "do" || e.Index != number && !(number == 1 && e.Index == 0 && e.Change == "") || e.Seq != 0 || e.Refused() != (want != "ErrNoDelivery") {
		c.t.Errorf("the error is %#v, want one of do about change %d", err, number)
		return
	}
	if denied := (*access.DeniedError)(nil); errors.As(err, &denied) {
		if !errors.Is(err, access.ErrDenied) || denied.Decision.Allowed || !strings.HasSuffix(e.Detail(), ": "+denied.Decision.String()) {
			c.t.Errorf("the detail of %v is %q", denied, e.Detail())
		}
	}
	if r.Seq != 0 || r.ID != "" || r.Changes != nil || r.Undelivered != nil {
		c.t.Errorf("the receipt of a refusal is %+v", r)
	}
	if after := c.state(); after != before {
		c.t.Errorf("the state is\n%s\nand was\n%s", after, before)
	}
}

// state is all that can be seen of a company.
func (c *testCompany) state() string {
	c.t.Helper()
	all := []string{c.Checkpoint().String(), c.Name(), fmt.Sprint(c.Limits()), text(c.t, c.Policy())}
	for i := range c.Invitations() {
		all = append(all, fmt.Sprintf("%+v", i))
	}
	return strings.Join(append(all, fmt.Sprint(len(events(c.t, c.log)), " events, ", len(c.mail), " messages")), "\n")
}

// second opens the log once more, with a configuration of its own. It has the
// clock of c and the messages until now.
func (c *testCompany) second(config *company.Config) *testCompany {
	c.t.Helper()
	co, err := company.Open(context.Background(), c.log, config)
	if err != nil {
		c.t.Fatal(err)
	}
	return &testCompany{Company: co, t: c.t, log: c.log, clock: c.clock, config: c.config, reason: c.reason, mail: c.mail}
}

// reopen opens the company again, from c.log and with c.config.
func (c *testCompany) reopen() {
	c.t.Helper()
	c.Company = c.second(&c.config).Company
}

// checkReplay fails unless the log replays to the state.
func (c *testCompany) checkReplay() {
	c.t.Helper()
	replayed, snapshot := c.second(nil), snapshotOf(c.t, c.Company)
	if got, want := replayed.state(), c.state(); got != want {
		c.t.Errorf("the log replays to\n%s\nwant\n%s", got, want)
	}
	if !bytes.Equal(snapshotOf(c.t, replayed.Company), snapshot) {
		c.t.Error("the log replays to another state, by its snapshot")
	}
	restored := c.second(&company.Config{Snapshot: readerOf(snapshot)})
	if err := restored.Health().Snapshot; err != nil {
		c.t.Errorf("the snapshot was passed over: %v", err)
	}
	if got, want := restored.state(), c.state(); got != want {
		c.t.Errorf("the snapshot is\n%s\nwant\n%s", got, want)
	}
	if !bytes.Equal(snapshotOf(c.t, restored.Company), snapshot) {
		c.t.Error("a snapshot of what was read from a snapshot is another one")
	}
}

// invite sends an invitation, by ann unless another actor is named, and returns
// its secret.
func (c *testCompany) invite(id invite.ID, t invite.Terms, by ...string) invite.Secret {
	c.t.Helper()
	c.must(append(by, "ann")[0], company.Invite{Invitation: id, Terms: t})
	return c.message(id).Secret
}

// accept accepts an invitation by its last message, as the person it was sent
// to.
func (c *testCompany) accept(id invite.ID, user team.UserID) (company.Receipt, error) {
	c.t.Helper()
	m := c.message(id)
	return c.do("invitee "+m.To.String(), company.AcceptInvitation{Invitation: id, Secret: m.Secret, User: user})
}

// accepted is accept where it must not be refused.
func (c *testCompany) accepted(id invite.ID, user team.UserID) {
	c.t.Helper()
	if _, err := c.accept(id, user); err != nil {
		c.t.Fatalf("%s is refused as %s: %v", id, errorName(err), err)
	}
}

// decline is the answer of the person invited to the last message.
func (c *testCompany) decline(id invite.ID) company.DeclineInvitation {
	c.t.Helper()
	return company.DeclineInvitation{Invitation: id, Secret: c.message(id).Secret}
}

// sentinels are the errors that a call can return, by name.
var sentinels = map[string]error{
	"ErrNoActor": company.ErrNoActor, "ErrSystem": company.ErrSystem, "ErrSystemOnly": company.ErrSystemOnly, "ErrReason": company.ErrReason,
	"ErrInvalid": company.ErrInvalid, "ErrUnknown": company.ErrUnknown, "ErrTaken": company.ErrTaken, "ErrReused": company.ErrReused,
	"ErrNoChange": company.ErrNoChange, "ErrChanged": company.ErrChanged, "ErrSelf": company.ErrSelf, "ErrBeyondOwnEnd": company.ErrBeyondOwnEnd, "ErrLowers": company.ErrLowers,
	"ErrSuccessor": company.ErrSuccessor, "ErrLastCreator": company.ErrLastCreator, "ErrLastHolder": company.ErrLastHolder,
	"ErrRoleFull": company.ErrRoleFull, "ErrSeats": company.ErrSeats, "ErrAttributeUsed": company.ErrAttributeUsed,
	"ErrReviewOpen": company.ErrReviewOpen, "ErrReviewClosed": company.ErrReviewClosed, "ErrDecided": company.ErrDecided, "ErrNotIndependent": company.ErrNotIndependent,
	"ErrNotOffered": company.ErrNotOffered, "ErrPast": company.ErrPast, "ErrLimit": company.ErrLimit, "ErrTooSoon": company.ErrTooSoon,
	"ErrNoDelivery": company.ErrNoDelivery, "ErrInvitee": company.ErrInvitee, "ErrInviteeOnly": company.ErrInviteeOnly, "ErrRefused": company.ErrRefused, "ErrOnHold": company.ErrOnHold,
	"ErrQueued": company.ErrQueued, "ErrUnrecorded": company.ErrUnrecorded, "ErrUncertain": company.ErrUncertain, "ErrOvertaken": company.ErrOvertaken, "ErrSnapshot": company.ErrSnapshot, "ErrSnapshotVersion": company.ErrSnapshotVersion, "ErrNotStored": company.ErrNotStored, "ErrClock": company.ErrClock, "ErrDiverged": company.ErrDiverged, "ErrBroken": company.ErrBroken,
	"ErrNone": invite.ErrNone, "ErrPending": invite.ErrPending, "ErrExpired": invite.ErrExpired, "ErrAccepted": invite.ErrAccepted,
	"ErrDeclined": invite.ErrDeclined, "ErrRevoked": invite.ErrRevoked, "ErrTerms": invite.ErrTerms,
}

// keysOf returns the keys of a map in byte order.
func keysOf[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// errorName names an error: "" for none; "denied self" for a denial with its
// reason, and "denied unknown-resource team" with the kind of what does not
// exist; "ErrTaken" for a sentinel, and all of them in byte order if it wraps
// several; "ErrRefused for ErrExpired" for a refusal with its cause. An error
// without a name has its text.
func errorName(err error) string {
	if err == nil {
		return ""
	}
	if denied := (*access.DeniedError)(nil); errors.As(err, &denied) {
		name := "denied " + string(denied.Decision.Reason)
		if denied.Decision.Reason == access.ReasonUnknownResource {
			name += " " + string(denied.Decision.Resource.Kind())
		}
		return name
	}
	var names []string
	for _, name := range keysOf(sentinels) {
		if errors.Is(err, sentinels[name]) {
			names = append(names, name)
		}
	}
	if refusal := (*company.Refusal)(nil); errors.As(err, &refusal) {
		names = append(names, "for "+errorName(refusal.Cause))
	}
	if names == nil {
		return err.Error()
	}
	return strings.Join(names, " ")
}

// Causes of refusals that have a text and no sentinel.
const (
	byWrongSecret   = "ErrRefused for the secret is not that of the invitation as it was sent last"
	byWrongAddress  = "ErrRefused for the verified address is not the invited one"
	byWrongProvider = "ErrRefused for the address was verified by another provider than the invitation names"
	byStaleProof    = "ErrRefused for the address was verified too long ago, or in the future"
)

// hours is an instant so many hours after start.
func hours(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }

// day is an instant so many days after start.
func day(n int) time.Time { return start.AddDate(0, 0, n) }
