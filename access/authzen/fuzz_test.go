package authzen_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/access/authzen"
)

// tree reads a JSON text with the decoder of the standard library: ok is false
// if the text must be refused as a whole. It does not look for lone surrogates,
// which become U+FFFD.
func tree(text []byte) (value any, ok bool) {
	if !utf8.Valid(text) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	value, err := branch(d, 0)
	if err != nil {
		return nil, false
	}
	_, err = d.Token()
	return value, err == io.EOF
}

var errTree = errors.New("a name twice, or too deep")

func branch(d *json.Decoder, depth int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	delim, _ := token.(json.Delim)
	if delim == 0 {
		return token, nil
	}
	if depth == 100 {
		return nil, errTree
	}
	object, array := map[string]any{}, []any{}
	for d.More() {
		name := ""
		if delim == '{' {
			token, err := d.Token()
			if err != nil {
				return nil, err
			}
			name, _ = token.(string)
		}
		v, err := branch(d, depth+1)
		if err != nil {
			return nil, err
		}
		if _, twice := object[name]; twice && delim == '{' {
			return nil, errTree
		}
		object[name], array = v, append(array, v)
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if delim == '{' {
		return object, nil
	}
	return array, nil
}

// members returns the strings of an entity, and whether all of it has its type.
func members(value any, kind, id string) (k, i string, whole, typed bool) {
	entity, isObject := value.(map[string]any)
	if !isObject {
		return "", "", false, value == nil
	}
	k, hasKind := entity[kind].(string)
	i, hasID := entity[id].(string)
	_, givenKind := entity[kind]
	_, givenID := entity[id]
	properties, hasProperties := entity["properties"]
	_, isObject = properties.(map[string]any)
	typed = hasKind == givenKind && hasID == givenID && hasProperties == isObject
	return k, i, typed && hasID && (hasKind || kind == ""), typed
}

// understood returns the question that a tree asks, as subject, action and
// resource, and whether it is complete.
func understood(question map[string]any) (line string, whole, typed bool) {
	st, si, s, sTyped := members(question["subject"], "type", "id")
	_, a, named, aTyped := members(question["action"], "", "name")
	rt, ri, r, rTyped := members(question["resource"], "type", "id")
	typed = sTyped && aTyped && rTyped
	for _, name := range []string{"subject", "action", "resource", "context"} {
		if value, given := question[name]; given {
			_, isObject := value.(map[string]any)
			typed = typed && isObject
		}
	}
	return strings.Join([]string{st, si, a, rt, ri}, "\n"), typed && s && named && r, typed
}

var endpoints = []string{"evaluation", "evaluations", "search/subject", "search/resource", "search/action"}

func FuzzHandler(f *testing.F) {
	for _, body := range []string{
		wholeQuestion,
		`{}`, `[]`, `{"subject":{}}`, `{"subject":null,"action":{"name":"read"},"resource":{"type":"book","id":"b1"}}`,
		wholeQuestion[:len(wholeQuestion)-1] + `,"context":{"a":[1,"\ud83d\ude00",null]},"evaluations":[{},{"subject":{"type":"user"}},5],"options":{"evaluations_semantic":"execute_all"}}`,
		wholeQuestion[:len(wholeQuestion)-1] + `,"page":{"limit":1,"token":"AQ"},"x":{"y":1,"y":2}}`,
		`{"ſubject":{"type":"user","id":"ann"},"action":{"name":"read"},"resource":{"type":"book","id":"\ud800"}}`,
	} {
		for i := range endpoints {
			f.Add(uint8(i), []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		endpoint := endpoints[int(which)%len(endpoints)]
		var seen []authzen.Request
		open := library()
		open.decide = func(r authzen.Request) (authzen.Decision, error) {
			seen = append(seen, r)
			return authzen.Decision{Allowed: true}, nil
		}
		config := authzen.Config{MaxBody: 4096, MaxEvaluations: 16}
		status, answer := post(t, handle(t, open.both(), config), endpoint, string(body))
		value, ok := tree(body)
		if status != 200 && status != 400 && status != 413 {
			t.Fatalf("%d %s", status, answer)
		}
		if object, isObject := value.(map[string]any); status == 200 {
			if !ok || !isObject {
				t.Fatalf("%q is answered with %s", body, answer)
			}
			sameQuestions(t, endpoint, object, seen, answer)
		} else if status == 400 && endpoint == "evaluation" && ok && isObject && len(body) <= 4096 && !strings.Contains(string(body), `\u`) {
			if _, whole, _ := understood(object); whole {
				t.Fatalf("%q is refused: %s", body, answer)
			}
		}
		broken := library()
		broken.decide = func(authzen.Request) (authzen.Decision, error) { return authzen.Decision{Allowed: true}, errBroken }
		again, answer := post(t, handle(t, broken.both(), config), endpoint, string(body))
		if strings.Contains(answer, "true") || status != 200 && again != status || status == 200 && again != 200 && again != 500 {
			t.Fatalf("%q: with a broken evaluator %d %s", body, again, answer)
		}
	})
}

// sameQuestions checks that the evaluator was asked what the text asks: nothing
// else was seen, and nothing incomplete was allowed.
func sameQuestions(t *testing.T, endpoint string, object map[string]any, seen []authzen.Request, answer string) {
	if endpoint == "evaluation" || endpoint == "evaluations" {
		items, _ := object["evaluations"].([]any)
		var want []string
		if len(items) == 0 || endpoint == "evaluation" {
			items = []any{map[string]any{}}
		}
		for _, item := range items {
			members, isObject := item.(map[string]any)
			question := make(map[string]any)
			for _, name := range []string{"subject", "action", "resource", "context"} {
				for _, from := range []map[string]any{object, members} {
					if part, given := from[name]; given {
						question[name] = part
					}
				}
			}
			if line, whole, _ := understood(question); whole && isObject {
				want = append(want, line)
			}
		}
		got := make([]string, len(seen))
		for i, r := range seen {
			got[i] = strings.Join([]string{r.Subject.Type, r.Subject.ID, r.Action.Name, r.Resource.Type, r.Resource.ID}, "\n")
		}
		all := strings.Join(want, "\n\n")
		if !strings.HasPrefix(all, strings.Join(got, "\n\n")) || strings.Count(answer, "true") != len(got) || options(object) == "" && len(got) != len(want) {
			t.Fatalf("asked %q, want %q; answered %s", got, want, answer)
		}
		return
	}
	for _, r := range seen {
		s, _ := object["subject"].(map[string]any)
		b, _ := object["resource"].(map[string]any)
		if r.Subject.Type != s["type"] || r.Resource.Type != b["type"] {
			t.Fatalf("asked %v, want %v", r, object)
		}
	}
}

// options returns the semantic of a batch, "" for the usual one.
func options(object map[string]any) string {
	o, _ := object["options"].(map[string]any)
	semantic, _ := o["evaluations_semantic"].(string)
	return strings.TrimPrefix(semantic, "execute_all")
}

// FuzzToken sends tokens that the server did not make. Each must lead to a list
// that the caller may also get without it.
func FuzzToken(f *testing.F) {
	for _, token := range []string{"", "AA", "AQ", "====", "\u00e9"} {
		f.Add(token, uint64(0))
	}
	shelf := pager(8)
	h, err := authzen.New(authzen.Config{Evaluator: shelf.serves, Searcher: shelf.searcher(), Authenticate: authzen.Unauthenticated})
	if err != nil {
		f.Fatal(err)
	}
	_, answer := post(f, h, "search/resource", `{`+list+`,"page":{"limit":3}}`)
	_, token, _ := strings.Cut(answer, `"next_token":"`)
	token, _, _ = strings.Cut(token, `"`)
	f.Add(token, uint64(3))
	f.Fuzz(func(t *testing.T, token string, limit uint64) {
		quoted, err := json.Marshal(map[string]any{"token": token, "limit": limit})
		if err != nil {
			t.Fatal(err)
		}
		w := serve(h, request("search/resource", `{`+list+`,"page":`+string(quoted)+`}`))
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		var p pageOf
		if err := json.Unmarshal(w.Body.Bytes(), &p); w.Code == http.StatusOK && (err != nil || len(p.Results) > 8) {
			t.Fatalf("%s %v", w.Body, err)
		}
	})
}
