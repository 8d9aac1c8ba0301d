package invite_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"log"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/ambit-authz/ambit/invite"
)

// seeker finds a secret in a text, also a part of it, in every form it could
// come in.
type seeker struct {
	forms  []string
	starts map[[4]byte][]string // the forms by how they begin
}

// newSeeker takes pieces of four bytes, and of eight characters where the form
// has characters of its own.
func newSeeker(s invite.Secret, secret []byte) seeker {
	var all seeker
	for i := range len(secret) - 3 {
		piece := secret[i : i+4]
		decimal := strings.Trim(fmt.Sprint(piece), "[]")
		all.forms = append(all.forms,
			string(piece), string([]rune{rune(piece[0]), rune(piece[1]), rune(piece[2]), rune(piece[3])}),
			hex.EncodeToString(piece), fmt.Sprintf("% x", piece), fmt.Sprintf("%# x", piece),
			strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", piece), "[]byte{"), "}"),
			decimal, strings.ReplaceAll(decimal, " ", ", "), strings.ReplaceAll(decimal, " ", ","),
			strings.Trim(fmt.Sprintf("%o", piece), "[]"), strings.Trim(fmt.Sprintf("%b", piece), "[]"))
	}
	for _, text := range []string{s.Reveal(), base64.StdEncoding.EncodeToString(secret), hex.EncodeToString(secret)} {
		for i := range len(text) - 7 {
			all.forms = append(all.forms, text[i:i+8])
		}
	}
	for _, form := range slices.Clone(all.forms) {
		all.forms = append(all.forms, strings.ToUpper(form), fmt.Sprintf("%x", form))
	}
	// Quoted, a byte beyond ASCII looks otherwise.
	for i := range len(secret) - 3 {
		all.forms = append(all.forms, strings.Trim(fmt.Sprintf("%q", secret[i:i+4]), `"`), strings.Trim(fmt.Sprintf("%+q", secret[i:i+4]), `"`))
	}
	all.starts = make(map[[4]byte][]string)
	for _, form := range all.forms {
		start := [4]byte([]byte(form))
		all.starts[start] = append(all.starts[start], form)
	}
	return all
}

// find returns the form in which the secret is in a text, or "".
func (k seeker) find(text string) string {
	for i := range len(text) - 3 {
		for _, form := range k.starts[[4]byte{text[i], text[i+1], text[i+2], text[i+3]}] {
			if strings.HasPrefix(text[i:], form) {
				return form
			}
		}
	}
	return ""
}

type (
	inside      struct{ Secret invite.Secret }
	hidden      struct{ secret invite.Secret }
	hiddenFar   struct{ inner *hidden }
	insideMail  struct{ Message invite.Message }
	hiddenMail  struct{ message invite.Message }
	hiddenPoint struct {
		secret  *invite.Secret
		message *invite.Message
	}
	embedded  struct{ invite.Secret }
	hiddenAny struct{ value any }
	mailError struct{ message invite.Message }
)

func (e mailError) Error() string { return fmt.Sprintf("cannot deliver %+v", e.message) }

