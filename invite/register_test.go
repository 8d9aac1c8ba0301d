package invite_test

// The tests of this file are named after classes of real vulnerabilities of
// invitations and of e-mail identity. Those about who may invite whom are where
// invitations are kept.

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// issued is a pending invitation with its secret.
func issued(t *testing.T) (invite.Invitation, invite.Secret) {
	t.Helper()
	i := invite.Invitation{
		ID: "i-1", Generation: 1, State: invite.Pending, Expires: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
		Terms: invite.Terms{Address: address(t, "ann@example.com"), Role: "member", Teams: []team.ID{"a,b", "c"}},
	}
	s := secret(t, "of i-1")
	i.Digest = s.Digest(i.Claim("acme"))
	if !i.Digest.Matches(s, i.Claim("acme")) {
		t.Fatal("the secret does not prove the invitation it was made for")
	}
	return i, s
}

// CVE-2026-34389, CVE-2022-39306, CVE-2022-31096: accepted under any address.
func TestSecretForAnotherAddress(t *testing.T) {
	i, s := issued(t)
	for _, other := range []string{"eve@example.com", "ann@example.org", "ann+x@example.com", "a.nn@example.com"} {
		i.Terms.Address = address(t, other)
		if i.Digest.Matches(s, i.Claim("acme")) {
			t.Errorf("the secret of ann@example.com proves %s", other)
		}
	}
	i.Terms.Address = invite.Address{}
	if i.Digest.Matches(s, i.Claim("acme")) {
		t.Error("the secret proves an invitation without address")
	}
}

// CVE-2022-21706: an invitation to one organisation joined another.
func TestSecretOfAnotherCompany(t *testing.T) {
	i, s := issued(t)
	for _, other := range []string{"", "Acme", "acme ", "acm", "acmei-1"} {
		if i.Digest.Matches(s, i.Claim(other)) {
			t.Errorf("the secret of acme proves an invitation to %q", other)
		}
	}
}

// CVE-2022-23555: an invitation's token was good in another flow.
func TestSecretOfAnotherPurpose(t *testing.T) {
	i, s := issued(t)
	c := i.Claim("acme")
	for _, other := range []invite.Purpose{invite.ForLink, "", "Invitation"} {
		c.Purpose = other
		if i.Digest.Matches(s, c) {
			t.Errorf("the secret of an invitation proves a %q", other)
		}
	}
}

// shelf.nu #2877: the page showed one organisation, the token joined another.
func TestSecretOfAnotherInvitation(t *testing.T) {
	i, s := issued(t)
	for _, other := range []invite.ID{"i-2", "i-", "i-11", "I-1", ""} {
		i.ID = other
		if i.Digest.Matches(s, i.Claim("acme")) {
			t.Errorf("the secret of i-1 proves %q", other)
		}
	}
}

// CVE-2024-6087, CVE-2025-13324: a token outlived its replacement.
func TestSecretOfAnEarlierGeneration(t *testing.T) {
	i, old := issued(t)
	i.Generation++
	if i.Digest.Matches(old, i.Claim("acme")) {
		t.Error("a secret proves the next generation")
	}
	i.Digest = secret(t, "again").Digest(i.Claim("acme"))
	if i.Digest.Matches(old, i.Claim("acme")) {
		t.Error("a secret proves what was re-sent")
	}
}

// CVE-2026-4273: a rotated token was let be the one before.
func TestSameSecretAgain(t *testing.T) {
	i, s := issued(t)
	before := i.Digest
	i.Generation++
	if again := s.Digest(i.Claim("acme")); again == before || before.Matches(s, i.Claim("acme")) {
		t.Error("a source of randomness that repeats itself makes the same digest")
	}
}

// CVE-2026-27840: truncated tokens were valid.
func TestTruncatedSecret(t *testing.T) {
	_, s := issued(t)
	text := s.Reveal()
	for n := range len(text) {
		if _, err := invite.ParseSecret(text[:n]); !notSecret(err) {
			t.Errorf("the first %d characters: %v", n, err)
		}
		if _, err := invite.ParseSecret(text[n+1:]); !notSecret(err) {
			t.Errorf("the last %d characters: %v", len(text)-n-1, err)
		}
	}
}

// devise_invitable #200: no token matched where none was kept.
func TestNoSecret(t *testing.T) {
	i, _ := issued(t)
	none, err := invite.ParseSecret("")
	if err == nil {
		t.Error("nothing is a secret")
	}
	for _, d := range []invite.Digest{i.Digest, {}, none.Digest(i.Claim("acme"))} {
		if d.Matches(none, i.Claim("acme")) || d.Matches(invite.Secret{}, invite.Claim{}) {
			t.Errorf("no secret matches %s", d)
		}
	}
}

// CVE-2026-53514: the id of the row was the token.
func TestIDIsNoProof(t *testing.T) {
	i, _ := issued(t)
	for _, text := range []string{string(i.ID), i.Digest.String(), i.Digest.String()[:43], strings.Repeat("i-1", 15)[:43]} {
		if s, err := invite.ParseSecret(text); err == nil && i.Digest.Matches(s, i.Claim("acme")) {
			t.Errorf("%q proves the invitation", text)
		}
	}
}

