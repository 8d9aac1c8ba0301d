package main

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit/filelog"
	"github.com/ambit-authz/ambit/examples/testserver"
)

// asProgram makes the test program the one that is tested.
const asProgram = "REPORTSERVER_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	defer testserver.StopAll()
	m.Run()
}

// instance is the program, running.
type instance struct {
	t       testing.TB
	process *exec.Cmd
	base    string
	mu      sync.Mutex
	said    strings.Builder
	ended   chan struct{}
	err     error // how it ended
}

// launch starts the program and waits until it listens, or ends.
func launch(t testing.TB, args ...string) *instance {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	i := &instance{t: t, process: exec.Command(self, append([]string{"-addr", "127.0.0.1:0"}, args...)...), ended: make(chan struct{})}
	i.process.Env = append(os.Environ(), asProgram+"=1", "GATEWAY_TOKEN="+gatewayToken)
	i.process.Dir = t.TempDir()
	stderr, err := i.process.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := i.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(i.kill)
	listens := make(chan string, 1)
	go func() {
		defer close(i.ended)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			i.mu.Lock()
			i.said.WriteString(lines.Text() + "\n")
			i.mu.Unlock()
			if _, address, ok := strings.Cut(lines.Text(), "msg=listening address="); ok {
				listens <- address
			}
		}
		i.err = i.process.Wait()
	}()
	select {
	case address := <-listens:
		i.base = "http://" + address
	case <-i.ended:
	}
	return i
}

// kill ends the program as a crash does.
func (i *instance) kill() {
	i.process.Process.Kill()
	<-i.ended
}

// stop tells the program to stop.
func (i *instance) stop() {
	i.t.Helper()
	i.process.Process.Signal(syscall.SIGTERM)
	if <-i.ended; i.err != nil {
		i.t.Errorf("the program ended with %v:\n%s", i.err, i.log())
	}
}

func (i *instance) log() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.said.String()
}

// ask sends a request in the name of a user, "" for nobody.
func (i *instance) ask(user, methodAndPath, body string) (status int, text string) {
	i.t.Helper()
	method, path, _ := strings.Cut(methodAndPath, " ")
	r, err := http.NewRequest(method, i.base+path, strings.NewReader(body))
	if err != nil {
		i.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if user != "" {
		status, token := i.ask("", "POST /login", `{"user":"`+user+`"}`)
		if status != http.StatusOK {
			return status, token
		}
		r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(token))
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		i.t.Fatalf("%v; the program says\n%s", err, i.log())
	}
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	if err != nil {
		i.t.Fatal(err)
	}
	return answer.StatusCode, string(all)
}

// promote gives tom a role, by uma.
func (i *instance) promote(role string) {
	i.t.Helper()
	if status, text := i.ask("uma", "PUT /users/tom/role", `{"role":"`+role+`","reason":"promoted"}`); status != http.StatusOK {
		i.t.Fatalf("%d %s; the program says\n%s", status, text, i.log())
	}
}

// events returns how many events the instance lists.
func (i *instance) events() int {
	i.t.Helper()
	status, text := i.ask("ada", "GET /audit", "")
	if status != http.StatusOK {
		i.t.Fatalf("%d %s; the program says\n%s", status, text, i.log())
	}
	return strings.Count(text, "\n")
}

// hangs is after how long what has not happened never will: a busy machine needs seconds for what takes milliseconds.
const hangs = 5 * time.Minute

