package authzen_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/authzen"
	"github.com/ambit-authz/ambit/access/live"
)

// TestContext sends what the host says besides, with allowed and denied decisions
// and with lists.
func TestContext(t *testing.T) {
	contexts := map[string]map[string]any{
		"b1":  {"obligations": []string{"log"}, "acr": "high", "n": 1},
		"b2":  {},
		"b3":  {"reason_user": map[string]any{"403": "ask <ann>"}},
		"b4":  {"reason": "mine"},
		"b5":  {"error": "mine"},
		"b6":  {"x": func() {}},
		"b7":  {"Reason": "mine", "errors": nil},
		"b8":  {"reason": nil},
		"b9":  nil,
		"b10": {"x": make(chan int), "reason": ""},
	}
	f := library()
	f.decide = func(r authzen.Request) (authzen.Decision, error) {
		return authzen.Decision{Allowed: r.Subject.ID == "ann", Reason: "not-allowed", Context: contexts[r.Resource.ID]}, nil
	}
	const taken = "authzen: the context of an answer has a member %q, which is the handler's; give it another name"
	for _, c := range []struct {
		status         int
		id             string
		allowed        string
		denied, silent string // with reasons and without
		reported       string
	}{
		{200, "b1", `{"acr":"high","n":1,"obligations":["log"]}`, `{"acr":"high","n":1,"obligations":["log"],"reason":"not-allowed"}`, `{"acr":"high","n":1,"obligations":["log"]}`, ""},
		{200, "b2", ``, `{"reason":"not-allowed"}`, ``, ""},
		{200, "b3", `{"reason_user":{"403":"ask \u003cann\u003e"}}`, `{"reason":"not-allowed","reason_user":{"403":"ask \u003cann\u003e"}}`, `{"reason_user":{"403":"ask \u003cann\u003e"}}`, ""},
		{500, "b4", "", "", "", fmt.Sprintf(taken, "reason")},
		{500, "b5", "", "", "", fmt.Sprintf(taken, "error")},
		{500, "b6", "", "", "", "authzen: the context of an answer cannot be written as JSON: json: unsupported type: func()"},
		{200, "b7", `{"Reason":"mine","errors":null}`, `{"Reason":"mine","errors":null,"reason":"not-allowed"}`, `{"Reason":"mine","errors":null}`, ""},
		{500, "b8", "", "", "", fmt.Sprintf(taken, "reason")},
		{200, "b9", ``, `{"reason":"not-allowed"}`, ``, ""},
		{500, "b10", "", "", "", fmt.Sprintf(taken, "reason")},
	} {
		for _, who := range []string{"ann", "bob"} {
			for _, reasons := range []bool{false, true} {
				var reported []string
				h := handle(t, f.both(), authzen.Config{Reasons: reasons, OnError: func(_ context.Context, err error) { reported = append(reported, err.Error()) }})
				want := `{"decision":true,"context":` + c.allowed + `}`
				switch {
				case who == "bob" && reasons:
					want = `{"decision":false,"context":` + c.denied + `}`
				case who == "bob":
					want = `{"decision":false,"context":` + c.silent + `}`
				}
				want = strings.Replace(want, `,"context":}`, "}", 1)
				question := `"subject":{"type":"user","id":"` + who + `"},"action":{"name":"read"},"resource":{"type":"book","id":"` + c.id + `"}`
				item := want
				if c.status != 200 {
					want, item = "the evaluation failed\n", `{"decision":false,"context":{"error":{"status":500,"message":"the evaluation failed"}}}`
				}
				if status, answer := post(t, h, "evaluation", `{`+question+`}`); status != c.status || answer != want {
					t.Errorf("%s, %s: %d %s, want %s", who, c.id, status, answer, want)
				}
				if status, answer := post(t, h, "evaluations", `{`+question+`,"evaluations":[{}]}`); status != 200 || answer != `{"evaluations":[`+item+`]}` {
					t.Errorf("%s, %s in a batch: %d %s, want %s", who, c.id, status, answer, item)
				}
				wantReported := []string{}
				if c.reported != "" {
					wantReported = []string{c.reported, "authzen: evaluations[0]: " + c.reported}
				}
				if strings.Join(reported, "|") != strings.Join(wantReported, "|") {
					t.Errorf("%s, %s: reported %q", who, c.id, reported)
				}
			}
		}
	}
}

