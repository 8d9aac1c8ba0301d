package live_test

import (
	"fmt"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/access/live"
)

// Keep a policy in step with tables of your own.
func Example() {
	current := live.New(access.MustLoad(`{"users": [{"id": "ann", "email": "ann@example.com", "role": "viewer"}]}`))
	ann := access.User("ann")
	fmt.Println(current.Policy().Decide(ann, access.CreateReport, access.Company()))

	err := current.Edit(func(e *access.Edit) error {
		e.SetUser(document.User{ID: "ann", Email: "ann@example.com", Role: "editor"})
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(current.Policy().Decide(ann, access.CreateReport, access.Company()))
	// Output:
	// deny no-capability: role viewer does not hold report.create
	// allow: role editor
}
