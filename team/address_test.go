package team_test

import (
	"encoding/json"
	"errors"
	"maps"
	"net/mail"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/team"
)

// vector is a line of testdata/addresses.txt.
type vector struct {
	verdict string
	texts   []string // unescaped, without the remark
}

// vectors returns the lines that begin with one of the verdicts, with so many
// texts after it.
func vectors(t testing.TB, texts int, verdicts ...string) []vector {
	t.Helper()
	file, err := os.ReadFile("testdata/addresses.txt")
	if err != nil {
		t.Fatal(err)
	}
	var found []vector
	for line := range strings.Lines(string(file)) {
		fields := strings.Fields(line)
		if len(fields) == 0 || !slices.Contains(verdicts, fields[0]) {
			continue
		}
		v := vector{verdict: fields[0]}
		for _, escaped := range fields[1 : 1+texts] {
			v.texts = append(v.texts, unescape(t, escaped))
		}
		found = append(found, v)
	}
	return found
}

// unescape reads a text as testdata/addresses.txt writes it.
func unescape(t testing.TB, escaped string) string {
	t.Helper()
	if escaped == `""` {
		return ""
	}
	text, err := strconv.Unquote(`"` + escaped + `"`)
	if err != nil {
		t.Fatalf("%s: %v", escaped, err)
	}
	return regexp.MustCompile(`<.\*\d+>`).ReplaceAllStringFunc(text, func(s string) string {
		n, err := strconv.Atoi(s[3 : len(s)-1])
		if err != nil {
			t.Fatalf("%s: %v", escaped, err)
		}
		return strings.Repeat(s[1:2], n)
	})
}

func TestParseAddress(t *testing.T) {
	says := map[string]string{"no-at": "there is no @", "local": "the part before the @ is not valid", "domain": "the domain is not valid", "long": "it is longer than 254 bytes"}
	seen, count := make(map[string]bool), make(map[string]int)
	for _, v := range vectors(t, 1, "ok", "no-at", "local", "domain", "long") {
		text := v.texts[0]
		if seen[text] {
			t.Errorf("%q is there twice", text)
		}
		seen[text] = true
		count[v.verdict]++
		a, err := team.ParseAddress(text)
		if v.verdict == "ok" {
			if err != nil || a.String() != text || a.IsZero() {
				t.Errorf("ParseAddress(%q) = %q, %v", text, a, err)
			}
			checkMail(t, text)
			continue
		}
		if !errors.Is(err, team.ErrAddress) || !a.IsZero() {
			t.Errorf("ParseAddress(%q) = %q, %v, want ErrAddress", text, a, err)
			continue
		}
		if e, ok := err.(*team.Error); !ok || e.Address != text {
			t.Errorf("ParseAddress(%q): error %#v does not have the text", text, err)
		}
		if !strings.HasPrefix(err.Error(), "team: address ") || !strings.Contains(err.Error(), "address: "+says[v.verdict]) {
			t.Errorf("ParseAddress(%q): error %q does not say %q", text, err, says[v.verdict])
		}
	}
	if want := map[string]int{"ok": 15, "no-at": 3, "local": 28, "domain": 26, "long": 1}; !maps.Equal(count, want) {
		t.Errorf("the file has the vectors %v, want %v", count, want)
	}
}

// TestAddressCures has what people type, and what they are told to do.
func TestAddressCures(t *testing.T) {
	for text, cure := range map[string]string{
		"mailto:bob@example.com":  "leave out mailto:",
		"MAILTO:bob@example.com":  "leave out mailto:",
		"Bob <bob@example.com>":   "the address alone",
		"<bob@example.com>":       "the address alone",
		`"bob smith"@example.com`: "quotes",
		" bob@example.com":        "leave out the spaces",
		"bob@example.com\t":       "leave out the spaces",
		"@example.com":            "it is empty",
		"bob@":                    "it is empty",
		".bob@example.com":        "a dot stands",
		"bob..b@example.com":      "a dot stands",
		"bób@example.com":         "write ASCII letters",
		"bob@exämple.com":         "ASCII form",
		"bob@[10.0.0.1]":          "the number of a computer",
		"bob@xn--.com":            "without xn--",
		"bob@xn--example-.com":    "without xn--",
		"bob@mail.XN--ACME-.de":   "without xn--",
		"bob@exam_ple.com":        "letters, digits and hyphens",
		"bob@example..com":        "letters, digits and hyphens",
	} {
		if _, err := team.ParseAddress(text); err == nil || !strings.Contains(err.Error(), cure) {
			t.Errorf("%q: %v, want %q", text, err, cure)
		}
	}
}

// TestParseAddressLarge refuses an address for its length and does not repeat
// it in full.
func TestParseAddressLarge(t *testing.T) {
	_, err := team.ParseAddress(strings.Repeat("a", 1<<20) + "@example.com")
	if !errors.Is(err, team.ErrAddress) || len(err.Error()) > 300 {
		t.Errorf("a megabyte: %.200v", err)
	}
}

// checkMail asks the parser of the standard library for a second opinion.
func checkMail(t *testing.T, text string) {
	t.Helper()
	m, err := mail.ParseAddress(text)
	if err != nil || m.Name != "" || m.Address != text {
		t.Errorf("net/mail reads %q as %v, %v", text, m, err)
	}
}

