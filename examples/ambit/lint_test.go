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

// TestHostileLog has names that would be commands in the log of a workflow of
// GitHub, which reads those of every line: at its beginning, and some wherever
// they stand. Only findings for GitHub are commands.
func TestHostileLog(t *testing.T) {
	t.Parallel()
	names := []string{"::stop-commands::x", " ::add-mask::admin", "##[add-mask]admin", "a ##[set-output name=ok]yes"}
	doc := map[string]any{}
	for _, name := range names {
		add := func(list string, entry map[string]any) {
			all, _ := doc[list].([]any)
			doc[list] = append(all, entry)
		}
		add("accounts", map[string]any{"id": name, "source": name})
		add("groups", map[string]any{"id": name, "filter": "everything"})
		add("users", map[string]any{"id": name, "role": "admin"})
		add("teams", map[string]any{"id": name, "groups": []string{name}, "members": []any{map[string]any{"user": name}}})
		add("reports", map[string]any{"id": name, "grants": []any{map[string]any{"user": names[0], "level": "creator"}}})
	}
	whole, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	good := file(t, "good.json", string(whole))
	bad := file(t, "bad.json", strings.ReplaceAll(string(whole), "everything", "##[error]x"))
	seen := 0
	for _, args := range []string{
		"list accounts -as ##[add-mask]admin " + good, "list reports -as ::stop-commands::x " + good, "who -do account.view -on account:##[add-mask]admin " + good,
		"check " + bad, "check ::error::x.json", "lint " + good, "lint -format github " + good, "diff testdata/before.json -strangers " + good, "list ::error::x " + good,
		"why -as ##[add-mask]admin -do account.view -on account:##[add-mask]admin " + good, "fmt -d " + good,
	} {
		got := program(strings.Fields(args)...)
		for line := range strings.Lines(got.stdout + got.stderr) {
			seen += strings.Count(line, "stop-commands") + strings.Count(line, "add-mask")
			command := strings.HasPrefix(strings.TrimSpace(line), "::") && !strings.Contains(args, "github")
			if command || strings.Contains(line, "##[") {
				t.Errorf("ambit %s writes the line %q", args, line)
			}
		}
	}
	if seen < 50 {
		t.Errorf("the names are shown %d times", seen)
	}
}
