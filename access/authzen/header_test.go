package authzen_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ambit-authz/ambit/access/authzen"
)

func TestContentType(t *testing.T) {
	h := handle(t, library().both(), authzen.Config{})
	for _, c := range []struct {
		status int
		types  []string
	}{
		{200, []string{"application/json"}},
		{200, []string{"application/json; charset=utf-8"}},
		{200, []string{"application/json;charset=UTF-8"}},
		{200, []string{"Application/JSON"}},
		{200, []string{`application/json; charset="utf-8"`}},
		{200, []string{"application/json; version=1"}},
		{400, nil},
		{400, []string{""}},
		{400, []string{"text/plain"}},
		{400, []string{"text/json"}},
		{400, []string{"application/jsonp"}},
		{400, []string{"application/x-www-form-urlencoded"}},
		{400, []string{"application/json; charset=latin1"}},
		{400, []string{"application/json; charset="}},
		{400, []string{"application/json; charset=utf-8; charset=latin1"}},
		{400, []string{"application/json", "application/json"}},
		{400, []string{"application/json, text/plain"}},
	} {
		r := request("evaluation", wholeQuestion)
		r.Header["Content-Type"] = c.types
		if w := serve(h, r); w.Code != c.status {
			t.Errorf("%q: %d %s", c.types, w.Code, w.Body)
		}
	}
}

func TestContentEncoding(t *testing.T) {
	h := handle(t, library().both(), authzen.Config{})
	for _, c := range []struct {
		status    int
		encodings []string
	}{
		{200, nil},
		{200, []string{"identity"}},
		{200, []string{"Identity"}},
		{400, []string{"gzip"}},
		{400, []string{""}},
		{400, []string{"identity, gzip"}},
		{400, []string{"identity", "br"}},
	} {
		r := request("evaluation", wholeQuestion)
		r.Header["Content-Encoding"] = c.encodings
		if w := serve(h, r); w.Code != c.status || c.status == 400 && w.Body.String() != "the body must not be encoded\n" {
			t.Errorf("%q: %d %s", c.encodings, w.Code, w.Body)
		}
	}
}

func TestRequestID(t *testing.T) {
	h := handle(t, library().both(), authzen.Config{BaseURL: "https://pdp.example.com"})
	every := strings.Repeat("x", 8192)
	for _, c := range []struct {
		status int // 0: whatever it is without an id, and the id comes back
		name   string
		ids    []string
		text   string // of the refusal
	}{
		{0, "as usual", []string{"bfe9eb29-ab87-4ca3-be83-a1d5d8305716"}, ""},
		{0, "none", nil, ""},
		{0, "empty", []string{""}, ""},
		{0, "every character", []string{"!~ <script>"}, ""},
		{0, "a tab", []string{"a\tb"}, ""},
		{0, "beyond ASCII", []string{"\u00e9\u0085\u202e"}, ""},
		{0, "bytes that are not UTF-8", []string{"\x80\xff"}, ""},
		{0, "as long as may be", []string{every}, ""},
		{431, "too long", []string{every + "x"}, "the X-Request-ID is longer than 8,192 bytes\n"},
		{400, "a line", []string{"a\r\nSet-Cookie: b"}, "the X-Request-ID has control characters\n"},
		{400, "a DEL", []string{"a\x7f"}, "the X-Request-ID has control characters\n"},
		{400, "a NUL", []string{"\x00"}, "the X-Request-ID has control characters\n"},
		{400, "two", []string{"a", "b"}, "there is more than one X-Request-ID\n"},
		{400, "one twice", []string{"a", "a"}, "there is more than one X-Request-ID\n"},
	} {
		for _, r := range []struct {
			status int
			*http.Request
		}{
			{200, request("evaluation", wholeQuestion)},
			{400, request("evaluation", "{")},
			{200, request("search/subject", wholeQuestion)},
			{404, request("nowhere", "")},
			{405, httptest.NewRequest("GET", "/access/v1/evaluation", nil)},
			{200, httptest.NewRequest("GET", "/.well-known/authzen-configuration", nil)},
		} {
			r.Header["X-Request-Id"] = c.ids
			w := serve(h, r.Request)
			got := w.Header()["X-Request-Id"]
			switch {
			case c.status == 0:
				if w.Code != r.status || strings.Join(got, "|") != strings.Join(c.ids, "|") || len(got) != len(c.ids) {
					t.Errorf("%s at %s: %d, %q comes back", c.name, r.URL.Path, w.Code, got)
				}
			case w.Code != c.status || w.Body.String() != c.text || got != nil:
				t.Errorf("%s at %s: %d %s, %q comes back", c.name, r.URL.Path, w.Code, w.Body, got)
			}
		}
	}
}

