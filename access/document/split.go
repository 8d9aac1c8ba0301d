package document

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ambit-authz/ambit/access/internal/strictjson"
	"github.com/ambit-authz/ambit/datagroup"
)

// MinPart is the fewest bytes that [Document.Split] can cut a document to.
const MinPart = 1 << 10

// What a part and an entry have beside the pieces that are counted: the names of
// their lists, and brackets.
const (
	partFrame  = 200
	entryFrame = 32
)

// Split cuts a document into parts that have at most n bytes of JSON each, without
// spaces between their tokens. [Join] makes one of them again. The parts are
// documents in their form only: what one of them names may stand in another.
//
// Entries stay whole, and so does their order. Only an account, a team and a
// report go on in the next part, under the same id, with the rest of their
// values, groups, members and grants, as the catalog does with its kinds and
// roles. There is one part at least. Their entries share memory with those of d.
//
// The cost is that of [Document.JSON]. The error is an [*Error] with the first
// problem: it wraps [ErrInvalid] for an n below [MinPart] and for an entry, or a
// piece of one, that is larger than a part, and [ErrTaken] for an account, team or
// report that follows another one of its id.
func (d *Document) Split(n int) ([]*Document, error) {
	s := splitter{room: n - partFrame}
	s.next()
	if n < MinPart {
		s.fail(fmt.Errorf("part of %d bytes %w: it has room for %d at least", n, ErrInvalid, MinPart))
	}
	s.catalog(d.Catalog)
	s.attributes(d.Attributes)
	s.accounts(d.Accounts)
	whole(&s, "groups", d.Groups, func(e Group) string { return e.ID }, func(p *Document) *[]Group { return &p.Groups })
	s.teams(d.Teams)
	whole(&s, "users", d.Users, func(e User) string { return e.ID }, func(p *Document) *[]User { return &p.Users })
	s.reports(d.Reports)
	whole(&s, "links", d.Links, func(e Link) string { return e.ID }, func(p *Document) *[]Link { return &p.Links })
	if s.err != nil {
		return nil, &Error{Problems: []Problem{{Path: s.path, ID: s.id, Err: s.err}}}
	}
	return s.parts, nil
}

// splitter puts the pieces of a document into parts, in their order.
type splitter struct {
	parts []*Document
	room  int                 // for the pieces of a part
	left  int                 // of it in the last part
	again func(*Document) any // begins the entry again that is being cut, and returns it; nil is none

	path, id string // of the entry
	err      error
}

// next begins a part.
func (s *splitter) next() {
	part := new(Document)
	s.parts, s.left = append(s.parts, part), s.room
	if s.again != nil {
		s.left -= s.size(s.again(part)) + entryFrame
	}
}

// put adds a piece to the last part, or to another one if that has no room.
func (s *splitter) put(piece any, frame int, add func(*Document)) {
	size := s.size(piece) + frame
	if s.err == nil && size > s.left {
		s.next()
	}
	if size > s.left {
		s.fail(fmt.Errorf("%d bytes of JSON that cannot be cut %w: a part has room for %d", size, ErrInvalid, s.room))
	}
	if s.err != nil {
		return
	}
	s.left -= size
	add(s.parts[len(s.parts)-1])
}

// size returns how many bytes of JSON something has, with a comma.
func (s *splitter) size(piece any) int {
	text, err := strictjson.Marshal(piece)
	if err != nil {
		s.fail(err)
	}
	return len(text) + 1
}

// fail keeps the first error.
func (s *splitter) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// at says which entry comes next. Nothing of the one before goes on.
func (s *splitter) at(path, id string) {
	if s.err == nil {
		s.path, s.id, s.again = path, id, nil
	}
}

