package authzen_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"slices"
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

// The limits under which bodies are judged.
const (
	judgedBytes = 4096
	judgedItems = 16
)

// judgement is how a handler must answer a body if its Evaluator allows every
// question: made with the standard library and the rules of the protocol only.
type judgement struct {
	status    int
	batch     bool
	decisions []bool   // of an evaluation
	questions []string // that the Evaluator is asked for them
	open      bool     // a refusal is right as well: a token, or perhaps half a surrogate pair
}

func judge(endpoint string, body []byte) judgement {
	if len(body) > judgedBytes {
		return judgement{status: 413}
	}
	value, ok := tree(body)
	object, isObject := value.(map[string]any)
	if !ok || !isObject {
		return judgement{status: 400}
	}
	j := judgement{status: 200, open: bytes.Contains(bytes.ToLower(body), []byte(`\ud`))}
	if target, search := strings.CutPrefix(endpoint, "search/"); search {
		_, whole, _ := understood(completed(object, target))
		token, paged := pageOfTree(object)
		if !whole || !paged {
			j.status = 400
		}
		j.open = j.open || token
		return j
	}
	line, whole, typed := understood(object)
	if endpoint == "evaluations" {
		items, batch := object["evaluations"].([]any)
		_, given := object["evaluations"]
		semantic, known := semanticOf(object)
		if given != batch || !known || len(items) > judgedItems || !typed {
			return judgement{status: 400}
		}
		if len(items) > 0 {
			j.batch = true
			j.judgeItems(object, items, semantic)
			return j
		}
	}
	if !whole {
		return judgement{status: 400}
	}
	j.decisions, j.questions = []bool{true}, []string{line}
	return j
}

// judgeItems judges the questions of a batch, up to the one that stops it.
func (j *judgement) judgeItems(object map[string]any, items []any, semantic string) {
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
		line, whole, _ := understood(question)
		allowed := whole && isObject
		j.decisions = append(j.decisions, allowed)
		if allowed {
			j.questions = append(j.questions, line)
		}
		if semantic == "deny_on_first_deny" && !allowed || semantic == "permit_on_first_permit" && allowed {
			return
		}
	}
}

// completed puts something in place of what is searched for, and ignored.
func completed(object map[string]any, target string) map[string]any {
	all := make(map[string]any)
	for name, value := range object {
		all[name] = value
	}
	if target == "action" {
		all["action"] = map[string]any{"name": "x"}
	} else if entity, isObject := object[target].(map[string]any); isObject {
		all[target] = map[string]any{"id": "x"}
		for name, value := range entity {
			if name != "id" {
				all[target].(map[string]any)[name] = value
			}
		}
	}
	return all
}

// pageOfTree reports whether the page of a search has its type, if there is one,
// and whether it has a token.
func pageOfTree(object map[string]any) (token, typed bool) {
	value, given := object["page"]
	page, isObject := value.(map[string]any)
	if given != isObject {
		return false, false
	}
	typed = true
	if limit, given := page["limit"]; given {
		number, _ := limit.(json.Number)
		n, isInteger := new(big.Int).SetString(number.String(), 10)
		typed = isInteger && n.Sign() >= 0 && n.BitLen() <= 64 && number[0] != '-'
	}
	if properties, given := page["properties"]; given {
		_, isObject := properties.(map[string]any)
		typed = typed && isObject
	}
	text, isText := page["token"].(string)
	_, given = page["token"]
	return text != "", typed && isText == given
}

// semanticOf returns when a batch stops, and whether that is known.
func semanticOf(object map[string]any) (string, bool) {
	value, given := object["options"]
	options, isObject := value.(map[string]any)
	if given != isObject {
		return "", false
	}
	semantic, given := options["evaluations_semantic"]
	if !given {
		return "", true
	}
	text, _ := semantic.(string)
	return text, slices.Contains([]string{"execute_all", "deny_on_first_deny", "permit_on_first_permit"}, text)
}

// ask checks the answers to one body: of a handler that allows everything, and of
// one whose Evaluator fails. It returns the status of the first.
func ask(t testing.TB, endpoint string, body []byte) int {
	var seen []authzen.Request
	allowing := library()
	allowing.decide = func(r authzen.Request) (authzen.Decision, error) {
		seen = append(seen, r)
		return authzen.Decision{Allowed: true}, nil
	}
	config := authzen.Config{MaxBody: judgedBytes, MaxEvaluations: judgedItems}
	status, answer := post(t, handle(t, allowing.both(), config), endpoint, string(body))
	want := judge(endpoint, body)
	if status != want.status && !(want.open && status == 400) {
		t.Fatalf("%s %q: %d %s, want %d", endpoint, body, status, answer, want.status)
	}
	if status == 200 {
		want.compare(t, endpoint, body, seen, answer)
	} else if len(seen) > 0 || strings.Contains(answer, "true") {
		t.Fatalf("%s %q: refused with %q after %d questions", endpoint, body, answer, len(seen))
	}
	broken := library()
	broken.decide = func(authzen.Request) (authzen.Decision, error) { return authzen.Decision{Allowed: true}, errBroken }
	again, answer := post(t, handle(t, broken.both(), config), endpoint, string(body))
	if strings.Contains(answer, "true") || status != 200 && again != status || status == 200 && again != 200 && again != 500 {
		t.Fatalf("%s %q: with a broken evaluator %d %s", endpoint, body, again, answer)
	}
	return status
}

// compare compares an answer, and the questions that led to it.
func (j judgement) compare(t testing.TB, endpoint string, body []byte, seen []authzen.Request, answer string) {
	if strings.HasPrefix(endpoint, "search/") {
		value, _ := tree(body)
		object, _ := value.(map[string]any)
		subject, _ := object["subject"].(map[string]any)
		resource, _ := object["resource"].(map[string]any)
		for _, r := range seen {
			if r.Subject.Type != subject["type"] || r.Resource.Type != resource["type"] {
				t.Fatalf("%s %q: asked %v", endpoint, body, r)
			}
		}
		return
	}
	questions := make([]string, len(seen))
	for i, r := range seen {
		questions[i] = strings.Join([]string{r.Subject.Type, r.Subject.ID, r.Action.Name, r.Resource.Type, r.Resource.ID}, "\n")
	}
	type decision struct{ Decision *bool }
	var batch struct{ Evaluations []decision }
	single := make([]decision, 1)
	into := any(&single[0])
	if j.batch {
		into = &batch
	}
	if err := json.Unmarshal([]byte(answer), into); err != nil {
		t.Fatal(err)
	}
	if j.batch {
		single = batch.Evaluations
	}
	same := slices.EqualFunc(single, j.decisions, func(d decision, want bool) bool { return d.Decision != nil && *d.Decision == want })
	if !same || !slices.Equal(questions, j.questions) {
		t.Fatalf("%s %q: answered %s after %q, want %v after %q", endpoint, body, answer, questions, j.decisions, j.questions)
	}
}
