package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// typedAccounts is a company whose accounts have values of every type, gaps, and
// values that are there and empty.
func typedAccounts(t *testing.T) *site {
	t.Helper()
	doc, err := document.Parse([]byte(acme))
	if err != nil {
		t.Fatal(err)
	}
	doc.Attributes["spend"], doc.Attributes["tags"], doc.Attributes["note"] = "number", "labels", "string"
	doc.Accounts = append(doc.Accounts, document.Account{ID: "odd", Source: " meta ", Values: map[string]datagroup.Value{
		"name": datagroup.Text(" two\r\nlines "), "country": datagroup.Text(""), "spend": datagroup.Number(1e-7), "tags": datagroup.Labels(), "note": datagroup.Text("\rx"),
	}})
	doc.Groups = append(doc.Groups, document.Group{ID: "vip", Name: "Important", Filter: "tags has 'vip'"}, document.Group{ID: "plain", Name: "Plain", Filter: "not tags has 'vip'"})
	return newSiteOf(t, doc)
}

// account returns an account as it is now.
func (s *site) account(id string) datagroup.Account {
	a, _ := s.company.Policy().Directory().Account(datagroup.AccountID(id))
	return a
}

// asShown opens a form, and returns what a browser sends that changes nothing.
func (s *site) asShown(as, name string, keys ...string) url.Values {
	s.t.Helper()
	p := s.get(as, "/change?"+in(append([]string{"do", name}, keys...)...).Encode()).want(s.t, http.StatusOK)
	m, err := parse(p.body)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, f := range m.sheets() {
		if f.action == "/admin/change" {
			return f.values
		}
	}
	s.t.Fatal("there is no form")
	return nil
}

