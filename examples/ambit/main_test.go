package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// asProgram is the variable that makes the test binary the program, for tests
// that run it from a shell.
const asProgram = "AMBIT_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

const companyx = "../companyx/companyx.json"

// answered is what a run of the program answered.
type answered struct {
	stdout, stderr string
	status         int
}

// today is when the tests run the program.
var today = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// program runs the program without a terminal.
func program(args ...string) answered { return programWith(environment{}, args...) }

// programWith runs the program in an environment, of which what is missing is
// filled in.
func programWith(env environment, args ...string) answered {
	var out, errs bytes.Buffer
	if env.stdout == nil {
		env.stdout = &out
	}
	if env.stderr == nil {
		env.stderr = &errs
	}
	if env.stdin == nil {
		env.stdin = strings.NewReader("")
	}
	if env.getenv == nil {
		env.getenv = func(string) string { return "" }
	}
	env.now = func() time.Time { return today }
	status := run(args, env)
	return answered{out.String(), errs.String(), status}
}

// rewriting is held while a golden file is written and read, as several tests
// share some.
var rewriting sync.Mutex

// golden compares text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	rewriting.Lock()
	defer rewriting.Unlock()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("not as in %s (-update rewrites it):\n%s", path, diff)
	}
}

// file writes a file of a test and returns its path.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestGolden(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status int
		golden string
		args   string
	}{
		{0, "help.golden", "help"},
		{0, "help.golden", "-h"},
		{0, "help.golden", "--help"},
		{0, "check.golden", "check " + companyx},
		{0, "check.golden", "check -- " + companyx},
		{1, "why-denied.golden", "why -as mia -do account.view -on account:de-search " + companyx},
		{0, "why-allowed.golden", "why " + companyx + " -as mia -do account.view -on account:us-search"},
		{1, "why-json.golden", "why -as mia -do account.view -on account:de-search -format json " + companyx},
		{0, "why-link.golden", "why -link q3-press -do report.view -on report:q3 -asof 2026-11-30 -format json " + companyx},
		{0, "decide-json.golden", "decide -as mia -do account.view -on account:us-search -format json " + companyx},
		{0, "who.golden", "who -do report.view -on report:europe " + companyx},
		{0, "who-json.golden", "who -do report.edit -on report:europe -format json " + companyx},
		{1, "nobody.golden", "who -do owner.transfer -on user:mia -format json " + companyx},
		{0, "actions.golden", "list actions -as tom -on report:europe " + companyx},
		{0, "accounts.golden", "list accounts -as mia " + companyx},
		{0, "accounts-json.golden", "list accounts -as mia -team uk -format json " + companyx},
		{0, "reports.golden", "list reports -as mia " + companyx},
		{0, "diff.golden", "diff testdata/before.json testdata/after.json"},
		{0, "diff-most.golden", "diff -most 1 testdata/before.json testdata/after.json"},
		{0, "diff-markdown.golden", "diff -format markdown testdata/before.json testdata/after.json"},
		{0, "diff-json.golden", "diff -format json -most 3 testdata/before.json testdata/after.json"},
		{1, "diff.golden", "diff -exit-code testdata/before.json testdata/after.json"},
		{0, "diff-doubts.golden", "diff testdata/before.json testdata/retyped.json"},
		{0, "diff-doubts-markdown.golden", "diff -format markdown testdata/before.json testdata/retyped.json"},
		{0, "diff-doubts-json.golden", "diff -format json -most 1 testdata/before.json testdata/retyped.json"},
		{0, "diff-strangers.golden", "diff -strangers -most 1 testdata/before.json testdata/stranger.json"},
		{1, "lint.golden", "lint " + companyx + " testdata/before.json"},
		{0, "lint-error.golden", "lint -severity error -most 1 " + companyx},
		{0, "lint-ignore.golden", "lint -ignore hidden-by-missing,user-without-team -days 0 -asof 2098-12-31 " + companyx},
		{1, "lint-json.golden", "lint -format json -ignore hidden-by-missing -most 0 " + companyx},
		{1, "lint-github.golden", "lint -format github -severity note " + companyx},
		{0, "lint-asked.golden", "lint -severity error -most 2 -asked account.view,report.view testdata/before.json"},
		{0, "fmt.golden", "fmt testdata/before.json"},
		{1, "fmt-diff.golden", "fmt -d testdata/before.json"},
	}
	for _, test := range tests {
		t.Run(test.golden+" "+test.args, func(t *testing.T) {
			t.Parallel()
			got := program(strings.Fields(test.args)...)
			if got.status != test.status || got.stderr != "" {
				t.Errorf("status %d, stderr %q; want status %d", got.status, got.stderr, test.status)
			}
			golden(t, test.golden, got.stdout)
		})
	}
}

