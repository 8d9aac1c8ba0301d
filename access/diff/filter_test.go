package diff

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// attributesOf reads attributes written as "name type, name type".
func attributesOf(text string) map[string]string {
	all := map[string]string{}
	for attribute := range strings.SplitSeq(text, ", ") {
		if key, typ, ok := strings.Cut(attribute, " "); ok {
			all[key] = typ
		}
	}
	return all
}

// withFilter returns a policy with one data group.
func withFilter(t testing.TB, attributes, filter string) *access.Policy {
	t.Helper()
	return compile(t, &document.Document{Attributes: attributesOf(attributes), Groups: []document.Group{{ID: "g", Filter: filter}}})
}

func TestFilterChanges(t *testing.T) {
	const both = "country string, labels labels"
	long := strings.Repeat("é", 100)
	tests := []struct {
		want           string // the effect, and what the text says after "data group g: "
		oldAttributes  string
		old            string
		nextAttributes string
		next           string
	}{
		{"", both, "country = 'US'", both, "country = 'US'"},
		{"", both, "country   = \"US\"", both, "country = 'US'"},
		{"", both, "country = 'US'", "country string, spend number", "country = 'US'"},

		{`same: means the same as before`, both, "country = 'US'", both, "country in ('US')"},
		{`same: means the same as before`, both, "country = 'US' and country = 'CA'", both, "nothing"},
		{`narrows: can only narrow: no longer an account with country "CA"`, both, "country in ('US', 'CA')", both, "country = 'US'"},
		{`narrows: can only narrow: no longer an account with country "x"`, both, "everything", both, "country = 'US'"},
		{`narrows: can only narrow: no longer an account`, both, "everything", both, "nothing"},
		{`widens: can only widen: now also an account with country "CA"`, both, "country = 'US'", both, "country in ('US', 'CA')"},
		{`widens: can only widen: now also an account without country`, both, "country present", both, "everything"},
		{`differs: can narrow and widen: no longer an account with country "US", now also an account with country "CA"`, both, "country = 'US'", both, "country = 'CA'"},
		{`differs: can narrow and widen: no longer an account with country "US" without labels, now also an account with labels ("a") without country`,
			both, "country = 'US' and labels missing", both, "labels has 'a' and country missing"},

		// Attributes that one of the two does not declare, or declares otherwise.
		{`narrows: can only narrow: no longer an account with zone "x"`, both, "everything", "zone string", "zone = 'a'"},
		{`widens: can only widen: now also an account with country "x"`, both, "country = 'US'", "", "everything"},
		{`differs: can narrow and widen: no longer an account with country "US" and zone "x", now also an account with country "x" and zone "a"`,
			"country string", "country = 'US'", "zone string", "zone = 'a'"},
		{`unknown: cannot be compared with what it was`, "country string", "country present", "country labels", "country present"},
		{`unknown: cannot be compared with what it was`, "country string", "country = 'US'", "country number", "id = 'a'"},
		{`same: means the same as before`, "country string", "id = 'a'", "country number", "id in ('a')"},
		{`unknown: cannot be compared with what it was`, "zone string", "zone = 'a'", "Zone string", "Zone = 'a'"},
		{`narrows: can only narrow: no longer an account with Zone "x"`, "zone string", "everything", "Zone string", "Zone = 'a'"},

		// What is not known whole.
		{`unknown: can widen, and perhaps narrow: now also an account with country "b"`,
			both, "country prefix '" + strings.Repeat("a", 4096) + "'", both, "country = 'b'"},
		{`unknown: can narrow, and perhaps widen: no longer an account with country "b"`,
			both, "country = 'b'", both, "country prefix '" + strings.Repeat("a", 4096) + "'"},

		// Hostile values stay on one line of limited length.
		{`narrows: can only narrow: no longer an account with country "\n\u202e"`, both, "country = '\n\u202e'", both, "nothing"},
		{`narrows: can only narrow: no longer an account with country "` + long[:64] + `"…`, both, "country = '" + long + "'", both, "nothing"},
		{`narrows: can only narrow: no longer an account with country "a` + long[:62] + `"…`, both, "country = 'a" + long + "'", both, "nothing"},
		{`narrows: can only narrow: no longer an account with labels ("1", "2", "3", "4", "5", 2 more)`, both, "labels has all ('1', '2', '3', '4', '5', '6', '7')", both, "nothing"},
	}
	for _, test := range tests {
		var got string
		for c := range FilterChanges(withFilter(t, test.oldAttributes, test.old), withFilter(t, test.nextAttributes, test.next)) {
			got += c.Effect.String() + ": " + strings.TrimPrefix(c.String(), "data group g: ")
		}
		if got != test.want {
			t.Errorf("%.80s becomes %.80s:\ngot  %s\nwant %s", test.old, test.next, got, test.want)
		}
	}
	if got := FilterEffect(9).String(); got != "invalid" {
		t.Errorf("an effect that is none is %s", got)
	}
}