// carriers returns values that have a secret in them, by name.
func carriers(t *testing.T, s invite.Secret) map[string]any {
	m := invite.Message{
		Offer:      invite.Offer{Company: "Acme", Inviter: "Ann", Role: "member", RoleTitle: "Member", Expires: time.Unix(0, 0)},
		Invitation: "i-1", To: address(t, "bob@example.com"), Origin: "https://acme.example", Secret: s,
	}
	digest := s.Digest(invite.Claim{Purpose: invite.ForInvitation})
	pointer := &s
	return map[string]any{
		"secret": s, "pointer": &s, "pointer to pointer": &pointer, "message": m, "pointer to message": &m,
		"field": inside{s}, "pointer to field": &inside{s}, "unexported field": hidden{s}, "pointer to unexported field": &hidden{s},
		"far unexported field": hiddenFar{&hidden{s}}, "message in a field": insideMail{m}, "message in an unexported field": hiddenMail{m},
		"pointer to message in an unexported field": &hiddenMail{m}, "unexported pointers": hiddenPoint{&s, &m}, "pointer to unexported pointers": &hiddenPoint{&s, &m},
		"embedded": embedded{s}, "pointer to embedded": &embedded{s},
		"interface": hiddenAny{s}, "message in an interface": hiddenAny{m}, "slice in an interface": hiddenAny{[]invite.Secret{s}},
		"slice": []invite.Secret{s}, "slice of pointers": []*invite.Secret{&s}, "slice of messages": []invite.Message{m}, "slice of hidden": []hidden{{s}},
		"slice of anything": []any{s, &s, m, &m}, "array": [1]invite.Secret{s}, "pointer to array": &[1]hidden{{s}},
		"map": map[string]invite.Secret{"a": s}, "map key": map[*invite.Secret]string{&s: "a"}, "map of messages": map[string]invite.Message{"a": m},
		"map of hidden": map[string]hidden{"a": {s}},
		"error":         mailError{m}, "wrapped error": fmt.Errorf("host: %w", mailError{m}), "joined errors": errors.Join(mailError{m}, &mailError{m}),
		"message made": fmt.Errorf("%v %+v %#v %s %x %q", s, &s, m, &m, s, &s),
		"method":       s.Reveal, "digest": digest, "pointer to digest": &digest,
		"invitation": invite.Invitation{ID: "i-1", Digest: digest, State: invite.Pending},
	}
}

// formats returns every verb with every set of flags, with and without width
// and precision. With CI or AMBIT_LONG set, also with one of the two.
func formats() []string {
	sizes := []string{"", "9.3"}
	switch {
	case testing.Short():
		sizes = sizes[:1]
	case os.Getenv("CI") != "" || os.Getenv("AMBIT_LONG") != "":
		sizes = append(sizes, "9", ".3")
	}
	var all []string
	for flags := range 1 << 5 {
		var set strings.Builder
		for i, flag := range "+-# 0" {
			if flags&(1<<i) != 0 {
				set.WriteRune(flag)
			}
		}
		for _, size := range sizes {
			for verb := '!'; verb <= 'z'; verb++ {
				if !strings.ContainsRune("#+-0.123456789*[", verb) {
					all = append(all, "%"+set.String()+size+string(verb))
				}
			}
		}
	}
	return all
}

// encoded returns what encoders and loggers make of a value, with their errors,
// by name.
func encoded(v any) map[string]string {
	all := make(map[string]string)
	var b bytes.Buffer
	put := func(name string, err error) {
		all[name] = b.String() + "\n" + fmt.Sprint(err)
		b.Reset()
	}
	put("json", json.NewEncoder(&b).Encode(v))
	put("xml", xml.NewEncoder(&b).Encode(v))
	put("gob", gob.NewEncoder(&b).Encode(v))
	put("binary", binary.Write(&b, binary.BigEndian, v))
	put("text template", template.Must(template.New("").Parse(`{{.}} {{printf "%v %#v %s" . . .}} {{js .}} {{urlquery .}}`)).Execute(&b, v))
	put("html template", htmltemplate.Must(htmltemplate.New("").Parse(`<a href="{{.}}">{{.}}</a><script>{{.}}</script>`)).Execute(&b, v))
	log.New(&b, "", 0).Println(v)
	put("log", nil)
	for name, h := range map[string]slog.Handler{"slog text": slog.NewTextHandler(&b, nil), "slog json": slog.NewJSONHandler(&b, nil)} {
		l := slog.New(h).With("with", v)
		l.WithGroup("group").Info("sent", "value", v, "any", slog.AnyValue(v), slog.Group("in", "value", v))
		put(name, nil)
	}
	return all
}

