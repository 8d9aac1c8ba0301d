package browser

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"
)

// What all tests share: the program they test, and one Chromium.
var (
	program  string          // the path of reportserver
	chromium context.Context // that tabs are opened in
	missing  string          // why there is no Chromium
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "browser")
	if err != nil {
		return fail(err)
	}
	defer os.RemoveAll(dir)
	path, err := exec.LookPath("chromium")
	if err != nil {
		missing = "chromium is not installed, on Debian the package chromium"
		return m.Run() // to skip each test by its name
	}
	program = filepath.Join(dir, "reportserver")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir = filepath.Join("..", "reportserver") // a module of its own
	if out, err := build.CombinedOutput(); err != nil {
		return fail(fmt.Errorf("%w\n%s", err, out))
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // runs as root in CI, and opens only what these tests serve
		chromedp.DisableGPU,
		chromedp.UserDataDir(filepath.Join(dir, "profile")),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"), // no other host is ever found
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	browser, quit := chromedp.NewContext(allocator)
	defer quit()
	if err := chromedp.Do(browser); err != nil {
		return fail(err)
	}
	chromium = browser
	return m.Run()
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, "browser:", err)
	return 1
}

// startServer starts the program with the company of the tests, and returns its address. It ends with the test.
func startServer(t *testing.T) (base string) {
	t.Helper()
	if missing != "" {
		if os.Getenv("CI") == "true" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	server := exec.Command(program, "-addr", "127.0.0.1:0", "-log", "memory", "-company", filepath.Join("testdata", "company.json"))
	stderr, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	done := make(chan struct{})
	t.Cleanup(func() {
		server.Process.Signal(syscall.SIGTERM)
		<-done
		if err := server.Wait(); err != nil {
			t.Errorf("the server: %v", err)
		}
	})
	var said []string
	for lines.Scan() {
		said = append(said, lines.Text())
		if _, address, ok := strings.Cut(lines.Text(), "msg=listening address="); ok {
			base = "http://" + strings.TrimSpace(address)
			break
		}
	}
	go func() {
		defer close(done)
		for lines.Scan() {
			if strings.Contains(lines.Text(), "level=ERROR") {
				t.Errorf("the server logs: %s", lines.Text())
			}
		}
	}()
	if base == "" {
		t.Fatalf("the server does not listen: %q", said)
	}
	return base
}
