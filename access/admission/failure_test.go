package admission_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/live"
)

// TestProblem writes each failure as a problem, with a type and without.
func TestProblem(t *testing.T) {
	ann := access.User("ann")
	admitted, f := newGuard(t, config(live.New(access.MustLoad(world)))).RequireUser().Admit(&request{ctx: t.Context(), who: ann})
	if f != nil {
		t.Fatal(f)
	}
	for _, tt := range []struct {
		plain, typed string
		err          error
	}{
		{`{"title":"Bad Request","status":400,"detail":"say \"please\""}`, `{"type":"https://example.com/400","title":"Bad Request","status":400,"detail":"say \"please\""}`, admission.BadRequest(`say "please"`)},
		{`{"title":"Unauthorized","status":401}`, `{"type":"https://example.com/401","title":"Unauthorized","status":401}`, admission.ErrUnauthenticated},
		{`{"title":"Forbidden","status":403,"reason":"out-of-reach"}`, `{"type":"https://example.com/out-of-reach","title":"Forbidden","status":403,"reason":"out-of-reach"}`, admission.Decide(admitted, access.ViewReport, access.Report("q2")).Err()},
		{`{"title":"Not Found","status":404}`, `{"type":"https://example.com/404","title":"Not Found","status":404}`, admission.ErrNotFound},
		{`{"title":"Request Entity Too Large","status":413}`, `{"type":"https://example.com/413","title":"Request Entity Too Large","status":413}`, admission.ErrTooLarge},
		{`{"title":"Internal Server Error","status":500}`, `{"type":"https://example.com/500","title":"Internal Server Error","status":500}`, errBroken},
		{`{"title":"Internal Server Error","status":500}`, `{"type":"https://example.com/500","title":"Internal Server Error","status":500}`, nil},
		{`{"title":"Service Unavailable","status":503}`, `{"type":"https://example.com/503","title":"Service Unavailable","status":503}`, admission.ErrUnavailable},
	} {
		f := admission.FailureOf(admitted, tt.err)
		if plain, typed := string(f.Problem("")), string(f.Problem("https://example.com/")); plain != tt.plain || typed != tt.typed {
			t.Errorf("%v: %s and %s, want %s and %s", tt.err, plain, typed, tt.plain, tt.typed)
		}
		var p struct{ Title string }
		if err := json.Unmarshal(f.Problem(""), &p); err != nil || p.Title != http.StatusText(f.Status) {
			t.Errorf("%d is titled %q", f.Status, p.Title)
		}
		if again := f.Instead(admission.ErrNotFound); again.Status != 404 {
			t.Errorf("instead of %d: %d, want 404", f.Status, again.Status)
		}
	}
	var zero admission.Failure
	if f := zero.Instead(access.ErrDenied); f.Status != 403 || f.Public.Allowed || zero.Public.Allowed {
		t.Errorf("instead of the zero Failure: %+v", f)
	}
}

// TestInsteadOfNothing wants the zero Failure to classify, and to tell nobody.
func TestInsteadOfNothing(t *testing.T) {
	var log bytes.Buffer
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(old)
	if f := (admission.Failure{}).Instead(errBroken); f.Status != 500 || log.Len() != 0 {
		t.Errorf("%d, logged %q", f.Status, &log)
	}
}

// TestDefaultLog wants what fails in the program in the default log, a panic with
// its stack.
func TestDefaultLog(t *testing.T) {
	var log bytes.Buffer
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(old)
	c := config(live.New(access.MustLoad(world)))
	c.OnError = nil
	g := newGuard(t, c)
	for _, bad := range []error{errBroken, admission.ErrUnavailable, admission.ErrNotFound} {
		g.Require(access.ViewReport, resourceOf).Admit(&request{ctx: t.Context(), who: access.User("ann"), bad: bad})
	}
	g.Require(access.ViewReport, func(*request) (access.Resource, error) { panic("a nil map") }).Admit(&request{ctx: t.Context(), who: access.User("ann")})
	for _, want := range []string{
		`level=ERROR msg="request refused" error="admission: resource: disk of host db-7 is broken"`,
		`level=WARN msg="request refused" error="admission: resource: temporarily unavailable"`,
		`level=ERROR msg="request refused" error="admission: resource: panic: a nil map" stack=`,
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, log.String())
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 3 {
		t.Errorf("%d lines, want 3:\n%s", n, log.String())
	}
}
