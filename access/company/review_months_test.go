package company

import (
	"testing"
	"time"
)

// TestAddMonths: a month without the day has its last one in its place.
func TestAddMonths(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-11-28", 3, "2027-02-28"},
		{"2026-11-30", 3, "2027-02-28"},
		{"2027-11-30", 3, "2028-02-29"},
		{"2026-08-31", 1, "2026-09-30"},
		{"2026-08-31", 12, "2027-08-31"},
		{"2028-02-29", 12, "2029-02-28"},
		{"2026-12-31", 6, "2027-06-30"},
	} {
		from, err := time.Parse(time.DateOnly, tt.from)
		if err != nil {
			t.Fatal(err)
		}
		got := addMonths(from.Add(9*time.Hour), tt.months)
		if want := tt.want + " 09:00"; got.Format("2006-01-02 15:04") != want {
			t.Errorf("%s and %d months: %s, want %s", tt.from, tt.months, got, want)
		}
	}
	// Whoever is due by a day came no later than Due begins to look.
	begin := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	for day := range 4 * 366 {
		from := begin.AddDate(0, 0, day)
		for _, months := range []int{1, 3, 6, 12} {
			next := addMonths(from, months)
			if from.After(next.AddDate(0, -months, 3)) {
				t.Errorf("%s is due by %s after %d months, and is passed over", from, next, months)
			}
		}
	}
}
