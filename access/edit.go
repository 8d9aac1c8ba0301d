package access

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/ambit-authz/ambit/access/internal/persist"
	"github.com/ambit-authz/ambit/access/internal/store"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
)

// Edit makes the next policy from one, change by change. It takes the entries
// of a [document.Document], so a host that keeps its users and teams in tables
// of its own writes the mapping from them once. To change one field, take the
// record from the [Directory], turn it into an entry and set that:
//
//	u, _ := policy.Directory().User("bob")
//	entry := document.UserOf(u)
//	entry.Role = "admin"
//	edit.SetUser(entry)
//
// An Edit asks nobody: it is the authority of the host, and only sees to it
// that the outcome is well formed. Changes that must be authorised and recorded
// belong to package company.
//
// Changes apply in order, each to what the earlier ones left. What is wrong
// with one is kept for [Edit.Policy], and then none of them counts. The policy
// that the Edit started from stays as it is, whatever happens.
//
// Each change costs its own size, with four exceptions: [Edit.SetGroup] matches
// the accounts against a new filter, [Edit.SetAccount] matches every filter if no
// account had that combination of values yet, [Edit.SetAttributes] costs the size
// of the company, and [Edit.SetCatalog] looks at every user and every link. An
// Edit belongs to one goroutine.
type Edit struct {
	w       *store.Writer
	catalog *catalog
	now     func() time.Time
	errs    []error
	spent   bool
	steps   int               // that suggestions have taken
	row     []datagroup.Value // room for setAccount
}

// Edit starts an edit of p. That of a nil or zero Policy makes the first one of a
// company, which has the catalog [role.CompanyCatalog].
func (p *Policy) Edit() *Edit {
	p = p.ready()
	return newEdit(p.state, p.catalog, p.now)
}

func newEdit(s *store.State, c *catalog, now func() time.Time) *Edit {
	e := &Edit{w: store.NewWriter(s), catalog: c, now: now}
	if e.w.Roles == nil {
		e.w.PutRoles(c.roleNames())
	}
	return e
}

// Policy returns the edited policy. The error joins an [*Error] for every
// change that could not be made, with the first thing that is wrong with it.
// Policy can be called once; after that the Edit is spent, and the error is an
// [*Error] that wraps [ErrSpent].
func (e *Edit) Policy() (*Policy, error) {
	if e.spent {
		return nil, &Error{Err: ErrSpent}
	}
	e.spent = true
	w := e.w
	e.w = nil
	if err := errors.Join(e.errs...); err != nil {
		return nil, err
	}
	return &Policy{state: w.Freeze(), catalog: e.catalog, now: e.now}, nil
}

// change starts a change of the thing with the given id. After Policy it goes
// into a policy that nobody gets.
func (e *Edit) change(op, id string) *check {
	if e.w == nil {
		e.w = newEdit(new(store.State), e.catalog, e.now).w
	}
	return &check{edit: e, op: op, id: id}
}

// SetCatalog replaces the role catalog. The new one must have every role that a
// user has. A link ends for good if the new one has no such kind any more, or
// another link action for it.
func (e *Edit) SetCatalog(c *role.Catalog) {
	check := e.change("set catalog", "")
	next := newCatalog(c)
	if len(next.roles) == 0 {
		check.fail("", fmt.Errorf("catalog without roles %w", ErrInvalid))
		return
	}
	for _, u := range e.w.AllUsers() {
		if _, ok := next.numbers[u.Role]; !ok {
			check.fail("", fmt.Errorf("role %q of user %q %w in the new catalog", u.Role, u.ID, ErrUnknown))
			return
		}
	}
	for _, l := range persist.All(&e.w.Links) {
		if !l.Ended && !next.allowsLink(l) {
			ended := *l
			ended.Ended = true
			e.w.PutLink(ended)
		}
	}
	e.catalog = next
	e.w.PutRoles(next.roleNames())
}

// unknownError says that nothing has an id. What was probably meant is looked
// for only when the error is told.
type unknownError struct {
	what, id string
	known    iter.Seq[string] // nil if a suggestion would be of no use
}

func (u *unknownError) Error() string {
	return fmt.Sprintf("%s %s %v", u.what, text.Quote(u.id), ErrUnknown)
}

func (u *unknownError) Unwrap() error { return ErrUnknown }

// unknown says that nothing has an id, and suggests one of those that are known.
func unknown(what, id string, known iter.Seq[string]) error {
	return &unknownError{what, id, known}
}

// maxSteps bounds the cost of all suggestions of an Edit, in comparisons of two
// characters. It is some tens of milliseconds.
const maxSteps = 20_000_000

// suggest adds to an error which id was probably meant, if one is unknown and all
// ids can be looked at within what is left of maxSteps.
func suggest(err error, steps *int) error {
	u, is := err.(*unknownError)
	if !is || u.known == nil || *steps > maxSteps {
		return err
	}
	near := text.Nearest(u.id, func(yield func(string) bool) {
		for k := range u.known {
			*steps += 1 + len(k)
			if diff := len(k) - len(u.id); -8 < diff && diff < 8 {
				*steps += len(k) * len(u.id)
			}
			if *steps > maxSteps || !yield(k) {
				return
			}
		}
	})
	if near == "" || *steps > maxSteps {
		return err
	}
	return fmt.Errorf("%w; did you mean %q?", err, near)
}

// maxSuggest is among how many ids the one that was meant is looked for.
const maxSuggest = 10_000

// find returns the number of a record, or the error of naming one that does not
// exist.
func find[T any](what string, b *persist.Book[T], id string, key func(T) string) (uint32, error) {
	if no, _, ok := b.Find(id); ok {
		return no, nil
	}
	if b.Len() > maxSuggest {
		return 0, unknown(what, id, nil)
	}
	return 0, unknown(what, id, func(yield func(string) bool) {
		for _, rec := range persist.All(b) {
			if !yield(key(rec)) {
				return
			}
		}
	})
}

func (e *Edit) findUser(id string) (uint32, error) {
	users := &e.w.Users
	if u := users.Get(id); u != nil {
		return u.No, nil
	}
	if users.Len() > maxSuggest {
		return 0, unknown("user", id, nil)
	}
	return 0, unknown("user", id, userIDs(e.w.State))
}

func (e *Edit) findTeam(id string) (uint32, error) { return find("team", &e.w.Teams, id, teamID) }
func (e *Edit) findGroup(id string) (uint32, error) {
	return find("data group", &e.w.Groups, id, groupID)
}
func (e *Edit) findReport(id string) (uint32, error) {
	return find("report", &e.w.Reports, id, reportID)
}

func teamID(t *store.Team) string     { return string(t.ID) }
func groupID(g *store.Group) string   { return string(g.ID) }
func reportID(r *store.Report) string { return r.ID }

// userIDs yields the ids of the users.
func userIDs(s *store.State) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, id := range persist.IDs(&s.Users) {
			if !yield(id) {
				return
			}
		}
	}
}

// findRole returns the number of a role, or the error of naming one that does
// not exist.
func (e *Edit) findRole(name role.Name) (int, error) {
	number, known := e.catalog.numbers[name]
	if known {
		return number, nil
	}
	names := make([]string, len(e.catalog.roles))
	for i, r := range e.catalog.roles {
		names[i] = string(r.Name)
	}
	return 0, unknown("role", string(name), slices.Values(names))
}
