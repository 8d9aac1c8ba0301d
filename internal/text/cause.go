package text

import "strings"

// Cause returns err for the inside of another message: its text without the
// name of the package that it begins with, since the whole begins with one.
// errors.Is and errors.As find in it what they find in err. Nil stays nil.
func Cause(err error) error {
	if err == nil {
		return nil
	}
	return cause{err}
}

type cause struct{ error }

func (c cause) Error() string {
	text := c.error.Error()
	for _, name := range []string{"access", "audit", "company", "datagroup", "document", "evidence", "invite", "role", "team"} {
		if rest, found := strings.CutPrefix(text, name+": "); found {
			return rest
		}
	}
	return text
}

func (c cause) Unwrap() error { return c.error }
