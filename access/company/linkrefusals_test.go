package company_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/team"
)

// What the tables share.
var (
	inUS, inDE = access.Item("campaign", "c1", "us"), access.Item("campaign", "c1", "de")
	board      = access.CompanyItem("board", "b1")
	linkDay    = 24 * time.Hour
)

func toReport(id access.ReportID) company.MakeLink {
	return company.MakeLink{Link: "new", Resource: access.Report(id)}
}

func toRecording(r access.Resource) company.MakeLink {
	return company.MakeLink{Link: "new", Action: "recording.view", Resource: r}
}

// but returns a link changed in one thing.
func linkBut(c company.MakeLink, change func(*company.MakeLink)) company.MakeLink {
	change(&c)
	return c
}

func linkWithin(c company.MakeLink, session team.ID) company.MakeLink {
	return linkBut(c, func(c *company.MakeLink) { c.Session = session })
}

func linkUntil(c company.MakeLink, d time.Duration) company.MakeLink {
	return linkBut(c, func(c *company.MakeLink) { c.Until = modelStart.Add(d) })
}

func linkMadeBy(c company.MakeLink, maker team.UserID) company.MakeLink {
	return linkBut(c, func(c *company.MakeLink) { c.Maker = maker })
}

func linkDoing(a access.Action, r access.Resource) company.MakeLink {
	return company.MakeLink{Link: "new", Action: a, Resource: r}
}

// linkRefusal is one line of the table: how it is refused, and who wants what.
type linkRefusal struct {
	want        verdict
	name, actor string
	make        company.MakeLink
}

// linkTargetRefusals are links to what has none.
var linkTargetRefusals = []linkRefusal{
	{"denied wrong-kind", "an account", "amy", linkDoing("account.view", access.Account("us"))},
	{"denied wrong-kind", "a link to a link", "amy", linkDoing("link.revoke", access.Link("doc"))},
	{"denied wrong-kind", "a user", "kim", linkDoing("user.remove", access.TargetUser("amy"))},
	{"denied wrong-kind", "a role", "ann", linkDoing("role.grant", access.Role("reader"))},
	{"denied wrong-kind", "a team", "ann", linkDoing("team.edit", access.Team("east"))},
	{"denied wrong-kind", "a data group", "ann", linkDoing("datagroup.edit", access.Group("gu"))},
	{"ErrInvalid", "the company, where session.share may be asked too", "amy", linkDoing("recording.view", access.Company())},
	{"denied no-resource", "nothing", "amy", linkDoing("recording.view", access.Resource{})},
	{"denied malformed-resource", "a report in an account", "amy", linkDoing("", access.Item(access.KindReport, "q3", "us"))},
	{"denied account-required", "an item whose account got lost", "amy", toRecording(access.Item("campaign", "c1", ""))},
	{"denied unknown-resource campaign", "an item of an account nobody knows", "ann", toRecording(access.Item("campaign", "c1", "ghost"))},
	{"denied unknown-resource report", "a report nobody knows", "amy", toReport("ghost")},
	{"denied unknown-resource report", "a report without an id", "amy", toReport("")},

	{"ErrInvalid", "a system: an account", "system sync", linkMadeBy(linkDoing("account.view", access.Account("us")), "amy")},
	{"ErrInvalid", "a system: a link to a link", "system sync", linkMadeBy(linkDoing("link.revoke", access.Link("doc")), "amy")},
	{"ErrInvalid", "a system: a user", "system sync", linkMadeBy(linkDoing("user.remove", access.TargetUser("amy")), "kim")},
	{"ErrInvalid", "a system: a role", "system sync", linkMadeBy(linkDoing("role.grant", access.Role("reader")), "ann")},
	{"ErrInvalid", "a system: a team", "system sync", linkMadeBy(linkDoing("team.edit", access.Team("east")), "ann")},
	{"ErrInvalid", "a system: a data group", "system sync", linkMadeBy(linkDoing("datagroup.edit", access.Group("gu")), "ann")},
	{"ErrInvalid", "a system: the company", "system sync", linkMadeBy(linkDoing("recording.view", access.Company()), "amy")},
	{"denied no-resource", "a system: nothing", "system sync", linkMadeBy(linkDoing("recording.view", access.Resource{}), "amy")},
}

