package snapshot

import (
	"slices"

	"github.com/ambit-authz/ambit/internal/text"
)

// PutReport adds a report, or renames it and keeps its grants and links. The
// name must be free unless it is empty.
func (w *Writer) PutReport(id, name, note string) {
	i, old, found := w.Reports.Find(id)
	if !found {
		i = w.Reports.Add(w.token, id, &Report{ID: id, Name: name, Note: note})
	} else {
		w.removeReportName(old)
		next := w.editReport(i)
		next.Name, next.Note = name, note
	}
	if name != "" {
		w.ReportNames.Put(w.token, text.Fold(name), i)
	}
}

// RemoveReport removes a report and its grants, and ends its links.
func (w *Writer) RemoveReport(i uint32) {
	r := w.Reports.At(i)
	w.removeReportName(r)
	for _, l := range r.Links {
		w.endLink(l)
	}
	w.Reports.Remove(w.token, r.ID)
}

func (w *Writer) removeReportName(r *Report) {
	if r.Name != "" {
		w.ReportNames.Delete(w.token, text.Fold(r.Name))
	}
}

// PutUserGrant gives user u a grant, in place of any direct grant they have of
// the report.
func (w *Writer) PutUserGrant(u uint32, g Grant) {
	w.editUser(u).Grants.put(w.token, g, w.noReport)
	w.editReport(g.Of).Users.Add(w.token, u)
}

// PutTeamGrant gives team t a grant, in place of any it has of the report.
func (w *Writer) PutTeamGrant(t uint32, g Grant) {
	w.editTeam(t).Grants.put(w.token, g, w.noReport)
	w.editReport(g.Of).Teams.Add(w.token, t)
}

// RemoveUserGrant takes user u's direct grant of report r away.
func (w *Writer) RemoveUserGrant(r, u uint32) {
	w.editUser(u).Grants.drop(w.token, r)
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
		w.Links.Set(w.token, i, &l)
		return
	}
	i = w.Links.Add(w.token, l.ID, &l)
	if u, _, ok := w.Users.Find(string(l.Maker)); ok {
		rec := w.editUser(u)
		rec.Links = addLink(rec.Links, i, w.owns(linksOfUser, u))
	}
	if t, _, ok := w.Teams.Find(string(l.Session)); ok {
		rec := w.editTeam(t)
		rec.Links = addLink(rec.Links, i, w.owns(linksOfTeam, t))
	}
	if l.Kind != ReportKind {
		return
	}
	if r, _, ok := w.Reports.Find(l.Item); ok {
		rec := w.editReport(r)
		rec.Links = addLink(rec.Links, i, w.owns(linksOfReport, r))
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
	w.Links.Remove(w.token, w.Links.At(i).ID)
}

func (w *Writer) endLink(i uint32) {
	if w.Links.At(i) != nil {
		edit(&w.Links, w.token, i).Ended = true
	}
}
