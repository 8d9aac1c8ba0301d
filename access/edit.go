package access

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/internal/snapshot"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Directory().Grant is one share of a report: to a user or to a team.
type Grant struct {
	Report ReportID
	User   team.UserID // either this
	Team   team.ID     // or this, at [MaxTeamLevel] at most
	Level  Level
	Until  time.Time // end, exclusive; zero means none
}

// Edit makes the next policy from one, change by change. It is the host's own
// authority: it asks nobody, and sees to it only that the outcome is well
// formed. What must not change without being authorised and recorded goes
// another way.
//
// Changes apply in order, each to what the earlier ones left. One that cannot
// be made is kept as an error for [Edit.Policy], and then none of them counts.
// The policy the Edit started from stays as it is, whatever happens.
//
// Each change costs its own size, except that [Edit.SetGroup] matches the
// accounts against a new filter, and [Edit.SetAttributes] costs the size of the
// company. An Edit belongs to one goroutine.
type Edit struct {
	w       *snapshot.Writer
	catalog *catalog
	now     func() time.Time
	errs    []error
	spent   bool
}

// Edit starts an edit of p.
func (p *Policy) Edit() *Edit {
	p = p.ready()
	return newEdit(p.state, p.catalog, p.now)
}

func newEdit(s *snapshot.State, c *catalog, now func() time.Time) *Edit {
	e := &Edit{w: snapshot.NewWriter(s), catalog: c, now: now}
	if e.w.Holders == nil {
		e.w.Holders = make([]snapshot.Holders, len(c.roles))
	}
	return e
}

// Policy returns the edited policy. The error joins an [*Error] for every
// change that could not be made. It can be called once; after that the Edit is
// spent, and the error is [ErrSpent].
func (e *Edit) Policy() (*Policy, error) {
	if e.spent {
		return nil, &Error{Op: "make", ID: "policy", Err: ErrSpent}
	}
	e.spent = true
	if err := errors.Join(e.errs...); err != nil {
		return nil, err
	}
	return &Policy{state: e.w.Freeze(), catalog: e.catalog, now: e.now}, nil
}

// keep remembers that a change could not be made.
func (e *Edit) keep(op, id string, err error) {
	if err != nil {
		e.errs = append(e.errs, &Error{Op: op, ID: id, Err: err})
	}
}

// SetUser adds a user, or replaces what is said of him; his memberships,
// grants and links stay. An empty role means the catalog's default.
func (e *Edit) SetUser(u team.User) { e.keep("set user", string(u.ID), e.setUser(u)) }

func (e *Edit) setUser(u team.User) error {
	if u.Role == "" {
		u.Role = e.catalog.source.Default()
	}
	number, err := e.role(u.Role)
	if err != nil {
		return err
	}
	if u.Email.IsZero() {
		return fmt.Errorf("e-mail address %w: it is empty", ErrInvalid)
	}
	if holder, taken := e.w.Emails.Get(u.Email.Key()); taken && e.w.Users.At(holder).ID != u.ID {
		return fmt.Errorf("e-mail address %s %w by user %q", u.Email, ErrTaken, e.w.Users.At(holder).ID)
	}
	if u.Until, err = end(u.Until); err != nil {
		return err
	}
	if err := errors.Join(validID(string(u.ID)), validName(u.Name)); err != nil {
		return err
	}
	e.w.PutUser(u, number)
	return nil
}

// RemoveUser removes a user with his memberships and grants, and ends the links
// he made.
func (e *Edit) RemoveUser(id team.UserID) {
	no, err := e.user(id)
	if err == nil {
		e.w.RemoveUser(no)
	}
	e.keep("remove user", string(id), err)
}

// SetTeam adds a team, or replaces what is said of it and the groups it holds;
// its members and grants stay.
func (e *Edit) SetTeam(t team.Team) { e.keep("set team", string(t.ID), e.setTeam(t)) }

