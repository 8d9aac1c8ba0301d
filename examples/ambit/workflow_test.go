package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// step is a step of the workflow.
type step struct {
	name, uses, when string
	with, env        map[string]string
	run              string
}

// workflow is what a test needs of it.
type workflow struct {
	text        string
	permissions map[string]string
	env         map[string]string // of the job
	steps       []step
}

// readWorkflow reads the workflow, which is written in a plain part of YAML: a key
// and a value on each line, deeper by two spaces, and blocks of text after "|".
func readWorkflow(t *testing.T) workflow {
	t.Helper()
	data, err := os.ReadFile("workflow/policy.yml")
	if err != nil {
		t.Fatal(err)
	}
	w := workflow{text: string(data)}
	w.permissions = block(w.text, "\npermissions:\n", "  ")
	w.env = block(w.text, "\n    env:\n", "      ")
	_, steps, _ := strings.Cut(w.text, "\n    steps:\n")
	for _, text := range strings.Split("\n"+steps, "\n      - ")[1:] {
		text = "\n        " + text + "\n"
		s := step{
			name: value(text, "name"), uses: value(text, "uses"), when: value(text, "if"), run: value(text, "run"),
			with: block(text, "\n        with:\n", "          "), env: block(text, "\n        env:\n", "          "),
		}
		if s.run == "|" {
			_, lines, _ := strings.Cut(text, "\n        run: |\n")
			s.run = ""
			for line := range strings.Lines(lines) {
				s.run += strings.TrimPrefix(line, "          ")
			}
		}
		w.steps = append(w.steps, s)
	}
	return w
}

// block returns the keys and values below a line.
func block(text, head, indent string) map[string]string {
	_, rest, found := strings.Cut(text, head)
	if !found {
		return nil
	}
	all := map[string]string{}
	for line := range strings.Lines(rest) {
		key, value, ok := strings.Cut(strings.TrimPrefix(line, indent), ":")
		if !strings.HasPrefix(line, indent) || strings.HasPrefix(line, indent+" ") || !ok {
			break
		}
		value, _, _ = strings.Cut(value, " #")
		all[key] = strings.Trim(strings.TrimSpace(value), `"`)
	}
	return all
}

func value(text, key string) string {
	_, rest, _ := strings.Cut(text, "\n        "+key+": ")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}

// TestWorkflow checks what makes the workflow safe.
func TestWorkflow(t *testing.T) {
	t.Parallel()
	w := readWorkflow(t)
	if fmt.Sprint(w.permissions) != "map[contents:read pull-requests:write]" {
		t.Errorf("it has the permissions %v", w.permissions)
	}
	if strings.Contains(w.text, "pull_request_target") || strings.Contains(w.text, "workflow_run") || !strings.Contains(w.text, "\non:\n  pull_request:\n") {
		t.Error("it runs on something else than a pull request")
	}
	if !strings.Contains(w.text, "\n    paths: ["+w.env["POLICY"]+"]") {
		t.Error("it runs on the change of another file than the policy")
	}
	installed, out := -1, -1
	for i, s := range w.steps {
		if strings.Contains(s.run, "${{") {
			t.Errorf("%s: an expression in a script is run as part of it", s.name)
		}
		for key, value := range s.env {
			if strings.Contains(value, "${{") && regexp.MustCompile(`head\.ref|head_ref|title|body|login`).MatchString(value) {
				t.Errorf("%s: %s is what the author of a pull request chose", s.name, key)
			}
		}
		if strings.Contains(s.run, "go install") {
			installed = i
		}
		if s.uses != "" && !regexp.MustCompile(`^actions/[a-z-]+@[0-9a-f]{40} # v\d`).MatchString(s.uses) {
			t.Errorf("%s is not pinned to a commit", s.uses)
		}
		if strings.HasPrefix(s.uses, "actions/checkout@") {
			if out = i; s.with["persist-credentials"] != "false" || s.with["fetch-depth"] != "2" {
				t.Errorf("the checkout is with %v", s.with)
			}
		}
		if _, secret := s.env["GH_TOKEN"]; secret != (s.name == "Comment") {
			t.Errorf("%s has the token: %v", s.name, secret)
		}
		if s.name == "Comment" && s.when != "github.event.pull_request.head.repo.full_name == github.repository" {
			t.Errorf("it comments if %s", s.when)
		}
	}
	if installed < 0 || out < installed {
		t.Error("the command is installed among the files of the pull request")
	}
}