// eventually asks until the answer is as wanted.
func (i *instance) eventually(user, methodAndPath string, want int, wantText string) {
	i.t.Helper()
	ctx, cancel := context.WithTimeout(i.t.Context(), hangs)
	defer cancel()
	for {
		status, text := i.ask(user, methodAndPath, "")
		if status == want && strings.Contains(text, wantText) {
			return
		}
		select {
		case <-ctx.Done():
			i.t.Fatalf("%s: %d %s, want %d %s; the program says\n%s", methodAndPath, status, text, want, wantText, i.log())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// places are the kinds of logs that outlive the program, each with a new one as -log.
var places = map[string]func(t *testing.T) string{
	"file":       func(t *testing.T) string { return "file:" + filepath.Join(t.TempDir(), "acme.log") },
	"SQLite":     func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "acme.db") },
	"PostgreSQL": func(t *testing.T) string { return databaseOf(t, testserver.Need(t, sharedPostgreSQL)) },
}

// eachPlace runs a test with each kind. Answers may be older than any that a busy machine makes: they are 503 beyond that.
func eachPlace(t *testing.T, test func(t *testing.T, args []string)) {
	for name, where := range places {
		t.Run(name, func(t *testing.T) {
			test(t, []string{"-log", where(t), "-checkpoint", filepath.Join(t.TempDir(), "checkpoint"), "-max-age", "1m"})
		})
	}
}

// TestRestart stops the program, kills it, and starts it again: it knows everything that it said was done.
func TestRestart(t *testing.T) {
	eachPlace(t, func(t *testing.T, args []string) {
		first := launch(t, args...)
		first.promote("editor")
		first.stop()
		second := launch(t, args...)
		second.promote("viewer")
		second.kill()
		third := launch(t, append(args, "-company", "none.json")...) // which is not read again
		if got := third.events(); got != 3 {
			t.Errorf("%d events are left, want 3", got)
		}
		if status, text := third.ask("", "GET /healthz", ""); status != http.StatusOK || text != `{"status":"ok","log":"ok","checkpoint":"ok"}`+"\n" {
			t.Errorf("healthz: %d %s", status, text)
		}
		third.stop()
	})
}

// TestDefaultLog: without -log the company is in a file, and the program says in which.
func TestDefaultLog(t *testing.T) {
	i := launch(t)
	if _, err := os.Stat(filepath.Join(i.process.Dir, "acme.log")); err != nil || !strings.Contains(i.log(), "log=file:acme.log checkpoint=acme.log.checkpoint") {
		t.Errorf("%v; it says\n%s", err, i.log())
	}
	i.stop()
}

// TestTwoInstances: of two instances on one log both found it at once, take changes, and learn of those of the other.
func TestTwoInstances(t *testing.T) {
	eachPlace(t, func(t *testing.T, args []string) {
		var both [2]*instance
		var starting sync.WaitGroup
		for n := range both {
			starting.Go(func() { both[n] = launch(t, args...) })
		}
		starting.Wait()
		for n, role := range []string{"editor", "viewer", "editor"} {
			here, there := both[n%2], both[1-n%2]
			here.promote(role)
			there.eventually("ada", "GET /console/register/csv", http.StatusOK, `"tom@example.com","`+role+`"`)
		}
		for _, i := range both {
			if got := i.events(); got != 4 {
				t.Errorf("%d events, want 4", got)
			}
			i.stop()
		}
	})
}

// TestNoLog names logs that there cannot be, and those of others. Each says what is wrong, and no password.
func TestNoLog(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, text string) string {
		if err := os.WriteFile(path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path(name)
	}
	const kinds = "write file:PATH, sqlite:PATH, postgres://USER@HOST/DATABASE or memory"
	const password = "s3cret"
	for name, tt := range map[string]struct{ log, want string }{
		"nonsense":             {"nonsense " + password, kinds},
		"another database":     {"mysql://root:" + password + "@localhost/acme", kinds},
		"no path":              {"file:", kinds},
		"memory with a path":   {"memory:x", kinds},
		"no directory":         {"file:" + path("none/acme.log"), "no such file"},
		"a directory":          {"file:" + dir, "it is no regular file"},
		"some other file":      {"file:" + write("other", "[server]\nport = 80\n"), "the log is damaged"},
		"no SQLite file":       {"sqlite:" + write("text", strings.Repeat("no database\n", 100)), "file is not a database"},
		"another's company":    {"file:" + foreign(t), `has the company "globex", and this is a service of "acme"`},
		"a damaged middle":     {"file:" + damaged(t), "event 2"},
		"no server":            {"postgres://acme:" + password + "@127.0.0.1:1/acme", "postgres://acme@127.0.0.1:1/acme: "},
		"no name of a server":  {"postgres://acme:" + password + "@127.0.0.1:x/acme", "parse"},
		"an unknown parameter": {"postgresql://acme:" + password + "@127.0.0.1:1/acme?sslmode=maybe", "sslmode is invalid"},
	} {
		i := launch(t, "-log", tt.log)
		if i.base != "" {
			t.Errorf("%s: it serves", name)
			i.kill()
		}
		if said := i.log(); !strings.Contains(said, tt.want) || strings.Contains(said, password) || !strings.HasPrefix(said, "reportserver: ") {
			t.Errorf("%s: it says %s, want %s", name, said, tt.want)
		}
	}
}

// foreign returns the file of another company's log.
func foreign(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "globex.log")
	log, err := filelog.Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	policy, err := document.Parse(companyJSON)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := company.Found(t.Context(), log, company.Founding{ID: "globex", Name: "Globex", Document: policy}, nil); err != nil {
		t.Fatal(err)
	}
	return path
}

