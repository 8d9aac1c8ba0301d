package text_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/internal/text"
)

func TestID(t *testing.T) {
	for _, tt := range []struct{ want, name, id string }{
		{"ok", "one letter", "x"},
		{"ok", "spaces and signs", " a/b:c#d "},
		{"ok", "any language", "größe-米"},
		{"ok", "characters nobody sees", "a\u202eb\u200b"},
		{"ok", "as long as may be", strings.Repeat("x", text.MaxID)},
		{"empty", "nothing", ""},
		{"longer than 256 bytes", "too long", strings.Repeat("x", text.MaxID+1)},
		{"UTF-8", "half a character", "\xc3"},
		{"control", "NUL", "a\x00"},
		{"control", "line feed", "a\nb"},
		{"control", "next line", "a\u0085"},
	} {
		t.Run(tt.name, func(t *testing.T) { wants(t, tt.want, text.ID(tt.id)) })
	}
}

func TestChallenge(t *testing.T) {
	for _, tt := range []struct{ want, name, challenge string }{
		{"ok", "scheme", "Bearer"},
		{"ok", "with a parameter", `Bearer realm="a, b"`},
		{"ok", "with what is odd but can be sent", "Basic  ~"},
		{"scheme", "nothing", ""},
		{"scheme", "no scheme", " realm"},
		{"scheme", "scheme with a sign", "Bea:rer"},
		{"scheme", "scheme with a quote", `"Bearer"`},
		{"scheme", "line break", "Bearer\r\nX: y"},
		{"scheme", "beyond ASCII", "Bearer é"},
		{"scheme", "delete", "Bearer \x7f"},
	} {
		t.Run(tt.name, func(t *testing.T) { wants(t, tt.want, text.Challenge(tt.challenge)) })
	}
}

func TestEnd(t *testing.T) {
	west := time.FixedZone("west", -3600)
	east := time.FixedZone("east", +3600)
	for _, tt := range []struct {
		want, name string
		end        time.Time
	}{
		{"ok", "none", time.Time{}},
		{"ok", "some day", time.Date(2027, 3, 1, 0, 0, 0, 0, east)},
		{"ok", "last instant", time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)},
		{"ok", "first instant", time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"ok", "year 10000 in the east only", time.Date(10000, 1, 1, 0, 30, 0, 0, east)},
		{"year 10000", "first instant past the last", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"year 10000", "year 10000 in UTC only", time.Date(9999, 12, 31, 23, 30, 0, 0, west)},
		{"year 0", "before the first", time.Date(0, 12, 31, 23, 59, 59, 0, time.UTC)},
		{"year 0", "year 0 in UTC only", time.Date(1, 1, 1, 0, 30, 0, 0, east)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := text.End(tt.end)
			wants(t, tt.want, err)
			if err == nil && (!got.Equal(tt.end) || got.Location() != time.UTC) {
				t.Errorf("End(%v) = %v", tt.end, got)
			}
			if err != nil && !got.IsZero() {
				t.Errorf("End(%v) = %v with an error", tt.end, got)
			}
		})
	}
	if now := time.Now(); true {
		if got, err := text.End(now); err != nil || got != now.Round(0).UTC() {
			t.Errorf("End(%v) = %v, %v: want it without the monotonic clock", now, got, err)
		}
	}
}

func TestParseEnd(t *testing.T) {
	for _, tt := range []struct{ want, text, at string }{
		{"ok", "", "0001-01-01T00:00:00Z"},
		{"ok", "2027-01-01", "2027-01-01T00:00:00Z"},
		{"ok", "2028-02-29", "2028-02-29T00:00:00Z"},
		{"ok", "2027-01-01T00:00:00+01:00", "2026-12-31T23:00:00Z"},
		{"ok", "9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"},
		{"a day", "2027-02-29", ""},
		{"a day", "0001-01-01", ""},
		{"a day", "0001-01-01T00:00:00Z", ""},
		{"a day", "2027-1-1", ""},
		{"a day", " 2027-01-01", ""},
		{"a day", "2027-01-01T00:00:00,5Z", ""},
		{"a day", "2027-01-01T7:00:00Z", ""}, // package time takes these, RFC 3339 does not
		{"a day", "2027-01-01T07:00:00+24:00", ""},
		{"a day", "2027-01-01T07:00:00-07:60", ""},
		{"ok", "2027-01-01T07:00:00.5-23:59", "2027-01-02T06:59:00.5Z"},
		{"a day", "2027-01-01 00:00:00", ""},
		{"a day", "01/02/2027", ""},
		{"a day", "never", ""},
		{"year 0", "0000-12-31", ""},
		{"year 10000", "9999-12-31T23:30:00-01:00", ""},
	} {
		got, err := text.ParseEnd(tt.text)
		if wants(t, tt.want, err); err == nil && got.Format(time.RFC3339Nano) != tt.at {
			t.Errorf("ParseEnd(%q) = %v, want %s", tt.text, got, tt.at)
		}
	}
}

func TestHost(t *testing.T) {
	for _, good := range []string{"acme.example", "acme.example:8443", "10.0.0.1", "[2001:db8::1]:8443", "x_y.example"} {
		if err := text.Host(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "acme.example:", "<host>", "a,b", "é.example", "a b", "a/b", "a@b"} {
		if text.Host(bad) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
