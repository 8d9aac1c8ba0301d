package authzen_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/authzen"
)

// Parts that most bodies below are made of.
var abbreviate = strings.NewReplacer(
	"ANN", `"subject":{"type":"user","id":"ann"}`,
	"BOB", `"subject":{"type":"user","id":"bob"}`,
	"READ", `"action":{"name":"read"}`,
	"WRITE", `"action":{"name":"write"}`,
	"B1", `"resource":{"type":"book","id":"b1"}`,
	"B2", `"resource":{"type":"book","id":"b2"}`,
	"B3", `"resource":{"type":"book","id":"b3"}`,
	"BROKEN", `"resource":{"type":"book","id":"broken"}`,
	"HALF", `"resource":{"type":"book","id":"half"}`,
	"DOWN", `"resource":{"type":"book","id":"down"}`,
)

// wireCase is one body and what comes back: a prefix of the refusal, or the
// whole answer.
type wireCase struct {
	status             int
	name, body, answer string
}

// batch writes the answer to a batch. Each item is "true", "false" with or without a
// reason, or the status and the message of an error.
func batch(items ...string) string {
	for i, item := range items {
		verdict, text, more := strings.Cut(item, " ")
		switch {
		case !more:
			items[i] = `{"decision":` + verdict + `}`
		case verdict == "false":
			items[i] = `{"decision":false,"context":{"reason":"` + text + `"}}`
		default:
			items[i] = `{"decision":false,"context":{"error":{"status":` + verdict + `,"message":"` + text + `"}}}`
		}
	}
	return `{"evaluations":[` + strings.Join(items, ",") + `]}`
}

func runWire(t *testing.T, h http.Handler, endpoint string, cases []wireCase) {
	names := make(map[string]bool)
	for _, c := range cases {
		if names[c.name] {
			t.Errorf("two cases are called %s", c.name)
		}
		names[c.name] = true
		status, answer := post(t, h, endpoint, abbreviate.Replace(c.body))
		if status != c.status || status == 200 && answer != c.answer || !strings.HasPrefix(answer, c.answer) {
			t.Errorf("%s: %d %s\nwant %d %s", c.name, status, answer, c.status, c.answer)
		}
	}
}

const (
	yes = `{"decision":true}`
	no  = `{"decision":false}`
)

