package access_test

import (
	"testing"

	"github.com/ambit-authz/ambit/access"
)

func TestSubjectParts(t *testing.T) {
	for _, tt := range []struct {
		s                      access.Subject
		text, user, link, team string
		scoped                 bool
	}{
		{access.User("ann"), "ann", "ann", "", "", false},
		{access.Session("ann", "emea"), "ann in team emea", "ann", "", "emea", true},
		{access.Session("ann", ""), "ann in team ", "ann", "", "", true},
		{access.ViaLink("l1"), "link l1", "", "l1", "", false},
	} {
		scope, scoped := tt.s.Team()
		if tt.s.String() != tt.text || string(tt.s.User()) != tt.user || string(tt.s.Link()) != tt.link || string(scope) != tt.team || scoped != tt.scoped || tt.s.IsZero() {
			t.Errorf("%q: user %q, link %q, team %q, %t", tt.s, tt.s.User(), tt.s.Link(), scope, scoped)
		}
	}
}
