package main

import (
	"strings"

	"github.com/ambit-authz/ambit/access"
)

// explanation is an explanation in JSON.
type explanation struct {
	answer
	Routes   []string     `json:"routes,omitempty"`
	Remedies []remedy     `json:"remedies,omitempty"`
	Maker    *explanation `json:"maker,omitempty"`
}

// remedy is a change that would help, and who may make it.
type remedy struct {
	Change   string          `json:"change"`
	Action   access.Action   `json:"action"`
	Resource access.Resource `json:"resource"`
	By       []string        `json:"by"`
}

func explanationOf(p *access.Policy, e access.Explanation) explanation {
	out := explanation{answer: answerOf(p, e.Decision)}
	for _, r := range e.Routes {
		out.Routes = append(out.Routes, r.String())
	}
	for _, r := range e.Remedies {
		by := []string{}
		for _, u := range r.By {
			by = append(by, string(u))
		}
		out.Remedies = append(out.Remedies, remedy{r.Change, r.Action, r.Resource, by})
	}
	if e.Maker != nil {
		maker := explanationOf(p, *e.Maker)
		out.Maker = &maker
	}
	return out
}

// explanation writes an explanation, its first line in colour.
func (o *output) explanation(e access.Explanation) {
	first, rest, _ := strings.Cut(e.String(), "\n")
	o.colored(colorOf(e.Decision), "%s", first)
	o.lines(rest)
}
