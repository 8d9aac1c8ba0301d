package diff

import (
	"cmp"
	"context"
	"fmt"
	"iter"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/team"
)

// Limits bound what [Diff.Summary] looks at, and what it lists.
type Limits struct {
	// Steps is how much it looks at: about one for each user, membership, right
	// and resource. Half of them at most go into the gains. 0 means 100,000, which
	// is some ten milliseconds of work; a negative number means no steps at all.
	Steps int
	// Rights is how many gains, and how many losses, it lists. 0 means 50, a
	// negative number none.
	Rights int
}

// Summary is a difference in brief.
type Summary struct {
	Gains, Losses Total
}

// Total is one side of a [Summary]: the gains or the losses.
type Total struct {
	Users    int     // who gain something, or lose
	Links    int     // share links whose holders do
	Accounts int     // accounts that some of them newly reach, or no longer do, each counted once
	Count    int     // rights in all
	Rights   []Right // the first of them, in the order of [Diff.Gains]

	// More says that the search ended before its end: the true figures are larger
	// or the same, and Rights may not be the first of all.
	More bool
}

// Summary counts who gains and who loses, within limits: cheap enough to be made
// again for each letter of a filter that somebody types. Where a search takes more
// steps than it may, or the context ends, the [Total] says that there is more.
//
// The same two policies and the same limits give the same Summary, unless the
// context ends. It costs no more than the steps, and what [Compare] says.
func (d *Diff) Summary(ctx context.Context, limits Limits) Summary {
	steps, most := cmp.Or(limits.Steps, 100_000), cmp.Or(limits.Rights, maxLines)
	half := &budget{ctx: ctx, left: steps - steps/2}
	var s Summary
	s.Gains = total(d.rights(false, half), half, most)
	rest := &budget{ctx: ctx, left: steps/2 + half.left}
	s.Losses = total(d.rights(true, rest), rest, most)
	return s
}

// total counts rights for as long as there are steps.
func total(rights iter.Seq[Right], b *budget, most int) (t Total) {
	var last team.UserID
	accounts := map[datagroup.AccountID]bool{}
	if !b.spend(0) {
		return Total{More: true}
	}
	for r := range rights {
		switch u := r.Subject.User(); {
		case u == "":
			t.Links++
		case u != last || t.Users == 0:
			t.Users++
			last = u
		}
		if t.Count++; len(t.Rights) < most {
			t.Rights = append(t.Rights, r)
		}
		if r.Kind == AccountReach || r.Kind == RoleActions {
			for _, of := range r.Resources {
				if of.Kind() == access.KindAccount {
					accounts[of.Account()] = true
				}
			}
		}
		if !b.spend(1 + len(r.Resources)) {
			break
		}
	}
	t.Accounts, t.More = len(accounts), b.spent()
	return t
}

// budget is how many steps a search may take. A nil budget has no limit.
type budget struct {
	ctx  context.Context
	left int
}

// spend takes steps, and reports whether there were so many and the context has
// not ended.
func (b *budget) spend(n int) bool {
	if b == nil {
		return true
	}
	if b.left -= n; b.left <= 0 || b.ctx.Err() != nil {
		b.left = 0
	}
	return b.left > 0
}

// spent reports whether there are no steps left.
func (b *budget) spent() bool { return b != nil && b.left <= 0 }

// String says how many users and links there are, and how many accounts, as in
//
//	more than 120 users, 14 accounts
//
// and "nobody" if there are none.
func (t Total) String() string {
	text := "nobody"
	switch {
	case t.Users > 0 && t.Links > 0:
		text = counted(t.Users, "user") + " and " + counted(t.Links, "share link")
	case t.Users > 0:
		text = counted(t.Users, "user")
	case t.Links > 0:
		text = counted(t.Links, "share link")
	case t.More:
		return "more than could be looked at"
	}
	if t.More {
		text = "more than " + text
	}
	if t.Accounts > 0 {
		text += ", " + counted(t.Accounts, "account")
	}
	return text
}

// counted returns a number of things in words.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
