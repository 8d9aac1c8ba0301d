package company_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/audittest"
	"github.com/ambit-authz/ambit/team"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// limited is a log with a longest line.
type limited struct {
	audit.Log
	longest int
}

func (l limited) LongestLine() int { return l.longest }

func (l limited) Append(ctx context.Context, e audit.Event) error {
	if line, err := audit.Encode(e); err == nil && len(line) > l.longest {
		return fmt.Errorf("a line of %d bytes: %w", len(line), audit.ErrTooLarge)
	}
	return l.Log.Append(ctx, e)
}

// short is shorter than a log may be: so a founding has several parts that are
// small. A part of its document has 4 KiB.
const short = 12 << 10

// shortLog is a new log in memory with lines as short as that.
func shortLog() limited { return limited{audit.NewMemory(), short} }

// largeFounding is a company with ann, its admin, and so many others, each of whom
// has some 150 bytes of the document.
func largeFounding(users int) company.Founding {
	d := &document.Document{
		Attributes: map[string]string{"country": "string"},
		Groups:     []document.Group{{ID: "gu", Filter: "country = 'US'"}},
		Teams:      []document.Team{{ID: "all", Name: "All", Groups: []string{"gu"}}},
		Reports:    []document.Report{{ID: "q", Name: "Quarterly"}},
	}
	for i := range users {
		id := fmt.Sprintf("u%05d", i)
		d.Users = append(d.Users, document.User{ID: id, Email: id + "@example.com", Role: "team-member"})
		d.Teams[0].Members = append(d.Teams[0].Members, document.Member{User: id})
		d.Reports[0].Grants = append(d.Reports[0].Grants, document.Grant{User: id, Level: "viewer"})
	}
	return company.Founding{
		ID: "acme", Name: "Acme", Founder: team.User{ID: "ann", Email: mustAddress("ann@example.com")}, Document: d,
		Limits: company.Limits{Seats: users + 10},
	}
}

// ticking is a Config whose clock goes on by a second each time it is asked.
func ticking() (*company.Config, *testClock) {
	c := newTestClock()
	return &company.Config{Now: func() time.Time { c.pass(time.Second); return c.Now() }, Rand: new(hashRand)}, c
}

// inOne is a founding as one event.
func inOne(t rapid.TB, f company.Founding) *company.Company {
	t.Helper()
	return foundOn(t, audit.NewMemory(), f)
}

// foundingEvent returns that event.
func foundingEvent(t rapid.TB, f company.Founding) audit.Event {
	t.Helper()
	log := audit.NewMemory()
	foundOn(t, log, f)
	return events(t, log)[0]
}

// foundOn founds a company when it is start.
func foundOn(t rapid.TB, log audit.Log, f company.Founding) *company.Company {
	t.Helper()
	co, err := company.Found(context.Background(), log, f, &company.Config{Now: func() time.Time { return start }, Rand: new(hashRand)})
	if err != nil {
		t.Fatal(err)
	}
	return co
}

// sameCompany compares a company and its log with one that was founded in one
// event.
func sameCompany(t rapid.TB, co *company.Company, log audit.Log, want *company.Company) {
	t.Helper()
	agree(t, co, log)
	if got, want := text(t, co.Policy()), text(t, want.Policy()); got != want {
		t.Fatalf("the company is\n%.500s\nwant\n%.500s", got, want)
	}
	if co.Name() != want.Name() || co.ID() != want.ID() || co.Limits() != want.Limits() {
		t.Errorf("the company is %s %q with %v", co.ID(), co.Name(), co.Limits())
	}
	when := cmpopts.IgnoreFields(audit.RegisterRow{}, "Added", "Event", "NextReview")
	rows, wanted := slices.Collect(co.Now().Register(company.RowQuery{})), slices.Collect(want.Now().Register(company.RowQuery{}))
	if diff := cmp.Diff(wanted, rows, when); diff != "" {
		t.Errorf("register (-want +got):\n%.1000s", diff)
	}
}

