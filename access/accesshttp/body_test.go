package accesshttp_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
)

// TestBody sends bodies over a connection to a route whose report is in the body.
// The handler of one that is allowed reads the whole body again.
func TestBody(t *testing.T) {
	const most = 64
	byMember := func(body []byte) (access.Resource, error) {
		id, err := admission.JSONMember(body, "report")
		return access.Report(id), err
	}
	read := ""
	echo := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		read = fmt.Sprintf("%s, %v, %v", body, err, r.Body.Close())
	})
	before := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.ReadAll(r.Body); next.ServeHTTP(w, r) })
	}
	limited := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, 8)
			next.ServeHTTP(w, r)
		})
	}
	config := configFor(access.User("ann"))
	var failed error
	config.Respond = func(_ http.ResponseWriter, _ *http.Request, f admission.Failure) { failed = f.Err }
	guarded := guard(config).Require(access.ViewReport, accesshttp.Body(most, byMember))(echo)
	twice := guard(config).Require(access.ViewReport, accesshttp.JSON("report", access.Report))(guarded)
	mux := http.NewServeMux()
	mux.Handle("POST /one", guarded)
	mux.Handle("POST /two", twice)
	mux.Handle("POST /before", before(guarded))
	mux.Handle("POST /closed", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { r.Body.Close(); guarded.ServeHTTP(w, r) }))
	mux.Handle("POST /limited", limited(guarded))
	server := httptest.NewServer(mux)
	defer server.Close()

	long := `{"report":"q1","x":"` + strings.Repeat("x", most) + `"}`
	const chunked = -1
	for _, tt := range []struct {
		status int
		name   string
		path   string
		body   string
		length int // that the request claims; 0 is that of the body
	}{
		{200, "allowed", "/one", `{"report":"q1","level":"viewer"}`, 0},
		{200, "allowed, in chunks", "/one", `{"report":"q1"}`, chunked},
		{200, "two guards", "/two", `{"report":"q1"}`, 0},
		{403, "denied", "/one", `{"report":"q2"}`, 0},
		{404, "empty id", "/one", `{"report":""}`, 0},
		{400, "no id", "/one", `{}`, 0},
		{400, "no body", "/one", ``, 0},
		{400, "no JSON", "/one", `report=q1`, 0},
		{400, "two ids", "/one", `{"report":"q1","report":"q2"}`, 0},
		{400, "breaks off", "/one", `{"report":"q1"}`, 40},
		{413, "too large", "/one", long, 0},
		{413, "too large, in chunks", "/one", long, chunked},
		{413, "claims to be too large", "/one", `{"report":"q1"}`, 1 << 40},
		{413, "too large for something before", "/limited", `{"report":"q1"}`, 0},
		{500, "read before", "/before", `{"report":"q1"}`, 0},
		{500, "closed before, in chunks", "/closed", `{"report":"q1"}`, chunked},
		{400, "read before, in chunks", "/before", `{"report":"q1"}`, chunked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			read, failed = "", nil
			status := post(t, server.Listener.Addr(), tt.path, tt.body, tt.length)
			if want := tt.body + ", <nil>, <nil>"; status != tt.status || (status == 200) != (read == want) || status != 200 && read != "" {
				t.Errorf("%d because of %v, the handler read %q; want %d", status, failed, read, tt.status)
			}
		})
	}
}