// shell runs the scripts of the workflow in a repository, with a gh that notes
// what it is asked.
type shell struct {
	t         *testing.T
	repo, tmp string
	env       []string
}

func newShell(t *testing.T) shell {
	t.Helper()
	for _, name := range []string{"bash", "git", "jq"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not here", name)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := shell{t: t, repo: t.TempDir(), tmp: t.TempDir()}
	bin := t.TempDir()
	for name, script := range map[string]string{
		"ambit": asProgram + "=1 exec '" + self + "' \"$@\"",
		"go":    `echo "go $*" >>"$CALLS"`,
		"gh":    `echo "gh $*" >>"$CALLS"; [[ $* != *--paginate* ]] || jq -r "${*: -1}" <<<"$FOUND"`,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/bash\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// A hook of git has variables that name its own repository.
	outer := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "GIT_") })
	s.env = append(outer,
		"PATH="+bin+":"+os.Getenv("PATH"), "HOME="+s.tmp, "GIT_CONFIG_NOSYSTEM=1", "CALLS="+filepath.Join(s.tmp, "calls"),
		"GIT_AUTHOR_NAME=x", "GIT_AUTHOR_EMAIL=x@x.example", "GIT_COMMITTER_NAME=x", "GIT_COMMITTER_EMAIL=x@x.example",
		"RUNNER_TEMP="+s.tmp, "GITHUB_STEP_SUMMARY="+filepath.Join(s.tmp, "summary"),
	)
	return s
}

// bash runs a script as a runner of GitHub does.
func (s shell) bash(script string, env ...string) (string, error) {
	command := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	command.Dir = s.repo
	command.Env = append(s.env, env...)
	out, err := command.CombinedOutput()
	return string(out), err
}

// merge makes a repository that is at the merge of a pull request: old and next
// are what makes the policy before and in it, in bash.
func (s shell) merge(old, next string) {
	s.t.Helper()
	out, err := s.bash(`git init -q -b main .; echo x >other; ` + old + `; git add -A; git commit -q -m base
		git checkout -q -b change; echo y >other; ` + next + `; git add -A; git commit -q -m change
		git checkout -q main; echo z >third; git add -A; git commit -q -m more; git merge -q --no-ff -m merge change`)
	if err != nil {
		s.t.Fatalf("%v\n%s", err, out)
	}
}

// comments are those of a pull request: only number 12 is of an earlier run.
const comments = `[
	{"id": 11, "user": {"login": "github-actions[bot]"}, "body": "<!-- coverage --> 95 %"},
	{"id": 12, "user": {"login": "github-actions[bot]"}, "body": "<!-- ambit: policy.json -->\n### Who gains"},
	{"id": 13, "user": {"login": "mallory"}, "body": "<!-- ambit: policy.json -->\nedit me"},
	{"id": 14, "user": {"login": "github-actions[bot]"}, "body": "see <!-- ambit: policy.json -->"}
]`

// steps runs all steps, and returns the comment, what gh was asked, and whether
// the job failed.
func (s shell) steps(w workflow, found string) (comment, calls, log string, failed bool) {
	s.t.Helper()
	known := strings.NewReplacer("${{ github.token }}", "secret", "${{ github.repository }}", "acme/policies", "${{ github.event.pull_request.number }}", "7")
	for _, step := range w.steps {
		if step.run == "" || failed && step.when != "always()" {
			continue
		}
		env := []string{"FOUND=" + cmp.Or(found, "[]")}
		for _, values := range []map[string]string{w.env, step.env} {
			for key, value := range values {
				env = append(env, key+"="+known.Replace(value))
			}
		}
		out, err := s.bash(step.run, env...)
		log += "== " + step.name + "\n" + out
		failed = failed || err != nil
	}
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(s.tmp, name))
		if err != nil {
			s.t.Errorf("%v\n%s", err, log)
		}
		return strings.ReplaceAll(string(data), s.tmp, "TMP")
	}
	if comment = read("comment.md"); read("summary") != comment {
		s.t.Error("the summary is not the comment")
	}
	return comment, read("calls"), log, failed
}

