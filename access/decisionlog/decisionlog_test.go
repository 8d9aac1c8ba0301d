package decisionlog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/decisionlog"
)

// logged returns what an observer with the given options logs of decisions, a
// line for each, without the time. Records below least are not wanted.
func logged(o *decisionlog.Options, least slog.Level, decisions ...access.Decision) []string {
	var b bytes.Buffer
	handler := slog.NewTextHandler(&b, &slog.HandlerOptions{Level: least, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})
	observe := decisionlog.New(slog.New(handler), o)
	for _, d := range decisions {
		observe(context.Background(), d)
	}
	return slices.Collect(strings.Lines(b.String()))
}

// asked returns an allowance by a team, a denial, and an allowance by a grant.
func asked() (byTeam, denied, byGrant access.Decision) {
	p := access.MustLoad(`{
	  "attributes": {"country": "string"},
	  "accounts": [{"id": "us-1", "source": "google", "country": "US"}, {"id": "de-1", "source": "google", "country": "DE"}],
	  "groups": [{"id": "us", "filter": "country = 'US'"}],
	  "teams": [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
	  "users": [{"id": "ann", "email": "ann@example.com", "role": "team-member"}],
	  "reports": [{"id": "q1", "grants": [{"user": "ann", "level": "editor"}]}]
	}`)
	ann := access.Session("ann", "americas")
	return p.Decide(ann, access.ViewAccount, access.Account("us-1")),
		p.Decide(ann, access.ViewAccount, access.Account("de-1")),
		p.Decide(access.User("ann"), access.EditReport, access.Report("q1"))
}

func TestRecords(t *testing.T) {
	byTeam, denied, byGrant := asked()
	got := logged(nil, slog.LevelDebug, byTeam, denied, byGrant, access.Decision{})
	want := []string{
		`level=DEBUG msg=decision allowed=true reason=team step="" subject="ann in team americas" action=account.view resource=account:us-1 role=team-member team=americas group=us report_level=none`,
		`level=INFO msg=decision allowed=false reason=out-of-reach step=reach subject="ann in team americas" action=account.view resource=account:de-1 role=team-member team="" group="" report_level=none`,
		`level=DEBUG msg=decision allowed=true reason=grant step="" subject=ann action=report.edit resource=report:q1 role="" team="" group="" report_level=editor`,
		`level=INFO msg=decision allowed=false reason="" step="" subject=nobody action="" resource=nothing role="" team="" group="" report_level=none`,
	}
	for i := range max(len(got), len(want)) {
		g, w := "", ""
		if i < len(got) {
			g = strings.TrimSuffix(got[i], "\n")
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Errorf("record %d:\n got %s\nwant %s", i+1, g, w)
		}
	}
}

func TestOptions(t *testing.T) {
	allow, deny, _ := asked()
	tests := []struct {
		want    string // a for an allowance logged, d for a denial
		name    string
		options *decisionlog.Options
		least   slog.Level
		asked   string
	}{
		{"adad", "nil logs all", nil, slog.LevelDebug, "adad"},
		{"adad", "zero logs all", &decisionlog.Options{}, slog.LevelDebug, "adad"},
		{"aaa", "every one", &decisionlog.Options{Every: 1}, slog.LevelDebug, "aaa"},
		{"aaa", "one in three, beginning with the first", &decisionlog.Options{Every: 3}, slog.LevelDebug, "aaaaaaa"},
		{"addad", "denials are not sampled", &decisionlog.Options{Every: 3}, slog.LevelDebug, "addaaad"},
		{"ad", "denials do not count", &decisionlog.Options{Every: 2}, slog.LevelDebug, "ada"},
		{"", "one in very many, after the first", &decisionlog.Options{Every: 1<<64 - 1, DenialsOnly: true}, slog.LevelDebug, "aaaa"},
		{"a", "one in very many", &decisionlog.Options{Every: 1<<64 - 1}, slog.LevelDebug, "aaaa"},
		{"dd", "denials only", &decisionlog.Options{DenialsOnly: true}, slog.LevelDebug, "adaadaa"},
		{"dd", "denials only, sampled in vain", &decisionlog.Options{DenialsOnly: true, Every: 2}, slog.LevelDebug, "adaadaa"},
		{"d", "allowances are for debugging", nil, slog.LevelInfo, "ada"},
		{"", "denials are information", nil, slog.LevelWarn, "ada"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var decisions []access.Decision
			for _, c := range test.asked {
				decisions = append(decisions, map[rune]access.Decision{'a': allow, 'd': deny}[c])
			}
			got := ""
			for _, line := range logged(test.options, test.least, decisions...) {
				got += map[bool]string{true: "a", false: "d"}[strings.Contains(line, "allowed=true")]
			}
			if got != test.want {
				t.Errorf("of %s it logs %q, want %q", test.asked, got, test.want)
			}
		})
	}
}

