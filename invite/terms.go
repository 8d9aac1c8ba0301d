package invite

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Address is an e-mail address. Package team says which there are and which two
// are one mailbox.
type Address = team.Address

// Terms are what an invitation offers, and to whom.
type Terms struct {
	Address Address   `json:"address"`
	Name    string    `json:"name,omitempty"`  // of the person
	Role    role.Name `json:"role"`            // "" means the catalog's default until the invitation is sent
	Teams   []team.ID `json:"teams,omitempty"` // kept in byte order

	// How long the access lasts: for so many days from acceptance, or until an
	// instant, exclusive. One of them at most; neither is for good.
	Days  int       `json:"days,omitempty"`
	Until time.Time `json:"until,omitzero"`

	// ReviewDays is how many days after acceptance somebody is to look at the
	// access again. 0 is no such date.
	ReviewDays int `json:"reviewDays,omitempty"`

	// Provider, if not empty, is the identity provider that must have verified
	// the address.
	Provider string `json:"provider,omitempty"`

	// Note is for the person invited.
	Note string `json:"note,omitempty"`
}

// The limits of terms.
const (
	MaxName     = 128  // bytes of a name
	MaxProvider = 256  // bytes of a provider
	MaxNote     = 1000 // bytes of a note
	MaxTeams    = 1000
	MaxDays     = 3660 // of access, and until a review
)

// Normal returns t as it is kept: the teams in byte order, the end in UTC, and
// line breaks of one character. The slice is a copy.
//
// The error wraps [ErrTerms] and says what is wrong: no address, a name,
// provider or note that is too long or has control characters, among them those
// that turn the direction of text (a note may have line breaks), a team twice or
// too many, days out of range, an end beyond the years 1 to 9999, or two answers
// to how long the access lasts. Whether role and teams exist is not looked at.
func (t Terms) Normal() (Terms, error) {
	t.Note = strings.ReplaceAll(t.Note, "\r\n", "\n") // as forms on the web send it
	switch {
	case t.Address.IsZero():
		return Terms{}, fmt.Errorf("invite: %w: no address", ErrTerms)
	case !line(t.Name, MaxName):
		return Terms{}, fmt.Errorf("invite: %w: the name has more than %d bytes or control characters", ErrTerms, MaxName)
	case !line(t.Provider, MaxProvider):
		return Terms{}, fmt.Errorf("invite: %w: the provider has more than %d bytes or control characters", ErrTerms, MaxProvider)
	case !lines(t.Note, MaxNote):
		return Terms{}, fmt.Errorf("invite: %w: the note has more than %d bytes or control characters", ErrTerms, MaxNote)
	case t.Days < 0 || t.Days > MaxDays || t.ReviewDays < 0 || t.ReviewDays > MaxDays:
		return Terms{}, fmt.Errorf("invite: %w: days are between 0 and %d", ErrTerms, MaxDays)
	case t.Days > 0 && !t.Until.IsZero():
		return Terms{}, fmt.Errorf("invite: %w: both a number of days and an end", ErrTerms)
	case !t.Until.IsZero() && !writable(t.Until):
		return Terms{}, fmt.Errorf("invite: %w: the end is not between the years 1 and 9999", ErrTerms)
	}
	teams, err := normalTeams(t.Teams)
	if err != nil {
		return Terms{}, err
	}
	t.Teams = teams
	t.Until = t.Until.UTC()
	return t, nil
}

// normalTeams returns the teams in byte order, in a slice of its own.
func normalTeams(teams []team.ID) ([]team.ID, error) {
	if len(teams) > MaxTeams {
		return nil, fmt.Errorf("invite: %w: more than %d teams", ErrTerms, MaxTeams)
	}
	teams = slices.Clone(teams)
	slices.Sort(teams)
	for i := 1; i < len(teams); i++ {
		if teams[i] == teams[i-1] {
			return nil, fmt.Errorf("invite: %w: team %.64q twice", ErrTerms, teams[i])
		}
	}
	return teams, nil
}

// writable reports whether an instant can be written in RFC 3339.
func writable(t time.Time) bool {
	y := t.UTC().Year()
	return 1 <= y && y <= 9999
}

// line reports whether s is valid text on one line, of at most so many bytes.
func line(s string, most int) bool {
	return len(s) <= most && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)
	})
}

// lines is line for text that may have line breaks.
func lines(s string, most int) bool { return line(strings.ReplaceAll(s, "\n", " "), most) }

// Equal reports whether t and o, both normal, offer the same to the same
// mailbox.
func (t Terms) Equal(o Terms) bool {
	return t.Address.Equal(o.Address) && t.Name == o.Name && t.Role == o.Role && slices.Equal(t.Teams, o.Teams) &&
		t.Days == o.Days && t.Until.Equal(o.Until) && t.ReviewDays == o.ReviewDays &&
		t.Provider == o.Provider && t.Note == o.Note
}

// End returns when the access ends if it begins at from. Zero is never.
func (t Terms) End(from time.Time) time.Time {
	if t.Days > 0 {
		return from.Add(days(t.Days))
	}
	return t.Until
}

// Review returns when the access is to be looked at again if it begins at from.
// Zero is never.
func (t Terms) Review(from time.Time) time.Time {
	if t.ReviewDays > 0 {
		return from.Add(days(t.ReviewDays))
	}
	return time.Time{}
}

// days returns the length of so many days of 24 hours: a rule that would differ
// with the time zone of whoever looks has no place in who has access.
func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
