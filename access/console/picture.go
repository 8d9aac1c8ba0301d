package console

import (
	"bytes"

	"github.com/ambit-authz/ambit/access/picture"
	"github.com/ambit-authz/ambit/team"
)

func pictureRoutes() []route {
	return []route{
		{Path: "/picture", Menu: say("Picture"), Rights: readDirectory, Show: showPicture},
		{Path: "/picture.svg", Rights: readDirectory, Show: drawPicture},
	}
}

// picturePage is a drawing, with the same in words.
type picturePage struct {
	Link, Words string
}

// drawing returns that of the team that is asked for, or of the largest ones. It
// counts accounts, also those that the reader does not see, and names none.
func (v *visit) drawing() (picture.Drawing, error) {
	id := v.asked("team")
	if id == "" {
		return picture.Teams(v.policy, nil), nil
	}
	d, ok := picture.Team(v.policy, team.ID(id), nil)
	if !ok {
		return d, missing("team", id)
	}
	return d, nil
}

// showPicture answers with the page of a drawing.
func showPicture(v *visit) (*answer, error) {
	d, err := v.drawing()
	if err != nil {
		return nil, err
	}
	title := say("Teams and what they see")
	if id := v.asked("team"); id != "" {
		title = say("What team %s sees", v.teamName(team.ID(id)))
	}
	return &answer{Template: "picture.html", Title: title, Data: picturePage{v.link("/picture.svg", "team", v.asked("team")), d.Words()}}, nil
}

// drawPicture answers with the drawing itself.
func drawPicture(v *visit) (*answer, error) {
	d, err := v.drawing()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := d.WriteSVG(&out); err != nil {
		return nil, err
	}
	return &answer{File: &file{Type: "image/svg+xml", Data: out.Bytes()}}, nil
}