func TestContextOfLists(t *testing.T) {
	const question = `{"subject":{"type":"user","id":"ann"},"action":{"name":"read"},"resource":{"type":"book","id":"b1"},"page":{}}`
	for _, c := range []struct {
		status  int
		context map[string]any
		want    string
	}{
		{200, nil, `{"page":{"next_token":""},"results":[`},
		{200, map[string]any{}, `{"page":{"next_token":""},"results":[`},
		{200, map[string]any{"as_of": "noon"}, `{"page":{"next_token":""},"context":{"as_of":"noon"},"results":[`},
		{500, map[string]any{"reason": "mine"}, "the evaluation failed\n"},
		{500, map[string]any{"x": func() {}}, "the evaluation failed\n"},
	} {
		f := library()
		f.context = c.context
		h := handle(t, f.both(), authzen.Config{})
		for _, endpoint := range endpoints[2:] {
			if status, answer := post(t, h, endpoint, question); status != c.status || !strings.HasPrefix(answer, c.want) {
				t.Errorf("%v at %s: %d %s", c.context, endpoint, status, answer)
			}
		}
	}
}

// TestContextOfPolicy makes a context from the decision.
func TestContextOfPolicy(t *testing.T) {
	type key struct{}
	var seen []access.Decision
	policy := access.MustLoad(acme)
	h := handle(t, byPolicy(authzen.PolicyConfig{
		Source: live.New(policy),
		Context: func(ctx context.Context, d access.Decision) map[string]any {
			seen = append(seen, d)
			return map[string]any{"tenant": ctx.Value(key{}), "allowed": d.Allowed}
		},
	}), authzen.Config{Reasons: true})
	ask := func(endpoint, body string) string {
		r := request(endpoint, body)
		return serve(h, r.WithContext(context.WithValue(r.Context(), key{}, "acme"))).Body.String()
	}
	body := longhand(t, `user:mia, account.view, account:us-1`)
	if got := ask("evaluation", body); got != `{"decision":true,"context":{"allowed":true,"tenant":"acme"}}` {
		t.Error(got)
	}
	batch := body[:len(body)-1] + `,"evaluations":[{"subject":{"type":"user","id":"eve"}}]}`
	if got := ask("evaluations", batch); got != `{"evaluations":[{"decision":false,"context":{"allowed":false,"reason":"unknown-user","tenant":"acme"}}]}` {
		t.Error(got)
	}
	allowed := policy.Decide(access.User("mia"), access.ViewAccount, access.Account("us-1"))
	denied := policy.Decide(access.User("eve"), access.ViewAccount, access.Account("us-1"))
	if want := fmt.Sprint([]access.Decision{allowed, denied}); fmt.Sprint(seen) != want {
		t.Errorf("seen %v, want %s", seen, want)
	}
}

// TestSearches leaves out each search that the host does not have: there is no
// endpoint, and the metadata does not tell of one.
func TestSearches(t *testing.T) {
	all := library().searcher()
	for _, c := range []struct {
		name     string
		searcher authzen.Searcher
		has      string
	}{
		{"none", authzen.Searcher{}, ""},
		{"subjects", authzen.Searcher{Subjects: all.Subjects}, "subject"},
		{"resources", authzen.Searcher{Resources: all.Resources}, "resource"},
		{"actions", authzen.Searcher{Actions: all.Actions}, "action"},
		{"two", authzen.Searcher{Subjects: all.Subjects, Actions: all.Actions}, "subject action"},
		{"all", all, "subject resource action"},
		{"a policy's", authzen.SearchPolicy(authzen.PolicyConfig{Source: live.New(access.MustLoad(acme))}), "subject resource action"},
	} {
		h := handle(t, served{library().serves, c.searcher}, authzen.Config{BaseURL: "https://pdp.example.com/t"})
		metadata := serve(h, httptest.NewRequest("GET", "/.well-known/authzen-configuration/t", nil)).Body.String()
		if !strings.Contains(metadata, `"access_evaluation_endpoint":`) || !strings.Contains(metadata, `"access_evaluations_endpoint":`) {
			t.Errorf("%s: %s", c.name, metadata)
		}
		for _, kind := range []string{"subject", "resource", "action"} {
			has := strings.Contains(c.has, kind)
			r := request("", wholeQuestion)
			r.URL.Path = "/t/access/v1/search/" + kind
			w := serve(h, r)
			if listed := strings.Contains(metadata, `"search_`+kind+`_endpoint":"https://pdp.example.com/t/access/v1/search/`+kind+`"`); listed != has || strings.Contains(metadata, "search_"+kind) != has {
				t.Errorf("%s: metadata %s", c.name, metadata)
			}
			if has != (w.Code == 200) || !has && w.Code != 404 {
				t.Errorf("%s: search/%s is answered %d %s", c.name, kind, w.Code, w.Body)
			}
		}
	}
}