func (e *Edit) setTeam(t team.Team) error {
	if err := errors.Join(validID(string(t.ID)), validName(t.Name), validText(t.Description)); err != nil {
		return err
	}
	held := make([]uint32, 0, len(t.Groups))
	seen := make(map[datagroup.ID]bool, len(t.Groups))
	for _, id := range t.Groups {
		no, err := e.group(id)
		if err != nil {
			return err
		}
		if seen[id] {
			return fmt.Errorf("data group %q %w: it is listed twice", id, ErrTaken)
		}
		seen[id] = true
		held = append(held, no)
	}
	e.w.PutTeam(t, held)
	return nil
}

// RemoveTeam removes a team with its memberships, assignments and grants.
func (e *Edit) RemoveTeam(id team.ID) {
	no, err := e.team(id)
	if err == nil {
		e.w.RemoveTeam(no)
	}
	e.keep("remove team", string(id), err)
}

// SetMember puts a user into a team, or moves the end of his membership.
func (e *Edit) SetMember(m team.Member) {
	e.keep("set member", memberID(m.Team, m.User), e.setMember(m))
}

func (e *Edit) setMember(m team.Member) error {
	t, err := e.team(m.Team)
	if err != nil {
		return err
	}
	u, err := e.user(m.User)
	if err != nil {
		return err
	}
	until, err := end(m.Until)
	if err != nil {
		return err
	}
	e.w.PutMember(t, u, until)
	return nil
}

// RemoveMember takes a user out of a team.
func (e *Edit) RemoveMember(t team.ID, u team.UserID) {
	e.keep("remove member", memberID(t, u), e.removeMember(t, u))
}

func (e *Edit) removeMember(t team.ID, u team.UserID) error {
	teamNo, err := e.team(t)
	if err != nil {
		return err
	}
	userNo, err := e.user(u)
	if err != nil {
		return err
	}
	if !e.w.Teams.At(teamNo).Members.Has(userNo) {
		return missing("member", string(u), nil)
	}
	e.w.RemoveMember(teamNo, userNo)
	return nil
}

func memberID(t team.ID, u team.UserID) string { return string(t) + "/" + string(u) }

// SetAttributes declares the account attributes anew. Those that accounts have
// values for, or filters read, must stay as they are.
func (e *Edit) SetAttributes(attributes ...datagroup.Attribute) {
	e.keep("set", "attributes", e.setAttributes(attributes))
}

func (e *Edit) setAttributes(attributes []datagroup.Attribute) error {
	schema, err := datagroup.NewSchema(attributes...)
	if err != nil {
		return err
	}
	for _, g := range e.w.Groups.All() {
		for _, name := range g.Filter.Reads() {
			old, _ := e.w.Schema.Position(name)
			now, declared := schema.Position(name)
			if !declared || schema.At(now) != e.w.Schema.At(old) {
				return fmt.Errorf("attribute %q %w to drop or retype: data group %q reads it", name, ErrInvalid, g.ID)
			}
		}
	}
	return e.w.PutSchema(schema)
}

// SetAccount connects an account or replaces its values. Its schema must fit
// the policy's; one made by [Directory.Schema] does.
func (e *Edit) SetAccount(a datagroup.Account) {
	e.keep("set account", string(a.ID()), e.setAccount(a))
}

func (e *Edit) setAccount(a datagroup.Account) error {
	if err := validID(string(a.ID())); err != nil {
		return err
	}
	bound, err := a.Rebind(e.w.Schema)
	if err != nil {
		return err
	}
	e.w.PutAccount(bound)
	return nil
}

// RemoveAccount disconnects an account. It may be connected again under its id.
func (e *Edit) RemoveAccount(id datagroup.AccountID) {
	no, _, ok := e.w.Accounts.Find(string(id))
	if !ok {
		e.keep("remove account", string(id), missing("account", string(id), nil))
		return
	}
	e.w.RemoveAccount(no)
}

// SetGroup adds a data group, or replaces its name and filter; the teams that
// hold it keep it. The filter must fit the policy's schema; one parsed by
// [Directory.Schema] does.
func (e *Edit) SetGroup(g datagroup.Group) { e.keep("set group", string(g.ID), e.setGroup(g)) }