func TestEvaluation(t *testing.T) {
	h := handle(t, library().both(), authzen.Config{})
	runWire(t, h, "evaluation", []wireCase{
		{200, "allowed", `{ANN,READ,B1}`, yes},
		{200, "denied", `{BOB,WRITE,B1}`, no},
		{200, "members in another order", `{B1,READ,ANN}`, yes},
		{200, "white space", " \r\n\t{ANN , READ,\nB1 } \n", yes},
		{200, "a context", `{ANN,READ,B1,"context":{"time":"2026-01-01T00:00:00Z","deep":[{"a":[1,null,true]}]}}`, yes},
		{200, "properties", `{"subject":{"type":"user","id":"ann","properties":{"a":[]}},"action":{"name":"read","properties":{}},"resource":{"type":"book","id":"b1","properties":{"n":1e400}}}`, yes},
		{200, "unknown names", `{ANN,READ,B1,"foo":"bar","future":{"nested":[null]}}`, yes},
		{200, "unknown names in an entity", `{"subject":{"type":"user","id":"ann","name":5},READ,B1}`, yes},
		{200, "a type of an action is unknown", `{ANN,"action":{"name":"read","type":5,"id":null},B1}`, yes},
		{200, "batch names mean nothing here", `{ANN,READ,B1,"evaluations":5,"options":null,"page":[]}`, yes},
		{200, "an escaped name is that name", `{"\u0073ubject":{"type":"user","id":"ann"},READ,B1}`, yes},
		{200, "an unknown type of subject", `{"subject":{"type":"spaceship","id":"ann"},READ,B1}`, no},
		{200, "an unknown type of resource", `{ANN,READ,"resource":{"type":"spaceship","id":"b1"}}`, no},
		{200, "an unknown action", `{ANN,"action":{"name":"fly"},B1}`, no},
		{200, "an empty id is there", `{"subject":{"type":"user","id":""},READ,B1}`, no},
		{200, "nested as far as it goes", `{ANN,READ,B1,"x":` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + `}`, yes},

		{400, "no subject", `{READ,B1}`, "subject is missing\n"},
		{400, "no action", `{ANN,B1}`, "action is missing\n"},
		{400, "no resource", `{ANN,READ}`, "resource is missing\n"},
		{400, "nothing in it", `{}`, "subject is missing\n"},
		{400, "a subject without type", `{"subject":{"id":"ann"},READ,B1}`, "subject.type is missing\n"},
		{400, "a subject without id", `{"subject":{"type":"user"},READ,B1}`, "subject.id is missing\n"},
		{400, "an action without name", `{ANN,"action":{},B1}`, "action.name is missing\n"},
		{400, "a resource without type", `{ANN,READ,"resource":{"id":"b1"}}`, "resource.type is missing\n"},
		{400, "a resource without id", `{ANN,READ,"resource":{"type":"book"}}`, "resource.id is missing\n"},
		{400, "a subject in capitals", `{"SUBJECT":{"type":"user","id":"ann"},READ,B1}`, "subject is missing\n"},
		{400, "a subject with a long s", `{"ſubject":{"type":"user","id":"ann"},READ,B1}`, "subject is missing\n"},
		{400, "an id in capitals", `{"subject":{"type":"user","ID":"ann"},READ,B1}`, "subject.id is missing\n"},

		{400, "a subject that is a string", `{"subject":"ann",READ,B1}`, "subject must be of type object\n"},
		{400, "a subject that is null", `{"subject":null,READ,B1}`, "subject must be of type object\n"},
		{400, "a subject that is an array", `{"subject":[],READ,B1}`, "subject must be of type object\n"},
		{400, "an action that is a string", `{ANN,"action":"read",B1}`, "action must be of type object\n"},
		{400, "a resource that is a number", `{ANN,READ,"resource":7}`, "resource must be of type object\n"},
		{400, "an id that is a number", `{"subject":{"type":"user","id":1},READ,B1}`, "subject.id must be of type string\n"},
		{400, "an id that is null", `{"subject":{"type":"user","id":null},READ,B1}`, "subject.id must be of type string\n"},
		{400, "an id that is an array", `{ANN,READ,"resource":{"type":"book","id":["b1"]}}`, "resource.id must be of type string\n"},
		{400, "a type that is true", `{ANN,READ,"resource":{"type":true,"id":"b1"}}`, "resource.type must be of type string\n"},
		{400, "an action's name that is a number", `{ANN,"action":{"name":123},B1}`, "action.name must be of type string\n"},
		{400, "properties that are an array", `{"subject":{"type":"user","id":"ann","properties":[]},READ,B1}`, "subject.properties must be of type object\n"},
		{400, "properties that are null", `{ANN,"action":{"name":"read","properties":null},B1}`, "action.properties must be of type object\n"},
		{400, "a context that is a string", `{ANN,READ,B1,"context":"now"}`, "context must be of type object\n"},
		{400, "a context that is null", `{ANN,READ,B1,"context":null}`, "context must be of type object\n"},

		{400, "no body", ``, "the body is empty\n"},
		{400, "broken off", `{ANN,READ,B1`, "the body ends within its JSON\n"},
		{400, "trailing text", `{ANN,READ,B1}x`, "the body must end after one JSON object\n"},
		{400, "a second value", `{ANN,READ,B1}{}`, "the body must end after one JSON object\n"},
		{400, "white space alone", " \n", "the body is empty\n"},
		{400, "broken off within a string", `{ANN,READ,"resource":{"type":"bo`, "the body ends within its JSON\n"},
		{400, "a second value after an array", `[]{}`, "the body must end after one JSON object\n"},
		{400, "a comma too many", `{ANN,READ,B1,}`, "the body must be valid JSON\n"},
		{400, "a comment", `{ANN,READ,B1}/**/`, "the body must end after one JSON object\n"},
		{400, "a byte order mark", "\ufeff{ANN,READ,B1}", "the body must be valid JSON\n"},
		{400, "an array", `[{ANN,READ,B1}]`, "the body must be a JSON object\n"},
		{400, "a null", `null`, "the body must be a JSON object\n"},
		{400, "a string", `"ann"`, "the body must be a JSON object\n"},
		{400, "two subjects", `{ANN,BOB,READ,B1}`, "a name occurs twice"},
		{400, "two ids", `{"subject":{"type":"user","id":"bob","id":"ann"},READ,B1}`, "a name occurs twice"},
		{400, "two ids, one escaped", `{"subject":{"type":"user","id":"bob","i\u0064":"ann"},READ,B1}`, "a name occurs twice"},
		{400, "two unknown names", `{ANN,READ,B1,"x":1,"x":1}`, "a name occurs twice"},
		{400, "two names in an unknown member", `{ANN,READ,B1,"x":[{"y":1,"y":2}]}`, "a name occurs twice"},
		{400, "two properties", `{"subject":{"type":"user","id":"ann","properties":{"a":1,"a":2}},READ,B1}`, "a name occurs twice"},
		{400, "two names in what is of a wrong type", `{"subject":[{"a":1,"a":2}],READ,B1}`, "a name occurs twice"},
		{400, "bytes that are not UTF-8", "{\"subject\":{\"type\":\"user\",\"id\":\"ann\xff\"},READ,B1}", "the body must be valid Unicode"},
		{400, "half a surrogate pair", `{"subject":{"type":"user","id":"ann\ud800"},READ,B1}`, "the body must be valid Unicode"},
		{400, "half a surrogate pair in a name", `{ANN,READ,B1,"context":{"\udfff":1}}`, "the body must be valid Unicode"},
		{400, "half a surrogate pair in what is unknown", `{ANN,READ,B1,"x":["\ud800"]}`, "the body must be valid Unicode"},
		{400, "nested too deeply", `{ANN,READ,B1,"x":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`, "the body is nested too deeply\n"},
		{413, "too large", `{ANN,READ,B1,"x":"` + strings.Repeat("x", 1<<20) + `"}`, "the body is too large\n"},

		{500, "the evaluator fails", `{ANN,READ,BROKEN}`, "the evaluation failed\n"},
		{500, "the evaluator fails with an allowance", `{ANN,READ,HALF}`, "the evaluation failed\n"},
		{503, "the evaluator is unavailable", `{ANN,READ,DOWN}`, "no evaluation is possible now\n"},
	})
}

