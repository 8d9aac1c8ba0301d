package diff

import (
	"cmp"
	"iter"
	"slices"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/datagroup"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// AccountCount is how many accounts a user gains and loses.
type AccountCount struct {
	User   team.UserID
	Gained int
	Lost   int
}

// CountAccounts counts which of some accounts some users gain and lose when the
// next policy replaces the old one: at company level, and at the time at which
// each policy is fixed, or else now. Users who neither gain nor lose are left out.
// The others are sorted by id, each once. Accounts must not repeat.
//
// Use it to say how far a change reaches when you know what the change touches.
// It looks at each user once, and compares the accounts once for all users with
// the same role and teams. [Compare] finds out by itself what has changed, and
// says more of it than how much.
//
// It takes at most so many steps: one for each user, membership and account that
// it looks at. What is left of them is the second result. If that is 0, they may
// not have been enough, and the counts are of what it looked at until then: the
// true ones are no smaller. Pass [math.MaxInt] to count whatever it costs.
func CountAccounts(old, next *access.Policy, users iter.Seq[team.UserID], accounts []datagroup.AccountID, most int) (counts []AccountCount, left int) {
	c := counter{old: newKeyer(old), next: newKeyer(next), accounts: accounts, known: map[string]AccountCount{}, left: most}
	seen := map[team.UserID]bool{}
	for id := range users {
		if !c.spend(1) {
			break
		}
		if seen[id] {
			continue
		}
		seen[id] = true
		if n := c.count(id); n.Gained+n.Lost > 0 {
			counts = append(counts, AccountCount{id, n.Gained, n.Lost})
		}
	}
	slices.SortFunc(counts, func(a, b AccountCount) int { return cmp.Compare(a.User, b.User) })
	return counts, c.left
}

// counter counts accounts, and remembers the figures of users who see the same.
type counter struct {
	old, next keyer
	accounts  []datagroup.AccountID
	known     map[string]AccountCount
	key       []byte // of the current user
	left      int    // steps
}

// spend takes steps, and reports whether there were so many.
func (c *counter) spend(n int) bool {
	enough := c.left > n
	c.left = max(c.left-n, 0)
	return enough
}

// viewSteps is what a view counts, beside the accounts that are asked of it.
const viewSteps = 100

func (c *counter) count(id team.UserID) AccountCount {
	c.spend(c.old.memberships(id) + c.next.memberships(id))
	c.key = c.next.appendKey(append(c.old.appendKey(c.key[:0], id), 0, 0), id)
	if n, ok := c.known[string(c.key)]; ok {
		return n
	}
	var n AccountCount
	c.spend(2 * viewSteps)
	had, has := c.sees(c.old.policy, id), c.sees(c.next.policy, id)
	for _, a := range c.accounts {
		if !c.spend(2) {
			return n // and nobody else is looked at
		}
		switch before, after := had(a), has(a); {
		case after && !before:
			n.Gained++
		case before && !after:
			n.Lost++
		}
	}
	c.known[string(c.key)] = n
	return n
}

// sees returns a function that answers whether a user sees an account. A view is
// worth its cost for some questions only.
func (c *counter) sees(p *access.Policy, id team.UserID) func(datagroup.AccountID) bool {
	if len(c.accounts) < 10 {
		return func(a datagroup.AccountID) bool {
			return p.Decide(access.User(id), access.ViewAccount, access.Account(a)).Allowed
		}
	}
	return p.View(access.User(id)).Sees
}

// keyer tells users of a policy apart who may see different accounts.
type keyer struct {
	policy  *access.Policy
	users   access.Directory
	seesAll map[role.Name]bool
}

func newKeyer(p *access.Policy) keyer {
	k := keyer{p, p.Directory(), map[role.Name]bool{}}
	for _, r := range k.users.Catalog().Roles() {
		k.seesAll[r.Name] = r.Scope == role.AllData
	}
	return k
}

// memberships returns how many a user has.
func (k keyer) memberships(id team.UserID) int {
	n := 0
	for range k.users.Memberships(id) {
		n++
	}
	return n
}

// appendKey appends a key that users share who see the same: those with one role
// that sees all, or with one role and the same memberships. A user who may see
// nothing at some time, because of a suspension or an end, has their own key.
func (k keyer) appendKey(key []byte, id team.UserID) []byte {
	u, _ := k.users.User(id)
	if u.Suspended || !u.Until.IsZero() {
		return append(append(key, "user\x00"...), id...)
	}
	if k.seesAll[u.Role] {
		return append(append(key, "role\x00"...), u.Role...)
	}
	begin := len(key)
	key = append(append(key, "teams\x00"...), u.Role...)
	for m := range k.users.Memberships(id) {
		if !m.Until.IsZero() {
			return append(append(key[:begin], "user\x00"...), id...)
		}
		key = append(append(key, 0), m.Team...)
	}
	return key
}