// TestSecretIsNotShown renders everything a secret can be in, in every way the
// standard library has, and looks for it.
func TestSecretIsNotShown(t *testing.T) {
	s := secret(t, "a secret to look for")
	find := newSeeker(s, raw("a secret to look for")).find
	shapes := formats()
	rendered, seen := 0, make(map[string]bool)
	for name, v := range carriers(t, s) {
		for _, format := range shapes {
			rendered++
			text := fmt.Sprintf(format, v)
			if seen[text] {
				continue
			}
			seen[text] = true
			if form := find(text); form != "" {
				t.Fatalf("%s with %s is %q, which has %q", name, format, text, form)
			}
		}
		if text := fmt.Sprint(v) + fmt.Sprintln(v, v); find(text) != "" {
			t.Errorf("%s prints as %q", name, text)
		}
		if err, ok := v.(error); ok && find(err.Error()) != "" {
			t.Errorf("%s says %q", name, err)
		}
		for encoder, text := range encoded(v) {
			rendered++
			if form := find(text); form != "" {
				t.Errorf("%s as %s is %q, which has %q", name, encoder, text, form)
			}
		}
	}
	if want := len(carriers(t, s)) * len(shapes); rendered <= want || len(shapes) < 32*72 {
		t.Errorf("rendered %d times, in %d shapes", rendered, len(shapes))
	}
}

// TestSeeker has the search find what it is for.
func TestSeeker(t *testing.T) {
	s, bytes := secret(t, "a"), raw("a")
	find := newSeeker(s, bytes).find
	for name, text := range map[string]string{
		"revealed": s.Reveal(), "a part": s.Reveal()[9:17], "raw": string(bytes), "array": fmt.Sprint(bytes), "pointer to array": fmt.Sprintf("%v", &bytes),
		"hexadecimal": fmt.Sprintf("%x", bytes), "capitals": fmt.Sprintf("%X", bytes), "spaced": fmt.Sprintf("% x", bytes), "Go syntax": fmt.Sprintf("%#v", bytes),
		"Go array": fmt.Sprintf("%#v", [32]byte(bytes)), "quoted": fmt.Sprintf("%q", bytes), "quoted in ASCII": fmt.Sprintf("%+q", bytes), "octal": fmt.Sprintf("%o", bytes),
		"binary": fmt.Sprintf("%b", bytes), "base64": base64.StdEncoding.EncodeToString(bytes), "JSON numbers": strings.ReplaceAll(fmt.Sprint(bytes), " ", ","),
		"link": invite.Message{Secret: s}.Link(), "hexadecimal of the text": fmt.Sprintf("%x", s.Reveal()),
	} {
		if find(text) == "" {
			t.Errorf("%s: not found in %s", name, text)
		}
	}
	if form := find(secret(t, "b").Reveal() + fmt.Sprint(raw("b"))); form != "" {
		t.Errorf("found %q in another secret", form)
	}
}

// TestSecretShowsAsRedacted says what is seen instead.
func TestSecretShowsAsRedacted(t *testing.T) {
	s := secret(t, "a")
	for name, got := range map[string]string{
		"String": s.String(), "%v": fmt.Sprintf("%v", s), "%#v": fmt.Sprintf("%#v", &s), "%d": fmt.Sprintf("%5d", s), "zero": invite.Secret{}.String(),
		"LogValue": s.LogValue().String(), "in a struct": strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%+v", inside{s}), "{Secret:"), "}"),
	} {
		if got != "[redacted]" {
			t.Errorf("%s is %q", name, got)
		}
	}
	data, err := json.Marshal(map[string]any{"secret": s, "zero": invite.Secret{}, "pointer": &s})
	if want := `{"pointer":"[redacted]","secret":"[redacted]","zero":"[redacted]"}`; err != nil || string(data) != want {
		t.Errorf("%s, %v, want %s", data, err, want)
	}
	var into struct{ Secret invite.Secret }
	if err := json.Unmarshal([]byte(`{"Secret": "`+s.Reveal()+`"}`), &into); err == nil || !into.Secret.IsZero() {
		t.Error("a secret was read from JSON")
	}
}
