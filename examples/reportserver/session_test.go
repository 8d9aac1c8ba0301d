package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden file")

const sessionFile = "testdata/session.txt"

// start begins the command that starts the program, and stop ends it. The replay of the session does itself what they do, and what is in
// others.
const (
	start = "./reportserver -log file:acme.log 2>>requests.log &"
	stop  = "kill %1; wait"
)

var others = []string{"go build", "export GATEWAY_TOKEN=$(openssl rand -hex 16)"}

// TestSession replays the session with curl against the server, and compares what is answered. Each start is a service of its own, on the
// file that the one before left.
func TestSession(t *testing.T) {
	want, err := os.ReadFile(sessionFile)
	if err != nil {
		t.Fatal(err)
	}
	shell := shell{variables: map[string]string{"GATEWAY_TOKEN": gatewayToken}}
	path := "file:" + filepath.Join(t.TempDir(), "acme.log")
	end := func() {}
	defer func() { end() }()
	var got strings.Builder
	for _, command := range commands(string(want)) {
		fmt.Fprintf(&got, "$ %s\n", command)
		switch {
		case command == start:
			shell.address, end = startOn(t, path)
			continue
		case command == stop:
			end()
			continue
		case slices.Contains(others, command):
			continue
		}
		output, err := shell.run(command)
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		if output != "" {
			got.WriteString(strings.TrimSuffix(output, "\n") + "\n")
		}
	}
	if *update {
		if err := os.WriteFile(sessionFile, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("not as in %s (-update rewrites it):\n%s", sessionFile, diff)
	}
}

// startOn serves a company in a place, until end is called.
func startOn(t *testing.T, where string) (address string, end func()) {
	t.Helper()
	p, err := openPlace(t.Context(), where, "")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(newWorldIn(t, p, companyJSON).handler)
	return server.Listener.Addr().String(), sync.OnceFunc(func() {
		server.Close()
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
}

// TestReadme keeps what the README shows of this program equal to the session.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	session, err := os.ReadFile(sessionFile)
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, block := range strings.Split(string(readme), "```")[1:] {
		if !strings.Contains(block, start) {
			continue
		}
		shown++
		_, block, _ := strings.Cut(block, "\n")
		if diff := cmp.Diff(string(session), block); diff != "" {
			t.Errorf("README.md does not show %s:\n%s", sessionFile, diff)
		}
	}
	if shown != 1 {
		t.Errorf("README.md shows %s %d times, want once", sessionFile, shown)
	}
}

// commands returns the commands of a session: the text after "$ ", with the lines below it until its quotes are closed.
func commands(session string) []string {
	var all []string
	open := false
	for line := range strings.Lines(session) {
		line = strings.TrimSuffix(line, "\n")
		command, begins := strings.CutPrefix(line, "$ ")
		switch {
		case open:
			all[len(all)-1] += "\n" + line
		case begins:
			all = append(all, command)
		default:
			continue // output
		}
		open = strings.Count(all[len(all)-1], "'")%2 == 1
	}
	return all
}

// shell runs what little of the shell and curl the session uses.
type shell struct {
	variables map[string]string
	address   string // in place of localhost:8080
}

var assignment = regexp.MustCompile(`^([A-Z]+)=\$\((.*)\)$`)

func (s *shell) run(command string) (output string, err error) {
	if found := assignment.FindStringSubmatch(command); found != nil {
		output, err = s.run(found[2])
		s.variables[found[1]] = strings.TrimSpace(output)
		return "", err
	}
	words, err := s.words(command)
	if err != nil {
		return "", err
	}
	if len(words) == 0 || words[0] != "curl" {
		return "", fmt.Errorf("only curl is known")
	}
	return s.curl(words[1:])
}

// words splits a command at its spaces, except in quotes. It expands variables in double quotes only.
func (s *shell) words(command string) ([]string, error) {
	var all []string
	for rest := strings.TrimLeft(command, " "); rest != ""; rest = strings.TrimLeft(rest, " ") {
		switch quote := rest[:1]; quote {
		case "'", `"`:
			word, after, closed := strings.Cut(rest[1:], quote)
			if !closed {
				return nil, fmt.Errorf("a quote is not closed")
			}
			if quote == `"` {
				word = os.Expand(word, func(name string) string { return s.variables[name] })
			}
			all, rest = append(all, word), after
		default:
			word, after, _ := strings.Cut(rest, " ")
			all, rest = append(all, word), after
		}
	}
	return all, nil
}

func (s *shell) curl(words []string) (output string, err error) {
	method, header, body, url := http.MethodGet, http.Header{}, "", ""
	for i := 0; i < len(words); i++ {
		word := words[i]
		if takes := word == "-X" || word == "-H" || word == "--json"; takes {
			if i++; i == len(words) {
				return "", fmt.Errorf("%s takes a value", word)
			}
		}
		switch word {
		case "-s":
		case "-X":
			method = words[i]
		case "-H":
			name, value, _ := strings.Cut(words[i], ": ")
			header.Set(name, value)
		case "--json":
			body = words[i]
			header.Set("Content-Type", "application/json")
			header.Set("Accept", "application/json")
			if method == http.MethodGet {
				method = http.MethodPost
			}
		default:
			path, local := strings.CutPrefix(word, "localhost:8080")
			if !local || url != "" {
				return "", fmt.Errorf("what is %q?", word)
			}
			url = "http://" + s.address + path
		}
	}
	return send(method, url, header, body)
}

func send(method, url string, header http.Header, body string) (answer string, err error) {
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header = header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return string(text), err
}