// The groups come by their ids; new ones, deleted ones and renamed ones do not.
func TestFilterChangesOrder(t *testing.T) {
	groups := func(filters ...string) *access.Policy {
		d := &document.Document{}
		for _, f := range filters {
			id, filter, _ := strings.Cut(f, ": ")
			d.Groups = append(d.Groups, document.Group{ID: id, Name: fmt.Sprint(filters), Filter: filter})
		}
		return compile(t, d)
	}
	old := groups("old: everything", "c d: everything", "b: nothing", "same: everything", "a: everything")
	next := groups("same: everything", "a: id = 'a'", "c d: nothing", "b: everything", "new: everything")
	var got []string
	for c := range FilterChanges(old, next) {
		got = append(got, string(c.Group)+" "+c.Effect.String())
	}
	if want := []string{"a narrows", "b widens", "c d narrows"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for c := range FilterChanges(old, next) {
		if got := c.String(); !strings.HasPrefix(got, "data group a: ") {
			t.Errorf("the first is %q", got)
		}
		break
	}
	for range FilterChanges(nil, next) {
		t.Error("a change from no policy")
	}
	for range FilterChanges(next, nil) {
		t.Error("a change to no policy")
	}
}

// TestFilterChangesAgreeWithAccounts: what an effect excludes happens to no
// account of either policy, and the opposite comparison says the opposite.
func TestFilterChangesAgreeWithAccounts(t *testing.T) {
	t.Parallel()
	opposite := map[FilterEffect]FilterEffect{Same: Same, Narrows: Widens, Widens: Narrows, Differs: Differs}
	hit := map[FilterEffect]int{}
	property := func(rt *rapid.T) {
		d := worldGen{rt}
		old, next := compile(t, d.document()), compile(t, d.document())
		back := map[datagroup.ID]FilterEffect{}
		for c := range FilterChanges(next, old) {
			back[c.Group] = c.Effect
		}
		for c := range FilterChanges(old, next) {
			hit[c.Effect]++
			gained, lost := c.Effect == Widens || c.Effect == Differs, c.Effect == Narrows || c.Effect == Differs
			if back[c.Group] != opposite[c.Effect] || gained != (c.Gained.ID() != "") || lost != (c.Lost.ID() != "") {
				rt.Fatalf("%v becomes %v: %v, and back %v", c.Old, c.Next, c, back[c.Group])
			}
			for _, p := range []*access.Policy{old, next} {
				for a := range p.Directory().Accounts() {
					before, after := c.Old.Match(a) == datagroup.True, c.Next.Match(a) == datagroup.True
					if before && !after && !lost || after && !before && !gained {
						rt.Fatalf("%v becomes %v: %v, and account %s was matched: %v, and is: %v", c.Old, c.Next, c, a.ID(), before, after)
					}
				}
			}
		}
	}
	for range 20 {
		if rapid.Check(t, property); t.Failed() || hit[Narrows] > 0 && hit[Widens] > 0 && hit[Differs] > 0 {
			break
		}
	}
	if hit[Narrows] == 0 || hit[Widens] == 0 || hit[Differs] == 0 || hit[Unknown] > 0 {
		t.Errorf("the effects are %v", hit)
	}
}
