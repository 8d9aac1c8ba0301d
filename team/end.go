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

// String returns e for people: in UTC, and where a day begins with it, with the
// last full day before it, since people read a day as included:
//
//	2027-01-01T00:00:00Z (last full day 2026-12-31)
//
// The zero End is "no end".
func (e End) String() string {
	until := time.Time(e).UTC()
	if until.IsZero() {
		return "no end"
	}
	text := until.Format(time.RFC3339Nano)
	if until.Equal(until.Truncate(24 * time.Hour)) {
		text += " (last full day " + until.AddDate(0, 0, -1).Format(time.DateOnly) + ")"
	}
	return text
}