// TestFoundInParts founds a company that is too large for one line of its log. It
// is the one that one event would have founded, and its parts are what that event
// would have had.
func TestFoundInParts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		longest, users int
		system         bool
	}{{short, 90, false}, {short, 90, true}, {64 << 10, 1000, false}} {
		t.Run(fmt.Sprint(tt), func(t *testing.T) {
			t.Parallel()
			log, f := limited{audit.NewMemory(), tt.longest}, largeFounding(tt.users)
			if tt.system {
				f.Document.Users = append(f.Document.Users, document.User{ID: "ann", Email: "ann@example.com", Role: "admin"})
				f.Founder = team.User{}
			}
			config, _ := ticking()
			co, err := company.Found(t.Context(), log, f, config)
			if err != nil {
				t.Fatal(err)
			}
			one := inOne(t, f)
			sameCompany(t, co, log, one)
			all := events(t, log)
			checkParts(t, all, foundingEvent(t, f))
			last := all[len(all)-1]
			if row, _ := co.Now().Row("u00001"); !row.Added.Equal(last.Time) || row.Event != last.Seq || row.AddedBy != last.Actor.String() {
				t.Errorf("a user was added at %v by event %d of %s, want the last", row.Added, row.Event, row.AddedBy)
			}
			checkMoments(t, co, all)
			if r, err := co.Do(t.Context(), company.By{Actor: company.User("ann")}, company.CreateTeam{Team: "new"}); err != nil || r.Seq != last.Seq+1 {
				t.Errorf("Do = event %d, %v", r.Seq, err)
			}
			agree(t, co, log)
		})
	}
}

// checkParts checks the events of a founding by that of the same in one.
func checkParts(t *testing.T, all []audit.Event, one audit.Event) {
	t.Helper()
	changes, err := company.ReadChanges(one)
	if err != nil {
		t.Fatal(err)
	}
	want := changes[0].(company.Founded)
	var first company.Founded
	var parts []*document.Document
	for i, e := range all {
		changes, err := company.ReadChanges(e)
		if err != nil || len(changes) != 1 || e.Actor != one.Actor || !slices.Equal(e.Targets, []string{"company"}) || e.Company != "acme" {
			t.Fatalf("event %d by %v about %q: %v", e.Seq, e.Actor, e.Targets, err)
		}
		switch c := changes[0].(type) {
		case company.Founded:
			first = c
			parts = append(parts, c.Document)
		case company.FoundedPart:
			if parts = append(parts, c.Document); c.Part != i+1 {
				t.Errorf("event %d has part %d", e.Seq, c.Part)
			}
		}
	}
	if len(all) < 3 || first.Parts != len(all) || len(parts) != len(all) || want.Parts != 0 {
		t.Fatalf("%d events with %d parts of %d", len(all), len(parts), first.Parts)
	}
	whole, err := document.Join(parts)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Document, whole, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the parts are another document (-want +got):\n%.1000s", diff)
	}
	_, data, _ := strings.Cut(string(one.Changes[0].Data), `"document":`)
	if sum := sha256.Sum256([]byte(data[:len(data)-1])); first.SHA256 != sum {
		t.Errorf("the document has the sum %x, and the founding says %v", sum, first.SHA256)
	}
	if first.Company != want.Company || first.Name != want.Name || first.Limits != want.Limits {
		t.Errorf("the first event is %v", first)
	}
}