// CVE-2017-18917: tokens were hashed weakly. CWE-916 does not apply at 256
// bits.
func TestWeakSecret(t *testing.T) {
	i, s := issued(t)
	if len(s.Reveal()) != 43 || len(i.Digest.String()) != 64 {
		t.Errorf("a secret of %d characters and a digest of %d", len(s.Reveal()), len(i.Digest.String()))
	}
	for bit := range 256 {
		bytes := raw("of i-1")
		bytes[bit/8] ^= 1 << (bit % 8)
		other, err := invite.NewSecret(strings.NewReader(string(bytes)))
		if err != nil || i.Digest.Matches(other, i.Claim("acme")) {
			t.Errorf("a secret that differs in bit %d matches, %v", bit, err)
		}
	}
}

// CVE-2025-64423, CVE-2026-2463, CVE-2025-47870, CVE-2017-18902: tokens in
// lists.
func TestSecretInAList(t *testing.T) {
	i, s := issued(t)
	for _, v := range []any{i, []invite.Invitation{i}, invite.Message{Invitation: i.ID, Secret: s}} {
		data, err := json.Marshal(v)
		if text := string(data) + fmt.Sprintf("%+v", v); err != nil || strings.Contains(text, s.Reveal()) {
			t.Errorf("%s, %v", text, err)
		}
	}
}

// CVE-2025-64708: what had expired was good until a job ran.
func TestExpiryNeedsNoJob(t *testing.T) {
	i, _ := issued(t)
	for wait, want := range map[time.Duration]invite.State{-1: invite.Pending, 0: invite.Expired, 1: invite.Expired} {
		if got := i.StateAt(i.Expires.Add(wait)); got != want {
			t.Errorf("%v after its end it is %v, want %v", wait, got, want)
		}
	}
}

