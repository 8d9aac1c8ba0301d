package main

import (
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/diff"
	"github.com/ambit-authz/ambit/access/document"
	"github.com/ambit-authz/ambit/datagroup"
)

// jsonComparison is a comparison in JSON.
type jsonComparison struct {
	Old     string       `json:"old"`
	New     string       `json:"new"`
	Equal   bool         `json:"equal"`
	Doubts  []jsonDoubt  `json:"doubts"`
	Filters []jsonFilter `json:"filters"`
	Gains   jsonTotal    `json:"gains"`
	Losses  jsonTotal    `json:"losses"`
}

// jsonDoubt is what makes a comparison doubtful.
type jsonDoubt struct {
	Code diff.DoubtCode `json:"code"`
	Text string         `json:"text"`
}

// jsonFilter is a data group whose filter is another one. An account that it gains
// or loses need not be in a policy.
type jsonFilter struct {
	Group  string            `json:"group"`
	Old    string            `json:"old"`
	New    string            `json:"new"`
	Effect string            `json:"effect"`
	Gained *document.Account `json:"gained,omitempty"`
	Lost   *document.Account `json:"lost,omitempty"`
	Text   string            `json:"text"`
}

func jsonFilterOf(f diff.FilterChange) jsonFilter {
	example := func(a datagroup.Account) *document.Account {
		if a.ID() == "" {
			return nil
		}
		entry := document.AccountOf(a)
		return &entry
	}
	return jsonFilter{string(f.Group), f.Old.String(), f.Next.String(), f.Effect.String(), example(f.Gained), example(f.Lost), f.String()}
}

// jsonTotal is one side of a comparison.
type jsonTotal struct {
	Users    int         `json:"users"`
	Links    int         `json:"links"`
	Accounts int         `json:"accounts"`
	Count    int         `json:"count"` // of rights, of which some may not be listed
	More     bool        `json:"more"`  // the figures may be larger
	Rights   []jsonRight `json:"rights"`
}

// jsonRight is a right that somebody gains or loses. Its fields are those of
// diff.Right.
type jsonRight struct {
	Kind      string            `json:"kind"`
	Subject   asker             `json:"subject"`
	Actions   []access.Action   `json:"actions,omitempty"`
	Resources []access.Resource `json:"resources,omitempty"`
	Level     string            `json:"level,omitempty"`
	Route     jsonRoute         `json:"route,omitzero"`
	From      time.Time         `json:"from,omitzero"`
	Until     time.Time         `json:"until,omitzero"`
	Text      string            `json:"text"`
}

type jsonRoute struct {
	Role  string `json:"role,omitempty"`
	Team  string `json:"team,omitempty"`
	Group string `json:"group,omitempty"`
	Level string `json:"level,omitempty"`
	Maker asker  `json:"maker,omitzero"`
}

func jsonOf(d comparison) jsonComparison {
	doubts := []jsonDoubt{}
	for _, doubt := range d.doubts {
		doubts = append(doubts, jsonDoubt(doubt))
	}
	filters := []jsonFilter{}
	for _, f := range d.filters {
		filters = append(filters, jsonFilterOf(f))
	}
	return jsonComparison{d.old, d.next, d.isEmpty(), doubts, filters, jsonTotalOf(d.Gains), jsonTotalOf(d.Losses)}
}

func jsonTotalOf(t diff.Total) jsonTotal {
	rights := []jsonRight{}
	for _, r := range t.Rights {
		rights = append(rights, jsonRightOf(r))
	}
	return jsonTotal{t.Users, t.Links, t.Accounts, t.Count, t.More, rights}
}

func jsonRightOf(r diff.Right) jsonRight {
	return jsonRight{
		Kind: r.Kind.String(), Subject: askerOf(r.Subject), Actions: r.Actions, Resources: r.Resources,
		Level: levelText(r.Level), From: r.From, Until: r.Until, Text: r.String(),
		Route: jsonRoute{
			string(r.Route.Role), string(r.Route.Team), string(r.Route.Group), levelText(r.Route.Level), askerOf(r.Route.Maker),
		},
	}
}

// levelText returns the name of a level, "" for none.
func levelText(l access.Level) string {
	if l == 0 {
		return ""
	}
	return l.String()
}
