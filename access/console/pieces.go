package console

import (
	"slices"

	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
)

func piecesRoutes() []route {
	return listRoutes(route{Path: "/access", Rights: readAudit, Show: showPieces}, savePieces)
}

// piecesPage is one person's access, with the events that it rests on.
type piecesPage struct {
	Row       registerRow
	Pieces    []piece
	Files     []saved
	Directory bool // the reader may open their page
}

// piece is a piece of access as a page shows it.
type piece struct {
	audit.Piece
	What phrase
	Who  string // gave it
}

// showPieces answers with every piece of a person's access, and where to read on.
func showPieces(v *visit) (*answer, error) {
	id := team.UserID(v.asked("id"))
	row, ok := v.moment.Row(id)
	if !ok {
		return nil, missing("user", id)
	}
	p := piecesPage{Row: v.registerRow(v.moment, row), Files: v.files("/access"), Directory: v.mayRead(readDirectory) && row.Removed.IsZero()}
	found, _ := v.moment.Pieces(id)
	for _, one := range found {
		p.Pieces = append(p.Pieces, piece{one, v.describePiece(one), v.actor(one.By)})
	}
	return &answer{Template: "access.html", Title: say("What %s has, and why", v.person(id)), Data: p}, nil
}

// savePieces answers with every piece of a person's access as a file.
func savePieces(v *visit, f format) (*answer, error) {
	id := team.UserID(v.asked("id"))
	found, ok := v.moment.Pieces(id)
	if !ok {
		return nil, missing("user", id)
	}
	return save(f, "access-"+string(id)+"-"+day(v.moment.Time()), audit.PieceList(slices.Values(found)))
}
