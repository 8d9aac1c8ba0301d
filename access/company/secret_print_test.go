package company_test

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
)

// traces are what secrets look like when they are printed, by their first four
// bytes.
type traces map[[4]byte][]string

// find returns the trace that is in a text, or "".
func (all traces) find(text string) string {
	for i := range len(text) - 3 {
		for _, trace := range all[[4]byte{text[i], text[i+1], text[i+2], text[i+3]}] {
			if strings.HasPrefix(text[i:], trace) {
				return trace
			}
		}
	}
	return ""
}

// tracesOf returns the text of secrets, and their bytes in every form that
// print has for them: the first of them, the last and some in the middle.
func tracesOf(t *testing.T, secrets []invite.Secret) traces {
	t.Helper()
	var all []string
	for _, s := range secrets {
		raw, err := base64.RawURLEncoding.DecodeString(s.Reveal())
		if err != nil || len(raw) != 32 {
			t.Fatalf("a secret of %d bytes, %v", len(raw), err)
		}
		for _, text := range []string{s.Reveal(), base64.StdEncoding.EncodeToString(raw)} {
			for _, part := range []string{text[:8], text[16:24], text[34:42]} {
				all = append(all, part, hex.EncodeToString([]byte(part)), strings.ToUpper(hex.EncodeToString([]byte(part))))
			}
		}
		for _, part := range [][]byte{raw[:6], raw[13:19], raw[26:]} {
			decimal := strings.Trim(fmt.Sprint(part), "[]")
			all = append(all, string(part), fmt.Sprintf("%x", part), fmt.Sprintf("%X", part), fmt.Sprintf("% x", part), fmt.Sprintf("% X", part),
				decimal, strings.ReplaceAll(decimal, " ", ", "), strings.ReplaceAll(decimal, " ", ","),
				strings.Trim(fmt.Sprintf("%o", part), "[]"), strings.Trim(fmt.Sprintf("%b", part), "[]"), strings.Trim(fmt.Sprintf("%q", part), `"`),
				strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", part), "[]byte{"), "}"))
		}
	}
	out := make(traces)
	for _, trace := range all {
		start := [4]byte([]byte(trace))
		out[start] = append(out[start], trace)
	}
	return out
}

// enclosing is a struct of a host that has secrets in its fields.
type enclosing struct {
	exported any
	change   company.Change
	accept   company.AcceptInvitation
	message  *invite.Message
	nested   struct{ receipt *company.Receipt }
}

// shownValues are the values that come up where people are invited and links
// are made, by name.
type shownValues map[string]any

// must makes a change, and keeps its receipt and the change as it was recorded.
func (all shownValues) must(c *testCompany, by, name string, change company.Change) company.Change {
	c.t.Helper()
	r := c.must(by, change)
	all["receipt of "+name], all[name+" recorded"] = r, r.Changes[0]
	return r.Changes[0]
}

// refusals keeps what an acceptance is refused with, the person's own and that
// of another.
func (all shownValues) refusals(c *testCompany, accept company.AcceptInvitation) {
	c.t.Helper()
	_, refused := c.do("invitee eve@evil.test", accept)
	c.must("system ops", company.SuspendUser{User: "ann"})
	_, held := c.do("invitee bob@x.test", accept)
	c.must("system ops", company.ReinstateUser{User: "ann"})
	if errorName(refused) != byWrongAddress || errorName(held) != "ErrOnHold for denied suspended" {
		c.t.Fatal(refused, held)
	}
	var refusal *company.Refusal
	errors.As(refused, &refusal)
	all["error"], all["held"], all["refusal"], all["refusal value"] = refused, held, refusal, *refusal
}

// log keeps the events and their lines.
func (all shownValues) log(c *testCompany) {
	c.t.Helper()
	for n, e := range events(c.t, c.log) {
		line, err := audit.Encode(e)
		if err != nil {
			c.t.Fatal(err)
		}
		all[fmt.Sprint("event ", n)], all[fmt.Sprint("line ", n)] = e, string(line)
	}
}

// shown returns such values, and the secrets that some of them hold.
func shown(t *testing.T) (shownValues, []invite.Secret) {
	t.Helper()
	const ann, uma, bob = "ann", "uma", "invitee bob@x.test"
	c, all := inviteCompany(t, instant), shownValues{}
	all.must(c, ann, "invite", company.Invite{Invitation: "i", Terms: termsTo("bob@x.test", "viewer")})
	all.must(c, ann, "resend", company.ResendInvitation{Invitation: "i"})
	all.must(c, ann, "amend", company.AmendInvitation{Invitation: "i", Role: toRole("user")})
	c.invite("j", termsTo("cat@x.test", "viewer"))
	c.invite("k", termsTo("dan@x.test", "viewer"))
	c.must(uma, company.CreateReport{Report: "r"})
	link := all.must(c, uma, "link", company.MakeLink{Link: "l", Resource: access.Report("r")}).(company.MakeLink)
	if link.Secret.IsZero() {
		t.Fatal("the receipt of a link has no secret")
	}
	all["holdings"], _ = c.Holdings("ann")
	all["invitation"], _ = c.Invitation("i")
	all["invitations"] = slices.Collect(c.Invitations())

	accept := company.AcceptInvitation{Invitation: "i", Secret: c.message("i").Secret, User: "bob"}
	decline, message := c.decline("j"), c.message("k")
	all["actor"], all["by"], all["config"], all["company"] = c.actor(bob), c.by(bob), c.config, c.Company
	all.refusals(c, accept)
	c.lost = fmt.Errorf("host: cannot send %+v, %v, %s", message, message, &message)
	all["receipt of what was lost"] = c.must(ann, company.ResendInvitation{Invitation: "k"})
	rows, err := c.SendInvitations(t.Context(), c.by(ann), rowsTo("row@x.test"))
	all["rows"], all["host's error"] = rows, errors.Join(err, company.Undelivered{Invitation: "k", Err: c.lost})
	all["accept"], all["pointer to accept"], all["accept in a list"] = accept, &accept, []company.Change{accept, decline, link}
	all["decline"], all["link"], all["pointer to link"] = decline, link, &link
	all["message"], all["pointer to message"], all["messages"], all["offer"] = message, &message, c.mail, message.Offer
	r := all["receipt of link"].(company.Receipt)
	all["enclosing"] = enclosing{link, link, accept, &message, struct{ receipt *company.Receipt }{&r}}
	all["pointer to enclosing"] = &enclosing{link, accept, accept, &message, struct{ receipt *company.Receipt }{&r}}
	all["a map"] = map[string]any{"a": accept, "b": &link, "c": []any{message, r}}
	all.must(c, bob, "accept", accept)
	all.must(c, "invitee cat@x.test", "decline", decline)
	all.must(c, ann, "revoke", company.RevokeInvitation{Invitation: "k"})
	all.must(c, ann, "remove", company.RemoveUser{User: "uma", Successor: "abe"})
	all.log(c)
	secrets := []invite.Secret{accept.Secret, decline.Secret, link.Secret, message.Secret}
	for _, m := range c.mail {
		secrets = append(secrets, m.Secret)
	}
	return all, secrets
}

// writings returns what encoders and loggers write of a value, with their
// errors.
func writings(v any) string {
	var b bytes.Buffer
	note := func(err error) { fmt.Fprintln(&b, err) }
	note(json.NewEncoder(&b).Encode(v))
	note(xml.NewEncoder(&b).Encode(v))
	note(gob.NewEncoder(&b).Encode(v))
	note(template.Must(template.New("").Parse(`{{.}} {{printf "%v %#v %s" . . .}} {{js .}}`)).Execute(&b, v))
	log.New(&b, "", 0).Println(v)
	for _, handler := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(handler).With("with", v).WithGroup("group").Info("said", "value", v, "any", slog.AnyValue(v), slog.Group("in", "value", v))
	}
	fmt.Fprint(&b, v, " ")
	fmt.Fprintln(&b, v, v)
	if err, ok := v.(error); ok {
		fmt.Fprint(&b, err.Error(), fmt.Errorf("%w: %w", err, err))
	}
	if err, ok := v.(*company.Error); ok {
		fmt.Fprint(&b, err.Detail())
	}
	return b.String()
}

