package sqlfilters

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter"
	"github.com/ambit-authz/ambit/datagroup/sqlfilter/sqlfiltertest"
	"github.com/ambit-authz/ambit/team"
)

// TestPolicies: for random companies, at several times and after changes, the
// accounts that a subject may see one by one are those of their View, and those that
// SQL selects by its filter and by its ids. What a link shows is what its maker
// would see. The companies are the same each time; there are more with AMBIT_LONG=1,
// and more set-ups with CI=true.
func TestPolicies(t *testing.T) {
	t.Parallel()
	hits := newBranches()
	ran := 0
	t.Run("setups", func(t *testing.T) {
		for _, s := range setups {
			t.Run(s.name, func(t *testing.T) {
				ran++
				t.Parallel()
				if s.rare && !ci {
					t.Skip("with CI=true only")
				}
				for round := range rounds(s) {
					seed := seedOf(s, round)
					if err := searchCompany(t, s, seed, round%3 == 2, viewOf, hits); err != nil {
						t.Fatalf("seed %d: %v", seed, err)
					}
				}
			})
		}
	})
	if ran == len(setups) {
		hits.check(t)
	}
}

// rounds returns how many companies a set-up has: more of a quick database, which
// alone come to all branches.
func rounds(s setup) int {
	n := 3
	if strings.HasPrefix(s.name, "SQLite") {
		n = 9
	}
	if os.Getenv("AMBIT_LONG") != "" {
		return 30 * n
	}
	return n
}

// seedOf returns a seed that no other company has.
func seedOf(s setup, round int) uint64 {
	h := fnv.New32a()
	h.Write([]byte(s.name))
	return uint64(h.Sum32())<<16 + uint64(round)
}

// viewing is how a host comes to a view.
type viewing func(p *access.Policy, s access.Subject) sqlfilter.View

func viewOf(p *access.Policy, s access.Subject) sqlfilter.View { return p.View(s) }

// searchCompany looks for a view of a company that is wrong in a database: at first,
// and after changes. A large company has so many accounts that views of it are best
// said by filter.
func searchCompany(t testing.TB, s setup, seed uint64, large bool, view viewing, hits *branches) error {
	most, versions := 24, 3
	if large {
		most, versions = 600, 1
	}
	c := newCompany(t, seed, most)
	var stale []sqlfilter.View // of before the changes
	for version := range versions {
		h, err := newHost(t, s, c, view, hits)
		if err != nil {
			return err
		}
		for _, v := range stale {
			if err := h.selects(v); err != nil {
				return fmt.Errorf("version %d: a view of before: %w", version, err)
			}
			hits.hit("a view of before the change")
		}
		if err := h.checkAll(); err != nil {
			return fmt.Errorf("version %d: %w", version, err)
		}
		stale = nil
		for _, u := range userIDs {
			stale = append(stale, c.policy.View(access.User(u)))
		}
		c.change()
	}
	return nil
}

// host is the database of a company's host.
type host struct {
	*company
	ctx      context.Context
	db       sqlfiltertest.Database
	rows     []datagroup.Account // of the table: those of the policy and strangers
	view     viewing
	hits     *branches
	selected map[string][]datagroup.AccountID // by condition with arguments
}

// newHost stores the accounts of a company. One that the columns cannot hold leaves
// it.
func newHost(t testing.TB, s setup, c *company, view viewing, hits *branches) (*host, error) {
	h := &host{company: c, ctx: t.Context(), db: s.open(t, s.dialect()), view: view, hits: hits, selected: make(map[string][]datagroup.AccountID)}
	for _, a := range c.rows(t) {
		switch err := h.db.Store(t.Context(), kept(t, a)); {
		case errors.Is(err, sqlfiltertest.ErrCannotHold):
			c.try(func(e *access.Edit) { e.RemoveAccount(a.ID()) })
			delete(c.strangers, string(a.ID()))
		case err != nil:
			return nil, err
		default:
			h.rows = append(h.rows, a)
		}
	}
	return h, nil
}

