package accesstest_test

import (
	"fmt"
	"os"
	"testing"
	"testing/fstest"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesstest"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// reporter stands for the t of a test in examples: it prints what the test would
// report.
type reporter struct{ testing.TB }

func (reporter) Helper()                      {}
func (reporter) Error(args ...any)            { fmt.Println(args...) }
func (reporter) Errorf(f string, args ...any) { fmt.Printf(f+"\n", args...) }
func (reporter) Log(args ...any)              { fmt.Println(args...) }
func (reporter) Logf(f string, args ...any)   { fmt.Printf(f+"\n", args...) }
func (reporter) Fatal(args ...any)            { fmt.Println(args...) }
func (reporter) Fatalf(f string, args ...any) { fmt.Printf(f+"\n", args...) }

// Each story is a subtest of the test that calls Run.
func ExampleRun() {
	_ = func(t *testing.T) { // TestPolicy
		policy, err := access.Load([]byte(`{}`), nil) // from the file policy.json
		if err != nil {
			t.Fatal(err)
		}
		accesstest.Run(t, policy, os.DirFS("stories"))
	}
}

func ExampleCoverage() {
	var t testing.TB = reporter{} // in a test, the t of the test
	accesstest.Coverage(t, small(), fstest.MapFS{"ann.story": {Data: []byte(`
		story Ann works for the Americas
		allow ann account.view account:us-1
	`)}}, 90)
	// Output:
	// no story would miss
	//   filter      data group us, country = 'US': never false
	// membership  1 of 1
	// assignment  1 of 1
	// capability  1 of 1
	// filter      1 of 2
	// coverage 80 %: 4 of 5 parts, want 90 %
}

// wider is the small policy with another filter, which lets Ann see everything.
func wider() *access.Policy {
	e := small().Edit()
	filter, _ := small().Directory().Schema().Parse("country present")
	e.SetGroup(document.GroupOf(datagroup.Group{ID: "us", Filter: filter}))
	p, err := e.Policy()
	if err != nil {
		panic(err)
	}
	return p
}

// The lock file is kept in git. If the filter of a data group is widened, its
// difference shows who sees more.
func ExampleLock() {
	var t testing.TB = reporter{} // in a test, the t of the test
	accesstest.Lock(t, wider(), "testdata/small.lock")
	// Output:
	// testdata/small.lock is not what the policy decides (- only in the file, + decided now):
	//   + ann sees de-1 (team americas, data group us)
	//   + team americas sees de-1 (data group us)
	// If you mean that, run the test with AMBIT_UPDATE=1 and commit the file.
}

// With NoNewAccess the same change of the filter fails the test.
func ExampleNoNewAccess() {
	var t testing.TB = reporter{} // in a test, the t of the test
	accesstest.NoNewAccess(t, small(), wider())
	// Output:
	// the new policy allows what the old one denies:
	//   ann sees account de-1 (team americas, data group us)
}