// post sends a body, closes its side if it claimed to send more, and returns the
// status of the answer.
func post(t *testing.T, to net.Addr, path, body string, length int) int {
	t.Helper()
	conn, err := net.Dial(to.Network(), to.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n", path)
	switch {
	case length < 0:
		body = fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
		head += "Transfer-Encoding: chunked\r\n"
	case length == 0:
		length = len(body)
		fallthrough
	default:
		head += fmt.Sprintf("Content-Length: %d\r\n", length)
	}
	if _, err := io.WriteString(conn, head+"\r\n"+body); err != nil {
		t.Fatal(err)
	}
	if length > len(body) { // a client that sends no more seems gone to the server
		conn.(*net.TCPConn).CloseWrite()
	}
	answer, err := io.ReadAll(conn)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && len(answer) == 0 {
		t.Fatal(err)
	}
	status := 0
	fmt.Sscanf(string(answer), "HTTP/1.1 %d", &status)
	return status
}

// TestJSONIsCalledJSON sends a body that is JSON with q1, and a form with q2, to a
// handler that reads a form if the request calls it one.
func TestJSONIsCalledJSON(t *testing.T) {
	const body = `{"report":"q1","x":"&report=q2&"}`
	form := ""
	h := guard(configFor(access.User("ann"))).Require(access.ViewReport, accesshttp.JSON("report", access.Report))(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		form = r.FormValue("report")
	}))
	for _, tt := range []struct {
		status int
		types  string
	}{
		{200, "application/json"},
		{200, "Application/JSON; charset=utf-8"},
		{400, ""},
		{400, "application/x-www-form-urlencoded"},
		{400, "multipart/form-data; boundary=x"},
		{400, "text/json"},
		{400, "application/json, application/x-www-form-urlencoded"},
		{400, "application/json; charset"},
		{400, "application/json|application/x-www-form-urlencoded"},
		{400, "application/x-www-form-urlencoded|application/json"},
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		for value := range strings.SplitSeq(tt.types, "|") {
			r.Header.Add("Content-Type", value)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != tt.status || form != "" || w.Code == 400 && !strings.Contains(w.Body.String(), "application/json") {
			t.Errorf("%q: %d %s, the form has %q; want %d", tt.types, w.Code, w.Body, form, tt.status)
		}
	}
}

// TestBodyLength reads bodies whose length is not what the request says, or as
// large as a length can be.
func TestBodyLength(t *testing.T) {
	resource := func(body []byte) (access.Resource, error) { return access.Report(string(body)), nil }
	for _, tt := range []struct {
		status        int
		name, body    string
		limit, length int64
	}{
		{200, "without a limit", "q1", math.MaxInt64, 2},
		{200, "inflated by something before", "q1", 2, 1},
		{200, "made shorter by something before", "q1", 64, 40},
		{200, "exactly the limit", "q1", 2, -1},
		{413, "a byte more", "q1 ", 2, -1},
		{413, "says that it is a byte more", "q1", 2, 3},
		{500, "read before", "", 64, 2},
		{404, "empty", "", 64, 0},
	} {
		h := guard(configFor(access.User("ann"))).Require(access.ViewReport, accesshttp.Body(tt.limit, resource))(hello)
		r := httptest.NewRequest("POST", "/", io.NopCloser(strings.NewReader(tt.body)))
		r.ContentLength = tt.length
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != tt.status {
			t.Errorf("%s: %d %s, want %d", tt.name, w.Code, w.Body, tt.status)
		}
	}
	large := `{"report":"q1","x":"` + strings.Repeat("x", 1<<20) + `"}`
	r := httptest.NewRequest("POST", "/", io.NopCloser(strings.NewReader(large)))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	if guard(configFor(access.User("ann"))).Require(access.ViewReport, accesshttp.JSON("report", access.Report))(hello).ServeHTTP(w, r); w.Code != 413 {
		t.Errorf("JSON of more than 1 MiB: %d, want 413", w.Code)
	}
	r = httptest.NewRequest("POST", "/", nil)
	r.Body = nil // as only a test makes it
	w = httptest.NewRecorder()
	if guard(configFor(access.User("ann"))).Require(access.ViewReport, accesshttp.Body(1, resource))(hello).ServeHTTP(w, r); w.Code != 404 {
		t.Errorf("no body at all: %d, want 404", w.Code)
	}
}

// TestWrongBody wants a panic at start-up for what can never work.
func TestWrongBody(t *testing.T) {
	nothing := func([]byte) (access.Resource, error) { return access.Resource{}, nil }
	for name, register := range map[string]func(){
		"no limit":       func() { accesshttp.Body(0, nothing) },
		"no function":    func() { accesshttp.Body(1, nil) },
		"no name":        func() { accesshttp.JSON("", access.Report) },
		"no parameter":   func() { accesshttp.Query("", access.Report) },
		"no resource of": func() { accesshttp.Query("report", nil) },
		"no resource":    func() { accesshttp.JSON("report", nil) },
		"negative limit": func() { accesshttp.Body(-1, nothing) },
	} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.HasPrefix(text, "accesshttp: ") {
					t.Errorf("%s: panics with %q", name, text)
				}
			}()
			register()
		}()
	}
}
