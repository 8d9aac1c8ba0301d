package datagroup

// Truth is a value of Kleene's three-valued logic. Only [True] grants. They are
// ordered: False < Unknown < True.
type Truth uint8

const (
	// False: the account does not match, whatever its missing values are.
	False Truth = iota
	// Unknown: a missing value decides.
	Unknown
	// True: the account matches.
	True
)

// And returns the lesser of t and u.
func (t Truth) And(u Truth) Truth { return min(t, u) }

// Or returns the greater of t and u.
func (t Truth) Or(u Truth) Truth { return max(t, u) }

// Not exchanges False and True; Unknown stays.
func (t Truth) Not() Truth {
	switch t {
	case False:
		return True
	case True:
		return False
	default:
		return Unknown
	}
}

// String returns "false", "unknown" or "true", and "invalid" for anything else.
func (t Truth) String() string {
	switch t {
	case False:
		return "false"
	case Unknown:
		return "unknown"
	case True:
		return "true"
	default:
		return "invalid"
	}
}

// truthOf returns True or False.
func truthOf(holds bool) Truth {
	if holds {
		return True
	}
	return False
}