func (s *splitter) catalog(c Catalog) {
	s.at("catalog", "")
	head := Catalog{Extends: c.Extends, Grant: c.Grant}
	if head.Extends != "" || head.Grant != nil {
		s.put(head, 0, func(p *Document) { p.Catalog = head })
	}
	for i, e := range c.Kinds {
		s.at(fmt.Sprintf("catalog.kinds[%d]", i), e.Name)
		s.put(e, 0, func(p *Document) { p.Catalog.Kinds = append(p.Catalog.Kinds, e) })
	}
	for i, e := range c.Roles {
		s.at(fmt.Sprintf("catalog.roles[%d]", i), string(e.Name))
		s.put(e, 0, func(p *Document) { p.Catalog.Roles = append(p.Catalog.Roles, e) })
	}
}

func (s *splitter) attributes(declared map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		s.at("attributes."+name, "")
		piece := map[string]string{name: declared[name]}
		s.put(piece, 0, func(p *Document) {
			if p.Attributes == nil {
				p.Attributes = make(map[string]string)
			}
			p.Attributes[name] = declared[name]
		})
	}
}

func (s *splitter) accounts(all []Account) {
	for i, e := range all {
		s.at(fmt.Sprintf("accounts[%d]", i), e.ID)
		begin(s, i > 0 && all[i-1].ID == e.ID, Account{ID: e.ID, Source: e.Source}, Account{ID: e.ID}, func(p *Document) *[]Account { return &p.Accounts })
		for _, name := range slices.Sorted(maps.Keys(e.Values)) {
			piece := Account{Values: map[string]datagroup.Value{name: e.Values[name]}}
			s.put(piece, 0, func(p *Document) {
				last := last(p.Accounts)
				if last.Values == nil {
					last.Values = make(map[string]datagroup.Value)
				}
				last.Values[name] = e.Values[name]
			})
		}
	}
}

func (s *splitter) teams(all []Team) {
	for i, e := range all {
		s.at(fmt.Sprintf("teams[%d]", i), e.ID)
		head := e
		head.Groups, head.Members = nil, nil
		begin(s, i > 0 && all[i-1].ID == e.ID, head, Team{ID: e.ID}, func(p *Document) *[]Team { return &p.Teams })
		for _, g := range e.Groups {
			s.put(g, 0, func(p *Document) { last(p.Teams).Groups = append(last(p.Teams).Groups, g) })
		}
		for _, m := range e.Members {
			s.put(m, 0, func(p *Document) { last(p.Teams).Members = append(last(p.Teams).Members, m) })
		}
	}
}

func (s *splitter) reports(all []Report) {
	for i, e := range all {
		s.at(fmt.Sprintf("reports[%d]", i), e.ID)
		head := e
		head.Grants = nil
		begin(s, i > 0 && all[i-1].ID == e.ID, head, Report{ID: e.ID}, func(p *Document) *[]Report { return &p.Reports })
		for _, g := range e.Grants {
			s.put(g, 0, func(p *Document) { last(p.Reports).Grants = append(last(p.Reports).Grants, g) })
		}
	}
}

// whole puts entries that are not cut.
func whole[T any](s *splitter, name string, all []T, id func(T) string, list func(*Document) *[]T) {
	for i, e := range all {
		s.at(fmt.Sprintf("%s[%d]", name, i), id(e))
		s.put(e, 0, func(p *Document) { *list(p) = append(*list(p), e) })
	}
}

// begin puts an entry without what may go on in other parts, where it begins
// again with its id alone.
func begin[T any](s *splitter, twice bool, head, bare T, list func(*Document) *[]T) {
	if twice {
		s.fail(fmt.Errorf("id %w: it would go on with the one before", ErrTaken))
	}
	s.put(head, entryFrame, func(p *Document) { *list(p) = append(*list(p), head) })
	s.again = func(p *Document) any {
		*list(p) = append(*list(p), bare)
		return bare
	}
}

func last[T any](list []T) *T { return &list[len(list)-1] }

