package strictjson_test

import (
	"fmt"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
)

func Example() {
	r := strictjson.NewReader([]byte(`{
	  "id": "americas",
	  "groups": ["us", 7],
	  "member": []
	}`), strictjson.Config{})
	var id string
	var groups []string
	for field := range r.Object("id", "groups", "members") {
		switch field {
		case "id":
			id = r.Text()
		case "groups":
			for range r.Array() {
				groups = append(groups, r.Text())
			}
		case "members":
			r.Skip()
		}
	}
	fmt.Printf("%q %q\n", id, groups)
	for _, p := range r.Close() {
		fmt.Println(p)
	}
	// Output:
	// "americas" ["us" ""]
	// line 3: groups[1]: wrong type: want string, found number
	// line 4: member: unknown field: did you mean "members"?
}
