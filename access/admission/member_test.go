package admission_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/admission"
)

// TestJSONMember wants the id, or a text that says what to send instead.
func TestJSONMember(t *testing.T) {
	for _, tt := range []struct{ want, detail, name, body string }{
		{"q1", "", "alone", `{"report":"q1"}`},
		{"q1", "", "among others", ` {"level": {"report": "q2"}, "report": "q1", "x": [1, {"Report": 2}]} `},
		{"", "", "empty", `{"report":""}`},
		{"é\u2028", "", "escapes", `{"report":"\u00e9\u2028"}`},
		{"", `the body has no "report"`, "missing", `{"level":"viewer"}`},
		{"", `the body has no "report"`, "nothing", `{}`},
		{"", `"report" in the body must be a string`, "number", `{"report":1}`},
		{"", `"report" in the body must be a string`, "null", `{"report":null}`},
		{"", `"report" in the body must be a string`, "list", `{"report":["q1"]}`},
		{"", `the body has "Report"; write "report"`, "another case", `{"Report":"q1"}`},
		{"", `the body has "REPORT"; write "report"`, "both cases", `{"report":"q1","REPORT":"q2"}`},
		{"", "must be one JSON object", "twice", `{"report":"q1","report":"q2"}`},
		{"", "must be one JSON object", "twice, escaped", `{"report":"q1","\u0072eport":"q2"}`},
		{"", "must be one JSON object", "twice, elsewhere", `{"report":"q1","x":{"a":1,"a":2}}`},
		{"", "must be one JSON object", "after it", `{"report":"q1"} {"report":"q2"}`},
		{"", "must be one JSON object", "broken off", `{"report":"q1"`},
		{"", "must be one JSON object", "no body", ``},
		{"", "must be one JSON object", "a list", `[{"report":"q1"}]`},
		{"", "must be one JSON object", "not UTF-8", "{\"report\":\"q\xff\"}"},
		{"", "must be one JSON object", "half a character", `{"report":"\ud800"}`},
		{"", "must be one JSON object", "a form", `report=q1`},
		{"", "must be one JSON object", "too deep", `{"report":"q1","x":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := admission.JSONMember([]byte(tt.body), "report")
			f := admission.FailureOf(t.Context(), err)
			if got != tt.want || (err == nil) != (tt.detail == "") || err != nil && (f.Status != 400 || !strings.Contains(f.Detail, tt.detail)) {
				t.Errorf("%q, %d %q, want %q %q", got, f.Status, f.Detail, tt.want, tt.detail)
			}
		})
	}
}

// FuzzJSONMember reads a body by JSONMember and as most handlers would. If the
// guard takes an id from it, a handler takes no other.
func FuzzJSONMember(f *testing.F) {
	for _, body := range []string{`{"report":"q1"}`, `{"REPORT":"q2","report":"q1"}`, `{"report":"q1","report":"q2"}`, `{"report":"\ud800"}`, `{"report":"q1"}x`, `null`, `{"report":"a","RePoRt":null}`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		id, err := admission.JSONMember(body, "report")
		if err != nil {
			return
		}
		var loose struct {
			Report string `json:"report"`
		}
		var exact map[string]any
		if err := json.Unmarshal(body, &loose); err != nil || loose.Report != id {
			t.Errorf("%q: a handler reads %q, %v; the guard %q", body, loose.Report, err, id)
		}
		if err := json.Unmarshal(body, &exact); err != nil || exact["report"] != id {
			t.Errorf("%q: a handler reads %q, %v; the guard %q", body, exact["report"], err, id)
		}
	})
}
