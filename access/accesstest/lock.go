package accesstest

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/diff"
)

// maxDifference is how many lines of a difference are shown.
const maxDifference = 50

const lockHead = `# Who may do what, as the policy decides it: one fact on a line, sorted.
# accesstest.Lock writes this file and compares it. Do not edit it. To rewrite it,
# run the test with AMBIT_UPDATE=1. If a line changes, somebody's access changes;
# or, if it is about a kind, what may be asked of its things, whoever asks.
#
# A fact with an end holds until then. Without one it ends with what it is part
# of: the user's access, or their time in the team. A user who acts in a team sees
# what the team sees. Of more than 50 facts of one sort about one subject, there is
# only the number, and a hash that changes when one of them does.
`

// Lock compares what a policy decides with the file at path. Keep that file
// beside the policy: anyone who reviews a change of the policy then reads whose
// access changes. Lock fails if there is any difference, and shows the facts that
// appear and disappear.
//
// The file has what [diff.Describe] returns: the policy's answers, the routes by
// which they come about, and what the catalog declares of kinds. No two facts have
// one line, whatever the ids in them. The file does not depend on the order and
// layout of the document, on names, or on the day. Two policies that differ in any
// answer, at any time, have different files. If a user sees more than fifty
// accounts through teams, or has levels at more than fifty reports, the file has
// only the number and a hash, and no routes; [NoNewAccess] lists what the user
// gains.
//
// To write the file instead, set the environment variable AMBIT_UPDATE=1, or run
// the test with -update if it declares that flag. This package does not declare
// it, because declaring a flag twice panics. The test then passes, unless the
// variable CI is true and the file had to change: a CI must not pass because
// AMBIT_UPDATE was left set.
//
// Lock fails if the file is missing or the policy is nil.
func Lock(t testing.TB, policy *access.Policy, path string) {
	t.Helper()
	if policy == nil {
		t.Fatal("the policy is nil: there is nothing to lock")
	}
	update, err := updating()
	if err != nil {
		t.Fatal(err)
	}
	text := lockText(policy)
	old, err := os.ReadFile(path)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		t.Fatal(err)
	case err == nil && sameText(string(old), text):
	case update:
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if ci, _ := strconv.ParseBool(os.Getenv("CI")); ci {
			t.Errorf("wrote %s, which differs from the commit: with CI set, a lock file must not change", path)
			return
		}
		t.Logf("wrote %s", path)
	case err != nil:
		t.Fatalf("there is no %s yet: run the test with AMBIT_UPDATE=1 to write it, then read it and commit it", path)
	default:
		t.Errorf("%s\nIf you mean that, run the test with AMBIT_UPDATE=1 and commit the file.", lockDifference(path, string(old), text))
	}
}

// updating reports whether lock files are to be written.
func updating() (bool, error) {
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		return true, nil
	}
	text := os.Getenv("AMBIT_UPDATE")
	if text == "" {
		return false, nil
	}
	on, err := strconv.ParseBool(text)
	if err != nil {
		return false, fmt.Errorf("AMBIT_UPDATE is %q: set it to 1 or remove it", text)
	}
	return on, nil
}

// sameText reports whether two texts are equal, apart from line ends and a byte
// order mark, which a checkout or an editor may have changed.
func sameText(a, b string) bool {
	plain := strings.NewReplacer("\r\n", "\n")
	return plain.Replace(strings.TrimPrefix(a, "\ufeff")) == plain.Replace(strings.TrimPrefix(b, "\ufeff"))
}

// lockDifference lists the facts that only the old text or only the new one has.
func lockDifference(path, old, text string) string {
	was, is := lockFacts(old), lockFacts(text)
	var lines []string
	for line := range was {
		if !is[line] {
			lines = append(lines, line+"-")
		}
	}
	for line := range is {
		if !was[line] {
			lines = append(lines, line+"+")
		}
	}
	if len(lines) == 0 {
		return path + " has all facts, but in another form than Lock writes them."
	}
	slices.Sort(lines) // lines about one user come together
	var b strings.Builder
	fmt.Fprintf(&b, "%s is not what the policy decides (- only in the file, + decided now):\n", path)
	for i, line := range lines {
		if i == maxDifference {
			fmt.Fprintf(&b, "  and %d more lines\n", len(lines)-i)
			break
		}
		sign := len(line) - 1
		fmt.Fprintf(&b, "  %s %s\n", line[sign:], line[:sign])
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// lockFacts returns the lines of a lock file that are facts.
func lockFacts(text string) map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		if line = strings.TrimRight(line, "\r\n"); line != "" && line[0] != '#' {
			all[line] = true
		}
	}
	return all
}

// lockText returns what the lock file of a policy should be.
func lockText(p *access.Policy) string {
	var b strings.Builder
	b.WriteString(lockHead)
	for _, section := range diff.Describe(p) {
		fmt.Fprintf(&b, "\n# %s\n", section.Title)
		for _, fact := range section.Facts {
			b.WriteString(fact + "\n")
		}
	}
	return b.String()
}
