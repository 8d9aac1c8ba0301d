package console

import (
	"bytes"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/picture"
	"github.com/ambit-authz/ambit/team"
)

func pictureRoutes() []route {
	return []route{
		{Path: "/picture", Menu: say("Picture"), Under: dataSection, Rights: readDirectory, Also: countAccounts, Show: showPicture},
		{Path: "/picture.svg", Rights: readDirectory, Also: countAccounts, Show: drawPicture},
	}
}

// countAccounts are the rights to know how many accounts there are, also of those
// that the reader does not see: of those who write filters, and of those to whom
// everything may be explained.
var countAccounts = []access.Action{access.CreateGroup, access.ReadAudit}

// picturePage is a drawing, with the same in words.
type picturePage struct {
	Link, Words string
	Teams       []pictureTeam
	Groups      []pictureGroup
}

// pictureTeam and pictureGroup are lines of the tables beside a drawing.
type pictureTeam struct {
	ID, Name         string
	Accounts, Groups int
}

type pictureGroup struct {
	ID, Name                string
	Accounts, Only, Unknown int
	Sources                 phrase
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
	return &answer{Template: "picture.html", Title: title, Data: v.picturePage(d)}, nil
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

// picturePage returns a drawing with the same in tables: the teams of the company,
// or the data groups of one team.
func (v *visit) picturePage(d picture.Drawing) picturePage {
	p := picturePage{Link: v.link("/picture.svg", "team", v.asked("team")), Words: d.Words()}
	if d.Company {
		for _, t := range d.Teams {
			p.Teams = append(p.Teams, pictureTeam{string(t.ID), t.Name, t.Accounts, len(t.Groups) + t.OtherGroups})
		}
		return p
	}
	for _, g := range d.Groups {
		line := pictureGroup{string(g.ID), g.Name, g.Accounts, g.Only, g.Unknown, phrase{}}
		var sources []string
		for i, n := range g.Sources {
			if n > 0 {
				sources = append(sources, d.Sources[i].Name)
			}
		}
		line.Sources = listed(sources)
		p.Groups = append(p.Groups, line)
	}
	return p
}
