package company_test

import (
	"fmt"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/access/company/internal/model"
	"github.com/ambit-authz/ambit/invite"
	"github.com/ambit-authz/ambit/team"
)

// countRefusal counts a refusal that had one cause.
func (m *machine) countRefusal(r model.Request, name, public string, want model.Answer) {
	switch want.Index {
	case 0:
	case 2:
		m.hits.Hit("third refused")
		fallthrough
	default:
		m.hits.Hit("the second refused")
	}
	err := want.Only()
	if err == "" {
		return
	}
	m.hits.Hit(err)
	m.hits.Hit(fmt.Sprintf("%s %s%s", name, public, err))
	if name == "invitation.resend" || name == "invitation.amend" {
		m.hits.Hit("sent again " + err)
	}
	switch c := changeAt(r, want.Index).(type) {
	case company.ShareReport:
		report := m.model.Reports[string(c.Report)]
		if _, direct := report.Users[r.User]; err == "ErrBeyondOwnEnd" && !direct && m.model.Users[r.User].Until.IsZero() {
			m.hits.Hit("shared beyond a membership")
		}
	case company.AddMember:
		was, member := m.model.Teams[string(c.Team)].Members[string(c.User)]
		if err == "ErrPast" && member && model.Outlasts(was, c.Until) {
			m.hits.Hit("ended before it ended")
		}
	}
	if c, ok := changeAt(r, want.Index).(company.RemoveUser); ok && c.TakeOver != "" {
		m.hits.Hit("take over " + err)
		if err == "ErrBeyondOwnEnd" {
			whose := map[bool]string{true: "new sponsor", false: "actor"}[m.model.Users[r.User].Until.IsZero()]
			m.hits.Hit("beyond the end of the " + whose)
		}
	}
}

func changeAt(r model.Request, index int) company.Change {
	if index < len(r.Changes) {
		return r.Changes[index]
	}
	return nil
}

// countMade counts a change that was made.
func (m *machine) countMade(r model.Request, c, made company.Change) {
	countPerson(m.hits, r, made)
	countThing(m.hits, made)
	switch made := made.(type) {
	case company.RemoveUser:
		if made.HandedOver.Count > 0 {
			m.hits.Hit("handed over")
		}
		m.countSettled(made)
	case company.EditGroup:
		if !made.Impact.IsZero() {
			m.hits.Hit("impact")
		}
	case company.ResendInvitation:
		if _, invited := c.(company.Invite); invited {
			m.hits.Hit("invited again")
		}
	case company.AmendInvitation:
		m.countUnfit(made.Invitation)
	case company.RevokeInvitation:
		m.countUnfit(made.Invitation)
	case company.AcceptInvitation:
		n := m.model.Find(made.Invitation)
		if n < 0 {
			return // it was sent in the same request
		}
		terms := m.model.Invitations[n].Terms
		if !made.Until.Equal(terms.End(m.now())) {
			m.hits.Hit("capped")
		}
		if r.Proof.Address().String() != terms.Address.String() {
			m.hits.Hit("accepted in another case")
		}
	}
}

// countPerson counts what became of a user as a person.
func countPerson(hits *branches, r model.Request, made company.Change) {
	own := func(what string, u team.UserID) {
		if string(u) == r.User {
			hits.Hit("one's own " + what)
		}
	}
	closed := 0
	switch made := made.(type) {
	case company.AddUser:
		if closed = made.Invitations.Count; made.Email == "" {
			hits.Hit("without an address")
		}
	case company.ChangeAddress:
		closed = made.Invitations.Count
		own("address", made.User)
	case company.EditUser:
		own("name", made.User)
	case company.UnshareReport:
		own("grant", made.User)
	}
	if closed > 0 {
		hits.Hit("address given to a user")
	}
}

// countThing counts what edits of memberships, grants and kinds kept or lifted.
func countThing(hits *branches, made company.Change) {
	switch made := made.(type) {
	case company.AddMember:
		if !made.From.IsZero() {
			hits.Hit("a member again")
		}
	case company.SetMemberEnd:
		if made.Until.IsNone() {
			hits.Hit("a membership's end lifted")
		}
	case company.ShareReport:
		switch _, until := made.Until.Get(); {
		case made.Until.IsNone():
			hits.Hit("a grant's end lifted")
		case until && made.FromLevel != 0 && made.FromLevel < made.Level:
			hits.Hit("a grant with an end raised")
		}
	case company.RemoveUser:
		if made.Orphaned.Count > 0 {
			hits.Hit("left without a creator")
		}
	case company.ReplaceCatalog:
		if made.Links.Count > 0 {
			hits.Hit("links ended by a catalog")
		}
	}
}

// countUnfit counts an invitation that could be changed though it could not be
// sent as it was.
func (m *machine) countUnfit(id invite.ID) {
	n := m.model.Find(id)
	if n < 0 {
		return // it was sent in the same request
	}
	terms := m.model.Invitations[n].Terms
	r, _ := m.model.Catalog.Role(string(terms.Role))
	if all, _ := m.model.Holders(string(terms.Role)); r.MaxHolders > 0 && all >= r.MaxHolders {
		m.hits.Hit("changed though its role is full")
	}
	for _, t := range terms.Teams {
		if _, ok := m.model.Teams[string(t)]; !ok {
			m.hits.Hit("changed though its team is gone")
		}
	}
}

// countSettled counts what became of the invitations of a user who was removed.
func (m *machine) countSettled(c company.RemoveUser) {
	var live, expired, own bool
	for _, id := range c.Invitations.First {
		n := m.model.Find(id)
		if n < 0 {
			continue // it was sent in the same request
		}
		is := m.model.Invitations[n].StateAt(m.now())
		own = own || m.model.Invitations[n].Sponsor.User != c.User
		live, expired = live || is == invite.Pending, expired || is == invite.Expired
	}
	if own {
		m.hits.Hit("revoked by the removal of the person")
	}
	switch {
	case c.TakeOver != "" && live && expired:
		m.hits.Hit("taken over except the expired")
	case c.TakeOver != "":
		m.hits.Hit("taken over")
	case live:
		m.hits.Hit("revoked by removal")
	}
}