// Join makes one document of the parts of [Document.Split], in their order. The
// first account, team or report of a part goes on with the last one before it if
// it has the same id. No parts are the zero Document. The cost is linear. The
// document shares no list of entries, values, groups, members or grants with the
// parts.
//
// The error is an [*Error] with the first problem, with its path in its part. It
// wraps [ErrTaken] for what two parts say of one thing, such as the name of a
// team, or the type of an attribute.
func Join(parts []*Document) (*Document, error) {
	d := new(Document)
	for i, p := range parts {
		for _, join := range []func(*Document, *Document) error{joinCatalog, joinAttributes, joinAccounts, joinTeams, joinReports} {
			if err := join(d, p); err != nil {
				problem := Problem{Err: err}
				_ = errors.As(err, &problem)
				problem.Err = fmt.Errorf("part %d: %w", i+1, problem.Err)
				return nil, &Error{Problems: []Problem{problem}}
			}
		}
		d.Groups = append(d.Groups, p.Groups...)
		d.Users = append(d.Users, p.Users...)
		d.Links = append(d.Links, p.Links...)
	}
	return d, nil
}

// said is the problem of what two parts say of one thing.
func said(path, id string) error {
	return Problem{Path: path, ID: id, Err: fmt.Errorf("what a part before says %w", ErrTaken)}
}

func joinCatalog(d, p *Document) error {
	c := &d.Catalog
	if p.Catalog.Extends != "" || p.Catalog.Grant != nil {
		if c.Extends != "" || c.Grant != nil {
			return said("catalog", "")
		}
		c.Extends, c.Grant = p.Catalog.Extends, p.Catalog.Grant
	}
	c.Kinds = append(c.Kinds, p.Catalog.Kinds...)
	c.Roles = append(c.Roles, p.Catalog.Roles...)
	return nil
}

func joinAttributes(d, p *Document) error {
	for _, name := range slices.Sorted(maps.Keys(p.Attributes)) {
		if _, twice := d.Attributes[name]; twice {
			return said("attributes."+name, "")
		}
		if d.Attributes == nil {
			d.Attributes = make(map[string]string)
		}
		d.Attributes[name] = p.Attributes[name]
	}
	return nil
}

func joinAccounts(d, p *Document) error {
	for i, e := range p.Accounts {
		if i > 0 || len(d.Accounts) == 0 || last(d.Accounts).ID != e.ID {
			e.Values = maps.Clone(e.Values) // it may go on
			d.Accounts = append(d.Accounts, e)
			continue
		}
		if e.Source != "" {
			return said("accounts[0]", e.ID)
		}
		into := last(d.Accounts)
		for name, value := range e.Values {
			if _, twice := into.Values[name]; twice {
				return said("accounts[0]", e.ID)
			}
			if into.Values == nil {
				into.Values = make(map[string]datagroup.Value)
			}
			into.Values[name] = value
		}
	}
	return nil
}

func joinTeams(d, p *Document) error {
	for i, e := range p.Teams {
		if i > 0 || len(d.Teams) == 0 || last(d.Teams).ID != e.ID {
			e.Groups, e.Members = slices.Clone(e.Groups), slices.Clone(e.Members)
			d.Teams = append(d.Teams, e)
			continue
		}
		if e.Name != "" || e.Description != "" || e.Note != "" {
			return said("teams[0]", e.ID)
		}
		into := last(d.Teams)
		into.Groups, into.Members = append(into.Groups, e.Groups...), append(into.Members, e.Members...)
	}
	return nil
}

func joinReports(d, p *Document) error {
	for i, e := range p.Reports {
		if i > 0 || len(d.Reports) == 0 || last(d.Reports).ID != e.ID {
			e.Grants = slices.Clone(e.Grants)
			d.Reports = append(d.Reports, e)
			continue
		}
		if e.Name != "" || e.Note != "" {
			return said("reports[0]", e.ID)
		}
		into := last(d.Reports)
		into.Grants = append(into.Grants, e.Grants...)
	}
	return nil
}