// written returns the file of a log with some events.
func written(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "acme.log")
	i := launch(t, "-log", "file:"+path)
	i.promote("editor")
	i.promote("viewer")
	i.stop()
	return path
}

// damaged returns the file of a log with an event that somebody edited.
func damaged(t *testing.T) string {
	t.Helper()
	path := written(t)
	edit(t, path, func(text string) string { return strings.Replace(text, `"promoted"`, `"demoted"`, 1) })
	return path
}

func edit(t *testing.T, path string, change func(string) string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(change(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
}

var lastLine = regexp.MustCompile(`[^\n]+\n$`)

// TestLostEnd cuts the last event off a file, which is a log in order then. The checkpoint tells.
func TestLostEnd(t *testing.T) {
	path := written(t)
	edit(t, path, func(text string) string { return lastLine.ReplaceAllString(text, "") })
	i := launch(t, "-log", "file:"+path)
	want := fmt.Sprintf("file:%s is not the log whose checkpoint is in %s.checkpoint, or has lost its end", path, path)
	if i.base != "" || !strings.Contains(i.log(), want) {
		t.Errorf("it says %s, want %s", i.log(), want)
	}
	if err := os.Remove(path + ".checkpoint"); err != nil {
		t.Fatal(err)
	}
	if got := launch(t, "-log", "file:"+path).events(); got != 2 {
		t.Errorf("without the checkpoint there are %d events, want 2", got)
	}
}

// TestBrokenLog: a log that becomes damaged while it is followed ends the program.
func TestBrokenLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "acme.db")
	i := launch(t, "-log", "sqlite:"+path)
	i.promote("editor")
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "INSERT INTO ambit_event SELECT log, 3, hash, prev, line FROM ambit_event WHERE seq = 2"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-i.ended:
	case <-time.After(hangs):
		t.Fatalf("it goes on, and says\n%s", i.log())
	}
	if i.err == nil || !strings.Contains(i.log(), "reportserver: the log cannot be followed: ") {
		t.Errorf("it ended with %v, and says\n%s", i.err, i.log())
	}
}

// TestServerGone kills the database below two instances and starts it again. They answer 503 in between, and go on without being started again.
func TestServerGone(t *testing.T) {
	server := testserver.Need(t, sharedPostgreSQL)
	args := []string{"-log", databaseOf(t, server), "-max-age", "10s"}
	i := launch(t, args...)
	i.promote("editor")
	server.Kill()
	i.eventually("", "GET /healthz", http.StatusServiceUnavailable, `{"status":"unavailable","log":"fails","checkpoint":"ok"}`)
	if status, text := i.ask("ada", "GET /reports", ""); status != http.StatusServiceUnavailable {
		t.Errorf("a login without the log: %d %s, want 503", status, text)
	}
	if want := "msg=unwell"; !strings.Contains(i.log(), want) {
		t.Errorf("the program does not say %s:\n%s", want, i.log())
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	i.eventually("", "GET /healthz", http.StatusOK, `{"status":"ok","log":"ok","checkpoint":"ok"}`)
	i.promote("viewer")
	if got := i.events(); got != 3 {
		t.Errorf("%d events, want 3", got)
	}
	i.stop()
}