// TestUntouchedValues: a form that nobody touched changes nothing, whatever the
// values are and whatever a browser makes of them.
func TestUntouchedValues(t *testing.T) {
	t.Parallel()
	s := typedAccounts(t)
	for _, id := range []string{"odd", "us-1"} {
		form := s.asShown("dan", "source.edit", "account", id)
		for name := range form { // as browsers send text of several lines
			if strings.HasPrefix(name, "v-") {
				form.Set(name, strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n").Replace(form.Get(name)))
			}
		}
		form.Set("step", "do")
		before := s.company.Checkpoint()
		s.post("dan", "/change", form).want(t, http.StatusConflict, "nothing")
		if s.company.Checkpoint() != before {
			t.Errorf("the values of %s were changed", id)
		}
	}
}

// TestEditAccount edits what was touched alone: values of every type, gaps that
// are filled and made, and what is known to be empty.
func TestEditAccount(t *testing.T) {
	t.Parallel()
	edit := func(s *site, id string, typed url.Values) page {
		form := s.asShown("dan", "source.edit", "account", id)
		for name, values := range typed {
			form[name] = values
		}
		form.Set("step", "check")
		checked := s.post("dan", "/change", form).want(t, http.StatusOK, "What would happen")
		form.Set("step", "do")
		if p := s.post("dan", "/change", form); p.status != http.StatusSeeOther {
			t.Errorf("%v: %d %s", typed, p.status, p.text)
		}
		return checked
	}
	s := typedAccounts(t)
	edit(s, "us-1", in("v-country", "DE", "v-spend", "12.5", "v-tags", "vip\n new \n\nvip")).
		want(t, http.StatusOK, "country DE, and was US", "spend 12.5, and was without a value", "tags new, vip, and was without a value", "Comes into data groups Germany, Important", "Leaves data groups United States", "Tom Team no longer sees 1 account: us-1")
	if a := s.account("us-1"); a.Value("country").Text() != "DE" || a.Value("spend").Number() != 12.5 || !a.Value("tags").Equal(datagroup.Labels("new", "vip")) || a.Source() != "google" {
		t.Errorf("%v", a)
	}
	edit(s, "us-1", in("v-spend", "", "v-tags", "", "source", "bing")).want(t, http.StatusOK, "Source bing, and was google", "Leaves data groups Important")
	if a := s.account("us-1"); !a.Value("spend").IsMissing() || !a.Value("tags").IsMissing() || a.Source() != "bing" || a.Value("country").Text() != "DE" {
		t.Errorf("what was emptied is not a gap: %v", a)
	}
	edit(s, "us-1", in("empty", "tags")).want(t, http.StatusOK, "tags empty, and was without a value", "Comes into data groups Plain")
	if a := s.account("us-1"); a.Value("tags").IsMissing() || !a.Value("tags").Equal(datagroup.Labels()) {
		t.Errorf("no labels are not known: %v", a)
	}
	edit(s, "odd", in("empty", "tags", "v-name", "One line"))
	if a := s.account("odd"); !a.Value("country").IsMissing() || a.Value("tags").IsMissing() || a.Value("name").Text() != "One line" || a.Value("note").Text() != "\rx" || a.Value("spend").Number() != 1e-7 || a.Source() != " meta " {
		t.Errorf("more or less than what was touched is changed: %v", a)
	}
	s.get("dan", "/account?id=odd").want(t, http.StatusOK, "country without a value", "tags empty", "Name One line")
}

// TestConnectAccount connects an account and disconnects it again.
func TestConnectAccount(t *testing.T) {
	t.Parallel()
	s := typedAccounts(t)
	typed := in("id", "us-9", "source", "bing", "v-name", "Nine", "v-country", "US", "v-spend", "", "v-tags", "")
	form := s.fill("dan", "source.add", typed)
	form.Set("step", "check")
	s.post("dan", "/change", form).want(t, http.StatusOK, "Comes into data groups United States", "Tom Team sees 1 account: us-9, through team West")
	s.do("dan", "source.add", typed).want(t, http.StatusOK, "Done: Connect an account", "Account us-9", "Nine", "spend without a value")
	if a := s.account("us-9"); a.Source() != "bing" || !a.Value("tags").IsMissing() || a.Value("country").Text() != "US" {
		t.Errorf("%v", a)
	}
	s.refused("dan", "source.add", typed).want(t, http.StatusConflict, "us-9")
	for field, words := range map[string]string{"id": "Write the id that the source has for it.", "source": "Say where the account comes from."} {
		without := in("id", "us-8", "source", "bing")
		without.Set(field, " ")
		s.refused("dan", "source.add", without).want(t, http.StatusUnprocessableEntity, words)
	}
	for _, wrong := range []string{"much", "1,5", "NaN", "1e400", "0x"} {
		s.refused("dan", "source.edit", in("source", "bing", "v-spend", wrong), "account", "us-9").want(t, http.StatusUnprocessableEntity)
	}
	s.refused("dan", "source.edit", in("source", ""), "account", "us-9").want(t, http.StatusUnprocessableEntity, "Say where the account comes from.")
	s.do("dan", "source.remove", nil, "account", "us-9").want(t, http.StatusOK, "Done: Disconnect the account").lacks(t, "us-9<")
	s.do("eve", "source.add", typed).want(t, http.StatusOK, "Account us-9")
	s.get("eve", "/account?id=us-9").want(t, http.StatusOK, "Edit the values").lacks(t, "source.remove", "Germany")
	s.get("tom", "/account?id=us-9").want(t, http.StatusOK, "Nine").lacks(t, "do=source")
	s.get("tom", "/accounts").want(t, http.StatusOK, "us-9").lacks(t, "do=source")
}

// TestAttributeMeanwhile sends a form of an account after an attribute of it got another
// type, and after one was declared: text is no number, and what was not on the form
// stays.
func TestAttributeMeanwhile(t *testing.T) {
	t.Parallel()
	s := typedAccounts(t)
	form := s.asShown("dan", "source.edit", "account", "us-1")
	form.Set("v-note", "many")
	form.Set("step", "do")
	s.do("ann", "attribute.retype", in("type", "number"), "attribute", "note")
	const stale = "Somebody changed this after you opened the form."
	s.post("dan", "/change", form).want(t, http.StatusConflict, stale, "Give it another type").wantHTML(t, `value="many"`)
	form.Set("v-note", "5") // which would be a number
	for _, step := range []string{"check", "do"} {
		form.Set("step", step)
		s.post("dan", "/change", form).want(t, http.StatusConflict, stale).wantHTML(t, `value="5"`, `name="t-note" value="number"`)
	}
	form.Set("source", "") // another mistake first
	again := s.post("dan", "/change", form).want(t, http.StatusUnprocessableEntity, "Say where the account comes from.").wantHTML(t, `name="t-note" value="string"`)
	again.lacks(t, stale)
	if !s.account("us-1").Value("note").IsMissing() {
		t.Error("a number was set by a form for a text")
	}
	form.Set("source", "google")
	form.Set("t-note", "number") // as the form has it that was shown again
	s.post("dan", "/change", form).want(t, http.StatusSeeOther)
	if s.account("us-1").Value("note").Number() != 5 {
		t.Error("a form that was looked at again changes nothing")
	}
	form.Del("t-note")
	s.post("dan", "/change", form).want(t, http.StatusBadRequest, "Open it again")

	form = s.asShown("dan", "source.edit", "account", "us-1")
	form.Set("step", "do")
	form.Set("v-note", "7")
	s.do("ann", "attribute.drop", nil, "attribute", "note")
	s.post("dan", "/change", form).want(t, http.StatusConflict, stale, "Drop it")
	s.do("ann", "attribute.declare", in("attribute", "note", "type", "labels"))
	form = s.fill("dan", "source.add", in("id", "us-7", "source", "bing", "v-note", "", "empty", "note"))
	form.Set("step", "do")
	s.do("ann", "attribute.retype", in("type", "string"), "attribute", "note")
	s.post("dan", "/change", form).want(t, http.StatusConflict, stale)
	form = s.asShown("dan", "source.edit", "account", "us-1")
	form.Set("v-country", "DE")
	form.Set("step", "do")
	s.do("ann", "attribute.declare", in("attribute", "tier", "type", "labels"))
	s.post("dan", "/change", form).want(t, http.StatusSeeOther)
	if a := s.account("us-1"); a.Value("country").Text() != "DE" || !a.Value("tier").IsMissing() {
		t.Errorf("%v", a)
	}
}

// wantHTML checks that a page has some markup.
func (p page) wantHTML(t *testing.T, markup ...string) page {
	t.Helper()
	for _, m := range markup {
		if !strings.Contains(p.body, m) {
			t.Errorf("the page lacks %s:\n%s", m, p.body)
		}
	}
	return p
}

// TestAttributes declares, retypes and drops attributes.
func TestAttributes(t *testing.T) {
	t.Parallel()
	s := typedAccounts(t)
	s.get("dan", "/attributes").want(t, http.StatusOK, "country text Germany, United States", "spend number no", "tags labels Plain, Important").
		lacks(t, "attribute=country", "attribute=tags")
	s.get("eve", "/attributes").want(t, http.StatusOK, "country text yes").lacks(t, "Germany", "Important")
	s.do("dan", "attribute.declare", in("attribute", "tier", "type", "string")).want(t, http.StatusOK, "Done: Declare an attribute", "tier text no")
	s.refused("dan", "attribute.declare", in("attribute", "tier", "type", "string")).want(t, http.StatusConflict, "tier")
	s.refused("dan", "attribute.declare", in("attribute", "campaign", "type", "string")).want(t, http.StatusUnprocessableEntity)
	s.refused("dan", "attribute.declare", in("attribute", "x")).want(t, http.StatusUnprocessableEntity, "Choose one of them.")
	s.do("dan", "attribute.retype", in("type", "labels"), "attribute", "tier").want(t, http.StatusOK, "tier labels no")
	s.refused("dan", "attribute.retype", in("type", "labels"), "attribute", "country").want(t, http.StatusConflict, "country")
	s.do("dan", "attribute.drop", nil, "attribute", "tier").want(t, http.StatusOK).lacks(t, "tier")
	s.get("dan", "/change?do=attribute.drop&attribute=tier").want(t, http.StatusNotFound)
	s.get("uma", "/attributes").want(t, http.StatusForbidden)
	s.get("uma", "/change?do=attribute.drop&attribute=country").want(t, http.StatusForbidden)
}