// TestHelp has the help of each command in a golden file, and checks that each
// has an example that it can read.
func TestHelp(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, c := range commands() {
		for _, ask := range [][]string{{"help", c.name}, {c.name, "-h"}, {c.name, "--help"}} {
			got := program(ask...)
			if got.status != 0 || got.stderr != "" || !slices.Equal(strings.Fields(got.stdout)[:3], []string{"Usage:", "ambit", c.name}) {
				t.Errorf("%q: %+v", ask, got)
			}
		}
		all.WriteString(program("help", c.name).stdout + "\n")
		words := strings.Fields(c.example)
		if words[0] != c.name {
			t.Errorf("the example of %s is of %s", c.name, words[0])
		}
		if _, _, err := parse(c, words[1:]); err != nil {
			t.Errorf("the example of %s: %v", c.name, err)
		}
	}
	golden(t, "help-commands.golden", all.String())
}

func TestUsage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args string
		want string
	}{
		{"nothing", "", "no command is given; see ambit help"},
		{"unknown command", "frob", `there is no command "frob"; see ambit help`},
		{"misspelt command", "chekc", `there is no command "chekc"; did you mean check?; see ambit help`},
		{"help of an unknown command", "help dif", `there is no command "dif"; did you mean diff?; see ambit help`},
		{"unknown flag", "decide -who mia p", "flag provided but not defined: -who; see ambit help decide"},
		{"flag of another command", "check -as mia p", "flag provided but not defined: -as; see ambit help check"},
		{"flag without a value", "decide p -as", "flag needs an argument: -as; see ambit help decide"},
		{"malformed time", "decide -asof tomorrow p", `invalid value "tomorrow" for flag -asof: write it like 2027-03-01T00:00:00Z or 2027-03-01; see ambit help decide`},
		{"malformed event", "decide -at 0 p", `invalid value "0" for flag -at: write the number of an event, from 1; see ambit help decide`},
		{"malformed number", "diff -most x a b", `invalid value "x" for flag -most: write a number from 0; see ambit help diff`},
		{"malformed duration", "diff -within 0s a b", `invalid value "0s" for flag -within: write it like 30s or 2m; see ambit help diff`},
		{"a checkpoint of nothing", "verify -checkpoint x file:a.log", `-checkpoint takes one, such as "ambit-checkpoint v1 31 4f2a…", or a file that has it: open x: no such file or directory; see ambit help verify`},
		{"a document to verify", "verify p.json", "only a log can be verified: name it as file:PATH; see ambit help verify"},
		{"the register of a document", "register p.json", "only a log knows who gave access and why: name it as file:PATH; see ambit help register"},
		{"unknown severity", "lint -severity bad p", `invalid value "bad" for flag -severity: write note, warning or error; see ambit help lint`},
		{"no severity", "lint -severity none p", `invalid value "none" for flag -severity: write note, warning or error; see ambit help lint`},
		{"unknown code", "lint -ignore ended,x p", `-ignore: there is no code "x"; ambit help lint has all of them; see ambit help lint`},
		{"malformed days", "lint -days -1 p", `invalid value "-1" for flag -days: write a number from 0; see ambit help lint`},
		{"unknown format", "decide -format xml p", `invalid value "xml" for flag -format: write text or json; see ambit help decide`},
		{"malformed switch", "diff -exit-code=perhaps a b", `invalid boolean value "perhaps" for -exit-code: strconv.ParseBool: parsing "perhaps": invalid syntax; see ambit help diff`},
		{"no policy", "decide", "it takes POLICY: POLICY is missing; see ambit help decide"},
		{"two policies", "decide a.json b.json", `it takes POLICY: "b.json" is too much; all else is said by flags: -as USER -do ACTION -on RESOURCE; see ambit help decide`},
		{"a question without flags", "why p.json ann account.view", `it takes POLICY: "ann" is too much; all else is said by flags: -as USER -do ACTION -on RESOURCE; see ambit help why`},
		{"a question about somebody without a flag", "list accounts p.json ann", `it takes accounts|actions|reports POLICY: "ann" is too much; all else is said by flags: -as USER; see ambit help list`},
		{"a third policy", "diff a b c", `it takes OLD NEW: "c" is too much; all else is said by flags: -most -within -exit-code -strangers -asof -at -old-asof -old-at -format; see ambit help diff`},
		{"an argument of a command without any", "schema x", `it takes no arguments: "x" is too much; see ambit help schema`},
		{"an argument of a command without flags", "completion bash x", `it takes bash|zsh|fish: "x" is too much; see ambit help completion`},
		{"one policy of two", "diff a.json", "it takes OLD NEW: NEW is missing; see ambit help diff"},
		{"nobody", "decide p -do account.view -on company", "-as is missing: who asks?; see ambit help decide"},
		{"team without user", "decide -team uk -do account.view -on account:us-app p", "-team needs -as; see ambit help decide"},
		{"user and link", "decide -as mia -link q3 -do account.view -on account:us-app p", "-as and -link both say who asks: give one of them; see ambit help decide"},
		{"user alone", "decide -as mia p", "-do is missing: what do they want to do?; see ambit help decide"},
		{"user and action", "why -as mia -do account.view p", "-on is missing: on what?; see ambit help why"},
		{"action alone", "who -do account.view p", "-on is missing: on what?; see ambit help who"},
		{"resource alone", "who -on company p", "-do is missing: what do they want to do?; see ambit help who"},
		{"unknown list", "list users -as mia p", `it lists accounts, actions or reports: "users" is none of them; see ambit help list`},
		{"list of nobody", "list accounts p", "-as is missing: who asks?; see ambit help list"},
		{"actions of nothing", "list actions -as mia p", "-on is missing: on what?; see ambit help list"},
		{"actions by action", "list actions -as mia -do account.view -on company p", "actions are listed without -do; ask ambit decide about a single one; see ambit help list"},
		{"accounts by action", "list accounts -as mia -do account.view p", "accounts are listed without -do and -on; see ambit help list"},
		{"reports of something", "list reports -as mia -on report:q3 p", "reports are listed without -on; see ambit help list"},
		{"an event of a document", "check -at 3 p.json", "p.json is a document and has no events: -at is for a log, file:PATH; see ambit help check"},
		{"twice when", "check -at 3 -asof 2027-01-01 file:acme.log", "-at and -asof both say when: give one of them; see ambit help check"},
		{"several to one", "fmt a.json b.json", "several documents need -w, -d or -l; see ambit help fmt"},
		{"standard input twice", "diff - -", "only one of OLD and NEW can be standard input; see ambit help diff"},
		{"write to standard input", "fmt -w -", "-w writes to files: - is none that it may write; see ambit help fmt"},
		{"write to a log", "fmt -w file:a.log", "-w writes to files: file:a.log is none that it may write; see ambit help fmt"},
		{"a flag as an argument", "decide -- p -as", `it takes POLICY: "-as" is too much; all else is said by flags: -as USER -do ACTION -on RESOURCE; see ambit help decide`},
		{"flags after --", "decide -- -as", "-as is missing: who asks?; see ambit help decide"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := program(strings.Fields(test.args)...)
			if want := "ambit: " + test.want + "\n"; got.status != 2 || got.stdout != "" || got.stderr != want {
				t.Errorf("got %d %q\n%s\nwant 2\n%s", got.status, got.stdout, got.stderr, want)
			}
		})
	}
}

