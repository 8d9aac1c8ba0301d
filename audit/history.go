package audit

import (
	"encoding/json"
	"iter"
	"strconv"
	"time"
)

// HistoryRow is one change of an event, with what the event says of all its
// changes.
type HistoryRow struct {
	Event       uint64          `json:"event"`
	Time        time.Time       `json:"time"`
	Actor       Actor           `json:"actor"`
	Change      string          `json:"change"`            // its type in the log
	Version     int             `json:"version"`           // of Data's form
	Targets     []string        `json:"targets,omitempty"` // of the whole event
	Reason      string          `json:"reason,omitempty"`
	Approval    string          `json:"approval,omitempty"`
	Via         string          `json:"via,omitempty"`
	Correlation string          `json:"correlation,omitempty"`
	Data        json.RawMessage `json:"data"` // shared with the event
}

// HistoryRows returns a row for each change of the events, in their order. An error
// is passed on as it is, with the zero row, and is the last. The rows share their
// slices with the events.
func HistoryRows(events iter.Seq2[Event, error]) iter.Seq2[HistoryRow, error] {
	return func(yield func(HistoryRow, error) bool) {
		for e, err := range events {
			if err != nil {
				yield(HistoryRow{}, err)
				return
			}
			for _, c := range e.Changes {
				row := HistoryRow{
					Event: e.Seq, Time: e.Time, Actor: e.Actor, Change: c.Type, Version: c.Version, Targets: e.Targets,
					Reason: e.Reason, Approval: e.Approval, Via: e.Via, Correlation: e.Correlation, Data: c.Data,
				}
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

const (
	mostTargets  = 100  // in a cell
	mostDataText = 8190 // bytes in a cell: a spreadsheet takes 32,767 characters, and escaping makes at most 4 of a byte
)

// HistoryList returns the list "History". Its tables have the first 100 targets of
// an event, and the size of the data of a change in its place if it is longer than
// 8,190 bytes: cells of spreadsheets are limited.
func HistoryList(rows iter.Seq2[HistoryRow, error]) List[HistoryRow] {
	return List[HistoryRow]{"History", []Column[HistoryRow]{
		{"Event", func(h HistoryRow) string { return eventText(h.Event) }},
		{"Time", func(h HistoryRow) string { return timeText(h.Time) }},
		{"By", func(h HistoryRow) string { return h.Actor.String() }},
		{"E-mail", func(h HistoryRow) string { return h.Actor.Email }},
		{"Role", func(h HistoryRow) string { return h.Actor.Role }},
		{"Change", func(h HistoryRow) string { return h.Change }},
		{"Targets", targetsText},
		{"Reason", func(h HistoryRow) string { return h.Reason }},
		{"Approval", func(h HistoryRow) string { return h.Approval }},
		{"Via", func(h HistoryRow) string { return h.Via }},
		{"Correlation", func(h HistoryRow) string { return h.Correlation }},
		{"Data", dataText},
	}, rows}
}

func targetsText(h HistoryRow) string {
	if len(h.Targets) <= mostTargets {
		return listText(h.Targets)
	}
	return listText(h.Targets[:mostTargets]) + " and " + strconv.Itoa(len(h.Targets)-mostTargets) + " more"
}

func dataText(h HistoryRow) string {
	if len(h.Data) > mostDataText {
		return "(" + strconv.Itoa(len(h.Data)) + " bytes)"
	}
	return string(h.Data)
}