// checkAll checks each subject at several times, and each team.
func (h *host) checkAll() error {
	before := make(map[access.Subject]int)
	for i, at := range []time.Time{firstHour, h.instant(), h.instant()} {
		p := h.policy.At(at)
		for _, s := range h.subjects() {
			if err := h.check(p, s); err != nil {
				return fmt.Errorf("%v at %v: %w", s, at, err)
			}
			count := p.View(s).Len()
			if i > 0 && before[s] != count {
				h.hits.hit("another view at another time")
			}
			before[s] = count
		}
	}
	for _, id := range append(slices.Clone(teamIDs), "ghost") {
		if err := h.checkTeam(team.ID(id)); err != nil {
			return fmt.Errorf("team %s: %w", id, err)
		}
	}
	return nil
}

// check compares the decisions about each account with the view, and with what it
// selects.
func (h *host) check(p *access.Policy, s access.Subject) error {
	decided := h.decided(p, s)
	v := h.view(p, s)
	if got := sorted(slices.Collect(v.Accounts())); !slices.Equal(got, decided) {
		return fmt.Errorf("the view lists %q, decided %q", got, decided)
	}
	h.hitSubject(p, s, decided)
	return h.selectsExactly(v, decided)
}

// decided returns the accounts of the rows that s may see, asked one by one. The
// holder of a link sees what its maker does in the scope they made it in, of an item
// its account only.
func (h *host) decided(p *access.Policy, s access.Subject) []datagroup.AccountID {
	only := datagroup.AccountID("")
	if id := s.Link(); id != "" {
		l, ok := p.Directory().Link(id)
		if !ok || !p.Decide(s, l.Action, l.Resource).Allowed {
			return nil
		}
		if only, s = l.Resource.Account(), access.User(l.Maker); l.Session != "" {
			s = access.Session(l.Maker, l.Session)
		}
	}
	var ids []datagroup.AccountID
	for _, a := range h.rows {
		if (only == "" || only == a.ID()) && p.Decide(s, access.ViewAccount, access.Account(a.ID())).Allowed {
			ids = append(ids, a.ID())
		}
	}
	return sorted(ids)
}

// checkTeam compares the view of a team with its groups, one by one.
func (h *host) checkTeam(id team.ID) error {
	d := h.policy.Directory()
	t, _ := d.Team(id)
	matches := func(a datagroup.Account) bool {
		return d.Has(access.Account(a.ID())) && slices.ContainsFunc(t.Groups, func(g datagroup.ID) bool {
			group, ok := d.Group(g)
			return ok && group.Filter.Match(a) == datagroup.True
		})
	}
	want := h.rowsWhere(matches)
	v := d.ViewOfTeam(id)
	if got := sorted(slices.Collect(v.Accounts())); !slices.Equal(got, want) {
		return fmt.Errorf("the view lists %q, the groups match %q", got, want)
	}
	return h.selectsExactly(v, want)
}

// selectsExactly checks what a view of now selects. Of the accounts of the policy it
// is what was decided.
func (h *host) selectsExactly(v sqlfilter.View, decided []datagroup.AccountID) error {
	if err := h.selects(v); err != nil {
		return err
	}
	inPolicy := func(id datagroup.AccountID) bool { return h.policy.Directory().Has(access.Account(id)) }
	for name, make := range map[string]func() (sqlfilter.Predicate, error){
		"filter": func() (sqlfilter.Predicate, error) { return h.db.Table.Where(v.Filter()) },
		"view":   func() (sqlfilter.Predicate, error) { return h.db.Table.View(v) },
	} {
		p, err := make()
		if err != nil {
			continue // as selects has seen, it must be one
		}
		got, err := h.query(p)
		if err != nil {
			return err
		}
		strangers := len(got)
		got = slices.DeleteFunc(slices.Clone(got), func(id datagroup.AccountID) bool { return !inPolicy(id) })
		if !slices.Equal(got, decided) {
			return fmt.Errorf("by %s %q are selected, decided %q", name, got, decided)
		}
		if strangers > len(got) {
			h.hits.hit("a stranger by " + name)
		}
	}
	return nil
}