func TestWorkflowSteps(t *testing.T) {
	t.Parallel()
	before, err := filepath.Abs("testdata/before.json")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(before)
	const (
		list   = `gh api --paginate repos/acme/policies/issues/7/comments --jq .[] | select(.user.login == "github-actions[bot]" and (.body | startswith(env.BEGIN))) | .id`
		create = "gh api --silent --method POST repos/acme/policies/issues/7/comments -F body=@TMP/comment.md"
		edit   = "gh api --silent --method PATCH repos/acme/policies/issues/comments/12 -F body=@TMP/comment.md"
		head   = "<!-- ambit: policy.json -->\n### Who gains and who loses access by policy.json\n\n"
	)
	for _, test := range []struct {
		name, old, next, found string
		asked                  string // of gh, after the list
		comment, log           string // parts of
		failed                 bool
	}{
		{name: "a change", old: "cp %s/before.json policy.json", next: "cp %s/after.json policy.json", asked: create,
			comment: "#### Gains\n\n```diff\n+ tom sees account de-1 (team west, data group us)\n```\n", log: "::error file=policy.json,line=1,title=too-few-holders::", failed: true},
		{name: "a second run", old: "cp %s/before.json policy.json", next: "cp %s/after.json policy.json", found: comments, asked: edit,
			comment: "#### Gains\n\n```diff\n+ tom sees account de-1 (team west, data group us)\n```\n", log: "::error file=policy.json,line=1,title=too-few-holders::", failed: true},
		{name: "no difference", old: "cp %s/before.json policy.json", next: "echo >>policy.json", asked: create,
			comment: "No difference: everybody may do the same as before.\n"},
		{name: "the first policy", old: ":", next: "cp %s/before.json policy.json", asked: create, comment: "+ ann may act in team west"},
		{name: "the last policy", old: "cp %s/before.json policy.json", next: "rm policy.json", asked: create, comment: "- ann may act in team west"},
		{name: "mistakes", old: "cp %s/before.json policy.json", next: "cp %s/mistakes.json policy.json", asked: create,
			comment: head + "The two policies could not be compared: the log of the job says why.\n",
			log:     "== Check\npolicy.json:2: attributes.spend: ", failed: true},
		{name: "strangers", old: "cp %s/before.json policy.json", next: "cp %s/stranger.json policy.json", asked: create,
			comment: "The two policies could not be compared", log: "seem to be of two companies", failed: true},
		{name: "a link to a file of the runner", old: "cp %s/before.json policy.json", next: "ln -sf /etc/passwd policy.json", asked: create,
			comment: "could not be compared", log: "== Check\npolicy.json:1: ", failed: true},
		{name: "a folder", old: "cp %s/before.json policy.json", next: "rm policy.json; mkdir policy.json; cp %s/after.json policy.json/x", failed: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newShell(t)
			in := func(script string) string { return strings.ReplaceAll(script, "%s", dir) }
			s.merge(in(test.old), in(test.next))
			if test.name == "a folder" {
				if out, err := s.bash(readWorkflow(t).steps[3].run, "POLICY=policy.json"); err == nil {
					t.Errorf("it compares a folder:\n%s", out)
				}
				return
			}
			comment, calls, log, failed := s.steps(readWorkflow(t), test.found)
			want := "go install github.com/ambit-authz/ambit/examples/ambit@latest\n" + list + "\n" + test.asked + "\n"
			if calls != want {
				t.Errorf("it ran\n%s\nwant\n%s", calls, want)
			}
			if !strings.HasPrefix(comment, head) || !strings.Contains(comment, test.comment) || strings.Contains(comment, "root:") {
				t.Errorf("the comment is\n%s\nwant in it\n%s", comment, test.comment)
			}
			if failed != test.failed || !strings.Contains(log, test.log) || strings.Contains(log, "root:") || strings.Contains(log, "secret") {
				t.Errorf("failed: %v\n%s\nwant in it\n%s", failed, log, test.log)
			}
		})
	}
}
