package diff

import (
	"fmt"
	"iter"
	"strings"
	"sync"

	"github.com/ambit-authz/ambit/access"
)

// Diff is the difference between two policies: who gains and who loses when the
// next policy replaces the old one. Make one with [Compare].
type Diff struct {
	old, next *facts
}

// Compare compares two policies. A nil policy is that of an empty company.
//
// Where nothing differs that decides about everybody at once, it looks at those
// who may gain or lose only: at the users, teams, data groups, accounts' values and
// grants that differ, the members of teams that see something else, and those who
// may do something to what is new or gone. That costs in proportion to them if one
// policy came from the other by Edit, and a comparison of all records if both were
// loaded. Who comes to a role whose holders manage others or are counted, or leaves
// it, adds a look at every user, team, data group and share link, as to what may be
// done to it. Otherwise, for a change of the catalog, of share links, or of which
// accounts and reports there are, it costs a look at every user, team, account and
// report of both. What gains and losses cost is said there.
func Compare(old, next *access.Policy) *Diff {
	return compareIn(old, next, localTo(old, next))
}

// compareIn compares what two policies have in a part, or all of them for nil. It
// reads both at once.
func compareIn(old, next *access.Policy, part *local) *Diff {
	var d Diff
	var reading sync.WaitGroup
	reading.Go(func() { d.old = newFacts(old, part) })
	d.next = newFacts(next, part)
	reading.Wait()
	return &d
}

// Gains returns what the next policy allows that the old one denies, at any time:
// at company level or within a team, by a role, a data group, a report level or a
// share link, and also by lasting longer. It is empty if and only if the old
// policy allows every question that the next one allows, at every time.
//
// Users come first, in byte order of their ids, with their rights ordered by
// scope, company level first, then by [Kind] and resources. Then come the share
// links, ordered by id. So the order does not depend on how the policies came
// about.
//
// The search goes from user to user, so it costs as much as you read. For each
// user who may gain it costs a look at the accounts of each team, at each standing
// that users have if the role manages users, and at every share link, as far as
// [Compare] found that they may differ. What a team sees is found out once for all
// of its members.
func (d *Diff) Gains() iter.Seq[Right] { return d.rights(false, nil) }

// Losses returns what the old policy allows that the next one denies. It is
// exactly what [Diff.Gains] returns if the two policies are swapped, in the same
// order and at the same cost.
func (d *Diff) Losses() iter.Seq[Right] { return d.rights(true, nil) }

func (d *Diff) rights(swapped bool, b *budget) iter.Seq[Right] {
	switch {
	case d == nil || d.old == nil || d.next == nil:
		return func(func(Right) bool) {}
	case swapped:
		return gained(d.next, d.old, b)
	}
	return gained(d.old, d.next, b)
}

// IsEmpty reports whether the two policies allow the same at all times. It stops
// at the first gain or loss.
func (d *Diff) IsEmpty() bool {
	for range d.Gains() {
		return false
	}
	for range d.Losses() {
		return false
	}
	return true
}

// maxLines is how many gains, and how many losses, the text of a Diff lists.
const maxLines = 50

// String returns a line for each of the first fifty gains, which begins with "+",
// and of the first fifty losses, which begins with "-". It says "no difference"
// if there is none.
func (d *Diff) String() string {
	var lines []string
	add := func(sign string, rights iter.Seq[Right]) {
		n := 0
		for r := range rights {
			if n++; n > maxLines {
				lines = append(lines, fmt.Sprintf("%s and more", sign))
				return
			}
			lines = append(lines, sign+" "+r.String())
		}
	}
	add("+", d.Gains())
	add("-", d.Losses())
	if len(lines) == 0 {
		return "no difference"
	}
	return strings.Join(lines, "\n")
}