func TestAddressEqual(t *testing.T) {
	count, traps := make(map[string]int), 0
	for _, v := range vectors(t, 2, "same", "other") {
		count[v.verdict]++
		x, y := v.texts[0], v.texts[1]
		a, _ := team.ParseAddress(x) // the zero Address where it cannot be one
		b, _ := team.ParseAddress(y)
		if a.Equal(b) != (v.verdict == "same") || b.Equal(a) != a.Equal(b) {
			t.Errorf("%q and %q: Equal = %t and %t, want %s", x, y, a.Equal(b), b.Equal(a), v.verdict)
		}
		if same := a.Key() == b.Key(); !a.IsZero() && same != a.Equal(b) {
			t.Errorf("%q and %q: keys %q and %q, but Equal = %t", x, y, a.Key(), b.Key(), a.Equal(b))
		}
		lower, upper := strings.ToLower, strings.ToUpper
		if v.verdict == "other" && x != y && (lower(x) == lower(y) || upper(x) == upper(y)) {
			traps++
		}
	}
	if want := map[string]int{"same": 2, "other": 14}; !maps.Equal(count, want) || traps != 4 {
		t.Errorf("the file has the pairs %v and %d traps of Unicode case, want %v and 4", count, traps, want)
	}
}

// TestAddressText writes addresses as text and reads them back.
func TestAddressText(t *testing.T) {
	type user struct{ Email team.Address }
	for _, v := range vectors(t, 1, "ok", "no-at", "local", "domain", "long") {
		was, err := team.ParseAddress("was@example.com")
		if err != nil {
			t.Fatal(err)
		}
		a := was
		err = a.UnmarshalText([]byte(v.texts[0]))
		if v.verdict != "ok" {
			if !errors.Is(err, team.ErrAddress) || !a.IsZero() {
				t.Errorf("UnmarshalText(%q) made %q, %v, want none and ErrAddress", v.texts[0], a, err)
			}
			continue
		}
		text, _ := a.MarshalText()
		if err != nil || string(text) != v.texts[0] {
			t.Errorf("%q came back as %q, %v", v.texts[0], text, err)
		}
		var u user
		data, err := json.Marshal(user{a})
		if err == nil {
			err = json.Unmarshal(data, &u)
		}
		if err != nil || u.Email != a {
			t.Errorf("%q came back from %s as %q, %v", a, data, u.Email, err)
		}
	}
	if got := (&team.Error{}).Error(); got != `team: address "": unknown problem` {
		t.Errorf("the zero Error prints %q", got)
	}
	if text, err := (team.Address{}).MarshalText(); err != nil || len(text) != 0 {
		t.Errorf("the zero Address is written as %q, %v", text, err)
	}
}

func TestMustParseAddress(t *testing.T) {
	if a := team.MustParseAddress("ann@example.com"); a.String() != "ann@example.com" {
		t.Errorf("it became %q", a)
	}
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, team.ErrAddress) {
			t.Errorf("the panic is %v, want ErrAddress", err)
		}
	}()
	team.MustParseAddress("ann")
}

func TestAddressKey(t *testing.T) {
	a, err := team.ParseAddress("Ann.O'Neil+[no]@Example.COM")
	if err == nil {
		t.Fatalf("brackets were accepted: %q", a)
	}
	a, err = team.ParseAddress("ANN.O'Neil+X_~@Example.COM")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := a.Key(), "ann.o'neil+x_~@example.com"; got != want {
		t.Errorf("Key() = %q, want %q", got, want)
	}
	if got := (team.Address{}).Key(); got != "" {
		t.Errorf("the key of the zero Address is %q", got)
	}
}

// FuzzParseAddress parses anything. What is accepted is a bare address to the
// standard library as well, and the key of a key is that key.
func FuzzParseAddress(f *testing.F) {
	for _, v := range vectors(f, 1, "ok", "no-at", "local", "domain", "long") {
		f.Add(v.texts[0])
	}
	f.Add("=?utf-8?q?a?=@b")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := team.ParseAddress(text)
		if err != nil {
			if !errors.Is(err, team.ErrAddress) || !a.IsZero() || a.Equal(a) {
				t.Fatalf("ParseAddress(%q) = %q, %v", text, a, err)
			}
			return
		}
		if a.String() != text || len(text) > 254 {
			t.Fatalf("ParseAddress(%q) = %q", text, a)
		}
		checkMail(t, text)
		again, err := team.ParseAddress(a.Key())
		if err != nil || again.Key() != a.Key() || !again.Equal(a) || !strings.EqualFold(a.Key(), text) {
			t.Fatalf("the key %q of %q parses as %q with the key %q, %v", a.Key(), text, again, again.Key(), err)
		}
	})
}

// TestAddressGrammar: every short local part and domain is taken or refused as
// the grammar says.
func TestAddressGrammar(t *testing.T) {
	t.Parallel()
	local := regexp.MustCompile("^[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
	domain := regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*$`)
	parts := []string{""}
	for begin := 0; len(parts[begin]) < 5; begin++ {
		for _, c := range "a.-!" {
			parts = append(parts, parts[begin]+string(c))
		}
	}
	for c := range rune(256) {
		parts = append(parts, "a"+string(c)+"b", string(rune(c)), "a"+string([]byte{byte(c)}))
	}
	for _, part := range parts {
		if _, err := team.ParseAddress(part + "@example.com"); (err == nil) != local.MatchString(part) {
			t.Errorf("%q before the @: %v", part, err)
		}
		if _, err := team.ParseAddress("ann@" + part); (err == nil) != domain.MatchString(part) {
			t.Errorf("the domain %q: %v", part, err)
		}
	}
}
