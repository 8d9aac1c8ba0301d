package invite_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// TestNormal changes one thing in good terms.
func TestNormal(t *testing.T) {
	day := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	text := strings.Repeat
	for _, tt := range []struct {
		want, name string
		change     func(t *invite.Terms)
	}{
		{"ok", "as they are", func(t *invite.Terms) {}},
		{"ok", "no name", func(t *invite.Terms) { t.Name = "" }},
		{"ok", "longest name", func(t *invite.Terms) { t.Name = text("é", 64) }},
		{"ok", "no role", func(t *invite.Terms) { t.Role = "" }},
		{"ok", "no teams", func(t *invite.Terms) { t.Teams = nil }},
		{"ok", "teams in any order", func(t *invite.Terms) { t.Teams = []team.ID{"b", "a", "A"} }},
		{"ok", "most teams", func(t *invite.Terms) { t.Teams = teams(1000) }},
		{"ok", "a day", func(t *invite.Terms) { t.Days = 1 }},
		{"ok", "most days", func(t *invite.Terms) { t.Days, t.ReviewDays = 3660, 3660 }},
		{"ok", "until", func(t *invite.Terms) { t.Until = day }},
		{"ok", "until, elsewhere", func(t *invite.Terms) { t.Until = day.In(time.FixedZone("", 3600)) }},
		{"ok", "until the zero time elsewhere", func(t *invite.Terms) { t.Until = time.Time{}.In(time.FixedZone("", 3600)) }},
		{"ok", "until and a review", func(t *invite.Terms) { t.Until, t.ReviewDays = day, 30 }},
		{"ok", "longest provider", func(t *invite.Terms) { t.Provider = text("p", 256) }},
		{"ok", "note with line breaks of two characters", func(t *invite.Terms) { t.Note = "a\r\nb\r\n" }},
		{"ok", "longest note, on lines", func(t *invite.Terms) { t.Note = text("no\n", 333) + "n" }},

		{"no address", "no address", func(t *invite.Terms) { t.Address = invite.Address{} }},
		{"the name", "name too long", func(t *invite.Terms) { t.Name = text("n", 129) }},
		{"the name", "name on two lines", func(t *invite.Terms) { t.Name = "Ann\nLee" }},
		{"the name", "name with a carriage return", func(t *invite.Terms) { t.Name = "Ann\rLee" }},
		{"the name", "name with a NUL", func(t *invite.Terms) { t.Name = "Ann\x00" }},
		{"the name", "name with a delete", func(t *invite.Terms) { t.Name = "Ann\x7f" }},
		{"the name", "name with a C1 control", func(t *invite.Terms) { t.Name = "Ann\u0085" }},
		{"the name", "name that turns its direction", func(t *invite.Terms) { t.Name = "Ann \u202egpj.exe" }},
		{"the name", "name with a paragraph separator", func(t *invite.Terms) { t.Name = "Ann\u2029" }},
		{"the name", "name with a zero-width joiner", func(t *invite.Terms) { t.Name = "An\u200dn" }},
		{"the name", "name that begins with a space", func(t *invite.Terms) { t.Name = " Ann" }},
		{"the name", "name of only a space", func(t *invite.Terms) { t.Name = " " }},
		{"the provider", "provider that ends in a space", func(t *invite.Terms) { t.Provider = "google " }},
		{"the note", "note of only line breaks", func(t *invite.Terms) { t.Note = "\n\n" }},
		{"the note", "note with a byte order mark", func(t *invite.Terms) { t.Note = "\ufeffHi" }},
		{"the name", "name not in UTF-8", func(t *invite.Terms) { t.Name = "Ren\xe9" }},
		{"the provider", "provider too long", func(t *invite.Terms) { t.Provider = text("p", 257) }},
		{"the provider", "provider on two lines", func(t *invite.Terms) { t.Provider = "a\nb" }},
		{"the note", "note too long", func(t *invite.Terms) { t.Note = text("n", 1001) }},
		{"the note", "note with a carriage return", func(t *invite.Terms) { t.Note = "a\rb" }},
		{"the note", "note that turns its direction", func(t *invite.Terms) { t.Note = "a\u2066b" }},
		{"the note", "note with a tab", func(t *invite.Terms) { t.Note = "a\tb" }},
		{"the note", "note with a line separator", func(t *invite.Terms) { t.Note = "a\u2028b" }},
		{"the note", "note not in UTF-8", func(t *invite.Terms) { t.Note = "\xff" }},
		{"more than 1000 teams", "too many teams", func(t *invite.Terms) { t.Teams = teams(1001) }},
		{"\"a\" is there twice", "a team twice", func(t *invite.Terms) { t.Teams = []team.ID{"a", "b", "a"} }},
		{"days are between", "days below 0", func(t *invite.Terms) { t.Days = -1 }},
		{"days are between", "too many days", func(t *invite.Terms) { t.Days = 3661 }},
		{"days are between", "days that would overflow", func(t *invite.Terms) { t.Days = math.MaxInt }},
		{"days are between", "review below 0", func(t *invite.Terms) { t.ReviewDays = -1 }},
		{"days are between", "review too late", func(t *invite.Terms) { t.ReviewDays = 3661 }},
		{"both a number", "two ends", func(t *invite.Terms) { t.Days, t.Until = 1, day }},
		{"not between 1 and 9999", "end before the year 1", func(t *invite.Terms) { t.Until = day.AddDate(-2100, 0, 0) }},
		{"not between 1 and 9999", "end beyond the year 9999", func(t *invite.Terms) { t.Until = day.AddDate(8000, 0, 0) }},
		{"not between 1 and 9999", "end beyond the year 9999 in UTC", func(t *invite.Terms) {
			t.Until = time.Date(9999, 12, 31, 23, 30, 0, 0, time.FixedZone("", -3600))
		}},
	} {
		terms := invite.Terms{Address: address(t, "Ann@Example.com"), Name: "Ann", Role: "member", Teams: []team.ID{"emea", "americas"}, Provider: "google", Note: "Hi"}
		tt.change(&terms)
		given := slices.Clone(terms.Teams)
		got, err := terms.Normal()
		if !slices.Equal(terms.Teams, given) {
			t.Errorf("%s: the teams given were changed to %v", tt.name, terms.Teams)
		}
		if tt.want != "ok" {
			if !errors.Is(err, invite.ErrTerms) || !strings.Contains(err.Error(), tt.want) || !reflect.ValueOf(got).IsZero() || len(err.Error()) > 200 {
				t.Errorf("%s: %+v, %v, want none and %q", tt.name, got, err, tt.want)
			}
			continue
		}
		if err != nil || !slices.IsSorted(got.Teams) || len(got.Teams) != len(given) || got.Until.Location() != time.UTC || !got.Until.Equal(terms.Until) {
			t.Errorf("%s: %+v, %v", tt.name, got, err)
		}
		if strings.Contains(got.Note, "\r") {
			t.Errorf("%s: the note is %q", tt.name, got.Note)
		}
		if again, err := got.Normal(); err != nil || !again.Equal(got) {
			t.Errorf("%s: normal terms %+v became %+v, %v", tt.name, got, again, err)
		}
		data, err := json.Marshal(got)
		var back invite.Terms
		if err == nil {
			err = json.Unmarshal(data, &back)
		}
		if err != nil || !back.Equal(got) {
			t.Errorf("%s: came back from %s as %+v, %v", tt.name, data, back, err)
		}
	}
}