// linkRightRefusals are links by who may not make them.
var linkRightRefusals = []linkRefusal{
	{"ErrInvalid", "exploring a report", "amy", linkDoing("report.explore", access.Report("q3"))},
	{"ErrInvalid", "deleting a report", "amy", linkDoing("report.delete", access.Report("q3"))},
	{"ErrInvalid", "sharing a report", "amy", linkDoing("report.share-viewer", access.Report("q3"))},
	{"ErrInvalid", "an action of the host's at a report", "amy", linkDoing("board.view", access.Report("q3"))},
	{"ErrInvalid", "editing a report one explores", "eli", linkDoing("report.edit", access.Report("q3"))},
	{"ErrInvalid", "sharing through a link", "amy", linkDoing("session.share", inUS)},
	{"denied wrong-kind", "a recording of a report", "amy", toRecording(access.Report("q3"))},
	{"denied wrong-kind", "an item without an action", "amy", linkDoing("", inUS)},
	{"denied unknown-action", "an action nobody knows", "amy", linkDoing("page.view", inUS)},

	{"denied level-too-low", "a report one only views", "rob", toReport("q3")},
	{"denied no-level", "a report that is not shared", "lou", toReport("q3")},
	{"denied no-level", "a report of others, by who may do all else", "ann", toReport("q3")},
	{"denied no-capability", "an item without session.share", "rob", toRecording(inUS)},
	{"denied no-capability", "an item without the action", "kim", toRecording(inUS)},
	{"denied no-capability", "an action of another role", "ann", linkDoing("board.view", board)},
	{"denied out-of-reach", "an item out of sight", "amy", toRecording(inDE)},
	{"denied out-of-reach", "an item, by who is in no team", "lou", toRecording(inUS)},

	{"denied not-a-member", "in a team one is no member of", "amy", linkWithin(toRecording(inUS), "west")},
	{"denied not-a-member", "in a team one was a member of", "amy", linkWithin(toReport("q3"), "north")},
	{"denied not-a-member", "in a team, by who sees everything", "ann", linkWithin(toRecording(inUS), "east")},
	{"denied unknown-session-team", "in a team nobody knows", "amy", linkWithin(toRecording(inUS), "ghost")},
	{"denied out-of-reach", "an item that the other team sees", "eli", linkWithin(toRecording(inUS), "west")},
	{"denied no-level", "a report shared with the other team", "eli", linkWithin(toReport("q4"), "east")},

	{"ErrNoActor", "by nobody", "", toReport("q3")},
	{"denied unknown-user", "by who is not there", "ghost", toReport("q3")},
	{"denied suspended", "by who is suspended", "sue", toRecording(inUS)},
	{"denied ended", "by who has ended", "old", toRecording(board)},
	{"ErrSystem", "by a system nobody configured", "system ghost", linkMadeBy(toReport("q3"), "amy")},
	{"ErrSystem", "by a system for something else", "system clerk", linkMadeBy(toReport("q3"), "amy")},
	{"ErrUnknown", "by a system for nobody", "system sync", toReport("q3")},
	{"ErrUnknown", "by a system for who is not there", "system sync", linkMadeBy(toReport("q3"), "ghost")},
	{"denied suspended", "by a system for who is suspended", "system sync", linkMadeBy(toRecording(inUS), "sue")},
	{"denied ended", "by a system for who has ended", "system sync", linkMadeBy(toRecording(board), "old")},
	{"denied out-of-reach", "by a system for who does not see it", "system sync", linkMadeBy(toRecording(inDE), "amy")},
	{"denied not-a-member", "by a system in a team the maker is not in", "system sync", linkMadeBy(linkWithin(toRecording(inUS), "west"), "amy")},
}

// linkValueRefusals are links with a value that does not go.
var linkValueRefusals = []linkRefusal{
	{"ErrPast", "until now", "amy", linkUntil(toReport("q3"), 0)},
	{"ErrPast", "until a moment ago", "amy", linkUntil(toReport("q3"), -1)},
	{"ErrBeyondOwnEnd", "a moment beyond his own end", "ali", linkUntil(toReport("q3"), 10*linkDay+1)},
	{"ErrBeyondOwnEnd", "the thirty days, written out, beyond his own end", "ali", linkUntil(toReport("q3"), 30*linkDay)},
	{"ErrBeyondOwnEnd", "by a system beyond the maker's end", "system sync", linkMadeBy(linkUntil(toReport("q3"), 30*linkDay), "ali")},
	{"ErrInvalid", "until beyond the calendar", "amy", linkBut(toReport("q3"), func(c *company.MakeLink) { c.Until = modelStart.AddDate(9000, 0, 0) })},
	{"ErrTaken", "an id that is there", "amy", linkBut(toReport("q3"), func(c *company.MakeLink) { c.Link = "doc" })},
	{"ErrTaken", "the id of a link that is over", "amy", linkBut(toReport("q3"), func(c *company.MakeLink) { c.Link = "revoked" })},
	{"ErrInvalid", "an id with a line break", "amy", linkBut(toReport("q3"), func(c *company.MakeLink) { c.Link = "a\nb" })},
	{"ErrInvalid", "an id that is not UTF-8", "amy", linkBut(toReport("q3"), func(c *company.MakeLink) { c.Link = "a\xff" })},
	{"ErrInvalid", "an id without end", "amy", linkBut(toReport("q3"), func(c *company.MakeLink) { c.Link = access.LinkID(strings.Repeat("x", 257)) })},
	{"ErrInvalid", "an item with an id that is not UTF-8", "amy", toRecording(access.Item("campaign", "a\xff", "us"))},
}

func TestMakeLinkRefusals(t *testing.T) {
	names := map[string]bool{}
	for _, tt := range slices.Concat(linkTargetRefusals, linkRightRefusals, linkValueRefusals) {
		if names[tt.name] {
			t.Errorf("two tests are called %s", tt.name)
		}
		names[tt.name] = true
		t.Run(tt.name, func(t *testing.T) {
			s := newLinkStage(t, "acme")
			s.link("amy", company.MakeLink{Link: "revoked", Resource: access.Report("q3")})
			s.makes("amy", company.RevokeLink{Link: "revoked"})
			s.refuses(tt.want, tt.actor, tt.make)
		})
	}
}
