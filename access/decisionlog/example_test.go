package decisionlog_test

import (
	"context"
	"log/slog"
	"os"
	"strings"

	"github.com/ambit-authz/ambit/access"
	"github.com/ambit-authz/ambit/access/decisionlog"
)

// Denials go to the log, allowances do not.
func ExampleNew() {
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if strings.Contains("msg reason subject resource", a.Key) {
				return a
			}
			return slog.Attr{} // the rest is left out here
		},
	}))
	observe := decisionlog.New(log, &decisionlog.Options{DenialsOnly: true})
	policy := access.MustLoad(`{"users": [{"id": "ann", "email": "ann@example.com", "role": "viewer"}]}`)
	observe(context.Background(), policy.Decide(access.User("ann"), access.CreateTeam, access.Company()))
	// Output: msg=decision reason=no-capability subject=ann resource=company
}
