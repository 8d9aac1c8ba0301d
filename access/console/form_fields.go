package console

import (
	"cmp"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// mostOptions is how many things a list offers to choose from. Of more, one is
// typed.
const mostOptions = 200

// endField asks for the last day of something.
func endField(name string, end time.Time) field {
	f := field{Name: name, Kind: typeDay, Label: say("Last day"), Hint: say("Left empty, it has no end."), Value: []string{lastDay(end)}}
	if !end.IsZero() && !end.Equal(end.Truncate(24*time.Hour)) {
		f.Hint = say("It ends at %s. A day counts as a whole; left empty, it has no end.", end)
	}
	return f
}

// orNone returns an end as a field of an edit: none is to be lifted.
func orNone(end time.Time) company.Optional[time.Time] {
	if end.IsZero() {
		return company.None[time.Time]()
	}
	return company.To(end)
}

// readNumber returns a number that was typed, 0 for none.
func readNumber(in url.Values, name string) (int, error) {
	typed := in.Get(name)
	if typed == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n <= 0 {
		return 0, &fieldError{name, say("Write a whole number that is more than 0.")}
	}
	return n, nil
}

// userField asks for a user: from a list where there are few and the reader may
// read it, and otherwise by id or address. The list leaves out those for whom the
// change would be refused in any case; a nil fits leaves out nobody.
func (v *visit) userField(name string, label phrase, fits func(team.User) bool) field {
	f := field{Name: name, Label: label, Kind: typeLine, Suggest: "user", Hint: say("An id or an e-mail address."), Max: 320}
	return v.listed(f, func(yield func(access.Resource, bool) bool) {
		for u := range v.directory().Users() {
			if !yield(access.TargetUser(u.ID), fits == nil || fits(u)) {
				return
			}
		}
	})
}

// listed makes a list of a field in which an id is typed, if there are few things
// to choose from, and the reader may know of them. It has those of them that fit.
func (v *visit) listed(f field, all iter.Seq2[access.Resource, bool]) field {
	if !v.mayRead(readDirectory) {
		f.Suggest = ""
		return f
	}
	var options []option
	n := 0
	for r, fits := range all {
		if n++; n > mostOptions {
			return f
		}
		if !fits {
			continue
		}
		options = append(options, option{r.ID(), named(resourceName(v.directory(), r)), phrase{}})
	}
	sortOptions(options)
	f.Kind, f.Options, f.Hint, f.Suggest = chooseOne, options, phrase{}, ""
	return f
}

// readUser returns the user that was chosen or typed: an address stands for who
// has it. What is nobody's is left for the change to refuse.
func (v *visit) readUser(in url.Values, name string) team.UserID {
	typed := in.Get(name)
	if _, ok := v.directory().User(team.UserID(typed)); !ok {
		if address, err := team.ParseAddress(typed); err == nil {
			if u, ok := v.directory().UserByAddress(address); ok {
				return u.ID
			}
		}
	}
	return team.UserID(typed)
}

// teamField asks for a team: from a list where there are few. It leaves out some.
func (v *visit) teamField(name string, without ...team.ID) field {
	f := field{Name: name, Kind: typeLine, Label: say("Team"), Required: true, Suggest: "team", Hint: say("The id of a team.")}
	return v.listed(f, func(yield func(access.Resource, bool) bool) {
		for t := range v.directory().Teams() {
			if !yield(access.Team(t.ID), !slices.Contains(without, t.ID)) {
				return
			}
		}
	})
}

// groupField asks for a data group: from a list where there are few. It leaves
// out some.
func (v *visit) groupField(name string, without ...datagroup.ID) field {
	f := field{Name: name, Kind: typeLine, Label: say("Data group"), Required: true, Suggest: "group", Hint: say("The id of a data group.")}
	return v.listed(f, func(yield func(access.Resource, bool) bool) {
		for g := range v.directory().Groups() {
			if !yield(access.Group(g.ID), !slices.Contains(without, g.ID)) {
				return
			}
		}
	})
}

// sortOptions puts options into the order of their names.
func sortOptions(options []option) {
	name := func(o option) string {
		s, _ := o.Label.name()
		return s
	}
	slices.SortFunc(options, func(a, b option) int {
		return cmp.Or(cmp.Compare(name(a), name(b)), cmp.Compare(a.Value, b.Value))
	})
}
