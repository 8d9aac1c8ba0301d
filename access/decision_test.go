package access_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/access"
)

func TestTextOfNothing(t *testing.T) {
	if got := (access.Public{}).String(); got != "deny" {
		t.Errorf("%q", got)
	}
	if got := (access.Decision{}).Err().Error(); strings.HasSuffix(got, " ") {
		t.Errorf("%q", got)
	}
}

// TestSentencesAreOneLine puts into a question what would forge a second line
// of a log, or flood it.
func TestSentencesAreOneLine(t *testing.T) {
	p := access.MustLoad(routesWorld)
	for _, id := range []string{"x\n2026 allow: role admin", "x\u2028y", "\xff", strings.Repeat("a", 1<<20)} {
		for _, d := range []access.Decision{
			p.Decide(access.User(id), access.ViewAccount, access.Account("us-1")),
			p.Decide(access.Session("ann", id), access.ViewAccount, access.Account("us-1")),
			p.Decide(access.ViaLink(access.LinkID(id)), access.ViewAccount, access.Account("us-1")),
			p.Decide(access.User("ann"), access.Action(id), access.Account("us-1")),
			p.Decide(access.User("ann"), access.ViewAccount, access.Account(id)),
			p.Decide(access.User("ann"), access.ViewAccount, access.Item("row", id, id)),
			p.Decide(access.User("ann"), access.ViewAccount, access.Item(access.Kind(id), id, "")),
			p.Decide(access.User("ann"), access.ViewAccount, access.Team(id)),
			p.Decide(access.User("ann"), access.ViewReport, access.Report(id)),
		} {
			if text := d.String(); strings.ContainsAny(text, "\n\u2028") || len(text) > 1000 || !utf8.ValidString(text) {
				t.Errorf("%.200q", text)
			}
		}
	}
}