type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

func TestUnwritableOutput(t *testing.T) {
	t.Parallel()
	full := programWith(environment{stdout: broken{errors.New("no space left")}}, "help")
	if full.status != 2 || full.stderr != "ambit: no space left\n" {
		t.Errorf("a full disk: %+v, want 2 and the error", full)
	}
	path, _ := acme(t)
	for _, args := range [][]string{
		{"register", "file:" + path}, {"diff", "-format", "json", "testdata/before.json", "testdata/after.json"}, {"schema"},
		{"list", "accounts", "-as", "mia", "-format", "json", companyx}, {"fmt", companyx}, {"picture", companyx},
	} {
		if got := programWith(environment{stdout: broken{errors.New("no space left")}}, args...); got.status != 2 || got.stderr != "ambit: no space left\n" {
			t.Errorf("%q on a full disk: %+v, want 2 and the error, once", args, got)
		}
	}
	piped := broken{&os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}}
	for status, ask := range []string{"account:us-app", "account:de-app"} {
		got := programWith(environment{stdout: piped}, "decide", "-as", "mia", "-do", "account.view", "-on", ask, companyx)
		if got.status != status || got.stderr != "" {
			t.Errorf("nobody reads the answer about %s: %+v, want %d without a word", ask, got, status)
		}
	}
}

