package team_test

import (
	"testing"
	"time"

	"github.com/ambit-authz/ambit/team"
)

func TestEndForPeople(t *testing.T) {
	east := time.FixedZone("east", 3600)
	for _, tt := range []struct {
		end  time.Time
		want string
	}{
		{time.Time{}, "no end"},
		{time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), "2027-01-01T00:00:00Z (last full day 2026-12-31)"},
		{time.Date(2027, 1, 1, 1, 0, 0, 0, east), "2027-01-01T00:00:00Z (last full day 2026-12-31)"},
		{time.Date(2027, 1, 1, 0, 0, 0, 0, east), "2026-12-31T23:00:00Z"},
		{time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC), "2028-03-01T00:00:00Z (last full day 2028-02-29)"},
		{time.Date(2027, 1, 1, 0, 0, 0, 1, time.UTC), "2027-01-01T00:00:00.000000001Z"},
	} {
		if got := team.End(tt.end).String(); got != tt.want {
			t.Errorf("End(%v) is %q, want %q", tt.end, got, tt.want)
		}
	}
}