// checkMoments looks back at each event of a founding in parts: there is no company
// before the last of them.
func checkMoments(t *testing.T, co *company.Company, all []audit.Event) {
	t.Helper()
	last := len(all) - 1
	for i, e := range all {
		_, at := co.At(t.Context(), e.Seq)
		m, asOf := co.AsOf(t.Context(), e.Time)
		if i == last {
			if at != nil || asOf != nil || m.Checkpoint().Seq != e.Seq {
				t.Errorf("the last event: %v, %v, at event %d", at, asOf, m.Checkpoint().Seq)
			}
			continue
		}
		if want := fmt.Sprintf("company: at: event %d is only a part of the founding: the company was founded later", e.Seq); at == nil || at.Error() != want {
			t.Errorf("At = %v, want %s", at, want)
		}
		if !errors.Is(at, company.ErrBeforeFounding) || !errors.Is(asOf, company.ErrBeforeFounding) {
			t.Errorf("event %d: %v and %v, want ErrBeforeFounding", e.Seq, at, asOf)
		}
	}
	n := 0
	for entry, err := range co.History(t.Context(), company.HistoryQuery{Target: access.Company(), To: all[last].Time.Add(1)}) {
		if n++; err != nil || entry.Seq != all[n-1].Seq {
			t.Fatalf("entry %d of the history is event %d, %v", n, entry.Seq, err)
		}
	}
	if n != len(all) {
		t.Errorf("the history of the company has %d events, want %d", n, len(all))
	}
}

// TestFoundInOneEvent: what fits is one event, as it is without a limit. The
// boundary is that of the document, to the byte.
func TestFoundInOneEvent(t *testing.T) {
	t.Parallel()
	f := largeFounding(40)
	want := foundingEvent(t, f)
	_, data, _ := strings.Cut(string(want.Changes[0].Data), `"document":`)
	for spare, n := range map[int]int{0: 1, 1 << 30: 1, -1: 2} {
		log := limited{audit.NewMemory(), len(data) - 1 + 8<<10 + spare}
		foundOn(t, log, f)
		got := events(t, log)
		if len(got) != n || n == 1 && !cmp.Equal(got[0], want) {
			t.Errorf("%d bytes to spare: %d events", spare, len(got))
		}
	}
}

// TestFoundTooLarge: an entry that no part has room for is named, and nothing is
// written.
func TestFoundTooLarge(t *testing.T) {
	t.Parallel()
	f, log := largeFounding(0), limited{audit.NewMemory(), 64 << 10}
	f.Document.Groups = append(f.Document.Groups, document.Group{ID: "wide", Filter: "country in ('" + strings.Repeat("x", 4000) + strings.Repeat("', '"+strings.Repeat("y", 4000), 14) + "')"})
	_, err := company.Found(t.Context(), log, f, nil)
	if !errors.Is(err, company.ErrInvalid) || errors.Is(err, company.ErrUncertain) || !strings.Contains(err.Error(), `groups[1] "wide"`) {
		t.Errorf("Found = %v, want ErrInvalid of the group", err)
	}
	if n := len(events(t, log)); n != 0 {
		t.Errorf("%d events were written", n)
	}
}

