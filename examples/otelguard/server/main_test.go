package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// output is what the program prints. The lines of its exporters come from several
// goroutines.
type output struct {
	mu  sync.Mutex
	all bytes.Buffer
	w   io.Writer // the first line, too
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.all.Len() == 0 {
		o.w.Write(p)
	}
	return o.all.Write(p)
}

// TestProgram starts the program, calls it as the README does, and looks for what
// it counted among what it prints at its end.
func TestProgram(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	out := &output{w: writer}
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-addr", "127.0.0.1:0", "-every", "1h"}, out) }()
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(strings.TrimSpace(line), "listening on ")
	for _, tt := range []struct{ call, want string }{
		{"ann GET /reports/q1", "200 report:q1 for ann"},
		{"tom GET /reports/q2", "404 404 page not found"},
		{"tom PUT /reports/q1/viewers/ada", `403 {"title":"Forbidden","status":403,"reason":"level-too-low"}`},
		{"ann PUT /reports/q1/viewers/ada", "200 "},
		{"ada GET /reports/q1", "200 report:q1 for ada"},
		{"ann PUT /reports/q1/viewers/tim", `400 {"title":"Bad Request","status":400,"detail":"company: do: change 1, report.share: user \"tim\" does not exist"}`},
	} {
		words := strings.Fields(tt.call)
		request, err := http.NewRequestWithContext(ctx, words[1], "http://"+address+words[2], http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+words[0])
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if got := response.Status[:3] + " " + strings.TrimSpace(string(body)); err != nil || got != tt.want {
			t.Errorf("%s: %s, %v, want %s", tt.call, got, err, tt.want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for _, want := range []string{
		`"Name":"ambit.log.position","Description":"Number of the last event of the log that this process knows.","Unit":"{event}","Data":{"DataPoints":[{"Attributes":[],`,
		`"Name":"ambit.changes.refused"`, `"Name":"ambit.denials"`, `"Name":"ambit.observer.panics"`, `"Name":"ambit.log.in_doubt"`,
		`"Events":[{"Name":"ambit.decision","Attributes":[{"Key":"ambit.action","Value":{"Type":"STRING","Value":"report.view"}}`,
	} {
		if !strings.Contains(out.all.String(), want) {
			t.Errorf("the program does not print %s:\n%s", want, &out.all)
		}
	}
}
