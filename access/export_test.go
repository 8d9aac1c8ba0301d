package access

// LookUps does what no Decide about an account can do without: it looks up the
// user, the action in the role, and the account. The benchmarks measure Decide
// against it.
func (p *Policy) LookUps(user string, a Action, account string) bool {
	_, u, ok := p.state.Users.Find(user)
	if !ok {
		return false
	}
	entry := p.catalog.actions[a]
	_, _, ok = p.state.Accounts.Find(account)
	return ok && p.catalog.roles[u.RoleNumber].holds.has(entry.number)
}