func TestColor(t *testing.T) {
	t.Parallel()
	env := func(values ...string) environment {
		return environment{stdoutTerminal: true, getenv: func(name string) string {
			for i := 0; i < len(values); i += 2 {
				if values[i] == name {
					return values[i+1]
				}
			}
			return ""
		}}
	}
	ask := []string{"decide", "-as", "mia", "-do", "account.view", "-on", "account:us-app", companyx}
	const plain = "allow: team americas, data group us\n"
	for _, test := range []struct {
		want, name string
		env        environment
	}{
		{"\x1b[32mallow: team americas, data group us\x1b[0m\n", "a terminal", env("TERM", "xterm")},
		{plain, "no terminal", environment{}},
		{plain, "a terminal without colours", env("TERM", "dumb")},
		{plain, "NO_COLOR", env("NO_COLOR", "1")},
	} {
		if got := programWith(test.env, ask...); got.stdout != test.want || got.status != 0 {
			t.Errorf("%s: %+v, want %q", test.name, got, test.want)
		}
	}
}

// slow is an input that takes until something is written.
type slow struct {
	io.Reader
	written <-chan struct{}
}

func (s slow) Read(p []byte) (int, error) {
	<-s.written
	return s.Reader.Read(p)
}

// noticed is an output that tells of its first write.
type noticed struct {
	bytes.Buffer
	written chan struct{}
}

func (n *noticed) Write(p []byte) (int, error) {
	if n.Len() == 0 {
		close(n.written)
	}
	return n.Buffer.Write(p)
}

func TestProgress(t *testing.T) {
	t.Parallel()
	errs := &noticed{written: make(chan struct{})}
	env := environment{
		stdin: slow{strings.NewReader("{}"), errs.written}, stderr: errs,
		stderrTerminal: true, patience: time.Nanosecond,
	}
	if got := programWith(env, "check", "-"); got.status != 0 {
		t.Errorf("status %d, want 0", got.status)
	}
	if want := "reading stdin …\r               \r"; !strings.HasPrefix(errs.String(), want) {
		t.Errorf("told %q, want %q first", errs.String(), want)
	}
	if got := program("check", companyx); got.stderr != "" {
		t.Errorf("without a terminal it told %q", got.stderr)
	}
}

func TestShown(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"plain – naïve 名", "plain – naïve 名"},
		{"\x1b[31mred", `\x1b[31mred`},
		{"a\u202eb", `a\u202eb`},
		{"a\u00a0b", `a\u00a0b`},
		{"a\xffb", `a\xffb`},
		{"a\ufffdb", "a\ufffdb"},
		{"two\nlines", `two\nlines`},
		{"tab\t", `tab\t`},
	} {
		if got := shown(test.text); got != test.want {
			t.Errorf("shown(%q) is %q, want %q", test.text, got, test.want)
		}
	}
}

// TestJSON writes what cannot be seen as escapes, and nothing else differently.
func TestJSON(t *testing.T) {
	t.Parallel()
	const text = "a\u202eb \U000e0001 <é\u007f\u2028"
	var b strings.Builder
	out := newOutput(&b, false)
	if err := errors.Join(out.json([]string{text}), out.flush()); err != nil {
		t.Fatal(err)
	}
	if want := "[\n  \"a\\u202eb \\udb40\\udc01 <é\\u007f\\u2028\"\n]\n"; b.String() != want {
		t.Errorf("got %s, want %s", &b, want)
	}
	var back []string
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil || len(back) != 1 || back[0] != text {
		t.Errorf("%q comes back as %q, %v", text, back, err)
	}
}
