package policyci

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesstest"
	"github.com/ambit-authz/ambit/access/document"
)

// mistakes has one mistake of each kind that people make. Each is a test that
// fails.
var mistakes = map[string]func(t *testing.T){
	"misspelt-id": func(t *testing.T) {
		accesstest.Run(t, load(t, "policy.json"), story("sees tom us-serach us-social"))
	},
	"failing-allow": func(t *testing.T) {
		accesstest.Run(t, load(t, "policy.json"), story("allow tom account.view account:us-lab"))
	},
	"lock-difference": func(t *testing.T) {
		accesstest.Lock(t, changed(t, func(d *document.Document) {
			d.Groups[2].Filter = "brand = 'harbor' or brand missing"
		}), "access.lock")
	},
	"coverage-hole": func(t *testing.T) {
		accesstest.Coverage(t, changed(t, func(d *document.Document) {
			d.Teams, d.Users, d.Reports, d.Links = d.Teams[:1], d.Users[4:6], nil, nil // Tom and Mia are left
			d.Teams[0].Members = d.Teams[0].Members[:2]
		}), story("allow tom account.view account:us-search"), 60)
	},
	"gain": func(t *testing.T) {
		accesstest.NoNewAccess(t, load(t, "policy.json"), changed(t, func(d *document.Document) {
			d.Teams[2].Members = append(d.Teams[2].Members, document.Member{User: "tom"})
			d.Users[8].Until = "2028-07-01T00:00:00Z"
		}))
	},
}

// story returns a directory with one story of one line.
func story(line string) fs.FS {
	return fstest.MapFS{"mistake.story": {Data: []byte("story A mistake\nat 2027-01-01\n" + line + "\n")}}
}

// changed returns the policy with one change.
func changed(t *testing.T, change func(d *document.Document)) *access.Policy {
	t.Helper()
	data, err := os.ReadFile("policy.json")
	if err != nil {
		t.Fatal(err)
	}
	d := new(document.Document)
	if err := json.Unmarshal(data, d); err != nil {
		t.Fatal(err)
	}
	change(d)
	policy, err := access.Compile(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

// TestMistake makes the mistake that the environment names.
func TestMistake(t *testing.T) {
	mistake, ok := mistakes[os.Getenv("POLICYCI_MISTAKE")]
	if !ok {
		t.Skip("POLICYCI_MISTAKE names no mistake to make")
	}
	mistake(t)
}

// volatile is what differs from run to run, or from edit to edit of this file.
var volatile = regexp.MustCompile(` \(\d+\.\d+s\)|(mistakes|readme)_test\.go:\d+: `)

// inProcess runs a test of this package in a new process, and returns its output
// and whether it failed.
func inProcess(t *testing.T, test, environment string) (output string, failed bool) {
	t.Helper()
	run := exec.Command(os.Args[0], "-test.run="+test)
	run.Env = append(os.Environ(), environment, "AMBIT_UPDATE=")
	out, err := run.CombinedOutput()
	if _, failed = err.(*exec.ExitError); err != nil && !failed {
		t.Fatal(err)
	}
	output, _, _ = strings.Cut(volatile.ReplaceAllString(string(out), ""), "FAIL\n") // what follows is about the test run
	return output, failed
}

// TestFiles looks for what a run cannot show: that no draft is left out, no cached
// result replaces the comparison, and a first policy passes.
func TestFiles(t *testing.T) {
	for path, want := range map[string][]string{
		"policy_test.go": {"//go:embed all:stories\n"},
		"ci.yml":         {"go test -count=1 -run '^TestNoNewAccess$'", `git cat-file -e "FETCH_HEAD:$POLICY/policy.json" || exit 0`},
	} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range want {
			if !strings.Contains(string(data), text) {
				t.Errorf("%s lacks %q", path, text)
			}
		}
	}
}

// TestMistakes runs each mistake in a process of its own, and compares its output.
func TestMistakes(t *testing.T) {
	for name := range mistakes {
		t.Run(name, func(t *testing.T) {
			got, failed := inProcess(t, "^TestMistake$", "POLICYCI_MISTAKE="+name)
			if !failed {
				t.Fatalf("the mistake passes:\n%s", got)
			}
			path := filepath.Join("testdata", name+".golden")
			if os.Getenv("AMBIT_UPDATE") == "1" {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if string(want) != got {
				t.Errorf("the output is\n%s\nwant\n%s", got, want)
			}
		})
	}
}
