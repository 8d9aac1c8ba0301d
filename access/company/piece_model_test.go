package company_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
	"pgregory.net/rapid"
)

// without opens the log again, with one event left out and the later ones
// chained to those before it. It is refused if a later one does not follow.
func (m *machine) without(t *rapid.T, all []audit.Event, out uint64) (*company.Company, []audit.Event, error) {
	log := audit.NewMemory()
	var kept []audit.Event
	var head audit.Checkpoint
	for _, e := range all {
		if e.Seq == out {
			continue
		}
		e = e.Chain(head)
		if err := log.Append(context.Background(), e); err != nil {
			t.Fatalf("append %d without %d: %v", e.Seq, out, err)
		}
		kept, head = append(kept, e), e.Checkpoint()
	}
	c, err := company.Open(context.Background(), log, m.companyConfig())
	return c, kept, err
}

// pieceText is a piece with its events by id, which leaving one out does not
// move: with all that it rests on but one of them, which may be none.
func pieceText(p audit.Piece, all []audit.Event, but uint64) string {
	var rests []string
	for _, seq := range p.Events {
		if seq != but {
			rests = append(rests, all[seq-1].ID)
		}
	}
	event := all[p.Event-1].ID
	p.Event, p.Events = 0, nil
	data, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	return fmt.Sprint(string(data), event, rests)
}

// eventsLaw leaves out one event after the other. Without one that a piece names
// the piece is gone, or is another one, or the log is refused. Without any other
// it stays as it is, or the log is refused.
func eventsLaw() law {
	return law{end: func(t *rapid.T, m *machine) {
		all := events(t, m.log)
		now := m.company.Now()
		for _, e := range all[1:] {
			c, kept, err := m.without(t, all, e.Seq)
			if err != nil && !errors.Is(err, company.ErrBroken) {
				t.Fatalf("open without %d: %v", e.Seq, err)
			}
			if err == nil && !c.Now().Time().Equal(now.Time()) {
				continue // without the correction of a clock, more has ended
			}
			for _, u := range keysOf(m.model.Users) {
				m.withoutEvent(t, team.UserID(u), e.Seq, all, kept, c)
			}
		}
	}}
}

// withoutEvent compares the pieces of a user with those without an event. No
// company is one whose log is refused.
func (m *machine) withoutEvent(t *rapid.T, u team.UserID, out uint64, all, kept []audit.Event, c *company.Company) {
	pieces, _ := m.company.Now().Pieces(u)
	var left []string
	if c != nil {
		others, _ := c.Now().Pieces(u)
		for _, p := range others {
			left = append(left, pieceText(p, kept, 0))
		}
	}
	for _, p := range pieces {
		named := slices.Contains(p.Events, out)
		stays := slices.Contains(left, pieceText(p, all, out)) // but for the event itself
		if c != nil && named == stays {
			t.Fatalf("without %d, which it names: %v, a piece of %s's stays: %v\n%+v\nof %q\n%s", out, named, u, stays, p, left, m.history())
		}
		without := map[bool]string{true: " without one that it names: ", false: " without another: "}[named]
		m.hits.Hit(p.Kind + without + map[bool]string{true: "refused", false: "followed"}[c == nil])
	}
}

// TestPiecesNameTheirEvents holds the law over random histories.
func TestPiecesNameTheirEvents(t *testing.T) {
	t.Parallel()
	without := func(kinds ...string) (all []string) {
		for _, kind := range kinds {
			all = append(all, kind+" without another: refused", kind+" without another: followed",
				kind+" without one that it names: refused", kind+" without one that it names: followed")
		}
		return all
	}
	goes := without(audit.PieceRole, audit.PieceCatalog, audit.PieceTeam, audit.PieceData, audit.PieceLost, audit.PieceFilter, audit.PieceGained, audit.PieceGone)
	shared := without(audit.PieceReport, audit.PieceTeamReport)
	s := search{branches: slices.Concat(goes, shared), checks: 9, walks: map[string]func(*rapid.T, *branches){}, scenarios: []scenario{
		tell(strings.Join(goes, "|"), comesAndGoes, eventsLaw), tell(strings.Join(shared, "|"), isShared, eventsLaw),
	}}
	for _, name := range catalogNames {
		s.walks[name] = func(t *rapid.T, hits *branches) {
			m := newCompanyMachine(t, hits, name, eventsLaw())
			t.Repeat(map[string]func(*rapid.T){"do": m.request, "give": m.give, "give more": m.give, "and more": m.give, "answer": m.answer, "time": m.pass})
			m.finish(t)
		}
	}
	s.run(t)
}
