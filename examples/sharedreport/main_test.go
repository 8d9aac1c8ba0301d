package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/team"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden file")

func TestGolden(t *testing.T) {
	const path = "testdata/output.golden"
	var got bytes.Buffer
	if err := run(&got); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("not as in %s (-update rewrites it):\n%s", path, diff)
	}
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestUnwritableOutput(t *testing.T) {
	if err := run(full{}); !errors.Is(err, errFull) {
		t.Errorf("run = %v, want %v", err, errFull)
	}
}

// must unwraps the policy of a change that cannot fail.
func must(t *testing.T) func(*access.Policy, error) *access.Policy {
	return func(p *access.Policy, err error) *access.Policy {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
}

func TestOpen(t *testing.T) {
	policy := access.MustLoad(company).At(today)
	linked := must(t)(makeLink(policy, "l1", "xan", "q3"))
	away := must(t)(leave(linked, "xan", "a"))
	suspended := must(t)(suspend(linked, "xan", "xan@example.com"))
	narrow := must(t)(leave(linked, "zoe", "b"))
	ended := today.AddDate(0, 0, linkDays)
	link := access.ViaLink("l1")
	other := report{"q4", q3.rows}
	tests := []struct {
		want   string // accounts in the order of the rows, or the reason of the denial
		name   string
		policy *access.Policy
		reader access.Subject
		report report
	}{
		{"shop-1 shop-1 shop-2 shop-3 shop-5 app-5", "team a", policy, access.User("xan"), q3},
		{"shop-4 shop-5 app-5 shop-6", "team b", policy, access.User("yve"), q3},
		{"shop-1 shop-1 shop-2 shop-3 shop-4 shop-5 app-5 shop-6", "both teams, group 5 once", policy, access.User("zoe"), q3},
		{"shop-4 shop-5 app-5 shop-6", "both teams, acting within b", policy, access.Session("zoe", "b"), q3},
		{"shop-1 shop-1 shop-2 shop-3 shop-5 app-5", "both teams, then a alone", narrow, access.User("zoe"), q3},
		{"shop-1 shop-1 shop-2 shop-3 shop-4 shop-5 app-5 shop-6", "all data, but no row without account", policy, access.User("ada"), q3},
		{"no-level", "no grant", policy, access.User("wim"), q3},
		{"not-a-member", "within a team of others", policy, access.Session("xan", "b"), q3},
		{"unknown-user", "a stranger", policy, access.User("vic"), q3},
		{"no-subject", "nobody", policy, access.Subject{}, q3},
		{"unknown-resource", "another report", policy, access.User("xan"), other},
		{"shop-1 shop-1 shop-2 shop-3 shop-5 app-5", "the link", linked, link, q3},
		{"link-scope", "the link for another report", linked, link, other},
		{"unknown-link", "the link before it is made", policy, link, q3},
		{"link-paused", "its maker has left the team", away, link, q3},
		{"link-paused", "its maker is suspended", suspended, link, q3},
		{"shop-1 shop-1 shop-2 shop-3 shop-5 app-5", "its maker is back", must(t)(reinstate(suspended)), link, q3},
		{"link-expired", "the link at its end", linked.At(ended), link, q3},
		{"shop-1 shop-1 shop-2 shop-3 shop-5 app-5", "the link just before its end", linked.At(ended.Add(-1)), link, q3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rows, err := open(test.policy, test.reader, test.report)
			var accounts []string
			for _, row := range rows {
				accounts = append(accounts, string(row.account))
			}
			got := strings.Join(accounts, " ")
			if denied := (*access.DeniedError)(nil); errors.As(err, &denied) {
				got += string(denied.Decision.Reason)
			}
			if got != test.want {
				t.Errorf("got %q (%v), want %q", got, err, test.want)
			}
		})
	}
}

// reinstate returns the policy with xan active again.
func reinstate(p *access.Policy) (*access.Policy, error) {
	address, err := team.ParseAddress("xan@example.com")
	if err != nil {
		return nil, err
	}
	edit := p.Edit()
	edit.SetUser(document.UserOf(team.User{ID: "xan", Email: address, Role: "team-member"}))
	return edit.Policy()
}

func TestRefusedChanges(t *testing.T) {
	policy := access.MustLoad(company).At(today)
	denied := func(p *access.Policy, err error) bool { return p == nil && errors.Is(err, access.ErrDenied) }
	if p, err := makeLink(policy, "l1", "wim", "q3"); !denied(p, err) {
		t.Errorf("a link by a user without the report: %v, want it denied", err)
	}
	if p, err := leave(policy, "wim", "a"); p != nil || !errors.Is(err, access.ErrUnknown) {
		t.Errorf("leaving a team of others: %v, want %v", err, access.ErrUnknown)
	}
	if p, err := suspend(policy, "xan", "Xan"); p != nil || !errors.Is(err, team.ErrAddress) {
		t.Errorf("a malformed address: %v, want %v", err, team.ErrAddress)
	}
}
