package invite_test

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/invite"
)

// sentinels are the errors a table may name.
var sentinels = map[string]error{
	"ErrNone": invite.ErrNone, "ErrPending": invite.ErrPending, "ErrExpired": invite.ErrExpired,
	"ErrAccepted": invite.ErrAccepted, "ErrDeclined": invite.ErrDeclined, "ErrRevoked": invite.ErrRevoked,
}

// every returns the values that have a name, by name.
func every[T interface {
	~uint8
	String() string
}]() map[string]T {
	named := make(map[string]T)
	for i := range 256 {
		if s := T(i).String(); !strings.Contains(s, "(") {
			named[s] = T(i)
		}
	}
	return named
}

// stateTable returns the lines of the table of the package documentation, in
// words.
func stateTable(t *testing.T) [][]string {
	t.Helper()
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(doc), "\n// # States\n")
	section, _, _ = strings.Cut(section, "\n// # ")
	var table [][]string
	for line := range strings.Lines(section) {
		if line, ok := strings.CutPrefix(line, "//\t"); ok {
			table = append(table, strings.Fields(line))
		}
	}
	return table
}

// TestNext compares every cell of the documented table with Next.
func TestNext(t *testing.T) {
	states, commands := every[invite.State](), every[invite.Command]()
	table := stateTable(t)
	if got, want := slices.Sorted(slices.Values(table[0])), slices.Sorted(maps.Keys(commands)); !slices.Equal(got, want) {
		t.Fatalf("the table has the commands %v, want %v", got, want)
	}
	cells, used := 0, make(map[string]bool)
	for _, row := range table[1:] {
		from, ok := states[row[0]]
		if !ok || used[row[0]] || len(row) != 1+len(table[0]) {
			t.Fatalf("the row %v is not about one more state", row)
		}
		used[row[0]] = true
		for i, cell := range row[1:] {
			cells++
			c := commands[table[0][i]]
			got, err := from.Next(c)
			if want, isError := sentinels[cell]; isError {
				used[cell] = true
				if got != from || !errors.Is(err, want) || !strings.HasPrefix(err.Error(), "invite: cannot "+c.String()+": ") {
					t.Errorf("%v, %v: %v, %v, want %s", from, c, got, err, cell)
				}
				continue
			}
			if want, isState := states[cell]; !isState || err != nil || got != want {
				t.Errorf("%v, %v: %v, %v, want %s", from, c, got, err, cell)
			}
		}
	}
	if len(states) != 6 || len(commands) != 7 || cells != 42 || len(used) != 12 {
		t.Errorf("%d states, %d commands, %d cells, with the states and errors %v; want 6, 7, 42, and all", len(states), len(commands), cells, used)
	}
}

// TestNextOfNothing gives commands and states that there are not.
func TestNextOfNothing(t *testing.T) {
	for s := range 256 {
		for c := range 256 {
			if s <= int(invite.Revoked) && c >= int(invite.Send) && c <= int(invite.Redeliver) {
				continue
			}
			if next, err := invite.State(s).Next(invite.Command(c)); next != invite.State(s) || !errors.Is(err, invite.ErrNone) {
				t.Fatalf("%v, %v: %v, %v", invite.State(s), invite.Command(c), next, err)
			}
		}
	}
	if got := invite.State(6).String() + " " + invite.Command(0).String() + " " + invite.Command(8).String(); got != "State(6) Command(0) Command(8)" {
		t.Error(got)
	}
}

func TestAt(t *testing.T) {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		want, name string
		state      invite.State
		expires    time.Time
		at         time.Time
	}{
		{"pending", "a nanosecond before", invite.Pending, noon, noon.Add(-1)},
		{"expired", "at its time", invite.Pending, noon, noon},
		{"expired", "at its time, elsewhere", invite.Pending, noon.In(time.FixedZone("", 7200)), noon},
		{"expired", "later", invite.Pending, noon, noon.AddDate(1, 0, 0)},
		{"expired", "at no time", invite.Pending, noon, time.Time{}},
		{"pending", "without a time", invite.Pending, time.Time{}, noon.AddDate(1000, 0, 0)},
		{"accepted", "accepted", invite.Accepted, noon, noon.Add(1)},
		{"declined", "declined", invite.Declined, noon, noon.Add(1)},
		{"revoked", "revoked", invite.Revoked, noon, noon.Add(1)},
		{"none", "none", invite.None, noon, noon.Add(1)},
	} {
		if got := (invite.Invitation{State: tt.state, Expires: tt.expires}).StateAt(tt.at); got.String() != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
	}
}

func TestClaim(t *testing.T) {
	i := invite.Invitation{ID: "i-1", Generation: 3, Terms: invite.Terms{Address: address(t, "ann@example.com")}}
	want := invite.Claim{Purpose: "invitation", Company: "acme", ID: "i-1", Generation: 3, Address: address(t, "ann@example.com")}
	if got := i.Claim("acme"); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestSponsor(t *testing.T) {
	for _, tt := range []struct {
		want    string
		sponsor invite.Sponsor
	}{
		{"nobody", invite.Sponsor{}},
		{`"nobody"`, invite.Sponsor{User: "nobody"}},
		{"ann", invite.Sponsor{User: "ann"}},
		{"system scim", invite.Sponsor{System: "scim"}},
	} {
		if got := tt.sponsor.String(); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.sponsor, got, tt.want)
		}
	}
}
