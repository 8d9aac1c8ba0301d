package console

import (
	"errors"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
)

func historyRoutes() []route {
	return append(listRoutes(route{Path: "/history", Menu: say("History"), Under: oversightSection, Rights: readAudit, Show: showHistory}, saveHistory),
		route{Path: "/event", Rights: readAudit, Show: showEvent})
}

// A page of the history looks back over so many events at most, whether they fit
// what is asked for or not, so that no filter makes it slow. It reads a few of
// them first, and more as long as too few of them fit.
const (
	historyReach = 5_000
	historyStep  = 250
)

// historyPage is what happened, the latest first, with what was asked for.
type historyPage struct {
	Target, Actor, From, To string // as they were typed
	Events                  []eventRow
	Files                   []saved
	Next                    string
	Before                  uint64 // nothing before this event was looked at; 0 if there is nothing before
	Error                   phrase
	Wrong                   string // the field that the error is about
}

// eventRow is an event as a line of the history.
type eventRow struct {
	audit.Event
	By      string
	What    []phrase
	More    int // changes that are not in What
	Targets phrase
}

// showHistory answers with a page of the history.
func showHistory(v *visit) (*answer, error) {
	p := historyPage{Target: v.asked("target"), Actor: v.asked("actor"), From: v.asked("from"), To: v.asked("to")}
	a := &answer{Template: "history.html", Title: say("History")}
	query, err := v.historyQuery()
	if wrong, ok := errors.AsType[*fieldError](err); ok {
		p.Error, p.Wrong = wrong.text, wrong.field
		a.Status, a.Data = http.StatusBadRequest, p
		return a, nil
	}
	found, before, err := v.latest(query)
	if err != nil {
		return nil, err
	}
	for _, e := range found {
		p.Events = append(p.Events, v.eventRow(e))
	}
	p.Files = v.files("/history")
	if before > 0 {
		p.Before, p.Next = before, v.with("before", seqText(before))
	}
	a.Data = p
	return a, nil
}

// lineChanges and lineTargets are how many changes and targets of an event are
// told in a line.
const (
	lineChanges = 5
	lineTargets = 10
)

func (v *visit) eventRow(e audit.Event) eventRow {
	row := eventRow{Event: e, By: v.actor(e.Actor.String()), Targets: listed(e.Targets)}
	row.What = v.told(e, lineChanges)
	row.More = len(e.Changes) - len(row.What)
	if len(e.Targets) > lineTargets {
		row.Targets = listed(append(slices.Clone(e.Targets[:lineTargets]), "…"))
	}
	return row
}

// toldSize is how many bytes the changes of an event have at most that a page
// reads to tell them in words. A founding has a whole company, and takes long.
const toldSize = 256 << 10

// told says in words what the first changes of an event do.
func (v *visit) told(e audit.Event, most int) []phrase {
	e.Changes = e.Changes[:min(len(e.Changes), most)]
	size := 0
	for _, c := range e.Changes {
		size += len(c.Data)
	}
	var changes []company.Change
	if size <= toldSize {
		changes, _ = company.ReadChanges(e) // what cannot be read is told by its type
	}
	var all []phrase
	for i, c := range e.Changes {
		switch {
		case changes != nil:
			all = append(all, v.sentence(changes[i]))
		case strings.HasPrefix(c.Type, "company.found"):
			all = append(all, say("The company begins"))
		default:
			all = append(all, v.console.changeTitle(c.Type))
		}
	}
	return all
}

// latest returns the last events that fit a query, the latest first, and before
// which event to read on; 0 if nothing is before.
func (v *visit) latest(q company.HistoryQuery) (found []audit.Event, before uint64, err error) {
	q.Unread = true
	head, begin := v.moment.Checkpoint().Seq, q.After+1
	if q.Before == 0 || q.Before > head {
		q.Before = head + 1
	}
	for step, looked := uint64(historyStep), uint64(0); q.Before > begin && looked < historyReach && len(found) <= pageSize; step *= 2 {
		step = min(step, q.Before-begin, historyReach-looked)
		q.After = q.Before - 1 - step
		var part []audit.Event
		for entry, err := range v.console.company.History(v.Context(), q) {
			if err != nil {
				return nil, 0, err
			}
			part = append(part, entry.Event)
		}
		slices.Reverse(part)
		found = append(found, part...)
		q.Before -= step
		looked += step
	}
	if len(found) > pageSize {
		return found[:pageSize], found[pageSize-1].Seq, nil
	}
	if q.Before > begin {
		before = q.Before
	}
	return found, before, nil
}

// historyQuery reads what is asked for. A *fieldError says what is wrong with it.
func (v *visit) historyQuery() (q company.HistoryQuery, err error) {
	if target := v.asked("target"); target != "" {
		if q.Target.UnmarshalText([]byte(target)) != nil {
			return q, &fieldError{"target", say("Write what it happened to as a kind and an id, such as user:mia or team:europe.")}
		}
	}
	if actor := v.asked("actor"); actor != "" {
		q.Actor = company.User(team.UserID(actor))
	}
	if q.From, err = readDay("from", v.asked("from")); err != nil {
		return q, err
	}
	if q.To, err = readEnd(v.parameters(), "to"); err != nil {
		return q, err
	}
	for name, n := range map[string]*uint64{"after": &q.After, "before": &q.Before} {
		if typed := v.asked(name); typed != "" {
			if *n, err = strconv.ParseUint(typed, 10, 63); err != nil {
				return q, &fieldError{name, say("Write the event as a number.")}
			}
		}
	}
	return q, nil
}

// saveHistory answers with the history as a file, from its beginning. It reads
// the log once.
func saveHistory(v *visit, f format) (*answer, error) {
	query, err := v.historyQuery()
	if err != nil {
		return nil, v.unreadable(err)
	}
	query.Limit, query.Unread = v.limit(), true
	rows := audit.HistoryList(audit.HistoryRows(events(v.console.company.History(v.Context(), query))))
	if f.Ext == "html" {
		data := func(c audit.Column[audit.HistoryRow]) bool { return c.Name == "Data" }
		rows.Columns = slices.DeleteFunc(rows.Columns, data) // a founding fits on no paper
	}
	return save(f, "history-"+day(v.moment.Time()), rows)
}

// events are the entries of a history as the log has them.
func events(entries iter.Seq2[company.Entry, error]) iter.Seq2[audit.Event, error] {
	return func(yield func(audit.Event, error) bool) {
		for entry, err := range entries {
			if !yield(entry.Event, err) {
				return
			}
		}
	}
}
