package text

import (
	"strconv"
	"strings"
)

// Actor returns the id of a user as it stands in a text where a system is "system
// scim", a person who is no user yet "invitee bob@example.com", and nobody
// "nobody": in quotes if it would read like one of these, or is in quotes itself.
func Actor(id string) string {
	like := id == "nobody"
	for _, begin := range []string{"system ", "invitee ", `"`} {
		like = like || strings.HasPrefix(id, begin)
	}
	if like {
		return strconv.Quote(id) // whole: it says who
	}
	return id
}
