package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestLintSeverity has the exit status of each threshold.
func TestLintSeverity(t *testing.T) {
	t.Parallel()
	const note = `{"users": [{"id": "ada", "role": "admin"}], "accounts": [{"id": "a", "source": "x"}, {"id": "b", "source": "y"}],
		"groups": [{"id": "g", "filter": "source = 'x'"}]}`
	warning := strings.Replace(note, `"groups"`, `"teams": [{"id": "t"}], "groups"`, 1)
	wrong := strings.Replace(warning, `"admin"`, `"editor"`, 1)
	for _, test := range []struct {
		text   string
		status [3]int // by note, warning, error
	}{
		{`{"users": [{"id": "ada", "role": "admin"}]}`, [3]int{0, 0, 0}}, {note, [3]int{1, 0, 0}}, {warning, [3]int{1, 1, 0}}, {wrong, [3]int{1, 1, 1}},
	} {
		path := file(t, "policy.json", test.text)
		for i, severity := range severities {
			if got := program("lint", "-severity", severity, path); got.status != test.status[i] || got.stderr != "" {
				t.Errorf("-severity %s of %s: %+v, want %d", severity, test.text, got, test.status[i])
			}
		}
		if byDefault := program("lint", path); byDefault.status != test.status[1] {
			t.Errorf("by default: %+v", byDefault)
		}
	}
}

// TestLintLog looks at a log, which has no lines.
func TestLintLog(t *testing.T) {
	t.Parallel()
	path, _ := acme(t)
	got := program("lint", "-at", "1", "file:"+path)
	if want := "acme.log: warning: user \"tom\" "; got.status != 1 || !strings.Contains("\n"+inDir(path, got.stdout), "\n"+want) {
		t.Errorf("got %+v", got)
	}
}

// TestLintGoesOn looks at good policies after bad ones.
func TestLintGoesOn(t *testing.T) {
	t.Parallel()
	got := program("lint", "-format", "json", "testdata/mistakes.json", "testdata/absent.json", "testdata/before.json")
	var all []linted
	if err := json.Unmarshal([]byte(got.stdout), &all); err != nil || got.status != 2 || len(all) != 1 || all[0].Policy != "testdata/before.json" {
		t.Errorf("%v %+v", err, got)
	}
	if !strings.HasPrefix(got.stderr, "testdata/mistakes.json:2: ") || !strings.Contains(got.stderr, "\ntestdata/absent.json: file does not exist") {
		t.Errorf("it says\n%s", got.stderr)
	}
}
