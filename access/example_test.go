package access_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/team"
)

func Example() {
	policy := access.MustLoad(`{
	  "attributes": {"country": "string"},
	  "accounts":   [{"id": "us-1", "source": "google", "country": "US"},
	                 {"id": "de-1", "source": "google", "country": "DE"}],
	  "groups":     [{"id": "us", "filter": "country = 'US'"}],
	  "teams":      [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
	  "users":      [{"id": "ann", "email": "ann@example.com", "role": "team-member"}]
	}`)
	ann := access.User("ann")
	fmt.Println(policy.Decide(ann, access.ViewAccount, access.Account("us-1")))
	fmt.Println(policy.Decide(ann, access.ViewAccount, access.Account("de-1")))
	fmt.Println(slices.Collect(policy.View(ann).Accounts()))
	// Output:
	// allow: team americas, data group us
	// deny out-of-reach: de-1 is in none of ann's data groups
	// [us-1]
}

var (
	current  atomic.Pointer[access.Policy]
	changing sync.Mutex // one change at a time, or one of two is lost
)

func onRoleChanged(u team.User) error {
	changing.Lock()
	defer changing.Unlock()
	edit := current.Load().Edit()
	edit.SetUser(u)
	next, err := edit.Policy()
	if err != nil {
		return err
	}
	current.Store(next)
	return nil
}

// A service that keeps users and teams in its own database applies each change
// to a copy and swaps the pointer. Readers of the old policy are not disturbed.
func ExamplePolicy_Edit() {
	current.Store(access.MustLoad(`{
	  "accounts": [{"id": "us-1", "source": "google"}],
	  "users":    [{"id": "ann", "email": "ann@example.com", "role": "viewer"}]
	}`))
	before := current.Load()

	ann, _ := before.Directory().User("ann")
	ann.Role = "user"
	if err := onRoleChanged(ann); err != nil {
		fmt.Println(err)
	}
	fmt.Println(before.Decide(access.User("ann"), access.ViewAccount, access.Account("us-1")))
	fmt.Println(current.Load().Decide(access.User("ann"), access.ViewAccount, access.Account("us-1")))
	// Output:
	// deny out-of-reach: us-1 is in none of ann's data groups
	// allow: role user
}

// An explanation says what was tried, what each route lacked, and what would
// help.
func ExamplePolicy_Explain() {
	policy := access.MustLoad(`{
	  "attributes": {"country": "string"},
	  "accounts":   [{"id": "us-1", "source": "google", "country": "US"},
	                 {"id": "xx-1", "source": "google"}],
	  "groups":     [{"id": "us", "filter": "country = 'US'"}],
	  "teams":      [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
	  "users":      [{"id": "ann", "email": "ann@example.com", "role": "team-member"},
	                 {"id": "ada", "email": "ada@example.com", "role": "admin"}]
	}`)
	fmt.Println(policy.Explain(access.User("ann"), access.ViewAccount, access.Account("xx-1")))
	// Output:
	// deny out-of-reach: xx-1 is in none of ann's data groups
	//   routes
	//     role team-member: it sees the data of its teams only
	//     team americas, data group us: the filter country = 'US' is unknown for it
	//   what would help
	//     fill in country of account xx-1, as far as that is true: ada may
	//     define a data group that matches it, and attach it to a team: ada may
}

// A reader's view is made once for a request and asked for each row.
func ExampleView() {
	policy := access.MustLoad(`{
	  "attributes": {"country": "string"},
	  "accounts":   [{"id": "us-1", "source": "google", "country": "US"},
	                 {"id": "de-1", "source": "google", "country": "DE"}],
	  "groups":     [{"id": "us", "filter": "country = 'US'"}],
	  "teams":      [{"id": "americas", "groups": ["us"], "members": [{"user": "ann"}]}],
	  "users":      [{"id": "ann", "email": "ann@example.com", "role": "team-member"}]
	}`)
	view := policy.View(access.User("ann"))
	fmt.Println(view.Sees("us-1"), view.Sees("de-1"), view.Len(), view.Filter())
	// Output: true false 1 country = 'US'
}

// The error of a document lists everything that is wrong with it.
func ExampleLoad() {
	_, err := access.Load([]byte(`{
	  "groups": [{"id": "us", "filter": "contry = 'US'"}],
	  "users":  [{"id": "ann", "email": "ann@example.com", "role": "veiwer"}]
	}`), nil)
	fmt.Println(err)
	// Output:
	// document: 2 problems
	// line 2: groups[0].filter: datagroup: filter at 1:1: attribute "contry": it does not exist
	// line 3: users[0].role: role "veiwer" does not exist; did you mean "viewer"?
}
