package authzen_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/authzen"
	"github.com/ambit-authz/ambit/access/live"
)

// sink is a ResponseWriter that keeps the status and nothing else.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }

// body is a request's body that can be read again.
type body struct{ bytes.Reader }

func (*body) Close() error { return nil }

// measure sends the same request again and again.
func measure(b *testing.B, h http.Handler, endpoint, text string) {
	r := request(endpoint, text)
	again := new(body)
	r.Body = again
	w := &sink{header: make(http.Header)}
	b.ReportAllocs()
	for b.Loop() {
		again.Reset([]byte(text))
		clear(w.header)
		w.status = http.StatusOK
		h.ServeHTTP(w, r)
		if w.status != http.StatusOK {
			b.Fatal(w.status)
		}
	}
	if _, err := again.Seek(0, io.SeekStart); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

func BenchmarkHandler(b *testing.B) {
	h := handle(b, byPolicy(authzen.PolicyConfig{Source: live.New(access.MustLoad(acme))}), authzen.Config{})
	const subject, action = `"subject":{"type":"user","id":"mia"}`, `"action":{"name":"account.view"}`
	const resource = `"resource":{"type":"account","id":"us-1"}`
	b.Run("evaluation", func(b *testing.B) {
		measure(b, h, "evaluation", `{`+subject+`,`+action+`,`+resource+`}`)
	})
	b.Run("evaluation with properties and context", func(b *testing.B) {
		measure(b, h, "evaluation", `{"subject":{"type":"user","id":"mia","properties":{"team":"west","department":"sales"}},"action":{"name":"campaign.edit","properties":{"method":"GET"}},`+
			`"resource":{"type":"campaign","id":"c1","properties":{"account":"us-1"}},"context":{"time":"2026-11-01T12:00:00Z","ip":"192.0.2.1"}}`)
	})
	b.Run("100 evaluations", func(b *testing.B) {
		measure(b, h, "evaluations", `{`+subject+`,`+action+`,"evaluations":[`+strings.Repeat(`{`+resource+`},`, 99)+`{`+resource+`}]}`)
	})
	b.Run("search", func(b *testing.B) {
		measure(b, h, "search/resource", `{`+subject+`,`+action+`,"resource":{"type":"account"}}`)
	})
}

func BenchmarkSearchUsers(b *testing.B) {
	var text strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&text, `,{"id":"u%d","email":"u%d@acme.test","role":"viewer"}`, i, i)
	}
	policy := access.MustLoad(`{"users":[` + text.String()[1:] + `]}`)
	h := handle(b, byPolicy(authzen.PolicyConfig{Source: live.New(policy)}), authzen.Config{})
	measure(b, h, "search/subject", `{"subject":{"type":"user"},"action":{"name":"account.view"},"resource":{"type":"account","id":"a"}}`)
}
