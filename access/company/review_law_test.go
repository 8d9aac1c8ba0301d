package company_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/audit/evidence"
	"github.com/ambit-authz/ambit/role"
	"github.com/ambit-authz/ambit/team"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// reviewWorld is a company with reviews, and what the laws need to know of it: it
// was noted as it happened, and is not asked of the company.
type reviewWorld struct {
	*testCompany
	hits   *branches
	open   string
	frozen []audit.RegisterRow           // of the open review
	makers map[string]map[string]bool    // of what raised each row since it was reviewed, by key
	asked  map[string]string             // the decisions of the open review that hold, by key
	gone   map[string]bool               // rows whose user was removed
	closed map[string][]audit.ReviewItem // as they were when their review was closed
	unmet  map[string]map[string]bool    // of closed reviews: rows that are to be revoked and are not
}

// reviewMoves are what happens in a company: who does it, and which rows it raises,
// lowers, or alters. The word USER stands for a user.
const reviewMoves = `
raises | user.set-role USER user
raises | user.set-role USER user-manager
raises | team.add-member n USER
raises | team.add-member t USER
raises | user.reinstate USER
raises | user.set-expiry USER none
lowers | user.set-expiry USER 40d
lowers | user.set-role USER viewer
lowers | team.remove-member n USER
lowers | user.suspend USER
gone   | user.remove USER successor=vic
gone   | user.remove USER
`

// TestReviewLaws makes random changes and reviews. The population is frozen;
// nothing closes by itself, nor by decisions; a revocation that nobody carries out
// stays a finding; and nobody decides about themselves, or about what they raised.
func TestReviewLaws(t *testing.T) {
	t.Parallel()
	var hits branches
	n := 10
	if long {
		n = 0
	}
	missing := func() []string {
		return hits.Missing("opened", "closed", "raises", "lowers", "gone", "keep", "reduce", "revoke", "refused self", "refused maker",
			"unmet after closing", "met after closing")
	}
	for round := 0; round < 30 && (round == 0 || len(missing()) > 0) && !t.Failed(); round++ {
		check(t, n, func(t *rapid.T) {
			w := newReviewWorld(t, &hits)
			for range 40 {
				w.step(t)
				w.checkLaws()
			}
		})
	}
	for _, name := range missing() {
		t.Errorf("never hit: %s", name)
	}
}

func newReviewWorld(t *rapid.T, hits *branches) *reviewWorld {
	return &reviewWorld{
		testCompany: newCompany(t, "ann admin; abe admin; ugo user-manager; uma user; max team-member; vic viewer; sue viewer suspended",
			options{accounts: "us", groups: "gu everything", teams: "t gu: max; n: uma", reports: "r: uma creator"}),
		hits: hits, makers: map[string]map[string]bool{}, asked: map[string]string{}, gone: map[string]bool{},
		closed: map[string][]audit.ReviewItem{}, unmet: map[string]map[string]bool{},
	}
}

func (w *reviewWorld) step(t *rapid.T) {
	w.pass(time.Duration(rapid.IntRange(1, 200).Draw(t, "hours")) * time.Hour)
	actor := rapid.SampledFrom([]string{"ann", "abe", "ugo"}).Draw(t, "actor")
	users := []string{"ann", "abe", "ugo", "uma", "max", "vic", "sue"}
	u := rapid.SampledFrom(users).Draw(t, "user")
	switch n := rapid.IntRange(0, 19).Draw(t, "what"); {
	case w.open == "" && n < 8:
		w.openReview(actor)
	case w.open != "" && n == 0:
		w.closeReview(actor)
	case w.open != "" && n < 12:
		w.decide(actor, "user:"+u, rapid.SampledFrom([]string{audit.Keep, audit.Reduce, audit.Revoke}).Draw(t, "decision"))
	case n == 19:
		for _, id := range keysOf(w.unmet) {
			for _, key := range keysOf(w.unmet[id]) {
				w.move(actor, key, "gone", company.RemoveUser{User: team.UserID(strings.TrimPrefix(key, "user:"))})
			}
		}
	default:
		moves := slices.Collect(split(reviewMoves, "\n"))
		cells := cellsOf(strings.ReplaceAll(rapid.SampledFrom(moves).Draw(t, "move"), "USER", u))
		w.move(actor, "user:"+u, cells[0], parseChange(t, cells[1]))
	}
}

func (w *reviewWorld) openReview(actor string) {
	id := fmt.Sprint("w", len(w.closed))
	if _, err := w.do(actor, company.OpenReview{Review: id}); err != nil {
		return // who acts is gone by now
	}
	w.hits.Hit("opened")
	w.open = id
	w.frozen = slices.DeleteFunc(slices.Collect(w.Now().Register(company.RowQuery{})), func(r audit.RegisterRow) bool { return r.State == audit.StateEnded })
}

