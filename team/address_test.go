package team_test

import (
	"errors"
	"net/mail"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/team"
)

// The longest local part, label and domain.
var (
	local64   = strings.Repeat("a", 64)
	label63   = strings.Repeat("b", 63)
	domain189 = strings.Repeat("c", 61) + "." + label63 + "." + strings.Repeat("d", 63)
)

func TestParseAddress(t *testing.T) {
	names := make(map[string]bool)
	for _, tt := range []struct{ want, name, text string }{
		{"ok", "plain", "ann@example.com"},
		{"ok", "mixed case", "Ann.Lee@Example.COM"},
		{"ok", "plus", "ann+us@example.com"},
		{"ok", "dots", "a.n.n@mail.eu.example.com"},
		{"ok", "digits", "42@4.example"},
		{"ok", "every sign of an atom", "!#$%&'*+-/=?^_`{|}~@example.com"},
		{"ok", "host without dot", "root@localhost"},
		{"ok", "hyphens inside", "a@b-c--d.e-f.com"},
		{"ok", "encoded label", "a@xn--mnchen-3ya.example"},
		{"ok", "encoded label in capitals", "a@XN--MNCHEN-3YA.example"},
		{"ok", "label that only looks encoded", "a@xna.example"},
		{"ok", "longest local part", local64 + "@example.com"},
		{"ok", "longest label", "a@" + label63 + ".com"},
		{"ok", "longest", local64 + "@" + domain189},

		{"no @", "empty", ""},
		{"no @", "no at sign", "ann.example.com"},
		{"no @", "full-width at sign", "ann＠example.com"},
		{"local", "only an at sign", "@"},
		{"local", "no local part", "@example.com"},
		{"local", "leading dot", ".ann@example.com"},
		{"local", "trailing dot in the local part", "ann.@example.com"},
		{"local", "two dots in the local part", "a..n@example.com"},
		{"local", "blank before", " ann@example.com"},
		{"local", "blank inside", "a nn@example.com"},
		{"local", "tab", "a\tnn@example.com"},
		{"local", "header injection", "ann\r\nBcc: eve@example.com"},
		{"local", "null byte", "ann\x00@example.com"},
		{"local", "display name", "Ann <ann@example.com>"},
		{"local", "angle brackets", "<ann@example.com>"},
		{"local", "quoted local part", `"ann"@example.com`},
		{"local", "quoted at sign", `"ann@home"@example.com`},
		{"local", "comment in the local part", "ann(home)@example.com"},
		{"local", "escaped", `an\n@example.com`},
		{"local", "list", "ann,eve@example.com"},
		{"local", "mailto", "mailto:ann@example.com"},
		{"local", "Kelvin sign", "\u212aim@example.com"},
		{"local", "long s", "ro\u017fe@example.com"},
		{"local", "dotless i", "l\u0131sa@example.com"},
		{"local", "dotted capital i", "L\u0130SA@example.com"},
		{"local", "Cyrillic a", "\u0430nn@example.com"},
		{"local", "combining accent", "e\u0301ve@example.com"},
		{"local", "full-width a", "\uff41nn@example.com"},
		{"local", "zero-width joiner", "an\u200dn@example.com"},
		{"local", "not UTF-8", "ann\xff@example.com"},
		{"local", "local part of 65 bytes", local64 + "a@example.com"},
		{"domain", "no domain", "ann@"},
		{"domain", "two at signs", "ann@home@example.com"},
		{"domain", "trailing dot", "ann@example.com."},
		{"domain", "leading dot in the domain", "ann@.example.com"},
		{"domain", "two dots in the domain", "ann@example..com"},
		{"domain", "blank behind", "ann@example.com "},
		{"domain", "line behind", "ann@example.com\n"},
		{"domain", "comment in the domain", "ann@example.com(home)"},
		{"domain", "address literal", "ann@[192.0.2.1]"},
		{"domain", "IPv6 literal", "ann@[IPv6:2001:db8::1]"},
		{"domain", "port", "ann@example.com:25"},
		{"domain", "underscore", "ann@ex_ample.com"},
		{"domain", "leading hyphen", "ann@-example.com"},
		{"domain", "trailing hyphen", "ann@example-.com"},
		{"domain", "empty encoded label", "ann@xn--.example"},
		{"domain", "empty encoded label in capitals", "ann@XN--.example"},
		{"domain", "encoded label of plain text", "ann@xn--example-.com"},
		{"domain", "last encoded label of plain text", "ann@example.xn--com-"},
		{"domain", "Kelvin sign in the domain", "ann@\u212aim.example"},
		{"domain", "Cyrillic domain", "ann@\u0435xample.com"},
		{"domain", "umlaut", "ann@münchen.example"},
		{"domain", "ideographic full stop", "ann@example\u3002com"},
		{"domain", "soft hyphen", "ann@exam\u00adple.com"},
		{"domain", "not UTF-8 in the domain", "ann@\xffexample.com"},
		{"domain", "label of 64 bytes", "ann@b" + label63 + ".com"},
		{"longer", "255 bytes", local64 + "@a" + domain189},
		{"longer", "a megabyte", strings.Repeat("a", 1<<20) + "@example.com"},
	} {
		if names[tt.name] {
			t.Fatalf("two rows are called %q", tt.name)
		}
		names[tt.name] = true
		t.Run(tt.name, func(t *testing.T) {
			a, err := team.ParseAddress(tt.text)
			if tt.want == "ok" {
				if err != nil || a.String() != tt.text || a.IsZero() {
					t.Fatalf("ParseAddress(%q) = %q, %v", tt.text, a, err)
				}
				checkMail(t, tt.text)
				return
			}
			if !errors.Is(err, team.ErrAddress) || !a.IsZero() {
				t.Fatalf("ParseAddress(%q) = %q, %v, want ErrAddress", tt.text, a, err)
			}
			if !strings.HasPrefix(err.Error(), "team: ") || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 2000 {
				t.Errorf("error %q does not say %q", err, tt.want)
			}
		})
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
	for _, tt := range []struct{ want, name, a, b string }{
		{"equal", "itself", "ann@example.com", "ann@example.com"},
		{"equal", "case of the domain", "ann@example.com", "ann@EXAMPLE.com"},
		{"equal", "case of the local part", "ann@example.com", "Ann@example.com"},
		{"equal", "case of an encoded label", "ann@xn--mnchen-3ya.de", "ann@XN--Mnchen-3YA.de"},
		{"other", "plus", "ann@example.com", "ann+x@example.com"},
		{"other", "dot", "ann@example.com", "a.nn@example.com"},
		{"other", "domain", "ann@example.com", "ann@mail.example.com"},
		{"other", "signs that differ in one bit", "[x@example.com", "{x@example.com"},
		{"other", "circumflex and tilde", "^x@example.com", "~x@example.com"},
		{"other", "at sign and backquote", "`x@example.com", "x@example.com"},
		{"other", "k and Kelvin sign", "kim@example.com", "\u212aim@example.com"},
		{"other", "s and long s", "rose@example.com", "ro\u017fe@example.com"},
		{"other", "i and dotless i", "lisa@example.com", "l\u0131sa@example.com"},
		{"other", "nothing and something", "", "ann@example.com"},
		{"other", "nothing and nothing", "", ""},
	} {
		a, _ := team.ParseAddress(tt.a) // the zero Address where it cannot be one
		b, _ := team.ParseAddress(tt.b)
		if a.Equal(b) != (tt.want == "equal") || b.Equal(a) != a.Equal(b) {
			t.Errorf("%s: %q and %q: Equal = %t and %t, want %s", tt.name, tt.a, tt.b, a.Equal(b), b.Equal(a), tt.want)
		}
		if same := a.Key() == b.Key(); !a.IsZero() && same != a.Equal(b) {
			t.Errorf("%s: keys %q and %q, but Equal = %t", tt.name, a.Key(), b.Key(), a.Equal(b))
		}
	}
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
	for _, text := range []string{"", "@", "ann@example.com", "Ann <ann@example.com>", `"a b"@example.com`, "a@[::1]", "a@xn--", "a@xn--a-.b",
		"\u212a@example.com", "a@b@c", "a(b)@c", "!#$%&'*+-/=?^_`{|}~@x", local64 + "@" + domain189, "a@b\r\n", "=?utf-8?q?a?=@b", "a@b.\u017f"} {
		f.Add(text)
	}
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
