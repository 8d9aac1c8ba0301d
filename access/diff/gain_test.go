package diff

import (
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
)

// TestGainsOfOne: of two users with one role only one gains, or the other gains in
// another way.
func TestGainsOfOne(t *testing.T) {
	changed := func(change func(d *document.Document)) *access.Policy {
		d := &document.Document{
			Users: []document.User{
				{ID: "ann", Email: "ann@x.test", Role: "user-manager"},
				{ID: "ben", Email: "ben@x.test", Role: "user-manager", Until: "2027-01-01T00:00:00Z"},
				{ID: "tom", Email: "tom@x.test", Role: "viewer"}},
			Reports: []document.Report{{ID: "q3", Grants: []document.Grant{{User: "tom", Level: "creator"}}}},
			Links:   []document.Link{{ID: "l1", Maker: "tom", Action: "report.view", Resource: document.Resource{Kind: "report", ID: "q3"}}},
		}
		change(d)
		return compile(t, d)
	}
	creator := func(user string) func(d *document.Document) {
		return func(d *document.Document) {
			for i := range 2 {
				d.Users[i].Role = "viewer"
			}
			d.Reports[0].Grants = append(d.Reports[0].Grants, document.Grant{User: user, Level: "creator"})
		}
	}
	for _, tt := range []struct {
		want, wantNot, name string
		old, next           func(d *document.Document)
	}{
		{"ben may user.remove", "ann", "a longer stay",
			func(*document.Document) {}, func(d *document.Document) { d.Users[1].Until = "2027-02-01T00:00:00Z" }},
		{"ben may link.revoke at link l1", "ann may link.revoke", "the first of them could revoke a link as a creator", creator("ann"), func(*document.Document) {}},
		{"ann may link.revoke at link l1", "ben may link.revoke", "one could revoke a link as a creator, and the other could not", func(d *document.Document) { creator("ben")(d); d.Users[1].Until = "" }, func(d *document.Document) { d.Users[1].Until = "" }},
	} {
		got := "\n" + texts(slices.Collect(Compare(changed(tt.old), changed(tt.next)).Gains())) + "\n"
		if !strings.Contains(got, "\n"+tt.want) || strings.Contains(got, "\n"+tt.wantNot) {
			t.Errorf("%s: the gains are%s", tt.name, got)
		}
	}
}
