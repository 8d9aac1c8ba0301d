package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"
)

// TestProgram starts the program and calls it as the README does.
func TestProgram(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-addr", "127.0.0.1:0"}, writer) }()
	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok {
		t.Fatalf("the program says %q", line)
	}
	for _, tt := range []struct{ call, want string }{
		{"-as ann list", `reports:"q1" reports:"q2"`},
		{"-as tom list", `reports:"q1"`},
		{"-as ann show q1", `report:"q1" title:"First quarter" accounts:"us-1"`},
		{"-as tom show q1", `report:"q1" title:"First quarter" accounts:"de-1"`},
		{"-as tom show q2", "rpc error: code = NotFound desc = not found"},
		{"-as tom show nope", "rpc error: code = NotFound desc = not found"},
		{"-as tom follow q2", "rpc error: code = NotFound desc = not found"},
		{"-as tom rename q1 Mine", "rpc error: code = PermissionDenied desc = denied: level-too-low"},
		{"-as tom rename q2 Mine", "rpc error: code = NotFound desc = not found"},
		{"-as ann rename q1", "rpc error: code = InvalidArgument desc = title is empty; write the new one"},
		{"-as ann rename q1 New", `report:"q1" title:"New" accounts:"us-1"`},
		{"-as tom show q1", `report:"q1" title:"New" accounts:"de-1"`},
		{"-as sue show q1", "rpc error: code = PermissionDenied desc = denied: suspended"},
		{"show q1", "rpc error: code = Unauthenticated desc = not authenticated"},
		{"-as ann delete q1", `unknown command "delete": write list, show ID, rename ID TITLE or follow ID`},
	} {
		var out bytes.Buffer
		calling, cancel := context.WithTimeout(ctx, time.Minute)
		if err := run(calling, append([]string{"-addr", address}, strings.Fields(tt.call)...), &out); err != nil {
			out.WriteString(err.Error())
		}
		cancel()
		// The text form of messages has a second space here and there, by chance.
		if got := strings.Join(strings.Fields(out.String()), " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.call, got, tt.want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