func (w *reviewWorld) closeReview(actor string) {
	id := w.open
	if _, err := w.do(actor, company.CloseReview{Review: id}); err != nil {
		return
	}
	w.hits.Hit("closed")
	w.closed[id], w.unmet[id] = slices.Collect(w.Now().ReviewItems(id, company.RowQuery{})), map[string]bool{}
	for key, decision := range w.asked {
		delete(w.makers, key)
		if decision == audit.Revoke && !w.gone[key] {
			w.unmet[id][key] = true
			w.hits.Hit("unmet after closing")
		}
	}
	w.open, w.asked = "", map[string]string{}
}

func (w *reviewWorld) decide(actor, key, decision string) {
	_, err := w.do(actor, company.DecideItem{Review: w.open, Row: key, Decision: decision})
	switch {
	case err == nil:
		w.asked[key] = decision
		w.hits.Hit(decision)
		if key == "user:"+actor || w.makers[key][actor] {
			w.t.Errorf("%s decided about %s, though they raised it: %v", actor, key, w.makers[key])
		}
	case errors.Is(err, company.ErrSelf):
		w.hits.Hit("refused self")
	case errors.Is(err, company.ErrNotIndependent):
		w.hits.Hit("refused maker")
		if !w.makers[key][actor] {
			w.t.Errorf("%s may not decide about %s, and raised nothing: %v", actor, key, w.makers[key])
		}
	}
}

// move makes a change that is no review's, and notes what it means to a row.
func (w *reviewWorld) move(actor, key, kind string, change company.Change) {
	was := w.roleOf(key)
	r, err := w.do(actor, change)
	if err != nil {
		return
	}
	if c, ok := change.(company.SetRole); ok {
		if kind = "raises"; w.Policy().Directory().Catalog().Covers(was, c.Role) {
			kind = "lowers"
		}
	}
	if removal, ok := company.Outcome[company.RemoveUser](r); ok && removal.HandedOver.Count > 0 {
		w.change(actor, "user:vic", "raises")
	}
	w.hits.Hit(kind)
	w.change(actor, key, kind)
}

// roleOf returns the role of a user by key.
func (w *reviewWorld) roleOf(key string) role.Name {
	u, _ := w.Policy().Directory().User(team.UserID(strings.TrimPrefix(key, "user:")))
	return u.Role
}

// change notes what a change means to a row.
func (w *reviewWorld) change(actor, key, kind string) {
	if kind == "raises" {
		if w.makers[key] == nil {
			w.makers[key] = map[string]bool{}
		}
		w.makers[key][actor] = true
	}
	if w.asked[key] == audit.Keep || kind == "raises" {
		delete(w.asked, key)
	}
	if kind == "gone" {
		w.gone[key] = true
		for _, unmet := range w.unmet {
			if unmet[key] {
				w.hits.Hit("met after closing")
			}
			delete(unmet, key)
		}
	}
}

// checkLaws checks the laws at a moment.
func (w *reviewWorld) checkLaws() {
	m := w.Now()
	for r := range m.Reviews() {
		items, unmet := slices.Collect(m.ReviewItems(r.ID, company.RowQuery{})), map[string]bool{}
		for f := range m.Findings(r.ID) {
			if f.Kind == audit.FindingUnmatched && f.Decision == audit.Revoke {
				unmet[f.Row] = true
			}
		}
		if r.ID == w.open {
			w.checkOpen(r, items)
			continue
		}
		if r.Closed.IsZero() {
			w.t.Errorf("review %s is open, and %q should be", r.ID, w.open)
		}
		if diff := cmp.Diff(w.unmet[r.ID], unmet); diff != "" {
			w.t.Errorf("review %s is closed, and the revocations that stay findings are (-want +got):\n%s", r.ID, diff)
		}
		for i := range items {
			items[i].Done = w.closed[r.ID][i].Done
		}
		if diff := cmp.Diff(w.closed[r.ID], items); diff != "" {
			w.t.Errorf("review %s changed after it was closed (-was +is):\n%s", r.ID, diff)
		}
	}
}

// checkOpen checks the review that is open.
func (w *reviewWorld) checkOpen(r audit.Review, items []audit.ReviewItem) {
	var rows []audit.RegisterRow
	decided := map[string]string{}
	for _, i := range items {
		rows = append(rows, i.Row)
		if i.Decision != "" {
			decided[i.Row.Key()] = i.Decision
		}
	}
	if diff := cmp.Diff(w.frozen, rows); diff != "" {
		w.t.Errorf("the population changed (-frozen +is):\n%s", diff)
	}
	register, err := evidence.EncodeRegister(slices.Values(rows))
	if err != nil || r.Count != len(rows) || r.Digest != evidence.Digest(register) || !r.Closed.IsZero() {
		w.t.Errorf("the review is %+v, %v", r, err)
	}
	if diff := cmp.Diff(w.asked, decided); diff != "" {
		w.t.Errorf("the decisions that hold (-want +got):\n%s", diff)
	}
}
