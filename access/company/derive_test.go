package company_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// chosen are the outcomes that do not follow from what was before, and why. A
// replay believes them.
var chosen = map[string]string{
	"invitation.send digest":                    bySecret,
	"invitation.resend digest":                  bySecret,
	"invitation.amend digest":                   bySecret,
	"invitation.redeliver digest":               bySecret,
	"link.make digest":                          bySecret,
	"invitation.send expires":                   byConfig,
	"invitation.resend expires":                 byConfig,
	"invitation.amend expires":                  byConfig,
	"invitation.accept issuer":                  byProof,
	"invitation.accept provider":                byProof,
	"invitation.accept verified":                byProof,
	"invitation.decline issuer":                 byProof,
	"invitation.decline provider":               byProof,
	"user.change-address verification.issuer":   byProof,
	"user.change-address verification.provider": byProof,
	"user.change-address verification.verified": byProof,
	"invitation.decline verified":               byProof,
}

// never are the parts of outcomes that never have a value: their type is also that
// of something else, and notes may be about a person.
var never = []string{"invitation.revoke personal.name", "report.unshare remain.first.user", "report.unshare remain.first.note",
	"report.delete grants.first.note", "team.delete members.first.note"}

const (
	bySecret = "the secret is random, and what is made of it tells nothing"
	byConfig = "how long an invitation lasts is configured, and no log knows it"
	byProof  = "how an address was verified is the host's word"
)

// telling is what the story does not tell: outcomes that it has no value of. A line
// is what one actor does.
const telling = `
ann        | team.add-member t max
uma        | report.share r user=vic level=editor until=20d
uma        | report.unshare r user=vic
uma        | link.make l1 resource=report:r; link.make l2 resource=report:r; report.share r user=vic until=3d
ugo        | link.make l3 t resource=report:s; link.make l4 resource=report:s until=2d
system ops | invitation.send a a@x.test name=Ada; invitation.send b b@x.test name=Bo
system ops | invitation.resend a; invitation.amend b days=7; invitation.redeliver a
system ops | invitation.revoke a; invitation.send c c@x.test days=7 provider=idp teams=t
accept c   | pat
ugo        | invitation.send d d@x.test name=Dee
ann        | invitation.send e e@x.test; invitation.send f f@x.test; invitation.send g g@x.test
system ops | user.add eve Eve e@x.test viewer; user.change-address eve f@x.test
verified   | eve g@x.test
uma        | report.unshare m user=abe
ann        | user.remove ugo successor=abe
uma        | report.delete r
abe        | link.make l5 t resource=report:s
ann        | datagroup.delete gu; team.delete t
`

// tellingHistories are histories in which every outcome of every type of change
// has a value.
func tellingHistories(t *testing.T) [][]audit.Event {
	c := newCompany(t, "ann admin; abe admin; ugo user-manager; uma user; max team-member; vic viewer", options{
		groups: "gu everything", teams: "t gu: max -1h, ugo 5h, abe; n gu: uma", document: withNotes,
		config:  func(c *company.Config) { c.Invitations.Cooldown, c.OwnAddresses = -1, true },
		reports: "r: uma creator, vic viewer 10d; s: ugo creator, team t explorer, uma viewer; m: uma creator, ugo viewer 4d, abe viewer, team t viewer 5d",
	})
	for line := range split(telling, "\n") {
		cells := cellsOf(line)
		if id, ok := strings.CutPrefix(cells[0], "accept "); ok {
			c.accepted(invite.ID(id), team.UserID(cells[1]))
			continue
		}
		if cells[0] == "verified" {
			user, address, _ := strings.Cut(cells[1], " ")
			c.must(user, company.ChangeAddress{User: team.UserID(user), Email: address, Proof: c.verified(address, "idp", c.now())})
			continue
		}
		c.must(cells[0], parseChanges(t, cells[1])...)
	}
	// Nobody else qualifies as a creator.
	alone := newCompany(t, "ann admin; bob viewer", options{reports: "r: bob creator"})
	alone.must("ann", parseChange(t, "user.remove bob"))
	// A kind leaves the catalog, and the links to it end.
	kinds := newCompany(t, "ann owner; bob member", options{accounts: "us", document: func(d *document.Document) {
		d.Catalog = document.Catalog{Extends: "project"}
	}})
	kinds.must("ann", parseChange(t, `link.make l resource="session:s in account:us"`))
	kinds.must("system ops", company.ReplaceCatalog{Roles: withoutKinds()})
	return [][]audit.Event{events(t, playStory(t).log), events(t, c.log), events(t, alone.log), events(t, kinds.log)}
}