func (e *Edit) setGroup(g datagroup.Group) error {
	if err := errors.Join(validID(string(g.ID)), validName(g.Name)); err != nil {
		return err
	}
	bound, err := g.Filter.Bind(e.w.Schema)
	if err != nil {
		return err
	}
	g.Filter = bound
	e.w.PutGroup(g)
	return nil
}

// RemoveGroup removes a data group, also from every team that holds it.
func (e *Edit) RemoveGroup(id datagroup.ID) {
	no, err := e.group(id)
	if err == nil {
		e.w.RemoveGroup(no)
	}
	e.keep("remove group", string(id), err)
}

// SetCatalog replaces the role catalog. Every role that a user has must be in
// the new one. It costs a look at every user.
func (e *Edit) SetCatalog(c *role.Catalog) {
	next := newCatalog(c)
	if len(next.roles) == 0 {
		e.keep("set", "catalog", fmt.Errorf("catalog without roles %w", ErrInvalid))
		return
	}
	for _, u := range e.w.Users.All() {
		if _, ok := next.numbers[u.Role]; !ok {
			e.keep("set", "catalog", fmt.Errorf("role %q of user %q %w in it", u.Role, u.ID, ErrUnknown))
			return
		}
	}
	e.catalog = next
	e.w.PutRoles(len(next.roles), func(r role.Name) int { return next.numbers[r] })
}

// role returns the number of a role.
func (e *Edit) role(name role.Name) (int, error) {
	number, known := e.catalog.numbers[name]
	if !known {
		var names []string
		for _, r := range e.catalog.roles {
			names = append(names, string(r.Name))
		}
		return 0, missing("role", string(name), slices.Values(names))
	}
	return number, nil
}

// user returns the number of a user.
func (e *Edit) user(id team.UserID) (uint32, error) {
	no, _, ok := e.w.Users.Find(string(id))
	if !ok {
		return 0, missing("user", string(id), keys(&e.w.Users, func(u *snapshot.User) string { return string(u.ID) }))
	}
	return no, nil
}

// team is user for teams.
func (e *Edit) team(id team.ID) (uint32, error) {
	no, _, ok := e.w.Teams.Find(string(id))
	if !ok {
		return 0, missing("team", string(id), keys(&e.w.Teams, func(t *snapshot.Team) string { return string(t.ID) }))
	}
	return no, nil
}

// group is user for data groups.
func (e *Edit) group(id datagroup.ID) (uint32, error) {
	no, _, ok := e.w.Groups.Find(string(id))
	if !ok {
		return 0, missing("data group", string(id), keys(&e.w.Groups, func(g *snapshot.Group) string { return string(g.ID) }))
	}
	return no, nil
}

// end returns an end as it is kept.
func end(t time.Time) (time.Time, error) {
	t, err := text.End(t)
	if err != nil {
		return time.Time{}, fmt.Errorf("end %w: it %w", ErrInvalid, err)
	}
	return t, nil
}

// validID refuses what [text.ID] does.
func validID(id string) error {
	if err := text.ID(id); err != nil {
		return fmt.Errorf("id %w: it %w", ErrInvalid, err)
	}
	return nil
}

// maxText is the length of names and descriptions in bytes.
const maxText = 4096

// validName refuses names that are not one line of text.
func validName(s string) error {
	if err := text.Line(s, maxText); err != nil {
		return fmt.Errorf("name %s %w: it %w", text.Quote(s), ErrInvalid, err)
	}
	return nil
}

// validText refuses descriptions that are not lines of text.
func validText(s string) error {
	if err := text.Lines(s, maxText); err != nil {
		return fmt.Errorf("description %w: it %w", ErrInvalid, err)
	}
	return nil
}

// maxSuggest is how many ids are looked through for one that was meant.
const maxSuggest = 10_000

// keys returns the ids of all records, or none if there are too many.
func keys[T any](b *snapshot.Book[T], id func(T) string) iter.Seq[string] {
	var all []string
	if b.Len() <= maxSuggest {
		for _, rec := range b.All() {
			all = append(all, id(rec))
		}
	}
	return slices.Values(all)
}
