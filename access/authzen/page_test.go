package authzen_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/authzen"
)

// pageOf is an answer to a search, read without the package.
type pageOf struct {
	Page *struct {
		NextToken *string `json:"next_token"`
	} `json:"page"`
	Results []struct{ Type, ID, Name string } `json:"results"`
}

// pager is a library of which ann may read all books, numbered from 1.
func pager(books int) *fixture {
	f := library()
	f.resources = nil
	for i := range books {
		f.resources = append(f.resources, fmt.Sprint("n", i+1))
	}
	f.decide = func(r authzen.Request) (authzen.Decision, error) {
		return authzen.Decision{Allowed: r.Subject.ID == "ann"}, nil
	}
	return f
}

const list = `"subject":{"type":"user","id":"ann"},"action":{"name":"read"},"resource":{"type":"book"}`

// onePage asks for one page.
func onePage(t *testing.T, f *fixture, c authzen.Config, body string) (ids []string, token *string) {
	t.Helper()
	status, answer := post(t, handle(t, f.both(), c), "search/resource", body)
	var p pageOf
	if status != 200 {
		t.Fatalf("%s: %d %s", body, status, answer)
	}
	if err := json.Unmarshal([]byte(answer), &p); err != nil {
		t.Fatal(err)
	}
	for _, r := range p.Results {
		ids = append(ids, r.ID)
	}
	if p.Page == nil {
		return ids, nil
	}
	if p.Page.NextToken == nil || !strings.HasPrefix(answer, `{"page":{"next_token":`) {
		t.Fatalf("a page without a token, or not in front: %s", answer)
	}
	return ids, p.Page.NextToken
}