func teams(n int) []team.ID {
	var all []team.ID
	for i := range n {
		all = append(all, team.ID(fmt.Sprint(i)))
	}
	return all
}

// TestNormalOwns: what is done to the slice given does not reach what is kept.
func TestNormalOwns(t *testing.T) {
	given := []team.ID{"a", "b"}
	kept, err := invite.Terms{Address: address(t, "a@b"), Teams: given}.Normal()
	given[0] = "z"
	if err != nil || kept.Teams[0] != "a" {
		t.Errorf("%v, %v", kept.Teams, err)
	}
}

// TestTermsEqual changes every field of terms; Equal must notice.
func TestTermsEqual(t *testing.T) {
	day := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	full := invite.Terms{Address: address(t, "ann@example.com"), Name: "Ann", Role: "member", Teams: []team.ID{"a", "b"}, Days: 1, Until: day, ReviewDays: 2, Provider: "google", Note: "Hi"}
	changes := map[string]func(t *invite.Terms){
		"Address":    func(o *invite.Terms) { o.Address = address(t, "bob@example.com") },
		"Name":       func(o *invite.Terms) { o.Name = "ann" },
		"Role":       func(o *invite.Terms) { o.Role = "admin" },
		"Teams":      func(o *invite.Terms) { o.Teams = []team.ID{"a"} },
		"Days":       func(o *invite.Terms) { o.Days++ },
		"Until":      func(o *invite.Terms) { o.Until = day.Add(1) },
		"ReviewDays": func(o *invite.Terms) { o.ReviewDays++ },
		"Provider":   func(o *invite.Terms) { o.Provider = "" },
		"Note":       func(o *invite.Terms) { o.Note = "" },
	}
	for i := range reflect.TypeFor[invite.Terms]().NumField() {
		name := reflect.TypeFor[invite.Terms]().Field(i).Name
		change, ok := changes[name]
		if !ok {
			t.Fatalf("nothing here changes %s", name)
		}
		other := full
		change(&other)
		if full.Equal(other) || other.Equal(full) {
			t.Errorf("%s makes no difference", name)
		}
	}
	same := full
	same.Address, same.Until, same.Teams = address(t, "ANN@example.com"), day.In(time.FixedZone("", 3600)), slices.Clone(full.Teams)
	if !full.Equal(same) || !same.Equal(full) {
		t.Error("the same offer to the same mailbox is another")
	}
	if (invite.Terms{}).Equal(invite.Terms{}) {
		t.Error("terms without address are equal")
	}
}