// TestRequestIDBeforeAll refuses an id before the caller is known, and before the
// body is read.
func TestRequestIDBeforeAll(t *testing.T) {
	asked := 0
	h, err := authzen.New(authzen.Config{
		Evaluator:    library().serves,
		Authenticate: func(*http.Request) error { asked++; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	for status, ids := range map[int][]string{431: {strings.Repeat("x", 8193)}, 400: {"a", "b"}} {
		body := strings.NewReader(wholeQuestion)
		r := httptest.NewRequest("POST", "/access/v1/evaluation", body)
		r.Header["X-Request-Id"] = ids
		if w := serve(h, r); w.Code != status || asked != 0 || body.Len() != len(wholeQuestion) {
			t.Errorf("%d %s, %d authenticated, %d bytes left", w.Code, w.Body, asked, body.Len())
		}
	}
}

// raw sends the bytes of one request to a server, and returns what comes back, nil if
// nothing does. A request that is cut off ends there; otherwise the connection
// stays open for the answer, as the server would take its end for a client that
// is gone.
func raw(t *testing.T, server *httptest.Server, request string, cut bool) *http.Response {
	t.Helper()
	c, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	if cut {
		if err := c.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
	}
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return nil
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	response.Body = io.NopCloser(strings.NewReader(string(text)))
	return response
}

// TestRequestIDOverTheWire: what the server takes for a value comes back byte for
// byte, over both versions of HTTP.
func TestRequestIDOverTheWire(t *testing.T) {
	h := handle(t, library().both(), authzen.Config{})
	plain := httptest.NewServer(h)
	defer plain.Close()
	second := httptest.NewUnstartedServer(h)
	second.EnableHTTP2 = true
	second.StartTLS()
	defer second.Close()
	var every strings.Builder // what the value of a header may have
	for b := range 256 {
		if b == '\t' || b >= ' ' && b != 0x7f {
			every.WriteByte(byte(b))
		}
	}
	for _, id := range []string{"a", "", "a\tb c", "|" + every.String() + "|", strings.Repeat("\xfe", 8192)} {
		answer := raw(t, plain, "GET /access/v1/evaluation HTTP/1.1\r\nHost: pdp\r\nX-Request-ID: "+id+"\r\n\r\n", false)
		if answer == nil || answer.StatusCode != 405 || len(answer.Header["X-Request-Id"]) != 1 || answer.Header.Get("X-Request-ID") != id {
			t.Errorf("%.40q: %v", id, answer)
		}
		r, err := http.NewRequest("GET", second.URL+"/access/v1/evaluation", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Request-ID", id)
		answer, err = second.Client().Do(r)
		if err != nil {
			t.Errorf("%.40q over HTTP/2: %v", id, err)
			continue
		}
		answer.Body.Close()
		if answer.ProtoMajor != 2 || answer.StatusCode != 405 || answer.Header.Get("X-Request-ID") != id {
			t.Errorf("%.40q over HTTP/2: %v", id, answer)
		}
	}
	for status, header := range map[int]string{
		431: "X-Request-ID: " + strings.Repeat("x", 8193) + "\r\n",
		400: "X-Request-ID: a\r\nx-request-id: b\r\n",
	} {
		if answer := raw(t, plain, "POST /access/v1/evaluation HTTP/1.1\r\nHost: pdp\r\n"+header+"Content-Length: 0\r\n\r\n", false); answer == nil || answer.StatusCode != status {
			t.Errorf("want %d: %v", status, answer)
		}
	}
}

// TestBrokenRequests sends what no client of the library would, over a connection.
// Each has its own answer, and the Evaluator, who allows everything, is not asked.
func TestBrokenRequests(t *testing.T) {
	var asked atomic.Int64
	f := library()
	f.decide = func(authzen.Request) (authzen.Decision, error) {
		asked.Add(1)
		return authzen.Decision{Allowed: true}, nil
	}
	server := httptest.NewServer(handle(t, f.both(), authzen.Config{MaxBody: 4096}))
	defer server.Close()
	const head = "POST /access/v1/evaluation HTTP/1.1\r\nHost: pdp\r\n"
	const jsonType = "Content-Type: application/json\r\n"
	for _, c := range []struct {
		status             int
		name, text, answer string
		cut                bool
	}{
		{200, "as it should be", head + jsonType + "Content-Length: 100\r\n\r\n" + wholeQuestion, `{"decision":true}`, false},
		{400, "a body that ends before its length", head + jsonType + "Content-Length: 500\r\n\r\n" + wholeQuestion, "the body cannot be read\n", true},
		{400, "a body cut to its length", head + jsonType + "Content-Length: 20\r\n\r\n" + wholeQuestion, "the body ends within its JSON\n", false},
		{400, "a chunk that is not finished", head + jsonType + "Transfer-Encoding: chunked\r\n\r\n500\r\n" + wholeQuestion, "the body cannot be read\n", true},
		{400, "no last chunk", head + jsonType + "Transfer-Encoding: chunked\r\n\r\n64\r\n" + wholeQuestion + "\r\n", "the body cannot be read\n", true},
		{400, "a length that is no number", head + jsonType + "Content-Length: x\r\n\r\n" + wholeQuestion, "400 Bad Request", false},
		{400, "two lengths", head + jsonType + "Content-Length: 100\r\nContent-Length: 9\r\n\r\n" + wholeQuestion, "400 Bad Request", false},
		{400, "two content types", head + jsonType + jsonType + "Content-Length: 100\r\n\r\n" + wholeQuestion, "the content type must be application/json\n", false},
		{400, "two encodings", head + jsonType + "Content-Encoding: identity\r\nContent-Encoding: gzip\r\nContent-Length: 100\r\n\r\n" + wholeQuestion, "the body must not be encoded\n", false},
		{400, "no body", head + jsonType + "\r\n", "the body is empty\n", false},
		{400, "a client that is gone in the header", head + jsonType, "400 Bad Request", true},
	} {
		asked.Store(0)
		answer := raw(t, server, c.text, c.cut)
		if answer == nil {
			t.Errorf("%s: no answer", c.name)
			continue
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != c.status || string(body) != c.answer || (asked.Load() > 0) != (c.status == 200) {
			t.Errorf("%s: %d %s, %d asked, %v", c.name, answer.StatusCode, body, asked.Load(), err)
		}
	}
}