func TestEvaluations(t *testing.T) {
	h := handle(t, library().both(), authzen.Config{MaxEvaluations: 4})
	runWire(t, h, "evaluations", []wireCase{
		{200, "defaults for all", `{ANN,READ,"evaluations":[{B1},{B3}]}`, `{"evaluations":[{"decision":true},{"decision":false}]}`},
		{200, "no defaults", `{"evaluations":[{ANN,READ,B1},{BOB,WRITE,B1}]}`, `{"evaluations":[{"decision":true},{"decision":false}]}`},
		{200, "an empty item", `{ANN,READ,B1,"evaluations":[{},{BOB,WRITE}]}`, `{"evaluations":[{"decision":true},{"decision":false}]}`},
		{200, "defaults after the questions", `{"evaluations":[{B1},{B3}],ANN,READ}`, `{"evaluations":[{"decision":true},{"decision":false}]}`},
		{200, "one question", `{ANN,READ,B1,"evaluations":[{}]}`, `{"evaluations":[{"decision":true}]}`},
		{200, "as many as there may be", `{ANN,READ,B1,"evaluations":[{},{},{},{}]}`, `{"evaluations":[{"decision":true},{"decision":true},{"decision":true},{"decision":true}]}`},
		{200, "an entity is replaced as a whole", `{ANN,READ,B1,"evaluations":[{"subject":{"id":"ann"}},{"resource":{"type":"book"}},{"action":{}},{}]}`,
			batch("400 subject.type is missing", "400 resource.id is missing", "400 action.name is missing", "true")},
		{200, "nothing of an entity is inherited", `{ANN,READ,B1,"evaluations":[{"subject":{"type":"user"}},{"resource":{"id":"b1"}},{"action":{"properties":{}}}]}`,
			batch("400 subject.id is missing", "400 resource.type is missing", "400 action.name is missing")},
		{200, "a broken default that nobody uses", `{"subject":{"type":"user"},READ,"evaluations":[{ANN,B1},{B1}]}`, batch("true", "400 subject.id is missing")},
		{200, "an item without resource", `{ANN,READ,"evaluations":[{B1},{}]}`, batch("true", "400 resource is missing")},
		{200, "the only item without subject", `{READ,B1,"evaluations":[{}]}`, batch("400 subject is missing")},
		{200, "items that are no objects", `{ANN,READ,B1,"evaluations":[null,[],"x",1]}`, batch("400 an evaluation must be of type object", "400 an evaluation must be of type object", "400 an evaluation must be of type object", "400 an evaluation must be of type object")},
		{200, "an item's member of a wrong type", `{ANN,READ,B1,"evaluations":[{"subject":"ann"},{"subject":null},{"context":[]},{"action":{"name":1}}]}`,
			batch("400 subject must be of type object", "400 subject must be of type object", "400 context must be of type object", "400 action.name must be of type string")},
		{200, "an item's evaluation fails", `{ANN,READ,"evaluations":[{BROKEN},{HALF},{B1}]}`, batch("500 the evaluation failed", "500 the evaluation failed", "true")},
		{200, "unknown names in an item", `{ANN,READ,"evaluations":[{B1,"evaluations":1,"options":2}]}`, `{"evaluations":[{"decision":true}]}`},

		{200, "without evaluations it is one question", `{ANN,READ,B1}`, yes},
		{200, "with none it is one question", `{ANN,READ,B1,"evaluations":[]}`, yes},
		{400, "none, and no whole question", `{ANN,READ,"evaluations":[]}`, "resource is missing\n"},
		{500, "none, and the evaluator fails", `{ANN,READ,BROKEN}`, "the evaluation failed\n"},

		{200, "execute all", `{ANN,READ,"options":{"evaluations_semantic":"execute_all"},"evaluations":[{B3},{B1},{B3}]}`, `{"evaluations":[{"decision":false},{"decision":true},{"decision":false}]}`},
		{200, "deny on first deny", `{ANN,READ,"options":{"evaluations_semantic":"deny_on_first_deny"},"evaluations":[{B1},{B3},{B2}]}`, `{"evaluations":[{"decision":true},{"decision":false}]}`},
		{200, "deny on first deny, and none", `{ANN,READ,"options":{"evaluations_semantic":"deny_on_first_deny"},"evaluations":[{B1},{B2}]}`, `{"evaluations":[{"decision":true},{"decision":true}]}`},
		{200, "deny on the first that fails", `{ANN,READ,"options":{"evaluations_semantic":"deny_on_first_deny"},"evaluations":[{BROKEN},{B1}]}`, batch("500 the evaluation failed")},
		{200, "deny on the first not understood", `{ANN,READ,"options":{"evaluations_semantic":"deny_on_first_deny"},"evaluations":[{},{B1}]}`, batch("400 resource is missing")},
		{200, "permit on first permit", `{ANN,READ,"options":{"evaluations_semantic":"permit_on_first_permit"},"evaluations":[{B3},{B1},{B2}]}`, `{"evaluations":[{"decision":false},{"decision":true}]}`},
		{200, "permit on first permit, and none", `{ANN,READ,"options":{"evaluations_semantic":"permit_on_first_permit"},"evaluations":[{B3},{BROKEN}]}`, batch("false", "500 the evaluation failed")},
		{200, "options without a semantic", `{ANN,READ,"options":{"x":"y"},"evaluations":[{B1}]}`, `{"evaluations":[{"decision":true}]}`},
		{200, "what would fail after the end is not asked", `{ANN,READ,"options":{"evaluations_semantic":"permit_on_first_permit"},"evaluations":[{B1},{DOWN}]}`, `{"evaluations":[{"decision":true}]}`},

		{400, "an unknown semantic", `{ANN,READ,B1,"options":{"evaluations_semantic":"majority"},"evaluations":[{}]}`, "options.evaluations_semantic must be execute_all"},
		{400, "a semantic in capitals", `{ANN,READ,B1,"options":{"evaluations_semantic":"EXECUTE_ALL"},"evaluations":[{}]}`, "options.evaluations_semantic must be execute_all"},
		{400, "an empty semantic", `{ANN,READ,B1,"options":{"evaluations_semantic":""},"evaluations":[{}]}`, "options.evaluations_semantic must be execute_all"},
		{400, "a semantic that is null", `{ANN,READ,B1,"options":{"evaluations_semantic":null},"evaluations":[{}]}`, "options.evaluations_semantic must be of type string\n"},
		{400, "an unknown semantic of one question", `{ANN,READ,B1,"options":{"evaluations_semantic":"x"}}`, "options.evaluations_semantic must be execute_all"},
		{400, "options that are null", `{ANN,READ,B1,"options":null,"evaluations":[{}]}`, "options must be of type object\n"},
		{400, "evaluations that are null", `{ANN,READ,B1,"evaluations":null}`, "evaluations must be of type array\n"},
		{400, "evaluations that are an object", `{ANN,READ,B1,"evaluations":{}}`, "evaluations must be of type array\n"},
		{400, "a default of a wrong type", `{"subject":"ann",READ,B1,"evaluations":[{ANN}]}`, "subject must be of type object\n"},
		{400, "a default's id of a wrong type", `{"subject":{"type":"user","id":5},READ,B1,"evaluations":[{ANN}]}`, "subject.id must be of type string\n"},
		{400, "a default context of a wrong type", `{ANN,READ,B1,"context":5,"evaluations":[{}]}`, "context must be of type object\n"},
		{400, "too many", `{ANN,READ,B1,"evaluations":[{},{},{},{},{}]}`, "there are more evaluations than 4\n"},
		{400, "two names in an item", `{ANN,READ,"evaluations":[{B1},{B1,B2}]}`, "a name occurs twice"},
		{400, "two names after too many", `{ANN,READ,B1,"evaluations":[{},{},{},{},{"a":1,"a":2}]}`, "a name occurs twice"},
		{400, "half a surrogate pair in an item", `{ANN,READ,"evaluations":[{"resource":{"type":"book","id":"\ud800"}}]}`, "the body must be valid Unicode"},
		{400, "broken off", `{ANN,READ,"evaluations":[{B1}`, "the body ends within its JSON\n"},
		{400, "an array", `[]`, "the body must be a JSON object\n"},

		{503, "unavailable in the middle", `{ANN,READ,"evaluations":[{B1},{DOWN}]}`, "no evaluation is possible now\n"},
	})
}

