package accesstest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesstest"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/internal/growth"
)

// TestLockGrowth: what a lock file costs to write, and to compare with whatever
// stands there, grows with the policy and the file.
func TestLockGrowth(t *testing.T) {
	t.Setenv("CI", "")
	for name, old := range map[string]string{"written": "", "the same line": "x\n", "other lines": "line #\n", "one line": "x#", "no encoding": "\xff\xfe#\r\n"} {
		t.Run(name, func(t *testing.T) {
			growth.Hundredfold(t, 10, func(n int) func() {
				p, path := lockPolicy(t, n), filepath.Join(t.TempDir(), "access.lock")
				if t.Setenv("AMBIT_UPDATE", ""); old == "" {
					t.Setenv("AMBIT_UPDATE", "1")
				}
				var text strings.Builder
				for i := range n {
					text.WriteString(strings.ReplaceAll(old, "#", fmt.Sprint(i)))
				}
				if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
					t.Fatal(err)
				}
				return func() { accesstest.Lock(&silent{TB: t}, p, path) }
			})
		})
	}
}

// TestNoNewAccessGrowth: two policies are compared at the cost of what they have.
func TestNoNewAccessGrowth(t *testing.T) {
	growth.Hundredfold(t, 10, func(n int) func() {
		old, next := lockPolicy(t, n), lockPolicy(t, n+1)
		return func() { accesstest.NoNewAccess(&silent{TB: t}, old, next) }
	})
}

// lockPolicy has so many of everything, of which each user sees a little.
func lockPolicy(t *testing.T, n int) *access.Policy {
	t.Helper()
	d := &document.Document{}
	for i := range n {
		id := fmt.Sprint("x", i)
		d.Accounts = append(d.Accounts, document.Account{ID: id, Source: "s"})
		d.Groups = append(d.Groups, document.Group{ID: id, Filter: "id = '" + id + "'"})
		d.Users = append(d.Users, document.User{ID: id, Email: id + "@x.test", Role: "team-member"})
		d.Teams = append(d.Teams, document.Team{ID: id, Groups: []string{id}, Members: []document.Member{{User: id}}})
		d.Reports = append(d.Reports, document.Report{ID: id, Grants: []document.Grant{{User: id, Level: "creator"}}})
		d.Links = append(d.Links, document.Link{ID: id, Maker: id, Action: "report.view", Resource: document.Resource{Kind: "report", ID: id}})
	}
	p, err := access.Compile(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// silent is a test that goes on after it failed.
type silent struct{ testing.TB }

func (silent) Helper()               {}
func (silent) Logf(string, ...any)   {}
func (silent) Error(...any)          {}
func (silent) Errorf(string, ...any) {}
func (silent) Fatal(...any)          {}
func (silent) Fatalf(string, ...any) {}
