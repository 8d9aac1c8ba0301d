package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/ambit-authz/ambit/access/picture"
	"github.com/ambit-authz/ambit/team"
)

// draw writes a drawing of the data of a team, or of the teams that see most.
func draw(c *call) (int, error) {
	from, err := c.open(c.args[0])
	if err != nil {
		return statusFailed, err
	}
	drawing, ok := picture.Drawing{}, true
	done := c.progress("counting the accounts of " + from.name)
	if c.team == nil {
		drawing = picture.Teams(from.policy, nil)
	} else {
		drawing, ok = picture.Team(from.policy, team.ID(*c.team), nil)
	}
	done()
	if !ok {
		return statusNo, fmt.Errorf("%s: there is no team %q; ambit fmt shows the teams", from.name, *c.team)
	}
	var b bytes.Buffer
	if c.format == "text" {
		fmt.Fprintln(&b, shown(drawing.Words()))
	} else if err := drawing.WriteSVG(&b); err != nil {
		return statusFailed, err
	}
	if c.file != nil {
		if err := os.WriteFile(*c.file, b.Bytes(), 0o644); err != nil {
			return statusFailed, fmt.Errorf("ambit: -o: %w", err)
		}
		return statusYes, nil
	}
	c.out.Write(b.Bytes())
	return statusYes, nil
}
