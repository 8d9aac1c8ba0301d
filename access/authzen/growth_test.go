package authzen_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/authzen"
	"github.com/ambit-authz/ambit/internal/growth"
)

// TestBodyGrowth: what a body costs to answer grows with it only, whatever is in
// it.
func TestBodyGrowth(t *testing.T) {
	h := handle(t, library().both(), authzen.Config{})
	const question = `"subject":{"type":"user","id":"ann"},"action":{"name":"read"},"resource":{"type":"book","id":"b1"}`
	many := func(n int, part string) string {
		all := make([]string, n)
		for i := range all {
			all[i] = strings.ReplaceAll(part, "#", fmt.Sprint(i))
		}
		return strings.Join(all, ",")
	}
	for name, body := range map[string]func(n int) string{
		"questions": func(n int) string {
			return `{` + question + `,"evaluations":[` + many(n, `{"resource":{"type":"book","id":"b#"}}`) + `]}`
		},
		"whole questions": func(n int) string { return `{"evaluations":[` + many(n, `{`+question+`}`) + `]}` },
		"bad questions":   func(n int) string { return `{"evaluations":[` + many(n, `{"subject":{}}`) + `]}` },
		"broken evaluations": func(n int) string {
			return `{` + question + `,"evaluations":[` + many(n, `{"resource":{"type":"book","id":"broken"}}`) + `]}`
		},
		"properties": func(n int) string {
			return `{` + strings.Replace(question, `"id":"b1"`, `"id":"b1","properties":{`+many(n, `"p#":"x"`)+`}`, 1) + `}`
		},
		"context":        func(n int) string { return `{` + question + `,"context":{` + many(n, `"c#":[1,{}]`) + `}}` },
		"unknown fields": func(n int) string { return `{` + question + `,` + many(n, `"x#":1`) + `}` },
		"fields twice":   func(n int) string { return `{` + many(n, question) + `}` },
		"nested": func(n int) string {
			return `{` + question + `,"context":` + strings.Repeat(`{"a":`, n) + `1` + strings.Repeat(`}`, n) + `}`
		},
		"left open":   func(n int) string { return strings.Repeat(`[`, n) },
		"a long id":   func(n int) string { return strings.Replace(`{`+question+`}`, "b1", strings.Repeat(`\u0061`, n), 1) },
		"no encoding": func(n int) string { return strings.Replace(`{`+question+`}`, "b1", strings.Repeat("\xff", n), 1) },
	} {
		for _, endpoint := range []string{"evaluation", "evaluations", "search/subject"} {
			t.Run(name+" to "+endpoint, func(t *testing.T) {
				growth.Hundredfold(t, 10, func(n int) func() {
					body := body(n)
					return func() { serve(h, request(endpoint, body)) }
				})
			})
		}
	}
}
