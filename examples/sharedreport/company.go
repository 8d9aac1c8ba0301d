package main

import (
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/team"
)

const company = `{
  "attributes": {"brand": "number"},
  "accounts": [
    {"id": "shop-1", "source": "google-ads", "brand": 1},
    {"id": "shop-2", "source": "google-ads", "brand": 2},
    {"id": "shop-3", "source": "google-ads", "brand": 3},
    {"id": "shop-4", "source": "google-ads", "brand": 4},
    {"id": "shop-5", "source": "google-ads", "brand": 5},
    {"id": "app-5", "source": "app-store", "brand": 5},
    {"id": "shop-6", "source": "google-ads", "brand": 6}
  ],
  "groups": [
    {"id": "1", "filter": "brand = 1"}, {"id": "2", "filter": "brand = 2"}, {"id": "3", "filter": "brand = 3"},
    {"id": "4", "filter": "brand = 4"}, {"id": "5", "filter": "brand = 5"}, {"id": "6", "filter": "brand = 6"}
  ],
  "teams": [
    {"id": "a", "groups": ["1", "2", "3", "5"], "members": [{"user": "xan"}, {"user": "zoe"}]},
    {"id": "b", "groups": ["4", "5", "6"], "members": [{"user": "yve"}, {"user": "zoe"}]}
  ],
  "users": [
    {"id": "ada", "email": "ada@example.com", "role": "admin"},
    {"id": "wim", "email": "wim@example.com", "role": "team-member"},
    {"id": "xan", "email": "xan@example.com", "role": "team-member"},
    {"id": "yve", "email": "yve@example.com", "role": "team-member"},
    {"id": "zoe", "email": "zoe@example.com", "role": "team-member"}
  ],
  "reports": [
    {"id": "q3", "grants": [
      {"user": "ada", "level": "creator"}, {"team": "a", "level": "explorer"}, {"team": "b", "level": "explorer"}]}
  ]
}`

// today is the time of all decisions, so that the output is the same on any day.
var today = time.Date(2026, time.September, 1, 9, 0, 0, 0, time.UTC)

const linkDays = 30

// makeLink returns the policy with a share link to the report. The error wraps access.ErrDenied if the maker may not share it.
// Your service keeps the secret of the link, and compares it before it asks the policy about the link.
func makeLink(p *access.Policy, id access.LinkID, maker team.UserID, r access.ReportID) (*access.Policy, error) {
	if err := p.Decide(access.User(maker), access.ShareViewer, access.Report(r)).Err(); err != nil {
		return nil, err
	}
	edit := p.Edit()
	edit.SetLink(access.ShareLink{
		ID: id, Maker: maker, Action: access.ViewReport, Resource: access.Report(r), Until: today.AddDate(0, 0, linkDays),
	}.Entry())
	return edit.Policy()
}

// leave returns the policy without a membership.
func leave(p *access.Policy, user team.UserID, from team.ID) (*access.Policy, error) {
	edit := p.Edit()
	edit.RemoveMember(from, user)
	return edit.Policy()
}

// suspend returns the policy with a team member suspended.
func suspend(p *access.Policy, user team.UserID, email string) (*access.Policy, error) {
	address, err := team.ParseAddress(email)
	if err != nil {
		return nil, err
	}
	edit := p.Edit()
	edit.SetUser(document.UserOf(team.User{ID: user, Email: address, Role: "team-member", Suspended: true}))
	return edit.Policy()
}
