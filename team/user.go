package team

import (
	"time"

	"github.com/ambit-authz/ambit/role"
)

// UserID names a user within a company. It is not a login name: a person who
// comes back gets a new id and nothing of the old one, and no id is used twice.
type UserID string

// User is one person in a company. There are no shared logins.
type User struct {
	ID        UserID
	Name      string    // how to show the person; may be empty
	Email     Address   // unique in the company, also while suspended or ended; zero if they have none
	Role      role.Name // exactly one
	Suspended bool
	Until     time.Time // end of access, exclusive; zero means none
	Note      string    // of one line, for people to read; never consulted
}

// Active reports whether u may act at the given instant: neither suspended nor
// ended.
func (u User) Active(at time.Time) bool {
	return !u.Suspended && !End(u.Until).Ended(at)
}
