package model

import (
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	rules "github.com/ambit-authz/ambit/access/internal/model"
	"github.com/ambit-authz/ambit/invite"
)

// askActive is about a change that its own user may make while they are active.
func (p *proposal) askActive() string {
	reason := p.SubjectStep(rules.InCompany(p.User))
	return when(reason != "", "denied "+string(reason))
}

func (p *proposal) editUser(c company.EditUser) (company.Change, string) {
	asked := ""
	if p.User != "" && string(c.User) == p.User {
		asked = p.askActive()
	} else {
		asked = p.ask("user.edit", access.TargetUser(c.User))
	}
	u := p.Users[string(c.User)]
	name := become(c.Name, u.Name)
	if refusal := first(
		asked,
		p.known(c.User),
		badText(name),
		when(u.Name == name, "ErrNoChange"),
	); refusal != "" {
		return nil, refusal
	}
	p.alter(c.User, func(u *User) { u.Name = name })
	c.Name = orNone(c.Name)
	return c, ""
}

// changeAddress revokes what is pending to the new address. That of a user is
// proven, by the provider that their invitation named if it named one.
func (p *proposal) changeAddress(c company.ChangeAddress) (company.Change, string) {
	u := p.Users[string(c.User)]
	invalid := first(when(c.Email == "", "ErrInvalid"), badAddress(c.Email))
	if p.User != "" {
		own, asked := string(c.User) == p.User, ""
		if own {
			asked = p.askActive()
		}
		if refusal := first(asked, either(
			invalid,
			when(!own || !p.ChangeAddress, "ErrSystemOnly"),
			p.known(c.User),
			p.badProof(c),
			when(u.Email == c.Email, "ErrNoChange"),
		)); refusal != "" {
			return nil, refusal
		}
	}
	if refusal := first(
		p.known(c.User),
		invalid,
		when(u.Email == c.Email, "ErrNoChange"),
		p.addressTaken(string(c.User), c.Email),
	); refusal != "" {
		return nil, refusal
	}
	p.Had[string(c.User)] = append(p.addresses(string(c.User)), c.Email)
	p.alter(c.User, func(u *User) { u.Email = c.Email })
	c.ChangeAddressOutcome = company.ChangeAddressOutcome{Invitations: p.closeTo(c.Email)}
	if p.User != "" {
		c.Verification = company.Verification{Issuer: c.Proof.Issuer(), Provider: c.Proof.Provider(), Verified: c.Proof.Time()}
	}
	c.Proof = invite.Proof{}
	return c, ""
}

// badProof is about a proof of a user that does not show that the new address is
// theirs.
func (p *proposal) badProof(c company.ChangeAddress) string {
	if p.User == "" {
		return ""
	}
	provider := ""
	for _, i := range p.Invitations {
		if i.User == p.User {
			provider = i.Terms.Provider
		}
	}
	is := c.Proof.Time()
	return when(!SameMailbox(c.Proof.Address().String(), c.Email) || provider != "" && c.Proof.Provider() != provider ||
		is.Before(p.Now.Add(-p.ProofAge)) || is.After(p.Now.Add(time.Minute)), "ErrInvalid")
}

// nameCreator asks for the capability alone: a report without a creator is shared
// with nobody who could say who the next one is.
func (p *proposal) nameCreator(c company.NameCreator) (company.Change, string) {
	asked := ""
	if p.User != "" {
		asked = first(p.askActive(), when(!rules.Holds(p.RoleOf(p.User), "user.remove"), "denied no-capability"))
	}
	if refusal := first(
		asked,
		p.knownReport(c.Report),
		p.known(c.User),
		when(slices.Contains(p.creators(string(c.Report)), string(c.User)), "ErrNoChange"),
		when(!p.Creatorless(string(c.Report)), "ErrInvalid"),
		when(!p.CanSucceed(string(c.User), ""), "ErrSuccessor"),
		when(p.User != "" && string(c.User) == p.User, "ErrSelf ErrSuccessor"),
	); refusal != "" {
		return nil, refusal
	}
	p.Reports[string(c.Report)].Users[string(c.User)] = Grant{Level: access.Creator}
	return c, ""
}