func TestEnd(t *testing.T) {
	from := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	until := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name        string
		terms       invite.Terms
		end, review time.Time
	}{
		{"for good", invite.Terms{}, time.Time{}, time.Time{}},
		{"days", invite.Terms{Days: 30}, time.Date(2026, 4, 27, 12, 0, 0, 0, time.UTC), time.Time{}},
		{"most days", invite.Terms{Days: 3660}, from.Add(3660 * 24 * time.Hour), time.Time{}},
		{"until", invite.Terms{Until: until}, until, time.Time{}},
		{"review", invite.Terms{ReviewDays: 90}, time.Time{}, time.Date(2026, 6, 26, 12, 0, 0, 0, time.UTC)},
		{"both", invite.Terms{Until: until, ReviewDays: 1}, until, time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)},
	} {
		if end, review := tt.terms.End(from), tt.terms.Review(from); !end.Equal(tt.end) || !review.Equal(tt.review) {
			t.Errorf("%s: ends %v, review %v, want %v and %v", tt.name, end, review, tt.end, tt.review)
		}
	}
	// The hour that a summer time takes away makes no difference.
	berlin := time.FixedZone("", 3600)
	if got := (invite.Terms{Days: 1}).End(from.In(berlin)); got.Sub(from) != 24*time.Hour {
		t.Errorf("a day lasts %v", got.Sub(from))
	}
}

func TestZeroError(t *testing.T) {
	for _, tt := range []struct {
		want string
		err  invite.Error
	}{
		{"invite: unknown problem", invite.Error{}},
		{"invite: line 3: unknown problem", invite.Error{Line: 3}},
		{"invite: line 3: the file cannot be read as invitations", invite.Error{Line: 3, Err: invite.ErrFile}},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%+v prints %q, want %q", tt.err, got, tt.want)
		}
	}
}