// verbs returns every verb without a flag and with each of the two that show
// more; in a long run with every flag, each two of them and all.
func verbs() []string {
	sets := []string{"%", "%+", "%#"}
	if long {
		sets = strings.Fields("% %+ %- %# %0 %+- %+# %+0 %-# %-0 %#0 %+-#0")
		for _, set := range slices.Clone(sets) {
			sets = append(sets, strings.Replace(set, "%", "% ", 1))
		}
	}
	var all []string
	for _, set := range sets {
		for verb := 'A'; verb <= 'z'; verb++ {
			if verb <= 'Z' || verb >= 'a' {
				all = append(all, set+string(verb))
			}
		}
	}
	return all
}

// TestSecretsAreNotShown prints every value that can hold a secret, in every
// way, and looks for the secrets in the text.
func TestSecretsAreNotShown(t *testing.T) {
	all, secrets := shown(t)
	find := tracesOf(t, secrets).find
	for _, s := range secrets { // that the search would find it
		raw, _ := base64.RawURLEncoding.DecodeString(s.Reveal())
		array := [32]byte(raw)
		for _, text := range append([]string{s.Reveal(), string(raw), invite.Message{Secret: s}.Link()}, forms(raw, array, &array, s.Reveal())...) {
			if find(text) == "" {
				t.Fatalf("%q is not found", text)
			}
		}
	}
	rendered, shapes := 0, verbs()
	for _, name := range keysOf(all) {
		v, seen := all[name], map[string]bool{}
		for _, shape := range shapes {
			text := fmt.Sprintf(shape, v)
			rendered++
			if seen[text] {
				continue
			}
			seen[text] = true
			if trace := find(text); trace != "" {
				t.Fatalf("%s with %s is %q, which has %q", name, shape, text, trace)
			}
		}
		if text := writings(v); find(text) != "" {
			t.Errorf("%s is written as %q, which has %q", name, text, find(text))
		}
	}
	if want := 50 * len(shapes); rendered < want || len(secrets) < 8 {
		t.Errorf("rendered %d times, want %d at least, for %d secrets", rendered, want, len(secrets))
	}
}

// forms prints values that are not secret in every way that shows them.
func forms(all ...any) []string {
	var out []string
	for _, v := range all {
		out = append(out, fmt.Sprintf("%v", v), fmt.Sprintf("%#v", v), fmt.Sprintf("%x", v), fmt.Sprintf("%X", v), fmt.Sprint(v))
	}
	return out
}
