package main

import "github.com/ambit-authz/ambit/access"

// answer is a decision in JSON.
type answer struct {
	Allowed  bool            `json:"allowed"`
	Reason   access.Reason   `json:"reason"`
	Text     string          `json:"text"`
	Meant    string          `json:"meant,omitempty"` // in the place of a name that does not exist
	Subject  asker           `json:"subject"`
	Action   access.Action   `json:"action"`
	Resource access.Resource `json:"resource"`
	Role     string          `json:"role,omitempty"`
	Team     string          `json:"team,omitempty"`
	Group    string          `json:"group,omitempty"`
	Level    string          `json:"level,omitempty"`
}

// asker is a subject in JSON.
type asker struct {
	User string  `json:"user,omitempty"`
	Team *string `json:"team,omitempty"` // of a session
	Link string  `json:"link,omitempty"`
}

func askerOf(s access.Subject) asker {
	a := asker{User: string(s.User()), Link: string(s.Link())}
	if id, ok := s.Team(); ok {
		team := string(id)
		a.Team = &team
	}
	return a
}

func answerOf(p *access.Policy, d access.Decision) answer {
	return answer{
		Allowed: d.Allowed, Reason: d.Reason, Text: d.String(), Meant: meant(p, d),
		Subject: askerOf(d.Subject), Action: d.Action, Resource: d.Resource,
		Role: string(d.Role), Team: string(d.Team), Group: string(d.Group), Level: levelText(d.Level),
	}
}

// decide answers one question.
func decide(c *call) (int, error) {
	s, a, r, err := c.question()
	if err != nil {
		return statusFailed, err
	}
	from, err := c.open(c.args[0])
	if err != nil {
		return statusFailed, err
	}
	d := from.policy.Decide(s, a, r)
	if c.format == "json" {
		return yesNo(d.Allowed), c.out.json(answerOf(from.policy, d))
	}
	c.out.colored(colorOf(d), "%s", withMeant(from.policy, d))
	return yesNo(d.Allowed), nil
}

// why answers one question with all that led to the answer.
func why(c *call) (int, error) {
	s, a, r, err := c.question()
	if err != nil {
		return statusFailed, err
	}
	from, err := c.open(c.args[0])
	if err != nil {
		return statusFailed, err
	}
	e := from.policy.Explain(s, a, r)
	e.Meant = meant(from.policy, e.Decision)
	if c.format == "json" {
		return yesNo(e.Decision.Allowed), c.out.json(explanationOf(from.policy, e))
	}
	c.out.explanation(e)
	return yesNo(e.Decision.Allowed), nil
}

// yesNo returns the exit status of an answer.
func yesNo(yes bool) int {
	if yes {
		return statusYes
	}
	return statusNo
}

func colorOf(d access.Decision) string {
	if d.Allowed {
		return green
	}
	return red
}
