package companies

// Remembered returns how many companies and attempts are remembered.
func (c *Companies) Remembered() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.names) + len(c.attempts)
}

// ForgetAnother forgets a company of a name that was open before the one that is.
func (c *Companies) ForgetAnother(name string) { c.forget(newOpened(name, nil)) }
