package text

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

var errEnd = errors.New("is neither a day such as 2027-03-01 nor an instant such as 2027-03-01T00:00:00Z")

// End returns t as an end is kept: in UTC, without the reading of this process'
// monotonic clock. It refuses years that RFC 3339 cannot write, and the error
// says so. The zero time, which stands for no end, is returned as it is.
func End(t time.Time) (time.Time, error) {
	t = t.UTC()
	if y := t.Year(); y < 1 || y > 9999 {
		return time.Time{}, fmt.Errorf("is in the year %d, which is not between 1 and 9999", y)
	}
	return t, nil
}

// ParseEnd reads an end as people write it: a day, which is its beginning in
// UTC, or an instant in RFC 3339. The empty text is no end and gives the zero
// time; no other text does.
func ParseEnd(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	layout := time.DateOnly
	if len(s) != len(layout) {
		layout = time.RFC3339
	}
	t, err := time.Parse(layout, s)
	if err != nil || t.IsZero() || layout == time.RFC3339 && !strict(s) {
		return time.Time{}, errEnd
	}
	return End(t)
}

// strict reports whether an instant that package time has read is in RFC 3339:
// the package takes an hour of one digit, a comma, and offsets of a day, too.
func strict(s string) bool {
	if s[len("2027-01-01T00")] != ':' || strings.Contains(s, ",") {
		return false
	}
	offset, utc := strings.CutSuffix(s, "Z")
	return utc || offset[len(offset)-len("24:00"):] < "24" && offset[len(offset)-len("60"):] < "60"
}
