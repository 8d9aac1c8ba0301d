package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCompletionScripts(t *testing.T) {
	t.Parallel()
	for _, shell := range shells {
		got := program("completion", shell)
		if got.status != 0 || got.stderr != "" {
			t.Errorf("%s: %d %s", shell, got.status, got.stderr)
		}
		golden(t, "completion."+shell, got.stdout)
		path, err := exec.LookPath(shell)
		if err != nil {
			t.Logf("%s is not here", shell)
			continue
		}
		if out, err := exec.Command(path, "-n", filepath.Join("testdata", "completion."+shell)).CombinedOutput(); err != nil {
			t.Errorf("%s does not read it: %v %s", shell, err, out)
		}
	}
	if got := program("completion", "csh"); got.status != 2 || got.stderr != "ambit: it knows bash, zsh or fish: \"csh\" is none of them; see ambit help completion\n" {
		t.Errorf("another shell: %+v", got)
	}
}

// TestCompletionBash asks the script in bash what it completes.
func TestCompletionBash(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not here")
	}
	script := file(t, "completion.bash", program("completion", "bash").stdout)
	for _, test := range []struct{ line, want string }{
		{"ambit d", "decide diff"},
		{"ambit che", "check"},
		{"ambit decide -f", "-format"},
		{"ambit decide -format ", "text json"},
		{"ambit diff -format m", "markdown"},
		{"ambit decide -as ", ""},
		{"ambit list ", "accounts actions reports"},
		{"ambit list re", "reports"},
		{"ambit list reports ", ""}, // files
		{"ambit list accounts -a", "-as -asof -at"},
		{"ambit completion z", "zsh"},
		{"ambit check ", ""},
		{"ambit xx -", ""},
	} {
		words := strings.Split(test.line, " ")
		command := exec.Command(bash, "-c", `. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ambit; echo "${COMPREPLY[*]}"`, "bash", script)
		command.Args = append(command.Args, words...)
		command.Env = append(os.Environ(), "LC_ALL=C")
		out, err := command.CombinedOutput()
		got := strings.Fields(string(out))
		slices.Sort(got)
		want := strings.Fields(test.want)
		slices.Sort(want)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q is completed by %q, %v; want %q", test.line, got, err, want)
		}
	}
}
