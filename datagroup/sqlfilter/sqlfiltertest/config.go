package sqlfiltertest

// Config says how much is tested. A nil and a zero Config are the defaults.
type Config struct {
	// Seed is where the random accounts and filters come from.
	Seed uint64
	// Random is how many random filters there are beside the hostile ones; 0
	// means 2,000, and a negative number none.
	Random int
	// OneIn is for a quicker test, of one in so many of the hostile filters: which
	// ones comes from Seed. Comparisons by every operator over every attribute are
	// among them. 0 and 1 mean all.
	OneIn int
	// MostErrors is how many errors are told before the test ends; 0 means 20.
	MostErrors int
}

func (c *Config) seed() uint64 {
	if c == nil {
		return 0
	}
	return c.Seed
}

// random returns how many random filters there are to be.
func (c *Config) random() int {
	switch {
	case c == nil || c.Random == 0:
		return 2000
	default:
		return max(c.Random, 0)
	}
}

// oneIn returns of how many hostile filters there is to be one.
func (c *Config) oneIn() int {
	if c == nil {
		return 1
	}
	return max(c.OneIn, 1)
}

// mostErrors returns how many errors are to be told.
func (c *Config) mostErrors() int {
	if c == nil || c.MostErrors <= 0 {
		return 20
	}
	return c.MostErrors
}
