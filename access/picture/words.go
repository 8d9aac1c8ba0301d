package picture

import (
	"strconv"
	"strings"

	"github.com/ambit-authz/ambit/internal/text"
)

// Words returns what the picture shows in plain words, for readers who cannot see
// it. It is as bounded as the picture.
func (d Drawing) Words() string {
	var b strings.Builder
	b.WriteString(d.summary())
	for _, t := range d.Teams {
		if d.Company {
			b.WriteString(" Team " + named(t.Name, string(t.ID)) + " sees " + count(t.Accounts, "account") + d.through(t) + ".")
		}
	}
	for _, g := range d.Groups {
		b.WriteString(" Data group " + named(g.Name, string(g.ID)) + " matches " + count(g.Accounts, "account"))
		if g.Accounts > 0 {
			b.WriteString(": " + d.bySource(g))
		}
		if d.shares() && g.Accounts > 0 {
			b.WriteString("; " + only(g))
		}
		if g.Unknown > 0 {
			b.WriteString("; " + unknown(g))
		}
		b.WriteString(".")
	}
	if rest := d.rest(); rest != "" {
		b.WriteString(" " + rest)
	}
	return b.String()
}

// title is what the picture is about.
func (d Drawing) title() string {
	if d.Company || len(d.Teams) != 1 {
		return "Teams and their data"
	}
	return "Data of team " + named(d.Teams[0].Name, string(d.Teams[0].ID))
}

// summary is the sentence under the title.
func (d Drawing) summary() string {
	if d.Company || len(d.Teams) != 1 {
		all := len(d.Teams) + d.OtherTeams
		if d.OtherTeams == 0 {
			return count(all, "team") + " with " + count(len(d.Groups)+d.OtherGroups, "data group") + "."
		}
		return "The " + count(len(d.Teams), "team") + " with the most accounts, of " + count(all, "team") + "."
	}
	t := d.Teams[0]
	groups := len(t.Groups) + t.OtherGroups
	if groups == 0 {
		return "The team has no data group, so by the team its members see no account."
	}
	s := count(t.Accounts, "account") + " by " + count(groups, "data group")
	if d.Uncounted > 0 || len(d.Groups) < 2 {
		return s + "."
	}
	if t.Counted == t.Accounts {
		return s + ", none of them twice."
	}
	return s + ". Some are in several: added up it would be " + number(t.Counted) + "."
}

// through is how many data groups a team has.
func (d Drawing) through(t TeamData) string {
	n := len(t.Groups) + t.OtherGroups
	if n == 0 {
		return ", as it has no data group"
	}
	return " by " + count(n, "data group")
}

// bySource lists the accounts of a data group by source.
func (d Drawing) bySource(g GroupData) string {
	var parts []string
	for i, n := range g.Sources {
		if n > 0 {
			parts = append(parts, number(n)+" from "+text.Shown(d.Sources[i].Name))
		}
	}
	if rest := g.from(len(d.Sources)); rest > 0 {
		parts = append(parts, number(rest)+" from other sources")
	}
	return strings.Join(parts, ", ")
}

// only says what the team has from this data group alone.
func only(g GroupData) string {
	switch g.Only {
	case 0:
		return "none only here"
	case g.Accounts:
		return "all only here"
	}
	return number(g.Only) + " only here"
}

func unknown(g GroupData) string {
	if g.Unknown == 1 {
		return "1 more lacks an attribute"
	}
	return number(g.Unknown) + " more lack an attribute"
}

// rest says what is not drawn.
func (d Drawing) rest() string {
	var parts []string
	for _, o := range []struct {
		n    int
		what string
	}{{d.OtherTeams, "more team"}, {d.OtherGroups, "more data group"}, {d.OtherSources, "more source"}} {
		if o.n > 0 {
			parts = append(parts, count(o.n, o.what))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	s := "Not drawn: " + strings.Join(parts, ", ")
	if d.Uncounted > 0 {
		s += "; " + number(d.Uncounted) + " of them were not counted"
	}
	return s + "."
}

// named is a name with the id where that says more.
func named(name, id string) string {
	if name == "" || text.Fold(name) == text.Fold(id) {
		return label(name, id)
	}
	return text.Shown(name) + " (" + text.Shown(id) + ")"
}

// label is a name alone, or the id of what has none.
func label(name, id string) string {
	if name == "" {
		return text.Shown(id)
	}
	return text.Shown(name)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return number(n) + " " + what + "s"
}

// number writes n with a comma between thousands.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