func TestVerified(t *testing.T) {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	ann := address(t, "ann@example.com")
	for _, tt := range []struct {
		want, name       string
		address          invite.Address
		issuer, provider string
		at               time.Time
	}{
		{"ok", "full", ann, "https://idp.example", "google", noon},
		{"ok", "no provider", ann, "https://idp.example", "", noon},
		{"ok", "elsewhere", ann, "https://idp.example", "", noon.In(time.FixedZone("", 3600))},
		{"ok", "longest", ann, strings.Repeat("i", 256), strings.Repeat("p", 256), noon},
		{"refused", "no address", invite.Address{}, "https://idp.example", "google", noon},
		{"refused", "no issuer", ann, "", "google", noon},
		{"refused", "no time", ann, "https://idp.example", "google", time.Time{}},
		{"refused", "no time, elsewhere", ann, "https://idp.example", "google", time.Time{}.In(time.FixedZone("", 3600))},
		{"refused", "beyond the year 9999", ann, "https://idp.example", "google", noon.AddDate(8000, 0, 0)},
		{"refused", "issuer too long", ann, strings.Repeat("i", 257), "google", noon},
		{"refused", "issuer on two lines", ann, "a\nb", "google", noon},
		{"refused", "issuer not in UTF-8", ann, "\xff", "google", noon},
		{"refused", "provider too long", ann, "https://idp.example", strings.Repeat("p", 257), noon},
		{"refused", "provider on two lines", ann, "https://idp.example", "a\r\nb", noon},
	} {
		p, err := invite.Verified(tt.address, tt.issuer, tt.provider, tt.at)
		if tt.want == "refused" {
			if !errors.Is(err, invite.ErrProof) || p != (invite.Proof{}) || !p.IsZero() {
				t.Errorf("%s: %+v, %v, want ErrProof", tt.name, p, err)
			}
			continue
		}
		if err != nil || p.IsZero() || p.Address() != tt.address || p.Issuer() != tt.issuer || p.Provider() != tt.provider || p.Time() != tt.at.UTC() {
			t.Errorf("%s: %+v, %v", tt.name, p, err)
		}
	}
}

func TestZeroValues(t *testing.T) {
	var s invite.Secret
	var d invite.Digest
	var p invite.Proof
	for name, ok := range map[string]bool{
		"the zero Secret is zero and tells nothing": s.IsZero() && s.Reveal() == "",
		"the zero Secret has the zero Digest":       s.Digest(invite.Claim{Company: "acme"}) == d && d.IsZero(),
		"the zero Digest matches no zero Secret":    !d.Matches(s, invite.Claim{}),
		"the zero Digest matches no Secret":         !d.Matches(secret(t, "a"), invite.Claim{}),
		"no Digest matches the zero Secret":         !secret(t, "a").Digest(invite.Claim{}).Matches(s, invite.Claim{}),
		"the zero Digest is all zeros":              d.String() == strings.Repeat("0", 64),
		"the zero Proof proves nothing":             p.IsZero() && p.Address().IsZero() && p.Issuer() == "" && p.Provider() == "" && p.Time().IsZero(),
		"the zero State is none":                    invite.State(0) == invite.None && invite.Invitation{}.StateAt(time.Unix(0, 0)) == invite.None,
		"the zero Sponsor is nobody":                invite.Sponsor{}.String() == "nobody",
		"the zero Terms end never":                  invite.Terms{}.End(time.Unix(0, 0)).IsZero() && invite.Terms{}.Review(time.Unix(0, 0)).IsZero(),
		"the zero Message links nowhere":            invite.Message{}.Link() == "/#",
	} {
		if !ok {
			t.Errorf("not so: %s", name)
		}
	}
	if _, err := (invite.Terms{}).Normal(); !errors.Is(err, invite.ErrTerms) {
		t.Errorf("the zero Terms: %v", err)
	}
}
