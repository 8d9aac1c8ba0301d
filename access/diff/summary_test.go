package diff

import (
	"context"
	"math"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access"
)

// TestSummaryLaw: with enough steps a summary has what the gains and losses have,
// counted by hand; with fewer its figures are no larger, and it says so.
func TestSummaryLaw(t *testing.T) {
	hits := map[string]int{}
	wanted := []string{"user", "link", "account", "cut", "cut in the gains", "whole", "rights left out"}
	for round := 0; round == 0 || !testing.Short() && round < 50 && slices.ContainsFunc(wanted, func(w string) bool { return hits[w] == 0 }); round++ {
		rapid.Check(t, func(rt *rapid.T) {
			g := worldGen{rt}
			d := Compare(compile(t, g.document()), compile(t, g.document()))
			whole := d.Summary(t.Context(), Limits{Steps: math.MaxInt, Rights: math.MaxInt})
			want := Summary{naiveTotal(d.Gains()), naiveTotal(d.Losses())}
			if !reflect.DeepEqual(whole, want) {
				rt.Fatalf("the summary is\n%+v, want\n%+v", whole, want)
			}
			limits := Limits{Steps: rapid.IntRange(-1, 60).Draw(rt, "steps"), Rights: rapid.IntRange(-1, 3).Draw(rt, "rights")}
			if limits.Steps == 0 {
				limits.Steps = 1
			}
			cut := d.Summary(t.Context(), limits)
			if !reflect.DeepEqual(cut, d.Summary(t.Context(), limits)) {
				rt.Fatalf("with %+v a summary is not the same twice", limits)
			}
			comparePart(rt, hits, limits, cut.Gains, want.Gains)
			comparePart(rt, hits, limits, cut.Losses, want.Losses)
			hits["user"] += want.Gains.Users
			hits["link"] += want.Gains.Links
			hits["account"] += want.Gains.Accounts
			if cut.Gains.More {
				hits["cut in the gains"]++
			}
		})
	}
	for _, w := range wanted {
		if hits[w] == 0 && !testing.Short() {
			t.Errorf("never taken: %s", w)
		}
	}
}

// comparePart compares a total that may be cut short with the true one.
func comparePart(rt *rapid.T, hits map[string]int, limits Limits, got, want Total) {
	rt.Helper()
	most := limits.Rights
	if most == 0 {
		most = maxLines
	}
	if got.More {
		hits["cut"]++
	} else {
		hits["whole"]++
	}
	if len(got.Rights) < got.Count {
		hits["rights left out"]++
	}
	same := got.Users == want.Users && got.Links == want.Links && got.Accounts == want.Accounts && got.Count == want.Count
	more := got.Users > want.Users || got.Links > want.Links || got.Accounts > want.Accounts || got.Count > want.Count
	if more || !same && !got.More {
		rt.Fatalf("with %+v the total is %v, want %v", limits, got, want)
	}
	if n := max(0, min(most, got.Count)); len(got.Rights) != n || n > 0 && !reflect.DeepEqual(got.Rights, want.Rights[:n]) {
		rt.Fatalf("with %+v it lists\n%s\nwant the first of\n%s", limits, texts(got.Rights), texts(want.Rights))
	}
}

// naiveTotal counts rights with sets.
func naiveTotal(rights func(func(Right) bool)) (t Total) {
	users, links, accounts := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for r := range rights {
		if l := string(r.Subject.Link()); l != "" {
			links[l] = true
		} else {
			users[string(r.Subject.User())] = true
		}
		for _, of := range r.Resources {
			if of.Kind() == access.KindAccount && (r.Kind == AccountReach || r.Kind == RoleActions) {
				accounts[string(of.Account())] = true
			}
		}
		t.Rights = append(t.Rights, r)
	}
	t.Users, t.Links, t.Accounts, t.Count = len(users), len(links), len(accounts), len(t.Rights)
	return t
}

// TestSummaryContext: a context that has ended ends the search.
func TestSummaryContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := Compare(nil, compile(t, oddDocument()))
	if s := d.Summary(ctx, Limits{}); !s.Gains.More || !s.Losses.More || s.Gains.Count != 0 {
		t.Errorf("after the end of the context the summary is %+v", s)
	}
	if s := d.Summary(t.Context(), Limits{}); s.Gains.More || s.Losses.More || s.Gains.Users != 6 || s.Gains.Links != 3 || s.Losses.Count != 0 {
		t.Errorf("the summary is %v and %v", s.Gains, s.Losses)
	}
	if s := new(Diff).Summary(t.Context(), Limits{}); !reflect.DeepEqual(s, Summary{}) {
		t.Errorf("the summary of the zero Diff is %+v", s)
	}
}

func TestTotalText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		want string
		t    Total
	}{
		{"nobody", Total{}},
		{"more than could be looked at", Total{More: true}},
		{"1 user", Total{Users: 1}},
		{"120 users, 14 accounts", Total{Users: 120, Accounts: 14}},
		{"more than 120 users, 1 account", Total{Users: 120, Accounts: 1, More: true}},
		{"2 users and 1 share link", Total{Users: 2, Links: 1}},
		{"more than 3 share links", Total{Links: 3, More: true}},
	} {
		if got := tt.t.String(); got != tt.want {
			t.Errorf("%+v is %q, want %q", tt.t, got, tt.want)
		}
	}
}
