package admissiontest

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
)

// Handler returns the handler of a route for an adapter that builds on net/http.
// The function answers an error of [Route.Handle], as accesshttp.Refuse does.
func (r Route) Handler(refuse func(http.ResponseWriter, *http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch r.Form {
		case Stream:
			r.serveStream(w, req)
		case Upgrade:
			r.serveUpgrade(w, req)
		default:
			r.serve(w, req, refuse)
		}
	})
}

func (r Route) serve(w http.ResponseWriter, req *http.Request, refuse func(http.ResponseWriter, *http.Request, error)) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		body = []byte(err.Error()) // which is no body that a case sends
	}
	text, err := r.Handle(req.Context(), body)
	if err != nil {
		refuse(w, req, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, text)
}

// serveStream sends server-sent events.
func (r Route) serveStream(w http.ResponseWriter, req *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	r.Stream(req.Context(), func(text string) error {
		if _, err := io.WriteString(w, Event(text)); err != nil {
			return err
		}
		return http.NewResponseController(w).Flush()
	})
}

func (r Route) serveUpgrade(w http.ResponseWriter, req *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer conn.Close()
	r.Upgrade(req.Context(), conn, req.Header.Get("Sec-WebSocket-Key"))
}

// Drain returns a handler that reads the whole body before next, for the routes
// that are [Route.Drained], with an adapter that builds on net/http.
func Drain(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		io.Copy(io.Discard, req.Body)
		next.ServeHTTP(w, req)
	})
}

// Event returns a text of [Route.Stream] as one server-sent event.
func Event(text string) string { return "data: " + text + "\n\n" }

// switching returns the answer to the upgrade of a WebSocket.
func switching(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + base64.StdEncoding.EncodeToString(sum[:]) + "\r\n\r\n"
}

// frame returns a short text as one WebSocket frame of a server.
func frame(text string) []byte {
	if len(text) > 125 {
		text = text[:125]
	}
	return append([]byte{0x81, byte(len(text))}, text...)
}

// readFrame reads what frame returns.
func readFrame(r io.Reader) (string, error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return "", err
	}
	if head[0] != 0x81 || head[1] > 125 {
		return "", fmt.Errorf("no frame of a short text: % x", head)
	}
	text := make([]byte, head[1])
	_, err := io.ReadFull(r, text)
	return string(text), err
}
