package admission

import (
	"fmt"
	"strings"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
)

// JSONMember returns the string that a JSON object has under a name, for a
// resource whose id is in the body of a request. Other members are ignored.
//
// The error is a [BadRequest]. It refuses what two readers could understand in
// two ways, so that your handler acts on the id that was asked about: a name that
// occurs twice, a name that differs from this one in case only, which package
// encoding/json takes for the same, text after the object, and text that is not
// UTF-8. The object may be nested a hundred levels deep.
func JSONMember(body []byte, name string) (string, error) {
	r := strictjson.NewReader(body, strictjson.Config{MaxProblems: 1, AllowUnknown: true})
	value, found, other := "", false, ""
	for member := range r.Map() {
		switch {
		case member == name && r.Kind() == strictjson.String:
			value, found = r.Text(), true
			continue
		case member == name:
			other = fmt.Sprintf("%q in the body must be a string", name)
		case strings.EqualFold(member, name):
			other = fmt.Sprintf("the body has %q; write %q", member, name)
		}
		r.Skip()
	}
	switch problems := r.Close(); {
	case len(problems) > 0:
		return "", BadRequest(fmt.Sprintf("the body must be one JSON object in UTF-8, each name once: %v", problems[0].Err))
	case other != "":
		return "", BadRequest(other)
	case !found:
		return "", BadRequest(fmt.Sprintf("the body has no %q", name))
	}
	return value, nil
}