// withNotes says why of every member and grant.
func withNotes(d *document.Document) {
	for _, t := range d.Teams {
		for i := range t.Members {
			t.Members[i].Note = "because"
		}
	}
	for _, r := range d.Reports {
		for i := range r.Grants {
			r.Grants[i].Note = "because"
		}
	}
}

// withoutKinds is the project catalog without what may be asked of its kinds.
func withoutKinds() []role.Role {
	roles := role.ProjectCatalog().Roles()
	for i := range roles {
		roles[i].Capabilities = slices.DeleteFunc(roles[i].Capabilities, func(a role.Action) bool {
			return slices.Contains([]role.Action{role.ViewRecording, role.ViewHeatmap, role.ViewInsight, role.FilterSession}, a)
		})
	}
	return roles
}

// TestOutcomesFollow: an event does not replay if any part of any outcome is
// another than what follows from what was before: every field, every element of
// a list, every count and digest. The error names it.
func TestOutcomesFollow(t *testing.T) {
	t.Parallel()
	told := make(map[string]bool)
	for _, history := range tellingHistories(t) {
		for _, e := range history {
			for i, change := range e.Changes {
				lies, parts := company.Lies(t, change)
				for _, part := range parts {
					told[change.Type+" "+part] = true
				}
				for _, lie := range few(3, 10, lies) {
					checkLie(t, history, e, i, lie)
				}
			}
		}
	}
	for _, c := range company.ChangeTypes() {
		for _, field := range company.OutcomeFields(c) {
			if name := company.LogName(c) + " " + field; !told[name] && !slices.Contains(never, name) {
				t.Errorf("no event has a value of %s", name)
			}
		}
	}
}

// checkLie opens a history in which a change of an event lies.
func checkLie(t *testing.T, history []audit.Event, e audit.Event, i int, lie company.Lie) {
	t.Helper()
	name := e.Changes[i].Type + " " + lie.Field
	if chosen[name] != "" {
		return
	}
	err := openWith(history, int(e.Seq), func(e *audit.Event) {
		e.Changes[i] = lie.Change
		e.Targets = company.TargetsOf(e.Changes...)
	})
	var failure *company.Error
	top, _, _ := strings.Cut(lie.Field, ".")
	if !errors.Is(err, company.ErrBroken) || !errors.As(err, &failure) || failure.Seq != e.Seq || !strings.Contains(err.Error(), ": "+top) {
		t.Errorf("event %d, %s: %v, want an error that names it\n%s", e.Seq, name, err, lie.Change.Data)
	}
}

// openWith opens a history up to an event, which is forged.
func openWith(history []audit.Event, seq int, lie func(*audit.Event)) error {
	_, err := company.Open(context.Background(), forge(history[:seq], seq, lie), newStoryHost().config())
	return err
}

// TestActorsFollow: an event does not replay if what it says of its actor is not
// as the company knows them, or if a target is not one of its changes. Which user
// or system it was, it alone says.
func TestActorsFollow(t *testing.T) {
	t.Parallel()
	history := tellingHistories(t)[0]
	for _, e := range history {
		lies := map[string]func(*audit.Event){
			"email":    func(e *audit.Event) { e.Actor.Email += "x" },
			"role":     func(e *audit.Event) { e.Actor.Role += "x" },
			"targets":  func(e *audit.Event) { e.Targets = nil },
			"a target": func(e *audit.Event) { e.Targets = append(slices.Clip(e.Targets), "user:x") },
		}
		for _, kind := range []string{audit.KindUser, audit.KindSystem, audit.KindInvitee, ""} {
			if kind != e.Actor.Kind {
				lies["kind "+kind] = func(e *audit.Event) { e.Actor.Kind = kind }
			}
		}
		for i := range e.Targets {
			lies[fmt.Sprint("target ", i)] = func(e *audit.Event) { e.Targets = slices.Clone(e.Targets); e.Targets[i] += "x" }
			lies[fmt.Sprint("without target ", i)] = func(e *audit.Event) { e.Targets = slices.Delete(slices.Clone(e.Targets), i, i+1) }
			if i > 0 {
				lies[fmt.Sprint("order of target ", i)] = func(e *audit.Event) {
					e.Targets = slices.Clone(e.Targets)
					e.Targets[0], e.Targets[i] = e.Targets[i], e.Targets[0]
				}
			}
		}
		for _, name := range few(3, 10, keysOf(lies)) {
			lie := lies[name]
			if err := openWith(history, int(e.Seq), lie); !errors.Is(err, company.ErrBroken) {
				t.Errorf("event %d, by %s: a lie about the %s: %v", e.Seq, e.Actor, name, err)
			}
		}
	}
}