// TestPolicyConfig: one source, not none and not two.
func TestPolicyConfig(t *testing.T) {
	source := live.New(access.MustLoad(acme))
	of := func(*http.Request) (live.Source, error) { return source, nil }
	for _, c := range []struct {
		name        string
		policy      authzen.PolicyConfig
		want, alone string // why New refuses it, with the Evaluator and with the Searcher alone
	}{
		{"a source", authzen.PolicyConfig{Source: source}, "", ""},
		{"many companies", authzen.PolicyConfig{SourceOf: of}, "", ""},
		{"none", authzen.PolicyConfig{}, "Config.Evaluator is nil; set ForPolicy with one of Source and SourceOf", "PolicyConfig.Source is nil; set"},
		{"both", authzen.PolicyConfig{Source: source, SourceOf: of}, "Config.Evaluator is nil; set ForPolicy with one of Source and SourceOf", "PolicyConfig has both Source and SourceOf"},
	} {
		both := authzen.Config{Evaluator: authzen.ForPolicy(c.policy), Searcher: authzen.SearchPolicy(c.policy), Authenticate: authzen.Unauthenticated}
		alone := authzen.Config{Evaluator: library().serves, Searcher: authzen.SearchPolicy(c.policy), Authenticate: authzen.Unauthenticated}
		for want, config := range map[string]authzen.Config{"1" + c.want: both, "2" + c.alone: alone} {
			h, err := authzen.New(config)
			if want = want[1:]; (err == nil) != (want == "") || (h == nil) != (err != nil) || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", c.name, err, want)
			}
		}
	}
}

// TestOnError: without a function of the host's, what failed is logged; a client
// that is gone is no failure.
func TestOnError(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	f := library()
	f.decide = func(authzen.Request) (authzen.Decision, error) { return authzen.Decision{}, errBroken }
	h, err := authzen.New(authzen.Config{Evaluator: f.serves, Authenticate: authzen.Unauthenticated})
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	for _, c := range []struct {
		name   string
		ctx    context.Context
		status int
		logged string
	}{
		{"broken", t.Context(), 500, errBroken.Error()},
		{"a client that is gone", gone, 503, ""},
		{"too late", late, 503, errBroken.Error()},
	} {
		log.Reset()
		w := serve(h, request("evaluation", wholeQuestion).WithContext(c.ctx))
		if w.Code != c.status || (log.Len() > 0) != (c.logged != "") || !strings.Contains(log.String(), c.logged) {
			t.Errorf("%s: %d, logged %q", c.name, w.Code, &log)
		}
	}
	var ctx context.Context
	key := errors.New("a key")
	h = handle(t, f.both(), authzen.Config{OnError: func(c context.Context, _ error) { ctx = c }})
	serve(h, request("evaluation", wholeQuestion).WithContext(context.WithValue(t.Context(), key, "v")))
	if ctx == nil || ctx.Value(key) != "v" {
		t.Error("OnError has not the context of the request")
	}
}

// TestMistakesOfTheCaller: a kind or an action that the policy does not know is the
// caller's input, so it is denied with its reason and observed, and is no failure.
func TestMistakesOfTheCaller(t *testing.T) {
	var observed []access.Reason
	h := handle(t, byPolicy(authzen.PolicyConfig{
		Source:   live.New(access.MustLoad(acme)),
		Observer: func(_ context.Context, d access.Decision) { observed = append(observed, d.Reason) },
	}), authzen.Config{Reasons: true, OnError: func(_ context.Context, err error) { t.Error(err) }})
	for _, c := range []struct{ sent, observed, question string }{
		{"unknown-action", "unknown-action", `user:mia, fly, account:us-1`},
		{"unknown-kind", "unknown-kind", `user:mia, campaign.edit, spaceship:s1`},
		{"wrong-kind", "wrong-kind", `user:mia, report.view, account:us-1`},
		{"malformed-resource", "malformed-resource", `user:mia, account.view, account:us-1 {"account":"de-1"}`},
		{"out-of-reach", "account-required", `user:mia, campaign.edit, campaign:c1`},
		{"no-resource", "no-resource", `user:mia, account.view, account:`},
	} {
		body := longhand(t, c.question)
		for endpoint, body := range map[string]string{"evaluation": body, "evaluations": body[:len(body)-1] + `,"evaluations":[{}]}`} {
			observed = nil
			status, answer := post(t, h, endpoint, body)
			want := `{"decision":false,"context":{"reason":"` + c.sent + `"}}`
			if status != 200 || strings.TrimSuffix(strings.TrimPrefix(answer, `{"evaluations":[`), `]}`) != want {
				t.Errorf("%s at %s: %d %s", c.question, endpoint, status, answer)
			}
			if len(observed) != 1 || string(observed[0]) != c.observed {
				t.Errorf("%s at %s: observed %v", c.question, endpoint, observed)
			}
		}
	}
}
