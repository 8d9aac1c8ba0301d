package companies

// Remembered returns how many companies and attempts are remembered.
func (c *Companies) Remembered() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.names) + len(c.attempts)
}