func TestSearch(t *testing.T) {
	h := handle(t, library().both(), authzen.Config{})
	runWire(t, h, "search/subject", []wireCase{
		{200, "who may read", `{"subject":{"type":"user"},READ,B1}`, `{"results":[{"type":"user","id":"bob"},{"type":"user","id":"ann"}]}`},
		{200, "an id is ignored", `{ANN,READ,B1}`, `{"results":[{"type":"user","id":"bob"},{"type":"user","id":"ann"}]}`},
		{200, "nobody", `{"subject":{"type":"user"},READ,B3}`, `{"results":[]}`},
		{200, "an unknown type", `{"subject":{"type":"spaceship"},READ,B1}`, `{"results":[]}`},
		{200, "an unknown resource", `{"subject":{"type":"user"},READ,"resource":{"type":"book","id":"ghost"}}`, `{"results":[]}`},
		{200, "a context and unknown names", `{"subject":{"type":"user"},WRITE,B1,"context":{"a":1},"evaluations":0,"x":0}`, `{"results":[{"type":"user","id":"ann"}]}`},
		{400, "no subject", `{READ,B1}`, "subject is missing\n"},
		{400, "no type", `{"subject":{"id":"ann"},READ,B1}`, "subject.type is missing\n"},
		{400, "no action", `{"subject":{"type":"user"},B1}`, "action is missing\n"},
		{400, "no name", `{"subject":{"type":"user"},"action":{},B1}`, "action.name is missing\n"},
		{400, "no resource", `{"subject":{"type":"user"},READ}`, "resource is missing\n"},
		{400, "a resource without id", `{"subject":{"type":"user"},READ,"resource":{"type":"book"}}`, "resource.id is missing\n"},
		{200, "an ignored id of a wrong type", `{"subject":{"type":"user","id":{"a":[5]}},READ,B1}`, `{"results":[{"type":"user","id":"bob"},{"type":"user","id":"ann"}]}`},
		{200, "an ignored id that is null", `{"subject":{"id":null,"type":"user"},READ,B1}`, `{"results":[{"type":"user","id":"bob"},{"type":"user","id":"ann"}]}`},
		{400, "two ignored ids", `{"subject":{"type":"user","id":5,"id":5},READ,B1}`, "a name occurs twice"},
		{400, "two names in an ignored id", `{"subject":{"type":"user","id":{"a":1,"a":1}},READ,B1}`, "a name occurs twice"},
		{400, "half a surrogate pair in an ignored id", `{"subject":{"type":"user","id":"\ud800"},READ,B1}`, "the body must be valid Unicode"},
		{400, "a resource's id of a wrong type", `{"subject":{"type":"user"},READ,"resource":{"type":"book","id":5}}`, "resource.id must be of type string\n"},
		{400, "properties of a wrong type", `{"subject":{"type":"user","properties":5},READ,B1}`, "subject.properties must be of type object\n"},
		{400, "a context of a wrong type", `{"subject":{"type":"user"},READ,B1,"context":1}`, "context must be of type object\n"},
		{400, "two types", `{"subject":{"type":"user","type":"user"},READ,B1}`, "a name occurs twice"},
		{500, "the evaluator fails", `{"subject":{"type":"user"},READ,BROKEN}`, "the evaluation failed\n"},
		{503, "the evaluator is unavailable", `{"subject":{"type":"user"},READ,DOWN}`, "no evaluation is possible now\n"},
	})
	runWire(t, h, "search/resource", []wireCase{
		{200, "what ann may read", `{ANN,READ,"resource":{"type":"book"}}`, `{"results":[{"type":"book","id":"b1"},{"type":"book","id":"b2"}]}`},
		{200, "an id is ignored", `{ANN,READ,B3}`, `{"results":[{"type":"book","id":"b1"},{"type":"book","id":"b2"}]}`},
		{200, "an ignored id of a wrong type", `{ANN,READ,"resource":{"type":"book","id":[3]}}`, `{"results":[{"type":"book","id":"b1"},{"type":"book","id":"b2"}]}`},
		{400, "a subject's id of a wrong type", `{"subject":{"type":"user","id":5},READ,B1}`, "subject.id must be of type string\n"},
		{200, "an unknown subject", `{"subject":{"type":"user","id":"ghost"},READ,B1}`, `{"results":[]}`},
		{200, "an unknown type", `{ANN,READ,"resource":{"type":"spaceship"}}`, `{"results":[]}`},
		{400, "no subject", `{READ,"resource":{"type":"book"}}`, "subject is missing\n"},
		{400, "a subject without id", `{"subject":{"type":"user"},READ,"resource":{"type":"book"}}`, "subject.id is missing\n"},
		{400, "no resource", `{ANN,READ}`, "resource is missing\n"},
		{400, "a resource without type", `{ANN,READ,"resource":{}}`, "resource.type is missing\n"},
		{400, "no action", `{ANN,"resource":{"type":"book"}}`, "action is missing\n"},
	})
	runWire(t, h, "search/action", []wireCase{
		{200, "what ann may do, in the evaluator's order", `{ANN,B1}`, `{"results":[{"name":"write"},{"name":"read"}]}`},
		{200, "an action is ignored", `{ANN,B1,"action":{"name":"read"}}`, `{"results":[{"name":"write"},{"name":"read"}]}`},
		{200, "an action of a wrong type is ignored", `{ANN,B1,"action":5}`, `{"results":[{"name":"write"},{"name":"read"}]}`},
		{400, "two names in an action", `{ANN,B1,"action":{"name":"read","name":"read"}}`, "a name occurs twice"},
		{400, "half a surrogate pair in an action", `{ANN,B1,"action":"\ud800"}`, "the body must be valid Unicode"},
		{200, "nothing", `{BOB,B3}`, `{"results":[]}`},
		{200, "an unknown subject", `{"subject":{"type":"user","id":"ghost"},B1}`, `{"results":[]}`},
		{400, "no resource", `{ANN}`, "resource is missing\n"},
		{400, "no subject", `{B1}`, "subject is missing\n"},
		{400, "a subject without id", `{"subject":{"type":"user"},B1}`, "subject.id is missing\n"},
		{400, "broken off", `{ANN,B1`, "the body ends within its JSON\n"},
	})
}

func TestReasons(t *testing.T) {
	h := handle(t, library().both(), authzen.Config{Reasons: true})
	runWire(t, h, "evaluation", []wireCase{
		{200, "a denial has its reason", `{BOB,WRITE,B1}`, `{"decision":false,"context":{"reason":"not-allowed"}}`},
		{200, "an allowance has none", `{ANN,READ,B1}`, yes},
		{200, "a denial without one", `{"subject":{"type":"user","id":"silent"},READ,B1}`, no},
		{500, "a failure has none", `{ANN,READ,BROKEN}`, "the evaluation failed\n"},
	})
	runWire(t, h, "evaluations", []wireCase{
		{200, "each item has one", `{BOB,READ,"evaluations":[{B1},{B2},{},{BROKEN}]}`, batch("true", "false not-allowed", "400 resource is missing", "500 the evaluation failed")},
	})
}
