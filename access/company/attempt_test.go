package company_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/company"
	"github.com/ambit-authz/ambit/audit"
	"github.com/ambit-authz/ambit/team"
)

// TestAttemptInALog checks the record of a change that a company refuses.
func TestAttemptInALog(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	founding := company.Founding{ID: "acme", Name: "Acme", Founder: team.User{ID: "ann", Email: team.MustParseAddress("ann@x.test")}}
	co, err := company.Found(t.Context(), audit.NewMemory(), founding, &company.Config{
		Refused: func(ctx context.Context, a company.Attempt) { log.InfoContext(ctx, "refused", "attempt", a) },
	})
	if err != nil {
		t.Fatal(err)
	}
	by := company.By{Actor: company.User("ann"), Via: "support", Correlation: "7"}
	_, err = co.Do(t.Context(), by, company.CreateTeam{Team: "t"}, company.DeleteTeam{Team: "tt"})
	want := `level=INFO msg=refused attempt.actor=ann attempt.via=support attempt.correlation=7 attempt.changes=2 attempt.index=2 attempt.change=team.delete attempt.why="company: do: change 2, team.delete: team \"tt\" does not exist: deny unknown-resource: there is no team \"tt\""` + "\n"
	if b.String() != want || err == nil || !errors.Is(err, access.ErrDenied) {
		t.Errorf("%v is logged as\n%swant\n%s", err, b.String(), want)
	}
}
