package admissiontest_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// admitted lets a guard answer a request to w, and returns the request as the
// guard admitted it, or as it was.
func admitted(p protection, w http.ResponseWriter, r *http.Request) *http.Request {
	in := r
	p(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { in = r })).ServeHTTP(w, r)
	return in
}

// TestMutants breaks the middleware in each way that people do, and wants the
// table to fail in the case that it is for.
func TestMutants(t *testing.T) {
	around := func(f func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request)) func(protection) protection {
		return func(p protection) protection {
			return func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f(p, next, w, r) })
			}
		}
	}
	for name, mutant := range map[string]struct {
		fails  string
		change func(protection) protection
	}{
		"the call of the guard is left out": {"not shared", func(protection) protection {
			return func(next http.Handler) http.Handler { return next }
		}},
		"the guard's answer is ignored": {"hidden, not shared", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, admitted(p, httptest.NewRecorder(), r))
		})},
		"the return is dropped": {"nobody", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, admitted(p, w, r))
		})},
		"the handler runs first": {"a fixed resource, denied", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(httptest.NewRecorder(), r)
			p(next).ServeHTTP(w, r)
		})},
		"the context is dropped": {"a user", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			p(http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) { next.ServeHTTP(w, r) })).ServeHTTP(w, r)
		})},
		"HEAD passes": {"HEAD, hidden", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			if r.Method != "HEAD" {
				next = p(next)
			}
			next.ServeHTTP(w, r)
		})},
		"an id is decoded twice": {"an encoded slash in the id, denied", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			r.SetPathValue("id", strings.ReplaceAll(r.PathValue("id"), "%2F", "/"))
			p(next).ServeHTTP(w, r)
		})},
		"the first of two values counts": {"two values of Authorization", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			r.Header.Set("Authorization", r.Header.Get("Authorization"))
			p(next).ServeHTTP(w, r)
		})},
		"a cookie counts as well": {"nobody asks for a list", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "" {
				r.Header.Set("Authorization", "Bearer ann")
			}
			p(next).ServeHTTP(w, r)
		})},
		"a hidden answer has a header more": {"mounted and hidden", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Guarded", "yes")
			p(next).ServeHTTP(w, r)
		})},
		"answers may be stored": {"seen and denied", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			p(next).ServeHTTP(lacking{w, "Cache-Control"}, r)
		})},
		"every answer has a challenge": {"a wrong kind", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("WWW-Authenticate", "Bearer")
			p(next).ServeHTTP(w, r)
		})},
		"a failure is told twice": {"the resource is down", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			admitted(p, httptest.NewRecorder(), r)
			p(next).ServeHTTP(w, r)
		})},
		"a hidden denial is observed twice": {"mounted and hidden", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/hidden/") {
				admitted(p, httptest.NewRecorder(), r)
			}
			p(next).ServeHTTP(w, r)
		})},
		"the body of a failure is another": {"the resource panics", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			recorder := httptest.NewRecorder()
			if in := admitted(p, recorder, r); in != r {
				next.ServeHTTP(w, in)
				return
			}
			for name, values := range recorder.Header() {
				w.Header()[name] = values
			}
			w.WriteHeader(recorder.Code)
			io.WriteString(w, strings.Replace(recorder.Body.String(), "}", " }", 1))
		})},
		"the handler reads another body": {"an id in a body", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			p(http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
				in.Body = io.NopCloser(bytes.NewReader(nil))
				next.ServeHTTP(w, in)
			})).ServeHTTP(w, r)
		})},
		"HEAD is of another resource": {"HEAD", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			if r.Method == "HEAD" && r.PathValue("id") == "q1" {
				r.SetPathValue("id", "q3")
			}
			p(next).ServeHTTP(w, r)
		})},
		"the challenge is lost": {"nobody", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			p(next).ServeHTTP(lacking{w, "Www-Authenticate"}, r)
		})},
		"a 503 does not say when to ask again": {"a company without a policy", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			p(next).ServeHTTP(lacking{w, "Retry-After"}, r)
		})},
		"no policy is a denial": {"a company without a policy, hidden", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.Header.Get("Authorization"), "@empty") {
				http.NotFound(w, r)
				return
			}
			p(next).ServeHTTP(w, r)
		})},
		"a handler runs twice": {"another company", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			p(http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
				if strings.HasPrefix(in.URL.Path, "/reports/") {
					next.ServeHTTP(httptest.NewRecorder(), in)
				}
				next.ServeHTTP(w, in)
			})).ServeHTTP(w, r)
		})},
		"a request that is given up runs": {"a client that goes away", around(func(p protection, next http.Handler, w http.ResponseWriter, r *http.Request) {
			if in := admitted(p, w, r); in != r || r.Context().Err() != nil {
				next.ServeHTTP(w, in)
			}
		})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			count, err := check(t, mutant.change)
			if err == nil || !strings.Contains(err.Error(), "admissiontest: "+mutant.fails+": ") {
				t.Errorf("%q does not fail: %+v, %v", mutant.fails, count, err)
			}
		})
	}
}

// lacking is a response that lacks one header.
type lacking struct {
	http.ResponseWriter
	header string
}

func (s lacking) WriteHeader(status int) {
	s.Header().Del(s.header)
	s.ResponseWriter.WriteHeader(status)
}

func (s lacking) Unwrap() http.ResponseWriter { return s.ResponseWriter }
