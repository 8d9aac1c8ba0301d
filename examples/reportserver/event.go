package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"github.com/ambit-authz/ambit/access/accesshttp"
)

// event is an event of the log for people to read. To export the log itself, with its hashes, use audit.WriteLines.
type event struct {
	Seq     uint64    `json:"seq"`
	Time    time.Time `json:"time"`
	Actor   string    `json:"actor"`
	Changes []string  `json:"changes"`
	Targets []string  `json:"targets"`
	Reason  string    `json:"reason,omitempty"`
}

// listEvents answers with the events of the log, one on a line. It reads all of them first: after the first byte of an answer it could
// not report that the log failed.
func (s *service) listEvents(w http.ResponseWriter, r *http.Request) {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for e, err := range s.log.Events(r.Context(), 0) {
		if err != nil {
			accesshttp.Refuse(w, r, err)
			return
		}
		line := event{e.Seq, e.Time, e.Actor.ID, nil, e.Targets, e.Reason}
		for _, c := range e.Changes {
			line.Changes = append(line.Changes, c.Type)
		}
		encoder.Encode(line) // into memory, which cannot fail
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/jsonl")
	w.Write(lines.Bytes()) // a client that is gone needs no answer
}
