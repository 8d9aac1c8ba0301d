package admissiontest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/access"
)

// deadline is after how long a request that is not answered has failed.
const deadline = 10 * time.Second

// wire asks over HTTP. It writes the bytes of requests itself, as no client sends
// all that a server may get.
type wire struct{ address string }

// send opens a connection and sends the request of a case.
func (w wire) send(ctx context.Context, c Case) (*net.TCPConn, error) {
	var d net.Dialer
	opened, err := d.DialContext(ctx, "tcp", w.address)
	if err != nil {
		return nil, err
	}
	conn := opened.(*net.TCPConn)
	end, _ := ctx.Deadline()
	conn.SetDeadline(end)
	// A server that has answered may close before it has read all.
	_, err = io.WriteString(conn, c.request.text(c.Authorization))
	if err != nil && !errors.Is(err, net.ErrClosed) {
		err = nil
	}
	if c.request.cut && err == nil {
		err = conn.CloseWrite()
	}
	return conn, err
}

// text returns a request as it goes over the wire.
func (r request) text(authorization []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: ambit.test\r\n", r.method, r.target)
	header := strings.Join(r.header, "\r\n")
	if !strings.Contains(header, "Connection:") {
		b.WriteString("Connection: close\r\n")
	}
	for _, a := range authorization {
		fmt.Fprintf(&b, "Authorization: %s\r\n", a)
	}
	for _, line := range r.header {
		fmt.Fprintf(&b, "%s\r\n", line)
	}
	if r.body != "" && !strings.Contains(header, "Content-Length:") && !strings.Contains(header, "Transfer-Encoding:") {
		fmt.Fprintf(&b, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(r.body))
	}
	b.WriteString("\r\n" + r.body)
	return b.String()
}

// ask sends the request of a case and returns the answer. A connection that ends
// without one is the zero Answer.
func (w wire) ask(ctx context.Context, c Case) (Answer, error) {
	conn, err := w.send(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	defer conn.Close()
	var all bytes.Buffer
	reader := bufio.NewReader(io.TeeReader(conn, &all))
	response, err := http.ReadResponse(reader, &http.Request{Method: c.request.method})
	if err != nil {
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
			return Answer{}, fmt.Errorf("no answer: %w", err)
		}
		if all.Len() > 0 {
			return Answer{}, fmt.Errorf("the answer is not of HTTP: %w: %q", err, all.Bytes())
		}
		return Answer{}, nil
	}
	defer response.Body.Close()
	answer := Answer{Status: response.StatusCode, header: response.Header}
	switch {
	case response.StatusCode == http.StatusSwitchingProtocols:
		if want := switching(upgradeKey); !strings.Contains(want, "Accept: "+response.Header.Get("Sec-Websocket-Accept")+"\r\n") {
			return answer, errors.New("the upgrade does not fit the key")
		}
		answer.Text, err = readTexts(c, func() (string, error) { return readFrame(reader) })
	case c.form == Stream && response.StatusCode == 200:
		body := bufio.NewReader(response.Body)
		answer.Text, err = readTexts(c, func() (string, error) { return readEvent(body) })
	default:
		err = answer.read(response)
	}
	answer.Raw = date.ReplaceAllString(all.String(), "\r\n")
	return answer, err
}

var date = regexp.MustCompile(`(?i)\r\ndate: [^\r]*\r\n`)

// read reads the body of an answer.
func (a *Answer) read(response *http.Response) error {
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("the body of the answer: %w", err)
	}
	a.Text = string(body)
	if response.Header.Get("Content-Type") == "application/problem+json" && len(body) > 0 {
		var problem struct {
			Reason access.Reason
			Detail string
		}
		err = json.Unmarshal(body, &problem)
		a.Reason, a.Detail = problem.Reason, problem.Detail
	}
	return err
}

// readTexts reads the texts of a stream to its end.
func readTexts(c Case, next func() (string, error)) (string, error) {
	texts := ""
	for {
		text, err := next()
		if err == io.EOF {
			return texts, nil
		}
		if err != nil {
			return texts, fmt.Errorf("after %q of a stream: %w", texts, err)
		}
		texts += text + "\n"
		if opened := c.Opened; opened != nil {
			c.Opened = nil
			if err := opened(); err != nil {
				return texts, err
			}
		}
	}
}

// readEvent reads what [Event] returns.
func readEvent(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	if _, err := r.ReadString('\n'); err != nil {
		return "", io.ErrUnexpectedEOF
	}
	return strings.TrimSuffix(strings.TrimPrefix(line, "data: "), "\n"), nil
}
