package text

import (
	"fmt"
	"time"
)

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
