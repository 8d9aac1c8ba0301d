package accesstest_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesstest"
)

// recorder is a test that records its errors and logs.
type recorder struct {
	testing.TB
	errors, logs []string
}

func (r *recorder) Helper()                      {}
func (r *recorder) Error(args ...any)            { r.errors = append(r.errors, fmt.Sprint(args...)) }
func (r *recorder) Errorf(f string, args ...any) { r.Error(fmt.Sprintf(f, args...)) }
func (r *recorder) Log(args ...any)              { r.logs = append(r.logs, fmt.Sprint(args...)) }
func (r *recorder) Fatal(args ...any)            { panic("Coverage must report all it finds") }

// small is a policy with two results of a filter, one part of each other kind, and
// no grant.
func small() *access.Policy {
	return access.MustLoad(`{
	  "attributes": {"country": "string"},
	  "catalog":  {"roles": [{"name": "analyst", "capabilities": ["account.view"]}]},
	  "accounts": [{"id": "us-1", "source": "google", "country": "US"}, {"id": "de-1", "source": "google", "country": "DE"}],
	  "groups":   [{"id": "us", "filter": "country = 'US'"}],
	  "teams":    [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
	  "users":    [{"id": "ann", "email": "ann@example.com", "role": "analyst"}]
	}`)
}

func file(text string) fs.FS { return fstest.MapFS{"s.story": {Data: []byte(text)}} }

// TestRun runs Run on a policy that departs from its story. It must fail, so it
// has a process of its own.
func TestRun(t *testing.T) {
	if os.Getenv("ACCESSTEST_FAIL") != "" {
		accesstest.Run(t, small(), fstest.MapFS{
			"a.story": {Data: []byte("story Ann works for Germany\nallow ann account.view account:us-1\nallow ann account.view account:de-1\n")},
			"b.story": {Data: []byte("story Ann works\ndeny ann user.invite company\n")},
			"c.story": {Data: []byte("story A mistake\nsees anne us-1\n")},
			"d.story": {Data: []byte("# nothing")},
		})
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestRun$", "-test.v")
	cmd.Env = append(os.Environ(), "ACCESSTEST_FAIL=1")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("it passed:\n%s", out)
	}
	for _, want := range []string{
		"--- FAIL: TestRun (", "    --- FAIL: TestRun/Ann_works_for_Germany (", "    --- PASS: TestRun/Ann_works (", "    --- FAIL: TestRun/A_mistake (",
		": a.story:3: ann account.view account:de-1: want allow, got deny because out-of-reach\n",
		"          deny out-of-reach: de-1 is in none of ann's data groups\n",
		": c.story:2: there is no user \"anne\"; did you mean \"ann\"?\n",
		": d.story: the file has no story: begin one with \"story\" and a title\n",
		" run_test.go:", // where Run is called
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("it does not report %q but\n%s", want, out)
		}
	}
	if strings.Contains(string(out), " run.go:") || strings.Contains(string(out), "a.story:2") {
		t.Errorf("it reports\n%s", out)
	}
}

func TestCoverage(t *testing.T) {
	const (
		all = "membership  1 of 1\nassignment  1 of 1\ncapability  1 of 1\nfilter      2 of 2\ncoverage 100 %: 5 of 5 parts"
		few = "no story would miss\n  filter      data group us, country = 'US': never false\n" +
			"membership  1 of 1\nassignment  1 of 1\ncapability  1 of 1\nfilter      1 of 2\ncoverage 80 %: 4 of 5 parts"
		none = "no story would miss\n  membership  team americas, user ann\n  assignment  team americas, data group us\n  capability  role analyst, account.view\n" +
			"  filter      data group us, country = 'US': never false\n  filter      data group us, country = 'US': never true\n" +
			"membership  0 of 1\nassignment  0 of 1\ncapability  0 of 1\nfilter      0 of 2\ncoverage 0 %: 0 of 5 parts"
	)
	for _, tt := range []struct {
		verdict, name string
		percent       int
		text          string
		want          string
	}{
		{"pass", "everything", 100, "story S\nsees ann us-1", all},
		{"pass", "just enough", 80, "story S\nallow ann account.view account:us-1", few},
		{"fail", "one too few", 81, "story S\nallow ann account.view account:us-1", few + ", want 81 %"},
		{"fail", "a denial of nothing there is", 1, "story S\ndeny ann user.invite company", none + ", want 1 %"},
		{"pass", "nothing is wanted", 0, "story S\ndeny ann user.invite company", none},
		{"fail", "a mistake in a story", 0, "story S\nsees an us-1", "s.story:2: the story does not hold, and maybe others do not: only lines that hold are counted"},
		{"fail", "a line that does not hold", 0, "story S\nsees ann us-1\nallow ann user.invite company", "s.story:3: the story does not hold, and maybe others do not: only lines that hold are counted"},
		{"fail", "one line says the opposite of another", 0, "story S\nsees ann us-1\ndeny ann account.view account:us-1", "s.story:3: the story does not hold, and maybe others do not: only lines that hold are counted"},
		{"fail", "no story", 0, "", "s.story: the file has no story: begin one with \"story\" and a title"},
		{"fail", "less than nothing", -1, "story S\nsees ann us-1", "a coverage of -1 % is not possible: ask for 0 to 100 %"},
		{"fail", "more than all", 101, "story S\nsees ann us-1", "a coverage of 101 % is not possible: ask for 0 to 100 %"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &recorder{TB: t}
			accesstest.Coverage(r, small(), file(tt.text), tt.percent)
			if failed := len(r.errors) > 0; failed != (tt.verdict == "fail") {
				t.Errorf("want %s: errors %q, logs %q", tt.verdict, r.errors, r.logs)
			}
			if got := append(r.errors, r.logs...); !slices.Contains(got, tt.want) {
				t.Errorf("it reports\n%s\nand not\n%s", strings.Join(got, "\n"), tt.want)
			}
		})
	}
}

// TestZeroValues asks about nil and empty policies.
func TestZeroValues(t *testing.T) {
	for name, p := range map[string]*access.Policy{"nil": nil, "zero": new(access.Policy), "empty": access.MustLoad("{}")} {
		for text, want := range map[string]string{
			"story S\nsees nobody everything":                            "not counted, because they concern no user: 71\ncoverage 0 %: the policy has no parts, want 0 %",
			"story S\nsees ann nothing":                                  "s.story:2: the story does not hold, and maybe others do not: only lines that hold are counted",
			"story S\ndeny ann user.invite company because unknown-user": "not counted, because they concern no user: 71\ncoverage 0 %: the policy has no parts, want 0 %",
		} {
			r := &recorder{TB: t}
			accesstest.Coverage(r, p, file(text), 0)
			if !slices.Contains(r.errors, want) {
				t.Errorf("%s: %q reports %q", name, text, r.errors)
			}
		}
	}
}