// CVE-2021-43791: expiry was checked on the page, not when accepting.
func TestExpiredIsNotAccepted(t *testing.T) {
	i, _ := issued(t)
	for _, c := range []invite.Command{invite.Accept, invite.Decline, invite.Amend} {
		if _, err := i.StateAt(i.Expires).Next(c); !errors.Is(err, invite.ErrExpired) {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// CVE-2022-23485: one link served many accounts; better-auth: a cancelled
// invitation had been accepted before.
func TestClosedStaysClosed(t *testing.T) {
	for _, s := range []invite.State{invite.Accepted, invite.Declined, invite.Revoked} {
		for _, c := range []invite.Command{invite.Resend, invite.Amend, invite.Accept, invite.Decline, invite.Revoke} {
			if next, err := s.Next(c); err == nil || next != s {
				t.Errorf("%v, %v: %v, %v", s, c, next, err)
			}
		}
	}
}

// GitHub 2016, CVE-2019-19844: addresses that Unicode folds into one.
func TestUnicodeCaseCollision(t *testing.T) {
	i, s := issued(t)
	for typed, folded := range map[string]string{
		"mi\u212ae@example.com": "mike@example.com", "\u017fam@example.com": "sam@example.com", "m\u0131ke@example.com": "mike@example.com",
		"M\u0130KE@example.com": "mike@example.com", "ann@\u212aim.example": "ann@kim.example", "b\u043eb@example.com": "bob@example.com",
	} {
		var parsed invite.Address
		if err := parsed.UnmarshalText([]byte(typed)); !errors.Is(err, team.ErrAddress) {
			t.Errorf("%q is an address", typed)
		}
		i.Terms.Address = address(t, folded)
		d := s.Digest(i.Claim("acme"))
		i.Terms.Address = parsed
		if d.Matches(s, i.Claim("acme")) {
			t.Errorf("a secret for %s proves %q", folded, typed)
		}
	}
}

// CVE-2026-39821: an encoded label that decodes to plain text.
func TestEncodedLabelCollision(t *testing.T) {
	for _, text := range []string{"ann@xn--example-.com", "ann@example.xn--com-", "ann@xn--.example"} {
		var a invite.Address
		if err := a.UnmarshalText([]byte(text)); !errors.Is(err, team.ErrAddress) {
			t.Errorf("%q is an address", text)
		}
	}
}

// CVE-2022-2326, CVE-2026-27946: an address that nobody verified was matched.
func TestUnverifiedAddress(t *testing.T) {
	ann, noon := address(t, "ann@example.com"), time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	if p, err := invite.Verified(ann, "", "google", noon); err == nil || !p.IsZero() {
		t.Error("proved by nobody")
	}
	if p, err := invite.Verified(ann, "https://idp.example", "google", time.Time{}); err == nil || !p.IsZero() {
		t.Error("proved at no time")
	}
	if (invite.Proof{}).Address().Equal(invite.Terms{}.Address) {
		t.Error("no proof fits no address")
	}
}

// hostile are ids that a link must hold on to.
var hostile = []invite.ID{"i-1", "a/b", "?to=https://evil.example", "#x", "//evil.example/", "%2e%2e%2f", "a b", "a\r\nHost: evil.example", "@evil.example", "ä\xff", "\\evil"}

// CVE-2025-64101: a header of the request said where links go to.
func TestOriginIsConfigured(t *testing.T) {
	_, s := issued(t)
	for _, id := range hostile {
		link := invite.Message{Invitation: id, Origin: "https://acme.example/join", Secret: s}.Link()
		u, err := url.Parse(link)
		if err != nil || u.Scheme != "https" || u.Host != "acme.example" || u.User != nil || u.RawQuery != "" || u.Path != "/join/"+string(id) || u.Fragment != s.Reveal() {
			t.Errorf("%q: %s is %+v, %v", id, link, u, err)
		}
	}
}

// CVE-2019-1020018 and others: what opens links, as scanners of mail do, used
// them up; logs and Referer headers had the token.
func TestServerDoesNotSeeSecretInLink(t *testing.T) {
	_, s := issued(t)
	for _, id := range hostile {
		u, err := url.Parse(invite.Message{Invitation: id, Origin: "https://acme.example/join", Secret: s}.Link())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(u.RequestURI(), s.Reveal()) || strings.ContainsAny(u.RequestURI(), "\r\n ") {
			t.Errorf("%q: a browser asks for %q", id, u.RequestURI())
		}
	}
}

// CVE-2026-1529: the invitation was a token with the terms in it.
func TestTermsAreNotInLink(t *testing.T) {
	i, s := issued(t)
	m := invite.Message{Offer: invite.Offer{Company: "Acme", Role: "member", Name: "Ann"}, Invitation: i.ID, To: i.Terms.Address, Origin: "https://x.example", Secret: s}
	if got, want := m.Link(), "https://x.example/i-1#"+s.Reveal(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// CVE-2024-41953: markup in a name came into a message.
func TestMessageIsData(t *testing.T) {
	const markup = `<a href="https://evil.example">Ann</a>`
	terms, err := invite.Terms{Address: address(t, "ann@example.com"), Name: markup, Note: markup}.Normal()
	if err != nil || terms.Name != markup || terms.Note != markup {
		t.Fatalf("%+v, %v: text is kept as it is", terms, err)
	}
	var b strings.Builder
	m := invite.Message{Offer: invite.Offer{Name: terms.Name, Note: terms.Note}}
	if err := template.Must(template.New("").Parse(`{{.Name}} {{.Note}}`)).Execute(&b, m); err != nil || strings.Contains(b.String(), "<a") {
		t.Errorf("%s, %v", b.String(), err)
	}
}

// CWE-93: a line break began another header of the message.
func TestHeaderInjection(t *testing.T) {
	const tail = "\r\nBcc: eve@example.com"
	var a invite.Address
	if a.UnmarshalText([]byte("ann@example.com"+tail)) == nil {
		t.Error("an address has two lines")
	}
	ann := address(t, "ann@example.com")
	for _, terms := range []invite.Terms{{Address: ann, Name: "Ann" + tail}, {Address: ann, Provider: "google" + tail}} {
		if _, err := terms.Normal(); !errors.Is(err, invite.ErrTerms) {
			t.Errorf("%+v: %v", terms, err)
		}
	}
}

// CWE-1236: a cell that a spreadsheet runs. It is made harmless where a file for
// a spreadsheet is written; a reader that refuses it refuses what may be typed
// everywhere else.
func TestFormulaInFile(t *testing.T) {
	for _, sign := range []string{"=", "+", "-", "@"} {
		cell := sign + `cmd|' /C calc'!A0`
		for _, file := range []string{"email,name\na@b," + cell, "reason,email\n" + cell + ",a@b"} {
			if rows := read(t, file); rows[0].Code != invite.OK || rows[0].Terms.Name+rows[0].Reason != cell {
				t.Errorf("%q: %+v", file, rows[0])
			}
		}
		if _, err := (invite.Terms{Address: address(t, "a@b"), Name: cell, Note: cell}).Normal(); err != nil {
			t.Errorf("typed: %v", err)
		}
	}
}

// CVE-2018-21258: a server was busy with inviting people.
func TestEnormousFile(t *testing.T) {
	file := "email\n" + strings.Repeat("a@b\n", 100_001)
	if rows, err := invite.ReadCSV(strings.NewReader(file), nil); rows != nil || !errors.Is(err, invite.ErrFile) {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// better-auth #9616: team ids were joined with commas, and an id with a comma
// became two.
func TestTeamsAreNotJoined(t *testing.T) {
	i, _ := issued(t)
	data, err := json.Marshal(i.Terms)
	var back invite.Terms
	if err == nil {
		err = json.Unmarshal(data, &back)
	}
	if err != nil || len(back.Teams) != 2 || back.Teams[0] != "a,b" {
		t.Errorf("%s: %q, %v", data, back.Teams, err)
	}
	if rows := read(t, "email,teams\na@b,\"a,b;c\"\n"); len(rows[0].Terms.Teams) != 2 || rows[0].Terms.Teams[0] != "a,b" {
		t.Errorf("%+v", rows[0])
	}
}
