package main

import (
	"net/http"

	"github.com/ambit-authz/ambit/access/admission"
)

// showHealth says whether this instance can answer, for a load balancer: it answers 503 while the instance is further behind its log than
// answers may be. It is for anyone, so it says what fails and not why: the error of a database may name its host. That is logged.
func (s *service) showHealth(w http.ResponseWriter, r *http.Request) {
	health := s.company.Health()
	answer := struct {
		Status     string `json:"status"`
		Log        string `json:"log"`        // whether it can be read and written
		Checkpoint string `json:"checkpoint"` // whether it can be kept
	}{"ok", "ok", "ok"}
	status := http.StatusOK
	if health.TooOld {
		status, answer.Status = http.StatusServiceUnavailable, "unavailable"
		w.Header().Set("Retry-After", admission.RetryAfter)
	}
	if health.Log != nil || health.InDoubt {
		answer.Log = "fails"
	}
	if health.Keeper != nil {
		answer.Checkpoint = "fails"
	}
	if health.TooOld || health.Log != nil || health.InDoubt || health.Keeper != nil {
		s.logger.WarnContext(r.Context(), "unwell", "too old", health.TooOld, "known", health.Known, "log", health.Log, "in doubt", health.InDoubt, "checkpoint", health.Keeper)
	}
	writeJSON(w, status, answer)
}