// selects checks what a view selects in each of its ways: by ids the rows of its
// accounts, and by filter those whose values match, of the policy or not.
func (h *host) selects(v sqlfilter.View) error {
	listed := slices.Collect(v.Accounts())
	byIDs := h.rowsWhere(func(a datagroup.Account) bool { return slices.Contains(listed, a.ID()) })
	p, err := h.db.Table.IDs(v.Accounts())
	if err := h.is(p, err, byIDs); err != nil {
		return fmt.Errorf("by ids: %w", err)
	}
	f := v.Filter()
	h.hitFilter(f)
	if v.FilterSize() < f.Size() {
		return fmt.Errorf("the filter %.200v is larger than %d", f, v.FilterSize())
	}
	byFilter := h.rowsWhere(func(a datagroup.Account) bool { return f.Match(a) == datagroup.True })
	p, refused := h.db.Table.Where(f)
	if refused == nil {
		err = h.is(p, nil, byFilter)
	} else {
		err = h.mayRefuse(f, refused)
		byFilter = byIDs
	}
	if err != nil {
		return fmt.Errorf("by the filter %.200v: %w", f, err)
	}
	shape := sqlfilter.ShapeOf(v)
	h.hits.hit(shapes[shape])
	if shape == sqlfilter.ByFilter && refused != nil {
		h.hits.hit("shape: by filter, refused")
	}
	all := h.rowsWhere(func(datagroup.Account) bool { return true })
	want := map[sqlfilter.Shape][]datagroup.AccountID{sqlfilter.Everything: all, sqlfilter.ByFilter: byFilter, sqlfilter.ByIDs: byIDs}
	p, err = h.db.Table.View(v)
	if err := h.is(p, err, want[shape]); err != nil {
		return fmt.Errorf("%s: %w", shapes[shape], err)
	}
	return nil
}

var shapes = map[sqlfilter.Shape]string{
	sqlfilter.Nothing: "shape: nothing", sqlfilter.Everything: "shape: everything", sqlfilter.ByFilter: "shape: by filter", sqlfilter.ByIDs: "shape: by ids",
}

// mayRefuse returns nil if there is a reason to refuse the filter.
func (h *host) mayRefuse(f datagroup.Filter, refused error) error {
	reason, expected := "", true
	switch reads := f.Reads(); {
	case errors.Is(refused, sqlfilter.ErrNoColumn):
		reason, expected = "no column", slices.Contains(reads, "tier")
	case errors.Is(refused, sqlfilter.ErrType):
		reason, expected = "another type", slices.Contains(reads, "country") && h.attributes["country"] == "labels"
	case errors.Is(refused, sqlfilter.ErrTooLarge):
		reason, expected = "too large", f.Size() > 200
	default:
		return refused
	}
	if !expected {
		return refused
	}
	h.hits.hit("refused: " + reason)
	return nil
}

// is compares what a condition selects with what it should.
func (h *host) is(p sqlfilter.Predicate, err error, want []datagroup.AccountID) error {
	if err != nil {
		return err
	}
	got, err := h.query(p)
	if err != nil {
		return fmt.Errorf("%w: %.300s", err, p)
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("%q are selected, and should be %q: %.300s", got, want, p)
	}
	return nil
}

// query returns the ids of the rows for which a condition is true. It asks once, as
// many subjects see the same.
func (h *host) query(p sqlfilter.Predicate) ([]datagroup.AccountID, error) {
	where, args, err := p.ToSql()
	if h.db.Numbered {
		where, args = p.Numbered(1)
	}
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("%s %#v", where, args)
	if ids, ok := h.selected[key]; ok {
		return ids, nil
	}
	ids, err := h.db.Select(h.ctx, where, args)
	h.selected[key] = sorted(ids)
	return h.selected[key], err
}

// rowsWhere returns the ids of the rows that a function picks.
func (h *host) rowsWhere(picks func(datagroup.Account) bool) []datagroup.AccountID {
	var ids []datagroup.AccountID
	for _, a := range h.rows {
		if picks(a) {
			ids = append(ids, a.ID())
		}
	}
	return sorted(ids)
}

func sorted(ids []datagroup.AccountID) []datagroup.AccountID {
	slices.Sort(ids)
	return ids
}
