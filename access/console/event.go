package console

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
)

// dataSize is how many bytes of a change a page shows: the founding has a whole
// company.
const dataSize = 16 << 10

// eventPage is one event of the log, with all that it says.
type eventPage struct {
	audit.Event
	By            string
	Changes       []changeView
	Before, After uint64 // the events beside it, 0 for none
}

// changeView is a change of an event.
type changeView struct {
	audit.Change
	What phrase
	Text string // the data, indented; "" if it is too long for a page
	Size int    // of the data, in bytes
}

// showEvent answers with one event of the log.
func showEvent(v *visit) (*answer, error) {
	seq, err := strconv.ParseUint(v.asked("seq"), 10, 63)
	head := v.moment.Checkpoint().Seq
	if err != nil || seq == 0 || seq > head {
		return nil, missing("event", v.asked("seq"))
	}
	p := eventPage{Before: seq - 1}
	if seq < head {
		p.After = seq + 1
	}
	for entry, err := range v.console.company.History(v.Context(), company.HistoryQuery{After: seq - 1, Before: seq + 1, Unread: true}) {
		if err != nil {
			return nil, err
		}
		p.Event, p.By = entry.Event, v.actor(entry.Actor.String())
	}
	told := v.told(p.Event, len(p.Event.Changes))
	for i, c := range p.Event.Changes {
		p.Changes = append(p.Changes, changeView{c, told[i], indented(c.Data), len(c.Data)})
	}
	return &answer{Template: "event.html", Title: say("Event %s", seq), Data: p}, nil
}

// indented returns the data of a change for people, "" if it is too long.
func indented(data []byte) string {
	var text bytes.Buffer
	if len(data) > dataSize || json.Indent(&text, data, "", "  ") != nil {
		return ""
	}
	return text.String()
}