func TestPages(t *testing.T) {
	for _, c := range []struct {
		name, page string
		max        int
		want       string // of eight, what the first page holds, and how it ends
	}{
		{"no page", ``, 0, "8 of 8, without page"},
		{"an empty page", `,"page":{}`, 0, "8 of 8, end"},
		{"an empty token", `,"page":{"token":""}`, 0, "8 of 8, end"},
		{"properties", `,"page":{"properties":{"sort":"x"}}`, 0, "8 of 8, end"},
		{"a limit", `,"page":{"limit":3}`, 0, "3 of 8, more"},
		{"a limit of one less", `,"page":{"limit":7}`, 0, "7 of 8, more"},
		{"just the limit", `,"page":{"limit":8}`, 0, "8 of 8, end"},
		{"a limit beyond", `,"page":{"limit":9}`, 0, "8 of 8, end"},
		{"no limit at all", `,"page":{"limit":0}`, 0, "8 of 8, end"},
		{"the largest limit", `,"page":{"limit":18446744073709551615}`, 0, "8 of 8, end"},
		{"cut off unasked", ``, 5, "5 of 8, more"},
		{"a limit above the maximum", `,"page":{"limit":6}`, 5, "5 of 8, more"},
		{"no limit under a maximum", `,"page":{"limit":0}`, 5, "5 of 8, more"},
		{"a maximum beyond all reason", ``, 1 << 62, "8 of 8, without page"},
	} {
		ids, token := onePage(t, pager(8), authzen.Config{MaxPage: c.max}, `{`+list+c.page+`}`)
		end := "without page"
		if token != nil {
			if end = "more"; *token == "" {
				end = "end"
			}
		}
		if got := fmt.Sprintf("%d of 8, %s", len(ids), end); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestPagesAddUp reads lists of all lengths page by page, with the limit and
// without it.
func TestPagesAddUp(t *testing.T) {
	for n := range 8 {
		f := pager(n)
		for limit := 1; limit < 5; limit++ {
			for _, again := range []string{fmt.Sprintf(`"limit":%d,`, limit), `"limit":0,`, ``} {
				ids, token := onePage(t, f, authzen.Config{}, fmt.Sprintf(`{%s,"page":{"limit":%d}}`, list, limit))
				for pages := 1; *token != ""; pages++ {
					if len(ids) != pages*limit {
						t.Fatalf("%d ids after %d pages of %d", len(ids), pages, limit)
					}
					var more []string
					more, token = onePage(t, f, authzen.Config{}, fmt.Sprintf(`{%s,"page":{%s"token":%q}}`, list, again, *token))
					ids = append(ids, more...)
				}
				if !slices.Equal(ids, f.resources) {
					t.Errorf("%d in pages of %d: %v", n, limit, ids)
				}
			}
		}
	}
}

func TestPagesOfSubjectsAndActions(t *testing.T) {
	h := handle(t, library().both(), authzen.Config{})
	for _, c := range []struct{ endpoint, body, first, second string }{
		{"search/subject", `{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"book","id":"b1"},"page":{"limit":1%s}}`,
			`{"type":"user","id":"bob"}`, `{"type":"user","id":"ann"}`},
		{"search/action", `{"subject":{"type":"user","id":"ann"},"resource":{"type":"book","id":"b1"},"page":{"limit":1%s}}`,
			`{"name":"write"}`, `{"name":"read"}`},
	} {
		_, answer := post(t, h, c.endpoint, fmt.Sprintf(c.body, ""))
		var p pageOf
		if err := json.Unmarshal([]byte(answer), &p); err != nil || !strings.HasSuffix(answer, `,"results":[`+c.first+`]}`) {
			t.Fatalf("%s: %s", c.endpoint, answer)
		}
		_, answer = post(t, h, c.endpoint, fmt.Sprintf(c.body, `,"token":"`+*p.Page.NextToken+`"`))
		if want := `{"page":{"next_token":""},"results":[` + c.second + `]}`; answer != want {
			t.Errorf("%s: %s, want %s", c.endpoint, answer, want)
		}
	}
}

func TestTokens(t *testing.T) {
	f := pager(8)
	_, next := onePage(t, f, authzen.Config{}, `{`+list+`,"page":{"limit":3}}`)
	token := *next
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	edit := func(change func(b []byte) []byte) string {
		return base64.RawURLEncoding.EncodeToString(change(slices.Clone(raw)))
	}
	const wrong = "page.token is not one for this search\n"
	_, next = onePage(t, f, authzen.Config{MaxPage: 2}, `{`+list+`,"page":{"limit":2000000}}`)
	beyond := *next
	h := handle(t, f.both(), authzen.Config{})
	page := func(token string) string { return `{` + list + `,"page":{"token":"` + token + `"}}` }
	runWire(t, h, "search/resource", []wireCase{
		{400, "another subject", strings.Replace(page(token), `"ann"`, `"bob"`, 1), wrong},
		{400, "another type of subject", strings.Replace(page(token), `"user"`, `"robot"`, 1), wrong},
		{400, "another action", strings.Replace(page(token), `"read"`, `"write"`, 1), wrong},
		{400, "another type of resource", strings.Replace(page(token), `"book"`, `"film"`, 1), wrong},
		{400, "other properties", strings.Replace(page(token), `"ann"`, `"ann","properties":{"a":1}`, 1), wrong},
		{400, "another context", strings.Replace(page(token), `{`, `{"context":{"time":"later"},`, 1), wrong},
		{400, "a context with nothing in it", strings.Replace(page(token), `{`, `{"context":{},`, 1), wrong},
		{400, "properties of the action", strings.Replace(page(token), `"read"`, `"read","properties":{"a":1}`, 1), wrong},
		{400, "properties of the resource", strings.Replace(page(token), `"book"`, `"book","properties":{"a":1}`, 1), wrong},
		{400, "properties of the page", strings.Replace(page(token), `"token"`, `"properties":{"sort":"x"},"token"`, 1), wrong},
		{400, "another limit", strings.Replace(page(token), `"token"`, `"limit":4,"token"`, 1), wrong},
		{400, "another limit, and both above the maximum", `{` + list + `,"page":{"limit":2000001,"token":"` + beyond + `"}}`, wrong},
		{400, "no base64", page("%%"), wrong},
		{400, "padding", page(token + "="), wrong},
		{400, "bits after the end", page(token[:len(token)-1] + string(token[len(token)-1]+1)), wrong},
		{400, "nothing in it", page("AA"), wrong},
		{400, "cut", page(token[:8]), wrong},
		{400, "another version", page(edit(func(b []byte) []byte { b[0] = 1; return b })), wrong},
		{400, "another digest", page(edit(func(b []byte) []byte { b[16]++; return b })), wrong},
		{400, "no limit in it", page(edit(func(b []byte) []byte { return b[:17] })), wrong},
		{400, "half a limit", page(edit(func(b []byte) []byte { b[17] = 0x80; return b[:18] })), wrong},
		{400, "nothing to continue after", page(edit(func(b []byte) []byte { return b[:18] })), wrong},
		{400, "bytes that are not UTF-8 to continue after", page(edit(func(b []byte) []byte { return append(b[:18], "n3\xff"...) })), wrong},
		{400, "a control character to continue after", page(edit(func(b []byte) []byte { return append(b[:18], "n3\n"...) })), wrong},
		{400, "a token that is a number", `{` + list + `,"page":{"token":1}}`, "page.token must be of type string\n"},
		{400, "a token that is null", `{` + list + `,"page":{"token":null}}`, "page.token must be of type string\n"},
		{400, "a negative limit", `{` + list + `,"page":{"limit":-1}}`, "page.limit must be an integer"},
		{400, "a fraction", `{` + list + `,"page":{"limit":1.5}}`, "page.limit must be an integer"},
		{400, "an exponent", `{` + list + `,"page":{"limit":1e1}}`, "page.limit must be an integer"},
		{400, "a limit beyond 64 bits", `{` + list + `,"page":{"limit":18446744073709551616}}`, "page.limit must be an integer"},
		{400, "a limit that is a string", `{` + list + `,"page":{"limit":"1"}}`, "page.limit must be of type number\n"},
		{400, "a page that is null", `{` + list + `,"page":null}`, "page must be of type object\n"},
		{400, "a page that is an array", `{` + list + `,"page":[]}`, "page must be of type object\n"},
		{400, "page properties that are a string", `{` + list + `,"page":{"properties":""}}`, "page.properties must be of type object\n"},
		{400, "two names in page properties", `{` + list + `,"page":{"properties":{"a":1,"a":1}}}`, "a name occurs twice"},
	})
	// Two searches for different things may be asked in the same words.
	both := pager(8)
	both.decide = func(authzen.Request) (authzen.Decision, error) { return authzen.Decision{Allowed: true}, nil }
	const words = `"subject":{"type":"user","id":""},"action":{"name":"read"},"resource":{"type":"book","id":""}`
	_, next = onePage(t, both, authzen.Config{}, `{`+words+`,"page":{"limit":3}}`)
	runWire(t, handle(t, both.both(), authzen.Config{}), "search/subject", []wireCase{
		{400, "another search", `{` + words + `,"page":{"token":"` + *next + `"}}`, wrong},
	})
	// Another spelling of the question is the same question.
	for _, body := range []string{
		page(token),
		`{"page":{"token":"` + token + `","limit":3}, "resource":{"id":"ignored","type":"book"}, "action":{"name":"\u0072ead"}, "subject":{"id":"ann","type":"user"}}`,
	} {
		if ids, _ := onePage(t, f, authzen.Config{}, body); !slices.Equal(ids, []string{"n4", "n5", "n6"}) {
			t.Errorf("%s: %v", body, ids)
		}
	}
	// The maximum may be lower by now.
	if ids, _ := onePage(t, f, authzen.Config{MaxPage: 2}, page(token)); !slices.Equal(ids, []string{"n4", "n5"}) {
		t.Errorf("under a lower maximum: %v", ids)
	}
	if ids, _ := onePage(t, f, authzen.Config{MaxPage: 2}, strings.Replace(page(token), `"token"`, `"limit":3,"token"`, 1)); !slices.Equal(ids, []string{"n4", "n5"}) {
		t.Errorf("under a lower maximum, with the limit: %v", ids)
	}
}

// TestPagesCannotGoRound refuses evaluators whose list would never end, or that
// return what cannot be an id.
func TestPagesCannotGoRound(t *testing.T) {
	f := pager(4)
	_, token := onePage(t, f, authzen.Config{}, `{`+list+`,"page":{"limit":2}}`)
	again := f.resources[:2]
	for _, c := range []struct {
		name      string
		resources []string
		page      string
		status    int
	}{
		{"an empty result", []string{"n1", ""}, ``, 500},
		{"an empty result that is of no use", []string{"n1", "n2", "n3", ""}, ``, 500},
		{"one result twice", []string{"n1", "n2", "n1"}, ``, 500},
		{"a result that is not UTF-8", []string{"n1", "n\xff"}, ``, 500},
		{"a result with a control character", []string{"n1", "n\n"}, ``, 500},
		{"as it should be", again, ``, 200},
		{"the list from its beginning", again, *token, 500},
	} {
		stuck := f.both() // always finds the same
		stuck.searcher.Resources = func(*http.Request, authzen.Search) (authzen.Results, error) {
			return authzen.Results{IDs: c.resources}, nil
		}
		h := handle(t, stuck, authzen.Config{})
		if status, answer := post(t, h, "search/resource", `{`+list+`,"page":{"token":"`+c.page+`"}}`); status != c.status {
			t.Errorf("%s: %d %s", c.name, status, answer)
		}
	}
}
