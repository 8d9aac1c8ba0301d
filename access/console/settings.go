package console

import (
	"net/url"
	"strconv"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// editCompany are the readers of the company's settings.
var editCompany = []access.Action{access.EditCompany}

func settingsRoutes() []route {
	return []route{{Path: "/settings", Menu: say("Settings"), Under: companySection, Rights: editCompany, Show: showSettings}}
}

// settingsPage is how the company is set up, and where its log is.
type settingsPage struct {
	ID, Name   string
	Seats      int // 0 is any number
	Sold       int // what the host sells, if that is fewer
	Taken      int
	Months     int
	Open       string // the review that is open, "" for none
	NextReview time.Time
	Checkpoint audit.Checkpoint
	Event      ref
	Known      time.Time
	Log        phrase // what is wrong with the log; none is nothing
	Keeper     phrase
	Offers     []offer
}

// showSettings answers with the settings of the company.
func showSettings(v *visit) (*answer, error) {
	m, health := v.moment, v.console.company.Health()
	p := settingsPage{
		ID: v.console.company.ID(), Name: m.Name(), Seats: m.Limits().Seats, Taken: m.SeatsTaken(), Months: m.ReviewMonths(),
		Checkpoint: m.Checkpoint(), Event: v.ref(m.Checkpoint().Seq), Known: health.Known, Offers: v.offers("settings"),
	}
	if all := v.console.company.Limits().Seats; all != p.Seats {
		p.Sold = all
	}
	for r := range m.Reviews() {
		if r.Closed.IsZero() {
			p.Open = r.ID
		}
	}
	if health.Log != nil || health.InDoubt {
		p.Log = say("The log cannot be reached at the moment.")
	}
	if health.Keeper != nil {
		p.Keeper = say("The checkpoint could not be kept the last time.")
	}
	return &answer{Template: "settings.html", Title: say("Settings"), Data: p}, nil
}

func backToSettings(v *visit, _ url.Values, _ company.Receipt) string { return v.link("/settings") }

// settingsForms change the company as a whole.
func settingsForms() []form {
	return []form{
		{
			Name: "company.set-name", About: "settings", Back: backToSettings,
			Title:   say("Rename the company"),
			Help:    say("Invitations show the name to those who are invited."),
			Offered: asks(access.EditCompany, theCompany),
			Fields: func(v *visit, _ url.Values) []field {
				return []field{{Name: "name", Kind: typeLine, Label: say("Name"), Required: true, Max: 200, Value: []string{v.moment.Name()}}}
			},
			Build: func(_ *visit, in url.Values) ([]company.Change, error) {
				return one(company.SetCompanyName{Name: in.Get("name")}), nil
			},
		},
		{
			Name: "company.set-limits", About: "settings", Back: backToSettings,
			Title:   say("Set the number of seats"),
			Help:    say("A seat is taken by everybody who is a user, suspended and ended ones included, and by every open invitation."),
			Offered: asks(access.EditCompany, theCompany),
			Fields: func(v *visit, _ url.Values) []field {
				seats := field{Name: "seats", Kind: typeNumber, Label: say("Seats"), Hint: say("Leave it empty for any number.")}
				if n := v.moment.Limits().Seats; n > 0 {
					seats.Value = []string{strconv.Itoa(n)}
				}
				return []field{seats}
			},
			Build: func(_ *visit, in url.Values) ([]company.Change, error) {
				typed := in.Get("seats")
				if typed == "" {
					return one(company.SetLimits{Seats: company.None[int]()}), nil
				}
				n, err := strconv.Atoi(typed)
				if err != nil || n < 1 {
					return nil, &fieldError{"seats", say("Write a number above 0.")}
				}
				return one(company.SetLimits{Seats: company.To(n)}), nil
			},
		},
		{
			Name: "review.schedule", About: "settings", Back: backToSettings,
			Title:   say("Schedule reviews"),
			Help:    say("After so many months everybody is to be reviewed again. Nothing happens by itself: it is listed as due."),
			Offered: asks(access.EditCompany, theCompany),
			Fields: func(v *visit, _ url.Values) []field {
				return []field{{Name: "months", Kind: chooseRadio, Label: say("Months from one review to the next"), Required: true, Options: schedules(), Value: []string{strconv.Itoa(v.moment.ReviewMonths())}}}
			},
			Build: func(_ *visit, in url.Values) ([]company.Change, error) {
				n, err := strconv.Atoi(in.Get("months"))
				if err != nil {
					return nil, &fieldError{"months", say("Choose one of them.")}
				}
				return one(company.ScheduleReviews{Months: n}), nil
			},
		},
	}
}

// schedules are after how many months a review can be due.
func schedules() []option {
	var all []option
	for _, n := range []int{1, 3, 6, 12} {
		all = append(all, option{strconv.Itoa(n), say("%s", n), phrase{}})
	}
	return all
}
