package diff

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// nastyIDs are ids that read like the words of a description.
var nastyIDs = []string{
	"role", "team", "link", "kind", "data", "group", "account", "report", "user", "company", "sees", "reaches", "has", "may", "is", "acts", "at", "in", "as",
	"every", "every account", "nothing", "accounts:", "ids:", "has role", "role boss", "role boss may", "may link.revoke at link", "link l1 may", "a", "b",
	"account:a", "set:a", "campaign:a", "ad:set", ":", " in account:", "#1", "'2'", "%3", "\"", `"a"`, `\`, `\"`, `"a" in account:"b"`, "'", "#", "# Users", "(", ")", "%s",
	"é", "e\u0301", "ＡＢ", "x\u00a0y",
}

// nastyEnds are what, after an id, reads like a longer fact about it.
var nastyEnds = []string{
	"", " in account:a", " in account:b", " until 2027-01-01T00:00:00Z", " until 2026-06-01T00:00:00Z", " (team a)", " (team b)", " (data group a)", " in team a",
	" (team a, data group a)", "#", "'", ", suspended", ", as a", ", b", ":a", " has role boss", " acts in team a", " is viewer of report a",
}

// renaming gives other ids to what a document has: one for each sort of thing, as
// two things of different sorts may have one id.
type renaming struct{ users, teams, groups, accounts, reports, links, things map[string]string }

// drawRenaming draws ids of which half are others with an end.
func drawRenaming(t *rapid.T) renaming {
	pool := nastyIDs
	if rapid.Bool().Draw(t, "with ends") {
		pool = nil
		for _, end := range nastyEnds {
			pool = append(pool, "a"+end, "b"+end)
		}
	}
	names := func(ids ...string) map[string]string {
		to := map[string]string{"": ""}
		for i, id := range rapid.SliceOfNDistinct(rapid.SampledFrom(pool), len(ids), len(ids), rapid.ID).Draw(t, "ids") {
			to[ids[i]] = id
		}
		return to
	}
	return renaming{names("u1", "u2", "u3"), names("t1", "t2"), names("g1", "g2"), names("a1", "a2", "a3"), names("r1", "r2"), names("l1", "l2"), names("c1", "c2")}
}

// rename returns the document with the other ids.
func (n renaming) rename(t testing.TB, doc *document.Document) *document.Document {
	d := clone(t, doc)
	for i := range d.Users {
		d.Users[i].ID = n.users[d.Users[i].ID]
	}
	for i := range d.Accounts {
		d.Accounts[i].ID = n.accounts[d.Accounts[i].ID]
	}
	for i, g := range d.Groups {
		d.Groups[i].ID = n.groups[g.ID]
		for was, is := range n.accounts {
			d.Groups[i].Filter = strings.ReplaceAll(d.Groups[i].Filter, "'"+was+"'", "\x00"+is+"\x00")
		}
		for _, is := range n.accounts {
			d.Groups[i].Filter = strings.ReplaceAll(d.Groups[i].Filter, "\x00"+is+"\x00", datagroup.Text(is).String())
		}
	}
	for i := range d.Teams {
		d.Teams[i].ID = n.teams[d.Teams[i].ID]
		for k, g := range d.Teams[i].Groups {
			d.Teams[i].Groups[k] = n.groups[g]
		}
		for k, m := range d.Teams[i].Members {
			d.Teams[i].Members[k].User = n.users[m.User]
		}
	}
	for i := range d.Reports {
		d.Reports[i].ID = n.reports[d.Reports[i].ID]
		for k, g := range d.Reports[i].Grants {
			d.Reports[i].Grants[k].User, d.Reports[i].Grants[k].Team = n.users[g.User], n.teams[g.Team]
		}
	}
	for i, l := range d.Links {
		d.Links[i].ID, d.Links[i].Maker, d.Links[i].Session = n.links[l.ID], n.users[l.Maker], n.teams[l.Session]
		of := &d.Links[i].Resource
		if of.Kind == "report" {
			of.ID = n.reports[of.ID]
		} else {
			of.ID, of.Account = n.things[of.ID], n.accounts[of.Account]
		}
	}
	return d
}

// TestNastyIDs: whatever the ids are, no two facts have one text, within a section
// or in two; and two policies that differ in any answer have different ones.
func TestNastyIDs(t *testing.T) {
	hits := map[string]int{}
	wanted := []string{"gain", "neither", "change what a link shows"}
	for round := 0; round == 0 || !testing.Short() && round < 20 && slices.ContainsFunc(wanted, func(w string) bool { return hits[w] == 0 }); round++ {
		rapid.Check(t, func(rt *rapid.T) {
			plain, nasty := worldGen{rt}.document(), drawRenaming(rt)
			old := nasty.rename(t, plain)
			if simple, facts := factsOf(described(compile(t, plain))), factsOf(described(compile(t, old))); len(simple) != len(facts) {
				rt.Fatalf("of %d facts with other ids only %d are told apart:\n%s\nare\n%s", len(simple), len(facts), sortedLines(simple), sortedLines(facts))
			}
			for fact := range factsOf(described(compile(t, old))) {
				if rest, ok := strings.CutPrefix(unquoted(fact), "# "); !ok && strings.ContainsFunc(rest, func(r rune) bool { return !strings.ContainsRune(plainRunes, r) }) {
					rt.Fatalf("an id is without quotes in %s", fact)
				}
			}
			mutants := mutate(t, plain)
			if rare := slices.DeleteFunc(slices.Clone(mutants), func(m mutant) bool { return !slices.Contains(wanted, m.kind) }); len(rare) > 0 && rapid.Bool().Draw(rt, "wanted") {
				mutants = rare
			}
			m := oneOf(mutants, rapid.Uint64().Draw(rt, "mutant"))
			if doc := m.build(); valid(doc) {
				hits[m.kind]++
				compareAnswers(t, rt, hits, old, nasty.rename(t, doc))
			}
		})
	}
	for _, w := range wanted {
		if hits[w] == 0 && !testing.Short() {
			t.Errorf("never taken: %s", w)
		}
	}
}

// plainRunes are the characters of facts without what is in quotes.
const plainRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789éＡＢ._-@+/:,() "

// unquoted returns a line without what is in quotes.
func unquoted(line string) string {
	var b strings.Builder
	for line != "" {
		if quoted, err := strconv.QuotedPrefix(line); err == nil && line[0] == '"' {
			line = line[len(quoted):]
			continue
		}
		b.WriteByte(line[0])
		line = line[1:]
	}
	return b.String()
}

func sortedLines(facts map[string]bool) string {
	return strings.Join(slices.Sorted(maps.Keys(facts)), "\n")
}
