package access

import (
	"errors"
	"fmt"
	"iter"

	"github.com/ambit-authz/ambit/access/internal/snapshot"
	"github.com/ambit-authz/ambit/internal/text"
)

// SetReport adds a report, or renames it; its grants and links stay. Names are
// unique in the company, except that any number of reports may have none.
func (e *Edit) SetReport(id ReportID, name string) {
	e.keep("set report", string(id), e.setReport(id, name))
}

func (e *Edit) setReport(id ReportID, name string) error {
	if err := errors.Join(validID(string(id)), validName(name)); err != nil {
		return err
	}
	if holder, taken := e.w.Titles.Get(name); taken && e.w.Reports.At(holder).ID != string(id) {
		return fmt.Errorf("name %q %w by report %q", name, ErrTaken, e.w.Reports.At(holder).ID)
	}
	e.w.PutReport(string(id), name)
	return nil
}

// RemoveReport removes a report with its grants, and ends the links to it.
func (e *Edit) RemoveReport(id ReportID) {
	no, err := e.report(id)
	if err == nil {
		e.w.RemoveReport(no)
	}
	e.keep("remove report", string(id), err)
}

// SetGrant shares a report with a user or a team, in place of any direct grant
// that user or team has of it. Unlike sharing, it may lower the level.
func (e *Edit) SetGrant(g Grant) { e.keep("set grant", g.id(), e.setGrant(g)) }

func (g Grant) id() string {
	if g.Team != "" {
		return string(g.Report) + "/team " + string(g.Team)
	}
	return string(g.Report) + "/" + string(g.User)
}

func (e *Edit) setGrant(g Grant) error {
	report, err := e.report(g.Report)
	if err != nil {
		return err
	}
	until, err := end(g.Until)
	if err != nil {
		return err
	}
	switch {
	case !g.Level.Valid():
		return fmt.Errorf("level %v %w", g.Level, ErrInvalid)
	case (g.User == "") == (g.Team == ""):
		return fmt.Errorf("grant %w: it goes to one user or to one team", ErrInvalid)
	case g.Team != "" && g.Level > MaxTeamLevel:
		return fmt.Errorf("level %v %w for a team: %v is the highest", g.Level, ErrInvalid, MaxTeamLevel)
	}
	if g.Team != "" {
		t, err := e.team(g.Team)
		if err != nil {
			return err
		}
		e.w.PutTeamGrant(report, t, uint8(g.Level), until)
		return nil
	}
	u, err := e.user(g.User)
	if err != nil {
		return err
	}
	e.w.PutUserGrant(report, u, uint8(g.Level), until)
	return nil
}

// RemoveGrant takes away the direct grant that a user or a team has of a
// report. Only Report, User and Team of g matter.
func (e *Edit) RemoveGrant(g Grant) { e.keep("remove grant", g.id(), e.removeGrant(g)) }

func (e *Edit) removeGrant(g Grant) error {
	report, err := e.report(g.Report)
	if err != nil {
		return err
	}
	rec := e.w.Reports.At(report)
	if t, _, ok := e.w.Teams.Find(string(g.Team)); ok && g.User == "" && rec.Teams.Has(t) {
		e.w.RemoveTeamGrant(report, t)
		return nil
	}
	if u, _, ok := e.w.Users.Find(string(g.User)); ok && g.Team == "" && rec.Users.Has(u) {
		e.w.RemoveUserGrant(report, u)
		return nil
	}
	return missing("grant", g.id(), nil)
}

// SetLink adds a share link, or changes its end or ends it. Whose it is, in what
// scope, what it allows and what it shows stay, and once ended it stays ended.
func (e *Edit) SetLink(l ShareLink) { e.keep("set link", string(l.ID), e.setLink(l)) }

func (e *Edit) setLink(l ShareLink) error {
	until, err := end(l.Until)
	for _, id := range []string{string(l.ID), string(l.Maker), string(l.Action)} {
		err = errors.Join(err, validID(id))
	}
	for _, id := range []string{string(l.Session), string(l.Resource.kind), l.Resource.id, l.Resource.account} {
		if id != "" {
			err = errors.Join(err, validID(id))
		}
	}
	if err != nil {
		return err
	}
	l.Until = until
	place, wellFormed := l.Resource.place()
	action, known := e.catalog.actions[l.Action]
	if !known {
		action.at = hostPlaces // no role holds it now: the link is paused until one does
	}
	switch {
	case !wellFormed || place&(atReport|atItem|atCompanyItem) == 0 || l.Resource.kind == "",
		place == atItem && l.Resource.account == "", place == atReport && l.Resource.id == "":
		return fmt.Errorf("resource %q %w: a link shows a report, or something of the host's own", l.Resource, ErrInvalid)
	case place == atReport && l.Action != ViewReport || place != atReport && action.at&place == 0:
		return fmt.Errorf("action %q %w: a link cannot allow it at %s", l.Action, ErrInvalid, l.Resource)
	}
	if _, old, found := e.w.Links.Find(string(l.ID)); found {
		was := shareLink(old)
		ended := was.Ended
		was.Until, was.Ended = l.Until, l.Ended
		if was != l || ended && !l.Ended {
			return fmt.Errorf("link %w: it stays what it was made for, and ended when it has", ErrInvalid)
		}
	}
	if !l.Ended {
		if _, err := e.user(l.Maker); err != nil {
			return err
		}
		if place == atReport {
			if _, err := e.report(ReportID(l.Resource.id)); err != nil {
				return err
			}
		}
	}
	e.w.PutLink(l.record())
	return nil
}

// RemoveLink forgets a share link, ended or not.
func (e *Edit) RemoveLink(id LinkID) {
	no, _, ok := e.w.Links.Find(string(id))
	if !ok {
		e.keep("remove link", string(id), missing("link", string(id), nil))
		return
	}
	e.w.RemoveLink(no)
}

// report returns the number of a report.
func (e *Edit) report(id ReportID) (uint32, error) {
	no, _, ok := e.w.Reports.Find(string(id))
	if !ok {
		return 0, missing("report", string(id), keys(&e.w.Reports, func(r *snapshot.Report) string { return r.ID }))
	}
	return no, nil
}

// missing is the error of naming what does not exist, with what may have been
// meant.
func missing(what, id string, known iter.Seq[string]) error {
	if known != nil {
		if s := text.Nearest(id, known); s != "" {
			return fmt.Errorf("%s %s %w; did you mean %q?", what, text.Quote(id), ErrUnknown, s)
		}
	}
	return fmt.Errorf("%s %s %w", what, text.Quote(id), ErrUnknown)
}
