package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/ambit-authz/ambit/access/company"
)

// TestFailedChange answers for changes that failed, of which the caller may know nothing, and for refusals without a status in the
// list.
func TestFailedChange(t *testing.T) {
	service := newWorld(t).service
	for _, tt := range []struct {
		want int
		name string
		err  error
	}{
		{http.StatusInternalServerError, "the log is broken", &company.Error{Op: "sync", Seq: 7, Err: company.ErrBroken}},
		{http.StatusInternalServerError, "not an error of the company's", errors.New("disk db-7")},
		{http.StatusServiceUnavailable, "the caller went away", &company.Error{Op: "do", Err: context.Canceled}},
		{http.StatusConflict, "the seats are taken", &company.Error{Op: "do", Err: company.ErrSeats}},
	} {
		answer := httptest.NewRecorder()
		service.refuseChange(answer, httptest.NewRequest("PUT", "/users/tom/role", nil), tt.err)
		if shown := strings.Contains(answer.Body.String(), "detail"); answer.Code != tt.want || shown != (tt.want == http.StatusConflict) {
			t.Errorf("%s: %d %s, want %d", tt.name, answer.Code, answer.Body, tt.want)
		}
	}
}

// TestReadersDuringChange reads a report again and again while a change gives the reader more of it. Each answer is as a whole the one
// from before or the one from after, and the one from before never comes last.
func TestReadersDuringChange(t *testing.T) {
	w := newWorld(t).login("tom", "uma")
	const (
		before = `{"rows":[{"account":"uk-search","clicks":60,"cost":90},{"account":"de-search","clicks":40,"cost":70}],"totals":{"clicks":100,"cost":160}}` + "\n"
		after  = `{"rows":[{"account":"us-search","clicks":120,"cost":300},{"account":"us-social","clicks":80,"cost":150},` +
			`{"account":"uk-search","clicks":60,"cost":90},{"account":"de-search","clicks":40,"cost":70}],"totals":{"clicks":300,"cost":610}}` + "\n"
	)
	var reading, done sync.WaitGroup
	changed := make(chan struct{})
	for range 4 {
		reading.Add(1)
		done.Go(func() {
			want := before
			for first, last := true, false; !last; first = false {
				select {
				case <-changed:
					last = true // one more, which must be after
				default:
				}
				got := w.ask("tom", "GET /reports/q3", "").Body.String()
				if got == after {
					want = after
				}
				if got != want || last && got != after {
					t.Errorf("read %s, want %s", got, want)
				}
				if first {
					reading.Done()
				}
			}
		})
	}
	reading.Wait()
	answer := w.ask("uma", "POST /teams/americas/members", `{"user":"tom","reason":"covers for mia"}`)
	close(changed)
	done.Wait()
	if answer.Code != http.StatusOK {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}