// TestFoundLongestNames: whatever else an event has, a part fits into the line.
func TestFoundLongestNames(t *testing.T) {
	t.Parallel()
	f, log := largeFounding(100), shortLog()
	f.ID, f.Name = strings.Repeat(`"`, 200), strings.Repeat(`"`, 200)
	f.Founder.ID = team.UserID(strings.Repeat(`\`, 256))
	f.Founder.Email = mustAddress(strings.Repeat("a", 64) + "@" + strings.Repeat("b", 60) + "." + strings.Repeat("c", 60) + "." + strings.Repeat("d", 50) + ".example")
	co, err := company.Found(t.Context(), log, f, nil)
	if err != nil {
		t.Fatal(err)
	}
	sameCompany(t, co, log, inOne(t, f))
}

// TestFoundFaults fails each append of a founding in each way. Until the last part
// is there, the company does not open, another founding is refused, and the same
// one goes on.
func TestFoundFaults(t *testing.T) {
	t.Parallel()
	f := largeFounding(60)
	one := inOne(t, f)
	appends := foundingOf(t, f)
	for _, mode := range audittest.Modes() {
		for fails := range appends {
			for _, delay := range []int{0, 1, 3} {
				t.Run(fmt.Sprint(mode, fails+1, " late ", delay), func(t *testing.T) {
					t.Parallel()
					foundFailing(t, f, one, mode, fails+1, delay)
				})
			}
		}
	}
}

// foundingOf returns how many events a founding has on a log with short lines.
func foundingOf(t *testing.T, f company.Founding) int {
	t.Helper()
	log := shortLog()
	if _, err := company.Found(t.Context(), log, f, nil); err != nil {
		t.Fatal(err)
	}
	return len(events(t, log))
}

func foundFailing(t *testing.T, f company.Founding, one *company.Company, mode audittest.Mode, fails, delay int) {
	memory := audit.NewMemory()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	faulty := audittest.NewFaulty(memory, audittest.Plan{Delay: delay, Append: func(call int, _ audit.Event) audittest.Mode {
		if call != fails {
			return audittest.Pass
		}
		if strings.HasPrefix(mode.String(), "Hang") {
			cancel()
		}
		return mode
	}})
	log := limited{faulty, short}
	co, err := company.Found(ctx, log, f, nil)
	if e := (*company.Error)(nil); co != nil || !errors.Is(err, company.ErrUncertain) || !errors.As(err, &e) || e.Op != "found" || e.Seq != uint64(fails) {
		t.Fatalf("Found = %v; want ErrUncertain of event %d, and no company", err, fails)
	}
	for try := 1; ; try++ {
		co, err = company.Open(t.Context(), log, nil)
		if err == nil {
			break
		}
		if !errors.Is(err, company.ErrUnfinished) && !(fails == 1 && errors.Is(err, company.ErrNotFounded)) || try > 3 {
			t.Fatalf("try %d: Open = %v", try, err)
		}
		if errors.Is(err, company.ErrUnfinished) && delay != 3 { // then it lands while they try
			refuseOthers(t, log, f)
		}
		co, err = company.Found(t.Context(), log, f, nil)
		if err == nil {
			break
		}
		if !errors.Is(err, company.ErrNotEmpty) {
			t.Fatalf("try %d: Found = %v", try, err)
		}
	}
	if err := faulty.Land(); err != nil {
		t.Fatal(err)
	}
	sameCompany(t, co, memory, one)
	if _, err := company.Found(t.Context(), log, f, nil); !errors.Is(err, company.ErrNotEmpty) {
		t.Errorf("Found again = %v, want ErrNotEmpty", err)
	}
}

// refuseOthers founds other companies on a log with the beginning of a founding.
func refuseOthers(t *testing.T, log audit.Log, f company.Founding) {
	t.Helper()
	n := len(events(t, log))
	others := map[string]func(*company.Founding){
		"name":     func(f *company.Founding) { f.Name = "Emca" },
		"id":       func(f *company.Founding) { f.ID = "emca" },
		"limits":   func(f *company.Founding) { f.Limits.Seats++ },
		"document": func(f *company.Founding) { f.Document = &document.Document{Users: f.Document.Users} },
		"entry that its parts have no room for": func(f *company.Founding) {
			d := *f.Document
			d.Groups = []document.Group{{ID: "wide", Filter: "country in ('" + strings.Repeat("x", 2100) + "', '" + strings.Repeat("y", 2100) + "')"}}
			d.Teams = nil
			f.Document = &d
		},
		"founder": func(f *company.Founding) { f.Founder.Name = "Ann" },
		"actor": func(f *company.Founding) {
			d := *f.Document
			d.Users = append([]document.User{{ID: "ann", Email: "ann@example.com", Role: "admin"}}, d.Users...)
			f.Document, f.Founder = &d, team.User{}
		},
	}
	for name, change := range others {
		other := f
		change(&other)
		if co, err := company.Found(t.Context(), log, other, nil); co != nil || !errors.Is(err, company.ErrOtherFounding) {
			t.Errorf("another %s: Found = %v, want ErrOtherFounding", name, err)
		}
	}
	if got := len(events(t, log)); got != n {
		t.Errorf("%d events were written", got-n)
	}
}

// TestFoundGoesOnElsewhere: a founding goes on with the parts that it was begun
// with, also where the lines of the log have become longer, and says where the
// clock or the log are wrong.
func TestFoundGoesOnElsewhere(t *testing.T) {
	t.Parallel()
	f := largeFounding(60)
	begun := events(t, partsOf(t, f))[:2]
	for name, tt := range map[string]struct {
		longest int
		config  company.Config
		want    error
	}{
		"longer lines": {1 << 20, company.Config{}, nil},
		"no limit":     {1 << 30, company.Config{}, nil},
		"slow clock":   {short, company.Config{Now: func() time.Time { return begun[1].Time.Add(-time.Hour) }}, company.ErrClock},
		"few seats":    {short, company.Config{Limits: company.Limits{Seats: 5}}, company.ErrSeats},
		"a checkpoint": {short, company.Config{Keeper: &kept{at: begun[1].Checkpoint()}}, nil},
		"a lost event": {short, company.Config{Keeper: &kept{at: audit.Checkpoint{Seq: 9, Hash: begun[0].Hash}}}, company.ErrDiverged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := limited{logOf(t, begun), tt.longest}
			co, err := company.Found(t.Context(), log, f, &tt.config)
			var e *company.Error
			if !errors.Is(err, tt.want) || err != nil && (!errors.As(err, &e) || e.Op != "found") {
				t.Fatalf("Found = %v, want %v", err, tt.want)
			}
			if tt.want == nil {
				sameCompany(t, co, log, inOne(t, f))
			} else if n := len(events(t, log)); n != len(begun) {
				t.Errorf("%d events, want %d", n, len(begun))
			}
		})
	}
}

// kept is a Keeper in memory.
type kept struct {
	mu sync.Mutex
	at audit.Checkpoint
}

func (k *kept) Kept(context.Context) (audit.Checkpoint, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at, nil
}

func (k *kept) Keep(_ context.Context, c audit.Checkpoint) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.at = c
	return nil
}

// partsOf returns the log of a founding with short lines.
func partsOf(t *testing.T, f company.Founding) audit.Log {
	t.Helper()
	log := shortLog()
	config, _ := ticking()
	if _, err := company.Found(t.Context(), log, f, config); err != nil {
		t.Fatal(err)
	}
	return log
}

// logOf is a log in memory with the given events.
func logOf(t *testing.T, all []audit.Event) *audit.Memory {
	t.Helper()
	log := audit.NewMemory()
	for _, e := range all {
		if err := log.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	return log
}

// TestFoundLarge founds a company from 10 MiB, on a log without a limit: in two
// events, as none has more than 8 MiB. With AMBIT_LONG set it is twice as large.
func TestFoundLarge(t *testing.T) {
	if !long && os.Getenv("CI") == "" {
		t.Skip("a document of 10 MiB takes seconds: set CI or AMBIT_LONG")
	}
	t.Parallel()
	users := 20_000
	if long {
		users = 40_000
	}
	f := largeFounding(users)
	for i := range f.Document.Users {
		f.Document.Users[i].Note = strings.Repeat("x", 450)
	}
	began := time.Now()
	log := audit.NewMemory()
	co, err := company.Found(t.Context(), log, f, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := time.Since(began)
	began = time.Now()
	again, err := company.Open(t.Context(), log, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("founded in %v, opened in %v", found, time.Since(began))
	size := 0
	for _, e := range events(t, log) {
		line, err := audit.Encode(e)
		if err != nil || len(line) > 8<<20 {
			t.Fatalf("event %d has %d bytes, %v", e.Seq, len(line), err)
		}
		size += len(line)
	}
	if n, _ := co.Policy().Directory().Holders("team-member"); n != users || again.Checkpoint() != co.Checkpoint() || size < 10<<20 {
		t.Errorf("%d users and %d bytes", n, size)
	}
}
