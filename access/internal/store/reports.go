package store

import (
	"iter"
	"slices"
	"strings"

	"github.com/ambit-authz/ambit/internal/text"
)

// PutReport adds a report, or renames it and keeps its grants and links. The
// name must be free unless it is empty.
func (w *Writer) PutReport(id, name, note string) {
	i, old, found := w.Reports.Find(id)
	if !found {
		i = w.editSharing().Reports.Add(w.token, id, &Report{ID: id, Name: name, Note: note})
	} else {
		w.removeReportName(old)
		next := w.editReport(i)
		next.Name, next.Note = name, note
	}
	if name != "" {
		w.editSharing().ReportNames.Put(w.token, text.Fold(name), i)
	}
}

// RemoveReport removes a report and its grants, and ends its links.
func (w *Writer) RemoveReport(i uint32) {
	r := w.Reports.At(i)
	w.removeReportName(r)
	for l := range w.LinksTo(ReportKind, r.ID, "") {
		w.endLink(l)
	}
	w.editSharing().Reports.Remove(w.token, r.ID)
}

func (w *Writer) removeReportName(r *Report) {
	if r.Name != "" {
		w.editSharing().ReportNames.Delete(w.token, text.Fold(r.Name))
	}
}

// PutUserGrant gives user u a grant, in place of any direct grant they have of
// the report.
func (w *Writer) PutUserGrant(u uint32, g Grant) {
	w.spread(u).Grants.put(w.token, g, w.noReport)
	w.editReport(g.Of).Users.Add(w.token, u)
}

// PutTeamGrant gives team t a grant, in place of any it has of the report.
func (w *Writer) PutTeamGrant(t uint32, g Grant) {
	w.editTeam(t).Grants.put(w.token, g, w.noReport)
	w.editReport(g.Of).Teams.Add(w.token, t)
}

// RemoveUserGrant takes user u's direct grant of report r away.
func (w *Writer) RemoveUserGrant(r, u uint32) {
	w.spread(u).Grants.drop(w.token, r)
	w.editReport(r).Users.Remove(w.token, u)
}

// RemoveTeamGrant takes team t's grant of report r away.
func (w *Writer) RemoveTeamGrant(r, t uint32) {
	w.editTeam(t).Grants.drop(w.token, r)
	w.editReport(r).Teams.Remove(w.token, t)
}

// noReport reports whether a report is gone.
func (w *Writer) noReport(i uint32) bool { return w.Reports.At(i) == nil }

// ReportKind is the Kind of a link to a report.
const ReportKind = "report"

// PutLink adds a link, or replaces one of the same maker and resource. Unless
// it has ended its maker must exist, and so must the report if it is to one.
func (w *Writer) PutLink(l Link) {
	i, _, found := w.Links.Find(l.ID)
	if found {
		w.editSharing().Links.Set(w.token, i, &l)
		return
	}
	i = w.editSharing().Links.Add(w.token, l.ID, &l)
	if u := w.Users.Get(string(l.Maker)); u != nil {
		m := w.spread(u.No)
		m.Links = addLink(m.Links, i, m.ownsLinks)
		m.ownsLinks = true
	}
	if t, _, ok := w.Teams.Find(string(l.Session)); ok {
		rec := w.editTeam(t)
		rec.Links = addLink(rec.Links, i, w.owns(linksOfTeam, t))
	}
	key := itemKey(l.Kind, l.Item, l.Account)
	at, to, found := w.shown.Find(key)
	if !found {
		at = w.editSharing().shown.Add(w.token, key, nil)
	}
	w.editSharing().shown.Set(w.token, at, addLink(to, i, w.owns(linksOfItem, at)))
}

// itemKey names what a link shows. No part has a zero byte.
func itemKey(kind, item, account string) string {
	return strings.Join([]string{kind, item, account}, "\x00")
}

// LinksTo yields the links that show something, also those that have ended.
func (s *State) LinksTo(kind, item, account string) iter.Seq2[uint32, *Link] {
	return func(yield func(uint32, *Link) bool) {
		_, all, _ := s.shown.Find(itemKey(kind, item, account))
		for _, i := range all {
			if l := s.Links.At(i); l != nil && !yield(i, l) {
				return
			}
		}
	}
}

func addLink(links []uint32, i uint32, owned bool) []uint32 {
	if !owned {
		links = slices.Clone(links)
	}
	return append(links, i)
}

// RemoveLink forgets a link.
func (w *Writer) RemoveLink(i uint32) {
	w.editSharing().Links.Remove(w.token, w.Links.At(i).ID)
}

func (w *Writer) endLink(i uint32) {
	if l := w.Links.At(i); l != nil {
		ended := *l
		ended.Ended = true
		w.editSharing().Links.Set(w.token, i, &ended)
	}
}
