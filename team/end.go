package team

import "time"

// End is an instant from which something no longer holds. It is exclusive: at
// the instant itself, the thing has ended. The zero End never comes.
//
// Users, memberships, report grants, links and invitations all end by this one
// rule. Their ends are fields of type [time.Time]; convert one to ask:
//
//	team.End(member.Until).Ended(now)
type End time.Time

// Ended reports whether what holds until e has ended at the given instant. At
// the zero instant, which is no time to decide by, everything that has an end
// has ended.
func (e End) Ended(at time.Time) bool {
	until := time.Time(e)
	return !until.IsZero() && (at.IsZero() || !at.Before(until))
}
