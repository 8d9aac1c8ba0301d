package invite_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// notSecret reports whether an error is that of every text that is no secret:
// it says nothing more.
func notSecret(err error) bool {
	return errors.Is(err, invite.ErrSecret) && err.Error() == "invite: the text is not a secret"
}

func address(t testing.TB, text string) invite.Address {
	t.Helper()
	a, err := team.ParseAddress(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// raw is the bytes of a secret that look like nothing else.
func raw(seed string) []byte {
	sum := sha256.Sum256([]byte(seed))
	return sum[:]
}

func secret(t testing.TB, seed string) invite.Secret {
	t.Helper()
	s, err := invite.NewSecret(bytes.NewReader(raw(seed)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNewSecret(t *testing.T) {
	broken := errors.New("no randomness")
	for _, tt := range []struct {
		want   error
		name   string
		source io.Reader
	}{
		{nil, "just enough", bytes.NewReader(raw("a"))},
		{nil, "byte by byte", iotest.OneByteReader(bytes.NewReader(raw("a")))},
		{io.EOF, "nothing", strings.NewReader("")},
		{io.ErrUnexpectedEOF, "a byte too few", bytes.NewReader(raw("a")[:31])},
		{broken, "broken", iotest.ErrReader(broken)},
		{broken, "broken in between", io.MultiReader(bytes.NewReader(raw("a")[:31]), iotest.ErrReader(broken))},
	} {
		s, err := invite.NewSecret(tt.source)
		if !errors.Is(err, tt.want) || s.IsZero() != (tt.want != nil) || (s.Reveal() == "") != (tt.want != nil) {
			t.Errorf("%s: zero = %t, %v, want %v", tt.name, s.IsZero(), err, tt.want)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "invite: no random bytes for a secret: ") {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	source := bytes.NewReader(append(raw("a"), raw("b")...))
	if s, err := invite.NewSecret(source); err != nil || source.Len() != 32 || s.Reveal() != base64.RawURLEncoding.EncodeToString(raw("a")) {
		t.Errorf("a secret left %d bytes of 64 and is %q, %v", source.Len(), s.Reveal(), err)
	}
}

func TestParseSecret(t *testing.T) {
	text := secret(t, "a").Reveal()
	// Two of the last six bits are spare, so three other texts would decode to
	// the same bytes.
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, text[42])
	marked := base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{0xfb, 0xff, 0xfe}, 11)[:32])
	for _, tt := range []struct {
		want, name, text string
	}{
		{"ok", "as revealed", text},
		{"ok", "another", secret(t, "b").Reveal()},
		{"ok", "with hyphens and underscores", marked},
		{"refused", "empty", ""},
		{"refused", "redacted", "[redacted]"},
		{"refused", "cut by one", text[:42]},
		{"refused", "cut in front", text[1:]},
		{"refused", "cut to a whole byte", text[:40]},
		{"refused", "one more", text + "A"},
		{"refused", "padded", text + "="},
		{"refused", "padded within the length", text[:42] + "="},
		{"refused", "twice", text + text},
		{"refused", "space in front", " " + text},
		{"refused", "line after", text + "\n"},
		{"refused", "line within the length", text[:42] + "\n"},
		{"refused", "lines within the length", "\r\n" + text[:41]},
		{"refused", "line in the middle", text[:20] + "\n" + text[20:42]},
		{"refused", "spare bits 1", text[:42] + alphabet[last+1:last+2]},
		{"refused", "spare bits 2", text[:42] + alphabet[last+2:last+3]},
		{"refused", "spare bits 3", text[:42] + alphabet[last+3:last+4]},
		{"refused", "the other alphabet", strings.NewReplacer("-", "+", "_", "/").Replace(marked)},
		{"refused", "escaped", strings.ReplaceAll(marked, "_", "%5F")},
		{"refused", "hexadecimal", hex.EncodeToString(raw("a"))},
		{"refused", "raw", string(raw("a"))},
		{"refused", "beyond ASCII", text[:41] + "é"},
		{"refused", "a NUL", text[:42] + "\x00"},
		{"refused", "a megabyte", strings.Repeat("A", 1<<20)},
	} {
		s, err := invite.ParseSecret(tt.text)
		if tt.want == "ok" && (err != nil || s.Reveal() != tt.text || s.IsZero()) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if tt.want == "refused" && (!notSecret(err) || !s.IsZero()) {
			t.Errorf("%s: zero = %t, %v, want ErrSecret alone", tt.name, s.IsZero(), err)
		}
	}
}

// FuzzParseSecret reads anything. What is accepted is just what was revealed.
func FuzzParseSecret(f *testing.F) {
	for _, text := range []string{"", secret(f, "a").Reveal(), secret(f, "b").Reveal() + "=", strings.Repeat("A", 43), strings.Repeat("A", 42) + "B", strings.Repeat("\n", 43)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := invite.ParseSecret(text)
		if err != nil {
			if !notSecret(err) || !s.IsZero() {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		bytes, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil || len(bytes) != 32 || s.Reveal() != text || s.IsZero() {
			t.Fatalf("%q was accepted as %q", text, s.Reveal())
		}
	})
}

// TestDigestForm pins what is hashed, as digests are kept for good.
func TestDigestForm(t *testing.T) {
	s := secret(t, "a")
	d := s.Digest(invite.Claim{Purpose: "invitation", Company: "acme", ID: "i-1", Generation: 258, Address: address(t, "Ann@Example.com")})
	sum := sha256.Sum256([]byte("" +
		"\x00\x00\x00\x00\x00\x00\x00\x0eambit secret 1" +
		"\x00\x00\x00\x00\x00\x00\x00\x0ainvitation" +
		"\x00\x00\x00\x00\x00\x00\x00\x04acme" +
		"\x00\x00\x00\x00\x00\x00\x00\x03i-1" +
		"\x00\x00\x00\x00\x00\x00\x00\x0fann@example.com" +
		"\x00\x00\x00\x00\x00\x00\x01\x02" + string(raw("a"))))
	if got, want := d.String(), hex.EncodeToString(sum[:]); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestDigestBinds makes pairs of claims from few parts, many of which are one
// text when put together, and compares their digests.
func TestDigestBinds(t *testing.T) {
	secrets := []invite.Secret{secret(t, "a"), secret(t, "b")}
	addresses := []invite.Address{{}, address(t, "a@b"), address(t, "A@B"), address(t, "b@b")}
	part := rapid.SampledFrom([]string{"", "a", "ab", "aba", "b", "ba", "\x00", "a\x00", "a@b"})
	claim := rapid.Custom(func(t *rapid.T) invite.Claim {
		return invite.Claim{
			Purpose:    invite.Purpose(part.Draw(t, "purpose")),
			Company:    part.Draw(t, "company"),
			ID:         part.Draw(t, "id"),
			Generation: rapid.SampledFrom([]int{-1, 0, 1, 2, 256}).Draw(t, "generation"),
			Address:    rapid.SampledFrom(addresses).Draw(t, "address"),
		}
	})
	joined := func(c invite.Claim) string { return string(c.Purpose) + c.Company + c.ID + c.Address.Key() }
	var same, moved, single int
	check := func(t *rapid.T) {
		c := claim.Draw(t, "claim")
		o := claim.Draw(t, "other claim")
		// Most pairs differ in one part only, or in none.
		switch rapid.IntRange(0, 7).Draw(t, "kept") {
		case 0:
			o = c
		case 1:
			o = invite.Claim{o.Purpose, c.Company, c.ID, c.Generation, c.Address}
		case 2:
			o = invite.Claim{c.Purpose, o.Company, c.ID, c.Generation, c.Address}
		case 3:
			o = invite.Claim{c.Purpose, c.Company, o.ID, c.Generation, c.Address}
		case 4:
			o = invite.Claim{c.Purpose, c.Company, c.ID, o.Generation, c.Address}
		case 5:
			o = invite.Claim{c.Purpose, c.Company, c.ID, c.Generation, o.Address}
		case 6:
			text := string(c.Purpose) + c.Company + c.ID
			from := rapid.IntRange(0, len(text)).Draw(t, "from")
			to := rapid.IntRange(from, len(text)).Draw(t, "to")
			o = invite.Claim{invite.Purpose(text[:from]), text[from:to], text[to:], c.Generation, c.Address}
		}
		mine, yours := rapid.IntRange(0, 1).Draw(t, "secret"), rapid.IntRange(0, 1).Draw(t, "other secret")
		s, r := secrets[mine], secrets[yours]
		equal := c.Purpose == o.Purpose && c.Company == o.Company && c.ID == o.ID && c.Generation == o.Generation &&
			c.Address.Key() == o.Address.Key() && mine == yours
		d := s.Digest(c)
		if got := d == r.Digest(o); got != equal {
			t.Fatalf("%+v and %+v: the digests are equal = %t", c, o, got)
		}
		if got := d.Matches(r, o); got != equal {
			t.Fatalf("%+v and %+v: the digest of one matches the other = %t", c, o, got)
		}
		if equal && c != o {
			same++ // the address in another case
		}
		if mine == yours && c != o && c.Generation == o.Generation && joined(c) == joined(o) && !equal {
			moved++
		}
		if !equal && c == o {
			single++
		}
	}
	for range 50 {
		if same > 0 && moved > 0 && single > 0 {
			return
		}
		rapid.Check(t, check)
	}
	if !testing.Short() {
		t.Errorf("addresses that differ in case: %d, bytes moved between parts: %d, another secret: %d", same, moved, single)
	}
}

func TestDigestText(t *testing.T) {
	d := secret(t, "a").Digest(invite.Claim{})
	text := d.String()
	for _, tt := range []struct {
		want, name, text string
	}{
		{"ok", "as written", text},
		{"ok", "of nothing", strings.Repeat("0", 64)},
		{"refused", "empty", ""},
		{"refused", "capitals", strings.ToUpper(text)},
		{"refused", "cut", text[:62]},
		{"refused", "cut in the middle of a byte", text[:63]},
		{"refused", "one byte more", text + "00"},
		{"refused", "space", " " + text[:63]},
		{"refused", "line after", text + "\n"},
		{"refused", "no digits", strings.Repeat("g", 64)},
		{"refused", "marked", "0x" + text[:62]},
	} {
		got := d
		err := got.UnmarshalText([]byte(tt.text))
		back, _ := got.MarshalText()
		if tt.want == "ok" && (err != nil || string(back) != tt.text || got.String() != tt.text) {
			t.Errorf("%s: came back as %s, %v", tt.name, back, err)
		}
		if tt.want == "refused" && (!errors.Is(err, invite.ErrDigest) || got != d) {
			t.Errorf("%s: %s, %v, want ErrDigest and the digest as it was", tt.name, got, err)
		}
	}
	data, err := json.Marshal(d)
	var back invite.Digest
	if err == nil {
		err = json.Unmarshal(data, &back)
	}
	if err != nil || back != d || string(data) != `"`+text+`"` {
		t.Errorf("%s came back as %s, %v", data, back, err)
	}
}

// FuzzDigest reads anything as a digest. What is accepted is written alike.
func FuzzDigest(f *testing.F) {
	for _, text := range []string{"", strings.Repeat("0", 64), strings.Repeat("F", 64), secret(f, "a").Digest(invite.Claim{}).String(), "0g"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var d invite.Digest
		if err := d.UnmarshalText([]byte(text)); err != nil {
			if !errors.Is(err, invite.ErrDigest) || !d.IsZero() {
				t.Fatalf("%q: %s, %v", text, d, err)
			}
			return
		}
		if back, err := d.MarshalText(); err != nil || string(back) != text || len(text) != 64 || d.IsZero() != (strings.Trim(text, "0") == "") {
			t.Fatalf("%q came back as %q, %v", text, back, err)
		}
	})
}

// TestSecretsDiffer takes secrets from the source they are for.
func TestSecretsDiffer(t *testing.T) {
	seen := make(map[string]bool)
	for range 1000 {
		s, err := invite.NewSecret(rand.Reader)
		if err != nil || seen[s.Reveal()] {
			t.Fatalf("after %d secrets: the same again, or %v", len(seen), err)
		}
		seen[s.Reveal()] = true
	}
}