// TestOptionsAreReadOnce checks that changing the options afterwards changes
// nothing.
func TestOptionsAreReadOnce(t *testing.T) {
	allow, _, _ := asked()
	var count counter
	o := &decisionlog.Options{DenialsOnly: true}
	observe := decisionlog.New(slog.New(&count), o)
	o.DenialsOnly = false
	observe(context.Background(), allow)
	if got := count.records; got != 0 {
		t.Errorf("%d allowances are logged, want none", got)
	}
}

// counter is a handler that counts records.
type counter struct {
	slog.Handler
	mu      sync.Mutex
	records int
}

func (c *counter) Enabled(context.Context, slog.Level) bool { return true }

func (c *counter) Handle(context.Context, slog.Record) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.records++
	return nil
}

// TestInParallel checks that sampling is exact, however many ask at once.
func TestInParallel(t *testing.T) {
	t.Parallel()
	const goroutines, each, every = 8, 500, 10
	allow, deny, _ := asked()
	var count counter
	observe := decisionlog.New(slog.New(&count), &decisionlog.Options{Every: every})
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for i := range each {
				observe(context.Background(), allow)
				if i%100 == 0 {
					observe(context.Background(), deny)
				}
			}
		})
	}
	wg.Wait()
	if want := goroutines*each/every + goroutines*each/100; count.records != want {
		t.Errorf("%d records, want %d", count.records, want)
	}
}

// TestUnloggedDecisionsAreFree checks that a decision that is not logged costs
// no memory.
func TestUnloggedDecisionsAreFree(t *testing.T) {
	allow, deny, _ := asked()
	quiet := slog.New(slog.NewTextHandler(new(bytes.Buffer), &slog.HandlerOptions{Level: slog.LevelError}))
	for name, observe := range map[string]func(context.Context, access.Decision){
		"denials only": decisionlog.New(quiet, &decisionlog.Options{DenialsOnly: true}),
		"not enabled":  decisionlog.New(quiet, nil),
	} {
		if n := testing.AllocsPerRun(100, func() { observe(context.Background(), allow); observe(context.Background(), deny) }); n > 0 {
			t.Errorf("%s: %v allocations, want none", name, n)
		}
	}
}

func TestReasons(t *testing.T) {
	p := access.MustLoad(`{
	  "accounts": [{"id": "us-1", "source": "google"}],
	  "users": [{"id": "uma", "email": "uma@example.com", "role": "admin"}]
	}`)
	allow := p.Decide(access.User("uma"), "account.view", access.Account("us-1"))
	deny := p.Decide(access.User("uma"), "account.view", access.Account("zz"))
	for _, tt := range []struct {
		name  string
		opts  *decisionlog.Options
		level slog.Level
		want  string // of three allowances, a denial, and another allowance
	}{
		{"all", nil, slog.LevelDebug, "role role role unknown-resource role"},
		{"denials", &decisionlog.Options{DenialsOnly: true}, slog.LevelDebug, "unknown-resource"},
		{"every second", &decisionlog.Options{Every: 2}, slog.LevelDebug, "role role unknown-resource"},
		{"by level", nil, slog.LevelInfo, "unknown-resource"},
		{"nothing", nil, slog.LevelError, ""},
	} {
		var out bytes.Buffer
		observe := decisionlog.New(slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: tt.level})), tt.opts)
		for _, d := range []access.Decision{allow, allow, allow, deny, allow} {
			observe(context.Background(), d)
		}
		var got []string
		for line := range strings.Lines(out.String()) {
			var entry struct{ Reason, Subject, Resource string }
			if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Subject != "uma" || !strings.HasPrefix(entry.Resource, "account:") {
				t.Errorf("%s: logged %s, %v", tt.name, line, err)
			}
			got = append(got, entry.Reason)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: logged %q, want %q", tt.name, got, tt.want)
		}
	}
}
