package admissiontest_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/admission/admissiontest"
)

// serve answers every request with the same bytes, until the test ends.
func serve(t *testing.T, respond func(*http.Request) string) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				r, err := http.ReadRequest(bufio.NewReader(conn))
				if err != nil {
					r = new(http.Request)
				}
				io.WriteString(conn, respond(r))
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

// TestBrokenServers asks servers of which no adapter is one.
func TestBrokenServers(t *testing.T) {
	for want, answer := range map[string]string{
		"the answer is not of HTTP":            "hello\r\n\r\n",
		"is answered 0, no handler runs":       "",
		"the body of the answer: ":             "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
		"unexpected end of JSON":               "HTTP/1.1 403 Forbidden\r\nContent-Type: application/problem+json\r\nContent-Length: 1\r\n\r\n{",
		"the upgrade does not fit the key":     "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: other\r\n\r\n",
		"no frame of a short text: ff ff":      "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\xff\xff",
		"of a stream: unexpected EOF":          "HTTP/1.1 200 OK\r\n\r\ndata: hello\n",
		"a path without a route is answered 2": "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
	} {
		url := serve(t, func(r *http.Request) string {
			if strings.HasPrefix(want, "a path without") && r.RequestURI == "/no/such/route" {
				return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
			}
			return answer
		})
		count, err := admissiontest.NewApp().Check(t.Context(), admissiontest.Server{URL: url})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %+v, %.2000v", want, count, err)
		}
	}
}

// TestSilentServer asks one that never answers.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	url := serve(t, func(r *http.Request) string {
		<-t.Context().Done()
		return ""
	})
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	count, err := admissiontest.NewApp().Check(ctx, admissiontest.Server{URL: url})
	failed, _ := errors.AsType[*admissiontest.Error](err)
	if failed == nil || !strings.Contains(err.Error(), "no answer: ") || failed.Unwrap() == nil || !errors.Is(err, context.DeadlineExceeded) || count.Failed != 1 {
		t.Errorf("%+v, %v", count, err)
	}
}

// TestHandlerThatStays wants a handler noticed that does not return.
func TestHandlerThatStays(t *testing.T) {
	t.Parallel()
	app := admissiontest.NewApp()
	routes := app.Routes()
	stay := make(chan struct{})
	for _, returns := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		if !returns {
			ctx, cancel = context.WithTimeout(ctx, 100*time.Millisecond)
		}
		_, err := app.Check(ctx, admissiontest.Server{Ask: func(ctx context.Context, c admissiontest.Case) (admissiontest.Answer, error) {
			for _, route := range routes {
				if route.Form != admissiontest.Stream {
					continue
				}
				begun := make(chan struct{})
				go route.Stream(context.Background(), func(string) error {
					close(begun)
					if !returns {
						<-stay
					}
					return errors.New("enough")
				})
				<-begun
			}
			return admissiontest.Answer{}, nil
		}})
		cancel()
		if stays := strings.Contains(err.Error(), "a handler still runs"); stays == returns {
			t.Errorf("returns %t: %v", returns, err)
		}
	}
	close(stay)
}
