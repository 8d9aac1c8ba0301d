package main

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/accesshttp"
	"github.com/ambit-authz/ambit/access/admission"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
)

// shareReport shares a report with a user or a team.
func (s *service) shareReport(w http.ResponseWriter, r *http.Request) {
	var body struct {
		User   team.UserID                 `json:"user"`
		Team   team.ID                     `json:"team"`
		Level  access.Level                `json:"level"`
		Until  company.Optional[time.Time] `json:"until"` // left out, it stays; null lifts it
		Reason string                      `json:"reason"`
	}
	if !readBody(w, r, &body) {
		return
	}
	if !body.Level.Valid() {
		writeProblem(w, http.StatusBadRequest, "a level is required")
		return
	}
	report := access.ReportID(r.PathValue("report"))
	s.change(w, r, body.Reason, company.ShareReport{Report: report, User: body.User, Team: body.Team, Level: body.Level, Until: body.Until})
}

// setRole gives a user another role.
func (s *service) setRole(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Role   role.Name `json:"role"`
		Reason string    `json:"reason"`
	}
	if !readBody(w, r, &body) {
		return
	}
	s.change(w, r, body.Reason, company.SetRole{User: team.UserID(r.PathValue("user")), Role: body.Role})
}

// addMember puts a user into a team.
func (s *service) addMember(w http.ResponseWriter, r *http.Request) {
	var body struct {
		User   team.UserID `json:"user"`
		Until  time.Time   `json:"until"`
		Reason string      `json:"reason"`
	}
	if !readBody(w, r, &body) {
		return
	}
	s.change(w, r, body.Reason, company.AddMember{Team: team.ID(r.PathValue("team")), User: body.User, Until: body.Until})
}

// change makes a change of the company as the caller, and answers with the record. The guard has decided only that the caller may take
// the action; Do decides about this change, against the company as it is now.
func (s *service) change(w http.ResponseWriter, r *http.Request, reason string, change company.Change) {
	receipt, err := s.company.Do(r.Context(), callerOf(r, reason), change)
	if err != nil {
		s.refuseChange(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, struct {
		Event  uint64         `json:"event"`
		Change company.Change `json:"change"`
	}{receipt.Seq, receipt.Changes[0]})
}

// callerOf says who makes a change and why.
func callerOf(r *http.Request, reason string) company.By {
	return company.By{
		Actor:       company.User(admission.Subject(r.Context()).User()),
		Reason:      reason,
		Correlation: requestID(r.Context()),
	}
}

// statuses are for changes that the caller may make, but not like this. All other refusals conflict with the state of the company:
// [http.StatusConflict].
var statuses = []struct {
	err    error
	status int
}{
	{company.ErrReason, http.StatusBadRequest},
	{company.ErrInvalid, http.StatusBadRequest},
	{company.ErrPast, http.StatusUnprocessableEntity},
	{company.ErrUnknown, http.StatusUnprocessableEntity},
	{company.ErrSelf, http.StatusForbidden},
	{company.ErrBeyondOwnEnd, http.StatusForbidden},
}

// refuseChange answers for a change that was not made.
func (s *service) refuseChange(w http.ResponseWriter, r *http.Request, err error) {
	if status, text := refusal(err); status != 0 {
		writeProblem(w, status, text)
		return
	}
	s.refuseUntold(w, r, err)
}

// refusal returns why a change is refused, to be shown to the caller, and with which status. The status is 0 if the guard answers
// instead: denials, of which it shows the public reason, and failures, of which it shows nothing.
func refusal(err error) (status int, text string) {
	failed, ok := errors.AsType[*company.Error](err)
	if !ok || !failed.Refused() || errors.Is(err, access.ErrDenied) {
		return 0, ""
	}
	status = http.StatusConflict
	for _, known := range statuses {
		if errors.Is(err, known.err) {
			status = known.status
		}
	}
	return status, failed.Err.Error()
}

// refuseUntold lets the guard answer for a change. If the log cannot be reached, it may be possible later.
func (s *service) refuseUntold(w http.ResponseWriter, r *http.Request, err error) {
	failed, ok := errors.AsType[*company.Error](err)
	if ok && !failed.Refused() && s.company.Health().Log != nil || errors.Is(err, company.ErrUncertain) {
		err = fmt.Errorf("%w: %w", admission.ErrUnavailable, err)
	}
	accesshttp.Refuse(w, r, err)
}
