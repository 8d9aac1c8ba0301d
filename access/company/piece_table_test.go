package company_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// pieceTable says which pieces of some kinds max has after some steps, each with
// the events that it rests on. Event 1 is the founding; max is in team t, which
// has the group gu. Steps are as in [testCompany.run].
const pieceTable = `
data lost filter   | as founded                        |  | data t gu 1
filter             | another filter                    | ann: datagroup.edit gu filter=nothing | filter t gu 1,2
filter             | another name of a group           | ann: datagroup.edit gu name=G |
filter             | the same filter and a name         | ann: datagroup.edit gu G filter=everything |
data filter        | attached and edited in one event  | ann: team.attach-group t gd, datagroup.edit gd filter=everything | data t gd 1,2; data t gu 1
data filter        | attached, then edited             | ann: team.attach-group t gd; ann: datagroup.edit gd filter=everything | data t gd 1,2; data t gu 1; filter t gd 1,2,3
team lost          | detached, then joined             | ann: team.attach-group n gd; ann: team.detach-group n gd; ugo: team.add-member n max | team n 4; team t 1
team lost          | detached and joined in one event  | ann: team.attach-group n gd; ann: team.detach-group n gd, team.add-member n max | team n 3; team t 1
lost               | detached and attached             | ann: team.detach-group t gu; ann: team.attach-group t gu | lost t gu 1,2
role               | a role and an end                 | ugo: user.set-expiry max 20d; ugo: user.set-role max viewer | role 2,3
role               | two ends                          | ugo: user.set-expiry max 20d; ugo: user.set-expiry max 10d | role 1,3
team               | two ends of a membership          | ugo: team.set-member-end t max 20d; ugo: team.set-member-end t max 10d | team t 1,3
report             | a level and its end               | uma: report.share s max level=viewer until=2h; uma: report.share s max level=editor until=3h | report s 2,3
report             | a level, an end, and a level      | uma: report.share s max level=viewer until=2h; uma: report.share s max until=3h; uma: report.share s max level=editor | report s 2,3,4
report             | a level, an end, and both         | uma: report.share s max level=viewer until=2h; uma: report.share s max until=3h; uma: report.share s max level=editor until=4h | report s 2,4
report             | shared again                      | uma: report.share s max; uma: report.unshare s max; uma: report.share s max | report s 4
lost teamreport    | an end lifted in time             | ugo: team.set-member-end t max 1h; ugo: team.set-member-end t max 5h, team.set-member-end t max 9h; ann: team.detach-group t gu; wait 2h | lost t gu 1,3,4
lost teamreport    | an end lifted, which was no matter | ugo: team.set-member-end t max 1h; ugo: team.set-member-end t max 5h, team.set-member-end t max 9h; ann: team.detach-group t gu | lost t gu 1,4
`

func TestPieceTable(t *testing.T) {
	t.Parallel()
	for line := range split(pieceTable, "\n") {
		cells := cellsOf(line)
		t.Run(cells[1], func(t *testing.T) {
			c := newCompany(t, "ann admin; ugo user-manager; uma user; max team-member 40d", options{
				accounts: "us", groups: "gu everything; gd nothing", teams: "t gu: max; n", reports: "s: uma creator",
			})
			c.run(cells[2])
			all, _ := c.Now().Pieces("max")
			var texts []string
			for _, p := range all {
				if slices.Contains(strings.Fields(cells[0]), p.Kind) {
					text := strings.Join(strings.Fields(strings.Join([]string{p.Kind, p.Team, p.Group, p.Report}, " ")), " ")
					texts = append(texts, text+" "+strings.ReplaceAll(strings.Trim(fmt.Sprint(p.Events), "[]"), " ", ","))
				}
			}
			if got := strings.Join(texts, "; "); got != cells[3] {
				t.Errorf("the pieces are\n%s\nwant\n%s", got, cells[3])
			}
		})
	}
}

// TestGainedAccounts: a piece has the first 100 accounts, and the number of all.
func TestGainedAccounts(t *testing.T) {
	t.Parallel()
	for _, n := range []int{100, 101} {
		c := newCompany(t, "ann admin; max team-member", options{groups: "gu everything", teams: "t gu: max"})
		all := make([]document.Account, n)
		for i := range all {
			all[n-1-i] = document.Account{ID: fmt.Sprintf("a%03d", i), Source: "google"}
		}
		c.pass(time.Hour)
		c.must("ann", company.ConnectAccounts{Accounts: all})
		pieces, _ := c.Now().Pieces("max")
		p := pieces[len(pieces)-1]
		if p.Kind != audit.PieceGained || p.Count != n || len(p.Accounts) != 100 || p.Accounts[0] != "a000" || p.Accounts[99] != "a099" || !p.Since.Equal(hours(1)) {
			t.Errorf("%d accounts: %+v", n, p)
		}
		p.Accounts[0] = "ours to change"
		if pieces, _ = c.Now().Pieces("max"); pieces[len(pieces)-1].Accounts[0] != "a000" {
			t.Error("what was handed out is the company's own")
		}
	}
}

// TestTransferGivesRoles: a transfer of ownership is what gave both their roles.
func TestTransferGivesRoles(t *testing.T) {
	t.Parallel()
	c := newCompany(t, "zoe owner; bob admin; amy member", options{roles: role.ProjectCatalog().Roles()})
	c.must("zoe", company.TransferOwnership{To: "bob"})
	for id, want := range map[team.UserID]string{"zoe": "admin 2", "bob": "owner 2", "amy": "member 1"} {
		pieces, _ := c.Now().Pieces(id)
		if got := fmt.Sprint(pieces[0].Role, " ", pieces[0].Event); got != want {
			t.Errorf("%s has the role %s, want %s", id, got, want)
		}
	}
	var keys []string
	for r := range c.Now().Register(company.RowQuery{}) {
		keys = append(keys, r.User)
	}
	if want := []string{"amy", "bob", "zoe"}; !slices.Equal(keys, want) {
		t.Errorf("the users are %v, want %v", keys, want)
	}
}
