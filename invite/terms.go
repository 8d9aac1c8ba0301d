package invite

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/ambit-authz/ambit/internal/text"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// Address is an e-mail address. Package team says which there are and which two
// are one mailbox.
type Address = team.Address

// Terms are what an invitation offers, and to whom. In JSON, what is about the
// person stands under one key, "personal": address, name and note.
type Terms struct {
	Address Address
	Name    string    // of the person
	Role    role.Name // "" means the catalog's default until the invitation is sent
	Teams   []team.ID // kept in byte order

	// How long the access lasts: for so many days from acceptance, or until an
	// instant, exclusive. Set one of them at most; neither means for good.
	Days  int
	Until time.Time

	// ReviewDays is how many days after acceptance the access is to be
	// reviewed. 0 means no such date.
	ReviewDays int

	// Provider, if not empty, is the identity provider that must have verified
	// the address.
	Provider string

	// Note is for the person invited.
	Note string
}

// termsForm is the form of [Terms] in JSON.
type termsForm struct {
	Personal   personalForm `json:"personal"`
	Role       role.Name    `json:"role"`
	Teams      []team.ID    `json:"teams,omitempty"`
	Days       int          `json:"days,omitempty"`
	Until      time.Time    `json:"until,omitzero"`
	ReviewDays int          `json:"reviewDays,omitempty"`
	Provider   string       `json:"provider,omitempty"`
}

// personalForm is what terms say of the person.
type personalForm struct {
	Address Address `json:"address"`
	Name    string  `json:"name,omitempty"`
	Note    string  `json:"note,omitempty"`
}

// MarshalJSON writes the terms, with all texts as they are.
func (t Terms) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // as the log has it; an encoder around this one escapes if it is to
	err := e.Encode(termsForm{
		Personal: personalForm{t.Address, t.Name, t.Note}, Role: t.Role, Teams: t.Teams,
		Days: t.Days, Until: t.Until, ReviewDays: t.ReviewDays, Provider: t.Provider,
	})
	return b.Bytes(), err
}

// UnmarshalJSON reads what MarshalJSON writes, and refuses any other key.
func (t *Terms) UnmarshalJSON(data []byte) error {
	var f termsForm
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return wrong(ErrTerms, "%w", err)
	}
	*t = Terms{
		Address: f.Personal.Address, Name: f.Personal.Name, Note: f.Personal.Note, Role: f.Role, Teams: f.Teams,
		Days: f.Days, Until: f.Until, ReviewDays: f.ReviewDays, Provider: f.Provider,
	}
	return nil
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
// The error wraps [ErrTerms] and says what is wrong: no address; a name or
// provider that is not a line of text; a note that is not lines of text; a team
// twice or too many; days out of range; an end beyond the years 1 to 9999; or
// both Days and Until. A line of text is UTF-8 without control characters,
// invisible characters, characters that change the direction of text, and
// spaces at either end. Normal does not check whether role and teams exist.
func (t Terms) Normal() (Terms, error) {
	t.Note = strings.ReplaceAll(t.Note, "\r\n", "\n") // as forms on the web send it
	if t.Address.IsZero() {
		return Terms{}, wrong(ErrTerms, "there is no address")
	}
	if err := text.Line(t.Name, MaxName); err != nil {
		return Terms{}, wrong(ErrTerms, "the name %w", err)
	}
	if err := text.Line(t.Provider, MaxProvider); err != nil {
		return Terms{}, wrong(ErrTerms, "the provider %w", err)
	}
	if err := text.Lines(t.Note, MaxNote); err != nil {
		return Terms{}, wrong(ErrTerms, "the note %w", err)
	}
	if t.Days < 0 || t.Days > MaxDays || t.ReviewDays < 0 || t.ReviewDays > MaxDays {
		return Terms{}, wrong(ErrTerms, "days are between 0 and %d", MaxDays)
	}
	if t.Days > 0 && !t.Until.IsZero() {
		return Terms{}, wrong(ErrTerms, "there are both a number of days and an end")
	}
	var err error
	if t.Until, err = text.End(t.Until); err != nil {
		return Terms{}, wrong(ErrTerms, "the end %w", err)
	}
	if t.Teams, err = normalTeams(t.Teams); err != nil {
		return Terms{}, err
	}
	return t, nil
}

// normalTeams returns the teams in byte order, in a slice of its own.
func normalTeams(teams []team.ID) ([]team.ID, error) {
	if len(teams) > MaxTeams {
		return nil, wrong(ErrTerms, "there are more than %d teams", MaxTeams)
	}
	teams = slices.Clone(teams)
	slices.Sort(teams)
	for i := 1; i < len(teams); i++ {
		if teams[i] == teams[i-1] {
			return nil, wrong(ErrTerms, "team %s is there twice", text.Quote(teams[i]))
		}
	}
	return teams, nil
}

// Equal reports whether t and o, both normal, offer the same to the same
// mailbox.
func (t Terms) Equal(o Terms) bool {
	return t.Address.Equal(o.Address) && t.Name == o.Name && t.Role == o.Role && slices.Equal(t.Teams, o.Teams) &&
		t.Days == o.Days && t.Until.Equal(o.Until) && t.ReviewDays == o.ReviewDays &&
		t.Provider == o.Provider && t.Note == o.Note
}

// End returns when the access ends if it begins at the given instant. Zero
// means never.
func (t Terms) End(from time.Time) time.Time {
	if t.Days > 0 {
		return from.Add(days(t.Days))
	}
	return t.Until
}

// Review returns when the access is to be reviewed if it begins at the given
// instant. Zero means never.
func (t Terms) Review(from time.Time) time.Time {
	if t.ReviewDays > 0 {
		return from.Add(days(t.ReviewDays))
	}
	return time.Time{}
}

// days returns the length of so many days of 24 hours. Days of a calendar would
// make access differ with the time zone of the reader.
func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
